import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeStream, openPdf, type PdfArray, type PdfDict, type PdfDocument, PdfName, PdfStream } from '@gov/pdf';
import { generateSm2Key, sm2Signer } from '@gov/sm';
import { encode } from 'fast-png';
import { zlibSync } from 'fflate';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeLeaf, makeWorld, SEAL_PNG, sealOptions, TIMES, type World } from '../../../test/world.js';
import { makeSeal, readSeal, readSesSignature, type Seal } from '../src/index.js';
import { encodePicture, sealAppearance } from '../src/pdf/appearance.js';
import {
  PDF_SEAL_NAMES,
  PdfSealer,
  PICTURE_MAX_PIXELS,
  type SealPdfOptions,
  sealPdf,
  seenSize,
  verifyPdf,
} from '../src/pdf/index.js';
import { buildSeal, certificates, codeOf, concat, latin, said } from './build.js';
import { buildPdf, contentsOf, letterL, type PageOptions, placed, sealed, signatures } from './pdf-build.js';

let world: World;
let plain: Uint8Array;
/** 20 × 30 mm, an L. */
let tall: Seal;
beforeAll(async () => {
  world = await makeWorld();
  plain = buildPdf();
  tall = await sealWith(letterL(40, 60), 20, 30);
});

const sealWith = (data: Uint8Array, widthMm = 42, heightMm = 42, type = 'png') =>
  makeSeal({ ...sealOptions(world.maker, [world.signer]), picture: { type, data, widthMm, heightMm } });
const verify = (pdf: Uint8Array) => verifyPdf(pdf, { at: TIMES.verified, trust: world.trust });
const seal = (change: Partial<SealPdfOptions> = {}, pdf = plain) => sealed(pdf, world, change);
const dict = (doc: PdfDocument, object: Parameters<PdfDocument['resolve']>[0]): PdfDict => {
  const value = doc.resolve(object);
  return value instanceof PdfStream ? value.dict : (value as PdfDict);
};

describe('a sealed file', () => {
  it('begins with the input, which is untouched, and is valid', async () => {
    const before = plain.slice();
    const out = await seal();
    expect(plain).toEqual(before);
    expect(out.subarray(0, plain.length)).toEqual(plain);
    const report = await verify(out);
    expect(report.verdict).toBe('valid');
    expect(report.subject).toEqual({ kind: 'pdf', bytes: out.length, pages: 1, revisions: 2 });
    expect(report.signatures?.map(said)).toEqual([{ verdict: 'valid', codes: [] }]);
    expect(report.signatures?.[0]?.unchecked).toEqual(['revocation-not-checked']);
    expect(report.signatures?.[0]?.subject).toMatchObject({
      kind: 'pdf-signature',
      field: 'Signature1',
      filter: 'Gomain.GMPkiLite',
      subFilter: 'GM.sm2seal',
      revision: 2,
      pages: [1],
      seal: { propertyInfo: 'GM.sm2seal', seal: { name: '某市行政审批局' } },
    });
  });

  it('is the same every time but for the signature value', async () => {
    const [first, second] = [await seal(), await seal()];
    const { start, end } = contentsOf(first);
    const without = (pdf: Uint8Array) => concat(pdf.subarray(0, start), pdf.subarray(end));
    expect(without(second)).toEqual(without(first));
    expect(second).not.toEqual(first);
  });

  it('says what it was told to', async () => {
    const out = await seal({ filter: 'A.B', subFilter: 'C.D', reason: '同意', location: 'Beijing' });
    expect(signatures(out)).toMatchObject([
      { filter: 'A.B', subFilter: 'C.D', reason: '同意', location: 'Beijing', name: '某市行政审批局' },
    ]);
    expect(signatures(out)[0]?.signingTime).toBe("D:20260520100000+08'00'");
    expect(readSesSignature(signatures(out)[0]!.contents!, { padded: true }).propertyInfo).toBe('C.D');
    expect((await verify(out)).verdict).toBe('valid');
    expect(signatures(await seal())).toMatchObject([PDF_SEAL_NAMES]);
  });

  it('is the same from a sealer kept for many', async () => {
    const { page, xMm, yMm, time, ...own } = placed(world);
    const sealer = new PdfSealer(own);
    const others = [
      buildPdf({ pages: [{ keys: '/Rotate 90' }] }),
      buildPdf({ pages: [{ mediaBox: '[9 9 700 700]' }] }),
    ];
    for (const pdf of [plain, ...others, plain]) {
      const [out, single] = [await sealer.seal(pdf, { page, xMm, yMm, time }), await seal({}, pdf)];
      expect((await verify(out)).verdict).toBe('valid');
      const { start } = contentsOf(single);
      expect(out.subarray(0, start)).toEqual(single.subarray(0, start));
    }
    expect(await codeOf(() => sealer.seal(plain, { page, xMm: 0, yMm, time }))).toBe('seal-outside-page');
    expect(await codeOf(() => sealer.seal(plain, { page, xMm, yMm, time: TIMES.certificatesTo }))).toBe('seal-expired');
  });

  it('reserves what it needs and hardly more', async () => {
    const { start, end, used } = contentsOf(await seal());
    expect((end - start - 2) / 2 - used).toBeLessThanOrEqual(4);
  });

  it('draws one image, multiplied', async () => {
    const doc = openPdf(await seal());
    const [signature] = signatures(doc.bytes);
    const form = doc.get(signature!.widgets[0]!.appearance!) as PdfStream;
    const resources = dict(doc, form.dict.get('Resources'));
    const state = dict(doc, dict(doc, resources.get('ExtGState')).get('GS'));
    expect(state.get('BM')).toEqual(new PdfName('Multiply'));
    const image = doc.resolve(dict(doc, resources.get('XObject')).get('Seal')) as PdfStream;
    expect(image.dict.get('Width')).toBe(24);
    const samples = decodeStream(doc, image);
    const mask = decodeStream(doc, doc.resolve(image.dict.get('SMask')) as PdfStream);
    expect(samples).toHaveLength(24 * 24 * 3);
    expect([...samples.subarray(36, 39), mask[12], mask[0], mask[12 * 24 + 12]]).toEqual([0xd6, 0, 0x0f, 255, 0, 0]);
    expect(new TextDecoder().decode(decodeStream(doc, form))).toBe(
      'q /GS gs 119.0551 0 0 119.0551 0 0 cm /Seal Do Q\n',
    );
  });
});

describe('several seals', () => {
  const two = () => buildPdf({ pages: [{}, { keys: '/Rotate 90' }, {}] });

  it('stay valid, three in a row, on one page or on three', async () => {
    for (const pages of [
      [1, 1, 1],
      [1, 2, 3],
      [3, 1, 3],
    ]) {
      let pdf = two();
      for (const [i, page] of pages.entries()) {
        const next = await seal({ page, xMm: 60 + 10 * i, yMm: 100 }, pdf);
        expect(next.subarray(0, pdf.length)).toEqual(pdf);
        pdf = next;
      }
      const report = await verify(pdf);
      expect(report.signatures?.map(said)).toEqual(Array(3).fill({ verdict: 'valid', codes: [] }));
      expect(report.signatures?.map((one) => (one.subject as { pages: number[] }).pages)).toEqual(
        pages.map((page) => [page]),
      );
      const found = report.signatures?.map(({ findings }) =>
        findings.some(({ code }) => code === 'coverage-whole-file'),
      );
      expect(found).toEqual([false, false, true]);
    }
  });

  it('of two signers with two seals', async () => {
    const other = await makeLeaf(world.root, 'signer', { subject: 'CN=other,C=CN' });
    const own = await makeSeal({
      ...sealOptions(world.maker, [other]),
      picture: { type: 'png', data: letterL(20, 20), widthMm: 30, heightMm: 30 },
    });
    const pdf = await seal({ seal: own, ...other }, await seal());
    expect((await verify(pdf)).signatures?.map(said)).toEqual(Array(2).fill({ verdict: 'valid', codes: [] }));
  });

  it('the worst one counts', async () => {
    const stranger = await makeWorld();
    const pdf = await sealed(await seal(), stranger);
    const report = await verify(pdf);
    expect(report.verdict).toBe('indeterminate');
    expect(report.signatures?.map(({ verdict }) => verdict)).toEqual(['valid', 'indeterminate']);
  });
});

/** Where a point of user space is on the page as seen: turned about the middle of the crop box, millimetres from lower left. */
function seen([x, y]: readonly [number, number], box: readonly number[], rotate: number, userUnit: number) {
  const [x1, y1, x2, y2] = box as [number, number, number, number];
  const turn = (-rotate * Math.PI) / 180;
  const [dx, dy] = [x - (x1 + x2) / 2, y - (y1 + y2) / 2];
  const [u, v] = [dx * Math.cos(turn) - dy * Math.sin(turn), dx * Math.sin(turn) + dy * Math.cos(turn)];
  const sides = [(x2 - x1) / 2, (y2 - y1) / 2];
  const [halfWidth, halfHeight] = rotate % 180 === 0 ? sides : sides.reverse();
  const mm = (userUnit * 25.4) / 72;
  return [(u + halfWidth!) * mm, (v + halfHeight!) * mm] as const;
}

const BOXES: readonly (readonly [string, PageOptions, readonly number[], number])[] = [
  ['A4', {}, [0, 0, 595.276, 841.89], 1],
  ['an odd origin', { mediaBox: '[-100 50.5 500 900]' }, [-100, 50.5, 500, 900], 1],
  ['corners the other way round', { mediaBox: '[500 900 -100 50.5]' }, [-100, 50.5, 500, 900], 1],
  ['a crop box', { keys: '/CropBox[100 200 500 700]' }, [100, 200, 500, 700], 1],
  ['a crop box that reaches outside', { keys: '/CropBox[-50 200 500 9000]' }, [0, 200, 500, 841.89], 1],
  ['a larger unit', { mediaBox: '[10 20 300 400]', keys: '/UserUnit 2.5' }, [10, 20, 300, 400], 2.5],
  ['a smaller unit', { mediaBox: '[0 0 2000 3000]', keys: '/UserUnit 0.5' }, [0, 0, 2000, 3000], 0.5],
];

describe('the place of a seal', () => {
  for (const [name, page, box, userUnit] of BOXES)
    for (const rotate of [0, 90, 180, 270, -90, 450]) {
      it(`${name}, turned by ${rotate}`, async () => {
        const turned = ((rotate % 360) + 360) % 360;
        const pdf = buildPdf({ pages: [{ ...page, keys: `${page.keys ?? ''}/Rotate ${rotate}` }] });
        const out = await seal({ seal: tall, xMm: 37.5, yMm: 61.25 }, pdf);
        expect((await verify(out)).verdict).toBe('valid');
        const doc = openPdf(out);
        const { rect, appearance } = signatures(out)[0]!.widgets[0]!;
        const [x1, y1, x2, y2] = rect!;
        const corners = [seen([x1, y1], box, turned, userUnit), seen([x2, y2], box, turned, userUnit)];
        const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
        expect(Math.min(...xs)).toBeCloseTo(27.5, 3);
        expect(Math.max(...xs)).toBeCloseTo(47.5, 3);
        expect(Math.min(...ys)).toBeCloseTo(46.25, 3);
        expect(Math.max(...ys)).toBeCloseTo(76.25, 3);
        // The picture stands upright: the corners of the unit square are those of the rectangle as seen.
        const form = doc.get(appearance!) as PdfStream;
        expect((doc.resolve(form.dict.get('BBox')) as PdfArray).items.slice(0, 2)).toEqual([0, 0]);
        const [a, b, c, d, e, f] = /q \/GS gs (.*) cm/
          .exec(latin(decodeStream(doc, form)))![1]!
          .split(' ')
          .map(Number) as [number, number, number, number, number, number];
        const at = (u: number, v: number) =>
          seen([x1 + a * u + c * v + e, y1 + b * u + d * v + f], box, turned, userUnit).map((mm) =>
            Number(mm.toFixed(2)),
          );
        expect([at(0, 0), at(1, 0), at(0, 1)]).toEqual([
          [27.5, 46.25],
          [47.5, 46.25],
          [27.5, 76.25],
        ]);
      });
    }

  it('is wholly on the page, to its edge', async () => {
    const page = { mediaBox: '[30 40 313.4646 606.9291]' }; // 100 × 200 mm
    for (const [rotate, width, height] of [
      [0, 100, 200],
      [90, 200, 100],
      [180, 100, 200],
      [270, 200, 100],
    ] as const) {
      const pdf = buildPdf({ pages: [{ ...page, keys: `/Rotate ${rotate}` }] });
      const { widthMm, heightMm } = seenSize(openPdf(pdf).page(1));
      expect(widthMm).toBeCloseTo(width, 3);
      expect(heightMm).toBeCloseTo(height, 3);
      const at = (xMm: number, yMm: number) => codeOf(() => seal({ seal: tall, xMm, yMm }, pdf));
      for (const [xMm, yMm] of [
        [10, 15],
        [width - 10, 15],
        [10, height - 15],
        [width - 10, height - 15],
      ] as const) {
        expect(await at(xMm, yMm)).toBe('nothing thrown');
        const [outX, outY] = [Math.sign(xMm - width / 2) * 0.02, Math.sign(yMm - height / 2) * 0.02];
        expect(await at(xMm + outX, yMm)).toBe('seal-outside-page');
        expect(await at(xMm, yMm + outY)).toBe('seal-outside-page');
      }
    }
  });

  it('is a number, on a page that is there', async () => {
    expect(await codeOf(() => seal({ xMm: Number.NaN }))).toBe('invalid-argument');
    expect(await codeOf(() => seal({ yMm: Number.POSITIVE_INFINITY }))).toBe('invalid-argument');
    for (const page of [0, -1, 2, 1.5, Number.NaN]) expect(await codeOf(() => seal({ page }))).toBe('pdf-page-missing');
  });

  it('is not outside the crop box, though inside the media box', async () => {
    const pdf = buildPdf({ pages: [{ keys: '/CropBox[0 0 100 100]' }] });
    expect(await codeOf(() => seal({ xMm: 21, yMm: 21 }, pdf))).toBe('seal-outside-page');
  });
});

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
  const again = await seal({ seal: await sealWith(data), xMm: 60 }, out);
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
      () => pngOf(ihdr(2, 1, 4, 3, 1), chunk('PLTE', new Uint8Array(3)), idat(0, 0), IEND),
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

describe('is refused', () => {
  it.each<[string, () => Promise<Partial<SealPdfOptions>> | Partial<SealPdfOptions>, string]>([
    ['with the key of somebody else', () => ({ signer: sm2Signer(generateSm2Key()) }), 'key-mismatch'],
    ['by one who is not in the list', () => world.issuer, 'signer-not-in-seal'],
    ['with a seal that has expired', () => ({ time: new Date('2031-02-01') }), 'seal-expired'],
    ['with a seal that is not yet valid', () => ({ time: new Date('2026-01-31') }), 'seal-not-yet-valid'],
    ['at no time', () => ({ time: new Date(Number.NaN) }), 'invalid-argument'],
    ['for a file past the limit', () => ({ limits: { fileBytes: 100 } }), 'pdf-limit'],
  ])('%s', async (_, change, code) => {
    const given = await change();
    expect(await codeOf(() => seal(given))).toBe(code);
  });

  it("outside the certificate's time", async () => {
    const [notBefore, notAfter] = [new Date('2026-05-01'), new Date('2026-05-31')];
    const brief = await makeLeaf(world.root, 'signer', { notBefore, notAfter });
    const own = await makeSeal(sealOptions(world.maker, [brief]));
    const at = (time: Date) => codeOf(() => seal({ seal: own, ...brief, time }));
    expect(await at(notBefore)).toBe('nothing thrown');
    expect(await at(new Date('2026-04-30T23:59:59Z'))).toBe('certificate-not-yet-valid');
    expect(await at(new Date('2026-05-31T00:00:01Z'))).toBe('certificate-expired');
  });

  it.each<[string, () => Uint8Array, string]>([
    ['nothing', () => new Uint8Array(), 'pdf-malformed'],
    ['text', () => Uint8Array.from('hello', (c) => c.charCodeAt(0)), 'pdf-malformed'],
    ['a file cut short', () => plain.subarray(0, plain.length - 30), 'pdf-malformed'],
    [
      'an encrypted file',
      () => Uint8Array.from(latin(plain).replace('/Root', '/Encrypt 1 0 R/Root'), (c) => c.charCodeAt(0)),
      'pdf-encrypted',
    ],
    [
      'a certified file',
      () =>
        buildPdf({
          catalog: '/Perms<</DocMDP 5 0 R>>',
          objects: ['<</Type/Sig/Reference[<</TransformMethod/DocMDP/TransformParams<</P 1>>>>]>>'],
        }),
      'pdf-certified',
    ],
  ])('for %s', async (_, make, code) => {
    expect(await codeOf(() => sealPdf(make(), placed(world)))).toBe(code);
  });
});
