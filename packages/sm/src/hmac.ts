/**
 * HMAC-SM3 (带密钥的杂凑算法, GB/T 15852.2-2012, RFC 2104): a message authentication code of 32 bytes.
 *
 * @packageDocumentation
 */
import { sm3 } from './sm3.js';

const BLOCK = 64;

/**
 * HMAC-SM3 of the parts one after another: 32 bytes. Nothing is copied, so a large file may be given in pieces.
 *
 * Compare a code with `sameSecret`, never with one that stops at the first difference. A key of more than 64 bytes is
 * hashed first; one of less than 32 is weaker than the code.
 *
 * @example
 * import { hmacSm3, sameSecret } from '@gov/sm';
 * const key = crypto.getRandomValues(new Uint8Array(32));
 * const code = hmacSm3(key, message);
 * sameSecret(hmacSm3(key, message), code); // true
 */
export function hmacSm3(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  const { inner, outer } = hmacPads(key);
  const code = sm3(outer, sm3(inner, ...parts));
  inner.fill(0);
  outer.fill(0);
  return code;
}

/** K0 ⊕ ipad and K0 ⊕ opad (RFC 2104 2). @internal */
export function hmacPads(key: Uint8Array): { inner: Uint8Array; outer: Uint8Array } {
  const inner = new Uint8Array(BLOCK).fill(0x36);
  const outer = new Uint8Array(BLOCK).fill(0x5c);
  const short = key.length > BLOCK ? sm3(key) : key;
  for (const [at, octet] of short.entries()) {
    inner[at] = octet ^ 0x36;
    outer[at] = octet ^ 0x5c;
  }
  if (short !== key) short.fill(0);
  return { inner, outer };
}
