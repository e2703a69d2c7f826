import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { FONT_LIMITS, openFont, roundSeal } from '@gov/e-seal/picture';
import { isGovError } from '@gov/verdict';
import { describe, expect, it } from 'vitest';

const bytes = new Uint8Array(
  readFileSync(
    createRequire(import.meta.url).resolve('@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf'),
  ),
);
const code = (expected: string) => expect.objectContaining({ name: 'GovError', code: expected });

describe('openFont', () => {
  it('gives glyphs, advances and outlines in em', () => {
    const font = openFont(bytes);
    expect(font.name).toBe('NotoSansSC-Regular');
    const glyph = font.glyph(0x4eba)!;
    expect(font.advance(glyph)).toBe(1);
    const outline = font.outline(glyph);
    expect(outline[0]!.op).toBe('M');
    expect(outline.at(-1)!.op).toBe('Z');
    const ys = outline.flatMap(({ points }) => points.filter((_, i) => i % 2 === 1));
    expect(Math.max(...ys)).toBeGreaterThan(0.7);
    expect(Math.max(...ys)).toBeLessThan(0.95);
    expect(font.outline(font.glyph(0x20)!)).toEqual([]);
    expect(font.glyph(0x1f110)).toBeGreaterThan(0);
  });

  it.each([0x2c386, 0, 0x0a, 0x200b, 0x202e, 0x0301, 0xfe0f, 0x0646, 0x0f40, 0x1820, 0xd800, 0x110000])(
    'has nothing for code point %i',
    (codePoint) => expect(openFont(bytes).glyph(codePoint)).toBeUndefined(),
  );

  it('takes the first font of a collection', () => {
    const collection = new Uint8Array(16 + bytes.length);
    collection.set(bytes, 16);
    const view = new DataView(collection.buffer);
    for (const [i, word] of [0x74746366, 0x00010000, 1, 16].entries()) view.setUint32(4 * i, word);
    for (let i = 0; i < view.getUint16(20); i++) {
      const at = 16 + 12 + 16 * i + 8;
      view.setUint32(at, view.getUint32(at) + 16);
    }
    const seal = (font: Uint8Array) => roundSeal({ name: '滨海市教育局' }, { font: openFont(font) }).svg;
    expect(seal(collection)).toBe(seal(bytes));
  });

  it.each([
    ['empty', new Uint8Array(0)],
    ['text', new TextEncoder().encode('not a font at all')],
    ['woff', new TextEncoder().encode('wOFF\0\x01\0\0aaaaaaaaaaaa')],
    ['a header alone', bytes.subarray(0, 12)],
    ['a directory without tables', bytes.subarray(0, 400)],
    ['an endless collection', Uint8Array.from([0x74, 0x74, 0x63, 0x66, 0, 1, 0, 0, 0xff, 0xff, 0xff, 0xff])],
  ])('refuses %s', (_, font) => expect(() => openFont(font)).toThrow(code('input-malformed')));

  it('refuses a file beyond the limit', () => {
    expect(() => openFont(new Uint8Array(FONT_LIMITS.bytes + 1))).toThrow(code('input-too-large'));
  });

  it('a damaged font gives a seal or a GovError, nothing else', () => {
    const runs = process.env.SLOW ? 5000 : 300;
    const damaged = bytes.slice();
    let state = 1;
    const random = (below: number) => {
      state = Math.imul(state, 1664525) + 1013904223;
      return Math.floor(((state >>> 0) / 2 ** 32) * below);
    };
    const outcomes = { drawn: 0, refused: 0 };
    for (let run = 0; run < runs; run++) {
      // Directory and small tables, character map, metrics, and glyphs by turns.
      const [from, to] = (
        [
          [0, 700],
          [12_672, 30_000],
          [317_984, 441_000],
          [441_580, 4_000_000],
        ] as const
      )[run % 4]!;
      const places = Array.from({ length: 1 + random(run % 4 === 3 ? 4000 : 6) }, () => from + random(to - from));
      for (const place of places) damaged[place] = random(256);
      try {
        roundSeal({ name: '滨海市市场监督管理局' }, { font: openFont(damaged) });
        outcomes.drawn++;
      } catch (error) {
        if (!isGovError(error)) throw error;
        outcomes.refused++;
      }
      for (const place of places) damaged[place] = bytes[place]!;
    }
    expect(outcomes.drawn).toBeGreaterThan(10);
    expect(outcomes.refused).toBeGreaterThan(10);
  });
});
