/**
 * `@gov/e-license`: electronic licences (电子证照): data, identifier, QR, sealed PDF, offline verification.
 *
 * @packageDocumentation
 */

export { defineLicenseType, licenseTypeJsonSchema } from './define-type.js';
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
  type CodeForm,
  type DataField,
  type DateField,
  type FaceStyle,
  type FormPart,
  type HolderKind,
  type HolderRule,
  LICENSE_TYPE_LIMITS,
  type LicenseField,
  type LicenseType,
  type Mask,
  type MemberRule,
  type MetadataField,
  type MetadataSource,
  type NumberField,
  type NumberRule,
  type RequiredIf,
  type TextField,
  type ValidityRule,
} from './license-type.js';
export { type LineageVersion, lineageIssues, type ReissueAct, reissueIssues } from './lineage.js';
export { type QrContent, qrContent } from './masking.js';
export {
  type Authority,
  type CompositeMember,
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
export {
  type DialectCode,
  fromDialect,
  LICENSE_STATUSES,
  type LicenseStatus,
  type LicenseStatusRow,
  mayBecome,
  STATUS_DIALECTS,
  type StatusDialect,
  toDialect,
} from './status.js';
export {
  BIRTH_CERTIFICATE,
  BUSINESS_LICENSE,
  CONSTRUCTION_QUALIFICATION,
  DATA_ASSET,
  FOOD_BUSINESS,
  LICENSE_TYPES,
  licenseTypeOf,
  MARRIAGE_CERTIFICATE,
  MEDICAL_INSTITUTION,
  PERSONAL_ATTESTATION,
  REAL_ESTATE,
  RESIDENCE_PERMIT,
  ROAD_TRANSPORT,
} from './types/index.js';
export { coversInstant, dateOfDays, daysOfDate, isDate, LONG_TERM, validityAt } from './validity.js';
