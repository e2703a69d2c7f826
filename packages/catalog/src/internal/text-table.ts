/** Texts by number (字符串表): each once, in UTF-16 units side by side, a third of what a map of strings takes. */
import { NumberColumn } from './columns.js';

/** Units of one piece; longer texts have their own. */
const PIECE = 1 << 16;
/** Texts of one slot before the rest goes to a map: nobody who makes texts collide gains anything. */
const LONGEST_CHAIN = 16;
const NONE = 0xffff_ffff;

export class TextTable {
  readonly #pieces: Uint16Array[] = [];
  #free = PIECE;
  /** Where each text begins: piece, unit in it, length. */
  readonly #piece = new NumberColumn();
  readonly #start = new NumberColumn();
  readonly #lengths = new NumberColumn();
  readonly #hashes = new NumberColumn();
  /** The next text of the same slot. */
  readonly #next = new NumberColumn();
  #slots = new Uint32Array(1 << 10).fill(NONE);
  readonly #rest = new Map<string, number>();

  get size(): number {
    return this.#piece.length;
  }

  /** The number of a text, from 0 in the order in which they came first. */
  numberOf(text: string): number {
    const hash = hashOf(text);
    const found = this.#found(text, hash);
    return found === undefined ? this.#add(text, hash) : found;
  }

  /** The number of a text that may not be there. */
  find(text: string): number | undefined {
    return this.#found(text, hashOf(text));
  }

  text(number: number): string {
    const piece = this.#pieces[this.#piece.get(number)]!;
    const start = this.#start.get(number);
    const end = start + this.#lengths.get(number);
    let text = '';
    for (let at = start; at < end; at += 1024)
      // A third of the time of a spread.
      text += Reflect.apply(String.fromCharCode, undefined, piece.subarray(at, Math.min(end, at + 1024)));
    return text;
  }

  /** 32 bits, of the text alone. */
  hash(number: number): number {
    return this.#hashes.get(number);
  }

  #found(text: string, hash: number): number | undefined {
    let number = this.#slots[hash & (this.#slots.length - 1)]!;
    for (let steps = 0; number !== NONE; steps++) {
      if (steps === LONGEST_CHAIN) return this.#rest.get(text);
      if (this.#hashes.get(number) === hash && this.#isText(number, text)) return number;
      number = this.#next.get(number);
    }
    return undefined;
  }

  #isText(number: number, text: string): boolean {
    if (this.#lengths.get(number) !== text.length) return false;
    const piece = this.#pieces[this.#piece.get(number)]!;
    const start = this.#start.get(number);
    for (let at = 0; at < text.length; at++) if (piece[start + at] !== text.charCodeAt(at)) return false;
    return true;
  }

  #add(text: string, hash: number): number {
    if (this.#free + text.length > PIECE) {
      this.#pieces.push(new Uint16Array(Math.max(PIECE, text.length)));
      this.#free = 0;
    }
    const piece = this.#pieces.at(-1)!;
    for (let at = 0; at < text.length; at++) piece[this.#free + at] = text.charCodeAt(at);
    this.#piece.push(this.#pieces.length - 1);
    this.#start.push(this.#free);
    this.#lengths.push(text.length);
    this.#hashes.push(hash);
    this.#next.push(NONE);
    this.#free += text.length;
    const number = this.size - 1;
    if (this.size > this.#slots.length) this.#grow();
    else this.#chain(number, text);
    return number;
  }

  /** Behind the others of its slot; texts that came first are found first. */
  #chain(number: number, text?: string): void {
    const slot = this.#hashes.get(number) & (this.#slots.length - 1);
    let last = this.#slots[slot]!;
    if (last === NONE) {
      this.#slots[slot] = number;
      return;
    }
    for (let steps = 1; ; steps++) {
      if (steps === LONGEST_CHAIN) {
        this.#rest.set(text ?? this.text(number), number);
        // What goes to the map is seen by whoever walks the chain to its end.
        const next = this.#next.get(last);
        if (next === NONE) this.#next.set(last, number);
        return;
      }
      const next = this.#next.get(last);
      if (next === NONE) {
        this.#next.set(last, number);
        return;
      }
      last = next;
    }
  }

  #grow(): void {
    this.#slots = new Uint32Array(this.#slots.length * 2).fill(NONE);
    this.#rest.clear();
    for (let number = 0; number < this.size; number++) this.#next.set(number, NONE);
    for (let number = 0; number < this.size; number++) this.#chain(number);
  }
}

/** 32 bits; of all units, the last ones mixed as well as the first. */
function hashOf(text: string): number {
  let hash = 0x811c_9dc5 ^ text.length;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x0100_0193);
  return mixed(hash);
}

/** Every bit of the answer depends on every bit of `value`. */
export function mixed(value: number): number {
  let bits = value;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85eb_ca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2_ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
