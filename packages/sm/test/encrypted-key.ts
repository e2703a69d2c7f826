/** Encrypted private keys made by Node's OpenSSL and put together by hand: what the readers are measured by. */
import { createCipheriv, generateKeyPairSync, pbkdf2Sync } from 'node:crypto';
import { der } from '@gov/der';
import { hexToBytes } from '@gov/sm';
import { readSm2PrivateKey } from '@gov/sm/key';
import { isGovError } from '@gov/verdict';

export const text = (value: string) => new TextEncoder().encode(value);
export const codeOf = async (run: () => Promise<unknown>): Promise<string> => {
  try {
    await run();
  } catch (error) {
    if (isGovError(error)) return error.code;
    throw error;
  }
  return 'nothing thrown';
};

export const PBES2 = der.oid('1.2.840.113549.1.5.13');
export const PBKDF2 = der.oid('1.2.840.113549.1.5.12');
export const CIPHERS = {
  'sm4-cbc': ['1.2.156.10197.1.104.2', 16, 16],
  'aes-128-cbc': ['2.16.840.1.101.3.4.1.2', 16, 16],
  'aes-192-cbc': ['2.16.840.1.101.3.4.1.22', 24, 16],
  'aes-256-cbc': ['2.16.840.1.101.3.4.1.42', 32, 16],
  'des-ede3-cbc': ['1.2.840.113549.3.7', 24, 8],
} as const;
export const HASHES = {
  sha1: '1.2.840.113549.2.7',
  sha256: '1.2.840.113549.2.9',
  sha384: '1.2.840.113549.2.10',
  sha512: '1.2.840.113549.2.11',
  sm3: '1.2.156.10197.1.401.2',
} as const;
export type Cipher = keyof typeof CIPHERS;
export type Hash = keyof typeof HASHES;

export const SALT = hexToBytes('00112233445566778899aabbccddeeff');
export const IV = hexToBytes('f0e0d0c0b0a090807060504030201000');

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
export function encrypted(
  plain: Uint8Array,
  file: File = {},
): { file: Uint8Array; ciphertext: Uint8Array; wrap: Wrap } {
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

export const assemble = (derivation: Uint8Array, encryption: Uint8Array, ciphertext: Uint8Array) =>
  der.sequence(der.sequence(PBES2, der.sequence(derivation, encryption)), der.octetString(ciphertext));

// A fixed one: where damage lies is a matter of offsets.
export const key = readSm2PrivateKey(
  der.sequence(
    der.integer(1),
    der.octetString(hexToBytes('3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8')),
    der.explicit(0, der.oid('1.2.156.10197.1.301')),
  ),
);
export const info = key.toPkcs8();
export const rsa = new Uint8Array(
  generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({ format: 'der', type: 'pkcs8' }),
);
export const ed25519 = new Uint8Array(
  generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' }),
);
