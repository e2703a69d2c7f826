/** SHA-2 in pieces, by the OpenSSL of Node. */
import { createHash } from 'node:crypto';
import type { RunningDigest, Sha2Name } from './sha2.js';

export function sha2(name: Sha2Name): RunningDigest {
  const hash = createHash(name.replace('-', '').toLowerCase());
  return {
    update: (data) => void hash.update(data),
    digest: () => new Uint8Array(hash.digest()),
  };
}
