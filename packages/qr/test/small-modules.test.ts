/** Modules of less than two pixels: whether they are read must not depend on how they fall on the pixels. */
import { encodeBase45 } from '@gov/qr/base45';
import { qrCode } from '@gov/qr/draw';
import { READ_LIMITS, readQr } from '@gov/qr/read';
import { encode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { enlargedPng } from '../src/internal/enlarge.js';
import { darkAt, grey, render, span } from './pictures.js';

/** Octets that look random, the same in each run. */
function octets(length: number): Uint8Array {
  let state = length;
  return Uint8Array.from({ length }, () => {
    state = Math.imul(state, 1_664_525) + 1_013_904_223;
    return state >>> 24;
  });
}
const url = (length: number) => `https://m.example.gov.cn#${Buffer.from(octets(length)).toString('base64url')}`;

/** A code somewhere on a light page. */
function page(text: string, pixelsPerModule: number, left: number, top: number) {
  const qr = qrCode(text);
  const side = Math.ceil(span(qr) * pixelsPerModule) + 20;
  const at = (pixel: number, margin: number) => (pixel - 8 - margin) / pixelsPerModule;
  return { side, data: render(side, side, (x, y) => darkAt(qr, at(x, left), at(y, top))) };
}

const steps = process.env.SLOW ? 10 : 4;
const offsets = Array.from({ length: steps * steps }, (_, i) => [(i % steps) / steps, Math.floor(i / steps) / steps]);

describe('1.6 pixels per module, at any place', () => {
  test.each([
    ['34 octets', 3, encodeBase45(octets(34))],
    ['195 octets', 10, encodeBase45(octets(195))],
    ['211 octets', 11, encodeBase45(octets(211))],
    ['259 octets', 12, encodeBase45(octets(259))],
    ['275 octets', 12, encodeBase45(octets(275))],
    ['34 octets in a URL', 5, url(34)],
    ['195 octets in a URL', 12, url(195)],
    ['211 octets in a URL', 13, url(211)],
    ['a licence', 16, `EL1:${encodeBase45(octets(400))}`],
  ])('%s, version %i', async (_, version, text) => {
    expect(qrCode(text).version).toBe(version);
    const missed: unknown[] = [];
    for (const [left, top] of offsets) {
      const { side, data } = page(text, 1.6, left!, top!);
      const [read] = await readQr(grey(side, side, data));
      if (read !== text) missed.push([left, top]);
    }
    expect(missed).toEqual([]);
  });
});

describe('a second look, twice as large', () => {
  const text = encodeBase45(octets(195));
  // One of the places where the first look finds nothing.
  const hidden = async () => {
    for (const [left, top] of offsets) {
      const { side, data } = page(text, 1.6, left!, top!);
      const texts = await readQr(grey(side, side, data), { limits: { enlargedPixels: 0 } });
      if (texts.length === 0) return { side, data };
    }
    throw new Error('the first look finds it everywhere');
  };

  test('is had up to a number of pixels', async () => {
    const { side, data } = await hidden();
    const image = grey(side, side, data);
    expect(await readQr(image)).toEqual([text]);
    expect(await readQr(image, { limits: { enlargedPixels: side * side } })).toEqual([text]);
    expect(await readQr(image, { limits: { enlargedPixels: side * side - 1 } })).toEqual([]);
    expect(READ_LIMITS.enlargedPixels * 4).toBeLessThan(READ_LIMITS.pixels);
  });

  test.each([
    ['grey and transparent', 2, 8],
    ['in colour', 3, 8],
    ['in colour and transparent', 4, 8],
    ['in grey of 16 bits', 1, 16],
    ['in colour of 16 bits', 3, 16],
  ] as const)('is had of pictures %s', async (_, channels, depth) => {
    const { side, data } = await hidden();
    const white = depth === 16 ? 0xffff : 255;
    const wide = new (depth === 16 ? Uint16Array : Uint8Array)(side * side * channels);
    data.forEach((light, pixel) => {
      const transparent = channels === 2 || channels === 4;
      for (let c = 0; c < channels; c++)
        // Black of some strength upon a page that shows through.
        if (transparent) wide[pixel * channels + c] = c === channels - 1 ? 255 - light : 0;
        else wide[pixel * channels + c] = (light * white) / 255;
    });
    const image = encode({ width: side, height: side, data: wide, channels, depth });
    expect(await readQr(image)).toEqual([text]);
  });

  test('has the pixels between those that are there, in pictures of few bits and few colours, too', () => {
    const grown = (png: Uint8Array) => {
      const { width, height, data } = enlargedPng(png)!;
      expect(data.every((octet, at) => octet === (at % 4 === 3 ? 255 : data[at - (at % 4)]))).toBe(true);
      return [width, height, ...data.filter((_, at) => at % 4 === 0)];
    };
    expect(grown(grey(2, 1, Uint8Array.of(0, 255)))).toEqual([4, 2, 0, 64, 191, 255, 0, 64, 191, 255]);
    expect(grown(grey(1, 2, Uint8Array.of(16, 0)))).toEqual([2, 4, 16, 16, 12, 12, 4, 4, 0, 0]);
    const board = grown(grey(3, 2, Uint8Array.of(255, 0, 255, 0, 255, 0)));
    const data = Uint8Array.of(0b10100000, 0b01000000);
    expect(grown(encode({ width: 3, height: 2, data, channels: 1, depth: 1 }))).toEqual(board);
    const palette = [
      [0, 0, 0],
      [255, 255, 255],
    ];
    expect(grown(encode({ width: 3, height: 2, data, channels: 1, depth: 1, palette }))).toEqual(board);
    const red = grown(encode({ width: 1, height: 1, data: Uint8Array.of(255, 0, 0), channels: 3, depth: 8 }));
    expect(red.slice(2)).toEqual([76, 76, 76, 76]);
  });

  test('is not had of what only the decoder of codes can read', () => {
    expect(enlargedPng(Uint8Array.of(0x89, 0x50))).toBeUndefined();
  });
});
