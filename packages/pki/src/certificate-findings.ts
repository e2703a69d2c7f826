/** Everything that is asked about the certificate of a signer, whatever it signed. */
import type { Finding } from '@gov/verdict';
import type { Certificate } from './certificate.js';
import type { CertificateUse } from './oid.js';
import { revocationFindings } from './revocation/revocation-findings.js';
import { type SigningTime, signingTimeFindings } from './signing-time.js';
import { withListing } from './trust-list/listing.js';
import type { VerificationOptions } from './verification.js';

export interface CertificateQuestion {
  /** What it was used for. */
  readonly use: CertificateUse;
  /** When, as far as anybody says so. */
  readonly time: SigningTime | undefined;
  /** Where it acted (行政区划代码, GB/T 2260, six digits), as far as that is known: trust lists limit who may act where. */
  readonly region?: string | undefined;
}

/**
 * Path, authority, time and revocation of a signer's certificate: what seals, licences, CMS and timestamps ask alike. The
 * order is that of GB/T 38540-2020 7.3.
 *
 * @example
 * const time = { value: new Date('2026-05-20T00:00:00Z'), basis: 'claimed' } as const;
 * const at = new Date('2026-05-21T00:00:00Z');
 * const { findings, path } = await certificateFindings(certificate, { use: 'signer', time }, { at, trust });
 */
export async function certificateFindings(
  certificate: Certificate,
  { use, time, region }: CertificateQuestion,
  options: VerificationOptions,
): Promise<{ readonly findings: readonly Finding[]; readonly path: readonly Certificate[] }> {
  const { at, trust } = options;
  const { findings, path } = await trust.path(certificate, { use, region, at: time?.value ?? at });
  const own = [
    ...findings,
    ...trust.authority(certificate, use),
    ...signingTimeFindings(path, time, at),
    ...(await revocationFindings(path, time, options)),
  ];
  const { list } = trust;
  if (list === undefined) return { findings: own, path };
  return { findings: withListing(own, list, trust.listings(certificate), { use, time, region }, at), path };
}
