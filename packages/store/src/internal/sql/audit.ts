/** The audit log on SQL: inside a transaction, and read. */
import type { AuditSecret, AuditStorage, AuditTransaction } from '@gov/audit';
import { fromBase64url, toBase64url } from '@gov/sm';
import { GovError } from '@gov/verdict';
import { STORE_LIMITS } from '../../store.js';
import { checkAuditEntries, checkBytes, checkInteger, checkKey, checkNumber } from '../check.js';
import type { Query } from './driver.js';
import { octetsOf } from './entry-rows.js';
import { insertion, membersText } from './insert.js';
import type { Steps } from './steps.js';

const ENTRY_COLUMNS = ['log_name', 'entry_index', 'content'] as const;
const SECRET_COLUMNS = ['log_name', 'entry_index', 'openings', 'openings_json'] as const;

export function auditTransaction(steps: Steps): AuditTransaction {
  return {
    async lockSize(log) {
      checkKey(log, 'log');
      return steps.run(async (query) => {
        const locked = await lockedSize(query, log);
        if (locked !== undefined) return locked;
        await steps.insertUnlessTaken(query, 'INSERT INTO audit_log (log_name, log_size) VALUES ($1, 0)', [log]);
        return (await lockedSize(query, log)) ?? Number.NaN;
      });
    },
    readTile: (log, level, index) => steps.run((query) => readTile(query, log, level, index)),
    async writeTile(log, level, index, hashes) {
      checkKey(log, 'log');
      checkInteger(level, 'level');
      checkNumber(index, 'index');
      checkBytes(hashes, 'tile');
      await steps.run(async (query) => {
        const { written } = await query(
          'UPDATE audit_tile SET hashes = $4 WHERE log_name = $1 AND tile_level = $2 AND tile_index = $3',
          [log, level, index, hashes],
        );
        if (written > 0) return;
        await query('INSERT INTO audit_tile (log_name, tile_level, tile_index, hashes) VALUES ($1, $2, $3, $4)', [
          log,
          level,
          index,
          hashes,
        ]);
      });
    },
    async insertEntries(log, from, entries) {
      checkKey(log, 'log');
      checkNumber(from, 'from');
      checkAuditEntries(entries);
      const contents = entries.map(({ bytes }, i) => `{${membersText(ENTRY_COLUMNS, [log, from + i, bytes])}}`);
      const openings = entries.flatMap(({ secrets }, i) =>
        secrets.length === 0
          ? []
          : [`{${membersText(SECRET_COLUMNS, [log, from + i, secrets.length, secretsText(secrets)])}}`],
      );
      const insertContents = insertion('audit_entry', ENTRY_COLUMNS, contents);
      const insertOpenings = insertion('audit_secret', SECRET_COLUMNS, openings);
      const isAtEnd = await steps.run(async (query) => {
        const { written } = await query('UPDATE audit_log SET log_size = $3 WHERE log_name = $1 AND log_size = $2', [
          log,
          from,
          from + entries.length,
        ]);
        if (written === 0) return false;
        await insertContents(query);
        await insertOpenings(query);
        return true;
      });
      if (!isAtEnd) throw new GovError('invalid-argument', 'entries are appended at the size of the log');
    },
  };
}

/** Everything of {@link AuditStorage} that reads, and the erasure of openings. */
export function auditReader(query: Query): Omit<AuditStorage, 'auditTransaction'> {
  return {
    readTile: (log, level, index) => readTile(query, log, level, index),
    async size(log) {
      checkKey(log, 'log');
      const { rows } = await query('SELECT log_size FROM audit_log WHERE log_name = $1', [log]);
      return Number(rows[0]?.log_size ?? 0);
    },
    async entries(log, from, to) {
      checkKey(log, 'log');
      checkNumber(from, 'from');
      checkNumber(to, 'to');
      const { rows } = await query(
        'SELECT content FROM audit_entry WHERE log_name = $1 AND entry_index >= $2 AND entry_index < $3 ORDER BY entry_index LIMIT $4',
        [log, from, to, STORE_LIMITS.rowsRead + 1],
      );
      checkNumber(rows.length, 'entries', 0, STORE_LIMITS.rowsRead);
      return rows.map(({ content }) => octetsOf(content));
    },
    async secrets(log, index) {
      checkKey(log, 'log');
      checkNumber(index, 'index');
      const { rows } = await query('SELECT openings_json FROM audit_secret WHERE log_name = $1 AND entry_index = $2', [
        log,
        index,
      ]);
      return rows[0] === undefined ? [] : secretsOf(String(rows[0].openings_json));
    },
    async eraseSecrets(log, indices) {
      checkKey(log, 'log');
      let erased = 0;
      for (const index of new Set(indices)) {
        checkNumber(index, 'index');
        const { rows } = await query(
          'DELETE FROM audit_secret WHERE log_name = $1 AND entry_index = $2 RETURNING openings',
          [log, index],
        );
        erased += Number(rows[0]?.openings ?? 0);
      }
      return erased;
    },
  };
}

async function lockedSize(query: Query, log: string): Promise<number | undefined> {
  const { rows } = await query('SELECT log_size FROM audit_log WHERE log_name = $1 FOR UPDATE', [log]);
  return rows[0] === undefined ? undefined : Number(rows[0].log_size);
}

async function readTile(query: Query, log: string, level: number, index: number): Promise<Uint8Array | undefined> {
  checkKey(log, 'log');
  checkInteger(level, 'level');
  checkNumber(index, 'index');
  const { rows } = await query(
    'SELECT hashes FROM audit_tile WHERE log_name = $1 AND tile_level = $2 AND tile_index = $3',
    [log, level, index],
  );
  return rows[0] === undefined ? undefined : octetsOf(rows[0].hashes);
}

/** One row for all openings of an entry: they are written together, read together and erased together. */
const secretsText = (secrets: readonly AuditSecret[]): string =>
  JSON.stringify(secrets.map(({ name, salt, value }) => [name, toBase64url(salt), value]));

export const secretsOf = (text: string): AuditSecret[] =>
  (JSON.parse(text) as [string, string, string][]).map(([name, salt, value]) => ({
    name,
    salt: fromBase64url(salt) ?? new Uint8Array(),
    value,
  }));
