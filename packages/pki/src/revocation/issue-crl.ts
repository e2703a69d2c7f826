/** Writing CRLs (签发吊销列表). */
import { der } from '@gov/der';
import { type Signer, sameBytes } from '@gov/sm';
import { GovError } from '@gov/verdict';
import { authorityKeyIdentifier, extension } from '../ca/extensions.js';
import type { Certificate } from '../certificate.js';
import { CRL_EXTENSION } from '../oid.js';
import { signatureAlgorithmIdentifier, signed } from '../signed.js';
import { CRL_LIMITS, type Crl, readCrl } from './crl.js';
import { REVOCATION_REASONS, type Revocation, reasonBytes } from './reason.js';

export interface RevokedCertificate extends Revocation {
  readonly serialNumber: bigint;
}

export interface CrlOptions {
  /** The certificate of the CA; without a subjectKeyIdentifier the list carries no authorityKeyIdentifier. */
  readonly issuer: Certificate;
  /** Holds the key of that certificate. */
  readonly signer: Signer;
  readonly entries: readonly RevokedCertificate[];
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  /** Grows with every list of this issuer. */
  readonly crlNumber: bigint;
}

/**
 * A complete CRL, version 2. Answer it with `crl.bytes`.
 *
 * @throws GovError `invalid-argument` for dates in the wrong order, a serial number twice, a number below zero;
 *   `certificate-unsuitable` where the issuer may not sign CRLs, `key-mismatch` where the signer is not the issuer's,
 *   `limit-exceeded`
 * @example
 * const crl = await issueCrl({
 *   issuer: root,
 *   signer,
 *   entries: [{ serialNumber: certificate.serialNumber, revokedAt: new Date('2026-05-01T00:00:00Z'), reason: 'superseded' }],
 *   thisUpdate: new Date('2026-05-20T00:00:00Z'),
 *   nextUpdate: new Date('2026-05-27T00:00:00Z'),
 *   crlNumber: 1n,
 * });
 */
export async function issueCrl(options: CrlOptions): Promise<Crl> {
  const { issuer, signer, entries, thisUpdate, nextUpdate, crlNumber } = options;
  if (issuer.keyUsage !== undefined && !issuer.keyUsage.has('cRLSign')) {
    throw new GovError('certificate-unsuitable', 'the issuer may not sign CRLs');
  }
  if (!sameBytes(issuer.publicKey, signer.publicKey)) {
    throw new GovError('key-mismatch', 'the signer does not hold the key of the issuer');
  }
  if (!(thisUpdate < nextUpdate)) throw new GovError('invalid-argument', 'nextUpdate is not after thisUpdate');
  if (crlNumber < 0n) throw new GovError('invalid-argument', 'a CRL number is not below zero');
  if (entries.length > CRL_LIMITS.maxEntries) {
    throw new GovError('limit-exceeded', `more than ${CRL_LIMITS.maxEntries} entries`);
  }
  // As text: V8 hashes a bigint by its last 64 bits alone, and numbers that only differ before them would be compared one by one.
  if (new Set(entries.map(({ serialNumber }) => serialNumber.toString(36))).size !== entries.length) {
    throw new GovError('invalid-argument', 'a serial number twice');
  }
  const keyId = issuer.subjectKeyIdentifier;
  const tbs = der.sequence(
    der.integer(1),
    signatureAlgorithmIdentifier(signer.algorithm),
    issuer.subject.bytes,
    der.x509Time(thisUpdate),
    der.x509Time(nextUpdate),
    ...(entries.length === 0 ? [] : [der.sequence(joined(entries.map(entryWriter())))]),
    der.explicit(
      0,
      der.sequence(
        ...(keyId === undefined ? [] : [authorityKeyIdentifier(keyId)]),
        extension(CRL_EXTENSION.cRLNumber, der.integer(crlNumber)),
      ),
    ),
  );
  return readCrl(await signed(tbs, signer), 'strict');
}

/** There may be hundreds of thousands: what is the same in many of them is encoded once. */
function entryWriter(): (entry: RevokedCertificate) => Uint8Array {
  const reasons = new Map(
    REVOCATION_REASONS.map((reason) => [reason, extension(CRL_EXTENSION.reasonCode, reasonBytes(reason))]),
  );
  return ({ serialNumber, revokedAt, reason, invalidityDate }) => {
    const extensions = [
      // RFC 5280 5.3.1: "unspecified" is said by saying nothing.
      ...(reason === undefined || reason === 'unspecified' ? [] : [reasons.get(reason)!]),
      ...(invalidityDate === undefined
        ? []
        : [extension(CRL_EXTENSION.invalidityDate, der.generalizedTime(invalidityDate))]),
    ];
    return der.sequence(
      der.integer(serialNumber),
      der.x509Time(revokedAt),
      ...(extensions.length === 0 ? [] : [der.sequence(...extensions)]),
    );
  };
}

/** There are more entries than a call takes arguments. */
function joined(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
