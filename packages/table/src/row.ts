/** What comes out of a table, and what can be said about it beforehand. */

import type { CellIssue } from './issue.js';
import type { TableLimits } from './limits.js';

/** The bytes of a table, at once or as they come. */
export type TableSource = Uint8Array | AsyncIterable<Uint8Array>;

export type TableFormat = 'csv' | 'xlsx' | 'jsonl';

export type TableEncoding = 'utf-8' | 'gb18030' | 'utf-16le' | 'utf-16be';

export type Separator = ',' | ';' | '\t';

/**
 * What a column holds. `text`: edge blanks and invisible characters go, nothing else. `code` (代码): full-width characters
 * become half-width too, and what a spreadsheet took for a number is named. `date`: `YYYY-MM-DD` or 长期. `number`: a JSON
 * number.
 */
export type ColumnKind = 'text' | 'code' | 'date' | 'number';

/** A row of a table (表格行). */
export interface TableRow {
  /** As the spreadsheet shows it, from 1; for JSON Lines the line of the file. */
  readonly line: number;
  /** By header. A cell that is empty is `''`; one that cannot be trusted at all (formula, error value,
   * number that lost digits) is null. JSON as it is. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Where it is not certain what was meant: use a row only if this is empty. */
  readonly issues: readonly CellIssue[];
  /** What was changed without a change of meaning. */
  readonly cleaned: readonly CellIssue[];
}

/** What was found out about a table before its first row. */
export interface TableStart {
  readonly format: 'csv' | 'xlsx';
  /** Absent while only ASCII has been read, which is the same in all of them. */
  readonly encoding?: TableEncoding;
  readonly separator?: Separator;
  readonly sheet?: string;
  /** What stands above the header: titles, remarks, marks. */
  readonly above: readonly string[];
  /** The first row of the header. */
  readonly headerRow: number;
  /** In the order of the columns; '' where a column has none. */
  readonly headers: readonly string[];
}

export interface ReadTableOptions {
  /** Told from the content by default: a zip is XLSX, `{` begins JSON Lines, anything else is CSV. */
  readonly format?: TableFormat;
  /** CSV: by default a byte order mark tells, else strict UTF-8 is tried, then GB18030. */
  readonly encoding?: TableEncoding;
  /** CSV: by default told from the first rows, or by a first line `sep=;`. */
  readonly separator?: Separator;
  /** XLSX: name, or number from 1. By default the only visible sheet that holds anything. */
  readonly sheet?: string | number;
  /** Row of the header as the spreadsheet shows it, from 1. By default it is looked for in the first rows. */
  readonly headerRow?: number;
  /** Headers that must be there; the row that has most of them is the header. */
  readonly expectedHeaders?: readonly string[];
  /**
   * Rows of the header (多行表头), 1 by default and at most 5: the texts above one another joined by `/`, `信息项信息/数据类型`. A
   * merged cell stands above each of its columns; in CSV, which knows none, a text stands also above empty cells to its right.
   */
  readonly headerRows?: number;
  /** Which headers are known: the row that has most of them, with the fewest rows below it up to `headerRows`, is the header. */
  readonly isHeader?: (header: string) => boolean;
  /** By header; `text` where nothing is said. */
  readonly kinds?: Readonly<Record<string, ColumnKind>> | ((header: string) => ColumnKind | undefined);
  /** XLSX: `fill` repeats a cell that is merged downwards; by default merged cells are named. */
  readonly mergedCells?: 'name' | 'fill';
  readonly limits?: Partial<TableLimits>;
  readonly signal?: AbortSignal;
  /** Called once before the first row; not for JSON Lines, which has no header. */
  readonly onStart?: (start: TableStart) => void;
}

/** A sheet of a workbook (工作表). */
export interface TableSheet {
  readonly name: string;
  readonly visible: boolean;
}

/** A row of CSV as the file has it. */
export interface CsvRow {
  /** As a spreadsheet shows it, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}
