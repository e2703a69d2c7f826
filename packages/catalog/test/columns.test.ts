/** What is held of a catalogue in numbers: columns that share what is the same, and their order. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NumberColumn } from '../src/internal/columns.js';
import { sortInStrides } from '../src/internal/sort-in-strides.js';

const PIECE = 1 << 14;

function whole<Result>(steps: Generator<undefined, Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

describe('a column of numbers', () => {
  it('gives back what it took, all the same or not, over several pieces', () => {
    for (const numberAt of [
      () => 7,
      (at: number) => at,
      (at: number) => (at === PIECE + 3 ? 1 : 0),
      (at: number) => 2 ** 32 - 1 - at,
    ]) {
      const column = new NumberColumn();
      for (let at = 0; at < 2 * PIECE + 5; at++) column.push(numberAt(at));
      expect(column.length).toBe(2 * PIECE + 5);
      for (let at = 0; at < column.length; at++)
        if (column.get(at) !== numberAt(at)) expect(column.get(at)).toBe(numberAt(at));
    }
  });

  it('that is changed afterwards keeps the rest', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(0, 1, 4_294_967_295), { minLength: 1, maxLength: 60 }),
        fc.array(fc.tuple(fc.nat(59), fc.constantFrom(0, 1, 9)), { maxLength: 20 }),
        (values, changes) => {
          const column = new NumberColumn();
          const wanted: number[] = [...values];
          for (const value of values) column.push(value);
          for (const [at, value] of changes)
            if (at < wanted.length) {
              column.set(at, value);
              wanted[at] = value;
            }
          expect(wanted.map((_, at) => column.get(at))).toEqual(wanted);
        },
      ),
    );
  });
});

describe('sorting in strides', () => {
  it('is stable, whatever the stride', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(8), { maxLength: 200 }), fc.integer({ min: 1, max: 40 }), (keys, stride) => {
        const numbers = Uint32Array.from(keys.keys());
        const sorted = whole(sortInStrides(numbers, stride, (a, b) => keys[a]! - keys[b]!));
        expect([...sorted]).toEqual([...keys.keys()].sort((a, b) => keys[a]! - keys[b]! || a - b));
        expect([...numbers]).toEqual([...keys.keys()]);
      }),
    );
  });

  it('lets go once in each stride at least', () => {
    const steps = sortInStrides(
      Uint32Array.from({ length: 1_000 }, (_, at) => 1_000 - at),
      100,
      (a, b) => a - b,
    );
    let turns = 0;
    while (steps.next().done !== true) turns++;
    expect(turns).toBeGreaterThanOrEqual(40);
  });
});
