import { der } from '@gov/der';
import { writePem } from '@gov/der/pem';
import { CRL_LIMITS, type CrlOptions, issueCrl, REVOCATION_REASONS, readCrl } from '@gov/pki/revocation';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { codeOf, extension, webCryptoSigner } from './builder.js';
import { CRL_OID, type CrlSpec, crlBytes, crlOf, entry, fullName, pki, scope, T } from './revocation-build.js';
import { fuzz, milliseconds } from './revocation-fuzz.js';
import { RIGHT } from './wrong.js';

let issued: CrlOptions;
beforeAll(async () => {
  issued = {
    issuer: (await pki()).authority,
    signer: RIGHT.authority.key,
    thisUpdate: T('2026-05-31T00:00:00Z'),
    nextUpdate: T('2026-06-07T00:00:00Z'),
    crlNumber: 7n,
    entries: [],
  };
});

describe('issueCrl', () => {
  it('writes what readCrl reads in strict mode, every reason', async () => {
    const entries = REVOCATION_REASONS.map((reason, at) => ({
      serialNumber: (1n << BigInt(at * 15)) + 200n,
      revokedAt: T('2026-05-01T01:02:03Z'),
      reason,
      ...(at % 2 === 0 ? {} : { invalidityDate: T('2026-04-01T00:00:00Z') }),
    }));
    const { bytes } = await issueCrl({ ...issued, entries });
    for (const input of [bytes, writePem('X509 CRL', bytes)]) {
      const crl = readCrl(input, 'strict');
      expect(crl.size).toBe(entries.length);
      expect(crl.crlNumber).toBe(7n);
      expect(crl.thisUpdate).toEqual(issued.thisUpdate);
      expect(crl.nextUpdate).toEqual(issued.nextUpdate);
      expect(crl.authorityKeyIdentifier).toEqual(issued.issuer.subjectKeyIdentifier);
      for (const { serialNumber, reason, ...rest } of entries) {
        // RFC 5280 5.3.1: "unspecified" is not written.
        const wanted = reason === 'unspecified' ? rest : { ...rest, reason };
        expect(crl.revocations(serialNumber)).toEqual([wanted]);
        expect(crl.revocations(serialNumber + 1n)).toEqual([]);
      }
    }
  });

  it('writes an empty list, and dates past 2049', async () => {
    const far = { thisUpdate: T('2051-01-01T00:00:00Z'), nextUpdate: T('2051-02-01T00:00:00Z') };
    const crl = await issueCrl({ ...issued, ...far });
    expect([crl.size, crl.thisUpdate, crl.revocations(0n)]).toEqual([0, far.thisUpdate, []]);
  });

  it('refuses what no CRL can be', async () => {
    const code = (change: Partial<CrlOptions>) => codeOf(() => issueCrl({ ...issued, ...change }));
    const one = { serialNumber: 5n, revokedAt: T('2026-05-01T00:00:00Z') };
    const { leaf } = await pki();
    expect(await code({ entries: [one, one] })).toBe('invalid-argument');
    expect(await code({ nextUpdate: issued.thisUpdate })).toBe('invalid-argument');
    expect(await code({ crlNumber: -1n })).toBe('invalid-argument');
    expect(await code({ thisUpdate: new Date(Number.NaN) })).toBe('invalid-argument');
    expect(await code({ signer: RIGHT.root.key })).toBe('key-mismatch');
    expect(await code({ issuer: leaf, signer: RIGHT.leaf.key })).toBe('certificate-unsuitable');
    expect(await code({ entries: new Array(CRL_LIMITS.maxEntries + 1).fill(one) })).toBe('limit-exceeded');
    expect(await code({ entries: [one] })).toBe('nothing thrown');
  });
});

describe('readCrl', () => {
  it('finds serial numbers of any length and sign among many', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.bigInt({ min: -(1n << 200n), max: 1n << 1200n }), { minLength: 1, maxLength: 40 }),
        fc.bigInt({ min: -(1n << 64n), max: 1n << 160n }),
        async (serials, other) => {
          const crl = await crlOf({ entries: serials.map((serial) => ({ serial })) });
          expect(crl.size).toBe(serials.length);
          for (const serial of serials) expect(crl.revocations(serial)).toHaveLength(1);
          if (!serials.includes(other)) expect(crl.revocations(other)).toEqual([]);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('tells of a serial number as often as it is listed', async () => {
    const crl = await crlOf({
      entries: [{ reason: 6 }, { serial: 4n }, { at: T('2026-04-01T00:00:00Z'), reason: 1 }, { serial: 5n }],
    });
    expect(crl.revocations(3n)).toEqual([
      { revokedAt: T('2026-03-01T00:00:00Z'), reason: 'certificateHold' },
      { revokedAt: T('2026-04-01T00:00:00Z'), reason: 'keyCompromise' },
    ]);
  });

  it('finds a serial number that is not minimal, in lenient mode', async () => {
    const bytes = await crlBytes({
      entries: [{ serial: Uint8Array.of(0, 0, 3) }, { serial: Uint8Array.of(0xff, 0x80) }],
    });
    expect(await codeOf(() => readCrl(bytes, 'strict'))).toBe('crl-malformed');
    expect(readCrl(bytes).revocations(3n)).toHaveLength(1);
    expect(readCrl(bytes).revocations(-128n)).toHaveLength(1);
  });

  it('reads version 1, and lists without nextUpdate', async () => {
    const crl = readCrl(await crlBytes({ version: null, nextUpdate: null, entries: [{}] }), 'strict');
    expect([crl.nextUpdate, crl.crlNumber, crl.size]).toEqual([undefined, undefined, 1]);
  });

  const time = (tag: number, text: string) => der.element(tag, new TextEncoder().encode(text));
  const unknown = (critical: boolean) => extension('1.2.3.4', der.nullValue(), critical);
  const entriesOf = (...further: Uint8Array[]): CrlSpec => ({ entries: [{ further }] });
  it.each<[string, CrlSpec, string, string]>([
    // name, what is changed, lenient, strict
    ['version 3', { version: 2 }, 'crl-malformed', 'crl-malformed'],
    ['version 1 written out', { version: 0 }, 'crl-malformed', 'crl-malformed'],
    ['extensions in version 1', { version: null, extensions: [] }, 'crl-malformed', 'crl-malformed'],
    ['entry extensions in version 1', { version: null, entries: [{ reason: 1 }] }, 'crl-malformed', 'crl-malformed'],
    ['two algorithms', { inner: der.sequence(der.oid('1.2.3')) }, 'crl-malformed', 'crl-malformed'],
    ['something after the signature', { after: der.nullValue() }, 'crl-malformed', 'crl-malformed'],
    ['an empty list of entries', { list: der.sequence() }, 'nothing thrown', 'crl-malformed'],
    ['an entry that is a number', { list: der.sequence(der.integer(1)) }, 'crl-malformed', 'crl-malformed'],
    ['an empty entry', { list: der.sequence(der.sequence()) }, 'crl-malformed', 'crl-malformed'],
    ['an empty serial number', { entries: [{ serial: new Uint8Array(0) }] }, 'crl-malformed', 'crl-malformed'],
    ['a month 13', { entries: [{ at: time(0x17, '261301000000Z') }] }, 'crl-malformed', 'crl-malformed'],
    ['the 30th of February', { entries: [{ at: time(0x17, '260230000000Z') }] }, 'crl-malformed', 'crl-malformed'],
    ['the 31st of May', { entries: [{ at: time(0x17, '260531000000Z') }] }, 'nothing thrown', 'nothing thrown'],
    ['a GeneralizedTime', { entries: [{ at: time(0x18, '20260531000000Z') }] }, 'nothing thrown', 'nothing thrown'],
    ['an hour 24', { entries: [{ at: time(0x17, '260501240000Z') }] }, 'crl-malformed', 'crl-malformed'],
    ['no seconds', { entries: [{ at: time(0x17, '2605010000Z') }] }, 'nothing thrown', 'crl-malformed'],
    ['a letter in the time', { entries: [{ at: time(0x17, '26050100000oZ') }] }, 'crl-malformed', 'crl-malformed'],
    ['a time without Z', { entries: [{ at: time(0x17, '2605010000001') }] }, 'crl-malformed', 'crl-malformed'],
    ['reason 7', { entries: [{ reason: 7 }] }, 'crl-malformed', 'crl-malformed'],
    ['reason 11', { entries: [{ reason: 11 }] }, 'crl-malformed', 'crl-malformed'],
    ['removeFromCRL in a complete list', { entries: [{ reason: 8 }] }, 'crl-malformed', 'crl-malformed'],
    [
      'a reason twice',
      entriesOf(...[1, 1].map(() => extension(CRL_OID.reason, der.element(10, Uint8Array.of(1))))),
      'crl-malformed',
      'crl-malformed',
    ],
    ['an unknown critical extension of an entry', entriesOf(unknown(true)), 'crl-unsupported', 'crl-unsupported'],
    ['an unknown extension of an entry', entriesOf(unknown(false)), 'nothing thrown', 'nothing thrown'],
    [
      'an entry of another issuer',
      entriesOf(extension(CRL_OID.certificateIssuer, der.sequence(), true)),
      'crl-unsupported',
      'crl-unsupported',
    ],
    [
      'the same, not critical',
      entriesOf(extension(CRL_OID.certificateIssuer, der.sequence())),
      'crl-unsupported',
      'crl-unsupported',
    ],
    ['an unknown critical extension', { extensions: [unknown(true)] }, 'crl-unsupported', 'crl-unsupported'],
    ['an unknown extension', { extensions: [unknown(false)] }, 'nothing thrown', 'nothing thrown'],
    ['an extension twice', { extensions: [unknown(false), unknown(false)] }, 'crl-malformed', 'crl-malformed'],
    [
      'a delta list',
      { extensions: [extension(CRL_OID.delta, der.integer(1), true)] },
      'crl-unsupported',
      'crl-unsupported',
    ],
    [
      'a delta list, not critical',
      { extensions: [extension(CRL_OID.delta, der.integer(1))] },
      'crl-unsupported',
      'crl-unsupported',
    ],
    [
      'for one distribution point',
      { extensions: [scope(fullName('http://ca.example/1.crl'))] },
      'nothing thrown',
      'nothing thrown',
    ],
    [
      'a point relative to the issuer',
      { extensions: [scope(der.explicit(0, der.explicit(1, der.setOf())))] },
      'crl-unsupported',
      'crl-unsupported',
    ],
    ...[1, 2, 4, 5].map((flag): [string, CrlSpec, string, string] => [
      `flag ${flag} of the scope`,
      { extensions: [scope(der.implicitPrimitive(flag, Uint8Array.of(0xff)))] },
      'crl-unsupported',
      'crl-unsupported',
    ]),
    [
      'some reasons only',
      { extensions: [scope(der.implicitPrimitive(3, Uint8Array.of(0)))] },
      'crl-unsupported',
      'crl-unsupported',
    ],
    [
      'a flag FALSE written out',
      { extensions: [scope(der.implicitPrimitive(4, Uint8Array.of(0)))] },
      'nothing thrown',
      'crl-malformed',
    ],
    [
      'a flag that is neither',
      { extensions: [scope(der.implicitPrimitive(4, Uint8Array.of(0, 0)))] },
      'crl-unsupported',
      'crl-unsupported',
    ],
    [
      'a CRL number that is none',
      { extensions: [extension(CRL_OID.number, der.nullValue())] },
      'crl-malformed',
      'crl-malformed',
    ],
  ])('%s', async (_, spec, lenient, strict) => {
    const bytes = await crlBytes(spec);
    expect(await codeOf(() => readCrl(bytes))).toBe(lenient);
    expect(await codeOf(() => readCrl(bytes, 'strict'))).toBe(strict);
  });

  it('refuses what is no CRL, and more than the limit', async () => {
    const { leaf } = await pki();
    for (const input of [new Uint8Array(0), leaf.bytes, 'no PEM', writePem('CERTIFICATE', leaf.bytes)]) {
      expect(await codeOf(() => readCrl(input))).toBe('crl-malformed');
    }
    const bytes = new Uint8Array(CRL_LIMITS.maxBytes + 1);
    bytes.set([0x30, 0x84]);
    expect(await codeOf(() => readCrl(bytes))).toBe('input-too-large');
    expect(await codeOf(() => readCrl(bytes.subarray(0, -1)))).toBe('crl-malformed');
  });

  const many = async (count: number, of: (index: number) => Uint8Array) => {
    const first = of(0);
    const list = new Uint8Array(count * first.length);
    for (let i = 0; i < count; i++) list.set(of(i), i * first.length);
    return crlBytes({ list: der.element(0x30, list) });
  };
  const template = entry({ serial: 0x4000000000000000000000000000n, reason: 4 });
  const numbered = (index: number) => {
    const bytes = template.slice();
    new DataView(bytes.buffer).setUint32(10, index);
    return bytes;
  };

  it('reads a national list of 500,000 in little time, and refuses one entry more than a million', async () => {
    const bytes = await many(500_000, numbered);
    const start = process.cpuUsage();
    const crl = readCrl(bytes);
    expect(milliseconds(start)).toBeLessThan(2000);
    expect(crl.size).toBe(500_000);
    const serial = (index: bigint) => 0x4000000000000000000000000000n + (index << 32n);
    const looked = process.cpuUsage();
    for (let i = 0n; i < 500_000n; i += 500n) expect(crl.revocations(serial(i))).toHaveLength(1);
    expect(crl.revocations(serial(500_000n))).toEqual([]);
    expect(milliseconds(looked)).toBeLessThan(1000);
    const short = entry({ serial: 1n });
    expect(readCrl(await many(CRL_LIMITS.maxEntries, () => short)).size).toBe(CRL_LIMITS.maxEntries);
    expect(await codeOf(async () => readCrl(await many(CRL_LIMITS.maxEntries + 1, () => short)))).toBe('crl-malformed');
  });

  it('is as quick for a serial number that is listed 300,000 times', async () => {
    const bytes = await many(300_000, () => template);
    const start = process.cpuUsage();
    const crl = readCrl(bytes);
    expect(crl.revocations(4n)).toEqual([]);
    expect(milliseconds(start)).toBeLessThan(2000);
  });

  it('reads a list of any algorithm', async () => {
    const signer = await webCryptoSigner('ECDSA-P256-SHA256');
    const { authority } = await pki({ authority: { key: signer, publicKey: signer.publicKey } });
    expect((await issueCrl({ ...issued, issuer: authority, signer })).signatureAlgorithm).toBe('1.2.840.10045.4.3.2');
  });

  it('answers any bytes with a CRL or a GovError', async () => {
    const seeds = [
      (
        await issueCrl({
          ...issued,
          entries: [{ serialNumber: 3n, revokedAt: issued.thisUpdate, reason: 'superseded' }],
        })
      ).bytes,
      await crlBytes({
        entries: [{ reason: 1, invalidityDate: T('2026-02-01T00:00:00Z') }, { serial: 1n << 200n }],
        extensions: [scope(fullName('http://ca.example/1.crl')), extension(CRL_OID.number, der.integer(9))],
      }),
    ];
    const codes = ['crl-malformed', 'crl-unsupported', 'input-too-large'];
    for (const mode of ['lenient', 'strict'] as const) {
      expect(await fuzz(seeds, codes, (bytes) => readCrl(bytes, mode).revocations(3n))).toBeGreaterThan(0);
    }
  });
});
