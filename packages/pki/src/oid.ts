/** Object identifiers, each with the document it comes from. */

/**
 * The arc of this product's own identifiers: a UUID under 2.25, which needs no registration (ITU-T X.667). [open] until
 * a national arc for these uses is published.
 */
const OWN_ARC = '2.25.302478107602406581363048808286940857930';

/** One extended key usage per use; a path is not authority. */
export const USE_OIDS = {
  /** 印章制作者: signs seals */
  'seal-maker': `${OWN_ARC}.1.1`,
  /** 签章人: seals documents */
  signer: `${OWN_ARC}.1.2`,
  /** 证照签发者: signs licences */
  'license-issuer': `${OWN_ARC}.1.3`,
  /** 时间戳 */
  timestamp: `${OWN_ARC}.1.4`,
  /** 信任列表 */
  'trust-list': `${OWN_ARC}.1.5`,
} as const;

export type CertificateUse = keyof typeof USE_OIDS;

/** RFC 5280 4.2 */
export const EXTENSION = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  crlDistributionPoints: '2.5.29.31',
  certificatePolicies: '2.5.29.32',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
} as const;

/** X.520 and RFC 4519 attribute types by their short names. */
export const ATTRIBUTE = {
  CN: '2.5.4.3',
  SN: '2.5.4.4',
  SERIALNUMBER: '2.5.4.5',
  C: '2.5.4.6',
  L: '2.5.4.7',
  ST: '2.5.4.8',
  STREET: '2.5.4.9',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  T: '2.5.4.12',
  GN: '2.5.4.42',
  /** organizationIdentifier: the credit code (统一社会信用代码) */
  organizationIdentifier: '2.5.4.97',
  E: '1.2.840.113549.1.9.1',
  DC: '0.9.2342.19200300.100.1.25',
  UID: '0.9.2342.19200300.100.1.1',
} as const;

/** Signature algorithms. */
export const SIGNATURE = {
  /** SM2 with SM3, GM/T 0006 */
  sm2Sm3: '1.2.156.10197.1.501',
  ecdsaSha256: '1.2.840.10045.4.3.2',
  ecdsaSha384: '1.2.840.10045.4.3.3',
  ecdsaSha512: '1.2.840.10045.4.3.4',
  rsaSha256: '1.2.840.113549.1.1.11',
  rsaSha384: '1.2.840.113549.1.1.12',
  rsaSha512: '1.2.840.113549.1.1.13',
} as const;
