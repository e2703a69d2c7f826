/** SHA-2 in pieces, which WebCrypto has not. */
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import type { RunningDigest, Sha2Name } from './sha2.js';

export function sha2(name: Sha2Name): RunningDigest {
  const hash = (name === 'SHA-256' ? sha256 : name === 'SHA-384' ? sha384 : sha512).create();
  return {
    update: (data) => void hash.update(data),
    digest: () => hash.digest(),
  };
}
