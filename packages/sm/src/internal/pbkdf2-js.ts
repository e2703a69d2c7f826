/** PBKDF2-HMAC-SM3 in plain JavaScript: for runtimes whose own has no SM3. */
import { hmacPads, hmacSm3 } from '../hmac.js';
import { sm3 } from '../sm3.js';

const DIGEST = 32;

/** So many rounds take a few milliseconds; then other work has its turn. */
const ROUNDS_AT_ONCE = 4096;

export interface Pbkdf2Parameters {
  readonly password: Uint8Array;
  readonly salt: Uint8Array;
  readonly iterations: number;
  readonly length: number;
}

/** Every parameter was checked. The signal only spares work: whoever asks stops waiting by himself. */
export type Pbkdf2 = (parameters: Pbkdf2Parameters, signal?: AbortSignal) => Promise<Uint8Array>;

export const pbkdf2: Pbkdf2 = async ({ password, salt, iterations, length }, signal) => {
  const { inner, outer } = hmacPads(password);
  // HMAC of a digest, whose blocks are laid out once: pad ‖ digest.
  const first = concatenated(inner);
  const second = concatenated(outer);
  const out = new Uint8Array(length);
  try {
    for (let at = 0; at < length; at += DIGEST) {
      const block = at / DIGEST + 1;
      const index = Uint8Array.of(block >>> 24, block >>> 16, block >>> 8, block);
      let u = hmacSm3(password, salt, index);
      const t = u.slice();
      for (let round = 1; round < iterations; round++) {
        if (round % ROUNDS_AT_ONCE === 0) await turn(signal);
        first.set(u, inner.length);
        second.set(sm3(first), outer.length);
        u = sm3(second);
        for (let i = 0; i < DIGEST; i++) t[i] = t[i]! ^ u[i]!;
      }
      out.set(t.subarray(0, length - at), at);
    }
    return out;
  } finally {
    for (const secret of [inner, outer, first, second]) secret.fill(0);
  }
};

function concatenated(pad: Uint8Array): Uint8Array {
  const blocks = new Uint8Array(pad.length + DIGEST);
  blocks.set(pad);
  return blocks;
}

async function turn(signal: AbortSignal | undefined): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
  signal?.throwIfAborted();
}
