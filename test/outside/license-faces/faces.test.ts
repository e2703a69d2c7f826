/** The faces of every licence type, as two renderers show them. With `FACES_DIR` the pictures are kept, to be looked at. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LICENSE_TYPES } from '@gov/e-license';
import { verifyLicensePdf } from '@gov/e-license/pdf';
import { type PdfiumRenderer, pdfiumRenderer } from '@gov/e-seal/pdf/render';
import { readQr } from '@gov/qr/read';
import { encode } from 'fast-png';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tool, workFolder } from '../tools.js';
import { type DrawnLicense, drawnLicenses, SEAL_MM } from './world.js';

const pdftoppm = tool('pdftoppm', '-v');
const pdftotext = tool('pdftotext', '-v');
const qpdf = tool('qpdf');

const KINDS = LICENSE_TYPES.flatMap(({ name }) => [`${name}, sample`, `${name}, long sample`]);
/** Some attestations are valid for a month. */
const VERIFIED = new Date('2026-05-21T00:00:00Z');
const DPI = 150;
const MM = 72 / 25.4;
/** Inside the border. */
const FRAME_MM = 16;

let drawn: Awaited<ReturnType<typeof drawnLicenses>>;
let pdfium: PdfiumRenderer;
beforeAll(async () => {
  drawn = await drawnLicenses();
  pdfium = await pdfiumRenderer();
});
afterAll(() => pdfium?.close());

const licence = (name: string): DrawnLicense => drawn.licenses.find((one) => one.name === name)!;

function keep(name: string, png: Uint8Array): void {
  const folder = process.env.FACES_DIR;
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.png`), png);
}

interface Word {
  readonly text: string;
  /** mm from the upper left corner. */
  readonly box: readonly [number, number, number, number];
}

/** Words with their places, and the size of the page, by pdftotext. */
function words(pdf: Uint8Array): { readonly size: readonly [number, number]; readonly words: readonly Word[] } {
  const { stdout } = pdftotext!(['-bbox', '-', '-'], { input: pdf });
  const html = stdout.toString('utf8');
  const [, width, height] = /<page width="([\d.]+)" height="([\d.]+)"/.exec(html)!.map(Number);
  const found = [...html.matchAll(/<word xMin="(\S+)" yMin="(\S+)" xMax="(\S+)" yMax="(\S+)">(.*?)<\/word>/g)].map(
    ([, ...parts]) => ({
      text: parts[4]!.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&'),
      box: parts.slice(0, 4).map((part) => Number(part) / MM) as [number, number, number, number],
    }),
  );
  return { size: [width! / MM, height! / MM], words: found };
}

const rendered = async (
  pdf: Uint8Array,
  dpi: number,
): Promise<{ png: Uint8Array; width: number; rgba: Uint8Array }> => {
  const { width, height, rgba } = await pdfium.renderPage(pdf, 1, { dpi });
  return { png: encode({ width, height, data: rgba, channels: 4 }), width, rgba: new Uint8Array(rgba) };
};

describe.each(KINDS)('%s', (name) => {
  it('is valid, small, and says what the record says', async () => {
    const { sealed, record } = licence(name);
    expect((await verifyLicensePdf(sealed, { at: VERIFIED, trust: drawn.world.trust })).verdict).toBe('valid');
    expect(sealed.length).toBeLessThan(300 * 1024);
    if (pdftotext === undefined) return;
    const text = pdftotext(['-raw', '-', '-'], { input: sealed }).stdout.toString('utf8').replace(/\s/g, '');
    for (const { label, value } of record.face) {
      expect(text).toContain(label.replace(/\s/g, ''));
      expect(text).toContain(value.replace(/\s/g, ''));
    }
  });

  it('keeps its text inside the border, off the QR and off other text', () => {
    if (pdftotext === undefined) return;
    const { size, words: found } = words(licence(name).sealed);
    const [width, height] = size;
    expect(found.length).toBeGreaterThan(10);
    for (const [i, { box, text }] of found.entries()) {
      // Boxes of words reach from ascender to descender, farther than any ink.
      const slack = 0.2 * (box[3] - box[1]);
      expect(box[0], text).toBeGreaterThan(FRAME_MM);
      expect(box[1] + slack, text).toBeGreaterThan(FRAME_MM);
      expect(box[2], text).toBeLessThan(width - FRAME_MM);
      expect(box[3] - slack, text).toBeLessThan(height - FRAME_MM);
      const inQr = box[2] > 27 && box[0] < 65 && box[3] - slack > height - 74 && box[1] + slack < height - 33;
      expect(inQr, text).toBe(false);
      for (const { box: other, text: second } of found.slice(0, i)) {
        const apart =
          box[2] <= other[0] + 0.05 ||
          other[2] <= box[0] + 0.05 ||
          box[3] - slack <= other[1] + 0.2 * (other[3] - other[1]) ||
          other[3] - 0.2 * (other[3] - other[1]) <= box[1] + slack;
        expect(apart, `${text} over ${second}`).toBe(true);
      }
    }
  });

  it.skipIf(pdftoppm === undefined || qpdf === undefined)('is drawn by Poppler, and its QR read back', async () => {
    using folder = workFolder();
    const { sealed, printed, qrText } = licence(name);
    // PDFium draws the print in any run.
    const forms = [['face', sealed] as const, ...(process.env.SLOW === undefined ? [] : [['print', printed] as const])];
    for (const [form, pdf] of forms) {
      const file = folder.write(`${form}.pdf`, pdf);
      expect(qpdf!(['--check', file]).text).toContain('No syntax or stream encoding errors');
      const { stdout, text } = pdftoppm!(['-r', String(DPI), '-png', '-singlefile', file]);
      expect(text.slice(-200)).not.toMatch(/error/i);
      keep(`${name} ${form} poppler`, stdout);
      expect(await readQr(new Uint8Array(stdout))).toEqual([qrText]);
    }
  });

  it('is drawn by PDFium, and its QR read back; the seal lies over authority and date', async () => {
    const { sealed, printed, qrText } = licence(name);
    const face = await rendered(sealed, DPI);
    keep(`${name} face pdfium`, face.png);
    expect(await readQr(face.png)).toEqual([qrText]);
    const print = await rendered(printed, DPI);
    keep(`${name} print pdfium`, print.png);
    expect(await readQr(print.png)).toEqual([qrText]);
    const red = redBox(face, DPI);
    expect(red.width).toBeCloseTo(SEAL_MM, 0);
    expect(red.height).toBeCloseTo(SEAL_MM, 0);
    if (pdftotext === undefined) return;
    const date = words(sealed).words.find(({ text }) => /^\d{4}年\d\d月\d\d日$/.test(text))!.box;
    const centre = [red.x + red.width / 2, red.y + red.height / 2] as const;
    // 骑年盖月: between the year and the month; the date a little under the middle.
    expect(centre[0]).toBeGreaterThan(date[0]);
    expect(centre[0]).toBeLessThan((date[0] + date[2]) / 2 + 1);
    expect(date[1] - centre[1]).toBeGreaterThan(-6);
    expect(date[3] - centre[1]).toBeLessThan(SEAL_MM / 2);
    expect(redBox(print, DPI).width).toBe(0);
  });
});

/** Where a picture has the seal's own red. */
function redBox({ width, rgba }: { readonly width: number; readonly rgba: Uint8Array }, dpi: number) {
  let [left, right, top, bottom] = [Number.POSITIVE_INFINITY, -1, Number.POSITIVE_INFINITY, -1];
  for (let i = 0; i < rgba.length; i += 4) {
    if (!(rgba[i]! > 180 && rgba[i + 1]! < 40 && rgba[i + 2]! < 50)) continue;
    const [x, y] = [(i / 4) % width, Math.floor(i / 4 / width)];
    [left, right] = [Math.min(left, x), Math.max(right, x)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
  }
  if (right < 0) return { x: 0, y: 0, width: 0, height: 0 };
  const mm = (pixels: number) => (pixels / dpi) * 25.4;
  return { x: mm(left), y: mm(top), width: mm(right - left + 1), height: mm(bottom - top + 1) };
}
