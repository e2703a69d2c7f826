/**
 * Where things stand on a licence face: A4 landscape, millimetres from the lower left corner. Rows fill two columns between
 * the title and the foot; the foot holds the QR on the left, authority and date, over which the seal goes, on the right.
 */
import { GovError } from '@gov/verdict';
import type { FaceCharacter } from './fonts.js';
import { breakLines, linesFit, widthOf } from './lines.js';

export const PAGE = { width: 297, height: 210 } as const;

/** Zones of the page that never overlap; what does not fit into its zone is refused. */
export const ZONES = {
  title: { x: 30, y: 168, width: 237, height: 20 },
  number: { x: 24, y: 157.5, width: 249, height: 6 },
  rows: { x: 24, y: 75, width: 249, height: 78 },
  qr: { x: 26, y: 30, width: 42, height: 42 },
  caption: { x: 20, y: 23, width: 54, height: 6.5 },
  authority: { x: 178, y: 43, width: 96, height: 13 },
  date: { x: 178, y: 35.5, width: 96, height: 7 },
  identifier: { x: 24, y: 18.2, width: 249, height: 4 },
} as const;

export interface Zone {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** One line of text: baseline start and font size in mm. */
export interface PlacedLine {
  readonly characters: readonly FaceCharacter[];
  readonly x: number;
  readonly y: number;
  readonly size: number;
}

interface RowText {
  readonly label: readonly FaceCharacter[];
  readonly value: readonly FaceCharacter[];
}

/** A row with the box it occupies; its lines lie inside, and boxes do not overlap. */
export interface PlacedRow extends Zone {
  readonly label: readonly PlacedLine[];
  readonly value: readonly PlacedLine[];
}

const COLUMN_GAP = 11;
/** Widest label column as shares of a row; longer labels wrap. The first that fits is taken. */
const LABEL_SHARES = [0.38, 0.33, 0.28];
const LABEL_GAP = 0.6;
const LEADING = 1.4;
const SIZE = { largest: 4.8, smallest: 2.5, step: 0.1 } as const;

/** Where the baseline stands in a line's height, so that ideographs (0.88 up, 0.12 down) sit in its middle. */
const BASELINE = (LEADING - 1) / 2 + 0.12;

interface MeasuredRow {
  readonly label: readonly (readonly FaceCharacter[])[];
  readonly value: readonly (readonly FaceCharacter[])[];
  readonly lines: number;
}

/**
 * Sets the rows down the left column, then down the right, at the largest size at which both columns fit.
 *
 * @throws GovError `license-face-overflow`
 */
export function layoutRows(rows: readonly RowText[]): PlacedRow[] {
  const zone = ZONES.rows;
  const width = (zone.width - COLUMN_GAP) / 2;
  const widestLabel = Math.max(0, ...rows.map(({ label }) => widthOf(label)));
  const steps = Math.round((SIZE.largest - SIZE.smallest) / SIZE.step);
  const tries = LABEL_SHARES.length * (steps + 1);
  for (let attempt = 0; attempt < tries; attempt++) {
    const size = SIZE.largest - Math.floor(attempt / LABEL_SHARES.length) * SIZE.step;
    const share = LABEL_SHARES[attempt % LABEL_SHARES.length] as number;
    const labelWidth = Math.min(widestLabel, (width * share) / size);
    const valueWidth = width / size - labelWidth - LABEL_GAP;
    const measured = rows.map(({ label, value }) => measure(label, value, labelWidth, valueWidth));
    if (measured.some((row) => row === undefined)) continue;
    const set = measured as MeasuredRow[];
    const padding = 0.7 * size;
    const heights = set.map(({ lines }) => lines * LEADING * size + padding);
    const left = balance(heights);
    const [a, b] = [sum(heights.slice(0, left)), sum(heights.slice(left))];
    if (Math.max(a, b) > zone.height) continue;
    const most = Math.max(left, rows.length - left, 1);
    const spare = Math.min((zone.height - Math.max(a, b)) / most, 0.9 * size);
    let y = zone.y + zone.height;
    return set.map((row, i) => {
      if (i === left) y = zone.y + zone.height;
      const height = (heights[i] as number) + spare;
      y -= height;
      const x = zone.x + (i < left ? 0 : width + COLUMN_GAP);
      const top = y + height - (padding + spare) / 2;
      const lines = (of: MeasuredRow['label'], at: number): PlacedLine[] =>
        of.map((characters, k) => ({ characters, x: at, y: top - ((k + 1) * LEADING - BASELINE) * size, size }));
      return {
        ...{ x, y, width, height },
        label: lines(row.label, x),
        value: lines(row.value, x + (labelWidth + LABEL_GAP) * size),
      };
    });
  }
  throw overflow('the rows do', zone);
}

/**
 * Sets text centred in a zone, from the largest size down to the smallest at which it fits.
 *
 * @throws GovError `license-face-overflow`
 */
export function layoutCentred(
  characters: readonly FaceCharacter[],
  zone: Zone,
  size: { readonly largest: number; readonly smallest: number; readonly lines: number },
  what: string,
): PlacedLine[] {
  const steps = 20;
  for (let step = 0; step <= steps; step++) {
    const em = size.largest + ((size.smallest - size.largest) * step) / steps;
    const lines = breakLines(characters, zone.width / em);
    const height = lines.length * em * 1.2;
    if (lines.length > size.lines || height > zone.height || !linesFit(lines, zone.width / em)) continue;
    const top = zone.y + (zone.height + height) / 2;
    return lines.map((line, k) => ({
      characters: line,
      x: zone.x + (zone.width - widthOf(line) * em) / 2,
      y: top - ((k + 1) * 1.2 - 0.22) * em,
      size: em,
    }));
  }
  throw overflow(`the ${what} does`, zone);
}

function measure(
  label: readonly FaceCharacter[],
  value: readonly FaceCharacter[],
  labelWidth: number,
  valueWidth: number,
): MeasuredRow | undefined {
  const [a, b] = [breakLines(label, labelWidth), breakLines(value, valueWidth)];
  if (!linesFit(a, labelWidth) || !linesFit(b, valueWidth)) return undefined;
  return { label: a, value: b, lines: Math.max(a.length, b.length) };
}

/** How many rows go to the left, so that the taller column is as low as possible; the left one is the taller at a tie. */
function balance(heights: readonly number[]): number {
  const total = sum(heights);
  let best = heights.length;
  let lowest = total;
  let left = total;
  for (let count = heights.length - 1; count > 0; count--) {
    left -= heights[count] as number;
    const taller = Math.max(left, total - left);
    if (taller < lowest - 1e-9) {
      lowest = taller;
      best = count;
    }
  }
  return best;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}

function overflow(what: string, { width, height }: Zone): GovError {
  return new GovError('license-face-overflow', `${what} not fit into ${width} × ${height} mm at the smallest size`);
}
