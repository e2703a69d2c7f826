/**
 * Does the hidden word of a paper form show on a copy? Poppler prints the form at 600 dpi; the copier is simulated: it sees
 * with 300 dpi or 200, and takes what is pale for paper. With `FACES_DIR` the pictures are kept, to be looked at.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode, encode } from 'fast-png';
import { beforeAll, describe, expect, it } from 'vitest';
import { tool, workFolder } from '../tools.js';
import { drawnLicenses } from './world.js';

const pdftoppm = tool('pdftoppm', '-v');

let drawn: Awaited<ReturnType<typeof drawnLicenses>>;
beforeAll(async () => {
  drawn = await drawnLicenses();
});

/** Darkness of each pixel, 0 to 1, of a part of the page without text; cells begin at multiples of 12. */
interface Print {
  readonly width: number;
  readonly height: number;
  readonly dark: Float64Array;
}

const CELL = 12;
/** Between QR and authority, in pixels of 600 dpi from the upper left corner. */
const PART = { x: 158 * CELL, y: 280 * CELL, width: 168 * CELL, height: 80 * CELL };

function printed(pdf: Uint8Array): Print {
  using folder = workFolder();
  const { x, y, width, height } = PART;
  const part = Object.entries({ x, y, W: width, H: height }).flatMap(([key, value]) => [`-${key}`, String(value)]);
  const file = folder.write('form.pdf', pdf);
  const { stdout } = pdftoppm!(['-r', '600', ...part, '-gray', '-png', '-singlefile', file]);
  const { data, channels } = decode(stdout);
  const dark = Float64Array.from({ length: width * height }, (_, i) => 1 - data[i * channels]! / 255);
  return { width, height, dark };
}

/** Which cells are the word's: those that have 3 × 3 dark pixels. A renderer may be a pixel off, so anywhere in the cell. */
function wordCells({ width, height, dark }: Print): boolean[] {
  const darkest = dark.reduce((a, b) => Math.max(a, b), 0);
  const hasDot = (x: number, y: number) => {
    for (let at = 0; at < 9 * 9; at++) {
      const corner = (y + Math.floor(at / 9)) * width + x + (at % 9);
      let sum = 0;
      for (let v = 0; v < 3; v++) for (let u = 0; u < 3; u++) sum += dark[corner + v * width + u]!;
      if (sum > 9 * 0.7 * darkest) return true;
    }
    return false;
  };
  const cells: boolean[] = [];
  for (let y = 0; y < height; y += CELL) for (let x = 0; x < width; x += CELL) cells.push(hasDot(x, y));
  return cells;
}

/** Mean darkness of the word and of what is around it; `cell`: pixels of a side. */
function tones({ width, dark }: Print, cells: readonly boolean[], cell: number): { word: number; ground: number } {
  const sums = { word: 0, ground: 0 };
  const counts = { word: 0, ground: 0 };
  const columns = PART.width / CELL;
  dark.forEach((value, i) => {
    const kind = cells[Math.floor(i / width / cell) * columns + Math.floor((i % width) / cell)] ? 'word' : 'ground';
    sums[kind] += value;
    counts[kind]++;
  });
  return { word: sums.word / counts.word, ground: sums.ground / counts.ground };
}

/** What a copier makes of it: fewer pixels, and what is less than a quarter dark is paper, more than a half is black. */
function copied(print: Print, dpi: 200 | 300): Print {
  const by = 600 / dpi;
  const [width, height] = [print.width / by, print.height / by];
  const dark = new Float64Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let v = 0; v < by; v++) {
        for (let u = 0; u < by; u++) sum += print.dark[(y * by + v) * print.width + x * by + u]!;
      }
      dark[y * width + x] = Math.min(1, Math.max(0, (sum / by / by - 0.25) / 0.25));
    }
  }
  return { width, height, dark };
}

function keep(name: string, { width, height, dark }: Print): void {
  const folder = process.env.FACES_DIR;
  if (folder === undefined) return;
  const data = Uint8Array.from(dark, (value) => Math.round(255 * (1 - value)));
  writeFileSync(join(folder, `${name}.png`), encode({ width, height, data, channels: 1 }));
}

describe.skipIf(pdftoppm === undefined)('the anti-copy ground', () => {
  it.each(['营业执照', '居住证'])('of %s is one tone on paper, and two on a copy', (name) => {
    const print = printed(drawn.licenses.find((licence) => licence.name === `${name}, sample`)!.printed);
    const cells = wordCells(print);
    const share = cells.filter(Boolean).length / cells.length;
    expect(share).toBeGreaterThan(0.1);
    expect(share).toBeLessThan(0.6);
    keep(`ground of ${name}, original`, print);
    const original = tones(print, cells, CELL);
    expect(original.word).toBeGreaterThan(0.02);
    expect(Math.abs(original.word / original.ground - 1)).toBeLessThan(0.02);
    for (const dpi of [300, 200] as const) {
      const copy = copied(print, dpi);
      keep(`ground of ${name}, copied at ${dpi} dpi`, copy);
      const { word, ground } = tones(copy, cells, (CELL * dpi) / 600);
      const [before, after] = [
        [original.word, original.ground],
        [word, ground],
      ].map((pair) => pair.map((tone) => `${(100 * tone).toFixed(2)} %`).join(' and '));
      console.log(`${name}: word and ground ${before} dark; copied with ${dpi} dpi ${after}`);
      expect(word).toBeGreaterThan(0.02);
      expect(ground).toBeLessThan(word / 5);
    }
  });
});
