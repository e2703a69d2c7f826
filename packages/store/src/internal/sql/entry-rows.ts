/** Entries of the register as rows. */
import type { BatchRecord, RegisterEntry, RegisterKey } from '@gov/e-license/register';
import type { SqlResult, SqlValue } from './driver.js';

export type Row = SqlResult['rows'][number];

export const ENTRY_COLUMNS = [
  'identifier',
  'type_code',
  'issuer_code',
  'serial_text',
  'license_version',
  'license_number',
  'issue_act',
  'replaces',
  'issued_at',
  'valid_to',
  'license_status',
  'status_at',
  'status_reason',
  'status_audit_index',
  'slot_list',
  'slot_index',
  'request_key',
  'request_digest',
  'batch_id',
  'batch_row',
  'audit_index',
  'license_json',
  'qr_text',
] as const;

export const ENTRY = ENTRY_COLUMNS.join();

export function rowOfEntry(entry: RegisterEntry): SqlValue[] {
  return [
    entry.identifier,
    entry.typeCode,
    entry.issuerCode,
    entry.serial,
    entry.version,
    entry.number,
    entry.act,
    entry.replaces ?? null,
    entry.issuedAt,
    entry.validTo,
    entry.status,
    entry.statusAt,
    entry.statusReason ?? null,
    entry.statusAuditIndex ?? null,
    entry.slot.list,
    entry.slot.index,
    entry.request?.key ?? null,
    entry.request?.digest ?? null,
    entry.batch?.id ?? null,
    entry.batch?.row ?? null,
    entry.auditIndex,
    entry.record === undefined ? null : JSON.stringify(entry.record),
    entry.qrText ?? null,
  ];
}

export function entryOfRow(row: Row): RegisterEntry {
  const text = (name: (typeof ENTRY_COLUMNS)[number]): string => String(row[name]);
  const number = (name: (typeof ENTRY_COLUMNS)[number]): number => Number(row[name]);
  return {
    identifier: text('identifier'),
    typeCode: text('type_code'),
    issuerCode: text('issuer_code'),
    serial: text('serial_text'),
    version: number('license_version'),
    number: text('license_number'),
    act: text('issue_act') as RegisterEntry['act'],
    ...(row.replaces === null ? {} : { replaces: text('replaces') }),
    issuedAt: text('issued_at'),
    validTo: text('valid_to'),
    status: text('license_status') as RegisterEntry['status'],
    statusAt: text('status_at'),
    ...(row.status_reason === null ? {} : { statusReason: text('status_reason') }),
    ...(row.status_audit_index === null ? {} : { statusAuditIndex: number('status_audit_index') }),
    slot: { list: number('slot_list'), index: number('slot_index') },
    ...(row.request_key === null ? {} : { request: { key: text('request_key'), digest: text('request_digest') } }),
    ...(row.batch_id === null ? {} : { batch: { id: text('batch_id'), row: number('batch_row') } }),
    auditIndex: number('audit_index'),
    ...(row.license_json === null ? {} : { record: JSON.parse(text('license_json')) }),
    ...(row.qr_text === null ? {} : { qrText: text('qr_text') }),
  };
}

/** `WHERE …` of a key, the newest first. */
export function whereKey(key: RegisterKey): readonly [string, SqlValue[]] {
  if ('identifier' in key) return ['WHERE identifier = $1', [key.identifier]];
  if ('batch' in key) return ['WHERE batch_id = $1 AND batch_row = $2', [key.batch, key.row]];
  if ('requestKey' in key) return ['WHERE issuer_code = $1 AND request_key = $2', [key.issuerCode, key.requestKey]];
  return [
    'WHERE type_code = $1 AND issuer_code = $2 AND license_number = $3 ORDER BY license_version DESC LIMIT 1',
    [key.typeCode, key.issuerCode, key.number],
  ];
}

export const BATCH_COLUMNS = [
  'batch_id',
  'type_code',
  'issuer_code',
  'batch_digest',
  'batch_rows',
  'range_size',
  'first_serial',
  'first_slot',
  'created_at',
  'batch_options',
] as const;

export const rowOfBatch = (batch: BatchRecord): SqlValue[] => [
  batch.id,
  batch.typeCode,
  batch.issuerCode,
  batch.digest,
  batch.rows,
  batch.rangeSize,
  batch.firstSerial,
  batch.firstSlot,
  batch.createdAt,
  batch.options,
];

export const batchOfRow = (row: Row): BatchRecord => ({
  id: String(row.batch_id),
  typeCode: String(row.type_code),
  issuerCode: String(row.issuer_code),
  digest: String(row.batch_digest ?? ''),
  rows: Number(row.batch_rows),
  rangeSize: Number(row.range_size),
  firstSerial: Number(row.first_serial),
  firstSlot: Number(row.first_slot),
  createdAt: String(row.created_at),
  options: String(row.batch_options),
});

/** Octets of their own: what a driver answers may be a view into something larger. */
export const octetsOf = (value: unknown): Uint8Array => new Uint8Array(value as Uint8Array);
