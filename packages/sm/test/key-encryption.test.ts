import { createCipheriv, createPrivateKey, generateKeyPairSync, pbkdf2Sync } from 'node:crypto';
import { inspect } from 'node:util';
import { der, readDer, Tag } from '@gov/der';
import { readPem, writePem } from '@gov/der/pem';
import { bytesToHex, hexToBytes } from '@gov/sm';
import { readSm2PrivateKey } from '@gov/sm/key';
import {
  decryptPrivateKeyInfo,
  encryptPrivateKeyInfo,
  PBES2_LIMITS,
  type Pbes2Options,
  pbes2Decrypt,
  pbes2Encrypt,
  readEncryptedSm2PrivateKey,
  writeEncryptedSm2PrivateKey,
} from '@gov/sm/key-encryption';
import { isGovError } from '@gov/verdict';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { desEde3Cbc } from '../src/internal/des-ede3.js';
import { hasOpenssl, Openssl } from './openssl.js';

const text = (value: string) => new TextEncoder().encode(value);
const codeOf = async (run: () => Promise<unknown>): Promise<string> => {
  try {
    await run();
  } catch (error) {
    if (isGovError(error)) return error.code;
    throw error;
  }
  return 'nothing thrown';
};

const PBES2 = der.oid('1.2.840.113549.1.5.13');
const PBKDF2 = der.oid('1.2.840.113549.1.5.12');
const CIPHERS = {
  'sm4-cbc': ['1.2.156.10197.1.104.2', 16, 16],
  'aes-128-cbc': ['2.16.840.1.101.3.4.1.2', 16, 16],
  'aes-192-cbc': ['2.16.840.1.101.3.4.1.22', 24, 16],
  'aes-256-cbc': ['2.16.840.1.101.3.4.1.42', 32, 16],
  'des-ede3-cbc': ['1.2.840.113549.3.7', 24, 8],
} as const;
const HASHES = {
  sha1: '1.2.840.113549.2.7',
  sha256: '1.2.840.113549.2.9',
  sha384: '1.2.840.113549.2.10',
  sha512: '1.2.840.113549.2.11',
  sm3: '1.2.156.10197.1.401.2',
} as const;
type Cipher = keyof typeof CIPHERS;
type Hash = keyof typeof HASHES;

const SALT = hexToBytes('00112233445566778899aabbccddeeff');
const IV = hexToBytes('f0e0d0c0b0a090807060504030201000');

interface File {
  readonly cipher?: Cipher;
  readonly hash?: Hash;
  readonly password?: string;
  readonly salt?: Uint8Array;
  readonly iterations?: number;
  /** What follows the iterations. */
  readonly rest?: readonly Uint8Array[];
  readonly padding?: boolean;
}

/** What Node's OpenSSL encrypts, put together by hand. */
function encrypted(plain: Uint8Array, file: File = {}): { file: Uint8Array; ciphertext: Uint8Array; wrap: Wrap } {
  const { cipher = 'aes-128-cbc', hash = 'sha256', password = 'secret', salt = SALT, iterations = 2 } = file;
  const [oid, keyLength, block] = CIPHERS[cipher];
  const key = pbkdf2Sync(password, salt, iterations, keyLength, hash);
  const engine = createCipheriv(cipher, key, IV.subarray(0, block)).setAutoPadding(file.padding ?? true);
  const ciphertext = Uint8Array.from([...engine.update(plain), ...engine.final()]);
  const rest = file.rest ?? [der.sequence(der.oid(HASHES[hash]), der.nullValue())];
  const parameters = der.sequence(der.octetString(salt), der.integer(iterations), ...rest);
  const wrap: Wrap = (bytes) =>
    assemble(
      der.sequence(PBKDF2, parameters),
      der.sequence(der.oid(oid), der.octetString(IV.subarray(0, block))),
      bytes,
    );
  return { file: wrap(ciphertext), ciphertext, wrap };
}
type Wrap = (ciphertext: Uint8Array) => Uint8Array;

const assemble = (derivation: Uint8Array, encryption: Uint8Array, ciphertext: Uint8Array) =>
  der.sequence(der.sequence(PBES2, der.sequence(derivation, encryption)), der.octetString(ciphertext));

// A fixed one: where damage lies is a matter of offsets.
const key = readSm2PrivateKey(
  der.sequence(
    der.integer(1),
    der.octetString(hexToBytes('3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8')),
    der.explicit(0, der.oid('1.2.156.10197.1.301')),
  ),
);
const info = key.toPkcs8();
const rsa = new Uint8Array(
  generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({ format: 'der', type: 'pkcs8' }),
);
const ed25519 = new Uint8Array(generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' }));

describe('reads what OpenSSL’s primitives encrypt', () => {
  const all = (Object.keys(CIPHERS) as Cipher[]).flatMap((cipher) =>
    (Object.keys(HASHES) as Hash[]).map((hash) => [cipher, hash] as const),
  );
  it.each(all)('%s with %s', async (cipher, hash) => {
    for (const iterations of [1, 1000]) {
      const { file } = encrypted(info, { cipher, hash, iterations });
      expect(await decryptPrivateKeyInfo(file, 'secret', 'strict')).toEqual(info);
      const read = await readEncryptedSm2PrivateKey(writePem('ENCRYPTED PRIVATE KEY', file), 'secret');
      expect(read.toPkcs8()).toEqual(info);
      expect(await codeOf(() => decryptPrivateKeyInfo(file, 'Secret'))).toBe('password-wrong');
    }
  });

  it.each([
    ['HMAC-SHA1 by default', 'sha1', []],
    ['HMAC-SHA1 written out', 'sha1', [der.sequence(der.oid(HASHES.sha1), der.nullValue())]],
    ['a function without NULL', 'sha256', [der.sequence(der.oid(HASHES.sha256))]],
    ['a key length', 'sha1', [der.integer(16)]],
    ['a key length and a function', 'sha512', [der.integer(16), der.sequence(der.oid(HASHES.sha512), der.nullValue())]],
    ['HMAC-SM3 as GM/T 0091 and OpenSSL name it', 'sm3', [der.sequence(der.oid('1.2.156.10197.1.401.3.1'))]],
  ] as const)('%s', async (_, hash, rest) => {
    const { file } = encrypted(info, { hash, rest });
    expect(await decryptPrivateKeyInfo(file, 'secret', 'strict')).toEqual(info);
  });

  it('keys of other algorithms, and says so where an SM2 key is wanted', async () => {
    for (const other of [rsa, ed25519]) {
      const { file } = encrypted(other);
      expect(await decryptPrivateKeyInfo(file, 'secret')).toEqual(other);
      expect(await codeOf(() => readEncryptedSm2PrivateKey(file, 'secret'))).toBe('key-unsupported');
    }
  });

  it('plaintexts of every length of padding', async () => {
    for (let extra = 0; extra < 16; extra++) {
      const plain = der.sequence(
        der.integer(0),
        der.sequence(der.oid('1.3.101.112')),
        der.octetString(new Uint8Array(20 + extra).fill(extra)),
      );
      for (const cipher of ['sm4-cbc', 'aes-256-cbc', 'des-ede3-cbc'] as const) {
        expect(await decryptPrivateKeyInfo(encrypted(plain, { cipher }).file, 'secret')).toEqual(plain);
      }
    }
  });

  it('passwords: UTF-8 text, octets, empty', async () => {
    for (const password of ['口令', 'é', '', ' ', 'x'.repeat(1000), '\u0000']) {
      for (const hash of ['sha1', 'sm3'] as const) {
        const { file } = encrypted(info, { password, hash });
        expect(await decryptPrivateKeyInfo(file, password)).toEqual(info);
        expect(await decryptPrivateKeyInfo(file, text(password))).toEqual(info);
      }
    }
    const { file } = encrypted(info, { password: 'é' });
    // Nothing is normalised.
    expect(await codeOf(() => decryptPrivateKeyInfo(file, 'e\u0301'))).toBe('password-wrong');
    expect(await codeOf(() => decryptPrivateKeyInfo(file, '\ud800'))).toBe('invalid-argument');
    const octets = text('é');
    await decryptPrivateKeyInfo(file, octets);
    expect(octets).toEqual(text('é'));
  });

  it('leaves the input as it was', async () => {
    const { file } = encrypted(info);
    const before = file.slice();
    await readEncryptedSm2PrivateKey(file, 'secret');
    expect(file).toEqual(before);
  });
});

const ED25519 = der.sequence(der.oid('1.3.101.112'));
const SECRET = der.octetString(SALT);

describe('writes', () => {
  it('keys with attributes and, in version 1, with a public key', async () => {
    const attributes = der.element(0xa0);
    const outside = der.implicitPrimitive(1, SALT);
    for (const plain of [
      der.sequence(der.integer(0), ED25519, SECRET),
      der.sequence(der.integer(0), ED25519, SECRET, attributes),
      der.sequence(der.integer(1), ED25519, SECRET, attributes, outside),
    ]) {
      const file = await encryptPrivateKeyInfo(plain, 'x', { iterations: 1000 });
      expect(await decryptPrivateKeyInfo(file, 'x', 'strict')).toEqual(plain);
    }
  });

  const variants: readonly [Pbes2Options, string, string][] = [
    [{}, '1.2.156.10197.1.104.2', '1.2.156.10197.1.401.2'],
    [{ prf: 'HMAC-SM3-OPENSSL' }, '1.2.156.10197.1.104.2', '1.2.156.10197.1.401.3.1'],
    [{ prf: 'HMAC-SHA256' }, '1.2.156.10197.1.104.2', '1.2.840.113549.2.9'],
    [{ cipher: 'AES-256-CBC' }, '2.16.840.1.101.3.4.1.42', '1.2.840.113549.2.9'],
    [{ cipher: 'AES-256-CBC', prf: 'HMAC-SM3' }, '2.16.840.1.101.3.4.1.42', '1.2.156.10197.1.401.2'],
  ];
  it.each(variants)('%o', async (options, cipher, prf) => {
    const bytes = await encryptPrivateKeyInfo(info, '口令', { ...options, iterations: 1000 });
    const hex = bytesToHex(bytes);
    expect(hex).toContain(bytesToHex(der.oid(cipher)));
    expect(hex).toContain(bytesToHex(der.oid(prf)));
    expect(await decryptPrivateKeyInfo(bytes, '口令', 'strict')).toEqual(info);
    expect(await codeOf(() => decryptPrivateKeyInfo(bytes, '口今'))).toBe('password-wrong');
  });

  it('as PEM, with 600,000 rounds, fresh salt and iv', async () => {
    const [one, two] = [await writeEncryptedSm2PrivateKey(key, 'pw'), await writeEncryptedSm2PrivateKey(key, 'pw')];
    expect(one).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----\n/);
    expect((await readEncryptedSm2PrivateKey(text(one), 'pw')).toPkcs8()).toEqual(info);
    const [a, b] = [one, two].map((pem) => bytesToHex(readPem(pem)[0]!.bytes));
    expect(a).toContain(bytesToHex(der.integer(600_000)));
    const parts = (hex: string) => [...hex.matchAll(/0410(.{32})/g)].map((match) => match[1]);
    expect(parts(a!).slice(0, 2)).not.toEqual(parts(b!).slice(0, 2));
    expect(new Set([...parts(a!).slice(0, 2), ...parts(b!).slice(0, 2)]).size).toBe(4);
  });

  it('GmSSL’s HMAC-SM3 without a NULL, OpenSSL’s with one', async () => {
    for (const [prf, rest] of [
      ['HMAC-SM3', ''],
      ['HMAC-SM3-OPENSSL', '0500'],
    ] as const) {
      const [oid] = [prf === 'HMAC-SM3' ? '1.2.156.10197.1.401.2' : '1.2.156.10197.1.401.3.1'];
      const identifier = der.sequence(der.oid(oid), hexToBytes(rest));
      expect(bytesToHex(await encryptPrivateKeyInfo(info, 'x', { prf, iterations: 1000 }))).toContain(
        bytesToHex(identifier),
      );
    }
  });

  it.each<[string, Uint8Array, string | Uint8Array, object, string]>([
    ['an empty password', info, '', {}, 'invalid-argument'],
    ['an empty password of octets', info, new Uint8Array(0), {}, 'invalid-argument'],
    ['a password that is no text', info, 'a\udfff', {}, 'invalid-argument'],
    ['999 rounds', info, 'x', { iterations: 999 }, 'invalid-argument'],
    ['10,000,001 rounds', info, 'x', { iterations: 10_000_001 }, 'invalid-argument'],
    ['a broken number of rounds', info, 'x', { iterations: 1000.5 }, 'invalid-argument'],
    ['no number of rounds', info, 'x', { iterations: Number.NaN }, 'invalid-argument'],
    ['another cipher', info, 'x', { cipher: 'DES-EDE3-CBC' }, 'invalid-argument'],
    ['another function', info, 'x', { prf: 'HMAC-SHA1' }, 'invalid-argument'],
    ['a name of Object', info, 'x', { cipher: 'constructor' }, 'invalid-argument'],
    ['another name of Object', info, 'x', { prf: 'toString' }, 'invalid-argument'],
    ['version 2', der.sequence(der.integer(2), ED25519, SECRET), 'x', {}, 'key-malformed'],
    ['a BIT STRING', der.sequence(der.integer(0), ED25519, der.bitString(SALT)), 'x', {}, 'key-malformed'],
    ['an algorithm without a name', der.sequence(der.integer(0), der.sequence(), SECRET), 'x', {}, 'key-malformed'],
    [
      'a public key in version 0',
      der.sequence(der.integer(0), ED25519, SECRET, der.implicitPrimitive(1, SALT)),
      'x',
      {},
      'key-malformed',
    ],
    ['SEC1', key.toSec1(), 'x', {}, 'key-malformed'],
    ['a public key', key.publicKey.toSpki(), 'x', {}, 'key-malformed'],
    ['an encrypted key', encrypted(info).file, 'x', {}, 'key-malformed'],
    ['nothing', new Uint8Array(0), 'x', {}, 'key-malformed'],
  ])('refuses %s', async (_, bytes, password, options, code) => {
    expect(await codeOf(() => encryptPrivateKeyInfo(bytes, password, options as Pbes2Options))).toBe(code);
  });
});

describe('what a file may ask for', () => {
  const identifier = der.sequence(der.oid(HASHES.sha256), der.nullValue());
  const aes = der.sequence(der.oid('2.16.840.1.101.3.4.1.2'), der.octetString(IV));
  const pbkdf2 = (...fields: readonly Uint8Array[]) => der.sequence(PBKDF2, der.sequence(...fields));
  const good = encrypted(info).ciphertext;
  const [salt, rounds] = [der.octetString(SALT), der.integer(2)];
  const zeros = (length: number) => new Uint8Array(length);
  const file = (derivation: Uint8Array, encryption = aes, ciphertext = good) =>
    assemble(derivation, encryption, ciphertext);
  const scheme = (oid: string, ...parameters: readonly Uint8Array[]) =>
    der.sequence(der.sequence(der.oid(oid), ...parameters), der.octetString(good));

  it('is a file that opens', async () => {
    expect(await decryptPrivateKeyInfo(file(pbkdf2(salt, rounds, identifier)), 'secret')).toEqual(info);
  });

  it.each<[string, Uint8Array, string]>([
    ['10,000,001 rounds', file(pbkdf2(salt, der.integer(10_000_001), identifier)), 'limit-exceeded'],
    ['2^31 rounds', file(pbkdf2(salt, der.integer(2n ** 31n), identifier)), 'limit-exceeded'],
    ['2^4000 rounds', file(pbkdf2(salt, der.integer(2n ** 4000n), identifier)), 'limit-exceeded'],
    ['no rounds', file(pbkdf2(salt, der.integer(0), identifier)), 'key-malformed'],
    ['−1 rounds', file(pbkdf2(salt, der.integer(-1), identifier)), 'key-malformed'],
    ['1,025 octets of salt', file(pbkdf2(der.octetString(zeros(1025)), rounds, identifier)), 'limit-exceeded'],
    ['a salt from elsewhere', file(pbkdf2(der.sequence(PBKDF2), rounds, identifier)), 'key-unsupported'],
    ['a key of 15 octets', file(pbkdf2(salt, rounds, der.integer(15), identifier)), 'key-malformed'],
    ['a key of 2^40 octets', file(pbkdf2(salt, rounds, der.integer(2n ** 40n), identifier)), 'key-malformed'],
    ['HMAC-MD5', file(pbkdf2(salt, rounds, der.sequence(der.oid('1.2.840.113549.2.6')))), 'key-unsupported'],
    [
      'a function with parameters',
      file(pbkdf2(salt, rounds, der.sequence(der.oid(HASHES.sha256), salt))),
      'key-malformed',
    ],
    ['a field after the function', file(pbkdf2(salt, rounds, identifier, der.nullValue())), 'key-malformed'],
    ['no rounds and no function', file(pbkdf2(salt)), 'key-malformed'],
    ['scrypt', file(der.sequence(der.oid('1.3.6.1.4.1.11591.4.11'), der.sequence(salt))), 'key-unsupported'],
    [
      'AES-128-GCM',
      file(pbkdf2(salt, rounds), der.sequence(der.oid('2.16.840.1.101.3.4.1.6'), salt)),
      'key-unsupported',
    ],
    ['DES-CBC', file(pbkdf2(salt, rounds), der.sequence(der.oid('1.3.14.3.2.7'), salt)), 'key-unsupported'],
    [
      'an iv of 15 octets',
      file(pbkdf2(salt, rounds), der.sequence(der.oid('2.16.840.1.101.3.4.1.2'), der.octetString(IV.subarray(1)))),
      'key-malformed',
    ],
    [
      'an iv of 16 octets for triple DES',
      file(pbkdf2(salt, rounds), der.sequence(der.oid('1.2.840.113549.3.7'), der.octetString(IV))),
      'key-malformed',
    ],
    ['no ciphertext', file(pbkdf2(salt, rounds), aes, zeros(0)), 'key-malformed'],
    ['a block and an octet', file(pbkdf2(salt, rounds), aes, zeros(17)), 'key-malformed'],
    ['1 MiB of ciphertext and a block', file(pbkdf2(salt, rounds), aes, zeros(2 ** 20 + 16)), 'limit-exceeded'],
    ['PBES1 with MD5 and DES', scheme('1.2.840.113549.1.5.3', der.sequence(salt, rounds)), 'key-unsupported'],
    ['PKCS#12 with SHA-1 and RC2', scheme('1.2.840.113549.1.12.1.6', der.sequence(salt, rounds)), 'key-unsupported'],
    [
      'a field after the iv',
      file(pbkdf2(salt, rounds), der.sequence(der.oid('2.16.840.1.101.3.4.1.2'), der.octetString(IV), salt)),
      'key-malformed',
    ],
    ['a field after the derivation', file(der.sequence(PBKDF2, der.sequence(salt, rounds), salt)), 'key-malformed'],
    ['a third scheme', scheme('1.2.840.113549.1.5.13', der.sequence(pbkdf2(salt, rounds), aes, salt)), 'key-malformed'],
    [
      'a field after the parameters of PBES2',
      scheme('1.2.840.113549.1.5.13', der.sequence(pbkdf2(salt, rounds), aes), salt),
      'key-malformed',
    ],
    ['PBES2 without parameters', scheme('1.2.840.113549.1.5.13'), 'key-malformed'],
    ['PBES2 with NULL', scheme('1.2.840.113549.1.5.13', der.nullValue()), 'key-malformed'],
    ['a key that is not encrypted', info, 'key-malformed'],
    ['SEC1', key.toSec1(), 'key-malformed'],
    [
      'a field after the ciphertext',
      der.sequence(
        ...readDer(file(pbkdf2(salt, rounds)))
          .children()
          .rest()
          .map(({ raw }) => raw),
        rounds,
      ),
      'key-malformed',
    ],
    ['no DER', text('not a key'), 'key-malformed'],
    ['nothing', zeros(0), 'key-malformed'],
  ])('%s', async (_, bytes, code) => {
    expect(await codeOf(() => decryptPrivateKeyInfo(bytes, 'secret'))).toBe(code);
    expect(await codeOf(() => readEncryptedSm2PrivateKey(bytes, 'secret'))).toBe(code);
  });

  it.each<[string, string, string]>([
    ['no PEM', 'text', 'pem-malformed'],
    ['a key that is not encrypted', key.toPem(), 'pem-malformed'],
    [
      'OpenSSL’s old encryption',
      '-----BEGIN ENCRYPTED PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----',
      'key-encrypted',
    ],
  ])('%s', async (_, pem, code) => {
    expect(await codeOf(() => readEncryptedSm2PrivateKey(pem, 'secret'))).toBe(code);
  });

  it('stands at the edge of each limit', async () => {
    expect(PBES2_LIMITS).toEqual({ iterations: 10_000_000, salt: 1024, ciphertext: 1024 * 1024 });
    const salted = encrypted(info, { salt: zeros(1024) });
    expect(await decryptPrivateKeyInfo(salted.file, 'secret')).toEqual(info);
    const none = encrypted(info, { salt: zeros(0) });
    expect(await decryptPrivateKeyInfo(none.file, 'secret')).toEqual(info);
    // 19 octets of headers, one of padding
    const large = der.sequence(
      der.integer(0),
      der.sequence(der.oid('1.3.101.112')),
      der.octetString(zeros(2 ** 20 - 24)),
    );
    const { file, ciphertext } = encrypted(large);
    expect(ciphertext.length).toBe(2 ** 20);
    expect((await decryptPrivateKeyInfo(file, 'secret')).length).toBe(large.length);
  });

  it('takes ten million rounds, some seconds', async () => {
    const { file } = encrypted(info, { hash: 'sha1', iterations: 10_000_000 });
    expect(await decryptPrivateKeyInfo(file, 'secret')).toEqual(info);
  }, 120_000);
});

describe('a wrong password', () => {
  const files = [
    ['SM2, SM4', encrypted(info, { cipher: 'sm4-cbc', iterations: 1 }).file],
    ['SM2, triple DES', encrypted(info, { cipher: 'des-ede3-cbc', iterations: 1 }).file],
    ['RSA, AES', encrypted(rsa, { iterations: 1 }).file],
    ['Ed25519, AES', encrypted(ed25519, { iterations: 1 }).file],
  ] as const;
  it.each(files)('is always called so: %s', async (_, file) => {
    for (let i = 0; i < (process.env.SLOW ? 50_000 : 2000); i++) {
      expect(await codeOf(() => decryptPrivateKeyInfo(file, `wrong ${i}`))).toBe('password-wrong');
    }
  });

  it('and so are a changed salt and changed rounds', async () => {
    const { file } = encrypted(info, { iterations: 3 });
    const at = bytesToHex(file).indexOf(bytesToHex(SALT)) / 2;
    expect(await codeOf(() => decryptPrivateKeyInfo(file.with(at, 1), 'secret'))).toBe('password-wrong');
    const rounds = bytesToHex(file).indexOf('020103') / 2 + 2;
    expect(await codeOf(() => decryptPrivateKeyInfo(file.with(rounds, 4), 'secret'))).toBe('password-wrong');
  });
});

describe('a damaged file under the right password', () => {
  const cases = [
    ['SM2, SM4', info, 'sm4-cbc'],
    ['SM2, AES', info, 'aes-256-cbc'],
    ['SM2, triple DES', info, 'des-ede3-cbc'],
  ] as const;

  it.each(cases)('is called so for a bit of any ciphertext octet: %s', async (_, plain, cipher) => {
    const { ciphertext, wrap } = encrypted(plain, { cipher, iterations: 1 });
    for (let at = 0; at < ciphertext.length; at++) {
      for (const bit of [1, 0x10, 0x80]) {
        const damaged = wrap(ciphertext.with(at, ciphertext[at]! ^ bit));
        expect(`${at}: ${await codeOf(() => readEncryptedSm2PrivateKey(damaged, 'secret'))}`).toBe(
          `${at}: key-malformed`,
        );
      }
    }
  });

  it.each(cases)('and for any whole block: %s', async (_, plain, cipher) => {
    const { ciphertext, wrap } = encrypted(plain, { cipher, iterations: 1 });
    const size = CIPHERS[cipher][2];
    for (let at = 0; at < ciphertext.length; at += size) {
      for (const block of [
        new Uint8Array(size),
        new Uint8Array(size).fill(0xff),
        ciphertext.slice(-size).reverse(),
        ciphertext.slice(0, size).reverse(),
      ]) {
        const bytes = ciphertext.slice();
        bytes.set(block, at);
        expect(await codeOf(() => readEncryptedSm2PrivateKey(wrap(bytes), 'secret'))).toBe('key-malformed');
      }
    }
  });

  it('cut by a block, or with blocks exchanged', async () => {
    const { ciphertext, wrap } = encrypted(info);
    const swapped = Uint8Array.from([
      ...ciphertext.subarray(0, 32),
      ...ciphertext.subarray(48, 64),
      ...ciphertext.subarray(32, 48),
      ...ciphertext.subarray(64),
    ]);
    for (const bytes of [ciphertext.slice(0, -16), ciphertext.slice(16), ciphertext.slice(0, 48), swapped]) {
      expect(await codeOf(() => readEncryptedSm2PrivateKey(wrap(bytes), 'secret'))).toBe('key-malformed');
    }
  });

  it('where only the padding is left, and where only the head is', async () => {
    const noise = crypto.getRandomValues(new Uint8Array(64));
    const padded = (count: number) => Uint8Array.from([...noise.subarray(count), ...new Uint8Array(count).fill(count)]);
    const code = (plain: Uint8Array) =>
      codeOf(() => decryptPrivateKeyInfo(encrypted(plain, { padding: false }).file, 'secret'));
    expect(await code(padded(5))).toBe('key-malformed');
    expect(await code(padded(16))).toBe('key-malformed');
    expect(await code(padded(4))).toBe('password-wrong');
    expect(await code(padded(17))).toBe('password-wrong');
    // ecPublicKey, the SM2 curve, rsaEncryption, the public key in SEC1
    for (const mark of ['06072a8648ce3d0201', '06082a811ccf5501822d', '06092a864886f70d010101', 'a14403420004']) {
      for (const at of [1, 13, 40]) {
        const plain = noise.slice();
        plain.set(hexToBytes(mark), at);
        plain[63] = 0;
        expect(await code(plain)).toBe('key-malformed');
        plain[at + mark.length / 2 - 1]! ^= 1;
        expect(await code(plain)).toBe('password-wrong');
      }
    }
    // SEQUENCE, length, version, SEQUENCE
    const head = (length: number, ...rest: number[]) => {
      const plain = noise.slice();
      plain.set([0x30, length, ...rest]);
      plain[63] = 0;
      return plain;
    };
    for (const length of [0x2e, 0x30, 0x3d]) expect(await code(head(length, 2, 1, 0, 0x30))).toBe('key-malformed');
    expect(await code(head(0x30, 2, 1, 1, 0x30))).toBe('key-malformed');
    expect(await code(head(0x81, 0x2d, 2, 1, 0, 0x30))).toBe('key-malformed');
    expect(await code(head(0x82, 0, 0x2d, 2, 1, 0, 0x30))).toBe('key-malformed');
    for (const length of [0x2d, 0x3e, 0x7f]) expect(await code(head(length, 2, 1, 0, 0x30))).toBe('password-wrong');
    expect(await code(head(0x30, 2, 1, 2, 0x30))).toBe('password-wrong');
    expect(await code(head(0x30, 2, 1, 0, 0x31))).toBe('password-wrong');
    expect(await code(head(0x30, 2, 2, 0, 0x30))).toBe('password-wrong');
    expect(await code(head(0x85, 0, 0, 0, 0, 0x2d, 2, 1, 0, 0x30))).toBe('password-wrong');
  });

  it('cannot be told for the first block of a key without marks further on', async () => {
    // Documented: what is left of it are random octets and three octets of padding.
    const plain = der.sequence(
      der.integer(0),
      der.sequence(der.oid('1.3.101.112')),
      der.octetString(new Uint8Array(32)),
    );
    const { ciphertext, wrap } = encrypted(plain);
    expect(plain.length % 16).toBe(14);
    const damaged = wrap(ciphertext.with(0, ciphertext[0]! ^ 1));
    expect(await codeOf(() => decryptPrivateKeyInfo(damaged, 'secret'))).toBe('password-wrong');
  });

  it('shows nothing of the key', async () => {
    const { ciphertext, wrap } = encrypted(info);
    for (let at = 0; at < ciphertext.length; at += 5) {
      const error = await readEncryptedSm2PrivateKey(wrap(ciphertext.with(at, ciphertext[at]! ^ 1)), 'secret').catch(
        (reason: unknown) => reason,
      );
      const shown = inspect(error, { depth: 9, showHidden: true });
      expect(shown).not.toContain('secret');
      expect(shown).not.toContain('0x');
      expect((error as Error).cause).toBeUndefined();
    }
  });
});

describe('a stranger’s bytes', () => {
  const { file } = encrypted(info, { cipher: 'sm4-cbc', iterations: 1 });
  it('lead to the key or a GovError', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(file.length), fc.nat(255), fc.nat(3)), { minLength: 1, maxLength: 4 }),
        async (changes) => {
          const bytes = [...file];
          for (const [at, octet, kind] of changes) {
            if (kind === 0) bytes.splice(at, 1);
            else if (kind === 1) bytes.splice(at, 0, octet);
            else if (kind === 2) bytes.splice(at, bytes.length, ...bytes.slice(at, at + octet));
            else if (at < bytes.length) bytes[at] = octet;
          }
          // No more than a second of rounds
          const asked = iterationsOf(Uint8Array.from(bytes));
          if (asked > 100_000n) return;
          try {
            const read = await readEncryptedSm2PrivateKey(Uint8Array.from(bytes), 'secret');
            expect(read.publicKey.point).toEqual(key.publicKey.point);
          } catch (error) {
            if (!isGovError(error)) throw error;
          }
        },
      ),
      { numRuns: process.env.SLOW ? 100_000 : 2000 },
    );
  }, 120_000);
});

function iterationsOf(bytes: Uint8Array): bigint {
  try {
    const algorithm = readDer(bytes, { mode: 'lenient' }).children().next().children();
    algorithm.next();
    const derivation = algorithm.next().children().next().children();
    derivation.next();
    const parameters = derivation.next().children();
    parameters.next();
    return parameters.next(Tag.integer).integer();
  } catch {
    return 0n;
  }
}

describe('PBES2 alone', () => {
  it('hides any octets', async () => {
    for (const length of [0, 1, 15, 16, 17, 1000]) {
      const plain = crypto.getRandomValues(new Uint8Array(length));
      for (const cipher of ['SM4-CBC', 'AES-256-CBC'] as const) {
        const { algorithm, ciphertext } = await pbes2Encrypt(plain, 'pw', { cipher, iterations: 1000 });
        expect(ciphertext.length).toBe(length + 16 - (length % 16));
        expect(await pbes2Decrypt(readDer(algorithm), ciphertext, 'pw')).toEqual(plain);
      }
    }
  });

  it('tells wrong padding', async () => {
    for (const ending of ['00', '11', 'ff', '0201', '0302', '01020303']) {
      const plain = new Uint8Array(16).fill(0x55);
      plain.set(hexToBytes(ending), 16 - ending.length / 2);
      const { file, ciphertext } = encrypted(plain, { padding: false });
      const algorithm = readDer(file).children().next();
      const code = await codeOf(() => pbes2Decrypt(algorithm, ciphertext, 'secret'));
      expect(`${ending} ${code}`).toBe(ending === '0201' ? '0201 nothing thrown' : `${ending} password-wrong`);
    }
  });

  it('reads its errors as key-malformed', async () => {
    const algorithm = readDer(der.sequence(PBES2, der.sequence()));
    expect(await codeOf(() => pbes2Decrypt(algorithm, new Uint8Array(16), 'x'))).toBe('key-malformed');
  });
});

describe('runtimes that lack something', () => {
  it('have no triple DES', async () => {
    const bytes = new Uint8Array(8);
    expect(await codeOf(async () => desEde3Cbc('decrypt', new Uint8Array(24), bytes, bytes))).toBe(
      'backend-unavailable',
    );
  });

  it('have no WebCrypto, and read SM4 with HMAC-SM3 nevertheless', async () => {
    const own = Object.getOwnPropertyDescriptor(globalThis.crypto, 'subtle');
    Object.defineProperty(globalThis.crypto, 'subtle', { value: undefined, configurable: true });
    try {
      const sm = encrypted(info, { cipher: 'sm4-cbc', hash: 'sm3' }).file;
      expect(await decryptPrivateKeyInfo(sm, 'secret')).toEqual(info);
      for (const options of [{ hash: 'sha1' }, { cipher: 'aes-256-cbc', hash: 'sm3' }] as const) {
        const { file } = encrypted(info, options);
        expect(await codeOf(() => decryptPrivateKeyInfo(file, 'secret'))).toBe('backend-unavailable');
      }
    } finally {
      if (own === undefined) Reflect.deleteProperty(globalThis.crypto, 'subtle');
      else Object.defineProperty(globalThis.crypto, 'subtle', own);
    }
    expect(await decryptPrivateKeyInfo(encrypted(info).file, 'secret')).toEqual(info);
  });
});

describe('node', () => {
  it('reads what we write for OpenSSL 3.0', async () => {
    for (const options of [{ cipher: 'AES-256-CBC' }, { cipher: 'SM4-CBC', prf: 'HMAC-SHA256' }] as const) {
      const bytes = await encryptPrivateKeyInfo(rsa, '口令', { ...options, iterations: 1000 });
      const read = createPrivateKey({ key: Buffer.from(bytes), format: 'der', type: 'pkcs8', passphrase: '口令' });
      expect(new Uint8Array(read.export({ format: 'der', type: 'pkcs8' }))).toEqual(rsa);
    }
  });
});

describe.skipIf(!hasOpenssl)('openssl', () => {
  const openssl = new Openssl();
  beforeAll(() => {
    openssl.put('key.pem', key.toPem());
  });
  afterAll(() => openssl.remove());

  it.each([
    ['sm4-cbc', 'hmacWithSHA1'],
    ['sm4-cbc', 'hmacWithSHA256'],
    ['aes-128-cbc', 'hmacWithSHA384'],
    ['aes-192-cbc', 'hmacWithSHA512'],
    ['aes-256-cbc', 'hmacWithSHA256'],
    ['des3', 'hmacWithSHA1'],
  ])('writes %s with %s, and we read it', async (cipher, prf) => {
    const scheme = ['-v2', cipher, '-v2prf', prf, '-passout', 'pass:口令'];
    openssl.run('pkcs8', '-topk8', '-in', 'key.pem', ...scheme, '-out', 'theirs.pem');
    const pem = new TextDecoder().decode(openssl.get('theirs.pem'));
    expect((await readEncryptedSm2PrivateKey(pem, '口令', 'strict')).publicKey.point).toEqual(key.publicKey.point);
    expect(await codeOf(() => readEncryptedSm2PrivateKey(pem, '口令 '))).toBe('password-wrong');
    expect(await codeOf(async () => readSm2PrivateKey(pem))).toBe('key-encrypted');
  });

  it('with HMAC-SM3, where it has it (3.5)', async () => {
    const scheme = ['-v2', 'sm4-cbc', '-v2prf', 'hmacWithSM3', '-passout', 'pass:pw'];
    if (!openssl.accepts('pkcs8', '-topk8', '-in', 'key.pem', ...scheme, '-out', 'sm3.pem')) {
      console.warn('skipped: HMAC-SM3 in PBES2, which this openssl does not have');
      return;
    }
    const pem = new TextDecoder().decode(openssl.get('sm3.pem'));
    expect((await readEncryptedSm2PrivateKey(pem, 'pw')).toPkcs8()).toEqual(info);
    openssl.put('ours.pem', await writeEncryptedSm2PrivateKey(key, 'pw', { prf: 'HMAC-SM3-OPENSSL' }));
    expect(openssl.run('pkcs8', '-in', 'ours.pem', '-passin', 'pass:pw')).toContain(key.toPem().trim());
  });

  it('reads what we write for it', async () => {
    for (const options of [{ cipher: 'AES-256-CBC' }, { cipher: 'SM4-CBC', prf: 'HMAC-SHA256' }] as const) {
      openssl.put('ours.pem', await writeEncryptedSm2PrivateKey(key, '口令', { ...options, iterations: 10_000 }));
      expect(openssl.run('pkcs8', '-in', 'ours.pem', '-passin', 'pass:口令')).toContain(key.toPem().trim());
      expect(openssl.accepts('pkcs8', '-in', 'ours.pem', '-passin', 'pass:x')).toBe(false);
    }
  });

  it.each([
    ['scrypt', ['-scrypt']],
    ['PBES1', ['-v1', 'PBE-SHA1-3DES']],
  ])('what we do not read: %s', async (_, scheme) => {
    openssl.run('pkcs8', '-topk8', '-in', 'key.pem', ...scheme, '-passout', 'pass:x', '-out', 'other.pem');
    const pem = new TextDecoder().decode(openssl.get('other.pem'));
    expect(await codeOf(() => readEncryptedSm2PrivateKey(pem, 'x'))).toBe('key-unsupported');
  });
});
