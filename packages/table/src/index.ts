/**
 * `@gov/table`: tables as departments fill them (表格): CSV, XLSX and JSON Lines, read as a stream with cell-exact errors.
 *
 * @packageDocumentation
 */
export { type CsvOptions, type CsvValue, csvLine, csvText } from './csv-text.js';
export type { CellIssue, CellIssueCode, CleanedCode, NamedCode } from './issue.js';
export { TABLE_LIMITS, type TableLimits } from './limits.js';
export type {
  ColumnKind,
  ReadTableOptions,
  Separator,
  TableEncoding,
  TableFormat,
  TableRow,
  TableSource,
  TableStart,
} from './row.js';
export { readTable } from './table.js';
