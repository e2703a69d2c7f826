/**
 * Where text stands on a licence face, in millimetres from the lower left corner of the page. Rows stand in one column or in
 * two, wide rows across both.
 */
import { GovError } from '@gov/verdict';
import type { FaceCharacter } from './fonts.js';
import { breakLines, isCode, linesFit, widthOf } from './lines.js';

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

export interface RowText {
  readonly label: readonly FaceCharacter[];
  /** Smaller, under the label. */
  readonly labelEn?: readonly FaceCharacter[];
  readonly value: readonly FaceCharacter[];
  /** Across all columns. */
  readonly wide?: boolean;
}

/** A row with the box it occupies; its lines lie inside, and boxes do not overlap. */
export interface PlacedRow extends Zone {
  readonly label: readonly PlacedLine[];
  readonly value: readonly PlacedLine[];
}

const COLUMN_GAP = 11;
/** Widest label column as shares of a column; longer labels wrap. The first that fits is taken. */
const LABEL_SHARES = { 1: [0.3, 0.24, 0.2], 2: [0.38, 0.33, 0.28] } as const;
const LABEL_GAP = 0.8;
const LEADING = 1.4;
/** Between a row's lines and its rule, above and below together. */
const PADDING = 0.7;
const SIZE = { largest: 4.8, smallest: 2.5, step: 0.1 } as const;
/** English labels, as shares of the size. */
const ENGLISH = { size: 0.58, leading: 0.7 } as const;

/** Where the baseline stands in a line's height, so that ideographs (0.88 up, 0.12 down) sit in its middle. */
const BASELINE = (LEADING - 1) / 2 + 0.12;

type Lines = readonly (readonly FaceCharacter[])[];

interface MeasuredRow {
  readonly label: Lines;
  readonly labelEn: Lines;
  readonly value: Lines;
  /** In em. */
  readonly height: number;
}

/**
 * Sets the rows at the largest size at which they fit. Rows between two wide ones go down the left column, then down the
 * right, side by side; one left over takes the whole width.
 *
 * @param names what messages call the rows
 * @throws GovError `license-face-overflow` naming the row that takes the most room
 */
export function layoutRows(
  rows: readonly RowText[],
  zone: Zone,
  columns: 1 | 2,
  names: readonly string[] = [],
): PlacedRow[] {
  const width = columns === 1 ? zone.width : (zone.width - COLUMN_GAP) / 2;
  const widestLabel = Math.max(0, ...rows.map(({ label }) => widthOf(label)));
  const grid = gridOf(rows, columns);
  const alone = new Set(grid.filter(({ length }) => length === 1).flat());
  const valueWidths = rows.map(({ value }) => widthOf(value));
  const shares = LABEL_SHARES[columns];
  let tallest = 0;
  for (let size: number = SIZE.largest; size > SIZE.smallest - SIZE.step / 2; size -= SIZE.step) {
    for (const share of shares) {
      const labelWidth = Math.min(widestLabel, (width * share) / size);
      const room = (i: number) => (alone.has(i) ? zone.width : width) / size - labelWidth - LABEL_GAP;
      // Breaking long texts at every size would take longer than all else: most sizes are too large at a glance.
      const least = (i: number) => Math.ceil((valueWidths[i] as number) / room(i) - 1e-9) * LEADING + PADDING;
      if (grid.reduce((sum, line) => sum + Math.max(...line.map(least)), 0) * size > zone.height) {
        tallest = valueWidths.indexOf(Math.max(...valueWidths));
        continue;
      }
      const measured = rows.map((row, i) => measure(row, labelWidth, room(i)));
      const unset = measured.indexOf(undefined);
      if (unset >= 0) {
        tallest = unset;
        continue;
      }
      const set = measured as MeasuredRow[];
      tallest = set.reduce((most, { height }, i) => (height > (set[most] as MeasuredRow).height ? i : most), 0);
      const placed = place(set, grid, { zone, width, size, valueAt: (labelWidth + LABEL_GAP) * size });
      if (placed !== undefined) return placed;
    }
  }
  const row = names[tallest] === undefined ? '' : `, most of all “${names[tallest]}”,`;
  throw overflow(`the rows${row} do`, zone);
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
    if (lines.length > size.lines || height > zone.height + 1e-9 || !linesFit(lines, zone.width / em)) continue;
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

/** Which rows stand on each line of the grid: one across the whole width, or two side by side. */
function gridOf(rows: readonly RowText[], columns: 1 | 2): number[][] {
  const grid: number[][] = [];
  for (let from = 0; from < rows.length; ) {
    let to = from;
    while (to < rows.length && rows[to]?.wide !== true) to++;
    const half = columns === 1 ? 0 : (to - from) >> 1;
    for (let i = from; i < from + half; i++) grid.push([i, i + half]);
    for (let i = from + 2 * half; i < to; i++) grid.push([i]);
    if (to < rows.length) grid.push([to]);
    from = to + 1;
  }
  return grid;
}

function measure(row: RowText, labelWidth: number, valueWidth: number): MeasuredRow | undefined {
  const label = breakLines(row.label, labelWidth);
  const labelEn = row.labelEn === undefined ? [] : breakLines(row.labelEn, labelWidth / ENGLISH.size);
  const value = breakLines(row.value, valueWidth);
  const fits =
    linesFit(label, labelWidth) && linesFit(labelEn, labelWidth / ENGLISH.size) && linesFit(value, valueWidth);
  if (!fits || (value.length > 1 && isCode(row.value))) return undefined;
  const labels = label.length * LEADING + labelEn.length * ENGLISH.leading;
  return { label, labelEn, value, height: Math.max(labels, value.length * LEADING) };
}

interface Setting {
  readonly zone: Zone;
  /** Of a column. */
  readonly width: number;
  readonly size: number;
  /** From the left of a row to its value. */
  readonly valueAt: number;
}

/** The rows in their boxes, those side by side equally tall; undefined where they are too tall. */
function place(
  rows: readonly MeasuredRow[],
  grid: readonly (readonly number[])[],
  setting: Setting,
): PlacedRow[] | undefined {
  const { zone, width, size } = setting;
  const padding = PADDING * size;
  const heights = grid.map((line) => Math.max(...line.map((i) => (rows[i] as MeasuredRow).height)) * size + padding);
  const left = zone.height - heights.reduce((a, b) => a + b, 0);
  if (left < 0) return undefined;
  const spare = Math.min(left / Math.max(1, grid.length), 0.9 * size);
  const placed: PlacedRow[] = [];
  let y = zone.y + zone.height;
  grid.forEach((line, k) => {
    const height = (heights[k] as number) + spare;
    y -= height;
    const across = line.length === 1 ? zone.width : width;
    line.forEach((i, column) => {
      const box = { x: zone.x + column * (width + COLUMN_GAP), y, width: across, height };
      placed[i] = placedRow(rows[i] as MeasuredRow, box, (padding + spare) / 2, setting);
    });
  });
  return placed;
}

function placedRow(row: MeasuredRow, box: Zone, above: number, { size, valueAt }: Setting): PlacedRow {
  const top = box.y + box.height - above;
  const lines = (of: Lines, x: number): PlacedLine[] =>
    of.map((characters, k) => ({ characters, x, y: top - ((k + 1) * LEADING - BASELINE) * size, size }));
  const under = top - row.label.length * LEADING * size;
  const english = row.labelEn.map((characters, k) => ({
    characters,
    x: box.x,
    y: under - (k * ENGLISH.leading + 0.42) * size,
    size: size * ENGLISH.size,
  }));
  return { ...box, label: [...lines(row.label, box.x), ...english], value: lines(row.value, box.x + valueAt) };
}

function overflow(what: string, { width, height }: Zone): GovError {
  return new GovError(
    'license-face-overflow',
    `${what} not fit into ${round(width)} × ${round(height)} mm at the smallest size`,
  );
}

const round = (value: number): number => Math.round(value * 10) / 10;
