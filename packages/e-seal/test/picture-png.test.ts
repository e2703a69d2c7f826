import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { inflateSync } from 'node:zlib';
import { openFont, roundSeal, SEAL_PNG_LIMITS, sealPng } from '@gov/e-seal/picture';
import { describe, expect, it } from 'vitest';
import { resvgWasm } from '../src/picture/resvg.js';

const file = createRequire(import.meta.url).resolve('@expo-google-fonts/noto-sans-sc/700Bold/NotoSansSC_700Bold.ttf');
const seal = roundSeal(
  { name: '滨海市市场监督管理局', purpose: '电子证照专用章' },
  { font: openFont(readFileSync(file)) },
);

/** Eight-bit RGBA, as the renderer writes it. */
function decodePng(png: Uint8Array) {
  const view = new DataView(png.buffer, png.byteOffset, png.length);
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  expect([png[24], png[25]]).toEqual([8, 6]);
  const data: Uint8Array[] = [];
  for (let at = 8; at < png.length; at += 12 + view.getUint32(at)) {
    if (String.fromCharCode(...png.subarray(at + 4, at + 8)) === 'IDAT')
      data.push(png.subarray(at + 8, at + 8 + view.getUint32(at)));
  }
  const raw = inflateSync(Buffer.concat(data));
  const row = width * 4;
  const pixels = new Uint8Array(row * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < row; x++) {
      const left = x < 4 ? 0 : pixels[y * row + x - 4]!;
      const up = y === 0 ? 0 : pixels[(y - 1) * row + x]!;
      const corner = x < 4 || y === 0 ? 0 : pixels[(y - 1) * row + x - 4]!;
      const [a, b, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
      const paeth = a <= b && a <= c ? left : b <= c ? up : corner;
      const predicted = [0, left, up, (left + up) >> 1, paeth][raw[y * (row + 1)]!]!;
      pixels[y * row + x] = raw[y * (row + 1) + 1 + x]! + predicted;
    }
  }
  return {
    width,
    height,
    at: (x: number, y: number) => [...pixels.subarray((y * width + x) * 4, (y * width + x) * 4 + 4)],
  };
}

const code = (expected: string) => expect.objectContaining({ name: 'GovError', code: expected });

describe('seal picture as PNG', () => {
  it('has the pixels of its size and dpi, red on a transparent ground', async () => {
    const picture = decodePng(await sealPng(seal.svg, { widthMm: seal.widthMm }));
    expect([picture.width, picture.height]).toEqual([496, 496]);
    expect(picture.at(0, 0)[3]).toBe(0);
    expect(picture.at(495, 495)[3]).toBe(0);
    // Top of the rim, middle of the star, and the empty ground just inside the rim.
    expect(picture.at(248, 6)).toEqual([0xd6, 0, 0x0f, 255]);
    expect(picture.at(248, 248)).toEqual([0xd6, 0, 0x0f, 255]);
    expect(picture.at(248, 18)[3]).toBe(0);
  });

  it('the same bytes every time', async () => {
    const first = await sealPng(seal.svg, { widthMm: 42, dpi: 600 });
    expect(await sealPng(seal.svg, { widthMm: 42, dpi: 600 })).toEqual(first);
    expect(decodePng(first).width).toBe(992);
  });

  it.each([
    ['invalid-argument', { widthMm: 0 }],
    ['invalid-argument', { widthMm: Number.NaN }],
    ['invalid-argument', { widthMm: SEAL_PNG_LIMITS.widthMaxMm + 0.1 }],
    ['invalid-argument', { widthMm: 42, dpi: SEAL_PNG_LIMITS.dpiMin - 1 }],
    ['invalid-argument', { widthMm: 42, dpi: SEAL_PNG_LIMITS.dpiMax + 1 }],
    ['limit-exceeded', { widthMm: 200, dpi: 1200 }],
  ])('%s: %j', async (expected, options) => {
    await expect(sealPng(seal.svg, options)).rejects.toThrow(code(expected));
  });

  it('the largest seal at the highest resolution is within the limits', async () => {
    const png = await sealPng('<svg xmlns="http://www.w3.org/2000/svg" width="50mm" height="50mm"/>', {
      widthMm: 50,
      dpi: SEAL_PNG_LIMITS.dpiMax,
    });
    expect(new DataView(png.buffer, png.byteOffset).getUint32(16)).toBe(2362);
  });

  it('a picture that is tall beyond measure is refused before it is drawn', async () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="100000"/>';
    await expect(sealPng(svg, { widthMm: 42 })).rejects.toThrow(code('limit-exceeded'));
  });

  it('what is not SVG, or too long, is refused, and the renderer lives on', async () => {
    for (const text of [
      '',
      'no',
      '<svg',
      '<html/>',
      '<svg xmlns="http://www.w3.org/2000/svg" width="0" height="0"/>',
    ]) {
      await expect(sealPng(text, { widthMm: 42 })).rejects.toThrow(code('seal-picture-unsupported'));
    }
    const long = seal.svg.padEnd(SEAL_PNG_LIMITS.svgLength, ' ');
    await expect(sealPng(`${long} `, { widthMm: 42 })).rejects.toThrow(code('input-too-large'));
    expect((await sealPng(long, { widthMm: 42 })).length).toBeGreaterThan(1000);
  });

  it('outside Node the module must be passed', async () => {
    await expect(resvgWasm()).rejects.toThrow(code('backend-unavailable'));
  });
});
