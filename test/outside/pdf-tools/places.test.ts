/**
 * Where seals are, in the pixels that poppler draws: true millimetres on every kind of page, slices that make up the picture,
 * fields, and keywords in PDFs of other makers.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { buffer } from 'node:stream/consumers';
import { makeSeal, type Seal } from '@gov/e-seal';
import { type RideSeam, type SealPdfOptions, type SealPlace, sealPdf } from '@gov/e-seal/pdf';
import { type Pdfjs, pdfjsTextFinder } from '@gov/e-seal/pdf/keyword';
import { encode } from 'fast-png';
import PDFKit from 'pdfkit';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeWorld, sealOptions, TIMES, type World } from '../../../test/world.js';
import { launch } from '../browser/browser.js';
import { tool, workFolder } from '../tools.js';

const pdftoppm = tool('pdftoppm', '-v');

const SIDE_MM = 40;
const RED = [200, 0, 0];
const GREEN = [0, 200, 0];
const BLUE = [0, 0, 200];
const YELLOW = [200, 200, 0];
const WHITE = [255, 255, 255];

let world: World;
/** Four quarters: red and green above, blue and yellow below. */
let seal: Seal;
let browser: Browser;
beforeAll(async () => {
  [world, browser] = await Promise.all([makeWorld(), launch()]);
  const size = 400;
  const data = new Uint8Array(size * size * 3);
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) data.set(quarter(x / size, y / size), (y * size + x) * 3);
  const png = new Uint8Array(encode({ width: size, height: size, data, channels: 3 }));
  seal = await makeSeal({
    ...sealOptions(world.maker, [world.signer]),
    picture: { type: 'png', data: png, widthMm: SIDE_MM, heightMm: SIDE_MM },
  });
});
afterAll(() => browser?.close());

const quarter = (x: number, y: number) => (y < 0.5 ? (x < 0.5 ? RED : GREEN) : x < 0.5 ? BLUE : YELLOW);

const sealed = (pdf: Uint8Array, place: SealPlace | readonly SealPlace[], more: Partial<SealPdfOptions> = {}) =>
  sealPdf(pdf, { seal, ...world.signer, time: TIMES.signed, place, ...more });

interface Page {
  readonly rotate?: number;
  readonly unit?: number;
  readonly x?: number;
  readonly y?: number;
  readonly crop?: boolean;
  readonly annots?: string;
}

/** Pages of 600 × 500 points of 1/72 inch before they are turned, whatever their unit; with a crop, 500 × 400 of them show. */
function pdfOf(pages: readonly Page[], catalog = '', objects: readonly string[] = []): Uint8Array {
  const bodies = [
    `<</Type/Catalog/Pages 2 0 R${catalog}>>`,
    `<</Type/Pages/Count ${pages.length}/Kids[${pages.map((_, i) => `${3 + i} 0 R`).join(' ')}]>>`,
    ...pages.map(({ rotate = 0, unit = 1, x = 0, y = 0, crop = false, annots = '' }) => {
      const box = (left: number, bottom: number, right: number, top: number) =>
        `[${[x + left / unit, y + bottom / unit, x + right / unit, y + top / unit].join(' ')}]`;
      const shown = crop ? `/CropBox${box(60, 40, 560, 440)}` : '';
      return `<</Type/Page/Parent 2 0 R/MediaBox${box(0, 0, 600, 500)}${shown}/Rotate ${rotate}/UserUnit ${unit}${annots}>>`;
    }),
    ...objects,
  ];
  let text = '%PDF-1.7\n';
  let table = `xref\n0 ${bodies.length + 1}\n0000000000 65535 f \n`;
  bodies.forEach((body, i) => {
    table += `${String(text.length).padStart(10, '0')} 00000 n \n`;
    text += `${i + 1} 0 obj\n${body}\nendobj\n`;
  });
  return new TextEncoder().encode(
    `${text}${table}trailer\n<</Size ${bodies.length + 1}/Root 1 0 R>>\nstartxref\n${text.length}\n%%EOF\n`,
  );
}

const PIXELS_PER_MM = 5;

interface Drawn {
  readonly widthMm: number;
  readonly heightMm: number;
  /** Colour at a point, millimetres from the lower left corner. */
  at(xMm: number, yMm: number): number[];
}

/** A page as poppler shows it. It does not know /UserUnit: the resolution makes up for it. */
function drawn(pdf: Uint8Array, page = 1, unit = 1): Drawn {
  using folder = workFolder();
  const dpi = String(PIXELS_PER_MM * 25.4 * unit);
  const args = ['-r', dpi, '-cropbox', '-aa', 'no', '-aaVector', 'no', '-f', String(page), '-singlefile'];
  const { status, stdout } = pdftoppm!([...args, folder.write('a.pdf', pdf)]);
  expect(status).toBe(0);
  const [, w, h] = /^P6\s+(\d+) (\d+)\s+255\n/.exec(stdout.toString('latin1', 0, 40))!.map(Number);
  const [width, height] = [w!, h!];
  const pixels = stdout.subarray(stdout.length - width * height * 3);
  return {
    widthMm: width / PIXELS_PER_MM,
    heightMm: height / PIXELS_PER_MM,
    at(xMm, yMm) {
      const column = Math.floor(xMm * PIXELS_PER_MM);
      const row = height - 1 - Math.floor(yMm * PIXELS_PER_MM);
      return [...pixels.subarray((row * width + column) * 3, (row * width + column) * 3 + 3)];
    },
  };
}

/** Its four quarters and its four edges are where they should be; half a millimetre is two pixels and a half. */
function expectSealAt(page: Drawn, xMm: number, yMm: number) {
  const half = SIDE_MM / 2;
  for (const d of [1, half / 2, half - 0.5]) {
    expect(page.at(xMm - d, yMm + d)).toEqual(RED);
    expect(page.at(xMm + d, yMm + d)).toEqual(GREEN);
    expect(page.at(xMm - d, yMm - d)).toEqual(BLUE);
    expect(page.at(xMm + d, yMm - d)).toEqual(YELLOW);
  }
  for (const [dx, dy] of [
    [half + 0.5, 5],
    [-half - 0.5, 5],
    [5, half + 0.5],
    [5, -half - 0.5],
  ] as const)
    expect(page.at(xMm + dx, yMm + dy)).toEqual(WHITE);
}

const KINDS: Page[] = [0, 90, 180, 270].flatMap((rotate) =>
  [0.5, 1, 2.5].flatMap((unit) => [
    { rotate, unit },
    { rotate, unit, x: -321.5, y: 77 },
    { rotate, unit, x: 40, y: -500, crop: true },
  ]),
);

describe.skipIf(pdftoppm === undefined)('seals are where they should be', () => {
  it('on every kind of page, in true millimetres', async () => {
    const out = await sealed(pdfOf(KINDS), { pages: 'all', xMm: 60, yMm: 45 });
    KINDS.forEach(({ unit }, i) => {
      expectSealAt(drawn(out, i + 1, unit), 60, 45);
    });
  });

  it.each<[RideSeam, readonly (readonly number[])[]]>([
    [{ edge: 'right' }, [[1, 2, 3, 4, 5]]],
    [{ edge: 'left', marginMm: 7, yMm: 33.2 }, [[5, 4, 3, 2, 1]]],
    [
      { edge: 'right', firstWider: 2.5, maxPagesPerSeal: 3 },
      [
        [1, 2, 3],
        [4, 5],
      ],
    ],
    [
      { edge: 'both', yMm: 50 },
      [
        [1, 3, 5],
        [2, 4],
      ],
    ],
  ])('%j: cut out and laid side by side, the slices are the picture', async (rideSeam, seals) => {
    // Five pages of five kinds.
    const pages = [KINDS[1]!, KINDS[15]!, KINDS[20]!, KINDS[35]!, KINDS[3]!];
    const out = await sealed(pdfOf(pages), { rideSeam });
    for (const order of seals) {
      const rows: number[][][] = Array.from({ length: SIDE_MM * 2 }, () => []);
      for (const number of order) {
        const page = drawn(out, number, pages[number - 1]!.unit);
        const isLeft = rideSeam.edge === 'left' || (rideSeam.edge === 'both' && number % 2 === 0);
        const { marginMm = 0 } = rideSeam;
        const first = Math.min(...order) === number;
        const ratio = rideSeam.firstWider ?? 1;
        const widthMm = (SIDE_MM / (order.length - 1 + ratio)) * (first ? ratio : 1);
        const leftMm = isLeft ? marginMm : page.widthMm - marginMm - widthMm;
        const bottomMm = (typeof rideSeam.yMm === 'number' ? rideSeam.yMm : page.heightMm / 2) - SIDE_MM / 2;
        // The middle of every half millimetre of the slice; what is next to it is white.
        rows.forEach((row, j) => {
          const yMm = bottomMm + SIDE_MM - (j + 0.5) / 2;
          const count = Math.floor(widthMm * 2);
          for (let i = 0; i < count; i++) row.push(page.at(leftMm + ((i + 0.5) * widthMm) / count, yMm));
        });
        const inside = isLeft ? leftMm + widthMm + 0.6 : leftMm - 0.6;
        expect(page.at(inside, bottomMm + 10)).toEqual(WHITE);
        expect(page.at(leftMm + widthMm / 2, bottomMm - 0.6)).toEqual(WHITE);
        expect(page.at(leftMm + widthMm / 2, bottomMm + SIDE_MM + 0.6)).toEqual(WHITE);
      }
      let wrong = 0;
      rows.forEach((row, j) => {
        row.forEach((colour, i) => {
          const [x, y] = [(i + 0.5) / row.length, (j + 0.5) / rows.length];
          const nearMiddle = Math.abs(x - 0.5) < 0.03 || Math.abs(y - 0.5) < 0.03;
          if (!nearMiddle && String(colour) !== String(quarter(x, y))) wrong++;
        });
      });
      expect(wrong).toBe(0);
    }
  });

  it('in the middle of a field, however the field says it would be turned', async () => {
    for (const rotate of [0, 90, 180, 270]) {
      const field =
        '<</Type/Annot/Subtype/Widget/FT/Sig/T(Office)/P 3 0 R/Rect[300 100 500 260]/F 4/MK<</R 90/BC[1 0 0]>>>>';
      const pdf = pdfOf([{ rotate, annots: '/Annots[4 0 R]' }], '/AcroForm<</Fields[4 0 R]>>', [field]);
      const page = drawn(await sealed(pdf, { field: 'Office' }));
      const mm = 25.4 / 72;
      const [x, y] = { 0: [400, 180], 90: [180, 200], 180: [200, 320], 270: [320, 400] }[rotate]!;
      expectSealAt(page, x! * mm, y! * mm);
    }
  });
});

describe.skipIf(pdftoppm === undefined)('keywords', () => {
  const noto = readFileSync(
    createRequire(import.meta.url).resolve('@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf'),
  );
  const finder = async () =>
    pdfjsTextFinder({ pdfjs: (await import('pdfjs-dist/legacy/build/pdf.mjs')) as unknown as Pdfjs });

  it('in a subset of a Chinese font, on pages turned every way', async () => {
    const doc = new PDFKit({ size: [600, 500], margin: 0, autoFirstPage: false });
    const rotations = [0, 90, 180, 270];
    for (const rotate of rotations) {
      doc.addPage();
      Object.assign(doc.page.dictionary.data, { Rotate: rotate });
      const text = { lineBreak: false, baseline: 'alphabetic' } as const;
      doc.font(noto).fontSize(12).text('甲方（盖章）：某市行政审批局', 150, 250, text);
    }
    doc.end();
    const place = { keyword: '(盖章)', nth: 'all' } as const;
    const out = await sealed(new Uint8Array(await buffer(doc)), place, { findText: await finder() });
    // Third to sixth of its characters; the middle of an ideograph is 0.38 em above the base line.
    const [cx, cy] = [150 + 4 * 12, 250 + 0.38 * 12];
    const mm = 25.4 / 72;
    const seen = { 0: [cx, cy], 90: [cy, 600 - cx], 180: [600 - cx, 500 - cy], 270: [500 - cy, cx] } as const;
    rotations.forEach((rotate, i) => {
      const [x, y] = seen[rotate as 0].map((units) => units * mm);
      const page = drawn(out, i + 1);
      // Black text shows through: looked at where there is none.
      expect(page.at(x! - 15, y! + 15)).toEqual(RED);
      expect(page.at(x! + 15, y! - 15)).toEqual(YELLOW);
      for (const d of [-20.5, 20.5]) {
        expect(page.at(x! + 12, y! + d)).toEqual(WHITE);
        expect(page.at(x! + d, y! + 12)).toEqual(WHITE);
      }
    });
  });

  it('on a page that Chromium printed', async () => {
    const page = await browser.newPage();
    await page.setContent(
      `<style>@font-face{font-family:N;src:url(data:font/ttf;base64,${noto.toString('base64')})}
       *{margin:0;font:4mm/4mm N} @page{size:A4;margin:0} p{position:absolute;white-space:nowrap}</style>
       <p style="left:80mm;top:60mm">盖 章 处</p><p style="left:80mm;top:160mm">乙方<b>盖</b><i>章</i>处</p>`,
    );
    const pdf = new Uint8Array(await page.pdf({ preferCSSPageSize: true }));
    await page.close();
    const out = drawn(await sealed(pdf, { keyword: '盖章处', nth: 'last' }, { findText: await finder() }));
    // Twelve millimetres of text from 88 mm on, its line 160 to 164 mm from the top.
    for (const [dx, dy, colour] of [
      [-15, 15, RED],
      [15, 15, GREEN],
      [-15, -15, BLUE],
      [15, -15, YELLOW],
      [-21, 15, WHITE],
      [21, 15, WHITE],
      [15, 21, WHITE],
      [15, -21, WHITE],
    ] as const)
      expect(out.at(94 + dx, 297 - 162 + dy), `${dx} ${dy}`).toEqual(colour);
  });
});
