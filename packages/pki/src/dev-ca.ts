/**
 * A development CA (开发用 CA): a root and leaf certificates, each for one use. Its keys lie in files; official
 * certificates come from a licensed CA.
 *
 * @packageDocumentation
 */
import { der } from '@gov/der';
import { bytesToHex, type Signer, sm3 } from '@gov/sm';
import { GovError } from '@gov/verdict';
import { type Certificate, KEY_USAGES, type KeyUsage, readCertificate } from './certificate.js';
import { type DistinguishedName, parseName } from './name.js';
import { type CertificateUse, EXTENSION, USE_OIDS } from './oid.js';
import { signatureAlgorithmIdentifier, signed } from './signed.js';

export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

export interface RootOptions extends Validity {
  /** `CN=…,O=…,C=CN` */
  readonly subject: string;
  readonly signer: Signer;
}

export interface LeafOptions extends Validity {
  readonly ca: { readonly certificate: Certificate; readonly signer: Signer };
  readonly subject: string;
  /** SubjectPublicKeyInfo of the leaf's key, DER. */
  readonly publicKey: Uint8Array;
  readonly use: CertificateUse;
}

/**
 * A self-signed root that may sign leaf certificates only.
 *
 * @throws GovError `name-malformed`, `invalid-argument` for a validity that ends before it begins
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
export async function issueRoot(options: RootOptions): Promise<Certificate> {
  const subject = parseName(options.subject);
  const keyId = keyIdentifier(options.signer.publicKey);
  return issue(options.signer, subject, subject, options.signer.publicKey, options, [
    extension(EXTENSION.basicConstraints, true, der.sequence(der.boolean(true), der.integer(0))),
    keyUsage('keyCertSign', 'cRLSign'),
    extension(EXTENSION.subjectKeyIdentifier, false, der.octetString(keyId)),
  ]);
}

/**
 * A leaf certificate for one use. An empty basicConstraints is left out: GmSSL refuses it.
 *
 * @throws GovError `name-malformed`, `invalid-argument`, `certificate-unsuitable` where the issuer is no CA, `key-mismatch`
 *   where the signer is not the CA's
 */
export async function issueLeaf(options: LeafOptions): Promise<Certificate> {
  const { certificate, signer } = options.ca;
  if (certificate.basicConstraints?.ca !== true) throw new GovError('certificate-unsuitable', 'the issuer is not a CA');
  if (bytesToHex(certificate.publicKey) !== bytesToHex(signer.publicKey))
    throw new GovError('key-mismatch', 'the signer does not hold the key of the CA certificate');
  const authority = certificate.subjectKeyIdentifier;
  return issue(signer, certificate.subject, parseName(options.subject), options.publicKey, options, [
    keyUsage('digitalSignature', 'nonRepudiation'),
    extension(EXTENSION.extendedKeyUsage, false, der.sequence(der.oid(USE_OIDS[options.use]))),
    extension(EXTENSION.subjectKeyIdentifier, false, der.octetString(keyIdentifier(options.publicKey))),
    ...(authority === undefined
      ? []
      : [extension(EXTENSION.authorityKeyIdentifier, false, der.sequence(der.implicitPrimitive(0, authority)))]),
  ]);
}

async function issue(
  signer: Signer,
  issuer: DistinguishedName,
  subject: DistinguishedName,
  publicKey: Uint8Array,
  validity: Validity,
  extensions: readonly Uint8Array[],
): Promise<Certificate> {
  if (!(validity.notBefore < validity.notAfter))
    throw new GovError('invalid-argument', 'validity ends before it begins');
  const tbs = der.sequence(
    der.explicit(0, der.integer(2)),
    der.unsignedInteger(serialNumber()),
    signatureAlgorithmIdentifier(signer.algorithm),
    issuer.bytes,
    der.sequence(der.x509Time(validity.notBefore), der.x509Time(validity.notAfter)),
    subject.bytes,
    publicKey,
    der.explicit(3, der.sequence(...extensions)),
  );
  return readCertificate(await signed(tbs, signer), 'strict');
}

const extension = (oid: string, critical: boolean, value: Uint8Array): Uint8Array =>
  der.sequence(der.oid(oid), ...(critical ? [der.boolean(true)] : []), der.octetString(value));

const keyUsage = (...usages: readonly KeyUsage[]): Uint8Array =>
  extension(EXTENSION.keyUsage, true, der.namedBits(usages.map((usage) => KEY_USAGES.indexOf(usage))));

/** First 20 octets of SM3 over the SPKI; any unique value serves (RFC 5280 4.2.1.2). */
const keyIdentifier = (publicKey: Uint8Array): Uint8Array => sm3(publicKey).slice(0, 20);

/** 16 random octets, positive and not zero. */
function serialNumber(): Uint8Array {
  const octets = crypto.getRandomValues(new Uint8Array(16));
  octets[0] = (octets[0]! & 0x7f) | 0x40;
  return octets;
}
