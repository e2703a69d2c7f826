import { createPublicKey, createVerify } from 'node:crypto';
import { generateSm2Key, type SignatureAlgorithm, type Signer, sm2Signer, sm2Verifier, type Verifier } from '@gov/sm';
import { JWS_LIMITS, jwsAlgorithm, readJws, signJws, verifyJws } from '@gov/token/jws';
import { isGovError } from '@gov/verdict';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';

const TYP = 'test+jws';
const payload = new TextEncoder().encode('{"sub":"37"}');
const key = generateSm2Key();
const signer = sm2Signer(key);
const verifier = sm2Verifier(key.publicKey);
const part = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

let text: string;
beforeAll(async () => {
  text = await signJws({ typ: TYP }, payload, signer);
});

async function codeOf(run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (error) {
    if (isGovError(error)) return error.code;
    throw error;
  }
  return 'nothing thrown';
}

/** A token with any header, rightly signed. */
async function signed(header: unknown, by: Signer = signer): Promise<string> {
  const input = `${part(header)}.${Buffer.from(payload).toString('base64url')}`;
  return `${input}.${Buffer.from(await by.sign(new TextEncoder().encode(input))).toString('base64url')}`;
}

async function webCrypto(algorithm: SignatureAlgorithm): Promise<{ signer: Signer; verifier: Verifier }> {
  const hash = `SHA-${algorithm.slice(-3)}`;
  const [make, use] = algorithm.startsWith('RSA')
    ? [
        {
          name: algorithm.includes('PSS') ? 'RSA-PSS' : 'RSASSA-PKCS1-v1_5',
          hash,
          modulusLength: 2048,
          publicExponent: Uint8Array.of(1, 0, 1),
        },
        algorithm.includes('PSS')
          ? { name: 'RSA-PSS', saltLength: Number(algorithm.slice(-3)) / 8 }
          : { name: 'RSASSA-PKCS1-v1_5' },
      ]
    : algorithm === 'Ed25519'
      ? [{ name: 'Ed25519' }, { name: 'Ed25519' }]
      : [
          { name: 'ECDSA', namedCurve: `P-${algorithm.slice(7, 10)}` },
          { name: 'ECDSA', hash },
        ];
  const pair = (await crypto.subtle.generateKey(make as EcKeyGenParams, true, ['sign', 'verify'])) as CryptoKeyPair;
  const publicKey = new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey));
  return {
    signer: {
      algorithm,
      publicKey,
      sign: async (message) => new Uint8Array(await crypto.subtle.sign(use, pair.privateKey, Uint8Array.from(message))),
    },
    verifier: {
      algorithm,
      publicKey,
      verify: (message, signature) =>
        crypto.subtle.verify(use, pair.publicKey, Uint8Array.from(signature), Uint8Array.from(message)),
    },
  };
}

describe('signJws and verifyJws', () => {
  it('writes SM2 as GM/T 0125 names it, raw r‖s', async () => {
    const jws = readJws(text);
    expect(jws.header).toEqual({ typ: TYP, alg: 'SGD_SM3_SM2' });
    expect(jws.payload).toEqual(payload);
    expect(jws.signature).toHaveLength(64);
    expect(await verifyJws(jws, verifier, { typ: TYP })).toBe(true);
  });

  it('reads the example of RFC 7515 A.3 (ES256)', async () => {
    const example =
      'eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ' +
      '.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q';
    const jws = readJws(example);
    const spki = createPublicKey({
      format: 'jwk',
      key: {
        kty: 'EC',
        crv: 'P-256',
        x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
        y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
      },
    });
    const es256: Verifier = {
      algorithm: 'ECDSA-P256-SHA256',
      publicKey: new Uint8Array(spki.export({ format: 'der', type: 'spki' })),
      verify: async (message, signature) =>
        createVerify('sha256').update(message).verify({ key: spki, dsaEncoding: 'ieee-p1363' }, signature),
    };
    expect(await es256.verify(jws.signed, jws.signature)).toBe(true);
    // It has no typ, and a verifier of ours never goes without one.
    expect(await verifyJws(jws, es256, { typ: 'JWT' })).toBe(false);
  });

  it.each([
    ['ECDSA-P256-SHA256', 'ES256'],
    ['ECDSA-P384-SHA384', 'ES384'],
    ['ECDSA-P521-SHA512', 'ES512'],
    ['RSA-PKCS1-SHA256', 'RS256'],
    ['RSA-PSS-SHA256', 'PS256'],
    ['Ed25519', 'EdDSA'],
  ] as const)('%s is %s, and no other key verifies it', async (algorithm, name) => {
    const own = await webCrypto(algorithm);
    const jws = readJws(await signJws({ typ: TYP }, payload, own.signer));
    expect(jws.header.alg).toBe(name);
    expect(jwsAlgorithm(algorithm)).toBe(name);
    expect(await verifyJws(jws, own.verifier, { typ: TYP })).toBe(true);
    expect(await verifyJws(jws, own.verifier, { typ: TYP, algorithms: [algorithm] })).toBe(true);
    expect(await verifyJws(jws, own.verifier, { typ: TYP, algorithms: ['SM2-SM3'] })).toBe(false);
    expect(await verifyJws(jws, verifier, { typ: TYP })).toBe(false);
  });

  it('lets the key fix the algorithm: the same signature under any other alg does not verify', async () => {
    for (const alg of ['ES256', 'none', 'sgd_sm3_sm2', 'SM2', 'HS256']) {
      const jws = readJws(await signed({ alg, typ: TYP }));
      expect(await verifier.verify(jws.signed, jws.signature)).toBe(true);
      expect(await verifyJws(jws, verifier, { typ: TYP })).toBe(false);
    }
  });

  it('demands typ, exactly', async () => {
    for (const typ of ['test+jwt', 'TEST+JWS', 'application/test+jws', ' test+jws', '']) {
      const jws = readJws(await signed({ alg: 'SGD_SM3_SM2', typ }));
      expect(await verifyJws(jws, verifier, { typ: TYP })).toBe(false);
    }
    expect(await verifyJws(readJws(await signed({ alg: 'SGD_SM3_SM2' })), verifier, { typ: TYP })).toBe(false);
  });

  it('carries other header parameters and leaves alg to the signer', async () => {
    const jws = readJws(await signJws({ typ: TYP, kid: 'k1', alg: 'SGD_SM3_SM2', x: [1] }, payload, signer));
    expect(jws.header).toEqual({ typ: TYP, kid: 'k1', alg: 'SGD_SM3_SM2', x: [1] });
  });

  it.each([
    ['another alg', { typ: TYP, alg: 'ES256' }],
    ['jwk', { typ: TYP, jwk: {} }],
    ['crit', { typ: TYP, crit: ['exp'] }],
    ['b64', { typ: TYP, b64: false }],
    ['a kid that is no text', { typ: TYP, kid: 1 }],
    ['a header too long', { typ: TYP, x: 'x'.repeat(JWS_LIMITS.headerBytes) }],
  ])('does not write %s', async (_what, header) => {
    expect(await codeOf(() => signJws(header, payload, signer))).toBe('invalid-argument');
  });

  it('does not write an empty payload, which would read as a detached one', async () => {
    expect(await codeOf(() => signJws({ typ: TYP }, new Uint8Array(), signer))).toBe('invalid-argument');
  });
});

describe('readJws', () => {
  it.each(['jwk', 'jku', 'x5u', 'x5c', 'b64', 'crit'])('refuses %s in the header, whatever it says', async (name) => {
    for (const value of [null, [], true, 'https://evil.example']) {
      const forged = await signed({ alg: 'SGD_SM3_SM2', typ: TYP, [name]: value });
      expect(await codeOf(() => readJws(forged))).toBe('jws-malformed');
    }
  });

  it.each([
    ['alg twice', '{"alg":"none","alg":"SGD_SM3_SM2","typ":"test+jws"}'],
    ['typ twice, once escaped', '{"alg":"SGD_SM3_SM2","typ":"a","\\u0074yp":"test+jws"}'],
    ['no alg', '{"typ":"test+jws"}'],
    ['alg inherited', '{"__proto__":{"alg":"SGD_SM3_SM2"},"typ":"test+jws"}'],
    ['an empty alg', '{"alg":"","typ":"test+jws"}'],
    ['an alg that is no text', '{"alg":["SGD_SM3_SM2"],"typ":"test+jws"}'],
    ['a typ that is no text', '{"alg":"SGD_SM3_SM2","typ":["test+jws"]}'],
    ['a kid that is no text', '{"alg":"SGD_SM3_SM2","typ":"test+jws","kid":1}'],
    ['an array', '["alg"]'],
    ['no JSON', 'alg'],
    ['a byte order mark', '\ufeff{"alg":"SGD_SM3_SM2","typ":"test+jws"}'],
  ])('refuses a header with %s', async (_what, header) => {
    const forged = await signed(header);
    expect(await codeOf(() => readJws(forged))).toBe('jws-malformed');
  });

  it('refuses anything but three parts in base64url', async () => {
    const [header, body, signature] = text.split('.') as [string, string, string];
    const forms = [
      '',
      '..',
      header,
      `${header}.${body}`,
      `${header}.${body}.`,
      `${header}..${signature}`,
      `.${body}.${signature}`,
      `${text}.`,
      `${text}.${signature}`,
      `${text}.${body}.${signature}`,
      ` ${text}`,
      `${text}\n`,
      `${text}=`,
      `${header}=.${body}.${signature}`,
      `${header}.${body.slice(0, 3)}\n${body.slice(3)}.${signature}`,
      `${header}.${body.replace(/./, '+')}.${signature}`,
      text.replaceAll('.', '。'),
      JSON.stringify({ payload: body, protected: header, signature }),
    ];
    for (const form of forms) expect([form, await codeOf(() => readJws(form))]).toEqual([form, 'jws-malformed']);
  });

  it('refuses the other spellings of the same octets', async () => {
    // 64 octets end in a character with four spare bits.
    const last = text.at(-1)!;
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const at = alphabet.indexOf(last);
    expect(at % 16).toBe(0);
    const spelt = text.slice(0, -1) + alphabet[at + 1];
    expect(Buffer.from(spelt.split('.')[2]!, 'base64url')).toEqual(Buffer.from(text.split('.')[2]!, 'base64url'));
    expect(await codeOf(() => readJws(spelt))).toBe('jws-malformed');
  });

  it('holds its limits exactly', async () => {
    expect(await codeOf(() => readJws(text, { characters: text.length }))).toBe('nothing thrown');
    expect(await codeOf(() => readJws(text, { characters: text.length - 1 }))).toBe('input-too-large');
    const header = (bytes: number) => {
      const empty = JSON.stringify({ alg: 'SGD_SM3_SM2', typ: TYP, x: '' }).length;
      return JSON.stringify({ alg: 'SGD_SM3_SM2', typ: TYP, x: 'x'.repeat(bytes - empty) });
    };
    const longest = await signed(header(JWS_LIMITS.headerBytes));
    expect(await codeOf(() => readJws(longest))).toBe('nothing thrown');
    for (const more of [1, 2, 3, 1000]) {
      const longer = await signed(header(JWS_LIMITS.headerBytes + more));
      expect(await codeOf(() => readJws(longer))).toBe('jws-malformed');
    }
  });

  it('no changed character is accepted, and nothing but GovError is thrown', async () => {
    const accepted = async (changed: string): Promise<boolean> => {
      try {
        return await verifyJws(readJws(changed), verifier, { typ: TYP });
      } catch (error) {
        if (isGovError(error)) return false;
        throw error;
      }
    };
    for (let at = 0; at < text.length; at++) {
      for (const put of ['', 'A', '.', '=', String.fromCharCode(text.charCodeAt(at) ^ 1)]) {
        const changed = text.slice(0, at) + put + text.slice(at + 1);
        if (changed !== text) expect([at, put, await accepted(changed)]).toEqual([at, put, false]);
      }
    }
    await fc.assert(
      fc.asyncProperty(fc.nat(text.length), fc.nat(8), fc.string({ maxLength: 8 }), async (at, drop, put) => {
        const changed = text.slice(0, at) + put + text.slice(at + drop);
        expect(await accepted(changed)).toBe(changed === text);
      }),
      { numRuns: process.env.SLOW === undefined ? 1000 : 20_000 },
    );
  });
});
