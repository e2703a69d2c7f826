import type { PdfDocument } from './document.js';
import type { PdfRef } from './object.js';

/** One revision against the one before it. */
export interface Step {
  readonly index: number;
  readonly before: PdfDocument;
  readonly after: PdfDocument;
  /** Objects that were not there before. */
  readonly added: ReadonlyMap<number, PdfRef>;
  /** Objects with a new value. */
  readonly replaced: ReadonlyMap<number, PdfRef>;
  /** Objects that are gone. */
  readonly freed: ReadonlyMap<number, PdfRef>;
  /** Cross-reference streams and object streams of this revision: nothing refers to them. */
  readonly structure: ReadonlySet<number>;
}
