import { generateSm2Key, hmacSm3, sm2Signer } from '@gov/sm';
import { type DpopPolicy, dpopProof, verifyDpop } from '@gov/token/dpop';
import { jwkThumbprint, publicJwk } from '@gov/token/jwk';
import { JWT_LIMITS } from '@gov/token/jwt';
import { beforeAll, describe, expect, it } from 'vitest';
import { AT, codesOf, es256, type Forger, forged, NOW, part, replays, thrown } from './jwt-world.js';

const signer = sm2Signer(generateSm2Key());
const jwk = publicJwk(signer.publicKey);
const REQUEST = { method: 'POST', url: 'https://api.example.gov.cn/licenses?page=2#top', at: AT };
const HEADER = { typ: 'dpop+jwt', alg: 'SGD_SM3_SM2', jwk };
const CLAIMS = { jti: 'p1', htm: 'POST', htu: 'https://api.example.gov.cn/licenses', iat: NOW };
const TOKEN = 'Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU';

let thumbprint: string;
beforeAll(async () => {
  thumbprint = await jwkThumbprint(jwk);
});

async function judged(proof: string | Promise<string>, policy: Partial<DpopPolicy> = {}) {
  const { report, ...rest } = await verifyDpop(await proof, { ...REQUEST, replay: replays(), ...policy });
  return { verdict: report.verdict, codes: codesOf(report), ...rest };
}
const proofOf = (claims: object = {}, header: object = {}, by: Forger = signer): Promise<string> =>
  forged({ ...HEADER, ...header }, { ...CLAIMS, ...claims }, by);
const invalid = (...codes: readonly string[]) => ({ verdict: 'invalid', codes });
const valid = () => ({ verdict: 'valid', codes: [], thumbprint });

describe('dpopProof and verifyDpop', () => {
  it('prove the key for one request', async () => {
    const proof = await dpopProof({ ...REQUEST, random: (octets) => new Uint8Array(octets) }, signer);
    const [header, claims] = proof.split('.').map((text) => Buffer.from(text, 'base64url').toString());
    expect(JSON.parse(header!)).toEqual(HEADER);
    expect(JSON.parse(claims!)).toEqual({ ...CLAIMS, jti: 'AAAAAAAAAAAAAAAAAAAAAA' });
    const { report, thumbprint: own } = await verifyDpop(proof, { ...REQUEST, thumbprint, replay: replays() });
    expect(own).toBe(thumbprint);
    expect(report.subject).toEqual({ algorithm: 'SM2-SM3' });
    expect(report.required).toEqual(['format', 'key', 'authenticity', 'authority', 'time', 'binding', 'replay']);
    expect(report.findings.map(({ check, outcome, code }) => `${check} ${outcome} ${code}`)).toEqual([
      'format pass format-ok',
      'authority pass authority-ok',
      'time pass token-time-ok',
      'binding pass token-binding-ok',
      'key pass token-key-ok',
      'authenticity pass signature-ok',
      'replay pass token-first-use',
    ]);
  });

  it('never twice the same jti, of itself', async () => {
    const proofs = await Promise.all([dpopProof(REQUEST, signer), dpopProof(REQUEST, signer)]);
    const replay = replays();
    for (const proof of proofs) expect(await judged(proof, { replay })).toEqual(valid());
  });

  it('with ES256', async () => {
    const p256 = await es256();
    const { kid: _, ...own } = p256.jwk;
    const proof = await dpopProof({ ...REQUEST, accessToken: TOKEN, nonce: 'n1' }, p256.signer);
    const answer = await judged(proof, { accessToken: TOKEN, nonce: 'n1' });
    expect(answer).toEqual({ verdict: 'valid', codes: [], thumbprint: await jwkThumbprint(own) });
    expect(await judged(proof, { algorithms: ['SM2-SM3'] })).toEqual(invalid('token-algorithm-refused'));
  });

  it('the examples of RFC 9449 4.1 and 7.1', async () => {
    const header =
      'eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19';
    const toToken = `${header}.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg`;
    const toResource = `${header}.eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA`;
    const own = '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I';
    const at = new Date(1562262620_000);
    expect(await judged(toToken, { at, method: 'POST', url: 'https://server.example.com/token' })).toEqual({
      verdict: 'valid',
      codes: [],
      thumbprint: own,
    });
    const resource = { at, method: 'GET', url: 'https://resource.example.org/protectedresource' };
    expect(await judged(toResource, { ...resource, thumbprint: own, accessToken: TOKEN })).toEqual({
      verdict: 'valid',
      codes: [],
      thumbprint: own,
    });
  });
});

describe('a proof is for one request', () => {
  it.each(['GET', 'post', 'Post', 'POST ', '', 'POS'])('htm %j is not POST', async (htm) => {
    expect((await judged(proofOf({ htm }))).codes).toContain('proof-request-mismatch');
    expect((await judged(proofOf({ htm }))).verdict).toBe('invalid');
  });

  it.each([
    // RFC 3986 6.2.2 and 6.2.3
    ['HTTPS://API.example.GOV.cn/licenses'],
    ['https://api.example.gov.cn:443/licenses'],
    ['https://api.example.gov.cn/a/../licenses'],
    ['https://api.example.gov.cn/./licenses'],
    ['https://api.example.gov.cn/%2e%2E/licenses'],
    ['https://api.example.gov.cn/%6Cicenses'],
    ['https://api.example.gov.cn/licenses?other=1'],
    ['https://api.example.gov.cn/licenses#fragment'],
  ])('htu %s is the target', async (htu) => {
    expect(await judged(proofOf({ htu }))).toEqual(valid());
  });

  it.each([
    'https://api.example.gov.cn/licenses/',
    'https://api.example.gov.cn//licenses',
    'https://api.example.gov.cn/Licenses',
    'https://api.example.gov.cn/licenses%2F',
    'https://api.example.gov.cn/licenses;a=1',
    'https://api.example.gov.cn',
    'https://api.example.gov.cn.evil.example/licenses',
    'https://api.example.gov.cn:8443/licenses',
    'http://api.example.gov.cn/licenses',
    'https://api.example.gov.cn./licenses',
    'https://user@api.example.gov.cn/licenses',
    'https://:x@api.example.gov.cn/licenses',
    'https:api.example.gov.cn/licenses',
    'https:\\\\api.example.gov.cn\\licenses',
    'https://api.example.gov.cn/lic\tenses',
    'https://api.example.gov.cn/licenses\0',
    ' https://api.example.gov.cn/licenses',
    '//api.example.gov.cn/licenses',
    '/licenses',
    'ftp://api.example.gov.cn/licenses',
    'https://[::1',
    `https://api.example.gov.cn/licenses?${'x'.repeat(2048)}`,
    '',
  ])('htu %j is another one', async (htu) => {
    expect(await judged(proofOf({ htu }))).toEqual(invalid('proof-request-mismatch'));
  });

  it('%2F is no slash, and its hexadecimal has no case', async () => {
    const url = 'https://api.example.gov.cn/a%2fb/~x/%E6%B2%BB';
    for (const htu of [url, 'https://api.example.gov.cn/a%2Fb/%7Ex/%e6%b2%bb'])
      expect(await judged(proofOf({ htu }), { url })).toEqual(valid());
    const slash = 'https://api.example.gov.cn/a/b/~x/%E6%B2%BB';
    expect(await judged(proofOf({ htu: slash }), { url })).toEqual(invalid('proof-request-mismatch'));
  });

  it('a request of any length and spelling is judged, not thrown at', async () => {
    const url = `https://api.example.gov.cn/licenses?q=${'|'.repeat(20_000)}治`;
    expect(await judged(proofOf(), { url })).toEqual(valid());
    expect((await judged(proofOf(), { method: 'no method', url: 'https://api.example.gov.cn/a|b"<' })).codes).toEqual([
      'proof-request-mismatch',
    ]);
  });

  it('of the token that is shown', async () => {
    const bound = await dpopProof({ ...REQUEST, accessToken: TOKEN }, signer);
    expect(await judged(bound, { accessToken: TOKEN, thumbprint })).toEqual(valid());
    expect(await judged(bound, { accessToken: `${TOKEN}x`, thumbprint })).toEqual(invalid('proof-token-mismatch'));
    for (const ath of [undefined, null, '', 1, 'x'.repeat(43), `${TOKEN}`])
      expect(await judged(proofOf({ ath }), { accessToken: TOKEN })).toEqual(invalid('proof-token-mismatch'));
  });

  it('of the key that the token is bound to: a stolen token opens nothing', async () => {
    const thief = sm2Signer(generateSm2Key());
    const proof = await dpopProof({ ...REQUEST, accessToken: TOKEN }, thief);
    expect(await judged(proof, { accessToken: TOKEN, thumbprint })).toEqual(invalid('token-binding-mismatch'));
    // The thief cannot show the owner's key as his own.
    expect(await judged(proofOf({}, {}, thief), { thumbprint })).toEqual(invalid('signature-invalid'));
    expect(await judged(proofOf(), { thumbprint: `${thumbprint}=` })).toEqual(invalid('token-binding-mismatch'));
  });

  it('without a thumbprint nobody says that the binding is in order', async () => {
    const proof = await dpopProof({ ...REQUEST, accessToken: TOKEN }, signer);
    const { report } = await verifyDpop(proof, { ...REQUEST, accessToken: TOKEN, replay: replays() });
    expect(report.findings.filter(({ check }) => check === 'binding')).toEqual([]);
  });

  it('of the nonce that was given', async () => {
    expect(await judged(dpopProof({ ...REQUEST, nonce: 'n1' }, signer), { nonce: 'n1' })).toEqual(valid());
    for (const nonce of [undefined, null, '', 'N1', 'n1 ', ['n1']])
      expect(await judged(proofOf({ nonce }), { nonce: 'n1' })).toEqual(invalid('proof-nonce-mismatch'));
    expect(await judged(proofOf({ nonce: 'any' }))).toEqual(valid());
  });
});

describe('a proof is short-lived and used once', () => {
  it.each([
    [-60, undefined],
    [-60.001, 'proof-too-old'],
    [-3600, 'proof-too-old'],
    [60, undefined],
    [60.001, 'token-issued-later'],
  ])('iat %d s from now: %s', async (seconds, code) => {
    expect(await judged(proofOf({ iat: NOW + seconds }))).toEqual(code === undefined ? valid() : invalid(code));
  });

  it('takes the age that it is given, up to 300 s', async () => {
    expect(await judged(proofOf({ iat: NOW - 2 }), { maxAgeSeconds: 1 })).toEqual(invalid('proof-too-old'));
    expect(await judged(proofOf({ iat: NOW - 300 }), { maxAgeSeconds: 300 })).toEqual(valid());
    for (const maxAgeSeconds of [0, 301, Number.NaN, -1])
      expect(await thrown(() => judged(proofOf(), { maxAgeSeconds }))).toBe('invalid-argument');
  });

  it('its jti is taken once, for its key, until it would be too old anyhow', async () => {
    const replay = replays();
    expect(await judged(proofOf(), { replay })).toEqual(valid());
    expect(await judged(proofOf(), { replay })).toEqual(invalid('token-replayed'));
    expect(replay.asked[0]).toEqual({
      scope: `dpop+jwt ${thumbprint}`,
      id: 'p1',
      until: new Date((NOW + 60) * 1000 + 1),
    });
    const other = sm2Signer(generateSm2Key());
    const same = await proofOf({}, { jwk: publicJwk(other.publicKey) }, other);
    expect((await judged(same, { replay })).verdict).toBe('valid');
  });

  it('nobody burns the jti of another, nor with a proof that fails', async () => {
    const replay = replays();
    const stranger = sm2Signer(generateSm2Key());
    const asked = { replay, thumbprint, accessToken: TOKEN, nonce: 'n1' };
    const good = { ath: 'fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo', nonce: 'n1' };
    for (const proof of [
      proofOf(good, {}, stranger),
      proofOf({ ...good, htm: 'GET' }),
      proofOf({ ...good, htu: 'https://x.example' }),
      proofOf({ ...good, iat: NOW - 61 }),
      proofOf({ ...good, ath: 'x' }),
      proofOf({ ...good, nonce: 'x' }),
      proofOf(good, { typ: 'JWT' }),
      proofOf(good, { alg: 'ES256' }),
      proofOf(good, { jwk: publicJwk(stranger.publicKey) }, stranger),
    ])
      expect((await judged(proof, asked)).verdict).toBe('invalid');
    expect(replay.asked).toEqual([]);
    expect(await judged(proofOf(good), asked)).toEqual(valid());
  });
});

describe('what a proof must say', () => {
  it.each([
    ['no jti', { jti: undefined }, 'token-claim-missing'],
    ['no htm', { htm: undefined }, 'token-claim-missing'],
    ['no htu', { htu: undefined }, 'token-claim-missing'],
    ['no iat', { iat: undefined }, 'token-claim-missing'],
    ['an empty jti', { jti: '' }, 'token-claim-malformed'],
    ['a jti that is a number', { jti: 1 }, 'token-claim-malformed'],
    ['a jti too long for a store', { jti: 'x'.repeat(JWT_LIMITS.textCharacters + 1) }, 'token-claim-malformed'],
    ['a jti with U+0000', { jti: 'a\0' }, 'token-claim-malformed'],
    ['a jti with half of a pair', { jti: '\ud800' }, 'token-claim-malformed'],
    ['an iat that is a text', { iat: `${NOW}` }, 'token-claim-malformed'],
    ['an iat in milliseconds', { iat: NOW * 1000 }, 'token-claim-malformed'],
    ['an htu that is a list', { htu: [CLAIMS.htu] }, 'token-claim-malformed'],
    ['an htm that is null', { htm: null }, 'token-claim-malformed'],
  ])('%s', async (_what, claims, code) => {
    const replay = replays();
    const answer = await judged(proofOf(claims), { replay });
    expect(answer.verdict).toBe('invalid');
    expect(answer.codes).toContain(code);
    expect(replay.asked).toEqual([]);
  });

  it.each([undefined, 'JWT', 'at+jwt', 'dpop', 'dpop+jwt '])('typ %j is none', async (typ) => {
    expect(await judged(proofOf({}, { typ }))).toEqual(invalid('token-type-mismatch'));
  });
});

describe('the key of a proof', () => {
  it.each([
    ['none', undefined],
    ['null', null],
    ['a text', 'x'],
    ['an array', [jwk]],
    ['without kty', { ...jwk, kty: undefined }],
    ['another curve’s name', { ...jwk, crv: 'P-256' }],
    ['a curve that is not known', { ...jwk, crv: 'secp256k1' }],
    ['a name of the curve of another dialect', { ...jwk, crv: 'SM2' }],
    ['a point that is not on the curve', { ...jwk, y: (jwk as { x?: string }).x }],
    ['a coordinate too short', { ...jwk, x: 'AAAA' }],
    ['RSA of 512 bits', { kty: 'RSA', e: 'AQAB', n: Buffer.alloc(64, 0xff).toString('base64url') }],
  ])('%s', async (_what, value) => {
    const code = await thrown(() => judged(proofOf({}, { jwk: value })));
    expect(['jwk-malformed', 'jwt-malformed']).toContain(code);
    expect(code).toBe(value === undefined ? 'jwt-malformed' : 'jwk-malformed');
  });

  it('a private key, or a secret', async () => {
    for (const value of [
      { ...jwk, d: 'A'.repeat(43) },
      { ...jwk, d: null },
      { kty: 'oct', k: 'A'.repeat(43) },
    ])
      expect(await thrown(() => judged(proofOf({}, { jwk: value })))).toBe('jwk-private');
    const secret = Buffer.alloc(32, 1);
    const code: Forger = { sign: (message) => hmacSm3(secret, message) };
    const oct = { alg: 'SGD_SM3_HMAC', jwk: { kty: 'oct', k: secret.toString('base64url') } };
    expect(await thrown(() => judged(proofOf({}, oct, code), { algorithms: ['HMAC-SM3'] }))).toBe('jwk-private');
  });

  it('an algorithm that is not the key’s, or none', async () => {
    const p256 = await es256();
    for (const alg of ['ES256', 'none', 'HS256', 'SGD_SM3_HMAC', 'SM2SM3', 'EdDSA'])
      expect(await judged(proofOf({}, { alg }))).toEqual(invalid('token-algorithm-refused'));
    expect(await judged(proofOf({}, { jwk: p256.jwk }, p256.signer))).toEqual(invalid('token-algorithm-refused'));
    expect(await judged(proofOf({}, { jwk: { ...jwk, use: 'enc' } }))).toEqual(invalid('token-algorithm-refused'));
    expect(await judged(proofOf({}, { jwk: { ...jwk, key_ops: ['sign'] } }))).toEqual(
      invalid('token-algorithm-refused'),
    );
  });

  it.each(['jku', 'x5u', 'x5c', 'crit', 'b64'])('%s beside it', async (name) => {
    expect(await thrown(() => judged(proofOf({}, { [name]: [] })))).toBe('jwt-malformed');
  });

  it('twice', async () => {
    const header = `{"typ":"dpop+jwt","alg":"SGD_SM3_SM2","jwk":${JSON.stringify(jwk)},"jwk":${JSON.stringify(jwk)}}`;
    expect(await thrown(() => judged(forged(header, CLAIMS)))).toBe('jwt-malformed');
  });
});

describe('misuse', () => {
  it.each(['', 'api', 'ftp://a.example/', 'https://u:p@a.example/', 'file:///etc/passwd'])(
    'url %j throws',
    async (url) => {
      expect(await thrown(() => dpopProof({ ...REQUEST, url }, signer))).toBe('invalid-argument');
      expect(await thrown(() => judged(proofOf(), { url }))).toBe('invalid-argument');
    },
  );

  it.each(['', 'GET ', 'GÉT', 'G\nET', 'x'.repeat(33)])('method %j throws', async (method) => {
    expect(await thrown(() => dpopProof({ ...REQUEST, method }, signer))).toBe('invalid-argument');
  });

  it('a time that is none, or a signer without a name', async () => {
    expect(await thrown(() => judged(proofOf(), { at: new Date(Number.NaN) }))).toBe('invalid-argument');
    const odd = { ...signer, algorithm: 'ECDSA-P256-SHA384' as const };
    expect(await thrown(() => dpopProof(REQUEST, odd))).toBe('invalid-argument');
    expect(await thrown(() => dpopProof({ ...REQUEST, at: new Date(Number.NaN) }, signer))).toBe('invalid-argument');
  });

  it('a proof that is none', async () => {
    for (const text of ['', '..', 'a.b.c', `${part(HEADER)}.${part(CLAIMS)}.`, 'x'.repeat(20_000)])
      expect(await thrown(() => judged(text))).toBe(text.length > 16_384 ? 'input-too-large' : 'jwt-malformed');
  });
});
