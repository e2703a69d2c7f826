import { WINDOW_BYTES } from '../file.js';
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

const NOTHING = new Uint8Array(0);

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

/**
 * Reads tokens and objects from one position of a file on. It sees a window of the file that grows when a token touches its
 * end: running out of the window is never taken for the end of the file. Positions it answers with count from the file's
 * first byte.
 */
export class Lexer {
  readonly source: PdfSource;
  readonly #limits: PdfLimits;
  readonly #deviations: PdfDeviation[];
  #bytes: Uint8Array = NOTHING;
  /** Where in the file the window begins. */
  #origin = 0;
  /** How much of the window may be looked at. */
  #end = 0;
  /** In the window. */
  #pos = 0;
  /** Where in the file the object begins; what lies before is not needed again. */
  #from = 0;

  constructor(source: PdfSource, offset: number, limits: PdfLimits, deviations: PdfDeviation[]) {
    this.source = source;
    this.#limits = limits;
    this.#deviations = deviations;
    this.moveTo(offset);
  }

  /** Position in the file. */
  get offset(): number {
    return this.#origin + this.#pos;
  }

  /** From here on, as if a new object began here. */
  moveTo(offset: number): void {
    const { file } = this.source;
    const bound = offset + this.#limits.objectBytes;
    if (offset < this.#origin || offset > this.#origin + this.#bytes.length || this.#bytes === NOTHING) {
      const window = file.window ?? WINDOW_BYTES;
      this.#origin = window >= file.length ? 0 : Math.min(offset, file.length);
      this.#bytes = file.read(this.#origin, Math.min(file.length, this.#origin + window));
    }
    this.#from = offset;
    this.#pos = offset - this.#origin;
    this.#end = Math.min(this.#bytes.length, bound - this.#origin);
  }

  /** More of the file in the window, false where the file ends. Positions in the window that anyone holds are void after it. */
  #grow(): boolean {
    const { file } = this.source;
    const reached = this.#origin + this.#end;
    if (reached >= file.length) return false;
    const bound = this.#from + this.#limits.objectBytes;
    if (reached >= bound) throw overLimit('bytes of an object', this.#limits.objectBytes);
    const { offset } = this;
    const length = Math.max(file.window ?? WINDOW_BYTES, 2 * (reached - this.#from));
    this.#bytes = file.read(this.#from, Math.min(file.length, bound, this.#from + length));
    this.#origin = this.#from;
    this.#end = this.#bytes.length;
    this.#pos = offset - this.#origin;
    return true;
  }

  /** The byte `ahead` of the position, undefined behind the end of the file. */
  peek(ahead = 0): number | undefined {
    while (this.#pos + ahead >= this.#end) if (!this.#grow()) return undefined;
    return this.#bytes[this.#pos + ahead];
  }

  /** Past this many bytes that `peek` has shown. */
  skip(count: number): void {
    this.#pos += count;
  }

  /** Past white space, comments not being such. */
  skipWhite(): void {
    while (isSpace(this.peek())) this.#pos++;
  }

  /** Past white space and comments. */
  skipSpace(): void {
    const bytes = this.#bytes;
    const end = this.#end;
    let pos = this.#pos;
    for (;;) {
      while (pos < end && KIND[bytes[pos] as number] === SPACE) pos++;
      this.#pos = pos;
      if (pos >= end || bytes[pos] !== 0x25) break;
      while (pos < end && bytes[pos] !== 10 && bytes[pos] !== 13) pos++;
      if (pos >= end) break;
    }
    if (pos < end) return;
    if (this.#grow()) this.skipSpace();
    else this.#pos = end;
  }

  /** True, and past it, when `text` stands here. */
  take(text: string): boolean {
    if (!this.at(text)) return false;
    this.#pos += text.length;
    return true;
  }

  at(text: string): boolean {
    for (let i = 0; i < text.length; i++) if (this.peek(i) !== text.charCodeAt(i)) return false;
    return true;
  }

  /** An unsigned integer of at most 15 digits, or undefined with the position unchanged. */
  unsigned(): number | undefined {
    const bytes = this.#bytes;
    const end = this.#end;
    let pos = this.#pos;
    let value = 0;
    while (pos < end && KIND[bytes[pos] as number] === DIGIT) {
      value = value * 10 + (bytes[pos++] as number) - 48;
      if (pos - this.#pos > 15) return undefined;
    }
    if (pos >= end && this.#grow()) return this.unsigned();
    if (pos === this.#pos) return undefined;
    this.#pos = pos;
    return value;
  }

  /** `number generation obj`, or undefined with the position unchanged. */
  objectHeader(): PdfRef | undefined {
    const start = this.offset;
    const number = this.unsigned();
    if (number !== undefined && isSpace(this.peek())) {
      this.skipSpace();
      const generation = this.unsigned();
      if (generation !== undefined && isSpace(this.peek())) {
        this.skipSpace();
        if (this.take('obj')) return new PdfRef(number, generation);
      }
    }
    this.#pos = start - this.#origin;
    return undefined;
  }

  /** One object; white space and comments before it are skipped. */
  object(depth = 0): PdfObject {
    this.skipSpace();
    const byte = this.peek();
    if (byte === undefined) throw malformed('object expected, end of data found', this.offset);
    if (byte === 0x2f) return new PdfName(this.#name());
    if (byte === 0x28) return this.#literal();
    if (byte === 0x3c) return this.peek(1) === 0x3c ? this.#dict(depth) : this.#hex();
    if (byte === 0x5b) return this.#array(depth);
    if (KIND[byte] === DIGIT) return this.#numberOrReference();
    if (byte === 0x2b || byte === 0x2d || byte === 0x2e) return this.#number();
    const start = this.offset;
    const word = this.#word();
    if (word === 'true') return true;
    if (word === 'false') return false;
    if (word === 'null') return null;
    throw malformed('object expected', start);
  }

  #word(): string {
    const bytes = this.#bytes;
    const end = this.#end;
    const start = this.#pos;
    let pos = start;
    while (pos < end && (KIND[bytes[pos] as number] as number) % 4 === 0) {
      if (++pos - start > LONGEST_WORD) throw malformed('a token that is no name is too long', this.offset);
    }
    if (pos >= end && this.#grow()) return this.#word();
    this.#pos = pos;
    return latin1(bytes, start, pos);
  }

  #numberOrReference(): number | PdfRef {
    const start = this.offset;
    const number = this.unsigned();
    const next = this.peek();
    // Too many digits, a point, or no number at all.
    if (number === undefined || (next !== undefined && (KIND[next] as number) % 4 === 0)) {
      this.#pos = start - this.#origin;
      return this.#number();
    }
    const after = this.offset;
    if (this.#separated()) {
      this.skipSpace();
      const generation = this.unsigned();
      if (generation !== undefined && this.#separated()) {
        this.skipSpace();
        if (this.peek() === 0x52) {
          const behind = this.peek(1);
          if (behind === undefined || (KIND[behind] as number) % 4 !== 0) {
            this.#pos++;
            return new PdfRef(number, generation);
          }
        }
      }
    }
    this.#pos = after - this.#origin;
    return number;
  }

  /** White space or a comment is next. */
  #separated(): boolean {
    const next = this.peek();
    return isSpace(next) || next === 0x25;
  }

  #number(): number {
    const start = this.offset;
    const word = this.#word();
    if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(word)) throw malformed('malformed number', start);
    return Number(word);
  }

  /** A name's characters; the position is on the slash. */
  #name(): string {
    const bytes = this.#bytes;
    const end = this.#end;
    const start = this.#pos + 1;
    const longest = start + this.#limits.nameBytes;
    let pos = start;
    let escaped = false;
    while (pos < end && (KIND[bytes[pos] as number] as number) % 4 === 0) {
      if (bytes[pos] === 0x23) escaped = true;
      if (++pos > longest) throw overLimit('bytes of a name', this.#limits.nameBytes);
    }
    if (pos >= end && this.#grow()) return this.#name();
    this.#pos = pos;
    const name = commonName(bytes, start, pos) ?? latin1(bytes, start, pos);
    if (!escaped) return name;
    return name.replace(/#([0-9A-Fa-f]{2})/g, (_, digits) => String.fromCharCode(Number.parseInt(digits, 16)));
  }

  #literal(): PdfString {
    const bytes = this.#bytes;
    const start = this.#pos;
    const end = Math.min(this.#end, start + this.#limits.stringBytes + 1);
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
    this.#checkLength(Math.min(pos, end) - start);
    if (pos >= end) {
      if (this.#grow()) return this.#literal();
      throw malformed('unterminated string', this.offset);
    }
    this.#pos = pos + 1;
    // A copy, so that a string that is kept does not keep the window.
    const body = bytes.subarray(start + 1, pos);
    return new PdfString(plain ? new Uint8Array(body) : literalBytes(body));
  }

  #hex(): PdfString {
    const bytes = this.#bytes;
    const start = this.#pos;
    const end = Math.min(this.#end, start + this.#limits.stringBytes + 1);
    let pos = start + 1;
    while (pos < end && bytes[pos] !== 0x3e) pos++;
    this.#checkLength(pos - start);
    if (pos >= end) {
      if (this.#grow()) return this.#hex();
      throw malformed('unterminated hexadecimal string', this.offset);
    }
    const out = new Uint8Array((pos - start) >> 1);
    let digits = 0;
    for (let i = start + 1; i < pos; i++) {
      const byte = bytes[i] as number;
      if (KIND[byte] === SPACE) continue;
      const value = hexDigit(byte);
      if (value < 0) throw malformed('not a hexadecimal digit', this.#origin + i);
      out[digits >> 1] = digits % 2 === 0 ? value << 4 : (out[digits >> 1] as number) | value;
      digits++;
    }
    this.#pos = pos + 1;
    return new PdfString(out.subarray(0, (digits + 1) >> 1), true);
  }

  #array(depth: number): PdfArray {
    this.#checkDepth(depth);
    const start = this.offset;
    this.#pos++;
    const items: PdfObject[] = [];
    for (;;) {
      this.skipSpace();
      if (this.peek() === 0x5d) break;
      items.push(this.object(depth + 1));
    }
    this.#pos++;
    return new PdfArray(items, this.source, { start, end: this.offset });
  }

  #dict(depth: number): PdfDict {
    this.#checkDepth(depth);
    const start = this.offset;
    this.#pos += 2;
    const entries = new Map<string, PdfEntry>();
    let duplicates: string[] | undefined;
    for (;;) {
      this.skipSpace();
      const next = this.peek();
      if (next === 0x3e && this.peek(1) === 0x3e) break;
      if (next !== 0x2f) throw malformed('dictionary key expected', this.offset);
      const keyAt = this.offset;
      const key = this.#name();
      this.skipSpace();
      const valueAt = this.offset;
      const value = this.object(depth + 1);
      const known = entries.size;
      entries.set(key, { value, start: valueAt, end: this.offset });
      if (entries.size === known) {
        duplicates ??= [];
        duplicates.push(key);
        const inside = this.source.objectStream === undefined ? '' : ` in object stream ${this.source.objectStream}`;
        this.#deviations.push({ code: 'duplicate-key', offset: keyAt, detail: `/${key} is repeated${inside}` });
      }
    }
    this.#pos += 2;
    return new PdfDict(entries, this.source, { start, end: this.offset }, duplicates);
  }

  #checkDepth(depth: number): void {
    if (depth >= this.#limits.depth) throw overLimit('nesting of arrays and dictionaries', this.#limits.depth);
  }

  #checkLength(length: number): void {
    if (length > this.#limits.stringBytes) throw overLimit('bytes of a string', this.#limits.stringBytes);
  }
}

/** Names that most objects have: found without making a string anew. */
const COMMON_NAMES =
  'Type Subtype Page Pages Parent Kids Count Contents Resources MediaBox CropBox Annots Annot Rotate Font XObject Image Form Length Filter ' +
  'FlateDecode DCTDecode Width Height ColorSpace BitsPerComponent DeviceRGB DeviceGray DeviceCMYK Rect Widget Link Dest Border FT Sig T V AP ' +
  'N F P A S D K Pg StructElem StructParents StructParent ProcSet PDF Text ImageB ImageC ImageI ExtGState GS0 Group Transparency CS BBox Matrix ' +
  'FontDescriptor FontName BaseFont FontFile2 FontFile3 FontBBox Flags Ascent Descent CapHeight StemV ItalicAngle Encoding WinAnsiEncoding ' +
  'Identity-H ToUnicode DescendantFonts CIDSystemInfo CIDFontType2 Type0 TrueType Type1 FirstChar LastChar Widths W DW Registry Ordering ' +
  'Supplement DecodeParms Predictor Columns Colors SMask Decode Title Prev Next First Last Names Limits Nums ObjStm XRef URI Action Root Info ID Size';

const shapeOf = (length: number, first: number, last: number): number => (length * 61 + first * 7 + last) & 1023;

const BY_SHAPE: (string | undefined)[] = Array.from({ length: 1024 });
for (const name of COMMON_NAMES.split(' '))
  BY_SHAPE[shapeOf(name.length, name.charCodeAt(0), name.charCodeAt(name.length - 1))] = name;

function commonName(bytes: Uint8Array, start: number, end: number): string | undefined {
  const length = end - start;
  const name = length === 0 ? undefined : BY_SHAPE[shapeOf(length, bytes[start] as number, bytes[end - 1] as number)];
  if (name === undefined || name.length !== length) return undefined;
  for (let i = 0; i < length; i++) if (name.charCodeAt(i) !== bytes[start + i]) return undefined;
  return name;
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
