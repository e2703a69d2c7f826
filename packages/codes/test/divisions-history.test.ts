/** The history of division codes: the reader, what was at a time, and what became of it. */
import { existsSync, readFileSync } from 'node:fs';
import {
  divisions,
  MAX_HISTORY_LENGTH,
  MAX_HISTORY_NAME,
  MAX_HISTORY_ROWS,
  MAX_HISTORY_SUCCESSORS,
  readDivisionHistory,
} from '@gov/codes/divisions';
import { isGovError } from '@gov/verdict';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cpuTime } from '../../../test/cpu-time.js';
import { DivisionTimes } from '../src/divisions/in-time.js';

const HEAD = '代码,一级行政区,二级行政区,名称,级别,状态,启用时间,变更/弃用时间,新代码';
const ROWS = [
  '990000,试省,,试省,省级,在用,1981,,',
  '990100,试省,甲市,甲市,地级,在用,1983,,990102[1990]',
  '990101,试省,甲市,东区,县级,弃用,1983,2000,990102;990103',
  '990102,试省,甲市,西区,县级,在用,1983,,',
  '990103,试省,甲市,乡区,县级,变更,1983,1990,990103',
  '990103,试省,甲市,北区,县级,弃用,1990,2005,990102[1995];990104',
  '990104,试省,甲市,新区,县级,在用,2005,,',
  '990105,试省,甲市,老区,县级,变更,1983,1986,990102',
  '990105,试省,甲市,港区,县级,在用,1999,,',
  '990106,试省,甲市,失区,县级,弃用,1983,1995,',
  '999001,试省,直辖,山市,县级,弃用,1988,2010,',
];
const csv = (...rows: readonly string[]): string => [HEAD, ...rows, ''].join('\n');
const history = readDivisionHistory(csv(...ROWS));
const base = divisions();
const table = base.withHistory(history);
const day = (text: string): Date => new Date(`${text}T12:00:00+08:00`);

/** Code and line of the error that reading throws. */
function failure(text: string): string {
  try {
    readDivisionHistory(text);
  } catch (error) {
    if (isGovError(error)) return `${error.code} ${/line \d+/.exec(error.message)?.[0] ?? ''}`.trim();
    throw error;
  }
  return 'read';
}

/** The table with one cell of one row written otherwise. */
const changed = (row: number, column: number, cell: string): string =>
  csv(...ROWS.map((text, index) => (index === row ? text.split(',').with(column, cell).join(',') : text)));

describe('readDivisionHistory', () => {
  it('reads the rows into records, by code and year', () => {
    expect([history.firstYear, history.lastYear, history.records.length]).toEqual([1981, 2010, 11]);
    expect(history.records[0]).toEqual({
      code: '990000',
      name: '试省',
      level: 'province',
      province: '试省',
      from: 1981,
      successors: [],
    });
    expect(history.records[5]).toEqual({
      code: '990103',
      name: '北区',
      level: 'county',
      province: '试省',
      prefecture: '甲市',
      from: 1990,
      until: 2005,
      successors: [{ code: '990102', partIn: 1995 }, { code: '990104' }],
    });
    expect(history.records[10]).not.toHaveProperty('prefecture');
  });

  it('takes a byte order mark, other line ends, rows in any order', () => {
    const text = csv(...ROWS);
    for (const other of [`\ufeff${text}`, text.replaceAll('\n', '\r\n'), text.trimEnd(), csv(...[...ROWS].reverse())])
      expect(readDivisionHistory(other)).toEqual(history);
  });

  it.each([
    ['nothing', '', 'line 1'],
    ['only the head', `${HEAD}\n`, 'line 1'],
    ['no head', `${ROWS.join('\n')}\n`, 'line 1'],
    ['two byte order marks', `\ufeff\ufeff${csv(...ROWS)}`, 'line 1'],
    ['a blank line', csv(ROWS[0]!, '', ...ROWS.slice(1)), 'line 3'],
    ['two blank lines at the end', `${csv(...ROWS)}\n`, 'line 13'],
    ['eight cells', csv(...ROWS, '999002,试省,直辖,水市,县级,在用,1988,'), 'line 13'],
    ['ten cells', csv(...ROWS, '999002,试省,直辖,水市,县级,在用,1988,,,'), 'line 13'],
    ['quotes', csv(...ROWS, '"999002",试省,直辖,水市,县级,在用,1988,,'), 'line 13'],
    ['a code of five digits', changed(3, 0, '99010'), 'line 5'],
    ['a code that begins with 0', changed(3, 0, '090102'), 'line 5'],
    ['a full-width code', changed(3, 0, '９９０１０２'), 'line 5'],
    ['the nation', csv(...ROWS, '100000,国,,国,省级,在用,1981,,'), 'line 13'],
    ['no province', changed(3, 1, ''), 'line 5'],
    ['no prefecture', changed(3, 2, ''), 'line 5'],
    ['a prefecture of a province', changed(0, 2, '甲市'), 'line 2'],
    ['no name', changed(3, 3, ''), 'line 5'],
    ['a name in Latin letters', changed(3, 3, 'West'), 'line 5'],
    ['a name with a blank', changed(3, 3, '西 区'), 'line 5'],
    ['a long name', changed(3, 3, '西'.repeat(MAX_HISTORY_NAME + 1)), 'line 5'],
    ['the level of another code', changed(3, 4, '地级'), 'line 5'],
    ['an unknown level', changed(3, 4, 'constructor'), 'line 5'],
    ['an unknown status', changed(3, 5, '可用'), 'line 5'],
    ['an end of what is in force', changed(3, 7, '1999'), 'line 5'],
    ['no end of what is not', changed(2, 7, ''), 'line 4'],
    ['no begin', changed(3, 6, ''), 'line 5'],
    ['a year of two digits', changed(3, 6, '83'), 'line 5'],
    ['a year long ago', changed(3, 6, '1783'), 'line 5'],
    ['an end before the begin', changed(2, 7, '1982'), 'line 4'],
    ['an end with the begin', changed(2, 7, '1983'), 'line 4'],
    ['a successor that is no code', changed(2, 8, '99010'), 'line 4'],
    ['an empty successor', changed(2, 8, '990102;'), 'line 4'],
    ['a comma of full width between successors', changed(2, 8, '990102；990103'), 'line 4'],
    ['a successor that is not there', changed(2, 8, '990199'), 'line 4'],
    ['a successor not yet in force', changed(2, 8, '990104'), 'line 4'],
    ['a successor no longer in force', changed(2, 8, '990106'), 'line 4'],
    ['a whole successor of what is in force', changed(3, 8, '990104'), 'line 5'],
    ['a part before the begin', changed(3, 8, '990101[1982]'), 'line 5'],
    ['a part in the year of the begin', changed(3, 8, '990101[1983]'), 'line 5'],
    ['a part in the year of the end', changed(2, 8, '990102[2000]'), 'line 4'],
    ['a part in a year that is none', changed(1, 8, '990102[90]'), 'line 3'],
    ['a code twice in a year', changed(5, 6, '1989'), 'line 7'],
    ['a row twice', csv(...ROWS, ROWS[3]!), 'line 13'],
    ['an end for good before another row', changed(4, 5, '弃用'), 'line 6'],
    ['a change without another row', changed(2, 5, '变更'), 'line 4'],
  ])('refuses %s', (_what, text, line) => {
    expect(failure(text)).toBe(`division-history-malformed ${line}`);
  });

  it('keeps its limits', () => {
    const row = (index: number): string => `${100_001 + index},试省,甲市,西区,县级,在用,1983,,`;
    const rows = (count: number): string[] =>
      Array.from({ length: 900_000 }, (_, index) => index)
        .filter((index) => (100_001 + index) % 100 !== 0)
        .slice(0, count)
        .map(row);
    expect(readDivisionHistory(csv(...rows(MAX_HISTORY_ROWS))).records).toHaveLength(MAX_HISTORY_ROWS);
    expect(failure(csv(...rows(MAX_HISTORY_ROWS + 1)))).toBe('limit-exceeded');
    expect(failure('代'.repeat(MAX_HISTORY_LENGTH))).toBe('division-history-malformed line 1');
    expect(failure('代'.repeat(MAX_HISTORY_LENGTH + 1))).toBe('input-too-large');
    const successors = (count: number): string => changed(2, 8, Array(count).fill('990102').join(';'));
    expect(failure(successors(MAX_HISTORY_SUCCESSORS))).toBe('read');
    expect(failure(successors(MAX_HISTORY_SUCCESSORS + 1))).toBe('limit-exceeded line 4');
    expect(failure(changed(3, 3, '西'.repeat(MAX_HISTORY_NAME)))).toBe('read');
  });

  it('throws nothing but a GovError, and not late', () => {
    const text = csv(...ROWS);
    const mutation = fc.tuple(
      fc.nat(text.length),
      fc.nat(12),
      fc.oneof(fc.constantFrom(',', '\n', ';', '[', ']', '990103', '在用', '弃用', '变更', '1990', ''), fc.string()),
    );
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
        const mutated = mutations.reduce((now, [at, cut, put]) => now.slice(0, at) + put + now.slice(at + cut), text);
        const begin = cpuTime();
        const result = failure(mutated);
        expect(cpuTime() - begin).toBeLessThan(1000);
        expect(result).toMatch(/^(read|division-history-malformed line \d+|limit-exceeded.*)$/);
        if (result !== 'read') return;
        const times = new DivisionTimes(readDivisionHistory(mutated));
        for (const { code } of times.history.records) times.descent(code);
      }),
      { numRuns: process.env.SLOW === undefined ? 2_000 : 200_000, interruptAfterTimeLimit: 10_000 },
    );
  });
});

describe('what was at a time', () => {
  const names = (when: Date | number, code: string) => {
    const { name, status, certain } = table.at(when).find(code) ?? {};
    return `${name} ${status} ${certain}`;
  };

  it.each([
    [1989, '990103', '乡区 active true'],
    [1990, '990103', '北区 active true'],
    [2004, '990103', '北区 active true'],
    [2005, '990103', '北区 abolished true'],
    [2010, '990103', '北区 abolished true'],
    [1985, '990105', '老区 active true'],
    [1986, '990105', '老区 abolished true'],
    [1998, '990105', '老区 abolished true'],
    [1999, '990105', '港区 active true'],
    [1982, '990102', 'undefined undefined undefined'],
    [2000, '990199', 'undefined undefined undefined'],
    // Beyond the history: its nearest list, and not certain.
    [1980, '990000', '试省 active false'],
    [2011, '990102', '西区 active false'],
    [2011, '990101', '东区 abolished false'],
  ])('at the end of %s, %s was %s', (year, code, expected) => {
    expect(names(year, code)).toBe(expected);
  });

  it.each([
    ['1989-06-01', '990103', '乡区 active true'],
    // In a year of change nobody knows: it may have been on either side of the day.
    ['1990-06-01', '990103', '乡区 active false'],
    ['1990-01-01', '990103', '乡区 active false'],
    ['1990-12-31', '990103', '北区 active true'],
    ['1991-01-01', '990103', '北区 active true'],
    ['2005-12-30', '990103', '北区 active false'],
    ['2006-01-01', '990103', '北区 abolished true'],
    ['1983-06-01', '990102', '西区 active false'],
    ['1999-06-01', '990105', '港区 active false'],
    ['1998-06-01', '990105', '老区 abolished true'],
    ['1981-06-01', '990000', '试省 active false'],
    ['1981-12-31', '990000', '试省 active true'],
    ['2010-06-01', '990102', '西区 active true'],
    ['2010-06-01', '999001', '山市 active false'],
    ['2010-12-31', '999001', '山市 abolished true'],
    ['2011-01-01', '999001', '山市 abolished false'],
  ])('on %s, %s was %s', (date, code, expected) => {
    expect(names(day(date), code)).toBe(expected);
  });

  it('counts days in Asia/Shanghai', () => {
    expect(names(new Date('1990-12-30T16:00:00Z'), '990103')).toBe('北区 active true');
    expect(names(new Date('1990-12-31T15:59:59Z'), '990103')).toBe('北区 active true');
    expect(names(new Date('1989-12-31T16:00:00Z'), '990103')).toBe('乡区 active false');
  });

  it('lists all that were in force, with the names of that time', () => {
    const list = table.at(1989).all();
    expect(list.map(({ fullName }) => fullName)).toEqual([
      ...['试省', '试省甲市', '试省甲市东区', '试省甲市西区', '试省甲市乡区', '试省甲市失区', '试省山市'],
    ]);
    expect(
      table
        .at(1980)
        .all()
        .map(({ code, certain }) => [code, certain]),
    ).toEqual([['990000', false]]);
  });

  it.each([Number.NaN, 0, 10_000, 1990.5, new Date(Number.NaN), new Date(8.64e15)])('refuses %s', (when) => {
    expect(() => table.at(when)).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
    expect(() => table.descent('990101', when)).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
  });
});

describe('what became of it', () => {
  it('names successors in one step, parts and wholes', () => {
    expect(table.successors('990103')).toEqual([
      { code: '990102', year: 1995, part: true },
      { code: '990104', year: 2005, part: false },
    ]);
    expect(table.successors('990100')).toEqual([{ code: '990102', year: 1990, part: true }]);
    expect(table.successors('990106')).toEqual([]);
    expect(table.successors('330106')).toEqual([]);
  });

  it('follows them to the end', () => {
    expect(table.descent('990101')).toEqual({ active: ['990102', '990104'], lost: [] });
    expect(table.descent('990102')).toEqual({ active: ['990102'], lost: [] });
    expect(table.descent('990103')).toEqual({ active: ['990104'], lost: [] });
    expect(table.descent('990106')).toEqual({ active: [], lost: ['990106'] });
    expect(table.descent('999999')).toEqual({ active: [], lost: [] });
  });

  it('follows what the code denoted then, where it was used again', () => {
    expect(table.descent('990105')).toEqual({ active: ['990105'], lost: [] });
    expect(table.descent('990105', 1984)).toEqual({ active: ['990102'], lost: [] });
    expect(table.descent('990105', day('1986-06-01'))).toEqual({ active: ['990102'], lost: [] });
    expect(table.descent('990105', 1990)).toEqual({ active: [], lost: [] });
  });

  it('has the records of a code, the oldest first', () => {
    expect(table.records('990103').map(({ name, from, until }) => [name, from, until])).toEqual([
      ['乡区', 1983, 1990],
      ['北区', 1990, 2005],
    ]);
    expect(table.records('330106')).toEqual([]);
  });

  it('lets the history count in the table, beside what only the table has', () => {
    expect(table.find('990103')).toEqual({ code: '990103', name: '北区', level: 'county', status: 'abolished' });
    expect(table.fullName('990104')).toBe('试省甲市新区');
    expect(table.children('990100').map(({ code }) => code)).toEqual(['990102', '990104', '990105']);
    expect(table.path('999001').map(({ code }) => code)).toEqual(['990000', '999001']);
    expect(table.search('甲市新区')[0]?.division.code).toBe('990104');
    expect(table.fullName('330106')).toBe('浙江省杭州市西湖区');
    expect(base.find('990103')).toBeUndefined();
    expect(table.provinces()).toHaveLength(35);
  });
});

const FILE = '../shared/data/divisions/areacodes-result.csv';
if (!existsSync(FILE)) console.log(`skipped: the history of codes 1981 to 2024, there is no ${FILE}`);

describe.skipIf(!existsSync(FILE))('the history of codes 1981 to 2024', () => {
  const text = existsSync(FILE) ? readFileSync(FILE, 'utf8') : csv(...ROWS);
  const real = divisions().withHistory(readDivisionHistory(text));
  const rows = text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));

  it('is read whole', () => {
    expect(rows).toHaveLength(6823);
    expect(real.history.records).toHaveLength(6823);
    expect([real.history.firstYear, real.history.lastYear]).toEqual([1981, 2024]);
    const written = real.history.records.map((one) => [
      ...[one.code, one.province, one.prefecture, one.name, one.from, one.until],
      one.successors.map(({ code, partIn }) => (partIn === undefined ? code : `${code}[${partIn}]`)).join(';'),
    ]);
    const given = rows.map(([code, province, prefecture, name, level, , from, until, next]) => [
      ...[code, province, level !== '县级' || prefecture === '直辖' ? undefined : prefecture, name, Number(from)],
      ...[until === '' ? undefined : Number(until), next],
    ]);
    // The file has the newest row of a code first.
    const inOrder = given.sort((a, b) => Number(a[0]) - Number(b[0]) || Number(a[4]) - Number(b[4]));
    expect(written.join('\n')).toBe(inOrder.join('\n'));
  });

  it('says of every row what was at the end of every year, and on days between', () => {
    const ends = new Map(Array.from({ length: 44 }, (_, index) => [1981 + index, real.at(1981 + index)]));
    const days = new Map(
      Array.from({ length: 44 }, (_, index) => [1981 + index, real.at(day(`${1981 + index}-07-01`))]),
    );
    // Some 400,000 answers: those that are wrong are gathered.
    const wrong: string[] = [];
    const says = (lists: typeof ends, year: number, code: string, expected: string): void => {
      const then = lists.get(year)?.find(code);
      const said = `${then?.name} ${then?.status} ${then?.certain}`;
      if (said !== expected) wrong.push(`${code} ${year}: ${said}, not ${expected}`);
    };
    for (const [code = '', , , name, , status, begin, end] of rows) {
      const from = Number(begin);
      const until = end === '' ? 2025 : Number(end);
      for (let year = from; year < until; year++) says(ends, year, code, `${name} active true`);
      for (let year = from + 1; year < until; year++) says(days, year, code, `${name} active true`);
      if (days.get(from)?.find(code)?.certain !== false) wrong.push(`${code} is certain in ${from}`);
      if (until < 2025) says(days, until, code, `${name} active false`);
      if (status === '弃用') says(ends, until, code, `${name} abolished true`);
    }
    expect(wrong).toEqual([]);
    expect(ends.get(2024)?.all()).toHaveLength(3213);
  });

  it('leads every abolished code to active ones, or says where the trace is lost', () => {
    const now = new Set(rows.filter((row) => row[5] === '在用').map((row) => row[0]));
    const lost = new Set<string>();
    for (const [code = '', , , , level, status, begin, , next] of rows) {
      const descent = real.descent(code, Number(begin));
      for (const one of descent.active) expect(now.has(one)).toBe(true);
      for (const one of descent.lost) lost.add(one);
      if (status === '在用') expect(descent).toEqual({ active: [code], lost: [] });
      expect(descent.active.length + descent.lost.length, code).toBeGreaterThan(0);
      if (level === '县级' && status === '弃用' && next === '') expect(descent.lost).toEqual([code]);
      for (const part of next?.split(';').filter((one) => one !== '') ?? []) {
        const [successor = '', year] = part.replace(']', '').split('[');
        if (successor !== code)
          expect(real.successors(code)).toContainEqual({
            code: successor,
            year: year === undefined ? expect.any(Number) : Number(year),
            part: year !== undefined,
          });
      }
    }
    // The history names no successor of a prefecture.
    expect(lost.size).toBe(187);
    expect([...lost].filter((code) => !code.endsWith('00'))).toEqual([]);
  });

  it('knows well-known cases', () => {
    expect(real.descent('110103')).toEqual({ active: ['110101'], lost: [] });
    expect(real.descent('130124')).toEqual({ active: ['130111'], lost: [] });
    // Used again for another place.
    expect(real.at(1989).find('419001')?.fullName).toBe('河南省义马市');
    expect(real.find('419001')?.name).toBe('济源市');
    expect(real.descent('419001', 1989)).toEqual({ active: ['411281'], lost: [] });
    expect(real.descent('132201', 1982)).toEqual({ active: ['130502', '130503'], lost: [] });
    expect(real.descent('132201', 1990)).toEqual({ active: ['130581'], lost: [] });
    // The table has but a heading for its name.
    expect(real.fullName('132101')).toBe('河北省邯郸地区邯郸市');
    expect(real.records('422800').map(({ name }) => name)).toEqual([
      '恩施地区',
      '鄂西土家族苗族自治州',
      '恩施土家族苗族自治州',
    ]);
    expect(real.descent('422800', 1981)).toEqual({ active: ['422800'], lost: [] });
  });
});
