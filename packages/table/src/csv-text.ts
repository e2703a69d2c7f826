/** CSV to write (导出 CSV): RFC 4180, safe to open in a spreadsheet, read back by `readTable` as it was. */

import { GovError } from '@gov/verdict';
import { addApostrophe } from './internal/injection.js';
import type { Separator } from './row.js';

export type CsvValue = string | number | boolean | null | undefined;

export interface CsvOptions {
  /** By default the comma. */
  readonly separator?: Separator;
}

/**
 * One row with its line end (CR LF). A text that a spreadsheet would take for a formula (`=`, `+`, `-`, `@`, their full-width forms, tab
 * or line end at the beginning, also after blanks) gets an apostrophe before it; `readTable` takes it away again. Numbers are
 * written as they are.
 *
 * @throws GovError `invalid-argument` for a number that is none, `NaN` or infinite
 */
export function csvLine(cells: readonly CsvValue[], { separator = ',' }: CsvOptions = {}): string {
  return `${cells.map((cell) => csvCell(cell, cells.length === 1)).join(separator)}\r\n`;
}

/**
 * A whole table, header first. With `byteOrderMark` Excel takes it for UTF-8; programs other than spreadsheets rarely want one.
 *
 * @example
 * import { csvText } from '@gov/table';
 *
 * csvText([['行号', '结果'], [2, '=1+1']], { byteOrderMark: true }); // '\ufeff行号,结果\r\n2,\'=1+1\r\n'
 *
 * @throws GovError as `csvLine`
 */
export function csvText(
  rows: Iterable<readonly CsvValue[]>,
  options: CsvOptions & { readonly byteOrderMark?: boolean } = {},
): string {
  let text = options.byteOrderMark === true ? '\ufeff' : '';
  for (const row of rows) text += csvLine(row, options);
  return text;
}

/** Every separator is quoted, whichever is used, for a program may guess another. */
const QUOTED = /[",;\t\r\n]|^\s|\s$/;

function csvCell(value: CsvValue, alone: boolean): string {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new GovError('invalid-argument', 'NaN or infinity cannot be written to CSV');
    return String(value);
  }
  const text = addApostrophe(value === null || value === undefined ? '' : String(value));
  // A line without a character would be no row.
  return QUOTED.test(text) || (alone && text === '') ? `"${text.replaceAll('"', '""')}"` : text;
}
