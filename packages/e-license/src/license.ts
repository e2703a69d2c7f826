/** A licence as issued (电子证照): its data, its identifier and when it was signed. */
import { hexToBytes } from '@gov/sm';
import { GovError } from '@gov/verdict';
import { formatIdentifier, IDENTIFIER_LIMITS } from './identifier.js';
import type { LicenseType } from './license-type.js';
import { qrContent } from './masking.js';
import { type CompositeMember, formFields, type LicenseData } from './metadata.js';
import type { ClaimedMember, LicenseClaims } from './qr/claims.js';
import { QR_LIMITS } from './qr/format.js';
import type { StatusSlot } from './status.js';

/** One line of the face, with the QR's label of it where the QR carries it. */
export interface FaceLine {
  readonly key: string;
  readonly label: string;
  readonly value: string;
  readonly qrLabel?: number;
}

/** What is kept of a licence, and embedded in its PDF as `license.json`. */
export interface LicenseRecord {
  /** GB/T 36904, with its root. */
  readonly identifier: string;
  /** RFC 3339. */
  readonly issuedAt: string;
  readonly data: LicenseData;
  /** Where the issuer's status lists say whether it is in force. */
  readonly status?: StatusSlot;
  /** The face, line by line, as drawn. */
  readonly face: readonly FaceLine[];
}

export interface LicenseRecordOptions {
  readonly type: LicenseType;
  readonly issuedAt: Date;
  /** 流水号; without it the licence number, less everything but digits and letters. */
  readonly serial?: string;
  readonly status?: StatusSlot;
}

/**
 * @throws GovError `invalid-argument` where the number makes no serial and none is given, or the parts make no identifier;
 *   `license-type-unknown` where the type is not that of the data
 */
export function licenseRecord(data: LicenseData, options: LicenseRecordOptions): LicenseRecord {
  const { type, issuedAt } = options;
  if (type.code !== data.type) throw new GovError('license-type-unknown', `the data is of type ${data.type}`);
  const serial = options.serial ?? serialOf(data.number);
  const qrLabels = new Map(
    type.fields.flatMap((field) =>
      field.kind === 'metadata' || field.qrLabel === undefined ? [] : [[field.key, field.qrLabel] as const],
    ),
  );
  return {
    identifier: formatIdentifier({ type: type.code, issuer: data.authority.code, serial, version: data.version ?? 1 }),
    issuedAt: toSeconds(issuedAt).toISOString(),
    data,
    ...(options.status === undefined ? {} : { status: options.status }),
    face: formFields(type, data).map(({ key, label, value }) => {
      const qrLabel = qrLabels.get(key);
      return { key, label, value, ...(qrLabel === undefined ? {} : { qrLabel }) };
    }),
  };
}

/** What the QR of a licence says. */
export function licenseClaims(record: LicenseRecord, type: LicenseType): LicenseClaims {
  const { data } = record;
  const { holders, fields } = qrContent(type, data);
  return {
    issuedAt: new Date(record.issuedAt),
    identifier: withoutRoot(record.identifier),
    typeName: type.name,
    number: data.number,
    authorityName: data.authority.name,
    authorityCode: data.authority.code,
    holders: holders.map(([name, code, codeType]) => ({ name, code, codeType })),
    validFrom: data.validFrom,
    validTo: data.validTo,
    ...(record.status === undefined ? {} : { status: record.status }),
    ...(data.members === undefined ? {} : { members: data.members.map(claimedMember) }),
    fields,
  };
}

const claimedMember = ({ identifier, digest }: CompositeMember): ClaimedMember => ({
  identifier: withoutRoot(identifier),
  digest: hexToBytes(digest).subarray(0, QR_LIMITS.memberDigest),
});

/** The identifier as the QR carries it. */
export const withoutRoot = (identifier: string): string => identifier.replace(/^1\.2\.156\.3005\.2\./, '');

function serialOf(number: string): string {
  const serial = number.toUpperCase().replace(/[^0-9A-Z]/g, '');
  const { serialMin, serialMax } = IDENTIFIER_LIMITS;
  if (serial.length < serialMin || serial.length > serialMax) {
    throw new GovError(
      'invalid-argument',
      `the licence number makes no serial of ${serialMin} to ${serialMax}; give one`,
    );
  }
  return serial;
}

/** iat has whole seconds; the record says the same. */
export const toSeconds = (date: Date): Date => new Date(Math.floor(date.getTime() / 1000) * 1000);
