/** Tokens: read strictly, verified by the verifier's key alone. */
import { readFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import {
  fromBase64url,
  generateSm2Key,
  readSm2PublicKey,
  type Signer,
  sm2Signer,
  sm2Verifier,
  toBase64url,
  type Verifier,
} from '@gov/sm';
import {
  issueStatusListToken,
  readStatusListToken,
  STATUS_LIST_LIMITS,
  StatusList,
  type StatusListFormat,
  verifyStatusListToken,
} from '@gov/token/status-list';
import { isGovError } from '@gov/verdict';
import { describe, expect, it } from 'vitest';

const VECTORS = JSON.parse(
  readFileSync(new URL('../../../docs/formats/status-list-vectors.json', import.meta.url), 'utf8'),
) as {
  readonly publicKey: string;
  readonly uri: string;
  readonly jwt: string;
  readonly cwt: string;
  readonly refused: Readonly<Record<string, string>>;
};

const key = generateSm2Key();
const signer = sm2Signer(key);
const verifier = sm2Verifier(key.publicKey);
const issuedAt = new Date('2026-11-22T00:00:00Z');
const uri = VECTORS.uri;

function codeOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    if (isGovError(error)) return error.code;
    throw error;
  }
  return 'nothing thrown';
}

async function es256(): Promise<{ readonly signer: Signer; readonly verifier: Verifier }> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const { privateKey, publicKey } = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const use = { name: 'ECDSA', hash: 'SHA-256' };
  const spki = new Uint8Array(await crypto.subtle.exportKey('spki', publicKey));
  const name = 'ECDSA-P256-SHA256' as const;
  return {
    signer: {
      algorithm: name,
      publicKey: spki,
      sign: async (message) => new Uint8Array(await crypto.subtle.sign(use, privateKey, Uint8Array.from(message))),
    },
    verifier: {
      algorithm: name,
      verify: (message, signature) =>
        crypto.subtle.verify(use, publicKey, Uint8Array.from(signature), Uint8Array.from(message)),
    } as Verifier,
  };
}

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a status list token', () => {
  it.each(['jwt', 'cwt'] as const)('of the vectors, as %s', async (format) => {
    const token = readStatusListToken(format === 'jwt' ? VECTORS.jwt : fromBase64url(VECTORS.cwt)!);
    expect(token).toMatchObject({
      format,
      uri,
      issuedAt,
      expires: new Date('2026-11-23T00:00:00Z'),
      ttl: 300,
      bits: 2,
      kid: '12',
    });
    const list = StatusList.decompress(token.compressed, token.bits);
    expect([0, 1, 2, 3, 4].map((index) => list.get(index))).toEqual([0, 1, 2, 3, 0]);
    const own = sm2Verifier(readSm2PublicKey(fromBase64url(VECTORS.publicKey)!));
    expect(await verifyStatusListToken(token, own)).toBe(true);
    expect(await verifyStatusListToken(token, verifier)).toBe(false);
  });

  it.each(Object.entries(VECTORS.refused))('is not read with %s', (name, text) => {
    expect(codeOf(() => readStatusListToken(name.startsWith('CWT') ? fromBase64url(text)! : text))).toBe(
      'status-list-malformed',
    );
  });

  /** The example of the draft, section 5.2: its list is b9 a3. */
  it('of the draft is read, as CWT and JWT', () => {
    const cwt = Buffer.from(
      'd2845820a2012610781a6170706c69636174696f6e2f7374617475736c6973742b637774a1044231325850a502782168747470733a2f2f6578' +
        '616d706c652e636f6d2f7374617475736c697374732f31061a648c5bea041a8898dfea19fffe19a8c019fffda2646269747301636c73744a' +
        '78dadbb918000217015d584093fa4d01032b18c35e2fe1101b77fd6cc9440022caa4694450c4e4e9feab4e99d1fa6d9772ce2bf3a12e0323' +
        'ded7c982c5e101a5e67f0cbc1e2b6f57ce99c279',
      'hex',
    );
    const jwt =
      'eyJhbGciOiJFUzI1NiIsImtpZCI6IjEyIiwidHlwIjoic3RhdHVzbGlzdCtqd3QifQ.eyJleHAiOjIyOTE3MjAxNzAsImlhdCI6MTY4NjkyMDE3' +
      'MCwiaXNzIjoiaHR0cHM6Ly9leGFtcGxlLmNvbSIsInN0YXR1c19saXN0Ijp7ImJpdHMiOjEsImxzdCI6ImVOcmJ1UmdBQWhjQlhRIn0sInN1YiI6' +
      'Imh0dHBzOi8vZXhhbXBsZS5jb20vc3RhdHVzbGlzdHMvMSIsInR0bCI6NDMyMDB9.2lKUUNG503R9htu4aHAYi7vjmr3sgApbfoDvPrl65N3URUO' +
      '1EYqqQl45Jfzd-Av4QzlKa3oVALpLwOEUOq-U_g';
    for (const token of [readStatusListToken(new Uint8Array(cwt)), readStatusListToken(jwt)]) {
      expect(token).toMatchObject({ uri: 'https://example.com/statuslists/1', ttl: 43_200, bits: 1, kid: '12' });
      expect(token.issuedAt.getTime()).toBe(1_686_920_170_000);
      expect([...StatusList.decompress(token.compressed, token.bits).octets]).toEqual([0xb9, 0xa3]);
    }
  });

  it.each(['jwt', 'cwt'] as const)('with ES256, as %s, is verified by that key and by no other', async (format) => {
    const other = await es256();
    const bytes = await issueStatusListToken(
      { uri, list: new StatusList(8, 1), issuedAt },
      { signer: other.signer, format: format as StatusListFormat },
    );
    const token = readStatusListToken(bytes);
    expect(await verifyStatusListToken(token, other.verifier)).toBe(true);
    expect(await verifyStatusListToken(token, verifier)).toBe(false);
  });

  it('does not choose its algorithm', async () => {
    const payload = part({ sub: uri, iat: 1, status_list: { bits: 1, lst: 'eNrbuRgAAhcBXQ' } });
    const input = (alg: string): string => `${part({ typ: 'statuslist+jwt', alg })}.${payload}`;
    const sign = async (alg: string): Promise<string> =>
      `${input(alg)}.${toBase64url(await signer.sign(new TextEncoder().encode(input(alg))))}`;
    expect(await verifyStatusListToken(readStatusListToken(await sign('SGD_SM3_SM2')), verifier)).toBe(true);
    // The SM2 key's own signature under another name; no signature; a MAC.
    for (const alg of ['ES256', 'none', 'HS256', 'sgd_sm3_sm2'])
      expect(await verifyStatusListToken(readStatusListToken(await sign(alg)), verifier)).toBe(false);
    expect(codeOf(() => readStatusListToken(`${input('none')}.`))).toBe('status-list-malformed');
    for (const name of ['jwk', 'x5c', 'jku', 'crit'])
      expect(
        codeOf(() =>
          readStatusListToken(`${part({ typ: 'statuslist+jwt', alg: 'ES256', [name]: 1 })}.${payload}.AAAA`),
        ),
      ).toBe('status-list-malformed');
  });

  it('is not verified with one octet changed', async () => {
    const content = { uri, list: new StatusList(64, 2), issuedAt, ttl: 5 };
    const text = await issueStatusListToken(content, { signer });
    const [header = '', payload = ''] = text.split('.');
    const changed = Buffer.from(payload, 'base64url').toString().replace('"ttl":5', '"ttl":6');
    const forged = [header, Buffer.from(changed).toString('base64url'), text.split('.')[2]].join('.');
    expect(readStatusListToken(forged).ttl).toBe(6);
    expect(await verifyStatusListToken(readStatusListToken(forged), verifier)).toBe(false);
    expect(await verifyStatusListToken(readStatusListToken(text), verifier)).toBe(true);
  });

  it('is not read as a token of another kind beside it', async () => {
    const bytes = await issueStatusListToken({ uri, list: new StatusList(8, 1), issuedAt }, { signer, format: 'cwt' });
    // Without its tag, with a CWT tag around it, with something behind it.
    expect(codeOf(() => readStatusListToken(bytes.subarray(1)))).toBe('status-list-malformed');
    expect(codeOf(() => readStatusListToken(Uint8Array.of(0xd8, 61, ...bytes)))).toBe('status-list-malformed');
    expect(codeOf(() => readStatusListToken(Uint8Array.of(...bytes, 0)))).toBe('status-list-malformed');
    // A file with a line end is still the text.
    const text = await issueStatusListToken({ uri, list: new StatusList(8, 1), issuedAt }, { signer });
    expect(readStatusListToken(new TextEncoder().encode(`${text}\n`)).uri).toBe(uri);
  });

  it('has its limits', () => {
    expect(codeOf(() => readStatusListToken('a'.repeat(STATUS_LIST_LIMITS.token + 1)))).toBe('input-too-large');
    expect(codeOf(() => readStatusListToken('a'.repeat(STATUS_LIST_LIMITS.token)))).toBe('status-list-malformed');
    expect(codeOf(() => readStatusListToken(''))).toBe('status-list-malformed');
    expect(codeOf(() => readStatusListToken(new Uint8Array()))).toBe('status-list-malformed');
  });

  it('is not inflated to be read: a bomb costs nothing until its signature is verified', async () => {
    const lst = toBase64url(new Uint8Array(deflateSync(new Uint8Array(40 * 1024 * 1024))));
    const token = readStatusListToken(
      `${part({ typ: 'statuslist+jwt', alg: 'ES256' })}.${part({ sub: uri, iat: 1, status_list: { bits: 1, lst } })}.AAAA`,
    );
    expect(token.compressed.length).toBeLessThan(50_000);
    expect(codeOf(() => StatusList.decompress(token.compressed, token.bits))).toBe('input-too-large');
  });

  it('is not signed with what nobody would read', async () => {
    const content = { uri, list: new StatusList(8, 1), issuedAt };
    for (const wrong of [
      { uri: '' },
      { uri: 'x'.repeat(STATUS_LIST_LIMITS.text + 1) },
      { ttl: 0 },
      { ttl: 0.5 },
      { ttl: Number.POSITIVE_INFINITY },
      { expires: issuedAt },
      { issuedAt: new Date(Number.NaN) },
    ])
      await expect(issueStatusListToken({ ...content, ...wrong }, { signer })).rejects.toMatchObject({
        code: 'invalid-argument',
      });
  });
});
