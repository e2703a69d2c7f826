/**
 * `@gov/e-license/composite`: composite licences (一业一证): one licence that stands for several, its members, and names each by
 * identifier and by the SM3 of the COSE message in its QR. Whoever has the texts of the QRs can check the binding offline: the
 * messages are what the members' issuers signed, however a text packs them.
 *
 * @packageDocumentation
 */

import { bytesToHex, sameBytes, sm3 } from '@gov/sm';
import { type Finding, type FindingCode, GovError, type Report, report } from '@gov/verdict';
import { type CompositeMember, LICENSE_DATA_LIMITS } from './metadata.js';
import type { ClaimedMember } from './qr/claims.js';
import { QR_LIMITS } from './qr/format.js';
import type { LicenseVerificationOptions } from './qr/status.js';
import {
  examineLicenseQr,
  LICENSE_QR_REQUIRED,
  type LicenseQrSubject,
  licensePolicy,
  signedMessage,
  type VerifiedLicenseQr,
} from './qr/verify.js';

/** A licence as the register has it. */
export interface MemberLicense {
  /** GB/T 36904, with its root. */
  readonly identifier: string;
  /** `EL1:…`, as issued: the same licence signed once more is another one. */
  readonly qrText?: string;
}

/**
 * The `members` of a composite licence's data, in the order given. A member that is re-issued has a new identifier and a new
 * text: the composite licence is then re-issued too (变更).
 *
 * @throws GovError `limit-exceeded` for more than `LICENSE_DATA_LIMITS.members`, `invalid-argument` for a licence whose QR text
 *   is not kept
 * @example
 * import { compositeOf } from '@gov/e-license/composite';
 * const identifier = '1.2.156.3005.2.11100000MB0000000P001.11990100MB0000019L.000000001.001.5';
 * const members = compositeOf([{ identifier, qrText: text }]); // goes into the data of the composite licence
 */
export function compositeOf(members: readonly MemberLicense[]): CompositeMember[] {
  checkCount(members.length);
  return members.map(({ identifier, qrText }) => {
    if (qrText === undefined) throw new GovError('invalid-argument', `the QR text of ${identifier} is not there`);
    const digest = digestOf(qrText.trim());
    if (digest === undefined) throw new GovError('invalid-argument', `the QR text of ${identifier} is none`);
    return { identifier, digest: bytesToHex(digest) };
  });
}

/** What a report on a composite licence is about. */
export interface CompositeSubject extends Omit<LicenseQrSubject, 'kind'> {
  readonly kind: 'composite-license';
  /** As the composite licence lists them; `report` is the index of a member's own report in `signatures`, absent where it was not given. */
  readonly members: readonly { readonly identifier: string; readonly report?: number }[];
}

/**
 * Verifies a composite licence and its members, each given as the text of its QR. `signatures` has the members' own reports;
 * the verdict is the worst of all. A member that was not given is unknown, `composite-member-missing`, and leaves the verdict
 * at best indeterminate; a text with another content than the one bound is `composite-member-mismatch`, also beside the one
 * bound, and one that the composite licence does not list `composite-member-foreign`, both invalid. An expired or revoked member makes the composite
 * licence invalid as it stands: `composite-member-not-valid` names it.
 *
 * @throws GovError `limit-exceeded` for more texts than `LICENSE_DATA_LIMITS.members`
 * @example
 * import { verifyComposite } from '@gov/e-license/composite';
 * const { verdict, findings } = await verifyComposite('EL1:…', ['EL1:…', 'EL1:…'], { at: new Date(), trust });
 */
export async function verifyComposite(
  composite: string,
  members: readonly string[],
  options: LicenseVerificationOptions,
): Promise<Report<CompositeSubject>> {
  checkCount(members.length);
  const own = await examineLicenseQr(composite.trim(), options);
  const listed = own.claims?.members ?? [];
  const given: Given[] = [];
  // A code that was scanned twice is one.
  for (const text of new Set(members.map((member) => member.trim()))) {
    // What holds no message is bound to nothing.
    const digest = digestOf(text)?.subarray(0, QR_LIMITS.memberDigest) ?? new Uint8Array();
    given.push({ digest, ...(await examineLicenseQr(text, options)) });
  }
  const findings = [...own.report.findings];
  if (own.claims !== undefined && listed.length === 0) findings.push(finding('fail', 'composite-no-members', ''));
  const reports: Report<LicenseQrSubject>[] = [];
  const subjects = listed.map((member) => {
    const bound = given.find((one) => sameBytes(one.digest, member.digest));
    findings.push(...bindingFindings(member, bound, given));
    if (bound === undefined) return { identifier: member.identifier };
    return { identifier: member.identifier, report: reports.push(bound.report) - 1 };
  });
  for (const one of given) {
    const { identifier = 'a text that is no licence' } = one.report.subject;
    // By what is bound alone: beside the bound text another one of the same identifier is no less a mismatch.
    if (own.claims === undefined || listed.some((member) => sameBytes(member.digest, one.digest))) continue;
    const isNamed = listed.some((member) => member.identifier === one.claims?.identifier);
    findings.push(finding('fail', isNamed ? 'composite-member-mismatch' : 'composite-member-foreign', identifier));
  }
  const subject: CompositeSubject = { ...own.report.subject, kind: 'composite-license', members: subjects };
  const policy = licensePolicy([...LICENSE_QR_REQUIRED, 'content'], options);
  return report(subject, findings, policy, reports.length === 0 ? undefined : reports);
}

interface Given extends VerifiedLicenseQr {
  readonly digest: Uint8Array;
}

function bindingFindings(member: ClaimedMember, bound: Given | undefined, given: readonly Given[]): Finding[] {
  const { identifier } = member;
  if (bound === undefined) {
    // Another text of this identifier is told as such: `composite-member-mismatch`.
    const isNamed = given.some((one) => one.claims?.identifier === identifier);
    return isNamed ? [] : [finding('unknown', 'composite-member-missing', identifier)];
  }
  if (bound.claims?.identifier !== identifier) return [finding('fail', 'composite-member-mismatch', identifier)];
  const { verdict } = bound.report;
  const state = verdict === 'invalid' ? 'fail' : 'unknown';
  return [
    finding('pass', 'composite-member-ok', identifier),
    ...(verdict === 'valid' ? [] : [finding(state, 'composite-member-not-valid', `${identifier}: ${verdict}`)]),
  ];
}

const finding = (outcome: Finding['outcome'], code: FindingCode, detail: string): Finding => ({
  check: 'content',
  outcome,
  code,
  clause: 'EL1',
  ...(detail === '' ? {} : { detail }),
});

function digestOf(qrText: string): Uint8Array | undefined {
  const message = signedMessage(qrText);
  return message && sm3(message);
}

function checkCount(count: number): void {
  if (count > LICENSE_DATA_LIMITS.members) {
    throw new GovError('limit-exceeded', `a composite licence has at most ${LICENSE_DATA_LIMITS.members} members`);
  }
}
