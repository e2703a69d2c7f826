/** SM4 (GB/T 32907-2016) in plain JavaScript: the backend of browsers. Table look-ups: not constant in cache time. */
import type { Direction, Sm4Backend } from './sm4-backend.js';

const BLOCK = 16;

/** The S-box (6.2 a). */
const SBOX =
  'd690e9fecce13db716b614c228fb2c052b679a762abe04c3aa441326498606999c4250f491ef987a33540b43edcfac62' +
  'e4b31ca9c908e89580df94fa758f3fa64707a7fcf37317ba83593c19e6854fa8686b81b27164da8bf8eb0f4b70569d35' +
  '1e240e5e6358d1a225227c3b01217887d40046579fd327524c3602e7a0c4c89eeabf8ad240c738b5a3f7f2cef96115a1' +
  'e0ae5da49b341a55ad933230f58cb1e31df6e22e8266ca60c02923ab0d534e6fd5db3745defd8e2f03ff6a726d6c5b51' +
  '8d1baf92bbddbc7f11d95c411f105ad80ac13188a5cd7bbd2d74d012b8e5b4b08969974a0c96777e65b9f109c56ec684' +
  '18f07dec3adc4d2079ee5f3ed7cb3948';

const S = Uint8Array.from({ length: 256 }, (_, i) => Number.parseInt(SBOX.slice(2 * i, 2 * i + 2), 16));

/** The round's T = L ∘ τ (6.2) as four look-ups, one for each octet of the word. */
const T0 = Int32Array.from(S, (s) => {
  const x = s << 24;
  return x ^ rotate(x, 2) ^ rotate(x, 10) ^ rotate(x, 18) ^ rotate(x, 24);
});
const T1 = T0.map((word) => rotate(word, 24));
const T2 = T0.map((word) => rotate(word, 16));
const T3 = T0.map((word) => rotate(word, 8));

/** FK and CK (7.3): octet j of CK_i is 7·(4i + j) mod 256. */
const FK = [0xa3b1bac6, 0x56aa3350, 0x677d9197, 0xb27022dc] as const;
const CK = Int32Array.from({ length: 32 }, (_, i) =>
  [0, 1, 2, 3].reduce((word, j) => (word << 8) | ((7 * (4 * i + j)) & 0xff), 0),
);

function rotate(x: number, n: number): number {
  return (x << n) | (x >>> (32 - n));
}

/** rk_0 … rk_31 (7.3), in the order in which the direction takes them. */
function roundKeys(key: Uint8Array, direction: Direction): Int32Array {
  const k = new Int32Array(4);
  load(k, key, 0);
  for (let i = 0; i < 4; i++) k[i] = k[i]! ^ FK[i]!;
  const rk = new Int32Array(32);
  for (let i = 0; i < 32; i++) {
    const x = k[(i + 1) & 3]! ^ k[(i + 2) & 3]! ^ k[(i + 3) & 3]! ^ CK[i]!;
    const s = (S[x >>> 24]! << 24) | (S[(x >>> 16) & 0xff]! << 16) | (S[(x >>> 8) & 0xff]! << 8) | S[x & 0xff]!;
    rk[i] = k[i & 3]! ^ s ^ rotate(s, 13) ^ rotate(s, 23);
    k[i & 3] = rk[i]!;
  }
  k.fill(0);
  return direction === 'decrypt' ? rk.reverse() : rk;
}

function T(x: number): number {
  return T0[x >>> 24]! ^ T1[(x >>> 16) & 0xff]! ^ T2[(x >>> 8) & 0xff]! ^ T3[x & 0xff]!;
}

/** The 32 rounds and R (7.1) on four words in place. */
function crypt(rk: Int32Array, x: Int32Array): void {
  let a = x[0]!;
  let b = x[1]!;
  let c = x[2]!;
  let d = x[3]!;
  for (let i = 0; i < 32; i += 4) {
    a ^= T(b ^ c ^ d ^ rk[i]!);
    b ^= T(c ^ d ^ a ^ rk[i + 1]!);
    c ^= T(d ^ a ^ b ^ rk[i + 2]!);
    d ^= T(a ^ b ^ c ^ rk[i + 3]!);
  }
  x[0] = d;
  x[1] = c;
  x[2] = b;
  x[3] = a;
}

function load(x: Int32Array, from: Uint8Array, at: number): void {
  for (let i = 0, p = at; i < 4; i++, p += 4)
    x[i] = (from[p]! << 24) | (from[p + 1]! << 16) | (from[p + 2]! << 8) | from[p + 3]!;
}

function store(x: Int32Array, to: Uint8Array, at: number): void {
  for (let i = 0, p = at; i < 4; i++, p += 4) {
    const word = x[i]!;
    to[p] = word >>> 24;
    to[p + 1] = word >>> 16;
    to[p + 2] = word >>> 8;
    to[p + 3] = word;
  }
}

export const js: Sm4Backend = {
  name: 'js',
  ecb(direction, key, data) {
    const rk = roundKeys(key, direction);
    const x = new Int32Array(4);
    const out = new Uint8Array(data.length);
    for (let at = 0; at < data.length; at += BLOCK) {
      load(x, data, at);
      crypt(rk, x);
      store(x, out, at);
    }
    rk.fill(0);
    return out;
  },
  cbc(direction, key, iv, data) {
    const rk = roundKeys(key, direction);
    const x = new Int32Array(4);
    const chain = new Int32Array(4);
    const next = new Int32Array(4);
    const out = new Uint8Array(data.length);
    load(chain, iv, 0);
    for (let at = 0; at < data.length; at += BLOCK) {
      load(x, data, at);
      if (direction === 'encrypt') {
        xor(x, chain);
        crypt(rk, x);
        chain.set(x);
      } else {
        next.set(x);
        crypt(rk, x);
        xor(x, chain);
        chain.set(next);
      }
      store(x, out, at);
    }
    rk.fill(0);
    return out;
  },
  ctr(key, counter, data) {
    const rk = roundKeys(key, 'encrypt');
    const x = new Int32Array(4);
    const count = new Int32Array(4);
    const stream = new Uint8Array(BLOCK);
    const out = new Uint8Array(data.length);
    load(count, counter, 0);
    for (let at = 0; at < data.length; at += BLOCK) {
      x.set(count);
      crypt(rk, x);
      store(x, stream, 0);
      const end = Math.min(BLOCK, data.length - at);
      for (let i = 0; i < end; i++) out[at + i] = data[at + i]! ^ stream[i]!;
      for (let i = 3; i >= 0; i--) {
        count[i]! += 1;
        if (count[i] !== 0) break;
      }
    }
    rk.fill(0);
    return out;
  },
};

function xor(x: Int32Array, y: Int32Array): void {
  for (let i = 0; i < 4; i++) x[i] = x[i]! ^ y[i]!;
}
