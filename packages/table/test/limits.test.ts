import { TABLE_LIMITS, type TableLimits } from '@gov/table';
import { describe, expect, it } from 'vitest';
import { ZipPackage } from '../src/internal/xlsx/zip.js';
import { errorOf, inPieces, rowsOf, stopwatch, utf8 } from './reading.js';
import { sharedStringsXml, sheetXml, textRows, workbook, workbookParts, workbookXml, zip } from './workbook.js';

const sheet = (xml: string): Uint8Array => workbook({ parts: { 'xl/worksheets/sheet1.xml': xml } });
const TWO = textRows([
  ['甲', '乙'],
  ['1', '2'],
]);
const small = workbook({ rows: TWO });
const bare = (): Record<string, string | Uint8Array> => workbookParts({ rows: TWO });

/** A table just within a limit, and the least value of the limit under which it is read. */
const EDGES: readonly [name: keyof TableLimits, file: Uint8Array, least: number, code?: string][] = [
  ['bytes', utf8('a,b\n1,2'), 7, 'input-too-large'],
  ['bytes', small, small.length, 'input-too-large'],
  ['rows', utf8('a,b\n1,2\n3,4'), 3],
  ['rows', workbook({ rows: `${TWO}<row r="9"/>` }), 9],
  ['rows', utf8('{"a":1}\n{"a":1}'), 2],
  ['columns', utf8('a,b,c\n1,2,3'), 3],
  ['columns', workbook({ rows: textRows([['a', 'b', 'c']]) }), 3],
  ['cellLength', utf8('a,b\n12345,2'), 5],
  ['cellLength', utf8('a,b\n"12""34",2'), 5],
  ['cellLength', utf8(`{"a":"${'x'.repeat(32)}"}`), 5],
  [
    'cellLength',
    workbook({
      rows: textRows([
        ['a', 'b'],
        ['12345', '2'],
      ]),
    }),
    5,
  ],
  ['cellLength', workbook({ rows: '<row><c t="s"><v>0</v></c><c t="str"><v>b</v></c></row>', strings: ['12345'] }), 5],
  ['zipEntries', small, 7],
  ['inflated', small, Math.max(...Object.values(bare()).map((part) => utf8(part as string).length))],
  ['xmlDepth', small, 6],
  ['xmlDepth', sheet(sheetXml(`${TWO}<row r="9"><c><is><r><t><u/></t></r></is></c></row>`)), 8],
  [
    'xmlToken',
    workbook({
      rows: textRows([
        ['a', 'b'],
        ['x'.repeat(20_000), '2'],
      ]),
    }),
    20_000,
  ],
  [
    'sheets',
    workbook({
      parts: {
        'xl/workbook.xml': workbookXml('<sheet name="a" r:id="rId1"/><sheet name="b" state="hidden" r:id="rId1"/>'),
      },
      rows: TWO,
    }),
    2,
  ],
  ['styles', workbook({ rows: TWO, formats: ['0', '0.0', '0.00'] }), 4],
  ['text', utf8('a,b\n12,34\n5,6'), 6],
  [
    'text',
    workbook({
      rows: textRows([
        ['a', 'b'],
        ['123', ''],
        ['', '4567'],
      ]),
    }),
    7,
  ],
  ['sharedStrings', workbook({ rows: TWO, strings: ['a', 'b', 'c'] }), 3],
  ['sharedStringsLength', workbook({ rows: TWO, strings: ['aa', 'bb', 'c'] }), 5],
  [
    'arrayFormulas',
    workbook({
      rows: `${TWO}<row r="3"><c><f t="array" ref="A3:A4">X</f></c><c><f t="dataTable" ref="B3:B4">X</f></c><c><f t="array" ref="C3">X</f></c></row>`,
    }),
    2,
  ],
  [
    'mergedRanges',
    workbook({ rows: TWO, after: '<mergeCells><mergeCell ref="C1:C2"/><mergeCell ref="D1:D2"/></mergeCells>' }),
    2,
  ],
];

describe('limits', () => {
  it.each(EDGES)('%s, at the edge (%#)', async (name, file, least, code = 'limit-exceeded') => {
    await rowsOf(file, { limits: { [name]: least } });
    expect(await errorOf(file, { limits: { [name]: least - 1 } })).toMatchObject({ code });
  });

  it('jsonDepth is named in its line', async () => {
    const depth = async (limit: number) =>
      (await rowsOf('{"a":[[1]]}', { limits: { jsonDepth: limit } }))[0]?.issues.length;
    expect([await depth(3), await depth(2)]).toEqual([0, 1]);
  });

  it('inflationRatio counts for parts longer than 1 MiB', async () => {
    const of = (bytes: number): Uint8Array => workbook({ rows: TWO + '<row/>'.repeat(bytes / 6) });
    await rowsOf(of(900_000));
    expect(await errorOf(of(1_100_000))).toMatchObject({ code: 'limit-exceeded' });
    await rowsOf(of(1_100_000), { limits: { inflationRatio: 1_100 } });
  });

  it('empty cells do not count as columns', async () => {
    const rows = `${TWO}<row r="3"><c r="A3" t="str"><v>3</v></c><c r="XFD3" s="1"/></row>`;
    expect(await rowsOf(workbook({ rows }))).toHaveLength(2);
    expect(await errorOf(workbook({ rows: rows.replace('s="1"/>', 't="str"><v>x</v></c>') }))).toMatchObject({
      code: 'limit-exceeded',
    });
  });

  it('name the cell', async () => {
    const limits = { cellLength: 4 };
    expect((await errorOf('a,b\n1,12345', { limits })).message).toContain('B2');
    expect(
      (
        await errorOf(
          workbook({
            rows: textRows([
              ['a', 'b'],
              ['1', '12345'],
            ]),
          }),
          { limits },
        )
      ).message,
    ).toContain('B2');
  });

  it('are all of them tested here', () => {
    const tested = new Set([...EDGES.map(([name]) => name), 'jsonDepth', 'inflationRatio']);
    expect(Object.keys(TABLE_LIMITS).filter((name) => !tested.has(name as keyof TableLimits))).toEqual([]);
  });
});

describe('XML that no workbook needs', () => {
  const LAUGHS = `<!DOCTYPE lolz [<!ENTITY a "lol">${Array.from({ length: 9 }, (_, at) => `<!ENTITY ${'bcdefghij'[at]} "${`&${'abcdefghi'[at]};`.repeat(10)}">`).join('')}]>`;
  const xml = sheetXml(TWO).replace(/^<\?xml.*\n/, '');

  it.each([
    ['a billion laughs', `${LAUGHS}${xml.replace('>1<', '>&j;<')}`, 'table-malformed'],
    [
      'an external entity',
      `<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>${xml.replace('>1<', '>&x;<')}`,
      'table-malformed',
    ],
    ['an external document type', `<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd">${xml}`, 'table-malformed'],
    ['an unknown entity', xml.replace('>1<', '>&x;<'), 'table-malformed'],
    ['elements that do not match', xml.replace('</c>', '</d>'), 'table-malformed'],
    ['an attribute twice', xml.replace('r="1"', 'r="1" r="1"'), 'table-malformed'],
    ['more than one root', `${xml}<a/>`, 'table-malformed'],
    ['an end too early', xml.slice(0, -5), 'table-malformed'],
    ['nothing', '', 'table-malformed'],
    ['another encoding', `<?xml version="1.0" encoding="GBK"?>${xml}`, 'table-unsupported'],
    ['another namespace in the middle', xml.replace('<c ', '<c xmlns="urn:other" '), 'table-malformed'],
    ['100,000 elements in one another', `<worksheet>${'<a>'.repeat(100_000)}`, 'limit-exceeded'],
    ['100,000 rows in one another', `<worksheet><sheetData>${'<row>'.repeat(100_000)}`, 'limit-exceeded'],
    ['an endless tag', `<worksheet ${'a'.repeat(3_000_000)}`, 'limit-exceeded'],
    ['an endless comment', `<worksheet><!--${'ab'.repeat(1_500_000)}`, 'limit-exceeded'],
    ['an endless text', `<worksheet><sheetData><row><c><v>${'12'.repeat(1_500_000)}`, 'limit-exceeded'],
  ])('%s', async (_, part, code) => {
    const elapsed = stopwatch();
    expect(await errorOf(sheet(part), { limits: { inflationRatio: 1_100 } })).toMatchObject({ code });
    expect(elapsed()).toBeLessThan(2_000);
  });

  it('bytes that are no UTF-8', async () => {
    for (const bytes of [[0xff, 0xfe], [0xc3], [0xed, 0xa0, 0x80]])
      expect(
        await errorOf(
          workbook({ parts: { 'xl/worksheets/sheet1.xml': new Uint8Array([...utf8('<worksheet>'), ...bytes]) } }),
        ),
      ).toMatchObject({ code: 'table-malformed' });
  });
});

describe('workbooks that contradict themselves', () => {
  it.each([
    ['rows out of order', '<row r="2"/><row r="1"/>'],
    ['a row twice', '<row r="1"/><row r="1"/>'],
    ['a row without number', '<row r="x"/>'],
    ['row 0', '<row r="0"/>'],
    ['cells out of order', '<row r="1"><c r="B1"/><c r="A1"/></row>'],
    ['a cell twice', '<row r="1"><c r="A1"/><c r="A1"/></row>'],
    ['a cell of another row', '<row r="1"><c r="A2"/></row>'],
    ['a cell of no name', '<row r="1"><c r="1A"/></row>'],
    ['a column beyond XFD', '<row r="1"><c r="XFE1"/></row>'],
    ['a number that is none', '<row r="1"><c><v>1,2</v></c></row>'],
    ['a number in hexadecimal', '<row r="1"><c><v>0x10</v></c></row>'],
    ['a type that is none', '<row r="1"><c t="z"><v>1</v></c></row>'],
    ['a shared string that is not there', '<row r="1"><c t="s"><v>7</v></c></row>'],
    ['a shared string -1', '<row r="1"><c t="s"><v>-1</v></c></row>'],
  ])('%s', async (_, rows) => {
    expect(await errorOf(workbook({ rows, strings: ['a'] }))).toMatchObject({ code: 'table-malformed' });
  });

  it('parts that are not there', async () => {
    for (const part of [
      'xl/workbook.xml',
      'xl/_rels/workbook.xml.rels',
      'xl/worksheets/sheet1.xml',
      'xl/sharedStrings.xml',
      'xl/styles.xml',
    ])
      expect(await errorOf(workbook({ rows: TWO, parts: { [part]: undefined } }))).toMatchObject({
        code: 'table-malformed',
      });
  });
});

describe('zips that contradict themselves', () => {
  const place = (file: Uint8Array, signature: number, nth = 0): number => {
    const view = new DataView(file.buffer, file.byteOffset, file.length);
    for (let at = 0, left = nth; at < file.length - 4; at++)
      if (view.getUint32(at, true) === signature && left-- === 0) return at;
    throw new Error('no such record');
  };
  const CENTRAL = 0x02014b50;
  const LOCAL = 0x04034b50;
  const END = 0x06054b50;
  const SHEET = Object.keys(bare()).indexOf('xl/worksheets/sheet1.xml');

  it.each<[string, string, (file: Uint8Array, view: DataView) => void]>([
    [
      'a CRC-32 that is wrong',
      'table-malformed',
      (file, view) => view.setUint32(place(file, CENTRAL, SHEET) + 16, 1, true),
    ],
    [
      'a length that is wrong',
      'table-malformed',
      (file, view) => view.setUint32(place(file, CENTRAL, SHEET) + 24, 900, true),
    ],
    [
      'a length that is too short',
      'table-malformed',
      (file, view) => view.setUint32(place(file, CENTRAL, SHEET) + 24, 9, true),
    ],
    [
      'two names for one part',
      'table-malformed',
      (file) => file.fill(0x41, place(file, LOCAL, SHEET) + 30, place(file, LOCAL, SHEET) + 32),
    ],
    [
      'parts that overlap',
      'table-malformed',
      (file, view) => {
        const first = place(file, CENTRAL, 0);
        view.setUint32(first + 20, view.getUint32(first + 20, true) + 40, true);
      },
    ],
    [
      'a part behind the end',
      'table-malformed',
      (file, view) => view.setUint32(place(file, CENTRAL, SHEET) + 20, 1e6, true),
    ],
    [
      'a local header elsewhere',
      'table-malformed',
      (file, view) => view.setUint32(place(file, CENTRAL, SHEET) + 42, 3, true),
    ],
    ['encryption', 'table-encrypted', (file, view) => view.setUint16(place(file, CENTRAL, 0) + 8, 1, true)],
    ['another method', 'table-unsupported', (file, view) => view.setUint16(place(file, CENTRAL, 0) + 10, 12, true)],
    ['ZIP64', 'table-unsupported', (file, view) => view.setUint32(place(file, CENTRAL, 0) + 24, 0xffffffff, true)],
    ['ZIP64 in the end', 'table-unsupported', (file, view) => view.setUint32(place(file, END) + 16, 0xffffffff, true)],
    ['more entries than there are', 'table-malformed', (file, view) => view.setUint16(place(file, END) + 10, 8, true)],
    ['fewer entries than there are', 'table-malformed', (file, view) => view.setUint16(place(file, END) + 10, 6, true)],
    ['a directory elsewhere', 'table-malformed', (file, view) => view.setUint32(place(file, END) + 16, 0, true)],
    [
      'deflate that is none',
      'table-malformed',
      (file) => file.fill(0xff, place(file, LOCAL, SHEET) + 56, place(file, LOCAL, SHEET) + 70),
    ],
  ])('%s', async (_, code, damage) => {
    const file = small.slice();
    damage(file, new DataView(file.buffer));
    expect(await errorOf(file)).toMatchObject({ code });
  });

  it('two parts of one name', async () => {
    const parts = { ...bare(), 'XL/worksheets/SHEET1.xml': sheetXml(TWO) };
    expect(await errorOf(zip(parts))).toMatchObject({ code: 'table-malformed' });
  });

  it('files that end too early', async () => {
    for (let length = 30; length < small.length; length += 97)
      expect(await errorOf(small.subarray(0, length))).toMatchObject({ code: 'table-malformed' });
  });

  it('a bomb of 42 KB is refused before it is inflated', async () => {
    const file = workbook({ rows: TWO });
    const view = new DataView(file.buffer);
    view.setUint32(place(file, CENTRAL, SHEET) + 24, 0xfffffffe, true);
    const elapsed = stopwatch();
    expect(await errorOf(file)).toMatchObject({ code: 'limit-exceeded' });
    expect(elapsed()).toBeLessThan(200);
    // One that lies about its length stops at that length.
    const liar = workbook({ rows: TWO, parts: { 'xl/worksheets/sheet1.xml': new Uint8Array(50_000_000) } });
    new DataView(liar.buffer).setUint32(place(liar, CENTRAL, SHEET) + 24, 1_000, true);
    let given = 0;
    expect(() => {
      for (const chunk of new ZipPackage(liar, TABLE_LIMITS).inflated('xl/worksheets/sheet1.xml'))
        given += chunk.length;
    }).toThrow(expect.objectContaining({ code: 'table-malformed' }));
    expect(given).toBe(0);
    expect(
      await errorOf(
        workbook({ parts: { 'xl/sharedStrings.xml': sharedStringsXml(' '.repeat(9_000_000)) }, rows: TWO }),
      ),
    ).toMatchObject({ code: 'limit-exceeded' });
  });
});

describe('the source', () => {
  it('is closed when reading stops early, fails or is aborted', async () => {
    const closed: string[] = [];
    async function* source(name: string, text: string): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield utf8(text);
      } finally {
        closed.push(name);
      }
    }
    const { readTable } = await import('@gov/table');
    for await (const _ of readTable(source('stopped', 'a,b\n'))) break;
    expect(await errorOf(source('failed', 'a,a\n'))).toMatchObject({ code: 'table-malformed' });
    const controller = new AbortController();
    const reason = new Error('enough');
    const reading = (async () => {
      for await (const { line } of readTable(source('aborted', 'a,b\n'), { signal: controller.signal }))
        if (line === 100) controller.abort(reason);
    })();
    await expect(reading).rejects.toBe(reason);
    expect(closed).toEqual(['stopped', 'failed', 'aborted']);
  });

  it('may yield nothing but bytes, and passes its own errors on', async () => {
    async function* wrong(): AsyncGenerator<Uint8Array> {
      yield 'a,b' as unknown as Uint8Array;
    }
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield utf8('a,b\n');
      throw new RangeError('disk');
    }
    expect(await errorOf(wrong())).toMatchObject({ code: 'invalid-argument' });
    await expect(rowsOf(broken())).rejects.toThrow(RangeError);
  });

  it('of an XLSX file may be aborted while its sheet is gone through', async () => {
    const controller = new AbortController();
    controller.abort(new Error('enough'));
    await expect(rowsOf(small, { signal: controller.signal })).rejects.toThrow('enough');
    await expect(rowsOf(inPieces(small, 100), { signal: controller.signal })).rejects.toThrow('enough');
  });
});

describe('time grows with the length, not with its square', () => {
  const within = async (milliseconds: number, file: Uint8Array, options = {}): Promise<void> => {
    const elapsed = stopwatch();
    await rowsOf(file, options).catch((error: unknown) => {
      if (!(error instanceof Error) || error.name !== 'GovError') throw error;
    });
    expect(elapsed()).toBeLessThan(milliseconds);
  };
  const long = 32_000;

  it.each([
    ['quotes', `a,b\n${'"'.repeat(long * 2)},x`, {}],
    ['quotes without an end', `a,b\n${'"x'.repeat(long)}`, {}],
    ['empty cells', `a,b\n${','.repeat(300_000)}`, { limits: { columns: 2_000_000 } }],
    ['blanks inside', `a,b\nx${' '.repeat(long)}y,z`, {}],
    ['blanks in a header', `x${' '.repeat(long)}y,z\n1,2`, {}],
    ['line breaks inside', `a,b\n"x${'\n'.repeat(long)}y",z`, {}],
    ['zeros', `a,b\n1${'0'.repeat(long)}1,z`, { kinds: { a: 'number' } }],
    ['groups', `a,b\n1${',000'.repeat(8_000)}x,z`, { kinds: { a: 'number' }, separator: ';' }],
    ['apostrophes', `a,b\n${"'".repeat(long)},z`, {}],
    ['text formulas', `a,b\n="${'"'.repeat(long)},z`, {}],
    ['carriage returns', `a,b\n${'\r'.repeat(100_000)}`, {}],
    ['JSON quotes', `{"a":"${'\\"'.repeat(100_000)}"}`, {}],
    ['JSON quotes without an end', `{"a":"${'\\"'.repeat(100_000)}`, {}],
    ['JSON brackets', `{"a":${'['.repeat(200_000)}`, {}],
    ['JSON blanks', `{"a"${' '.repeat(200_000)}:1,"b":["x"${' '.repeat(50_000)}]}`, {}],
  ])('%s', async (_, text, options) => {
    await within(1_000, utf8(text), options);
  });

  it('for merged ranges side by side and for number formats', async () => {
    const ranges = Array.from({ length: 50_000 }, (_, at) => `<mergeCell ref="A${at + 1}:AZZ${at + 1}"/>`).join('');
    const rows = Array.from({ length: 2_000 }, (_, at) => `<row r="${at * 25 + 1}"><c t="str"><v>x</v></c></row>`).join(
      '',
    );
    await within(2_000, workbook({ rows, after: `<mergeCells>${ranges}</mergeCells>` }));
    await within(1_000, workbook({ rows: TWO, formats: ['['.repeat(200_000), '"'.repeat(200_001)] }));
  });
});
