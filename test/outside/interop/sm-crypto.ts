/** sm-crypto and its successor sm-crypto-v2, which took over its interface and changed some of its defaults. */
import { readFileSync } from 'node:fs';
import { join as path } from 'node:path';
import smCrypto, { type SmCrypto } from 'sm-crypto';
import * as smCryptoV2 from 'sm-crypto-v2';
import { compress, derToRaw } from './encodings.js';
import {
  type Bytes,
  type CipherCase,
  type EncryptionCase,
  type Exception,
  equal,
  hex,
  join,
  type KeyCase,
  type Or,
  type Peer,
  type SignatureCase,
  type Skill,
  same,
  text,
  unhex,
  until,
} from './peer.js';

export const versionOf = (name: string): string =>
  JSON.parse(readFileSync(path(import.meta.dirname, '../node_modules', name, 'package.json'), 'utf8')).version;

const NO_FILES = 'keys are hexadecimal d and 04 ‖ x ‖ y only';
const PREFIX = 'C1 without 04: `c1c3c2-bare`, `c1c2c3-bare`';

const MESSAGE = Uint8Array.of(1, 2, 3);

/** Of a key file: nothing. Of bare numbers: d and the point that belongs to it. */
const keys = ({
  sm2,
}: SmCrypto): Pick<
  Peer['skills'],
  'private key, bare d' | 'public key, bare 04 ‖ x ‖ y' | 'public key, compressed'
> => {
  const verifies = ({ pair }: KeyCase, point: string): boolean => {
    const signature = sm2.doSignature(MESSAGE, hex(pair.d), { hash: true, publicKey: hex(pair.point) });
    return sm2.doVerifySignature(MESSAGE, signature, point, { hash: true });
  };
  return {
    'private key, bare d': {
      make: ({ pair }) => pair.d,
      take: ({ pair }, made) => sm2.getPublicKeyFromPrivateKey(hex(made)) === hex(pair.point),
    },
    'public key, bare 04 ‖ x ‖ y': {
      make: ({ pair }) => unhex(sm2.getPublicKeyFromPrivateKey(hex(pair.d))),
      take: (one, made) => verifies(one, hex(made)),
    },
    'public key, compressed': {
      make: ({ pair }) => unhex(sm2.compressPublicKeyHex(hex(pair.point))),
      take: (one, made) => equal(made, compress(one.pair.point)) && verifies(one, hex(made)),
    },
  };
};

function peer(
  name: string,
  library: SmCrypto,
  differing: Partial<Peer['skills']>,
  exceptions: readonly Exception[],
): Peer {
  const { sm2, sm3, sm4 } = library;
  const array = (bytes: Bytes): number[] => [...bytes];

  const signature = (der: boolean): Skill<SignatureCase> => {
    const options = (id: Bytes) => ({ hash: true, der, userId: text(id) });
    return {
      make: ({ pair, message, id }) =>
        unhex(sm2.doSignature(message, hex(pair.d), { ...options(id), publicKey: hex(pair.point) })),
      take: ({ pair, message, id }, made) => sm2.doVerifySignature(message, hex(made), hex(pair.point), options(id)),
    };
  };
  const encryption = (order: 0 | 1): Skill<EncryptionCase> => ({
    make: ({ pair, plaintext }) => unhex(sm2.doEncrypt(plaintext, hex(pair.point), order)),
    take: ({ pair, plaintext }, made) =>
      equal(Uint8Array.from(sm2.doDecrypt(hex(made), hex(pair.d), order, { output: 'array' })), plaintext),
  });
  const cipher = (mode: 'ecb' | 'cbc', padding: 'pkcs#7' | 'none'): Skill<CipherCase> => {
    const options = (iv: Bytes) => ({ mode, padding, output: 'array', ...(mode === 'cbc' ? { iv: array(iv) } : {}) });
    return {
      make: ({ key, iv, plaintext }) =>
        Uint8Array.from(sm4.encrypt(array(plaintext), array(key), options(iv)) as readonly number[]),
      take: ({ key, iv, plaintext }, made) =>
        equal(Uint8Array.from(sm4.decrypt(array(made), array(key), options(iv))), plaintext),
    };
  };

  return {
    name,
    version: versionOf(name),
    exceptions,
    skills: {
      SM3: same(({ data }) => unhex(sm3(data))),
      'HMAC-SM3': same(({ key, data }) => unhex(sm3(data, { key: hex(key) }))),
      'SM2 signature, r ‖ s': until(signature(false)),
      'SM2 signature, DER': until(signature(true), derToRaw),
      'SM2 signature, another ID': signature(true),
      'SM2 signature, ID not UTF-8': '`userId` is text and becomes UTF-8',
      'SM2 signature over e': {
        make: ({ pair, message }) => unhex(sm2.doSignature(message.subarray(0, 32), hex(pair.d), { hash: false })),
        take: ({ pair, message }, made) =>
          sm2.doVerifySignature(message.subarray(0, 32), hex(made), hex(pair.point), { hash: false }),
      },
      'SM2 ciphertext `asn1`': 'no ASN.1 ciphertexts',
      'SM2 ciphertext `c1c3c2`': PREFIX,
      'SM2 ciphertext `c1c2c3`': PREFIX,
      'SM2 ciphertext `c1c3c2-bare`': encryption(1),
      'SM2 ciphertext `c1c2c3-bare`': encryption(0),
      'private key, PKCS#8 PEM': NO_FILES,
      'private key, PKCS#8 DER': NO_FILES,
      'private key, SEC1 PEM': NO_FILES,
      'private key, SEC1 DER': NO_FILES,
      'private key, PBES2 of SM4 and HMAC-SM3': NO_FILES,
      'private key, PBES2 of SM4 and HMAC-SHA256': NO_FILES,
      'private key, PBES2 of AES-256 and HMAC-SHA256': NO_FILES,
      'public key, SPKI PEM': NO_FILES,
      'public key, SPKI DER': NO_FILES,
      ...keys(library),
      'SM4-ECB': cipher('ecb', 'pkcs#7'),
      'SM4-CBC': cipher('cbc', 'pkcs#7'),
      'SM4-CBC without padding': cipher('cbc', 'none'),
      'SM4-CTR': 'ECB and CBC only',
      'SM4-GCM': 'ECB and CBC only',
      'SM4-CCM': 'ECB and CBC only',
      ...differing,
    },
  };
}

export const smCryptoPeer: Peer = peer('sm-crypto', smCrypto, {}, []);

// Its types describe the same functions by overloads.
const v2 = smCryptoV2 as unknown as SmCrypto;

const asn1: Or<Skill<EncryptionCase>> = {
  make: ({ pair, plaintext }) => unhex(v2.sm2.doEncrypt(plaintext, hex(pair.point), 1, { asn1: true })),
  take: ({ pair, plaintext }, made) =>
    equal(Uint8Array.from(v2.sm2.doDecrypt(hex(made), hex(pair.d), 1, { output: 'array', asn1: true })), plaintext),
};

const gcm: Or<Skill<CipherCase>> = {
  make({ key, iv, aad, plaintext }) {
    const options = { mode: 'gcm', iv, associatedData: aad, output: 'array', outputTag: true };
    const { output, tag } = v2.sm4.encrypt(plaintext, key, options) as { output: Uint8Array; tag: Uint8Array };
    return join(output, tag);
  },
  take({ key, iv, aad, plaintext }, made) {
    const options = { mode: 'gcm', iv, associatedData: aad, output: 'array', tag: made.subarray(-16) };
    return equal(Uint8Array.from(v2.sm4.decrypt(made.subarray(0, -16), key, options)), plaintext);
  },
};

const NO_MODE = 'ECB, CBC and GCM only';

export const smCryptoV2Peer: Peer = peer(
  'sm-crypto-v2',
  v2,
  { 'SM2 ciphertext `asn1`': asn1, 'SM4-CTR': NO_MODE, 'SM4-GCM': gcm, 'SM4-CCM': NO_MODE },
  ['make' as const, 'take' as const].flatMap((at) => [
    {
      row: 'SM4-GCM' as const,
      at,
      cases: ['tag of 12 bytes', 'tag of 13 bytes', 'tag of 15 bytes'],
      why: 'tags of 16 bytes only',
    },
    {
      row: 'SM4-GCM' as const,
      at,
      cases: ['the counter wraps'],
      why: 'it counts over 128 bits instead of the last 32, which shows with a nonce of other than 12 bytes once in 2^32 blocks',
    },
  ]),
);
