import { drawFace } from '@gov/e-license/face';
import { openFont } from '@gov/e-seal/picture/font';
import { isGovError } from '@gov/verdict';
import { describe, expect, it } from 'vitest';
import { fontMetrics, subsetTrueType } from '../src/face/subset.js';
import { createdAt, FACE, fonts, readPage, regular, smallFont, tablesOf } from './face-fixture.js';

const ren = openFont(regular).glyph(0x4eba)!;
const min = openFont(regular).glyph(0x6c11)!;

/** The outline bytes of each glyph, by the font's own loca. */
function outlines(font: Uint8Array): Uint8Array[] {
  const tables = tablesOf(font);
  const long = new DataView(tables.get('head')!.buffer).getInt16(50) === 1;
  const loca = new DataView(tables.get('loca')!.buffer);
  const count = new DataView(tables.get('maxp')!.buffer).getUint16(4);
  const at = (i: number) => (long ? loca.getUint32(4 * i) : 2 * loca.getUint16(2 * i));
  return Array.from({ length: count }, (_, i) => tables.get('glyf')!.subarray(at(i), at(i + 1)));
}

function advances(font: Uint8Array, count: number): number[] {
  const hmtx = new DataView(tablesOf(font).get('hmtx')!.buffer);
  return Array.from({ length: count }, (_, i) => hmtx.getUint16(4 * i));
}

const sum = (bytes: Uint8Array) => {
  const padded = new Uint8Array((bytes.length + 3) & ~3);
  padded.set(bytes);
  const view = new DataView(padded.buffer);
  let total = 0;
  for (let at = 0; at < padded.length; at += 4) total = (total + view.getUint32(at)) >>> 0;
  return total;
};

describe('font subset', () => {
  it('has .notdef, then the glyphs asked for, in order, repeated where asked, with the outlines of the font', () => {
    const all = outlines(regular);
    const cut = outlines(subsetTrueType(regular, [min, ren, min]));
    expect(cut).toHaveLength(4);
    for (const [i, glyph] of [0, min, ren, min].entries()) {
      const length = all[glyph]!.length;
      expect(cut[i]!.subarray(0, length)).toEqual(all[glyph]);
      expect(cut[i]!.length - length).toBeLessThan(4);
    }
    expect(advances(subsetTrueType(regular, [min, ren]), 3).slice(1)).toEqual([1000, 1000]);
  });

  it('is a sound file: every checksum, the whole-file adjustment, tables in order', () => {
    const font = subsetTrueType(regular, [ren, min]);
    expect(sum(font)).toBe(0xb1b0afba);
    const view = new DataView(font.buffer);
    const tags: string[] = [];
    for (let i = 0; i < view.getUint16(4); i++) {
      const at = 12 + 16 * i;
      tags.push(String.fromCharCode(...font.subarray(at, at + 4)));
      const table = font.slice(view.getUint32(at + 8), view.getUint32(at + 8) + view.getUint32(at + 12));
      expect(view.getUint32(at + 8) % 4).toBe(0);
      if (tags[i] === 'head') table.fill(0, 8, 12);
      expect(sum(table)).toBe(view.getUint32(at + 4));
    }
    expect(tags).toEqual([...tags].sort());
    expect(view.getUint16(6)).toBe(64);
  });

  it('components of composite glyphs come along, renumbered', () => {
    const [, first, second] = outlines(subsetTrueType(smallFont([0x4eba], 2), [2]));
    expect([...first!.subarray(0, 2)]).toEqual([0xff, 0xff]);
    expect([...first!.subarray(12, 14)]).toEqual([0, 2]);
    const original = outlines(regular)[ren]!;
    expect(second!.subarray(0, original.length)).toEqual(original);
  });

  it('a glyph that is its own component ends', () => {
    const font = smallFont([0x4eba], 2);
    const composite = font.findIndex((_, i) => font[i] === 20 && font[i + 1] === 30 && font[i - 1] === 1);
    font[composite - 1] = 2;
    expect(outlines(subsetTrueType(font, [2]))).toHaveLength(3);
  });

  it('leaves the font that it cuts from as it was, also in a Buffer', async () => {
    const before = sum(regular);
    subsetTrueType(regular, [ren]);
    await drawFace(FACE, { fonts, createdAt });
    const composed = Buffer.from(smallFont([0x4eba], 2));
    const copy = Uint8Array.from(composed);
    subsetTrueType(composed, [1, 2]);
    expect(Uint8Array.from(composed)).toEqual(copy);
    expect(sum(regular)).toBe(before);
  });

  it('what is embedded in a face holds just the characters drawn', async () => {
    const { fontFiles, lines } = await readPage((await drawFace(FACE, { fonts, createdAt })).pdf);
    const distinct = new Set([...lines.filter((line) => line !== FACE.title).join('')]).size;
    expect(fontFiles.map((font) => outlines(font).length)).toEqual([8, distinct + 1]);
  });

  it('metrics are in em', () => {
    const { ascent, descent, bbox } = fontMetrics(regular);
    expect(ascent).toBeCloseTo(1.16);
    expect(descent).toBeCloseTo(-0.288);
    expect(bbox[2]).toBeGreaterThan(1);
  });

  it('a damaged font is cut or refused with a GovError', () => {
    const font = smallFont([0x4eba], 2);
    const outcomes = { cut: 0, refused: 0 };
    let state = 7;
    const random = (below: number) => {
      state = Math.imul(state, 1664525) + 1013904223;
      return Math.floor(((state >>> 0) / 2 ** 32) * below);
    };
    for (let run = 0; run < (process.env.SLOW ? 50_000 : 3000); run++) {
      const damaged = run % 10 === 0 ? font.slice(0, random(font.length)) : font.slice();
      for (let i = 0; i < 4 && damaged.length > 0; i++) damaged[random(damaged.length)] = random(256);
      try {
        subsetTrueType(damaged, [1, 2]);
        fontMetrics(damaged);
        outcomes.cut++;
      } catch (error) {
        if (!isGovError(error)) throw error;
        expect(error.code).toBe('input-malformed');
        outcomes.refused++;
      }
    }
    expect(outcomes.cut).toBeGreaterThan(100);
    expect(outcomes.refused).toBeGreaterThan(100);
  });
});
