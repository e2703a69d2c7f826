/**
 * Keys from passwords and from other keys (密钥派生): PBKDF2-HMAC-SM3 (RFC 8018) and HKDF-SM3 (RFC 5869).
 *
 * @packageDocumentation
 */
import { GovError } from '@gov/verdict';
import { pbkdf2 } from '#backend/pbkdf2';
import { hmacSm3 } from './hmac.js';
import { untilAborted } from './internal/abort.js';

const DIGEST = 32;

/** More rounds than this are refused: a file from outside could otherwise ask for hours. */
export const MAX_PBKDF2_ITERATIONS = 10_000_000;

/** Each 32 bytes of key cost all rounds once more. */
export const MAX_PBKDF2_LENGTH = 1024;

/** L of RFC 5869 2.3: 255 digests. */
export const MAX_HKDF_LENGTH = 255 * DIGEST;

export interface Pbkdf2Options {
  /** At least 8 bytes for anything new (RFC 8018 4.1); any length is taken, since old files have to be read. */
  readonly salt: Uint8Array;
  /** 1 to `MAX_PBKDF2_ITERATIONS`; 600,000 and more for anything new. */
  readonly iterations: number;
  /** Bytes of key, 1 to `MAX_PBKDF2_LENGTH`. */
  readonly length: number;
  /** Stops the wait; the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * A key from a password (口令), PBKDF2 with HMAC-SM3 (RFC 8018 5.2). Work of seconds: it runs on another thread in Node
 * and in slices elsewhere, so that neither a server nor a page stands still.
 *
 * @param password UTF-8 text as bytes, as RFC 8018 has it; a PKCS#12 password is encoded in another way
 * @throws GovError `invalid-argument` for iterations or a length below 1 or not whole, `limit-exceeded` above the limits
 *
 * @example
 * import { pbkdf2Sm3 } from '@gov/sm/kdf';
 * const salt = crypto.getRandomValues(new Uint8Array(16));
 * const password = new TextEncoder().encode('口令');
 * const key = await pbkdf2Sm3(password, { salt, iterations: 600_000, length: 16 });
 */
export async function pbkdf2Sm3(password: Uint8Array, options: Pbkdf2Options): Promise<Uint8Array> {
  const { salt, iterations, length, signal } = options;
  checkCount('iterations', iterations, MAX_PBKDF2_ITERATIONS);
  checkCount('length', length, MAX_PBKDF2_LENGTH);
  signal?.throwIfAborted();
  return untilAborted(pbkdf2({ password, salt, iterations, length }, signal), signal);
}

/** HKDF-Extract (RFC 5869 2.2): a pseudorandom key of 32 bytes. An empty salt counts as 32 zero octets. */
export function hkdfSm3Extract(salt: Uint8Array, inputKey: Uint8Array): Uint8Array {
  return hmacSm3(salt, inputKey);
}

/**
 * HKDF-Expand (RFC 5869 2.3).
 *
 * @param pseudorandomKey 32 bytes or more, from `hkdfSm3Extract` or uniformly random
 * @param info what the key is for; keys for different purposes differ in it
 * @throws GovError `invalid-argument` for a key of less than 32 bytes and a length below 1 or not whole,
 *   `limit-exceeded` for a length above `MAX_HKDF_LENGTH`
 */
export function hkdfSm3Expand(pseudorandomKey: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  if (pseudorandomKey.length < DIGEST)
    throw new GovError('invalid-argument', `a pseudorandom key has ${DIGEST} bytes or more`);
  checkCount('length', length, MAX_HKDF_LENGTH);
  const out = new Uint8Array(length);
  let block = new Uint8Array(0) as Uint8Array;
  for (let i = 1, at = 0; at < length; i++, at += DIGEST) {
    block = hmacSm3(pseudorandomKey, block, info, Uint8Array.of(i));
    out.set(block.subarray(0, length - at), at);
  }
  return out;
}

export interface HkdfOptions {
  /** The default is none. */
  readonly salt?: Uint8Array;
  /** What the key is for; the default is empty. */
  readonly info?: Uint8Array;
  /** Bytes of key, 1 to `MAX_HKDF_LENGTH`. */
  readonly length: number;
}

/**
 * A key from a key or a shared secret, HKDF with HMAC-SM3: extract, then expand (RFC 5869). Not for passwords.
 *
 * @throws GovError `invalid-argument` for a length below 1 or not whole, `limit-exceeded` above `MAX_HKDF_LENGTH`
 *
 * @example
 * import { hkdfSm3 } from '@gov/sm/kdf';
 * const secret = crypto.getRandomValues(new Uint8Array(32));
 * const key = hkdfSm3(secret, { info: new TextEncoder().encode('register of licences, 2026'), length: 16 });
 */
export function hkdfSm3(inputKey: Uint8Array, options: HkdfOptions): Uint8Array {
  const { salt = new Uint8Array(0), info = new Uint8Array(0), length } = options;
  const pseudorandomKey = hkdfSm3Extract(salt, inputKey);
  const key = hkdfSm3Expand(pseudorandomKey, info, length);
  pseudorandomKey.fill(0);
  return key;
}

function checkCount(name: string, value: number, most: number): void {
  if (!Number.isInteger(value) || value < 1) throw new GovError('invalid-argument', `${name}: a whole number from 1`);
  if (value > most) throw new GovError('limit-exceeded', `${name}: at most ${most}`);
}
