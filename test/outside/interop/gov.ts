/** The packed `@gov/sm`, as the others are. */
import {
  derToRaw,
  hmacSm3,
  rawToDer,
  readSm2PrivateKey,
  readSm2PublicKey,
  type Sm2PrivateKey,
  sm2Signer,
  sm2Verifier,
  sm3,
} from '@gov/sm';
import { readEncryptedSm2PrivateKey, writeEncryptedSm2PrivateKey } from '@gov/sm/key-encryption';
import { type Sm2CiphertextForm, sm2Decrypt, sm2Encrypt } from '@gov/sm/sm2-encryption';
import { type Sm4Options, sm4Decrypt, sm4Encrypt } from '@gov/sm/sm4';
import { pointIn, scalarIn, sec1 } from './encodings.js';
import {
  type Bytes,
  type CipherCase,
  type EncryptionCase,
  equal,
  type KeyCase,
  type Pair,
  type Peer,
  type SignatureCase,
  type Skill,
  same,
  until,
} from './peer.js';

const utf8 = (value: string): Bytes => new TextEncoder().encode(value);
const privateKey = ({ d }: Pair): Sm2PrivateKey => readSm2PrivateKey(sec1(d));

/** d·G. */
export const pairOf = (d: Bytes): Pair => ({ d, point: readSm2PrivateKey(sec1(d)).publicKey.point });

const signature: Skill<SignatureCase> = {
  make: ({ pair, message, id }) => sm2Signer(privateKey(pair), { id }).sign(message),
  take: ({ pair, message, id }, made) => sm2Verifier(readSm2PublicKey(pair.point), { id }).verify(message, made),
};

const derSignature: Skill<SignatureCase> = {
  make: async (one) => rawToDer(await sm2Signer(privateKey(one.pair), { id: one.id }).sign(one.message)),
  async take({ pair, message, id }, made) {
    const raw = derToRaw(made);
    return raw !== undefined && sm2Verifier(readSm2PublicKey(pair.point), { id }).verify(message, raw);
  },
};

/** e is the first 32 octets of the message. */
const overDigest: Skill<SignatureCase> = {
  make: ({ pair, message }) => sm2Signer(privateKey(pair)).signDigest(message.subarray(0, 32)),
  take: ({ pair, message }, made) =>
    sm2Verifier(readSm2PublicKey(pair.point)).verifyDigest(message.subarray(0, 32), made),
};

const encryption = (form: Sm2CiphertextForm): Skill<EncryptionCase> => ({
  make: ({ pair, plaintext }) => sm2Encrypt(readSm2PublicKey(pair.point), plaintext, { form }),
  take: async ({ pair, plaintext }, made) => equal(await sm2Decrypt(privateKey(pair), made, { form }), plaintext),
});

const keyFile = (
  write: (key: Sm2PrivateKey, one: KeyCase) => Bytes | Promise<Bytes>,
  read: (made: Bytes, one: KeyCase) => Sm2PrivateKey | Promise<Sm2PrivateKey> = (made) => readSm2PrivateKey(made),
): Skill<KeyCase> => ({
  make: (one) => write(privateKey(one.pair), one),
  take: async (one, made) => equal(scalarIn((await read(made, one)).toSec1()), one.pair.d),
});

const publicFile = (write: (key: Sm2PrivateKey) => Bytes): Skill<KeyCase> => ({
  make: ({ pair }) => write(privateKey(pair)),
  take: ({ pair }, made) => equal(readSm2PublicKey(made).point, pair.point),
});

const encrypted = (options: Parameters<typeof writeEncryptedSm2PrivateKey>[2]): Skill<KeyCase> =>
  keyFile(
    async (key, { password }) =>
      utf8(await writeEncryptedSm2PrivateKey(key, password, { ...options, iterations: 2048 })),
    (made, { password }) => readEncryptedSm2PrivateKey(made, password),
  );

const cipher = (options: (one: CipherCase) => Sm4Options): Skill<CipherCase> => ({
  make: (one) => sm4Encrypt(options(one), one.plaintext),
  take: (one, made) => equal(sm4Decrypt(options(one), made), one.plaintext),
});

const aead = (mode: 'gcm' | 'ccm'): Skill<CipherCase> =>
  cipher(({ key, iv, aad, tagLength }) => ({ mode, key, nonce: iv, aad, tagLength }));

export const gov: Peer = {
  name: '@gov/sm',
  version: '',
  exceptions: [],
  skills: {
    SM3: same(({ data }) => sm3(data)),
    'HMAC-SM3': same(({ key, data }) => hmacSm3(key, data)),
    'SM2 signature, r ‖ s': until(signature),
    'SM2 signature, DER': until(derSignature, (made) => derToRaw(made)!),
    'SM2 signature, another ID': derSignature,
    'SM2 signature, ID not UTF-8': derSignature,
    'SM2 signature over e': overDigest,
    'SM2 ciphertext `asn1`': encryption('asn1'),
    'SM2 ciphertext `c1c3c2`': encryption('c1c3c2'),
    'SM2 ciphertext `c1c2c3`': encryption('c1c2c3'),
    'SM2 ciphertext `c1c3c2-bare`': encryption('c1c3c2-bare'),
    'SM2 ciphertext `c1c2c3-bare`': encryption('c1c2c3-bare'),
    'private key, PKCS#8 PEM': keyFile((key) => utf8(key.toPem())),
    'private key, PKCS#8 DER': keyFile((key) => key.toPkcs8()),
    'private key, SEC1 PEM': keyFile((key) => utf8(key.toPem('sec1'))),
    'private key, SEC1 DER': keyFile((key) => key.toSec1()),
    'private key, PBES2 of SM4 and HMAC-SM3': encrypted({ cipher: 'SM4-CBC', prf: 'HMAC-SM3-OPENSSL' }),
    'private key, PBES2 of SM4 and HMAC-SHA256': encrypted({ cipher: 'SM4-CBC', prf: 'HMAC-SHA256' }),
    'private key, PBES2 of AES-256 and HMAC-SHA256': encrypted({ cipher: 'AES-256-CBC', prf: 'HMAC-SHA256' }),
    // There is no bare form: who has d writes it into a SEC1 file, as `sec1` in these tests does.
    'private key, bare d': keyFile(
      (key) => scalarIn(key.toSec1()),
      (made) => readSm2PrivateKey(sec1(made)),
    ),
    'public key, SPKI PEM': publicFile((key) => utf8(key.publicKey.toPem())),
    'public key, SPKI DER': publicFile((key) => key.publicKey.toSpki()),
    'public key, bare 04 ‖ x ‖ y': publicFile((key) => pointIn(key.publicKey.toSpki())),
    'public key, compressed': publicFile(({ publicKey: { point } }) =>
      Uint8Array.of(2 + (point[64]! & 1), ...point.subarray(1, 33)),
    ),
    'SM4-ECB': cipher(({ key }) => ({ mode: 'ecb', key })),
    'SM4-CBC': cipher(({ key, iv }) => ({ mode: 'cbc', key, iv })),
    'SM4-CBC without padding': cipher(({ key, iv }) => ({ mode: 'cbc', key, iv, padding: 'none' })),
    'SM4-CTR': cipher(({ key, iv }) => ({ mode: 'ctr', key, iv })),
    'SM4-GCM': aead('gcm'),
    'SM4-CCM': aead('ccm'),
  },
};
