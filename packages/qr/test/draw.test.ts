import { DRAW_LIMITS, moduleMillimetres, type QrCodeOptions, qrCode, qrPng, qrSvg } from '@gov/qr/draw';
import { decode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { readByJsqr, render, span } from './pictures.js';

const TEXT = 'EL1:NCFOXN%TSMAHN-H7L9:W1*6L3';
const code = (error: unknown) => (error as { code?: string }).code;
const failure = (action: () => unknown): string | undefined => {
  try {
    action();
  } catch (error) {
    return code(error);
  }
  return 'no error';
};

/** One byte per pixel out of one bit per pixel. */
function pixels(png: Uint8Array): { grey: Uint8Array; width: number } {
  const { width, height, data, depth, channels } = decode(png);
  expect([depth, channels, width]).toEqual([1, 1, height]);
  const stride = Math.ceil(width / 8);
  const grey = Uint8Array.from({ length: width * height }, (_, index) => {
    const x = index % width;
    const bit = (data[Math.floor(index / width) * stride + (x >> 3)]! >> (7 - (x & 7))) & 1;
    return bit * 255;
  });
  return { grey, width };
}

describe('qrCode', () => {
  test('geometry, and the finder patterns that every reader looks for', () => {
    const qr = qrCode(TEXT);
    expect(qr).toMatchObject({ version: 2, level: 'M', size: 25, quietZone: 4 });
    expect(qr.modules).toHaveLength(625);
    const row = (y: number, x: number) => qr.modules.slice(y * 25 + x, y * 25 + x + 8);
    expect(row(0, 0)).toEqual([true, true, true, true, true, true, true, false]);
    expect(row(1, 0)).toEqual([true, false, false, false, false, false, true, false]);
    expect(row(24, 0)).toEqual([true, true, true, true, true, true, true, false]);
    expect(qr.modules.slice(18, 25)).toEqual([true, true, true, true, true, true, true]);
  });

  test('base45 text takes the alphanumeric mode', () => {
    // Table 7 of ISO/IEC 18004: alphanumeric capacity of version 15-M is 600, of 20-M 970.
    expect(qrCode('A$'.repeat(300)).version).toBe(15);
    expect(qrCode(`${'A$'.repeat(300)}A`).version).toBe(16);
    expect(qrCode('A$'.repeat(485), { maxVersion: 20 }).version).toBe(20);
  });

  test.each<[string, string, QrCodeOptions, string]>([
    ['one character over the wanted version', `${'A$'.repeat(485)}A`, { maxVersion: 20 }, 'qr-too-large'],
    ['more than any version holds', `${'A$'.repeat(2148)}A`, { level: 'L' }, 'qr-too-large'],
    ['more characters than any mode', '1'.repeat(DRAW_LIMITS.characters + 1), { level: 'L' }, 'qr-too-large'],
    ['nothing', '', {}, 'invalid-argument'],
    ['a lone surrogate', 'A\ud800', {}, 'invalid-argument'],
    ['an unknown level', 'A', { level: 'X' as 'L' }, 'invalid-argument'],
    ['version 0', 'A', { maxVersion: 0 }, 'invalid-argument'],
    ['version 41', 'A', { maxVersion: 41 }, 'invalid-argument'],
    ['half a module of quiet zone', 'A', { quietZone: 1.5 }, 'invalid-argument'],
    ['a negative quiet zone', 'A', { quietZone: -1 }, 'invalid-argument'],
    ['too wide a quiet zone', 'A', { quietZone: DRAW_LIMITS.quietZone + 1 }, 'invalid-argument'],
  ])('refuses %s', (_, text, options, expected) => {
    expect(failure(() => qrCode(text, options))).toBe(expected);
  });

  test('the largest of all', () => {
    expect(qrCode('1'.repeat(DRAW_LIMITS.characters), { level: 'L' }).version).toBe(40);
    expect(qrCode('A$'.repeat(2148), { level: 'L' }).version).toBe(40);
  });
});

describe('qrPng', () => {
  test.each([1, 2, 3, 8])('at scale %i each module is a square of that many pixels', (scale) => {
    const qr = qrCode(TEXT, { quietZone: 2 });
    const { grey, width } = pixels(qrPng(qr, { scale }));
    expect(width).toBe(29 * scale);
    const expected = render(
      width,
      width,
      (x, y) => {
        const column = Math.floor(x / scale) - 2;
        const row = Math.floor(y / scale) - 2;
        return row >= 0 && column >= 0 && row < 25 && column < 25 && qr.modules[row * 25 + column]!;
      },
      1,
    );
    expect(grey).toEqual(expected);
  });

  test.each([
    ['short', 'EL1:A'],
    ['of a licence', `EL1:${'7WFB%SO 2L'.repeat(50)}`],
    ['Chinese', '食品经营许可证 JY15101070012345'],
  ])('jsQR reads text that is %s', (_, text) => {
    const { grey, width } = pixels(qrPng(qrCode(text), { scale: 4 }));
    expect(readByJsqr(grey, width)).toBe(text);
  });

  test.each(['L', 'M', 'Q', 'H'] as const)('jsQR reads level %s', (level) => {
    const { grey, width } = pixels(qrPng(qrCode(TEXT, { level }), { scale: 4 }));
    expect(readByJsqr(grey, width)).toBe(TEXT);
  });

  test('scale is bounded by the pixels it makes', () => {
    const qr = qrCode(TEXT, { quietZone: 64 });
    const most = Math.floor(DRAW_LIMITS.pixels / span(qr));
    expect(decode(qrPng(qr, { scale: most })).width).toBe(most * span(qr));
    for (const scale of [most + 1, 0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(failure(() => qrPng(qr, { scale }))).toBe('invalid-argument');
    }
  });
});

describe('qrSvg', () => {
  test('its runs are exactly the dark modules', () => {
    const qr = qrCode(TEXT, { quietZone: 3 });
    const svg = qrSvg(qr);
    expect(svg).toContain('viewBox="0 0 31 31"');
    const drawn = new Array<boolean>(625).fill(false);
    for (const [, x, y, width, , back] of svg.matchAll(/M(\d+) (\d+)h(\d+)v(1)h-(\d+)z/g)) {
      expect(back).toBe(width);
      for (let i = 0; i < Number(width); i++) drawn[(Number(y) - 3) * 25 + Number(x) - 3 + i] = true;
    }
    expect(drawn).toEqual(qr.modules);
  });
});

test('print size', () => {
  const qr = qrCode('A$'.repeat(300));
  expect(span(qr)).toBe(85);
  expect(moduleMillimetres(qr, 34)).toBeCloseTo(0.4, 10);
  for (const width of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(failure(() => moduleMillimetres(qr, width))).toBe('invalid-argument');
  }
});
