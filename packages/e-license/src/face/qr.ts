import { GovError } from '@gov/verdict';
import { mm } from './content.js';
import type { LicenseFace } from './face.js';
import type { Zone } from './layout.js';

/** The smallest side of a printed module in mm that counter scanners read well; larger codes get no smaller ones. */
export const QR_MODULE_MIN_MM = 0.4;
const QR_MODULE_MAX_MM = 0.6;
/** What a size of one's own may be: at 600 dpi six dots a module for the largest code. */
export const QR_SIDE_MM = { smallest: 25, largest: 42 } as const;
const QUIET_ZONE = 4;

/** Where the QR stands and how large it is printed, in mm. */
export interface PrintedQr {
  /** The QR without its quiet zone, from the lower left corner of the page. */
  readonly qrRectMm: Zone;
  /** Side of one module. */
  readonly qrModuleMm: number;
}

/**
 * Dark modules as rectangles, filled as one path so that no seams show; drawn in units of one module.
 *
 * @param side of the code without its quiet zone; as large as is useful where not given
 */
export function drawQr(
  { size, modules }: LicenseFace['qr'],
  zone: Zone,
  side?: number,
): PrintedQr & { readonly operators: string } {
  const { smallest, largest } = QR_SIDE_MM;
  if (side !== undefined && !(side >= smallest && side <= largest)) {
    throw new GovError('invalid-argument', `the QR of a face is ${smallest} to ${largest} mm wide`);
  }
  const whole = size + 2 * QUIET_ZONE;
  // Cut to hundredths, so that the stated size is the exact one.
  const module = side === undefined ? Math.min(QR_MODULE_MAX_MM, hundredths(zone.width / whole)) : side / size;
  const width = size * module;
  const x = zone.x + (zone.width - width) / 2;
  const y = zone.y + (zone.height - width) / 2;
  const operators = [
    'q',
    `${module} 0 0 ${module} ${mm(x)} ${mm(y)} cm`,
    `1 1 1 rg ${-QUIET_ZONE} ${-QUIET_ZONE} ${whole} ${whole} re f`,
    '0 0 0 rg',
    ...darkRectangles(size, modules),
    'f',
    'Q',
  ].join('\n');
  return { operators, qrRectMm: { x: mm(x), y: mm(y), width: mm(width), height: mm(width) }, qrModuleMm: module };
}

const hundredths = (value: number): number => Math.floor(value * 100) / 100;

/** Runs of dark modules along a row, grown downwards over rows that have the same run. */
function darkRectangles(size: number, modules: readonly boolean[]): string[] {
  const rectangles: string[] = [];
  // Per first column: where the run ends and how many rows it has grown to so far.
  let above: ({ to: number; rows: number } | undefined)[] = [];
  for (let row = 0; row <= size; row++) {
    const runs: typeof above = [];
    for (let from = 0; row < size && from < size; from++) {
      if (!modules[row * size + from]) continue;
      let to = from + 1;
      while (to < size && modules[row * size + to]) to++;
      const over = above[from];
      if (over?.to === to) above[from] = undefined;
      runs[from] = { to, rows: over?.to === to ? over.rows + 1 : 1 };
      from = to;
    }
    above.forEach((run, from) => {
      if (run !== undefined) rectangles.push(`${from} ${size - row} ${run.to - from} ${run.rows} re`);
    });
    above = runs;
  }
  return rectangles;
}
