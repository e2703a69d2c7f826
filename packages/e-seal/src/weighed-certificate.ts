/** A certificate judged at the time that is known best: claimed, stamped, or proved by what later covers the signature. */
import {
  type Certificate,
  type CertificateUse,
  certificateFindings,
  type SigningTime,
  type VerificationOptions,
} from '@gov/pki';
import type { Finding } from '@gov/verdict';
import { weighedTime } from './timestamp.js';

/** What is known of the time of one signature. */
export interface KnownTimes {
  /** The signer's own word. */
  readonly claimed: Date | undefined;
  /** Proved by a timestamp on the signature value, which is made when the signature is. */
  readonly stamped?: SigningTime | undefined;
  /** Proved by a later timestamp over all of it, which may be made years afterwards. */
  readonly existedBy?: SigningTime | undefined;
}

export interface WeighedCertificate {
  readonly findings: readonly Finding[];
  readonly path: readonly Certificate[];
  /** What it was judged at. */
  readonly time: SigningTime | undefined;
}

/**
 * `certificateFindings` at the earliest proved time. A proof from after the end or the revocation of a certificate does not
 * say that the signature is younger than that: then what the signer claims is weighed, as without the proof. Revocation data
 * that was current when the proof was made is as good as current data.
 */
export async function weighedCertificate(
  certificate: Certificate,
  use: CertificateUse,
  { claimed, stamped, existedBy }: KnownTimes,
  options: VerificationOptions,
): Promise<WeighedCertificate> {
  const time = weighedTime(claimed, earliest(stamped, existedBy), certificate);
  const judged = { ...(await certificateFindings(certificate, { use, time }, options)), time };
  if (existedBy === undefined) return judged;
  if (time === existedBy && judged.findings.some(isTooLate))
    return weighedCertificate(certificate, use, { claimed, stamped }, options);
  if (time?.basis !== 'proved' || !judged.findings.some(isOpen)) return judged;
  const then = await certificateFindings(certificate, { use, time }, { ...options, at: existedBy.value });
  if (!then.findings.filter(isRevocation).every(({ outcome }) => outcome === 'pass')) return judged;
  const others = judged.findings.filter((finding) => !isRevocation(finding));
  return { ...judged, findings: [...others, ...then.findings.filter(isRevocation)] };
}

/** The first of several proved times. */
export function earliest(...times: readonly (SigningTime | undefined)[]): SigningTime | undefined {
  const [first, ...others] = times.filter((time) => time !== undefined);
  return others.reduce((known, time) => (known === undefined || time.value < known.value ? time : known), first);
}

const isTooLate = ({ code }: Finding): boolean =>
  code === 'certificate-revoked' || code === 'certificate-expired-at-signing';

const isRevocation = ({ check }: Finding): boolean => check === 'revocation';

const isOpen = (finding: Finding): boolean => isRevocation(finding) && finding.outcome === 'unknown';
