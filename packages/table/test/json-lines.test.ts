import { describe, expect, it } from 'vitest';
import { errorOf, inPieces, notes, rowsOf, utf8 } from './reading.js';

const JSONL = { format: 'jsonl' } as const;

describe('JSON Lines', () => {
  it('gives the values as they are, with the line of the file', async () => {
    const text = '{"a":" 甲 ","b":{"c":[1,null]}}\r\n\n{"a":1}';
    const rows = await rowsOf(text);
    expect(rows).toEqual([
      { line: 1, values: { a: ' 甲 ', b: { c: [1, null] } }, issues: [], cleaned: [] },
      { line: 3, values: { a: 1 }, issues: [], cleaned: [] },
    ]);
    for (const length of [1, 2, 7]) expect(await rowsOf(inPieces(utf8(text), length))).toEqual(rows);
  });

  it('may begin with a byte order mark', async () => {
    expect(await rowsOf('\ufeff{"a":1}')).toMatchObject([{ values: { a: 1 }, issues: [] }]);
  });

  it.each([
    ['{"a":1', 'row-json'],
    ['[1]', 'row-json'],
    ['"a"', 'row-json'],
    ['null', 'row-json'],
    ['{"a":1}{"b":2}', 'row-json'],
    ["{'a':1}", 'row-json'],
    ['{"a":1,"a":2}', 'row-json-member-twice'],
    ['{"a":1,"\\u0061":2}', 'row-json-member-twice'],
    ['{"x":[{"a":1,"b":{"a":1},"a" :2}]}', 'row-json-member-twice'],
    [`{"a":${'['.repeat(16)}${']'.repeat(16)}}`, 'row-json-depth'],
  ])('names %s', async (line, code) => {
    const rows = await rowsOf(`{"ok":1}\n${line}\n{"ok":2}`, JSONL);
    expect(notes(rows, 'issues')).toEqual([`2 ${code}`]);
    expect(rows[1]?.values).toEqual({});
    expect(rows).toHaveLength(3);
  });

  it('takes the same name in different objects, names in texts, and nesting up to the limit', async () => {
    const lines = [
      '{"a":{"a":1},"b":{"a":2}}',
      '{"a":"\\"a\\":1,\\"a\\":2"}',
      '{"a":"{[","b":"]}"}',
      '{"a":["a","a"]}',
      `{"a":${'['.repeat(15)}${']'.repeat(15)}}`,
    ];
    expect(notes(await rowsOf(lines.join('\n'), JSONL), 'issues')).toEqual([]);
  });

  it('keeps a member named __proto__ a member', async () => {
    const [row] = await rowsOf('{"__proto__":{"a":1}}', JSONL);
    expect(Object.keys(row?.values ?? {})).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(row?.values)).toBe(Object.prototype);
  });

  it('names bytes that are no UTF-8', async () => {
    expect(notes(await rowsOf(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d), JSONL), 'issues')).toEqual([
      '1 cell-undecodable',
    ]);
  });

  it('refuses a JSON array by name', async () => {
    expect(await errorOf('[{"a":1}]')).toMatchObject({ code: 'table-unsupported' });
    expect(await errorOf('\n [\n {')).toMatchObject({ code: 'table-unsupported' });
  });
});
