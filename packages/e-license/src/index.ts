/**
 * `@gov/e-license`: electronic licences (电子证照): data, identifier, QR, sealed PDF, offline verification.
 *
 * @packageDocumentation
 */
export {
  formatIdentifier,
  IDENTIFIER_LIMITS,
  IDENTIFIER_ROOT,
  type LicenseIdentifier,
  parseIdentifier,
} from './identifier.js';
export type { LicenseIssue } from './internal/issues.js';
export {
  type FaceLine,
  type LicenseRecord,
  type LicenseRecordOptions,
  licenseClaims,
  licenseRecord,
} from './license.js';
export {
  type DataField,
  defineLicenseType,
  type FaceStyle,
  LICENSE_TYPE_LIMITS,
  type LicenseField,
  type LicenseType,
  type Mask,
  type MetadataField,
  type MetadataSource,
} from './license-type.js';
export { type QrContent, qrContent } from './masking.js';
export {
  type Authority,
  type FormField,
  formFields,
  type Holder,
  LICENSE_DATA_LIMITS,
  type LicenseData,
  type LicenseDataParser,
  licenseDataJsonSchema,
  licenseDataParser,
  parseLicenseData,
} from './metadata.js';
export type { LicenseStatus } from './status.js';
export { FOOD_BUSINESS } from './types/food-business.js';
export { coversInstant, dateOfDays, daysOfDate, isDate, LONG_TERM, validityAt } from './validity.js';
