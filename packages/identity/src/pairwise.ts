/** Pairwise subject identifiers (成对主体标识, OpenID Connect Core 8.1): the same person has another `sub` in every sector. */
import { hmacSm3, toBase64url } from '@gov/sm';
import { GovError } from '@gov/verdict';

/** Octets: of the key at least, of sector and local id in UTF-8 at most. */
export const PAIRWISE_LIMITS = { key: 32, sector: 255, subject: 1024 } as const;

/** Before every message: a key that is also used for something else gives no `sub` away. */
const LABEL = 'gov-pairwise-sub-1';

/** Half of a character has no UTF-8: it would become U+FFFD, as any other half. */
const HALF = /\p{Cs}/u;

/**
 * `sub` of a subject in a sector: base64url of HMAC-SM3(key, label ‖ 00 ‖ length of sector ‖ sector ‖ local id), 43 characters.
 * The length, one octet, keeps pairs apart that read the same one after the other. Without the key nobody can tell that two
 * of them are one person; with it, or another key, everybody gets others: it is kept as long as the accounts are.
 *
 * @param key secret, 32 octets or more
 * @param sector sector identifier: the host of the application, or a name that several of one department share
 * @param subject id of the account in this domain
 * @throws GovError `invalid-argument` for a key that is too short, and for a sector or local id that is empty, too long or no text
 * @example
 * const key = crypto.getRandomValues(new Uint8Array(32)); // kept as long as the accounts are
 * pairwiseSubject(key, 'tax.example.gov.cn', 'u-1001'); // 43 characters, others in every sector
 */
export function pairwiseSubject(key: Uint8Array, sector: string, subject: string): string {
  if (key.length < PAIRWISE_LIMITS.key)
    throw new GovError('invalid-argument', `pairwise sub: a key of less than ${PAIRWISE_LIMITS.key} octets`);
  const place = octets('sector', sector);
  const id = octets('subject', subject);
  const label = new TextEncoder().encode(LABEL);
  return toBase64url(hmacSm3(key, label, Uint8Array.of(0, place.length), place, id));
}

function octets(what: 'sector' | 'subject', text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length === 0 || bytes.length > PAIRWISE_LIMITS[what] || HALF.test(text))
    throw new GovError(
      'invalid-argument',
      `pairwise sub: the ${what} is no text of 1 to ${PAIRWISE_LIMITS[what]} octets`,
    );
  return bytes;
}
