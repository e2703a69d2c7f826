/** The table of divisions: complete, and what lies in what. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { parseDivisionCode } from '@gov/codes';
import { DIVISIONS_YEAR, type Division, divisions } from '@gov/codes/divisions';
import { describe, expect, it } from 'vitest';

const table = divisions();

/** Every division, by trying every code there can be. */
const all: Division[] = [];
for (let code = 100_000; code < 1_000_000; code++) {
  const found = table.find(String(code));
  if (found !== undefined) all.push(found);
}
const active = all.filter(({ status }) => status === 'active');
const abolished = all.filter(({ status }) => status === 'abolished');

const digest = (list: readonly Division[]): string =>
  createHash('sha256')
    .update(list.map(({ code, name }) => `${code}${name}\n`).join(''))
    .digest('hex');

describe('the table', () => {
  it('has so many divisions, and these', () => {
    expect(DIVISIONS_YEAR).toBe(2024);
    const count = (list: readonly Division[], of: string) => list.filter(({ level }) => level === of).length;
    expect(['province', 'prefecture', 'county'].map((level) => count(active, level))).toEqual([34, 333, 2846]);
    expect(['province', 'prefecture', 'county'].map((level) => count(abolished, level))).toEqual([0, 194, 3386]);
    expect(digest(active)).toBe('32ce911f4fa57ae02a89c94d2b7f8c4ecfe556b79a070e912a83087c58dfced7');
    expect(digest(abolished)).toBe('85e89e07c68d1614e7056faadbe5322b589ca4fb2bd60661ec58e7eb28a5a901');
  });

  it('has the newest ones, and the provinces of GB/T 2260', () => {
    expect(table.fullName('653228')).toBe('新疆维吾尔自治区和田地区和康县');
    expect(table.fullName('653229')).toBe('新疆维吾尔自治区和田地区和安县');
    expect(table.provinces()).toHaveLength(34);
    expect(['710000', '810000', '820000'].map((code) => table.name(code))).toEqual([
      '台湾省',
      '香港特别行政区',
      '澳门特别行政区',
    ]);
  });

  it.each(['441900', '442000', '460400', '620200', '710000', '810000', '820000'])('has nothing below %s', (code) => {
    expect(table.find(code)?.status).toBe('active');
    expect(table.children(code)).toEqual([]);
    const below = new RegExp(code.endsWith('0000') ? `^${code.slice(0, 2)}(?!0000)` : `^${code.slice(0, 4)}(?!00)`);
    expect(active.filter((one) => below.test(one.code))).toEqual([]);
  });

  it.each([
    ['441901', 'a town'],
    ['419000', 'an artificial prefecture'],
    ['110100', 'a heading of districts'],
    ['500200', 'a heading of counties'],
    ['130171', 'a development zone'],
    ['232761', 'an office without a district of its own'],
    ['710101', 'a district of Taipei'],
    ['130101', 'a heading of districts below a city'],
    ['100000', 'the nation'],
    ['999999', 'no code'],
    ['', 'nothing'],
    ['33010', 'a part of a code'],
    ['330106 ', 'a blank'],
    ['３３０１０６', 'full-width digits'],
    ['__proto__', 'a name of an object'],
  ])('does not know %s, %s', (code) => {
    expect(table.find(code)).toBeUndefined();
    expect(table.name(code)).toBeUndefined();
    expect(table.fullName(code)).toBeUndefined();
    expect(table.parent(code)).toBeUndefined();
    expect(table.path(code)).toEqual([]);
    expect(table.children(code)).toEqual([]);
  });

  it.each([
    ['110103', '北京市崇文区'],
    ['350402', '福建省三明市梅列区'],
    ['370634', '山东省烟台市长岛县'],
    ['320611', '江苏省南通市港闸区'],
    ['132100', '河北省邯郸地区'],
    ['152101', '内蒙古自治区呼伦贝尔盟海拉尔市'],
    ['460001', '海南省通什市'],
  ])('keeps %s, %s, which was abolished', (code, fullName) => {
    expect(table.find(code)?.status).toBe('abolished');
    expect(table.fullName(code)).toBe(fullName);
  });

  it('finds and keeps the places where a county lies in a province', () => {
    const codes = (code: string) => table.path(code).map((one) => one.code);
    expect(codes('330106')).toEqual(['330000', '330100', '330106']);
    expect(codes('419001')).toEqual(['410000', '419001']);
    expect(codes('110101')).toEqual(['110000', '110101']);
    expect(codes('659001')).toEqual(['650000', '659001']);
    expect(codes('500229')).toEqual(['500000', '500229']);
    expect(codes('460400')).toEqual(['460000', '460400']);
    expect(table.children('110000')).toHaveLength(16);
    expect(table.children('420000').map(({ code }) => code)).toEqual(
      expect.arrayContaining(['420100', '429004', '429021']),
    );
  });

  it('has no empty name, and codes of every level that are codes', () => {
    for (const { code, name } of all) {
      expect(name).toMatch(/^[\u4e00-\u9fff、]{2,}$/u);
      // 海南 had counties without a prefecture until 2001.
      if (!/^4600(?!00)/.test(code)) expect(parseDivisionCode(code).ok, code).toBe(true);
    }
  });

  it('reads every parent as one that has the child, and every active one in an active one', () => {
    for (const division of all) {
      const parent = table.parent(division.code);
      if (division.level === 'province') expect(parent).toBeUndefined();
      else expect(parent, division.code).toBeDefined();
      const has = parent !== undefined && table.children(parent.code).includes(division);
      expect(has, division.code).toBe(division.status === 'active' && division.level !== 'province');
      if (division.status === 'active' && parent !== undefined) expect(parent.status).toBe('active');
      expect(table.path(division.code).at(-1)).toBe(division);
      expect(table.path(division.code)[0]?.code).toBe(`${division.code.slice(0, 2)}0000`);
    }
    const reached = (from: readonly Division[]): Division[] =>
      from.flatMap((one) => [one, ...reached(table.children(one.code))]);
    expect(reached(table.provinces())).toHaveLength(active.length);
  });
});

const HISTORY = '../shared/data/divisions/areacodes-result.csv';
if (!existsSync(HISTORY)) console.log(`skipped: the table against its history, there is no ${HISTORY}`);

describe.skipIf(!existsSync(HISTORY))('against the history of codes', () => {
  const rows = existsSync(HISTORY)
    ? readFileSync(HISTORY, 'utf8')
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.split(','))
    : [];
  const inForce = new Map(rows.filter((row) => row[5] === '在用').map((row) => [row[0], row[3]]));
  const gone = new Map<string, string[]>();
  for (const [code = '', , , name = ''] of rows)
    if (!inForce.has(code)) gone.set(code, [...(gone.get(code) ?? []), name]);

  it('has exactly what was in force at the end of 2024', () => {
    expect(inForce.size).toBe(3213);
    expect(new Map(active.map(({ code, name }) => [code, name]))).toEqual(inForce);
  });

  it('has all but 36 codes that were abolished, and 379 that the history corrected or left out', () => {
    const known = new Set(abolished.map(({ code }) => code));
    expect(gone.size).toBe(3237);
    expect([...gone.keys()].filter((code) => !known.has(code))).toHaveLength(36);
    expect([...known].filter((code) => !gone.has(code))).toHaveLength(379);
  });

  it('names abolished ones as they were once named, but for 106 headings and 22 that the sources exchange', () => {
    const wrong = abolished.filter(({ code, name }) => gone.get(code)?.includes(name) === false);
    expect(wrong.filter(({ name }) => name === '市辖区')).toHaveLength(106);
    expect(wrong.filter(({ name }) => name !== '市辖区')).toHaveLength(22);
  });
});
