/** SM3 by Node's OpenSSL, where it has it; else the JavaScript one (Bun, Deno and Electron build without SM3). */
import { createHash } from 'node:crypto';
import type { Sm3Backend } from './backend.js';
import { sm3Backend as jsBackend } from './sm3-js.js';

const native: Sm3Backend = {
  name: 'native',
  create() {
    const hash = createHash('sm3');
    return {
      update: (data) => void hash.update(data),
      digest: () => bytesOf(hash.digest()),
    };
  },
  hash: (data) => bytesOf(createHash('sm3').update(data).digest()),
};

/** A plain Uint8Array: a Buffer has other `slice` semantics. */
const bytesOf = (buffer: Uint8Array): Uint8Array => new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);

let chosen: Sm3Backend | undefined;

/** Decided by a known answer on first use, never by a version number. */
export function sm3Backend(): Sm3Backend {
  chosen ??= knownAnswer() ? native : jsBackend();
  return chosen;
}

/** SM3("abc"), GB/T 32905-2016 A.1. */
function knownAnswer(): boolean {
  try {
    const digest = createHash('sm3').update('abc').digest('hex');
    return digest === '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0';
  } catch {
    return false;
  }
}
