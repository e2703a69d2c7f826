/** From cells as the file has them to rows by header. */

import { type CellIssue, type CellIssueCode, cellIssue } from '../issue.js';
import { TABLE_LIMITS } from '../limits.js';
import type { ColumnKind, ReadTableOptions, TableRow } from '../row.js';
import { cellValue } from './cell.js';
import { findHeader } from './header.js';
import { beyond } from './limit.js';
import type { MergeHere, RawCell, RawRow, RawTable } from './raw.js';

/** @throws GovError as `findHeader` */
export async function* tableRows(table: RawTable, options: ReadTableOptions): AsyncGenerator<TableRow, void> {
  const rows = table.rows[Symbol.asyncIterator]();
  const { line, headers, above, further } = await findHeader(rows, table.format, options);
  options.onStart?.({ format: table.format, ...table.start, above, headerRow: line, headers });
  const reader = new RowReader(table, headers, options);
  let batch = further;
  for (;;) {
    for (const row of batch) {
      const read = reader.read(row);
      if (read !== undefined) yield read;
    }
    const next = await rows.next();
    if (next.done === true) return;
    batch = next.value;
  }
}

/** What a row has no issue of is this one list. */
const NONE: readonly CellIssue[] = Object.freeze([]);

class RowReader {
  readonly #table: RawTable;
  readonly #headers: readonly string[];
  readonly #kinds: readonly ColumnKind[];
  readonly #fill: boolean;
  readonly #wanted: (header: string) => boolean;
  readonly format: 'csv' | 'xlsx';
  readonly dateSystem: 1900 | 1904;
  readonly #limit: number;
  #units = 0;
  #line = 0;
  #column = 0;
  #issues: CellIssue[] = [];
  #cleaned: CellIssue[] = [];

  constructor(table: RawTable, headers: readonly string[], options: ReadTableOptions) {
    const { kinds = {}, expectedHeaders } = options;
    this.#table = table;
    this.#headers = headers;
    const kindOf =
      typeof kinds === 'function' ? kinds : (name: string) => (Object.hasOwn(kinds, name) ? kinds[name] : undefined);
    this.#kinds = headers.map((header) => kindOf(header) ?? 'text');
    this.#fill = options.mergedCells === 'fill';
    this.#wanted = (header) => expectedHeaders === undefined || expectedHeaders.includes(header);
    this.#limit = options.limits?.text ?? TABLE_LIMITS.text;
    this.format = table.format;
    this.dateSystem = table.dateSystem;
  }

  /** `CellReader`: notes what the cell at hand was cleaned of. */
  cleaned(code: CellIssueCode): void {
    if (this.#cleaned.some((other) => other.code === code && other.cell !== undefined && this.#at(other))) return;
    this.#cleaned.push(this.#note(code));
  }

  issue(code: CellIssueCode, detail?: string): void {
    this.#issues.push(this.#note(code, detail));
  }

  /**
   * Undefined for a row without anything in it.
   *
   * @throws GovError `limit-exceeded`
   */
  read(row: RawRow): TableRow | undefined {
    for (const cell of row.cells) this.#units += typeof cell === 'string' ? cell.length : 0;
    if (this.#units > this.#limit) throw beyond('characters of all cells', this.#limit, `row ${row.line}`);
    // Also a row of nothing but merged cells: filled, it would be the row above once more.
    if (isEmpty(row.cells)) return undefined;
    this.#line = row.line;
    this.#issues = [];
    this.#cleaned = [];
    const values: Record<string, unknown> = {};
    const headers = this.#headers;
    if (row.hidden === true) this.#issues.push(cellIssue('cell-hidden', { line: row.line }));
    if (this.format === 'csv' && row.cells.length < headers.length)
      this.#issues.push(cellIssue('row-short', { line: row.line }, `${row.cells.length} < ${headers.length}`));
    for (let column = 0; column < headers.length; column++) {
      const header = headers[column]!;
      this.#column = column;
      const cell = this.#merged(row.merges?.(column), row.cells[column]);
      if (header === '') {
        this.#withoutHeader(cell);
        continue;
      }
      const value = cell === undefined ? '' : cellValue(cell, this.#kinds[column]!, this);
      values[header] = value;
      if (value !== '' && this.#table.hiddenColumns?.(column) === true && this.#wanted(header))
        this.issue('cell-hidden');
    }
    for (let column = headers.length; column < row.cells.length; column++) {
      this.#column = column;
      this.#withoutHeader(row.cells[column]);
    }
    for (const column of row.quotes ?? []) {
      // `="001"` is judged as what it is; its quotes belong to it.
      if (String(row.cells[column]).startsWith('="')) continue;
      this.#column = column;
      this.issue('cell-quote');
    }
    return {
      line: row.line,
      values,
      issues: this.#issues.length === 0 ? NONE : this.#issues,
      cleaned: this.#cleaned.length === 0 ? NONE : this.#cleaned,
    };
  }

  #merged(merge: MergeHere | undefined, cell: RawCell | undefined): RawCell | undefined {
    if (merge === undefined) return cell;
    if (this.#fill && merge.single && (merge.first || cell === undefined)) {
      if (merge.fill === undefined) return cell;
      this.#cleaned.push(this.#note('cell-merged-filled', merge.range));
      return merge.fill;
    }
    this.issue('cell-merged', merge.range);
    return cell;
  }

  #withoutHeader(cell: RawCell | undefined): void {
    if (!isBlank(cell)) this.issue('cell-no-header');
  }

  #at(other: CellIssue): boolean {
    return other.cell === this.#note(other.code).cell;
  }

  #note(code: CellIssueCode, detail?: string): CellIssue {
    const header = this.#headers[this.#column];
    return cellIssue(
      code,
      {
        line: this.#line,
        column: this.#column,
        ...(header === undefined || header === '' ? {} : { header }),
      },
      detail,
    );
  }
}

const isBlank = (cell: RawCell | undefined): boolean =>
  cell === undefined || (typeof cell === 'string' && /^[\s\u3000\u00a0\u200b\ufeff]*$/.test(cell));

const isEmpty = (cells: readonly (RawCell | undefined)[]): boolean => cells.every(isBlank);
