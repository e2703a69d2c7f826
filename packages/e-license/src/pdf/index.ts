/**
 * `@gov/e-license/pdf`: licences issued as sealed PDFs, and verified offline.
 *
 * @packageDocumentation
 */
export { ATTACHMENT_MAX_BYTES, QR_ATTACHMENT, RECORD_ATTACHMENT } from './attachments.js';
export { type IssuedLicense, type IssueLicenseOptions, issueLicense } from './issue.js';
export { type LicensePdfSubject, verifyLicensePdf } from './verify.js';
