/** What is found out before a transaction begins and a number is taken. */
import { bodyText, certificateBody, sameBody } from '@gov/pki';
import { type Signer, sm3 } from '@gov/sm';
import { GovError } from '@gov/verdict';
import { licenseClaims, licenseRecord } from '../license.js';
import type { LicenseType } from '../license-type.js';
import type { LicenseData } from '../metadata.js';
import { type LicenseIssuer, LicenseQrIssuer } from '../qr/index.js';
import { STATUS_LIST_SIZE, serialText, slotOf } from './numbers.js';

/** Finds what would make a licence impossible, as far as it shows without its number. */
export class IssueCheck {
  readonly #issuer: LicenseIssuer;
  readonly #unsigned: LicenseQrIssuer;

  constructor(issuer: LicenseIssuer) {
    this.#issuer = issuer;
    this.#unsigned = new LicenseQrIssuer({ certificate: issuer.certificate, signer: standIn(issuer.signer) });
  }

  /**
   * @throws GovError `certificate-unsuitable` where the issuer's certificate names another body than the data: nobody would
   *   believe the QR; `certificate-expired`, `certificate-not-yet-valid`; `license-qr-too-large`
   */
  async check(data: LicenseData, type: LicenseType, at: Date): Promise<void> {
    const { certificate } = this.#issuer;
    const body = certificateBody(certificate);
    if (!sameBody(body, { name: data.authority.name, creditCode: data.authority.code })) {
      throw new GovError(
        'certificate-unsuitable',
        `the issuer's certificate names ${bodyText(body)}, not the issuing authority of the licence`,
      );
    }
    if (at > certificate.notAfter) throw new GovError('certificate-expired', "the issuer's certificate has expired");
    if (at < certificate.notBefore) {
      throw new GovError('certificate-not-yet-valid', "the issuer's certificate is not yet valid");
    }
    // Whatever number it gets: a QR that is over by a character or two only then still undoes its transaction.
    const [serial, status] = [serialText(1), slotOf(STATUS_LIST_SIZE, STATUS_LIST_SIZE)];
    await this.#unsigned.issue(licenseClaims(licenseRecord(data, { type, issuedAt: at, serial, status }), type));
  }
}

/** Octets as hard to compress as a signature, and none: a genuine one over a number that nobody has must not exist. */
const standIn = ({ algorithm, publicKey }: Signer): Signer => ({
  algorithm,
  publicKey,
  sign: async (message) => {
    const half = sm3(message);
    return new Uint8Array([...half, ...sm3(half)]);
  },
});
