/** Erasing in memory: the same kinds, the same order. */
import type { RegisterEntry } from '@gov/e-license/register';
import type { ErasureCutoff, ErasureKind } from '../../store.js';
import { earliestEnd } from '../check-city.js';
import { licencesOf } from '../entry-licences.js';
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
        return at !== undefined && isBefore(at, before) && !isHeld(tables, key);
      });
    case 'batch-rows':
      return batchRows(tables, before);
    case 'request-keys':
      return [...requestsOfEntries(tables, before), ...matching(tables.requests, (_, { keptAt }) => keptAt < before)];
    case 'replay':
      return matching(tables.replays, (_, until) => until < before);
    case 'one-time':
      return matching(tables.oneTimes, (_, { until }) => until < before);
    case 'issued-tokens':
      return matching(tables.tokens, (_, { expiresAt }) => expiresAt < before);
    case 'sessions':
      return matching(tables.sessions, (_, { expiresAt }) => expiresAt < before);
    case 'mandates':
      return matching(
        tables.mandates,
        (_, { revokedAt, expiresAt }) => (revokedAt ?? expiresAt) < before || expiresAt < before,
      );
    case 'delegations':
      return [false, true].flatMap((revoked) =>
        keyed(
          tables.delegations,
          ({ expires, isRevoked }) => isRevoked === revoked && expires < earliestEnd(before),
          ({ expires, tag }) => keyOf(expires, tag),
        ),
      );
    case 'code-links':
      return keyed(
        tables.links,
        ({ at }) => at < before,
        ({ at }, key) => keyOf(at, key),
      );
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

/** Under other keys than those of the map, in their order. */
function keyed<V>(
  map: StagedMap<V>,
  isOld: (value: V) => boolean,
  nameOf: (value: V, key: string) => string,
): Candidates {
  return map
    .peekEntries()
    .filter(([, value]) => isOld(value))
    .map(([key, value]): Candidates[number] => [nameOf(value, key), () => map.delete(key)])
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
    .map(([identifier]): Candidates[number] => [identifier, () => eraseLicense(tables, identifier)])
    .sort(byKey);
}

/** What was issued, under which request, why it ended, and the openings of the entries that say so. */
function eraseLicense(tables: MemoryTables, identifier: string): void {
  const { record: _, qrText: __, statusReason: ___, request, ...rest } = tables.entries.peek(identifier)!;
  tables.entries.set(identifier, rest);
  if (request !== undefined) tables.unique.delete(requestKeyOf(rest.issuerCode, request.key));
  // A row does not say in which log its entries are.
  for (const [log] of tables.auditSizes.peekEntries()) {
    for (const index of [rest.auditIndex, rest.statusAuditIndex]) {
      const key = keyOf(log, index ?? -1);
      const isOwn = licencesOf(tables.auditSecrets.peek(key) ?? []).includes(identifier);
      if (isOwn && !isHeld(tables, key)) tables.auditSecrets.delete(key);
    }
  }
}

/** Whether a licence with data refers to the entry: then its openings stay as long as that data does. */
function isHeld(tables: MemoryTables, key: string): boolean {
  const index = Number(key.split('\0')[1]);
  return licencesOf(tables.auditSecrets.peek(key) ?? []).some((identifier) => {
    const entry = tables.entries.peek(identifier);
    if (entry === undefined || (entry.auditIndex !== index && entry.statusAuditIndex !== index)) return false;
    return (entry.record ?? entry.qrText ?? entry.statusReason) !== undefined;
  });
}

function batchRows(tables: MemoryTables, before: string): Candidates {
  return matching(tables.ranges, (key) => isFinished(tables, key.split('\0')[0] ?? '', before)).map(
    ([key, eraseIt]) => [
      key,
      () => {
        eraseIt();
        const batch = tables.batches.peek(key.split('\0')[0] ?? '');
        // Of a file that a guess may find.
        if (batch === undefined) return;
        tables.batchDigests.delete(batch.digest);
        tables.batches.set(batch.id, { ...batch, digest: '' });
      },
    ],
  );
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
