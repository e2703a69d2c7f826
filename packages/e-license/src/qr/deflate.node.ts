/** Raw deflate (RFC 1951) by Node's zlib, which also says where a stream ended. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Inflated } from './inflated.js';

/** What a QR can hold fits into a window of 4 KB; setting up more takes longer than compressing. */
const DEFLATE = { level: 9, windowBits: 12, memLevel: 5, chunkSize: 2048 } as const;

export const deflate = (bytes: Uint8Array): Uint8Array => plain(deflateRawSync(bytes, DEFLATE));

export function inflate(bytes: Uint8Array, maxBytes: number): Inflated {
  try {
    // One chunk of the default size would be garbage of twenty times the message.
    const options = { maxOutputLength: maxBytes, chunkSize: 2048, info: true } as const;
    // With `info` the answer is the buffer and the engine, which the types do not know.
    const { buffer, engine } = inflateRawSync(bytes, options) as unknown as {
      readonly buffer: Uint8Array;
      readonly engine: { readonly bytesWritten: number };
    };
    return engine.bytesWritten === bytes.length ? { bytes: plain(buffer) } : { problem: 'trailing-bytes' };
  } catch (error) {
    return { problem: (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? 'too-large' : 'damaged' };
  }
}

/** A plain Uint8Array: a Buffer has other `slice` semantics. */
const plain = (buffer: Uint8Array): Uint8Array => new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
