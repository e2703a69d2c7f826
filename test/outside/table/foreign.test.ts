/** Tables that other programs write: exceljs, LibreOffice; and CSV against csv-parse. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { csvText, type ReadTableOptions, readTable, type TableRow } from '@gov/table';
import { GovError } from '@gov/verdict';
import { parse } from 'csv-parse/sync';
import ExcelJS from 'exceljs';
import { describe, expect, it } from 'vitest';
import { tool, workFolder } from '../tools.js';

async function rowsOf(bytes: Uint8Array, options: ReadTableOptions = {}): Promise<TableRow[]> {
  const rows: TableRow[] = [];
  for await (const row of readTable(bytes, options)) rows.push(row);
  return rows;
}

const notes = (rows: readonly TableRow[], which: 'issues' | 'cleaned'): string[] =>
  rows.flatMap((row) => row[which].map(({ cell, line, code }) => `${cell ?? line} ${code}`)).sort();

const codeOf = (bytes: Uint8Array): Promise<string> =>
  rowsOf(bytes).then(
    () => 'read',
    (error: unknown) => (error instanceof GovError ? error.code : String(error)),
  );

const day = (year: number, month: number, date: number, hour = 0): Date =>
  new Date(Date.UTC(year, month - 1, date, hour));
const bytesOf = async (book: ExcelJS.Workbook): Promise<Uint8Array> => new Uint8Array(await book.xlsx.writeBuffer());

/** What a department might send, with every trap in it. */
function register(): ExcelJS.Workbook {
  const book = new ExcelJS.Workbook();
  const sheet = book.addWorksheet('名单');
  sheet.mergeCells('A1:F1');
  sheet.getCell('A1').value = '食品经营许可名单';
  sheet.addRow(['名称', '证件号码', '日期', '金额', '备注', '合计']);
  sheet.addRow([
    '甲店',
    '91110105MA01ABCD12',
    day(2026, 5, 20),
    12.5,
    { richText: [{ text: '富' }, { font: { bold: true }, text: '文本' }] },
    '无',
  ]);
  sheet.addRow([
    '乙店',
    1.1010519900101123e17,
    day(2026, 5, 20, 8),
    1e3,
    { text: '链接', hyperlink: 'https://x.example' },
    { formula: '1+1', result: 2 },
  ]);
  sheet.addRow([' 丙店　', 12345, '2026年5月20日', '１,234', '一\n二', '共享']);
  sheet.addRow([null, '共享', null, null, null, '共享']);
  sheet.getCell('C3').numFmt = 'yyyy"年"m"月"d"日"';
  sheet.getCell('C4').numFmt = 'yyyy-mm-dd hh:mm';
  sheet.getCell('A3').note = '批注';
  sheet.mergeCells('A5:A6');
  sheet.getRow(6).hidden = true;
  book.addWorksheet('内部', { state: 'hidden' }).addRow(['不应读到']);
  return book;
}

const KINDS = { 证件号码: 'code', 日期: 'date', 金额: 'number' } as const;
const EXPECTED_ISSUES = [
  '6 cell-hidden',
  'A5 cell-merged',
  'A6 cell-merged',
  'B4 cell-number-precision',
  'B5 cell-code-number',
  'C4 cell-date-time',
  'F4 cell-formula',
];
const EXPECTED_VALUES = [
  { 名称: '甲店', 证件号码: '91110105MA01ABCD12', 日期: '2026-05-20', 金额: 12.5, 备注: '富文本', 合计: '无' },
  { 名称: '乙店', 证件号码: null, 日期: null, 金额: 1000, 备注: '链接', 合计: null },
  { 名称: '丙店', 证件号码: '12345', 日期: '2026-05-20', 金额: 1234, 备注: '一\n二', 合计: '共享' },
  { 名称: '', 证件号码: '共享', 日期: '', 金额: '', 备注: '', 合计: '共享' },
];

describe('exceljs', () => {
  it('writes what is read: merged cells, formulas, rich text, links, dates, hidden rows', async () => {
    const rows = await rowsOf(await bytesOf(register()), { kinds: KINDS });
    expect(rows.map(({ line }) => line)).toEqual([3, 4, 5, 6]);
    expect(rows.map(({ values }) => values)).toEqual(EXPECTED_VALUES);
    expect(notes(rows, 'issues')).toEqual(EXPECTED_ISSUES);
    expect(notes(rows, 'cleaned')).toEqual([
      'A5 cell-blank-trimmed',
      'C5 cell-date-rewritten',
      'D5 cell-full-width',
      'D5 cell-number-rewritten',
    ]);
  });

  it('merged cells are filled downwards', async () => {
    const rows = await rowsOf(await bytesOf(register()), { kinds: KINDS, mergedCells: 'fill' });
    expect(rows.map(({ values }) => values.名称)).toEqual(['甲店', '乙店', '丙店', '丙店']);
    expect(notes(rows, 'issues')).not.toContain('A6 cell-merged');
    expect(notes(rows, 'cleaned')).toContain('A6 cell-merged-filled');
  });

  it.each([false, true])('dates in the 1904 system: %s', async (date1904) => {
    const book = new ExcelJS.Workbook();
    book.properties.date1904 = date1904;
    const sheet = book.addWorksheet('日期');
    const days = ['1904-01-02', '1904-03-01', '1999-12-31', '2000-02-29', '2026-05-20', '9999-12-31'];
    sheet.addRows([['日', '序'], ...days.map((text, index) => [new Date(`${text}T00:00:00Z`), index])]);
    expect((await rowsOf(await bytesOf(book), { kinds: { 日: 'date' } })).map(({ values }) => values.日)).toEqual(days);
  });

  it('streams many rows with shared strings, and with texts inline', async () => {
    for (const useSharedStrings of [true, false]) {
      using folder = workFolder();
      const filename = join(folder.path, 'many.xlsx');
      const writer = new ExcelJS.stream.xlsx.WorkbookWriter({ filename, useSharedStrings, useStyles: true });
      const sheet = writer.addWorksheet('多');
      sheet.addRow(['甲', '乙']).commit();
      for (let row = 0; row < 5_000; row++) sheet.addRow([`第${row}号`, row]).commit();
      sheet.commit();
      await writer.commit();
      const rows = await rowsOf(readFileSync(filename), { kinds: { 乙: 'number' } });
      expect(rows).toHaveLength(5_000);
      expect(
        rows.every(
          ({ line, values, issues }) =>
            values.甲 === `第${line - 2}号` && values.乙 === line - 2 && issues.length === 0,
        ),
      ).toBe(true);
    }
  });
});

const soffice = tool('soffice');

describe.skipIf(soffice === undefined)('LibreOffice', () => {
  const convert = async (to: string, extension: string, file?: Uint8Array): Promise<Uint8Array> => {
    using folder = workFolder();
    const source = folder.write('in.xlsx', file ?? (await bytesOf(register())));
    soffice!(
      [
        `-env:UserInstallation=file://${folder.path}/profile`,
        '--headless',
        '--convert-to',
        to,
        '--outdir',
        join(folder.path, 'out'),
        source,
      ],
      { milliseconds: 180_000 },
    );
    return readFileSync(join(folder.path, 'out', `in.${extension}`));
  };

  it('writes the same workbook, which reads the same', { timeout: 240_000 }, async () => {
    const rows = await rowsOf(await convert('xlsx:Calc MS Excel 2007 XML', 'xlsx'), { kinds: KINDS });
    expect(rows.map(({ values }) => values)).toEqual(EXPECTED_VALUES);
    expect(notes(rows, 'issues')).toEqual(EXPECTED_ISSUES);
  });

  it('writes other kinds, which are refused by name', { timeout: 480_000 }, async () => {
    expect(await codeOf(await convert('ods', 'ods'))).toBe('table-unsupported');
    expect(await codeOf(await convert('xls', 'xls'))).toBe('table-unsupported');
  });

  it('takes no text of ours for a formula', { timeout: 240_000 }, async () => {
    const texts = ['=1+1', '+1+1', '-1+1', '@SUM(A1)', '＝1+1', "'=1", '\t=1+1', '"=1"', ' =1+1'];
    using folder = workFolder();
    const source = folder.write(
      'in.csv',
      csvText([['甲', '乙'], ...texts.map((text) => [text, 'x'])], { byteOrderMark: true }),
    );
    soffice!(
      [
        `-env:UserInstallation=file://${folder.path}/profile`,
        '--headless',
        '--convert-to',
        'xlsx:Calc MS Excel 2007 XML',
        '--infilter=CSV:44,34,76,1,,0,false,true',
        '--outdir',
        join(folder.path, 'out'),
        source,
      ],
      { milliseconds: 180_000 },
    );
    const rows = await rowsOf(readFileSync(join(folder.path, 'out', 'in.xlsx')));
    expect(rows).toHaveLength(texts.length);
    expect(notes(rows, 'issues')).toEqual([]);
    expect(rows.every(({ values }) => typeof values.甲 === 'string')).toBe(true);
  });
});

describe('csv-parse', () => {
  it('reads the same rows out of CSV that is well quoted', async () => {
    let seed = 7;
    const below = (n: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
      return (seed >>> 8) % n;
    };
    const cell = (): string =>
      Array.from({ length: below(6) }, () => ['"', ',', ';', '\n', '\r\n', 'a', '甲', '𠮷', '1', 'x'][below(10)]).join(
        '',
      );
    for (let round = 0; round < 300; round++) {
      const table = Array.from({ length: 1 + below(6) }, () => Array.from({ length: 3 }, () => `${cell()}z`));
      const text = [['甲', '乙', '丙'], ...table]
        .map((row) => row.map((value) => `"${value.replaceAll('"', '""')}"`).join(','))
        .join(['\n', '\r\n', '\r'][below(3)]);
      const theirs: string[][] = parse(text, { relax_column_count: true, record_delimiter: ['\r\n', '\n', '\r'] });
      const ours = await rowsOf(new TextEncoder().encode(text), { separator: ',' });
      const alike = (value: unknown): string => String(value).replace(/\r\n?/g, '\n').trim();
      expect(ours.map(({ values }) => Object.values(values).map(alike))).toEqual(
        theirs.slice(1).map((row) => row.map(alike)),
      );
    }
  });
});
