/**
 * What a counter's program needs, in Node and in a browser alike: `npx esbuild --bundle` of this file holds no `node:`.
 */
import { verifyLicenseQr } from '@gov/e-license/qr';
import { readCertificate, TrustStore } from '@gov/pki';

export interface CounterCheck {
  /** PEM of the root that the counter believes. */
  readonly root: string;
  /** PEM of the issuers' certificates that it knows. */
  readonly issuers: readonly string[];
}

/** Says of a QR's text whether the licence stands, and if not, what is wrong with it. */
export async function checkLicense(text: string, { root, issuers }: CounterCheck, at: Date): Promise<string> {
  const trust = new TrustStore({
    anchors: [readCertificate(root)],
    certificates: issuers.map((pem) => readCertificate(pem)),
  });
  const { verdict, subject, findings } = await verifyLicenseQr(text, { at, trust });
  if (verdict === 'valid') return `valid: ${subject.typeName} ${subject.number}`;
  const outcome = verdict === 'invalid' ? 'fail' : 'unknown';
  const reasons = findings.filter((finding) => finding.outcome === outcome && !finding.code.endsWith('not-checked'));
  return `${verdict}: ${reasons.map(({ code }) => code).join(', ')}`;
}
