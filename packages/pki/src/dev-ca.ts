/**
 * A development CA (开发用 CA): a root, intermediate CAs, and leaf certificates, each for one use. Its keys lie in files;
 * official certificates come from a licensed CA.
 *
 * @packageDocumentation
 */
import type { Signer } from '@gov/sm';
import { GovError } from '@gov/verdict';
import { basicConstraints, extendedKeyUsage, keyUsage } from './ca/extensions.js';
import { issueCertificate, type Validity } from './ca/issue.js';
import type { Certificate, KeyUsage } from './certificate.js';
import type { DistinguishedName } from './name.js';
import { type CertificateUse, USE_OIDS } from './oid.js';

export type { Validity } from './ca/issue.js';

export interface RootOptions extends Validity {
  /** `CN=…,O=…,C=CN` */
  readonly subject: string;
  readonly signer: Signer;
  /** CAs allowed in a row below this one; 0 (default): it signs leaf certificates only. */
  readonly pathLength?: number;
  /** Further extensions, DER: name constraints, policies. */
  readonly extensions?: readonly Uint8Array[];
}

/** A CA certificate and its key. */
export interface CertificateAuthority {
  readonly certificate: Certificate;
  readonly signer: Signer;
}

export interface IntermediateOptions extends Validity {
  readonly ca: CertificateAuthority;
  readonly subject: string | DistinguishedName;
  /** SubjectPublicKeyInfo of the new CA's key, DER. */
  readonly publicKey: Uint8Array;
  /** CAs allowed in a row below this one; 0 (default): it signs leaf certificates only. */
  readonly pathLength?: number;
  /** Further extensions, DER: name constraints, policies. */
  readonly extensions?: readonly Uint8Array[];
}

export interface LeafOptions extends Validity {
  readonly ca: CertificateAuthority;
  readonly subject: string | DistinguishedName;
  /** SubjectPublicKeyInfo of the leaf's key, DER. */
  readonly publicKey: Uint8Array;
  readonly use: CertificateUse;
  /** Further extensions, DER: alternative names, distribution points. */
  readonly extensions?: readonly Uint8Array[];
}

export interface DualOptions extends Omit<LeafOptions, 'publicKey'> {
  /** SubjectPublicKeyInfo of the signing key, DER. */
  readonly signingKey: Uint8Array;
  /** SubjectPublicKeyInfo of the encryption key, DER: another one. */
  readonly encryptionKey: Uint8Array;
}

/**
 * A self-signed root.
 *
 * @throws GovError as `issueCertificate`
 * @example
 * import { generateSm2Key, sm2Signer } from '@gov/sm';
 * import { issueRoot } from '@gov/pki/dev-ca';
 * const signer = sm2Signer(generateSm2Key());
 * const root = await issueRoot({
 *   subject: 'CN=某省电子政务根,O=某省,C=CN',
 *   signer,
 *   notBefore: new Date('2026-01-01T00:00:00Z'),
 *   notAfter: new Date('2046-01-01T00:00:00Z'),
 * });
 */
export const issueRoot = ({ pathLength = 0, extensions = [], ...fields }: RootOptions): Promise<Certificate> =>
  issueCertificate({ ...fields, extensions: [...authority(pathLength), ...extensions] });

/**
 * An intermediate CA (中间 CA).
 *
 * @throws GovError as `issueCertificate`; `certificate-unsuitable` where the path length of the CA above leaves no room
 */
export async function issueIntermediate(options: IntermediateOptions): Promise<Certificate> {
  const { ca, pathLength = 0, extensions = [], ...fields } = options;
  const room = ca.certificate.basicConstraints?.pathLength;
  if (room !== undefined && pathLength >= room)
    throw new GovError('certificate-unsuitable', `the issuer allows ${room} CAs below it`);
  return issueCertificate({
    ...fields,
    issuer: ca.certificate,
    signer: ca.signer,
    extensions: [...authority(pathLength), ...extensions],
  });
}

/**
 * A leaf certificate for one use. That of a timestamp authority is critical (RFC 3161 2.3).
 *
 * @throws GovError as `issueCertificate`
 */
export const issueLeaf = (options: LeafOptions): Promise<Certificate> =>
  leaf(options, options.publicKey, SIGNING, [
    extendedKeyUsage([USE_OIDS[options.use]], { critical: options.use === 'timestamp' }),
  ]);

/**
 * Dual certificates (双证书, GB/T 20518-2018): one subject, a signing key and an encryption key, each with a certificate
 * whose keyUsage lets it do nothing else. Only the one that signs carries the use.
 *
 * @throws GovError as `issueCertificate`; `invalid-argument` where both keys are one
 */
export async function issueDual(
  options: DualOptions,
): Promise<{ readonly signing: Certificate; readonly encryption: Certificate }> {
  const { signingKey, encryptionKey, ...common } = options;
  if (String(signingKey) === String(encryptionKey))
    throw new GovError('invalid-argument', 'the signing key and the encryption key are two');
  return {
    signing: await issueLeaf({ ...common, publicKey: signingKey }),
    encryption: await leaf(common, encryptionKey, ENCRYPTION, []),
  };
}

const SIGNING: readonly KeyUsage[] = ['digitalSignature', 'nonRepudiation'];
const ENCRYPTION: readonly KeyUsage[] = ['keyEncipherment', 'dataEncipherment', 'keyAgreement'];

const authority = (pathLength: number): readonly Uint8Array[] => [
  basicConstraints({ pathLength }),
  keyUsage(['keyCertSign', 'cRLSign']),
];

const leaf = (
  { ca, subject, notBefore, notAfter, extensions = [] }: Omit<LeafOptions, 'publicKey' | 'use'>,
  publicKey: Uint8Array,
  usages: readonly KeyUsage[],
  use: readonly Uint8Array[],
): Promise<Certificate> =>
  issueCertificate({
    issuer: ca.certificate,
    signer: ca.signer,
    subject,
    publicKey,
    notBefore,
    notAfter,
    extensions: [keyUsage(usages), ...use, ...extensions],
  });
