/** Reading a table row by row (读取表格), whichever of the three formats it is in. */

import { GovError } from '@gov/verdict';
import { csvTable } from './internal/csv-table.js';
import { detectFormat } from './internal/detect.js';
import { jsonLines } from './internal/json-lines.js';
import type { RawTable } from './internal/raw.js';
import { concat, pieces, withHead } from './internal/source.js';
import { tableRows } from './internal/table-rows.js';
import { xlsxTable } from './internal/xlsx/workbook.js';
import { TABLE_LIMITS } from './limits.js';
import type { ReadTableOptions, TableRow, TableSource } from './row.js';

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
  const limits = { ...TABLE_LIMITS, ...options.limits };
  const { headerRow } = options;
  if (headerRow !== undefined && !(Number.isInteger(headerRow) && headerRow >= 1))
    throw new GovError('invalid-argument', 'headerRow is a row number from 1');
  const bytes = pieces(source, limits.bytes, options.signal);
  try {
    const { head, all } = await withHead(bytes, 512);
    const format = await detectFormat(head, all, options.format);
    if (format === 'jsonl') {
      yield* jsonLines(all, limits);
      return;
    }
    const table: RawTable =
      format === 'csv' ? await csvTable(all, options, limits) : xlsxTable(await whole(source, all), options, limits);
    yield* tableRows(table, options);
  } finally {
    await bytes.return(undefined);
  }
}

/** A zip is read from its end, so that all of it has to be there. */
async function whole(source: TableSource, all: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  // What is there as a whole is only counted.
  for await (const part of all) if (!(source instanceof Uint8Array)) parts.push(part);
  return source instanceof Uint8Array ? source : concat(parts);
}
