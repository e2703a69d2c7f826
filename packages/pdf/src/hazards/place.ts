import type { FindingCode } from '@gov/verdict';
import type { PdfDocument } from '../document.js';
import type { PdfRectangle } from '../page.js';
import { seenPlace } from '../seen.js';

export type HazardCode = Extract<FindingCode, `hazard-${string}`>;

/** Where a hazard is, as far as it is known. */
export interface HazardPlace {
  /** Counted from 1. */
  readonly page?: number | undefined;
  /** Default user space of the page. */
  readonly rect?: PdfRectangle | undefined;
  /** Object number. */
  readonly object?: number | undefined;
}

/** Says one hazard; `detail` is asked for only where the finding is kept. */
export type SayHazard = (code: HazardCode, place: HazardPlace, detail: string) => void;

/** `page 2, 20.0 mm from the left and 31.5 mm from below, object 12: ` */
export function placeText(doc: PdfDocument, { page, rect, object }: HazardPlace): string {
  const parts = [
    ...(page === undefined ? [] : [`page ${page}`]),
    ...(page === undefined || rect === undefined ? [] : [cornerText(doc, page, rect)]),
    ...(object === undefined ? [] : [`object ${object}`]),
  ];
  return parts.length === 0 ? '' : `${parts.join(', ')}: `;
}

function cornerText(doc: PdfDocument, page: number, rect: PdfRectangle): string {
  const { xMm, yMm } = seenPlace(doc.page(page), rect);
  return `${xMm.toFixed(1)} mm from the left and ${yMm.toFixed(1)} mm from below`;
}
