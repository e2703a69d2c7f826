import type { TableStart } from '@gov/table';
import { describe, expect, it } from 'vitest';
import { errorOf, rowsOf, valuesOf } from './reading.js';
import { textRows, workbook } from './workbook.js';

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
    expect(starts).toEqual([
      { format: 'csv', encoding: 'utf-8', separator: ';', above: ['标题'], headerRow: 2, headers: ['a', 'b'] },
    ]);
  });
});

describe('header of several rows', () => {
  const known = (...names: string[]) => ({ headerRows: 3, isHeader: (header: string) => names.includes(header) });
  const headersOf = async (source: Parameters<typeof rowsOf>[0], options: Parameters<typeof rowsOf>[1] = {}) => {
    let headers: readonly string[] = [];
    await rowsOf(source, {
      ...options,
      onStart: (start) => {
        headers = start.headers;
      },
    });
    return headers;
  };

  it('is joined from the top down; in CSV a text stands also above empty cells to its right', async () => {
    const csv = '名称,信息项,,,共享,\n,名称,类型,,类型,条件\n甲,乙,丙,,丁,戊\n';
    expect(await headersOf(csv, { headerRows: 2 })).toEqual([
      '名称',
      '信息项/名称',
      '信息项/类型',
      '',
      '共享/类型',
      '共享/条件',
    ]);
    expect(await valuesOf(csv, { headerRows: 2 })).toMatchObject([
      { 名称: '甲', '信息项/类型': '丙', '共享/条件': '戊' },
    ]);
  });

  it('is no group where nothing stands below it', async () => {
    expect(await headersOf('甲,,乙,\n,x,,y\n1,2,3,4\n', { headerRows: 2 })).toEqual(['甲', 'x', '乙', 'y']);
  });

  it('in a workbook is what is merged', async () => {
    const rows = textRows([
      ['标题', '', '', '', ''],
      ['名称', '信息项', '', '', '备注'],
      ['', '名称', '类型', '长度', ''],
      ['甲', '乙', '丙', '丁', '戊'],
    ]);
    const merged = (...ranges: string[]) =>
      `<mergeCells>${ranges.map((ref) => `<mergeCell ref="${ref}"/>`).join('')}</mergeCells>`;
    const file = workbook({ rows, after: merged('A1:E1', 'A2:A3', 'B2:D2', 'E2:E3') });
    const options = { headerRow: 2, headerRows: 2 };
    expect(await headersOf(file, options)).toEqual(['名称', '信息项/名称', '信息项/类型', '信息项/长度', '备注']);
    expect((await rowsOf(file, options)).map(({ line, issues }) => [line, issues.length])).toEqual([[4, 0]]);
    // What is not merged says nothing of its neighbours.
    const loose = workbook({ rows, after: merged('A1:E1') });
    expect(await headersOf(loose, options)).toEqual(['名称', '信息项/名称', '类型', '长度', '备注']);
    // A title's merged range that reaches into the header is no header.
    const tall = workbook({ rows, after: merged('A1:B2') });
    expect(await headersOf(tall, options)).toEqual(['', '名称', '类型', '长度', '备注']);
  });

  it('is the rows with most of what is known, and no more of them than that', async () => {
    const csv = '目录,,\n名称,信息项,\n,名称,类型\n甲,名称,类型\n';
    const options = known('名称', '信息项/名称', '信息项/类型');
    expect(await rowsOf(csv, options)).toMatchObject([{ line: 4, values: { 名称: '甲', '信息项/名称': '名称' } }]);
    // A title is no group of all that stands below it.
    expect(
      await headersOf('标题,\n名称,类型\n甲,乙\n', { ...known(), isHeader: (header) => /(?:名称|类型)$/.test(header) }),
    ).toEqual(['名称', '类型']);
    expect(await headersOf('名称,类型\n甲,乙\n', known('名称', '类型'))).toEqual(['名称', '类型']);
    expect((await errorOf('a,b\n1,2\n', known('名称'))).issues).toMatchObject([{ code: 'header-none' }]);
    expect((await errorOf('名称,名称\n1,2\n', known('名称'))).issues).toMatchObject([{ code: 'header-twice' }]);
  });

  it('has kinds by a function of the whole header', async () => {
    const kinds = (header: string) => (header === '日期/起' ? ('date' as const) : undefined);
    expect(await valuesOf('日期,\n起,止\n2026/1/5,2026/1/6\n', { headerRow: 1, headerRows: 2, kinds })).toEqual([
      { '日期/起': '2026-01-05', '日期/止': '2026/1/6' },
    ]);
  });

  it('has from one row to five', async () => {
    for (const headerRows of [0, 6, 1.5])
      expect(await errorOf('a,b\n1,2\n', { headerRows })).toMatchObject({ code: 'invalid-argument' });
    expect(await headersOf('a,b\nc,d\ne,f\ng,h\ni,j\n1,2\n', { headerRows: 5 })).toEqual(['a/c/e/g/i', 'b/d/f/h/j']);
  });
});
