/**
 * Does the face say what the QR says? Compared are the data embedded with the face, line by line, and the claims that the
 * issuer signed; masked characters of the QR stand for any.
 */
import { unifyName } from '@gov/codes';
import { bytesToHex } from '@gov/sm';
import type { Finding } from '@gov/verdict';
import { withoutRoot } from '../license.js';
import type { LicenseClaims } from '../qr/claims.js';

const CLAUSE = 'EL1';

/** The JSON text of a record, from whoever made the PDF. */
export function faceDataFinding(json: Uint8Array | undefined, claims: LicenseClaims): Finding {
  if (json === undefined) return { check: 'content', outcome: 'unknown', code: 'face-data-missing', clause: CLAUSE };
  const record = parseJson(json);
  if (record === undefined) {
    return { check: 'content', outcome: 'fail', code: 'face-data-mismatch', clause: CLAUSE, detail: 'not JSON' };
  }
  const different = differences(record, claims);
  return different.length === 0
    ? { check: 'content', outcome: 'pass', code: 'face-data-ok', clause: CLAUSE }
    : { check: 'content', outcome: 'fail', code: 'face-data-mismatch', clause: CLAUSE, detail: different.join(', ') };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

const named = (name: unknown): unknown => (typeof name === 'string' ? unifyName(name) : name);

/** Names of the parts that differ; values stay out of reports. */
function differences(record: unknown, claims: LicenseClaims): string[] {
  const data = member(record, 'data');
  const authority = member(data, 'authority');
  const identifier = member(record, 'identifier');
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['identifier', typeof identifier === 'string' ? withoutRoot(identifier) : identifier, claims.identifier],
    ['number', claims.number === undefined ? undefined : member(data, 'number'), claims.number],
    ['authority name', named(member(authority, 'name')), unifyName(claims.authorityName)],
    [
      'authority code',
      claims.authorityCode === undefined ? undefined : member(authority, 'code'),
      claims.authorityCode,
    ],
    ['valid from', claims.validFrom === undefined ? undefined : member(data, 'validFrom'), claims.validFrom],
    ['valid to', member(data, 'validTo'), claims.validTo],
  ];
  return [
    ...pairs.filter(([, shown, signed]) => shown !== signed).map(([name]) => name),
    ...holderDifferences(member(data, 'holders'), claims.holders),
    ...memberDifferences(member(data, 'members'), claims.members),
    ...fieldDifferences(member(record, 'face'), claims.fields),
  ];
}

function holderDifferences(shown: unknown, signed: LicenseClaims['holders']): string[] {
  if (!Array.isArray(shown) || shown.length !== signed.length) return ['holders'];
  return signed.flatMap((holder, index) =>
    fits(member(shown[index], 'name'), holder.name) &&
    fits(member(shown[index], 'code'), holder.code) &&
    member(shown[index], 'codeType') === holder.codeType
      ? []
      : [`holder ${index + 1}`],
  );
}

/** The members of a composite licence; the QR has the beginnings of the digests. */
function memberDifferences(shown: unknown, signed: LicenseClaims['members']): string[] {
  if (signed === undefined) return shown === undefined ? [] : ['members'];
  if (!Array.isArray(shown) || shown.length !== signed.length) return ['members'];
  return signed.flatMap(({ identifier, digest }, index) => {
    const [own, hex] = [member(shown[index], 'identifier'), member(shown[index], 'digest')];
    const same = typeof own === 'string' && withoutRoot(own) === identifier;
    return same && typeof hex === 'string' && hex.startsWith(bytesToHex(digest)) ? [] : [`member ${index + 1}`];
  });
}

function fieldDifferences(face: unknown, signed: LicenseClaims['fields']): string[] {
  const lines = Array.isArray(face) ? face : [];
  return [...signed].flatMap(([label, value]) => {
    const own = lines.filter((line) => member(line, 'qrLabel') === label);
    const text = Array.isArray(value) ? value.join('、') : String(value);
    return own.length === 1 && fits(member(own[0], 'value'), text) ? [] : [`field ${label}`];
  });
}

/** Equal, but for characters that the QR masks with `*` and for how the dot in a name is written. */
function fits(shown: unknown, signed: string): boolean {
  if (typeof shown !== 'string') return false;
  const characters = [...unifyName(shown)];
  const pattern = [...unifyName(signed)];
  return (
    characters.length === pattern.length &&
    pattern.every((character, index) => character === '*' || character === characters[index])
  );
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}
