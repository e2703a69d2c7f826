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
    scan(text, depth, items);
    return JSON.parse(text) as JsonValue;
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
 * Depth, number of values and duplicate names. It relies on JSON.parse to refuse what is no JSON: of a text that is, it sees
 * every string, bracket and comma as they are; of any other it may see anything, to no effect.
 */
function scan(text: string, maxDepth: number, maxItems: number): void {
  /** Names of each open object; undefined for an array. */
  const open: (Set<string> | undefined)[] = [];
  let items = 1;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    switch (unit) {
      case QUOTE: {
        const end = endOfString(text, at);
        const names = open.at(-1);
        if (names !== undefined && isName(text, end)) {
          const name = text.slice(at, end);
          const read = name.includes('\\') ? (JSON.parse(name) as string) : name.slice(1, -1);
          if (names.has(read)) throw malformed('a member twice in one object');
          names.add(read);
        }
        at = end - 1;
        break;
      }
      case 0x7b: // {
      case 0x5b: // [
        if (open.length >= maxDepth) throw malformed(`more than ${maxDepth} levels`);
        open.push(unit === 0x7b ? new Set() : undefined);
        items++;
        break;
      case 0x7d: // }
      case 0x5d: // ]
        open.pop();
        break;
      case 0x2c: // ,
        items++;
        break;
      default:
        if (unit === 0x2d || (unit >= 0x30 && unit <= 0x39)) at = endOfNumber(text, at) - 1;
    }
    if (items > maxItems) throw malformed(`more than ${maxItems} values`);
  }
}

/** The position behind the closing quote of the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) return at + 1;
    if (unit === BACKSLASH) at++;
  }
  throw malformed('a string without an end');
}

/** 1e400 is grammatical, and Infinity to us, an error or another number to others. */
function endOfNumber(text: string, start: number): number {
  let end = start + 1;
  while (end < text.length && '0123456789.eE+-'.includes(text[end]!)) end++;
  if (!Number.isFinite(Number(text.slice(start, end)))) throw malformed('a number that is none or too large');
  return end;
}

/** In an object, a string before a colon is a name. */
function isName(text: string, end: number): boolean {
  let at = end;
  while (at < text.length && ' \t\n\r'.includes(text[at]!)) at++;
  return text[at] === ':';
}

const malformed = (why: string): GovError => new GovError('json-malformed', `JSON: ${why}`);
