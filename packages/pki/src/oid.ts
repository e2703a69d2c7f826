/** Object identifiers, each with the document it comes from. */

/**
 * One extended key usage per use; a path is not authority. The arc of this product's own identifiers comes from a GUID, in
 * components that every reader takes (docs/decisions/008). [open] until a national arc for these uses is published.
 */
export const USE_OIDS = {
  /** 印章制作者: signs seals */
  'seal-maker': '1.2.840.113556.1.8000.2554.36039.5413.46316.17807.40248.2230493.12521664.1.1',
  /** 签章人: seals documents */
  signer: '1.2.840.113556.1.8000.2554.36039.5413.46316.17807.40248.2230493.12521664.1.2',
  /** 证照签发者: signs licences */
  'license-issuer': '1.2.840.113556.1.8000.2554.36039.5413.46316.17807.40248.2230493.12521664.1.3',
  /** 时间戳: id-kp-timeStamping, because RFC 3161 2.3 lets nothing stand beside it */
  timestamp: '1.3.6.1.5.5.7.3.8',
  /** 信任列表 */
  'trust-list': '1.2.840.113556.1.8000.2554.36039.5413.46316.17807.40248.2230493.12521664.1.5',
  /** 证照状态签发者: signs the status lists of an issuer of licences; IETF's id-kp-oauthStatusSigning has no number yet */
  'license-status': '1.2.840.113556.1.8000.2554.36039.5413.46316.17807.40248.2230493.12521664.1.6',
  /** 城市码签发者: signs delegations of city codes */
  'city-code-issuer': '1.2.840.113556.1.8000.2554.36039.5413.46316.17807.40248.2230493.12521664.1.7',
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
  policyMappings: '2.5.29.33',
  authorityKeyIdentifier: '2.5.29.35',
  policyConstraints: '2.5.29.36',
  extendedKeyUsage: '2.5.29.37',
  inhibitAnyPolicy: '2.5.29.54',
  authorityInfoAccess: '1.3.6.1.5.5.7.1.1',
} as const;

/** Each stands for all of its kind. */
export const ANY = { policy: '2.5.29.32.0', extendedKeyUsage: '2.5.29.37.0' } as const;

/** Of RSASSA-PSS parameters, RFC 4055. */
export const PSS = {
  mgf1: '1.2.840.113549.1.1.8',
  /** Digest OID → WebCrypto's name, and the length of digest and salt, octets */
  digests: {
    '2.16.840.1.101.3.4.2.1': ['SHA-256', 32],
    '2.16.840.1.101.3.4.2.2': ['SHA-384', 48],
    '2.16.840.1.101.3.4.2.3': ['SHA-512', 64],
  },
} as const;

/** RFC 5280 4.2.2.1 */
export const ACCESS = { ocsp: '1.3.6.1.5.5.7.48.1', caIssuers: '1.3.6.1.5.5.7.48.2' } as const;

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
  /** RFC 4055; the parameters name the hash */
  rsaPss: '1.2.840.113549.1.1.10',
  /** RFC 8410 */
  ed25519: '1.3.101.112',
} as const;

/** RFC 5280 5.2 and 5.3: extensions of CRLs and of their entries. */
export const CRL_EXTENSION = {
  cRLNumber: '2.5.29.20',
  reasonCode: '2.5.29.21',
  invalidityDate: '2.5.29.24',
  deltaCRLIndicator: '2.5.29.27',
  issuingDistributionPoint: '2.5.29.28',
  certificateIssuer: '2.5.29.29',
  /** X.509 9.5.2.9 */
  expiredCertsOnCRL: '2.5.29.60',
} as const;

/** RFC 6960 */
export const OCSP = {
  basic: '1.3.6.1.5.5.7.48.1.1',
  nonce: '1.3.6.1.5.5.7.48.1.2',
  noCheck: '1.3.6.1.5.5.7.48.1.5',
  archiveCutoff: '1.3.6.1.5.5.7.48.1.6',
  /** extended key usage of a delegated responder */
  signing: '1.3.6.1.5.5.7.3.9',
} as const;
