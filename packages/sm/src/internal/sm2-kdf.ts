/** The key derivation function of GB/T 32918.4-2016 5.4.3 (密钥派生函数), which is that of ANSI X9.63 on SM3. */
import { GovError } from '@gov/verdict';
import { sm3 } from '../sm3.js';

const DIGEST = 32;

/** klen < (2^32 − 1)·v bits: the counter has 32 bits and begins with 1. */
export const MAX_SM2_KDF_LENGTH = (2 ** 32 - 1) * DIGEST - 1;

/**
 * `length` bytes from Z, the parts one after another: SM3(Z ‖ 1) ‖ SM3(Z ‖ 2) ‖ …, the last one cut.
 *
 * @throws GovError `invalid-argument` for a length that is no whole number within 0 … `MAX_SM2_KDF_LENGTH`
 */
export function sm2Kdf(parts: readonly Uint8Array[], length: number): Uint8Array {
  if (!Number.isInteger(length) || length < 0 || length > MAX_SM2_KDF_LENGTH)
    throw new GovError('invalid-argument', `a length of 0 to ${MAX_SM2_KDF_LENGTH} bytes is wanted`);
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  const input = new Uint8Array(size + 4);
  let at = 0;
  for (const part of parts) {
    input.set(part, at);
    at += part.length;
  }
  const counter = new DataView(input.buffer, size);
  const out = new Uint8Array(length);
  for (let i = 0; i * DIGEST < length; i++) {
    counter.setUint32(0, i + 1);
    const block = sm3(input);
    out.set(block.subarray(0, length - i * DIGEST), i * DIGEST);
  }
  input.fill(0);
  return out;
}
