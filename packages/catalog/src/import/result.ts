/** What comes out of reading a catalogue (导入结果). */
import type { Issue } from '@gov/verdict';
import type { CatalogEntry } from '../entry.js';
import type { CatalogIssue, Place } from '../issue.js';

/** What was changed in a cell without a change of meaning (清理). */
export interface Cleaning extends Issue {
  readonly place: Place;
}

/**
 * A record that can be used, with what somebody has to look at; or what is wrong with one that cannot, or with the sheet. A record
 * with an issue of severity `error` is never an entry.
 */
export type ReadCatalogResult = {
  readonly issues: readonly CatalogIssue[];
  readonly cleaned: readonly Cleaning[];
} & ({ readonly entry: CatalogEntry } | { readonly entry?: never });
