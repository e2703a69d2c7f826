/** The user's own file with what is wrong written beside the cells. */
import { type CatalogIssue, NATIONAL_PROFILE } from '@gov/catalog';
import { writeCatalogXlsx } from '@gov/catalog/export';
import { MARKUP_LIMITS, markUp } from '@gov/catalog/markup';
import { readTable } from '@gov/table';
import { GovError } from '@gov/verdict';
import fc from 'fast-check';
import { strFromU8, unzipSync, zipSync } from 'fflate';
import { SaxesParser } from 'saxes';
import { describe, expect, it } from 'vitest';
import { GOOD } from './schema-world.js';
import { bytesOf, csv, read, relationshipsXml, type Sheet, sheetXml, utf8, workbook, workbookParts } from './sheets.js';

const issue = (
  cell: string | undefined,
  more: Partial<CatalogIssue> = {},
  sheet: string | undefined = '职能',
): CatalogIssue => ({
  path: [],
  code: 'label-unknown',
  message: 'no value of the list',
  messageZh: '不在值域内',
  severity: 'error',
  suggestion: { text: 'write "1"', textZh: '请改为“1”' },
  place: {
    ...(sheet === undefined ? {} : { sheet }),
    line: 2,
    ...(cell === undefined ? {} : { cell }),
    column: '职能名称',
  },
  ...more,
});

const SHEET: Sheet = {
  name: '职能',
  rows: [
    ['职能代码', '职能名称'],
    ['Z1', '=1+1'],
    [3, { f: 'A1' }],
  ],
};
const OTHER: Sheet = { name: "业务'甲", rows: [['a', 'b']] };
const FILE = workbook([SHEET, OTHER]);

const textOf = (parts: Record<string, Uint8Array>, name: string): string => strFromU8(parts[name] ?? new Uint8Array());

/** Comments by cell, out of the part that the sheet refers to. */
function commentsOf(file: Uint8Array, part = 'xl/comments1.xml'): Record<string, string> {
  const found: Record<string, string> = {};
  let ref = '';
  const parser = new SaxesParser({ xmlns: true });
  parser.on('opentag', ({ local, attributes }) => {
    if (local === 'comment') ref = attributes.ref!.value;
  });
  parser.on('text', (text) => {
    if (ref !== '') found[ref] = (found[ref] ?? '') + text;
  });
  parser.on('closetag', ({ local }) => {
    if (local === 'comment') ref = '';
  });
  parser.write(textOf(unzipSync(file), part)).close();
  return found;
}

function isXml(text: string): void {
  const parser = new SaxesParser({ xmlns: true });
  parser.on('error', (error) => {
    throw error;
  });
  parser.write(text).close();
}

async function rows(file: Uint8Array, sheet: string): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const row of readTable(file, { sheet, headerRow: 2 })) all.push(row.values);
  return all;
}

/** All parts but these are what they were. */
function expectOthersKept(before: Uint8Array, after: Uint8Array, changed: readonly string[]): void {
  const old = unzipSync(before);
  const made = unzipSync(after);
  for (const name of Object.keys(old)) if (!changed.includes(name)) expect(made[name]).toEqual(old[name]);
}

describe('a marked copy', () => {
  it('has a comment on the cell: severity, text, suggestion; several of one cell together', async () => {
    const marked = await markUp(FILE, [
      issue('B2'),
      issue('B2', { severity: 'warning', messageZh: '另一问题', suggestion: { text: '', textZh: '改' } }),
      issue('A3'),
    ]);
    expect(commentsOf(marked)).toEqual({
      B2: '【错误】不在值域内\n建议：请改为“1”\n【提醒】另一问题\n建议：改',
      A3: '【错误】不在值域内\n建议：请改为“1”',
    });
    const english = await markUp(FILE, [issue('B2')], { language: 'en' });
    expect(commentsOf(english)).toEqual({ B2: '[error] no value of the list\nSuggestion: write "1"' });
  });

  it('has all else as it was', async () => {
    const marked = await markUp(FILE, [issue('B2')]);
    expectOthersKept(FILE, marked, [
      '[Content_Types].xml',
      'xl/workbook.xml',
      'xl/_rels/workbook.xml.rels',
      'xl/worksheets/sheet1.xml',
    ]);
    const sheet = textOf(unzipSync(marked), 'xl/worksheets/sheet1.xml');
    expect(sheet.replace(/<legacyDrawing [^>]*\/>/, '')).toBe(sheetXml(SHEET));
    expect(await read(marked, { sheet: '职能', profile: NATIONAL_PROFILE })).toEqual(
      await read(FILE, { sheet: '职能' }),
    );
  });

  it('is the same for the same issues, and well-formed in every part', async () => {
    const marked = await markUp(FILE, [issue('B2'), issue('A1', {}, "业务'甲")]);
    expect(await markUp(FILE, [issue('B2'), issue('A1', {}, "业务'甲")])).toEqual(marked);
    for (const part of Object.values(unzipSync(marked))) isXml(strFromU8(part));
    expect(commentsOf(marked, 'xl/comments2.xml')).toHaveProperty('A1');
    const types = textOf(unzipSync(marked), '[Content_Types].xml');
    expect(types.match(/Extension="vml"/g)).toHaveLength(1);
    expect(types).toContain('PartName="/xl/comments2.xml"');
  });

  it('lists every issue, its cell linked', async () => {
    const marked = await markUp(FILE, [
      issue('B2'),
      issue('A1', { code: 'x' }, "业务'甲"),
      issue(undefined),
      issue('C1', {}, '没有的表'),
    ]);
    expect(await rows(marked, '校验问题')).toMatchObject([
      {
        序号: '1',
        级别: '错误',
        工作表: '职能',
        单元格: 'B2',
        列: '职能名称',
        规则: 'label-unknown',
        问题: '不在值域内',
        建议: '请改为“1”',
        Problem: 'no value of the list',
      },
      { 工作表: "业务'甲", 单元格: 'A1' },
      { 单元格: '第2行' },
      { 工作表: '没有的表' },
    ]);
    const list = textOf(unzipSync(marked), 'xl/worksheets/sheet3.xml');
    expect([...list.matchAll(/location="([^"]*)"/g)].map(([, to]) => to)).toEqual([
      "'职能'!B2",
      "'业务''甲'!A1",
      "'职能'!A2",
    ]);
    expect(list).toContain('共 4 个问题：错误 4，提醒 0');
  });

  it('may be marked again', async () => {
    const again = await markUp(await markUp(FILE, [issue('B2')]), [issue('B2'), issue('A2')]);
    expect(Object.keys(commentsOf(again))).toEqual(['B2', 'A2']);
    expect(commentsOf(again).B2?.match(/不在值域内/g)).toHaveLength(2);
    expect((await read(again)).flatMap(({ issues }) => issues.map((one) => one.place?.sheet))).not.toContain(
      '校验问题2',
    );
    const parts = unzipSync(again);
    expect(textOf(parts, 'xl/workbook.xml')).toContain('校验问题2');
    expect(textOf(parts, 'xl/drawings/vmlDrawing1.vml').match(/<v:shape /g)).toHaveLength(2);
    expect(Object.keys(parts).filter((name) => /comments|vml/.test(name))).toHaveLength(2);
  });

  it('writes texts that begin like formulas as texts', async () => {
    const marked = await markUp(FILE, [
      issue('B2', { messageZh: '=HYPERLINK("x")', suggestion: { text: '@a', textZh: '+1' } }),
    ]);
    expect(textOf(unzipSync(marked), 'xl/worksheets/sheet3.xml')).not.toContain('<f>');
    expect(await rows(marked, '校验问题')).toMatchObject([{ 问题: '=HYPERLINK("x")', 建议: '+1', Suggestion: '@a' }]);
  });

  it('takes no place that is none', async () => {
    const marked = await markUp(FILE, [issue('B2"/><x', {}), issue('AAAA1'), issue('B0')]);
    expect(Object.keys(unzipSync(marked)).some((name) => name.includes('comments'))).toBe(false);
    for (const part of Object.values(unzipSync(marked))) isXml(strFromU8(part));
  });

  it('of an exported catalogue is read as before', async () => {
    const file = await bytesOf(writeCatalogXlsx([{ record: GOOD.duty }], NATIONAL_PROFILE));
    const marked = await markUp(file, [issue('B2')]);
    expect(await read(marked)).toEqual(await read(file));
    const sheet = textOf(unzipSync(marked), 'xl/worksheets/sheet3.xml');
    expect(sheet.indexOf('<legacyDrawing')).toBeGreaterThan(sheet.indexOf('</dataValidations>'));
  });
});

describe('what is there already', () => {
  const LEGACY = '<legacyDrawing r:id="rId7"/>';
  const VML =
    '<xml xmlns:v="urn:schemas-microsoft-com:vml"\n xmlns:o="urn:schemas-microsoft-com:office:office"\n xmlns:x="urn:schemas-microsoft-com:office:excel">' +
    '<v:shapetype id="_x0000_t202" coordsize="1,1"></v:shapetype><v:shape id="_x0000_s2050" type="#_x0000_t202"><br></v:shape></xml>';
  const comments = (list: string, authors = '<author>张三</author><author>tc={1-2}</author>') =>
    `<?xml version="1.0"?><comments xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><authors>${authors}</authors><commentList>${list}</commentList></comments>`;
  const commented = (list: string) =>
    workbook(
      [
        {
          ...SHEET,
          after: LEGACY,
          relationships: [
            ['rId7', 'vmlDrawing', '../drawings/vmlDrawing1.vml'],
            ['rId8', 'comments', '/xl/comments5.xml'],
            [
              'rId9',
              'http://schemas.microsoft.com/office/2017/10/relationships/threadedComment',
              '../threadedComments/threadedComment1.xml',
            ],
          ],
        },
      ],
      {
        'xl/drawings/vmlDrawing1.vml': VML,
        'xl/comments5.xml': comments(list),
        'xl/threadedComments/threadedComment1.xml': '<ThreadedComments/>',
      },
    );

  it('is kept: other comments, their boxes, their authors', async () => {
    const old = '<comment ref="A1" authorId="0"><text><r><t>旧批注</t></r></text></comment>';
    const file = commented(old);
    const marked = await markUp(file, [issue('B2')]);
    const parts = unzipSync(marked);
    expect(commentsOf(marked, 'xl/comments5.xml')).toMatchObject({
      A1: '旧批注',
      B2: expect.stringContaining('不在值域内'),
    });
    expect(textOf(parts, 'xl/comments5.xml')).toContain(old);
    expect(textOf(parts, 'xl/comments5.xml')).toContain('ref="B2" authorId="2"');
    const vml = textOf(parts, 'xl/drawings/vmlDrawing1.vml');
    expect(vml.startsWith(VML.slice(0, -'</xml>'.length))).toBe(true);
    expect(vml).toContain('_x0000_s2051');
    expect(vml.match(/<v:shapetype /g)).toHaveLength(1);
    expectOthersKept(file, marked, [
      '[Content_Types].xml',
      'xl/workbook.xml',
      'xl/_rels/workbook.xml.rels',
      'xl/comments5.xml',
      'xl/drawings/vmlDrawing1.vml',
    ]);
  });

  for (const [name, text, expected] of [
    ['of runs', '<text><r><t>旧</t></r></text>', '<text><r><t>旧</t></r><r>'],
    ['of plain text', '<text><t>旧</t></text>', '<text><r><t>旧</t></r><r>'],
    ['of nothing', '<text/>', '<text><r>'],
  ] as const)
    it(`is joined in a cell with a comment ${name}`, async () => {
      const marked = await markUp(commented(`<comment ref="B2" authorId="0">${text}</comment>`), [issue('B2')]);
      const xml = textOf(unzipSync(marked), 'xl/comments5.xml');
      expect(xml).toContain(expected);
      expect(commentsOf(marked, 'xl/comments5.xml').B2).toMatch(/^旧?\n【错误】/);
      expect(xml.match(/<comment /g)).toHaveLength(1);
      expect(textOf(unzipSync(marked), 'xl/drawings/vmlDrawing1.vml')).toBe(VML);
    });

  it('is left alone where it is a thread; the list says so', async () => {
    const thread = '<comment ref="B2" authorId="1"><text><t>[会话批注]</t></text></comment>';
    const file = commented(thread);
    const marked = await markUp(file, [issue('B2'), issue('A2')]);
    expect(textOf(unzipSync(marked), 'xl/comments5.xml')).toContain(thread);
    expect(unzipSync(marked)['xl/threadedComments/threadedComment1.xml']).toEqual(
      unzipSync(file)['xl/threadedComments/threadedComment1.xml'],
    );
    expect(textOf(unzipSync(marked), 'xl/worksheets/sheet2.xml')).toContain('有 1 个问题未写入批注');
  });

  it('stands before what the order of a sheet puts behind it', async () => {
    for (const [before, behind] of [
      ['<pageMargins left="1"/>', '<tableParts count="0"/>'],
      [
        '<conditionalFormatting><cfRule><extLst><ext/></extLst></cfRule></conditionalFormatting>',
        '<extLst><ext a=">"/></extLst>',
      ],
      [
        '<drawing r:id="r"/>',
        '<mc:AlternateContent xmlns:mc="urn:mc"><mc:Choice><controls/></mc:Choice></mc:AlternateContent>',
      ],
      [
        '<mc:AlternateContent xmlns:mc="urn:mc"><mc:Choice><x/></mc:Choice></mc:AlternateContent>',
        '<picture r:id="r"/>',
      ],
      ['<legacyDrawingx/>', ''],
    ] as const) {
      const marked = await markUp(workbook([{ ...SHEET, after: before + behind }]), [issue('B2')]);
      const sheet = textOf(unzipSync(marked), 'xl/worksheets/sheet1.xml');
      const [above, below] = sheet.split(/<legacyDrawing [^>]*\/>/);
      expect(above?.endsWith(before)).toBe(true);
      expect(below).toBe(`${behind}</worksheet>`);
    }
  });

  it('may have prefixes of its own', async () => {
    const prefixed = sheetXml(SHEET)
      .replaceAll(/<(\/?)(?=[a-z])/g, '<$1x:')
      .replace('xmlns=', 'xmlns:x=');
    const marked = await markUp(zipSync({ ...workbookParts([SHEET]), 'xl/worksheets/sheet1.xml': utf8(prefixed) }), [
      issue('B2'),
    ]);
    expect(textOf(unzipSync(marked), 'xl/worksheets/sheet1.xml')).toMatch(/<x:legacyDrawing [^>]*\/><\/x:worksheet>$/);
  });

  it('gets relationships whose names are not taken, in parts that may be empty', async () => {
    const rels = 'xl/worksheets/_rels/sheet1.xml.rels';
    const taken = relationshipsXml(
      ['1', '2', '4', '10'].map((number) => [`rIdCatalog${number}`, 'printerSettings', 'x.bin'] as const),
    ).replace('"rIdCatalog2"', "'rIdCatalog2'");
    const marked = unzipSync(await markUp(workbook([SHEET], { [rels]: taken }), [issue('B2')]));
    const ids = [...textOf(marked, rels).matchAll(/ Id=["'](\w+)["']/g)].map(([, id]) => id);
    expect(ids.sort()).toEqual(['1', '10', '2', '3', '4', '5'].map((number) => `rIdCatalog${number}`));
    expect(new Set(ids).size).toBe(6);
    const none = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"/>';
    const empty = unzipSync(await markUp(workbook([SHEET], { [rels]: none }), [issue('B2')]));
    isXml(textOf(empty, rels));
    expect(textOf(empty, rels)).toMatch(/<Relationships [^>]*"><Relationship .*<\/Relationships>$/);
    expect(commentsOf(zipSync(empty))).toHaveProperty('B2');
  });

  it('in a form that cannot be changed safely is refused', async () => {
    const refused = async (parts: Record<string, string>, code: string) =>
      expect(markUp(workbook([SHEET], parts), [issue('B2')])).rejects.toMatchObject({ code });
    const book = strFromU8(workbookParts([SHEET])['xl/workbook.xml']!);
    await refused(
      {
        'xl/workbook.xml': book.replace(
          'http://schemas.openxmlformats.org/spreadsheetml/2006/main',
          'http://purl.oclc.org/ooxml/spreadsheetml/main',
        ),
      },
      'table-unsupported',
    );
    await refused({ 'xl/workbook.xml': book.replace('<sheets>', '<!-- </sheets> --><sheets>') }, 'table-unsupported');
    await refused(
      { 'xl/worksheets/sheet1.xml': sheetXml({ ...SHEET, after: '<![CDATA[</worksheet>]]>' }) },
      'table-unsupported',
    );
    await refused({ 'xl/worksheets/sheet1.xml': '<worksheet/>' }, 'table-malformed');
    await refused(
      {
        'xl/worksheets/sheet1.xml': `<worksheet>${Array.from({ length: 100_000 }, (_, index) => `sheetData${index}`).join('')}`,
      },
      'table-malformed',
    );
  });
});

describe('CSV', () => {
  it('becomes a workbook of texts, marked; nothing in it is calculated', async () => {
    const file = utf8(csv(['职能代码', '职能名称', '部门代码', '职能依据'], ['001', '=1+1', '1137', '三定"规定']));
    const results = await read(file);
    const marked = await markUp(
      file,
      results.flatMap(({ issues }) => issues),
    );
    expect(commentsOf(marked)).toHaveProperty('C2');
    const sheet = textOf(unzipSync(marked), 'xl/worksheets/sheet1.xml');
    expect(sheet).toContain('001');
    expect(sheet).not.toContain('<f>');
    for (const part of Object.values(unzipSync(marked))) isXml(strFromU8(part));
  });
});

it('a long CSV file becomes a workbook of all its rows', async () => {
  const rows = Array.from({ length: 5_000 }, (_, index) => [`Z${index}`, `职能${index}`, '1137', '三定规定']);
  const marked = await markUp(utf8(csv(['职能代码', '职能名称', '部门代码', '职能依据'], ...rows)), [issue('C5001')]);
  const sheet = textOf(unzipSync(marked), 'xl/worksheets/sheet1.xml');
  isXml(sheet);
  expect(sheet.match(/<row /g)).toHaveLength(rows.length + 1);
  expect([...sheet.matchAll(/职能(\d+)</g)].map(([, index]) => Number(index))).toEqual(rows.map((_, index) => index));
});

describe('limits', () => {
  it('so many comments in a sheet, the rest in the list, which says so', async () => {
    const many = Array.from({ length: MARKUP_LIMITS.comments + 5 }, (_, index) => issue(`A${index + 1}`));
    const marked = await markUp(FILE, many);
    expect(Object.keys(commentsOf(marked))).toHaveLength(MARKUP_LIMITS.comments);
    const list = textOf(unzipSync(marked), 'xl/worksheets/sheet3.xml');
    expect(list).toContain('有 5 个问题未写入批注');
    expect(list.match(/<row /g)).toHaveLength(many.length + 2);
  });

  it('so many issues in a comment', async () => {
    const many = Array.from({ length: MARKUP_LIMITS.issuesOfComment + 2 }, () => issue('A1'));
    const marked = await markUp(FILE, many);
    expect(commentsOf(marked).A1?.match(/错误/g)).toHaveLength(MARKUP_LIMITS.issuesOfComment);
    expect(textOf(unzipSync(marked), 'xl/worksheets/sheet3.xml')).toContain('有 2 个问题未写入批注');
  });

  it('so many issues in the list', async () => {
    const many = Array.from({ length: MARKUP_LIMITS.listed + 1 }, () => issue('A1'));
    const list = textOf(unzipSync(await markUp(FILE, many)), 'xl/worksheets/sheet3.xml');
    expect(list.match(/<row /g)).toHaveLength(MARKUP_LIMITS.listed + 2);
    expect(list.match(/<hyperlink /g)).toHaveLength(MARKUP_LIMITS.listed);
    expect(list).toContain('其余 1 个未列出');
  });
});

it('throws nothing but a GovError, whatever the parts are', async () => {
  const parts = workbookParts(
    [
      {
        ...SHEET,
        after: '<legacyDrawing r:id="rId7"/>',
        relationships: [
          ['rId7', 'vmlDrawing', 'v.vml'],
          ['rId8', 'comments', 'c.xml'],
        ],
      },
    ],
    {
      'xl/worksheets/v.vml':
        '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:x="urn:schemas-microsoft-com:office:excel"></xml>',
      'xl/worksheets/c.xml':
        '<comments xmlns="m"><authors><author>a</author></authors><commentList><comment ref="B2" authorId="0"><text><t>x</t></text></comment></commentList></comments>',
      'xl/worksheets/_rels/sheet1.xml.rels': relationshipsXml([
        ['rId7', 'vmlDrawing', 'v.vml'],
        ['rId8', 'comments', 'c.xml'],
      ]),
    },
  );
  const names = Object.keys(parts);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...names),
      fc.nat(2_000),
      fc.constantFrom('', '<', '>', '/>', '"', 'x', '<!--', '</', '\0'),
      fc.nat(8),
      async (name, at, put, cut) => {
        const text = strFromU8(parts[name]!);
        const from = at % text.length;
        const file = zipSync(
          { ...parts, [name]: utf8(text.slice(0, from) + put + text.slice(from + cut)) },
          { level: 0 },
        );
        try {
          await markUp(file, [issue('B2'), issue('A3')]);
        } catch (error) {
          expect(error).toBeInstanceOf(GovError);
        }
      },
    ),
    { numRuns: process.env.SLOW === undefined ? 400 : 50_000 },
  );
});
