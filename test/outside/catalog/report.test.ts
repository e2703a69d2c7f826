/** The report of a catalogue, as a browser shows it: on a desk, on a phone, to who cannot see it. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type CatalogIssue, NATIONAL_PROFILE } from '@gov/catalog';
import { dutyGraph } from '@gov/catalog/duty-graph';
import { catalogReport, ReportIssues } from '@gov/catalog/report';
import { CatalogCheck } from '@gov/catalog/rules';
import { scoreCatalog } from '@gov/catalog/score';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DIVISIONS, SAMPLE_AT, SAMPLE_CATALOG } from '../../../packages/catalog/test/sample-catalog.js';
import { launch } from '../browser/browser.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

async function html(): Promise<string> {
  const profile = NATIONAL_PROFILE;
  const check = new CatalogCheck({ profile, at: SAMPLE_AT, divisions: DIVISIONS });
  const entries = SAMPLE_CATALOG.map((record) => ({ record }));
  const issues = new ReportIssues();
  const add = (all: Iterable<CatalogIssue>): void => {
    for (const issue of all) issues.add(issue);
  };
  for (const entry of entries) add(check.add(entry));
  add(check.finish());
  const summary = check.summary();
  const [score, graph] = [scoreCatalog(summary, profile), await dutyGraph(entries)];
  return catalogReport({ title: '某市政务数据目录', at: SAMPLE_AT, profile, summary, score, issues, graph });
}

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

describe('the report of a catalogue', () => {
  it.each([
    [1280, 'light'],
    [390, 'light'],
    [390, 'dark'],
  ] as const)(
    'at %d px, %s: no request, no error, nothing beyond the edge, readable by everybody',
    async (width, colorScheme) => {
      const page = await browser.newPage({ viewport: { width, height: 844 }, colorScheme });
      const told: string[] = [];
      page.on('console', (message) => told.push(message.text()));
      page.on('pageerror', (error) => told.push(String(error)));
      page.on('request', (request) => told.push(request.url()));
      await page.setContent(await html());
      expect(told).toEqual([]);
      const look = await page.evaluate<{ width: number; broken: number; links: number; boxes: number }>(`({
      width: document.documentElement.scrollWidth,
      links: document.querySelectorAll('a[href^="#"]').length,
      broken: [...document.querySelectorAll('a[href^="#"]')].filter((one) => document.getElementById(one.hash.slice(1)) === null).length,
      boxes: document.querySelectorAll('svg rect').length,
    })`);
      expect(look.width).toBeLessThanOrEqual(width);
      expect([look.broken, look.links > 10, look.boxes > 20]).toEqual([0, true, true]);
      await page.evaluate(`document.querySelectorAll('details').forEach((one) => { one.open = true; })`);
      // The page forbids scripts to itself; this one comes by the debugger.
      await page.evaluate(axe);
      const { violations } = await page.evaluate<{
        violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
      }>(`axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] })`);
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`)).toEqual([]);
      await page.close();
    },
  );

  it('prints on A4', async () => {
    const page = await browser.newPage();
    await page.setContent(await html());
    const pdf = await page.pdf({ format: 'A4', printBackground: true });
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    await page.close();
  });
});
