/**
 * `@gov/pki/ca`: issuing certificates and reading certificate requests (证书签发).
 *
 * @packageDocumentation
 */
export {
  authorityInfoAccess,
  basicConstraints,
  type Criticality,
  certificatePolicies,
  crlDistributionPoints,
  encodeGeneralName,
  extendedKeyUsage,
  extension,
  inhibitAnyPolicy,
  keyUsage,
  type NameConstraintsFields,
  nameConstraints,
  type PolicyConstraintsFields,
  parseGeneralName,
  policyConstraints,
  policyMappings,
  subjectAltName,
} from './extensions.js';
export { type CertificateFields, issueCertificate, keyIdentifier, type Validity } from './issue.js';
export {
  type CertificateRequest,
  type CertificateRequestFields,
  createCertificateRequest,
  holdsKey,
  readCertificateRequest,
  requireKey,
} from './request.js';
