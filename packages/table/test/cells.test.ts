import { type ColumnKind, csvText } from '@gov/table';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { notes, rowsOf } from './reading.js';

/** One cell of a column of this kind, quoted as need be. */
async function cell(text: string, kind: ColumnKind): Promise<[value: unknown, cleaned: string[], issues: string[]]> {
  const [row] = await rowsOf(`列,末\n"${text.replaceAll('"', '""')}",x\n`, { kinds: { 列: kind } });
  if (row === undefined) throw new Error('no row');
  const codes = (which: 'cleaned' | 'issues') => row[which].map(({ code }) => code.replace('cell-', ''));
  return [row.values.列, codes('cleaned'), codes('issues')];
}

describe('what is cleaned', () => {
  it.each<[ColumnKind, string, string | number, string[]]>([
    ['text', ' 张三\t', '张三', ['blank-trimmed']],
    ['text', '\u3000张三\u00a0', '张三', ['blank-trimmed']],
    ['text', '\ufeff张\u200b三', '张三', ['invisible-removed']],
    ['text', '张\u3000三', '张\u3000三', []],
    ['text', 'ＡＢ１２', 'ＡＢ１２', []],
    ['text', '一\r\n二\u2028三', '一\n二\n三', ['line-break']],
    ['text', 'e\u0301', 'é', ['normalized']],
    ['text', 'ab\u200cc', 'ab\u200cc', []],
    ['code', 'ＡＢ１２（３）－Ｘ', 'AB12(3)-X', ['full-width']],
    ['code', '\u200e91\u200d1', '911', ['invisible-removed']],
    ['code', '００１', '001', ['full-width']],
    ['code', '1100 00', '1100 00', []],
    ['date', '2026-05-20', '2026-05-20', []],
    ['date', '2026-5-20', '2026-05-20', ['date-rewritten']],
    ['date', '2026/05/20', '2026-05-20', ['date-rewritten']],
    ['date', '2026.5.20', '2026-05-20', ['date-rewritten']],
    ['date', '2026年5月20日', '2026-05-20', ['date-rewritten']],
    ['date', '20260520', '2026-05-20', ['date-rewritten']],
    ['date', '２０２６－０５－２０', '2026-05-20', ['full-width']],
    ['date', '2026-05-20 00:00:00', '2026-05-20', ['date-rewritten']],
    ['date', '2026-05-20T00:00:00.000', '2026-05-20', ['date-rewritten']],
    ['date', '2024-02-29', '2024-02-29', []],
    ['date', '长期', '长期', []],
    ['date', ' 长期', '长期', ['blank-trimmed']],
    ['number', '12.5', 12.5, []],
    ['number', '-3', -3, []],
    ['number', '1,234,567.80', 1234567.8, ['number-rewritten']],
    ['number', '１２', 12, ['full-width']],
    ['number', '999999999999999', 999999999999999, []],
    ['number', '100000000000000000000', 1e20, []],
  ])('%s %j', async (kind, text, value, cleaned) => {
    expect(await cell(text, kind)).toEqual([value, cleaned, []]);
  });

  it('keeps what is clean as it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.stringMatching(/^[!-&(-*,./0-9A-Za-z一-龥]{1,20}$/), async (text) => {
        fc.pre(!/^["#]/.test(text));
        expect(await cell(text, 'text')).toEqual([text, [], []]);
      }),
      { numRuns: 200 },
    );
  });

  it('has the text of every cleaning in both languages, with the place', async () => {
    const rows = await rowsOf('名\n 甲');
    expect(rows[0]?.cleaned).toEqual([
      {
        path: [2, '名'],
        code: 'cell-blank-trimmed',
        message: 'blanks at the edges removed',
        messageZh: '已去除首尾空白',
        line: 2,
        cell: 'A2',
        column: '名',
      },
    ]);
  });

  it('cleans what was cleaned no further', async () => {
    const unit = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.constantFrom('２', '\u3000', '\u200b', '\ufeff', '5', '-'),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(unit, { maxLength: 5 }),
        fc.constantFrom<ColumnKind>('text', 'code', 'date', 'number'),
        async (units, kind) => {
          const [once, , issues] = await cell(units.join(''), kind);
          fc.pre(typeof once === 'string' && once !== '' && issues.length === 0);
          const [row] = await rowsOf(
            csvText([
              ['列', '末'],
              [once as string, 'x'],
            ]),
            { kinds: { 列: kind } },
          );
          expect(row?.values.列).toEqual(once);
          expect(notes([row!], 'cleaned').filter((note) => !note.endsWith('cell-apostrophe'))).toEqual([]);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('what is named', () => {
  it.each<[ColumnKind, string, string[]]>([
    ['code', '1.10105E+17', ['number-precision']],
    ['text', '1.10105199001011E+017', ['number-precision']],
    ['code', '110105199001011000', ['number-precision']],
    ['code', '12\n34', ['inner-line-break']],
    ['text', '乙\u202e甲', ['direction-character']],
    ['text', '\u2066甲\u2069', ['direction-character']],
    ['text', '\ue001甲', ['private-use']],
    ['text', '\u{f0000}', ['private-use']],
    ['text', 'a\u0000b', ['control-character']],
    ['text', 'a\u0085\u0080', ['control-character']],
    ['text', '\ufffd', ['undecodable']],
    ['date', '05/06/2026', ['date-ambiguous']],
    ['date', '26-5-20', ['date-ambiguous']],
    ['date', '1/2/99', ['date-ambiguous']],
    ['date', '2026-02-29', ['date-impossible']],
    ['date', '1900-02-29', ['date-impossible']],
    ['date', '2026-13-01', ['date-impossible']],
    ['date', '0000-01-01', ['date-impossible']],
    ['date', '2026-04-31', ['date-impossible']],
    ['date', '2026-05-20 08:30', ['date-time']],
    ['date', '2026-05-20T00:00:00Z', ['date-unreadable']],
    ['date', '2026-5/20', ['date-unreadable']],
    ['date', '2026年5月', ['date-unreadable']],
    ['date', '46162', ['date-unreadable']],
    ['date', '202652', ['date-unreadable']],
    ['date', '永久', ['date-unreadable']],
    ['number', '12元', ['number-unreadable']],
    ['number', '1,23', ['number-unreadable']],
    ['number', '1.2.3', ['number-unreadable']],
    ['number', '50%', ['number-unreadable']],
    ['number', '1e999', ['number-unreadable']],
    ['number', '0x10', ['number-unreadable']],
    ['number', '1234567890123456', ['number-precision']],
    ['text', '#N/A', ['error-value']],
    ['number', '#DIV/0!', ['error-value']],
    ['date', '########', ['error-value']],
  ])('%s %j', async (kind, text, issues) => {
    const [, , named] = await cell(text, kind);
    expect(named).toEqual(issues);
  });

  it('leaves an identity number that ends in 000 by right', async () => {
    // 11010519900101100 has the check digit 0 for no other reason than its digits.
    let digits = '';
    for (let sequence = 0; digits === ''; sequence++) {
      const body = `1101051990010${String(sequence).padStart(2, '0')}00`;
      const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
      const sum = weights.reduce((total, weight, at) => total + weight * Number(body[at]), 0);
      if (sum % 11 === 1) digits = `${body}0`;
    }
    expect(await cell(digits, 'code')).toEqual([digits, [], []]);
  });

  it('never says what a cell holds', async () => {
    const [row] = await rowsOf('号码\n"1101051990\n0101秘密"\n', { kinds: { 号码: 'date' } });
    expect(row?.issues.length).toBeGreaterThan(0);
    expect(JSON.stringify(row?.issues)).not.toMatch(/1101|秘密/);
  });
});
