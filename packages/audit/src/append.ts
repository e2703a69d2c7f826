/** Putting entries at the end of a log, inside a transaction of the store. */
import { GovError } from '@gov/verdict';
import { AUDIT_ENTRY_LIMITS } from './entry.js';
import { growTiles } from './internal/tiles.js';
import type { AuditTransaction, StoredAuditEntry } from './storage.js';
import { leafHash } from './tree.js';

/**
 * Appends entries, many at once: one read and one or two written tiles for each level of the tree, whatever the size of the
 * log. The log is locked until the transaction ends: append last.
 *
 * @returns position of the first
 * @throws GovError `audit-damaged` where the tiles of the store do not fit its size; `invalid-argument` for an entry that no
 *   reader would take
 */
export async function appendAudit(
  tx: AuditTransaction,
  log: string,
  entries: readonly StoredAuditEntry[],
): Promise<number> {
  for (const { bytes } of entries) {
    if (bytes.length === 0 || bytes.length > AUDIT_ENTRY_LIMITS.bytes)
      throw new GovError('invalid-argument', `an audit entry of ${bytes.length} octets`);
  }
  const from = await tx.lockSize(log);
  if (entries.length === 0) return from;
  const leaves = entries.map(({ bytes }) => leafHash(bytes));
  const writeTiles = async (): Promise<void> => {
    for (const { level, index, hashes } of await growTiles(tx, log, from, leaves))
      await tx.writeTile(log, level, index, hashes);
  };
  // At once: a database that works elsewhere has something to do meanwhile.
  await Promise.all([tx.insertEntries(log, from, entries), writeTiles()]);
  return from;
}
