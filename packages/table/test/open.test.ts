import { openTable } from '@gov/table';
import { openWorkbook } from '@gov/table/workbook';
import { GovError } from '@gov/verdict';
import { strFromU8, unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { utf8 } from './reading.js';
import { sheetXml, textRows, workbook, workbookParts, workbookXml, zip } from './workbook.js';

const relationships =
  '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="x/worksheet" Target="worksheets/sheet2.xml"/><Relationship Id="rId3" Type="x/sharedStrings" Target="sharedStrings.xml"/></Relationships>';
const two = workbook({
  strings: ['姓名', '甲', '号'],
  parts: {
    'xl/workbook.xml': workbookXml('<sheet name="一" r:id="rId1"/><sheet name="二" state="hidden" r:id="rId2"/>'),
    'xl/_rels/workbook.xml.rels': relationships,
    'xl/worksheets/sheet1.xml': sheetXml(
      '<row><c t="s"><v>0</v></c><c t="s"><v>2</v></c></row><row><c t="s"><v>1</v></c></row>',
    ),
    'xl/worksheets/sheet2.xml': sheetXml(
      textRows([
        ['a', 'b'],
        ['1', '2'],
      ]),
    ),
  },
});

describe('an open table', () => {
  it('tells the sheets of a workbook, and gives the rows of each, as often as asked', async () => {
    const table = await openTable(two);
    expect([table.format, table.sheets]).toEqual([
      'xlsx',
      [
        { name: '一', visible: true },
        { name: '二', visible: false },
      ],
    ]);
    const values = async (sheet: string) => {
      const all: unknown[] = [];
      for await (const row of table.rows({ sheet })) all.push(row.values);
      return all;
    };
    for (let again = 0; again < 2; again++) {
      expect(await values('一')).toEqual([{ 姓名: '甲', 号: '' }]);
      expect(await values('二')).toEqual([{ a: '1', b: '2' }]);
    }
    await expect(values('三')).rejects.toMatchObject({ code: 'table-sheet' });
    await expect(table.csvRows().next()).rejects.toMatchObject({ code: 'invalid-argument' });
  });

  it('gives a stream once, and closes it', async () => {
    let isClosed = false;
    async function* source() {
      try {
        yield utf8('标题\n甲,乙\n1,=2\n');
      } finally {
        isClosed = true;
      }
    }
    const table = await openTable(source());
    expect([table.format, table.sheets]).toEqual(['csv', []]);
    const rows: unknown[] = [];
    for await (const row of table.csvRows()) rows.push(row);
    expect(rows).toEqual([
      { line: 1, cells: ['标题'] },
      { line: 2, cells: ['甲', '乙'] },
      { line: 3, cells: ['1', '=2'] },
    ]);
    expect(isClosed).toBe(true);
    await expect(table.rows().next()).rejects.toMatchObject({ code: 'invalid-argument' });
    const lines = await openTable(utf8('{"a":1}\n'));
    expect((await lines.rows().next()).value).toMatchObject({ values: { a: 1 } });
    await expect((await openTable(utf8('{"a":1}\n'))).csvRows().next()).rejects.toMatchObject({
      code: 'invalid-argument',
    });
  });
});

describe('an open workbook', () => {
  it('exchanges and adds parts, and keeps the others as they are compressed', () => {
    const book = openWorkbook(two);
    expect(book.sheets.map(({ part, visible }) => [part, visible])).toEqual([
      ['xl/worksheets/sheet1.xml', true],
      ['xl/worksheets/sheet2.xml', false],
    ]);
    const made = book.with(
      new Map([
        ['XL/worksheets/SHEET2.xml', utf8('<worksheet/>')],
        ['xl/新.xml', utf8('<x/>')],
      ]),
    );
    const before = unzipSync(two);
    const after = unzipSync(made);
    expect(Object.keys(after)).toEqual([...Object.keys(before), 'xl/新.xml']);
    for (const [name, bytes] of Object.entries(before))
      if (!name.endsWith('sheet2.xml')) expect(after[name]).toEqual(bytes);
    expect(strFromU8(after['xl/worksheets/sheet2.xml']!)).toBe('<worksheet/>');
    const again = openWorkbook(made);
    expect(again.xml('xl/新.xml')).toBe('<x/>');
    expect(again.with(new Map())).toEqual(made);
  });

  it('keeps the times of parts, and needs no data descriptors', () => {
    // A writer of streams says that sizes follow the data.
    const streamed = two.slice();
    streamed[6]! |= 8;
    const end = new DataView(streamed.buffer).getUint32(two.length - 6, true);
    streamed[end + 8]! |= 8;
    const made = openWorkbook(streamed).with(new Map());
    // Here they stand in the headers, and nothing follows.
    expect(made[6]! & 8).toBe(0);
    expect(made.subarray(10, 14)).toEqual(two.subarray(10, 14));
    expect(unzipSync(made)).toEqual(unzipSync(two));
  });

  it('gives XML whose tags can be trusted, or refuses it', () => {
    const withPart = (xml: string) => openWorkbook(zip({ ...workbookParts({}), 'x.xml': xml }));
    const refused = (xml: string, code: string): void => {
      try {
        withPart(xml).xml('x.xml');
      } catch (error) {
        expect(error).toBeInstanceOf(GovError);
        expect(error).toMatchObject({ code });
        return;
      }
      throw new Error('nothing was thrown');
    };
    expect(withPart('<a>&lt;b/></a>').xml('x.xml')).toBe('<a>&lt;b/></a>');
    refused('<a><!-- </a> --></a>', 'table-unsupported');
    refused('<a><![CDATA[</a>]]></a>', 'table-unsupported');
    refused('<!DOCTYPE a><a/>', 'table-malformed');
    refused('<a><b></a>', 'table-malformed');
  });

  it('follows relationships', () => {
    const book = openWorkbook(two);
    expect(book.target('xl/workbook.xml', 'sharedStrings')).toBe('xl/sharedStrings.xml');
    expect(book.targetOf('xl/workbook.xml', 'rId2')).toBe('xl/worksheets/sheet2.xml');
    expect(book.target('xl/worksheets/sheet1.xml', 'comments')).toBeUndefined();
    expect(() => openWorkbook(two, { bytes: two.length - 1 })).toThrow(
      expect.objectContaining({ code: 'input-too-large' }),
    );
  });
});
