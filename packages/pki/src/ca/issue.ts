/** Issuing certificates (签发证书). */
import { der } from '@gov/der';
import { bytesToHex, type Signer, sm3 } from '@gov/sm';
import { GovError } from '@gov/verdict';
import { checkPublicKey } from '../algorithm.js';
import { type Certificate, readCertificate } from '../certificate.js';
import { type DistinguishedName, parseName } from '../name.js';
import { signatureAlgorithmIdentifier, signed } from '../signed.js';
import { authorityKeyIdentifier, subjectKeyIdentifier } from './extensions.js';

export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

export interface CertificateFields extends Validity {
  /** The CA's certificate; absent: self-signed. */
  readonly issuer?: Certificate;
  /** Holds the issuer's key. */
  readonly signer: Signer;
  /** `CN=…,O=…,C=CN`, or a name as it was read. */
  readonly subject: string | DistinguishedName;
  /** SubjectPublicKeyInfo, DER; absent: the signer's. */
  readonly publicKey?: Uint8Array;
  /** Positive, at most 20 octets; 16 random ones otherwise. */
  readonly serialNumber?: bigint;
  /** Each an Extension, DER: what `@gov/pki/ca` writes. The key identifiers of subject and issuer come by themselves. */
  readonly extensions?: readonly Uint8Array[];
}

/**
 * Signs one certificate of version 3. What it may do is said by the extensions alone.
 *
 * @throws GovError `name-malformed`, `key-malformed` or `algorithm-unsupported` for a public key that is not read here,
 *   `invalid-argument` for a validity that ends before it begins or a serial number out of range, `certificate-unsuitable`
 *   where the issuer may not sign certificates, `key-mismatch` where the signer does not hold the issuer's key,
 *   `certificate-malformed` for extensions that are none or stand twice
 * @example
 * import { extendedKeyUsage, issueCertificate, keyUsage } from '@gov/pki/ca';
 * const issued = await issueCertificate({
 *   issuer: root,
 *   signer,
 *   subject: 'CN=时间戳服务,C=CN',
 *   publicKey: certificate.publicKey,
 *   notBefore: new Date('2026-01-01T00:00:00Z'),
 *   notAfter: new Date('2031-01-01T00:00:00Z'),
 *   extensions: [keyUsage(['digitalSignature']), extendedKeyUsage(['1.3.6.1.5.5.7.3.8'], { critical: true })],
 * });
 */
export async function issueCertificate(fields: CertificateFields): Promise<Certificate> {
  const { issuer, signer, publicKey = signer.publicKey, extensions = [] } = fields;
  const subject = typeof fields.subject === 'string' ? parseName(fields.subject) : fields.subject;
  if (!(fields.notBefore < fields.notAfter)) throw new GovError('invalid-argument', 'validity ends before it begins');
  checkPublicKey(publicKey);
  mayIssue(issuer, signer, publicKey);
  const authority = issuer?.subjectKeyIdentifier;
  const tbs = der.sequence(
    der.explicit(0, der.integer(2)),
    der.integer(serialNumber(fields.serialNumber)),
    signatureAlgorithmIdentifier(signer.algorithm),
    (issuer?.subject ?? subject).bytes,
    der.sequence(der.x509Time(fields.notBefore), der.x509Time(fields.notAfter)),
    subject.bytes,
    publicKey,
    der.explicit(
      3,
      der.sequence(
        ...extensions,
        subjectKeyIdentifier(keyIdentifier(publicKey)),
        ...(authority === undefined ? [] : [authorityKeyIdentifier(authority)]),
      ),
    ),
  );
  return readCertificate(await signed(tbs, signer), 'strict');
}

function mayIssue(issuer: Certificate | undefined, signer: Signer, publicKey: Uint8Array): void {
  const key = issuer?.publicKey ?? publicKey;
  if (bytesToHex(key) !== bytesToHex(signer.publicKey))
    throw new GovError('key-mismatch', 'the signer does not hold the key of the issuer');
  if (issuer === undefined) return;
  if (issuer.basicConstraints?.ca !== true) throw new GovError('certificate-unsuitable', 'the issuer is not a CA');
  if (issuer.keyUsage?.has('keyCertSign') === false)
    throw new GovError('certificate-unsuitable', 'the keyUsage of the issuer lacks keyCertSign');
}

/** First 20 octets of SM3 over the SPKI; any unique value serves (RFC 5280 4.2.1.2). */
export const keyIdentifier = (publicKey: Uint8Array): Uint8Array => sm3(publicKey).slice(0, 20);

/** RFC 5280 4.1.2.2: positive, at most 20 octets. */
function serialNumber(given: bigint | undefined): bigint {
  if (given === undefined) {
    const octets = crypto.getRandomValues(new Uint8Array(16));
    octets[0] = (octets[0]! & 0x7f) | 0x40;
    return BigInt(`0x${bytesToHex(octets)}`);
  }
  if (given <= 0n || given >= 1n << 159n)
    throw new GovError('invalid-argument', 'a serial number is positive, of at most 20 octets');
  return given;
}
