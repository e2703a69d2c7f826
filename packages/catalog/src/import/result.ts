/** What comes out of reading a catalogue (导入结果). */
import type { Issue } from '@gov/verdict';
import type { CatalogEntry } from '../entry.js';
import type { CatalogIssue, Place } from '../issue.js';
import { FilePlace } from './place.js';

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

/** The same, every place of it in the file. */
export function inFile({ entry, issues, cleaned }: ReadCatalogResult, file: string): ReadCatalogResult {
  const placed = <Told extends { readonly place?: Place }>(told: Told): Told =>
    told.place === undefined ? told : { ...told, place: { file, ...told.place } };
  const rest = { issues: issues.map(placed), cleaned: cleaned.map(placed) };
  if (entry === undefined) return rest;
  return {
    ...rest,
    entry: entry.place === undefined ? entry : { ...entry, place: new FilePlace(file, entry.place) },
  };
}
