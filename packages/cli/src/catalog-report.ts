/** The page that an official reads, of a catalogue that was checked (目录状况报告). */
import type { CatalogIssue } from '@gov/catalog';
import { dutyGraph } from '@gov/catalog/duty-graph';
import { catalogReport, ReportIssues } from '@gov/catalog/report';
import type { CatalogSummary } from '@gov/catalog/rules';
import { scoreCatalog } from '@gov/catalog/score';
import { GovError } from '@gov/verdict';
import { type CatalogInput, entriesOf } from './catalog-input.js';
import type { OptionDefinition } from './command.js';

export const REPORT_OPTIONS = {
  report: {
    type: 'string',
    value: 'R.html',
    about: { en: 'write a page with score, departments and what is wrong', zh: '输出目录状况报告（网页）' },
  },
  title: { type: 'string', value: 'TEXT', about: { en: 'of that page', zh: '报告标题' } },
} as const satisfies Readonly<Record<string, OptionDefinition>>;

const TITLES = { zh: '政务数据目录状况报告', en: 'State of the data catalogue' } as const;

export class ReportPage {
  readonly #input: CatalogInput;
  readonly #at: Date;
  readonly #path: string | undefined;
  readonly #title: string;
  readonly #issues = new ReportIssues();

  /** @throws GovError `usage` for a title without a page */
  constructor(
    input: CatalogInput,
    at: Date,
    { report, title }: { readonly report: string | undefined; readonly title: string | undefined },
  ) {
    if (report === undefined && title !== undefined) throw new GovError('usage', '--title goes with --report');
    this.#input = input;
    this.#at = at;
    this.#path = report;
    this.#title = title ?? TITLES[input.lang];
  }

  add(issue: CatalogIssue): void {
    if (this.#path !== undefined) this.#issues.add(issue);
  }

  /** To be written after everything was checked. */
  outputs(summary: () => CatalogSummary, signal: AbortSignal) {
    return this.#path === undefined ? [] : [{ path: this.#path, content: this.#page(summary, signal) }];
  }

  async *#page(summaryOf: () => CatalogSummary, signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
    const { profile, lang: language } = this.#input;
    const summary = summaryOf();
    // Read once more: the check does not keep what the graph is made of.
    const graph = await dutyGraph(entriesOf(this.#input, signal, () => undefined));
    const page = catalogReport({
      title: this.#title,
      at: this.#at,
      profile,
      summary,
      score: scoreCatalog(summary, profile),
      issues: this.#issues,
      graph,
      language,
    });
    yield new TextEncoder().encode(page);
  }
}
