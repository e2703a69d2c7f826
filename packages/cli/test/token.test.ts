/** `gov token` issue, verify, inspect and jwks, as a shell would run them. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { ACCESS_TOKEN_TYPE, verifyAccessToken } from '@gov/identity';
import { generatePrivateKey, readPrivateKey } from '@gov/pki/private-key';
import { readSm2PrivateKey, readSm2PublicKey, sm2Signer } from '@gov/sm';
import { dpopProof } from '@gov/token/dpop';
import { encryptJwt } from '@gov/token/jwe';
import { jwkThumbprint, publicJwk } from '@gov/token/jwk';
import { readJwks } from '@gov/token/jwks';
import { signJwt } from '@gov/token/jwt';
import { fixedKeys } from '@gov/token/key-source';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { gov, json } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'gov-token-'));
const at = (name: string): string => join(folder, name);
const NOW = '2026-11-22T10:00:00+08:00';
const ISSUER = 'https://id.example.gov.cn';
const API = 'https://api.example.gov.cn/licenses';
const write = (name: string, content: string): string => {
  writeFileSync(at(name), content, { mode: 0o600 });
  return at(name);
};
const spkiOf = (name: string): Uint8Array => readSm2PublicKey(readFileSync(at(name), 'utf8')).toSpki();

const issueArgs = (...more: readonly string[]): string[] => [
  ...['token', 'issue', '--issuer', ISSUER, '--key', at('issuer.pem'), '--subject', 'sub-1', '--audience', API],
  ...['--client', 'app-1', '--scope', 'license.read license.list', '--level', '3', '--at', NOW, ...more],
];
const verifyArgs = (file: string, ...more: readonly string[]): string[] => [
  ...['token', 'verify', file, '--issuer', ISSUER, '--audience', API, '--at', NOW, ...more],
];

/** What a run answers: its exit status and its error's code, or the verdict, and the codes of what did not pass. */
async function judged(...args: readonly string[]): Promise<readonly [number, string, ...string[]]> {
  const { status, answer } = await json(...args);
  if (answer.error !== undefined) return [status, answer.error.code];
  const open = answer.findings.filter(({ outcome }: { outcome: string }) => outcome !== 'pass');
  return [status, answer.verdict, ...open.map(({ code }: { code: string }) => code)];
}

beforeAll(async () => {
  for (const name of ['issuer', 'other', 'holder'])
    await gov('key', 'generate', '--out', at(`${name}.pem`), '--public-out', at(`${name}.pub.pem`));
  await gov('token', 'jwks', at('issuer.pub.pem'), at('other.pub.pem'), '--out', at('jwks.json'));
  await gov(...issueArgs('--out', at('token')));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('gov token issue', () => {
  it('writes a token that @gov/identity takes, readable by its owner alone', async () => {
    expect(statSync(at('token')).mode & 0o777).toBe(0o600);
    const text = readFileSync(at('token'), 'utf8');
    expect(text.endsWith('\n')).toBe(true);
    const { report, identity } = await verifyAccessToken(text.trim(), {
      issuers: [{ issuer: ISSUER, keys: fixedKeys(readJwks(new Uint8Array(readFileSync(at('jwks.json'))))) }],
      audience: API,
      at: new Date(NOW),
    });
    expect(report.verdict).toBe('valid');
    expect(identity).toMatchObject({
      subject: { kind: 'natural-person', sub: 'sub-1' },
      clientId: 'app-1',
      scope: ['license.read', 'license.list'],
      level: 3,
      expiresAt: new Date('2026-11-22T02:10:00Z'),
    });
  });

  it('prints it alone, so that it can be piped, and as JSON with its id and end', async () => {
    const { status, out } = await gov(...issueArgs());
    expect(status).toBe(0);
    expect(out).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const { answer } = await json(...issueArgs('--lifetime', '60'));
    expect(Object.keys(answer)).toEqual(['token', 'tokenId', 'expiresAt']);
    expect(answer.expiresAt).toBe('2026-11-22T02:01:00.000Z');
    expect((await json(...issueArgs('--out', at('quiet')))).answer.token).toBeUndefined();
  });

  it('carries who acts, the mandate, the login and the key it is bound to', async () => {
    const mandate = {
      schema: 'gov-mandate-1',
      id: 'AAAAAAAAAAAAAAAAAAAAAA',
      principal: { kind: 'legal-person', id: 'c-1', name: '某公司' },
      agent: { kind: 'natural-person', id: 'u-1', name: '张三' },
      relation: 'agent',
      scope: ['license.read', 'license.list'],
      from: '2026-01-01',
      to: '2026-12-31',
      purpose: '办理证照',
      redelegation: false,
    };
    const args = ['--subject-kind', 'legal-person', '--actor', 'sub-2', '--actor-kind', 'natural-person'];
    const more = [
      '--mandate',
      write('mandate.json', JSON.stringify(mandate)),
      '--login-time',
      '2026-11-22T09:59:00+08:00',
    ];
    const { status } = await gov(
      ...issueArgs(...args, ...more, '--bind-to', at('holder.pub.pem'), '--out', at('acting')),
    );
    expect(status).toBe(0);
    const { answer } = await json('token', 'inspect', at('acting'));
    expect(answer.claims).toMatchObject({
      sub_kind: 'legal-person',
      act: { sub: 'sub-2', sub_kind: 'natural-person' },
      mandate: { id: mandate.id, relation: 'agent', scope: mandate.scope },
      auth_time: 1795312740,
      cnf: { jkt: await jwkThumbprint(publicJwk(spkiOf('holder.pub.pem'))) },
    });
    expect(answer.claims.mandate.agent).toBeUndefined();
    // A scope beyond the mandate.
    expect((await json(...issueArgs(...args, ...more, '--scope', 'license.write'))).answer.error.code).toBe(
      'invalid-argument',
    );
  });

  it.each([
    ['no key', ['--key', 'nowhere.pem'], 'file-missing'],
    ['a level that is none', ['--level', 'x'], 'usage'],
    ['a level that the table has not', ['--level', '9'], 'invalid-argument'],
    ['a lifetime beyond the limit', ['--lifetime', '86401'], 'invalid-argument'],
    ['a kind that is none', ['--subject-kind', 'robot'], 'usage'],
    ['the kind of no actor', ['--actor-kind', 'natural-person'], 'usage'],
    ['the number of a person as its subject', ['--subject', '11010519491231002X'], 'invalid-argument'],
    ['a password for a key that is not encrypted', ['--key-password-file', 'x'], 'usage'],
    ['a private key to bind to', ['--bind-to', 'holder.pem'], 'usage'],
  ])('refuses %s', async (_, more, code) => {
    const named = more.map((one) => (/^(holder)\.pem$/.test(one) ? at(one) : one));
    const { status, answer } = await json(...issueArgs(...named));
    expect([status, answer.error.code]).toEqual([2, code]);
  });

  it('overwrites nothing', async () => {
    const { status, answer } = await json(...issueArgs('--out', at('token')));
    expect([status, answer.error.code]).toEqual([2, 'file-exists']);
  });
});

describe('gov token verify', () => {
  it('believes a token by the JWKS of its issuer, or by its key', async () => {
    expect(await judged(...verifyArgs(at('token'), '--jwks', at('jwks.json')))).toEqual([0, 'valid']);
    expect(await judged(...verifyArgs(at('token'), '--key', at('issuer.pub.pem')))).toEqual([0, 'valid']);
    const { out, status } = await gov(...verifyArgs(at('token'), '--jwks', at('jwks.json'), '--lang', 'zh'));
    expect(status).toBe(0);
    expect(out).toContain('(valid)');
  });

  it('reads it from standard input', async () => {
    const stdin = vi
      .spyOn(process, 'stdin', 'get')
      .mockReturnValue(Readable.from([readFileSync(at('token'))]) as never);
    try {
      expect(await judged(...verifyArgs('-', '--jwks', at('jwks.json')))).toEqual([0, 'valid']);
    } finally {
      stdin.mockRestore();
    }
  });

  it.each([
    ['of another key', ['--key', 'other.pub.pem'], [1, 'invalid', 'signature-invalid']],
    ['for another server', ['--audience', 'https://other.example'], [1, 'invalid', 'token-audience-mismatch']],
    ['of an unknown issuer', ['--issuer', `${ISSUER}/`], [3, 'indeterminate', 'token-issuer-unknown']],
    ['too old', ['--at', '2026-11-22T10:12:00+08:00'], [1, 'invalid', 'token-expired']],
    ['of another kind', ['--type', 'JWT'], [1, 'invalid', 'token-type-mismatch']],
    ['of too low a level', ['--min-level', '4'], [1, 'invalid', 'assurance-too-low']],
    ['with an algorithm that was not accepted', ['--algorithm', 'ES256'], [1, 'invalid', 'token-algorithm-refused']],
    ['of a dialect that says ES256', ['--algorithm', 'SM2SM3'], [2, 'usage']],
    ['of no dialect', ['--dialect', 'esperanto'], [2, 'usage']],
    ['with a proof and no request', ['--dpop-proof', 'x'], [2, 'usage']],
    ['with a request and no proof', ['--method', 'GET', '--url', API], [2, 'usage']],
    ['with a nonce and no proof', ['--nonce', 'x'], [2, 'usage']],
    ['with a level of a kind that has none', ['--type', 'JWT', '--min-level', '2'], [2, 'usage']],
    ['with keys twice', ['--key', 'issuer.pub.pem', '--jwks', 'jwks.json'], [2, 'usage']],
    ['with a private key', ['--key', 'issuer.pem'], [2, 'usage']],
  ] as const)('does not believe one %s', async (_, more, expected) => {
    const named = more.map((one) => (/\.(pem|json)$/.test(one) ? at(one) : one));
    const keys = named.includes('--key') ? [] : ['--jwks', at('jwks.json')];
    expect(await judged(...verifyArgs(at('token'), ...keys, ...named))).toEqual(expected);
  });

  it('knows no key where the JWKS has none of that name', async () => {
    await gov('token', 'jwks', at('other.pub.pem'), '--out', at('others.json'));
    expect(await judged(...verifyArgs(at('token'), '--jwks', at('others.json')))).toEqual([
      3,
      'indeterminate',
      'token-key-unknown',
    ]);
  });

  it('never runs without keys', async () => {
    expect(await judged(...verifyArgs(at('token')))).toEqual([2, 'usage']);
  });

  it('does not read what is no token, and repeats nothing of it', async () => {
    const file = write('broken', `${readFileSync(at('token'), 'utf8').trim()}.SECRET`);
    const { status, out, err } = await gov(...verifyArgs(file, '--jwks', at('jwks.json')));
    expect(status).toBe(2);
    expect(out + err).not.toContain('SECRET');
    expect(out + err).not.toContain(readFileSync(at('token'), 'utf8').split('.')[1]);
    expect(await judged(...verifyArgs(write('long', 'a'.repeat(1_048_577)), '--jwks', at('jwks.json')))).toEqual([
      2,
      'input-too-large',
    ]);
  });

  it('takes other kinds by name, and other algorithms where they are named', async () => {
    const { signer, pkcs8 } = await generatePrivateKey('ECDSA-P256-SHA256');
    pkcs8.fill(0);
    const claims = { iss: ISSUER, aud: API, exp: 1795312800 + 60 };
    const file = write('es256', await signJwt(claims, { typ: 'logout+jwt', kid: 'e', signer }));
    write('e.json', JSON.stringify({ keys: [publicJwk(signer.publicKey, { kid: 'e' })] }));
    const args = verifyArgs(file, '--jwks', at('e.json'), '--type', 'logout+jwt');
    expect(await judged(...args, '--algorithm', 'SGD_SM3_SM2', '--algorithm', 'ES256')).toEqual([0, 'valid']);
    expect((await judged(...args))[1]).toBe('invalid');
  });

  it('reads a dialect only where it is named, and an untyped token only where the dialect has none', async () => {
    // As OpenSSL's defaults make it: an ID of no octets, names of their own, no kind.
    const key = readSm2PrivateKey(readFileSync(at('issuer.pem'), 'utf8'));
    const signer = sm2Signer(key, { id: new Uint8Array(0) });
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const input = `${part({ alg: 'SM2SM3' })}.${part({ iss: ISSUER, aud: API, exp: 1795312860 })}`;
    const signature = await signer.sign(new TextEncoder().encode(input));
    const file = write('dialect', `${input}.${Buffer.from(signature).toString('base64url')}`);
    const args = verifyArgs(file, '--key', at('issuer.pub.pem'));
    expect(await judged(...args, '--type', 'none', '--dialect', 'sm2sm3-empty-id')).toEqual([0, 'valid']);
    const other = await judged(...args, '--type', 'none', '--dialect', 'sm2sm3-no-za');
    expect(other).toEqual([1, 'invalid', 'signature-invalid']);
    expect((await judged(...args, '--type', 'JWT')).slice(0, 2)).toEqual([1, 'invalid']);
    // GM/T 0125 demands a kind.
    expect(await judged(...args, '--type', 'none')).toEqual([2, 'invalid-argument']);
  });

  describe('with a proof of possession', () => {
    let proofFile: string;
    let bound: string;
    beforeAll(async () => {
      bound = at('bound');
      await gov(...issueArgs('--bind-to', at('holder.pub.pem'), '--out', bound));
      const holder = await readPrivateKey(new Uint8Array(readFileSync(at('holder.pem'))));
      const accessToken = readFileSync(bound, 'utf8').trim();
      proofFile = write('proof', await dpopProof({ method: 'GET', url: API, at: new Date(NOW), accessToken }, holder));
    });

    it('believes it, and says that nobody looked whether the proof was used before', async () => {
      const { status, answer } = await json(
        ...verifyArgs(bound, '--jwks', at('jwks.json'), '--dpop-proof', proofFile, '--method', 'GET', '--url', API),
      );
      expect([status, answer.verdict, answer.unchecked]).toEqual([0, 'valid', ['replay-not-checked']]);
    });

    it('does not believe a bound token without one, or with one for another request', async () => {
      expect(await judged(...verifyArgs(bound, '--jwks', at('jwks.json')))).toEqual([
        1,
        'invalid',
        'token-binding-missing',
      ]);
      const proof = ['--jwks', at('jwks.json'), '--dpop-proof', proofFile, '--url', API];
      const other = await judged(...verifyArgs(bound, ...proof, '--method', 'POST'));
      expect(other).toEqual([1, 'invalid', 'proof-request-mismatch', 'replay-not-checked']);
      const nonce = await judged(...verifyArgs(bound, ...proof, '--method', 'GET', '--nonce', 'n'));
      expect(nonce).toContain('proof-nonce-mismatch');
    });
  });
});

describe('gov token inspect', () => {
  const token = async (claims: Record<string, unknown>): Promise<string> => {
    const signer = await readPrivateKey(new Uint8Array(readFileSync(at('issuer.pem'))));
    return signJwt({ iss: ISSUER, aud: API, exp: 1795312860, ...claims } as never, { typ: 'JWT', kid: 'k', signer });
  };
  const personal = {
    name: '张三丰',
    document_number: '11010519491231002X',
    phone_number: '13812345678',
    mobile: 13812345678,
    note: '证件 11010519491231002X',
    address: { formatted: '某省某市某区某路一号' },
    nested: [{ name: ['李四'] }],
  };

  it('says first that nothing is verified, then everything', async () => {
    for (const [lang, words] of [
      ['en', 'NOT VERIFIED'],
      ['zh', '未经核验'],
    ] as const) {
      const { status, out } = await gov('token', 'inspect', at('token'), '--lang', lang);
      expect(status).toBe(0);
      expect(out.split('\n')[0]).toContain(words);
      expect(out).toContain(ISSUER);
      expect(out).toContain('(2026-11-22T02:10:00.000Z)');
    }
    const { answer } = await json('token', 'inspect', at('token'));
    expect(answer).toMatchObject({
      verified: false,
      form: 'JWS',
      header: { typ: ACCESS_TOKEN_TYPE, alg: 'SGD_SM3_SM2' },
    });
    expect(answer.refused).toBeUndefined();
  });

  it('masks names and numbers of persons wherever they stand, unless told not to', async () => {
    const file = write('personal', await token(personal));
    for (const args of [[], ['--json']]) {
      const { out } = await gov('token', 'inspect', file, ...args);
      for (const secret of ['张三丰', '19491231', '12345678', '李四', '某路一号']) expect(out).not.toContain(secret);
    }
    const { answer } = await json('token', 'inspect', file);
    expect(answer.claims).toMatchObject({
      name: '张**',
      phone_number: '138****5678',
      mobile: '138****5678',
      exp: 1795312860,
    });
    const shown = await json('token', 'inspect', file, '--show-personal');
    expect(shown.answer.claims).toMatchObject(personal);
  });

  it('says where a verifier would refuse to read it', async () => {
    const [, payload] = (await token({})).split('.');
    const header = Buffer.from('{"alg":"none","jwk":{"kty":"EC"}}').toString('base64url');
    const { answer, status } = await json('token', 'inspect', write('none', `${header}.${payload}.AA`));
    expect([status, answer.verified, answer.refused.code]).toEqual([0, false, 'jwt-malformed']);
    const { out } = await gov('token', 'inspect', at('none'), '--lang', 'en');
    expect(out).toContain('jwt-malformed');
  });

  it('shows the header of an encrypted one, and nothing inside', async () => {
    const text = await encryptJwt(readFileSync(at('token'), 'utf8').trim(), {
      recipient: spkiOf('holder.pub.pem'),
      kid: 'h',
    });
    const { answer } = await json('token', 'inspect', write('encrypted', text));
    expect(answer).toEqual({
      verified: false,
      form: 'JWE',
      header: { alg: 'SGD_SM2_3', enc: 'SGD_SM4_GCM', kid: 'h', cty: 'JWT' },
    });
  });

  it.each(['', 'a.b', 'a.b.c', '....', 'e30.W10.AA', 'a.b.c.d.e.f'])('does not read "%s"', async (text) => {
    const { status, answer } = await json('token', 'inspect', write('none-at-all', text));
    expect([status, answer.error.code]).toEqual([2, 'jwt-malformed']);
  });

  it('lets nothing drive the terminal', async () => {
    const { out } = await gov('token', 'inspect', write('driving', await token({ note: '\u001b[31m\u202e' })));
    for (const driving of ['\u001b', '\u202e']) expect(out).not.toContain(driving);
  });
});

describe('gov token jwks', () => {
  it('names keys by their thumbprint, and shows nothing private', async () => {
    const { answer } = await json('token', 'jwks', at('issuer.pub.pem'));
    const kid = await jwkThumbprint(publicJwk(spkiOf('issuer.pub.pem')));
    expect(answer).toEqual({ keys: [{ ...publicJwk(spkiOf('issuer.pub.pem')), kid, use: 'sig' }] });
    expect((await json('token', 'inspect', at('token'))).answer.header.kid).toBe(kid);
    const { out } = await gov('token', 'jwks', at('issuer.pub.pem'));
    expect(JSON.parse(out)).toEqual(answer);
  });

  it('takes a name for one key, and another use', async () => {
    const { answer } = await json('token', 'jwks', at('holder.pub.pem'), '--kid', '2026', '--use', 'enc');
    expect(answer.keys[0]).toMatchObject({ kid: '2026', use: 'enc', crv: 'SM2-P-256' });
  });

  it.each([
    ['a private key', ['issuer.pem'], 'usage'],
    ['a name for two', ['issuer.pub.pem', 'other.pub.pem', '--kid', 'a'], 'usage'],
    ['one key twice', ['issuer.pub.pem', 'issuer.pub.pem'], 'usage'],
    ['another use', ['issuer.pub.pem', '--use', 'all'], 'usage'],
    ['no file', ['nowhere.pem'], 'file-missing'],
  ])('refuses %s', async (_, words, code) => {
    const { status, answer } = await json(
      'token',
      'jwks',
      ...words.map((word) => (word.endsWith('.pem') ? at(word) : word)),
    );
    expect([status, answer.error.code]).toEqual([2, code]);
  });
});
