/**
 * `@gov/e-license/qr`: the static licence QR, issued and verified offline (证照二维码).
 *
 * @packageDocumentation
 */
export { CLAIM_LIMITS, type ClaimedHolder, type ClaimedMember, type FieldValue, type LicenseClaims } from './claims.js';
export { estimateQrText, qrFits } from './estimate.js';
export { QR_LIMITS, QR_PREFIX } from './format.js';
export { issueLicenseQr, type LicenseIssuer, LicenseQrIssuer } from './issue.js';
export type { LicenseStatusQuestion, LicenseStatusSource, LicenseVerificationOptions } from './status.js';
export {
  examineLicenseQr,
  LICENSE_QR_REQUIRED,
  type LicenseQrSubject,
  licenseQrPayload,
  type VerifiedLicenseQr,
  verifyLicenseQr,
} from './verify.js';
