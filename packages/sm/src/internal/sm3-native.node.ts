/** SM3 by the OpenSSL of Node. Bun, Deno and Electron build without it. */
import { createHash } from 'node:crypto';
import type { Sm3Backend } from './backend.js';

export const native: Sm3Backend = {
  name: 'native',
  create() {
    const hash = createHash('sm3');
    return {
      update: (data) => void hash.update(data),
      digest: () => bytesOf(hash.digest()),
    };
  },
  hash(...parts) {
    const hash = createHash('sm3');
    for (const part of parts) hash.update(part);
    return bytesOf(hash.digest());
  },
};

/** A plain Uint8Array: a Buffer has other `slice` semantics. */
const bytesOf = (buffer: Uint8Array): Uint8Array => new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
