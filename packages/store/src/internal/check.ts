/** What no store takes, whatever database is below: the same answer from each of them. */
import type { StoredAuditEntry } from '@gov/audit';
import type { BatchRecord, RegisterEntry, RegisterKey, StatusChange } from '@gov/e-license/register';
import { GovError } from '@gov/verdict';
import { STORE_LIMITS } from '../store.js';

/**
 * Text that every database keeps as it is: no U+0000, no half of a surrogate pair, no byte order mark in front (PGlite drops it).
 *
 * @throws GovError `invalid-argument`, `limit-exceeded`
 */
export function checkText(value: string, name: string, limit: number = STORE_LIMITS.textCharacters): void {
  if (typeof value !== 'string') throw new GovError('invalid-argument', `${name} must be a text`);
  if (value.length > limit) throw new GovError('limit-exceeded', `${name} has more than ${limit} characters`);
  if (/[\0\p{Surrogate}]|^\ufeff/u.test(value))
    throw new GovError('invalid-argument', `${name} holds U+0000 or half of a surrogate pair, or begins with U+FEFF`);
}

/** Part of an index. Empty is refused: some databases take it for NULL. */
export function checkKey(value: string, name: string): void {
  checkText(value, name, STORE_LIMITS.keyCharacters);
  if (value === '') throw new GovError('invalid-argument', `${name} is empty`);
}

export function checkNumber(value: number, name: string, least = 0, most: number = Number.MAX_SAFE_INTEGER): void {
  if (!Number.isSafeInteger(value) || value < least || value > most)
    throw new GovError('invalid-argument', `${name} must be a whole number from ${least} to ${most}`);
}

/** What an `integer` column holds. */
const MAX_INTEGER = 2_147_483_647;

export const checkInteger = (value: number, name: string, least = 0): void =>
  checkNumber(value, name, least, MAX_INTEGER);

export function checkBytes(value: Uint8Array, name: string): void {
  if (!(value instanceof Uint8Array)) throw new GovError('invalid-argument', `${name} must be octets`);
  if (value.length > STORE_LIMITS.documentBytes)
    throw new GovError('limit-exceeded', `${name} has more than ${STORE_LIMITS.documentBytes} octets`);
}

/** Times are kept as texts and compared as texts: one form only. */
export function checkTime(value: string, name: string): void {
  const isTime = typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/.test(value);
  if (!isTime || Number.isNaN(Date.parse(value)))
    throw new GovError('invalid-argument', `${name} must be a time in UTC like 2026-05-20T01:00:00Z`);
}

export function checkDate(value: Date, name: string): string {
  const time = value instanceof Date ? value.getTime() : Number.NaN;
  // Years of four digits: the text sorts like the time.
  if (!(time >= 0 && time < 253_402_300_800_000)) throw new GovError('invalid-argument', `${name} must be a time`);
  return value.toISOString();
}

/** A digest as hex digits. */
export function checkDigest(digest: Uint8Array): string {
  if (!(digest instanceof Uint8Array) || digest.length === 0 || digest.length > 64)
    throw new GovError('invalid-argument', 'a digest has 1 to 64 octets');
  return [...digest].map((octet) => octet.toString(16).padStart(2, '0')).join('');
}

function checkCount(count: number, name: string): void {
  if (count > STORE_LIMITS.rowsAtOnce)
    throw new GovError('limit-exceeded', `more than ${STORE_LIMITS.rowsAtOnce} ${name} at once`);
}

export function checkEntries(entries: readonly RegisterEntry[]): void {
  checkCount(entries.length, 'entries');
  for (const entry of entries) checkEntry(entry);
}

function checkEntry(entry: RegisterEntry): void {
  const { slot, request, batch, record } = entry;
  checkKey(entry.identifier, 'identifier');
  checkKey(entry.typeCode, 'typeCode');
  checkKey(entry.issuerCode, 'issuerCode');
  checkKey(entry.serial, 'serial');
  checkInteger(entry.version, 'version', 1);
  checkKey(entry.number, 'number');
  checkKey(entry.act, 'act');
  if (entry.replaces !== undefined) checkKey(entry.replaces, 'replaces');
  checkTime(entry.issuedAt, 'issuedAt');
  checkKey(entry.validTo, 'validTo');
  checkKey(entry.status, 'status');
  checkTime(entry.statusAt, 'statusAt');
  if (entry.statusReason !== undefined) checkText(entry.statusReason, 'statusReason');
  checkInteger(slot.list, 'slot.list');
  checkInteger(slot.index, 'slot.index');
  if (request !== undefined) {
    checkKey(request.key, 'request.key');
    checkKey(request.digest, 'request.digest');
  }
  if (batch !== undefined) {
    checkKey(batch.id, 'batch.id');
    checkInteger(batch.row, 'batch.row');
  }
  checkNumber(entry.auditIndex, 'auditIndex');
  if (entry.statusAuditIndex !== undefined) checkNumber(entry.statusAuditIndex, 'statusAuditIndex');
  if (record !== undefined && JSON.stringify(record).length > STORE_LIMITS.textCharacters)
    throw new GovError('limit-exceeded', `record has more than ${STORE_LIMITS.textCharacters} characters`);
  if (entry.qrText !== undefined) checkText(entry.qrText, 'qrText');
}

export function checkRegisterKey(key: RegisterKey): void {
  if ('identifier' in key) checkKey(key.identifier, 'identifier');
  else if ('batch' in key) {
    checkKey(key.batch, 'batch');
    checkInteger(key.row, 'row');
  } else {
    checkKey(key.issuerCode, 'issuerCode');
    if ('requestKey' in key) checkKey(key.requestKey, 'requestKey');
    else {
      checkKey(key.typeCode, 'typeCode');
      checkKey(key.number, 'number');
    }
  }
}

export function checkStatusChange(change: StatusChange): void {
  checkKey(change.status, 'status');
  checkTime(change.at, 'at');
  checkNumber(change.auditIndex, 'auditIndex');
  if (change.reason !== undefined) checkText(change.reason, 'reason');
}

export function checkBatch(batch: BatchRecord): void {
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(batch.id))
    throw new GovError('invalid-argument', 'the id of a batch is 1 to 64 of A–Z a–z 0–9 . _ -');
  checkKey(batch.typeCode, 'typeCode');
  checkKey(batch.issuerCode, 'issuerCode');
  checkKey(batch.digest, 'digest');
  checkInteger(batch.rows, 'rows', 1);
  checkInteger(batch.rangeSize, 'rangeSize', 1);
  checkNumber(batch.firstSerial, 'firstSerial', 1);
  checkNumber(batch.firstSlot, 'firstSlot');
  checkTime(batch.createdAt, 'createdAt');
  checkText(batch.options, 'options');
}

export function checkAuditEntries(entries: readonly StoredAuditEntry[]): void {
  checkCount(entries.length, 'audit entries');
  for (const { bytes, secrets } of entries) {
    checkBytes(bytes, 'audit entry');
    for (const { name, salt, value } of secrets) {
      checkKey(name, 'secret name');
      checkBytes(salt, 'salt');
      checkText(value, 'secret value');
    }
  }
}
