/**
 * `@gov/e-seal/pdf`: sealing PDFs and verifying their seals.
 *
 * @packageDocumentation
 */
export { PICTURE_MAX_PIXELS } from './appearance.js';
export { type SeenRectangle, seenSize } from './placement.js';
export { PDF_SEAL_NAMES } from './profile.js';
export { type SealPdfOptions, sealPdf } from './seal.js';
export {
  type PdfSignatureSubject,
  type PdfSubject,
  pdfReport,
  type VerifiedPdfSignature,
  type VerifyPdfOptions,
  verifyPdf,
  verifySignatures,
} from './verify.js';
