/** The timestamp in a seal and in a seal signature (时间戳): what it covers, and what time it proves. */
import { type Certificate, CLOCK_SKEW_MS, type SigningTime, type VerificationOptions } from '@gov/pki';
import { type TimestampReport, type TimestampToken, timestampFinding, verifyTimestamp } from '@gov/pki/timestamp';
import type { ByteSource } from '@gov/sm/sm3-stream';
import { type Finding, isGovError } from '@gov/verdict';

/** What carries a timestamp. */
interface Stamped {
  /** Content of the BIT STRING. */
  readonly signature: Uint8Array;
  /** TimeStampToken. */
  readonly timeStamp?: Uint8Array;
}

/**
 * What the imprint is taken of. The standards say 对签名值的时间戳, a timestamp on the signature value, and show no example:
 * read as the octets of the BIT STRING, without its header, for the maker's signature of a seal and the signer's of a seal
 * signature alike, versions 4 and 5. [open] until a real sample is public. Nothing that leaves the signature out could do:
 * it would prove that a text existed, not that it was signed.
 */
export const stampedContent = ({ signature }: Stamped): Uint8Array => signature;

/** What a timestamp says, and the time that it proves; nothing where there is none. */
interface CarriedTimestamp {
  readonly findings: readonly Finding[];
  readonly proved?: SigningTime;
}

/**
 * Verifies the timestamp of a seal or a seal signature. It is an addition: where it is not known to be good, the signing
 * time is what the signer claims. One that is readable and wrong fails, because somebody put it there; one that is no
 * timestamp at all (real products write the bytes 01 02 03) proves nothing, and only `strict` takes offence.
 */
export async function carriedTimestamp(
  stamped: Stamped,
  options: VerificationOptions,
  existedBy?: SigningTime,
): Promise<CarriedTimestamp> {
  if (stamped.timeStamp === undefined) return { findings: [] };
  try {
    const content = stampedContent(stamped);
    const report = await judgedTimestamp(stamped.timeStamp, () => content, options, existedBy);
    const { provedTime: proved } = report;
    return { findings: [timestampFinding(report)], ...(proved === undefined ? {} : { proved }) };
  } catch (error) {
    if (!isGovError(error)) throw error;
    const outcome = options.trust.profile === 'strict' ? 'fail' : 'unknown';
    return { findings: [{ check: 'timestamp', outcome, code: 'timestamp-malformed', detail: error.message }] };
  }
}

/**
 * A timestamp judged now, and where that does not make it valid, as of the moment by which a later timestamp proves that it
 * existed: revocation data of that moment is then current.
 *
 * @throws GovError `timestamp-malformed`, `input-too-large`
 */
export async function judgedTimestamp(
  token: Uint8Array | TimestampToken,
  content: () => Uint8Array | ByteSource,
  options: VerificationOptions,
  existedBy: SigningTime | undefined,
): Promise<TimestampReport> {
  const known = existedBy === undefined ? {} : { existedBy };
  const now = await verifyTimestamp(token, { content: content(), ...known }, options);
  if (now.verdict !== 'indeterminate' || existedBy === undefined) return now;
  const then = await verifyTimestamp(token, { content: content(), ...known }, { ...options, at: existedBy.value });
  return then.verdict === 'valid' ? then : now;
}

/**
 * The time to weigh a signer's certificate at. A timestamp made after the certificate had expired proves nothing about the
 * days when it was valid: the claim stays a claim.
 */
export function weighedTime(
  claimed: Date,
  proved: SigningTime | undefined,
  signer: Certificate | undefined,
): SigningTime;
export function weighedTime(
  claimed: Date | undefined,
  proved: SigningTime | undefined,
  signer: Certificate | undefined,
): SigningTime | undefined;
export function weighedTime(
  claimed: Date | undefined,
  proved: SigningTime | undefined,
  signer: Certificate | undefined,
): SigningTime | undefined {
  const late = proved !== undefined && signer !== undefined && proved.value > signer.notAfter;
  if (proved !== undefined && !late) return proved;
  return claimed === undefined ? undefined : { value: claimed, basis: 'claimed' };
}

/** Whoever claims a time after the one by which the signature is known to have existed does not tell the truth. */
export function claimFindings(claimed: Date | undefined, proved: SigningTime | undefined): Finding[] {
  if (claimed === undefined || proved === undefined || claimed.getTime() <= proved.value.getTime() + CLOCK_SKEW_MS)
    return [];
  const detail = `claimed ${claimed.toISOString()}, proved ${proved.value.toISOString()}`;
  return [{ check: 'time', outcome: 'fail', code: 'signing-time-after-timestamp', detail }];
}
