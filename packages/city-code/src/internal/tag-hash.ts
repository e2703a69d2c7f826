/**
 * A keyed hash of tags to three words of 32 bits, for the filter. Tags are random, drawn by issuers, and no holder can choose one:
 * what is asked of it is speed and spread, not that collisions are hard to find. The seed is new with each filter, so that
 * a tag which is mistaken for a revoked one today is not tomorrow.
 */
export const TAG_OCTETS = 10;

export class TagHash {
  readonly #low: number;
  readonly #high: number;
  /** The words of the tag that was hashed last: an object for each of ten million tags would cost more than the hash. */
  a = 0;
  b = 0;
  c = 0;

  /** @param seed 8 octets */
  constructor(seed: Uint8Array) {
    const view = new DataView(seed.buffer, seed.byteOffset, 8);
    this.#low = view.getInt32(0);
    this.#high = view.getInt32(4);
  }

  /** Of the ten octets at `at`. */
  hash(octets: Uint8Array, at: number): void {
    let a = ((octets[at]! << 24) | (octets[at + 1]! << 16) | (octets[at + 2]! << 8) | octets[at + 3]!) ^ this.#low;
    let b = ((octets[at + 4]! << 24) | (octets[at + 5]! << 16) | (octets[at + 6]! << 8) | octets[at + 7]!) ^ this.#high;
    let c = (octets[at + 8]! << 8) | octets[at + 9]! | 0x5ac50000;
    for (let round = 0; round < 3; round++) {
      // Each line can be undone, so that no two tags ever meet in all three words.
      a = Math.imul(a ^ (a >>> 16), 0x7feb352d) ^ c;
      b = Math.imul(b ^ (b >>> 15), 0x2c1b3c6d) + a;
      c = Math.imul(c ^ (c >>> 16), 0x297a2d39) ^ (b >>> 3) ^ (b << 29);
    }
    a ^= a >>> 16;
    this.a = (a ^ (c >>> 7) ^ (c << 25)) >>> 0;
    this.b = (b ^ (b >>> 16)) >>> 0;
    this.c = (c ^ (c >>> 15)) >>> 0;
  }
}
