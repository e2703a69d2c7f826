/** Issuing the static QR (证照二维码): claims, signed with the issuer's key, as text of the QR's alphanumeric alphabet. */

import type { Certificate } from '@gov/pki';
import { certificateKid } from '@gov/pki';
import { encodeBase45 } from '@gov/qr/base45';
import { type Signer, sameBytes } from '@gov/sm';
import { COSE_HEADER, encodeSign1 } from '@gov/token/cose';
import { GovError } from '@gov/verdict';
import { deflate } from '#backend/deflate';
import { CLAIM_LIMITS, encodeClaims, fitsClaimLimits, type LicenseClaims } from './claims.js';
import { QR_AAD, QR_LIMITS, QR_PREFIX } from './format.js';

/** Who signs (证照签发者). */
export interface LicenseIssuer {
  readonly certificate: Certificate;
  /** SM2 only: one algorithm leaves nothing to negotiate. */
  readonly signer: Signer;
}

/**
 * Issues many QRs with one key.
 *
 * @example
 * import { LicenseQrIssuer } from '@gov/e-license/qr';
 * const issuer = new LicenseQrIssuer({ certificate, signer });
 */
export class LicenseQrIssuer {
  readonly #signer: Signer;
  readonly #header: ReadonlyMap<number, Uint8Array>;

  /**
   * @throws GovError `key-mismatch` where the key is not the certificate's, `algorithm-unsupported` for a key that is not
   *   SM2
   */
  constructor({ certificate, signer }: LicenseIssuer) {
    if (signer.algorithm !== 'SM2-SM3') throw new GovError('algorithm-unsupported', 'a licence QR is signed with SM2');
    if (!sameBytes(signer.publicKey, certificate.publicKey)) {
      throw new GovError('key-mismatch', "the key does not belong to the issuer's certificate");
    }
    this.#signer = signer;
    this.#header = new Map([[COSE_HEADER.kid, certificateKid(certificate)]]);
  }

  /**
   * The text of a licence QR, `EL1:…`.
   *
   * @throws GovError `license-qr-too-large` where it does not fit version 20 at level M (`qrFits` tells before), or holds more
   *   than readers accept; `invalid-argument` for a date that is none
   */
  async issue(claims: LicenseClaims): Promise<string> {
    if (!fitsClaimLimits(claims)) {
      throw new GovError(
        'license-qr-too-large',
        `a QR holds at most ${CLAIM_LIMITS.holders} holders, ${CLAIM_LIMITS.fields} fields and ${CLAIM_LIMITS.text} characters of each`,
      );
    }
    const content = { protected: this.#header, payload: encodeClaims(claims), externalAad: QR_AAD };
    const text = QR_PREFIX + encodeBase45(deflate(await encodeSign1(content, this.#signer)));
    if (text.length > QR_LIMITS.issueCharacters) {
      throw new GovError(
        'license-qr-too-large',
        `the QR needs ${text.length} characters, version 20 at level M holds ${QR_LIMITS.issueCharacters}: carry fewer fields`,
      );
    }
    return text;
  }
}

/** One QR; throws what `LicenseQrIssuer` throws. */
export async function issueLicenseQr(claims: LicenseClaims, issuer: LicenseIssuer): Promise<string> {
  return new LicenseQrIssuer(issuer).issue(claims);
}
