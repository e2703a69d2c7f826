import { describe, expect, it } from 'vitest';
import { decryptAes, encryptAes } from '../src/encryption/aes.js';
import { sameBytes } from '../src/encryption/file-key.js';
import { aes256FileKey } from '../src/encryption/file-key-aes256.js';
import { legacyFileKey } from '../src/encryption/file-key-legacy.js';
import {
  LEGACY_PASSWORD_BYTES,
  legacyPassword,
  MAX_PASSWORD_BYTES,
  paddedPassword,
  utf8Passwords,
} from '../src/encryption/password.js';
import { rc4 } from '../src/encryption/rc4.js';
import { readStandardEncryption } from '../src/encryption/standard-encryption.js';
import { PdfArray, PdfDict, PdfName, type PdfObject, PdfString } from '../src/object.js';
import { ascii, codeOf } from './build.js';

const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));
const hex = (value: Uint8Array | undefined): string | undefined => value && Buffer.from(value).toString('hex');
const string = (text: string): PdfString => new PdfString(bytes(text), true);
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

describe('RC4', () => {
  // RFC 6229 §2: the first 16 bytes of the key stream
  it.each([
    ['0102030405', 'b2396305f03dc027ccc3524a0a1118a8'],
    ['0102030405060708', '97ab8a1bf0afb96132f2f67258da15a8'],
    ['0102030405060708090a0b0c0d0e0f10', '9ac7cc9a609d1ef7b2932899cde41b97'],
  ])('gives the key stream of RFC 6229 for %s', (key, stream) => {
    expect(hex(rc4(bytes(key), new Uint8Array(16)))).toBe(stream);
  });
});

describe('AES', () => {
  const key = bytes('2b7e151628aed2a6abf7158809cf4f3c');

  // NIST SP 800-38A F.2.1, then a block of padding
  it('reads CBC with the initialization vector in front', () => {
    const iv = '000102030405060708090a0b0c0d0e0f';
    const sealed = encryptAes(key, bytes('6bc1bee22e409f96e93d7e117393172a'));
    expect(sealed).toHaveLength(48);
    expect(hex(decryptAes(key, sealed))).toBe('6bc1bee22e409f96e93d7e117393172a');
    // the vector has no padding, and says so
    expect(codeOf(() => decryptAes(key, bytes(`${iv}7649abac8119b246cee98e9b12e9197d`)))).toBe('pdf-malformed');
  });

  it('never uses an initialization vector twice', () => {
    expect(hex(encryptAes(key, ascii('a')))).not.toBe(hex(encryptAes(key, ascii('a'))));
  });

  it.each([1, 15, 16, 17, 31, 47])('refuses %i bytes', (length) => {
    expect(codeOf(() => decryptAes(key, new Uint8Array(length)))).toBe('pdf-malformed');
  });

  it('takes nothing for nothing', () => {
    expect(decryptAes(key, new Uint8Array())).toHaveLength(0);
    expect(decryptAes(key, encryptAes(key, new Uint8Array()))).toHaveLength(0);
  });
});

describe('passwords', () => {
  it('are filled up or cut to 32 bytes up to revision 4', () => {
    expect(hex(paddedPassword())).toBe('28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a');
    expect(hex(paddedPassword(ascii('ab')))).toBe('616228bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453');
    const longest = 'x'.repeat(LEGACY_PASSWORD_BYTES);
    expect(paddedPassword(ascii(`${longest}y`))).toEqual(ascii(longest));
    expect(LEGACY_PASSWORD_BYTES).toBe(32);
  });

  it('are PDFDocEncoding up to revision 4', () => {
    expect(hex(legacyPassword('aé€•ž˘'))).toBe('61e9a0809e18');
    expect(codeOf(() => legacyPassword('口令'))).toBe('password-wrong');
    expect(legacyPassword(Uint8Array.of(1, 2))).toEqual(Uint8Array.of(1, 2));
  });

  it('are prepared UTF-8 from revision 5 on, and tried unprepared as well', () => {
    expect(utf8Passwords('abc')).toEqual([text('abc')]);
    expect(utf8Passwords('Ⅸ\u00ada\u00a0b')).toEqual([text('IXa b'), text('Ⅸ\u00ada\u00a0b')]);
    expect(utf8Passwords('ｐ口')).toEqual([text('p口'), text('ｐ口')]);
  });

  it('count up to 127 bytes', () => {
    expect(utf8Passwords('x'.repeat(MAX_PASSWORD_BYTES))[0]).toHaveLength(127);
    expect(utf8Passwords('x'.repeat(MAX_PASSWORD_BYTES + 1))[0]).toHaveLength(127);
    expect(utf8Passwords(new Uint8Array(128))[0]).toHaveLength(127);
  });
});

it('compares whole byte strings', () => {
  expect(sameBytes(bytes('0102'), bytes('0102'))).toBe(true);
  expect(sameBytes(bytes('0102'), bytes('0103'))).toBe(false);
  expect(sameBytes(bytes('0102'), bytes('010200'))).toBe(false);
  expect(sameBytes(bytes('010200'), bytes('0102'))).toBe(false);
  expect(sameBytes(bytes(''), bytes('01'))).toBe(false);
});

const LEGACY: Record<string, PdfObject> = {
  Filter: new PdfName('Standard'),
  V: 2,
  R: 3,
  Length: 128,
  P: -4,
  O: string('00'.repeat(32)),
  U: string('00'.repeat(32)),
};
const crypt = (method: string | null): PdfDict =>
  PdfDict.of({ StdCF: PdfDict.of({ CFM: method === null ? undefined : new PdfName(method) }) });
const V4: Record<string, PdfObject> = {
  ...LEGACY,
  V: 4,
  R: 4,
  CF: crypt('AESV2'),
  StmF: new PdfName('StdCF'),
  StrF: new PdfName('StdCF'),
};
const V5: Record<string, PdfObject> = {
  ...V4,
  V: 5,
  R: 6,
  CF: crypt('AESV3'),
  O: string('00'.repeat(48)),
  U: string('00'.repeat(48)),
  OE: string('00'.repeat(32)),
  UE: string('00'.repeat(32)),
  Perms: string('00'.repeat(16)),
};
const read = (base: Record<string, PdfObject>, change: Record<string, PdfObject | undefined> = {}) =>
  readStandardEncryption(PdfDict.of({ ...base, ...change }));

describe('the encryption dictionary', () => {
  it('is read for every version', () => {
    expect(read(LEGACY)).toMatchObject({ keyBytes: 16, streams: 'rc4', strings: 'rc4', encryptMetadata: true });
    expect(read(LEGACY, { V: 1, R: 2, Length: 999 })).toMatchObject({ keyBytes: 5 });
    expect(read(LEGACY, { Length: undefined })).toMatchObject({ keyBytes: 5 });
    expect(read(LEGACY, { EncryptMetadata: false })).toMatchObject({ encryptMetadata: true });
    expect(read(LEGACY, { P: 2 ** 32 - 4 })).toMatchObject({ permissions: -4 });
    expect(read(V4)).toMatchObject({ keyBytes: 16, streams: 'aes128', embeddedFiles: 'aes128' });
    expect(read(V4, { StmF: undefined })).toMatchObject({ streams: 'identity', embeddedFiles: 'identity' });
    expect(read(V4, { CF: crypt('V2'), StrF: new PdfName('Identity') })).toMatchObject({
      streams: 'rc4',
      strings: 'identity',
    });
    expect(read(V5, { StmF: undefined, EFF: new PdfName('StdCF') })).toMatchObject({
      keyBytes: 32,
      streams: 'identity',
      embeddedFiles: 'aes256',
    });
    expect(read(V5, { U: string('01'.repeat(48) + '00'.repeat(79)) }).user).toHaveLength(48);
  });

  const fails: readonly (readonly [
    string,
    string,
    Record<string, PdfObject>,
    Record<string, PdfObject | undefined>,
  ])[] = [
    ['public keys', 'algorithm-unsupported', V4, { Filter: new PdfName('Adobe.PubSec') }],
    ['no handler', 'pdf-malformed', V4, { Filter: undefined }],
    ['version 0', 'algorithm-unsupported', LEGACY, { V: 0 }],
    ['no version', 'algorithm-unsupported', LEGACY, { V: undefined }],
    ['version 3', 'algorithm-unsupported', LEGACY, { V: 3 }],
    ['version 6', 'algorithm-unsupported', V5, { V: 6 }],
    ['revision 7', 'algorithm-unsupported', V5, { R: 7 }],
    ['version 2 with revision 4', 'algorithm-unsupported', LEGACY, { R: 4 }],
    ['no revision', 'pdf-malformed', LEGACY, { R: undefined }],
    ['a version that is a name', 'pdf-malformed', LEGACY, { V: new PdfName('2') }],
    ['32 bits', 'pdf-malformed', LEGACY, { Length: 32 }],
    ['136 bits', 'pdf-malformed', LEGACY, { Length: 136 }],
    ['44 bits', 'pdf-malformed', LEGACY, { Length: 44 }],
    ['no permissions', 'pdf-malformed', LEGACY, { P: undefined }],
    ['permissions beyond 32 bits', 'pdf-malformed', LEGACY, { P: 2 ** 32 }],
    ['permissions below 32 bits', 'pdf-malformed', LEGACY, { P: -(2 ** 31) - 1 }],
    ['a short /O', 'pdf-malformed', LEGACY, { O: string('00'.repeat(31)) }],
    ['no /U', 'pdf-malformed', LEGACY, { U: undefined }],
    ['an overlong /U', 'pdf-malformed', V5, { U: string('00'.repeat(128)) }],
    ['more than padding after /U', 'pdf-malformed', V5, { U: string(`${'00'.repeat(48)}01`) }],
    ['a short /UE', 'pdf-malformed', V5, { UE: string('00'.repeat(31)) }],
    ['no /OE', 'pdf-malformed', V5, { OE: undefined }],
    ['no /Perms', 'pdf-malformed', V5, { Perms: undefined }],
    ['a filter that is missing', 'pdf-malformed', V4, { StmF: new PdfName('Other') }],
    ['a filter that is no name', 'pdf-malformed', V4, { StrF: 1 }],
    ['no filters', 'pdf-malformed', V4, { CF: new PdfArray([]) }],
    ['a method of its own', 'algorithm-unsupported', V4, { CF: crypt('None') }],
    ['no method', 'algorithm-unsupported', V4, { CF: crypt(null) }],
    ['AES-256 in version 4', 'algorithm-unsupported', V4, { CF: crypt('AESV3') }],
    ['AES-128 in version 5', 'algorithm-unsupported', V5, { CF: crypt('AESV2') }],
    ['metadata neither so nor so', 'pdf-malformed', V4, { EncryptMetadata: 0 }],
  ];
  it.each(fails)('with %s is %s', (_, code, base, change) => {
    expect(codeOf(() => read(base, change))).toBe(code);
  });
});

describe('the file key', () => {
  // made with qpdf 11.3 --encrypt user owner 256 and shown by qpdf --show-encryption-key
  const made = {
    O: 'f3b3ce8a765666ef22e7ae83f581a980e36df0cc63f9c32bcff86f6f492a3b6b900d9b50ce626943d5ad5c4b0b51a4f5',
    OE: 'c1ddb54a86615676cfd903c2fd35519fb0963a75ef15d38d7e07f8ef6bb217bd',
    Perms: 'a4117ce13f9b87de9b134b895f37d753',
    U: '23aca19b40cb7ab02b20c78bf5656d0ccc001f68df9a150019ca8bca72df72eb7d897aaa2b0a332f8f825fc7cc14f231',
    UE: '3bd36d8aa53e816d6d7aa1d8cd41a9a870e330b235fd7b6ea184fb63ae5fdb4c',
  };
  const aes256 = (change: Record<string, PdfObject> = {}) =>
    read(V5, { ...Object.fromEntries(Object.entries(made).map(([key, value]) => [key, string(value)])), ...change });
  const KEY256 = '244cbcd488e304f26b81bcf35f57dade2af0897027f1cb9c4dbc7b1d0d046163';

  it('of revision 6 opens for user and owner', () => {
    expect(aes256FileKey(aes256(), ascii('user'))).toEqual({ key: bytes(KEY256), role: 'user' });
    expect(aes256FileKey(aes256(), ascii('owner'))).toEqual({ key: bytes(KEY256), role: 'owner' });
    expect(aes256FileKey(aes256(), ascii('User'))).toBeUndefined();
    expect(aes256FileKey(aes256(), ascii(''))).toBeUndefined();
    expect(aes256FileKey(aes256({ R: 5 }), ascii('user'))).toBeUndefined();
  });

  it.each([
    ['/P', { P: -8 }],
    ['/EncryptMetadata', { EncryptMetadata: false }],
    ['/Perms', { Perms: string(`${'00'.repeat(16)}`) }],
  ])('of revision 6 protects the permissions: %s altered', (_, change) => {
    expect(codeOf(() => aes256FileKey(aes256(change), ascii('user')))).toBe('pdf-malformed');
  });

  it('of revision 3 depends on /P, /ID, and its length', () => {
    const legacy = {
      O: string('0ba3835f88f90388e74e54584125ce142be0de24c6b0d37746e075b891756671'),
      U: string('5ce669e136ea2b255b2b8790e72d9d6b0122456a91bae5134273a6db134c87c4'),
    };
    const id = bytes('31c7a8a269e4c59bd3ba7a8d5d5d9b6f');
    const open = (change: Record<string, PdfObject>, password = 'user', by = id) =>
      legacyFileKey(read(LEGACY, { ...legacy, ...change }), by, ascii(password));
    expect(open({})).toEqual({ key: bytes('429c6e49afd0347aae40e04f05d7b65e'), role: 'user' });
    expect(open({}, 'owner')).toEqual({ key: bytes('429c6e49afd0347aae40e04f05d7b65e'), role: 'owner' });
    expect(open({}, 'wrong')).toBeUndefined();
    expect(open({ P: -8 })).toBeUndefined();
    expect(open({ Length: 120 })).toBeUndefined();
    expect(open({}, 'user', bytes('00'))).toBeUndefined();
  });
});
