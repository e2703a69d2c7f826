/**
 * `@gov/e-seal/pdf`: sealing PDFs and verifying their seals.
 *
 * @packageDocumentation
 */
export { type EncodedPicture, encodePicture, type PictureTarget } from './appearance.js';
export type { PdfActOptions, PdfProgress } from './internal/act.js';
export type { DocumentTimestampOptions } from './internal/document-timestamp.js';
export {
  type ContentTimestamp,
  type DigestTimestamp,
  type PdfTimestamp,
  TIMESTAMP_RESERVED_BYTES,
} from './internal/timestamp-port.js';
export {
  MAX_VALIDATION_PATHS,
  type ValidationDataOptions,
  type ValidationSources,
} from './internal/validation-data.js';
export { MAX_SEAL_WIDGETS, type PageSelection } from './page-selection.js';
export type {
  FieldPlace,
  FindText,
  FoundText,
  KeywordPlace,
  PagePlace,
  PagesPlace,
  RideSeamPlace,
  SealPlace,
} from './place.js';
export { type SeenRectangle, seenSize } from './placement.js';
export { PDF_CMS_NAMES, PDF_SEAL_NAMES } from './profile.js';
export { PICTURE_MAX_PIXELS } from './raster.js';
export { MIN_SLICE_MM, PAGES_PER_RIDE_SEAM, type RideSeam } from './ride-seam.js';
export { PdfSealer, sealPdf } from './seal.js';
export type { PdfSealerOptions, PdfSealing, SealPdfOptions } from './seal-options.js';
export { addValidationData, signPdf, timestampPdf } from './sign.js';
export type { PadesLevel, SignPdfOptions } from './sign-options.js';
export {
  completePdfSignature,
  completeSeal,
  MAX_STATE_LENGTH,
  type PendingPdf,
  type PreparePdfSignatureOptions,
  type PrepareSealOptions,
  preparePdfSignature,
  prepareSeal,
} from './two-step.js';
export {
  MAX_SIGNATURES,
  pdfReport,
  type VerifiedPdfSignature,
  type VerifyPdfOptions,
  verifyPdf,
  verifySignatures,
} from './verify/index.js';
export type { PdfSignatureType } from './verify/judged.js';
export { MAX_SIGNATURE_TIMESTAMPS } from './verify/signature-timestamp.js';
export { MAX_WHOLE_BYTES } from './verify/signed-bytes.js';
export type { PdfSignatureSubject, PdfSubject } from './verify/subject.js';
export { DSS_LIMITS } from './verify/validation-data.js';
