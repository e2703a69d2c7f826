/** Distinguished names (可辨别名, RFC 5280 4.1.2.4 and RFC 4514). */
import { type DerElement, der, Tag } from '@gov/der';
import { GovError } from '@gov/verdict';
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
export const NAME_MAX_ATTRIBUTES = 64;

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
  return canonical(a) === canonical(b);
}

const canonical = (name: DistinguishedName): string =>
  JSON.stringify(
    name.rdns.map((rdn) =>
      rdn
        .map(({ type, value }) => [type, value.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase()].join('='))
        .sort(),
    ),
  );

/** `CN=…,O=…,C=CN` in the order of the encoding, special characters escaped as RFC 4514 2.4 says. */
export function formatName(name: DistinguishedName): string {
  return name.rdns
    .map((rdn) => rdn.map(({ type, value }) => `${SHORT_NAMES.get(type) ?? type}=${escapeValue(value)}`).join('+'))
    .join(',');
}

const escapeValue = (value: string): string =>
  value
    .replace(/[",+;<>\\]/g, '\\$&')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is escaped here
    .replace(/[\u0000-\u001f\u007f]/g, (character) => `\\${character.charCodeAt(0).toString(16).padStart(2, '0')}`)
    .replace(/^[ #]| $/g, '\\$&');

/**
 * Reads `CN=某市行政审批局,O=…,C=CN` (attributes in the order they are to be encoded; `\` escapes the next character).
 *
 * @throws GovError `name-malformed` for an unknown type, an empty value or text that is not such a name
 */
export function parseName(text: string): DistinguishedName {
  const rdns: NameAttribute[][] = [];
  for (const part of splitUnescaped(text, ',')) {
    const equals = part.indexOf('=');
    const short = part.slice(0, Math.max(equals, 0)).trim();
    const type = /^\d+(\.\d+)+$/.test(short)
      ? short
      : (ATTRIBUTE as Record<string, string>)[short === 'organizationIdentifier' ? short : short.toUpperCase()];
    const value = part
      .slice(equals + 1)
      .replace(/\\(.)/gs, '$1')
      .trim();
    if (equals < 1 || type === undefined) throw new GovError('name-malformed', `no known attribute type in "${part}"`);
    if (value === '' || value.length > 256)
      throw new GovError('name-malformed', `value of ${short} is empty or too long`);
    if (type === ATTRIBUTE.C && !/^[A-Z]{2}$/.test(value))
      throw new GovError('name-malformed', 'C is two capital letters');
    rdns.push([{ type, value }]);
  }
  return { rdns, bytes: encodeName(rdns) };
}

function encodeName(rdns: readonly (readonly NameAttribute[])[]): Uint8Array {
  return der.sequence(
    ...rdns.map((rdn) =>
      der.setOf(
        ...rdn.map(({ type, value }) =>
          der.sequence(
            der.oid(type),
            // RFC 5280 demands PrintableString for the country and prefers UTF8String elsewhere.
            type === ATTRIBUTE.C || type === ATTRIBUTE.SERIALNUMBER
              ? der.printableString(value)
              : der.utf8String(value),
          ),
        ),
      ),
    ),
  );
}

function splitUnescaped(text: string, separator: string): string[] {
  const parts: string[] = [''];
  for (let i = 0; i < text.length; i++) {
    if (text[i] === separator) parts.push('');
    else parts[parts.length - 1] += text[i] === '\\' ? text[i]! + (text[++i] ?? '') : text[i]!;
  }
  return parts;
}
