/** Records from outside (读取目录记录): everything wrong at once, or the record. */
import type * as z from 'zod/mini';
import { guardOf } from '../internal/guard.js';
import { parseWith } from '../internal/parse-with.js';
import { catalogIssue } from '../internal/texts.js';
import type { CatalogIssue } from '../issue.js';
import type { RegionProfile } from '../profile.js';
import type { CatalogRecord, RecordKind } from '../record.js';
import { labelListAt, nearestLabel } from './labels.js';
import { CATALOG_LIMITS } from './limits.js';
import { resourceCodePattern } from './pattern.js';
import { RECORD_SCHEMAS } from './records.js';

/** A record, or all that is wrong with the value. */
export type ReadRecord =
  | { readonly record: CatalogRecord; readonly issues?: never }
  | { readonly issues: readonly CatalogIssue[]; readonly record?: never };

/**
 * Reads records under a profile (按地区方案读取): for many, as the pattern of its resource codes is compiled once.
 *
 * @throws GovError `invalid-argument` for a profile whose pattern is unfit; the reader itself throws nothing
 */
export function recordReader(profile: Pick<RegionProfile, 'resourceCode'>): (value: unknown) => ReadRecord {
  const pattern = resourceCodePattern(profile.resourceCode);
  const guards = new Map(Object.entries(RECORD_SCHEMAS).map(([kind, schema]) => [kind, guardOf(schema)]));
  return (value) => {
    const { kind, code } = keyOf(value);
    const guard = kind === undefined ? undefined : guards.get(kind);
    if (kind === undefined || guard === undefined) return { issues: [kindIssue(value)] };
    const isCode = kind !== 'resource' || code === undefined || pattern.test(code);
    if (isCode && guard(value)) return { record: value as CatalogRecord };
    return slowly(value, { kind, code, isCode });
  };
}

/**
 * Reads one record from a parsed JSON value. Nothing is repaired: codes of a profile become labels by `normaliseLabels`.
 *
 * @throws GovError `invalid-argument` for a profile whose pattern is unfit
 * @example
 * import { NATIONAL_PROFILE, readRecord } from '@gov/catalog';
 *
 * const { record, issues } = readRecord(JSON.parse(line), NATIONAL_PROFILE);
 * // or issues like [{ path: ['sharing', 'type'], code: 'label-unknown', suggestion: { value: '无条件共享', … }, … }]
 */
export const readRecord = (value: unknown, profile: Pick<RegionProfile, 'resourceCode'>): ReadRecord =>
  recordReader(profile)(value);

interface Key {
  readonly kind: RecordKind | undefined;
  readonly code: string | undefined;
}

function keyOf(value: unknown): Key {
  if (typeof value !== 'object' || value === null) return { kind: undefined, code: undefined };
  const { kind, code } = value as Readonly<Record<string, unknown>>;
  return {
    kind: typeof kind === 'string' && Object.hasOwn(RECORD_SCHEMAS, kind) ? (kind as RecordKind) : undefined,
    code: typeof code === 'string' && code.length <= CATALOG_LIMITS.code ? code : undefined,
  };
}

function kindIssue(value: unknown): CatalogIssue {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return catalogIssue('field-type');
  return catalogIssue(Object.hasOwn(value, 'kind') ? 'record-kind' : 'field-missing', { path: ['kind'] });
}

/** Good or not, by what knows everything that is wrong. */
function slowly(
  value: unknown,
  { kind, code, isCode }: Key & { readonly kind: RecordKind; readonly isCode: boolean },
): ReadRecord {
  const read = parseWith<z.ZodMiniType<CatalogRecord>>(RECORD_SCHEMAS[kind], value, (text, path) => {
    const list = labelListAt(path);
    return list && nearestLabel(list, text);
  });
  if ('value' in read && isCode) return { record: read.value };
  const issues = 'value' in read ? [] : [...read.issues];
  if (!isCode) issues.push(catalogIssue('resource-code-form', { path: ['code'] }));
  // A code that is wrong may be anything, also a number of a person.
  if (code === undefined || issues.some(({ path }) => path[0] === 'code')) return { issues };
  return { issues: issues.map((issue) => ({ ...issue, record: { kind, code } })) };
}
