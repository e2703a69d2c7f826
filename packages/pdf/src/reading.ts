import type { PdfLimits } from './limits.js';
import type { PdfDict, PdfObject } from './object.js';

/** What finding pages and decoding streams need of a document. */
export interface PdfReading {
  readonly limits: PdfLimits;
  readonly catalog: PdfDict;
  /** What an object is when references are followed; null where there is none. */
  resolve(object: PdfObject | undefined): PdfObject;
}
