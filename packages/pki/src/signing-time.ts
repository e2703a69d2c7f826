/**
 * When was it signed, and was the certificate valid then? A signer's own time is a claim; only a timestamp proves one.
 */
import { type Finding, GovError } from '@gov/verdict';
import type { Certificate } from './certificate.js';
import { formatName } from './name.js';

export interface SigningTime {
  readonly value: Date;
  /** A claim (自称) is the signer's word; proved (已证明) rests on a verified timestamp. */
  readonly basis: 'claimed' | 'proved';
}

/** How far a claimed time may lie ahead of the verifier's clock, milliseconds. */
export const CLOCK_SKEW_MS = 5 * 60 * 1000;

/**
 * Weighs the validity of each certificate of a path against the signing time and against `at`, the verifier's time.
 *
 * - claimed more than five minutes after `at` → fail
 * - not valid at the signing time → fail
 * - valid then, expired at `at`, and the time only claimed (or missing) → unknown: a stolen old key could say the same
 *
 * The first and the last moment of a validity belong to it.
 *
 * @throws GovError `invalid-argument` where a date is none
 */
export function signingTimeFindings(path: readonly Certificate[], time: SigningTime | undefined, at: Date): Finding[] {
  // Every comparison with NaN is false, and would pass.
  if (Number.isNaN(at.getTime()) || Number.isNaN(time?.value.getTime() ?? 0))
    throw new GovError('invalid-argument', 'not a date');
  if (time !== undefined && time.value.getTime() > at.getTime() + CLOCK_SKEW_MS) {
    return [finding('fail', 'signing-time-future', `${time.basis} ${iso(time.value)}, verified at ${iso(at)}`)];
  }
  const moment = time?.value ?? at;
  for (const certificate of path) {
    if (moment < certificate.notBefore) {
      return [finding('fail', 'certificate-not-yet-valid-at-signing', validityText(certificate))];
    }
    if (time !== undefined && moment > certificate.notAfter) {
      return [finding('fail', 'certificate-expired-at-signing', validityText(certificate))];
    }
  }
  const expired = path.find((certificate) => at > certificate.notAfter);
  if (expired !== undefined && time?.basis !== 'proved') {
    return [
      finding('unknown', 'expired-time-unproved', `${formatName(expired.subject)} expired ${iso(expired.notAfter)}`),
    ];
  }
  return [finding('pass', 'time-ok', time === undefined ? `valid at ${iso(at)}` : `${time.basis} ${iso(time.value)}`)];
}

const finding = (outcome: Finding['outcome'], code: Finding['code'], detail: string): Finding => ({
  check: 'time',
  outcome,
  code,
  detail,
});

const validityText = ({ subject, notBefore, notAfter }: Certificate): string =>
  `${formatName(subject)}, valid ${iso(notBefore)} to ${iso(notAfter)}`;

/** Seconds are enough for people. */
const iso = (date: Date): string => date.toISOString().replace('.000', '');
