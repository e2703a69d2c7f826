import {
  type AuditProof,
  cosignHead,
  followHead,
  headKeyId,
  readHead,
  readProof,
  rootOf,
  signHead,
  verifyEntryProof,
  verifyHead,
  writeProof,
} from '@gov/audit';
import { bytesToHex, type Signer, sm3, type Verifier } from '@gov/sm';
import type { Report } from '@gov/verdict';
import { describe, expect, it } from 'vitest';
import { AT, entries, makeLog, ORIGIN } from './world.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const malformed = expect.objectContaining({ code: 'audit-malformed' });
const invalid = expect.objectContaining({ code: 'invalid-argument' });
/** The verdict, and every code that is not a pass. */
const told = ({ verdict, findings }: Report): string[] => [
  verdict,
  ...findings.filter(({ outcome }) => outcome !== 'pass').map(({ code }) => code),
];
const flip = (bytes: Uint8Array, bit = 0): Uint8Array =>
  bytes.map((octet, at) => (at === bit >> 3 ? octet ^ (1 << (bit & 7)) : octet));

/** ECDSA by the runtime, behind the ports. */
async function p256(): Promise<{ signer: Signer; verifier: Verifier }> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const { privateKey, publicKey: key } = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const common = {
    algorithm: 'ECDSA-P256-SHA256' as const,
    publicKey: new Uint8Array(await crypto.subtle.exportKey('spki', key)),
  };
  return {
    signer: {
      ...common,
      sign: async (message) => new Uint8Array(await crypto.subtle.sign(algorithm, privateKey, message.slice())),
    },
    verifier: {
      ...common,
      verify: (message, signature) => crypto.subtle.verify(algorithm, key, signature.slice(), message.slice()),
    },
  };
}

describe('a head', () => {
  it('has the form of a checkpoint, and the signature is over its text', async () => {
    const { key, headText } = await makeLog(5);
    const text = await headText();
    expect(text).toMatch(
      /^audit\.example\.gov\.cn\/license\n5\n[A-Za-z0-9+/]{43}=\ntime 2026-05-20T01:00:00Z\n\n— audit\.example\.gov\.cn\/license [A-Za-z0-9+/]{91}=\n$/,
    );
    const head = readHead(text);
    expect(new TextDecoder().decode(head.signed)).toBe(text.slice(0, text.indexOf('\n\n') + 1));
    const [signature] = head.signatures;
    expect(await key.verifier.verify(head.signed, signature!.signature)).toBe(true);
    const id = sm3(utf8(`${ORIGIN}\n`), Uint8Array.of(0xff), utf8('SM2-SM3\n'), key.verifier.publicKey).subarray(0, 4);
    expect(bytesToHex(signature!.keyId)).toBe(bytesToHex(id));
    expect(head).toMatchObject({ origin: ORIGIN, size: 5, time: AT });
  });

  it('cannot be signed with what no reader takes', async () => {
    const { key } = await makeLog(0);
    const good = { origin: ORIGIN, size: 0, root: rootOf([]), time: AT };
    for (const origin of ['', 'a b', 'a+b', 'a\nb', 'a\u00a0b', 'a\u202eb', 'a'.repeat(257), 'a\ud800'])
      await expect(signHead({ ...good, origin }, key.signer)).rejects.toThrow(invalid);
    for (const size of [-1, 0.5, Number.NaN, 2 ** 53])
      await expect(signHead({ ...good, size }, key.signer)).rejects.toThrow(invalid);
    await expect(signHead({ ...good, root: new Uint8Array(31) }, key.signer)).rejects.toThrow(invalid);
    for (const time of [new Date(Number.NaN), new Date('+012026-01-01T00:00:00Z')])
      await expect(signHead({ ...good, time }, key.signer)).rejects.toThrow(invalid);
    const longest = await signHead({ ...good, origin: '证'.repeat(256), size: 2 ** 53 - 1 }, key.signer);
    expect(readHead(longest).size).toBe(2 ** 53 - 1);
    const withParts = await signHead({ ...good, time: new Date(AT.getTime() + 999) }, key.signer);
    expect(readHead(withParts).time).toEqual(AT);
  });

  it('is read in one spelling only', async () => {
    const { headText, key } = await makeLog(5);
    const text = await headText();
    const [body, line] = [text.slice(0, text.indexOf('\n\n') + 2), text.slice(text.indexOf('\n\n') + 2)];
    const base64 = line.split(' ')[2]!.trimEnd();
    const spoilt: Record<string, string> = {
      nothing: '',
      'no signature': body,
      'no blank line': text.replace('\n\n', '\n'),
      'no line feed at the end': text.slice(0, -1),
      'a line feed more': `${text}\n`,
      'CR LF': text.replaceAll('\n', '\r\n'),
      'text before it': ` ${text}`,
      'a byte order mark': `\ufeff${text}`,
      'a size with a zero before it': text.replace('\n5\n', '\n05\n'),
      'a size with a sign': text.replace('\n5\n', '\n+5\n'),
      'a size beyond 2^53': text.replace('\n5\n', '\n9007199254740992\n'),
      'a size as a fraction': text.replace('\n5\n', '\n5.0\n'),
      'an empty origin': text.replace(`${ORIGIN}\n5`, '\n5'),
      'an origin with a space': text.replace(`${ORIGIN}\n5`, 'a b\n5'),
      'a root too short': text.replace(/\n[^\n]{43}=\n/, '\nAAAA\n'),
      'a root in base64url': text.replace(/\n[^\n]{43}=\n/, `\n${'-'.repeat(43)}=\n`),
      'a root with bits set past its end': text.replace(/\n[^\n]{43}=\n/, `\n${'A'.repeat(42)}B=\n`),
      'no time': text.replace(/time .*\n/, ''),
      'a time of parts of seconds': text.replace('00:00Z', '00:00.5Z'),
      'a day that there is not': text.replace('2026-05-20', '2026-02-30'),
      'two times': text.replace(/(time .*\n)/, '$1$1'),
      'another line': text.replace(/(time .*\n)/, '$1more\n'),
      'a hyphen for the dash': text.replace('\u2014', '-'),
      'a signature without a name': `${body}\u2014 ${base64}\n`,
      'two names': `${body}\u2014 a b ${base64}\n`,
      'a name with a plus sign': `${body}\u2014 a+b ${base64}\n`,
      'a name with a control character': `${body}\u2014 a\u0007b ${base64}\n`,
      'a signature without padding': text.replace(base64, base64.replace(/=+$/, '')),
      'a signature that is a key id alone': `${body}\u2014 ${ORIGIN} AAAAAA==\n`,
      'a signature too long': `${body}\u2014 ${ORIGIN} ${Buffer.alloc(4 + 1025).toString('base64')}\n`,
      'the same key twice': `${body}${line}${line}`,
      '17 signatures': body + Array.from({ length: 17 }, (_, at) => line.replace(ORIGIN, `w${at}`)).join(''),
      'too many characters': text.replace(ORIGIN, 'a'.repeat(32_768)),
    };
    for (const [what, wrong] of Object.entries(spoilt)) {
      expect(wrong, what).not.toBe(text);
      expect(() => readHead(wrong), what).toThrow(malformed);
    }
    const sixteen = body + Array.from({ length: 16 }, (_, at) => line.replace(ORIGIN, `w${at}`)).join('');
    expect(readHead(sixteen).signatures).toHaveLength(16);
    await expect(cosignHead(sixteen, 'one-more', key.signer)).rejects.toThrow(invalid);
    const long = `${body}\u2014 ${ORIGIN} ${Buffer.alloc(4 + 1024).toString('base64')}\n`;
    expect(readHead(long).signatures[0]!.signature).toHaveLength(1024);
  });
});

describe('a head by itself', () => {
  it('is valid from the key of the log, of the right log, at the right time', async () => {
    const { key, head } = await makeLog(5);
    const report = await verifyHead(await head(), { key: key.verifier, at: AT, origin: ORIGIN });
    expect(told(report)).toEqual(['valid', 'audit-history-not-checked']);
    expect(report.unchecked).toEqual(['audit-history-not-checked']);
    expect(report.subject).toMatchObject({ kind: 'audit-head', size: 5, time: '2026-05-20T01:00:00Z' });
  });

  it('says when nobody asked which log it is of', async () => {
    const { key, head } = await makeLog(5);
    const report = await verifyHead(await head(), { key: key.verifier, at: AT });
    expect(report.unchecked).toEqual(['audit-origin-not-checked', 'audit-history-not-checked']);
  });

  it('is not valid otherwise', async () => {
    const { key, stranger, head, headText } = await makeLog(5);
    const options = { key: key.verifier, at: AT, origin: ORIGIN };
    const codes = async (...args: Parameters<typeof verifyHead>) =>
      told(await verifyHead(...args)).filter((code) => code !== 'audit-history-not-checked');
    expect(await codes(await head(), { ...options, key: stranger.verifier })).toEqual([
      'invalid',
      'audit-head-untrusted',
    ]);
    expect(await codes(await head(), { ...options, origin: 'other' })).toEqual(['invalid', 'audit-origin-mismatch']);
    const early = (ms: number) => ({ ...options, at: new Date(AT.getTime() - ms) });
    expect(await codes(await head(), early(300_000))).toEqual(['valid']);
    expect(await codes(await head(), early(300_001))).toEqual(['invalid', 'audit-head-future']);
    const text = await headText();
    expect(await codes(readHead(text.replace('\n5\n', '\n6\n')), options)).toEqual(['invalid', 'audit-head-forged']);
    expect(await codes(readHead(text.replace('01:00:00Z', '00:59:59Z')), options)).toEqual([
      'invalid',
      'audit-head-forged',
    ]);
    // Every name signs for itself: the signature of the same key as another log is none of this one.
    const moved = readHead(text.replaceAll(ORIGIN, 'other.example/log'));
    expect(await codes(moved, { ...options, origin: 'other.example/log' })).toEqual([
      'invalid',
      'audit-head-untrusted',
    ]);
    const renamed = readHead(text.replace(`\u2014 ${ORIGIN}`, '\u2014 other.example/log'));
    expect(await codes(renamed, options)).toEqual(['invalid', 'audit-head-untrusted']);
    // A witness that has the very key of the log is a witness still.
    const asWitness = (await cosignHead(text, 'witness.example/1', key.signer)).split('\n').toSpliced(5, 1).join('\n');
    expect(await codes(readHead(asWitness), options)).toEqual(['invalid', 'audit-head-untrusted']);
  });

  it('with any bit of its signature changed is not valid', async () => {
    const { key, head } = await makeLog(5);
    const good = await head();
    const [signature] = good.signatures as [(typeof good.signatures)[0]];
    for (let bit = 0; bit < 512; bit += 7) {
      const spoilt = { ...good, signatures: [{ ...signature, signature: flip(signature.signature, bit) }] };
      expect(told(await verifyHead(spoilt, { key: key.verifier, at: AT }))).toContain('audit-head-forged');
    }
    for (let bit = 0; bit < 32; bit++) {
      const spoilt = { ...good, signatures: [{ ...signature, keyId: flip(signature.keyId, bit) }] };
      expect(told(await verifyHead(spoilt, { key: key.verifier, at: AT }))).toContain('audit-head-untrusted');
    }
  });

  it('may be signed with P-256', async () => {
    const { log } = await makeLog(5);
    const { signer, verifier } = await p256();
    const head = readHead(await log.head(signer, { at: AT }));
    expect((await verifyHead(head, { key: verifier, at: AT, origin: ORIGIN })).verdict).toBe('valid');
    const other = await p256();
    expect(told(await verifyHead(head, { key: other.verifier, at: AT }))).toContain('audit-head-untrusted');
    // A key under another algorithm is another key.
    expect(bytesToHex(headKeyId('a', verifier))).not.toBe(
      bytesToHex(headKeyId('a', { ...verifier, algorithm: 'SM2-SM3' })),
    );
  });

  it('needs the witnesses that are demanded', async () => {
    const { key, stranger, headText } = await makeLog(5);
    const text = await cosignHead(await headText(), 'witness.example/1', stranger.signer);
    const witness = { name: 'witness.example/1', key: stranger.verifier };
    const judged = async (head: string, ...witnesses: (typeof witness)[]) =>
      told(await verifyHead(readHead(head), { key: key.verifier, at: AT, origin: ORIGIN, witnesses })).filter(
        (code) => code !== 'audit-history-not-checked',
      );
    expect(await judged(text)).toEqual(['valid']);
    expect(await judged(text, witness)).toEqual(['valid']);
    expect(await judged(await headText(), witness)).toEqual(['indeterminate', 'audit-witness-missing']);
    expect(await judged(text, witness, { name: 'witness.example/2', key: stranger.verifier })).toEqual([
      'indeterminate',
      'audit-witness-missing',
    ]);
    expect(await judged(text, { name: 'witness.example/1', key: key.verifier })).toEqual([
      'indeterminate',
      'audit-witness-missing',
    ]);
    const lines = text.split('\n');
    const [, , base64] = lines[6]!.split(' ');
    const octets = Buffer.from(base64!, 'base64');
    octets[20] = octets[20]! ^ 1;
    const forged = [...lines.slice(0, 6), `\u2014 witness.example/1 ${octets.toString('base64')}`, ''].join('\n');
    expect(await judged(forged, witness)).toEqual(['invalid', 'countersignature-invalid']);
    await expect(cosignHead(text, 'witness.example/1', stranger.signer)).rejects.toThrow(invalid);
    await expect(cosignHead(text, 'a b', stranger.signer)).rejects.toThrow(invalid);
    await expect(cosignHead('x', 'a', stranger.signer)).rejects.toThrow(malformed);
  });
});

describe('following a log from a head that is trusted', () => {
  async function grown(from: number, to: number) {
    const world = await makeLog(from);
    const trusted = await world.head();
    await world.log.append(entries(from, to));
    const head = await world.head();
    const consistency = await world.log.proveConsistency(from);
    return { ...world, trusted, step: { trusted, head, consistency, key: world.key.verifier, at: AT } };
  }

  it.each([
    [0, 5],
    [1, 2],
    [4, 7],
    [256, 257],
    [300, 700],
  ])('from %i to %i entries', async (from, to) => {
    const { step } = await grown(from, to);
    const report = await followHead(step);
    expect(told(report)).toEqual(['valid']);
    expect(report.findings.map(({ code }) => code)).toEqual([
      'format-ok',
      'audit-origin-ok',
      'audit-head-ok',
      'time-ok',
      'audit-consistent',
    ]);
  });

  it('without a proof cannot tell, unless none is needed', async () => {
    const { step, trusted } = await grown(300, 700);
    const { consistency: _, ...bare } = step;
    expect(told(await followHead(bare))).toEqual(['indeterminate', 'audit-history-not-checked']);
    expect(told(await followHead({ ...bare, head: trusted }))).toEqual(['valid']);
    const { step: fromNothing } = await grown(0, 3);
    const { consistency: none, ...first } = fromNothing;
    expect(none).toEqual([]);
    expect(told(await followHead(first))).toEqual(['valid']);
  });

  it('finds a smaller log, another log of the same size, a log that begins otherwise', async () => {
    const { step, trusted, key } = await grown(300, 700);
    expect(told(await followHead({ ...step, trusted: step.head, head: trusted }))).toEqual([
      'invalid',
      'audit-rollback',
    ]);
    // The same key, another history: what a fraudulent log does.
    const forged = await makeLog(0);
    await forged.log.append([...entries(1, 301), ...entries(300, 700)]);
    const head = readHead(await forged.log.head(key.signer, { at: AT }));
    expect(head.size).toBe(700);
    const consistency = await forged.log.proveConsistency(300);
    expect(told(await followHead({ ...step, head, consistency }))).toEqual(['invalid', 'audit-fork']);
    expect(told(await followHead({ ...step, head }))).toEqual(['invalid', 'audit-proof-invalid']);
    expect(told(await followHead({ ...step, trusted: step.head, head }))).toEqual(['invalid', 'audit-fork']);
  });

  it('takes no other proof', async () => {
    const { step, log } = await grown(300, 700);
    for (const consistency of [
      [],
      step.consistency.slice(1),
      step.consistency.slice(0, -1),
      [...step.consistency, new Uint8Array(32)],
      [...step.consistency].reverse(),
      await log.proveConsistency(299),
      await log.proveConsistency(300, 699),
      ...step.consistency.map((hash, at) => step.consistency.with(at, flip(hash, 255))),
    ])
      expect(told(await followHead({ ...step, consistency }))).toEqual(['invalid', 'audit-proof-invalid']);
  });

  it('takes no head of a stranger, another log, another time', async () => {
    const { step, stranger } = await grown(3, 5);
    expect(told(await followHead({ ...step, key: stranger.verifier }))).toEqual(['invalid', 'audit-head-untrusted']);
    expect(told(await followHead({ ...step, at: new Date(0) }))).toEqual(['invalid', 'audit-head-future']);
    const trusted = { ...step.trusted, origin: 'other.example/log' };
    expect(told(await followHead({ ...step, trusted }))).toEqual(['invalid', 'audit-origin-mismatch']);
    await expect(followHead({ ...step, origin: 'other.example/log' })).rejects.toThrow(invalid);
    await expect(followHead({ ...step, at: new Date(Number.NaN) })).rejects.toThrow(invalid);
  });
});

describe('the proof of an entry', () => {
  async function proved() {
    const world = await makeLog(300);
    const old = await world.head();
    await world.log.append(entries(300, 700));
    const text = await world.headText();
    const proof = await world.log.prove(260, text, 300);
    return { ...world, old, proof, options: { key: world.key.verifier, at: AT, trusted: old } };
  }

  it('is valid as a file, with a head that is older, the same, newer, or none', async () => {
    const { proof, options, log, head } = await proved();
    const file = writeProof(proof);
    expect(file).toMatch(/^\{"entry":"\{.*"v":1\}\n$/);
    const read = readProof(file);
    expect(read).toEqual(proof);
    expect(readProof(file.trimEnd())).toEqual(proof);
    const report = await verifyEntryProof(read, options);
    expect(told(report)).toEqual(['valid']);
    expect(report.subject).toMatchObject({
      kind: 'audit-entry',
      index: 260,
      size: 700,
      entry: { details: { row: 260 } },
    });
    expect(told(await verifyEntryProof({ ...proof }, { ...options, trusted: readHead(proof.head) }))).toEqual([
      'valid',
    ]);
    const { trusted: _, ...alone } = options;
    expect(told(await verifyEntryProof(proof, alone))).toEqual([
      'valid',
      'audit-origin-not-checked',
      'audit-history-not-checked',
    ]);
    await log.append(entries(700, 900));
    const newer = await head();
    const joined = await log.prove(260, proof.head, 900);
    expect(told(await verifyEntryProof(joined, { ...options, trusted: newer }))).toEqual(['valid']);
    expect(told(await verifyEntryProof(proof, { ...options, trusted: newer }))).toEqual([
      'indeterminate',
      'audit-history-not-checked',
    ]);
  });

  it('without the way to the trusted head cannot tell', async () => {
    const { proof, options, log } = await proved();
    const { history: _, ...bare } = proof;
    expect(told(await verifyEntryProof(bare, options))).toEqual(['indeterminate', 'audit-history-not-checked']);
    const elsewhere = { size: 299, proof: await log.proveConsistency(299, 700) };
    expect(told(await verifyEntryProof({ ...proof, history: elsewhere }, options))).toEqual([
      'indeterminate',
      'audit-history-not-checked',
    ]);
  });

  it('does not pass for another entry, place, tree or history', async () => {
    const { proof, options, log, key } = await proved();
    const codes = async (change: Partial<AuditProof>) => told(await verifyEntryProof({ ...proof, ...change }, options));
    expect(await codes({ entry: (await log.prove(261, proof.head)).entry })).toEqual([
      'invalid',
      'audit-proof-invalid',
    ]);
    for (const index of [0, 259, 261, 516, 700, 2 ** 40, -1, 0.5])
      expect(await codes({ index })).toEqual(['invalid', 'audit-proof-invalid']);
    expect(await codes({ inclusion: proof.inclusion.slice(1) })).toEqual(['invalid', 'audit-proof-invalid']);
    expect(await codes({ inclusion: [...proof.inclusion, new Uint8Array(32)] })).toEqual([
      'invalid',
      'audit-proof-invalid',
    ]);
    for (let at = 0; at < proof.inclusion.length; at++)
      expect(await codes({ inclusion: proof.inclusion.with(at, flip(proof.inclusion[at]!)) })).toEqual([
        'invalid',
        'audit-proof-invalid',
      ]);
    const { size, proof: hashes } = proof.history!;
    for (let at = 0; at < hashes.length; at++)
      expect(await codes({ history: { size, proof: hashes.with(at, flip(hashes[at]!)) } })).toEqual([
        'invalid',
        'audit-proof-invalid',
      ]);
    const spoilt = utf8(new TextDecoder().decode(proof.entry).replace('"row":260', '"row": 260'));
    expect(await codes({ entry: spoilt })).toEqual(['invalid', 'format-malformed', 'audit-proof-invalid']);
    // Genuine in every part, under a head of the same key, of another history.
    const forged = await makeLog(0);
    await forged.log.append([...entries(1, 2), ...entries(1, 700)]);
    const head = await forged.log.head(key.signer, { at: AT });
    const theirs = await forged.log.prove(260, head, 300);
    expect(told(await verifyEntryProof(theirs, options))).toEqual(['invalid', 'audit-fork']);
    await expect(verifyEntryProof({ ...proof, head: 'x' }, options)).rejects.toThrow(malformed);
  });

  it('is read in one spelling only', async () => {
    const { proof } = await proved();
    const file = writeProof(proof);
    const [hash] = /[\w-]{43}(?=")/.exec(file.slice(file.indexOf('"inclusion"')))!;
    const spoilt: Record<string, string> = {
      nothing: '',
      'two line feeds': `${file}\n`,
      'white space': file.replace(':', ': '),
      'a member twice': file.replace('"v":1', '"v":1,"v":1'),
      'another version': file.replace(/"v":1\}\n$/, '"v":2}\n'),
      'an unknown member': file.replace(/"v":1\}\n$/, '"v":1,"w":1}\n'),
      'a missing member': file.replace(/,"v":1\}\n$/, '}\n'),
      'an index as text': file.replace('"index":260', '"index":"260"'),
      'a negative index': file.replace('"index":260', '"index":-1'),
      '−0': file.replace('"index":260', '"index":-0'),
      'an index as an exponent': file.replace('"index":260', '"index":26e1'),
      'a hash too short': file.replace(hash!, hash!.slice(1)),
      'a hash that is none': file.replace(`"${hash}"`, 'null'),
      'hashes as an object': file.replace(/"inclusion":\[.*?\]/, '"inclusion":{}'),
      '107 hashes': file.replace(/"inclusion":\[.*?\]/, `"inclusion":[${Array(107).fill(`"${hash}"`).join(',')}]`),
      'history with more in it': file.replace('"history":{', '"history":{"a":1,'),
      'history as a list': file.replace(/"history":\{.*?\}/, '"history":[]'),
      'a size that is none': file.replace('"size":300', '"size":300.5'),
      'a head that is no text': file.replace(/"head":"(?:[^"\\]|\\.)*"/, '"head":5'),
      'an entry too long': file.replace(/"entry":"/, `"entry":"${' '.repeat(16_385)}`),
      'too many characters': file.replace(/"entry":"/, `"entry":"${' '.repeat(131_073)}`),
      'half of a pair': file.replace(/"entry":"/, '"entry":"\\ud800'),
    };
    for (const [what, wrong] of Object.entries(spoilt)) {
      expect(wrong, what).not.toBe(file);
      expect(() => readProof(wrong), what).toThrow(malformed);
    }
    const most = file.replace(/"inclusion":\[.*?\]/, `"inclusion":[${Array(106).fill(`"${hash}"`).join(',')}]`);
    expect(readProof(most).inclusion).toHaveLength(106);
  });
});
