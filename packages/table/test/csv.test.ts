import { describe, expect, it } from 'vitest';
import { errorOf, inPieces, issuesOf, notes, rowsOf, utf8, valuesOf } from './reading.js';

describe('CSV', () => {
  it('reads rows by header, with the line that a spreadsheet shows', async () => {
    const rows = await rowsOf('姓名,备注\n张三,"第一行\n第二行"\n\n李四,');
    expect(rows).toMatchObject([
      { line: 2, values: { 姓名: '张三', 备注: '第一行\n第二行' }, issues: [], cleaned: [] },
      { line: 4, values: { 姓名: '李四', 备注: '' }, issues: [], cleaned: [] },
    ]);
  });

  it('ends rows at LF, CR and CR LF, also mixed', async () => {
    expect(await valuesOf('a,b\r\n1,2\r3,4\n5,6')).toEqual([
      { a: '1', b: '2' },
      { a: '3', b: '4' },
      { a: '5', b: '6' },
    ]);
  });

  it('takes the same table in pieces of any length', async () => {
    const bytes = utf8('姓名,备注\r\n张三,"""引""号\r\n,"\r\n\r\n李𠮷,x\r\n');
    const whole = await rowsOf(bytes);
    expect(whole.map(({ values }) => values)).toEqual([
      { 姓名: '张三', 备注: '"引"号\n,' },
      { 姓名: '李𠮷', 备注: 'x' },
    ]);
    for (let length = 1; length <= 12; length++) expect(await rowsOf(inPieces(bytes, length))).toEqual(whole);
  });

  it.each([
    ['a;b\n1,5;2\n', { a: '1,5', b: '2' }],
    ['a\tb\n"x,y"\t2\n', { a: 'x,y', b: '2' }],
    ['sep=;\r\na;b\n1;2\n', { a: '1', b: '2' }],
    ['"sep=;"\r\na;b\n1;2\n', { a: '1', b: '2' }],
    ['标题,说明\na;b\n1;2\n3;4\n', { a: '1', b: '2' }],
    // Few rows, one cell of many lines: with the semicolon there are more rows, and more of one length.
    ['a,b,c\n1,"x\n甲；乙;丙\ny;z\nv;w",3', { a: '1', b: 'x\n甲；乙;丙\ny;z\nv;w', c: '3' }],
    ['a;b;c\n1;"x,y\nv,w\nt,u";3', { a: '1', b: 'x,y\nv,w\nt,u', c: '3' }],
  ])('finds the separator of %j', async (text, values) => {
    expect((await valuesOf(text))[0]).toEqual(values);
  });

  it('finds it where cells of several lines have others in them', async () => {
    const text = '名称,摘要,备注\n甲,"x;""一""\n二;y",\n乙,"x;""一""\n二;y",\n';
    expect(await valuesOf(text)).toMatchObject([{ 名称: '甲', 摘要: 'x;"一"\n二;y' }, { 名称: '乙' }]);
  });

  it('does not count the line that tells the separator, as Excel does not', async () => {
    expect((await rowsOf('sep=,\na,b\n1,2'))[0]?.line).toBe(2);
  });

  it('takes the separator that is given', async () => {
    expect(await valuesOf('a;b,c\n1;2,3', { separator: ';' })).toEqual([{ a: '1', 'b,c': '2,3' }]);
  });

  it('names rows with fewer and more cells than the header', async () => {
    const rows = await rowsOf('a,b,c\n1,2\n1,2,3,\n1,2,3,4\n');
    expect(notes(rows, 'issues')).toEqual(['2 row-short', 'D4 cell-no-header']);
    expect(rows.map(({ line }) => line)).toEqual([2, 3, 4]);
  });

  it('names quotes that programs read differently', async () => {
    const rows = await rowsOf('a,b\n5" 盘,x\n"x"y,"z"\n "q",r\n');
    expect(notes(rows, 'issues')).toEqual(['A2 cell-quote', 'A3 cell-quote', 'A4 cell-quote']);
    expect(rows.map(({ values }) => values.a)).toEqual(['5" 盘', 'xy', '"q"']);
  });

  it('refuses a quote that is never closed, naming where it was opened', async () => {
    const error = await errorOf('a,b\n1,2\n3,"4\n5,6\n');
    expect(error).toMatchObject({ code: 'table-malformed' });
    expect(error.message).toContain('B3');
  });

  it('names formulas and does not hand on what they say', async () => {
    const rows = await rowsOf('a,b\n"=HYPERLINK(""http://x"")",=1+1\n="001","=""0""""2"""\n');
    expect(notes(rows, 'issues')).toEqual(['A2 cell-formula', 'B2 cell-formula']);
    expect(rows.map(({ values }) => values)).toEqual([
      { a: null, b: null },
      { a: '001', b: '0"2' },
    ]);
    expect(notes(rows, 'cleaned')).toEqual(['A3 cell-text-formula', 'B3 cell-text-formula']);
  });

  it('names NUL and other control characters', async () => {
    expect(await issuesOf('a,b\nx\0y,\u0007\n')).toEqual(['A2 cell-control-character', 'B2 cell-control-character']);
  });

  it('leaves out rows of blanks, and knows no table without a header', async () => {
    expect(await rowsOf('a,b\n , \n\u3000,\n')).toEqual([]);
    expect(await errorOf('\n\n , \n')).toMatchObject({ code: 'table-malformed' });
    expect(await errorOf('')).toMatchObject({ code: 'table-malformed' });
  });
});

describe('encodings', () => {
  // 姓名,证件\n张三,甲 in GB18030
  const GBK = Uint8Array.of(
    0xd0,
    0xd5,
    0xc3,
    0xfb,
    0x2c,
    0xd6,
    0xa4,
    0xbc,
    0xfe,
    0x0a,
    0xd5,
    0xc5,
    0xc8,
    0xfd,
    0x2c,
    0xbc,
    0xd7,
  );
  const VALUES = [{ 姓名: '张三', 证件: '甲' }];
  const TEXT = '姓名,证件\n张三,甲';
  const utf16 = (text: string, little: boolean): Uint8Array => {
    const view = new DataView(new ArrayBuffer(text.length * 2 + 2));
    view.setUint16(0, 0xfeff, little);
    for (let at = 0; at < text.length; at++) view.setUint16(at * 2 + 2, text.charCodeAt(at), little);
    return new Uint8Array(view.buffer);
  };
  const encodingOf = async (bytes: Uint8Array): Promise<string | undefined> => {
    let encoding: string | undefined;
    await rowsOf(bytes, {
      onStart: (start) => {
        encoding = start.encoding;
      },
    });
    return encoding;
  };

  it.each([
    ['utf-8', utf8(TEXT)],
    ['utf-8', utf8(`\ufeff${TEXT}`)],
    ['gb18030', GBK],
    ['utf-16le', utf16(TEXT, true)],
    ['utf-16be', utf16(TEXT, false)],
  ])('%s is told from the bytes', async (encoding, bytes) => {
    expect(await valuesOf(bytes)).toEqual(VALUES);
    expect(await encodingOf(bytes)).toBe(encoding);
    for (const length of [1, 2, 3, 5]) expect(await valuesOf(inPieces(bytes, length))).toEqual(VALUES);
  });

  it('reads characters of four bytes', async () => {
    // 81 39 EE 39 is U+3400.
    const bytes = new Uint8Array([...GBK, 0x81, 0x39, 0xee, 0x39]);
    for (const length of [1, 2, 3, 100])
      expect(await valuesOf(inPieces(bytes, length))).toEqual([{ 姓名: '张三', 证件: '甲㐀' }]);
  });

  it('decides at the first bytes that are not ASCII, however late they come', async () => {
    const ascii = utf8(`name,code\n${'x,1\n'.repeat(40_000)}`);
    const rows = await valuesOf(new Uint8Array([...ascii, ...GBK.subarray(10)]));
    expect(rows.at(-1)).toEqual({ name: '张三', code: '甲' });
  });

  it('is not misled by two characters that look like UTF-8', async () => {
    // 联通 is C1 AA CD A8: the second pair is UTF-8, and the window decides as a whole.
    const bytes = new Uint8Array([...GBK.subarray(0, 10), 0xc1, 0xaa, 0xcd, 0xa8, 0x2c, 0x31]);
    expect(await valuesOf(bytes)).toEqual([{ 姓名: '联通', 证件: '1' }]);
  });

  it('reads damaged UTF-8 as UTF-8 and names the cell', async () => {
    const bytes = utf8(`${TEXT}\n李四,乙`);
    const at = bytes.length - 4;
    bytes[at] = 0x2c;
    bytes[at - 1] = 0xe6;
    expect(await issuesOf(bytes)).toEqual(['A3 cell-undecodable']);
  });

  it('names bytes that are no GB18030', async () => {
    expect(await issuesOf(new Uint8Array([...GBK, 0xff, 0x31]))).toEqual(['B2 cell-undecodable']);
    expect(await issuesOf(new Uint8Array([...GBK, 0xd5]))).toEqual(['B2 cell-undecodable']);
  });

  it('takes the encoding that is given, unless a byte order mark says otherwise', async () => {
    const short = Uint8Array.of(0x61, 0x2c, 0x62, 0x0a, 0xcd, 0xa8, 0x2c, 0x31);
    expect(await valuesOf(short)).toEqual([{ a: 'ͨ', b: '1' }]);
    expect(await valuesOf(short, { encoding: 'gb18030' })).toEqual([{ a: '通', b: '1' }]);
    expect(await valuesOf(utf8(`\ufeff${TEXT}`), { encoding: 'gb18030' })).toEqual(VALUES);
  });

  it('refuses UTF-16 without a byte order mark', async () => {
    expect(await errorOf(utf16('name,code\nx,1', true).subarray(2))).toMatchObject({ code: 'table-unsupported' });
  });
});
