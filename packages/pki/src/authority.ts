/** Who may do what: a path is not authority. */
import { parseCreditCode, unifyName } from '@gov/codes';
import type { Finding } from '@gov/verdict';
import type { Certificate } from './certificate.js';
import { attributeValues, formatName } from './name.js';
import { ATTRIBUTE, type CertificateUse, USE_OIDS } from './oid.js';
import type { TrustListIssuer } from './trust-list/list.js';

/**
 * Whether a certificate is meant for a use: its EKU names the use → pass; names another of ours → fail; none of them → what
 * a trust list says of it, or unknown. A trust list that lists it, but for other uses only → fail: a list may add where the
 * certificate is silent, and narrow, never widen. A keyUsage that forbids signing → fail.
 */
export function authorityFindings(
  certificate: Certificate,
  use: CertificateUse,
  listings: readonly TrustListIssuer[] = [],
): Finding[] {
  const who = formatName(certificate.subject);
  const findings: Finding[] = [];
  const { keyUsage, extendedKeyUsage = [] } = certificate;
  if (keyUsage !== undefined && !keyUsage.has('digitalSignature') && !keyUsage.has('nonRepudiation')) {
    findings.push({
      check: 'authority',
      outcome: 'fail',
      code: 'key-usage',
      clause: 'GB/T 20518-2018 5.2.4',
      detail: who,
    });
  }
  const listed = listings.map((entry) => entry.use);
  const own = Object.entries(USE_OIDS).filter(([, oid]) => extendedKeyUsage.includes(oid));
  if (listed.length > 0 && !listed.includes(use)) {
    const detail = `${who}: listed for ${[...new Set(listed)].join(', ')}, not ${use}`;
    findings.push({ check: 'authority', outcome: 'fail', code: 'not-authorised-for-use', detail });
  } else if (own.some(([name]) => name === use)) {
    findings.push({ check: 'authority', outcome: 'pass', code: 'authority-ok', detail: `${who}: ${use}` });
  } else if (own.length > 0) {
    const detail = `${who}: ${own.map(([name]) => name).join(', ')}, not ${use}`;
    findings.push({ check: 'authority', outcome: 'fail', code: 'not-authorised-for-use', detail });
  } else if (listed.length > 0) {
    const detail = `${who}: listed for ${use}`;
    findings.push({ check: 'authority', outcome: 'pass', code: 'authority-ok', detail });
  } else {
    findings.push({ check: 'authority', outcome: 'unknown', code: 'authority-unknown', detail: `${who}: ${use}` });
  }
  return findings;
}

/** The body that a certificate names (单位): its credit code where it has one, and its name. */
export interface CertificateBody {
  /** 统一社会信用代码, 18 characters */
  readonly creditCode?: string;
  readonly name?: string;
}

/** Reads organizationIdentifier, or a credit code in front of the name in the first O, as Chinese CAs write it. */
export function certificateBody(certificate: Certificate): CertificateBody {
  const organization = attributeValues(certificate.subject, ATTRIBUTE.O)[0]?.trim();
  const identifier = attributeValues(certificate.subject, ATTRIBUTE.organizationIdentifier)[0]?.trim();
  const leading = organization?.slice(0, 18) ?? '';
  const creditCode = [identifier ?? '', leading].find((text) => parseCreditCode(text).ok);
  const name = creditCode !== undefined && creditCode === leading ? organization!.slice(18).trim() : organization;
  return {
    ...(creditCode === undefined ? {} : { creditCode }),
    ...(name === undefined || name === '' ? {} : { name }),
  };
}

/** For people: code and name. */
export const bodyText = (body: CertificateBody): string =>
  [body.creditCode, body.name].filter((part) => part !== undefined).join(' ') || 'nobody';

/** Same body: by credit code where both have one, else by name; variants of the dot in a name are one. */
export function sameBody(a: CertificateBody, b: CertificateBody): boolean {
  if (a.creditCode !== undefined && b.creditCode !== undefined) return a.creditCode === b.creditCode;
  return a.name !== undefined && b.name !== undefined && unifyName(a.name) === unifyName(b.name);
}
