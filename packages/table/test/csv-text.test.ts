import { csvLine, csvText } from '@gov/table';
import { GovError } from '@gov/verdict';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rowsOf } from './reading.js';

describe('writing CSV', () => {
  it('quotes what needs it and ends rows with CR LF', () => {
    expect(csvLine(['甲', 'a,b', '"', 'x;y', 'p\tq', '一\n二', ' z', 1.5, true, null, undefined])).toBe(
      '甲,"a,b","""","x;y","p\tq","一\n二"," z",1.5,true,,\r\n',
    );
    expect(csvLine(['a', 'b'], { separator: ';' })).toBe('a;b\r\n');
  });

  it('writes a byte order mark only if asked', () => {
    expect(csvText([['a']])).toBe('a\r\n');
    expect(csvText([['a']], { byteOrderMark: true })).toBe('\ufeffa\r\n');
    expect(csvText([], { byteOrderMark: true })).toBe('\ufeff');
  });

  it.each([
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '＝1',
    '＋1',
    '－1',
    '＠x',
    '\t=1',
    '\tx',
    '\r',
    '\nx',
    ' =1',
    '\u3000=1',
    "'=1",
    "''-x",
    '\ufeff=1',
  ])('%j is no formula to anyone', (text) => {
    expect(csvLine([text, 'x']).replace(/^"/, '').startsWith("'")).toBe(true);
  });

  it.each(["'甲", "O'Neil", 'a=b', '1-2', '甲@乙', "'"])('%j stays as it is', (text) => {
    expect(csvLine([text, 'x'])).toBe(`${text},x\r\n`);
  });

  it('writes numbers bare and refuses what is none', () => {
    expect(csvLine([-5, 0.1])).toBe('-5,0.1\r\n');
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) expect(() => csvLine([value])).toThrow(GovError);
  });

  it('writes no first line that tells a separator', async () => {
    const rows = await rowsOf(csvText([['甲'], ['sep=;']]));
    expect(rows).toMatchObject([{ values: { 甲: 'sep=;' }, issues: [] }]);
    expect(csvLine(['sep=;'])).toBe('"\'sep=;"\r\n');
  });

  it('is read as it was written', async () => {
    // Blanks at the edges and what is not in normal form are cleaned in reading, which is another matter.
    const text = fc
      .array(fc.oneof(fc.constantFrom(...'=+-@＝＋－＠\'",;\t\n #'), fc.string({ unit: 'grapheme', maxLength: 3 })), {
        maxLength: 8,
      })
      .map((units) => units.join('').normalize('NFC'))
      .filter(
        (made) => made === made.trim() && !/[\p{Cf}\p{Co}\u0085\u2028\u2029\ufffd]|^["#]|(?![\n\t])\p{Cc}/u.test(made),
      );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 5 }),
        fc.constantFrom(',' as const, ';' as const, '\t' as const),
        async (pairs, separator) => {
          const rows = await rowsOf(csvText([['甲', '乙'], ...pairs], { separator }), { separator });
          const filled = pairs.filter((pair) => pair.some((cell) => cell !== ''));
          expect(rows.map(({ values }) => [values.甲, values.乙])).toEqual(filled);
          expect(rows.flatMap(({ issues }) => issues)).toEqual([]);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('keeps formulas as text on the way there and back', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...'=+-@＝＋－＠'),
        fc.stringMatching(/^['=+\-@a-z0-9]{0,6}$/),
        fc.nat(3),
        async (sign, rest, apostrophes) => {
          const text = `${"'".repeat(apostrophes)}${sign}${rest}`;
          const [row] = await rowsOf(
            csvText([
              ['甲', '乙'],
              [text, 'x'],
            ]),
          );
          expect(row?.values.甲).toBe(text);
          expect(row?.issues).toEqual([]);
          expect(row?.cleaned.map(({ code }) => code)).toEqual(['cell-apostrophe']);
        },
      ),
    );
  });
});
