/**
 * `@gov/token/json`: JSON (RFC 8259) from outside, read so that two programs cannot see different things in one text.
 *
 * @example
 * import { readJson } from '@gov/token/json';
 *
 * readJson(new TextEncoder().encode('{"sub":"a","sub":"b"}')); // throws json-malformed: a member twice
 *
 * @packageDocumentation
 */
import { GovError } from '@gov/verdict';

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

export interface JsonObject {
  readonly [name: string]: JsonValue;
}

export interface JsonLimits {
  /** Bytes of the whole text. */
  readonly bytes: number;
  /** Arrays and objects inside one another. */
  readonly depth: number;
  /** Values of the whole text, containers among them; an empty container counts as two. */
  readonly items: number;
}

/** What `readJson` takes unless told otherwise. */
export const JSON_LIMITS: JsonLimits = { bytes: 1_048_576, depth: 16, items: 10_000 };

/**
 * Reads one JSON text in UTF-8 without a byte order mark. A name that stands twice in one object is refused however it is
 * escaped (RFC 7493 2.3: parsers disagree which of the two counts), and so is a number beyond what a double holds.
 *
 * @throws GovError `json-malformed`; `input-too-large` beyond `limits.bytes`
 */
export function readJson(bytes: Uint8Array, limits: Partial<JsonLimits> = {}): JsonValue {
  const { bytes: maxBytes, depth, items } = { ...JSON_LIMITS, ...limits };
  if (bytes.length > maxBytes)
    throw new GovError('input-too-large', `JSON of ${bytes.length} bytes; at most ${maxBytes} are read`);
  try {
    // With `ignoreBOM` a byte order mark stays in the text, where JSON.parse refuses it.
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const written = scan(text, depth, items);
    const value = JSON.parse(text) as JsonValue;
    // Of two members with one name JSON.parse keeps one, however the name is escaped.
    if (countMembers(value) !== written) throw malformed('a member twice in one object');
    return value;
  } catch (cause) {
    if (cause instanceof GovError) throw cause;
    // The message of JSON.parse quotes the text, which may hold personal data.
    throw new GovError('json-malformed', 'not JSON in UTF-8');
  }
}

/** An object, or `json-malformed`. @throws GovError as `readJson` */
export function readJsonObject(bytes: Uint8Array, limits: Partial<JsonLimits> = {}): JsonObject {
  const value = readJson(bytes, limits);
  if (!isJsonObject(value)) throw malformed('not an object');
  return value;
}

export const isJsonObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Depth and number of values, before any is made; answers the number of members. It relies on JSON.parse to refuse what is no
 * JSON: of a text that is, it sees every string, bracket, comma and colon as they are; of any other it may see anything, to no
 * effect.
 */
function scan(text: string, maxDepth: number, maxItems: number): number {
  let depth = 0;
  let items = 1;
  let members = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = endOfString(text, at);
        break;
      case 0x7b: // {
      case 0x5b: // [
        if (++depth > maxDepth) throw malformed(`more than ${maxDepth} levels`);
        items++;
        break;
      case 0x7d: // }
      case 0x5d: // ]
        depth--;
        break;
      case 0x2c: // ,
        items++;
        break;
      case 0x3a: // :
        members++;
    }
    if (items > maxItems) throw malformed(`more than ${maxItems} values`);
  }
  return members;
}

/** The position of the closing quote of the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end > 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  if (end < 0) throw malformed('a string without an end');
  return end;
}

/** After an odd number of backslashes. */
function isEscaped(text: string, position: number): boolean {
  let at = position;
  while (text.charCodeAt(at - 1) === BACKSLASH) at--;
  return (position - at) % 2 === 1;
}

/** Members of all objects. 1e400 is grammatical, and Infinity to us, an error or another number to others. */
function countMembers(value: JsonValue): number {
  if (typeof value === 'number' && !Number.isFinite(value)) throw malformed('a number that is too large');
  if (typeof value !== 'object' || value === null) return 0;
  const inner = Object.values(value);
  let members = Array.isArray(value) ? 0 : inner.length;
  for (const one of inner) members += countMembers(one);
  return members;
}

/**
 * The one spelling of a value (规范化, RFC 8785): members in the order of their UTF-16 code units, no white space, numbers as
 * ECMAScript writes them. Of what JSON can hold: nothing is undefined. A member `__proto__`
 * is left out: what was read with one is not written again as it was.
 *
 * @example
 * import { canonicalJson } from '@gov/token/json';
 * canonicalJson({ b: 1, a: [true] }); // {"a":[true],"b":1}
 */
export const canonicalJson = (value: unknown): string =>
  hasNumberedMember(value) ? byMember(value) : JSON.stringify(sorted(value));

/** Objects have members like `10` before all others, in the order of numbers, however they were put in. */
const hasNumberedMember = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (Object.values(value).some(hasNumberedMember) || (!Array.isArray(value) && Object.keys(value).some(isNumber)));

const isNumber = (name: string): boolean => /^\d{1,10}$/.test(name);

function byMember(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(byMember).join(',')}]`;
  const members = value as Readonly<Record<string, unknown>>;
  const names = Object.keys(members).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${byMember(members[name])}`).join(',')}}`;
}

/** Sorting first and writing natively is four times as fast as writing member by member. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const members = value as Readonly<Record<string, unknown>>;
  const ordered: Record<string, unknown> = {};
  for (const name of Object.keys(members).sort()) ordered[name] = sorted(members[name]);
  return ordered;
}

const malformed = (why: string): GovError => new GovError('json-malformed', `JSON: ${why}`);
