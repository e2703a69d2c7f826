/** A catalogue in figures (目录概况), as a report and a score need them. */
import { RECORD_KINDS } from '../order.js';
import type { RecordKind } from '../record.js';
import type { RuleCode } from './catalog-rules.js';
import { BY_DATA, BY_DUTY, type Coverage } from './coverage.js';
import type { HeldCatalog } from './held.js';
import type { Tally } from './tally.js';

/** How many of something are linked as they should be. */
export interface Linked {
  readonly of: number;
  readonly linked: number;
}

/** 部门概况 */
export interface DepartmentSummary {
  /** Unified social credit code. */
  readonly code: string;
  /** Absent where the catalogue has records of the department, and not the department. */
  readonly name?: string;
  readonly records: Readonly<Partial<Record<RecordKind, number>>>;
  readonly items: number;
  readonly errors: number;
  readonly warnings: number;
  /** Records that break each rule that any breaks. */
  readonly broken: Readonly<Partial<Record<RuleCode, number>>>;
  /** 应编尽编: duties with a business, businesses with data, resources with a business. */
  readonly coverage: { readonly duties: Linked; readonly businesses: Linked; readonly resources: Linked };
}

export interface CatalogSummary {
  readonly records: Readonly<Partial<Record<RecordKind, number>>>;
  readonly items: number;
  readonly errors: number;
  readonly warnings: number;
  /** Issues of each rule that any record breaks. */
  readonly issues: Readonly<Partial<Record<RuleCode, number>>>;
  /** By code. */
  readonly departments: readonly DepartmentSummary[];
}

export function summarize(held: HeldCatalog, tally: Tally, { linked }: Coverage): CatalogSummary {
  const drafts = Array.from({ length: held.departments.size }, draft);
  for (let record = 0; record < held.size; record++) {
    const own = drafts[held.records.department.get(record)]!;
    const kind = held.kindOf(record);
    own.records[kind] = (own.records[kind] ?? 0) + 1;
    const [from, to] = held.itemsOf(record);
    own.items += to - from;
    const by = linked[record]!;
    if (kind === 'duty') count(own.coverage.duties, by !== 0);
    if (kind === 'business') count(own.coverage.businesses, (by & BY_DATA) !== 0 && (by & BY_DUTY) !== 0);
    if (kind === 'resource') count(own.coverage.resources, by !== 0);
    if (kind === 'department') own.name ??= held.words.text(held.records.words.get(record));
  }
  const departments = drafts.map(
    (one, number): DepartmentSummary => ({ code: held.departments.text(number), ...one, ...tally.of(number) }),
  );
  departments.sort((a, b) => (a.code < b.code ? -1 : 1));
  const sum = (numberOf: (one: DepartmentSummary) => number): number =>
    departments.reduce((total, one) => total + numberOf(one), 0);
  return {
    records: Object.fromEntries(
      RECORD_KINDS.map((kind) => [kind, sum(({ records }) => records[kind] ?? 0)]).filter(([, number]) => number !== 0),
    ),
    items: sum(({ items }) => items),
    errors: sum(({ errors }) => errors),
    warnings: sum(({ warnings }) => warnings),
    issues: tally.issues(),
    departments,
  };
}

interface Draft {
  name?: string;
  readonly records: Partial<Record<RecordKind, number>>;
  items: number;
  readonly coverage: Record<'duties' | 'businesses' | 'resources', { of: number; linked: number }>;
}

const draft = (): Draft => ({
  records: {},
  items: 0,
  coverage: { duties: { of: 0, linked: 0 }, businesses: { of: 0, linked: 0 }, resources: { of: 0, linked: 0 } },
});

function count(linked: { of: number; linked: number }, isLinked: boolean): void {
  linked.of++;
  if (isLinked) linked.linked++;
}
