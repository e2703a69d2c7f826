/** Columns of numbers (数列) that grow: a million items in as many octets as their numbers need. */
import type { RecordPlace } from '../entry.js';
import type { Place } from '../issue.js';

/** Entries of one piece: what grows never has to be copied. */
const PIECE = 1 << 14;

/** Whole numbers from 0 to 2^32 - 1; a piece that has one alone takes no room. */
export class NumberColumn {
  readonly #pieces: (Uint32Array | undefined)[] = [];
  /** Of each piece the number that it began with. */
  readonly #firsts: number[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length % PIECE === 0) {
      this.#pieces.push(undefined);
      this.#firsts.push(value);
    }
    this.#length++;
    this.set(this.#length - 1, value);
  }

  /** Of an entry that was pushed. */
  get(index: number): number {
    const number = Math.floor(index / PIECE);
    const piece = this.#pieces[number];
    return piece === undefined ? this.#firsts[number]! : piece[index % PIECE]!;
  }

  set(index: number, value: number): void {
    const number = Math.floor(index / PIECE);
    let piece = this.#pieces[number];
    if (piece === undefined) {
      const first = this.#firsts[number]!;
      if (value === first) return;
      piece = new Uint32Array(PIECE).fill(first);
      this.#pieces[number] = piece;
    }
    piece[index % PIECE] = value;
  }
}

/** A column of a sheet: every place of it has the same but for the line. */
interface Shape {
  readonly rest: Omit<Place, 'line' | 'cell'>;
  /** Of the column; absent where places have no cell. */
  readonly letters: string | undefined;
}

/** Places (位置), mostly four octets each, since a sheet has few columns. */
export class PlaceColumn {
  readonly #lines = new NumberColumn();
  readonly #shapes = new NumberColumn();
  readonly #known: PlaceShapes;

  constructor(known: PlaceShapes) {
    this.#known = known;
  }

  push(place: Place | undefined): void {
    this.#lines.push(place?.line ?? 0);
    this.#shapes.push(this.#known.numberOf(place));
  }

  get(index: number): Place | undefined {
    return this.#known.place(this.#shapes.get(index), this.#lines.get(index));
  }
}

/** No name of a file, sheet or column. */
const ABSENT = '\0';

/** The columns of all sheets of all files that places lie in. */
export class PlaceShapes {
  /** The first for what came from no file. */
  readonly #shapes: Shape[] = [{ rest: {}, letters: undefined }];
  readonly #numbers = new Map<string, Map<string, Map<string, Map<string, number>>>>();

  numberOf(place: Place | undefined): number {
    if (place === undefined) return 0;
    const { file = ABSENT, sheet = ABSENT, column = ABSENT } = place;
    const letters = place.cell?.slice(0, -String(place.line).length) ?? ABSENT;
    const ofSheet = inner(inner(this.#numbers, file), sheet);
    const ofColumn = inner(ofSheet, column);
    const known = ofColumn.get(letters);
    if (known !== undefined) return known;
    this.#shapes.push({
      rest: {
        ...(place.file === undefined ? {} : { file }),
        ...(place.sheet === undefined ? {} : { sheet }),
        ...(place.column === undefined ? {} : { column }),
      },
      letters: letters === ABSENT ? undefined : letters,
    });
    ofColumn.set(letters, this.#shapes.length - 1);
    return this.#shapes.length - 1;
  }

  place(number: number, line: number): Place | undefined {
    if (number === 0) return undefined;
    const { letters, rest } = this.#shapes[number]!;
    // Spelt out, for the usual ones: a spread takes several times as long.
    const { file, sheet, column } = rest;
    if (file === undefined && sheet !== undefined && column !== undefined && letters !== undefined)
      return { sheet, line, cell: `${letters}${line}`, column };
    return letters === undefined ? { ...rest, line } : { ...rest, line, cell: `${letters}${line}` };
  }
}

function inner<Value>(map: Map<string, Map<string, Value>>, key: string): Map<string, Value> {
  let found = map.get(key);
  if (found === undefined) {
    found = new Map();
    map.set(key, found);
  }
  return found;
}

/** The place of a field; of the record where nobody knows better. */
export const placeAt = (place: RecordPlace | undefined, path: readonly (string | number)[]): Place | undefined =>
  place === undefined ? undefined : path.length === 0 ? wholePlace(place) : place.cell(path);

function wholePlace({ file, sheet, line }: RecordPlace): Place {
  return { ...(file === undefined ? {} : { file }), ...(sheet === undefined ? {} : { sheet }), line };
}
