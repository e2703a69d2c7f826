/** What a report keeps of the issues of a catalogue while they pass by (问题汇总). */
import type { CatalogIssue, Place } from '../issue.js';
import { REPORT_LIMITS } from './limits.js';

/** One rule that is broken, or one way in which a record could not be read. */
export interface BrokenRule {
  readonly code: string;
  readonly severity: CatalogIssue['severity'];
  readonly message: string;
  readonly messageZh: string;
  readonly suggestion?: CatalogIssue['suggestion'];
  count: number;
  /** The first of them. */
  readonly places: { readonly place?: Place; readonly record?: NonNullable<CatalogIssue['record']> }[];
}

/**
 * Counts issues by rule, and keeps the first places of each: a million of them in no more memory than a thousand.
 *
 * @example
 * import { NATIONAL_PROFILE } from '@gov/catalog';
 * import { ReportIssues } from '@gov/catalog/report';
 * import { checkCatalog } from '@gov/catalog/rules';
 *
 * const issues = new ReportIssues();
 * for await (const issue of checkCatalog(entries, { profile: NATIONAL_PROFILE, at: new Date() })) issues.add(issue);
 * console.log(issues.errors, issues.warnings);
 */
export class ReportIssues {
  readonly #rules = new Map<string, BrokenRule>();
  #errors = 0;
  #warnings = 0;

  get errors(): number {
    return this.#errors;
  }

  get warnings(): number {
    return this.#warnings;
  }

  add({ code, severity, message, messageZh, suggestion, place, record }: CatalogIssue): void {
    if (severity === 'error') this.#errors++;
    else this.#warnings++;
    const key = `${severity} ${code}`;
    let rule = this.#rules.get(key);
    if (rule === undefined) {
      rule = { code, severity, message, messageZh, count: 0, places: [], ...(suggestion && { suggestion }) };
      this.#rules.set(key, rule);
    }
    rule.count++;
    if (rule.places.length < REPORT_LIMITS.placesOfRule)
      rule.places.push({ ...(place && { place }), ...(record && { record }) });
  }

  /** Errors first, then what there is most of. */
  rules(): readonly Readonly<BrokenRule>[] {
    const rank = ({ severity }: BrokenRule): number => (severity === 'error' ? 0 : 1);
    return [...this.#rules.values()].sort(
      (a, b) => rank(a) - rank(b) || b.count - a.count || (a.code < b.code ? -1 : 1),
    );
  }
}
