/** AES as PDF uses it (ISO 32000-2 §7.6.3): CBC, the initialization vector in front of the data, PKCS#5 padding. */
import { cbc } from '@noble/ciphers/aes.js';
import { malformed } from '../internal/fault.js';
import { concatenate } from '../internal/write.js';

const BLOCK = 16;

/** Empty data stands for itself: writers leave empty strings unencrypted. */
export function decryptAes(key: Uint8Array, data: Uint8Array): Uint8Array {
  if (data.length === 0) return data;
  if (data.length < 2 * BLOCK || data.length % BLOCK !== 0) throw malformed('AES data of a wrong length');
  try {
    return cbc(key, data.subarray(0, BLOCK)).decrypt(data.subarray(BLOCK));
  } catch {
    throw malformed('AES data with wrong padding');
  }
}

/** Under a fresh random initialization vector: the same data never gives the same bytes twice. */
export function encryptAes(key: Uint8Array, data: Uint8Array): Uint8Array {
  const iv = crypto.getRandomValues(new Uint8Array(BLOCK));
  return concatenate([iv, cbc(key, iv).encrypt(data)]);
}
