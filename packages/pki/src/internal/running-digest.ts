/** Digests by name, of content that arrives in pieces. */
import { Sm3 } from '@gov/sm';
import { sha2 } from '#backend/sha2';
import type { RunningDigest, Sha2Name } from './sha2.js';

export type DigestName = 'SM3' | Sha2Name;

export function runningDigest(name: DigestName): RunningDigest {
  if (name !== 'SM3') return sha2(name);
  const hash = new Sm3();
  return { update: (data) => void hash.update(data), digest: () => hash.digest() };
}

/** Of one piece. */
export function digestOf(name: DigestName, data: Uint8Array): Uint8Array {
  const running = runningDigest(name);
  running.update(data);
  return running.digest();
}
