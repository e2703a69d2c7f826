/** Cross-reference sections (ISO 32000-2 §7.5.4, §7.5.8): located and checked here, single entries read when asked for. */
import { type PdfFile, partOf } from '../file.js';
import { decode } from '../filter.js';
import type { PdfLimits } from '../limits.js';
import { PdfArray, PdfDict, PdfName, PdfStream } from '../object.js';
import { malformed, overLimit } from './fault.js';
import { isDigit, isSpace, Lexer, type PdfDeviation } from './lexer.js';

/** What a section says about one object number. Offsets count from the file's first byte, the header's base already added. */
export type XrefEntry =
  | { readonly type: 'free'; readonly generation: number }
  | { readonly type: 'offset'; readonly offset: number; readonly generation: number }
  | { readonly type: 'compressed'; readonly stream: number; readonly index: number };

interface Subsection {
  readonly first: number;
  readonly count: number;
  entry(index: number): XrefEntry;
}

/** `startxref`, its number and `%%EOF` as they stand after a section. */
export interface Footer {
  /** The offset it names, base added. */
  readonly target: number;
  /** Just after `%%EOF`. */
  readonly eof: number;
}

export interface XrefSection {
  readonly offset: number;
  readonly kind: 'table' | 'stream' | 'hybrid';
  readonly trailer: PdfDict;
  readonly footer: Footer | undefined;
  /** Object number of a cross-reference stream. */
  readonly objectNumber: number | undefined;
  /** The stream named by /XRefStm. */
  readonly hidden: XrefSection | undefined;
  readonly subsections: readonly Subsection[];
}

/** How the file is to be read, carried through one opening. */
export interface XrefContext {
  readonly file: PdfFile;
  readonly base: number;
  readonly limits: PdfLimits;
  readonly deviations: PdfDeviation[];
  /** Entries seen so far in all sections. */
  entries: number;
}

/** The section that begins at `offset`, or just behind white space there. */
export function readSection(context: XrefContext, offset: number): XrefSection {
  if (offset < 0 || offset >= context.file.length) throw malformed('cross-reference offset outside the file', offset);
  const lexer = lexerAt(context, offset);
  lexer.skipWhite();
  return lexer.take('xref') ? readTable(context, lexer, offset) : readStream(context, lexer, offset);
}

const lexerAt = (context: XrefContext, offset: number): Lexer =>
  new Lexer({ file: context.file }, offset, context.limits, context.deviations);

/** What one section, and for a hybrid file its hidden stream, says about an object number. */
export function entryIn(section: XrefSection, number: number): XrefEntry | undefined {
  const own = find(section.subsections, number);
  // An object hidden from old readers is marked free in the table and defined in the stream (§7.5.8.4).
  if (section.hidden === undefined || (own !== undefined && own.type !== 'free')) return own;
  return find(section.hidden.subsections, number) ?? own;
}

function find(subsections: readonly Subsection[], number: number): XrefEntry | undefined {
  let low = 0;
  let high = subsections.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const candidate = subsections[middle] as Subsection;
    if (number < candidate.first) high = middle - 1;
    else if (number >= candidate.first + candidate.count) low = middle + 1;
    else return candidate.entry(number - candidate.first);
  }
  return undefined;
}

/** Object numbers a section speaks of, hidden ones included. */
export function* numbersIn(section: XrefSection): Generator<number> {
  for (const { first, count } of section.subsections) for (let i = 0; i < count; i++) yield first + i;
  if (section.hidden !== undefined) yield* numbersIn(section.hidden);
}

/** One more than the highest object number a section gives an entry. */
export const endOf = (section: XrefSection): number => {
  const last = section.subsections.at(-1);
  const own = last === undefined ? 0 : last.first + last.count;
  return section.hidden === undefined ? own : Math.max(own, endOf(section.hidden));
};

function count(context: XrefContext, entries: number): void {
  context.entries += entries;
  if (context.entries > context.limits.xrefEntries)
    throw overLimit('cross-reference entries', context.limits.xrefEntries);
}

function sorted(subsections: readonly Subsection[], offset: number): readonly Subsection[] {
  const filled = subsections.filter((subsection) => subsection.count > 0).sort((a, b) => a.first - b.first);
  filled.forEach((subsection, i) => {
    const previous = filled[i - 1];
    if (previous !== undefined && previous.first + previous.count > subsection.first)
      throw malformed(`object ${subsection.first} has two entries in one cross-reference section`, offset);
  });
  return filled;
}

function readTable(context: XrefContext, lexer: Lexer, offset: number): XrefSection {
  const subsections: Subsection[] = [];
  for (;;) {
    lexer.skipSpace();
    if (lexer.take('trailer')) break;
    const at = lexer.offset;
    const first = lexer.unsigned();
    lexer.skipSpace();
    const length = first === undefined ? undefined : lexer.unsigned();
    if (first === undefined || length === undefined) throw malformed('cross-reference subsection expected', at);
    if (length * 5 > context.file.length - lexer.offset) throw malformed('cross-reference table runs past the end', at);
    count(context, length);
    lexer.skipSpace();
    subsections.push(fixedWidth(context, lexer, first, length) ?? freeForm(context, lexer, first, length));
  }
  const trailer = lexer.object();
  if (!(trailer instanceof PdfDict)) throw malformed('trailer dictionary expected', lexer.offset);
  const footer = readFooter(context, lexer);
  const at = trailer.get('XRefStm');
  let hidden: XrefSection | undefined;
  if (at !== undefined) {
    if (typeof at !== 'number' || !Number.isInteger(at) || at < 0) throw malformed('/XRefStm is no offset', offset);
    hidden = readSection(context, at + context.base);
    if (hidden.kind !== 'stream') throw malformed('/XRefStm names no cross-reference stream', offset);
  }
  return {
    offset,
    kind: hidden === undefined ? 'table' : 'hybrid',
    trailer,
    footer,
    objectNumber: undefined,
    hidden,
    subsections: sorted(subsections, offset),
  };
}

const WIDTH = 20;
const FREE = 0x66;
const IN_USE = 0x6e;

/** The layout the standard asks for: 20 bytes an entry, so that nothing is read before it is wanted. */
function fixedWidth(context: XrefContext, lexer: Lexer, first: number, length: number): Subsection | undefined {
  const { file } = context;
  const start = lexer.offset;
  const end = start + length * WIDTH;
  if (length === 0 || end > file.length) return undefined;
  const row = (index: number): Uint8Array => file.read(start + index * WIDTH, start + (index + 1) * WIDTH);
  if (!isEntry(row(0)) || !isEntry(row(length - 1))) return undefined;
  lexer.moveTo(end);
  return {
    first,
    count: length,
    entry(index) {
      const bytes = row(index);
      const at = start + index * WIDTH;
      if (!isEntry(bytes)) throw malformed('malformed cross-reference entry', at);
      return tableEntry(context, first + index, digits(bytes, 0, 10), digits(bytes, 11, 5), bytes[17], at);
    },
  };
}

function isEntry(row: Uint8Array): boolean {
  for (let i = 0; i < 10; i++) if (!isDigit(row[i])) return false;
  for (let i = 11; i < 16; i++) if (!isDigit(row[i])) return false;
  const type = row[17];
  if (row[10] !== 32 || row[16] !== 32 || (type !== FREE && type !== IN_USE)) return false;
  return isSpace(row[18]) && isSpace(row[19]);
}

function digits(bytes: Uint8Array, at: number, length: number): number {
  let value = 0;
  for (let i = 0; i < length; i++) value = value * 10 + (bytes[at + i] as number) - 48;
  return value;
}

/** Entries of any width, as some writers leave them: as numbers, since there may be millions. */
function freeForm(context: XrefContext, lexer: Lexer, first: number, length: number): Subsection {
  const offsets = new Float64Array(length);
  const generations = new Float64Array(length);
  const types = new Uint8Array(length);
  const start = lexer.offset;
  for (let i = 0; i < length; i++) {
    lexer.skipSpace();
    const at = lexer.offset;
    lexer.moveTo(at);
    const offset = lexer.unsigned();
    lexer.skipSpace();
    const generation = lexer.unsigned();
    lexer.skipSpace();
    const type = lexer.peek();
    if (
      offset === undefined ||
      generation === undefined ||
      (type !== FREE && type !== IN_USE) ||
      !isSpace(lexer.peek(1))
    )
      throw malformed('malformed cross-reference entry', at);
    lexer.skip(1);
    offsets[i] = offset;
    generations[i] = generation;
    types[i] = type;
  }
  return {
    first,
    count: length,
    entry: (index) =>
      tableEntry(context, first + index, offsets[index] as number, generations[index] as number, types[index], start),
  };
}

function tableEntry(
  context: XrefContext,
  number: number,
  offset: number,
  generation: number,
  type: number | undefined,
  at: number,
): XrefEntry {
  if (type === FREE) return { type: 'free', generation };
  if (offset === 0) {
    context.deviations.push({ code: 'offset-zero', offset: at, detail: `object ${number} is in use at offset 0` });
    return { type: 'free', generation };
  }
  return { type: 'offset', offset: offset + context.base, generation };
}

function readStream(context: XrefContext, lexer: Lexer, offset: number): XrefSection {
  const header = lexer.objectHeader();
  if (header === undefined) throw malformed('neither a cross-reference table nor a stream', offset);
  const stream = readStreamBody(lexer, lexer.object(), (length) => length);
  if (!(stream instanceof PdfStream)) throw malformed('cross-reference stream expected', offset);
  lexer.skipSpace();
  if (!lexer.take('endobj')) throw malformed('endobj expected', lexer.offset);
  const footer = readFooter(context, lexer);
  const { dict } = stream;
  const type = dict.get('Type');
  if (!(type instanceof PdfName) || type.value !== 'XRef')
    throw malformed('cross-reference stream without /Type /XRef', offset);
  const size = integer(dict.get('Size'), 'Size', offset);
  const widths = integers(dict.get('W'), 'W', offset);
  const index = dict.has('Index') ? integers(dict.get('Index'), 'Index', offset) : [0, size];
  const [w0, w1, w2] = widths;
  if (w0 === undefined || w1 === undefined || w2 === undefined || widths.some((width) => width > 8))
    throw malformed('/W of a cross-reference stream', offset);
  if (index.length % 2 !== 0) throw malformed('/Index of a cross-reference stream', offset);
  const width = widths.reduce((sum, value) => sum + value, 0);
  const bytes = decode(stream, context.limits.decodedBytes);
  const field = (at: number, length: number): number => {
    let value = 0;
    for (let i = 0; i < length; i++) value = value * 256 + (bytes[at + i] as number);
    return value;
  };
  const subsections: Subsection[] = [];
  let at = 0;
  for (let i = 0; i < index.length; i += 2) {
    const [first, length] = [index[i] as number, index[i + 1] as number];
    if (width === 0 || length * width > bytes.length - at)
      throw malformed('cross-reference stream is too short', offset);
    count(context, length);
    const start = at;
    at += length * width;
    const entry = (position: number): XrefEntry => {
      const here = start + position * width;
      const kind = w0 === 0 ? 1 : field(here, w0);
      const second = field(here + w0, w1);
      const third = field(here + w0 + w1, w2);
      if (kind === 1 && second === 0) return { type: 'free', generation: third };
      if (kind === 1) return { type: 'offset', offset: second + context.base, generation: third };
      // A type this standard does not know is a reference to the null object (§7.5.8.3).
      return kind === 2 ? { type: 'compressed', stream: second, index: third } : { type: 'free', generation: third };
    };
    subsections.push({ first, count: length, entry });
  }
  return {
    offset,
    kind: 'stream',
    trailer: dict,
    footer,
    objectNumber: header.number,
    hidden: undefined,
    subsections: sorted(subsections, offset),
  };
}

function integer(value: unknown, key: string, offset: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0)
    throw malformed(`/${key} of a cross-reference stream`, offset);
  return value;
}

const integers = (value: unknown, key: string, offset: number): number[] => {
  if (!(value instanceof PdfArray)) throw malformed(`/${key} of a cross-reference stream`, offset);
  return value.items.map((item) => integer(item, key, offset));
};

/** Past a `stream` keyword and its data when `dict` is followed by one; otherwise the object itself. */
export function readStreamBody<T>(lexer: Lexer, dict: T, length: (value: unknown) => unknown): T | PdfStream {
  if (!(dict instanceof PdfDict)) return dict;
  lexer.skipSpace();
  const at = lexer.offset;
  if (!lexer.take('stream')) return dict;
  if (lexer.peek() === 13) lexer.skip(1);
  // A carriage return alone is forbidden (§7.3.8.1): readers would not agree where the data begins.
  if (lexer.peek() !== 10) throw malformed('stream keyword without a line feed', at);
  const start = lexer.offset + 1;
  const { file } = lexer.source;
  const bytes = length(dict.get('Length'));
  if (typeof bytes !== 'number' || !Number.isInteger(bytes) || bytes < 0 || bytes > file.length - start)
    throw malformed('/Length of a stream', at);
  lexer.moveTo(start + bytes);
  lexer.skipWhite();
  if (!lexer.take('endstream')) throw malformed('stream does not end where /Length says', start + bytes);
  return new PdfStream(dict, partOf(file, start, start + bytes));
}

/** `startxref`, a number, `%%EOF` at the lexer's position, if they stand there. */
export function readFooter(context: Pick<XrefContext, 'base'>, lexer: Lexer): Footer | undefined {
  lexer.skipSpace();
  if (!lexer.take('startxref')) return undefined;
  lexer.skipWhite();
  const target = lexer.unsigned();
  if (target === undefined) return undefined;
  lexer.skipWhite();
  return lexer.take('%%EOF') ? { target: target + context.base, eof: lexer.offset } : undefined;
}
