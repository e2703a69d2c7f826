import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PackedStrings } from '../src/internal/xlsx/packed-strings.js';

const packed = (texts: readonly string[]): PackedStrings => {
  const strings = new PackedStrings();
  for (const text of texts) strings.push(text);
  return strings;
};

describe('packed strings', () => {
  it('are what was put in, asked for in any order, again and again', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'binary', maxLength: 30 }), { maxLength: 50 }),
        fc.array(fc.nat(60), { maxLength: 100 }),
        (texts, asked) => {
          const strings = packed(texts);
          expect(strings.length).toBe(texts.length);
          for (const number of asked) expect(strings.get(number)).toBe(texts[number]);
        },
      ),
    );
  });

  it('may be halves of characters, as _xD83D_ makes them', () => {
    expect(packed(['\ud83d', '\ude00']).get(0)).toBe('\ud83d');
  });

  it('of any length, wherever pieces end', () => {
    const texts = ['甲'.repeat(65_535), 'a'.repeat(32_767), '', '乙'.repeat(32_767), '丙', 'x'.repeat(65_535), '末'];
    const strings = packed(texts);
    for (const [number, text] of texts.entries()) expect(strings.get(number) === text).toBe(true);
  });

  it('more of them than are remembered, or than one piece numbers', () => {
    const texts = Array.from({ length: 40_000 }, (_, number) => `${number % 7 === 0 ? '甲' : ''}${number}`);
    const strings = packed(texts);
    for (let number = 0; number < texts.length; number++)
      if (strings.get(number) !== texts[number]) expect(strings.get(number)).toBe(texts[number]);
    expect(strings.get(0)).toBe('甲0');
    expect(strings.get(texts.length)).toBeUndefined();
  });

  it('of which there are none', () => {
    expect([packed([]).length, packed([]).get(0)]).toEqual([0, undefined]);
  });
});
