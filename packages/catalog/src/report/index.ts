/**
 * `@gov/catalog/report`: the state of a catalogue as one page that an official reads (目录状况报告): score, departments, what is wrong
 * and what mends it, completeness, and the duty graph drawn.
 *
 * @packageDocumentation
 */
import { escapeHtml, htmlPage } from '@gov/verdict/html';
import type { DutyGraph } from '../duty-graph.js';
import type { Place } from '../issue.js';
import type { RegionProfile } from '../profile.js';
import { CATALOG_RULES } from '../rules/catalog-rules.js';
import type { CatalogSummary, DepartmentSummary, Linked } from '../rules/summary.js';
import type { CatalogScore, DepartmentScore } from '../score.js';
import { type DrawnGraph, departmentGraphs } from './department-graphs.js';
import { graphSvg } from './graph-svg.js';
import type { BrokenRule, ReportIssues } from './issues.js';
import { REPORT_LIMITS } from './limits.js';
import { shortened } from './shortened.js';
import { REPORT_STYLE } from './style.js';
import { REPORT_TEXTS, type ReportLanguage, type ReportTexts } from './texts.js';
import { timeInShanghai } from './time.js';

export { ReportIssues } from './issues.js';
export { REPORT_LIMITS, type ReportLimits } from './limits.js';

export interface CatalogReportInput {
  /** 标题, of the page. */
  readonly title: string;
  /** When the catalogue was checked; shown in Asia/Shanghai. */
  readonly at: Date;
  readonly profile: RegionProfile;
  /** Of the edition, where it is one. */
  readonly edition?: string;
  readonly summary: CatalogSummary;
  readonly score: CatalogScore;
  /** What was wrong: every issue of import and rules was added. */
  readonly issues: ReportIssues;
  /** Nothing is drawn without it. */
  readonly graph?: DutyGraph;
  /** `zh` unless said. */
  readonly language?: ReportLanguage;
}

/** A department in figures, with its score. */
interface Part {
  readonly summary: DepartmentSummary;
  readonly score: DepartmentScore;
  readonly id: string;
}

/**
 * The page as text; write it as UTF-8. It runs no script and loads nothing; every text of the catalogue is escaped and cut to
 * `REPORT_LIMITS`, so that the page stays below two million characters whatever the catalogue.
 *
 * @example
 * import { NATIONAL_PROFILE } from '@gov/catalog';
 * import { catalogReport, ReportIssues } from '@gov/catalog/report';
 * import { CatalogCheck } from '@gov/catalog/rules';
 * import { scoreCatalog } from '@gov/catalog/score';
 *
 * const [profile, at] = [NATIONAL_PROFILE, new Date()];
 * const check = new CatalogCheck({ profile, at });
 * const issues = new ReportIssues();
 * for (const record of records) for (const issue of check.add({ record })) issues.add(issue);
 * for (const issue of check.finish()) issues.add(issue);
 * const summary = check.summary();
 * const page = catalogReport({ title: '某市政务数据目录', at, profile, summary, score: scoreCatalog(summary, profile), issues });
 *
 * @throws GovError `invalid-argument` for an `at` that is no time
 */
export function catalogReport(input: CatalogReportInput): string {
  const { title, summary, score, graph, language = 'zh' } = input;
  const texts = REPORT_TEXTS[language];
  const parts = summary.departments.map(
    (department, index): Part => ({ summary: department, score: score.departments[index]!, id: `d${index}` }),
  );
  parts.sort((a, b) => b.score.score - a.score.score || (a.summary.code < b.summary.code ? -1 : 1));
  const front = `<h1>${name(title)}</h1>
${head(input, texts)}
${overall(input, texts)}`;
  const rules = brokenRules(input.issues.rules(), texts, language);
  const coverage = completeness(summary, graph, texts);
  const own = departmentParts(parts, graph, texts, language, REPORT_LIMITS.page - rules.length - coverage.length);
  const body = `${front}
${departmentTable(parts, own.shown, texts)}
${rules}
${coverage}
${own.html}
<footer><p>${texts.footer}</p></footer>`;
  return htmlPage({ lang: language, title: shortened(title), body, style: REPORT_STYLE });
}

function head({ at, profile, edition }: CatalogReportInput, texts: ReportTexts): string {
  const rows = [
    [texts.at, timeInShanghai(at)],
    ...(edition === undefined ? [] : [[texts.edition, edition]]),
    [texts.profile, profile.sample === true ? `${profile.name}（${texts.sample}）` : profile.name],
  ];
  return `<dl>${rows.map(([label, value]) => `<dt>${label}</dt><dd>${name(value!)}</dd>`).join('')}</dl>`;
}

function overall({ summary, score, issues }: CatalogReportInput, texts: ReportTexts): string {
  const figures = [
    [texts.figures.departments, summary.departments.length],
    [texts.figures.resources, summary.records.resource ?? 0],
    [texts.figures.items, summary.items],
    [texts.figures.errors, issues.errors],
    [texts.figures.warnings, issues.warnings],
  ] as const;
  const notRead = issues.errors - summary.errors;
  return `<div class="overall ${grade(score.score).tone}"><strong>${score.score.toFixed(1)}</strong><div><b>${texts.overall}：${texts.grades[grade(score.score).index]}</b>${bar(score.score)}</div></div>
<ul class="figures">${figures.map(([label, count]) => `<li><b>${count.toLocaleString('en-US')}</b> ${label}</li>`).join('')}</ul>
${notRead > 0 ? `<p class="open">${texts.notRead(notRead)}</p>` : ''}`;
}

/** Bounds of 优, 良, 中: this product's own choice. [open] */
const GRADES = [90, 75, 60] as const;

function grade(score: number): { readonly index: number; readonly tone: string } {
  const found = GRADES.findIndex((bound) => score >= bound);
  const index = found === -1 ? GRADES.length : found;
  return { index, tone: ['yes', 'yes', 'unknown', 'no'][index]! };
}

const bar = (score: number): string =>
  `<span class="bar" aria-hidden="true"><span style="width:${Math.round(score)}%"></span></span>`;

function departmentTable(parts: readonly Part[], withParts: number, texts: ReportTexts): string {
  if (parts.length === 0) return `<p>${texts.noDepartment}</p>`;
  const shown = parts.slice(0, REPORT_LIMITS.departments);
  const detailed = new Set(inNeed(parts).slice(0, withParts));
  let rank = 0;
  const rows = shown.map((part, index) => {
    const { summary, score, id } = part;
    if (index === 0 || score.score !== shown[index - 1]!.score.score) rank = index + 1;
    const { index: at, tone } = grade(score.score);
    const title = departmentName(summary, texts);
    return `<tr><td class="number">${rank}</td><th scope="row">${detailed.has(part) ? `<a href="#${id}">${title}</a>` : title}</th>
<td class="score ${tone}"><b>${score.score.toFixed(1)}</b> <span>${texts.grades[at]}</span>${bar(score.score)}</td>
<td class="number">${summary.errors}</td><td class="number">${summary.warnings}</td><td class="number">${summary.records.resource ?? 0}</td><td class="number">${texts.percent(total(summary.coverage))}</td></tr>`;
  });
  const more = parts.length - shown.length;
  return `<section><h2>${texts.departments}</h2>
${scrolled(texts.departments, `<table class="departments"><thead><tr>${headers(texts.table)}</tr></thead><tbody>${rows.join('\n')}</tbody></table>`)}
${more > 0 ? `<p>${texts.moreDepartments(more)}</p>` : ''}</section>`;
}

/** All three kinds of links taken together. */
const total = ({ duties, businesses, resources }: DepartmentSummary['coverage']): Linked => ({
  of: duties.of + businesses.of + resources.of,
  linked: duties.linked + businesses.linked + resources.linked,
});

function brokenRules(rules: readonly BrokenRule[], texts: ReportTexts, language: ReportLanguage): string {
  const shown = rules.slice(0, REPORT_LIMITS.rules);
  const more = rules.length - shown.length;
  const rows = shown.map((rule) => {
    const { code, severity, message, messageZh, suggestion, count, places } = rule;
    const known = CATALOG_RULES.find((one) => one.code === code);
    const called = known === undefined ? (language === 'zh' ? messageZh : message) : known[ruleName(language)];
    const advice = suggestion === undefined ? '' : language === 'zh' ? suggestion.textZh : suggestion.text;
    const list = places.map((one) => `<li>${name(placeText(one, texts))}</li>`).join('');
    return `<tr><td class="${severity === 'error' ? 'no' : 'unknown'}"><b>${texts.severity[severity]}</b></td>
<th scope="row">${name(called)} <code>${escapeHtml(code)}</code><details><summary>${texts.places(places.length, count)}</summary><ul>${list}</ul></details></th>
<td class="number">${count}</td><td>${name(advice)}</td><td>${known === undefined ? '' : name(known.basis)}</td></tr>`;
  });
  const table = scrolled(
    texts.rules,
    `<table class="rules"><thead><tr>${headers(texts.rulesTable)}</tr></thead><tbody>${rows.join('\n')}</tbody></table>`,
  );
  return `<section><h2>${texts.rules}</h2>
${rules.length === 0 ? `<p>${texts.nothingWrong}</p>` : table}
${more > 0 ? `<p>${texts.moreRules(more)}</p>` : ''}</section>`;
}

const ruleName = (language: ReportLanguage) => (language === 'zh' ? ('nameZh' as const) : ('nameEn' as const));

function placeText(
  { place, record }: { readonly place?: Place; readonly record?: { readonly code: string } },
  texts: ReportTexts,
): string {
  const where =
    place === undefined ? [] : [place.file, place.sheet, place.cell ?? texts.line(place.line), place.column];
  return [...where, record?.code].filter((one) => one !== undefined).join(' · ');
}

function completeness(summary: CatalogSummary, graph: DutyGraph | undefined, texts: ReportTexts): string {
  const sum = (of: keyof DepartmentSummary['coverage']): Linked =>
    summary.departments.reduce(
      (all, { coverage }) => ({ of: all.of + coverage[of].of, linked: all.linked + coverage[of].linked }),
      { of: 0, linked: 0 },
    );
  const rows = coverageRows(
    { duties: sum('duties'), businesses: sum('businesses'), resources: sum('resources') },
    texts,
  );
  const few = graph !== undefined && graph.nodes.length <= REPORT_LIMITS.boxes * 3;
  return `<section><h2>${texts.coverage}</h2>
${rows}
${graph === undefined ? '' : gaps(graph, texts)}
${few ? graphSvg(graph, texts, 'g') : ''}</section>`;
}

const coverageRows = (coverage: DepartmentSummary['coverage'], texts: ReportTexts): string =>
  `<dl class="coverage">${[coverage.duties, coverage.businesses, coverage.resources]
    .map(
      (one, index) =>
        `<dt>${texts.coverageRows[index]}</dt><dd>${one.linked} / ${one.of}（${texts.percent(one)}）</dd>`,
    )
    .join('')}</dl>`;

function gaps({ nodes, gaps: all }: DrawnGraph, texts: ReportTexts): string {
  const lists = [
    all.dutiesWithoutBusiness,
    all.businessesWithoutDuty,
    all.businessesWithoutData,
    all.resourcesWithoutBusiness,
  ];
  const items = lists.flatMap((list, index) => {
    if (list.length === 0) return [];
    const names = list.slice(0, REPORT_LIMITS.missing).map((one) => name(nodes[one]!.name));
    const more = list.length - names.length;
    return [
      `<li><b>${texts.gaps[index]}（${list.length}）</b> ${names.join('、')}${more > 0 ? ` ${texts.moreNames(more)}` : ''}</li>`,
    ];
  });
  return items.length === 0 ? '' : `<ul>${items.join('')}</ul>`;
}

/** Those who have most to do come first. */
const inNeed = (parts: readonly Part[]): readonly Part[] => parts.toReversed();

function departmentParts(
  parts: readonly Part[],
  graph: DutyGraph | undefined,
  texts: ReportTexts,
  language: ReportLanguage,
  room: number,
): { readonly html: string; readonly shown: number } {
  if (parts.length === 0) return { html: '', shown: 0 };
  const sections: string[] = [];
  const graphs = graph === undefined ? undefined : departmentGraphs(graph);
  let left = room;
  for (const { summary, score, id } of inNeed(parts).slice(0, REPORT_LIMITS.departmentParts)) {
    if (left <= 0) break;
    const lost = score.lost.map(
      ({ rule, broken, of, points }) =>
        `<tr><th scope="row">${name(rule[ruleName(language)])}</th><td class="number">${broken} / ${of}</td><td class="number">−${points.toFixed(1)}</td></tr>`,
    );
    const own = graphs?.get(summary.code);
    const section = `<details class="part" id="${id}"><summary>${departmentName(summary, texts)} <span class="${grade(score.score).tone}">${score.score.toFixed(1)}</span></summary>
${lost.length === 0 ? `<p>${texts.lostNothing}</p>` : scrolled(texts.parts, `<table><thead><tr>${headers(texts.lost)}</tr></thead><tbody>${lost.join('')}</tbody></table>`)}
${coverageRows(summary.coverage, texts)}
${own === undefined ? '' : gaps(own, texts) + graphSvg(own, texts, `${id}g`)}
</details>`;
    sections.push(section);
    left -= section.length;
  }
  const more = parts.length - sections.length;
  return {
    html: `<section><h2>${texts.parts}</h2>
${sections.join('\n')}
${more > 0 ? `<p>${texts.moreParts(more)}</p>` : ''}</section>`,
    shown: sections.length,
  };
}

const departmentName = ({ name: called, code }: DepartmentSummary, texts: ReportTexts): string =>
  called === undefined ? `${name(code)} ${texts.nameless}` : name(called);

/** What is wider than a phone scrolls in a frame of its own, by keys, too. */
const scrolled = (label: string, content: string): string =>
  `<div class="scroll" tabindex="0" role="group" aria-label="${label}">${content}</div>`;

const headers = (columns: readonly string[]): string =>
  columns.map((column) => `<th scope="col">${column}</th>`).join('');

/** A text of the catalogue: escaped, cut, kept from turning the text around it. */
const name = (text: string): string => `<bdi>${escapeHtml(shortened(text))}</bdi>`;
