/** The page that an official reads: what it says, what it never says, and how long it can get. */
import { type CatalogEntry, type CatalogIssue, NATIONAL_PROFILE, SAMPLE_CITY_PROFILE } from '@gov/catalog';
import { dutyGraph } from '@gov/catalog/duty-graph';
import { type CatalogReportInput, catalogReport, REPORT_LIMITS, ReportIssues } from '@gov/catalog/report';
import { CatalogCheck } from '@gov/catalog/rules';
import { scoreCatalog } from '@gov/catalog/score';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DrawnGraph, departmentGraphs } from '../src/report/department-graphs.js';
import { creditCode, DIVISIONS, department, item, resource, SAMPLE_AT, SAMPLE_CATALOG } from './sample-catalog.js';

const AT = SAMPLE_AT;

interface Made extends Partial<CatalogReportInput> {
  readonly withGraph?: boolean;
  readonly more?: readonly CatalogIssue[];
}

async function reportInput(entries: readonly CatalogEntry[], change: Made = {}): Promise<CatalogReportInput> {
  const { withGraph = true, more = [], ...given } = change;
  const profile = given.profile ?? NATIONAL_PROFILE;
  const check = new CatalogCheck({ profile, at: AT, divisions: DIVISIONS });
  const issues = new ReportIssues();
  for (const entry of entries) for (const issue of check.add(entry)) issues.add(issue);
  for (const issue of check.finish()) issues.add(issue);
  for (const issue of more) issues.add(issue);
  const summary = check.summary();
  return {
    title: '某市政务数据目录',
    at: AT,
    profile,
    summary,
    score: scoreCatalog(summary, profile),
    issues,
    ...(withGraph ? { graph: await dutyGraph(entries) } : {}),
    ...given,
  };
}

const page = async (entries: readonly CatalogEntry[], change: Made = {}): Promise<string> =>
  catalogReport(await reportInput(entries, change));

const sample = SAMPLE_CATALOG.map((record): CatalogEntry => ({ record }));
const duty = (code: string, name: string): CatalogEntry => ({
  record: { kind: 'duty', code, name, department: creditCode(1), basis: '三定规定' },
});

/** Every tag is closed, in order; void elements aside. */
function unclosed(html: string): string[] {
  const open: string[] = [];
  for (const [, end, name, self] of html
    .replace(/<style>[\s\S]*?<\/style>/, '')
    .matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*?(\/?)>/gi)) {
    if (self === '/' || ['meta', 'br'].includes(name!)) continue;
    if (end === '') open.push(name!);
    else if (open.pop() !== name) return [`</${name}>`];
  }
  return open;
}

const ids = (html: string): string[] => [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id!);

describe('a report', () => {
  it('has the score, every department, every rule that is broken, and the graph', async () => {
    const html = await page(sample, { edition: '2026' });
    const check = new CatalogCheck({ profile: NATIONAL_PROFILE, at: AT, divisions: DIVISIONS });
    const issues: CatalogIssue[] = sample.flatMap((entry) => [...check.add(entry)]);
    issues.push(...check.finish());
    for (const { code } of issues) expect(html).toContain(`<code>${code}</code>`);
    for (const { name, code } of check.summary().departments) expect(html).toContain(name ?? code);
    const { score } = scoreCatalog(check.summary(), NATIONAL_PROFILE);
    expect(html).toContain(`<strong>${score.toFixed(1)}</strong>`);
    expect(html).toContain('<dd><bdi>2026-06-01 12:00</bdi></dd>');
    expect(html).toContain('<dd><bdi>2026</bdi></dd>');
    expect(html.match(/<svg /g)!.length).toBeGreaterThan(1);
    expect(unclosed(html)).toEqual([]);
  });

  it('in English has no Chinese of its own', async () => {
    const html = await page([duty('Z1', 'registration')], { language: 'en', title: 'Catalogue' });
    expect(html).toContain('<html lang="en">');
    expect(html.replaceAll(/<style>[\s\S]*?<\/style>/g, '').replaceAll(NATIONAL_PROFILE.name, '')).not.toMatch(
      /(?<!<bdi>[^<]*)\p{Script=Han}(?![^<]*<\/bdi>)/u,
    );
  });

  it('names nothing twice, and leads nowhere that is not there', async () => {
    const html = await page(sample);
    expect(new Set(ids(html)).size).toBe(ids(html).length);
    const targets = [...html.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id!);
    expect(targets.length).toBeGreaterThan(0);
    for (const target of targets) expect(ids(html)).toContain(target);
    for (const [, id] of html.matchAll(/aria-labelledby="(\S+) \S+"/g)) expect(ids(html)).toContain(id);
  });

  it('runs nothing and loads nothing', async () => {
    const html = await page(sample);
    expect(html).toContain(`content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"`);
    expect(html).not.toMatch(/<script|<link|<img|<iframe|\son[a-z]+=|url\(|https?:/i);
  });

  it('marks what lacks a link by form and by word, not by colour alone', async () => {
    const html = await page([duty('Z1', '社会保险登记')]);
    expect(html).toContain('<g class="missing"><title>社会保险登记 Z1 — 缺少对应关系</title>');
    expect(html).toContain('rx="0"');
    expect(html).toContain('⚠ 社会保险登记');
    expect(html).toContain('没有业务的职能（1）</b> <bdi>社会保险登记</bdi>');
  });

  it('says of a sample profile that it is one', async () => {
    expect(await page(sample, { profile: SAMPLE_CITY_PROFILE })).toContain('（示例方案，仅供演示）');
    expect(await page(sample)).not.toContain('示例方案');
  });

  it('says how much was never read', async () => {
    const [more] = [
      { code: 'label-unknown', severity: 'error', path: [], message: 'x', messageZh: '不在值域内' },
    ] as const;
    expect(await page(sample, { more: [more, more] })).toContain('有 2 处错误使记录未能录入目录');
    expect(await page(sample)).not.toContain('未能录入');
  });

  it('of an empty catalogue says so', async () => {
    const html = await page([]);
    expect(html).toContain('目录中没有任何部门的记录。');
    expect(html).toContain('未发现问题。');
    expect(html).not.toContain('<svg');
    expect(html).not.toMatch(/NaN|undefined|Infinity/);
    expect(unclosed(html)).toEqual([]);
  });

  it('without a graph draws none', async () => {
    expect(await page(sample, { withGraph: false })).not.toContain('<svg');
  });

  it('names a department by its code where the catalogue does not have it', async () => {
    expect(await page([{ record: resource(1) }])).toContain(`<bdi>${creditCode(1)}</bdi> （目录中没有该部门的记录）`);
  });

  it('refuses a time that is none', async () => {
    await expect(page([], { at: new Date(Number.NaN) })).rejects.toMatchObject({ code: 'invalid-argument' });
  });

  it('lists the best department first, and what has most to mend first among the parts', async () => {
    const html = await page(sample);
    const scores = (of: string): number[] =>
      [...of.matchAll(/>(\d+\.\d)<\/(?:b|span)>/g)].map(([, score]) => Number(score));
    const table = scores(/<table class="departments">[\s\S]*?<\/table>/.exec(html)![0]);
    expect(table).toEqual([...table].sort((a, b) => b - a));
    const parts = [...html.matchAll(/<details class="part"[^>]*><summary>.*?<\/summary>/g)].flatMap(([part]) =>
      scores(part),
    );
    expect(parts).toEqual([...table].reverse());
    expect(new Set(table).size).toBeGreaterThan(1);
  });

  it('shows a name whole as far as it is allowed', async () => {
    const [fits, long] = ['甲', '乙'].map((one) => one.repeat(REPORT_LIMITS.name));
    const html = await page([
      { record: department(1, { name: fits! }) },
      { record: department(2, { name: `${long}丙` }) },
    ]);
    expect(html).toContain(`<bdi>${fits}</bdi>`);
    expect(html).toContain(`<bdi>${long}…</bdi>`);
  });

  it('gives equal scores equal ranks', async () => {
    const html = await page([{ record: department(1) }, { record: department(2) }]);
    expect([...html.matchAll(/<tr><td class="number">(\d+)<\/td><th/g)].map(([, rank]) => rank)).toEqual(['1', '1']);
  });
});

describe('hostile names', () => {
  const HOSTILE = [
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    `' onmouseover='x`,
    '</title></svg><script>',
    '</details></main>',
    '&lt;b&gt;',
    '\u202egnp.exe',
    '\u2066a\u2069',
    '=cmd()',
    '甲'.repeat(10_000),
    '𠮷'.repeat(300),
  ];

  it.each(HOSTILE)('stay text: %.20s', async (name) => {
    const entries: CatalogEntry[] = [
      { record: department(1, { name }) },
      duty('Z1', name),
      { record: resource(1, { name, items: [item({ name }), item({ name })] }) },
    ];
    const html = await page(entries, { title: name, edition: name });
    expect(/<script|<img|<[^>]*\son[a-z]+=/i.test(html)).toBe(false);
    expect(/[\u202a-\u202e\u2066-\u2069]/.test(html)).toBe(false);
    expect(unclosed(html)).toEqual([]);
    expect(html.includes('甲'.repeat(REPORT_LIMITS.name + 1))).toBe(false);
    expect(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(html)).toBe(false);
  });

  it('whatever they are', async () => {
    const name = fc.string({ unit: fc.constantFrom(...`<>&"'/= a甲𠮷\u202e\u0000-`), minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(name, name, async (one, other) => {
        const html = await page([{ record: department(1, { name: one }) }, duty('Z1', other)], { title: one });
        expect(unclosed(html)).toEqual([]);
        expect(new Set(ids(html)).size).toBe(ids(html).length);
      }),
      { numRuns: 100 },
    );
  });
});

describe('a large catalogue', () => {
  it('makes a page of less than 2 MB, what is beyond counted', async () => {
    const entries: CatalogEntry[] = [];
    const long = (text: string): string => `${text}${'目录'.repeat(60)}`;
    for (let number = 1; number <= 1_200; number++) {
      const code = creditCode(number);
      entries.push({ record: department(1, { code, name: long(`某市第${number}局`) }) });
      for (let n = 0; n < 10; n++)
        entries.push({
          record: {
            kind: 'duty',
            code: `Z-${number}-${n}`,
            name: long(`职能${n}`),
            department: code,
            basis: '三定规定',
          },
        });
      entries.push({ record: resource(number, { provider: code, name: long(`第${number}号表`), quality: '/' }) });
    }
    const html = await page(entries);
    expect(html.length).toBeLessThan(1_500_000);
    expect(new TextEncoder().encode(html).length).toBeLessThan(2_500_000);
    expect(html).toContain(`另有 ${1_200 - REPORT_LIMITS.departments} 个部门未列出。`);
    expect(html).toMatch(/另有 \d+ 个部门的明细未列出/);
    expect(html).toContain('等，另有 11980 项');
    expect(unclosed(html)).toEqual([]);
    for (const [, id] of html.matchAll(/href="#([^"]+)"/g)) expect(html).toContain(`id="${id}"`);
  });

  it('is cut into the parts of its departments once: nodes, inner links and gaps, by new numbers', async () => {
    const graph = await dutyGraph(sample);
    const parts = departmentGraphs(graph);
    expect([...parts.values()].reduce((sum, { nodes }) => sum + nodes.length, 0)).toBe(graph.nodes.length);
    for (const [code, part] of parts) {
      const own = graph.nodes.filter(({ department }) => department === code);
      expect(part.nodes).toEqual(own);
      const named = (of: DrawnGraph): string[] =>
        of.edges
          .filter(({ from, to }) => [from, to].every((index) => of.nodes[index]!.department === code))
          .map(({ from, to }) => `${of.nodes[from]!.code} ${of.nodes[to]!.code}`);
      expect(named(part)).toEqual(named(graph));
      expect(part.edges).toHaveLength(named(part).length);
      for (const gap of Object.keys(graph.gaps) as (keyof DrawnGraph['gaps'])[]) {
        const lacking = (of: DrawnGraph) =>
          of.gaps[gap].map((index) => of.nodes[index]!).filter((one) => own.includes(one));
        expect(lacking(part)).toEqual(lacking(graph));
        expect(part.gaps[gap]).toHaveLength(lacking(graph).length);
      }
    }
  });

  it('draws so many boxes of a column and no more', async () => {
    const duties = Array.from({ length: REPORT_LIMITS.boxes + 3 }, (_, n) => duty(`Z${n}`, `职能${n}`));
    const html = await page([{ record: department(1) }, ...duties]);
    const part = html.split('部门明细').at(-1)!;
    expect(part.match(/<rect /g)).toHaveLength(REPORT_LIMITS.boxes);
    expect(part).toContain('另有 3 项未画出。');
    expect(part).toContain(`职能（${REPORT_LIMITS.boxes + 3}）`);
  });
});

describe('issues', () => {
  const issue = (code: string, severity: 'error' | 'warning', line = 1): CatalogIssue => ({
    code,
    severity,
    path: [],
    message: code,
    messageZh: code,
    place: { file: '甲.xlsx', sheet: '职能', line, cell: `C${line}`, column: '部门代码' },
    record: { kind: 'duty', code: 'Z1' },
  });

  it('are counted, the first places of each kept, errors first', () => {
    const issues = new ReportIssues();
    for (let line = 1; line <= 25; line++) issues.add(issue('few', 'error', line));
    for (let line = 1; line <= 30; line++) issues.add(issue('many', 'warning', line));
    for (let line = 1; line <= 30; line++) issues.add(issue('most', 'error', line));
    expect([issues.errors, issues.warnings]).toEqual([55, 30]);
    expect(issues.rules().map(({ code, count, places }) => [code, count, places.length])).toEqual([
      ['most', 30, REPORT_LIMITS.placesOfRule],
      ['few', 25, REPORT_LIMITS.placesOfRule],
      ['many', 30, REPORT_LIMITS.placesOfRule],
    ]);
    expect(issues.rules()[1]!.places[0]!.place!.cell).toBe('C1');
  });

  it('of one code and two severities are two', () => {
    const issues = new ReportIssues();
    for (const severity of ['error', 'warning'] as const) issues.add(issue('x', severity));
    expect(issues.rules()).toHaveLength(2);
  });

  it('are shown with file, sheet, cell and column', async () => {
    expect(await page([], { more: [issue('x', 'error')] })).toContain(
      '<li><bdi>甲.xlsx · 职能 · C1 · 部门代码 · Z1</bdi></li>',
    );
  });
});
