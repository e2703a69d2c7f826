import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { openFont, type RoundSealOptions, roundSeal, SEAL_PICTURE_LIMITS } from '@gov/e-seal/picture';
import { GovError } from '@gov/verdict';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const noto = (file: string) =>
  openFont(readFileSync(createRequire(import.meta.url).resolve(`@expo-google-fonts/noto-sans-sc/${file}`)));
const bold = noto('700Bold/NotoSansSC_700Bold.ttf');
const light = noto('300Light/NotoSansSC_300Light.ttf');

const NAME = '滨海市高新技术产业开发区管理委员会行政审批服务中心综合受理办公室';
const name = (length: number) => [...NAME].slice(0, length).join('');
const CODE13 = '3702120012345';
const CODE18 = '91370212MA3C4D5E6F';

type Point = readonly [number, number];

/** The drawn paths as lists of their points; control points included, so that hulls contain every curve. */
function paths(svg: string): Point[][] {
  return [...svg.matchAll(/<path d="([^"]+)"/g)].map(([, d]) => {
    const numbers = (d as string).match(/-?\d+(\.\d+)?/g)?.map(Number) ?? [];
    return Array.from({ length: numbers.length / 2 }, (_, i): Point => [numbers[2 * i]!, numbers[2 * i + 1]!]);
  });
}

function hull(points: readonly Point[]): Point[] {
  const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const half = (list: readonly Point[]) => {
    const out: Point[] = [];
    for (const p of list) {
      while (out.length > 1) {
        const [a, b] = [out.at(-2)!, out.at(-1)!];
        if ((b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]) > 0) break;
        out.pop();
      }
      out.push(p);
    }
    return out.slice(0, -1);
  };
  return [...half(sorted), ...half(sorted.reverse())];
}

function disjoint(a: readonly Point[], b: readonly Point[]): boolean {
  return [a, b].some((polygon) =>
    polygon.some(([x0, y0], i) => {
      const [x1, y1] = polygon[(i + 1) % polygon.length]!;
      const side = (q: readonly Point[]) => q.map(([x, y]) => (x - x0) * (y1 - y0) - (y - y0) * (x1 - x0));
      return Math.min(...side(b)) > Math.max(...side(a)) || Math.min(...side(a)) > Math.max(...side(b));
    }),
  );
}

/** Every glyph and the star inside the rim, and no two hulls that touch. */
function expectClean(options: RoundSealOptions, font = bold): void {
  const { svg, widthMm } = roundSeal(options, { font });
  const radius = widthMm / 2;
  const drawn = paths(svg);
  const expected = [...options.name, ...(options.purpose ?? ''), ...(options.code ?? '')].length;
  expect(drawn.length).toBe(expected + (options.star === false ? 0 : 1));
  for (const path of drawn) {
    for (const [x, y] of path) expect(Math.hypot(x - radius, y - radius)).toBeLessThan(radius - 1.2 - 0.3);
  }
  const hulls = drawn.map(hull);
  for (let i = 0; i < hulls.length; i++) {
    for (let k = 0; k < i; k++) {
      if (!disjoint(hulls[i]!, hulls[k]!)) expect.fail(`paths ${k} and ${i} overlap in ${JSON.stringify(options)}`);
    }
  }
}

const codeOf = (action: () => unknown): string | undefined => {
  try {
    action();
  } catch (error) {
    if (error instanceof GovError) return error.code;
    throw error;
  }
  return undefined;
};

describe('round seal: everything stands free inside the rim', () => {
  const lengths = Array.from({ length: 27 }, (_, i) => i + 4);
  it.each(lengths)('name of %i characters', (length) => {
    for (const diameterMm of [40, 50]) {
      expectClean({ name: name(length), diameterMm });
      expectClean({ name: name(length), diameterMm, purpose: '合同专用章', code: CODE13 }, light);
      expectClean({ name: name(length), diameterMm, purpose: '行政审批专用章（1）', code: CODE18 });
    }
  });

  it('purposes of 1 to 10 characters under the longest and the shortest name, with and without star', () => {
    for (let length = 1; length <= SEAL_PICTURE_LIMITS.purposeMax; length++) {
      for (const star of [true, false]) {
        expectClean({ name: name(30), purpose: name(length), code: CODE18, diameterMm: 40, star });
        expectClean({ name: name(4), purpose: name(length), star });
      }
    }
  });

  it('a clear millimetre between the ends of the longest name and the longest code', () => {
    for (const diameterMm of [40, 50]) {
      const { svg } = roundSeal({ name: name(30), code: 'M'.repeat(18), diameterMm, star: false }, { font: bold });
      const drawn = paths(svg);
      const [ends, code] = [[drawn[0]!, drawn[29]!].flat(), drawn.slice(30).flat()];
      const nearest = Math.min(...ends.map(([x, y]) => Math.min(...code.map(([a, b]) => Math.hypot(x - a, y - b)))));
      expect(nearest).toBeGreaterThan(1);
    }
  });

  it('glyphs that fill their square to the edge and beyond', () => {
    for (const character of '█━┃') expectClean({ name: character.repeat(30), purpose: character.repeat(10) });
  });

  it('glyphs of any shape: full strokes, punctuation, wide letters, narrow letters', () => {
    const odd = [...'龘鬱（）「」·WM@一丨il|gjQÅ〇'];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...odd), { minLength: 4, maxLength: 30 }), (characters) => {
        expectClean({ name: characters.join(''), code: CODE18 });
      }),
      { numRuns: process.env.SLOW ? 500 : 40 },
    );
  });
});

describe('round seal: as a seal is read', () => {
  /** Width of a path near the rim and near the centre, measured across the ray through its middle. */
  function widths(path: readonly Point[], radius: number): { outer: number; inner: number; angle: number } {
    const centre = path.reduce(([a, b], [x, y]) => [a + x / path.length, b + y / path.length] as const, [
      0, 0,
    ] as Point);
    const angle = Math.atan2(centre[0] - radius, radius - centre[1]);
    const local = path.map(([x, y]) => {
      const [dx, dy] = [x - radius, radius - y];
      return { out: dx * Math.sin(angle) + dy * Math.cos(angle), across: dx * Math.cos(angle) - dy * Math.sin(angle) };
    });
    const middle = (Math.max(...local.map((p) => p.out)) + Math.min(...local.map((p) => p.out))) / 2;
    const width = (list: typeof local) =>
      Math.max(...list.map((p) => p.across)) - Math.min(...list.map((p) => p.across));
    return {
      outer: width(local.filter((p) => p.out > middle)),
      inner: width(local.filter((p) => p.out < middle)),
      angle,
    };
  }

  it('name clockwise over the top with heads outwards, code left to right with heads inwards', () => {
    const { svg } = roundSeal({ name: 'TTTTTTTT', code: 'T'.repeat(18), star: false }, { font: bold });
    const all = paths(svg).map((path) => widths(path, 21));
    const [upper, lower] = [all.slice(0, 8), all.slice(8)];
    for (const { outer, inner } of upper) expect(outer).toBeGreaterThan(inner * 1.5);
    for (const { outer, inner } of lower) expect(inner).toBeGreaterThan(outer * 1.5);
    const angles = upper.map(({ angle }) => angle);
    expect(angles).toEqual([...angles].sort((a, b) => a - b));
    expect(angles[0]! + angles.at(-1)!).toBeCloseTo(0, 2);
    const bottom = lower.map(({ angle }) => Math.sin(angle));
    expect(bottom).toEqual([...bottom].sort((a, b) => a - b));
    expect(lower.every(({ angle }) => Math.cos(angle) < 0)).toBe(true);
  });

  it('upright purpose under the star, star of 14 mm with a point up', () => {
    const { svg } = roundSeal({ name: name(8), purpose: 'T' }, { font: bold });
    const [star, ...glyphs] = paths(svg);
    const top = star!.reduce((a, b) => (b[1] < a[1] ? b : a));
    expect(top).toEqual([21, 14]);
    expect(Math.max(...star!.map(([x, y]) => Math.hypot(x - 21, y - 21)))).toBeCloseTo(7, 2);
    expect(star).toHaveLength(10);
    const purpose = glyphs.at(-1)!;
    expect(Math.min(...purpose.map(([, y]) => y))).toBeGreaterThan(Math.max(...star!.map(([, y]) => y)));
    const middle = (Math.min(...purpose.map(([, y]) => y)) + Math.max(...purpose.map(([, y]) => y))) / 2;
    const width = (list: readonly Point[]) => Math.max(...list.map(([x]) => x)) - Math.min(...list.map(([x]) => x));
    expect(width(purpose.filter(([, y]) => y < middle))).toBeGreaterThan(
      1.5 * width(purpose.filter(([, y]) => y > middle)),
    );
  });

  it('true millimetres, rim of 1.2 mm inside the diameter, outlines only', () => {
    const { svg, widthMm, heightMm } = roundSeal({ name: name(9), diameterMm: 45, color: '#c00010' }, { font: bold });
    expect([widthMm, heightMm]).toEqual([45, 45]);
    expect(svg).toContain('width="45mm" height="45mm" viewBox="0 0 45 45"');
    expect(svg).toContain('<circle cx="22.5" cy="22.5" r="21.9" fill="none" stroke="#c00010" stroke-width="1.2"/>');
    expect(svg).not.toMatch(/<text|font|<style|<rect|href/);
    expect(roundSeal({ name: name(9) }, { font: bold }).widthMm).toBe(42);
  });

  it('same input, same text, whatever was drawn before', () => {
    const options = { name: name(12), purpose: '财务专用章', code: CODE13 };
    const first = roundSeal(options, { font: bold }).svg;
    roundSeal({ name: name(30) }, { font: bold });
    expect(roundSeal(options, { font: bold }).svg).toBe(first);
    expect(roundSeal(options, { font: noto('700Bold/NotoSansSC_700Bold.ttf') }).svg).toBe(first);
  });

  it('the title is escaped: it is the only text of the SVG', () => {
    const { svg } = roundSeal({ name: '</title><script>&"\'' }, { font: bold });
    expect(svg).toContain('<title>&#60;/title&#62;&#60;script&#62;&#38;&#34;&#39;</title>');
    expect(svg).not.toContain('<script');
  });
});

describe('round seal: refusals', () => {
  it.each([
    ['seal-name-length', { name: name(3) }],
    ['seal-name-length', { name: '' }],
    ['seal-name-length', { name: name(31) }],
    ['seal-name-length', { name: name(8), purpose: name(11) }],
    ['invalid-argument', { name: name(8), diameterMm: 39.9 }],
    ['invalid-argument', { name: name(8), diameterMm: 50.1 }],
    ['invalid-argument', { name: name(8), diameterMm: Number.NaN }],
    ['invalid-argument', { name: name(8), code: '370212001234' }],
    ['invalid-argument', { name: name(8), code: '37021200123456' }],
    ['invalid-argument', { name: name(8), code: '370212001234X' }],
    ['invalid-argument', { name: name(8), code: '91370212MA3C4D5E6f' }],
    ['invalid-argument', { name: name(8), code: `${CODE13}\n` }],
    ['invalid-argument', { name: name(8), code: '' }],
    ['invalid-argument', { name: name(8), color: 'red' }],
    ['invalid-argument', { name: name(8), color: '#D6000F" onload="alert(1)' }],
    ['invalid-argument', { name: name(8), color: '#D6000F\n' }],
  ] as const)('%s: %j', (code, options) => {
    expect(codeOf(() => roundSeal(options, { font: bold }))).toBe(code);
  });

  it('counts characters, not UTF-16 units', () => {
    expect(codeOf(() => roundSeal({ name: '🄐🄑🄒' }, { font: bold }))).toBe('seal-name-length');
    expectClean({ name: '🄐🄑🄒🄓' });
  });

  it('names a character without a glyph, with its code point', () => {
    for (const options of [{ name: '滨海𬎆银行' }, { name: '滨海银行', purpose: '𬎆' }]) {
      expect(() => roundSeal(options, { font: bold })).toThrow(
        expect.objectContaining({ code: 'glyph-missing', message: expect.stringContaining('𬎆 U+2C386') }),
      );
    }
  });

  it.each([
    ['space', ' ', 'U+0020'],
    ['ideographic space', '\u3000', 'U+3000'],
    ['line feed', '\n', 'U+000A'],
    ['zero width space', '\u200b', 'U+200B'],
    ['right-to-left override', '\u202e', 'U+202E'],
    ['combining mark', '\u0301', 'U+0301'],
    ['lone surrogate', '\ud86a', 'U+D86A'],
    ['private use', '\ue000', 'U+E000'],
    ['Arabic, which would need shaping', 'ن', 'U+0646'],
  ])('nothing is drawn blank: %s', (_, character, point) => {
    expect(() => roundSeal({ name: `滨海${character}银行` }, { font: bold })).toThrow(
      expect.objectContaining({ code: 'glyph-missing', message: expect.stringContaining(point) }),
    );
  });
});
