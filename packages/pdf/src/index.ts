/**
 * `@gov/pdf`: a PDF engine that appends and never rewrites, and tells what later revisions changed. It knows signature
 * fields (ISO 32000-2 §12.8), not what is in them.
 *
 * @packageDocumentation
 */
export { type EmbeddedFile, embeddedFiles } from './attachment.js';
export { byteRangeOf, contentsToken, coveredBytes, type PdfByteRange } from './byte-range.js';
export { certificationOf, permissionOf } from './certification.js';
export { changesSince, MAX_LATER_REVISIONS, type PdfChange, type PdfChanges } from './changes.js';
export { coverageFindings } from './coverage.js';
export { type OpenPdfOptions, openPdf, type PdfDocument, type PdfRevision } from './document.js';
export { appendedFile, chunksOf, memoryFile, type PdfFile } from './file.js';
export { decodeStream } from './filter.js';
export type { PdfDeviation } from './internal/lexer.js';
export type { XrefEntry, XrefSection } from './internal/xref.js';
export { PDF_LIMITS, type PdfLimits } from './limits.js';
export * from './object.js';
export { eachPage, type PdfPage, type PdfRectangle } from './page.js';
export type { PdfReading } from './reading.js';
export {
  type EmptySignatureField,
  emptySignatureFields,
  type PdfSignature,
  type SignatureWidget,
  signaturesOf,
} from './signature.js';
export {
  type ExistingFieldOptions,
  MAX_RESERVED_BYTES,
  type PreparedSignature,
  prepareSignature,
  prepareSignatureInField,
  type SignatureAppearance,
  type SignatureFieldOptions,
  type SignatureValueOptions,
  type WidgetPlacement,
} from './signature-field.js';
export { beginUpdate, type PdfUpdate } from './update.js';
