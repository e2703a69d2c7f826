/** Erasing on SQL: the oldest keys first by their order, then their rows. */
import { type ErasureCutoff, type ErasureKind, STORE_LIMITS } from '../../store.js';
import { earliestEnd } from '../check-city.js';
import { licencesOf } from '../entry-licences.js';
import { auditEntryTime, isBefore } from '../entry-time.js';
import { secretsOf } from './audit.js';
import type { Query, SqlValue } from './driver.js';
import { octetsOf, type Row } from './entry-rows.js';

/** Parts of a key, for what is counted and committed to; they hold no line feed between them. */
const keyText = (row: Row): string => Object.values(row).map(String).join('\n');

/** What one piece of an erasure selects, and what is done with each row of it. */
interface Erasure {
  readonly select: string;
  readonly values: readonly SqlValue[];
  readonly write: (query: Query, row: Row) => Promise<void>;
}

/** A statement that takes the selected columns as $1, $2, … */
const writing =
  (statement: string): Erasure['write'] =>
  async (query, row) => {
    await query(statement, Object.values(row) as SqlValue[]);
  };

/** Where a transaction came to among the openings of each log: those that stay are read once, not again by every step. */
export type PassedOver = Map<string, number>;

export async function erase(
  query: Query,
  kind: ErasureKind,
  cutoff: ErasureCutoff,
  limit: number,
  passed: PassedOver,
): Promise<readonly string[]> {
  if (kind === 'audit-secrets') return eraseSecrets(query, cutoff, limit, passed);
  // Whatever else is erased may let go of openings.
  passed.clear();
  const erased: string[] = [];
  for (const { select, values, write } of erasuresOf(kind, cutoff)) {
    const most = limit - erased.length;
    const { rows } = await query(`${select} LIMIT ${most}`, values, { rare: true });
    for (const row of rows) {
      await write(query, row);
      erased.push(keyText(row));
    }
    if (rows.length === most) break;
  }
  return erased;
}

const HAS_DATA = '(l.license_json IS NOT NULL OR l.qr_text IS NOT NULL OR l.status_reason IS NOT NULL)';

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
          write: writing('DELETE FROM license_document WHERE identifier = $1 AND form = $2'),
        },
      ];
    case 'license-data':
      return [
        {
          select: `SELECT l.identifier FROM license l WHERE ${ended}
            AND ${HAS_DATA} ORDER BY l.identifier`,
          values: endedValues,
          write: eraseLicense,
        },
      ];
    case 'batch-rows':
      return [
        {
          select: `SELECT r.batch_id, r.range_index FROM batch_range r JOIN batch b ON b.batch_id = r.batch_id
            WHERE b.created_at < $1 AND b.batch_rows = (SELECT count(*) FROM license l WHERE l.batch_id = b.batch_id)
            ORDER BY r.batch_id, r.range_index`,
          values: [before],
          write: async (query, { batch_id: id, range_index: range }) => {
            await query('DELETE FROM batch_range WHERE batch_id = $1 AND range_index = $2', [
              String(id),
              Number(range),
            ]);
            // Of a file that a guess may find.
            await query('UPDATE batch SET batch_digest = NULL WHERE batch_id = $1', [String(id)]);
          },
        },
      ];
    case 'request-keys':
      return [
        {
          select: `SELECT issuer_code, request_key FROM license WHERE request_key IS NOT NULL AND issued_at < $1
            ORDER BY issuer_code, request_key`,
          values: [before],
          write: writing(
            'UPDATE license SET request_key = NULL, request_digest = NULL WHERE issuer_code = $1 AND request_key = $2',
          ),
        },
        {
          select:
            'SELECT issuer_code, request_key FROM kept_request WHERE kept_at < $1 ORDER BY issuer_code, request_key',
          values: [before],
          write: writing('DELETE FROM kept_request WHERE issuer_code = $1 AND request_key = $2'),
        },
      ];
    case 'replay':
      return [
        {
          select: 'SELECT scope, token_id FROM replay WHERE until_time < $1 ORDER BY scope, token_id',
          values: [before],
          write: writing('DELETE FROM replay WHERE scope = $1 AND token_id = $2'),
        },
      ];
    case 'one-time':
      return [
        {
          select: 'SELECT scope, code_digest FROM one_time WHERE until_time < $1 ORDER BY scope, code_digest',
          values: [before],
          write: writing('DELETE FROM one_time WHERE scope = $1 AND code_digest = $2'),
        },
      ];
    case 'issued-tokens':
      return [
        {
          select: 'SELECT token_id FROM issued_token WHERE expires_at < $1 ORDER BY token_id',
          values: [before],
          write: writing('DELETE FROM issued_token WHERE token_id = $1'),
        },
      ];
    case 'sessions':
      // One that was ended keeps its tokens from being exchanged, until then.
      return [
        {
          select: 'SELECT session_id FROM login_session WHERE expires_at < $1 ORDER BY session_id',
          values: [before],
          write: writing('DELETE FROM login_session WHERE session_id = $1'),
        },
      ];
    case 'mandates':
      return [
        {
          select: 'SELECT mandate_id FROM mandate WHERE revoked_at < $1 OR expires_at < $1 ORDER BY mandate_id',
          values: [before],
          write: writing('DELETE FROM mandate WHERE mandate_id = $1'),
        },
      ];
    case 'delegations':
      // One after the other, by the index: it begins with what they are told apart by.
      return [0, 1].map((revoked) => ({
        select:
          'SELECT expires_at, tag FROM delegation WHERE revoked = $1 AND expires_at < $2 ORDER BY expires_at, tag',
        values: [revoked, earliestEnd(before)],
        // Whether or not it was revoked meanwhile.
        write: async (query, { tag }) => {
          await query('DELETE FROM delegation WHERE tag = $1', [String(tag)]);
        },
      }));
    case 'code-links':
      return [
        {
          select: 'SELECT linked_at, link_key FROM code_link WHERE linked_at < $1 ORDER BY linked_at, link_key',
          values: [before],
          // One that was made anew meanwhile is another.
          write: writing('DELETE FROM code_link WHERE linked_at = $1 AND link_key = $2'),
        },
      ];
  }
}

/** What was issued, under which request, why it ended, and the openings of the entries that say so. */
async function eraseLicense(query: Query, { identifier }: Row): Promise<void> {
  const { rows } = await query(
    `UPDATE license SET license_json = NULL, qr_text = NULL, status_reason = NULL, request_key = NULL, request_digest = NULL
      WHERE identifier = $1 RETURNING audit_index, status_audit_index`,
    [String(identifier)],
  );
  const indices = rows.flatMap((row) => [row.audit_index, row.status_audit_index]).filter((index) => index !== null);
  for (const index of indices) {
    // A row does not say in which log its entries are.
    const { rows: found } = await query(
      `SELECT log_name, entry_index, openings_json FROM audit_secret
        WHERE log_name IN (SELECT log_name FROM audit_log) AND entry_index = $1`,
      [Number(index)],
    );
    const own = found.filter((row) => licencesOf(openingsOf(row)).includes(String(identifier)));
    const held = await heldEntries(query, own);
    for (const row of own) if (!held.has(row)) await deleteOpenings(query, row);
  }
}

/** Of entries with openings, those that a licence with data refers to: their openings stay as long as its data does. */
async function heldEntries(query: Query, entries: readonly Row[]): Promise<ReadonlySet<Row>> {
  const licences = new Map(entries.map((row) => [row, licencesOf(openingsOf(row))]));
  const identifiers = [...new Set([...licences.values()].flat())];
  if (identifiers.length === 0) return new Set();
  const { rows } = await query(
    `SELECT l.identifier, l.audit_index, l.status_audit_index FROM license l
      WHERE l.identifier IN (${identifiers.map((_, i) => `$${i + 1}`).join()}) AND ${HAS_DATA}`,
    identifiers,
    { rare: true },
  );
  const referring = new Set(
    rows.flatMap((row) => [row.audit_index, row.status_audit_index].map((index) => `${row.identifier} ${index}`)),
  );
  return new Set(
    entries.filter((row) => licences.get(row)!.some((identifier) => referring.has(`${identifier} ${row.entry_index}`))),
  );
}

const openingsOf = (row: Row): ReturnType<typeof secretsOf> => secretsOf(String(row.openings_json));

async function deleteOpenings(query: Query, { log_name: log, entry_index: index }: Row): Promise<void> {
  await query('DELETE FROM audit_secret WHERE log_name = $1 AND entry_index = $2', [String(log), Number(index)]);
}

/** Entries tell their own time: those that still have openings are read one after another. */
async function eraseSecrets(
  query: Query,
  { before }: ErasureCutoff,
  limit: number,
  passed: PassedOver,
): Promise<readonly string[]> {
  const erased: string[] = [];
  const { rows: logs } = await query('SELECT log_name FROM audit_log ORDER BY log_name', [], { rare: true });
  for (const { log_name: log } of logs) {
    const place = `${before}\n${log}`;
    while (erased.length < limit) {
      const { rows } = await query(
        `SELECT s.log_name, s.entry_index, s.openings_json, e.content FROM audit_secret s
          JOIN audit_entry e ON e.log_name = s.log_name AND e.entry_index = s.entry_index
          WHERE s.log_name = $1 AND s.entry_index >= $2 ORDER BY s.entry_index LIMIT $3`,
        [String(log), passed.get(place) ?? 0, Math.min(limit - erased.length, STORE_LIMITS.rowsErased)],
      );
      const old = rows.filter(({ content }) => {
        const at = auditEntryTime(octetsOf(content));
        return at !== undefined && isBefore(at, before);
      });
      const held = await heldEntries(query, old);
      for (const row of old) {
        if (held.has(row)) continue;
        await deleteOpenings(query, row);
        erased.push(`${log}\n${row.entry_index}`);
      }
      const last = rows.at(-1);
      if (last === undefined) break;
      passed.set(place, Number(last.entry_index) + 1);
    }
  }
  return erased;
}
