import { drawFace } from '@gov/e-license/face';
import { isGovError } from '@gov/verdict';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layoutRows, PAGE, type PlacedLine, ZONES, type Zone } from '../src/face/layout.js';
import { breakLines, linesFit, widthOf } from '../src/face/lines.js';
import { createdAt, FACE, fonts } from './face-fixture.js';

const set = (text: string) => fonts.charactersOf(text);
const textOf = (line: PlacedLine) => line.characters.map(({ text }) => text).join('');
const TOLERANCE = 1e-6;

const apart = (a: Zone, b: Zone) =>
  a.x + a.width <= b.x + TOLERANCE ||
  b.x + b.width <= a.x + TOLERANCE ||
  a.y + a.height <= b.y + TOLERANCE ||
  b.y + b.height <= a.y + TOLERANCE;

const within = (inner: Zone, outer: Zone) =>
  inner.x >= outer.x - TOLERANCE &&
  inner.y >= outer.y - TOLERANCE &&
  inner.x + inner.width <= outer.x + outer.width + TOLERANCE &&
  inner.y + inner.height <= outer.y + outer.height + TOLERANCE;

/** The box of a line of text: ideographs reach 0.88 em up and 0.12 em down. */
const boxOf = (line: PlacedLine): Zone => ({
  x: line.x,
  y: line.y - 0.12 * line.size,
  width: widthOf(line.characters) * line.size,
  height: line.size,
});

describe('zones', () => {
  it('lie apart, inside the border', () => {
    const zones = Object.values(ZONES);
    const inside = { x: 17, y: 17, width: PAGE.width - 34, height: PAGE.height - 34 };
    for (const [i, zone] of zones.entries()) {
      expect(within(zone, inside)).toBe(true);
      for (const other of zones.slice(0, i)) expect(apart(zone, other)).toBe(true);
    }
  });
});

describe('rows', () => {
  const text = (maxLength: number) =>
    fc
      .array(fc.constantFrom(...'滨海市崂山区香港东路一二三（）、，。；：ABCWMil0123 —…'), { maxLength, size: 'max' })
      .map((characters) => characters.join(''));

  it('never overlap, stay in their zone, and keep every character in order', () => {
    const outcomes = { set: 0, refused: 0 };
    fc.assert(
      fc.property(
        fc.array(fc.record({ label: text(30), value: fc.oneof(text(20), text(200), text(900)) }), {
          maxLength: 30,
          size: 'max',
        }),
        (rows) => {
          let placed: ReturnType<typeof layoutRows>;
          try {
            placed = layoutRows(rows.map(({ label, value }) => ({ label: set(label), value: set(value) })));
          } catch (error) {
            if (!isGovError(error)) throw error;
            expect(error.code).toBe('license-face-overflow');
            outcomes.refused++;
            return;
          }
          outcomes.set++;
          expect(placed).toHaveLength(rows.length);
          for (const [i, row] of placed.entries()) {
            expect(within(row, ZONES.rows)).toBe(true);
            for (const other of placed.slice(0, i)) expect(apart(row, other)).toBe(true);
            const lines = [...row.label, ...row.value];
            for (const [k, line] of lines.entries()) {
              expect(within(boxOf(line), row)).toBe(true);
              for (const other of lines.slice(0, k)) expect(apart(boxOf(line), boxOf(other))).toBe(true);
            }
            expect(row.label.map(textOf).join('')).toBe(rows[i]!.label);
            expect(row.value.map(textOf).join('')).toBe(rows[i]!.value);
          }
        },
      ),
      // A failure here has huge counterexamples: shrinking them must end.
      { numRuns: process.env.SLOW ? 2000 : 150, interruptAfterTimeLimit: 60_000, markInterruptAsFailure: true },
    );
    expect(outcomes.set).toBeGreaterThan(10);
    expect(outcomes.refused).toBeGreaterThan(10);
  });

  it('shrink, and at the smallest size are refused: the edge', async () => {
    const rows = (length: number) =>
      Array.from({ length: 10 }, () => ({ label: '经营项目', value: '滨'.repeat(length) }));
    const size = (length: number) =>
      layoutRows(rows(length).map(({ label, value }) => ({ label: set(label), value: set(value) })))[0]!.value[0]!.size;
    let [fits, fails] = [1, 1000];
    while (fails - fits > 1) {
      const middle = (fits + fails) >> 1;
      try {
        size(middle);
        fits = middle;
      } catch {
        fails = middle;
      }
    }
    expect(size(1)).toBeCloseTo(4.8);
    expect(size(fits)).toBeGreaterThan(2.4);
    expect(size(fits)).toBeLessThan(2.8);
    await drawFace({ ...FACE, rows: rows(fits) }, { fonts, createdAt });
    await expect(drawFace({ ...FACE, rows: rows(fails) }, { fonts, createdAt })).rejects.toThrow(
      expect.objectContaining({ code: 'license-face-overflow' }),
    );
  });

  it('fifteen rows with a long list of business items are set at 9 points or more', () => {
    const sizes = layoutRows(FACE.rows.map(({ label, value }) => ({ label: set(label), value: set(value) })));
    expect(sizes[0]!.value[0]!.size * (72 / 25.4)).toBeGreaterThan(9);
  });
});

describe('single texts', () => {
  it.each([
    ['title', '证', 33],
    ['number', 'W', 110],
    ['identifier', 'W', 140],
    ['authority', '局', 54],
    ['qrCaption', '码', 42],
  ] as const)('%s shrinks, then is refused', async (key, character, refused) => {
    const draw = (length: number) => drawFace({ ...FACE, [key]: character.repeat(length) }, { fonts, createdAt });
    await draw(refused - 4 - (key === 'identifier' || key === 'number' ? 16 : 0));
    await expect(draw(refused + 16)).rejects.toThrow(expect.objectContaining({ code: 'license-face-overflow' }));
  });
});

describe('breaking lines', () => {
  const broken = (text: string, width: number) =>
    breakLines(set(text), width).map((line) => line.map((character) => character.text).join(''));

  it('between any two characters, as full as can be', () => {
    expect(broken('一二三四五六七', 3)).toEqual(['一二三', '四五六', '七']);
    expect(broken('一二三', 3)).toEqual(['一二三']);
    expect(broken('', 3)).toEqual(['']);
  });

  it('never before closing punctuation', () => {
    expect(broken('一二三。四', 3)).toEqual(['一二', '三。四']);
    expect(broken('一二三）。四', 3)).toEqual(['一二', '三）。', '四']);
    expect(broken('一二。', 2)).toEqual(['一', '二。']);
    expect(broken('负责人）', 3)).toEqual(['负责', '人）']);
  });

  it('punctuation alone breaks anywhere rather than never', () => {
    expect(broken('。。。。。', 3)).toEqual(['。。。', '。。']);
  });

  it('tells when a column is narrower than a character', () => {
    expect(linesFit(breakLines(set('一二'), 0.5), 0.5)).toBe(false);
  });
});
