import { cellName } from '@gov/table';
import type { RecordPlace } from '../entry.js';
import type { Place } from '../issue.js';
import type { FoundColumn, SheetColumns } from './columns.js';

/** The cell of a column in a row. */
export function cellPlace(columns: SheetColumns, line: number, { index, header }: FoundColumn): Place {
  return { ...columns.row(line), cell: cellName(line, index), column: header };
}

/** A record of a sheet: the resource in its first row, its items in one row each. */
export class SheetPlace implements RecordPlace {
  readonly sheet?: string;
  readonly line: number;
  readonly #columns: SheetColumns;
  readonly #itemLines: readonly number[];

  constructor(columns: SheetColumns, line: number, itemLines: readonly number[]) {
    if (columns.sheet !== undefined) this.sheet = columns.sheet;
    this.line = line;
    this.#columns = columns;
    this.#itemLines = itemLines;
  }

  cell(path: readonly (string | number)[]): Place {
    const [first, item] = path;
    const line = (first === 'items' && typeof item === 'number' ? this.#itemLines[item] : undefined) ?? this.line;
    const column = this.#columns.columnOf(path);
    return column === undefined ? this.#columns.row(line) : cellPlace(this.#columns, line, column);
  }
}

/** A line of JSON Lines. */
export class LinePlace implements RecordPlace {
  readonly line: number;

  constructor(line: number) {
    this.line = line;
  }

  cell(): Place {
    return { line: this.line };
  }
}

/** A place within a file that has a name. */
export class FilePlace implements RecordPlace {
  readonly file: string;
  readonly sheet?: string;
  readonly line: number;
  readonly #within: RecordPlace;

  constructor(file: string, within: RecordPlace) {
    this.file = file;
    if (within.sheet !== undefined) this.sheet = within.sheet;
    this.line = within.line;
    this.#within = within;
  }

  cell(path: readonly (string | number)[]): Place {
    return { file: this.file, ...this.#within.cell(path) };
  }
}
