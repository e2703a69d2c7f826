/** Which row is the header (表头), and which column belongs to which header. */

import { GovError, type Issue } from '@gov/verdict';
import { cellName } from '../issue.js';
import type { ReadTableOptions } from '../row.js';
import type { RawCell, RawRow } from './raw.js';

/** Rows in which a header is looked for: titles and remarks stand above it. */
const SEARCHED_ROWS = 20;

interface Header {
  readonly line: number;
  /** One for each column up to the last that has a header; '' where a column has none. */
  readonly headers: readonly string[];
  /** Rows below the header that were read while it was looked for. */
  readonly further: readonly RawRow[];
}

/** @throws GovError `table-malformed` with an issue for each header that is missing, twice there or not allowed */
export async function findHeader(rows: AsyncIterator<readonly RawRow[]>, options: ReadTableOptions): Promise<Header> {
  const { headerRow, expectedHeaders } = options;
  const seen: RawRow[] = [];
  const searched = headerRow === undefined ? SEARCHED_ROWS : 1;
  while (seen.length < searched) {
    const next = await rows.next();
    if (next.done === true) break;
    for (const row of next.value) if (headerRow === undefined || row.line >= headerRow) seen.push(row);
  }
  const candidates = seen.slice(0, searched);
  let header: RawRow | undefined;
  if (headerRow !== undefined) {
    header = candidates.find(({ line }) => line === headerRow);
  } else if (expectedHeaders !== undefined) {
    let most = 0;
    for (const row of candidates) {
      const own = new Set(headersOf(row));
      const matches = expectedHeaders.filter((name) => own.has(name)).length;
      if (matches > most) [header, most] = [row, matches];
    }
  } else {
    // A title above a table is one cell, mostly merged over all columns.
    const filled = candidates.map((row) => headersOf(row).filter((name) => name !== '').length);
    const several = filled.findIndex((count) => count > 1);
    header = candidates[several === -1 ? filled.indexOf(1) : several];
  }
  if (header === undefined) throw new GovError('table-malformed', 'no header row was found');
  const headers = headersOf(header);
  const issues = headerIssues(headers, header.line, options);
  if (issues.length > 0)
    throw new GovError('table-malformed', `the header in row ${header.line} cannot be used`, { issues });
  return { line: header.line, headers, further: seen.slice(seen.indexOf(header) + 1) };
}

function headersOf(row: RawRow): string[] {
  const headers = Array.from(row.cells, headerText);
  while (headers.at(-1) === '') headers.pop();
  return headers;
}

/** A header is a name: what cannot be seen in it, and where its line is broken, makes no other name of it. */
function headerText(cell: RawCell | undefined): string {
  if (cell === undefined) return '';
  const text = typeof cell === 'string' ? cell : 'text' in cell ? cell.text : '';
  return text
    .replace(/[\u200b-\u200f\u2060\ufeff\u00ad]/g, '')
    .split(/[\r\n]+/)
    .map((part) => part.trim())
    .join('')
    .normalize('NFC');
}

function headerIssues(headers: readonly string[], line: number, { expectedHeaders = [] }: ReadTableOptions): Issue[] {
  const issues: Issue[] = [];
  const first = new Map<string, number>();
  headers.forEach((name, column) => {
    if (name === '') return;
    const cell = cellName(line, column);
    const earlier = first.get(name);
    const path = [line, name];
    if (earlier !== undefined) {
      const other = cellName(line, earlier);
      issues.push({
        path,
        code: 'header-twice',
        message: `${cell}: the same header as ${other}`,
        messageZh: `${cell}：表头与 ${other} 重复`,
      });
    } else if (name === '__proto__') {
      issues.push({ path, code: 'header-reserved', message: `${cell}: no header`, messageZh: `${cell}：不能用作表头` });
    } else {
      first.set(name, column);
    }
  });
  for (const name of expectedHeaders)
    if (!first.has(name))
      issues.push({
        path: [line, name],
        code: 'header-missing',
        message: `no column ${JSON.stringify(name)}`,
        messageZh: `缺少“${name}”列`,
      });
  return issues;
}
