/** City codes as text: base45 for what is drawn at its smallest, a URL where any camera shall find the way (码的文本形式). */
import { decodeBase45, encodeBase45 } from '@gov/qr/base45';
import { fromBase64url, toBase64url } from '@gov/sm';
import { GovError } from '@gov/verdict';
import { CITY_CODE_LENGTH, cityCodeProfile } from './code.js';

export const CITY_CODE_TEXT_LIMITS = {
  /** Characters of a text. */
  characters: 512,
  /** Characters of a base. */
  base: 128,
} as const;

/** base45 of a code, for the alphanumeric mode of QR codes: version 3 for P0, 10 for P1, 11 for P2, at level M. */
export const cityCodeText = (bytes: Uint8Array): string => encodeBase45(bytes);

/**
 * A code behind a base URL, in base64url. Whoever opens it sends the code to that server, unless the base ends in `#`.
 *
 * @throws GovError `invalid-argument` for a base that is not `https://…` ending in `/`, `=` or `#`
 */
export function cityCodeUrl(bytes: Uint8Array, base: string): string {
  checkBase(base);
  return base + toBase64url(bytes);
}

/**
 * The octets of a code, from either form.
 *
 * @param bases URLs are taken behind these alone, compared character by character
 * @throws GovError `city-code-malformed`; `input-too-large` beyond `CITY_CODE_TEXT_LIMITS`; `invalid-argument` for a base
 */
export function readCityCodeText(text: string, bases: readonly string[] = []): Uint8Array {
  if (text.length > CITY_CODE_TEXT_LIMITS.characters) {
    throw new GovError('input-too-large', `a city code of more than ${CITY_CODE_TEXT_LIMITS.characters} characters`);
  }
  for (const base of bases) checkBase(base);
  // The longest: one base may begin with another.
  const base = bases.filter((one) => text.startsWith(one)).sort((one, other) => other.length - one.length)[0];
  const bytes = base === undefined ? base45Of(text) : base64urlOf(text.slice(base.length));
  if (cityCodeProfile(bytes) === undefined) throw malformed(`${bytes.length} octets of no known profile`);
  return bytes;
}

function base45Of(text: string): Uint8Array {
  try {
    return decodeBase45(text, { maxCharacters: CITY_CODE_LENGTH.P2 * 2 });
  } catch (cause) {
    throw malformed('neither base45 nor a URL behind a known base', cause);
  }
}

function base64urlOf(text: string): Uint8Array {
  const bytes = fromBase64url(text);
  if (bytes === undefined) throw malformed('no base64url behind the base');
  return bytes;
}

function checkBase(base: string): void {
  if (base.length > CITY_CODE_TEXT_LIMITS.base || !/^https:\/\/[!-~]+[/=#]$/.test(base)) {
    throw new GovError('invalid-argument', 'a base is https://… and ends in /, = or #');
  }
}

const malformed = (what: string, cause?: unknown): GovError =>
  new GovError('city-code-malformed', `no city code: ${what}`, { cause });
