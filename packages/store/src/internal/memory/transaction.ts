/** The steps of a transaction in memory. */
import type { AuditTransaction, StoredAuditEntry } from '@gov/audit';
import type {
  BatchRecord,
  LicenseTransaction,
  ReadyEntries,
  RegisterEntry,
  RegisterKey,
  StatusChange,
} from '@gov/e-license/register';
import { GovError } from '@gov/verdict';
import { STORE_LIMITS } from '../../store.js';
import {
  checkAuditEntries,
  checkBatch,
  checkBytes,
  checkEntries,
  checkInteger,
  checkKey,
  checkNumber,
  checkRegisterKey,
  checkStatusChange,
} from '../check.js';
import type { TransactionGuard } from '../transaction-guard.js';
import { keyOf, type StagedMap } from './staged-map.js';
import type { MemoryTables } from './tables.js';

const numberKey = (typeCode: string, issuerCode: string, number: string): string =>
  keyOf('number', typeCode, issuerCode, number);
export const serialKey = (typeCode: string, issuerCode: string, serial: string): string =>
  keyOf('serial', typeCode, issuerCode, serial);
export const requestKeyOf = (issuerCode: string, key: string): string => keyOf('request', issuerCode, key);
export const batchRowKey = (batch: string, row: number): string => keyOf('row', batch, row);

/** Every second key of an entry (issuer's number and version, slot, request, row of a batch). */
function uniqueKeysOf({ identifier: _, ...entry }: RegisterEntry): string[] {
  const { typeCode, issuerCode, number, version, slot, request, batch } = entry;
  return [
    keyOf(numberKey(typeCode, issuerCode, number), version),
    keyOf('slot', issuerCode, slot.list, slot.index),
    ...(request === undefined ? [] : [requestKeyOf(issuerCode, request.key)]),
    ...(batch === undefined ? [] : [batchRowKey(batch.id, batch.row)]),
  ];
}

/** Looks an entry up, by what a reader (`get`) or the transaction (`peek`) sees. */
export function findEntry(tables: MemoryTables, key: RegisterKey, see: 'get' | 'peek'): RegisterEntry | undefined {
  checkRegisterKey(key);
  const identifier = identifierOf(tables, key, see);
  return identifier === undefined ? undefined : tables.entries[see](identifier);
}

function identifierOf(tables: MemoryTables, key: RegisterKey, see: 'get' | 'peek'): string | undefined {
  if ('identifier' in key) return key.identifier;
  if ('batch' in key) return tables.unique[see](batchRowKey(key.batch, key.row));
  if ('requestKey' in key) return tables.unique[see](requestKeyOf(key.issuerCode, key.requestKey));
  const versions = tables.versions[see](numberKey(key.typeCode, key.issuerCode, key.number)) ?? [];
  let newest: RegisterEntry | undefined;
  for (const identifier of versions) {
    const entry = tables.entries[see](identifier);
    if (entry !== undefined && (newest === undefined || entry.version > newest.version)) newest = entry;
  }
  return newest?.identifier;
}

export function memoryTransaction(tables: MemoryTables, guard: TransactionGuard): LicenseTransaction {
  const known = (identifier: string): RegisterEntry => {
    checkKey(identifier, 'identifier');
    const entry = tables.entries.peek(identifier);
    if (entry === undefined) throw new GovError('license-not-found', 'no licence with this identifier');
    return entry;
  };
  return {
    async takeNumbers(counter, count) {
      guard.check();
      checkKey(counter, 'counter');
      checkNumber(count, 'count', 1, STORE_LIMITS.numbersAtOnce);
      const last = tables.counters.peek(counter) ?? 0;
      checkNumber(last + count, 'the counter');
      tables.counters.set(counter, last + count);
      return last + 1;
    },
    async lockEntry(key) {
      guard.check();
      const entry = findEntry(tables, key, 'peek');
      return entry === undefined ? undefined : structuredClone(entry);
    },
    async batchRows(batch, from, to) {
      guard.check();
      checkKey(batch, 'batch');
      checkInteger(from, 'from');
      checkInteger(to, 'to');
      checkNumber(to - from, 'rows', 0, STORE_LIMITS.rowsRead);
      const rows: number[] = [];
      for (let row = from; row < to; row++)
        if (tables.unique.peek(batchRowKey(batch, row)) !== undefined) rows.push(row);
      return rows;
    },
    async insertEntries(entries) {
      guard.check();
      checkEntries(entries);
      for (const entry of entries) insertEntry(tables, entry, guard);
    },
    async insertReady(ready, firstAuditIndex) {
      guard.check();
      if (!(ready instanceof ReadyInMemory))
        throw new GovError('invalid-argument', 'these entries are ready for another store');
      checkNumber(firstAuditIndex, 'firstAuditIndex');
      for (const [i, entry] of ready.entries.entries())
        insertEntry(tables, { ...entry, auditIndex: firstAuditIndex + i }, guard);
    },
    async setStatus(identifier, change: StatusChange) {
      guard.check();
      checkStatusChange(change);
      const { statusReason: _, ...entry } = known(identifier);
      const { status, at, reason, auditIndex } = change;
      tables.entries.set(identifier, {
        ...entry,
        status,
        statusAt: at,
        statusAuditIndex: auditIndex,
        ...(reason === undefined ? {} : { statusReason: reason }),
      });
    },
    async keepRequest(issuerCode, key, digest) {
      guard.check();
      checkKey(issuerCode, 'issuerCode');
      checkKey(key, 'request key');
      checkKey(digest, 'request digest');
      const kept = tables.requests.peek(keyOf(issuerCode, key));
      if (kept !== undefined) return kept.digest;
      tables.requests.set(keyOf(issuerCode, key), { digest, keptAt: new Date().toISOString() });
      return undefined;
    },
    async insertDocument(identifier, form, bytes) {
      guard.check();
      checkKey(form, 'form');
      checkBytes(bytes, 'document');
      known(identifier);
      const key = keyOf(identifier, form);
      if (tables.documents.peek(key) !== undefined) return false;
      tables.documents.set(key, bytes.slice());
      return true;
    },
    async countPrint(identifier) {
      guard.check();
      known(identifier);
      const prints = (tables.prints.peek(identifier) ?? 0) + 1;
      tables.prints.set(identifier, prints);
      return prints;
    },
    async insertBatch(batch: BatchRecord) {
      guard.check();
      checkBatch(batch);
      if ((tables.batches.peek(batch.id) ?? tables.batchDigests.peek(batch.digest)) !== undefined)
        throw lost(guard, new GovError('batch-exists', 'there is a batch with this id or digest'));
      tables.batchDigests.set(batch.digest, batch.id);
      tables.batches.set(batch.id, structuredClone(batch));
    },
    async insertRange(batch, range, rows) {
      guard.check();
      checkKey(batch, 'batch');
      checkInteger(range, 'range');
      checkBytes(rows, 'range');
      if (tables.batches.peek(batch) === undefined)
        throw lost(guard, new GovError('invalid-argument', 'there is no such batch'));
      const key = keyOf(batch, range);
      if (tables.ranges.peek(key) !== undefined)
        throw lost(guard, new GovError('batch-exists', 'the batch has this range already'));
      tables.ranges.set(key, rows.slice());
    },
    audit: memoryAuditTransaction(tables, guard),
  };
}

export class ReadyInMemory implements ReadyEntries {
  readonly count: number;
  readonly entries: readonly RegisterEntry[];

  constructor(entries: readonly Omit<RegisterEntry, 'auditIndex'>[]) {
    this.entries = entries.map((entry) => ({ ...structuredClone(entry), auditIndex: 0 }));
    checkEntries(this.entries);
    this.count = entries.length;
  }
}

/** As in a database: after a refused row nothing of the transaction can be kept. */
function lost(guard: TransactionGuard, error: GovError): GovError {
  guard.lose(error);
  return error;
}

function insertEntry(tables: MemoryTables, entry: RegisterEntry, guard: TransactionGuard): void {
  const { identifier, typeCode, issuerCode, number, serial } = entry;
  const keys = uniqueKeysOf(entry);
  const taken = tables.entries.peek(identifier) ?? keys.find((key) => tables.unique.peek(key) !== undefined);
  if (taken !== undefined)
    throw lost(
      guard,
      new GovError('license-exists', 'the identifier, number, request key, batch row or slot is taken'),
    );
  tables.entries.set(identifier, structuredClone(entry));
  for (const key of keys) tables.unique.set(key, identifier);
  append(tables.versions, numberKey(typeCode, issuerCode, number), identifier);
  append(tables.versions, serialKey(typeCode, issuerCode, serial), identifier);
}

const append = (map: StagedMap<readonly string[]>, key: string, value: string): void =>
  map.set(key, [...(map.peek(key) ?? []), value]);

export function memoryAuditTransaction(tables: MemoryTables, guard: TransactionGuard): AuditTransaction {
  return {
    async lockSize(log) {
      guard.check();
      checkKey(log, 'log');
      return tables.auditSizes.peek(log) ?? 0;
    },
    async readTile(log, level, index) {
      guard.check();
      checkKey(log, 'log');
      return tables.auditTiles.peek(keyOf(log, level, index))?.slice();
    },
    async writeTile(log, level, index, hashes) {
      guard.check();
      checkKey(log, 'log');
      checkInteger(level, 'level');
      checkNumber(index, 'index');
      checkBytes(hashes, 'tile');
      tables.auditTiles.set(keyOf(log, level, index), hashes.slice());
    },
    async insertEntries(log, from, entries: readonly StoredAuditEntry[]) {
      guard.check();
      checkKey(log, 'log');
      checkNumber(from, 'from');
      checkAuditEntries(entries);
      if (from !== (tables.auditSizes.peek(log) ?? 0))
        throw new GovError('invalid-argument', 'entries are appended at the size of the log');
      for (const [i, { bytes, secrets }] of entries.entries()) {
        const key = keyOf(log, from + i);
        tables.auditEntries.set(key, bytes.slice());
        if (secrets.length > 0) tables.auditSecrets.set(key, structuredClone(secrets));
      }
      tables.auditSizes.set(log, from + entries.length);
    },
  };
}
