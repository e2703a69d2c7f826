/** Steps of a transaction on SQL, with what a refusal means. */
import { type ErrorCode, GovError } from '@gov/verdict';
import type { TransactionGuard } from '../transaction-guard.js';
import type { Query, SqlValue } from './driver.js';
import { SqlFailure } from './driver.js';
import { isMissingReference, isUniqueViolation, storeError } from './failure.js';

/** What a violation of a constraint means in a step. */
interface Meaning {
  readonly taken?: readonly [ErrorCode, string];
  readonly missing?: readonly [ErrorCode, string];
}

export interface Steps {
  /** Asks the database; any refusal loses the transaction. */
  run<T>(work: (query: Query) => Promise<T>, meaning?: Meaning): Promise<T>;
  /** Inserts a row unless its key is taken, also by a transaction that runs: that one is waited for. */
  insertUnlessTaken(query: Query, text: string, values: readonly SqlValue[]): Promise<boolean>;
}

export function stepsOf(query: Query, guard: TransactionGuard): Steps {
  return {
    run: (work, meaning = {}) =>
      guard.step(async () => {
        try {
          return await work(query);
        } catch (error) {
          if (!(error instanceof SqlFailure)) throw error;
          const told = meaningOf(error, meaning) ?? storeError(error);
          // A deadlock stays what it is, so that the whole transaction can be tried again.
          guard.lose(told instanceof GovError && told.code !== 'store-unavailable' ? told : error);
          throw told;
        }
      }),
    async insertUnlessTaken(ask, text, values) {
      // After a refused statement nothing more can be asked, except back to a savepoint.
      await ask('SAVEPOINT unless_taken');
      try {
        await ask(text, values);
      } catch (error) {
        if (!isUniqueViolation(error) && !isMissingReference(error)) throw error;
        await ask('ROLLBACK TO SAVEPOINT unless_taken');
        await ask('RELEASE SAVEPOINT unless_taken');
        if (isMissingReference(error)) throw new GovError('license-not-found', 'no licence with this identifier');
        return false;
      }
      await ask('RELEASE SAVEPOINT unless_taken');
      return true;
    },
  };
}

function meaningOf(failure: SqlFailure, { taken, missing }: Meaning): GovError | undefined {
  if (taken !== undefined && isUniqueViolation(failure)) return new GovError(...taken);
  if (missing !== undefined && isMissingReference(failure)) return new GovError(...missing);
  return undefined;
}
