import { drawFace } from '@gov/e-license/face';
import { isGovError } from '@gov/verdict';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layoutRows as layoutRowsIn, type PlacedLine, type RowText, type Zone } from '../src/face/layout.js';
import { breakLines, linesFit, widthOf } from '../src/face/lines.js';
import { lookOf } from '../src/face/style.js';
import { createdAt, FACE, fonts } from './face-fixture.js';

const set = (text: string) => fonts.charactersOf(text);
const textOf = (line: PlacedLine) => line.characters.map(({ text }) => text).join('');
const TOLERANCE = 1e-6;

const { zones: ZONES } = lookOf();
const layoutRows = (rows: readonly RowText[], zone: Zone = ZONES.rows, columns: 1 | 2 = 2) =>
  layoutRowsIn(
    rows,
    zone,
    columns,
    rows.map(({ label }) => label.map(({ text }) => text).join('')),
  );

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
  it.each(
    (['landscape', 'portrait'] as const).flatMap((page) => ([0, 1, 2] as const).map((lines) => [page, lines] as const)),
  )('lie apart, inside the border: %s, %i lines under the title', (page, lines) => {
    const look = lookOf({ page }, lines);
    const { width, height } = look.page;
    expect([width, height].sort()).toEqual([210, 297]);
    const zones = Object.values(look.zones).filter((zone: Zone) => zone.height > 0);
    expect(zones).toHaveLength(lines === 0 ? 8 : 9);
    const inside = { x: 17, y: 17, width: width - 34, height: height - 34 };
    for (const [i, zone] of zones.entries()) {
      expect(within(zone, inside)).toBe(true);
      for (const other of zones.slice(0, i)) expect(apart(zone, other)).toBe(true);
    }
    // A title of one line in its largest size, and room for the largest seal under the rows.
    expect(look.zones.title.height).toBeGreaterThanOrEqual(look.titleMm * 1.2);
    expect(look.zones.rows.y - 50).toBeGreaterThan(16);
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
        fc.array(
          fc.record({
            label: text(30),
            labelEn: fc.option(text(30), { nil: undefined }),
            value: fc.oneof(text(20), text(200), text(900)),
            wide: fc.boolean(),
          }),
          { maxLength: 30, size: 'max' },
        ),
        fc.constantFrom('landscape' as const, 'portrait' as const),
        fc.constantFrom(1 as const, 2 as const),
        (rows, page, columns) => {
          const zone = lookOf({ page }).zones.rows;
          let placed: ReturnType<typeof layoutRows>;
          try {
            const texts = rows.map(({ label, labelEn, value, wide }) => ({
              label: set(label),
              value: set(value),
              wide,
              ...(labelEn === undefined ? {} : { labelEn: set(labelEn) }),
            }));
            placed = layoutRows(texts, zone, columns);
          } catch (error) {
            if (!isGovError(error)) throw error;
            expect(error.code).toBe('license-face-overflow');
            outcomes.refused++;
            return;
          }
          outcomes.set++;
          expect(placed).toHaveLength(rows.length);
          for (const [i, row] of placed.entries()) {
            expect(within(row, zone)).toBe(true);
            if (rows[i]!.wide) expect(row.width).toBe(zone.width);
            for (const other of placed.slice(0, i)) expect(apart(row, other)).toBe(true);
            const lines = [...row.label, ...row.value];
            for (const [k, line] of lines.entries()) {
              expect(within(boxOf(line), row)).toBe(true);
              for (const other of lines.slice(0, k)) expect(apart(boxOf(line), boxOf(other))).toBe(true);
            }
            expect(row.label.map(textOf).join('')).toBe(rows[i]!.label + (rows[i]!.labelEn ?? ''));
            expect(row.value.map(textOf).join('')).toBe(rows[i]!.value);
          }
        },
      ),
      // A failure here has huge counterexamples: shrinking them must end.
      { numRuns: process.env.SLOW ? 2000 : 100, interruptAfterTimeLimit: 60_000, markInterruptAsFailure: true },
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
    ['identifier', 'W', 158],
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
    expect(broken('一二三四五六七八', 3)).toEqual(['一二三', '四五六', '七八']);
    expect(broken('一二三', 3)).toEqual(['一二三']);
    expect(broken('', 3)).toEqual(['']);
  });

  it('never before closing punctuation', () => {
    expect(broken('一二三。四', 3)).toEqual(['一二', '三。四']);
    expect(broken('一二三）。四', 3)).toEqual(['一二', '三）。', '四']);
    expect(broken('一二。', 2)).toEqual(['一', '二。']);
    expect(broken('负责人）', 3)).toEqual(['负责', '人）']);
  });

  it('never after opening punctuation', () => {
    expect(broken('一二（三四', 3)).toEqual(['一二', '（三四']);
    expect(broken('（（（（（', 3)).toEqual(['（（（', '（（']);
  });

  it('not within a number or word that fits into half a line', () => {
    expect(broken('一二三四五1203号', 6)).toEqual(['一二三四五', '1203号']);
    expect(broken('一二ABCDEFGHIJKLMN', 6)[0]).toMatch(/^一二ABCD/);
  });

  it('leaves no few characters alone on the last line', () => {
    expect(broken('一二三四五六七', 3)).toEqual(['一二三', '四五', '六七']);
    expect(broken('一二三', 2)).toEqual(['一二', '三']);
    expect(broken('一二三四五六七八九十甲', 10)).toEqual(['一二三四五六七', '八九十甲']);
    expect(broken('一二三四五六七八九用房）', 10)).toEqual(['一二三四五六七八', '九用房）']);
  });

  it('a number is made smaller rather than broken; a digest is broken', () => {
    const row = (value: string) => ({ label: set('编号'), value: set(value) });
    const narrow = { x: 0, y: 0, width: 60, height: 60 };
    const [number] = layoutRows([row('J990100-2026-000017-000018')], narrow, 1);
    expect(number!.value).toHaveLength(1);
    expect(number!.value[0]!.size).toBeLessThan(4.5);
    const [digest] = layoutRows([row('6'.repeat(64))], narrow, 1);
    expect(digest!.value.length).toBeGreaterThan(1);
    expect(digest!.value[0]!.size).toBeCloseTo(4.8);
    expect(() => layoutRows([row('W'.repeat(30))], { ...narrow, width: 30 }, 1)).toThrow(
      expect.objectContaining({ code: 'license-face-overflow', message: expect.stringContaining('编号') }),
    );
  });

  it('punctuation alone breaks anywhere rather than never', () => {
    expect(broken('。。。。。', 3)).toEqual(['。。。', '。。']);
  });

  it('tells when a column is narrower than a character', () => {
    expect(linesFit(breakLines(set('一二'), 0.5), 0.5)).toBe(false);
  });
});
