/** A running SM3 (GB/T 32905-2016): blocks, length and padding. Backends differ in the compression function only. */
import type { BackendName, Sm3Backend, Sm3State } from './backend.js';

/** V := CF(V, B) for each block of 64 octets; `data` is a whole number of them. */
type Compress = (v: Int32Array, data: Uint8Array) => void;

const IV = [0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e] as const;

const BLOCK = 64;

class State implements Sm3State {
  readonly #compress: Compress;
  readonly #v = Int32Array.from(IV);
  readonly #block = new Uint8Array(BLOCK);
  #filled = 0;
  #length = 0;

  constructor(compress: Compress) {
    this.#compress = compress;
  }

  update(data: Uint8Array): void {
    this.#length += data.length;
    let at = 0;
    if (this.#filled > 0) {
      at = Math.min(BLOCK - this.#filled, data.length);
      this.#block.set(data.subarray(0, at), this.#filled);
      this.#filled += at;
      if (this.#filled < BLOCK) return;
      this.#compress(this.#v, this.#block);
      this.#filled = 0;
    }
    const end = data.length - ((data.length - at) % BLOCK);
    if (end > at) this.#compress(this.#v, data.subarray(at, end));
    this.#block.set(data.subarray(end));
    this.#filled = data.length - end;
  }

  digest(): Uint8Array {
    const bits = this.#length * 8;
    const padding = new Uint8Array((this.#filled < 56 ? 64 : 128) - this.#filled);
    padding[0] = 0x80;
    const view = new DataView(padding.buffer);
    view.setUint32(padding.length - 8, Math.floor(bits / 0x100000000));
    view.setUint32(padding.length - 4, bits >>> 0);
    this.update(padding);
    const out = new Uint8Array(32);
    const digest = new DataView(out.buffer);
    for (let i = 0; i < 8; i++) digest.setInt32(i * 4, this.#v[i]!);
    return out;
  }
}

/** A backend made of a compression function. */
export const sm3Backend = (name: BackendName, compress: Compress): Sm3Backend => ({
  name,
  create: () => new State(compress),
  hash(...parts) {
    const state = new State(compress);
    for (const part of parts) state.update(part);
    return state.digest();
  },
});
