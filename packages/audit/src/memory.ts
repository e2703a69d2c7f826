/**
 * `@gov/audit/memory`: a log that lives as long as its process (内存日志), for tests and trials.
 *
 * @packageDocumentation
 */
import { GovError } from '@gov/verdict';
import type { AuditStorage, AuditTransaction, StoredAuditEntry } from './storage.js';

interface MemoryLog {
  readonly entries: StoredAuditEntry[];
  readonly tiles: Map<string, Uint8Array>;
}

/**
 * Transactions run one after another; one that throws leaves nothing behind.
 *
 * @example
 * import { AuditLog, auditEntry } from '@gov/audit';
 * import { memoryAuditStorage } from '@gov/audit/memory';
 * const log = new AuditLog(memoryAuditStorage(), 'audit.example.gov.cn/license');
 * await log.append([auditEntry({ at: new Date(), action: 'license-query', actor: 'gate' })]); // 0
 */
export function memoryAuditStorage(): AuditStorage {
  const logs = new Map<string, MemoryLog>();
  const tileOf = async (log: string, level: number, index: number) =>
    logs.get(log)?.tiles.get(`${level}/${index}`)?.slice();
  let last: Promise<unknown> = Promise.resolve();
  return {
    readTile: tileOf,
    auditTransaction(work) {
      const done = last.then(() => runTransaction(logs, work));
      last = done.catch(() => undefined);
      return done;
    },
    size: async (log) => logs.get(log)?.entries.length ?? 0,
    entries: async (log, from, to) => (logs.get(log)?.entries ?? []).slice(from, to).map(({ bytes }) => bytes.slice()),
    secrets: async (log, index) => logs.get(log)?.entries[index]?.secrets ?? [],
    async eraseSecrets(log, indices) {
      const entries = logs.get(log)?.entries ?? [];
      let erased = 0;
      for (const index of new Set(indices)) {
        const entry = entries[index];
        if (entry === undefined) continue;
        erased += entry.secrets.length;
        entries[index] = { bytes: entry.bytes, secrets: [] };
      }
      return erased;
    },
  };
}

async function runTransaction<T>(logs: Map<string, MemoryLog>, work: (tx: AuditTransaction) => Promise<T>): Promise<T> {
  /** What is new in this transaction. */
  const added = new Map<string, MemoryLog>();
  const sizeOf = (log: string): number => (logs.get(log)?.entries.length ?? 0) + (added.get(log)?.entries.length ?? 0);
  const own = (log: string): MemoryLog => {
    const there: MemoryLog = added.get(log) ?? { entries: [], tiles: new Map() };
    added.set(log, there);
    return there;
  };
  const result = await work({
    lockSize: async (log) => sizeOf(log),
    readTile: async (log, level, index) => {
      const key = `${level}/${index}`;
      return (added.get(log)?.tiles.get(key) ?? logs.get(log)?.tiles.get(key))?.slice();
    },
    async writeTile(log, level, index, hashes) {
      own(log).tiles.set(`${level}/${index}`, hashes.slice());
    },
    async insertEntries(log, from, entries) {
      if (from !== sizeOf(log)) throw new GovError('invalid-argument', `entries at ${from} of a log of ${sizeOf(log)}`);
      own(log).entries.push(...entries.map(({ bytes, secrets }) => ({ bytes: bytes.slice(), secrets: [...secrets] })));
    },
  });
  for (const [log, { entries, tiles }] of added) {
    const kept: MemoryLog = logs.get(log) ?? { entries: [], tiles: new Map() };
    for (const entry of entries) kept.entries.push(entry);
    for (const [key, hashes] of tiles) kept.tiles.set(key, hashes);
    logs.set(log, kept);
  }
  return result;
}
