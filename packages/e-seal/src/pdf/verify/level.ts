/** Which level of PAdES a CMS signature has reached (EN 319 142-1 6): evidence that was found and is good, not claimed. */
import type { Certificate, SigningTime, VerificationOptions } from '@gov/pki';
import { ATTRIBUTE_TYPE, type SignedData, type SignerInfo } from '@gov/pki/cms';
import type { TimestampToken } from '@gov/pki/timestamp';
import { sameBytes } from '@gov/sm';
import type { Finding } from '@gov/verdict';
import { judgedTimestamp } from '../../timestamp.js';
import { type KnownTimes, weighedCertificate } from '../../weighed-certificate.js';
import type { PadesLevel } from '../sign-options.js';
import type { ValidationData } from './validation-data.js';

interface Evidence {
  readonly signedData: SignedData;
  readonly info: SignerInfo;
  /** Timestamps on the signature that prove a time. */
  readonly stamps: readonly TimestampToken[];
  readonly certificate: Certificate | undefined;
  readonly path: readonly Certificate[];
  readonly times: KnownTimes;
  readonly proved: SigningTime | undefined;
  readonly findings: readonly Finding[];
  readonly validationData: ValidationData | undefined;
  /** A later document timestamp covers signature and validation data. */
  readonly archived: boolean;
}

export async function levelOf(evidence: Evidence, options: VerificationOptions): Promise<PadesLevel | undefined> {
  const { info, certificate, findings, proved, archived } = evidence;
  const genuine = ['format', 'integrity', 'authenticity', 'certificate'].every((check) =>
    findings.every((finding) => finding.check !== check || finding.outcome === 'pass' || finding.outcome === 'warn'),
  );
  if (!genuine || certificate === undefined || !namesSigner(info)) return undefined;
  if (proved === undefined) return 'B-B';
  if (!(await isSelfContained(evidence, certificate, options))) return 'B-T';
  return archived ? 'B-LTA' : 'B-LT';
}

export function namesSigner({ signedAttributes }: SignerInfo): boolean {
  const { signingCertificate, signingCertificateV2 } = ATTRIBUTE_TYPE;
  return (signedAttributes?.list ?? []).some(
    ({ type }) => type === signingCertificate || type === signingCertificateV2,
  );
}

/** The document brings every certificate and all revocation data, those of its timestamps included. */
async function isSelfContained(
  { signedData, info, stamps, path, times, validationData }: Evidence,
  certificate: Certificate,
  options: VerificationOptions,
): Promise<boolean> {
  if (validationData === undefined) return false;
  const brought = [...signedData.certificates, ...validationData.certificates];
  const isBrought = ({ bytes }: Certificate): boolean => brought.some((other) => sameBytes(other.bytes, bytes));
  if (!path.slice(0, -1).every(isBrought)) return false;
  const { fetchRevocation: _, ...given } = options;
  const alone = {
    ...given,
    trust: options.trust.withCertificates(signedData.certificates),
    revocation: validationData.revocation,
    require: ['revocation'] as const,
  };
  const { findings } = await weighedCertificate(certificate, 'signer', times, alone);
  if (!findings.every(({ check, outcome }) => check !== 'revocation' || outcome === 'pass')) return false;
  for (const token of stamps) {
    const { verdict } = await judgedTimestamp(token, () => info.signature, alone, times.existedBy);
    if (verdict !== 'valid') return false;
  }
  return true;
}
