/** Versions of one licence (证照谱系): what a re-issue may change, and whether a chain of versions is in order. */

import type { Issue } from '@gov/verdict';
import { parseIdentifier } from './identifier.js';
import { under } from './internal/issue-path.js';
import { issue } from './internal/issues.js';
import type { LicenseType } from './license-type.js';
import type { LicenseData } from './metadata.js';
import type { IssueAct, RegisterEntry } from './register/port.js';
import { isDate, LONG_TERM } from './validity.js';

/** An act by which a version takes the place of the one before: 变更, 延续, 更正, 补发. */
export type ReissueAct = Exclude<IssueAct, 'first'>;

type Path = Issue['path'];

/** What every act leaves free: when it was done, and which service item asked for it. */
const OF_EVERY_ACT: readonly Path[] = [['version'], ['issueDate'], ['serviceItem']];

/**
 * What each act may change; nothing may change type or issuer, for then it is another licence. A change (变更) leaves the term
 * as it is, a renewal (延续) changes nothing else, a replacement (补发) repeats what was lost, a correction (更正) puts right
 * whatever was wrong.
 */
const MAY_CHANGE: Readonly<Record<ReissueAct, readonly Path[]>> = {
  change: [
    ['number'],
    ['authority', 'name'],
    ['authority', 'divisionCode'],
    ['definingAuthority'],
    ['holders'],
    ['members'],
    ['fields'],
  ],
  renewal: [['validFrom'], ['validTo'], ['members']],
  correction: [
    ['number'],
    ['authority', 'name'],
    ['authority', 'divisionCode'],
    ['definingAuthority'],
    ['validFrom'],
    ['validTo'],
    ['holders'],
    ['members'],
    ['fields'],
  ],
  replacement: [],
};

/**
 * What is wrong with issuing `after` in place of `before` by this act, both as `parseLicenseData` read them. Issues:
 * `reissue-not-allowed` for each part that differs and may not, `reissue-nothing-changed` for a change or correction of
 * nothing, `reissue-before` for a day of issue before that of the older version or a renewal that begins before it,
 * `renewal-not-longer`.
 *
 * @param type where given, its fields that are `perIssue` may differ by every act
 * @example
 * import { FOOD_BUSINESS, parseLicenseData, reissueIssues } from '@gov/e-license';
 * const before = parseLicenseData(json, [FOOD_BUSINESS]);
 * reissueIssues('replacement', before, { ...before, validTo: '长期' }, FOOD_BUSINESS);
 * // [{ path: ['validTo'], code: 'reissue-not-allowed', … }]
 */
export function reissueIssues(act: ReissueAct, before: LicenseData, after: LicenseData, type?: LicenseType): Issue[] {
  const perIssue: readonly Path[] = (type?.fields ?? []).flatMap((field) =>
    field.kind !== 'metadata' && field.perIssue === true ? [['fields', field.key]] : [],
  );
  const free = [...OF_EVERY_ACT, ...perIssue];
  const substantial = differences(before, after, []).filter((path) => !isUnder(path, free));
  const issues = substantial
    .filter((path) => !isUnder(path, MAY_CHANGE[act]))
    .map((path) => issue('reissue-not-allowed', path));
  if ((act === 'change' || act === 'correction') && substantial.length === 0)
    issues.push(issue('reissue-nothing-changed'));
  if (after.issueDate < before.issueDate) issues.push(issue('reissue-before', ['issueDate']));
  if (act === 'renewal') {
    if (after.validFrom < before.validFrom) issues.push(issue('reissue-before', ['validFrom']));
    if (!isLater(after.validTo, before.validTo)) issues.push(issue('renewal-not-longer', ['validTo']));
  }
  return issues;
}

const isLater = (end: string, than: string): boolean =>
  than !== LONG_TERM && (end === LONG_TERM || (isDate(end) && end > than));

const isUnder = (path: Path, prefixes: readonly Path[]): boolean =>
  prefixes.some((prefix) => prefix.every((step, index) => path[index] === step));

/** Paths at which two JSON values differ; lists of other lengths differ as a whole. */
function differences(before: unknown, after: unknown, path: Path): Path[] {
  if (Object.is(before, after)) return [];
  if (typeof before !== 'object' || typeof after !== 'object' || before === null || after === null) return [path];
  if (Array.isArray(before) || Array.isArray(after)) {
    if (!Array.isArray(before) || !Array.isArray(after) || before.length !== after.length) return [path];
    return before.flatMap((value, index) => differences(value, after[index], [...path, index]));
  }
  const members = new Map<string, [unknown, unknown]>();
  for (const [key, value] of Object.entries(before)) members.set(key, [value, undefined]);
  for (const [key, value] of Object.entries(after)) members.set(key, [members.get(key)?.[0], value]);
  return [...members].flatMap(([key, [old, young]]) => differences(old, young, [...path, key]));
}

/** What the order of versions is judged by: rows of the register have it. */
export type LineageVersion = Pick<
  RegisterEntry,
  'identifier' | 'version' | 'act' | 'replaces' | 'issuedAt' | 'status' | 'record'
>;

/**
 * Whether these are all versions of one licence, the oldest first (谱系核查), each issue under the index of its version:
 * `lineage-act`, `lineage-version`, `lineage-other` for another type, issuer or serial, `lineage-replaces`, `lineage-time`,
 * `lineage-in-force` for a version with a successor that is still valid or suspended; and of versions whose data is kept
 * those of `reissueIssues`.
 */
export function lineageIssues(versions: readonly LineageVersion[], type?: LicenseType): Issue[] {
  return versions.flatMap((version, index) => {
    const before = versions[index - 1];
    const successor = versions[index + 1];
    const issues: Issue[] = [];
    if ((version.act === 'first') !== (before === undefined)) issues.push(issue('lineage-act', ['act']));
    if (version.version !== index + 1 || partsOf(version)?.version !== version.version) {
      issues.push(issue('lineage-version', ['version']));
    }
    if (version.replaces !== before?.identifier) issues.push(issue('lineage-replaces', ['replaces']));
    if (successor !== undefined && (version.status === 'valid' || version.status === 'suspended')) {
      issues.push(issue('lineage-in-force', ['status']));
    }
    if (before === undefined) return under([index], issues);
    if (!isSameLicense(before, version)) issues.push(issue('lineage-other', ['identifier']));
    if (Date.parse(version.issuedAt) < Date.parse(before.issuedAt)) issues.push(issue('lineage-time', ['issuedAt']));
    if (version.act !== 'first' && before.record !== undefined && version.record !== undefined) {
      const found = reissueIssues(version.act, before.record.data, version.record.data, type);
      issues.push(...under(['record', 'data'], found));
    }
    return under([index], issues);
  });
}

function partsOf({ identifier }: LineageVersion) {
  const parsed = parseIdentifier(identifier);
  return parsed.ok ? parsed.value : undefined;
}

function isSameLicense(a: LineageVersion, b: LineageVersion): boolean {
  const [one, other] = [partsOf(a), partsOf(b)];
  return (
    one !== undefined &&
    other !== undefined &&
    one.type === other.type &&
    one.issuer === other.issuer &&
    one.serial === other.serial
  );
}
