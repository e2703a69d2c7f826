/** A store on either driver. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RegisterEntry } from '@gov/e-license/register';
import { GovError } from '@gov/verdict';
import type { Store } from '../../store.js';
import { checkInteger, checkKey, checkRegisterKey } from '../check.js';
import { TransactionGuard } from '../transaction-guard.js';
import { auditReader, auditTransaction } from './audit.js';
import { delegationRegister, linkStore } from './city.js';
import type { Query, SqlDriver, SqlValue } from './driver.js';
import { BATCH_COLUMNS, batchOfRow, ENTRY, entryOfRow, octetsOf, type Row, whereKey } from './entry-rows.js';
import { isRetryable, isUniqueViolation, storeError } from './failure.js';
import { identityReader, identitySteps } from './identity.js';
import { oneTimeStore, replayStore } from './one-time.js';
import { ReadyRows } from './ready-rows.js';
import { type Steps, stepsOf } from './steps.js';
import { storeTransaction } from './transaction.js';

/** Times that a transaction is begun where the database gives it up. */
const ATTEMPTS = 10;

/** Entries of one piece of a long reading. */
const PIECE = 500;

export function sqlStore(driver: SqlDriver): Store {
  const running = new AsyncLocalStorage<true>();
  let closing: Promise<void> | undefined;

  /** Where one connection is all there is, asking beside the transaction one is in would wait for ever. */
  const check = (): void => {
    if (closing !== undefined) throw new GovError('store-unavailable', 'the store is closed');
    if (running.getStore() === true)
      throw new GovError('invalid-argument', 'inside a transaction, ask the transaction and not the store');
  };

  const query: Query = async (text, values, options) => {
    check();
    try {
      return await driver.query(text, values, options);
    } catch (error) {
      throw isUniqueViolation(error) ? error : storeError(error);
    }
  };

  async function transaction<T>(work: (steps: Steps) => Promise<T>): Promise<T> {
    check();
    for (let attempt = 1; ; attempt++) {
      try {
        return await driver.transaction((ask) => running.run(true, () => guarded(ask, work)));
      } catch (error) {
        if (!isRetryable(error) || attempt === ATTEMPTS) throw storeError(error);
        // Those that got in each other's way come back at different times.
        await sleep(Math.random() * 10 * 2 ** Math.min(attempt, 6));
      }
    }
  }

  async function all(text: string, values: readonly SqlValue[]): Promise<readonly Row[]> {
    return (await query(text, values)).rows;
  }

  async function* inPieces(
    read: (last: RegisterEntry | undefined) => Promise<readonly Row[]>,
  ): AsyncGenerator<RegisterEntry> {
    let last: RegisterEntry | undefined;
    for (;;) {
      const rows = await read(last);
      for (const row of rows) {
        last = entryOfRow(row);
        yield last;
      }
      if (rows.length < PIECE) return;
    }
  }

  return {
    transaction: (work) => transaction((steps) => work(storeTransaction(steps))),
    readyEntries(entries) {
      check();
      return new ReadyRows(entries);
    },
    identityTransaction: (work) =>
      transaction((steps) => {
        const { takeNumbers, audit } = storeTransaction(steps);
        return work({ ...identitySteps(steps), takeNumbers, audit });
      }),
    ...identityReader(all),
    async entry(key) {
      checkRegisterKey(key);
      const [where, values] = whereKey(key);
      const [row] = await all(`SELECT ${ENTRY} FROM license ${where}`, values);
      return row === undefined ? undefined : entryOfRow(row);
    },
    async versions(typeCode, issuerCode, serial) {
      checkKey(typeCode, 'typeCode');
      checkKey(issuerCode, 'issuerCode');
      checkKey(serial, 'serial');
      const rows = await all(
        `SELECT ${ENTRY} FROM license WHERE type_code = $1 AND issuer_code = $2 AND serial_text = $3 ORDER BY license_version`,
        [typeCode, issuerCode, serial],
      );
      return rows.map(entryOfRow);
    },
    async *entries({ batch } = {}) {
      if (batch === undefined) {
        yield* inPieces((last) =>
          all(`SELECT ${ENTRY} FROM license WHERE identifier > $1 ORDER BY identifier LIMIT $2`, [
            last?.identifier ?? '',
            PIECE,
          ]),
        );
        return;
      }
      checkKey(batch, 'batch');
      yield* inPieces((last) =>
        all(`SELECT ${ENTRY} FROM license WHERE batch_id = $1 AND batch_row > $2 ORDER BY batch_row LIMIT $3`, [
          batch,
          last?.batch?.row ?? -1,
          PIECE,
        ]),
      );
    },
    async slotStatuses(issuerCode, list, listSize) {
      checkKey(issuerCode, 'issuerCode');
      checkInteger(list, 'list');
      checkInteger(listSize, 'listSize', 1);
      // One statement sees one state of the database.
      const rows = await all(
        `SELECT -1 AS slot_index, 'valid' AS license_status, count(*) AS places FROM license
            WHERE issuer_code = $1 AND slot_list = $2 AND slot_index < $3
          UNION ALL SELECT slot_index, license_status, 0 FROM license
            WHERE issuer_code = $1 AND slot_list = $2 AND slot_index < $3 AND license_status <> 'valid'
          ORDER BY slot_index`,
        [issuerCode, list, listSize],
      );
      const [first, ...changed] = rows;
      return {
        taken: Number(first?.places ?? 0),
        changed: changed.map((row) => ({
          index: Number(row.slot_index),
          status: row.license_status as RegisterEntry['status'],
        })),
      };
    },
    async erasures() {
      const rows = await all(
        'SELECT log_name, entry_index, erased_at, signed_record FROM erasure ORDER BY erased_at',
        [],
      );
      return rows.map((row) => ({
        log: String(row.log_name),
        auditIndex: Number(row.entry_index),
        at: String(row.erased_at),
        record: String(row.signed_record),
      }));
    },
    async document(identifier, form) {
      checkKey(identifier, 'identifier');
      checkKey(form, 'form');
      const [row] = await all('SELECT content FROM license_document WHERE identifier = $1 AND form = $2', [
        identifier,
        form,
      ]);
      return row === undefined ? undefined : octetsOf(row.content);
    },
    async counters() {
      const rows = await all('SELECT counter_name, last_number FROM counter ORDER BY counter_name', []);
      return rows.map((row) => ({ counter: String(row.counter_name), last: Number(row.last_number) }));
    },
    async batch(id) {
      checkKey(id, 'id');
      const [row] = await all(`SELECT ${BATCH_COLUMNS.join()} FROM batch WHERE batch_id = $1`, [id]);
      return row === undefined ? undefined : batchOfRow(row);
    },
    async batchByDigest(digest) {
      checkKey(digest, 'digest');
      const [row] = await all(`SELECT ${BATCH_COLUMNS.join()} FROM batch WHERE batch_digest = $1`, [digest]);
      return row === undefined ? undefined : batchOfRow(row);
    },
    async batches() {
      const rows = await all(`SELECT ${BATCH_COLUMNS.join()} FROM batch ORDER BY created_at, batch_id`, []);
      return rows.map(batchOfRow);
    },
    async range(batch, range) {
      checkKey(batch, 'batch');
      checkInteger(range, 'range');
      const [row] = await all('SELECT packed_rows FROM batch_range WHERE batch_id = $1 AND range_index = $2', [
        batch,
        range,
      ]);
      return row === undefined ? undefined : octetsOf(row.packed_rows);
    },
    async countBatchRows(batch) {
      checkKey(batch, 'batch');
      const [row] = await all('SELECT count(*) AS rows_there FROM license WHERE batch_id = $1', [batch]);
      return Number(row?.rows_there ?? 0);
    },
    audit: {
      auditTransaction: (work) => transaction((steps) => work(auditTransaction(steps))),
      ...auditReader(query),
    },
    replay: replayStore(query),
    oneTime: oneTimeStore(query),
    delegations: delegationRegister(transaction, all),
    links: linkStore(query),
    close() {
      closing ??= driver.close();
      return closing;
    },
  };
}

/** `work`, unless one of its steps lost the transaction: then that, whatever became of the error. */
async function guarded<T>(query: Query, work: (steps: Steps) => Promise<T>): Promise<T> {
  const guard = new TransactionGuard();
  try {
    const result = await work(stepsOf(query, guard));
    await guard.end();
    if (guard.loss !== undefined) throw guard.loss.error;
    return result;
  } catch (error) {
    await guard.end();
    throw guard.loss?.error ?? error;
  }
}
