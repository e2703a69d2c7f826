/** What lies across two pieces of a file, deep inside the readers, where small files never come in pieces. */
import { TABLE_LIMITS } from '@gov/table';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CsvRows } from '../src/internal/csv.js';
import { inPieces, rowsOf, utf8 } from './reading.js';

it('CSV rows are the same wherever the text is cut', () => {
  const text = fc
    .array(fc.constantFrom('"', '""', ',', '\r\n', '\r', '\n', 'a', '甲', ' '), { maxLength: 30 })
    .map((units) => units.join(''));
  const rows = (parts: readonly string[]): unknown => {
    const parser = new CsvRows(',', TABLE_LIMITS);
    try {
      return [...parts.flatMap((part) => parser.push(part)), ...parser.end()];
    } catch (error) {
      return String(error);
    }
  };
  fc.assert(
    fc.property(text, (whole) => {
      expect(rows([...whole])).toEqual(rows([whole]));
      expect(rows([whole.slice(0, 7), '', whole.slice(7)])).toEqual(rows([whole]));
    }),
    { numRuns: 1_000 },
  );
});

it('characters are the same wherever the bytes are cut, behind the window in which the encoding is told', async () => {
  const line = { gb18030: [0xbc, 0xd7, 0x81, 0x39, 0xee, 0x39, 0x2c, 0x31, 0x0a], utf8: [...utf8('甲㐀,1\n')] };
  for (const bytes of Object.values(line)) {
    const count = Math.ceil(1_150_000 / bytes.length);
    const file = new Uint8Array(4 + count * bytes.length);
    file.set(utf8('a,b\n'));
    for (let at = 0; at < count; at++) file.set(bytes, 4 + at * bytes.length);
    for (const length of [10_007]) {
      const rows = await rowsOf(inPieces(file, length));
      expect(rows).toHaveLength(count);
      expect(rows.findIndex(({ values }) => values.a !== '甲㐀' || values.b !== '1')).toBe(-1);
    }
  }
});

it('a table of ASCII alone comes through piece by piece', async () => {
  const rows = await rowsOf(inPieces(utf8(`a,b\r\n${'x,"1\r\n2"\r\n'.repeat(100_000)}`), 8_209));
  expect(rows).toHaveLength(100_000);
  expect(rows.findIndex(({ values }) => values.a !== 'x' || values.b !== '1\n2')).toBe(-1);
});
