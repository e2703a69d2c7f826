/** JWE without SM: RFC 7520, jose both ways, node:crypto by hand, and what attackers put into headers. */
import { constants, createCipheriv, createDecipheriv, privateDecrypt, publicEncrypt, randomBytes } from 'node:crypto';
import { fromBase64url, toBase64url } from '@gov/sm';
import { decryptJwe, encryptJwe, type JweAlgorithm, type JweEncryption, readJwe } from '@gov/token/jwe';
import { type Jwk, jwkSpki, publicJwk, readJwk } from '@gov/token/jwk';
import { isGovError } from '@gov/verdict';
import * as jose from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { cpuTime } from '../../../test/cpu-time.js';
import type { Random } from '../../../test/fuzz/mutation.js';
import { fuzz } from '../../../test/fuzz/run.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const part = (value: unknown): string => toBase64url(utf8(JSON.stringify(value)));
const bytesOf = (encoded: string): Buffer => Buffer.from(encoded, 'base64url');
const plaintext = utf8('{"name":"张三"}');

async function codeOf(run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (error) {
    if (isGovError(error)) return error.code;
    throw error;
  }
  return 'nothing thrown';
}

async function privateKey(kind: 'P-256' | 'P-384' | 'P-521' | 'RSA'): Promise<Jwk> {
  const pair = (await crypto.subtle.generateKey(
    kind === 'RSA'
      ? { name: 'RSA-OAEP', hash: 'SHA-256', modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) }
      : { name: 'ECDH', namedCurve: kind },
    true,
    kind === 'RSA' ? ['encrypt', 'decrypt'] : ['deriveBits'],
  )) as CryptoKeyPair;
  const { key_ops: _operations, alg: _alg, ext: _ext, ...jwk } = await crypto.subtle.exportKey('jwk', pair.privateKey);
  return readJwk(JSON.parse(JSON.stringify(jwk)), { privateKey: true });
}

const PAIRS: readonly (readonly [JweAlgorithm, 'P-256' | 'P-384' | 'P-521' | 'RSA', JweEncryption])[] = [
  ['ECDH-ES', 'P-256', 'A256GCM'],
  ['ECDH-ES', 'P-521', 'A128GCM'],
  ['ECDH-ES+A128KW', 'P-384', 'A128GCM'],
  ['ECDH-ES+A256KW', 'P-256', 'A256GCM'],
  ['RSA-OAEP-256', 'RSA', 'A256GCM'],
  ['RSA-OAEP-256', 'RSA', 'A128GCM'],
];

const keys = new Map<string, Jwk>();
beforeAll(async () => {
  for (const kind of ['P-256', 'P-384', 'P-521', 'RSA'] as const) keys.set(kind, await privateKey(kind));
});

const open = (alg: JweAlgorithm, enc: JweEncryption, key: Jwk | CryptoKey | undefined) => ({
  algorithms: [alg],
  encryptions: [enc],
  keys: () => key,
});

describe.each(PAIRS)('%s with %s and %s', (alg, kind, enc) => {
  it('is read by jose, and reads what jose wrote', async () => {
    const key = keys.get(kind)!;
    const spki = jwkSpki(key);
    for (const recipient of [spki, publicJwk(spki, { kid: 'a' })]) {
      const text = await encryptJwe(plaintext, { recipient, alg, enc, kid: 'a', cty: 'json' });
      const read = await jose.compactDecrypt(text, key as jose.JWK);
      expect(new Uint8Array(read.plaintext)).toEqual(plaintext);
      expect(read.protectedHeader).toMatchObject({ alg, enc, kid: 'a', cty: 'json' });
      expect((await decryptJwe(text, open(alg, enc, key))).plaintext).toEqual(plaintext);
    }
    const theirs = await new jose.CompactEncrypt(plaintext)
      .setProtectedHeader({ alg, enc })
      .encrypt(publicJwk(spki) as jose.JWK);
    const { header, plaintext: read } = await decryptJwe(theirs, open(alg, enc, key));
    expect(header.alg).toBe(alg);
    expect(read).toEqual(plaintext);
  });

  it('says decryption-failed, and nothing else, of another key and of every part that was changed', async () => {
    const key = keys.get(kind)!;
    const text = await encryptJwe(plaintext, { recipient: jwkSpki(key), alg, enc });
    const messages = new Set<string>();
    const failing = async (spoilt: string, by: Jwk | undefined): Promise<void> => {
      const error = await decryptJwe(spoilt, open(alg, enc, by)).catch((one: unknown) => one);
      if (!isGovError(error)) throw error;
      expect(error.code).toBe('decryption-failed');
      expect(error.cause).toBeUndefined();
      messages.add(error.message);
    };
    await failing(text, await privateKey(kind));
    for (const other of keys.values()) if (other !== key) await failing(text, other);
    await failing(text, undefined);
    await failing(text, publicJwk(jwkSpki(key)));
    const parts = text.split('.');
    for (let at = alg === 'ECDH-ES' ? 2 : 1; at < 5; at++) {
      for (const place of [0, -1]) {
        const octets = bytesOf(parts[at]!);
        octets[octets.length === 0 ? 0 : (place + octets.length) % octets.length]! ^= 1;
        await failing(parts.with(at, octets.toString('base64url')).join('.'), key);
      }
    }
    expect(messages.size).toBe(1);
  });
});

describe('a CryptoKey', () => {
  it('that cannot be taken out decrypts', async () => {
    const pair = (await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, false, [
      'deriveBits',
    ])) as CryptoKeyPair;
    const recipient = new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey));
    const text = await encryptJwe(plaintext, { recipient, alg: 'ECDH-ES', enc: 'A256GCM' });
    expect((await decryptJwe(text, open('ECDH-ES', 'A256GCM', pair.privateKey))).plaintext).toEqual(plaintext);
  });
});

describe('RSA-OAEP-256 by hand', () => {
  it('is what node:crypto writes and reads', async () => {
    const jwk = keys.get('RSA')!;
    const own = {
      key: { ...jwk },
      format: 'jwk',
      padding: constants.RSA_PKCS1_OAEP_PADDING,
      oaepHash: 'sha256',
    } as const;
    const text = await encryptJwe(plaintext, { recipient: jwkSpki(jwk), alg: 'RSA-OAEP-256', enc: 'A256GCM' });
    const [first = '', encryptedKey = '', iv = '', ciphertext = '', tag = ''] = text.split('.');
    const contentKey = privateDecrypt(own as never, bytesOf(encryptedKey));
    const opener = createDecipheriv('aes-256-gcm', contentKey, bytesOf(iv))
      .setAAD(Buffer.from(first))
      .setAuthTag(bytesOf(tag));
    expect(new Uint8Array(Buffer.concat([opener.update(bytesOf(ciphertext)), opener.final()]))).toEqual(plaintext);

    const [other, nonce] = [randomBytes(32), randomBytes(12)];
    const sealer = createCipheriv('aes-256-gcm', other, nonce).setAAD(Buffer.from(first));
    const sealed = Buffer.concat([sealer.update(plaintext), sealer.final()]);
    const theirs = [
      first,
      ...[publicEncrypt(own as never, other), nonce, sealed, sealer.getAuthTag()].map((one) => toBase64url(one)),
    ];
    expect((await decryptJwe(theirs.join('.'), open('RSA-OAEP-256', 'A256GCM', jwk))).plaintext).toEqual(plaintext);
  });
});

describe('RFC 7520 5.4 (ECDH-ES+A128KW, A128GCM, P-384)', () => {
  const key = readJwk(
    {
      kty: 'EC',
      kid: 'peregrin.took@tuckborough.example',
      use: 'enc',
      crv: 'P-384',
      x: 'YU4rRUzdmVqmRtWOs2OpDE_T5fsNIodcG8G5FWPrTPMyxpzsSOGaQLpe2FpxBmu2',
      y: 'A8-yxCHxkfBz3hKZfI1jUYMjUhsEveZ9THuwFjH2sCNdtksRJU7D5-SkgaFL1ETP',
      d: 'iTx2pk7wW-GqJkHcEkFQb2EFyYcO7RugmaW3mRrQVAOUiPommT0IdnYK2xDlZh-j',
    },
    { privateKey: true },
  );
  const text =
    'eyJhbGciOiJFQ0RILUVTK0ExMjhLVyIsImtpZCI6InBlcmVncmluLnRvb2tAdHVja2Jvcm91Z2guZXhhbXBsZSIsImVwayI6eyJrdHkiOiJFQyIsImNydiI6IlAtMzg0IiwieCI6InVCbzRrSFB3Nmtiang1bDB4b3dyZF9vWXpCbWF6LUdLRlp1NHhBRkZrYllpV2d1dEVLNml1RURzUTZ3TmROZzMiLCJ5Ijoic3AzcDVTR2haVkMyZmFYdW1JLWU5SlUyTW84S3BvWXJGRHI1eVBOVnRXNFBnRXdaT3lRVEEtSmRhWTh0YjdFMCJ9LCJlbmMiOiJBMTI4R0NNIn0.0DJjBXri_kBcC46IkU5_Jk9BqaQeHdv2.mH-G2zVqgztUtnW_.tkZuOO9h95OgHJmkkrfLBisku8rGf6nzVxhRM3sVOhXgz5NJ76oID7lpnAi_cPWJRCjSpAaUZ5dOR3Spy7QuEkmKx8-3RCMhSYMzsXaEwDdXta9Mn5B7cCBoJKB0IgEnj_qfo1hIi-uEkUpOZ8aLTZGHfpl05jMwbKkTe2yK3mjF6SBAsgicQDVCkcY9BLluzx1RmC3ORXaM0JaHPB93YcdSDGgpgBWMVrNU1ErkjcMqMoT_wtCex3w03XdLkjXIuEr2hWgeP-nkUZTPU9EoGSPj6fAS-bSz87RCPrxZdj_iVyC6QWcqAu07WNhjzJEPc4jVntRJ6K53NgPQ5p99l3Z408OUqj4ioYezbS6vTPlQ.WuGzxmcreYjpHGJoa17EBg';

  it('decrypts', async () => {
    const { header, plaintext: read } = await decryptJwe(text, open('ECDH-ES+A128KW', 'A128GCM', key));
    expect(header.kid).toBe('peregrin.took@tuckborough.example');
    expect(new TextDecoder().decode(read)).toMatch(
      /^You can trust us to stick with you .* We are your friends, Frodo\.$/,
    );
  });

  it('not where the caller named another algorithm', async () => {
    expect(await codeOf(() => decryptJwe(text, open('ECDH-ES', 'A128GCM', key)))).toBe('algorithm-unsupported');
    expect(await codeOf(() => decryptJwe(text, open('ECDH-ES+A128KW', 'A256GCM', key)))).toBe('algorithm-unsupported');
  });

  it('not with a key that says it is for something else', async () => {
    for (const more of [{ use: 'sig' }, { alg: 'ECDH-ES' }] as const)
      expect(await codeOf(() => decryptJwe(text, open('ECDH-ES+A128KW', 'A128GCM', { ...key, ...more })))).toBe(
        'decryption-failed',
      );
  });
});

describe('a header', () => {
  const epk = {
    kty: 'EC',
    crv: 'P-256',
    x: 'gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0',
    y: 'SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps',
  };
  const agreed = { alg: 'ECDH-ES', enc: 'A256GCM', epk };
  const text = (header: unknown, encryptedKey = ''): string =>
    [part(header), encryptedKey, toBase64url(new Uint8Array(12)), 'AAAA', toBase64url(new Uint8Array(16))].join('.');

  it('with a key on its curve is read', () => {
    expect(readJwe(text(agreed)).header.alg).toBe('ECDH-ES');
    expect(readJwe(text({ ...agreed, apu: 'QWxpY2U', apv: 'Qm9i' })).header.apu).toBe('QWxpY2U');
  });

  it.each([
    ['no epk', { ...agreed, epk: undefined }],
    ['epk as text', { ...agreed, epk: 'x' }],
    ['epk off its curve', { ...agreed, epk: { ...epk, y: `T${epk.y.slice(1)}` } }],
    ['epk with a short coordinate', { ...agreed, epk: { ...epk, x: epk.x.slice(4) } }],
    ['epk with its private part', { ...agreed, epk: { ...epk, d: epk.x } }],
    [
      'epk that is no curve key',
      { ...agreed, epk: { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' } },
    ],
    ['epk of an unknown curve', { ...agreed, epk: { ...epk, crv: 'secp256k1' } }],
    ['apu as a number', { ...agreed, apu: 1 }],
    ['zip', { ...agreed, zip: 'DEF' }],
    ['p2c', { ...agreed, p2c: 1000 }],
    ['p2s', { ...agreed, p2s: 'AAAA' }],
    ['jku', { ...agreed, jku: 'https://attacker.example/' }],
    ['crit', { ...agreed, crit: ['epk'] }],
    ['jwk', { ...agreed, jwk: epk }],
    ['no alg', { enc: 'A256GCM', epk }],
    ['an empty alg', { ...agreed, alg: '' }],
    ['an array', [agreed]],
  ])('with %s is refused', async (_, header) => {
    expect(await codeOf(() => readJwe(text(header)))).toBe('jwe-malformed');
  });

  it.each([
    ['RSA1_5', 'A256GCM'],
    ['RSA-OAEP', 'A256GCM'],
    ['dir', 'A256GCM'],
    ['A128KW', 'A256GCM'],
    ['A256GCMKW', 'A256GCM'],
    ['PBES2-HS256+A128KW', 'A256GCM'],
    ['RSA-OAEP-256', 'A128CBC-HS256'],
    ['RSA-OAEP-256', 'A192GCM'],
    ['RSA-OAEP-256', 'SGD_SM4_GCM'],
    ['none', 'none'],
    ['__proto__', 'A256GCM'],
    ['toString', 'toString'],
  ])('with %s and %s is refused', async (alg, enc) => {
    expect(await codeOf(() => readJwe(text({ alg, enc }, 'AAAA')))).toBe('algorithm-unsupported');
  });

  it('of the agreement without wrapping goes with no encrypted key, every other one with one', async () => {
    expect(await codeOf(() => readJwe(text(agreed, 'AAAA')))).toBe('jwe-malformed');
    expect(await codeOf(() => readJwe(text({ ...agreed, alg: 'ECDH-ES+A256KW' })))).toBe('jwe-malformed');
    expect(await codeOf(() => readJwe(text({ alg: 'RSA-OAEP-256', enc: 'A256GCM' })))).toBe('jwe-malformed');
  });

  it('with p2c of a PBES2 costs nothing', async () => {
    const started = cpuTime();
    const header = { alg: 'PBES2-HS512+A256KW', enc: 'A256GCM', p2c: 2 ** 31 - 1, p2s: 'AAAAAAAAAAA' };
    expect(await codeOf(() => decryptJwe(text(header, 'AAAA'), open('RSA-OAEP-256', 'A256GCM', keys.get('RSA'))))).toBe(
      'jwe-malformed',
    );
    expect(cpuTime() - started).toBeLessThan(1_000);
  });
});

describe('encryptJwe', () => {
  it('says key-unsupported of a key that is not for the algorithm', async () => {
    const [rsa, p256] = [jwkSpki(keys.get('RSA')!), jwkSpki(keys.get('P-256')!)];
    expect(await codeOf(() => encryptJwe(plaintext, { recipient: rsa, alg: 'ECDH-ES', enc: 'A256GCM' }))).toBe(
      'key-unsupported',
    );
    expect(await codeOf(() => encryptJwe(plaintext, { recipient: p256, alg: 'RSA-OAEP-256', enc: 'A256GCM' }))).toBe(
      'key-unsupported',
    );
    expect(await codeOf(() => encryptJwe(plaintext, { recipient: p256, alg: 'ECDH-ES' }))).toBe(
      'algorithm-unsupported',
    );
  });

  it('shows nothing private of the JWK that it was given', async () => {
    const key = keys.get('P-256')!;
    const text = await encryptJwe(plaintext, { recipient: key, alg: 'ECDH-ES', enc: 'A256GCM' });
    const header = new TextDecoder().decode(fromBase64url(text.split('.')[0]!));
    expect(header).not.toContain('"d"');
    expect((await decryptJwe(text, open('ECDH-ES', 'A256GCM', key))).plaintext).toEqual(plaintext);
  });
});

describe('a JWE that was spoilt', () => {
  /** Octets of a part, or characters of the whole, changed, taken out, put in or repeated. */
  function spoilt(text: string, next: Random): Uint8Array {
    const parts = text.split('.');
    for (let changes = 1 + next(3); changes > 0; changes--) {
      const at = next(5);
      const octets = [...(fromBase64url(parts[at]!) ?? [])];
      const place = next(octets.length + 1);
      switch (next(5)) {
        case 0:
          octets[Math.min(place, octets.length - 1)] = next(256);
          break;
        case 1:
          octets.splice(place, 1 + next(8));
          break;
        case 2:
          octets.splice(place, 0, ...Array.from({ length: 1 + next(8) }, () => next(256)));
          break;
        case 3:
          octets.splice(place, 0, ...octets.slice(place, place + 64));
          break;
        default:
          parts.splice(at, next(2), 'AAAA');
          return utf8(parts.join('.'));
      }
      parts[at] = toBase64url(Uint8Array.from(octets));
    }
    const whole = [...utf8(parts.join('.'))];
    if (next(4) === 0) whole[next(whole.length)] = next(256);
    return Uint8Array.from(whole);
  }

  it('throws nothing but a GovError, and is never slow', async () => {
    const seeds = await Promise.all(
      PAIRS.map(([alg, kind, enc]) => encryptJwe(plaintext, { recipient: jwkSpki(keys.get(kind)!), alg, enc })),
    );
    const { runs, slowestMs, codes } = await fuzz(
      (bytes) => {
        readJwe(new TextDecoder('latin1').decode(bytes));
      },
      { mutate: (next) => spoilt(seeds[next(seeds.length)]!, next) },
      { count: 3000 },
    );
    console.log(`JWE: ${runs} runs, slowest ${slowestMs.toFixed(1)} ms, ${JSON.stringify(codes)}`);
    const known = ['read', 'jwe-malformed', 'algorithm-unsupported', 'input-too-large'];
    expect(Object.keys(codes).filter((code) => !known.includes(code))).toEqual([]);
    expect(codes.read).toBeGreaterThan(10);
  });

  it('decrypts to nothing', async () => {
    const seeds = await Promise.all(
      PAIRS.slice(0, 5).map(([alg, kind, enc]) =>
        encryptJwe(plaintext, { recipient: jwkSpki(keys.get(kind)!), alg, enc }),
      ),
    );
    const options = {
      algorithms: PAIRS.map(([alg]) => alg),
      encryptions: ['A128GCM', 'A256GCM'] as const,
      keys: ({ alg }: { readonly alg: JweAlgorithm }) => keys.get(PAIRS.find(([one]) => one === alg)![1]),
    };
    const { codes } = await fuzz(
      async (bytes) => {
        const text = new TextDecoder('latin1').decode(bytes);
        await decryptJwe(text, options);
        if (!seeds.includes(text)) throw new Error('a changed one decrypts');
      },
      { mutate: (next) => spoilt(seeds[next(seeds.length)]!, next) },
      { count: 1000 },
    );
    const known = ['read', 'jwe-malformed', 'algorithm-unsupported', 'decryption-failed'];
    expect(Object.keys(codes).filter((code) => !known.includes(code))).toEqual([]);
  });
});
