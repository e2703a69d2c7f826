/** Which row is the header (表头), and which column belongs to which header. */

import { GovError, type Issue } from '@gov/verdict';
import { cellName } from '../issue.js';
import type { ReadTableOptions } from '../row.js';
import type { RawCell, RawRow } from './raw.js';
import { rangeReference } from './xlsx/reference.js';

/** Rows in which a header is looked for: titles and remarks stand above it. */
const SEARCHED_ROWS = 20;

/** Rows that one header may have. */
export const HEADER_ROWS = 5;

interface Header {
  /** Its first row. */
  readonly line: number;
  /** One for each column up to the last that has a header; '' where a column has none. */
  readonly headers: readonly string[];
  /** Texts of the rows above it. */
  readonly above: readonly string[];
  /** Rows below the header that were read while it was looked for. */
  readonly further: readonly RawRow[];
}

type Options = Pick<ReadTableOptions, 'headerRow' | 'headerRows' | 'expectedHeaders' | 'isHeader'>;

interface Candidate {
  readonly from: number;
  readonly to: number;
}

/** @throws GovError `table-malformed` with an issue for each header that is missing, twice there or not allowed */
export async function findHeader(
  rows: AsyncIterator<readonly RawRow[]>,
  format: 'csv' | 'xlsx',
  options: Options,
): Promise<Header> {
  const { headerRow, headerRows = 1 } = options;
  const seen: RawRow[] = [];
  const searched = headerRow === undefined ? SEARCHED_ROWS : 1;
  while (seen.length < searched + headerRows - 1) {
    const next = await rows.next();
    if (next.done === true) break;
    for (const row of next.value) if (headerRow === undefined || row.line >= headerRow) seen.push(row);
  }
  const chosen = choose(seen, searched, format, options);
  if (chosen === undefined) {
    const none: Issue = { path: [], code: 'header-none', message: 'no header row', messageZh: '没有表头' };
    throw new GovError('table-malformed', 'no header row was found', { issues: [none] });
  }
  const { line } = seen[chosen.from]!;
  const headers = joined(seen, chosen, format);
  const issues = headerIssues(headers, seen[chosen.to]!.line, options);
  if (issues.length > 0) throw new GovError('table-malformed', `the header in row ${line} cannot be used`, { issues });
  const above = seen.slice(0, chosen.from).flatMap((row) => headersOf(row).filter((text) => text !== ''));
  return { line, headers, above, further: seen.slice(chosen.to + 1) };
}

function choose(
  seen: readonly RawRow[],
  searched: number,
  format: 'csv' | 'xlsx',
  { headerRow, headerRows = 1, expectedHeaders, isHeader }: Options,
): Candidate | undefined {
  const reaching = (from: number, count: number): Candidate => ({
    from,
    to: Math.min(from + count, seen.length) - 1,
  });
  const first = seen.slice(0, searched);
  if (isHeader !== undefined || (expectedHeaders !== undefined && headerRow === undefined)) {
    const known = isHeader ?? ((header: string) => expectedHeaders!.includes(header));
    let best: Candidate | undefined;
    let most = 0;
    for (let from = 0; from < first.length; from++) {
      if (headerRow !== undefined && first[from]!.line !== headerRow) continue;
      for (let count = isHeader === undefined ? headerRows : 1; count <= headerRows; count++) {
        const candidate = reaching(from, count);
        const matches = new Set(joined(seen, candidate, format).filter((header) => header !== '' && known(header)))
          .size;
        // A title above would be a group of everything: of what is known as well, the fewest rows.
        const isShorter = best !== undefined && candidate.to - candidate.from < best.to - best.from;
        if (matches > most || (matches === most && isShorter)) [best, most] = [candidate, matches];
      }
    }
    return best;
  }
  // A title above a table is one cell, mostly merged over all columns.
  const filled = first.map((row) => headersOf(row).filter((name) => name !== '').length);
  const several = headerRow === undefined ? filled.findIndex((count) => count > 1) : 0;
  const from = several === -1 ? filled.indexOf(1) : several;
  const header = first[from];
  if (header === undefined || (headerRow !== undefined && header.line !== headerRow)) return undefined;
  return reaching(from, headerRows);
}

/** The headers of several rows, joined by `/` from the top down; the same text twice, one below the other, counts once. */
function joined(seen: readonly RawRow[], { from, to }: Candidate, format: 'csv' | 'xlsx'): string[] {
  const rows = seen.slice(from, to + 1);
  if (rows.length === 1) return headersOf(rows[0]!);
  const texts = rows.map(headersOf);
  const width = Math.max(...texts.map((row) => row.length));
  const above = texts.map((row, index) =>
    format === 'xlsx' ? mergedAbove(seen, rows[index]!, from, width) : spread(row, texts[index + 1] ?? [], width),
  );
  const headers = Array.from({ length: width }, (_, column) =>
    above
      .map((row) => row[column] ?? '')
      .filter((text, index, all) => text !== '' && text !== all[index - 1])
      .join('/'),
  );
  while (headers.at(-1) === '') headers.pop();
  return headers;
}

/** Each cell's text, or that of the merged range that it lies in. A range that begins above the header is a title's. */
function mergedAbove(seen: readonly RawRow[], row: RawRow, from: number, width: number): string[] {
  return Array.from({ length: width }, (_, column) => {
    const merge = row.merges?.(column);
    const range = merge === undefined ? undefined : rangeReference(merge.range);
    if (range === undefined) return headerText(row.cells[column]);
    const top = seen.slice(from).find(({ line }) => line === range.firstLine);
    return headerText(top?.cells[range.firstColumn]);
  });
}

/** Where there is a text below and none here, the next text to the left that has one below it, too. */
function spread(row: readonly string[], below: readonly string[], width: number): string[] {
  let group = '';
  return Array.from({ length: width }, (_, column) => {
    const own = row[column] ?? '';
    const isGroup = (below[column] ?? '') !== '';
    if (own !== '') group = isGroup ? own : '';
    return own === '' && isGroup ? group : own;
  });
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

function headerIssues(headers: readonly string[], line: number, { expectedHeaders = [] }: Options): Issue[] {
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
