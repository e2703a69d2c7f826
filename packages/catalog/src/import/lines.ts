/** JSON Lines of records (逐行 JSON). */
import type { TableRow } from '@gov/table';
import { bearsMarking, isSecret } from '../internal/secrecy.js';
import { catalogIssue } from '../internal/texts.js';
import type { CatalogIssue } from '../issue.js';
import type { RegionProfile } from '../profile.js';
import { normaliseLabels } from '../schema/labels.js';
import type { ReadRecord } from '../schema/read-record.js';
import { ofCell } from './cell-issues.js';
import { LinePlace } from './place.js';
import type { ReadCatalogResult } from './result.js';

/** Codes of the profile become labels only where a record is wrong with them. */
export function readLine(
  row: TableRow,
  profile: RegionProfile,
  read: (value: unknown) => ReadRecord,
): ReadCatalogResult {
  const place = new LinePlace(row.line);
  const at = place.cell();
  if (row.issues.length > 0) return { issues: row.issues.map((issue) => ofCell(issue, undefined)), cleaned: [] };
  if (holdsSecret(row.values, profile))
    return { issues: [catalogIssue('secrecy-refused', { place: at })], cleaned: [] };
  const placed = (issues: readonly CatalogIssue[] = []) => issues.map((issue) => ({ ...issue, place: at }));
  const first = read(row.values);
  if (first.record !== undefined) return { entry: { record: first.record, place }, issues: [], cleaned: [] };
  const second = read(normaliseLabels(row.values, profile));
  if (second.record === undefined) return { issues: placed(second.issues), cleaned: [] };
  const { path, code, message, messageZh } = catalogIssue('label-mapped');
  return {
    entry: { record: second.record, place },
    issues: [],
    cleaned: [{ path, code, message, messageZh, place: at }],
  };
}

/** Any text that bears a marking, any 密级 of record or item; `@gov/table` has bounded the depth. */
function holdsSecret(value: unknown, profile: RegionProfile): boolean {
  if (typeof value === 'string') return bearsMarking(value);
  if (typeof value !== 'object' || value === null) return false;
  if (Object.hasOwn(value, 'secrecy') && isSecret((value as { readonly secrecy: unknown }).secrecy, profile))
    return true;
  return Object.values(value).some((inner) => holdsSecret(inner, profile));
}
