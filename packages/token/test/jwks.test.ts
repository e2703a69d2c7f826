/** JWK Sets: what is read of them. */
import { generateKeyPairSync } from 'node:crypto';
import { generateSm2Key } from '@gov/sm';
import { JOSE_DIALECTS } from '@gov/token/dialect';
import type { JsonObject } from '@gov/token/json';
import { type EcJwk, publicJwk } from '@gov/token/jwk';
import { JWKS_LIMITS, readJwks } from '@gov/token/jwks';
import { describe, expect, it } from 'vitest';
import type { Random } from '../../../test/fuzz/mutation.js';
import { fuzz } from '../../../test/fuzz/run.js';

const sm2 = publicJwk(generateSm2Key().publicKey.toSpki(), { kid: 'sm2', use: 'sig' }) as EcJwk;
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const p256 = { ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }), kid: 'p256' };
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const set = (...keys: readonly unknown[]): Uint8Array => utf8(JSON.stringify({ keys }));
const refused = (code: string) => expect.objectContaining({ name: 'GovError', code });

describe('a JWK Set', () => {
  it('is read in its order; what nobody here can use is passed over', () => {
    const foreign = [
      { kty: 'AKP', alg: 'ML-DSA-44', pub: 'AA', kid: 'sm2' },
      { kty: 'OKP', crv: 'X25519', x: 'AA' },
      { kty: 'EC', crv: 'secp256k1', x: sm2.x, y: sm2.y },
      { ...sm2, y: p256.y, kid: 'off the curve' },
      { kty: 'RSA', n: 'AQAB', e: 'AQAB', kid: 'small' },
      { ...sm2, alg: 'ES256', kid: 'contradiction' },
      {},
    ];
    expect(readJwks(set(...foreign, sm2, p256))).toEqual([sm2, p256]);
    expect(readJwks(set())).toEqual([]);
    expect(readJwks(utf8(JSON.stringify({ keys: [sm2], more: { a: [1] } })))).toEqual([sm2]);
  });

  it('has the curve names of its dialect', () => {
    const other = { ...sm2, crv: 'SM2', kid: 'other' };
    expect(readJwks(set(sm2, other))).toEqual([sm2]);
    expect(readJwks(set(sm2, other), { dialect: JOSE_DIALECTS.get('sm2sm3-empty-id')! })).toEqual([other]);
  });

  it.each([
    ['no JSON', utf8('{'), 'jwks-malformed'],
    ['nothing', utf8(''), 'jwks-malformed'],
    ['an array', utf8('[]'), 'jwks-malformed'],
    ['no keys', utf8('{}'), 'jwks-malformed'],
    ['one key alone', utf8(JSON.stringify(sm2)), 'jwks-malformed'],
    ['keys that are an object', utf8('{"keys":{}}'), 'jwks-malformed'],
    ['keys twice', utf8('{"keys":[],"keys":[]}'), 'jwks-malformed'],
    ['a key that is null', set(null), 'jwks-malformed'],
    ['a key that is an array', set(sm2, []), 'jwks-malformed'],
    ['two keys of one kid', set(sm2, { ...p256, kid: 'sm2' }), 'jwks-malformed'],
    ['the same key twice', set(sm2, sm2), 'jwks-malformed'],
    ['a member twice in a key', utf8('{"keys":[{"kty":"EC","kty":"EC"}]}'), 'jwks-malformed'],
    ['a private key', set(p256, { ...sm2, d: 'AA' }), 'jwk-private'],
    ['a private key of RSA', set(sm2, rsa.privateKey.export({ format: 'jwk' })), 'jwk-private'],
    ['a part of one', set({ ...rsa.publicKey.export({ format: 'jwk' }), dq: 'AA' }), 'jwk-private'],
    ['a private key of unknown kind', set(sm2, { kty: 'AKP', priv: 'AA' }), 'jwk-private'],
    ['a secret', set(sm2, { kty: 'oct', k: 'AAAA', kid: 'hmac' }), 'jwk-private'],
  ])('is refused whole: %s', (_, bytes, code) => {
    expect(() => readJwks(bytes)).toThrow(refused(code));
  });

  it('has limits', () => {
    const many = Array.from({ length: JWKS_LIMITS.keys }, (_, n) => ({ ...sm2, kid: `${n}` }));
    expect(readJwks(set(...many))).toHaveLength(JWKS_LIMITS.keys);
    expect(() => readJwks(set(...many, { kty: 'x' }))).toThrow(refused('jwks-malformed'));
    const text = JSON.stringify({ keys: [sm2] });
    expect(readJwks(utf8(text.padEnd(JWKS_LIMITS.bytes)))).toHaveLength(1);
    expect(() => readJwks(utf8(text.padEnd(JWKS_LIMITS.bytes + 1)))).toThrow(refused('input-too-large'));
    expect(() => readJwks(set(sm2, p256), { limits: { keys: 1 } })).toThrow(refused('jwks-malformed'));
    expect(() => readJwks(set(sm2), { limits: { bytes: 10 } })).toThrow(refused('input-too-large'));
  });

  it('never says what is in it', () => {
    for (const bytes of [set({ ...sm2, d: 'c2VjcmV0' }), utf8('{"keys":"c2VjcmV0"}'), utf8('c2VjcmV0')])
      expect(() => readJwks(bytes)).toThrow(expect.not.objectContaining({ message: expect.stringContaining('c2Vj') }));
  });
});

describe('a JWK Set that was spoilt', () => {
  const text = JSON.stringify({ keys: [sm2, p256, rsa.publicKey.export({ format: 'jwk' }) as JsonObject] });

  function mutate(next: Random): Uint8Array {
    let spoilt = text;
    for (let changes = 1 + next(3); changes > 0; changes--) {
      const at = next(spoilt.length);
      const insert = ['"', '{', '}', '[', ']', ',', ':', '\\u0000', 'd', '1e999', '"d":1,', '=', 'é'][next(13)]!;
      spoilt = spoilt.slice(0, at) + (next(3) === 0 ? '' : insert) + spoilt.slice(at + next(3));
    }
    return utf8(spoilt);
  }

  it('throws nothing but GovError', async () => {
    const { runs, codes, slowestMs } = await fuzz((bytes) => void readJwks(bytes), { mutate }, { count: 2000 });
    console.log(`${runs} runs, slowest ${slowestMs.toFixed(1)} ms, ${JSON.stringify(codes)}`);
    expect(Object.keys(codes).filter((code) => !['read', 'jwks-malformed', 'jwk-private'].includes(code))).toEqual([]);
  });
});
