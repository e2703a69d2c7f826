import { createPrivateKey } from 'node:crypto';
import { der, readDer } from '@gov/der';
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
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { desEde3Cbc } from '../src/internal/des-ede3.js';
import {
  assemble,
  CIPHERS,
  type Cipher,
  codeOf,
  ed25519,
  encrypted,
  HASHES,
  type Hash,
  IV,
  info,
  key,
  PBES2,
  PBKDF2,
  rsa,
  SALT,
  text,
} from './encrypted-key.js';
import { hasOpenssl, Openssl } from './openssl.js';

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
  const scrypt = (...costs: readonly number[]) =>
    der.sequence(der.oid('1.3.6.1.4.1.11591.4.11'), der.sequence(salt, ...costs.map(der.integer)));
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
    [
      'another derivation',
      file(der.sequence(der.oid('1.3.6.1.4.1.11591.4.12'), der.sequence(salt))),
      'key-unsupported',
    ],
    ['scrypt without costs', file(scrypt()), 'key-malformed'],
    ['scrypt without p', file(scrypt(16384, 8)), 'key-malformed'],
    ['scrypt with N = 1', file(scrypt(1, 8, 1)), 'key-malformed'],
    ['scrypt with N no power of 2', file(scrypt(16383, 8, 1)), 'key-malformed'],
    ['scrypt with N below 0', file(scrypt(-2, 8, 1)), 'key-malformed'],
    ['scrypt with r = 0', file(scrypt(16384, 0, 1)), 'key-malformed'],
    ['scrypt with p = 0', file(scrypt(16384, 8, 0)), 'key-malformed'],
    ['scrypt with a key length of another cipher', file(scrypt(2, 8, 1, 32)), 'key-malformed'],
    ['scrypt with a field too many', file(scrypt(2, 8, 1, 16, 16)), 'key-malformed'],
    ['scrypt with 256 MiB', file(scrypt(2 ** 18, 8, 1)), 'limit-exceeded'],
    ['scrypt with 128 MiB by r and a bit', file(scrypt(2, 2 ** 19 + 1, 1)), 'limit-exceeded'],
    ['scrypt with p = 17', file(scrypt(2, 8, 17)), 'limit-exceeded'],
    ['scrypt within the limits, under another password', file(scrypt(2 ** 17, 8, 1)), 'password-wrong'],
    ['scrypt with p = 16', file(scrypt(2, 8, 16)), 'password-wrong'],
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
    expect(PBES2_LIMITS).toEqual({
      iterations: 10_000_000,
      scryptMemory: 128 * 1024 * 1024,
      scryptParallelization: 16,
      salt: 1024,
      ciphertext: 1024 * 1024,
    });
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

  it('scrypt', async () => {
    openssl.run('pkcs8', '-topk8', '-in', 'key.pem', '-scrypt', '-passout', 'pass:口令', '-out', 'scrypt.pem');
    const pem = new TextDecoder().decode(openssl.get('scrypt.pem'));
    expect((await readEncryptedSm2PrivateKey(pem, '口令')).toPkcs8()).toEqual(info);
    expect(await codeOf(() => readEncryptedSm2PrivateKey(pem, 'x'))).toBe('password-wrong');
  });

  it('what we do not read: PBES1', async () => {
    openssl.run('pkcs8', '-topk8', '-in', 'key.pem', '-v1', 'PBE-SHA1-3DES', '-passout', 'pass:x', '-out', 'other.pem');
    const pem = new TextDecoder().decode(openssl.get('other.pem'));
    expect(await codeOf(() => readEncryptedSm2PrivateKey(pem, 'x'))).toBe('key-unsupported');
  });
});
