/** Triple DES by Node's OpenSSL, for reading old key files. */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { GovError } from '@gov/verdict';
import type { Cbc } from './cbc-cipher.js';

export const desEde3Cbc: Cbc = (direction, key, iv, blocks) => {
  try {
    const create = direction === 'encrypt' ? createCipheriv : createDecipheriv;
    const cipher = create('des-ede3-cbc', key, iv).setAutoPadding(false);
    // Whole blocks without padding leave nothing for `final`.
    return Uint8Array.from(cipher.update(blocks));
  } catch (cause) {
    // An OpenSSL built or configured without it (FIPS).
    throw new GovError('backend-unavailable', 'this runtime has no triple DES', { cause });
  }
};
