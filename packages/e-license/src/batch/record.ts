/** Recording a batch (批次登记): all rows checked first, then serials and places of status lists for all of them, in one transaction. */

import { holdsPersonalNumber } from '@gov/codes';
import { bytesToHex, sm3 } from '@gov/sm';
import { type ByteSource, sm3Stream } from '@gov/sm/sm3-stream';
import type { ReadTableOptions } from '@gov/table';
import { canonicalJson } from '@gov/token/json';
import { GovError, isGovError } from '@gov/verdict';
import {
  type BatchRecord,
  type LicenseStore,
  STATUS_LIST_SIZE,
  serialCounter,
  serialText,
  slotCounter,
} from '../register/index.js';
import { ListSizes } from '../register/list-size.js';
import { type BatchCheckOptions, checkRows } from './check.js';
import type { BatchIssue } from './issues.js';
import { type BatchRow, packRows, RANGE_LIMITS } from './pack.js';
import { planText } from './plan.js';
import { memorySpool, type RangeSpool } from './spool.js';
import type { LicenseTable } from './table.js';

export const BATCH_LIMITS = {
  rows: 10_000_000,
  /** Issues that are answered, unless `maxIssues` says otherwise; all are counted. */
  issues: 1_000,
} as const;

/** Long enough that a transaction costs little for each row, short enough that a kill loses little and the audit log is free soon. */
const RANGE_ROWS = 500;

export interface RecordOptions extends BatchCheckOptions {
  /** 1 to 64 of A–Z a–z 0–9 . _ -; a random one by default, and the batch of the same digest is found again without it. */
  readonly id?: string;
  /** What `batchDigest` answers: the same id with another digest is refused. Kept until the batch's rows are erased. */
  readonly digest: string;
  /** Who orders it, for the audit log: an account or a post, no personal data. */
  readonly actor: string;
  readonly at: Date;
  /** Leaves wrong rows out instead of recording nothing. */
  readonly skipWrong?: boolean;
  /** Rows of one range. */
  readonly rangeSize?: number;
  readonly listSize?: number;
  /** Where checked rows wait until all are checked; in memory by default. */
  readonly spool?: RangeSpool;
  readonly maxIssues?: number;
  /** Told of every issue, also past `maxIssues`: to write them to a file. */
  readonly onIssue?: (issue: BatchIssue) => void;
  /** Told now and then how many rows are checked. */
  readonly onChecked?: (rows: number) => void;
}

export interface BatchRecording {
  /** Absent where nothing was recorded because of what is wrong. */
  readonly batch?: BatchRecord;
  /** True where it had been recorded before: nothing was read now. */
  readonly again: boolean;
  /** Rows that are right. */
  readonly right: number;
  /** Rows that are wrong. */
  readonly wrong: number;
  /** The first `maxIssues` of them. */
  readonly issues: readonly BatchIssue[];
  readonly issueCount: number;
}

export interface BatchDigestOptions extends Pick<RecordOptions, 'type' | 'common' | 'ignore' | 'skipWrong'> {
  /** How the file is read: two sheets of one workbook are two batches. The options that `licenseTable` is given. */
  readonly reading?: Pick<
    ReadTableOptions,
    'format' | 'encoding' | 'separator' | 'sheet' | 'headerRow' | 'mergedCells'
  >;
}

/**
 * Digest (SM3, hex) of all that decides what a batch is: the same file, read in the same way, with the same type and the same
 * data in common is the same batch, so that the same command, given again, goes on with it.
 */
export async function batchDigest(
  source: ByteSource,
  { type, common = {}, ignore = [], skipWrong = false, reading = {} }: BatchDigestOptions,
): Promise<string> {
  const head = new TextEncoder().encode(`${canonicalJson([type, common, ignore, skipWrong, reading])}\0`);
  const whole = async function* (): AsyncGenerator<Uint8Array> {
    yield head;
    yield* source as AsyncIterable<Uint8Array>;
  };
  return bytesToHex(await sm3Stream(whole()));
}

/**
 * Checks every row of the table and records the batch where all are right, or with `skipWrong` those that are. Nothing is
 * issued yet: `runBatch` does that, here or elsewhere. A batch that is recorded already is answered without reading the table.
 *
 * @throws GovError `batch-exists` where the id stands for something else; `limit-exceeded` for more than `BATCH_LIMITS.rows`;
 *   `invalid-argument` for an id, range size or empty table; what the table and the store throw
 * @example
 * import { createReadStream } from 'node:fs';
 * import { FOOD_BUSINESS as type } from '@gov/e-license';
 * import { batchDigest, licenseTable, recordBatch } from '@gov/e-license/batch';
 * const digest = await batchDigest(createReadStream('licences.csv'), { type });
 * const table = licenseTable(createReadStream('licences.csv'), { type });
 * const { batch, issues } = await recordBatch(store, table, { type, digest, actor: 'window-3', at: new Date() });
 */
export async function recordBatch(
  store: LicenseStore,
  table: LicenseTable,
  options: RecordOptions,
): Promise<BatchRecording> {
  const { spool = memorySpool() } = options;
  try {
    return await record(store, table, { ...options, spool });
  } finally {
    await spool.close();
  }
}

async function record(
  store: LicenseStore,
  table: LicenseTable,
  options: RecordOptions & { readonly spool: RangeSpool },
): Promise<BatchRecording> {
  const { rangeSize = RANGE_ROWS, listSize = STATUS_LIST_SIZE, spool } = options;
  if (!Number.isInteger(rangeSize) || rangeSize < 1 || rangeSize > RANGE_LIMITS.rows) {
    throw new GovError('invalid-argument', `a range has 1 to ${RANGE_LIMITS.rows} rows`);
  }
  if (holdsPersonalNumber(options.actor))
    throw new GovError('invalid-argument', 'the actor holds the number of a person: name an account, a post');
  const known = await recordedBatch(store, options);
  if (known !== undefined) return again(known);
  const { issuerCode, header, ...checked } = await spoolRows(table, { ...options, rangeSize, spool });
  // The same command elsewhere may have recorded it meanwhile, and issued what the check then took for others' numbers.
  const meanwhile = checked.wrong > 0 ? await recordedBatch(store, options) : undefined;
  if (meanwhile !== undefined) return again(meanwhile);
  const refused = checked.wrong > 0 && (options.skipWrong !== true || header);
  if (issuerCode === undefined || refused) {
    if (checked.wrong === 0) throw new GovError('invalid-argument', 'the table has no rows');
    return { ...checked, again: false };
  }
  const draft = {
    id: options.id ?? bytesToHex(crypto.getRandomValues(new Uint8Array(16))),
    typeCode: options.type.code,
    issuerCode,
    digest: ownDigest(options),
    rows: checked.right,
    rangeSize,
    createdAt: new Date(Math.floor(options.at.getTime() / 1000) * 1000).toISOString(),
    options: planText({ type: options.type, actor: options.actor, listSize }),
  };
  try {
    return { ...checked, batch: await recordRanges(new ListSizes(store, listSize), draft, spool), again: false };
  } catch (error) {
    if (!isGovError(error) || error.code !== 'batch-exists') throw error;
    // Somebody recorded it at the same moment: the numbers taken here are given back.
    const batch = await recordedBatch(store, options);
    if (batch === undefined) throw error;
    return { ...checked, batch, again: true };
  }
}

const again = (batch: BatchRecord): BatchRecording => ({
  batch,
  again: true,
  right: batch.rows,
  wrong: 0,
  issues: [],
  issueCount: 0,
});

/**
 * The batch that `recordBatch` would answer without reading the table: of this id, or where none is given of this digest.
 *
 * @throws GovError `batch-exists` where the id stands for something else; `invalid-argument` for an id
 */
export async function recordedBatch(
  store: LicenseStore,
  { id, digest }: Pick<RecordOptions, 'id' | 'digest'>,
): Promise<BatchRecord | undefined> {
  if (id === undefined) return store.batchByDigest(digest);
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(id))
    throw new GovError('invalid-argument', 'the id of a batch is 1 to 64 of A–Z a–z 0–9 . _ -');
  const batch = await store.batch(id);
  if (batch === undefined || batch.digest === ownDigest({ id, digest })) return batch;
  throw new GovError(
    'batch-exists',
    batch.digest === ''
      ? `the rows of the batch ${id} were erased: give another id`
      : `the batch ${id} was recorded from another file, type or common data`,
  );
}

/** Digests are unique: a file that is given once more under an id of its own is a batch of its own. */
function ownDigest({ id, digest }: Pick<RecordOptions, 'id' | 'digest'>): string {
  return id === undefined ? digest : bytesToHex(sm3(new TextEncoder().encode(`${id}\0${digest}`)));
}

interface Spooled extends Omit<BatchRecording, 'batch' | 'again'> {
  readonly issuerCode?: string;
  /** Whether the header itself is wrong: leaving out rows does not help. */
  readonly header: boolean;
}

async function spoolRows(
  table: LicenseTable,
  options: RecordOptions & { readonly rangeSize: number; readonly spool: RangeSpool },
): Promise<Spooled> {
  const { rangeSize, spool, maxIssues = BATCH_LIMITS.issues, onIssue, onChecked } = options;
  const issues: BatchIssue[] = [];
  let [right, wrong, issueCount, header] = [0, 0, 0, false];
  let issuerCode: string | undefined;
  let range: BatchRow[] = [];
  for await (const { line, data, issues: found } of checkRows(table, options)) {
    if (data === undefined) {
      wrong += 1;
      issueCount += found.length;
      for (const issue of found) {
        header ||= issue.code.startsWith('column-');
        if (issues.length < maxIssues) issues.push(issue);
        onIssue?.(issue);
      }
    } else {
      right += 1;
      if (right > BATCH_LIMITS.rows)
        throw new GovError('limit-exceeded', `a batch has at most ${BATCH_LIMITS.rows} rows`);
      issuerCode ??= data.authority.code;
      range.push({ line, data });
      if (range.length === rangeSize) {
        // What will not be recorded need not be kept.
        if (wrong === 0 || options.skipWrong === true) await spool.append(await packRows(range));
        range = [];
      }
    }
    if ((right + wrong) % rangeSize === 0) onChecked?.(right + wrong);
  }
  if (range.length > 0) await spool.append(await packRows(range));
  onChecked?.(right + wrong);
  return { right, wrong, issues, issueCount, header, ...(issuerCode === undefined ? {} : { issuerCode }) };
}

/** Counters, batch and ranges become visible together, or not at all. */
function recordRanges(
  sizes: ListSizes,
  draft: Omit<BatchRecord, 'firstSerial' | 'firstSlot'>,
  spool: RangeSpool,
): Promise<BatchRecord> {
  const { id, typeCode, issuerCode, rows } = draft;
  return sizes.transaction(issuerCode, async (tx) => {
    const firstSerial = await tx.takeNumbers(serialCounter(typeCode, issuerCode), rows);
    const firstSlot = await tx.takeNumbers(slotCounter(issuerCode), rows);
    serialText(firstSerial + rows - 1);
    const record: BatchRecord = { ...draft, firstSerial, firstSlot };
    await tx.insertBatch(record);
    let range = 0;
    for await (const packed of spool.ranges()) {
      await tx.insertRange(id, range, packed);
      range += 1;
    }
    return record;
  });
}
