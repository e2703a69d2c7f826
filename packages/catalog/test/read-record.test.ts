import type {
  Business,
  Capability,
  CatalogResource,
  Demand,
  Department,
  Duty,
  InformationSystem,
  PurchasedData,
  ServiceItem,
  SupervisionItem,
} from '@gov/catalog';
import { CATALOG_LIMITS, NATIONAL_PROFILE, readRecord, recordReader, SAMPLE_CITY_PROFILE } from '@gov/catalog';
import fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';
import * as z from 'zod/mini';
import { cpuTime } from '../../../test/cpu-time.js';
import { guardOf } from '../src/internal/guard.js';
import { RECORD_SCHEMAS } from '../src/schema/records.js';
import { FULL_RESOURCE, GOOD, KINDS, places, put, spoilt } from './schema-world.js';

const RUNS = process.env.SLOW === undefined ? 2_000 : 50_000;
const read = recordReader(NATIONAL_PROFILE);

/** `path: code`, as many as there are. */
const wrong = (value: unknown) => read(value).issues?.map(({ path, code }) => `${path.join('.')}: ${code}`);
const spoil = (kind: keyof typeof GOOD, path: string, to: unknown) =>
  wrong(
    put(
      GOOD[kind],
      path.split('.').map((step) => (/^\d+$/.test(step) ? Number(step) : step)),
      to,
    ),
  );

type Deep<Value> = Value extends string | number ? Value : { readonly [Key in keyof Value]: Deep<Value[Key]> };
type Shape<Kind extends keyof typeof RECORD_SCHEMAS> = Deep<z.output<(typeof RECORD_SCHEMAS)[Kind]>>;

it('the schemas are the types', () => {
  expectTypeOf<Shape<'resource'>>().toEqualTypeOf<Deep<CatalogResource>>();
  expectTypeOf<Shape<'department'>>().toEqualTypeOf<Deep<Department>>();
  expectTypeOf<Shape<'duty'>>().toEqualTypeOf<Deep<Duty>>();
  expectTypeOf<Shape<'business'>>().toEqualTypeOf<Deep<Business>>();
  expectTypeOf<Shape<'system'>>().toEqualTypeOf<Deep<InformationSystem>>();
  expectTypeOf<Shape<'service-item'>>().toEqualTypeOf<Deep<ServiceItem>>();
  expectTypeOf<Shape<'supervision-item'>>().toEqualTypeOf<Deep<SupervisionItem>>();
  expectTypeOf<Shape<'purchased-data'>>().toEqualTypeOf<Deep<PurchasedData>>();
  expectTypeOf<Shape<'capability'>>().toEqualTypeOf<Deep<Capability>>();
  expectTypeOf<Shape<'demand'>>().toEqualTypeOf<Deep<Demand>>();
});

describe('good records', () => {
  it.each(KINDS)('%s, with every field', (kind) => {
    expect(read(GOOD[kind])).toEqual({ record: GOOD[kind] });
  });

  it.each(KINDS)('%s is let through at once: zod is not asked', (kind) => {
    expect(guardOf(RECORD_SCHEMAS[kind])(GOOD[kind])).toBe(true);
  });

  it('texts of several lines, where they belong', () => {
    expect(spoil('resource', 'abstract', '一\n二')).toBeUndefined();
    expect(spoil('resource', 'name', '一\n二')).toEqual(['name: text-form']);
  });

  it('words of other scripts', () => {
    for (const name of ['ᠮᠣᠩᠭᠣᠯ', 'ئۇيغۇر', 'བོད་ཡིག', '𠮷野', 'Öl', '（试行）“甲”'])
      expect(spoil('duty', 'name', name)).toBeUndefined();
  });
});

describe('what is wrong, by its code', () => {
  it.each<[kind: keyof typeof GOOD, path: string, to: unknown, code: string]>([
    ['resource', 'name', undefined, 'field-missing'],
    ['resource', 'items.1.type', undefined, 'field-missing'],
    ['resource', 'sharing', undefined, 'field-missing'],
    ['resource', 'responsible', undefined, 'field-missing'],
    ['resource', 'name', 1, 'field-type'],
    ['resource', 'name', null, 'field-type'],
    ['resource', 'items', {}, 'field-type'],
    ['resource', 'sharing', '无条件共享', 'field-type'],
    ['resource', 'items.0.length', '12', 'field-type'],
    ['resource', 'items.0.extra', 1, 'field-unknown'],
    ['resource', 'format.extra', 1, 'field-unknown'],
    ['resource', 'name', '', 'text-form'],
    ['resource', 'name', ' 甲', 'text-form'],
    ['resource', 'name', '甲\u3000', 'text-form'],
    ['resource', 'name', '甲\u200b乙', 'text-form'],
    ['resource', 'name', '甲\u202e乙', 'text-form'],
    ['resource', 'name', '甲\u3164乙', 'text-form'],
    ['resource', 'name', '甲\ufe0f', 'text-form'],
    ['resource', 'name', '甲\u{e0100}', 'text-form'],
    ['duty', 'code', 'Z\u115f', 'text-form'],
    ['duty', 'basis', '\u3164', 'text-form'],
    ['resource', 'name', '甲\u0000', 'text-form'],
    ['resource', 'name', '\ud842', 'text-form'],
    ['resource', 'name', 'e\u0301', 'text-form'],
    ['resource', 'abstract', '甲\r\n乙', 'text-form'],
    ['resource', 'abstract', '甲\n', 'text-form'],
    ['resource', 'items.1.samples.0', '甲\n乙', 'text-form'],
    ['resource', 'sharing.type', '无条件', 'label-unknown'],
    ['resource', 'classification.0', '其他', 'label-unknown'],
    ['resource', 'items.0.type', 'C', 'label-unknown'],
    ['resource', 'items.0.length', 0, 'field-range'],
    ['resource', 'items.0.length', 1.5, 'field-range'],
    ['resource', 'items.0.scale', -1, 'field-range'],
    ['system', 'protectionGrade', 6, 'field-range'],
    ['system', 'protectionGrade', 0, 'field-range'],
    ['resource', 'publishedOn', '2026/01/05', 'day-form'],
    ['resource', 'publishedOn', '长期', 'day-form'],
    ['resource', 'publishedOn', '2026-13-01', 'day-form'],
    ['resource', 'publishedOn', '2026-02-29', 'day-impossible'],
    ['resource', 'updatedOn', '2026-04-31', 'day-impossible'],
    ['purchased-data', 'to', '1900-02-29', 'day-impossible'],
    ['resource', 'provider', '11100000000013338X', 'credit-code-check'],
    ['resource', 'responsible', '某局', 'credit-code-length'],
    ['department', 'division', '370001', 'division-code-level'],
    ['department', 'division', '37010', 'division-code-form'],
    ['duty', 'code', 'ZN 1', 'code-form'],
    ['resource', 'code', '3030/1', 'resource-code-form'],
    ['resource', 'code', '303084122704/000001/2', 'resource-code-form'],
    ['resource', 'items', [], 'list-too-short'],
    ['resource', 'related', ['a', 'a'], 'list-duplicate'],
    ['department', 'chiefDataOfficer', '张三 13800138000', 'personal-number'],
    ['department', 'dataOfficers.1', '11010519491231002X', 'personal-number'],
  ])('%s %s = %j: %s', (kind, path, to, code) => {
    const found = spoil(kind, path, to);
    expect(found!.some((one) => one.endsWith(`: ${code}`) && one.startsWith(path))).toBe(true);
  });

  it.each<[path: string, max: number]>([
    ['name', CATALOG_LIMITS.name],
    ['abstract', CATALOG_LIMITS.text],
    ['items.1.samples.0', CATALOG_LIMITS.sample],
    ['items.1.element', CATALOG_LIMITS.code],
  ])('%s has at most %i characters', (path, max) => {
    expect(spoil('resource', path, '长'.repeat(max))).toBeUndefined();
    expect(spoil('resource', path, '长'.repeat(max + 1))).toEqual([`${path}: field-too-long`]);
  });

  const many = (count: number) => Array.from({ length: count }, (_, index) => `X${index}`);

  it.each<[kind: keyof typeof GOOD, path: string, max: number, entries: (count: number) => readonly unknown[]]>([
    ['resource', 'items', CATALOG_LIMITS.items, (count) => many(count).map((name) => ({ name, type: '整型' }))],
    ['resource', 'items.1.samples', CATALOG_LIMITS.samples, (count) => Array(count).fill('甲')],
    ['resource', 'classification', CATALOG_LIMITS.classification, (count) => ['基础', ...many(count - 1)]],
    ['resource', 'related', CATALOG_LIMITS.references, many],
    ['department', 'dataOfficers', CATALOG_LIMITS.officers, many],
  ])('%s %s has at most %i entries', (kind, path, max, entries) => {
    expect(spoil(kind, path, entries(max))).toBeUndefined();
    expect(spoil(kind, path, entries(max + 1))).toEqual([`${path}: list-too-long`]);
  });

  it('everything at once', () => {
    const { name: _, ...others } = FULL_RESOURCE;
    expect(
      wrong({ ...others, code: 'x', updateCycle: '每天一次', items: [{ name: ' ', type: '字符' }], extra: 1 }),
    ).toEqual([
      'name: field-missing',
      'updateCycle: label-unknown',
      'items.0.name: text-form',
      'items.0.type: label-unknown',
      'extra: field-unknown',
      'code: resource-code-form',
    ]);
  });

  it('what a credit code probably should have been, where only one is; of the number of an ID card, nothing', () => {
    const of = (department: string) =>
      readRecord({ ...GOOD.duty, department }, NATIONAL_PROFILE).issues?.map(({ code, suggestion }) => [
        code,
        suggestion,
      ]);
    expect(of('1110000000001333BW')).toEqual([
      [
        'credit-code-check',
        {
          text: 'perhaps "11100000000013338W": look it up',
          textZh: '疑为“11100000000013338W”，请核对',
          value: '11100000000013338W',
        },
      ],
      ['organization-code-check', undefined],
    ]);
    expect(of('11100000000013338')?.[0]?.[1]).toMatchObject({ value: '11100000000013338W' });
    expect(of('11010519491231002X')?.every(([, suggestion]) => suggestion === undefined)).toBe(true);
    expect(of('11010519491231020X')?.every(([, suggestion]) => suggestion === undefined)).toBe(true);
    expect(of('x')?.every(([, suggestion]) => suggestion === undefined)).toBe(true);
  });

  it('texts in both languages, a suggestion, and which record', () => {
    const value = put(FULL_RESOURCE, ['sharing', 'type'], '无条件');
    expect(read(value).issues).toEqual([
      {
        path: ['sharing', 'type'],
        code: 'label-unknown',
        severity: 'error',
        message: 'no value of the list',
        messageZh: '不在值域内',
        suggestion: { text: 'write "无条件共享"', textZh: '请改为“无条件共享”', value: '无条件共享' },
        record: { kind: 'resource', code: FULL_RESOURCE.code },
      },
    ]);
  });

  it('no kind that is known', () => {
    expect(wrong({ ...GOOD.duty, kind: 'post' })).toEqual(['kind: record-kind']);
    expect(wrong({ ...GOOD.duty, kind: 'constructor' })).toEqual(['kind: record-kind']);
    expect(wrong({ code: 'x' })).toEqual(['kind: field-missing']);
    for (const value of [undefined, null, 'x', 1, [], ['resource']]) expect(wrong(value)).toEqual([': field-type']);
  });

  it('repeats no value', () => {
    const secret = '绝密张三';
    for (const path of places(FULL_RESOURCE)) {
      if (path[0] === 'kind') continue;
      const { issues = [] } = read(put(FULL_RESOURCE, path, `${secret}\u0001`));
      expect(issues.length).toBeGreaterThan(0);
      expect(JSON.stringify(issues)).not.toContain(secret);
    }
  });

  it('names no record by a code that is wrong', () => {
    const { issues } = read({ ...FULL_RESOURCE, code: '11010519491231002X', name: '' });
    expect(JSON.stringify(issues)).not.toContain('11010519491231002X');
  });

  it('the form of resource codes is the profile’s', () => {
    const value = { ...FULL_RESOURCE, code: '3070010370/000066' };
    expect(readRecord(value, NATIONAL_PROFILE).issues).toBeUndefined();
    expect(readRecord(value, SAMPLE_CITY_PROFILE).issues?.map(({ code }) => code)).toEqual(['resource-code-form']);
  });
});

describe('limits of the whole', () => {
  it('values, characters, depth: one issue, before anything is looked at', () => {
    const values = { ...GOOD.duty, extra: Array(CATALOG_LIMITS.values).fill(0) };
    const characters = { ...GOOD.duty, extra: 'x'.repeat(CATALOG_LIMITS.characters + 1) };
    const deep = { ...GOOD.duty, extra: JSON.parse(`${'['.repeat(9)}1${']'.repeat(9)}`) };
    for (const value of [values, characters, deep]) expect(wrong(value)).toEqual([': record-too-large']);
  });

  it('is quick with the worst that is within them', () => {
    const items = Array.from({ length: 30_000 }, () => ({ name: '\u0001' }));
    const begun = cpuTime();
    expect(wrong({ ...FULL_RESOURCE, items })?.length).toBeGreaterThan(0);
    expect(cpuTime() - begun).toBeLessThan(1_000);
  });
});

describe('the guard', () => {
  it('lets through what zod lets through, and nothing else', () => {
    const guards = new Map(KINDS.map((kind) => [kind, guardOf(RECORD_SCHEMAS[kind])]));
    let good = 0;
    fc.assert(
      fc.property(spoilt, (value) => {
        for (const kind of KINDS) {
          if ((value as { kind?: unknown } | null)?.kind !== kind) continue;
          const zod = z.safeParse(RECORD_SCHEMAS[kind], value, { jitless: true });
          expect(guards.get(kind)!(value)).toBe(zod.success);
          if (!zod.success) continue;
          expect(zod.data).toEqual(value);
          good++;
        }
      }),
      { numRuns: RUNS },
    );
    // Neither side alone.
    expect(good).toBeGreaterThan(RUNS / 20);
    expect(good).toBeLessThan(RUNS * 0.9);
  });

  it('takes no object of a class, and no list with holes', () => {
    const guard = guardOf(RECORD_SCHEMAS.duty);
    expect(guard(Object.assign(Object.create({ basis: '依据' }), { ...GOOD.duty, basis: undefined }))).toBe(false);
    expect(guard(Object.create(GOOD.duty))).toBe(false);
    expect(guardOf(RECORD_SCHEMAS.business)({ ...GOOD.business, duties: new Array(2) })).toBe(false);
  });
});

it('answers anything', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        spoilt,
        fc.anything(),
        fc.json().map((text) => JSON.parse(text)),
      ),
      (value) => {
        const { record, issues } = read(value);
        expect((record === undefined) !== (issues === undefined)).toBe(true);
        for (const { code, message, messageZh } of issues ?? [])
          expect([code, message, messageZh]).not.toContain(undefined);
      },
    ),
    { numRuns: RUNS },
  );
});
