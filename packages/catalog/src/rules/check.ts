/** A catalogue against its rules (目录校验): at each record what it says of itself, at the end what needs the whole. */
import type { DivisionTable } from '@gov/codes';
import { GovError } from '@gov/verdict';
import type { CatalogEntry } from '../entry.js';
import { placeAt } from '../internal/columns.js';
import { catalogIssue } from '../internal/texts.js';
import type { CatalogIssue, Severity } from '../issue.js';
import type { RegionProfile } from '../profile.js';
import { canonical } from './canonical.js';
import type { RuleCode } from './catalog-rules.js';
import { copyFindings } from './copies.js';
import { coverage, coverageFindings } from './coverage.js';
import { dayAt } from './days.js';
import type { Findings, FoundLater } from './found.js';
import { HeldCatalog } from './held.js';
import { nearResourceFindings } from './near-resources.js';
import { purchaseFindings } from './purchases.js';
import { type RecordCircumstances, recordFindings } from './record-rules.js';
import { referenceFindings, twiceFindings } from './references.js';
import { ruleSeverities } from './severities.js';
import { sourceFindings } from './sources.js';
import { type CatalogSummary, summarize } from './summary.js';
import { Tally } from './tally.js';
import { WatchWords } from './words.js';

/** The most that one check takes; about 100 octets are kept of each item, 200 of each record. */
export const CATALOG_CHECK_LIMITS = {
  records: 2_000_000,
  items: 20_000_000,
  /** Different credit codes of departments. */
  departments: 100_000,
} as const;

export interface CatalogCheckOptions {
  readonly profile: RegionProfile;
  /** The instant of the check: its day in Asia/Shanghai counts. */
  readonly at: Date;
  /** 行政区划表: without it divisions are not asked about. */
  readonly divisions?: DivisionTable;
  /** Lower limits than the usual ones. */
  readonly limits?: Readonly<Partial<Record<keyof typeof CATALOG_CHECK_LIMITS, number>>>;
}

/**
 * What is being done (阶段): the records one by one; then of the whole their order, codes twice, references, copies, one datum from two
 * sources, resources that are nearly the same, data bought twice, what hangs together with what.
 */
export type CheckPhase =
  | 'records'
  | 'order'
  | 'codes'
  | 'references'
  | 'copies'
  | 'sources'
  | 'near-resources'
  | 'purchases'
  | 'coverage';

/** How far it is (进度). */
export interface CheckProgress {
  readonly phase: CheckPhase;
  /** Taken so far. */
  readonly records: number;
}

/** To watch a check, and to stop it. */
export interface CheckWatch {
  readonly signal?: AbortSignal;
  /** After each thousand records, and as each further phase begins. */
  readonly onProgress?: (done: CheckProgress) => void;
}

/** Issues of the whole between two turns of the event loop. */
const TURN = 1000;

/**
 * Checks one catalogue: `add` every record, in any order, then `finish`, then `summary`.
 *
 * @example
 * import { NATIONAL_PROFILE } from '@gov/catalog';
 *
 * const check = new CatalogCheck({ profile: NATIONAL_PROFILE, at });
 * for (const record of records) for (const issue of check.add({ record })) console.log(issue.messageZh);
 * for (const issue of check.finish()) console.log(issue.messageZh);
 * console.log(check.summary().errors);
 */
export class CatalogCheck {
  readonly #severities: ReadonlyMap<RuleCode, Severity>;
  readonly #profile: RegionProfile;
  readonly #here: RecordCircumstances;
  readonly #limits: Readonly<Record<keyof typeof CATALOG_CHECK_LIMITS, number>>;
  readonly #held = new HeldCatalog();
  readonly #tally = new Tally();
  #state: 'open' | 'finishing' | 'finished' = 'open';
  #summary: CatalogSummary | undefined;

  /** @throws GovError `invalid-argument` for severities that are none, limits above the usual ones, or an `at` that is no time */
  constructor({ profile, at, divisions, limits = {} }: CatalogCheckOptions) {
    if (Number.isNaN(at.getTime())) throw new GovError('invalid-argument', 'at is no time');
    this.#severities = ruleSeverities(profile);
    this.#limits = { ...CATALOG_CHECK_LIMITS, ...limits };
    for (const [name, most] of Object.entries(CATALOG_CHECK_LIMITS))
      if (!(this.#limits[name as keyof typeof CATALOG_CHECK_LIMITS] <= most))
        throw new GovError('invalid-argument', `limits: at most ${most} ${name}`);
    this.#profile = profile;
    this.#here = { profile, today: dayAt(at), watchWords: new WatchWords(profile.watchWords), divisions };
  }

  /**
   * Takes a record, and answers at once what is wrong with it alone.
   *
   * @throws GovError `limit-exceeded`; `invalid-argument` after `finish`
   */
  add(entry: CatalogEntry): readonly CatalogIssue[] {
    if (this.#state !== 'open') throw new GovError('invalid-argument', 'the check is finished');
    const { record, place } = entry;
    const number = this.#held.add(entry);
    const { records, items, departments } = this.#limits;
    if (this.#held.size > records) throw new GovError('limit-exceeded', `more than ${records} records`);
    if (this.#held.items.name.length > items) throw new GovError('limit-exceeded', `more than ${items} items`);
    if (this.#held.departments.size > departments)
      throw new GovError('limit-exceeded', `more than ${departments} departments`);
    const issues: CatalogIssue[] = [];
    for (const { code, path, detail, value } of recordFindings(record, this.#here)) {
      const severity = this.#severity(code, number);
      if (severity === undefined) continue;
      const found = placeAt(place, path);
      issues.push(
        catalogIssue(code, {
          severity,
          path,
          record: { kind: record.kind, code: record.code },
          ...(found === undefined ? {} : { place: found }),
          ...(detail === undefined ? {} : { detail }),
          ...(value === undefined ? {} : { value }),
        }),
      );
    }
    return issues;
  }

  /**
   * What needs the whole catalogue, once. What is found does not depend on the order in which the records came.
   *
   * @throws GovError `invalid-argument` for a second time
   */
  *finish(): Generator<CatalogIssue, void> {
    for (const one of this.#finish()) if (typeof one === 'object') yield one;
  }

  /**
   * As `finish`, with turns of the event loop after every few thousand steps, whether anything is found or not: who wants to stop can
   * say so.
   *
   * @throws GovError `invalid-argument` for a second time; the reason of `signal`
   */
  async *finishInTurns({ signal, onProgress }: CheckWatch = {}): AsyncGenerator<CatalogIssue, void> {
    let issues = 0;
    for (const one of this.#finish()) {
      if (typeof one === 'string') onProgress?.({ records: this.#held.size, phase: one });
      if (typeof one !== 'object' || ++issues % TURN === 0) {
        await new Promise((resolve) => setTimeout(resolve, 0));
        signal?.throwIfAborted();
      }
      if (typeof one === 'object') yield one;
    }
  }

  /** Phases as they begin, issues, and undefined after each stride. */
  *#finish(): Generator<CatalogIssue | CheckPhase | undefined, void> {
    if (this.#state !== 'open') throw new GovError('invalid-argument', 'the check is finished');
    this.#state = 'finishing';
    const held = this.#held;
    yield 'order';
    const order = yield* canonical(held);
    const covered = coverage(held, order);
    const findings: readonly (readonly [CheckPhase, Findings])[] = [
      ['codes', twiceFindings(held, order)],
      ['references', referenceFindings(held, order)],
      ['copies', copyFindings(held, order)],
      ['sources', sourceFindings(held, order, this.#profile)],
      ['near-resources', nearResourceFindings(held, order, this.#profile)],
      ['purchases', purchaseFindings(held, order, this.#profile)],
      ['coverage', coverageFindings(held, order, covered)],
    ];
    for (const [phase, found] of findings) {
      yield phase;
      for (const one of found) {
        const severity = one && this.#severity(one.code, one.record);
        if (one === undefined) yield;
        else if (severity !== undefined) yield this.#later(one, severity);
      }
    }
    this.#summary = summarize(held, this.#tally, covered);
    this.#state = 'finished';
  }

  /**
   * The catalogue in figures.
   *
   * @throws GovError `invalid-argument` before `finish` has come to its end: half of a check would read as a good one
   */
  summary(): CatalogSummary {
    if (this.#summary === undefined) throw new GovError('invalid-argument', 'the check is not finished');
    return this.#summary;
  }

  /** Counted, where it is asked for. */
  #severity(code: RuleCode, record: number): 'error' | 'warning' | undefined {
    const severity = this.#severities.get(code)!;
    if (severity === 'off') return undefined;
    this.#tally.add(code, severity, record, this.#held.records.department.get(record));
    return severity;
  }

  #later(
    { code, record, path, place, detail, value, related }: FoundLater,
    severity: 'error' | 'warning',
  ): CatalogIssue {
    const name = (number: number) => ({ kind: this.#held.kindOf(number), code: this.#held.codeOf(number) });
    return catalogIssue(code, {
      severity,
      path,
      record: name(record),
      ...(place === undefined ? {} : { place }),
      ...(detail === undefined ? {} : { detail }),
      ...(value === undefined ? {} : { value }),
      ...(related === undefined
        ? {}
        : {
            related: related.map((other) => ({
              ...name(other.record),
              ...(other.place === undefined ? {} : { place: other.place }),
            })),
          }),
    });
  }
}

export interface CheckCatalogOptions extends CatalogCheckOptions, CheckWatch {}

/**
 * Checks a stream of records, and returns the catalogue in figures.
 *
 * @throws GovError as `CatalogCheck`; the reason of `signal`; whatever the source throws
 */
export async function* checkCatalog(
  entries: AsyncIterable<CatalogEntry> | Iterable<CatalogEntry>,
  { signal, onProgress, ...options }: CheckCatalogOptions,
): AsyncGenerator<CatalogIssue, CatalogSummary> {
  const check = new CatalogCheck(options);
  let records = 0;
  for await (const entry of entries) {
    signal?.throwIfAborted();
    yield* check.add(entry);
    if (++records % 1000 === 0) onProgress?.({ records, phase: 'records' });
  }
  yield* check.finishInTurns({ ...(signal && { signal }), ...(onProgress && { onProgress }) });
  return check.summary();
}
