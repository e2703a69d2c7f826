/** Taking a batch back (撤销批次): what is not issued never will be, and its serials stay accounted for. */

import { GovError, isGovError } from '@gov/verdict';
import { insertPrepared, type LicenseStore } from '../register/index.js';
import { planOf } from './plan.js';
import { voidRow } from './prepare.js';

export interface CancelOptions {
  /** Name of the audit log. */
  readonly log: string;
  /** Who takes it back, for the audit log: an account or a post, no personal data. */
  readonly actor: string;
  /** Why, 1 to 500 characters; kept in the register with each serial. No personal data. */
  readonly reason: string;
  readonly at: Date;
  readonly signal?: AbortSignal;
}

/** Workers that are issuing the same rows at this moment are waited for so often. */
const ATTEMPTS = 10;

/**
 * Makes every row of a batch that is not in the register yet void (作废号). What was issued stays issued; killed, it is run again.
 * Answers how many rows became void. No worker issues them afterwards, and retention may erase the batch's rows.
 *
 * @throws GovError `license-not-found` where there is no such batch; `invalid-argument` for a reason; what the store and the signal throw
 */
export async function cancelBatch(store: LicenseStore, id: string, options: CancelOptions): Promise<number> {
  const { log, actor, reason, at, signal } = options;
  if (!/^[^\p{Cc}]{1,500}$/u.test(reason))
    throw new GovError('invalid-argument', 'a reason has 1 to 500 characters and no control characters');
  const batch = await store.batch(id);
  if (batch === undefined) throw new GovError('license-not-found', `there is no batch ${id}`);
  const { rows, rangeSize, issuerCode, firstSerial, firstSlot } = batch;
  const job = { ...planOf(batch), actor, batch: id, issuerCode, firstSerial, firstSlot, issuedAt: at.toISOString() };
  const voidRange = (from: number, to: number): Promise<number> =>
    store.transaction(async (tx) => {
      // As workers do: of two who have the same rows the second sees those of the first.
      await tx.audit.lockSize(log);
      const there = new Set(await tx.batchRows(id, from, to));
      const missing = Array.from({ length: to - from }, (_, i) => from + i).filter((row) => !there.has(row));
      await insertPrepared(
        tx,
        log,
        missing.map((row) => voidRow(job, row, reason)),
      );
      return missing.length;
    });
  let voided = 0;
  for (let from = 0; from < rows; from += rangeSize) {
    for (let attempt = 1; ; attempt++) {
      signal?.throwIfAborted();
      try {
        voided += await voidRange(from, Math.min(from + rangeSize, rows));
        break;
      } catch (error) {
        if (attempt === ATTEMPTS || !isGovError(error) || error.code !== 'license-exists') throw error;
      }
    }
  }
  return voided;
}
