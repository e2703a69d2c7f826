/**
 * Reading DER (X.690) that a stranger wrote: every length is checked before it is used, nothing is copied until asked
 * for, and each element remembers where it stood, because signatures cover the bytes that were sent and not a
 * re-encoding of them.
 */
import { GovError } from '@gov/verdict';
import { Tag } from './tag.js';

/** `strict` relaxes nothing. `lenient` accepts the encodings that real seals and certificates carry and records each. */
export type DerMode = 'strict' | 'lenient';

export interface DerLimits {
  /** Size of the whole input, bytes. */
  readonly maxBytes: number;
  /** Nesting of constructed elements. */
  readonly maxDepth: number;
  /** Elements visited in one input. */
  readonly maxElements: number;
}

export const DER_LIMITS: DerLimits = { maxBytes: 64 * 1024 * 1024, maxDepth: 32, maxElements: 200_000 };

/** Sizes of single values, octets: nothing that a certificate or a seal carries comes near them. */
export const DER_VALUE_LIMITS = { integer: 4096, oid: 128, text: 32_768 } as const;

export type DerDeviationCode =
  | 'length-not-minimal'
  | 'integer-not-minimal'
  | 'boolean-value'
  | 'bit-string-padding'
  | 'string-characters'
  | 'time-form'
  | 'default-encoded'
  | 'trailing-zeros';

/** An encoding that DER forbids and `lenient` let through. */
export interface DerDeviation {
  readonly code: DerDeviationCode;
  /** Offset of the element in the input, bytes. */
  readonly offset: number;
}

export interface DerOptions {
  readonly mode?: DerMode;
  readonly limits?: Partial<DerLimits>;
}

/** What the single-octet string types may hold (X.680 41); TeletexString is read as Latin-1, as everybody does. */
const ALPHABETS: Readonly<Record<number, RegExp>> = {
  [Tag.printableString]: /^[A-Za-z0-9 '()+,\-./:=?]*$/,
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the type is all of ASCII
  [Tag.ia5String]: /^[\u0000-\u007f]*$/,
  [Tag.visibleString]: /^[ -~]*$/,
  // biome-ignore lint/suspicious/noControlCharactersInRegex: read as Latin-1, every octet has a meaning
  [Tag.teletexString]: /^[\u0000-\u00ff]*$/,
};

interface Context {
  readonly bytes: Uint8Array;
  readonly mode: DerMode;
  readonly limits: DerLimits;
  readonly deviations: DerDeviation[];
  elements: number;
}

/**
 * Reads exactly one element and nothing after it.
 *
 * @throws GovError `der-malformed` for anything that is not DER, `der-limit` past a limit
 * @example
 * const fields = readDer(bytes).children();
 * const version = fields.next(Tag.integer).smallInteger();
 */
export function readDer(bytes: Uint8Array, options: DerOptions = {}): DerElement {
  const { element, context } = readFirst(bytes, options);
  if (element.end === bytes.length) return element;
  if (context.mode === 'strict') malformed(`${bytes.length - element.end} bytes after the element`, element.end);
  for (let at = element.end; at < bytes.length; at++) {
    if (bytes[at] !== 0) malformed('bytes other than zero after the element', at);
  }
  context.deviations.push({ code: 'trailing-zeros', offset: element.end });
  return element;
}

/**
 * Reads the element at the start of `bytes` and leaves the rest alone, e.g. a signature value in a zero-padded field.
 * `element.end` says where it stopped.
 *
 * @throws GovError `der-malformed`, `der-limit`
 */
export function readDerPrefix(bytes: Uint8Array, options: DerOptions = {}): DerElement {
  return readFirst(bytes, options).element;
}

function readFirst(bytes: Uint8Array, options: DerOptions): { element: DerElement; context: Context } {
  const limits = { ...DER_LIMITS, ...options.limits };
  if (bytes.length > limits.maxBytes) limit(`${bytes.length} bytes, at most ${limits.maxBytes}`);
  const context: Context = { bytes, mode: options.mode ?? 'strict', limits, deviations: [], elements: 0 };
  return { element: readElement(context, 0, bytes.length, 0), context };
}

function readElement(context: Context, start: number, end: number, depth: number): DerElement {
  const { bytes, limits } = context;
  if (depth > limits.maxDepth) limit(`nested deeper than ${limits.maxDepth}`);
  if (++context.elements > limits.maxElements) limit(`more than ${limits.maxElements} elements`);
  if (end - start < 2) malformed('element cut short', start);
  const tag = bytes[start]!;
  if ((tag & 0x1f) === 0x1f) malformed('tag numbers above 30 are not used here', start);
  const first = bytes[start + 1]!;
  let at = start + 2;
  let length = first;
  if (first === 0x80) malformed('indefinite length', start);
  if (first > 0x80) {
    const count = first & 0x7f;
    if (count > 4) malformed('length of more than four octets', start);
    if (end - at < count) malformed('length cut short', start);
    length = 0;
    for (let i = 0; i < count; i++) length = length * 256 + bytes[at + i]!;
    if (length < 0x80 || (count > 1 && bytes[at] === 0)) deviate(context, 'length-not-minimal', start);
    at += count;
  }
  if (length > end - at) malformed(`length ${length} reaches past the end`, start);
  return new DerElement(context, tag, start, at, at + length, depth);
}

/** One element of the input. Methods that read a type check the identifier octet first. */
export class DerElement {
  /** Identifier octet: class, constructed bit and number. */
  readonly tag: number;
  /** Offset of the identifier octet in the input, bytes. */
  readonly start: number;
  readonly contentStart: number;
  readonly end: number;
  readonly #context: Context;
  readonly #depth: number;

  /** @internal */
  constructor(context: Context, tag: number, start: number, contentStart: number, end: number, depth: number) {
    this.tag = tag;
    this.start = start;
    this.contentStart = contentStart;
    this.end = end;
    this.#context = context;
    this.#depth = depth;
  }

  /** Identifier, length and content, exactly as received (a view, not a copy). */
  get raw(): Uint8Array {
    return this.#context.bytes.subarray(this.start, this.end);
  }

  /** Content octets (a view, not a copy). */
  get content(): Uint8Array {
    return this.#context.bytes.subarray(this.contentStart, this.end);
  }

  get constructed(): boolean {
    return (this.tag & 0x20) !== 0;
  }

  /** What `lenient` let through so far in the whole input, in the order of reading. */
  get deviations(): readonly DerDeviation[] {
    return this.#context.deviations;
  }

  /** Records that a DEFAULT value was written out, which DER forbids; throws in `strict`. */
  defaultEncoded(): void {
    deviate(this.#context, 'default-encoded', this.start);
  }

  /** A cursor over the elements inside. */
  children(tag?: number): DerReader {
    if (tag !== undefined) this.#expect(tag);
    if (!this.constructed) malformed('constructed element expected', this.start);
    return new DerReader(this.#context, this.contentStart, this.end, this.#depth + 1);
  }

  /** The one element inside, e.g. of `[0] EXPLICIT`. */
  inner(tag?: number): DerElement {
    const reader = this.children();
    const element = reader.next(tag);
    reader.end();
    return element;
  }

  /** `[n] IMPLICIT`: the same content read as the type `tag`; `raw` stays what was received. */
  as(tag: number): DerElement {
    return new DerElement(this.#context, tag, this.start, this.contentStart, this.end, this.#depth);
  }

  /** The one element encoded inside an OCTET STRING: extension values, private keys. */
  nested(tag?: number): DerElement {
    this.#expect(Tag.octetString);
    const element = readElement(this.#context, this.contentStart, this.end, this.#depth + 1);
    if (element.end !== this.end) malformed('bytes after the nested element', element.end);
    if (tag !== undefined) element.expect(tag);
    return element;
  }

  boolean(): boolean {
    this.#expect(Tag.boolean);
    if (this.end - this.contentStart !== 1) malformed('BOOLEAN of one octet expected', this.start);
    const value = this.content[0]!;
    if (value !== 0 && value !== 0xff) deviate(this.#context, 'boolean-value', this.start);
    return value !== 0;
  }

  /** INTEGER of any sign, at most `DER_VALUE_LIMITS.integer` octets. */
  integer(): bigint {
    const content = this.#integerContent(DER_VALUE_LIMITS.integer);
    let value = 0n;
    for (const octet of content) value = (value << 8n) | BigInt(octet);
    return content[0]! & 0x80 ? value - (1n << BigInt(content.length * 8)) : value;
  }

  /** INTEGER that must be within 0 … 2^31 − 1: versions, counts, millimetres. */
  smallInteger(): number {
    const value = Number(this.integer());
    if (value < 0 || value > 0x7fffffff) malformed('INTEGER out of range', this.start);
    return value;
  }

  /** INTEGER ≥ 0 as exactly `size` octets, big-endian: the halves of a signature value. */
  unsigned(size: number): Uint8Array {
    const content = this.#integerContent(size + 1 + (this.#context.mode === 'lenient' ? 32 : 0));
    if (content[0]! & 0x80) malformed('negative INTEGER', this.start);
    let from = 0;
    while (from < content.length && content[from] === 0) from++;
    if (content.length - from > size) malformed(`INTEGER of more than ${size} octets`, this.start);
    const octets = new Uint8Array(size);
    octets.set(content.subarray(from), size - (content.length - from));
    return octets;
  }

  /** OBJECT IDENTIFIER in dotted form. */
  oid(): string {
    this.#expect(Tag.oid);
    const { bytes } = this.#context;
    const length = this.end - this.contentStart;
    if (length === 0 || length > DER_VALUE_LIMITS.oid || bytes[this.end - 1]! & 0x80) {
      malformed('OBJECT IDENTIFIER', this.start);
    }
    let text = '';
    // Arcs that a number does not hold are rare, and BigInt is slow.
    let arc: number | bigint = 0;
    let fresh = true;
    for (let at = this.contentStart; at < this.end; at++) {
      const octet = bytes[at]!;
      if (fresh && octet === 0x80) malformed('OBJECT IDENTIFIER arc is not minimal', this.start);
      arc =
        typeof arc === 'number' && arc < 2 ** 46
          ? arc * 128 + (octet & 0x7f)
          : (BigInt(arc) << 7n) | BigInt(octet & 0x7f);
      fresh = (octet & 0x80) === 0;
      if (!fresh) continue;
      if (text !== '') text += `.${arc}`;
      else if (arc < 80) text = arc < 40 ? `0.${arc}` : `1.${Number(arc) - 40}`;
      else text = `2.${typeof arc === 'number' ? arc - 80 : arc - 80n}`;
      arc = 0;
    }
    return text;
  }

  /** OCTET STRING (primitive only, as DER demands). */
  octets(): Uint8Array {
    this.#expect(Tag.octetString);
    return this.content;
  }

  /** BIT STRING. Bit 0 is the most significant bit of the first octet; bits past the last one read as zero. */
  bits(): { readonly unusedBits: number; readonly octets: Uint8Array } {
    this.#expect(Tag.bitString);
    const content = this.content;
    const unusedBits = content[0];
    if (unusedBits === undefined || unusedBits > 7 || (unusedBits > 0 && content.length === 1)) {
      malformed('BIT STRING', this.start);
    }
    const padding = (1 << unusedBits) - 1;
    if ((content[content.length - 1]! & padding) === 0) return { unusedBits, octets: content.subarray(1) };
    deviate(this.#context, 'bit-string-padding', this.start);
    const octets = content.slice(1);
    octets[octets.length - 1]! &= ~padding;
    return { unusedBits, octets };
  }

  /** BIT STRING that carries whole octets: signature values, keys, digests. */
  bitOctets(): Uint8Array {
    const { unusedBits, octets } = this.bits();
    if (unusedBits !== 0) malformed('BIT STRING of whole octets expected', this.start);
    return octets;
  }

  null(): void {
    this.#expect(Tag.null);
    if (this.end !== this.contentStart) malformed('NULL with content', this.start);
  }

  /** Any of the character string types, as text; at most `DER_VALUE_LIMITS.text` octets. */
  text(): string {
    const content = this.content;
    if (content.length > DER_VALUE_LIMITS.text) {
      malformed(`character string of more than ${DER_VALUE_LIMITS.text} octets`, this.start);
    }
    switch (this.tag) {
      case Tag.utf8String:
        return this.#utf8();
      case Tag.bmpString: {
        if (content.length % 2 !== 0) malformed('BMPString of odd length', this.start);
        let text = '';
        for (let i = 0; i < content.length; i += 2) {
          text += String.fromCharCode((content[i]! << 8) | content[i + 1]!);
        }
        return text;
      }
      case Tag.printableString:
      case Tag.ia5String:
      case Tag.visibleString:
      case Tag.teletexString: {
        const text = String.fromCharCode(...content);
        if (ALPHABETS[this.tag]!.test(text)) return text;
        // Chinese products put UTF-8 into string types that cannot hold it.
        deviate(this.#context, 'string-characters', this.start);
        return this.#utf8();
      }
      default:
        return malformed('character string expected', this.start);
    }
  }

  /** UTCTime or GeneralizedTime. `lenient` also reads times without seconds, with fractions or with an offset. */
  time(): Date {
    const text = this.tag === Tag.utcTime || this.tag === Tag.generalizedTime ? this.#ascii() : undefined;
    if (text === undefined) return malformed('time expected', this.start);
    const generalized = this.tag === Tag.generalizedTime;
    const form = generalized
      ? /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(?:\.\d{1,9})?(Z|[+-]\d{4})$/
      : /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(Z|[+-]\d{4})$/;
    const match = form.exec(text);
    if (match === null) return malformed('time', this.start);
    if (!(generalized ? /^\d{14}Z$/ : /^\d{12}Z$/).test(text)) deviate(this.#context, 'time-form', this.start);
    const [, year, month, day, hour, minute, second = '00', zone] = match as unknown as string[];
    // RFC 5280 4.1.2.5.1: two-digit years below 50 are in this century.
    const fullYear = generalized ? Number(year) : Number(year) + (Number(year) < 50 ? 2000 : 1900);
    const utc = Date.UTC(fullYear, Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
    const date = new Date(utc);
    const offset = zone === 'Z' ? 0 : Number(zone!.slice(1, 3)) * 60 + Number(zone!.slice(3));
    if (
      // Date.UTC takes the years 0 to 99 for those of the last century.
      date.getUTCFullYear() !== fullYear ||
      date.getUTCMonth() !== Number(month) - 1 ||
      date.getUTCDate() !== Number(day) ||
      Number(hour) > 23 ||
      Number(minute) > 59 ||
      Number(second) > 59 ||
      offset >= 24 * 60 ||
      Number(zone!.slice(3)) > 59
    ) {
      malformed('time that does not exist', this.start);
    }
    return new Date(utc - (zone![0] === '-' ? -offset : offset) * 60_000);
  }

  /** Throws unless the identifier octet is `tag`. */
  expect(tag: number): this {
    this.#expect(tag);
    return this;
  }

  #expect(tag: number): void {
    if (this.tag !== tag) malformed(`tag 0x${tag.toString(16)} expected, 0x${this.tag.toString(16)} found`, this.start);
  }

  #integerContent(maxOctets: number): Uint8Array {
    this.#expect(Tag.integer);
    const content = this.content;
    if (content.length === 0) malformed('empty INTEGER', this.start);
    if (content.length > maxOctets) malformed(`INTEGER of more than ${maxOctets} octets`, this.start);
    const [first, second] = content;
    if (second !== undefined && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80))) {
      deviate(this.#context, 'integer-not-minimal', this.start);
    }
    return content;
  }

  #utf8(): string {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.content);
    } catch (cause) {
      throw new GovError('der-malformed', `not UTF-8 at offset ${this.start}`, { cause });
    }
  }

  #ascii(): string {
    return String.fromCharCode(...this.content.subarray(0, 40));
  }
}

/** A cursor over the elements inside a constructed element. */
export class DerReader {
  readonly #context: Context;
  readonly #end: number;
  readonly #depth: number;
  #at: number;

  /** @internal */
  constructor(context: Context, start: number, end: number, depth: number) {
    this.#context = context;
    this.#at = start;
    this.#end = end;
    this.#depth = depth;
  }

  get more(): boolean {
    return this.#at < this.#end;
  }

  /** Identifier octet of the next element, undefined at the end. */
  get tag(): number | undefined {
    return this.more ? this.#context.bytes[this.#at] : undefined;
  }

  /** The next element; it must be there and, if `tag` is given, carry it. */
  next(tag?: number): DerElement {
    if (!this.more) malformed('element missing', this.#at);
    const element = readElement(this.#context, this.#at, this.#end, this.#depth);
    if (tag !== undefined) element.expect(tag);
    this.#at = element.end;
    return element;
  }

  /** The next element if it carries `tag`. */
  optional(tag: number): DerElement | undefined {
    return this.tag === tag ? this.next() : undefined;
  }

  /** All elements left. */
  rest(): DerElement[] {
    const elements: DerElement[] = [];
    while (this.more) elements.push(this.next());
    return elements;
  }

  /** Throws unless every element was read. */
  end(): void {
    if (this.more) malformed('element that is not expected here', this.#at);
  }
}

function deviate(context: Context, code: DerDeviationCode, offset: number): void {
  if (context.mode === 'strict') malformed(code, offset);
  context.deviations.push({ code, offset });
}

function malformed(what: string, offset: number): never {
  throw new GovError('der-malformed', `${what} at offset ${offset}`);
}

function limit(what: string): never {
  throw new GovError('der-limit', what);
}
