/** Pictures of seals on a page: every kind of PNG and JPEG, and those that are refused. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeStream, openPdf, type PdfDict, type PdfDocument, type PdfName, PdfStream } from '@gov/pdf';
import { encode } from 'fast-png';
import { zlibSync } from 'fflate';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeWorld, SEAL_PNG, sealOptions, TIMES, type World } from '../../../test/world.js';
import { makeSeal, readSeal } from '../src/index.js';
import { encodePicture, sealAppearance } from '../src/pdf/appearance.js';
import { PICTURE_MAX_PIXELS, type SealPdfOptions, verifyPdf } from '../src/pdf/index.js';
import { buildSeal, certificates, codeOf, concat, said } from './build.js';
import { buildPdf, sealed, signatures } from './pdf-build.js';

let world: World;
const plain = buildPdf();
beforeAll(async () => {
  world = await makeWorld();
});

const sealWith = (data: Uint8Array) =>
  makeSeal({ ...sealOptions(world.maker, [world.signer]), picture: { type: 'png', data, widthMm: 42, heightMm: 42 } });
const verify = (pdf: Uint8Array) => verifyPdf(pdf, { at: TIMES.verified, trust: world.trust });
const seal = (change: Partial<SealPdfOptions> = {}, pdf = plain) => sealed(pdf, world, change);
const dict = (doc: PdfDocument, object: Parameters<PdfDocument['resolve']>[0]): PdfDict => {
  const value = doc.resolve(object);
  return value instanceof PdfStream ? value.dict : (value as PdfDict);
};

/** A PNG from its parts, so that each can be wrong. */
const CRC = Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});
function chunk(type: string, data: Uint8Array): Uint8Array {
  const body = concat(
    Uint8Array.from(type, (c) => c.charCodeAt(0)),
    data,
  );
  const crc = body.reduce((c, octet) => CRC[(c ^ octet) & 255]! ^ (c >>> 8), 0xffffffff) ^ 0xffffffff;
  return concat(uint32(data.length), body, uint32(crc >>> 0));
}
const uint32 = (n: number) => Uint8Array.of(n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255);
const ihdr = (width: number, height: number, depth: number, colourType: number, interlace = 0) =>
  chunk('IHDR', concat(uint32(width), uint32(height), Uint8Array.of(depth, colourType, 0, 0, interlace)));
const idat = (...octets: readonly number[]) => chunk('IDAT', zlibSync(Uint8Array.from(octets)));
const IEND = chunk('IEND', new Uint8Array());
const pngOf = (...chunks: readonly Uint8Array[]) =>
  concat(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a), ...chunks);

/** What the seal draws, seen in the PDF. */
async function drawn(data: Uint8Array) {
  const out = await seal({ seal: await sealWith(data) });
  const again = await seal({ seal: await sealWith(data), place: { page: 1, xMm: 60, yMm: 100 } }, out);
  expect((await verify(again)).signatures?.map(said)).toEqual(Array(2).fill({ verdict: 'valid', codes: [] }));
  const doc = openPdf(out);
  const form = doc.get(signatures(out)[0]!.widgets[0]!.appearance!) as PdfStream;
  const image = doc.resolve(dict(doc, dict(doc, form.dict.get('Resources')).get('XObject')).get('Seal')) as PdfStream;
  const mask = doc.resolve(image.dict.get('SMask'));
  return {
    space: (image.dict.get('ColorSpace') as PdfName).value,
    filter: (image.dict.get('Filter') as PdfName).value,
    image,
    samples: () => [...decodeStream(doc, image)],
    alpha: mask instanceof PdfStream ? [...decodeStream(doc, mask)] : undefined,
  };
}

describe('pictures', () => {
  const png = (data: Uint8Array | Uint16Array, channels: 1 | 2 | 3 | 4, depth: 8 | 16 = 8) =>
    new Uint8Array(encode({ width: 2, height: 1, data, channels, depth }));

  it.each<[string, () => Uint8Array, string, number[], number[] | undefined]>([
    ['RGBA', () => png(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), 4), 'DeviceRGB', [1, 2, 3, 5, 6, 7], [4, 8]],
    [
      'opaque RGBA',
      () => png(Uint8Array.of(1, 2, 3, 255, 5, 6, 7, 255), 4),
      'DeviceRGB',
      [1, 2, 3, 5, 6, 7],
      undefined,
    ],
    ['RGB', () => png(Uint8Array.of(1, 2, 3, 4, 5, 6), 3), 'DeviceRGB', [1, 2, 3, 4, 5, 6], undefined],
    ['grey', () => png(Uint8Array.of(7, 9), 1), 'DeviceGray', [7, 9], undefined],
    ['grey with alpha', () => png(Uint8Array.of(7, 8, 9, 10), 2), 'DeviceGray', [7, 9], [8, 10]],
    [
      '16 bits',
      () => png(Uint16Array.of(0x1234, 0x2345, 0x3456, 0x4567, 0x5678, 0x6789, 0x789a, 0x89ab), 4, 16),
      'DeviceRGB',
      [0x12, 0x23, 0x34, 0x56, 0x67, 0x78],
      [0x45, 0x89],
    ],
    [
      'a palette of 8 bits',
      () => pngOf(ihdr(2, 1, 8, 3), chunk('PLTE', Uint8Array.of(1, 2, 3, 4, 5, 6)), idat(0, 1, 0), IEND),
      'DeviceRGB',
      [4, 5, 6, 1, 2, 3],
      undefined,
    ],
    [
      'a palette of 1 bit with alpha',
      () =>
        pngOf(
          ihdr(2, 1, 1, 3),
          chunk('PLTE', Uint8Array.of(1, 2, 3, 4, 5, 6)),
          chunk('tRNS', Uint8Array.of(99)),
          idat(0, 0x40),
          IEND,
        ),
      'DeviceRGB',
      [1, 2, 3, 4, 5, 6],
      [99, 255],
    ],
    [
      'RGB with a palette that is a suggestion',
      () => pngOf(ihdr(1, 1, 8, 2), chunk('PLTE', Uint8Array.of(1, 2, 3)), idat(0, 7, 8, 9), IEND),
      'DeviceRGB',
      [7, 8, 9],
      undefined,
    ],
    [
      'interlaced',
      () => pngOf(ihdr(2, 2, 8, 0, 1), idat(0, 1, 0, 2, 0, 3, 4), IEND),
      'DeviceGray',
      [1, 2, 3, 4],
      undefined,
    ],
    [
      'a profile that would inflate without end',
      () =>
        pngOf(
          ihdr(1, 1, 8, 0),
          chunk('iCCP', concat(Uint8Array.of(0x61, 0, 0), zlibSync(new Uint8Array(5_000_000), { level: 1 }))),
          idat(0, 7),
          IEND,
        ),
      'DeviceGray',
      [7],
      undefined,
    ],
  ])('PNG: %s', async (_, make, space, samples, alpha) => {
    const picture = await drawn(make());
    expect(picture).toMatchObject({ space, alpha, filter: 'FlateDecode' });
    expect(picture.samples()).toEqual(samples);
  });

  const jpeg = new Uint8Array(readFileSync(join(import.meta.dirname, 'samples/red.jpg')));
  it('JPEG goes in as it is', async () => {
    const picture = await drawn(jpeg);
    expect(picture).toMatchObject({ space: 'DeviceRGB', filter: 'DCTDecode', alpha: undefined });
    expect(picture.image.raw).toEqual(jpeg);
    expect(picture.image.dict.get('Width')).toBe(16);
  });

  const refused = (data: Uint8Array) =>
    codeOf(async () => {
      const bytes = await buildSeal({ maker: world.maker, signers: certificates(world.signer), picture: data });
      await seal({ seal: readSeal(bytes) });
    });
  const frame = (components: number, precision = 8, width = 16) => {
    const data = jpeg.slice();
    const at = data.findIndex((octet, i) => octet === 0xff && data[i + 1]! >= 0xc0 && data[i + 1]! <= 0xc2);
    data.set([precision, 0, 16, width >> 8, width & 255, components], at + 4);
    return data;
  };
  it.each<[string, () => Uint8Array]>([
    ['a GIF', () => Uint8Array.from('GIF89a', (c) => c.charCodeAt(0))],
    ['nothing', () => new Uint8Array()],
    ['a PNG cut short', () => SEAL_PNG.subarray(0, SEAL_PNG.length - 20)],
    ['a PNG cut in its header', () => SEAL_PNG.subarray(0, 30)],
    [
      'a PNG with a wrong check sum',
      () => SEAL_PNG.map((octet, i) => (i === SEAL_PNG.length - 14 ? octet ^ 1 : octet)),
    ],
    ['no pixels', () => pngOf(ihdr(0, 1, 8, 0), idat(0), IEND)],
    ['a colour type that is none', () => pngOf(ihdr(1, 1, 8, 5), idat(0, 0), IEND)],
    ['4 bits of grey', () => pngOf(ihdr(2, 1, 4, 0), idat(0, 0x12), IEND)],
    [
      'an interlaced palette of 4 bits',
      () => pngOf(ihdr(2, 1, 4, 3, 1), chunk('PLTE', new Uint8Array(3)), idat(0, 0, 0, 0), IEND),
    ],
    ['a colour key', () => pngOf(ihdr(1, 1, 8, 0), chunk('tRNS', Uint8Array.of(0, 7)), idat(0, 7), IEND)],
    ['a palette index that is none', () => pngOf(ihdr(1, 1, 8, 3), chunk('PLTE', new Uint8Array(3)), idat(0, 9), IEND)],
    ['an empty palette', () => pngOf(ihdr(1, 1, 8, 3), chunk('PLTE', new Uint8Array()), idat(0, 0), IEND)],
    ['no palette', () => pngOf(ihdr(1, 1, 2, 3), idat(0, 0), IEND)],
    ['a row filter that is none', () => pngOf(ihdr(1, 1, 8, 0), idat(9, 7), IEND)],
    ['an unknown critical chunk', () => pngOf(ihdr(1, 1, 8, 0), chunk('ABCD', new Uint8Array()), idat(0, 7), IEND)],
    ['fewer pixels than promised', () => pngOf(ihdr(2, 1, 8, 0), idat(0, 7), IEND)],
    ['pixels that do not inflate', () => pngOf(ihdr(1, 1, 8, 0), chunk('IDAT', Uint8Array.of(1, 2, 3)), IEND)],
    ['no pixels at all', () => pngOf(ihdr(1, 1, 8, 0), IEND)],
    ['no header', () => pngOf(chunk('tEXt', new Uint8Array(13)), ihdr(1, 1, 8, 0), idat(0, 7), IEND)],
    ['a JPEG of four components', () => frame(4)],
    ['a JPEG of 12 bits', () => frame(3, 12)],
    ['a JPEG of no width', () => frame(3, 8, 0)],
    ['a JPEG without a frame', () => jpeg.subarray(0, 60)],
  ])('refuses %s', async (_, make) => {
    expect(await refused(make())).toBe('seal-picture-unsupported');
  });

  it('refuses bombs before decoding them', async () => {
    const why = (...chunks: readonly Uint8Array[]) => {
      const picture = { type: 'png', data: pngOf(...chunks), widthMm: 42, heightMm: 42 };
      try {
        sealAppearance(encodePicture(picture), [0, 0, 100, 100], 0);
      } catch (error) {
        return `${(error as { code: string }).code} ${(error as Error).message}`;
      }
      return 'nothing thrown';
    };
    for (const [width, height] of [
      [PICTURE_MAX_PIXELS + 1, 1],
      [4001, 4000],
      [0xffffffff, 0xffffffff],
    ] as const) {
      expect(why(ihdr(width, height, 8, 6), idat(0), IEND)).toMatch(/^seal-picture-unsupported .* pixels, at most/);
    }
    // A small first header and a large second one.
    const second = why(ihdr(1, 1, 8, 0), ihdr(60_000, 60_000, 8, 6), idat(0, 7), IEND);
    expect(second).toMatch(/^seal-picture-unsupported .*second header/);
    // More samples than the header says: noticed while they are counted, before a decoder keeps them.
    const bomb = chunk('IDAT', zlibSync(new Uint8Array(5_000_000), { level: 1 }));
    expect(why(ihdr(24, 24, 8, 6), bomb, IEND)).toMatch(/^seal-picture-unsupported .*more pixels than its header/);
  });

  it('goes to the limit', async () => {
    const rows = new Uint8Array(4000 * (4000 + 1));
    const data = pngOf(ihdr(4000, 4000, 8, 0), chunk('IDAT', zlibSync(rows, { level: 1 })), IEND);
    expect(4000 * 4000).toBe(PICTURE_MAX_PIXELS);
    expect(await refused(data)).toBe('nothing thrown');
  });
});
