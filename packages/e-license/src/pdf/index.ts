/**
 * `@gov/e-license/pdf`: licences issued as sealed PDFs, and verified offline.
 *
 * @packageDocumentation
 */
export { GROUND_WORD_MAX } from '../face/ground.js';
export { ATTACHMENT_MAX_BYTES, QR_ATTACHMENT, RECORD_ATTACHMENT } from './attachments.js';
export { type IssuedLicense, type IssueLicenseOptions, issueLicense } from './issue.js';
export { drawPreview, type PreviewOptions } from './preview.js';
export { drawPrintForm, PRINT_COPY_MAX, PRINT_OFFSET_MAX_MM, type PrintFormOptions } from './print.js';
export { LicensePdfIssuer, type LicensePdfOptions, type LicenseSeal } from './sealed.js';
export { type LicensePdfSubject, type VerifyLicensePdfOptions, verifyLicensePdf } from './verify.js';
