import {
  type CatalogEntry,
  type CatalogIssue,
  type CatalogRecord,
  NATIONAL_PROFILE,
  readRecord,
  SAMPLE_CITY_PROFILE,
} from '@gov/catalog';
import { writeCatalogCsv } from '@gov/catalog/export';
import { readCatalog } from '@gov/catalog/import';
import { CATALOG_RULES, CatalogCheck, type CheckProgress, checkCatalog } from '@gov/catalog/rules';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drain } from './records.js';
import {
  DIVISIONS,
  department,
  EXPECTED,
  item,
  resource,
  SAMPLE_AT,
  SAMPLE_CATALOG,
  SECOND,
} from './sample-catalog.js';

const OPTIONS = { profile: NATIONAL_PROFILE, at: SAMPLE_AT, divisions: DIVISIONS };

function found(entries: Iterable<CatalogEntry>, options: ConstructorParameters<typeof CatalogCheck>[0] = OPTIONS) {
  const check = new CatalogCheck(options);
  const issues: CatalogIssue[] = [];
  for (const entry of entries) issues.push(...check.add(entry));
  issues.push(...check.finish());
  return { issues, summary: check.summary() };
}

const line = ({ severity, code, record, path, related = [] }: CatalogIssue): string =>
  [
    `${severity} ${code} ${record?.kind} ${record?.code} ${path.join('.')}`,
    ...related.map((other) => `against ${other.kind} ${other.code}`),
  ].join(' ');

const sample = SAMPLE_CATALOG.map((record): CatalogEntry => ({ record }));

describe('a catalogue that breaks every rule once', () => {
  const { issues, summary } = found(sample);

  it('has what was written down by hand, and nothing else', () => {
    expect(issues.map(line).sort()).toEqual([...EXPECTED].sort());
  });

  it('breaks every rule', () => {
    // A resource without items is no record that anybody could read.
    const codes = CATALOG_RULES.map(({ code }) => code).filter((code) => code !== 'resource-empty');
    expect(EXPECTED.map((one) => one.split(' ')[1]).sort()).toEqual([...codes].sort());
  });

  it('is made of records that can be read', () => {
    for (const record of SAMPLE_CATALOG)
      expect(readRecord(record, NATIONAL_PROFILE), record.code).toHaveProperty('record');
  });

  it('says in figures what it says in issues', () => {
    expect(summary.errors).toBe(issues.filter(({ severity }) => severity === 'error').length);
    expect(summary.warnings).toBe(issues.filter(({ severity }) => severity === 'warning').length);
    expect(Object.values(summary.issues).reduce((sum, one) => sum + one, 0)).toBe(issues.length);
    expect(summary.records).toMatchObject({ department: 15, duty: 15, business: 16, resource: 58, demand: 1 });
    expect(summary.items).toBe(
      SAMPLE_CATALOG.reduce((n, one) => n + (one.kind === 'resource' ? one.items.length : 0), 0),
    );
    const second = summary.departments.find(({ code }) => code === SECOND);
    expect(second).toEqual({
      code: SECOND,
      name: '某市教育局',
      records: { department: 1, duty: 1, business: 1, resource: 4, 'supervision-item': 1, 'purchased-data': 2 },
      items: 4,
      errors: 3,
      warnings: 3,
      broken: {
        'officer-missing': 1,
        'element-two-sources': 1,
        'item-two-sources': 1,
        'item-similar': 1,
        'purchase-twice': 1,
        'purchase-similar': 1,
      },
      coverage: {
        duties: { of: 1, linked: 1 },
        businesses: { of: 1, linked: 1 },
        resources: { of: 4, linked: 4 },
      },
    });
  });

  it('is the same in any order', () => {
    const expected = { all: issues.map(line).sort(), summary };
    const orders = fc.shuffledSubarray([...sample.keys()], { minLength: sample.length });
    fc.assert(
      fc.property(orders, (order) => {
        const again = found(order.map((at) => sample[at]!));
        expect({ all: again.issues.map(line).sort(), summary: again.summary }).toEqual(expected);
      }),
      { numRuns: 20 },
    );
  });

  it('repeats nothing personal or secret', () => {
    const text = JSON.stringify(issues);
    for (const word of ['张三', '13812345678', '138-1234-5678', '领导要求', '来自内']) expect(text).not.toContain(word);
  });
});

describe('places', () => {
  const place = (line: number, sheet = '信息资源') => ({
    sheet,
    line,
    cell: (path: readonly (string | number)[]) => ({
      sheet,
      line: line + Number(path[0] === 'items' ? path[1] : 0),
      cell: `${path.at(-1) === 'name' ? 'F' : 'AB'}${line + Number(path[0] === 'items' ? path[1] : 0)}`,
      column: String(path.at(-1)),
    }),
  });
  const entries: CatalogEntry[] = [
    { record: department(1) },
    { record: department(2) },
    { record: resource(1, { items: [item({ name: '甲' }), item({ name: '注册资本' })] }), place: place(7) },
    { record: resource(2, { provider: SECOND, quality: '/', items: [item({ name: '注册资本' })] }), place: place(12) },
  ];

  it('are those of the cells, of both sources', () => {
    const { issues } = found(entries);
    expect(issues.find(({ code }) => code === 'attribute-missing')?.place).toEqual({
      sheet: '信息资源',
      line: 12,
      cell: 'AB12',
      column: 'quality',
    });
    const twice = issues.find(({ code }) => code === 'item-two-sources');
    expect(twice?.place).toEqual({ sheet: '信息资源', line: 12, cell: 'F12', column: 'name' });
    expect(twice?.related?.[0]?.place).toEqual({ sheet: '信息资源', line: 8, cell: 'F8', column: 'name' });
  });

  it('tell records of one code apart whatever came first, by file, sheet and row', () => {
    const places = [
      { ...place(30), file: '甲.xlsx' },
      { ...place(4), file: '乙.xlsx' },
    ];
    const twice = [place(30), place(4)].map((at): CatalogEntry => ({ record: resource(1), place: at }));
    for (const list of [twice, twice.toReversed()]) {
      const [issue] = found([{ record: department(1) }, ...list]).issues.filter(({ code }) => code === 'code-twice');
      expect([issue?.place?.line, issue?.related?.[0]?.place?.line]).toEqual([30, 4]);
    }
    const inFiles = places.map((at): CatalogEntry => {
      const cell = (path: readonly (string | number)[]) => ({ file: at.file, ...at.cell(path) });
      return { record: resource(1), place: { ...at, line: 9, cell } };
    });
    for (const list of [inFiles, inFiles.toReversed()]) {
      const [issue] = found([{ record: department(1) }, ...list]).issues.filter(({ code }) => code === 'code-twice');
      expect([issue?.place?.file, issue?.related?.[0]?.place?.file]).toEqual(['甲.xlsx', '乙.xlsx']);
    }
  });

  it('name the file, so that rows of two files with one name of a sheet are told apart', async () => {
    const csvOf = (record: CatalogRecord): AsyncGenerator<Uint8Array, void> =>
      writeCatalogCsv([{ record }], NATIONAL_PROFILE);
    const all: CatalogEntry[] = [{ record: department(1) }, { record: department(2) }];
    for (const [file, record] of [
      ['甲.csv', resource(1, { items: [item({ name: '注册资本' })] })],
      ['乙.csv', resource(2, { provider: SECOND, items: [item({ name: '注册资本' })], quality: '/' })],
    ] as const)
      for await (const { entry, issues } of readCatalog(csvOf(record), { profile: NATIONAL_PROFILE, file })) {
        expect(issues).toEqual([]);
        all.push(entry!);
      }
    for (const list of [all, all.toReversed()]) {
      const { issues } = found(list);
      const twice = issues.find(({ code }) => code === 'item-two-sources');
      expect([twice?.place, twice?.related?.[0]?.place].map((one) => `${one?.file} ${one?.cell}`)).toEqual([
        '乙.csv L2',
        '甲.csv L2',
      ]);
      expect(issues.find(({ code }) => code === 'attribute-missing')?.place?.file).toBe('乙.csv');
      expect(
        issues
          .filter(({ code }) => code === 'resource-without-business')
          .map(({ place }) => [place?.file, place?.line]),
      ).toEqual([
        ['甲.csv', 2],
        ['乙.csv', 2],
      ]);
    }
  });

  it('are rows where the record as a whole is meant, and none where there is no file', () => {
    const { issues } = found(entries);
    const without = issues.filter(({ code }) => code === 'resource-without-business');
    expect(without.map((one) => one.place)).toEqual([
      { sheet: '信息资源', line: 7 },
      { sheet: '信息资源', line: 12 },
    ]);
    expect(found([{ record: resource(1) }]).issues.every((one) => one.place === undefined)).toBe(true);
  });
});

describe('severities', () => {
  const severities = {
    'update-overdue': 'error',
    'item-two-sources': 'warning',
    'resource-without-business': 'off',
  } as const;
  const profile = { ...NATIONAL_PROFILE, severities };

  it('are those of the profile', () => {
    const { issues, summary } = found(sample, { ...OPTIONS, profile });
    const of = (code: string) => issues.filter((one) => one.code === code).map(({ severity }) => severity);
    expect(of('update-overdue')).toEqual(['error']);
    expect(of('item-two-sources')).toEqual(['warning']);
    expect(of('resource-without-business')).toEqual([]);
    expect(summary.issues).not.toHaveProperty('resource-without-business');
  });

  it.each([
    ['secret-refused', 'warning'],
    ['secret-refused', 'off'],
    ['watch-word', 'off'],
    ['watch-word', 'error'],
    ['update-over', 'off'],
    ['toString', 'off'],
  ] as const)('%s cannot be %s', (code, severity) => {
    const odd = { ...OPTIONS, profile: { ...NATIONAL_PROFILE, severities: { [code]: severity } } };
    expect(() => new CatalogCheck(odd)).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
  });

  it('may say what is so anyway', () => {
    const same = { ...NATIONAL_PROFILE, severities: { 'secret-refused': 'error', 'watch-word': 'warning' } } as const;
    expect(() => new CatalogCheck({ ...OPTIONS, profile: same })).not.toThrow();
  });
});

describe('the course of a check', () => {
  const wrong = expect.objectContaining({ code: 'invalid-argument' });

  it('gives no figures before its end', () => {
    const check = new CatalogCheck(OPTIONS);
    for (const entry of sample) check.add(entry);
    expect(() => check.summary()).toThrow(wrong);
    const issues = check.finish();
    issues.next();
    expect(() => check.summary()).toThrow(wrong);
    for (const _ of issues);
    expect(check.summary().errors).toBeGreaterThan(0);
  });

  it('ends once', () => {
    const check = new CatalogCheck(OPTIONS);
    expect([...check.finish()]).toEqual([]);
    expect(() => check.add(sample[0]!)).toThrow(wrong);
    expect(() => [...check.finish()]).toThrow(wrong);
  });

  it('begins with a time', () => {
    expect(() => new CatalogCheck({ ...OPTIONS, at: new Date(Number.NaN) })).toThrow(wrong);
  });

  it.each([
    ['records', 2, [resource(1), resource(2), resource(3)]],
    ['items', 1, [resource(1), resource(2)]],
    ['departments', 1, [department(1), department(2)]],
  ] as const)('takes no more %s than it is told', (name, most, records) => {
    const check = new CatalogCheck({ ...OPTIONS, limits: { [name]: most } });
    for (const record of records.slice(0, -1)) check.add({ record });
    expect(() => check.add({ record: records.at(-1)! })).toThrow(expect.objectContaining({ code: 'limit-exceeded' }));
  });

  it('takes no limit above its own', () => {
    expect(() => new CatalogCheck({ ...OPTIONS, limits: { records: 2_000_001 } })).toThrow(wrong);
    expect(() => new CatalogCheck({ ...OPTIONS, limits: { items: Number.NaN } })).toThrow(wrong);
  });
});

describe('checkCatalog', () => {
  it('finds what CatalogCheck finds', async () => {
    const { values, result } = await drain(checkCatalog(sample, OPTIONS));
    const { issues, summary } = found(sample);
    expect(values).toEqual(issues);
    expect(result).toEqual(summary);
  });

  it('says how far it is: records, then each phase of the whole', async () => {
    const steps: string[] = [];
    const many = Array.from({ length: 2500 }, (_, number): CatalogEntry => ({ record: resource(number) }));
    const onProgress = ({ phase, records }: CheckProgress): void => {
      steps.push(`${phase} ${records}`);
    };
    await drain(checkCatalog(many, { ...OPTIONS, onProgress }));
    const phases = 'order codes references copies sources near-resources purchases coverage'.split(' ');
    expect(steps).toEqual(['records 1000', 'records 2000', ...phases.map((phase) => `${phase} 2500`)]);
  });

  it('finds in turns what it finds at once, and stops in the middle where nothing is found', async () => {
    const entries = SAMPLE_CATALOG.map((record): CatalogEntry => ({ record }));
    const inTurns = new CatalogCheck(OPTIONS);
    for (const entry of entries) inTurns.add(entry);
    const { values } = await drain(inTurns.finishInTurns());
    const atOnce = new CatalogCheck(OPTIONS);
    for (const entry of entries) atOnce.add(entry);
    expect(values).toEqual([...atOnce.finish()]);
    expect(inTurns.summary()).toEqual(atOnce.summary());

    for (const last of ['order', 'sources', 'near-resources', 'coverage']) {
      const check = new CatalogCheck(OPTIONS);
      for (let number = 0; number < 3_000; number++) check.add({ record: resource(number) });
      const stop = new AbortController();
      const phases: string[] = [];
      const onProgress = ({ phase }: CheckProgress): void => {
        phases.push(phase);
        if (phase === last) stop.abort(new Error('enough'));
      };
      await expect(drain(check.finishInTurns({ signal: stop.signal, onProgress }))).rejects.toThrow('enough');
      expect(phases.at(-1)).toBe(last);
      expect(() => check.summary()).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
    }
  });

  it('stops when it is told, among the records and at the end', async () => {
    const stop = new AbortController();
    const stopped = checkCatalog(
      (function* () {
        yield { record: resource(1, { quality: '' }) };
        stop.abort(new Error('enough'));
        yield { record: resource(2) };
      })(),
      { ...OPTIONS, signal: stop.signal },
    );
    await expect(drain(stopped)).rejects.toThrow('enough');
    const late = new AbortController();
    const end = checkCatalog(
      (function* () {
        yield { record: resource(1) };
        setTimeout(() => late.abort(new Error('late')), 0);
      })(),
      { ...OPTIONS, signal: late.signal },
    );
    await expect(drain(end)).rejects.toThrow('late');
  });
});

describe('other profiles', () => {
  it('have words of their own', () => {
    const record = resource(1, { abstract: '尚未公开的规划' });
    const words = (profile: typeof NATIONAL_PROFILE) =>
      found([{ record }], { ...OPTIONS, profile }).issues.filter(({ code }) => code === 'watch-word');
    expect(words(NATIONAL_PROFILE)).toEqual([]);
    expect(words(SAMPLE_CITY_PROFILE)).toHaveLength(1);
    expect(words({ ...NATIONAL_PROFILE, watchWords: [] })).toEqual([]);
  });
});
