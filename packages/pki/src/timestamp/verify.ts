/** Judging a timestamp (时间戳验证, RFC 3161 2.2 and 2.3). */
import { bytesToHex } from '@gov/sm';
import { type Check, DEFAULT_REQUIRED, type Finding, type FindingCode, type Report, report } from '@gov/verdict';
import type { Certificate } from '../certificate.js';
import { certificateFindings } from '../certificate-findings.js';
import { type SignerQuestion, signedDataFindings } from '../cms/index.js';
import { formatName } from '../name.js';
import { CLOCK_SKEW_MS, type SigningTime } from '../signing-time.js';
import type { VerificationOptions } from '../verification.js';
import { isNameOf } from './authority-name.js';
import { imprintFits, type StampedBy } from './imprint.js';
import { isTimestampCertificate } from './key-purpose.js';
import { readTimestampToken, type TimestampToken } from './token.js';

/** What a timestamp is held against. */
export type TimestampQuestion = StampedBy & {
  /** Of the request, where it is at hand. */
  readonly nonce?: bigint;
  /** OID that it must have been issued under. */
  readonly policy?: string;
  /**
   * By when the token itself is known to have existed, because a later timestamp covers it: what became of the authority's
   * key and certificate after that is no matter.
   */
  readonly existedBy?: SigningTime;
};

/** What a report on a timestamp is about. Instants are RFC 3339. */
export interface TimestampSubject {
  readonly kind: 'timestamp';
  /** Subject of the authority's certificate, where it was found. */
  readonly authority?: string;
  readonly genTime: string;
  /** Microseconds; absent: not stated. */
  readonly accuracyMicros?: number;
  /** Decimal. */
  readonly serialNumber: string;
  /** OID. */
  readonly policy: string;
  /** Digest algorithm: its name, or the OID of one that is not accepted. */
  readonly hash: string;
  /** Hexadecimal. */
  readonly digest: string;
}

export interface TimestampReport extends Report<TimestampSubject> {
  /**
   * By when the content existed, there only where the verdict is valid: genTime with the accuracy added, because only the
   * later end is proved; no later than the moment of judging.
   */
  readonly provedTime?: SigningTime;
}

/** A timestamp answers no question about coverage, and is the answer to the one about timestamps. */
const NOT_ASKED: readonly Check[] = ['coverage', 'content', 'timestamp', 'status'];

const CLAUSE = 'RFC 3161 2.4.2';

/**
 * Verifies a timestamp token against what was stamped. `provedTime` is the time to pass on as that of a signature whose
 * value was stamped.
 *
 * The authority's own time is a claim as any signer's is: once its certificate has expired, whoever has got the old key
 * can claim it too, and the verdict is indeterminate (`expired-time-unproved`).
 *
 * @throws GovError `timestamp-malformed`, `input-too-large`
 * @example
 * import { verifyTimestamp } from '@gov/pki/timestamp';
 * const { verdict, provedTime } = await verifyTimestamp(bytes, { content: message }, { at: new Date(), trust });
 */
export async function verifyTimestamp(
  token: Uint8Array | TimestampToken,
  question: TimestampQuestion,
  options: VerificationOptions,
): Promise<TimestampReport> {
  const read = token instanceof Uint8Array ? readTimestampToken(token) : token;
  const { findings, authority } = await timestampFindings(read, question, options);
  const required = [...DEFAULT_REQUIRED, ...(options.require ?? [])].filter((check) => !NOT_ASKED.includes(check));
  const judged = report(timestampSubject(read, authority), findings, { required });
  return judged.verdict === 'valid' ? { ...judged, provedTime: provedTime(read, options.at) } : judged;
}

/**
 * The authority's own word, or the proof that this word is old. A proof from after the certificate had expired proves nothing
 * about the days when it was valid.
 */
const timeOf = (
  { genTime }: TimestampToken['info'],
  existedBy: SigningTime | undefined,
  { notAfter }: Certificate,
): SigningTime =>
  existedBy !== undefined && existedBy.value <= notAfter ? existedBy : { value: genTime, basis: 'claimed' };

/** What is judged at a moment existed at that moment, however far off the clock of the authority may be. */
const provedTime = ({ info: { latest } }: TimestampToken, at: Date): SigningTime => ({
  value: latest < at ? latest : at,
  basis: 'proved',
});

/**
 * A timestamp in the report on what carries it: one finding, pass only where it proves a time.
 *
 * @example
 * const report = await verifyTimestamp(bytes, { content: message }, { at: new Date(), trust });
 * timestampFinding(report).code; // timestamp-ok, timestamp-invalid or timestamp-unproved
 */
export function timestampFinding({ verdict, findings, required, subject, provedTime }: TimestampReport): Finding {
  const outcome = { valid: 'pass', invalid: 'fail', indeterminate: 'unknown' } as const;
  const code = { valid: 'timestamp-ok', invalid: 'timestamp-invalid', indeterminate: 'timestamp-unproved' } as const;
  const isReason = ({ check, outcome }: Finding): boolean =>
    verdict === 'invalid' ? outcome === 'fail' : required.includes(check) && /unknown|skipped/.test(outcome);
  const reasons = new Set(findings.filter(isReason).map((finding) => finding.code));
  const detail =
    provedTime === undefined
      ? `${subject.genTime}: ${[...reasons].join(', ')}`
      : `existed by ${provedTime.value.toISOString()}, ${subject.authority}`;
  return { check: 'timestamp', outcome: outcome[verdict], code: code[verdict], clause: 'RFC 3161 2.2', detail };
}

/** All findings on a token that could be read. */
export async function timestampFindings(
  token: TimestampToken,
  question: TimestampQuestion,
  options: VerificationOptions,
): Promise<{ readonly findings: readonly Finding[]; readonly authority?: Certificate }> {
  const { info } = token;
  const findings = [formatFinding(token, options), ...(await contentFindings(token, question))];
  const { signers } = token.signedData;
  if (signers.length !== 1)
    return { findings: [...findings, fail('format', 'timestamp-signers', `${signers.length}`)] };
  const use = 'timestamp';
  const signer: SignerQuestion = {
    use,
    signingCertificateRequired: true,
    judgeCertificate: (certificate, _, given) =>
      certificateFindings(certificate, { use, time: timeOf(info, question.existedBy, certificate) }, given),
  };
  const [verified] = await signedDataFindings(token.signedData, signer, options);
  const { findings: about, certificate: authority } = verified!;
  findings.push(...about);
  if (authority === undefined) return { findings };
  const who = formatName(authority.subject);
  if (!isTimestampCertificate(authority))
    findings.push(fail('authority', 'timestamp-key-purpose', who, 'RFC 3161 2.3'));
  if (info.tsa !== undefined && !isNameOf(info.tsa, authority))
    findings.push(fail('certificate', 'timestamp-authority-name', who));
  return { findings, authority };
}

/** What the token says, against what was asked. */
async function contentFindings({ info }: TimestampToken, question: TimestampQuestion): Promise<Finding[]> {
  const { imprint, nonce, policy, extensions } = info;
  const findings: Finding[] = [];
  if (imprint.hash === undefined) {
    const detail = `digest ${imprint.algorithm}`;
    findings.push({ check: 'integrity', outcome: 'unknown', code: 'algorithm-unsupported', clause: CLAUSE, detail });
  } else if (await imprintFits(imprint, question)) {
    const detail = `imprint by ${imprint.hash}`;
    findings.push({ check: 'integrity', outcome: 'pass', code: 'integrity-ok', clause: CLAUSE, detail });
  } else findings.push(fail('integrity', 'timestamp-imprint-mismatch', imprint.hash));
  const { existedBy } = question;
  if (existedBy !== undefined && info.genTime.getTime() > existedBy.value.getTime() + CLOCK_SKEW_MS) {
    const detail = `claimed ${info.genTime.toISOString()}, proved ${existedBy.value.toISOString()}`;
    findings.push(fail('time', 'signing-time-after-timestamp', detail));
  }
  if (question.nonce !== undefined && question.nonce !== nonce)
    findings.push(fail('integrity', 'timestamp-nonce-mismatch', nonce === undefined ? 'none' : undefined));
  if (question.policy !== undefined && question.policy !== policy)
    findings.push(fail('authority', 'timestamp-policy-mismatch', `${policy}, asked for ${question.policy}`));
  for (const [oid, { critical }] of extensions)
    if (critical) findings.push(fail('format', 'timestamp-critical-extension', oid));
  return findings;
}

function formatFinding({ info, signedData }: TimestampToken, { trust }: VerificationOptions): Finding {
  const deviations = new Set([...signedData.deviations, ...info.deviations.map(({ code }) => code)]);
  if (deviations.size === 0) return { check: 'format', outcome: 'pass', code: 'format-ok', clause: CLAUSE };
  const outcome = trust.profile === 'strict' ? 'fail' : 'warn';
  return { check: 'format', outcome, code: 'format-deviation', clause: CLAUSE, detail: [...deviations].join(', ') };
}

const fail = (check: Check, code: FindingCode, detail: string | undefined, clause = CLAUSE): Finding => ({
  check,
  outcome: 'fail',
  code,
  clause,
  ...(detail === undefined ? {} : { detail }),
});

const timestampSubject = ({ info }: TimestampToken, authority: Certificate | undefined): TimestampSubject => ({
  kind: 'timestamp',
  ...(authority === undefined ? {} : { authority: formatName(authority.subject) }),
  genTime: info.genTime.toISOString(),
  ...(info.accuracyMicros === undefined ? {} : { accuracyMicros: info.accuracyMicros }),
  serialNumber: info.serialNumber.toString(),
  policy: info.policy,
  hash: info.imprint.hash ?? info.imprint.algorithm,
  digest: bytesToHex(info.imprint.digest),
});
