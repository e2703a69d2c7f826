/** Reading a table row by row (读取表格), whichever of the three formats it is in. */

import { GovError } from '@gov/verdict';
import { csvTable } from './internal/csv-table.js';
import { detectFormat } from './internal/detect.js';
import { HEADER_ROWS } from './internal/header.js';
import { jsonLines } from './internal/json-lines.js';
import { concat, pieces, withHead } from './internal/source.js';
import { tableRows } from './internal/table-rows.js';
import { OpenWorkbook } from './internal/xlsx/workbook.js';
import { TABLE_LIMITS, type TableLimits } from './limits.js';
import type { CsvRow, ReadTableOptions, TableFormat, TableRow, TableSheet, TableSource } from './row.js';

/** What is asked of the file as a whole. */
export type OpenTableOptions = Pick<ReadTableOptions, 'format' | 'encoding' | 'separator' | 'limits' | 'signal'>;

/** A table that was opened (已打开的表格): what it is, before any of its rows. */
export interface OpenTable {
  readonly format: TableFormat;
  /** Of a workbook, in their order; none otherwise. */
  readonly sheets: readonly TableSheet[];
  /**
   * Its rows as `readTable` gives them: of a workbook as often as wanted, sheet by sheet; of CSV and JSON Lines once.
   *
   * @throws GovError as `readTable`; `invalid-argument` the second time
   */
  rows(options?: Omit<ReadTableOptions, keyof OpenTableOptions>): AsyncGenerator<TableRow, void>;
  /**
   * The rows of CSV as they stand, header and all, neither cleaned nor judged; once.
   *
   * @throws GovError as `rows`; `invalid-argument` for another format
   */
  csvRows(): AsyncGenerator<CsvRow, void>;
}

/**
 * Opens a table to look at its sheets first. An XLSX file is held until it is done with; CSV and JSON Lines are read as their rows are.
 *
 * @example
 * import { openTable } from '@gov/table';
 *
 * const table = await openTable(new TextEncoder().encode('姓名,备注\n张三,无\n'));
 * console.log(table.format, table.sheets); // csv []
 * for await (const row of table.rows()) console.log(row.values); // { 姓名: '张三', 备注: '无' }
 *
 * @throws GovError as `readTable`, but for what only its rows show
 */
export async function openTable(source: TableSource, options: OpenTableOptions = {}): Promise<OpenTable> {
  const limits = { ...TABLE_LIMITS, ...options.limits };
  const bytes = pieces(source, limits.bytes, options.signal);
  try {
    const { head, all } = await withHead(bytes, 512);
    const format = await detectFormat(head, all, options.format);
    if (format === 'xlsx') return workbookTable(await whole(source, all), options, limits);
    return streamTable(format, bytes, all, options, limits);
  } catch (error) {
    await bytes.return(undefined);
    throw error;
  }
}

/**
 * Reads a table as it was filled in, row by row, in constant memory (an XLSX file itself is held, its sheet is not). Empty rows
 * are left out. What is wrong in a cell stands in the row's `issues` and never throws; what makes the file unreadable does.
 *
 * @example
 * import { readTable } from '@gov/table';
 *
 * const file = new TextEncoder().encode('姓名,证件号码\n 张三 ,１１０１０５\n');
 * for await (const row of readTable(file, { kinds: { 证件号码: 'code' } })) {
 *   console.log(row.line, row.values); // 2 { 姓名: '张三', 证件号码: '110105' }
 *   console.log(row.cleaned.map((issue) => issue.cell)); // ['A2', 'B2']
 * }
 *
 * @throws GovError `table-malformed` (header, quotes, damaged package; `issues` name what), `table-unsupported` (.xls, .xlsb, .ods,
 * HTML), `table-encrypted`, `table-sheet` (which sheet is not clear), `limit-exceeded`, `input-too-large`, `invalid-argument`; the
 * reason of `signal`; whatever the source itself throws
 */
export async function* readTable(source: TableSource, options: ReadTableOptions = {}): AsyncGenerator<TableRow, void> {
  checkHeaderRows(options);
  const table = await openTable(source, options);
  yield* table.rows(options);
}

function workbookTable(file: Uint8Array, given: OpenTableOptions, limits: TableLimits): OpenTable {
  const workbook = new OpenWorkbook(file, limits);
  return {
    format: 'xlsx',
    sheets: workbook.sheets.map(({ name, visible }) => ({ name, visible })),
    async *rows(options = {}) {
      checkHeaderRows(options);
      const all = { ...options, ...given };
      yield* tableRows(workbook.table(all), all);
    },
    // biome-ignore lint/correctness/useYield: of a workbook there are none
    async *csvRows() {
      throw new GovError('invalid-argument', 'a workbook is not CSV');
    },
  };
}

function streamTable(
  format: 'csv' | 'jsonl',
  bytes: AsyncGenerator<Uint8Array>,
  all: AsyncIterable<Uint8Array>,
  given: OpenTableOptions,
  limits: TableLimits,
): OpenTable {
  let isRead = false;
  async function* once<Row>(rows: () => AsyncIterable<Row>): AsyncGenerator<Row, void> {
    if (isRead) throw new GovError('invalid-argument', 'a stream is read once');
    isRead = true;
    try {
      yield* rows();
    } finally {
      await bytes.return(undefined);
    }
  }
  return {
    format,
    sheets: [],
    rows(options = {}) {
      return once(async function* () {
        checkHeaderRows(options);
        if (format === 'jsonl') yield* jsonLines(all, limits);
        else yield* tableRows(await csvTable(all, given, limits), { ...options, ...given });
      });
    },
    csvRows() {
      return once(async function* () {
        if (format === 'jsonl') throw new GovError('invalid-argument', 'JSON Lines are not CSV');
        const { rows } = await csvTable(all, given, limits);
        // Of CSV every cell is a text.
        for await (const batch of rows) for (const { line, cells } of batch) yield { line, cells: cells as string[] };
      });
    },
  };
}

function checkHeaderRows({ headerRow, headerRows }: Pick<ReadTableOptions, 'headerRow' | 'headerRows'>): void {
  if (headerRow !== undefined && !(Number.isInteger(headerRow) && headerRow >= 1))
    throw new GovError('invalid-argument', 'headerRow is a row number from 1');
  if (headerRows !== undefined && !(Number.isInteger(headerRows) && headerRows >= 1 && headerRows <= HEADER_ROWS))
    throw new GovError('invalid-argument', `headerRows is from 1 to ${HEADER_ROWS}`);
}

/** A zip is read from its end, so that all of it has to be there. */
async function whole(source: TableSource, all: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  // What is there as a whole is only counted.
  for await (const part of all) if (!(source instanceof Uint8Array)) parts.push(part);
  return source instanceof Uint8Array ? source : concat(parts);
}
