/** Erasing on SQL: the oldest keys first by their order, then their rows. */
import { type ErasureCutoff, type ErasureKind, STORE_LIMITS } from '../../store.js';
import { auditEntryTime, isBefore } from '../entry-time.js';
import type { Query, SqlValue } from './driver.js';
import { octetsOf, type Row } from './entry-rows.js';

/** Parts of a key, for what is counted and committed to; they hold no line feed between them. */
const keyText = (row: Row): string => Object.values(row).map(String).join('\n');

/** What one piece of an erasure selects, and what is done with each row of it. */
interface Erasure {
  readonly select: string;
  readonly values: readonly SqlValue[];
  /** Takes the selected columns as $1, $2, … */
  readonly write: string;
}

export async function erase(
  query: Query,
  kind: ErasureKind,
  cutoff: ErasureCutoff,
  limit: number,
): Promise<readonly string[]> {
  if (kind === 'audit-secrets') return eraseSecrets(query, cutoff, limit);
  const erased: string[] = [];
  for (const { select, values, write } of erasuresOf(kind, cutoff)) {
    const most = limit - erased.length;
    const { rows } = await query(`${select} LIMIT ${most}`, values, { rare: true });
    for (const row of rows) {
      await query(write, Object.values(row) as SqlValue[]);
      erased.push(keyText(row));
    }
    if (rows.length === most) break;
  }
  return erased;
}

function erasuresOf(kind: Exclude<ErasureKind, 'audit-secrets'>, cutoff: ErasureCutoff): readonly Erasure[] {
  const { before, beforeDay, endedStatuses } = cutoff;
  // A text like 长期 stands after every day.
  const marks = endedStatuses.map((_, i) => `$${i + 3}`).join();
  const ended = `((l.license_status IN (${marks}) AND l.status_at < $1) OR l.valid_to < $2)`;
  const endedValues = [before, beforeDay, ...endedStatuses];
  switch (kind) {
    case 'documents':
      return [
        {
          select: `SELECT d.identifier, d.form FROM license_document d JOIN license l ON l.identifier = d.identifier
            WHERE ${ended} ORDER BY d.identifier, d.form`,
          values: endedValues,
          write: 'DELETE FROM license_document WHERE identifier = $1 AND form = $2',
        },
      ];
    case 'license-data':
      return [
        {
          select: `SELECT l.identifier FROM license l WHERE ${ended}
            AND (l.license_json IS NOT NULL OR l.qr_text IS NOT NULL OR l.status_reason IS NOT NULL) ORDER BY l.identifier`,
          values: endedValues,
          write: 'UPDATE license SET license_json = NULL, qr_text = NULL, status_reason = NULL WHERE identifier = $1',
        },
      ];
    case 'batch-rows':
      return [
        {
          select: `SELECT r.batch_id, r.range_index FROM batch_range r JOIN batch b ON b.batch_id = r.batch_id
            WHERE b.created_at < $1 AND b.batch_rows = (SELECT count(*) FROM license l WHERE l.batch_id = b.batch_id)
            ORDER BY r.batch_id, r.range_index`,
          values: [before],
          write: 'DELETE FROM batch_range WHERE batch_id = $1 AND range_index = $2',
        },
      ];
    case 'request-keys':
      return [
        {
          select: `SELECT issuer_code, request_key FROM license WHERE request_key IS NOT NULL AND issued_at < $1
            ORDER BY issuer_code, request_key`,
          values: [before],
          write:
            'UPDATE license SET request_key = NULL, request_digest = NULL WHERE issuer_code = $1 AND request_key = $2',
        },
        {
          select:
            'SELECT issuer_code, request_key FROM kept_request WHERE kept_at < $1 ORDER BY issuer_code, request_key',
          values: [before],
          write: 'DELETE FROM kept_request WHERE issuer_code = $1 AND request_key = $2',
        },
      ];
    case 'replay':
      return [
        {
          select: 'SELECT scope, token_id FROM replay WHERE until_time < $1 ORDER BY scope, token_id',
          values: [before],
          write: 'DELETE FROM replay WHERE scope = $1 AND token_id = $2',
        },
      ];
    case 'one-time':
      return [
        {
          select: 'SELECT scope, code_digest FROM one_time WHERE until_time < $1 ORDER BY scope, code_digest',
          values: [before],
          write: 'DELETE FROM one_time WHERE scope = $1 AND code_digest = $2',
        },
      ];
  }
}

/** Entries tell their own time: those that still have openings are read one after another. */
async function eraseSecrets(query: Query, { before }: ErasureCutoff, limit: number): Promise<readonly string[]> {
  const erased: string[] = [];
  const { rows: logs } = await query('SELECT log_name FROM audit_log ORDER BY log_name', [], { rare: true });
  for (const { log_name: log } of logs) {
    let from = 0;
    while (erased.length < limit) {
      const { rows } = await query(
        `SELECT s.entry_index, e.content FROM audit_secret s
          JOIN audit_entry e ON e.log_name = s.log_name AND e.entry_index = s.entry_index
          WHERE s.log_name = $1 AND s.entry_index >= $2 ORDER BY s.entry_index LIMIT $3`,
        [String(log), from, Math.min(limit - erased.length, STORE_LIMITS.rowsErased)],
      );
      for (const { entry_index: index, content } of rows) {
        from = Number(index) + 1;
        const at = auditEntryTime(octetsOf(content));
        if (at === undefined || !isBefore(at, before)) continue;
        await query('DELETE FROM audit_secret WHERE log_name = $1 AND entry_index = $2', [String(log), Number(index)]);
        erased.push(`${log}\n${index}`);
      }
      if (rows.length === 0) break;
    }
  }
  return erased;
}
