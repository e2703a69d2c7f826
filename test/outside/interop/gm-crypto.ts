/** gm-crypto: SM2 encryption, SM3, SM4 in ECB and CBC; no signatures. */
import library from 'gm-crypto';
import { type CipherCase, type EncryptionCase, equal, hex, type Peer, type Skill, same } from './peer.js';
import { versionOf } from './sm-crypto.js';

const { SM2, SM3, SM4 } = library;

const NO_SIGNATURE = 'no SM2 signatures';
const NO_FILES = 'keys are hexadecimal d and 04 ‖ x ‖ y only';
const NO_MODE = 'ECB and CBC with PKCS#7 padding only';

const encryption = (mode: number, pc: boolean): Skill<EncryptionCase> => ({
  make: ({ pair, plaintext }) => new Uint8Array(SM2.encrypt(Buffer.from(plaintext), hex(pair.point), { mode, pc })),
  take: ({ pair, plaintext }, made) =>
    equal(new Uint8Array(SM2.decrypt(Buffer.from(made), hex(pair.d), { mode, pc })), plaintext),
});

const cipher = (mode: number): Skill<CipherCase> => ({
  make: ({ key, iv, plaintext }) =>
    new Uint8Array(SM4.encrypt(Buffer.from(plaintext), hex(key), { mode, iv: hex(iv) })),
  take: ({ key, iv, plaintext }, made) =>
    equal(new Uint8Array(SM4.decrypt(Buffer.from(made), hex(key), { mode, iv: hex(iv) })), plaintext),
});

const { C1C3C2, C1C2C3 } = SM2.constants;

export const gmCryptoPeer: Peer = {
  name: 'gm-crypto',
  version: versionOf('gm-crypto'),
  exceptions: (['c1c3c2', 'c1c2c3', 'c1c3c2-bare', 'c1c2c3-bare'] as const).map((form) => ({
    row: `SM2 ciphertext \`${form}\`` as const,
    at: 'take',
    cases: ['00 in front', '0a in front', 'zeros'],
    why: 'it turns the plaintext into a number and back: one whose first octet is below 10 (hexadecimal) comes out empty',
  })),
  skills: {
    SM3: same(({ data }) => new Uint8Array(SM3.digest(Buffer.from(data)))),
    'HMAC-SM3': 'no HMAC',
    'SM2 signature, r ‖ s': NO_SIGNATURE,
    'SM2 signature, DER': NO_SIGNATURE,
    'SM2 signature, another ID': NO_SIGNATURE,
    'SM2 signature, ID not UTF-8': NO_SIGNATURE,
    'SM2 signature over e': NO_SIGNATURE,
    'SM2 ciphertext `asn1`': 'no ASN.1 ciphertexts',
    'SM2 ciphertext `c1c3c2`': encryption(C1C3C2, true),
    'SM2 ciphertext `c1c2c3`': encryption(C1C2C3, true),
    'SM2 ciphertext `c1c3c2-bare`': encryption(C1C3C2, false),
    'SM2 ciphertext `c1c2c3-bare`': encryption(C1C2C3, false),
    'private key, PKCS#8 PEM': NO_FILES,
    'private key, PKCS#8 DER': NO_FILES,
    'private key, SEC1 PEM': NO_FILES,
    'private key, SEC1 DER': NO_FILES,
    'private key, PBES2 of SM4 and HMAC-SM3': NO_FILES,
    'private key, PBES2 of SM4 and HMAC-SHA256': NO_FILES,
    'private key, PBES2 of AES-256 and HMAC-SHA256': NO_FILES,
    'private key, bare d': 'by use, in the rows of ciphertexts',
    'public key, SPKI PEM': NO_FILES,
    'public key, SPKI DER': NO_FILES,
    'public key, bare 04 ‖ x ‖ y': 'by use, in the rows of ciphertexts',
    'public key, compressed': 'uncompressed points only',
    'SM4-ECB': cipher(SM4.constants.ECB),
    'SM4-CBC': cipher(SM4.constants.CBC),
    'SM4-CBC without padding': NO_MODE,
    'SM4-CTR': NO_MODE,
    'SM4-GCM': NO_MODE,
    'SM4-CCM': NO_MODE,
  },
};
