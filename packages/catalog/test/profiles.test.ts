import {
  CATALOG_LIMITS,
  NATIONAL_PROFILE,
  type RegionProfile,
  readProfile,
  recordFields,
  resourceCodePattern,
  SAMPLE_CITY_PROFILE,
  SAMPLE_PROVINCE_PROFILE,
} from '@gov/catalog';
import { GovError, isGovError } from '@gov/verdict';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cpuTime } from '../../../test/cpu-time.js';

const PROFILES = [NATIONAL_PROFILE, SAMPLE_CITY_PROFILE, SAMPLE_PROVINCE_PROFILE];

const json = (profile: RegionProfile): unknown => JSON.parse(JSON.stringify(profile));

/** `path: code` of all that is wrong. */
function wrong(value: unknown): string[] {
  try {
    readProfile(value);
    return [];
  } catch (error) {
    if (!isGovError(error)) throw error;
    expect(error.code).toBe('input-malformed');
    return error.issues.map(({ path, code }) => `${path.join('.')}: ${code}`);
  }
}

const [resource, department] = NATIONAL_PROFILE.sheets;
const withSheet = (change: Partial<RegionProfile['sheets'][number]>) => ({
  ...NATIONAL_PROFILE,
  sheets: [{ ...resource, ...change }],
});

describe('the profiles here', () => {
  it.each(PROFILES)('$id is one that is read', (profile) => {
    expect(readProfile(json(profile))).toEqual(profile);
  });

  it('have a column for every field of every record', () => {
    for (const { sheets } of PROFILES)
      for (const { kind, columns } of sheets) {
        const paths = columns.map(({ path }) => path);
        expect(recordFields(kind).filter(({ path }) => !paths.includes(path))).toEqual([]);
      }
  });

  it('mark samples', () => {
    expect(PROFILES.map(({ sample }) => sample ?? false)).toEqual([false, true, true]);
  });

  it.each<[profile: RegionProfile, good: string[], bad: string[]]>([
    [
      NATIONAL_PROFILE,
      ['303084122704/000001', '3070010370/000066', '101001/1'],
      ['BA6006/000218', '401001/1', '10100/1', '101001'],
    ],
    [SAMPLE_CITY_PROFILE, ['303084122704/000001'], ['3070010370/000066', '303084122704/00001', 'x303084122704/000001']],
    [
      SAMPLE_PROVINCE_PROFILE,
      ['BA6006/000218', 'AB8008/000001'],
      ['303084122704/000001', 'ba6006/000218', 'BA6006/000218\n'],
    ],
  ])('$id: codes of resources', ({ resourceCode }, good, bad) => {
    const pattern = resourceCodePattern(resourceCode);
    expect(good.filter((code) => !pattern.test(code))).toEqual([]);
    expect(bad.filter((code) => pattern.test(code))).toEqual([]);
  });
});

describe('what is wrong with a profile', () => {
  it.each<[what: string, value: unknown, found: string[]]>([
    ['no profile', null, [': field-type']],
    ['a field that none has', { ...NATIONAL_PROFILE, rules: [] }, ['rules: field-unknown']],
    ['an id of blanks', { ...NATIONAL_PROFILE, id: 'a b' }, ['id: profile-id']],
    ['a pattern that is none', { ...NATIONAL_PROFILE, resourceCode: '[' }, ['resourceCode: profile-pattern']],
    ['a list that nobody has', { ...NATIONAL_PROFILE, codes: { colour: {} } }, ['codes.colour: field-unknown']],
    [
      'a label that no list has',
      { ...NATIONAL_PROFILE, codes: { sharing: { '1': '无条件' } } },
      ['codes.sharing.1: label-unknown'],
    ],
    ['a severity that is none', { ...NATIONAL_PROFILE, severities: { x: 'fatal' } }, ['severities.x: label-unknown']],
    [
      'a rule that is none',
      { ...NATIONAL_PROFILE, severities: { 'no-rule': 'off' } },
      ['severities.no-rule: profile-rule'],
    ],
    [
      'a rule that nobody may put off',
      { ...NATIONAL_PROFILE, severities: { 'watch-word': 'off' } },
      ['severities.watch-word: profile-rule-fixed'],
    ],
    ['the weight of no rule', { ...NATIONAL_PROFILE, weights: { 'no-rule': 5 } }, ['weights.no-rule: profile-rule']],
    [
      'a class of format that is none',
      { ...NATIONAL_PROFILE, formatTypes: { 纸质: [] } },
      ['formatTypes.纸质: field-unknown'],
    ],
    [
      'a sheet twice',
      { ...NATIONAL_PROFILE, sheets: [department, department] },
      [
        'sheets.1.kind: profile-sheet-twice',
        ...department!.names.map((_, index) => `sheets.1.names.${index}: profile-sheet-twice`),
      ],
    ],
    ['no column at all', withSheet({ columns: [] }), ['sheets.0.columns: list-too-short']],
    [
      'a header of two columns',
      withSheet({ columns: [...resource!.columns, { path: 'sharing', headers: ['更新 周期'] }] }),
      [
        `sheets.0.columns.${resource!.columns.length}.path: profile-path`,
        `sheets.0.columns.${resource!.columns.length}.headers.0: profile-header-twice`,
      ],
    ],
    [
      'a field of two columns',
      withSheet({ columns: [...resource!.columns, { path: 'name', headers: ['甲'] }] }),
      [`sheets.0.columns.${resource!.columns.length}.path: profile-header-twice`],
    ],
    [
      'no column for what must be there',
      withSheet({ columns: resource!.columns.filter(({ path }) => path !== 'abstract') }),
      ['sheets.0.columns: profile-column-missing'],
    ],
  ])('%s', (_, value, found) => {
    expect(wrong(value)).toEqual(found);
  });

  it('a column for the whole is one for its parts, and the parts for the whole', () => {
    const without = (prefix: string) =>
      withSheet({ columns: resource!.columns.filter(({ path }) => !path.startsWith(prefix)) });
    expect(wrong(without('classification.'))).toEqual([]);
    expect(wrong(without('format.'))).toEqual([]);
    expect(wrong(withSheet({ columns: resource!.columns.filter(({ path }) => path !== 'format') }))).toEqual([]);
    expect(wrong(without('format'))).toContain('sheets.0.columns: profile-column-missing');
    expect(wrong(without('classification'))).toContain('sheets.0.columns: profile-column-missing');
  });

  it('suggests the label', () => {
    try {
      readProfile({ ...NATIONAL_PROFILE, codes: { sharing: { '1': '无条件' } } });
      expect.unreachable();
    } catch (error) {
      expect((error as GovError).issues[0]).toMatchObject({ suggestion: { value: '无条件共享' } });
    }
  });

  it.each<[field: string, max: number, make: (count: number) => unknown]>([
    ['watchWords', CATALOG_LIMITS.profileEntries, (count) => ({ watchWords: words(count) })],
    ['sheets.0.names', CATALOG_LIMITS.headers, (count) => withSheet({ names: words(count) })],
    [
      'sheets.0.columns.0.headers',
      CATALOG_LIMITS.headers,
      (count) =>
        withSheet({ columns: [{ ...resource!.columns[0]!, headers: words(count) }, ...resource!.columns.slice(1)] }),
    ],
  ])('%s has at most %i entries', (field, max, make) => {
    expect(wrong({ ...NATIONAL_PROFILE, ...(make(max) as object) })).toEqual([]);
    expect(wrong({ ...NATIONAL_PROFILE, ...(make(max + 1) as object) })).toEqual([`${field}: list-too-long`]);
  });

  it('sheets and columns have their limits', () => {
    const columns = (count: number) => Array(count).fill({ path: 'name', headers: ['甲'] });
    expect(wrong(withSheet({ columns: columns(CATALOG_LIMITS.columns + 1) }))).toEqual([
      'sheets.0.columns: list-too-long',
    ]);
    expect(wrong({ ...NATIONAL_PROFILE, sheets: Array(CATALOG_LIMITS.sheets + 1).fill(department) })).toEqual([
      'sheets: list-too-long',
    ]);
  });

  it('throws nothing else, whatever it is given', () => {
    const whole = json(NATIONAL_PROFILE) as Record<string, unknown>;
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(whole)), fc.anything(), (key, value) => {
        wrong({ ...whole, [key]: value });
        wrong(value);
      }),
      { numRuns: process.env.SLOW === undefined ? 500 : 20_000 },
    );
  });
});

const words = (count: number): string[] => Array.from({ length: count }, (_, index) => `词${index}`);

describe('patterns', () => {
  it.each([
    'a',
    '[123][0-9]{5,40}/[0-9]+',
    '(AB|CD)[0-9]{4}/[0-9]{6}',
    String.raw`[A-Z\-\]]+\.[^/]{3}`,
    String.raw`\(a\)`,
    '.*/.*',
    '政[0-9]?',
    '[-a]',
  ])('%s is one', (text) => {
    expect(resourceCodePattern(text)).toBeInstanceOf(RegExp);
  });

  it.each([
    // tried in too many ways
    '(a+)+',
    '(a|a)*',
    '(a*)*b',
    '(a|aa)+$',
    'a*a*a*b',
    'a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?aaaaaaaaaaaaaaa',
    '(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)',
    '(a|b){40}',
    '((a{0,9}){0,9}){0,9}',
    // not of I-Regexp
    '^a',
    'a$',
    'a+?',
    '(?=a)',
    '(?:a)',
    String.raw`\d`,
    String.raw`(a)\1`,
    String.raw`\p{L}`,
    String.raw`\b`,
    // no pattern
    '(',
    ')',
    '(a',
    'a)',
    '[a',
    '[]',
    '[^]',
    '*',
    'a**',
    'a{',
    'a{}',
    'a{2,1}',
    'a{101}',
    'a{1',
    '\\',
    '[z-a]',
    'a'.repeat(CATALOG_LIMITS.pattern + 1),
  ])('%s is refused', (text) => {
    expect(() => resourceCodePattern(text)).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
  });

  it('whatever is taken is quick', () => {
    const piece = fc.constantFrom(
      'a',
      'b',
      '.',
      '[ab]',
      '(',
      ')',
      '|',
      '*',
      '+',
      '?',
      '{2}',
      '{1,9}',
      '{0,}',
      '[^a]',
      '/',
    );
    const hostile = ['a'.repeat(99), 'ab'.repeat(50), `${'a'.repeat(99)}!`];
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        let pattern: RegExp;
        try {
          pattern = resourceCodePattern(pieces.join(''));
        } catch (error) {
          expect(error).toBeInstanceOf(GovError);
          return;
        }
        const begun = cpuTime();
        for (const text of hostile) pattern.test(text);
        expect(cpuTime() - begun).toBeLessThan(1_000);
      }),
      { numRuns: process.env.SLOW === undefined ? 5_000 : 200_000 },
    );
  });
});
