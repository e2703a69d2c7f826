/** scrypt by Node's OpenSSL, on another thread. */
import { scrypt as nodeScrypt } from 'node:crypto';
import { GovError } from '@gov/verdict';
import type { Scrypt } from './scrypt-options.js';

export const scrypt: Scrypt = (password, { salt, N, r, p, length }) =>
  new Promise((resolve, reject) => {
    // What OpenSSL counts: V, B and the scratch space.
    const maxmem = 128 * r * (N + p + 2) + 1024;
    const failed = (cause: unknown) => new GovError('backend-unavailable', 'this runtime has no scrypt', { cause });
    try {
      nodeScrypt(password, salt, length, { N, r, p, maxmem }, (error, key) =>
        error === null ? resolve(Uint8Array.from(key)) : reject(failed(error)),
      );
    } catch (error) {
      reject(failed(error));
    }
  });
