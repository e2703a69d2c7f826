/**
 * The anti-copy ground of paper forms (防复制底纹): dots of one tone in two sizes. Coarse ones form a hidden word, fine ones
 * stand around it. To the eye both are the same pale tint; a copier resolves the coarse ones and loses the fine ones, and the
 * word stands out. All lengths are dots of a printer of 600 dpi, so that the fine ones are as fine as it prints.
 */
import { type NewPdfFile, PdfArray, PdfDict, PdfName, type PdfRef, type PdfStream } from '@gov/pdf';
import { GovError } from '@gov/verdict';
import { mm, POINTS_PER_MM } from './content.js';
import { compressedStream } from './embed.js';
import type { FaceCharacter, FaceFonts } from './fonts.js';
import { widthOf } from './lines.js';
import type { Look } from './style.js';

const DOT = 72 / 600;
/** A cell belongs to the word or to what surrounds it, so that no dot is cut. */
const CELL = 12;
/** One dot of 3 × 3 in a cell, or nine of 1 × 1: the same sixteenth of the area, 50 and 150 lines an inch. */
const COARSE = { dot: 3, pitch: 12, at: 4 } as const;
const FINE = { dot: 1, pitch: 4, at: 1 } as const;
/** Side of the tiles of both screens: whole cells, few enough for any viewer. */
const TILE = 48;
const TILE_CELLS = TILE / CELL;

/** The word: 17 mm a character, rising to the right. */
const WORD = { cells: 34, slope: 20 } as const;

/** Characters of the hidden word. */
export const GROUND_WORD_MAX = 12;

interface Ground {
  readonly word: string;
  readonly colour: string;
}

/** /XObject and operators for the ground of one page; patterns repeat, so that the file stays small. */
export function drawGround(
  { word, colour }: Ground,
  { page }: Look,
  fonts: FaceFonts,
): { readonly operators: string; readonly form: (file: NewPdfFile) => PdfRef } {
  const characters = fonts.charactersOf(word, 'title');
  if (characters.length < 1 || characters.length > GROUND_WORD_MAX) {
    throw new GovError('invalid-argument', `the hidden word has 1 to ${GROUND_WORD_MAX} characters`);
  }
  const { columns, rows, mask } = wordMask(characters);
  const form = (file: NewPdfFile): PdfRef =>
    file.add(
      compressedStream(new TextEncoder().encode(runs(mask, columns, rows)), {
        Type: new PdfName('XObject'),
        Subtype: new PdfName('Form'),
        BBox: new PdfArray([0, 0, columns * CELL * DOT, rows * CELL * DOT]),
        Resources: PdfDict.of({
          Pattern: PdfDict.of({ Fine: file.add(screen(FINE, colour)), Coarse: file.add(screen(COARSE, colour)) }),
        }),
      }),
    );
  return { operators: placements(page, columns * CELL * DOT, rows * CELL * DOT), form };
}

/** Copies of the form all over the page inside its border, hung from the top left corner, where printers begin. */
function placements({ width, height }: Look['page'], stepX: number, stepY: number): string {
  const inset = 16.6;
  const [w, h] = [width * POINTS_PER_MM, height * POINTS_PER_MM];
  // The clip runs between tiles: no dot is cut at the edge either.
  const tile = TILE * DOT;
  const [first, lastX] = [Math.ceil((inset * POINTS_PER_MM) / tile), Math.floor((w - inset * POINTS_PER_MM) / tile)];
  const lastY = Math.floor((h - inset * POINTS_PER_MM) / tile);
  const [across, down] = [(lastX - first) * tile, (lastY - first) * tile];
  const operators = [`q ${mm(first * tile)} ${mm(h - lastY * tile)} ${mm(across)} ${mm(down)} re W n`];
  for (let y = first * tile; y < lastY * tile; y += stepY) {
    for (let x = first * tile; x < lastX * tile; x += stepX) {
      operators.push(`q 1 0 0 1 ${mm(x)} ${mm(h - y - stepY)} cm /Ground Do Q`);
    }
  }
  return [...operators, 'Q'].join('\n');
}

/**
 * A tiling pattern (ISO 32000-2 8.7.3) of square dots, one pixel a dot of the printer. Pixels rather than paths: programs paint
 * whatever a path touches, which would make the fine screen the darker one, and average pixels where they have no room.
 */
function screen({ dot, pitch, at }: typeof COARSE | typeof FINE, colour: string): PdfStream {
  const dark = (place: number) => place % pitch >= at && place % pitch < at + dot;
  const pixels = new Uint8Array((TILE * TILE) / 8);
  for (let y = 0; y < TILE; y++) {
    for (let x = 0; x < TILE; x++) {
      if (dark(x) && dark(y)) pixels[(y * TILE + x) >> 3] = (pixels[(y * TILE + x) >> 3] as number) | (0x80 >> (x & 7));
    }
  }
  const hex = Array.from(pixels, (byte) => byte.toString(16).padStart(2, '0')).join('');
  const side = mm(TILE * DOT);
  const image = `BI /W ${TILE} /H ${TILE} /IM true /D [1 0] /F /AHx ID\n${hex}>\nEI`;
  return compressedStream(new TextEncoder().encode(`${colour} rg q ${side} 0 0 ${side} 0 0 cm\n${image} Q`), {
    Type: new PdfName('Pattern'),
    PatternType: 1,
    PaintType: 1,
    TilingType: 1,
    BBox: new PdfArray([0, 0, side, side]),
    XStep: side,
    YStep: side,
    Resources: PdfDict.of({}),
  });
}

/** Cells of the word filled with the coarse screen, all others with the fine one. */
function runs(mask: readonly boolean[], columns: number, rows: number): string {
  const rectangles = (wanted: boolean): string[] => {
    const found: string[] = [];
    for (let row = 0; row < rows; row++) {
      for (let from = 0; from < columns; from++) {
        if (mask[row * columns + from] !== wanted) continue;
        let to = from + 1;
        while (to < columns && mask[row * columns + to] === wanted) to++;
        const box = [from * CELL, row * CELL, (to - from) * CELL, CELL];
        found.push(`${box.map((v) => mm(v * DOT)).join(' ')} re`);
        from = to;
      }
    }
    return found;
  };
  return ['/Pattern cs /Fine scn', ...rectangles(false), 'f', '/Coarse scn', ...rectangles(true), 'f'].join('\n');
}

interface Mask {
  readonly columns: number;
  readonly rows: number;
  readonly mask: readonly boolean[];
}

/** Which cells are the word's: it stands twice in the tile, the second time half a tile on, and goes on over its edges. */
function wordMask(characters: readonly FaceCharacter[]): Mask {
  const whole = (cells: number) => Math.ceil(cells / (2 * TILE_CELLS)) * 2 * TILE_CELLS;
  const [cos, sin] = [Math.cos((WORD.slope * Math.PI) / 180), Math.sin((WORD.slope * Math.PI) / 180)];
  const length = widthOf(characters) * WORD.cells;
  const columns = whole(length * cos + 0.9 * WORD.cells);
  const rows = whole(2 * (length * sin + WORD.cells) * 0.9);
  const edges = outlineEdges(characters).map(
    ([x1, y1, x2, y2]): Edge => [x1 * cos - y1 * sin, x1 * sin + y1 * cos, x2 * cos - y2 * sin, x2 * sin + y2 * cos],
  );
  const mask = new Array<boolean>(columns * rows).fill(false);
  for (const [row, from, to] of spans(edges)) {
    for (let column = from; column < to; column++) {
      for (const [dx, dy] of [
        [0, 0],
        [columns / 2, rows / 2],
      ] as const) {
        mask[modulo(row + dy, rows) * columns + modulo(column + dx, columns)] = true;
      }
    }
  }
  return { columns, rows, mask };
}

type Edge = readonly [number, number, number, number];

const modulo = (value: number, by: number): number => ((value % by) + by) % by;

/** The outlines as straight edges, in cells. */
function outlineEdges(characters: readonly FaceCharacter[]): Edge[] {
  const edges: Edge[] = [];
  let left = 0;
  for (const { font, glyph, advance } of characters) {
    let [x, y, startX, startY] = [0, 0, 0, 0];
    const from = left;
    const line = (toX: number, toY: number) => {
      edges.push([(x + from) * WORD.cells, y * WORD.cells, (toX + from) * WORD.cells, toY * WORD.cells]);
      [x, y] = [toX, toY];
    };
    for (const { op, points } of font.outline(glyph)) {
      const [endX = startX, endY = startY] = points.slice(-2);
      if (op === 'M') [x, y, startX, startY] = [endX, endY, endX, endY];
      else if (op === 'Q' || op === 'C') curve([x, y, ...points], line);
      else line(endX, endY);
    }
    left += advance;
  }
  return edges;
}

/** A Bézier curve in four pieces: a cell is larger than what that leaves out. */
function curve(points: readonly number[], line: (x: number, y: number) => void): void {
  for (let step = 1; step <= 4; step++) {
    let level = [...points];
    // De Casteljau: between neighbours until one point is left.
    while (level.length > 2) level = level.slice(0, -2).map((v, i) => v + ((level[i + 2] as number) - v) * (step / 4));
    line(level[0] as number, level[1] as number);
  }
}

/** Runs of cells whose centres lie inside the outlines (non-zero winding): row, first column, column after the last. */
function* spans(edges: readonly Edge[]): Generator<readonly [number, number, number]> {
  const ys = edges.flatMap(([, y1, , y2]) => [y1, y2]);
  const lowest = ys.reduce((a, b) => Math.min(a, b), 0);
  const highest = ys.reduce((a, b) => Math.max(a, b), 0);
  for (let row = Math.floor(lowest); row <= highest; row++) {
    const centre = row + 0.5;
    const crossings = edges
      .filter(([, y1, , y2]) => y1 <= centre !== y2 <= centre)
      .map(([x1, y1, x2, y2]) => ({ x: x1 + ((centre - y1) / (y2 - y1)) * (x2 - x1), turn: y2 > y1 ? 1 : -1 }))
      .sort((a, b) => a.x - b.x);
    let winding = 0;
    for (const [i, { x, turn }] of crossings.entries()) {
      winding += turn;
      const next = crossings[i + 1];
      if (winding !== 0 && next !== undefined) yield [row, Math.ceil(x - 0.5), Math.ceil(next.x - 0.5)];
    }
  }
}
