/** CSV (RFC 4180) as programs really write it: any line ends, three separators, quotes as Excel reads them. */

import { GovError } from '@gov/verdict';
import { cellName } from '../issue.js';
import type { TableLimits } from '../limits.js';
import type { Separator } from '../row.js';
import { beyond, beyondCell } from './limit.js';
import type { RawRow } from './raw.js';

const QUOTE = 0x22;
const LF = 0x0a;
const CR = 0x0d;

/**
 * Takes text in pieces of any length and gives rows as they end. A quote that opens a cell ends at the next single quote; a
 * quote elsewhere is a character of the cell, as in Excel, and the cell is marked.
 */
export class CsvRows {
  readonly #separator: number;
  readonly #limits: TableLimits;
  #state: 'start' | 'plain' | 'quoted' | 'quote' = 'start';
  #cell = '';
  #cells: string[] = [];
  #marks: number[] = [];
  #line = 1;
  #afterCr = false;

  constructor(separator: Separator, limits: TableLimits) {
    this.#separator = separator.charCodeAt(0);
    this.#limits = limits;
  }

  /** @throws GovError `limit-exceeded` naming row or cell */
  push(text: string): RawRow[] {
    const rows: RawRow[] = [];
    const separator = this.#separator;
    let at = 0;
    // A line end of two characters may lie across two pieces.
    if (this.#afterCr && text.length > 0) {
      this.#afterCr = false;
      if (text.charCodeAt(0) === LF) at = 1;
    }
    while (at < text.length) {
      if (this.#state === 'quoted') {
        const end = text.indexOf('"', at);
        this.#take(text, at, end === -1 ? text.length : end);
        if (end === -1) break;
        this.#state = 'quote';
        at = end + 1;
        continue;
      }
      const unit = text.charCodeAt(at);
      if (unit === separator) {
        this.#endCell();
        at += 1;
      } else if (unit === LF || unit === CR) {
        at += 1;
        if (unit === CR) {
          if (at === text.length) this.#afterCr = true;
          else if (text.charCodeAt(at) === LF) at += 1;
        }
        this.#endRow(rows);
      } else if (unit === QUOTE && this.#state === 'start') {
        this.#state = 'quoted';
        at += 1;
      } else if (unit === QUOTE && this.#state === 'quote') {
        this.#cell += '"';
        this.#state = 'quoted';
        at += 1;
      } else {
        let end = at;
        for (; end < text.length; end++) {
          const here = text.charCodeAt(end);
          if (here === separator || here === LF || here === CR) break;
          if (here === QUOTE) this.#mark();
        }
        if (this.#state === 'quote') this.#mark();
        this.#state = 'plain';
        this.#take(text, at, end);
        at = end;
      }
    }
    return rows;
  }

  /** @throws GovError `table-malformed` where the last quote is never closed */
  end(): RawRow[] {
    if (this.#state === 'quoted')
      throw new GovError('table-malformed', `the quote that opens cell ${this.#here()} is never closed`);
    const rows: RawRow[] = [];
    if (this.#state !== 'start' || this.#cells.length > 0) this.#endRow(rows);
    return rows;
  }

  #here = (): string => cellName(this.#line, this.#cells.length);

  #mark(): void {
    if (this.#marks.at(-1) !== this.#cells.length) this.#marks.push(this.#cells.length);
  }

  #take(text: string, from: number, to: number): void {
    const { cellLength } = this.#limits;
    if (this.#cell.length + to - from > cellLength) throw beyondCell(cellLength, this.#line, this.#cells.length);
    this.#cell = this.#cell === '' ? text.slice(from, to) : this.#cell + text.slice(from, to);
  }

  #endCell(): void {
    const { columns } = this.#limits;
    this.#cells.push(this.#cell);
    if (this.#cells.length > columns) throw beyond('columns', columns, `row ${this.#line}`);
    this.#cell = '';
    this.#state = 'start';
  }

  #endRow(rows: RawRow[]): void {
    this.#endCell();
    if (this.#line > this.#limits.rows) throw beyond('rows', this.#limits.rows);
    rows.push({ line: this.#line, cells: this.#cells, ...(this.#marks.length === 0 ? {} : { quotes: this.#marks }) });
    this.#line += 1;
    this.#cells = [];
    this.#marks = [];
  }
}

/** Rows that are looked at to tell the separator. */
const SAMPLE_ROWS = 20;
/** What a row with quotes in the wrong places counts: the wrong separator makes such ones, and cuts cells of several lines. */
const MISQUOTED = 0.01;

/**
 * The separator with which the largest share of the first rows has the same number of cells, more than one; of equal ones the
 * one with more cells, and the comma where nothing tells. A share, since a wrong separator makes more rows of cells that have
 * several lines.
 */
export function detectSeparator(sample: string, limits: TableLimits): Separator {
  let best: { separator: Separator; share: number; cells: number } = { separator: ',', share: 0, cells: 1 };
  for (const separator of [',', ';', '\t'] as const) {
    const counts = new Map<number, number>();
    let total = 0;
    try {
      const rows = new CsvRows(separator, limits).push(sample).slice(0, SAMPLE_ROWS);
      total = rows.length;
      for (const { cells, quotes } of rows)
        counts.set(cells.length, (counts.get(cells.length) ?? 0) + (quotes === undefined ? 1 : MISQUOTED));
    } catch {
      // What is beyond a limit with the wrong separator is no sign; with the right one it is met again in reading.
      continue;
    }
    for (const [cells, rows] of counts) {
      const share = rows / total;
      if (cells > 1 && (share > best.share || (share === best.share && cells > best.cells)))
        best = { separator, share, cells };
    }
  }
  return best.separator;
}
