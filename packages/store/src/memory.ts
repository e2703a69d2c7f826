/**
 * `@gov/store/memory`: a store that lasts as long as the process (内存存储), for tests and first steps.
 *
 * @packageDocumentation
 */
import type { AuditStorage } from '@gov/audit';
import type { OneTimeStore, ReplayStore } from '@gov/token/one-time';
import { GovError } from '@gov/verdict';
import { checkDate, checkDigest, checkInteger, checkKey, checkNumber, checkText } from './internal/check.js';
import { memoryDelegations, memoryLinks } from './internal/memory/city.js';
import { eraseInMemory } from './internal/memory/erase.js';
import { memoryIdentityReader, memoryIdentitySteps } from './internal/memory/identity.js';
import { keyOf } from './internal/memory/staged-map.js';
import { MemoryTables } from './internal/memory/tables.js';
import {
  batchRowKey,
  findEntry,
  memoryAuditTransaction,
  memoryTransaction,
  ReadyInMemory,
  serialKey,
} from './internal/memory/transaction.js';
import { TransactionGuard } from './internal/transaction-guard.js';
import { STORE_LIMITS, type Store } from './store.js';

/**
 * An empty store in memory. Transactions run one after another, so that a transaction inside another waits for itself; readers
 * see what was committed.
 *
 * @example
 * ```ts
 * import { memoryStore } from '@gov/store/memory';
 *
 * const store = memoryStore();
 * const first = await store.transaction((tx) => tx.takeNumbers('serial', 10));
 * console.log(first); // 1
 * await store.close();
 * ```
 */
export function memoryStore(): Store {
  const tables = new MemoryTables();
  let closed = false;
  let last: Promise<unknown> = Promise.resolve();

  const open = (): void => {
    if (closed) throw new GovError('store-unavailable', 'the store is closed');
  };

  /** After all that were asked for before. */
  function inTurn<T>(work: (guard: TransactionGuard) => Promise<T>): Promise<T> {
    open();
    const turn = last.then(async () => {
      const guard = new TransactionGuard();
      try {
        const result = await work(guard);
        await guard.end();
        if (guard.loss !== undefined) throw guard.loss.error;
        tables.commit();
        return result;
      } catch (error) {
        await guard.end();
        tables.rollback();
        throw guard.loss?.error ?? error;
      }
    });
    last = turn.catch(() => undefined);
    return turn;
  }

  const audit: AuditStorage = {
    auditTransaction: async (work) => inTurn((guard) => work(memoryAuditTransaction(tables, guard))),
    async readTile(log, level, index) {
      open();
      checkKey(log, 'log');
      return tables.auditTiles.get(keyOf(log, level, index))?.slice();
    },
    async size(log) {
      open();
      checkKey(log, 'log');
      return tables.auditSizes.get(log) ?? 0;
    },
    async entries(log, from, to) {
      open();
      checkKey(log, 'log');
      checkNumber(from, 'from');
      checkNumber(to, 'to');
      const end = Math.min(to, tables.auditSizes.get(log) ?? 0);
      checkNumber(Math.max(end - from, 0), 'entries', 0, STORE_LIMITS.rowsRead);
      const found: Uint8Array[] = [];
      for (let i = from; i < end; i++) {
        const bytes = tables.auditEntries.get(keyOf(log, i));
        if (bytes !== undefined) found.push(bytes.slice());
      }
      return found;
    },
    async secrets(log, index) {
      open();
      checkKey(log, 'log');
      return structuredClone(tables.auditSecrets.get(keyOf(log, index)) ?? []);
    },
    eraseSecrets: async (log, indices) =>
      inTurn(async () => {
        checkKey(log, 'log');
        const keys = new Set(indices.map((index) => keyOf(log, index)));
        let erased = 0;
        for (const key of keys) {
          erased += tables.auditSecrets.peek(key)?.length ?? 0;
          tables.auditSecrets.delete(key);
        }
        return erased;
      }),
  };

  const replay: ReplayStore = {
    firstUse: async (scope, id, until) =>
      inTurn(async () => {
        checkKey(scope, 'scope');
        checkKey(id, 'id');
        const time = checkDate(until, 'until');
        const key = keyOf(scope, id);
        if (tables.replays.peek(key) !== undefined) return false;
        tables.replays.set(key, time);
        return true;
      }),
  };

  const oneTime: OneTimeStore = {
    put: async (scope, digest, value, until) =>
      inTurn(async () => {
        checkKey(scope, 'scope');
        checkText(value, 'value');
        const time = checkDate(until, 'until');
        const key = keyOf(scope, checkDigest(digest));
        if (tables.oneTimes.peek(key) !== undefined)
          throw new GovError('invalid-argument', 'the digest is there already');
        tables.oneTimes.set(key, { value, until: time });
      }),
    redeem: async (scope, digest, at) =>
      inTurn(async () => {
        checkKey(scope, 'scope');
        const now = checkDate(at, 'at');
        const key = keyOf(scope, checkDigest(digest));
        const found = tables.oneTimes.peek(key);
        if (found === undefined || found.until <= now) return undefined;
        tables.oneTimes.delete(key);
        return found.value;
      }),
  };

  return {
    transaction: async (work) =>
      inTurn((guard) =>
        work({
          ...memoryTransaction(tables, guard),
          async erase(kind, cutoff, limit) {
            guard.check();
            return eraseInMemory(tables, kind, cutoff, limit);
          },
          async keepErasure(erasure) {
            guard.check();
            tables.erasures.set(keyOf(erasure.log, erasure.auditIndex), erasure);
          },
        }),
      ),
    identityTransaction: async (work) =>
      inTurn((guard) => {
        const { takeNumbers, audit: log } = memoryTransaction(tables, guard);
        return work({ ...memoryIdentitySteps(tables, guard), takeNumbers, audit: log });
      }),
    ...memoryIdentityReader(tables, open),
    async erasures() {
      open();
      return tables.erasures.keptEntries().map(([, erasure]) => erasure);
    },
    readyEntries(entries) {
      open();
      return new ReadyInMemory(entries);
    },
    async entry(key) {
      open();
      const entry = findEntry(tables, key, 'get');
      return entry === undefined ? undefined : structuredClone(entry);
    },
    async versions(typeCode, issuerCode, serial) {
      open();
      checkKey(typeCode, 'typeCode');
      checkKey(issuerCode, 'issuerCode');
      checkKey(serial, 'serial');
      return (tables.versions.get(serialKey(typeCode, issuerCode, serial)) ?? [])
        .map((identifier) => structuredClone(tables.entries.get(identifier)))
        .filter((entry) => entry !== undefined)
        .sort((a, b) => a.version - b.version);
    },
    async *entries(filter = {}) {
      open();
      const { batch } = filter;
      if (batch !== undefined) checkKey(batch, 'batch');
      for (const identifier of identifiersOf(tables, batch)) {
        const entry = tables.entries.get(identifier);
        if (entry !== undefined) yield structuredClone(entry);
      }
    },
    async slotStatuses(issuerCode, list, listSize) {
      open();
      checkKey(issuerCode, 'issuerCode');
      checkInteger(list, 'list');
      checkInteger(listSize, 'listSize', 1);
      const there = tables.entries
        .keptEntries()
        .map(([, entry]) => entry)
        .filter(({ slot, ...entry }) => entry.issuerCode === issuerCode && slot.list === list && slot.index < listSize);
      const changed = there
        .filter(({ status }) => status !== 'valid')
        .map(({ slot, status }) => ({ index: slot.index, status }))
        .sort((a, b) => a.index - b.index);
      return { taken: there.length, changed };
    },
    async document(identifier, form) {
      open();
      checkKey(identifier, 'identifier');
      checkKey(form, 'form');
      return tables.documents.get(keyOf(identifier, form))?.slice();
    },
    async counters() {
      open();
      return tables.counters
        .keptEntries()
        .map(([counter, last]) => ({ counter, last }))
        .sort((a, b) => (a.counter < b.counter ? -1 : 1));
    },
    async batch(id) {
      open();
      checkKey(id, 'id');
      return structuredClone(tables.batches.get(id));
    },
    async batchByDigest(digest) {
      open();
      checkKey(digest, 'digest');
      const id = tables.batchDigests.get(digest);
      return id === undefined ? undefined : structuredClone(tables.batches.get(id));
    },
    async batches() {
      open();
      return tables.batches
        .keptEntries()
        .map(([, batch]) => structuredClone(batch))
        .sort((a, b) => (a.createdAt + a.id < b.createdAt + b.id ? -1 : 1));
    },
    async range(batch, range) {
      open();
      checkKey(batch, 'batch');
      checkInteger(range, 'range');
      return tables.ranges.get(keyOf(batch, range))?.slice();
    },
    async countBatchRows(batch) {
      open();
      checkKey(batch, 'batch');
      return rowsOf(tables, batch).length;
    },
    audit,
    replay,
    oneTime,
    delegations: memoryDelegations(tables, inTurn, open),
    links: memoryLinks(tables, inTurn, open),
    async close() {
      closed = true;
      await last;
    },
  };
}

/** In the order that {@link Store.entries} promises. */
function identifiersOf(tables: MemoryTables, batch: string | undefined): string[] {
  if (batch !== undefined) return rowsOf(tables, batch).map(({ identifier }) => identifier);
  return tables.entries
    .keptEntries()
    .map(([identifier]) => identifier)
    .sort();
}

function rowsOf(tables: MemoryTables, batch: string): { readonly row: number; readonly identifier: string }[] {
  const last = tables.batches.get(batch)?.rows ?? 0;
  const rows: { row: number; identifier: string }[] = [];
  for (let row = 0; row < last; row++) {
    const identifier = tables.unique.get(batchRowKey(batch, row));
    if (identifier !== undefined) rows.push({ row, identifier });
  }
  return rows;
}
