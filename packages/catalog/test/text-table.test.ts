import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cpuTime } from '../../../test/cpu-time.js';
import { NumberColumn, PlaceColumn, PlaceShapes } from '../src/internal/columns.js';
import { plainName, shorterBy1 } from '../src/internal/name-form.js';
import { TextTable } from '../src/internal/text-table.js';

describe('texts by number', () => {
  it('are what a map would say, whatever they are', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 5 }),
      fc.constantFrom('', '\ud800', 'a', 'ab', '长'.repeat(70_000)),
    );
    fc.assert(
      fc.property(fc.array(text, { maxLength: 50 }), (texts) => {
        const table = new TextTable();
        const map = new Map<string, number>();
        for (const one of texts) {
          expect(table.find(one)).toBe(map.get(one));
          if (!map.has(one)) map.set(one, map.size);
          expect(table.numberOf(one)).toBe(map.get(one));
        }
        expect(table.size).toBe(map.size);
        for (const [one, number] of map) expect(table.text(number)).toBe(one);
      }),
    );
  });

  it('stay through growth', () => {
    const table = new TextTable();
    const texts = Array.from({ length: 5000 }, (_, at) => `名${at * 7919}`);
    for (const [at, text] of texts.entries()) expect(table.numberOf(text)).toBe(at);
    for (const [at, text] of texts.entries()) expect(table.find(text)).toBe(at);
    expect(table.find('名')).toBeUndefined();
  });

  it('are found as fast when somebody made them collide', () => {
    // All of one hash: pairs of units with which the hash is the same, put together in all ways.
    const texts = colliding(12);
    const table = new TextTable();
    expect(texts).toHaveLength(4096);
    const begin = cpuTime();
    const numbers = texts.map((text) => table.numberOf(text));
    const again = texts.map((text) => table.find(text));
    expect(cpuTime() - begin).toBeLessThan(1_000);
    expect(numbers).toEqual([...texts.keys()]);
    expect(again).toEqual(numbers);
    expect(new Set(numbers.map((number) => table.hash(number))).size).toBe(1);
    expect(table.find(`${texts[0]}x`)).toBeUndefined();
  });
});

/** 2^depth texts of one hash: two pairs of units lead from each state to the next. */
function colliding(depth: number): string[] {
  const step = (hash: number, unit: number): number => Math.imul(hash ^ unit, 0x0100_0193);
  let hash = 0x811c_9dc5 ^ (depth * 2);
  let texts = [''];
  for (let at = 0; at < depth; at++) {
    // Two units whose states differ in the lower half only, which the next unit makes good.
    const halves = new Map<number, number>();
    let pair: readonly string[] | undefined;
    for (let unit = 0; pair === undefined; unit++) {
      const other = halves.get(step(hash, unit) >>> 16);
      halves.set(step(hash, unit) >>> 16, unit);
      if (other === undefined) continue;
      const difference = step(hash, unit) ^ step(hash, other);
      pair = [String.fromCharCode(unit, 0), String.fromCharCode(other, difference)];
    }
    texts = texts.flatMap((text) => pair.map((end) => text + end));
    hash = step(step(hash, pair[0]!.charCodeAt(0)), 0);
  }
  return texts;
}

describe('columns', () => {
  it('hold numbers of 32 bits across pieces', () => {
    const column = new NumberColumn();
    for (let at = 0; at < 40_000; at++) column.push((at * 2_654_435_761) % 4_294_967_296);
    column.set(20_000, 4_294_967_295);
    expect(column.length).toBe(40_000);
    expect(column.get(20_000)).toBe(4_294_967_295);
    expect([0, 16_383, 16_384, 39_999].map((at) => column.get(at))).toEqual(
      [0, 16_383, 16_384, 39_999].map((at) => (at * 2_654_435_761) % 4_294_967_296),
    );
  });

  it('give places back as they were', () => {
    const place = fc.record(
      {
        sheet: fc.constantFrom('甲', '乙', ''),
        line: fc.integer({ min: 1, max: 2_000_000 }),
        letters: fc.constantFrom('A', 'AB', 'C'),
        column: fc.constantFrom('名称', '代码', ''),
      },
      { requiredKeys: ['line'] },
    );
    fc.assert(
      fc.property(fc.array(fc.option(place, { nil: undefined }), { maxLength: 30 }), (drafts) => {
        const shapes = new PlaceShapes();
        const column = new PlaceColumn(shapes);
        const places = drafts.map((draft) => {
          if (draft === undefined) return undefined;
          const { letters, ...rest } = draft;
          return letters === undefined ? rest : { ...rest, cell: `${letters}${draft.line}` };
        });
        for (const one of places) column.push(one);
        expect(places.map((_, at) => column.get(at))).toEqual(places);
      }),
    );
  });
});

describe('names', () => {
  it.each([
    ['金额（元）', '金额元'],
    [' Ｉd_1 ', 'id1'],
    ['——', '——'],
    ['①', '1'],
  ])('%s is plainly %s', (name, plain) => {
    expect(plainName(name)).toBe(plain);
  });

  it('lose one character at a time, if it tells nothing', () => {
    expect([...shorterBy1('参保单位名称')]).toEqual([]);
    expect([...shorterBy1('参保单位名称表')]).toHaveLength(7);
    expect([...shorterBy1('参保单位名称称')]).toHaveLength(6);
    expect([...shorterBy1('原参保单位名称')]).toHaveLength(6);
    expect([...shorterBy1('长'.repeat(41))]).toEqual([]);
  });
});
