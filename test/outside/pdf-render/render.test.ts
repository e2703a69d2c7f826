/** The pictures of `gov pdf diff --html`: PDFium draws what is there, and the report shows it. */

import { sealPdf } from '@gov/e-seal/pdf';
import { comparePages, diffHtml, diffPdf } from '@gov/e-seal/pdf/diff';
import { MAX_PICTURE_PIXELS, type PdfiumRenderer, pdfiumRenderer } from '@gov/e-seal/pdf/render';
import { openPdf } from '@gov/pdf';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeWorld, TIMES } from '../../../test/world.js';

let renderer: PdfiumRenderer;
beforeAll(async () => {
  renderer = await pdfiumRenderer();
});
afterAll(() => renderer.close());

const SQUARE = '1 0 0 rg 72 72 72 72 re f';

/** One page of 200 × 100 mm with what the stream draws, and what later revisions put in its place. */
function pdf(content: string, ...later: readonly string[]): Uint8Array {
  const bodies = [
    '<</Type/Catalog/Pages 2 0 R>>',
    '<</Type/Pages/Count 1/Kids[3 0 R]>>',
    '<</Type/Page/Parent 2 0 R/MediaBox[0 0 566.929 283.465]/Contents 4 0 R>>',
    `<</Length ${content.length}>>\nstream\n${content}\nendstream`,
  ];
  let out = '%PDF-1.7\n';
  let table = 'xref\n0 5\n0000000000 65535 f \n';
  bodies.forEach((body, i) => {
    table += `${String(out.length).padStart(10, '0')} 00000 n \n`;
    out += `${i + 1} 0 obj\n${body}\nendobj\n`;
  });
  let start = out.length;
  out += `${table}trailer\n<</Size 5/Root 1 0 R/ID[<00><00>]>>\nstartxref\n${start}\n%%EOF\n`;
  for (const next of later) {
    const at = out.length;
    out += `4 0 obj\n<</Length ${next.length}>>\nstream\n${next}\nendstream\nendobj\n`;
    const previous = start;
    start = out.length;
    out += `xref\n4 1\n${String(at).padStart(10, '0')} 00000 n \ntrailer\n<</Size 5/Root 1 0 R/ID[<00><00>]/Prev ${previous}>>\nstartxref\n${start}\n%%EOF\n`;
  }
  return new TextEncoder().encode(out);
}

/** The colour at a place in millimetres from the lower left corner. */
async function colourAt(bytes: Uint8Array, xMm: number, yMm: number, dpi = 96): Promise<number[]> {
  const { width, height, rgba } = await renderer.renderPage(bytes, 1, { dpi });
  const [x, y] = [Math.round((xMm / 200) * width), Math.round((1 - yMm / 100) * height)];
  return [...rgba.subarray((y * width + x) * 4, (y * width + x) * 4 + 3)];
}

describe('PDFium', () => {
  it('draws a page in true size and colour, at any resolution', async () => {
    const page = pdf(SQUARE);
    for (const dpi of [24, 96, 200]) {
      expect(await colourAt(page, 38, 38, dpi)).toEqual([255, 0, 0]);
      expect(await colourAt(page, 100, 80, dpi)).toEqual([255, 255, 255]);
    }
    expect(await renderer.renderPage(page, 1, { dpi: 96 })).toMatchObject({ width: 756, height: 378 });
  });

  it('keeps a picture within its bound', async () => {
    const { width, height } = await renderer.renderPage(pdf(SQUARE), 1, { dpi: 100_000 });
    expect(width * height).toBeLessThanOrEqual(MAX_PICTURE_PIXELS * 1.01);
  });

  it('shows a seal where it lies', async () => {
    const world = await makeWorld();
    const { seal, signer } = world;
    const place = { page: 1, xMm: 150, yMm: 50 };
    const sealed = await sealPdf(pdf(SQUARE), { seal, ...signer, place, time: TIMES.signed });
    const plain = await renderer.renderPage(pdf(SQUARE), 1, { dpi: 96 });
    const { width, height, rgba } = await renderer.renderPage(sealed, 1, { dpi: 96 });
    expect([width, height]).toEqual([plain.width, plain.height]);
    let [left, right] = [width, 0];
    rgba.forEach((value, i) => {
      if (value === plain.rgba[i]) return;
      const x = Math.floor(i / 4) % width;
      [left, right] = [Math.min(left, x), Math.max(right, x)];
    });
    const middleMm = ((left + right + 1) / 2 / width) * 200;
    expect(Math.abs(middleMm - 150)).toBeLessThan(0.5);
  });

  it('refuses what it cannot draw', async () => {
    const failed = { code: 'pdf-render-failed' };
    await expect(renderer.renderPage(new TextEncoder().encode('no PDF'), 1, { dpi: 96 })).rejects.toMatchObject(failed);
    await expect(renderer.renderPage(pdf(SQUARE), 2, { dpi: 96 })).rejects.toMatchObject(failed);
    await expect(renderer.renderPage(pdf(SQUARE), 1, { dpi: 0 })).rejects.toMatchObject({ code: 'invalid-argument' });
  });
});

describe('the report', () => {
  it('frames what differs and leaves out what looks the same', async () => {
    const doc = openPdf(pdf(SQUARE, `${SQUARE} 0 0 1 rg 300 72 36 36 re f`, `${SQUARE} 0 0 1 rg 300 72 36 36 re f `));
    const { renderPage } = renderer;
    const [page, ...others] = (await comparePages(doc, diffPdf(doc, { from: 0, to: 1 }), { renderPage })).pages;
    expect(others).toEqual([]);
    const [region, ...more] = page!.regions;
    expect(more).toEqual([]);
    // 300 pt and 36 pt at 96 dots an inch, in squares of 8; the edge may be blurred
    expect(region).toMatchObject({ x: 400 });
    expect([48, 56]).toContain(region!.width);
    const same = diffPdf(doc, { from: 1, to: 2 });
    expect(same.level).toBe('other');
    expect((await comparePages(doc, same, { renderPage })).pages).toEqual([]);
    const html = diffHtml([{ diff: same, compared: { pages: [page!], omitted: 0 } }], { lang: 'zh', title: '页' });
    expect(html.match(/data:image\/png;base64,/g)).toHaveLength(2);
  });
});
