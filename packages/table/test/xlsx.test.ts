import type { ReadTableOptions } from '@gov/table';
import { describe, expect, it } from 'vitest';
import { errorOf, inPieces, issuesOf, notes, rowsOf, valuesOf } from './reading.js';
import { type Parts, relationships, sharedStringsXml, sheetXml, textRows, workbook, workbookXml } from './workbook.js';

const HEADER =
  '<row r="1"><c r="A1" t="inlineStr"><is><t>甲</t></is></c><c r="B1" t="inlineStr"><is><t>乙</t></is></c></row>';

/** The cells of row 2 under the headers 甲 and 乙. */
const cells = (xml: string, made: Parts = {}): Uint8Array =>
  workbook({ ...made, rows: `${HEADER}<row r="2">${xml}</row>` });

const oneOf = async (xml: string, options: ReadTableOptions = {}, made: Parts = {}) => {
  const [row] = await rowsOf(cells(xml, made), options);
  return [row?.values.甲, row?.issues.map(({ code }) => code), row?.cleaned.map(({ code }) => code)];
};

describe('XLSX', () => {
  it('reads rows by header, with cells where they stand', async () => {
    const rows =
      '<row r="2"><c r="A2" t="s"><v>0</v></c><c r="C2" t="s"><v>1</v></c></row>' +
      '<row r="4"><c r="A4" t="s"><v>2</v></c><c r="B4" t="s"><v>0</v></c><c r="C4" t="str"><v>丁</v></c></row>';
    const file = workbook({ rows, strings: ['甲', '乙', '丙 '] });
    const expected = [{ line: 4, values: { 甲: '丙', 乙: '丁' } }];
    const read = await rowsOf(file);
    expect(read).toMatchObject(expected);
    expect(notes(read, 'issues')).toEqual(['B4 cell-no-header']);
    expect(notes(read, 'cleaned')).toEqual(['A4 cell-blank-trimmed']);
    expect(await rowsOf(inPieces(file, 7))).toEqual(read);
  });

  it('counts rows and cells where they bear no name', async () => {
    const cell = (text: string): string => `<c t="inlineStr"><is><t>${text}</t></is></c>`;
    const rows = `<row>${cell('甲')}<c/>${cell('乙')}</row><row r="5">${cell('1')}${cell('')}${cell('2')}</row><row>${cell('3')}</row>`;
    expect(await rowsOf(workbook({ rows }))).toMatchObject([
      { line: 5, values: { 甲: '1', 乙: '2' } },
      { line: 6, values: { 甲: '3', 乙: '' } },
    ]);
  });

  it('joins rich text, leaves phonetic guides out, and turns escapes back', async () => {
    const strings =
      '<si><r><t>富</t></r><r><rPr><b/></rPr><t xml:space="preserve">文 </t></r><r><t>本</t></r><rPh sb="0" eb="1"><t>fu</t></rPh></si>' +
      '<si><t>一_x000D_&#10;二_x005F_x</t></si><si/><si><t><![CDATA[<&>]]></t></si>';
    const made = { parts: { 'xl/sharedStrings.xml': sharedStringsXml(strings) } };
    const value = async (index: number) =>
      (await oneOf(`<c r="A2" t="s"><v>${index}</v></c><c r="B2"><v>1</v></c>`, {}, made))[0];
    expect(await value(0)).toBe('富文 本');
    expect(await value(1)).toBe('一\n二_x');
    expect(await value(2)).toBe('');
    expect(await value(3)).toBe('<&>');
  });

  it('takes prefixes, strict files and other elements as they come', async () => {
    const namespace = 'http://purl.oclc.org/ooxml/spreadsheetml/main';
    const sheet =
      `<x:worksheet xmlns:x="${namespace}" xmlns:m="urn:m"><x:sheetData><x:row r="1"><x:c r="A1" t="str"><x:v>甲</x:v><m:v>乙</m:v></x:c><m:c r="B1"><x:v>1</x:v></m:c></x:row>` +
      '<x:row r="2"><x:c r="A2" t="str"><x:v>丙</x:v></x:c></x:row></x:sheetData></x:worksheet>';
    expect(await valuesOf(workbook({ parts: { 'xl/worksheets/sheet1.xml': sheet } }))).toEqual([{ 甲: '丙' }]);
  });

  describe('dates', () => {
    const date = async (serial: string, date1904 = false): Promise<unknown[]> =>
      oneOf(`<c r="A2" s="1"><v>${serial}</v></c>`, { kinds: { 甲: 'date' } }, { formats: ['yyyy/m/d'], date1904 });

    it.each([
      ['46162', '2026-05-20'],
      ['46162.000001', '2026-05-20'],
      ['46161.999999', '2026-05-20'],
      ['1', '1900-01-01'],
      ['59', '1900-02-28'],
      ['61', '1900-03-01'],
      ['2958465', '9999-12-31'],
    ])('serial %s is %s', async (serial, text) => {
      expect(await date(serial)).toEqual([text, [], []]);
    });

    it.each([
      ['0', '1904-01-01'],
      ['1', '1904-01-02'],
      ['60', '1904-03-01'],
      ['44700', '2026-05-20'],
    ])('in the 1904 system serial %s is %s', async (serial, text) => {
      expect(await date(serial, true)).toEqual([text, [], []]);
    });

    it('every serial number is the day that Date says', async () => {
      const days = Array.from({ length: 4_000 }, (_, at) => 61 + at * 739).concat([2_958_465, 36_585, 36_584, 73_110]);
      const rows = days.map((day, at) => `<row r="${at + 2}"><c r="A${at + 2}" s="1"><v>${day}</v></c></row>`).join('');
      const expected = days.map((day) => new Date(Date.UTC(1899, 11, 30 + day)).toISOString().slice(0, 10));
      const read = await rowsOf(workbook({ rows: HEADER + rows, formats: ['yyyy-mm-dd'] }));
      expect(read.map(({ values }) => values.甲)).toEqual(expected);
    });

    it.each([
      ['60', 'cell-date-impossible'],
      ['0', 'cell-date-impossible'],
      ['-1', 'cell-date-impossible'],
      ['2958466', 'cell-date-impossible'],
      ['46162.5', 'cell-date-time'],
      ['46162.0001', 'cell-date-time'],
    ])('serial %s is named', async (serial, code) => {
      expect(await date(serial)).toEqual([null, [code], []]);
    });

    it.each([
      ['yyyy-mm-dd', true],
      ['yyyy"年"m"月"d"日"', true],
      ['[$-804]e/m/d', true],
      ['m/d/yy h:mm;@', true],
      ['mmm', true],
      ['0.00', false],
      ['General', false],
      ['0.00E+00', false],
      ['"day" 0', false],
      ['\\d0', false],
      ['[Red]0', false],
      ['0;yyyy', false],
      ['#,##0_d', false],
    ])('format %s shows a date: %s', async (code, isDate) => {
      const [value] = await oneOf('<c r="A2" s="1"><v>46162</v></c>', {}, { formats: [code] });
      expect(value).toBe(isDate ? '2026-05-20' : '46162');
    });

    it.each([14, 17, 22, 27, 31, 36, 50, 57, 58])('built-in format %i shows a date', async (format) => {
      const [value] = await oneOf('<c r="A2" s="1"><v>46162</v></c>', {}, { builtIn: [format] });
      expect(value).toBe('2026-05-20');
    });

    it.each(['h:mm', '[h]:mm', 'mm:ss'])('format %s shows a time', async (code) => {
      expect(
        (await oneOf('<c r="A2" s="1"><v>1.5</v></c>', { kinds: { 甲: 'date' } }, { formats: [code] }))[1],
      ).toEqual(['cell-date-time']);
    });

    it('takes ISO 8601 cells', async () => {
      const kinds = { 甲: 'date' } as const;
      expect(await oneOf('<c r="A2" t="d"><v>2026-05-20T00:00:00</v></c>', { kinds })).toEqual([
        '2026-05-20',
        [],
        ['cell-date-rewritten'],
      ]);
      expect((await oneOf('<c r="A2" t="d"><v>2026-05-20T08:00:00</v></c>', { kinds }))[1]).toEqual(['cell-date-time']);
    });
  });

  it.each([
    ['<c r="A2"><v>46162</v></c>', 'date', '46162', 'cell-date-number'],
    ['<c r="A2"><v>1101</v></c>', 'code', '1101', 'cell-code-number'],
    ['<c r="A2"><v>1.1010519900101123E17</v></c>', 'code', null, 'cell-number-precision'],
    ['<c r="A2"><v>110105199001011000</v></c>', 'text', null, 'cell-number-precision'],
    ['<c r="A2"><v>1000000000000000</v></c>', 'number', null, 'cell-number-precision'],
    ['<c r="A2" s="1"><v>46162</v></c>', 'code', null, 'cell-code-date'],
    ['<c r="A2" s="1"><v>46162</v></c>', 'number', null, 'cell-number-date'],
    ['<c r="A2" t="b"><v>1</v></c>', 'code', 'TRUE', 'cell-boolean'],
    ['<c r="A2" t="e"><v>#N/A</v></c>', 'text', null, 'cell-error-value'],
    ['<c r="A2"><f>1+1</f><v>2</v></c>', 'number', null, 'cell-formula'],
    ['<c r="A2" t="str"><f>"甲"&amp;1</f><v>甲1</v></c>', 'text', null, 'cell-formula'],
    ['<c r="A2" t="shared"><f t="shared" si="0"/><v>2</v></c>', 'text', null, 'cell-formula'],
  ] as const)('%s in a %s column is named', async (xml, kind, value, code) => {
    const [read, issues] = await oneOf(xml, { kinds: { 甲: kind } }, { formats: ['yyyy-mm-dd'] });
    expect([read, issues]).toEqual([value, [code]]);
  });

  it.each([
    ['<c r="A2"><v>1.1000000000000001</v></c>', 'text', '1.1'],
    ['<c r="A2"><v>999999999999999</v></c>', 'number', 999999999999999],
    ['<c r="A2"><v>20260520</v></c>', 'date', '2026-05-20'],
    ['<c r="A2" t="b"><v>0</v></c>', 'text', 'FALSE'],
    ['<c r="A2"><v>1.5E-3</v></c>', 'number', 0.0015],
    ['<c r="A2" t="inlineStr"><is><t>=1+1</t></is></c>', 'text', '=1+1'],
  ] as const)('%s in a %s column is %j', async (xml, kind, value) => {
    const [read, issues] = await oneOf(xml, { kinds: { 甲: kind } });
    expect([read, issues]).toEqual([value, []]);
  });

  it('names every cell of an array formula, also those that bear none', async () => {
    const rows = `${HEADER}<row r="2"><c r="A2"><f t="array" ref="A2:B3">X</f><v>1</v></c><c r="B2"><v>2</v></c></row><row r="3"><c r="A3"><v>3</v></c><c r="B3"><v>4</v></c></row><row r="4"><c r="A4"><v>5</v></c></row>`;
    expect(await issuesOf(workbook({ rows }))).toEqual(['A2', 'B2', 'A3', 'B3'].map((cell) => `${cell} cell-formula`));
  });

  describe('merged cells', () => {
    const merged = (
      ranges: string[],
      rows = textRows([
        ['甲', '乙'],
        ['一', '1'],
        ['', '2'],
        ['', ''],
        ['二', '3'],
      ]),
    ): Uint8Array =>
      workbook({
        rows,
        after: `<mergeCells>${ranges.map((ref) => `<mergeCell ref="${ref}"/>`).join('')}</mergeCells>`,
      });

    it('are named in every row they touch, with the range', async () => {
      const rows = await rowsOf(merged(['A2:A4']));
      expect(
        rows.map(({ line, values, issues }) => [line, values.甲, issues.map(({ cell, message }) => [cell, message])]),
      ).toEqual([
        [2, '一', [['A2', 'merged cells (A2:A4)']]],
        [3, '', [['A3', 'merged cells (A2:A4)']]],
        [5, '二', []],
      ]);
    });

    it('are filled downwards where that is asked for, and that is told', async () => {
      const rows = await rowsOf(merged(['A2:A4']), { mergedCells: 'fill' });
      expect(rows.map(({ line, values }) => [line, values.甲])).toEqual([
        [2, '一'],
        [3, '一'],
        [5, '二'],
      ]);
      expect(notes(rows, 'issues')).toEqual([]);
      expect(notes(rows, 'cleaned')).toEqual(['A3 cell-merged-filled']);
    });

    it('are never filled sideways, nor over what stands below', async () => {
      expect(notes(await rowsOf(merged(['A2:B2']), { mergedCells: 'fill' }), 'issues')).toEqual([
        'A2 cell-merged',
        'B2 cell-merged',
      ]);
      expect(notes(await rowsOf(merged(['B2:B3']), { mergedCells: 'fill' }), 'issues')).toEqual(['B3 cell-merged']);
    });

    it('above the header are nobody’s business', async () => {
      const rows = textRows([
        ['名单', ''],
        ['甲', '乙'],
        ['一', '1'],
      ]);
      expect(await rowsOf(merged(['A1:B1'], rows))).toMatchObject([{ line: 3, issues: [] }]);
    });

    it('that overlap, or are none, make no table', async () => {
      for (const ranges of [['A2:A4', 'A4:A5'], ['A2:B2', 'B1:B3'], ['A2:'], ['B1:A1'], ['A0:A1'], ['XFE1:XFE2'], ['']])
        expect(await errorOf(merged(ranges))).toMatchObject({ code: 'table-malformed' });
    });
  });

  it('names hidden rows and columns', async () => {
    const rows = `${HEADER}<row r="2" hidden="1"><c r="A2" t="str"><v>1</v></c></row><row r="3" ht="0"><c r="A3" t="str"><v>1</v></c></row><row r="4"><c r="B4" t="str"><v>1</v></c></row>`;
    expect(await issuesOf(workbook({ rows, before: '<cols><col min="2" max="3" hidden="1"/></cols>' }))).toEqual([
      '2 cell-hidden',
      '3 cell-hidden',
      'B4 cell-hidden',
    ]);
    // A hidden column that nobody asked for is nobody's business.
    expect(
      await issuesOf(
        workbook({
          rows: rows.slice(0, HEADER.length) + rows.slice(rows.indexOf('<row r="4"')),
          before: '<cols><col min="2" max="2" width="0"/></cols>',
        }),
        {
          expectedHeaders: ['甲'],
        },
      ),
    ).toEqual([]);
  });
});

describe('sheets', () => {
  const three = (states: readonly [string, string, string], filled: readonly boolean[]): Uint8Array =>
    workbook({
      parts: {
        'xl/workbook.xml': workbookXml(
          states.map((state, at) => `<sheet name="表${at + 1}" state="${state}" r:id="s${at + 1}"/>`).join(''),
        ),
        'xl/_rels/workbook.xml.rels': relationships(
          [1, 2, 3].map((at) => [`s${at}`, 'worksheet', `worksheets/${at}.xml`] as const),
        ),
        ...Object.fromEntries(
          filled.map((full, at) => [
            `xl/worksheets/${at + 1}.xml`,
            sheetXml(
              full
                ? textRows([
                    ['甲', '乙'],
                    [`表${at + 1}`, 'x'],
                  ])
                : '<row r="1"><c r="A1" s="1"/></row>',
            ),
          ]),
        ),
      },
    });
  const SHOWN = 'visible';

  it('the only visible one that holds anything is taken', async () => {
    expect(await valuesOf(three([SHOWN, SHOWN, 'hidden'], [false, true, true]))).toMatchObject([{ 甲: '表2' }]);
    expect(await valuesOf(three(['veryHidden', 'hidden', SHOWN], [true, true, true]))).toMatchObject([{ 甲: '表3' }]);
  });

  it('one of several must be told, by name or by number', async () => {
    const file = three([SHOWN, SHOWN, 'hidden'], [true, true, true]);
    const error = await errorOf(file);
    expect([error.code, error.issues.map(({ path }) => path[0])]).toEqual(['table-sheet', ['表1', '表2']]);
    expect(await valuesOf(file, { sheet: '表2' })).toMatchObject([{ 甲: '表2' }]);
    expect(await valuesOf(file, { sheet: 3 })).toMatchObject([{ 甲: '表3' }]);
  });

  it('that is not there, or holds nothing, is no sheet', async () => {
    const file = three([SHOWN, 'hidden', 'hidden'], [true, true, true]);
    for (const sheet of ['表9', 0, 4, 1.5])
      expect(await errorOf(file, { sheet })).toMatchObject({ code: 'table-sheet' });
    expect(await errorOf(three(['hidden', 'hidden', 'hidden'], [true, true, true]))).toMatchObject({
      code: 'table-sheet',
    });
    expect(await errorOf(three([SHOWN, SHOWN, SHOWN], [false, false, false]))).toMatchObject({ code: 'table-sheet' });
  });
});

describe('what is no table', () => {
  const bytes = (...values: number[]): Uint8Array => new Uint8Array([...values, ...new Uint8Array(600)]);
  const OLE = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
  const encrypted = [...'EncryptedPackage'].flatMap((letter) => [letter.charCodeAt(0), 0]);

  it.each([
    ['.xls', bytes(...OLE), 'table-unsupported'],
    ['an encrypted .xlsx', bytes(...OLE, ...new Array(100_000).fill(0), ...encrypted), 'table-encrypted'],
    [
      '.xlsb',
      workbook({ parts: { '_rels/.rels': relationships([['a', 'officeDocument', 'xl/workbook.bin']]) } }),
      'table-unsupported',
    ],
    [
      '.ods',
      workbook({ parts: { '_rels/.rels': undefined, mimetype: 'application/vnd.oasis.opendocument.spreadsheet' } }),
      'table-unsupported',
    ],
    ['a .docx', workbook({ parts: { 'xl/workbook.xml': '<w:document xmlns:w="urn:w"/>' } }), 'table-unsupported'],
    ['HTML', new TextEncoder().encode(' <HTML><table><tr><td>甲</td></tr></table>'), 'table-unsupported'],
    ['XML', new TextEncoder().encode('\ufeff<?xml version="1.0"?><Workbook/>'), 'table-unsupported'],
    ['PDF', new TextEncoder().encode('%PDF-1.7\n1,2'), 'table-unsupported'],
  ])('%s is refused by name', async (_, file, code) => {
    expect(await errorOf(file)).toMatchObject({ code });
    expect(await errorOf(inPieces(file, 33))).toMatchObject({ code });
  });

  it('a format that is given must be there', async () => {
    expect(await errorOf('a,b\n1,2', { format: 'xlsx' })).toMatchObject({ code: 'table-malformed' });
    expect(await errorOf(workbook({ rows: HEADER }), { format: 'csv' })).toMatchObject({ code: 'table-malformed' });
  });
});
