/** What went wrong in a database, as one of our codes. */
import { GovError } from '@gov/verdict';
import { SqlFailure } from './driver.js';

export const isUniqueViolation = (error: unknown): boolean => error instanceof SqlFailure && error.state === '23505';

export const isMissingReference = (error: unknown): boolean => error instanceof SqlFailure && error.state === '23503';

/** A deadlock or a serialisation failure: the same again may well succeed. */
export const isRetryable = (error: unknown): boolean =>
  error instanceof SqlFailure && (error.state === '40001' || error.state === '40P01');

/** Classes of SQLSTATE in which the database itself is not there: connection, resources, an operator, the system. */
const UNAVAILABLE: Readonly<Record<string, string>> = {
  '08': 'the connection was lost',
  '25': 'it takes no writes now',
  '28': 'it refuses this user or password',
  '3D': 'there is no such database',
  '53': 'it has no more connections, memory or disk space',
  '57': 'it was shut down, or the statement took too long',
  '58': 'its system failed',
  XX: 'its data is damaged',
};

/** Anything that was thrown while asking a database: a `GovError` stays; of the rest only the SQLSTATE is told. */
export function storeError(error: unknown): unknown {
  if (!(error instanceof SqlFailure)) return error;
  if (isRetryable(error)) return unavailable('it gave the transaction up again and again (deadlock)', error);
  const why = error.state === '' ? `no connection (${error.connection})` : UNAVAILABLE[error.state.slice(0, 2)];
  if (why !== undefined) return unavailable(why, error);
  if (error.state === '42P01' || error.state === '42703')
    return new GovError('store-version', `the database lacks a table or column (${error.message})`);
  return new GovError('internal', `the database refused a statement (${error.message})`);
}

function unavailable(why: string, failure: SqlFailure): GovError {
  const state = failure.state === '' ? '' : `, ${failure.message}`;
  if (!failure.duringCommit)
    return new GovError('store-unavailable', `the database cannot be used: ${why}${state}; nothing happened`);
  return new GovError(
    'store-unavailable',
    `the database went away during the commit: ${why}${state}; it is not known whether the transaction was committed`,
    {
      issues: [
        {
          path: [],
          code: 'commit-unknown',
          message: 'it is not known whether the transaction was committed',
          messageZh: '事务是否已经提交无法确定',
        },
      ],
    },
  );
}
