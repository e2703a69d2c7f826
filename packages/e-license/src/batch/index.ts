/**
 * `@gov/e-license/batch`: licences in bulk (批量制发): checked, recorded, worked off; killed at any moment, run again, nothing is
 * issued twice.
 *
 * @packageDocumentation
 */
export { type CancelOptions, cancelBatch } from './cancel.js';
export { type BatchCheckOptions, type CheckedRow, checkRows, commonData } from './check.js';
export { type LicenseColumn, type LicenseColumns, licenseColumns } from './columns.js';
export type { BatchIssue, BatchIssueCode } from './issues.js';
export { RANGE_LIMITS } from './pack.js';
export { handlePreparer, type RangeJob, type RangePreparer } from './prepare.js';
export type { BatchProgress } from './progress.js';
export { localRanges, type RangeLease, type RangeQueue, rangesOf } from './queue.js';
export {
  BATCH_LIMITS,
  type BatchDigestOptions,
  type BatchRecording,
  batchDigest,
  type RecordOptions,
  recordBatch,
  recordedBatch,
} from './record.js';
export { type BatchResult, batchResults, resultCsv, resultJsonLines } from './results.js';
export { type RunOptions, runBatch, type WorkDone, type WorkOptions, workRanges } from './run.js';
export { memorySpool, type RangeSpool } from './spool.js';
export { type LicenseTable, licenseTable } from './table.js';
