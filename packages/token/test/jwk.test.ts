/** JSON Web Keys: what is read, what is refused, and the same keys by node:crypto and jose. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { derToRaw, fromBase64url, generateSm2Key, readSm2PrivateKey, sm2Verifier, toBase64url } from '@gov/sm';
import { GMT_0125, JOSE_DIALECTS, type TokenAlgorithm } from '@gov/token/dialect';
import type { JsonObject, JsonValue } from '@gov/token/json';
import {
  type EcJwk,
  JWK_LIMITS,
  type Jwk,
  jwkFits,
  jwkSigner,
  jwkSpki,
  jwkThumbprint,
  jwkVerifier,
  publicJwk,
  readJwk,
} from '@gov/token/jwk';
import { GovError, isGovError } from '@gov/verdict';
import { calculateJwkThumbprint, exportJWK, importJWK, type JWK } from 'jose';
import { describe, expect, it } from 'vitest';
import type { Random } from '../../../test/fuzz/mutation.js';
import { fuzz } from '../../../test/fuzz/run.js';

const message = new TextEncoder().encode('a message');
const SM2SM3 = JOSE_DIALECTS.get('sm2sm3-empty-id')!;

const spkiOf = (key: KeyObject): Uint8Array => Uint8Array.from(key.export({ type: 'spki', format: 'der' }));
const jwkOf = (key: KeyObject): JsonObject => key.export({ format: 'jwk' }) as JsonObject;

const pairs = {
  'P-256': generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  'P-384': generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  'P-521': generateKeyPairSync('ec', { namedCurve: 'P-521' }),
  RSA: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  Ed25519: generateKeyPairSync('ed25519'),
} as const;

const sm2Key = generateSm2Key();
const sm2 = publicJwk(sm2Key.publicKey.toSpki()) as EcJwk;
/** PKCS#8 of an SM2 key holds SEC1, and that the scalar at octet 7. */
const scalarOf = (key = sm2Key): string => toBase64url(key.toSec1().subarray(7, 39));

const publics: Readonly<Record<string, Jwk>> = {
  SM2: sm2,
  ...Object.fromEntries(Object.entries(pairs).map(([name, { publicKey }]) => [name, readJwk(jwkOf(publicKey))])),
};

const refused = (code: string) => expect.objectContaining({ name: 'GovError', code });

/** The octets of a member changed. */
function changed(jwk: Jwk, name: string, change: (octets: Uint8Array) => Uint8Array): JsonObject {
  const value = (jwk as JsonObject)[name] as string;
  return { ...jwk, [name]: toBase64url(change(fromBase64url(value)!)) };
}

describe('a key of node:crypto', () => {
  it.each(Object.entries(pairs))('%s is the same as JWK and as SubjectPublicKeyInfo', async (_, { publicKey }) => {
    const spki = spkiOf(publicKey);
    const jwk = readJwk(jwkOf(publicKey));
    expect(jwkSpki(jwk)).toEqual(spki);
    expect(publicJwk(spki)).toEqual(jwk);
    expect(jwk).toEqual(await exportJWK(publicKey));
    expect(await jwkThumbprint(jwk)).toBe(await calculateJwkThumbprint(jwk as JWK));
    // One leading zero in 256 is where a library cuts short.
    expect(createPublicKey({ key: Buffer.from(jwkSpki(jwk)), format: 'der', type: 'spki' }).equals(publicKey)).toBe(
      true,
    );
  });

  it.each(['P-256', 'P-384', 'P-521'] as const)('%s keeps the zeros before its coordinates', (namedCurve) => {
    let zeros = 0;
    for (let runs = 0; runs < 4000 && zeros < 2; runs++) {
      const { publicKey } = generateKeyPairSync('ec', { namedCurve });
      const jwk = readJwk(jwkOf(publicKey)) as EcJwk;
      if (fromBase64url(jwk.x)![0] !== 0 && fromBase64url(jwk.y)![0] !== 0) continue;
      zeros++;
      expect(jwkSpki(jwk)).toEqual(spkiOf(publicKey));
      expect(publicJwk(spkiOf(publicKey))).toEqual(jwk);
    }
    expect(zeros).toBeGreaterThan(0);
  });

  it('SM2 is as OpenSSL writes it', () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'SM2' });
    const jwk = publicJwk(spkiOf(publicKey), { kid: 'a', use: 'sig', alg: 'SGD_SM3_SM2' });
    expect(jwk).toMatchObject({ kty: 'EC', crv: 'SM2-P-256', kid: 'a', use: 'sig', alg: 'SGD_SM3_SM2' });
    expect(jwkSpki(jwk)).toEqual(spkiOf(publicKey));
    expect(readJwk(jwk)).toEqual(jwk);
  });
});

describe('a thumbprint', () => {
  it('is that of RFC 7638 3.1 and RFC 8037 A.3', async () => {
    const n =
      '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw';
    const rsa = readJwk({ kty: 'RSA', n, e: 'AQAB', alg: 'RS256', kid: '2011-04-29' });
    expect(await jwkThumbprint(rsa)).toBe('NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs');
    const okp = readJwk({ kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' });
    expect(await jwkThumbprint(okp)).toBe('kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k');
  });

  it('is of the members as they are written', async () => {
    const other = readJwk({ ...sm2, crv: 'SM2' }, { dialect: SM2SM3 });
    expect(await jwkThumbprint(other)).not.toBe(await jwkThumbprint(sm2));
    const named = { ...sm2, kid: 'x', use: 'sig' };
    expect(await jwkThumbprint(named)).toBe(await jwkThumbprint(sm2));
    const secret: Jwk = { kty: 'oct', k: 'AAAA' };
    expect(await jwkThumbprint(secret)).toBe(await calculateJwkThumbprint(secret as JWK));
  });
});

describe('refused', () => {
  const coordinates = Object.entries(publics).flatMap(([name, jwk]) =>
    ['x', 'y'].filter((member) => member in jwk).map((member) => [name, member, jwk] as const),
  );

  it.each(coordinates)('%s: %s that is shorter, longer or elsewhere', (_, member, jwk) => {
    for (const change of [
      (octets: Uint8Array) => octets.slice(1),
      (octets: Uint8Array) => octets.slice(0, -1),
      (octets: Uint8Array) => Uint8Array.of(0, ...octets),
      (octets: Uint8Array) => Uint8Array.of(...octets, 0),
      (octets: Uint8Array) => octets.map(() => 0xff),
      () => new Uint8Array(0),
    ])
      expect(() => readJwk(changed(jwk, member, change))).toThrow(refused('jwk-malformed'));
    for (const value of [undefined, null, 5, '', 'a', 'AA==', '!', [], {}])
      expect(() => readJwk({ ...jwk, [member]: value } as JsonValue)).toThrow(refused('jwk-malformed'));
  });

  it.each(['SM2', 'P-256', 'P-384', 'P-521'])('%s: any point that is not on the curve', (name) => {
    const jwk = publics[name]!;
    for (const member of ['x', 'y'])
      for (let bit = 0; bit < 8; bit++)
        expect(() => readJwk(changed(jwk, member, (octets) => octets.with(-1, octets.at(-1)! ^ (1 << bit))))).toThrow(
          refused('jwk-malformed'),
        );
    const swapped = { ...jwk, x: (jwk as EcJwk).y, y: (jwk as EcJwk).x };
    expect(() => readJwk(swapped)).toThrow(refused('jwk-malformed'));
    expect(() => readJwk(changed({ ...jwk, y: (jwk as EcJwk).x } as Jwk, 'x', (octets) => octets.fill(0)))).toThrow(
      refused('jwk-malformed'),
    );
  });

  it('a coordinate that is one modulo p, written larger than p', () => {
    // x = 5 + p still fits 66 octets of P-521; of the others only tiny ones do.
    const p = (1n << 521n) - 1n;
    const { x } = publics['P-521'] as EcJwk;
    const larger = (BigInt(`0x${Buffer.from(x, 'base64url').toString('hex')}`) + p).toString(16).padStart(132, '0');
    expect(() =>
      readJwk({ ...publics['P-521'], x: Buffer.from(larger, 'hex').toString('base64url') } as never),
    ).toThrow(refused('jwk-malformed'));
  });

  it('a point under the name of another curve', () => {
    const { x, y } = sm2;
    expect(() => readJwk({ kty: 'EC', crv: 'P-256', x, y })).toThrow(refused('jwk-malformed'));
    expect(() => readJwk({ ...publics['P-256'], crv: 'SM2-P-256' } as never)).toThrow(refused('jwk-malformed'));
    for (const crv of ['SM2', 'curveSM2', 'secp256k1', 'sm2-p-256', '', null, 1, undefined])
      expect(() => readJwk({ kty: 'EC', crv, x, y } as never)).toThrow(refused('jwk-malformed'));
    expect(readJwk({ kty: 'EC', crv: 'SM2', x, y }, { dialect: SM2SM3 })).toEqual({ kty: 'EC', crv: 'SM2', x, y });
    expect(() => readJwk(sm2, { dialect: SM2SM3 })).toThrow(refused('jwk-malformed'));
  });

  it('a kind that is not known', () => {
    for (const kty of ['ec', 'AKP', '', null, 1, undefined, 'constructor'])
      expect(() => readJwk({ ...sm2, kty } as never)).toThrow(refused('jwk-malformed'));
    for (const crv of ['X25519', 'Ed448', 'P-256'])
      expect(() => readJwk({ ...publics.Ed25519, crv } as never)).toThrow(refused('jwk-malformed'));
    for (const value of [null, 1, 'x', true, [], [sm2]])
      expect(() => readJwk(value as JsonValue)).toThrow(refused('jwk-malformed'));
  });

  it('RSA that is small, large, even or oddly written', () => {
    const { e } = publics.RSA as { e: string };
    const modulus = (bits: number, last = 1): string => {
      const octets = new Uint8Array(Math.ceil(bits / 8)).fill(0x55);
      octets[0] = 1 << ((bits - 1) % 8);
      octets[octets.length - 1] = last;
      return toBase64url(octets);
    };
    const rsa = (n: string, exponent = e) => readJwk({ kty: 'RSA', n, e: exponent });
    for (const bits of [2048, 2049, 3072, 8191, 8192]) expect(rsa(modulus(bits)).kty).toBe('RSA');
    for (const bits of [8, 512, 1024, 2047, 8193, 16384])
      expect(() => rsa(modulus(bits))).toThrow(refused('jwk-malformed'));
    expect(() => rsa(modulus(2048, 2))).toThrow(refused('jwk-malformed'));
    expect(() => readJwk(changed(publics.RSA!, 'n', (octets) => Uint8Array.of(0, ...octets)))).toThrow(
      refused('jwk-malformed'),
    );
    for (const octets of [[3], [5], [1, 0, 1], [255, 255, 255, 255, 255, 255, 255, 255]])
      expect(rsa(modulus(2048), toBase64url(Uint8Array.from(octets))).kty).toBe('RSA');
    for (const octets of [[0], [1], [2], [1, 0, 0], [0, 1, 0, 1], [0, 3], [1, 0, 0, 0, 0, 0, 0, 0, 1]])
      expect(() => rsa(modulus(2048), toBase64url(Uint8Array.from(octets)))).toThrow(refused('jwk-malformed'));
  });

  it('Ed25519 that is no point, is not reduced, or has a small order', () => {
    const p = (1n << 255n) - 19n;
    const okp = (y: bigint, sign = 0n) => {
      const hex = (y | (sign << 255n)).toString(16).padStart(64, '0');
      return { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(hex, 'hex').reverse().toString('base64url') };
    };
    const order8 = 0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n;
    // Doubled twice it is (0, −1): 2y² = 1 − dy⁴.
    const d = 0x52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3n;
    expect((1n - d * order8 ** 4n - 2n * order8 ** 2n) % p).toBe(0n);
    const small = [0n, 1n, p - 1n, order8, p - order8, p, p + 1n];
    for (const y of small)
      for (const sign of [0n, 1n]) expect(() => readJwk(okp(y, sign))).toThrow(refused('jwk-malformed'));
    // Half of all y belong to no point.
    const taken = Array.from({ length: 64 }, (_, y) => BigInt(y)).filter((y) => {
      try {
        return readJwk(okp(y)).kty === 'OKP';
      } catch {
        return false;
      }
    });
    expect(taken.length).toBeGreaterThan(20);
    expect(taken.length).toBeLessThan(44);
    // The base point, 4/5.
    expect(readJwk(okp(0x6666666666666666666666666666666666666666666666666666666666666658n)).kty).toBe('OKP');
    for (let runs = 0; runs < 50; runs++)
      expect(readJwk(jwkOf(generateKeyPairSync('ed25519').publicKey)).kty).toBe('OKP');
  });

  it('a private member in a public place, whatever the key is', () => {
    for (const name of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'])
      for (const jwk of [...Object.values(publics), { kty: 'AKP' }, {}])
        for (const value of ['AQ', '', null])
          expect(() => readJwk({ ...jwk, [name]: value } as JsonObject)).toThrow(refused('jwk-private'));
    for (const { privateKey } of Object.values(pairs))
      expect(() => readJwk(jwkOf(privateKey))).toThrow(refused('jwk-private'));
    expect(() => readJwk({ kty: 'oct', k: toBase64url(new Uint8Array(32)) })).toThrow(refused('jwk-private'));
  });

  it('use, key_ops and alg that contradict one another or the key', () => {
    for (const wrong of [
      { use: 'sig', key_ops: ['encrypt'] },
      { use: 'sig', key_ops: ['verify', 'deriveBits'] },
      { use: 'enc', key_ops: ['verify'] },
      { key_ops: ['verify', 'verify'] },
      { key_ops: 'verify' },
      { key_ops: [1] },
      { key_ops: Array.from({ length: JWK_LIMITS.operations + 1 }, (_, at) => `o${at}`) },
      { alg: 'ES256' },
      { alg: 'ES384' },
      { alg: 'RS256' },
      { alg: 'EdDSA' },
      { alg: 'SGD_SM3_HMAC' },
      { alg: 'SGD_SM3_SM2', use: 'enc' },
      { alg: 5 },
      { use: 5 },
      { use: '' },
      { kid: 5 },
      { kid: '' },
      { kid: null },
      { kid: 'k'.repeat(JWK_LIMITS.textCharacters + 1) },
    ])
      expect([wrong, codeOf(() => readJwk({ ...sm2, ...wrong } as JsonObject))]).toEqual([wrong, 'jwk-malformed']);
    for (const right of [
      { use: 'sig', key_ops: ['verify'], alg: 'SGD_SM3_SM2' },
      { use: 'enc', key_ops: ['wrapKey'], alg: 'SGD_SM2_3' },
      { use: 'tls' },
      { key_ops: [] },
      { kid: 'k'.repeat(JWK_LIMITS.textCharacters) },
      { key_ops: Array.from({ length: JWK_LIMITS.operations }, (_, at) => `o${at}`) },
    ])
      expect(readJwk({ ...sm2, ...right } as JsonObject)).toEqual({ ...sm2, ...right });
  });

  it('nothing for members that are not understood, which are left out', () => {
    const more = { x5c: ['MII'], x5u: 'http://evil.example', 'x5t#S256': 'x', ext: true, toString: 1 };
    expect(readJwk({ ...sm2, ...more })).toEqual(sm2);
    // A name in the prototype is no member.
    expect(() => readJwk(Object.create(sm2) as JsonObject)).toThrow(refused('jwk-malformed'));
  });
});

const codeOf = (run: () => unknown): string => {
  try {
    run();
    return 'none';
  } catch (error) {
    return isGovError(error) ? error.code : String(error);
  }
};

describe('publicJwk', () => {
  it('refuses what is no sound key in strict DER', () => {
    const spki = spkiOf(pairs['P-256'].publicKey);
    for (const [bytes, code] of [
      [new Uint8Array(0), 'key-malformed'],
      [spki.slice(0, -1), 'key-malformed'],
      [Uint8Array.of(...spki, 0), 'key-malformed'],
      [spki.with(-1, spki.at(-1)! ^ 1), 'key-malformed'],
      [spkiOf(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey), 'key-malformed'],
      [spkiOf(generateKeyPairSync('x25519').publicKey), 'key-unsupported'],
      [spkiOf(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey), 'key-unsupported'],
      [spkiOf(generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey), 'key-unsupported'],
    ] as const)
      expect(codeOf(() => publicJwk(bytes))).toBe(code);
    const compressed = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
    const point = compressed.export({ format: 'jwk' }) as { x: string };
    expect(point.x).toHaveLength(43);
    expect(codeOf(() => publicJwk(spki, { alg: 'ES384' }))).toBe('jwk-malformed');
  });
});

describe('a verifier', () => {
  const signed = (name: keyof typeof pairs, hash: string | null, more: object = {}) =>
    new Uint8Array(sign(hash, message, { key: pairs[name].privateKey, dsaEncoding: 'ieee-p1363', ...more }));

  it.each([
    ['P-256', 'ECDSA-P256-SHA256', 'sha256'],
    ['P-384', 'ECDSA-P384-SHA384', 'sha384'],
    ['P-521', 'ECDSA-P521-SHA512', 'sha512'],
    ['Ed25519', 'Ed25519', null],
  ] as const)('%s knows its algorithm', async (name, algorithm, hash) => {
    const verifier = jwkVerifier(publics[name]!);
    expect(verifier.algorithm).toBe(algorithm);
    expect(await verifier.verify(message, signed(name, hash))).toBe(true);
    expect(await verifier.verify(message.slice(1), signed(name, hash))).toBe(false);
  });

  it('of RSA is told, by alg or by the caller', async () => {
    const { RSA } = publics;
    expect(() => jwkVerifier(RSA!)).toThrow(refused('algorithm-unsupported'));
    const named = jwkVerifier({ ...RSA!, alg: 'RS384' });
    expect(named.algorithm).toBe('RSA-PKCS1-SHA384');
    expect(await named.verify(message, signed('RSA', 'sha384'))).toBe(true);
    expect(await named.verify(message, signed('RSA', 'sha256'))).toBe(false);
    const pss = jwkVerifier(RSA!, { algorithm: 'RSA-PSS-SHA256' });
    expect(await pss.verify(message, signed('RSA', 'sha256', { padding: 6, saltLength: 32 }))).toBe(true);
    expect(await pss.verify(message, signed('RSA', 'sha256'))).toBe(false);
  });

  it('of SM2 is that of the dialect', async () => {
    const key = createPrivateKey(sm2Key.toPem());
    const jwk = publicJwk(sm2Key.publicKey.toSpki());
    // OpenSSL signs with an empty ID.
    const signature = derToRaw(sign('sm3', message, key))!;
    expect(await jwkVerifier(jwk, { dialect: SM2SM3 }).verify(message, signature)).toBe(true);
    expect(await jwkVerifier(jwk).verify(message, signature)).toBe(false);
  });

  it('is not made for what the key is not for', () => {
    const not = (jwk: Jwk, algorithm: TokenAlgorithm) => {
      expect(jwkFits(jwk, algorithm)).toBe(false);
      expect(() => jwkVerifier(jwk, { algorithm })).toThrow(refused('algorithm-unsupported'));
    };
    const all = Object.keys(publics).map((name) => publics[name]!);
    for (const jwk of all) not(jwk, 'HMAC-SM3');
    for (const jwk of all.filter((one) => one !== sm2)) not(jwk, 'SM2-SM3');
    not(sm2, 'ECDSA-P256-SHA256');
    not(publics['P-256']!, 'ECDSA-P256-SHA384');
    for (const wrong of [
      { use: 'enc' },
      { use: 'tls' },
      { key_ops: ['sign'] },
      { key_ops: [] },
      { alg: 'SM2' },
      { alg: 'none' },
    ])
      not({ ...sm2, ...wrong }, 'SM2-SM3');
    not({ ...publics.RSA!, alg: 'RS256' }, 'RSA-PSS-SHA256');
    not({ ...publics.RSA!, alg: 'HS256' }, 'RSA-PKCS1-SHA256');
    // Under another dialect the curve and the algorithm have other names.
    const other = readJwk({ ...sm2, crv: 'SM2' }, { dialect: SM2SM3 });
    expect(jwkFits(other, 'SM2-SM3')).toBe(false);
    expect(jwkFits(other, 'SM2-SM3', SM2SM3)).toBe(true);
    expect(jwkFits({ ...sm2, alg: 'SGD_SM3_SM2' }, 'SM2-SM3', SM2SM3)).toBe(false);
  });

  it('is not made on a key that nobody read', () => {
    const { y } = publics['P-256'] as EcJwk;
    expect(() => jwkVerifier({ ...sm2, y })).toThrow(refused('jwk-malformed'));
    expect(() => jwkSpki({ ...sm2, y: 'ä' })).toThrow(refused('jwk-malformed'));
    const n = toBase64url(Uint8Array.of(1, ...new Uint8Array(1024).fill(1)));
    expect(() => jwkSpki({ kty: 'RSA', n, e: 'AQAB' })).toThrow(refused('jwk-malformed'));
    expect(() => jwkSpki({ kty: 'oct', k: 'AAAA' })).toThrow(refused('jwk-malformed'));
  });

  it('of a secret is for HMAC-SM3, where the dialect has it', async () => {
    const k = toBase64url(new Uint8Array(32).fill(7));
    const secret = readJwk({ kty: 'oct', k }, { privateKey: true });
    expect(jwkVerifier(secret).algorithm).toBe('HMAC-SM3');
    expect(() => jwkVerifier({ kty: 'oct', k: 'AAAA' })).toThrow(refused('invalid-argument'));
    expect(jwkVerifier({ kty: 'oct', k: 'AAAA' }, { minimumOctets: 3 }).algorithm).toBe('HMAC-SM3');
    const without = { ...GMT_0125, hmacNames: [] };
    expect(() => readJwk({ kty: 'oct', k }, { privateKey: true, dialect: without })).toThrow(refused('jwk-malformed'));
    const octets = JWK_LIMITS.secretOctets;
    expect(readJwk({ kty: 'oct', k: toBase64url(new Uint8Array(octets)) }, { privateKey: true }).kty).toBe('oct');
    expect(() => readJwk({ kty: 'oct', k: toBase64url(new Uint8Array(octets + 1)) }, { privateKey: true })).toThrow(
      refused('jwk-malformed'),
    );
    await expect(jwkSigner(secret)).rejects.toThrow(refused('algorithm-unsupported'));
  });
});

describe('a signer', () => {
  const withD = (d: string): Jwk => readJwk({ ...sm2, d }, { privateKey: true });

  it('on SM2 signs as the key does', async () => {
    const signer = await jwkSigner(withD(scalarOf()));
    expect(signer.publicKey).toEqual(sm2Key.publicKey.toSpki());
    expect(await sm2Verifier(sm2Key.publicKey).verify(message, await signer.sign(message))).toBe(true);
    expect(readSm2PrivateKey(sm2Key.toSec1()).publicKey.point).toEqual(sm2Key.publicKey.point);
  });

  it('on SM2 is not made of a private part that is another key, or none', async () => {
    await expect(jwkSigner(withD(scalarOf(generateSm2Key())))).rejects.toThrow(refused('key-mismatch'));
    await expect(jwkSigner(withD(toBase64url(new Uint8Array(32))))).rejects.toThrow(refused('key-malformed'));
    await expect(jwkSigner(withD(toBase64url(new Uint8Array(32).fill(255))))).rejects.toThrow(refused('key-malformed'));
    await expect(jwkSigner(sm2)).rejects.toThrow(refused('jwk-malformed'));
    expect(() => withD('AA')).toThrow(refused('jwk-malformed'));
  });

  it.each(Object.entries(pairs))('on %s signs what jose and node:crypto verify', async (name, { privateKey }) => {
    const alg = name === 'RSA' ? { alg: 'PS256' } : {};
    const jwk = readJwk({ ...jwkOf(privateKey), ...alg }, { privateKey: true });
    const signer = await jwkSigner(jwk);
    expect(await jwkVerifier({ ...publics[name]!, ...alg }).verify(message, await signer.sign(message))).toBe(true);
    const algorithm = { 'P-256': 'ES256', 'P-384': 'ES384', 'P-521': 'ES512', RSA: 'PS256', Ed25519: 'EdDSA' }[name]!;
    const { CompactSign, compactVerify } = await import('jose');
    const own = await new CompactSign(message)
      .setProtectedHeader({ alg: algorithm })
      .sign(await importJWK(jwk as never, algorithm));
    const [header, payload, signature] = own.split('.');
    const verifier = jwkVerifier({ ...publics[name]!, ...alg });
    const input = new TextEncoder().encode(`${header}.${payload}`);
    expect(await verifier.verify(input, fromBase64url(signature!)!)).toBe(true);
    const ours = `${header}.${payload}.${toBase64url(await signer.sign(input))}`;
    expect((await compactVerify(ours, await importJWK(publics[name] as never, algorithm))).protectedHeader.alg).toBe(
      algorithm,
    );
  });

  it('is not made of halves of two keys, or where the key is not for signing', async () => {
    const other = jwkOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
    const mixed = readJwk({ ...publics['P-256'], d: other.d } as JsonObject, { privateKey: true });
    const code = await jwkSigner(mixed).then(
      () => 'none',
      (error: unknown) => (isGovError(error) ? error.code : String(error)),
    );
    // Some runtimes compare the halves themselves.
    expect(['key-mismatch', 'key-malformed']).toContain(code);
    const { n } = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' });
    const { x } = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
    for (const halves of [
      { ...jwkOf(pairs.RSA.privateKey), alg: 'RS256', n },
      { ...jwkOf(pairs.Ed25519.privateKey), x },
    ])
      await expect(jwkSigner(readJwk(halves as JsonObject, { privateKey: true }))).rejects.toThrow(
        expect.objectContaining({ code: expect.stringMatching(/^key-(mismatch|malformed)$/) }),
      );
    const own = jwkOf(pairs['P-256'].privateKey);
    for (const wrong of [{ use: 'enc' }, { key_ops: ['verify'] }])
      await expect(jwkSigner(readJwk({ ...own, ...wrong }, { privateKey: true }))).rejects.toThrow(
        refused('algorithm-unsupported'),
      );
    await expect(jwkSigner(readJwk(jwkOf(pairs.RSA.privateKey), { privateKey: true }))).rejects.toThrow(
      refused('algorithm-unsupported'),
    );
    const part = { ...jwkOf(pairs.RSA.privateKey) };
    delete (part as Record<string, unknown>).qi;
    expect(() => readJwk(part, { privateKey: true })).toThrow(refused('jwk-malformed'));
    expect(() => readJwk({ ...jwkOf(pairs.RSA.privateKey), oth: [] }, { privateKey: true })).toThrow(
      refused('jwk-malformed'),
    );
  });
});

describe('a JWK that was spoilt', () => {
  const values: readonly JsonValue[] = [
    null,
    0,
    -1,
    '',
    'AA',
    'sig',
    'enc',
    'EC',
    'oct',
    'P-256',
    [],
    ['verify'],
    {},
    true,
  ];
  const characters = 'AQab-_=. +/é\u0000';
  const seeds = Object.values(publics).map(
    (jwk) => ({ ...jwk, kid: '1', use: 'sig', key_ops: ['verify'] }) as JsonObject,
  );

  function spoil(next: Random): Uint8Array {
    const jwk: Record<string, JsonValue> = { ...seeds[next(seeds.length)]! };
    for (let changes = 1 + next(3); changes > 0; changes--) {
      const names = Object.keys(jwk);
      const name = names[next(names.length)]!;
      const value = jwk[name];
      if (next(4) === 0) delete jwk[name];
      else if (next(3) === 0 || typeof value !== 'string') jwk[name] = values[next(values.length)]!;
      else {
        const at = next(value.length + 1);
        jwk[name] = value.slice(0, at) + characters[next(characters.length)]! + value.slice(at + next(2));
      }
    }
    return new TextEncoder().encode(JSON.stringify(jwk));
  }

  it('throws nothing but GovError, and what is read makes a key', async () => {
    const { runs, codes, slowestMs } = await fuzz(
      async (bytes) => {
        const jwk = readJwk(JSON.parse(new TextDecoder().decode(bytes)) as JsonValue);
        if (jwk.kty === 'oct') throw new Error('a secret was read');
        createPublicKey({ key: Buffer.from(jwkSpki(jwk)), format: 'der', type: 'spki' });
        await jwkThumbprint(jwk);
        try {
          jwkVerifier(jwk);
        } catch (error) {
          if (!(error instanceof GovError) || error.code !== 'algorithm-unsupported') throw error;
        }
      },
      { mutate: spoil },
      { count: 2000 },
    );
    console.log(`${runs} runs, slowest ${slowestMs.toFixed(1)} ms, ${JSON.stringify(codes)}`);
    expect(Object.keys(codes).filter((code) => !['read', 'jwk-malformed', 'jwk-private'].includes(code))).toEqual([]);
    expect(codes.read).toBeGreaterThan(20);
  });
});
