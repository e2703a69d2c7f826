/** Writing DER (X.690): each function answers one complete element. */
import { GovError } from '@gov/verdict';
import { context, contextPrimitive, Tag } from './tag.js';

/** Identifier, definite minimal length, content. */
export function element(tag: number, ...content: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of content) length += part.length;
  const header = [tag];
  if (length < 0x80) header.push(length);
  else {
    const octets: number[] = [];
    for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
    header.push(0x80 | octets.length, ...octets);
  }
  const out = new Uint8Array(header.length + length);
  out.set(header);
  let at = header.length;
  for (const part of content) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export const sequence = (...elements: readonly Uint8Array[]): Uint8Array => element(Tag.sequence, ...elements);

/** SET OF: the elements in ascending order of their encodings, as DER demands (X.690 11.6). */
export const setOf = (...elements: readonly Uint8Array[]): Uint8Array =>
  element(Tag.set, ...[...elements].sort(compareBytes));

/** `[n] EXPLICIT`. */
export const explicit = (n: number, inner: Uint8Array): Uint8Array => element(context(n), inner);

/** `[n] IMPLICIT` of a primitive type: only the content is given. */
export const implicitPrimitive = (n: number, content: Uint8Array): Uint8Array => element(contextPrimitive(n), content);

export const boolean = (value: boolean): Uint8Array => element(Tag.boolean, Uint8Array.of(value ? 0xff : 0));

export const nullValue = (): Uint8Array => element(Tag.null);

/** INTEGER from a whole number or bigint of either sign. @throws GovError `invalid-argument` for a number that is not exact */
export function integer(value: number | bigint): Uint8Array {
  if (typeof value === 'number' && !Number.isSafeInteger(value))
    throw new GovError('invalid-argument', `not an exact INTEGER: ${value}`);
  const octets: number[] = [];
  let rest = BigInt(value);
  do {
    octets.unshift(Number(rest & 0xffn));
    rest >>= 8n;
  } while (!(rest === 0n && octets[0]! < 0x80) && !(rest === -1n && octets[0]! >= 0x80));
  return element(Tag.integer, Uint8Array.from(octets));
}

/** INTEGER ≥ 0 from big-endian octets of any length. */
export function unsignedInteger(octets: Uint8Array): Uint8Array {
  let from = 0;
  while (from < octets.length - 1 && octets[from] === 0) from++;
  const significant = octets.subarray(from);
  if (significant.length === 0) return integer(0);
  return significant[0]! & 0x80
    ? element(Tag.integer, Uint8Array.of(0), significant)
    : element(Tag.integer, significant);
}

/** OBJECT IDENTIFIER from its dotted form. @throws GovError `invalid-argument` */
export function oid(dotted: string): Uint8Array {
  // Under the roots 0 and 1 there are 40 arcs: 1.40 would be written as 2.0 (X.690 8.19.4).
  if (!/^([01]\.[1-3]?\d|2\.(0|[1-9]\d*))(\.(0|[1-9]\d*))*$/.test(dotted))
    throw new GovError('invalid-argument', `not an OID: ${dotted}`);
  const [root, second, ...rest] = dotted.split('.').map(BigInt) as [bigint, bigint, ...bigint[]];
  const octets: number[] = [];
  for (const arc of [root * 40n + second, ...rest]) {
    const group = [Number(arc & 0x7fn)];
    for (let high = arc >> 7n; high > 0n; high >>= 7n) group.unshift(Number(high & 0x7fn) | 0x80);
    octets.push(...group);
  }
  return element(Tag.oid, Uint8Array.from(octets));
}

export const octetString = (octets: Uint8Array): Uint8Array => element(Tag.octetString, octets);

/** BIT STRING of whole octets, or with the last `unusedBits` bits (which the caller keeps zero) left out. */
export const bitString = (octets: Uint8Array, unusedBits = 0): Uint8Array =>
  element(Tag.bitString, Uint8Array.of(unusedBits), octets);

/** Named bits (keyUsage and the like): trailing zero bits are left out (X.690 11.2.2). */
export function namedBits(bits: readonly number[]): Uint8Array {
  if (bits.length === 0) return bitString(new Uint8Array(0));
  const highest = Math.max(...bits);
  const octets = new Uint8Array((highest >> 3) + 1);
  for (const bit of bits) octets[bit >> 3]! |= 0x80 >> (bit & 7);
  return bitString(octets, 7 - (highest & 7));
}

const encoder = new TextEncoder();

export const utf8String = (text: string): Uint8Array => element(Tag.utf8String, encoder.encode(text));

/** @throws GovError `invalid-argument` for a character outside the type's alphabet */
export const printableString = (text: string): Uint8Array =>
  characters(Tag.printableString, text, /^[A-Za-z0-9 '()+,\-./:=?]*$/);

/** @throws GovError `invalid-argument` for a character outside the type's alphabet */
export const ia5String = (text: string): Uint8Array => characters(Tag.ia5String, text, /^[\u0020-\u007e]*$/);

function characters(tag: number, text: string, alphabet: RegExp): Uint8Array {
  if (!alphabet.test(text)) throw new GovError('invalid-argument', 'character outside the string type');
  return element(tag, encoder.encode(text));
}

/** GeneralizedTime `YYYYMMDDHHMMSSZ`; milliseconds are dropped. @throws GovError `invalid-argument` outside the years 0 to 9999 */
export const generalizedTime = (date: Date): Uint8Array => element(Tag.generalizedTime, encoder.encode(digits(date)));

/** X.509 Time (RFC 5280 4.1.2.5): UTCTime through 2049, GeneralizedTime after. */
export const x509Time = (date: Date): Uint8Array => {
  const year = date.getUTCFullYear();
  return year >= 1950 && year < 2050
    ? element(Tag.utcTime, encoder.encode(digits(date).slice(2)))
    : generalizedTime(date);
};

function digits(date: Date): string {
  const year = date.getUTCFullYear();
  if (!(year >= 0 && year <= 9999)) throw new GovError('invalid-argument', 'not a date of the years 0 to 9999');
  return `${date.toISOString().slice(0, 19).replace(/[-:T]/g, '')}Z`;
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    if (a[i] !== b[i]) return a[i]! - b[i]!;
  }
  return a.length - b.length;
}
