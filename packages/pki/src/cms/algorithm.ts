/** Identifiers of CMS and of GB/T 35275-2017 (GM/T 0010-2012), and which of them go together. */
import type { SignatureAlgorithm } from '@gov/sm';
import type { DigestName } from '../internal/running-digest.js';
import { SIGNATURE } from '../oid.js';

/** Whose content types stand outside: those of RFC 5652 (PKCS#7), or those of GB/T 35275-2017 5. */
export type CmsForm = 'rfc5652' | 'gm';

export const CONTENT_TYPE = {
  rfc5652: {
    data: '1.2.840.113549.1.7.1',
    signedData: '1.2.840.113549.1.7.2',
    envelopedData: '1.2.840.113549.1.7.3',
  },
  gm: {
    data: '1.2.156.10197.6.1.4.2.1',
    signedData: '1.2.156.10197.6.1.4.2.2',
    envelopedData: '1.2.156.10197.6.1.4.2.3',
  },
} as const satisfies Record<CmsForm, unknown>;

/** Whether a content type is plain data; real files have the one of PKCS#7 inside the form of GB/T 35275. */
export const isData = (contentType: string): boolean =>
  contentType === CONTENT_TYPE.rfc5652.data || contentType === CONTENT_TYPE.gm.data;

/** RFC 5652 11, RFC 5035, RFC 3161. */
export const ATTRIBUTE_TYPE = {
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
  countersignature: '1.2.840.113549.1.9.6',
  signingCertificate: '1.2.840.113549.1.9.16.2.12',
  signatureTimeStamp: '1.2.840.113549.1.9.16.2.14',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
} as const;

const SHA2 = '2.16.840.1.101.3.4.2';

/** SHA-1 and MD5 are absent on purpose: what they bind is not bound. */
const DIGESTS: Readonly<Record<string, DigestName>> = {
  '1.2.156.10197.1.401': 'SM3',
  // GM/T 0006: SM3 without a key
  '1.2.156.10197.1.401.1': 'SM3',
  [`${SHA2}.1`]: 'SHA-256',
  [`${SHA2}.2`]: 'SHA-384',
  [`${SHA2}.3`]: 'SHA-512',
};

/** The digest that an OID names, undefined for one that is not accepted. */
export const digestName = (oid: string): DigestName | undefined =>
  Object.hasOwn(DIGESTS, oid) ? DIGESTS[oid] : undefined;

/** The OID written for a digest. */
export const digestOid = (name: DigestName): string => Object.keys(DIGESTS).find((oid) => DIGESTS[oid] === name)!;

/** The digest of content and attributes that goes with a signature algorithm (RFC 8933 3; Ed25519: RFC 8419 3.1). */
export function digestFor(algorithm: SignatureAlgorithm): DigestName {
  if (algorithm === 'SM2-SM3') return 'SM3';
  return algorithm === 'Ed25519' ? 'SHA-512' : (`SHA-${algorithm.slice(-3)}` as DigestName);
}

/** digestEncryptionAlgorithm of GB/T 35275: the signing algorithm of SM2, GM/T 0006; gmsm refuses any other. */
export const SM2_SIGN = '1.2.156.10197.1.301.1';
const SM2_SPELLINGS: readonly string[] = [SIGNATURE.sm2Sm3, SM2_SIGN, '1.2.156.10197.1.301'];

const RSA_ENCRYPTION = '1.2.840.113549.1.1.1';
const RSA_BY_DIGEST: Partial<Readonly<Record<DigestName, string>>> = {
  'SHA-256': SIGNATURE.rsaSha256,
  'SHA-384': SIGNATURE.rsaSha384,
  'SHA-512': SIGNATURE.rsaSha512,
};

const ED25519 = '1.3.101.112';

/** The digest inside signature algorithms that name one. */
const INNER_DIGEST: Readonly<Record<string, DigestName>> = {
  [SIGNATURE.sm2Sm3]: 'SM3',
  [SIGNATURE.ecdsaSha256]: 'SHA-256',
  [SIGNATURE.ecdsaSha384]: 'SHA-384',
  [SIGNATURE.ecdsaSha512]: 'SHA-512',
  [SIGNATURE.rsaSha256]: 'SHA-256',
  [SIGNATURE.rsaSha384]: 'SHA-384',
  [SIGNATURE.rsaSha512]: 'SHA-512',
  [ED25519]: 'SHA-512',
};

/**
 * The OID by which certificates know the signature algorithm of a SignerInfo: CMS also names the key alone and leaves the
 * digest to digestAlgorithm. Undefined where algorithm and digest contradict each other.
 */
export function certificateSignatureOid(oid: string, digest: DigestName): string | undefined {
  if (oid === RSA_ENCRYPTION) return RSA_BY_DIGEST[digest];
  const known = SM2_SPELLINGS.includes(oid) ? SIGNATURE.sm2Sm3 : oid;
  // RSASSA-PSS, whose parameters name its digest: `readAlgorithm` puts it behind the OID. Other parameters contradict nothing.
  const inner = Object.hasOwn(INNER_DIGEST, known) ? INNER_DIGEST[known] : / (SHA-\d+)$/.exec(known)?.[1];
  return inner === undefined || inner === digest ? known : undefined;
}
