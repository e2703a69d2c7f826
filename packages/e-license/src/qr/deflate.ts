/** Raw deflate (RFC 1951) in JavaScript: the backend of browsers. */
import { deflateSync, inflateSync } from 'fflate';
import type { Inflated } from './inflated.js';

export const deflate = (bytes: Uint8Array): Uint8Array => deflateSync(bytes, { level: 9 });

/** Inflates at most `maxBytes`; the input is bounded by its caller, so that the work is too. */
export function inflate(bytes: Uint8Array, maxBytes: number): Inflated {
  const inflated = tryInflate(bytes, maxBytes + 1);
  if (inflated === undefined) return { problem: 'damaged' };
  if (inflated.length > maxBytes) return { problem: 'too-large' };
  // The library does not say where the last block ended. Where it inflates without its last byte too, that byte was
  // not needed.
  if (tryInflate(bytes.subarray(0, -1), maxBytes + 1) !== undefined) return { problem: 'trailing-bytes' };
  return { bytes: inflated };
}

function tryInflate(bytes: Uint8Array, size: number): Uint8Array | undefined {
  // The library answers no input with the whole buffer.
  if (bytes.length === 0) return undefined;
  try {
    // A buffer of its own: the library writes no further than its end.
    return inflateSync(bytes, { out: new Uint8Array(size) });
  } catch {
    return undefined;
  }
}
