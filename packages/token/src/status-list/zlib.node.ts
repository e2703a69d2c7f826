/** Zlib streams (RFC 1950) by Node's zlib, which also says where a stream ended. */
import { promisify } from 'node:util';
import { deflate, inflateSync } from 'node:zlib';
import type { Inflated } from './inflated.js';

const deflated = promisify<Uint8Array, { readonly level: number }, Uint8Array>(deflate);

/** Off the main thread: a list of ten million slots takes seconds, during which others are served. */
export const compress = async (octets: Uint8Array): Promise<Uint8Array> => plain(await deflated(octets, { level: 9 }));

export function decompress(compressed: Uint8Array, maxOctets: number): Inflated {
  try {
    // With `info` the answer is the buffer and the engine, which the types do not know.
    const options = { maxOutputLength: maxOctets, info: true } as const;
    const { buffer, engine } = inflateSync(compressed, options) as unknown as {
      readonly buffer: Uint8Array;
      readonly engine: { readonly bytesWritten: number };
    };
    return engine.bytesWritten === compressed.length ? { octets: plain(buffer) } : { problem: 'trailing-bytes' };
  } catch (error) {
    return { problem: (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? 'too-large' : 'damaged' };
  }
}

/** A plain Uint8Array: a Buffer has other `slice` semantics. */
const plain = (buffer: Uint8Array): Uint8Array => new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
