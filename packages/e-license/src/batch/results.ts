/** What became of every row of a batch (批次结果). */

import { csvLine } from '@gov/table';
import { GovError } from '@gov/verdict';
import type { LicenseStore, RegisterEntry } from '../register/index.js';
import type { LicenseStatus } from '../status.js';
import { type BatchRow, unpackRows } from './pack.js';

export interface BatchResult {
  /** Row of the batch, from 1. */
  readonly row: number;
  /** Line of the file that it comes from; absent once the batch's rows were erased. */
  readonly line?: number;
  /** 证照编号 of the file; `void` and the serial once the rows of a void one were erased. */
  readonly number: string;
  readonly identifier: string;
  /** As it is now; `void` where it could not be issued, `statusReason` says why. */
  readonly status: LicenseStatus;
  readonly statusReason?: string;
  readonly qrText?: string;
}

/**
 * The rows of a batch that are in the register, in their order; nothing is held but one range.
 *
 * @throws GovError `license-not-found` where there is no such batch; what the store throws
 */
export async function* batchResults(store: LicenseStore, id: string): AsyncGenerator<BatchResult> {
  const batch = await store.batch(id);
  if (batch === undefined) throw new GovError('license-not-found', `there is no batch ${id}`);
  let [range, rows]: [number, readonly BatchRow[] | undefined] = [-1, []];
  for await (const entry of store.entries({ batch: id })) {
    const row = entry.batch?.row ?? 0;
    if (Math.floor(row / batch.rangeSize) !== range) {
      range = Math.floor(row / batch.rangeSize);
      const packed = await store.range(id, range);
      // Retention takes them once all are issued.
      rows = packed === undefined ? undefined : await unpackRows(packed);
    }
    const source = rows?.[row % batch.rangeSize];
    if (rows !== undefined && source === undefined)
      throw new GovError('input-malformed', `row ${row} is not in its range`);
    yield resultOf(row, source, entry);
  }
}

function resultOf(row: number, source: BatchRow | undefined, entry: RegisterEntry): BatchResult {
  const { identifier, status, statusReason, qrText } = entry;
  return {
    row: row + 1,
    ...(source === undefined ? {} : { line: source.line }),
    number: source?.data.number ?? entry.number,
    identifier,
    status,
    ...(statusReason === undefined ? {} : { statusReason }),
    ...(qrText === undefined ? {} : { qrText }),
  };
}

const COLUMNS = ['row', 'line', 'number', 'identifier', 'status', 'statusReason', 'qrText'] as const;

/** UTF-8 with a byte order mark, so that spreadsheets know it; nothing in it is taken for a formula. */
export async function* resultCsv(results: AsyncIterable<BatchResult>): AsyncGenerator<string> {
  yield `\ufeff${csvLine([...COLUMNS])}`;
  for await (const result of results) yield csvLine(COLUMNS.map((column) => result[column]));
}

export async function* resultJsonLines(results: AsyncIterable<BatchResult>): AsyncGenerator<string> {
  for await (const result of results) yield `${JSON.stringify(result)}\n`;
}
