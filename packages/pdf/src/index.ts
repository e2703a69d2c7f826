/**
 * `@gov/pdf`: a PDF engine that appends and never rewrites, and tells what later revisions changed. It knows signature
 * fields (ISO 32000-2 §12.8), not what is in them.
 *
 * @packageDocumentation
 */
export { type EmbeddedFile, embeddedFiles } from './attachment.js';
export { byteRangeOf, contentsToken, coveredBytes, type PdfByteRange, signedRevision } from './byte-range.js';
export { certificationOf, permissionOf } from './certification.js';
export { type ChangeAnalysis, changeAnalysis, changesSince } from './changes/analysis.js';
export { showsWithin } from './changes/annotations.js';
export {
  MAX_CHANGES,
  MAX_LATER_REVISIONS,
  type PdfChange,
  type PdfChangeLevel,
  type PdfChanges,
} from './changes/change.js';
export { coverageFindings } from './coverage.js';
export type { PdfDocument, PdfRevision } from './document.js';
export type { PdfEncryption } from './encryption/encryption.js';
export { assertMaySign, type PdfPermissions } from './encryption/permissions.js';
export { type FieldLock, fieldLocksOf } from './field-lock.js';
export { appendedFile, chunksOf, memoryFile, type PdfFile } from './file.js';
export { decodeStream } from './filter.js';
export { sealingHazards } from './hazards/index.js';
export { HAZARD_LIMITS } from './hazards/limits.js';
export type { PdfDeviation } from './internal/lexer.js';
export type { XrefEntry, XrefSection } from './internal/xref.js';
export { PDF_LIMITS, type PdfLimits } from './limits.js';
export { type NewFileTrailer, NewPdfFile } from './new-file.js';
export * from './object.js';
export { type OpenPdfOptions, openPdf } from './open.js';
export { eachPage, type PdfPage, type PdfRectangle } from './page.js';
export { type PreparedSignature, type WaitingSignature, waitingSignature } from './prepared-signature.js';
export type { PdfReading } from './reading.js';
export {
  extendSecurityStore,
  SECURITY_STORE_LIMITS,
  type SecurityStore,
  securityStoreOf,
  type ValidationData,
} from './security-store.js';
export { type SeenPlace, seenPlace } from './seen.js';
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
  prepareSignature,
  prepareSignatureInField,
  type SignatureAppearance,
  type SignatureFieldOptions,
  type SignatureValueOptions,
  type WidgetPlacement,
} from './signature-field.js';
export { beginUpdate, type PdfUpdate } from './update.js';
