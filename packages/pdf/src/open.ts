/** Opening a document (ISO 32000-2 §7.5): as it is, or repaired where that is asked for. */
import { GovError } from '@gov/verdict';
import { PdfDocument } from './document.js';
import { memoryFile, type PdfFile } from './file.js';
import { overLimit } from './internal/fault.js';
import type { PdfDeviation } from './internal/lexer.js';
import { findHeader, openSections } from './internal/sections.js';
import { PDF_LIMITS, type PdfLimits } from './limits.js';
import { isSound, repaired } from './repair.js';

export interface OpenPdfOptions {
  /** Any of the bounds in `PDF_LIMITS`, changed. */
  readonly limits?: Partial<PdfLimits>;
  /** Of an encrypted file: the user's or the owner's. Without one the empty password is tried. Bytes are taken as they are. */
  readonly password?: string | Uint8Array;
  /**
   * Take a file whose cross-reference is damaged for what its objects make of it; what is appended then brings a whole new
   * cross-reference. Signed files are refused.
   */
  readonly repair?: boolean;
}

/**
 * Opens a PDF. Only the cross-reference sections and trailers are read; objects are parsed when asked for.
 *
 * @example
 * const doc = openPdf(bytes)
 * doc.page(1).mediaBox   // [0, 0, 595, 842]
 * doc.revisions.length   // 1 + the number of incremental updates
 *
 * @throws GovError `pdf-malformed` (nothing is repaired unasked), `pdf-loop`, `pdf-limit`; of encrypted files `pdf-encrypted`
 *   without a password, `password-wrong`, `algorithm-unsupported`; `pdf-unfaithful` when a signed file would need repair
 */
export function openPdf(input: Uint8Array | PdfFile, options: OpenPdfOptions = {}): PdfDocument {
  const limits: PdfLimits = { ...PDF_LIMITS, ...options.limits };
  if (input.length > limits.fileBytes) throw overLimit('bytes of a file', limits.fileBytes);
  const file = input instanceof Uint8Array ? memoryFile(input) : input;
  const parts = { file, limits, password: options.password };
  const asItIs = (): PdfDocument => {
    const deviations: PdfDeviation[] = [];
    return new PdfDocument({ ...parts, ...openSections(file, limits, deviations), deviations, repaired: false });
  };
  try {
    const doc = asItIs();
    if (options.repair !== true || isSound(doc)) return doc;
  } catch (error) {
    if (!(error instanceof GovError && (error.code === 'pdf-malformed' || error.code === 'pdf-loop'))) throw error;
    if (options.repair !== true)
      throw new GovError(error.code, `${error.message}: perhaps the option repair helps`, { cause: error });
  }
  const deviations: PdfDeviation[] = [];
  const header = findHeader(file, deviations);
  return repaired(file, limits, (revision) => {
    const revisions = [revision];
    return new PdfDocument({ ...parts, base: header, header, revisions, deviations, repaired: true });
  });
}
