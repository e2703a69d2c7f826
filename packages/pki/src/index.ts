/**
 * `@gov/pki`: certificates, path validation, authority and the time rule (数字证书).
 *
 * @packageDocumentation
 */
export { readAlgorithm, type StructureVerifier, signatureOid, structureVerifier } from './algorithm.js';
export { authorityFindings, bodyText, type CertificateBody, certificateBody, sameBody } from './authority.js';
export {
  CERTIFICATE_MAX_BYTES,
  type Certificate,
  certificateKid,
  type Extension,
  KEY_USAGES,
  type KeyUsage,
  readCertificate,
  readCertificates,
} from './certificate.js';
export { type CertificateQuestion, certificateFindings } from './certificate-findings.js';
export { readExtension, subjectAltNames } from './extension.js';
export { type GeneralName, type GeneralNameForm, readGeneralName } from './general-name.js';
export {
  attributeValues,
  type DistinguishedName,
  formatName,
  type NameAttribute,
  parseName,
  sameName,
} from './name.js';
export { NAME_CONSTRAINTS_MAX_COMPARISONS, type NameConstraints, readNameConstraints } from './name-constraints.js';
export { type CertificateUse, USE_OIDS } from './oid.js';
export { PATH_LIMITS, type PathOptions, type PathResult, validatePath } from './path.js';
export type { PathDemands } from './path-validation.js';
export { type CertificatePolicies, POLICIES_MAX, readPolicies } from './policies.js';
export { signatureValue } from './signed.js';
export { CLOCK_SKEW_MS, type SigningTime, signingTimeFindings } from './signing-time.js';
export { type PathQuestion, TRUST_STORE_MAX_REMEMBERED, TrustStore, type TrustStoreOptions } from './trust-store.js';
export type { VerificationOptions } from './verification.js';
