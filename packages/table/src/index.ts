/**
 * `@gov/table`: tables as departments fill them (表格): CSV, XLSX and JSON Lines, read as a stream with cell-exact errors.
 *
 * @packageDocumentation
 */
export { type CsvOptions, type CsvValue, csvLine, csvText } from './csv-text.js';
export { type CellIssue, type CellIssueCode, type CleanedCode, cellName, type NamedCode } from './issue.js';
export { TABLE_LIMITS, type TableLimits } from './limits.js';
export type {
  ColumnKind,
  CsvRow,
  ReadTableOptions,
  Separator,
  TableEncoding,
  TableFormat,
  TableRow,
  TableSheet,
  TableSource,
  TableStart,
} from './row.js';
export { type OpenTable, type OpenTableOptions, openTable, readTable } from './table.js';
