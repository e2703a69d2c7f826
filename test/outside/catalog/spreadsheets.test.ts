/** Workbooks that we write and mark, as exceljs reads them; workbooks of exceljs, as we read and mark them. */
import { NATIONAL_PROFILE } from '@gov/catalog';
import { diffCatalogs } from '@gov/catalog/diff';
import { templateXlsx, writeCatalogXlsx, writeDiffXlsx, writeListsXlsx } from '@gov/catalog/export';
import { readCatalog } from '@gov/catalog/import';
import { markUp } from '@gov/catalog/markup';
import ExcelJS from 'exceljs';
import { describe, expect, it } from 'vitest';
import { FULL_RESOURCE, GOOD } from '../../../packages/catalog/test/schema-world.js';

async function load(file: Uint8Array): Promise<ExcelJS.Workbook> {
  const workbook = new ExcelJS.Workbook();
  await workbook.xlsx.load(Buffer.from(file) as unknown as ArrayBuffer);
  return workbook;
}

async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return new Uint8Array(Buffer.concat(all));
}

async function issuesOf(file: Uint8Array) {
  const issues = [];
  for await (const result of readCatalog(file, { profile: NATIONAL_PROFILE })) issues.push(...result.issues);
  return issues;
}

/** Everything that exceljs knows of a sheet but its comments. */
const without = (sheet: ExcelJS.Worksheet | undefined) => {
  const cells: unknown[] = [];
  sheet?.eachRow((row) => row.eachCell((cell) => cells.push([cell.address, cell.value, cell.style, cell.isMerged])));
  return { cells, columns: sheet?.columns.map(({ width }) => width) };
};

const noteOf = (cell: ExcelJS.Cell | undefined): string | undefined =>
  typeof cell?.note === 'string' ? cell.note : cell?.note?.texts?.map(({ text }) => text).join('');

describe('what we write', () => {
  it('has the cells, the merged headers, the frozen rows and the lists to choose from', async () => {
    const file = await bytesOf(writeCatalogXlsx([{ record: FULL_RESOURCE }], NATIONAL_PROFILE));
    const workbook = await load(file);
    expect(workbook.worksheets.map(({ name }) => name)).toEqual(NATIONAL_PROFILE.sheets.map(({ names }) => names[0]));
    const sheet = workbook.getWorksheet('信息资源目录')!;
    expect(sheet.views[0]).toMatchObject({ state: 'frozen', ySplit: 2 });
    expect(sheet.getCell('A1').value).toBe('信息资源分类');
    expect(sheet.getCell('D1').master.address).toBe('A1');
    expect(sheet.getCell('A2').value).toBe('类');
    expect(sheet.getCell('A3').value).toBe('部门');
    expect(sheet.getCell('A3').dataValidation).toMatchObject({ type: 'list', formulae: ['"基础,主题,部门"'] });
    expect(sheet.getCell('A3').numFmt).toBe('@');
  });

  it('of changes and of lists opens, too, headers frozen, counts numbers, formulas texts', async () => {
    const before = { ...FULL_RESOURCE, usage: '=1+1' };
    const diff = await load(await bytesOf(writeDiffXlsx(diffCatalogs([before], [{ ...before, usage: '无' }]))));
    const changes = diff.getWorksheet('变更')!;
    expect(changes.getCell('G2').value).toBe('=1+1');
    expect(changes.getCell('G2').numFmt).toBe('@');
    expect(changes.views[0]).toMatchObject({ state: 'frozen', ySplit: 1 });
    expect(diff.getWorksheet('汇总')!.getCell('B4').value).toBe(1);
    const lists = await load(await bytesOf(writeListsXlsx([FULL_RESOURCE])));
    expect(lists.worksheets.map(({ name }) => name)).toEqual(['责任清单', '能力清单', '需求清单']);
    expect(lists.getWorksheet('责任清单')!.getCell('J2').value).toBe(FULL_RESOURCE.items.length);
  });

  it('as an empty template, too', async () => {
    expect((await load(await templateXlsx(NATIONAL_PROFILE))).worksheets).toHaveLength(NATIONAL_PROFILE.sheets.length);
  });
});

describe('what exceljs writes, as a department would fill it', () => {
  async function made(): Promise<Uint8Array> {
    const workbook = new ExcelJS.Workbook();
    const sheet = workbook.addWorksheet('职能');
    sheet.addRow(['某局职能清单']);
    sheet.mergeCells('A1:D1');
    sheet.addRow(['职能代码', '职能名称', '部门代码', '职能依据']);
    sheet.addRow(['ZN-1', '社会保险管理', GOOD.duty.department, '三定规定第三条']);
    sheet.addRow(['ZN-2', '劳动监察', 'ABC', '三定规定第四条']);
    sheet.getCell('B3').note = '张三：已核对';
    sheet.getCell('C4').note = '张三：待核对';
    sheet.getCell('A3').fill = { type: 'pattern', pattern: 'solid', fgColor: { argb: 'FFFFFF00' } };
    sheet.getRow(3).height = 30;
    const plain = workbook.addWorksheet('说明');
    plain.addRow(['=1+1', { formula: 'A1', result: 2 }, new Date(Date.UTC(2026, 0, 5))]);
    return new Uint8Array(await workbook.xlsx.writeBuffer());
  }

  it('is read', async () => {
    const results = [];
    for await (const result of readCatalog(await made(), { profile: NATIONAL_PROFILE })) results.push(result);
    expect(results.flatMap(({ entry }) => (entry === undefined ? [] : [entry.record]))).toEqual([GOOD.duty]);
    expect(
      results.flatMap(({ issues }) => issues.map(({ place, code }) => `${place?.sheet} ${place?.cell ?? ''} ${code}`)),
    ).toEqual(['职能 C4 credit-code-length', '说明  sheet-unknown']);
  });

  it('is marked: comments where they belong, those of others kept, nothing else changed', async () => {
    const file = await made();
    const marked = await markUp(file, await issuesOf(file));
    const before = await load(file);
    const after = await load(marked);
    expect(after.worksheets.map(({ name }) => name)).toEqual(['职能', '说明', '校验问题']);
    for (const name of ['职能', '说明'])
      expect(without(after.getWorksheet(name))).toEqual(without(before.getWorksheet(name)));
    const sheet = after.getWorksheet('职能');
    expect(noteOf(sheet?.getCell('B3'))).toBe('张三：已核对');
    expect(noteOf(sheet?.getCell('C4'))).toMatch(/^张三：待核对\n【错误】统一社会信用代码应为18位/);
    const list = after.getWorksheet('校验问题');
    expect(list?.getCell('D3').value).toBe('C4');
  });

  it('with comments of ours alone is marked, too, and what is marked may be saved by exceljs', async () => {
    const file = await bytesOf(
      writeCatalogXlsx([{ record: { ...GOOD.duty, name: 'x'.repeat(300) } }], NATIONAL_PROFILE),
    );
    const marked = await markUp(file, await issuesOf(file));
    const workbook = await load(marked);
    expect(noteOf(workbook.getWorksheet('职能')?.getCell('B2'))).toContain('超出长度上限');
    const saved = new Uint8Array(await workbook.xlsx.writeBuffer());
    expect(noteOf((await load(saved)).getWorksheet('职能')?.getCell('B2'))).toContain('超出长度上限');
  });
});
