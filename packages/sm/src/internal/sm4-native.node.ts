/** SM4 by Node's OpenSSL; Bun, Deno and Electron are built without it. */
import { type Cipher, createCipheriv, createDecipheriv } from 'node:crypto';
import type { Direction, Sm4Backend } from './sm4-backend.js';

/** OpenSSL takes less than 2 GiB at once; this also bounds what lies beside the output. A multiple of 16. */
const PIECE = 1 << 20;

export const native: Sm4Backend = {
  name: 'native',
  ecb: (direction, key, data) => run(cipher(direction, 'sm4-ecb', key, null), data),
  cbc: (direction, key, iv, data) => run(cipher(direction, 'sm4-cbc', key, iv), data),
  ctr: (key, counter, data) => run(createCipheriv('sm4-ctr', key, counter), data),
};

function cipher(direction: Direction, name: string, key: Uint8Array, iv: Uint8Array | null) {
  const made = direction === 'encrypt' ? createCipheriv(name, key, iv) : createDecipheriv(name, key, iv);
  return made.setAutoPadding(false);
}

function run(made: Pick<Cipher, 'update'>, data: Uint8Array): Uint8Array {
  const out = new Uint8Array(data.length);
  for (let at = 0; at < data.length; at += PIECE) out.set(made.update(data.subarray(at, at + PIECE)), at);
  return out;
}
