/** Where on a page: true millimetres as a person sees the page, against the page's own user space. */
import { type PdfPage, type PdfRectangle, seenPlace } from '@gov/pdf';
import { GovError } from '@gov/verdict';

/** A rectangle on a page as it is displayed: centre and size in millimetres, from the lower left corner as seen. */
export interface SeenRectangle {
  readonly xMm: number;
  readonly yMm: number;
  readonly widthMm: number;
  readonly heightMm: number;
}

const MM_PER_INCH = 25.4;

/** Rounding in files; a seal may touch the edge. */
const TOLERANCE_MM = 0.01;

/** Millimetres of one user space unit of a page (ISO 32000-2 8.3.2.3; /UserUnit is in 1/72 inch). */
export const millimetresPerUnit = (page: PdfPage): number => (page.userUnit * MM_PER_INCH) / 72;

/** Size of a page as displayed: its CropBox, turned by /Rotate. */
export function seenSize(page: PdfPage): { readonly widthMm: number; readonly heightMm: number } {
  const [x1, y1, x2, y2] = page.cropBox;
  const unit = millimetresPerUnit(page);
  const [width, height] = seenExtent(page.rotate, x2 - x1, y2 - y1);
  return { widthMm: width * unit, heightMm: height * unit };
}

/**
 * The rectangle in default user space that shows at the seen place.
 *
 * @throws GovError `seal-outside-page` where it is not wholly inside the CropBox, `invalid-argument`
 */
export function pageRectangle(page: PdfPage, seen: SeenRectangle): PdfRectangle {
  const { xMm, yMm, widthMm, heightMm } = seen;
  if (![xMm, yMm, widthMm, heightMm].every(Number.isFinite))
    throw new GovError('invalid-argument', 'a place is in numbers');
  const size = seenSize(page);
  const left = xMm - widthMm / 2;
  const bottom = yMm - heightMm / 2;
  if (
    left < -TOLERANCE_MM ||
    bottom < -TOLERANCE_MM ||
    left + widthMm > size.widthMm + TOLERANCE_MM ||
    bottom + heightMm > size.heightMm + TOLERANCE_MM
  ) {
    const page_ = `${size.widthMm.toFixed(1)} × ${size.heightMm.toFixed(1)} mm`;
    throw new GovError(
      'seal-outside-page',
      `a seal of ${widthMm} × ${heightMm} mm centred at (${xMm}, ${yMm}) is not wholly on page ${page.number} of ${page_}`,
    );
  }
  return userRectangle(page, seen);
}

/** The same wherever it is, on the page or not. */
export function userRectangle(page: PdfPage, { xMm, yMm, widthMm, heightMm }: SeenRectangle): PdfRectangle {
  const [ax, ay] = userPoint(page, xMm - widthMm / 2, yMm - heightMm / 2);
  const [bx, by] = userPoint(page, xMm + widthMm / 2, yMm + heightMm / 2);
  return [round(Math.min(ax, bx)), round(Math.min(ay, by)), round(Math.max(ax, bx)), round(Math.max(ay, by))];
}

/** A rectangle of default user space as the page shows it. */
export function seenRectangle(page: PdfPage, rect: PdfRectangle): SeenRectangle {
  const { xMm, yMm, widthMm, heightMm } = seenPlace(page, rect);
  return { xMm: xMm + widthMm / 2, yMm: yMm + heightMm / 2, widthMm, heightMm };
}

/** Width and height in user space as seen, and the other way round. */
export const seenExtent = (rotate: PdfPage['rotate'], width: number, height: number): readonly [number, number] =>
  rotate % 180 === 0 ? [width, height] : [height, width];

/** A point as seen (millimetres from the lower left) in default user space. */
function userPoint(page: PdfPage, xMm: number, yMm: number): readonly [number, number] {
  const [x1, y1, x2, y2] = page.cropBox;
  const unit = millimetresPerUnit(page);
  const right = xMm / unit;
  const up = yMm / unit;
  switch (page.rotate) {
    case 0:
      return [x1 + right, y1 + up];
    case 90:
      return [x2 - up, y1 + right];
    case 180:
      return [x2 - right, y2 - up];
    case 270:
      return [x1 + up, y2 - right];
  }
}

/**
 * The matrix that puts an image's unit square upright, as seen, into a box of `width` × `height` user space units whose
 * lower left is the origin.
 */
export function uprightMatrix(rotate: PdfPage['rotate'], width: number, height: number): readonly number[] {
  switch (rotate) {
    case 0:
      return [width, 0, 0, height, 0, 0];
    case 90:
      return [0, height, -width, 0, width, 0];
    case 180:
      return [-width, 0, 0, -height, width, height];
    case 270:
      return [0, -height, width, 0, 0, height];
  }
}

/** Four decimals are a hundredth of a hair and keep files readable. */
export const round = (value: number): number => Math.round(value * 10_000) / 10_000;
