/**
 * Subjects as an inventory may show them: organisations in plain, natural persons (自然人) masked.
 *
 * An inventory is handed to assessors and kept for years; it needs to tell certificates apart, not to name people.
 */
import { maskCitizenId, maskName, parseCitizenId, parseCreditCode } from '@gov/codes';
import { type DistinguishedName, formatName, type NameAttribute } from '../name.js';
import { ATTRIBUTE } from '../oid.js';

/** What a person shares with others: country, place, body. */
const SHARED: ReadonlySet<string> = new Set([
  ATTRIBUTE.C,
  ATTRIBUTE.ST,
  ATTRIBUTE.L,
  ATTRIBUTE.O,
  ATTRIBUTE.OU,
  ATTRIBUTE.DC,
  ATTRIBUTE.organizationIdentifier,
]);
const NAMES: ReadonlySet<string> = new Set([ATTRIBUTE.CN, ATTRIBUTE.SN, ATTRIBUTE.GN]);

/** CAs write citizen IDs bare, or with letters and zeros before and after; a credit code may be 17 digits and a letter. */
const LONG_NUMBER = /\d{17,}[0-9A-Za-z]?/g;

/** Names of people are short, or have a dot between their parts (少数民族姓名). */
const PERSON_NAME = /^\p{Script=Han}{2,4}$|·/u;

/** Host names and addresses: a server, not a person. */
const HOST = /^[\w*-]+(\.[\w-]+)+$/;

/**
 * The name as text. Of a natural person (a surname or given name of its own, a citizen ID anywhere, no body at all, or only
 * a part of one beside what looks like a person's name) country, place and body stay, and of the name the first character.
 * In every name, a long number that is no credit code (统一社会信用代码) is masked. A person's common name beside a body
 * cannot be told from the name of a seal, and stays.
 */
export function shownName(name: DistinguishedName, isAuthority: boolean): string {
  const isPerson = !isAuthority && isNaturalPerson(name.rdns.flat());
  const rdns = name.rdns.map((rdn) =>
    rdn.map(({ type, value }) => ({ type, value: shownValue(type, value, isPerson) })),
  );
  return formatName({ rdns, bytes: name.bytes });
}

function isNaturalPerson(attributes: readonly NameAttribute[]): boolean {
  const types = new Set(attributes.map(({ type }) => type));
  if (types.has(ATTRIBUTE.SN) || types.has(ATTRIBUTE.GN)) return true;
  if (attributes.some(({ value }) => holdsCitizenId(value.normalize('NFKC')))) return true;
  if (types.has(ATTRIBUTE.O) || types.has(ATTRIBUTE.organizationIdentifier)) return false;
  const names = attributes
    .filter(({ type }) => type === ATTRIBUTE.CN)
    .map(({ value }) => value.normalize('NFKC').trim());
  // Some CAs write the body into OU alone.
  if (types.has(ATTRIBUTE.OU)) return names.some((name) => PERSON_NAME.test(name));
  return !names.some((name) => HOST.test(name));
}

/** Also inside a longer run of digits, as in `@0110…@`. */
const holdsCitizenId = (value: string): boolean =>
  (value.match(LONG_NUMBER) ?? []).some((run) => {
    for (let at = 0; at + 18 <= run.length; at++)
      if (parseCitizenId(run.slice(at, at + 18).toUpperCase()).ok) return !parseCreditCode(run).ok;
    return false;
  });

function shownValue(type: string, value: string, isPerson: boolean): string {
  if (isPerson && NAMES.has(type)) return maskName(value);
  if (isPerson && !SHARED.has(type)) return maskCitizenId(value);
  // Digits of full width hide a number as little as they show it.
  const plain = value.normalize('NFKC');
  const masked = plain.replace(LONG_NUMBER, (run) => (parseCreditCode(run).ok ? run : maskCitizenId(run)));
  return masked === plain ? value : masked;
}
