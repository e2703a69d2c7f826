import { readTable, type TableFormat } from '@gov/table';
import { GovError } from '@gov/verdict';
import { describe, expect, it } from 'vitest';
import { inPieces, stopwatch, utf8 } from './reading.js';
import { textRows, workbookParts, zip } from './workbook.js';

const ROUNDS = process.env.SLOW === undefined ? 600 : 60_000;
const MILLISECONDS = process.env.SLOW === undefined ? 2_500 : 600_000;

/** A generator of numbers that a failure can be repeated with (mulberry32). */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) % below;
  };
}

const TOKENS = [
  '"',
  '""',
  ',',
  ';',
  '\t',
  '\r',
  '\n',
  '\0',
  '=',
  "'",
  '<',
  '>',
  '/>',
  '&',
  '&amp;',
  '&#x0;',
  '&#xD800;',
  '<!--',
  '-->',
  '<![CDATA[',
  ']]>',
  '<?x?>',
  '<row>',
  '</row>',
  '<c r="A1">',
  '<f t="array" ref="A1:XFD1048576"/>',
  'r="1048576"',
  't="s"',
  'hidden="1"',
  '{',
  '}',
  '[',
  ']',
  ':',
  '\\u',
  '\ufeff',
  '\u202e',
  '１',
  '9'.repeat(40),
  '-1',
  '1e400',
  '_x0000_',
  'xmlns="urn:x"',
].map(utf8);

function mutate(bytes: Uint8Array, below: (n: number) => number): Uint8Array {
  let out = bytes.slice();
  for (let times = 1 + below(4); times > 0; times--) {
    const at = below(out.length + 1);
    const length = below(below(4) === 0 ? out.length + 1 : 20);
    const insert = (what: Uint8Array, replaced: number): void => {
      const next = new Uint8Array(Math.max(0, out.length - replaced) + what.length);
      next.set(out.subarray(0, at));
      next.set(what, Math.min(at, next.length - what.length));
      next.set(out.subarray(at + replaced).subarray(0, next.length - at - what.length), at + what.length);
      out = next;
    };
    switch (below(6)) {
      case 0:
        if (at < out.length) out[at] = below(256);
        break;
      case 1:
        if (at < out.length) out[at]! ^= 1 << below(8);
        break;
      case 2:
        insert(TOKENS[below(TOKENS.length)]!, 0);
        break;
      case 3:
        out = new Uint8Array([...out.subarray(0, at), ...out.subarray(at + length)]);
        break;
      case 4: {
        const from = below(out.length + 1);
        out = new Uint8Array([...out.subarray(0, at), ...out.subarray(from, from + length), ...out.subarray(at)]);
        break;
      }
      default:
        out = out.slice(0, at);
    }
  }
  return out;
}

/** Reads to the end; anything thrown but a GovError, or more than a second, fails. */
async function read(bytes: Uint8Array, format: TableFormat | undefined, seed: number): Promise<'read' | string> {
  const elapsed = stopwatch();
  let result = 'read';
  try {
    const source = seed % 3 === 0 ? inPieces(bytes, 1 + (seed % 50)) : bytes;
    const kinds = { 甲: 'code', 乙: 'date', 丙: 'number' } as const;
    for await (const row of readTable(source, {
      ...(format === undefined ? {} : { format }),
      kinds,
      mergedCells: seed % 2 === 0 ? 'fill' : 'name',
    })) {
      for (const issue of [...row.issues, ...row.cleaned]) if (issue.line !== row.line) throw new Error('another line');
    }
  } catch (error) {
    if (!(error instanceof GovError)) throw new Error(`seed ${seed}: ${String(error)}`, { cause: error });
    result = error.code;
  }
  expect(elapsed(), `seed ${seed}`).toBeLessThan(1_000);
  return result;
}

async function fuzz(
  make: (below: (n: number) => number, seed: number) => Uint8Array,
  format?: TableFormat,
): Promise<Set<string>> {
  const results = new Set<string>();
  const until = performance.now() + MILLISECONDS;
  for (let seed = 1; seed <= ROUNDS && performance.now() < until; seed++)
    results.add(await read(make(random(seed), seed), format, seed));
  return results;
}

const TABLE = [
  ['标题', '', '', ''],
  ['甲', '乙', '丙', '丁'],
  ['９１１１', '2026年5月20日', '1,234.5', ' 张三\u200b '],
  ['1.10105E+17', '05/06/2026', '-3', '=1+1'],
];

describe('whatever is read, only a GovError is thrown, and soon', () => {
  it('CSV', async () => {
    const text = TABLE.map((row) => row.map((cell) => `"${cell}"`).join(',')).join('\r\n');
    const seen = await fuzz((below) => mutate(utf8(text), below), 'csv');
    expect(seen).toContain('read');
    expect(seen).toContain('table-malformed');
  });

  it('bytes of any kind', async () => {
    const seen = await fuzz((below) => Uint8Array.from({ length: 1 + below(300) }, () => below(256)));
    expect(seen).toContain('table-malformed');
  });

  it('JSON Lines', async () => {
    const text = '{"甲":"一","乙":{"a":[1,2,{"b":null}]},"丙":"\\u4e00\\""}\n{"甲":"二","x":[[],{}]}\n';
    expect(await fuzz((below) => mutate(utf8(text), below), 'jsonl')).toContain('read');
  });

  const parts = workbookParts({
    rows: `${textRows(TABLE)}<row r="9" hidden="1"><c r="A9" s="1"><v>46162.5</v></c><c r="B9" t="s"><v>0</v></c><c r="C9"><f t="array" ref="C9:D10">1</f><v>1</v></c><c r="D9" t="b"><v>1</v></c></row><row r="10"><c r="A10" t="e"><v>#N/A</v></c><c r="B10" t="d"><v>2026-05-20</v></c></row>`,
    before: '<cols><col min="2" max="2" hidden="1"/></cols>',
    after: '<mergeCells><mergeCell ref="A1:D1"/><mergeCell ref="A3:A4"/></mergeCells>',
    strings: ['一', '二'],
    formats: ['yyyy"年"m"月"d"日"', '0.00'],
  });

  it('XLSX whose parts are mutated and zipped well', async () => {
    const names = Object.keys(parts);
    const seen = await fuzz((below) => {
      const name = names[below(2) === 0 ? names.indexOf('xl/worksheets/sheet1.xml') : below(names.length)]!;
      return zip({ ...parts, [name]: mutate(utf8(parts[name] as string), below) });
    });
    expect([...seen]).toEqual(expect.arrayContaining(['read', 'table-malformed']));
  });

  it('XLSX whose zip is mutated', async () => {
    const file = zip(parts);
    const directory = file.lastIndexOf(0x50, file.length - 600);
    const seen = await fuzz((below, seed) => {
      if (seed % 2 === 0) return mutate(file, below);
      const out = file.slice();
      for (let times = 1 + below(3); times > 0; times--) out[directory + below(file.length - directory)] = below(256);
      return out;
    }, 'xlsx');
    expect(seen).toContain('table-malformed');
  });
});
