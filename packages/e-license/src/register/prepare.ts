/** What a licence takes to be in the register, worked out before a transaction and in any thread. */
import { appendAudit, auditEntry, type StoredAuditEntry } from '@gov/audit';
import { bytesToHex, sm3 } from '@gov/sm';
import { canonicalJson } from '@gov/token/json';
import { GovError } from '@gov/verdict';
import { formatIdentifier } from '../identifier.js';
import { type LicenseRecord, licenseClaims, licenseRecord, toSeconds } from '../license.js';
import type { LicenseType } from '../license-type.js';
import type { LicenseData } from '../metadata.js';
import type { LicenseQrIssuer } from '../qr/index.js';
import { LICENSE_ACTIONS } from './actions.js';
import type { IssueAct, LicenseTransaction, ReadyEntries, RegisterEntry, StatusSlot } from './port.js';

export interface PrepareOptions {
  readonly type: LicenseType;
  /** Signs the QR: a handle that does not cross threads, each thread has its own. */
  readonly issuer: LicenseQrIssuer;
  /** Whose licence it must be; by default whoever the data names (证照颁发机构代码). */
  readonly issuerCode?: string;
  /** 流水号, of the counter `serialCounter`. */
  readonly serial: string;
  /** Of the counter `slotCounter`. */
  readonly slot: StatusSlot;
  /** When it is signed; whole seconds count. */
  readonly issuedAt: Date;
  readonly act: IssueAct;
  /** 1 unless given. */
  readonly version?: number;
  /** Identifier of the version before, of every act but the first. */
  readonly replaces?: string;
  /** Position in the audit log of the issuing of that version: the entry names it. */
  readonly replacesIndex?: number;
  /** Why, of every act but the first; only its commitment goes into the audit log. */
  readonly reason?: string;
  readonly request?: RegisterEntry['request'];
  readonly batch?: RegisterEntry['batch'];
  /** Who issues, for the audit log: an account or a post, no personal data. */
  readonly actor: string;
  /** Random octets for the salts of the audit entry; by default those of the system. */
  readonly random?: (length: number) => Uint8Array;
}

/** Plain data: crosses threads by structured clone. */
export interface PreparedLicense {
  readonly entry: Omit<RegisterEntry, 'auditIndex'>;
  readonly audit: StoredAuditEntry;
}

/**
 * Makes a licence ready for the register: record, signed QR text, register row, audit entry. Touches no store; the same input,
 * salts and signature give the same output. The data must have been read by `parseLicenseData`, here nothing is checked again.
 *
 * @throws GovError `license-qr-too-large`, `license-type-unknown`, `invalid-argument` for a version, issuer or serial that does
 *   not fit; what the signer throws
 * @example
 * import { FOOD_BUSINESS } from '@gov/e-license';
 * import { LicenseQrIssuer } from '@gov/e-license/qr';
 * import { prepareLicense, serialText, slotOf, STATUS_LIST_SIZE } from '@gov/e-license/register';
 * const qrIssuer = new LicenseQrIssuer({ certificate, signer });
 * const prepared = await prepareLicense(data, {
 *   type: FOOD_BUSINESS, issuer: qrIssuer, issuedAt: new Date(), act: 'first', actor: 'batch-7',
 *   serial: serialText(41), slot: slotOf(1907, STATUS_LIST_SIZE),
 * });
 */
export async function prepareLicense(data: LicenseData, options: PrepareOptions): Promise<PreparedLicense> {
  const { type, serial, slot, issuedAt, act, version = 1, replaces, replacesIndex, reason, request, batch } = options;
  const issuerCode = options.issuerCode ?? data.authority.code;
  if (data.authority.code !== issuerCode) {
    throw new GovError('invalid-argument', `the data is of the issuer ${data.authority.code}, not ${issuerCode}`);
  }
  const record = licenseRecord(ofVersion(data, version), { type, issuedAt, serial, status: slot });
  const qrText = await options.issuer.issue(licenseClaims(record, type));
  const { identifier } = record;
  const entry: PreparedLicense['entry'] = {
    identifier,
    typeCode: type.code,
    issuerCode,
    serial,
    version,
    number: data.number,
    act,
    ...(replaces === undefined ? {} : { replaces }),
    issuedAt: record.issuedAt,
    validTo: data.validTo,
    status: 'valid',
    statusAt: record.issuedAt,
    slot,
    ...(request === undefined ? {} : { request }),
    ...(batch === undefined ? {} : { batch }),
    record,
    qrText,
  };
  const audit = auditEntry({
    at: new Date(record.issuedAt),
    action: LICENSE_ACTIONS.issue,
    actor: options.actor,
    details: {
      type: type.code,
      issuer: issuerCode,
      act,
      version,
      ...(replacesIndex === undefined ? {} : { of: replacesIndex }),
    },
    secrets: {
      identifier,
      number: data.number,
      holders: data.holders.map(({ code, codeType }) => `${codeType} ${code}`).join('\n'),
      content: contentDigest(record, qrText),
      ...(replaces === undefined ? {} : { replaces }),
      ...(reason === undefined ? {} : { reason }),
      ...(request === undefined ? {} : { request: requestDigest(request) }),
      ...(batch === undefined ? {} : { batch: batchText(batch) }),
    },
    ...(options.random === undefined ? {} : { random: options.random }),
  });
  return { entry, audit };
}

export interface VoidOptions {
  readonly type: LicenseType;
  readonly issuerCode: string;
  readonly serial: string;
  readonly slot: StatusSlot;
  readonly at: Date;
  readonly batch?: RegisterEntry['batch'];
  /** Why it cannot be issued; kept in the register. */
  readonly reason: string;
  readonly actor: string;
  readonly random?: (length: number) => Uint8Array;
}

/**
 * Makes the row of a serial that was taken and never issued (作废号), so that serials stay dense and accounted for: a row of a
 * batch that turns out to fit no QR, for example. Its number is `void <serial>`, which no licence can have.
 *
 * @throws GovError `invalid-argument`
 */
export function prepareVoid(options: VoidOptions): PreparedLicense {
  const { type, issuerCode, serial, slot, batch, reason, actor } = options;
  const at = toSeconds(options.at).toISOString();
  const identifier = formatIdentifier({ type: type.code, issuer: issuerCode, serial, version: 1 });
  const entry: PreparedLicense['entry'] = {
    identifier,
    typeCode: type.code,
    issuerCode,
    serial,
    version: 1,
    number: `void ${serial}`,
    act: 'first',
    issuedAt: at,
    validTo: at.slice(0, 10),
    status: 'void',
    statusAt: at,
    statusReason: reason,
    slot,
    ...(batch === undefined ? {} : { batch }),
  };
  const audit = auditEntry({
    at: new Date(at),
    action: LICENSE_ACTIONS.void,
    actor,
    details: { type: type.code, issuer: issuerCode },
    secrets: { identifier, reason, ...(batch === undefined ? {} : { batch: batchText(batch) }) },
    ...(options.random === undefined ? {} : { random: options.random }),
  });
  return { entry, audit };
}

/**
 * Puts prepared licences into the register and the audit log, in their order, all at once.
 *
 * @param ready what `LicenseStore.readyEntries` made of these entries; taken where it has as many of them
 * @throws GovError `license-exists`: the transaction is lost then; what the store throws
 */
export async function insertPrepared(
  tx: LicenseTransaction,
  log: string,
  prepared: readonly PreparedLicense[],
  ready?: ReadyEntries,
): Promise<readonly RegisterEntry[]> {
  if (prepared.length === 0) return [];
  const first = await tx.audit.lockSize(log);
  const entries = prepared.map(({ entry }, index): RegisterEntry => ({ ...entry, auditIndex: first + index }));
  // At once: a database that works elsewhere has one to do while the other is made ready for it.
  await Promise.all([
    appendAudit(
      tx.audit,
      log,
      prepared.map(({ audit }) => audit),
    ),
    ready?.count === entries.length ? tx.insertReady(ready, first) : tx.insertEntries(entries),
  ]);
  return entries;
}

/**
 * SM3 over record and QR text, hex, as the audit entry of the issuing commits to it: what lies in the register cannot be changed
 * there unseen.
 */
export const contentDigest = (record: LicenseRecord, qrText: string): string =>
  bytesToHex(sm3(new TextEncoder().encode(`${canonicalJson(record)}\n${qrText}`)));

/** SM3 over key and digest of a request, hex, as the entry commits to it. */
export const requestDigest = ({ key, digest }: NonNullable<RegisterEntry['request']>): string =>
  bytesToHex(sm3(new TextEncoder().encode(`${key}\n${digest}`)));

/** Batch and row as the entry commits to them: the id of a batch may be a digest of its file, which a guess would open. */
export const batchText = ({ id, row }: NonNullable<RegisterEntry['batch']>): string => `${id} ${row}`;

/** Version 1 goes without saying, as the identifier's default. */
function ofVersion(data: LicenseData, version: number): LicenseData {
  const stated = data.version ?? version;
  if (stated !== version) throw new GovError('invalid-argument', `the data says version ${stated}, this is ${version}`);
  return version === 1 || data.version === version ? data : { ...data, version };
}
