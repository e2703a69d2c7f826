/** Timestamps on a CMS signature value (签名时间戳, RFC 3161 appendix A): attributes that nobody signed but their authority. */
import type { SigningTime, VerificationOptions } from '@gov/pki';
import { ATTRIBUTE_TYPE, type SignerInfo } from '@gov/pki/cms';
import { readTimestampToken, type TimestampToken, timestampFinding } from '@gov/pki/timestamp';
import { type Finding, isGovError } from '@gov/verdict';
import { judgedTimestamp } from '../../timestamp.js';
import { earliest } from '../../weighed-certificate.js';

/** Timestamps of one signature: each costs a path and a signature. */
export const MAX_SIGNATURE_TIMESTAMPS = 16;

interface SignatureTimestamps {
  readonly findings: readonly Finding[];
  readonly proved?: SigningTime;
  /** Those that prove a time. */
  readonly valid: readonly TimestampToken[];
}

/**
 * What they say and the earliest time that one of them proves. They are additions: one that is known to be wrong fails,
 * because somebody put it there; one that cannot be told proves nothing.
 */
export async function signatureTimestamps(
  info: SignerInfo,
  options: VerificationOptions,
  existedBy: SigningTime | undefined,
): Promise<SignatureTimestamps> {
  const tokens = info.unsignedAttributes
    .filter(({ type }) => type === ATTRIBUTE_TYPE.signatureTimeStamp)
    .flatMap(({ values }) => values);
  const valid: TimestampToken[] = [];
  const findings: Finding[] = [];
  const times: (SigningTime | undefined)[] = [];
  for (const bytes of tokens.slice(0, MAX_SIGNATURE_TIMESTAMPS)) {
    try {
      const token = readTimestampToken(bytes);
      const report = await judgedTimestamp(token, () => info.signature, options, existedBy);
      findings.push(timestampFinding(report));
      times.push(report.provedTime);
      if (report.provedTime !== undefined) valid.push(token);
    } catch (error) {
      if (!isGovError(error)) throw error;
      const outcome = options.trust.profile === 'strict' ? 'fail' : 'unknown';
      findings.push({ check: 'timestamp', outcome, code: 'timestamp-malformed', detail: error.message });
    }
  }
  if (tokens.length > MAX_SIGNATURE_TIMESTAMPS) {
    const detail = `${tokens.length} timestamps, ${MAX_SIGNATURE_TIMESTAMPS} are looked at`;
    findings.push({ check: 'timestamp', outcome: 'unknown', code: 'timestamp-not-checked', detail });
  }
  const proved = earliest(...times);
  return { findings, valid, ...(proved === undefined ? {} : { proved }) };
}
