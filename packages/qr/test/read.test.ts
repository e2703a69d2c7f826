import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { encodeBase45 } from '@gov/qr/base45';
import { qrCode, qrPng } from '@gov/qr/draw';
import { READ_LIMITS, type ReadQrOptions, readQr } from '@gov/qr/read';
import fc from 'fast-check';
import { zlibSync } from 'fflate';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { purgeZXingModule } from 'zxing-wasm/reader';
import { IMAGE_LIMITS } from '../src/internal/image-header.js';
import { darkAt, grey, readByJsqr, render, span } from './pictures.js';

/** As long as the text of a licence: version 16 at level M. */
const LICENSE = `EL1:${encodeBase45(Uint8Array.from({ length: 400 }, (_, i) => (i * 73 + (i >> 3) * 31) & 0xff))}`;
const sample = (name: string) => new Uint8Array(readFileSync(new URL(`samples/${name}`, import.meta.url)));
/** A PNG chunk with a zero checksum, which the decoder does not mind. */
function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(data.length + 12);
  new DataView(bytes.buffer).setUint32(0, data.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(data, 8);
  return bytes;
}
const code = (image: Uint8Array, options?: ReadQrOptions): Promise<string> =>
  readQr(image, options).then(
    (texts) => `read ${texts.length}`,
    (error: { code?: string }) => error.code ?? String(error),
  );

afterEach(() => vi.restoreAllMocks());

describe('what is drawn is read', () => {
  test.each([
    ['a licence', LICENSE],
    ['Chinese', '食品经营许可证 JY15101070012345 𬎆'],
    ['a line end', 'a\nb'],
    ['control characters', 'a\u001d\u0000b'],
  ])('%s', async (_, text) => {
    expect(await readQr(qrPng(qrCode(text), { scale: 3 }))).toEqual([text]);
  });

  test('any base45 text at any level', async () => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 500 });
    await fc.assert(
      fc.asyncProperty(
        bytes,
        fc.constantFrom('L', 'M', 'Q', 'H'),
        fc.integer({ min: 2, max: 4 }),
        async (b, level, scale) => {
          const text = encodeBase45(b);
          expect(await readQr(qrPng(qrCode(text, { level }), { scale }))).toEqual([text]);
        },
      ),
      { numRuns: process.env.SLOW ? 1000 : 40 },
    );
  });
});

describe('pictures of pictures', () => {
  const qr = qrCode(LICENSE);

  test('1.6 pixels per module, where jsQR gives up', async () => {
    const width = Math.round(span(qr) * 1.6);
    const data = render(width, width, (x, y) => darkAt(qr, x / 1.6, y / 1.6));
    expect(await readQr(grey(width, width, data))).toEqual([LICENSE]);
    expect(readByJsqr(data, width)).not.toBe(LICENSE);
  });

  test.each([7, 30, 45, 90, 135, 180, 270, 341])('rotated by %i degrees', async (degrees) => {
    const side = Math.ceil(span(qr) * 3 * 1.5);
    const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
    const data = render(side, side, (x, y) => {
      const [u, v] = [(x - side / 2) / 3, (y - side / 2) / 3];
      return darkAt(qr, u * cos + v * sin + span(qr) / 2, v * cos - u * sin + span(qr) / 2);
    });
    expect(await readQr(grey(side, side, data))).toEqual([LICENSE]);
  });

  test('inverted', async () => {
    const side = span(qr) * 3;
    const data = render(side, side, (x, y) => !darkAt(qr, x / 3, y / 3), 1);
    expect(await readQr(grey(side, side, data))).toEqual([LICENSE]);
  });

  test('several codes in one picture, and the limit on them', async () => {
    const codes = ['EL1:ONE', 'EL1:TWO', 'https://example.org/3', LICENSE].map((text) => qrCode(text));
    const cell = Math.max(...codes.map(span)) * 3;
    const data = render(
      2 * cell,
      2 * cell,
      (x, y) => {
        const index = (x < cell ? 0 : 1) + (y < cell ? 0 : 2);
        return darkAt(codes[index]!, (x % cell) / 3, (y % cell) / 3);
      },
      1,
    );
    const image = grey(2 * cell, 2 * cell, data);
    expect((await readQr(image)).sort()).toEqual(['EL1:ONE', 'EL1:TWO', LICENSE, 'https://example.org/3'].sort());
    expect(await readQr(image, { limits: { codes: 2 } })).toHaveLength(2);
  });

  test('no code: an empty array', async () => {
    expect(await readQr(grey(200, 200, new Uint8Array(40_000).fill(255)))).toEqual([]);
    expect(await readQr(grey(1, 1, new Uint8Array(1)))).toEqual([]);
  });

  test.each(['baseline.jpg', 'progressive.jpg', 'interlaced.png'])('%s, made by libjpeg or libpng', async (name) => {
    expect(await readQr(sample(name))).toEqual(['EL1:JPEG']);
  });

  test('calls at the same time do not disturb each other', async () => {
    const texts = Array.from({ length: 20 }, (_, i) => `EL1:NUMBER ${i}`);
    expect(await Promise.all(texts.map((text) => readQr(qrPng(qrCode(text)))))).toEqual(texts.map((text) => [text]));
  });
});

describe('not a picture', () => {
  const png = qrPng(qrCode('EL1:A'));
  const change = (source: Uint8Array, offset: number, ...bytes: number[]) => {
    const copy = source.slice();
    copy.set(bytes, offset);
    return copy;
  };
  const frame = sample('baseline.jpg').findIndex((byte, i, all) => byte === 0xff && all[i + 1] === 0xc0);

  const decoder = /Failed to load/;
  const insert = (extra: Uint8Array) => new Uint8Array([...png.slice(0, 33), ...extra, ...png.slice(33)]);

  // What the header check can tell has to be refused by it, so that the decoder never meets what was not measured.
  test.each<[string, Uint8Array, RegExp]>([
    ['nothing', new Uint8Array(0), /neither/],
    ['text', new TextEncoder().encode('EL1:NCFOXN'), /neither/],
    ['a GIF', new TextEncoder().encode('GIF89a\u0001\u0000\u0001\u0000'), /neither/],
    ['a bitmap, which the decoder would take', new TextEncoder().encode('BM'.padEnd(200, '\0')), /neither/],
    ['a PNG signature alone', png.slice(0, 8), /truncated/],
    ['a PNG cut inside a chunk', png.slice(0, png.length - 30), /beyond the end/],
    ['a PNG cut inside a checksum', png.slice(0, png.length - 13), /beyond the end/],
    ['a PNG without IEND', png.slice(0, png.length - 12), /truncated/],
    ['a PNG that does not begin with IHDR', change(png, 12, 0x49, 0x48, 0x44, 0x53), /IHDR is not first/],
    ['an IHDR of a wrong length', change(png, 11, 12), /wrong length/],
    ['a second IHDR', insert(chunk('IHDR', png.slice(16, 29))), /two/],
    ['the CgBI variant', insert(chunk('CgBI', new Uint8Array(4))), /CgBI/],
    ['a chunk longer than the file', change(png, 33, 0x7f), /beyond the end/],
    ['a PNG of no width', change(png, 16, 0, 0, 0, 0), /without pixels/],
    ['a PNG of no height', change(png, 20, 0, 0, 0, 0), /without pixels/],
    ['an unknown colour type', change(png, 25, 5), decoder],
    ['broken pixel data', change(png, 41, 0, 0, 0, 0, 0, 0), decoder],
    ['a JPEG begin and end', new Uint8Array([0xff, 0xd8, 0xff, 0xd9]), /truncated/],
    [
      'a scan without a frame header',
      new Uint8Array([0xff, 0xd8, 0xff, 0xda, 0, 8, 0, 0, 0, 0, 0, 0, 0]),
      /frame header/,
    ],
    ['a JPEG cut in its frame header', sample('baseline.jpg').slice(0, frame + 6), /truncated/],
    [
      'a JPEG segment beyond the end',
      new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 255, 255, 0, 0, 0, 0, 0]),
      /without a marker/,
    ],
    ['a JPEG with junk between segments', change(sample('baseline.jpg'), frame, 0), /without a marker/],
    ['a JPEG of no width', change(sample('baseline.jpg'), frame + 7, 0, 0), /without pixels/],
    ['a JPEG whose height comes later', change(sample('baseline.jpg'), frame + 5, 0, 0), /without pixels/],
  ])('%s', async (_, image, message) => {
    await expect(readQr(image)).rejects.toMatchObject({
      code: 'image-malformed',
      message: expect.stringMatching(message),
    });
  });

  test('mutations throw GovError or read', async () => {
    const sources = [png, sample('baseline.jpg'), sample('progressive.jpg'), sample('interlaced.png')];
    const mutation = fc.record({
      source: fc.constantFrom(...sources),
      changes: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }),
      cut: fc.option(fc.nat(), { freq: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(mutation, async ({ source, changes, cut }) => {
        const image = source.slice(0, cut === null ? source.length : cut % source.length);
        for (const [offset, byte] of changes) if (image.length > 0) image[offset % image.length] = byte;
        expect(await code(image, { limits: { pixels: 1_000_000 } })).toMatch(
          /^(read \d+|image-malformed|input-too-large)$/,
        );
      }),
      { numRuns: process.env.SLOW ? 50_000 : 2_000 },
    );
  });
});

describe('limits', () => {
  const png = qrPng(qrCode('EL1:A'), { scale: 2 });
  const width = 58;

  test('bytes', async () => {
    expect(await code(png, { limits: { bytes: png.length } })).toBe('read 1');
    expect(await code(png, { limits: { bytes: png.length - 1 } })).toBe('input-too-large');
    expect(await code(new Uint8Array(READ_LIMITS.bytes + 1))).toBe('input-too-large');
  });

  test('pixels and sides, from the header', async () => {
    expect(await code(png, { limits: { pixels: width * width, side: width } })).toBe('read 1');
    expect(await code(png, { limits: { pixels: width * width - 1 } })).toBe('input-too-large');
    expect(await code(png, { limits: { side: width - 1 } })).toBe('input-too-large');
    const huge = png.slice();
    huge.set([0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff], 16);
    expect(await code(huge)).toBe('input-too-large');
    for (const [wide, high] of [
      [100, 10],
      [10, 100],
    ] as const) {
      const strip = grey(wide, high, new Uint8Array(1000));
      expect(await code(strip, { limits: { side: 100 } })).toBe('read 0');
      expect(await code(strip, { limits: { side: 99 } })).toBe('input-too-large');
    }
    const photo = sample('baseline.jpg');
    expect(await code(photo, { limits: { side: 58 } })).toBe('read 1');
    expect(await code(photo, { limits: { side: 57 } })).toBe('input-too-large');
  });

  test('a PNG whose pixel data inflates to far more than its header says', async () => {
    const small = grey(58, 58, new Uint8Array(58 * 58));
    const text = new Uint8Array(IMAGE_LIMITS.pngUnchecked / 1032 + 1);
    const zeros = (length: number) => zlibSync(new Uint8Array(length));
    const image = (pixels: number) =>
      new Uint8Array([
        ...small.subarray(0, 33),
        ...chunk('tEXt', text),
        ...chunk('IDAT', zeros(pixels)),
        ...small.subarray(small.length - 12),
      ]);
    expect(await code(image(2 * 58 * 59))).toBe('read 0');
    await expect(readQr(image(2 * 58 * 59 + 1))).rejects.toMatchObject({
      code: 'image-malformed',
      message: expect.stringMatching(/more pixel data/),
    });
  });

  test('a large picture that is what it says passes the same check', async () => {
    let state = 1;
    const noise = Uint8Array.from({ length: 250_000 }, () => {
      state = Math.imul(state, 1_664_525) + 1_013_904_223;
      return state >>> 24;
    });
    const image = grey(500, 500, noise);
    expect(image.length * 1032).toBeGreaterThan(IMAGE_LIMITS.pngUnchecked);
    expect(await code(image)).toBe('read 0');
  });

  test('scans of a progressive JPEG', async () => {
    const photo = sample('progressive.jpg');
    // In a comment right behind the beginning: counted, because telling it from a scan takes the decoder.
    const withScans = (count: number) => {
      const comment = Array.from({ length: count }, () => [0xff, 0xda]).flat();
      return new Uint8Array([0xff, 0xd8, 0xff, 0xfe, 0, comment.length + 2, ...comment, ...photo.slice(2)]);
    };
    const own = photo.filter((byte, i) => byte === 0xff && photo[i + 1] === 0xda).length;
    await expect(readQr(withScans(IMAGE_LIMITS.jpegScans - own + 1))).rejects.toThrow(/more than 64 scans/);
    await expect(readQr(withScans(IMAGE_LIMITS.jpegScans - own))).resolves.toEqual(['EL1:JPEG']);
  });
});

describe('where the decoder comes from', () => {
  const png = qrPng(qrCode('EL1:A'));
  const wasm = new Uint8Array(
    readFileSync(createRequire(import.meta.url).resolve('zxing-wasm/reader/zxing_reader.wasm')),
  );

  test('never the network', async () => {
    const fetched = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('no network'));
    purgeZXingModule();
    expect(await readQr(png)).toEqual(['EL1:A']);
    expect(await readQr(png, { wasm })).toEqual(['EL1:A']);
    expect(fetched).not.toHaveBeenCalled();
  });

  test('bytes that are no decoder, and a good one afterwards', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    expect(await code(png, { wasm: new Uint8Array(100) })).toBe('backend-unavailable');
    expect(await code(png, { wasm })).toBe('read 1');
    expect(await code(png)).toBe('read 1');
    const mended = wasm.slice().fill(1, 0, 1);
    expect(await code(png, { wasm: mended })).toBe('backend-unavailable');
    expect(await code(png, { wasm: mended.fill(0, 0, 1) })).toBe('read 1');
  });

  test('outside Node, without the bytes', async () => {
    vi.resetModules();
    vi.doMock('#backend', () => import('../src/internal/wasm.js'));
    const browser = await import('../src/read.js');
    const fetched = vi.spyOn(globalThis, 'fetch');
    await expect(browser.readQr(png)).rejects.toMatchObject({ code: 'backend-unavailable' });
    expect(await browser.readQr(png, { wasm })).toEqual(['EL1:A']);
    expect(fetched).not.toHaveBeenCalled();
    vi.doUnmock('#backend');
  });
});
