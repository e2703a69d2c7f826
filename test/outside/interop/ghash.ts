/** Solves GHASH for a nonce: the first counter of GCM, J0 = (N·H ⊕ length)·H for a nonce N of one block, run backwards. */
import { createCipheriv } from 'node:crypto';
import type { Bytes } from './peer.js';
import { hex, unhex } from './peer.js';

const R = 0xe1n << 120n;

/** In GF(2^128) of SP 800-38D 6.3, where the highest bit is the coefficient of x^0. */
function multiply(x: bigint, y: bigint): bigint {
  let z = 0n;
  let v = y;
  for (let bit = 127n; bit >= 0n; bit--) {
    if ((x >> bit) & 1n) z ^= v;
    v = v & 1n ? (v >> 1n) ^ R : v >> 1n;
  }
  return z;
}

/** x^(2^128 − 2). */
function invert(x: bigint): bigint {
  let result = 1n << 127n;
  let power = x;
  for (let i = 1; i < 128; i++) {
    power = multiply(power, power);
    result = multiply(result, power);
  }
  return result;
}

const number = (bytes: Bytes): bigint => BigInt(`0x${hex(bytes)}`);

/** The nonce of 16 bytes that this key turns into this first counter block. */
export function nonceOfCounter(key: Bytes, counter: Bytes): Bytes {
  const h = number(createCipheriv('sm4-ecb', key, null).update(new Uint8Array(16)));
  const inverse = invert(h);
  const nonce = multiply(multiply(number(counter), inverse) ^ 128n, inverse);
  return unhex(nonce.toString(16).padStart(32, '0'));
}
