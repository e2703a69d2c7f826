/** What the readers of CSV and XLSX hand over: cells as the file has them. */

import type { TableStart } from '../row.js';

/** What the format of a cell shows a number as; `date` with or without a time of day. */
export type NumberStyle = 'plain' | 'date' | 'time';

/** A cell of a workbook that is more than a text. */
export type TypedCell =
  | { readonly type: 'number'; readonly text: string; readonly style: NumberStyle }
  | { readonly type: 'boolean'; readonly text: 'TRUE' | 'FALSE' }
  | { readonly type: 'date'; readonly text: string }
  | { readonly type: 'error'; readonly text: string }
  | { readonly type: 'formula' };

/** '' is an empty cell. */
export type RawCell = string | TypedCell;

/** A merged range as one of its cells sees it. */
export interface MergeHere {
  /** `B2:B4` */
  readonly range: string;
  /** One column wide. */
  readonly single: boolean;
  /** In the first row of the range. */
  readonly first: boolean;
  /** What stands in the first cell, where this is a further, empty cell of a range one column wide. */
  readonly fill?: RawCell;
}

export interface RawRow {
  readonly line: number;
  /** A cell that is absent is empty. */
  readonly cells: readonly (RawCell | undefined)[];
  /** Columns whose quotes are not as they should be. */
  readonly quotes?: readonly number[];
  readonly hidden?: boolean;
  /** By column. */
  readonly merges?: ((column: number) => MergeHere | undefined) | undefined;
}

export interface RawTable {
  readonly format: 'csv' | 'xlsx';
  /** As many at a time as come out of one piece of the file. */
  readonly rows: AsyncIterable<readonly RawRow[]>;
  readonly start: Pick<TableStart, 'encoding' | 'separator' | 'sheet'>;
  readonly dateSystem: 1900 | 1904;
  readonly hiddenColumns?: (column: number) => boolean;
}
