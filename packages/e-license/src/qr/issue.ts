/** Issuing the static QR (证照二维码): claims, signed with the issuer's key, as text of the QR's alphanumeric alphabet. */

import type { Certificate } from '@gov/pki';
import { certificateKid } from '@gov/pki';
import { encodeBase45 } from '@gov/qr/base45';
import { type Signer, sameBytes } from '@gov/sm';
import { COSE_HEADER, encodeSign1 } from '@gov/token/cose';
import { GovError } from '@gov/verdict';
import { deflate } from '#backend/deflate';
import { encodeClaims, type LicenseClaims } from './claims.js';
import { QR_AAD, QR_LIMITS, QR_PREFIX } from './format.js';

export interface LicenseQrIssuer {
  readonly certificate: Certificate;
  /** SM2 only: one algorithm leaves nothing to negotiate. */
  readonly signer: Signer;
}

/**
 * The text of a licence QR, `EL1:…`.
 *
 * @throws GovError `license-qr-too-large` where it does not fit version 20 at level M, `key-mismatch` where the key is
 *   not the certificate's, `algorithm-unsupported` for a key that is not SM2, `invalid-argument` for a date that is none
 */
export async function issueLicenseQr(claims: LicenseClaims, issuer: LicenseQrIssuer): Promise<string> {
  const { certificate, signer } = issuer;
  if (signer.algorithm !== 'SM2-SM3') throw new GovError('algorithm-unsupported', 'a licence QR is signed with SM2');
  if (!sameBytes(signer.publicKey, certificate.publicKey)) {
    throw new GovError('key-mismatch', "the key does not belong to the issuer's certificate");
  }
  const message = await encodeSign1(
    {
      protected: new Map([[COSE_HEADER.kid, certificateKid(certificate)]]),
      payload: encodeClaims(claims),
      externalAad: QR_AAD,
    },
    signer,
  );
  const text = QR_PREFIX + encodeBase45(deflate(message));
  if (text.length > QR_LIMITS.issueCharacters) {
    throw new GovError(
      'license-qr-too-large',
      `the QR needs ${text.length} characters, version 20 at level M holds ${QR_LIMITS.issueCharacters}: carry fewer fields`,
    );
  }
  return text;
}
