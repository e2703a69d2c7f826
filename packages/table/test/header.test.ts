import type { TableStart } from '@gov/table';
import { describe, expect, it } from 'vitest';
import { errorOf, rowsOf, valuesOf } from './reading.js';

describe('header', () => {
  it('is found below titles and remarks', async () => {
    const rows = await rowsOf('食品经营许可证名单\n\n填表说明：无,,\n姓名,号码,\n甲,1,\n');
    expect(rows).toMatchObject([{ line: 5, values: { 姓名: '甲', 号码: '1' }, issues: [] }]);
  });

  it('is the row with most of the headers that are expected', async () => {
    const text = '单位,日期\n甲局,2026\n姓名,号码,备注\n乙,1,\n';
    expect(await valuesOf(text, { expectedHeaders: ['姓名', '号码'] })).toEqual([{ 姓名: '乙', 号码: '1', 备注: '' }]);
  });

  it('may be told', async () => {
    const text = '甲,乙\n1,2\n3,4\n';
    expect(await valuesOf(text, { headerRow: 2 })).toEqual([{ 1: '3', 2: '4' }]);
    expect(await errorOf(text, { headerRow: 9 })).toMatchObject({ code: 'table-malformed' });
    for (const headerRow of [0, -1, 1.5, Number.NaN])
      expect(await errorOf(text, { headerRow })).toMatchObject({ code: 'invalid-argument' });
  });

  it('is a name: blanks, breaks of lines and what cannot be seen make no other', async () => {
    expect(await valuesOf('\ufeff 姓\u200b名 ,"证件\n号码"\n甲,1\n')).toEqual([{ 姓名: '甲', 证件号码: '1' }]);
  });

  it('refuses what is missing, twice there or no name, all at once', async () => {
    const error = await errorOf('姓名,姓名,__proto__\n甲,乙,丙\n', { expectedHeaders: ['姓名', '号码', '住址'] });
    expect(error.code).toBe('table-malformed');
    expect(error.issues.map(({ code, path }) => [code, ...path])).toEqual([
      ['header-twice', 1, '姓名'],
      ['header-reserved', 1, '__proto__'],
      ['header-missing', 1, '号码'],
      ['header-missing', 1, '住址'],
    ]);
  });

  it('may have gaps, in which a value is named', async () => {
    const rows = await rowsOf('a,,c\n1,,3\n1,2,3\n');
    expect(rows.map(({ issues }) => issues.map(({ cell, code }) => [cell, code]))).toEqual([
      [],
      [['B3', 'cell-no-header']],
    ]);
    expect(rows[0]?.values).toEqual({ a: '1', c: '3' });
  });

  it('ignores columns of blanks to the right', async () => {
    expect(await rowsOf('a,b,,,\n1,2,,,\n')).toMatchObject([{ values: { a: '1', b: '2' }, issues: [] }]);
  });

  it('makes names like constructor names as any other', async () => {
    expect(await valuesOf('constructor,toString\n1,2\n', { kinds: {} })).toEqual([{ constructor: '1', toString: '2' }]);
  });

  it('is told before the first row', async () => {
    const starts: TableStart[] = [];
    await rowsOf('\ufeff标题\na;b;\n1;2;\n', { onStart: (start) => starts.push(start) });
    expect(starts).toEqual([{ format: 'csv', encoding: 'utf-8', separator: ';', headerRow: 2, headers: ['a', 'b'] }]);
  });
});
