/**
 * `@gov/e-seal/pdf`: sealing PDFs and verifying their seals.
 *
 * @packageDocumentation
 */
export { type SeenRectangle, seenSize } from './placement.js';
export { PDF_SEAL_NAMES } from './profile.js';
export { PICTURE_MAX_PIXELS } from './raster.js';
export { PdfSealer, type PdfSealerOptions, type SealPdfOptions, type SealPlace, sealPdf } from './seal.js';
export {
  MAX_SIGNATURES,
  type PdfSignatureSubject,
  type PdfSubject,
  pdfReport,
  type VerifiedPdfSignature,
  type VerifyPdfOptions,
  verifyPdf,
  verifySignatures,
} from './verify.js';
