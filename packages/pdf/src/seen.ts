/** A place on a page as a person sees it: turned by /Rotate, cut to the CropBox, in true millimetres. */
import type { PdfPage, PdfRectangle } from './page.js';

/** Lower left corner and size in millimetres, from the lower left corner of the page as displayed. */
export interface SeenPlace {
  readonly xMm: number;
  readonly yMm: number;
  readonly widthMm: number;
  readonly heightMm: number;
}

const MM_PER_INCH = 25.4;

/**
 * Where a rectangle in default user space shows on its page (ISO 32000-2 8.3.2.3, 14.11.2).
 *
 * @example
 * seenPlace(doc.page(1), [0, 0, 72, 72]) // { xMm: 0, yMm: 0, widthMm: 25.4, heightMm: 25.4 } on an upright page
 */
export function seenPlace(page: PdfPage, rect: PdfRectangle): SeenPlace {
  const [x1, y1, x2, y2] = page.cropBox;
  const [left, bottom, right, top] = rect;
  const unit = (page.userUnit * MM_PER_INCH) / 72;
  const [x, y, width, height] = {
    0: [left - x1, bottom - y1, right - left, top - bottom],
    90: [bottom - y1, x2 - right, top - bottom, right - left],
    180: [x2 - right, y2 - top, right - left, top - bottom],
    270: [y2 - top, left - x1, top - bottom, right - left],
  }[page.rotate] as [number, number, number, number];
  return { xMm: x * unit, yMm: y * unit, widthMm: width * unit, heightMm: height * unit };
}
