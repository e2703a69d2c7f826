/**
 * What a licence QR says: a CWT claims set with integer keys. The labels are those of docs/formats/license-qr.cddl.
 */
import { type CborValue, decodeCbor, encodeCbor } from '@gov/token/cbor';
import { GovError, isGovError } from '@gov/verdict';
import { dateOfDays, daysOfDate, LONG_TERM } from '../validity.js';
import { QR_LIMITS } from './format.js';

export interface ClaimedHolder {
  readonly name: string;
  /** Masked where the licence type does not say otherwise. */
  readonly code: string;
  readonly codeType: string;
}

/** A member of a composite licence (成员证照). */
export interface ClaimedMember {
  /** GB/T 36904 identifier without its root. */
  readonly identifier: string;
  /** The first `QR_LIMITS.memberDigest` octets of the SM3 of the COSE message in its QR. */
  readonly digest: Uint8Array;
}

export interface LicenseClaims {
  /** iat: when the QR was signed, by the issuer's word; whole seconds. */
  readonly issuedAt: Date;
  /** GB/T 36904 identifier without its root. */
  readonly identifier: string;
  readonly typeName: string;
  readonly number?: string;
  readonly authorityName: string;
  readonly authorityCode?: string;
  readonly holders: readonly ClaimedHolder[];
  /** `YYYY-MM-DD` */
  readonly validFrom?: string;
  /** `YYYY-MM-DD` or `长期` */
  readonly validTo: string;
  /** Where the status stands: list and index in it. */
  readonly status?: { readonly list: number; readonly index: number };
  /** What a composite licence is made of. */
  readonly members?: readonly ClaimedMember[];
  /** The type's own fields by their QR labels. */
  readonly fields: ReadonlyMap<number, FieldValue>;
}

export type FieldValue = string | number | readonly string[];

/** RFC 8392 iat, and the private claim that holds the licence. */
const IAT = 6;
const LICENSE = -65537;

const LABEL = {
  identifier: 1,
  typeName: 2,
  number: 3,
  authorityName: 4,
  authorityCode: 5,
  holders: 6,
  validFrom: 7,
  validTo: 8,
  status: 9,
  fields: 10,
  // 11 is the unknown label of the published vectors.
  members: 12,
} as const;

export const CLAIM_LIMITS = {
  /** Characters of one text. */
  text: 600,
  holders: 20,
  fields: 64,
  members: 20,
} as const;

/** A claims set that is not one: what `readClaims` answers instead of throwing. */
interface ClaimsProblem {
  readonly problem: 'cbor' | 'claims' | 'claim-unknown';
  readonly detail: string;
}

export function encodeClaims(claims: LicenseClaims): Uint8Array {
  const license = new Map<number, CborValue>([
    [LABEL.identifier, claims.identifier],
    [LABEL.typeName, claims.typeName],
    ...optional(LABEL.number, claims.number),
    [LABEL.authorityName, claims.authorityName],
    ...optional(LABEL.authorityCode, claims.authorityCode),
    [LABEL.holders, claims.holders.map(({ name, code, codeType }) => [name, code, codeType])],
    ...optional(LABEL.validFrom, claims.validFrom === undefined ? undefined : daysOfDate(claims.validFrom)),
    [LABEL.validTo, claims.validTo === LONG_TERM ? null : daysOfDate(claims.validTo)],
    ...optional(LABEL.status, claims.status === undefined ? undefined : [claims.status.list, claims.status.index]),
    ...optional(LABEL.fields, claims.fields.size === 0 ? undefined : (claims.fields as ReadonlyMap<number, CborValue>)),
    ...optional(
      LABEL.members,
      claims.members?.map(({ identifier, digest }) => [identifier, digest]),
    ),
  ]);
  const iat = Math.floor(claims.issuedAt.getTime() / 1000);
  return encodeCbor(
    new Map<number, CborValue>([
      [IAT, iat],
      [LICENSE, license],
    ]),
  );
}

const optional = (label: number, value: CborValue | undefined): [number, CborValue][] =>
  value === undefined ? [] : [[label, value]];

/** Whether a reader takes claims of this size: what is issued must be what `readClaims` accepts. */
export function fitsClaimLimits(claims: LicenseClaims): boolean {
  const { typeName, number = '', authorityName, holders, fields, members = [] } = claims;
  const texts = [
    ...[typeName, number, authorityName],
    ...holders.flatMap((holder) => [holder.name, holder.code]),
    ...[...fields.values()].flat().map(String),
  ];
  return (
    holders.length <= CLAIM_LIMITS.holders &&
    fields.size <= CLAIM_LIMITS.fields &&
    members.length <= CLAIM_LIMITS.members &&
    texts.every((text) => text.length <= CLAIM_LIMITS.text)
  );
}

/** Reads a payload that anybody could have written. */
export function readClaims(payload: Uint8Array): LicenseClaims | ClaimsProblem {
  try {
    return read(decodeCbor(payload, { profile: 'strict' }));
  } catch (error) {
    if (error instanceof Refused) return error.problem;
    if (isGovError(error)) return { problem: 'cbor', detail: error.message };
    throw error;
  }
}

class Refused extends Error {
  readonly problem: ClaimsProblem;
  constructor(problem: ClaimsProblem['problem'], detail: string) {
    super(detail);
    this.problem = { problem, detail };
  }
}

const wrong = (detail: string): never => {
  throw new Refused('claims', detail);
};

function read(value: CborValue): LicenseClaims {
  const claims = mapOf(value, 'the payload', [IAT, LICENSE]);
  const license = mapOf(claims.get(LICENSE), 'the licence', Object.values(LABEL));
  const iat = integerOf(claims.get(IAT), 'iat', 0xffffffff);
  const number = license.get(LABEL.number);
  const authorityCode = license.get(LABEL.authorityCode);
  const validFrom = license.get(LABEL.validFrom);
  const validTo = license.get(LABEL.validTo);
  const status = license.get(LABEL.status);
  const members = license.get(LABEL.members);
  return {
    issuedAt: new Date(iat * 1000),
    identifier: textOf(license.get(LABEL.identifier), 'identifier'),
    typeName: textOf(license.get(LABEL.typeName), 'type name'),
    ...(number === undefined ? {} : { number: textOf(number, 'number') }),
    authorityName: textOf(license.get(LABEL.authorityName), 'authority name'),
    ...(authorityCode === undefined ? {} : { authorityCode: textOf(authorityCode, 'authority code') }),
    holders: holdersOf(license.get(LABEL.holders)),
    ...(validFrom === undefined ? {} : { validFrom: dateOf(validFrom, 'valid from') }),
    validTo: validTo === null ? LONG_TERM : dateOf(validTo, 'valid to'),
    ...(status === undefined ? {} : { status: statusOf(status) }),
    ...(members === undefined ? {} : { members: membersOf(members) }),
    fields: fieldsOf(license.get(LABEL.fields)),
  };
}

function mapOf(value: CborValue | undefined, what: string, labels: readonly number[]): ReadonlyMap<unknown, CborValue> {
  if (!(value instanceof Map)) return wrong(`${what} is not a map`);
  for (const [label, claim] of value) {
    if (!labels.includes(label as number)) {
      throw new Refused('claim-unknown', `${what} has the unknown label ${String(label)}`);
    }
    // CBOR undefined would read like an absent claim.
    if (claim === undefined) return wrong(`label ${String(label)} has no value`);
  }
  return value;
}

function textOf(value: CborValue | undefined, what: string): string {
  if (typeof value !== 'string' || value === '' || value.length > CLAIM_LIMITS.text) return wrong(`${what} is no text`);
  return value;
}

function integerOf(value: CborValue | undefined, what: string, max: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > max) {
    return wrong(`${what} is no integer from 0 to ${max}`);
  }
  return value;
}

function dateOf(value: CborValue | undefined, what: string): string {
  if (typeof value !== 'number') return wrong(`${what} is no day`);
  try {
    return dateOfDays(value);
  } catch (error) {
    if (error instanceof GovError) return wrong(`${what} is no day`);
    throw error;
  }
}

function holdersOf(value: CborValue | undefined): ClaimedHolder[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > CLAIM_LIMITS.holders) return wrong('no holders');
  return value.map((holder) => {
    if (!Array.isArray(holder) || holder.length !== 3) return wrong('a holder is not name, code and code type');
    const [name, code, codeType] = holder as CborValue[];
    return {
      name: textOf(name, 'holder name'),
      code: textOf(code, 'holder code'),
      codeType: textOf(codeType, 'holder code type'),
    };
  });
}

function membersOf(value: CborValue): ClaimedMember[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > CLAIM_LIMITS.members) return wrong('no members');
  return value.map((member) => {
    if (!Array.isArray(member) || member.length !== 2) return wrong('a member is not identifier and digest');
    const [identifier, digest] = member as CborValue[];
    if (!(digest instanceof Uint8Array) || digest.length !== QR_LIMITS.memberDigest) {
      return wrong(`the digest of a member is not ${QR_LIMITS.memberDigest} octets`);
    }
    return { identifier: textOf(identifier, 'identifier of a member'), digest };
  });
}

function statusOf(value: CborValue): { list: number; index: number } {
  if (!Array.isArray(value) || value.length !== 2) return wrong('status is not list and index');
  return {
    list: integerOf(value[0], 'status list', 0xffffffff),
    index: integerOf(value[1], 'status index', 0xffffffff),
  };
}

function fieldsOf(value: CborValue | undefined): ReadonlyMap<number, FieldValue> {
  if (value === undefined) return new Map();
  if (!(value instanceof Map) || value.size === 0 || value.size > CLAIM_LIMITS.fields) return wrong('type fields');
  const fields = new Map<number, FieldValue>();
  for (const [label, field] of value) {
    const known = integerOf(label as CborValue, 'label of a type field', 255);
    if (typeof field === 'number' && Number.isSafeInteger(field)) fields.set(known, field);
    else if (Array.isArray(field))
      fields.set(
        known,
        field.map((text) => textOf(text as CborValue, `type field ${known}`)),
      );
    else fields.set(known, textOf(field as CborValue, `type field ${known}`));
  }
  return fields;
}
