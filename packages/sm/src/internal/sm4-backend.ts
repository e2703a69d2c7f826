/** What an SM4 backend has to bring, and which one serves. Padding, tags and limits stay above. */
import { GovError } from '@gov/verdict';
import { hexToBytes, sameBytes } from '../bytes.js';
import type { BackendName } from './backend.js';

export type Direction = 'encrypt' | 'decrypt';

/** A key has 16 octets, an iv 16, data for `ecb` and `cbc` whole blocks of 16. Every answer is fresh bytes. */
export interface Sm4Backend {
  readonly name: BackendName;
  ecb(direction: Direction, key: Uint8Array, data: Uint8Array): Uint8Array;
  cbc(direction: Direction, key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array;
  /** Both directions; the counter is all 128 bits and wraps. */
  ctr(key: Uint8Array, counter: Uint8Array, data: Uint8Array): Uint8Array;
}

export type ChooseSm4 = (name?: BackendName) => Sm4Backend;

/** The first that passes the known answer; each is tried once, when it is first needed. */
export function chooseSm4(backends: readonly Sm4Backend[]): ChooseSm4 {
  const passed = new Map<Sm4Backend, boolean>();
  return (name) => {
    for (const backend of backends) {
      if (name !== undefined && backend.name !== name) continue;
      const known = passed.get(backend) ?? passesKnownAnswer(backend);
      passed.set(backend, known);
      if (known) return backend;
    }
    throw new GovError('backend-unavailable', `this runtime has no ${name ?? 'SM4'} backend`);
  };
}

/** GB/T 32907-2016 A.1, once through each mode and direction: a runtime may have one and lack another. */
function passesKnownAnswer(backend: Sm4Backend): boolean {
  const key = hexToBytes('0123456789abcdeffedcba9876543210');
  const block = hexToBytes('681edf34d206965e86b3e94f536e4246');
  const zero = new Uint8Array(16);
  try {
    return (
      sameBytes(backend.ecb('encrypt', key, key), block) &&
      sameBytes(backend.ecb('decrypt', key, block), key) &&
      sameBytes(backend.cbc('encrypt', key, zero, key), block) &&
      sameBytes(backend.cbc('decrypt', key, zero, block), key) &&
      sameBytes(backend.ctr(key, key, zero), block)
    );
  } catch {
    return false;
  }
}
