/** Goes through a whole file for objects and trailers, whatever its cross-reference says. */
import { CHUNK_BYTES, type PdfFile } from '../file.js';
import type { PdfLimits } from '../limits.js';
import { isName, PdfArray, PdfDict, type PdfObject, PdfRef } from '../object.js';
import { malformed, overLimit } from './fault.js';
import { Lexer } from './lexer.js';

/** Objects that cannot be parsed, after which a file is given up: each was perhaps read to the end of the file. */
export const MAX_BROKEN_OBJECTS = 100;

export interface ScannedObject {
  readonly ref: PdfRef;
  readonly offset: number;
  readonly kind: 'object-stream' | 'cross-reference' | 'catalog' | 'encryption' | 'other';
}

interface Scan {
  /** In the order of the file. */
  readonly objects: readonly ScannedObject[];
  /** Trailer dictionaries and those of cross-reference streams, in the order of the file. */
  readonly trailers: readonly PdfDict[];
  /** A /ByteRange stands somewhere outside of streams. */
  readonly signed: boolean;
}

/**
 * What looks like an object within a stream, a string or a comment is not taken for one: past a stream goes its /Length where
 * that is right, otherwise `endstream`. Of an object that cannot be parsed only the header is passed over.
 *
 * @throws GovError `pdf-limit`, `pdf-malformed` after too many broken objects
 */
export function scan(file: PdfFile, limits: PdfLimits): Scan {
  const text = new FileText(file);
  const objects: ScannedObject[] = [];
  const trailers: PdfDict[] = [];
  /** Numbers that are objects: perhaps the /Length of a stream. */
  const numbers = new Map<number, number>();
  let signed = false;
  let broken = 0;
  for (let token = text.token(0), at = 0; token !== undefined; token = text.token(at)) {
    const lexer = new Lexer({ file }, token.start, limits, []);
    const ref = lexer.objectHeader();
    if (ref === undefined) lexer.moveTo(token.end);
    else if (objects.length >= limits.objects) throw overLimit('objects', limits.objects);
    at = token.end;
    if (token.word === '/ByteRange') {
      signed = true;
      continue;
    }
    let object: PdfObject;
    try {
      object = lexer.object();
    } catch {
      if (++broken > MAX_BROKEN_OBJECTS) throw malformed(`more than ${MAX_BROKEN_OBJECTS} broken objects`, token.start);
      if (ref !== undefined) objects.push({ ref, offset: token.start, kind: 'other' });
      continue;
    }
    at = lexer.offset;
    signed ||= holdsByteRange(object);
    if (ref === undefined) {
      if (object instanceof PdfDict) trailers.push(object);
      continue;
    }
    if (typeof object === 'number') numbers.set(ref.number, object);
    const data = object instanceof PdfDict ? dataStart(lexer) : undefined;
    const kind = kindOf(object, data !== undefined);
    objects.push({ ref, offset: token.start, kind });
    if (kind === 'cross-reference') trailers.push(object as PdfDict);
    if (data !== undefined) {
      const length = (object as PdfDict).get('Length');
      at = pastStream(text, data, length instanceof PdfRef ? numbers.get(length.number) : length);
    }
  }
  return { objects, trailers, signed };
}

function kindOf(object: PdfObject, isStream: boolean): ScannedObject['kind'] {
  if (!(object instanceof PdfDict)) return 'other';
  const type = object.get('Type');
  if (isStream) return isName(type, 'ObjStm') ? 'object-stream' : isName(type, 'XRef') ? 'cross-reference' : 'other';
  if (isName(type, 'Catalog')) return 'catalog';
  return ['Filter', 'V', 'R', 'O', 'U', 'P'].every((key) => object.has(key)) ? 'encryption' : 'other';
}

const holdsByteRange = (object: PdfObject): boolean =>
  object instanceof PdfDict
    ? object.has('ByteRange') || [...object.entries.values()].some(({ value }) => holdsByteRange(value))
    : object instanceof PdfArray && object.items.some(holdsByteRange);

/** Where the data of a stream begin, if the lexer stands before one. */
function dataStart(lexer: Lexer): number | undefined {
  lexer.skipSpace();
  if (!lexer.take('stream')) return undefined;
  const wide = lexer.peek() === 13 && lexer.peek(1) === 10;
  return lexer.offset + (wide ? 2 : 1);
}

function pastStream(text: FileText, data: number, length: unknown): number {
  if (typeof length === 'number' && Number.isInteger(length) && length >= 0 && text.endsStream(data + length))
    return data + length;
  // Without any `endstream` the data are taken for objects, which is as wrong as anything else.
  return text.indexOf('endstream', data) ?? data;
}

/** White space of §7.2.3. */
const SPACE = '[\\0\\t\\n\\f\\r ]';
const TOKEN = new RegExp(`\\d{1,10}${SPACE}{1,32}\\d{1,5}${SPACE}{1,32}obj|trailer|/ByteRange`, 'g');
/** What may stand before a token: the start of the file, white space, a delimiter, the end of an object. */
const BEFORE = new RegExp(`(?:^|${SPACE}|[()<>[\\]{}/]|endobj|endstream)$`);
/** Bytes of the longest token, and room around it. */
const OVERLAP = 128;

interface Token {
  readonly word: string;
  readonly start: number;
  readonly end: number;
}

/** A file as text, one character a byte, a piece at a time. */
class FileText {
  readonly #file: PdfFile;
  #text = '';
  #origin = 0;
  /** From here on there is no `endstream` any more. */
  #noMore = Number.POSITIVE_INFINITY;

  constructor(file: PdfFile) {
    this.#file = file;
  }

  /** The next header of an object, `trailer` or `/ByteRange` from a position on. */
  token(from: number): Token | undefined {
    for (let at = from; ; ) {
      this.#show(at);
      TOKEN.lastIndex = at - this.#origin;
      const match = TOKEN.exec(this.#text);
      const start = match === null ? this.#end - OVERLAP : this.#origin + match.index;
      if (start + OVERLAP >= this.#end && this.#end < this.#file.length) at = this.#hide(Math.max(at, start));
      else if (match === null) return undefined;
      else if (this.#stands(start, from)) return { word: match[0], start, end: start + match[0].length };
      else at = start + 1;
    }
  }

  /** True when `endstream` stands at a position, or after white space there. */
  endsStream(at: number): boolean {
    if (at >= this.#file.length) return false;
    const around = latin1(this.#file.read(at, Math.min(this.#file.length, at + 32)));
    return new RegExp(`^${SPACE}*endstream`).test(around);
  }

  indexOf(word: string, from: number): number | undefined {
    if (from >= this.#noMore) return undefined;
    for (let at = from; at < this.#file.length; ) {
      this.#show(at);
      const found = this.#text.indexOf(word, at - this.#origin);
      if (found >= 0) return this.#origin + found;
      at = this.#end < this.#file.length ? this.#hide(Math.max(at, this.#end - OVERLAP)) : this.#file.length;
    }
    this.#noMore = from;
    return undefined;
  }

  get #end(): number {
    return this.#origin + this.#text.length;
  }

  /** Lets the text begin before `at`, unless it holds that place already. */
  #show(at: number): void {
    const inside = at >= this.#origin && at < this.#end && (this.#origin === 0 || at >= this.#origin + OVERLAP);
    if (inside) return;
    this.#origin = Math.max(0, at - OVERLAP);
    this.#text = latin1(this.#file.read(this.#origin, Math.min(this.#file.length, this.#origin + CHUNK_BYTES)));
  }

  /** Makes the next look at `at` read anew. */
  #hide(at: number): number {
    this.#text = '';
    this.#origin = at;
    return at;
  }

  /** A token of its own, not the end of a longer one, and not in a comment. */
  #stands(start: number, from: number): boolean {
    const before = this.#text.slice(Math.max(0, start - OVERLAP - this.#origin), start - this.#origin);
    if (start > from && this.#text[start - this.#origin] !== '/' && !BEFORE.test(before)) return false;
    const line = before.slice(-Math.min(before.length, start - from) || before.length);
    return start === from || !/%[^\r\n]*$/.test(line);
  }
}

const latin1 = (bytes: Uint8Array): string => new TextDecoder('latin1').decode(bytes);
