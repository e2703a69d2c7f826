import { readFileSync } from 'node:fs';
import { type CatalogRecord, NATIONAL_PROFILE } from '@gov/catalog';
import { CATALOG_RULES, CatalogCheck, type CatalogSummary } from '@gov/catalog/rules';
import { scoreCatalog } from '@gov/catalog/score';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catalogRulesPage } from './rules-page.js';
import { department, FIRST, resource, SAMPLE_AT, SAMPLE_CATALOG, SECOND } from './sample-catalog.js';

function summaryOf(records: readonly CatalogRecord[], severities = {}): CatalogSummary {
  const check = new CatalogCheck({ profile: { ...NATIONAL_PROFILE, severities }, at: SAMPLE_AT });
  for (const record of records) check.add({ record });
  for (const _ of check.finish());
  return check.summary();
}

const duty = (number: number): CatalogRecord => ({
  kind: 'duty',
  code: `D${number}`,
  name: '职能',
  department: FIRST,
  basis: '法',
});
/** That of docs/formats/catalog-score.md. */
const example: readonly CatalogRecord[] = [
  department(1, { chiefDataOfficer: '无' }),
  duty(1),
  duty(2),
  ...Array.from({ length: 8 }, (_, number) =>
    resource(number, number < 3 ? { updateCycle: '每月', publishedOn: '2026-01-05' } : {}),
  ),
  {
    kind: 'business',
    code: 'B',
    name: '业务',
    department: FIRST,
    duties: ['D1'],
    resources: Array.from({ length: 8 }, (_, number) => resource(number).code),
  },
];

describe('scores', () => {
  it('are those of the example', () => {
    const { score, departments } = scoreCatalog(summaryOf(example), NATIONAL_PROFILE);
    expect(score).toBe(84.3);
    expect(departments).toHaveLength(1);
    expect(departments[0]).toMatchObject({ code: FIRST, name: '某市发展改革委', score: 84.3 });
    expect(
      departments[0]?.lost.map(({ rule, weight, broken, of, points }) => [rule.code, weight, broken, of, points]),
    ).toEqual([
      ['update-overdue', 15, 3, 8, 5.7],
      ['officer-missing', 5, 1, 1, 5],
      ['duty-without-business', 10, 1, 2, 5],
    ]);
  });

  it('are 100 where nothing is broken, 0 where nothing is known', () => {
    const good = example
      .filter(({ code }) => code !== 'D2')
      .map((one) => (one.kind === 'department' ? department(1) : one));
    const fresh = good.map((one) => (one.kind === 'resource' ? { ...one, updateCycle: '不更新' as const } : one));
    const { departments } = scoreCatalog(summaryOf([...fresh, department(2)]), NATIONAL_PROFILE);
    expect(departments.map(({ score }) => score)).toEqual([100, 0]);
    expect(scoreCatalog(summaryOf([]), NATIONAL_PROFILE)).toEqual({ score: 0, departments: [] });
  });

  it('count a record once, and a rule that is off not at all', () => {
    const twice = [department(1), resource(1, { source: '', quality: '' }), resource(2)];
    const [first] = scoreCatalog(summaryOf(twice), NATIONAL_PROFILE).departments;
    expect(first?.lost.find(({ rule }) => rule.code === 'attribute-missing')).toMatchObject({
      broken: 1,
      of: 2,
      points: 7.5,
    });
    const [off] = scoreCatalog(summaryOf(twice, { 'attribute-missing': 'off' }), NATIONAL_PROFILE).departments;
    expect(off?.lost.map(({ rule }) => rule.code)).not.toContain('attribute-missing');
  });

  it('cost something however small the share', () => {
    const many = [
      resource(0, { format: { class: '数据库', type: 'x' } }),
      ...Array.from({ length: 999 }, (_, at) => resource(at + 1)),
    ];
    const [one] = scoreCatalog(summaryOf([department(1), ...many]), NATIONAL_PROFILE).departments;
    expect(one?.lost.find(({ rule }) => rule.code === 'format-unknown')?.points).toBe(0.1);
  });

  it('count what is broken among the records that can break it, whatever kind they are of', () => {
    const system: CatalogRecord = {
      kind: 'system',
      code: 'S',
      name: '系统',
      department: FIRST,
      startedOn: '2099-01-01',
    };
    const [one] = scoreCatalog(summaryOf([department(1), system, duty(1)]), NATIONAL_PROFILE).departments;
    expect(one?.lost.find(({ rule }) => rule.code === 'day-future')).toMatchObject({ broken: 1, of: 1, points: 3 });
    // Every rule is about every kind of record that was seen to break it.
    for (const { departments } of [summaryOf(SAMPLE_CATALOG)])
      for (const { broken, records } of departments)
        for (const [code, number] of Object.entries(broken)) {
          const kinds = CATALOG_RULES.find((rule) => rule.code === code)!.kinds;
          const of = kinds.reduce((sum, kind) => sum + (records[kind] ?? 0), 0);
          expect(number, code).toBeLessThanOrEqual(of);
        }
  });

  it('stand in the order of the codes, whatever came first', () => {
    const codes = (records: readonly CatalogRecord[]) => summaryOf(records).departments.map(({ code }) => code);
    const all = [1, 2, 3, 4].map((number) => department(number));
    const sorted = all.map(({ code }) => code).sort();
    expect(codes(all)).toEqual(sorted);
    expect(codes(all.toReversed())).toEqual(sorted);
  });

  it('of the whole are rounded down, and name what cost most first', () => {
    const { score, departments } = scoreCatalog(summaryOf(SAMPLE_CATALOG), NATIONAL_PROFILE);
    for (const { lost } of departments)
      expect(lost.map(({ points }) => points)).toEqual(lost.map(({ points }) => points).sort((a, b) => b - a));
    const of = new Map(summaryOf(SAMPLE_CATALOG).departments.map(({ code, records }) => [code, records]));
    const sizes = departments.map(({ code }) => Object.values(of.get(code)!).reduce((sum, one) => sum + one, 0));
    const tenths = departments.reduce((sum, one, at) => sum + Math.round(one.score * 10) * sizes[at]!, 0);
    expect(tenths % sizes.reduce((sum, one) => sum + one, 0)).not.toBe(0);
    expect(score).toBe(Math.floor(tenths / sizes.reduce((sum, one) => sum + one, 0)) / 10);
  });

  it('take a secret at its full price', () => {
    const [one] = scoreCatalog(
      summaryOf([department(1), resource(1, { secrecy: '机密' }), resource(2)]),
      NATIONAL_PROFILE,
    ).departments;
    expect(one?.lost[0]).toMatchObject({ rule: { code: 'secret-refused' }, points: 50 });
  });

  it('go by the weights of the profile', () => {
    const weights = { 'update-overdue': 0, 'officer-missing': 100 };
    const [one] = scoreCatalog(summaryOf(example), { weights }).departments;
    expect(one?.score).toBe(0);
    expect(one?.lost.map(({ rule }) => rule.code)).toEqual(['officer-missing', 'duty-without-business']);
  });

  it.each([
    [{ nothing: 1 }],
    [{ 'update-overdue': 101 }],
    [{ 'update-overdue': -1 }],
    [{ 'update-overdue': 0.5 }],
    [{ toString: 1 }],
  ])('refuse %j', (weights) => {
    expect(() => scoreCatalog(summaryOf([]), { weights })).toThrow(
      expect.objectContaining({ code: 'invalid-argument' }),
    );
  });

  it('explain themselves: what was lost is what is missing', () => {
    const summary = summaryOf(SAMPLE_CATALOG);
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...CATALOG_RULES.map(({ code }) => code)), fc.nat(100)), (weights) => {
        for (const { score, lost } of scoreCatalog(summary, { weights }).departments) {
          const sum = lost.reduce((all, { points }) => all + Math.round(points * 10), 0);
          expect(Math.round(score * 10)).toBe(Math.max(0, 1000 - sum));
          for (const { points, weight, broken, of } of lost) {
            expect(points).toBeGreaterThan(0);
            expect(points).toBeLessThanOrEqual(weight);
            expect(broken).toBeLessThanOrEqual(of);
          }
        }
      }),
      { numRuns: 100 },
    );
    expect(scoreCatalog(summary, NATIONAL_PROFILE).departments.map(({ code }) => code)).toContain(SECOND);
  });
});

it('the page of the rules is the one that the code has', () => {
  expect(readFileSync(new URL('../../../docs/catalog-rules.md', import.meta.url), 'utf8')).toBe(catalogRulesPage());
});
