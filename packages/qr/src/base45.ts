/**
 * `@gov/qr/base45`: base45 (RFC 9285), whose 45 characters are those of the alphanumeric mode of QR codes.
 *
 * @example
 * import { decodeBase45, encodeBase45 } from '@gov/qr/base45';
 *
 * encodeBase45(new Uint8Array([0x41, 0x42])); // 'BB8'
 * decodeBase45('BB8'); // Uint8Array [0x41, 0x42]
 *
 * @packageDocumentation
 */
import { GovError } from '@gov/verdict';

/** What `decodeBase45` takes unless told otherwise: the alphanumeric capacity of the largest QR code (version 40, level L). */
export const BASE45_MAX_CHARACTERS = 4296;

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';
const BASE = 45;

/** Character codes by digit. */
const CODES = Uint8Array.from(ALPHABET, (character) => character.charCodeAt(0));

/** Not a digit: no sum of digits has this bit. */
const NONE = 0x80;

/** Digits by character code. */
const DIGITS = Uint8Array.from({ length: 128 }, (_, code) => {
  const digit = ALPHABET.indexOf(String.fromCharCode(code));
  return digit < 0 ? NONE : digit;
});

const digitAt = (text: string, at: number): number => DIGITS[text.charCodeAt(at)] ?? NONE;

/** Encodes bytes: three characters for two bytes, two for a last single one (RFC 9285 4). */
export function encodeBase45(bytes: Uint8Array): string {
  const characters = new Uint8Array((bytes.length >> 1) * 3 + (bytes.length & 1) * 2);
  let to = 0;
  for (let from = 0; from + 1 < bytes.length; from += 2) {
    const value = bytes[from]! * 256 + bytes[from + 1]!;
    const upper = (value / BASE) | 0;
    characters[to++] = CODES[value % BASE]!;
    characters[to++] = CODES[upper % BASE]!;
    characters[to++] = CODES[(upper / BASE) | 0]!;
  }
  if ((bytes.length & 1) === 1) {
    const value = bytes[bytes.length - 1]!;
    characters[to++] = CODES[value % BASE]!;
    characters[to++] = CODES[(value / BASE) | 0]!;
  }
  return new TextDecoder().decode(characters);
}

export interface DecodeBase45Options {
  /** Longest text taken, in characters; `BASE45_MAX_CHARACTERS` unless given. */
  readonly maxCharacters?: number;
}

/**
 * Decodes what `encodeBase45` writes and nothing else, so that every byte string has exactly one text.
 *
 * @throws GovError `base45-malformed` for a character outside the alphabet (lower case included), a single character at
 * the end, three characters above 65535 (`GGW`, `:::`) and two above 255 (RFC 9285 6); `input-too-large`.
 */
export function decodeBase45(
  text: string,
  { maxCharacters = BASE45_MAX_CHARACTERS }: DecodeBase45Options = {},
): Uint8Array {
  const { length } = text;
  if (length > maxCharacters) {
    throw new GovError('input-too-large', `base45 of ${length} characters; at most ${maxCharacters} are read`);
  }
  const rest = length % 3;
  if (rest === 1) throw malformed('a single character is left', length - 1);
  const bytes = new Uint8Array(((length - rest) / 3) * 2 + rest / 2);
  let to = 0;
  let from = 0;
  for (; from + 2 < length; from += 3) {
    const a = digitAt(text, from);
    const b = digitAt(text, from + 1);
    const c = digitAt(text, from + 2);
    const value = a + b * BASE + c * BASE * BASE;
    if ((a | b | c) & NONE || value > 0xffff) throw malformed('three characters that are no two bytes', from);
    bytes[to++] = value >> 8;
    bytes[to++] = value;
  }
  if (rest === 2) {
    const a = digitAt(text, from);
    const b = digitAt(text, from + 1);
    const value = a + b * BASE;
    if ((a | b) & NONE || value > 0xff) throw malformed('two characters that are no byte', from);
    bytes[to] = value;
  }
  return bytes;
}

const malformed = (why: string, at: number): GovError =>
  new GovError('base45-malformed', `base45: ${why}, at character ${at}`);
