/** Regional profiles from outside (读取地区方案). */
import { GovError, type Issue } from '@gov/verdict';
import * as z from 'zod/mini';
import { parseWith } from '../internal/parse-with.js';
import { catalogIssue } from '../internal/texts.js';
import type { CatalogIssue } from '../issue.js';
import { FORMAT_CLASSES, UPDATE_CYCLES } from '../labels.js';
import { RECORD_KINDS } from '../order.js';
import type { RegionProfile } from '../profile.js';
import { CATALOG_RULES } from '../rules/catalog-rules.js';
import { recordFields } from '../schema/fields.js';
import { LABEL_LISTS, type LabelList, nearestLabel } from '../schema/labels.js';
import { CATALOG_LIMITS } from '../schema/limits.js';
import { line, list, rule, series, whole } from '../schema/parts.js';
import { resourceCodePattern } from '../schema/pattern.js';

const { exactOptional: optional, strictObject } = z;

const entries = CATALOG_LIMITS.profileEntries;

const codesOf = <const Label extends string>(values: readonly { readonly label: Label }[]) =>
  optional(z.record(line(), z.enum(values.map(({ label }) => label) as [Label, ...Label[]])));

const schema = strictObject({
  id: z.string().check(rule((id) => (/^[a-z][a-z0-9-]{0,63}$/.test(id) ? [] : [catalogIssue('profile-id')]))),
  name: line(),
  sample: optional(z.boolean()),
  resourceCode: z.string(),
  codes: strictObject({
    class: codesOf(LABEL_LISTS.class),
    sharing: codesOf(LABEL_LISTS.sharing),
    opening: codesOf(LABEL_LISTS.opening),
    method: codesOf(LABEL_LISTS.method),
    cycle: codesOf(LABEL_LISTS.cycle),
    type: codesOf(LABEL_LISTS.type),
    format: codesOf(LABEL_LISTS.format),
    level: codesOf(LABEL_LISTS.level),
    secrecy: codesOf(LABEL_LISTS.secrecy),
    itemKind: codesOf(LABEL_LISTS.itemKind),
  } satisfies Record<LabelList, unknown>),
  basicResources: optional(list(line(), entries)),
  formatTypes: z.partialRecord(z.enum(FORMAT_CLASSES.map(({ label }) => label)), list(line(), entries)),
  sheets: series(
    strictObject({
      kind: z.enum(RECORD_KINDS),
      names: series(line(), 1, CATALOG_LIMITS.headers),
      columns: series(
        strictObject({
          path: line(),
          headers: series(line(), 1, CATALOG_LIMITS.headers),
          required: optional(z.boolean()),
        }),
        1,
        CATALOG_LIMITS.columns,
      ),
    }),
    0,
    CATALOG_LIMITS.sheets,
  ),
  severities: z.record(line(), z.enum(['error', 'warning', 'off'])),
  watchWords: list(line(), entries),
  graceDays: optional(z.partialRecord(z.enum(UPDATE_CYCLES.map(({ label }) => label)), whole(0, 3660))),
  synonyms: optional(series(series(line(), 2, CATALOG_LIMITS.headers), 0, entries)),
  commonItems: optional(list(line(), entries)),
  weights: optional(z.record(line(), whole(0, 100))),
});

/**
 * Reads a profile from a parsed JSON value: its tables, its pattern (see `resourceCodePattern`), and that each sheet can be read in
 * one way: no header that stands for two columns, a column for each field that a record must have. Severities and weights are of
 * rules that there are.
 *
 * @throws GovError `input-malformed` with every issue at once
 */
export function readProfile(value: unknown): RegionProfile {
  const read = parseWith(schema, value, (text, [table, name]) =>
    table === 'codes' && typeof name === 'string' && Object.hasOwn(LABEL_LISTS, name)
      ? nearestLabel(name as LabelList, text)
      : undefined,
  );
  const issues =
    'value' in read
      ? [...patternIssues(read.value), ...ruleIssues(read.value), ...sheetIssues(read.value)]
      : read.issues;
  if ('value' in read && issues.length === 0) return read.value;
  throw new GovError('input-malformed', `profile: ${issues.slice(0, 5).map(placed).join('; ')}`, { issues });
}

const placed = ({ path, code }: Issue): string => `${path.join('.').slice(0, 100)}: ${code}`;

function patternIssues({ resourceCode }: RegionProfile): readonly CatalogIssue[] {
  try {
    resourceCodePattern(resourceCode);
    return [];
  } catch {
    return [catalogIssue('profile-pattern', { path: ['resourceCode'] })];
  }
}

/** What is misspelt would leave a rule at its usual severity, and nobody would see. */
function ruleIssues({ severities, weights = {} }: RegionProfile): readonly CatalogIssue[] {
  const unknown = (codes: object, at: string): CatalogIssue[] =>
    Object.keys(codes)
      .filter((code) => !CATALOG_RULES.some((rule) => rule.code === code))
      .map((code) => catalogIssue('profile-rule', { path: [at, code] }));
  const changed = CATALOG_RULES.filter(
    ({ code, fixed = false, severity }) => fixed && (severities[code] ?? severity) !== severity,
  ).map(({ code }) => catalogIssue('profile-rule-fixed', { path: ['severities', code] }));
  return [...unknown(severities, 'severities'), ...changed, ...unknown(weights, 'weights')];
}

function sheetIssues({ sheets }: RegionProfile): readonly CatalogIssue[] {
  const kinds = sheets.map(({ kind }, index) => ({ text: kind, path: ['sheets', index, 'kind'] }));
  const names = sheets.flatMap((sheet, index) => listed(sheet.names, ['sheets', index, 'names']));
  return [
    ...repeated('profile-sheet-twice', kinds),
    ...repeated('profile-sheet-twice', names),
    ...sheets.flatMap((sheet, index) => columnIssues(sheet, ['sheets', index, 'columns'])),
  ];
}

function columnIssues({ kind, columns }: RegionProfile['sheets'][number], at: Issue['path']): readonly CatalogIssue[] {
  const fields = recordFields(kind);
  const paths = new Set(columns.map(({ path }) => path));
  // A column for the whole is one for each of its parts.
  const isThere = (path: string): boolean =>
    paths.has(path) || [...paths].some((one) => path.startsWith(`${one}.`) || one.startsWith(`${path}.`));
  const missing = fields.filter(({ path, required }) => required && !isThere(path)).map(({ path }) => path);
  return [
    ...columns.flatMap(({ path }, index) =>
      fields.some((field) => field.path === path)
        ? []
        : [catalogIssue('profile-path', { path: [...at, index, 'path'] })],
    ),
    ...repeated(
      'profile-header-twice',
      columns.flatMap(({ headers }, index) => listed(headers, [...at, index, 'headers'])),
    ),
    ...repeated(
      'profile-header-twice',
      columns.map(({ path }, index) => ({ text: path, path: [...at, index, 'path'] })),
    ),
    ...missing.map((path) => catalogIssue('profile-column-missing', { path: at, detail: [path, path] })),
  ];
}

interface Written {
  readonly text: string;
  readonly path: Issue['path'];
}

const listed = (texts: readonly string[], at: Issue['path']): Written[] =>
  texts.map((text, index) => ({ text, path: [...at, index] }));

/** As sheets write headers: width and blanks aside. */
const plain = (text: string): string => text.normalize('NFKC').replaceAll(/\s/g, '');

function repeated(code: 'profile-sheet-twice' | 'profile-header-twice', written: readonly Written[]): CatalogIssue[] {
  const seen = new Set<string>();
  return written.flatMap(({ text, path }) => {
    if (seen.has(plain(text))) return [catalogIssue(code, { path })];
    seen.add(plain(text));
    return [];
  });
}
