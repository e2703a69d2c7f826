/** The steps of a transaction on SQL. */
import type { RegisterEntry, RegisterKey } from '@gov/e-license/register';
import { GovError } from '@gov/verdict';
import { STORE_LIMITS, type StoreTransaction } from '../../store.js';
import {
  checkBatch,
  checkBytes,
  checkEntries,
  checkInteger,
  checkKey,
  checkNumber,
  checkRegisterKey,
  checkStatusChange,
} from '../check.js';
import { auditTransaction } from './audit.js';
import type { Query } from './driver.js';
import { BATCH_COLUMNS, ENTRY, ENTRY_COLUMNS, entryOfRow, rowOfBatch, rowOfEntry, whereKey } from './entry-rows.js';
import { erase, type PassedOver } from './erase.js';
import { insertion, insertRows } from './insert.js';
import { ReadyRows } from './ready-rows.js';
import type { Steps } from './steps.js';

const EXISTS = ['license-exists', 'the identifier, number, request key, batch row or slot is taken'] as const;
const NOT_FOUND = 'no licence with this identifier';

export function storeTransaction(steps: Steps): StoreTransaction {
  const passed: PassedOver = new Map();
  return {
    async takeNumbers(counter, count) {
      checkKey(counter, 'counter');
      checkNumber(count, 'count', 1, STORE_LIMITS.numbersAtOnce);
      return steps.run((query) => takeNumbers(steps, query, counter, count));
    },
    async lockEntry(key) {
      checkRegisterKey(key);
      return steps.run((query) => lockEntry(query, key));
    },
    async batchRows(batch, from, to) {
      checkKey(batch, 'batch');
      checkInteger(from, 'from');
      checkInteger(to, 'to');
      checkNumber(to - from, 'rows', 0, STORE_LIMITS.rowsRead);
      const { rows } = await steps.run((query) =>
        query(
          'SELECT batch_row FROM license WHERE batch_id = $1 AND batch_row >= $2 AND batch_row < $3 ORDER BY batch_row',
          [batch, from, to],
        ),
      );
      return rows.map(({ batch_row }) => Number(batch_row));
    },
    async insertEntries(entries) {
      checkEntries(entries);
      await steps.run((query) => insertRows(query, 'license', ENTRY_COLUMNS, entries.map(rowOfEntry)), {
        taken: EXISTS,
      });
    },
    async insertReady(ready, firstAuditIndex) {
      if (!(ready instanceof ReadyRows))
        throw new GovError('invalid-argument', 'these entries are ready for another store');
      checkNumber(firstAuditIndex, 'firstAuditIndex');
      const insert = insertion('license', ENTRY_COLUMNS, ready.objects(firstAuditIndex));
      await steps.run(insert, { taken: EXISTS });
    },
    async setStatus(identifier, change) {
      checkKey(identifier, 'identifier');
      checkStatusChange(change);
      const { status, at, reason = null, auditIndex } = change;
      const { written } = await steps.run((query) =>
        query(
          'UPDATE license SET license_status = $2, status_at = $3, status_reason = $4, status_audit_index = $5 WHERE identifier = $1',
          [identifier, status, at, reason, auditIndex],
        ),
      );
      if (written === 0) throw new GovError('license-not-found', NOT_FOUND);
    },
    async keepRequest(issuerCode, key, digest) {
      checkKey(issuerCode, 'issuerCode');
      checkKey(key, 'request key');
      checkKey(digest, 'request digest');
      return steps.run(async (query) => {
        const kept = await keptRequest(query, issuerCode, key);
        if (kept !== undefined) return kept;
        const isNew = await steps.insertUnlessTaken(
          query,
          'INSERT INTO kept_request (issuer_code, request_key, request_digest, kept_at) VALUES ($1, $2, $3, $4)',
          [issuerCode, key, digest, new Date().toISOString()],
        );
        return isNew ? undefined : keptRequest(query, issuerCode, key);
      });
    },
    async insertDocument(identifier, form, bytes) {
      checkKey(identifier, 'identifier');
      checkKey(form, 'form');
      checkBytes(bytes, 'document');
      return steps.run((query) =>
        steps.insertUnlessTaken(query, 'INSERT INTO license_document (identifier, form, content) VALUES ($1, $2, $3)', [
          identifier,
          form,
          bytes,
        ]),
      );
    },
    async countPrint(identifier) {
      checkKey(identifier, 'identifier');
      return steps.run((query) => countPrint(steps, query, identifier));
    },
    async insertBatch(batch) {
      checkBatch(batch);
      await steps.run((query) => insertRows(query, 'batch', BATCH_COLUMNS, [rowOfBatch(batch)]), {
        taken: ['batch-exists', 'there is a batch with this id or digest'],
      });
    },
    async insertRange(batch, range, rows) {
      checkKey(batch, 'batch');
      checkInteger(range, 'range');
      checkBytes(rows, 'range');
      await steps.run(
        (query) =>
          query('INSERT INTO batch_range (batch_id, range_index, packed_rows) VALUES ($1, $2, $3)', [
            batch,
            range,
            rows,
          ]),
        {
          taken: ['batch-exists', 'the batch has this range already'],
          missing: ['invalid-argument', 'there is no such batch'],
        },
      );
    },
    erase: (kind, cutoff, limit) => steps.run((query) => erase(query, kind, cutoff, limit, passed)),
    async keepErasure({ log, auditIndex, at, record }) {
      await steps.run((query) =>
        query('INSERT INTO erasure (log_name, entry_index, erased_at, signed_record) VALUES ($1, $2, $3, $4)', [
          log,
          auditIndex,
          at,
          record,
        ]),
      );
    },
    audit: auditTransaction(steps),
  };
}

async function takeNumbers(steps: Steps, query: Query, counter: string, count: number): Promise<number> {
  const take = async (): Promise<number | undefined> => {
    const { rows } = await query(
      'UPDATE counter SET last_number = last_number + $2 WHERE counter_name = $1 RETURNING last_number',
      [counter, count],
    );
    return rows[0] === undefined ? undefined : Number(rows[0].last_number);
  };
  let last = await take();
  if (last === undefined) {
    await steps.insertUnlessTaken(query, 'INSERT INTO counter (counter_name, last_number) VALUES ($1, 0)', [counter]);
    last = (await take()) ?? Number.NaN;
  }
  checkNumber(last, 'the counter');
  return last - count + 1;
}

/**
 * Of a number, the newest version is meant: while the row was waited for, a newer one may have come, which the statement that
 * waited did not see.
 */
async function lockEntry(query: Query, key: RegisterKey): Promise<RegisterEntry | undefined> {
  const [where, values] = whereKey(key);
  for (;;) {
    const { rows } = await query(`SELECT ${ENTRY} FROM license ${where} FOR UPDATE`, values);
    if (rows[0] === undefined || !('number' in key)) return rows[0] === undefined ? undefined : entryOfRow(rows[0]);
    const { rows: newest } = await query(`SELECT identifier FROM license ${where}`, values);
    if (newest[0]?.identifier === rows[0].identifier) return entryOfRow(rows[0]);
  }
}

async function keptRequest(query: Query, issuerCode: string, key: string): Promise<string | undefined> {
  const { rows } = await query('SELECT request_digest FROM kept_request WHERE issuer_code = $1 AND request_key = $2', [
    issuerCode,
    key,
  ]);
  return rows[0] === undefined ? undefined : String(rows[0].request_digest);
}

async function countPrint(steps: Steps, query: Query, identifier: string): Promise<number> {
  const count = async (): Promise<number | undefined> => {
    const { rows } = await query(
      'UPDATE license_print SET prints = prints + 1 WHERE identifier = $1 RETURNING prints',
      [identifier],
    );
    return rows[0] === undefined ? undefined : Number(rows[0].prints);
  };
  const prints = await count();
  if (prints !== undefined) return prints;
  await steps.insertUnlessTaken(query, 'INSERT INTO license_print (identifier, prints) VALUES ($1, 0)', [identifier]);
  return (await count()) ?? Number.NaN;
}
