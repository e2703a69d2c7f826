/** Catalogues into spreadsheets and back. */
import {
  type CatalogRecord,
  LABEL_FIELDS,
  LABEL_LISTS,
  NATIONAL_PROFILE,
  RECORD_KINDS,
  type RegionProfile,
  readRecord,
  SAMPLE_CITY_PROFILE,
  SAMPLE_PROVINCE_PROFILE,
} from '@gov/catalog';
import { templateXlsx, writeCatalogCsv, writeCatalogJsonl, writeCatalogXlsx } from '@gov/catalog/export';
import fc from 'fast-check';
import { strFromU8, unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { RESOURCE } from './records.js';
import { FULL_RESOURCE, GOOD, KINDS } from './schema-world.js';
import { bytesOf, read, recordsOf, told } from './sheets.js';

const entries = (records: readonly CatalogRecord[]) => records.map((record) => ({ record }));

/** An empty list that may be absent is absent in a spreadsheet. */
const asInSheet = (record: CatalogRecord): CatalogRecord =>
  JSON.parse(
    JSON.stringify(record, (key, value) =>
      Array.isArray(value) &&
      value.length === 0 &&
      ['needs', 'related', 'systems', 'businesses', 'samples'].includes(key)
        ? undefined
        : value,
    ),
  ) as CatalogRecord;

const ALL: readonly CatalogRecord[] = RECORD_KINDS.map((kind) => GOOD[kind]);

// Texts with what spreadsheets, lists and XML make something of; of what they take for lost values, none.
const AWKWARD = [
  '=1+1',
  '+86',
  '-1',
  '@SUM(A1)',
  "'=x",
  "'",
  '"',
  '""',
  '"甲"',
  'a"b',
  '、',
  '甲、乙',
  '甲；乙;丙',
  'a/b',
  '/',
  '#',
  '甲#乙',
  'a,b',
  'a\tb'.replace('\t', ' '),
  '<t>',
  '&amp;',
  ']]>',
  '<!--',
  '_x000D_',
  '_x0041_x',
  '＝１',
  '1',
  '001',
  '2026-01-01',
  'TRUE',
  'null',
  '甲　乙',
  'é',
  '𠮷',
  '长期',
  '"a"b',
  'sep=;',
  '{}',
];
const text = fc.oneof(
  fc.constantFrom(...AWKWARD),
  fc.array(fc.constantFrom(...AWKWARD), { minLength: 1, maxLength: 3 }).map((parts) => parts.join('')),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
);
// Of codes, width and variants are cleaned away.
const code = text.filter((one) => !/[\uff01-\uff5e\u3000]|\ufe0e|\ufe0f/.test(one));
const lines = fc.array(text, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('\n'));

const items = fc.array(
  fc.record(
    {
      name: text,
      type: fc.constantFrom(...LABEL_LISTS.type.map(({ label }) => label)),
      length: fc.integer({ min: 1, max: 1_000_000_000 }),
      note: lines,
      samples: fc.array(text, { minLength: 1, maxLength: 4 }),
      copyOf: fc.record({ resource: code, item: text }),
      sharing: fc.constantFrom(...LABEL_LISTS.sharing.map(({ label }) => label)),
    },
    { requiredKeys: ['name', 'type'] },
  ),
  { minLength: 1, maxLength: 4 },
);

const isFit = (record: unknown): boolean => {
  const read = readRecord(record, NATIONAL_PROFILE);
  // What reads as a number that lost digits, and the error values of spreadsheets, are named on the way back.
  return (
    read.record !== undefined &&
    !/"#(?:N\/A|REF!|#+)"|\de\+|★|☆|㊙|密|传|[\ue000-\uf8ff\ufffd]/i.test(JSON.stringify(record))
  );
};

const resources = fc.uniqueArray(
  fc
    .record({
      code: fc.integer({ min: 0, max: 99_999 }).map((number) => `3070010370/${number}`),
      name: text,
      abstract: lines,
      classification: fc
        .array(text, { minLength: 1, maxLength: 3 })
        .map((steps) => ['部门' as const, ...steps] as const),
      format: fc.record({ class: fc.constant('数据库' as const), type: text }),
      related: fc.uniqueArray(code, { minLength: 1, maxLength: 3 }),
      items,
    })
    .map((change): CatalogRecord => ({ ...RESOURCE, ...change }))
    .filter(isFit),
  { selector: ({ code }) => code, minLength: 1, maxLength: 3 },
);

/** A profile with one column for each whole, where the national one has one for each part. */
const WHOLES: RegionProfile = {
  ...NATIONAL_PROFILE,
  sheets: NATIONAL_PROFILE.sheets.map((sheet) => ({
    ...sheet,
    columns: sheet.columns.filter(({ path }) => !/^(?:classification|format|items\.copyOf)\./.test(path)),
  })),
};

describe('there and back', () => {
  for (const [name, profile] of [
    ['columns of parts', NATIONAL_PROFILE],
    ['columns of wholes', WHOLES],
  ] as const) {
    it(`XLSX, every kind and field, ${name}`, async () => {
      const good = ALL.map((record) =>
        record.kind === 'resource' ? { ...record, code: '303084122704/000001' } : record,
      );
      const results = await read(await bytesOf(writeCatalogXlsx(entries(good), profile)), { profile });
      expect(told(results)).toEqual([]);
      expect(told(results, 'cleaned')).toEqual([]);
      expect(new Set(recordsOf(results))).toEqual(new Set(good.map(asInSheet)));
    });

    it(`XLSX, awkward texts, ${name}`, async () => {
      const resourcesOnly = { ...profile, sheets: profile.sheets.filter(({ kind }) => kind === 'resource') };
      await fc.assert(
        fc.asyncProperty(resources, async (records) => {
          const results = await read(await bytesOf(writeCatalogXlsx(entries(records), resourcesOnly)), { profile });
          expect(results.flatMap(({ issues }) => issues)).toEqual([]);
          expect(recordsOf(results)).toEqual(records);
        }),
        { numRuns: process.env.SLOW === undefined ? 60 : 2_000 },
      );
    });
  }

  it('CSV, awkward texts', async () => {
    await fc.assert(
      fc.asyncProperty(resources, async (records) => {
        const results = await read(await bytesOf(writeCatalogCsv(entries(records), NATIONAL_PROFILE)));
        expect(results.flatMap(({ issues }) => issues)).toEqual([]);
        expect(recordsOf(results)).toEqual(records);
      }),
      { numRuns: process.env.SLOW === undefined ? 100 : 4_000 },
    );
  });

  it('CSV, every kind', async () => {
    for (const kind of KINDS) {
      const results = await read(await bytesOf(writeCatalogCsv(entries([GOOD[kind]]), NATIONAL_PROFILE, kind)));
      expect(results.map(({ issues }) => issues)).toEqual([[]]);
      expect(recordsOf(results)).toEqual([asInSheet(GOOD[kind])]);
    }
  });

  it('JSON Lines, nothing lost', async () => {
    const results = await read(await bytesOf(writeCatalogJsonl(entries(ALL))));
    expect(recordsOf(results)).toEqual(ALL);
  });

  it('is one row for each item, the resource in the first', async () => {
    const results = await read(await bytesOf(writeCatalogXlsx(entries([FULL_RESOURCE, RESOURCE]), NATIONAL_PROFILE)));
    const [, second] = results;
    expect(second?.entry?.place?.line).toBe(5);
    expect(second?.entry?.place?.cell(['items', 1, 'name'])).toMatchObject({ line: 6, sheet: '信息资源目录' });
  });

  it('writes the same bytes for the same records', async () => {
    const make = () => bytesOf(writeCatalogXlsx(entries(ALL), NATIONAL_PROFILE));
    expect(await make()).toEqual(await make());
  });
});

describe('template', () => {
  it('is read without a record and without a word, for every profile', async () => {
    for (const profile of [NATIONAL_PROFILE, SAMPLE_CITY_PROFILE, SAMPLE_PROVINCE_PROFILE])
      expect(await read(await templateXlsx(profile), { profile })).toEqual([]);
  });

  it('has a list to choose from in each column of labels, and a header that stays', async () => {
    const parts = unzipSync(await templateXlsx(NATIONAL_PROFILE));
    const sheet = strFromU8(parts['xl/worksheets/sheet1.xml']!);
    const lists = [...sheet.matchAll(/<formula1>"([^"<]*)"<\/formula1>/g)].map(([, list]) => list);
    const labels = NATIONAL_PROFILE.sheets[0]!.columns.flatMap(({ path }) => {
      const list = LABEL_FIELDS[path];
      return list === undefined ? [] : [LABEL_LISTS[list].map(({ label }) => label).join(',')];
    });
    expect(lists).toEqual(labels);
    expect(sheet).toContain('state="frozen"');
  });
});

describe('refuses', () => {
  it('kinds without a sheet, other kinds in CSV, names that no sheet has', async () => {
    const only = { ...NATIONAL_PROFILE, sheets: NATIONAL_PROFILE.sheets.filter(({ kind }) => kind === 'duty') };
    await expect(bytesOf(writeCatalogXlsx(entries([RESOURCE]), only))).rejects.toMatchObject({
      code: 'invalid-argument',
    });
    await expect(bytesOf(writeCatalogCsv(entries([RESOURCE]), only))).rejects.toMatchObject({
      code: 'invalid-argument',
    });
    await expect(bytesOf(writeCatalogCsv(entries([GOOD.duty]), NATIONAL_PROFILE))).rejects.toMatchObject({
      code: 'invalid-argument',
    });
    for (const name of ['a/b', '长'.repeat(32), "'a", 'a[b]', '']) {
      const named = { ...only, sheets: only.sheets.map((sheet) => ({ ...sheet, names: [name] })) };
      await expect(templateXlsx(named)).rejects.toMatchObject({ code: 'invalid-argument' });
    }
  });

  it('more characters than a cell holds', async () => {
    const related = (count: number) =>
      Array.from({ length: count }, (_, index) => `${'0'.repeat(90)}${10_000 + index}`);
    const long = { ...RESOURCE, related: related(350) };
    for (const write of [writeCatalogXlsx, writeCatalogCsv])
      await expect(bytesOf(write(entries([long]), NATIONAL_PROFILE))).rejects.toMatchObject({ code: 'limit-exceeded' });
    const fits = { ...RESOURCE, related: related(341) };
    expect(recordsOf(await read(await bytesOf(writeCatalogXlsx(entries([fits]), NATIONAL_PROFILE))))).toEqual([fits]);
  });
});
