/** Merged ranges (合并单元格) as the rows go by, from the top down. */

import { cellName } from '../../issue.js';
import type { TableLimits } from '../../limits.js';
import { beyond } from '../limit.js';
import type { MergeHere, RawCell, RawRow } from '../raw.js';
import { type Range, rangeReference } from './reference.js';
import { XmlReader } from './xml.js';
import { malformed } from './zip.js';

/**
 * The merged ranges of a sheet. They stand behind its rows, so that the sheet is gone through beforehand: every byte is inflated
 * and checked, and parsed only if there is any merged range at all.
 *
 * @throws GovError `limit-exceeded`, `table-malformed`
 */
export function readMerges(part: string, bytes: () => Iterable<Uint8Array>, limits: TableLimits): readonly Range[] {
  if (!mentions(bytes(), 'mergeCell')) return [];
  const ranges: Range[] = [];
  const reader = new XmlReader(part, limits, {
    open(path, { ref }) {
      if (path !== '/worksheet/mergeCells/mergeCell') return;
      const range = rangeReference(ref ?? '');
      if (range === undefined) throw malformed(`merged range in ${part}`);
      if (ranges.length >= limits.mergedRanges) throw beyond('merged ranges', limits.mergedRanges, part);
      ranges.push(range);
    },
    close() {},
  });
  for (const chunk of bytes()) reader.write(chunk);
  reader.end();
  return ranges.sort((a, b) => a.firstLine - b.firstLine);
}

function mentions(bytes: Iterable<Uint8Array>, word: string): boolean {
  const decoder = new TextDecoder();
  let found = false;
  let tail = '';
  // To the end even where it was found, so that a damaged sheet is known before its first row is given out.
  for (const chunk of bytes) {
    if (found) continue;
    const text = tail + decoder.decode(chunk, { stream: true });
    found = text.includes(word);
    tail = text.slice(-word.length);
  }
  return found;
}

/** The merged ranges that a row meets; rows must come in their order. */
export class MergeSweep {
  readonly #ranges: readonly Range[];
  /** What stands in the first cell of each range. */
  readonly #values: (RawCell | undefined)[] = [];
  /** By column: the latest range there, and its last line. Typed arrays, for a hostile file has wide ranges in every row. */
  readonly #latest: Int32Array;
  readonly #until: Uint32Array;
  #next = 0;
  #lastLine = 0;

  constructor(ranges: readonly Range[], limits: TableLimits) {
    this.#ranges = ranges;
    let width = 0;
    for (const { lastColumn } of ranges) width = Math.max(width, Math.min(lastColumn + 1, limits.columns));
    this.#latest = new Int32Array(width).fill(-1);
    this.#until = new Uint32Array(width);
  }

  /** What is merged in this row, by column. @throws GovError `table-malformed` for ranges that overlap */
  at(line: number, cells: readonly (RawCell | undefined)[]): RawRow['merges'] {
    for (let range = this.#ranges[this.#next]; range !== undefined && range.firstLine <= line; ) {
      this.#start(range);
      this.#values[this.#next] = line === range.firstLine ? cells[range.firstColumn] : undefined;
      this.#next += 1;
      range = this.#ranges[this.#next];
    }
    if (line > this.#lastLine) return undefined;
    const latest = this.#latest.slice();
    return (column) => this.#mergeHere(latest[column] ?? -1, line, cells[column]);
  }

  #mergeHere(index: number, line: number, cell: RawCell | undefined): MergeHere | undefined {
    const range = this.#ranges[index];
    if (range === undefined || range.lastLine < line) return undefined;
    const single = range.firstColumn === range.lastColumn;
    const first = line === range.firstLine;
    const fill = single && !first && cell === undefined ? this.#values[index] : undefined;
    return { range: rangeName(range), single, first, ...(fill === undefined ? {} : { fill }) };
  }

  #start({ firstLine, lastLine, firstColumn, lastColumn }: Range): void {
    const until = this.#until;
    const end = Math.min(lastColumn + 1, until.length);
    for (let column = firstColumn; column < end; column++)
      if (until[column]! >= firstLine) throw malformed('merged ranges that overlap');
    until.fill(lastLine, firstColumn, end);
    this.#latest.fill(this.#next, firstColumn, end);
    this.#lastLine = Math.max(this.#lastLine, lastLine);
  }
}

const rangeName = ({ firstLine, lastLine, firstColumn, lastColumn }: Range): string =>
  `${cellName(firstLine, firstColumn)}:${cellName(lastLine, lastColumn)}`;
