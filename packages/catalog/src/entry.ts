/** Records on their way: out of a file, through the rules, into a file (目录记录流). */
import type { Place } from './issue.js';
import type { CatalogRecord } from './record.js';

/** A record, and where it stands in the file that it came from. */
export interface CatalogEntry {
  readonly record: CatalogRecord;
  /** Absent where it came from no file. */
  readonly place?: RecordPlace;
}

/** Where a record begins, and each of its fields. */
export interface RecordPlace {
  readonly file?: string;
  readonly sheet?: string;
  /** Row or line from 1, where the record begins. */
  readonly line: number;
  /** The cell that a field came from: path in the record, e.g. `['items', 3, 'name']`. The record's own place where none did. */
  cell(path: readonly (string | number)[]): Place;
}
