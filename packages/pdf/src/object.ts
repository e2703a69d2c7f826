/**
 * PDF objects (ISO 32000-2 §7.3) as immutable values. What was read from a file remembers where it stood, so that it can be
 * written again byte for byte: the source text of numbers, strings and names is never lost.
 */
import { memoryFile, type PdfFile } from './file.js';

/** What positions refer to: the file itself, or the decoded content of an object stream. */
export interface PdfSource {
  readonly file: PdfFile;
  /** Number of the object stream; absent when positions are offsets in the file. */
  readonly objectStream?: number;
  /** What the strings here are encrypted with; null: nothing, though the document is encrypted. Absent without strings. */
  readonly cipher?: PdfCipher | null;
}

/** What the strings and the stream of one object are encrypted with. */
export interface PdfCipher {
  /** True when what is encrypted for the one may be copied into the other as it is. */
  equals(other: PdfCipher | undefined): boolean;
  encryptString(bytes: Uint8Array): Uint8Array;
  encryptStream(stream: PdfStream): PdfFile;
}

/** From the first byte of a token to just after its last byte. */
export interface PdfSpan {
  readonly start: number;
  readonly end: number;
}

export type PdfObject = null | boolean | number | PdfName | PdfString | PdfArray | PdfDict | PdfStream | PdfRef;

/** A name (名称), without the slash, #xx resolved, one character per byte. */
export class PdfName {
  readonly value: string;
  constructor(value: string) {
    this.value = value;
  }
}

/** A string (字符串): bytes, whatever their encoding. */
export class PdfString {
  readonly bytes: Uint8Array;
  /** Written as `<…>` rather than `(…)`. */
  readonly hex: boolean;
  constructor(bytes: Uint8Array, hex = false) {
    this.bytes = bytes;
    this.hex = hex;
  }

  /** A text string (§7.9.2.2): ASCII as it is, everything else as UTF-16BE with a byte order mark. */
  static text(text: string): PdfString {
    if (/^[\x20-\x7e]*$/.test(text)) return new PdfString(Uint8Array.from(text, (c) => c.charCodeAt(0)));
    const bytes = new Uint8Array(2 + 2 * text.length);
    bytes.set([0xfe, 0xff]);
    for (let i = 0; i < text.length; i++) {
      bytes[2 + 2 * i] = text.charCodeAt(i) >> 8;
      bytes[3 + 2 * i] = text.charCodeAt(i) & 0xff;
    }
    return new PdfString(bytes, true);
  }

  /** The text of a text string: UTF-16 or UTF-8 by its mark, otherwise one character per byte. */
  get text(): string {
    const b = this.bytes;
    if (b[0] === 0xfe && b[1] === 0xff) return new TextDecoder('utf-16be').decode(b);
    if (b[0] === 0xff && b[1] === 0xfe) return new TextDecoder('utf-16le').decode(b);
    if (b[0] === 0xef && b[1] === 0xbb && b[2] === 0xbf) return new TextDecoder().decode(b);
    let text = '';
    for (const byte of b) text += String.fromCharCode(byte);
    return text;
  }
}

/** An indirect reference (间接引用) `number generation R`. */
export class PdfRef {
  readonly number: number;
  readonly generation: number;
  constructor(number: number, generation = 0) {
    this.number = number;
    this.generation = generation;
  }

  toString(): string {
    return `${this.number} ${this.generation} R`;
  }
}

/** An array (数组). */
export class PdfArray {
  readonly items: readonly PdfObject[];
  /** Where the array, or the leading part that was read from a file, stands. */
  readonly source: PdfSource | undefined;
  readonly span: PdfSpan | undefined;
  /** How many of the items stand in `source`: all of them for an array as it was read. */
  readonly read: number;

  constructor(items: readonly PdfObject[], source?: PdfSource, span?: PdfSpan, read = items.length) {
    this.items = items;
    this.source = source;
    this.span = span;
    this.read = source === undefined ? 0 : read;
  }

  /** The same array with one more item at its end; what was there keeps its bytes. */
  append(item: PdfObject): PdfArray {
    return new PdfArray([...this.items, item], this.source, this.span, this.read);
  }
}

export interface PdfEntry {
  readonly value: PdfObject;
  /** Where the value stands in the dictionary's source; -1 when it was set by a program. */
  readonly start: number;
  readonly end: number;
}

const NONE: readonly string[] = [];

/** A dictionary (字典): keys in the order of the file. */
export class PdfDict {
  readonly entries: ReadonlyMap<string, PdfEntry>;
  readonly source: PdfSource | undefined;
  /** From `<<` to after `>>`; absent when the dictionary was made or altered by a program. */
  readonly span: PdfSpan | undefined;
  /** Keys written more than once: the last value is the one kept, and readers disagree about which counts. */
  readonly duplicates: readonly string[];

  constructor(
    entries: ReadonlyMap<string, PdfEntry>,
    source?: PdfSource,
    span?: PdfSpan,
    duplicates: readonly string[] = NONE,
  ) {
    this.entries = entries;
    this.source = source;
    this.span = span;
    this.duplicates = duplicates;
  }

  /** A new dictionary; keys whose value is undefined are left out. */
  static of(values: Readonly<Record<string, PdfObject | undefined>>): PdfDict {
    const entries = new Map<string, PdfEntry>();
    for (const [key, value] of Object.entries(values)) if (value !== undefined) entries.set(key, made(value));
    return new PdfDict(entries);
  }

  get(key: string): PdfObject | undefined {
    return this.entries.get(key)?.value;
  }

  has(key: string): boolean {
    return this.entries.has(key);
  }

  keys(): IterableIterator<string> {
    return this.entries.keys();
  }

  /** The same dictionary with one value set, in its old place or at the end; the others keep their bytes. */
  with(key: string, value: PdfObject): PdfDict {
    return new PdfDict(new Map(this.entries).set(key, made(value)), this.source, undefined, this.duplicates);
  }

  /** The same dictionary without some keys. */
  without(...keys: readonly string[]): PdfDict {
    const entries = new Map(this.entries);
    for (const key of keys) entries.delete(key);
    return new PdfDict(entries, this.source, undefined, this.duplicates);
  }
}

const made = (value: PdfObject): PdfEntry => ({ value, start: -1, end: -1 });

/** A stream (流): its dictionary and its bytes as stored, still encoded. */
export class PdfStream {
  readonly dict: PdfDict;
  /** The stored bytes where they lie: nothing is read before it is asked for. */
  readonly data: PdfFile;

  constructor(dict: PdfDict, raw: Uint8Array | PdfFile) {
    this.dict = dict;
    this.data = raw instanceof Uint8Array ? memoryFile(raw) : raw;
  }

  /** All stored bytes; read anew each time where they are not in memory. */
  get raw(): Uint8Array {
    return this.data.read(0, this.data.length);
  }
}

/** True for the name `value`. */
export const isName = (object: PdfObject | undefined, value: string): boolean =>
  object instanceof PdfName && object.value === value;
