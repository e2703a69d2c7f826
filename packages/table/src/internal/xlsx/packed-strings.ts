/** UTF-16 units of a piece: no cell is longer. */
const PIECE = 1 << 16;
/** Numbers of a piece. */
const NUMBERS = 1 << 14;
/** Texts that were asked for last: most cells of a column have one of a few. */
const REMEMBERED = 1 << 12;

/**
 * Texts by their numbers, as units in large pieces (紧凑文本): a string of its own takes some thirty octets more than its units, and
 * one that was cut out of the XML keeps all of that alive.
 */
export class PackedStrings {
  readonly #units: Uint16Array[] = [];
  /** Where each text begins within its piece, and how long it is: two numbers each; and its piece. */
  readonly #places: Uint16Array[] = [];
  readonly #pieces: Uint16Array[] = [];
  readonly #remembered = new Map<number, string>();
  #filled = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** A text of at most 65,535 units. */
  push(text: string): void {
    if (this.#units.length === 0 || this.#filled + text.length > PIECE) {
      this.#units.push(new Uint16Array(PIECE));
      this.#filled = 0;
    }
    const units = this.#units.at(-1)!;
    for (let at = 0; at < text.length; at++) units[this.#filled + at] = text.charCodeAt(at);
    const within = this.#length % NUMBERS;
    if (within === 0) {
      this.#places.push(new Uint16Array(2 * NUMBERS));
      this.#pieces.push(new Uint16Array(NUMBERS));
    }
    this.#places.at(-1)![2 * within] = this.#filled;
    this.#places.at(-1)![2 * within + 1] = text.length;
    this.#pieces.at(-1)![within] = this.#units.length - 1;
    this.#filled += text.length;
    this.#length++;
  }

  /** Undefined for a number that there is not. */
  get(number: number): string | undefined {
    if (number >= this.#length) return undefined;
    const known = this.#remembered.get(number);
    if (known !== undefined) return known;
    const [at, within] = [Math.floor(number / NUMBERS), number % NUMBERS];
    const start = this.#places[at]![2 * within]!;
    const end = start + this.#places[at]![2 * within + 1]!;
    const units = this.#units[this.#pieces[at]![within]!]!;
    const text = String.fromCharCode.apply(null, units.subarray(start, end) as unknown as number[]);
    if (this.#remembered.size >= REMEMBERED) this.#remembered.clear();
    this.#remembered.set(number, text);
    return text;
  }
}
