/** Distinguished names (可辨别名, RFC 5280 4.1.2.4 and RFC 4514). */
import { type DerElement, Tag } from '@gov/der';
import * as der from '@gov/der/writer';
import { bytesToHex, hexToBytes } from '@gov/sm';
import { GovError, isGovError } from '@gov/verdict';
import { ATTRIBUTE } from './oid.js';

export interface NameAttribute {
  /** Dotted OID of the type. */
  readonly type: string;
  readonly value: string;
}

/** Attributes in the order of the encoding; those of one RDN stand together in an inner array. */
export interface DistinguishedName {
  readonly rdns: readonly (readonly NameAttribute[])[];
  /** As received. */
  readonly bytes: Uint8Array;
}

const SHORT_NAMES = new Map(Object.entries(ATTRIBUTE).map(([short, oid]) => [oid as string, short]));

/** At most this many attributes in one name. */
const NAME_MAX_ATTRIBUTES = 64;

export function readName(element: DerElement): DistinguishedName {
  const rdns: NameAttribute[][] = [];
  let count = 0;
  for (const rdns_ = element.children(Tag.sequence); rdns_.more; ) {
    const rdn: NameAttribute[] = [];
    for (const set = rdns_.next(Tag.set).children(); set.more; ) {
      if (++count > NAME_MAX_ATTRIBUTES) throw new GovError('der-limit', 'name of too many attributes');
      const fields = set.next(Tag.sequence).children();
      const type = fields.next(Tag.oid).oid();
      rdn.push({ type, value: fields.next().text() });
      fields.end();
    }
    rdns.push(rdn);
  }
  return { rdns, bytes: element.raw };
}

/** All values of one attribute type, in order. */
export const attributeValues = (name: DistinguishedName, type: string): string[] =>
  name.rdns.flat().flatMap((attribute) => (attribute.type === type ? [attribute.value] : []));

/** Same name (RFC 5280 7.1): types and order equal, values equal but for case and runs of white space. */
export function sameName(a: DistinguishedName, b: DistinguishedName): boolean {
  return canonicalName(a) === canonicalName(b);
}

/** Equal for names that `sameName` calls the same: a key to look them up by. */
export const canonicalName = (name: DistinguishedName): string => JSON.stringify(canonicalRdns(name));

/** One text for each RDN, equal for those that `sameName` calls the same. */
export const canonicalRdns = (name: DistinguishedName): string[] =>
  name.rdns.map((rdn) =>
    rdn
      .map(({ type, value }) => `${type}=${value.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase()}`)
      .sort()
      .join('\0'),
  );

/**
 * `CN=…,O=…,C=CN` in the order of the encoding, special characters escaped as RFC 4514 2.4 says; so are those that would
 * move or hide text where the name is shown.
 */
export function formatName(name: DistinguishedName): string {
  return name.rdns
    .map((rdn) => rdn.map(({ type, value }) => `${SHORT_NAMES.get(type) ?? type}=${escapeValue(value)}`).join('+'))
    .join(',');
}

/** Control, format and line-separating characters: zero-width, bidirectional, byte order marks. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

const escapeValue = (value: string): string =>
  value
    .replace(/[",+;<>\\]/g, '\\$&')
    .replace(UNSEEN, (character) => bytesToHex(new TextEncoder().encode(character)).replace(/../g, '\\$&'))
    .replace(/^[ #]| $/g, '\\$&');

/**
 * Reads `CN=某市行政审批局,O=…,C=CN` (attributes in the order they are to be encoded, `+` between those of one RDN; `\`
 * escapes the next character, or gives an octet of UTF-8 in two hexadecimal digits).
 *
 * @throws GovError `name-malformed` for an unknown type, an empty value, characters that the type cannot hold, or text that
 *   is not such a name
 */
export function parseName(text: string): DistinguishedName {
  const rdns = splitUnescaped(text, ',').map((rdn) => splitUnescaped(rdn, '+').map(parseAttribute));
  try {
    return { rdns, bytes: encodeName(rdns) };
  } catch (cause) {
    if (isGovError(cause)) throw new GovError('name-malformed', `not a name: ${cause.message}`, { cause });
    throw cause;
  }
}

function parseAttribute(text: string): NameAttribute {
  const equals = text.indexOf('=');
  const short = text.slice(0, Math.max(equals, 0)).trim();
  const type = /^\d+(\.\d+)+$/.test(short)
    ? short
    : (ATTRIBUTE as Record<string, string>)[short === 'organizationIdentifier' ? short : short.toUpperCase()];
  if (type === undefined) throw new GovError('name-malformed', `no known attribute type in "${text}"`);
  const value = unescapeValue(text.slice(equals + 1));
  if (value === '' || value.length > 256)
    throw new GovError('name-malformed', `value of ${short} is empty or too long`);
  if (type === ATTRIBUTE.C && !/^[A-Z]{2}$/.test(value))
    throw new GovError('name-malformed', 'C is two capital letters');
  return { type, value };
}

/** White space around a value counts only where it is escaped. */
function unescapeValue(text: string): string {
  const start = text.replace(/^[ \t\r\n]+/, '');
  const tokens: string[] = start.match(/(?:\\[0-9a-fA-F]{2})+|\\.|[^\\]/gsu) ?? [];
  if (tokens.join('') !== start) throw new GovError('name-malformed', 'nothing follows the last \\');
  while (/^[ \t\r\n]$/.test(tokens[tokens.length - 1] ?? '')) tokens.pop();
  return tokens
    .map((token) => {
      if (token.length < 3 || token[0] !== '\\') return token.replace(/^\\/, '');
      try {
        return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
          hexToBytes(token.replaceAll('\\', '')),
        );
      } catch (cause) {
        throw new GovError('name-malformed', `${token} is not UTF-8`, { cause });
      }
    })
    .join('');
}

function encodeName(rdns: readonly (readonly NameAttribute[])[]): Uint8Array {
  return der.sequence(
    ...rdns.map((rdn) =>
      der.setOf(...rdn.map(({ type, value }) => der.sequence(der.oid(type), encodeValue(type, value)))),
    ),
  );
}

/** RFC 5280 appendix A fixes the string type of a few attributes and prefers UTF8String elsewhere. */
function encodeValue(type: string, value: string): Uint8Array {
  if (type === ATTRIBUTE.C || type === ATTRIBUTE.SERIALNUMBER) return der.printableString(value);
  if (type === ATTRIBUTE.E || type === ATTRIBUTE.DC) return der.ia5String(value);
  return der.utf8String(value);
}

function splitUnescaped(text: string, separator: string): string[] {
  const parts: string[] = [''];
  for (let i = 0; i < text.length; i++) {
    if (text[i] === separator) parts.push('');
    else parts[parts.length - 1] += text[i] === '\\' ? text[i]! + (text[++i] ?? '') : text[i]!;
  }
  return parts;
}
