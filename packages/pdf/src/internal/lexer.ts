import type { PdfLimits } from '../limits.js';
import {
  PdfArray,
  PdfDict,
  type PdfEntry,
  PdfName,
  type PdfObject,
  PdfRef,
  type PdfSource,
  PdfString,
} from '../object.js';
import { malformed, overLimit } from './fault.js';

/** Something allowed by no rule or read differently by different readers, kept for whoever judges the file. */
export interface PdfDeviation {
  readonly code:
    | 'duplicate-key'
    | 'empty-object'
    | 'entry-beyond-size'
    | 'generation-mismatch'
    | 'junk-before-header'
    | 'offset-zero';
  readonly offset: number;
  readonly detail: string;
}

/** Digits of the longest number, or letters of the longest keyword. */
const LONGEST_WORD = 255;

const SPACE = 1;
const DELIMITER = 2;
const DIGIT = 4;

/** §7.2.3: white space, delimiters; everything else is regular. */
const KIND = new Uint8Array(256);
for (const byte of [0, 9, 10, 12, 13, 32]) KIND[byte] = SPACE;
for (const char of '()<>[]{}/%') KIND[char.charCodeAt(0)] = DELIMITER;
for (const char of '0123456789') KIND[char.charCodeAt(0)] = DIGIT;

export const isSpace = (byte: number | undefined): boolean => byte !== undefined && KIND[byte] === SPACE;
export const isDigit = (byte: number | undefined): boolean => byte !== undefined && KIND[byte] === DIGIT;

/** Value of a hex digit, -1 for anything else. */
export const hexDigit = (byte: number): number => {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const lower = byte | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
};

/** Reads tokens and objects from one position on; never looks behind `end`. */
export class Lexer {
  readonly source: PdfSource;
  readonly bytes: Uint8Array;
  readonly end: number;
  pos: number;
  readonly #limits: PdfLimits;
  readonly #deviations: PdfDeviation[];

  constructor(source: PdfSource, pos: number, limits: PdfLimits, deviations: PdfDeviation[]) {
    this.source = source;
    this.bytes = source.bytes;
    this.end = source.bytes.length;
    this.pos = pos;
    this.#limits = limits;
    this.#deviations = deviations;
  }

  skipSpace(): void {
    const { bytes, end } = this;
    let pos = this.pos;
    for (;;) {
      while (pos < end && KIND[bytes[pos] as number] === SPACE) pos++;
      if (pos >= end || bytes[pos] !== 0x25) break;
      while (pos < end && bytes[pos] !== 10 && bytes[pos] !== 13) pos++;
    }
    this.pos = pos;
  }

  /** True, and past it, when `text` stands here. */
  take(text: string): boolean {
    if (!this.at(text)) return false;
    this.pos += text.length;
    return true;
  }

  at(text: string): boolean {
    if (this.pos + text.length > this.end) return false;
    for (let i = 0; i < text.length; i++) if (this.bytes[this.pos + i] !== text.charCodeAt(i)) return false;
    return true;
  }

  /** An unsigned integer of at most 15 digits, or undefined with the position unchanged. */
  unsigned(): number | undefined {
    const { bytes, end } = this;
    let pos = this.pos;
    let value = 0;
    while (pos < end && KIND[bytes[pos] as number] === DIGIT) value = value * 10 + (bytes[pos++] as number) - 48;
    if (pos === this.pos || pos - this.pos > 15) return undefined;
    this.pos = pos;
    return value;
  }

  /** `number generation obj`, or undefined with the position unchanged. */
  objectHeader(): PdfRef | undefined {
    const start = this.pos;
    const number = this.unsigned();
    if (number !== undefined && isSpace(this.bytes[this.pos])) {
      this.skipSpace();
      const generation = this.unsigned();
      if (generation !== undefined && isSpace(this.bytes[this.pos])) {
        this.skipSpace();
        if (this.take('obj')) return new PdfRef(number, generation);
      }
    }
    this.pos = start;
    return undefined;
  }

  /** One object; white space and comments before it are skipped. */
  object(depth = 0): PdfObject {
    this.skipSpace();
    const { bytes } = this;
    const start = this.pos;
    if (start >= this.end) throw malformed('object expected, end of data found', start);
    const byte = bytes[start] as number;
    if (byte === 0x2f) return new PdfName(this.#name());
    if (byte === 0x28) return this.#literal();
    if (byte === 0x3c) return bytes[start + 1] === 0x3c ? this.#dict(depth) : this.#hex();
    if (byte === 0x5b) return this.#array(depth);
    if (KIND[byte] === DIGIT) return this.#reference() ?? this.#number();
    if (byte === 0x2b || byte === 0x2d || byte === 0x2e) return this.#number();
    const word = this.#word();
    if (word === 'true') return true;
    if (word === 'false') return false;
    if (word === 'null') return null;
    throw malformed('object expected', start);
  }

  #word(): string {
    const { bytes, end } = this;
    const start = this.pos;
    let pos = start;
    while (pos < end && (KIND[bytes[pos] as number] as number) % 4 === 0) {
      if (++pos - start > LONGEST_WORD) throw malformed('a token that is no name is too long', start);
    }
    this.pos = pos;
    return latin1(bytes, start, pos);
  }

  #reference(): PdfRef | undefined {
    const start = this.pos;
    const number = this.unsigned();
    if (number !== undefined && (isSpace(this.bytes[this.pos]) || this.bytes[this.pos] === 0x25)) {
      this.skipSpace();
      const generation = this.unsigned();
      if (generation !== undefined && (isSpace(this.bytes[this.pos]) || this.bytes[this.pos] === 0x25)) {
        this.skipSpace();
        const next = this.bytes[this.pos + 1];
        const ends = this.pos + 1 >= this.end || (KIND[next as number] as number) % 4 !== 0;
        if (this.bytes[this.pos] === 0x52 && ends) {
          this.pos++;
          return new PdfRef(number, generation);
        }
      }
    }
    this.pos = start;
    return undefined;
  }

  #number(): number {
    const start = this.pos;
    const word = this.#word();
    if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(word)) throw malformed('malformed number', start);
    return Number(word);
  }

  /** A name's characters; the position is on the slash. */
  #name(): string {
    const { bytes, end } = this;
    const start = ++this.pos;
    let pos = start;
    let escaped = false;
    while (pos < end && (KIND[bytes[pos] as number] as number) % 4 === 0) {
      if (bytes[pos] === 0x23) escaped = true;
      pos++;
    }
    if (pos - start > this.#limits.nameBytes) throw overLimit('bytes of a name', this.#limits.nameBytes);
    this.pos = pos;
    const name = latin1(bytes, start, pos);
    if (!escaped) return name;
    return name.replace(/#([0-9A-Fa-f]{2})/g, (_, digits) => String.fromCharCode(Number.parseInt(digits, 16)));
  }

  #literal(): PdfString {
    const { bytes, end } = this;
    const start = this.pos;
    let pos = start + 1;
    let depth = 1;
    let plain = true;
    for (; pos < end; pos++) {
      const byte = bytes[pos];
      if (byte === 0x5c) {
        plain = false;
        pos++;
      } else if (byte === 0x28) depth++;
      else if (byte === 0x29 && --depth === 0) break;
      else if (byte === 0x0d) plain = false;
    }
    if (pos >= end) throw malformed('unterminated string', start);
    this.#checkLength(pos - start);
    this.pos = pos + 1;
    const body = bytes.subarray(start + 1, pos);
    return new PdfString(plain ? body : literalBytes(body));
  }

  #hex(): PdfString {
    const { bytes, end } = this;
    const start = this.pos;
    let pos = start + 1;
    while (pos < end && bytes[pos] !== 0x3e) pos++;
    if (pos >= end) throw malformed('unterminated hexadecimal string', start);
    this.#checkLength(pos - start);
    const out = new Uint8Array((pos - start) >> 1);
    let digits = 0;
    for (let i = start + 1; i < pos; i++) {
      const byte = bytes[i] as number;
      if (KIND[byte] === SPACE) continue;
      const value = hexDigit(byte);
      if (value < 0) throw malformed('not a hexadecimal digit', i);
      out[digits >> 1] = digits % 2 === 0 ? value << 4 : (out[digits >> 1] as number) | value;
      digits++;
    }
    this.pos = pos + 1;
    return new PdfString(out.subarray(0, (digits + 1) >> 1), true);
  }

  #array(depth: number): PdfArray {
    this.#checkDepth(depth);
    const start = this.pos++;
    const items: PdfObject[] = [];
    for (;;) {
      this.skipSpace();
      if (this.bytes[this.pos] === 0x5d) break;
      items.push(this.object(depth + 1));
    }
    this.pos++;
    return new PdfArray(items, this.source, { start, end: this.pos });
  }

  #dict(depth: number): PdfDict {
    this.#checkDepth(depth);
    const start = this.pos;
    this.pos += 2;
    const entries = new Map<string, PdfEntry>();
    let duplicates: string[] | undefined;
    for (;;) {
      this.skipSpace();
      if (this.bytes[this.pos] === 0x3e && this.bytes[this.pos + 1] === 0x3e) break;
      if (this.bytes[this.pos] !== 0x2f) throw malformed('dictionary key expected', this.pos);
      const keyAt = this.pos;
      const key = this.#name();
      this.skipSpace();
      const valueAt = this.pos;
      const value = this.object(depth + 1);
      if (entries.has(key)) {
        duplicates ??= [];
        duplicates.push(key);
        const inside = this.source.objectStream === undefined ? '' : ` in object stream ${this.source.objectStream}`;
        this.#deviations.push({ code: 'duplicate-key', offset: keyAt, detail: `/${key} is repeated${inside}` });
      }
      entries.set(key, { value, start: valueAt, end: this.pos });
    }
    this.pos += 2;
    return new PdfDict(entries, this.source, { start, end: this.pos }, duplicates);
  }

  #checkDepth(depth: number): void {
    if (depth >= this.#limits.depth) throw overLimit('nesting of arrays and dictionaries', this.#limits.depth);
  }

  #checkLength(length: number): void {
    if (length > this.#limits.stringBytes) throw overLimit('bytes of a string', this.#limits.stringBytes);
  }
}

/** One character per byte. */
function latin1(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i] as number);
  return text;
}

const ESCAPES: Readonly<Record<number, number>> = { 110: 10, 114: 13, 116: 9, 98: 8, 102: 12 };

/** §7.3.4.2: escapes, line continuations, and every end of line read as one line feed. */
function literalBytes(body: Uint8Array): Uint8Array {
  const out = new Uint8Array(body.length);
  let length = 0;
  for (let i = 0; i < body.length; i++) {
    let byte = body[i] as number;
    if (byte === 0x0d) {
      if (body[i + 1] === 0x0a) i++;
      byte = 0x0a;
    } else if (byte === 0x5c) {
      byte = body[++i] as number;
      if (byte === 0x0d || byte === 0x0a) {
        if (byte === 0x0d && body[i + 1] === 0x0a) i++;
        continue;
      }
      if (byte >= 0x30 && byte <= 0x37) {
        let value = byte - 0x30;
        for (let n = 0; n < 2; n++) {
          const next = body[i + 1];
          if (next === undefined || next < 0x30 || next > 0x37) break;
          value = value * 8 + next - 0x30;
          i++;
        }
        byte = value & 0xff;
      } else byte = ESCAPES[byte] ?? byte;
    }
    out[length++] = byte;
  }
  return out.subarray(0, length);
}
