/** Erasing in memory: the same kinds, the same order. */
import type { RegisterEntry } from '@gov/e-license/register';
import type { ErasureCutoff, ErasureKind } from '../../store.js';
import { auditEntryTime, isBefore } from '../entry-time.js';
import { keyOf, type StagedMap } from './staged-map.js';
import type { MemoryTables } from './tables.js';
import { batchRowKey, requestKeyOf } from './transaction.js';

export function eraseInMemory(
  tables: MemoryTables,
  kind: ErasureKind,
  cutoff: ErasureCutoff,
  limit: number,
): readonly string[] {
  const erased: string[] = [];
  for (const [key, eraseIt] of candidates(tables, kind, cutoff)) {
    if (erased.length === limit) break;
    eraseIt();
    erased.push(key.replaceAll('\0', '\n'));
  }
  return erased;
}

type Candidates = [key: string, erase: () => void][];

function candidates(tables: MemoryTables, kind: ErasureKind, cutoff: ErasureCutoff): Candidates {
  const { before } = cutoff;
  switch (kind) {
    case 'documents':
      return matching(tables.documents, (key) => {
        const entry = tables.entries.peek(key.split('\0')[0] ?? '');
        return entry !== undefined && isEnded(entry, cutoff);
      });
    case 'license-data':
      return licenseData(tables, cutoff);
    case 'audit-secrets':
      return matching(tables.auditSecrets, (key) => {
        const at = auditEntryTime(tables.auditEntries.peek(key) ?? new Uint8Array());
        return at !== undefined && isBefore(at, before);
      });
    case 'batch-rows':
      return matching(tables.ranges, (key) => isFinished(tables, key.split('\0')[0] ?? '', before));
    case 'request-keys':
      return [...requestsOfEntries(tables, before), ...matching(tables.requests, (_, { keptAt }) => keptAt < before)];
    case 'replay':
      return matching(tables.replays, (_, until) => until < before);
    case 'one-time':
      return matching(tables.oneTimes, (_, { until }) => until < before);
  }
}

const byKey = (a: readonly [string, unknown], b: readonly [string, unknown]): number => (a[0] < b[0] ? -1 : 1);

function matching<V>(map: StagedMap<V>, isOld: (key: string, value: V) => boolean): Candidates {
  return map
    .peekEntries()
    .filter(([key, value]) => isOld(key, value))
    .map(([key]): Candidates[number] => [key, () => map.delete(key)])
    .sort(byKey);
}

function isEnded(
  { status, statusAt, validTo }: RegisterEntry,
  { before, beforeDay, endedStatuses }: ErasureCutoff,
): boolean {
  return (endedStatuses.includes(status) && statusAt < before) || validTo < beforeDay;
}

function licenseData(tables: MemoryTables, cutoff: ErasureCutoff): Candidates {
  return tables.entries
    .peekEntries()
    .filter(([, entry]) => isEnded(entry, cutoff))
    .filter(([, { record, qrText, statusReason }]) => (record ?? qrText ?? statusReason) !== undefined)
    .map(([identifier, { record: _, qrText: __, statusReason: ___, ...rest }]): Candidates[number] => [
      identifier,
      () => tables.entries.set(identifier, rest),
    ])
    .sort(byKey);
}

function requestsOfEntries(tables: MemoryTables, before: string): Candidates {
  return tables.entries
    .peekEntries()
    .flatMap(([identifier, { request, ...rest }]): Candidates => {
      if (request === undefined || !(rest.issuedAt < before)) return [];
      const eraseIt = (): void => {
        tables.entries.set(identifier, rest);
        tables.unique.delete(requestKeyOf(rest.issuerCode, request.key));
      };
      return [[keyOf(rest.issuerCode, request.key), eraseIt]];
    })
    .sort(byKey);
}

function isFinished(tables: MemoryTables, id: string, before: string): boolean {
  const batch = tables.batches.peek(id);
  if (batch === undefined || !(batch.createdAt < before)) return false;
  for (let row = 0; row < batch.rows; row++) if (tables.unique.peek(batchRowKey(id, row)) === undefined) return false;
  return true;
}
