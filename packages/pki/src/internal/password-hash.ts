/** Hashes as the old derivations need them, at once and many times over, and the key derivation of PKCS#12. */

import { hmacSm3, sm3 } from '@gov/sm';
import { hmac } from '@noble/hashes/hmac.js';
import { md5, sha1 } from '@noble/hashes/legacy.js';
import { sha224, sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import { hashOnce } from '#backend/hash-once';

export interface PasswordHash {
  readonly name: string;
  /** Octets of the digest. */
  readonly size: number;
  /** Octets of the block that the compression function takes. */
  readonly block: number;
  digest(data: Uint8Array): Uint8Array;
  hmac(key: Uint8Array, data: Uint8Array): Uint8Array;
}

const noble = (name: string, hash: typeof sha256 | typeof sha512 | typeof sha1 | typeof md5): PasswordHash => ({
  name,
  size: hash.outputLen,
  block: hash.blockLen,
  digest: hashOnce(name, hash),
  hmac: (key, data) => hmac(hash, key, data),
});

export const MD5 = noble('MD5', md5);
export const SHA_1 = noble('SHA-1', sha1);
export const SHA_224 = noble('SHA-224', sha224);
export const SHA_256 = noble('SHA-256', sha256);
export const SHA_384 = noble('SHA-384', sha384);
export const SHA_512 = noble('SHA-512', sha512);
export const SM3: PasswordHash = {
  name: 'SM3',
  size: 32,
  block: 64,
  digest: (data) => sm3(data),
  hmac: (key, data) => hmacSm3(key, data),
};

/** So many rounds take a few milliseconds; then other work has its turn. */
const ROUNDS_AT_ONCE = 4096;

/** `rounds` times the hash of what came before. */
export async function hashedAgain(hash: PasswordHash, data: Uint8Array, rounds: number): Promise<Uint8Array> {
  let digest = hash.digest(data);
  for (let round = 1; round < rounds; round++) {
    if (round % ROUNDS_AT_ONCE === 0) await new Promise((resolve) => setTimeout(resolve));
    digest = hash.digest(digest);
  }
  return digest;
}

/** What a derived octet string is for (RFC 7292 B.3). */
export const PURPOSE = { key: 1, iv: 2, mac: 3 } as const;

interface Pkcs12Derivation {
  readonly hash: PasswordHash;
  readonly salt: Uint8Array;
  readonly iterations: number;
}

/**
 * RFC 7292 B.2.
 *
 * @param password as `bmpPassword` writes it
 */
export async function pkcs12Derive(
  { hash, salt, iterations }: Pkcs12Derivation,
  password: Uint8Array,
  purpose: (typeof PURPOSE)[keyof typeof PURPOSE],
  length: number,
): Promise<Uint8Array> {
  const { block } = hash;
  const repeated = Math.ceil(salt.length / block) * block;
  // D ‖ S ‖ P
  const input = new Uint8Array(block + repeated + Math.ceil(password.length / block) * block).fill(purpose, 0, block);
  for (let at = block; at < input.length; at++) {
    input[at] =
      at < block + repeated ? salt[(at - block) % salt.length]! : password[(at - block - repeated) % password.length]!;
  }
  const out = new Uint8Array(length);
  for (let at = 0; at < length; at += hash.size) {
    const digest = await hashedAgain(hash, input, iterations);
    out.set(digest.subarray(0, length - at), at);
    // I_j = I_j + B + 1 mod 2^(8·block)
    for (let start = block; start < input.length; start += block) {
      let carry = 1;
      for (let i = block - 1; i >= 0; i--) {
        carry += input[start + i]! + digest[i % hash.size]!;
        input[start + i] = carry;
        carry >>= 8;
      }
    }
  }
  input.fill(0);
  return out;
}
