/** Remembers where each of many texts was first seen, in 12 to 24 octets each however long they are. */

import { sm3 } from '@gov/sm';

const WORDS = 2;

/**
 * Open addressing over 64 bits of SM3: two different texts that are taken for one would have to be looked for among 2^32.
 * A table is twice as large as what it holds.
 */
export class NumberIndex {
  #keys = new Uint32Array(1024 * WORDS);
  #lines = new Uint32Array(1024);
  #count = 0;

  /** The line where the text was first seen, or undefined where it is new; `line` is 1 or more. */
  firstSeen(text: string, line: number): number | undefined {
    if (2 * (this.#count + 1) > this.#lines.length) this.#grow();
    const digest = sm3(new TextEncoder().encode(text));
    const view = new DataView(digest.buffer, digest.byteOffset);
    const [high, low] = [view.getUint32(0), view.getUint32(4)];
    const place = this.#place(high, low);
    const seen = this.#lines[place]!;
    if (seen !== 0) return seen;
    this.#put(place, high, low, line);
    this.#count += 1;
    return undefined;
  }

  #place(high: number, low: number): number {
    const mask = this.#lines.length - 1;
    let place = low & mask;
    while (this.#lines[place] !== 0 && (this.#keys[WORDS * place] !== high || this.#keys[WORDS * place + 1] !== low)) {
      place = (place + 1) & mask;
    }
    return place;
  }

  #put(place: number, high: number, low: number, line: number): void {
    this.#keys[WORDS * place] = high;
    this.#keys[WORDS * place + 1] = low;
    this.#lines[place] = line;
  }

  #grow(): void {
    const [keys, lines] = [this.#keys, this.#lines];
    this.#keys = new Uint32Array(2 * keys.length);
    this.#lines = new Uint32Array(2 * lines.length);
    for (const [place, line] of lines.entries()) {
      if (line === 0) continue;
      const [high, low] = [keys[WORDS * place]!, keys[WORDS * place + 1]!];
      this.#put(this.#place(high, low), high, low, line);
    }
  }
}
