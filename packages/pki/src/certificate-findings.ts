/** Everything that is asked about the certificate of a signer, whatever it signed. */
import type { Finding } from '@gov/verdict';
import type { Certificate } from './certificate.js';
import type { CertificateUse } from './oid.js';
import { type SigningTime, signingTimeFindings } from './signing-time.js';
import type { VerificationOptions } from './verification.js';

export interface CertificateQuestion {
  /** What it was used for. */
  readonly use: CertificateUse;
  /** When, as far as anybody says so. */
  readonly time: SigningTime | undefined;
}

/**
 * Path, authority, time and revocation of a signer's certificate: what seals, licences, CMS and timestamps ask alike. The
 * order is that of GB/T 38540-2020 7.3.
 *
 * @example
 * const { findings, path } = await certificateFindings(signer, { use: 'signer', time }, { at, trust });
 */
export async function certificateFindings(
  certificate: Certificate,
  { use, time }: CertificateQuestion,
  { at, trust }: VerificationOptions,
): Promise<{ readonly findings: readonly Finding[]; readonly path: readonly Certificate[] }> {
  const { findings, path } = await trust.path(certificate);
  return {
    findings: [
      ...findings,
      ...trust.authority(certificate, use),
      ...signingTimeFindings(path, time, at),
      { check: 'revocation', outcome: 'unknown', code: 'revocation-not-checked' },
    ],
    path,
  };
}
