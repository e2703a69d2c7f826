/** SM3 (GB/T 32905-2016) in plain JavaScript: the smallest, and the one that runs everywhere. */
import type { Sm3Backend } from './backend.js';
import { sm3Backend } from './sm3-blocks.js';

/** T_j ⋘ j for the 64 rounds (4.2 and 5.3.3). */
const ROUND_CONSTANTS = Int32Array.from({ length: 64 }, (_, j) => rotate(j < 16 ? 0x79cc4519 : 0x7a879d8a, j % 32));

function rotate(x: number, n: number): number {
  return n === 0 ? x | 0 : (x << n) | (x >>> (32 - n));
}

/** CF of 5.3.3, with the message expansion of 5.3.2 in front. */
function compressBlock(v: Int32Array, w: Int32Array, data: Uint8Array, at: number): void {
  for (let j = 0, i = at; j < 16; j++, i += 4) {
    w[j] = (data[i]! << 24) | (data[i + 1]! << 16) | (data[i + 2]! << 8) | data[i + 3]!;
  }
  for (let j = 16; j < 68; j++) {
    const early = w[j - 3]!;
    const x = w[j - 16]! ^ w[j - 9]! ^ ((early << 15) | (early >>> 17));
    const old = w[j - 13]!;
    const p1 = x ^ ((x << 15) | (x >>> 17)) ^ ((x << 23) | (x >>> 9));
    w[j] = p1 ^ ((old << 7) | (old >>> 25)) ^ w[j - 6]!;
  }
  let a = v[0]!;
  let b = v[1]!;
  let c = v[2]!;
  let d = v[3]!;
  let e = v[4]!;
  let f = v[5]!;
  let g = v[6]!;
  let h = v[7]!;
  for (let j = 0; j < 64; j++) {
    const a12 = (a << 12) | (a >>> 20);
    const sum = (a12 + e + ROUND_CONSTANTS[j]!) | 0;
    const ss1 = (sum << 7) | (sum >>> 25);
    const ff = j < 16 ? a ^ b ^ c : (a & b) | (a & c) | (b & c);
    const gg = j < 16 ? e ^ f ^ g : (e & f) | (~e & g);
    const tt1 = (ff + d + (ss1 ^ a12) + (w[j]! ^ w[j + 4]!)) | 0;
    const tt2 = (gg + h + ss1 + w[j]!) | 0;
    d = c;
    c = (b << 9) | (b >>> 23);
    b = a;
    a = tt1;
    h = g;
    g = (f << 19) | (f >>> 13);
    f = e;
    e = tt2 ^ ((tt2 << 9) | (tt2 >>> 23)) ^ ((tt2 << 17) | (tt2 >>> 15));
  }
  v[0]! ^= a;
  v[1]! ^= b;
  v[2]! ^= c;
  v[3]! ^= d;
  v[4]! ^= e;
  v[5]! ^= f;
  v[6]! ^= g;
  v[7]! ^= h;
}

export const js: Sm3Backend = sm3Backend('js', (v, data) => {
  const w = new Int32Array(68);
  for (let at = 0; at < data.length; at += 64) compressBlock(v, w, data, at);
});
