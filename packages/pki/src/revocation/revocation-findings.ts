/**
 * Was a certificate revoked when it was used? (吊销核验) What revocation data says, weighed against the signing time: a
 * revocation later than a proved time is no harm, a claimed time proves nothing.
 */
import { sameBytes } from '@gov/sm';
import { type Finding, GovError } from '@gov/verdict';
import type { Certificate } from '../certificate.js';
import { type Answer, answersAbout, type GoodAnswer } from '../internal/revocation-answers.js';
import { formatName } from '../name.js';
import { CLOCK_SKEW_MS, type SigningTime } from '../signing-time.js';
import type { VerificationOptions } from '../verification.js';
import type { RevocationProblem } from './data.js';
import { isCompromise, revokedFrom } from './reason.js';

/**
 * One finding for each certificate of a path but the anchor, which is believed without proof; without any data one finding
 * `revocation-not-checked` for all.
 *
 * Revoked (also on hold, also where the data is stale or another source says good):
 * - no signing time → fail `certificate-revoked`
 * - claimed at or after the revocation → fail; before → unknown `revoked-time-unproved` under the check `time`, which every
 *   policy requires; after a compromise of the key → fail whatever is claimed
 * - proved before the revocation → pass `revoked-after-signing`, else fail; after a compromise the invalidity date counts
 *   where it is earlier
 *
 * Only a hold gives way to a newer answer "good": it was lifted.
 *
 * Not revoked → pass `revocation-ok`, if the data was issued no later than `at` (five minutes of clock skew allowed), not
 * after the certificate expired (expired certificates leave the lists, unless the data says how long it keeps them), and
 * either is still current at `at`, or was issued at or after a proved signing time: then it says all there is to say
 * about that time, however old it is (EN 319 102-1 5.2.5). Data that is current and older than the signing time passes, and
 * the detail says so: demand something newer where a grace period matters. Data without nextUpdate is current for the clock
 * skew only (RFC 6960 4.2.2.1).
 *
 * CRLs count when signed with the key of the issuer in the path, OCSP responses when signed by it or by a responder that it
 * issued a certificate to.
 *
 * @throws GovError `invalid-argument` where a date is none
 * @example
 * const at = new Date('2026-05-21T00:00:00Z');
 * const { path } = await trust.path(certificate);
 * const revocation = { crls: [readCrl(bytes)], ocspResponses: [] };
 * const findings = await revocationFindings(path, undefined, { at, trust, revocation });
 */
export async function revocationFindings(
  path: readonly Certificate[],
  time: SigningTime | undefined,
  { at, trust, revocation, fetchRevocation }: VerificationOptions,
): Promise<Finding[]> {
  if (Number.isNaN(at.getTime()) || Number.isNaN(time?.value.getTime() ?? 0)) {
    throw new GovError('invalid-argument', 'not a date');
  }
  const [certificate] = path;
  const nothing: Finding = {
    check: 'revocation',
    outcome: 'unknown',
    code: 'revocation-not-checked',
    ...(certificate === undefined ? {} : { detail: formatName(certificate.subject) }),
  };
  // A path of one is an anchor, or leads to none: nobody is known whose word would count.
  if (path.length < 2) return [nothing];
  const all = [revocation, await fetchRevocation?.(path)];
  const crls = all.flatMap((data) => data?.crls ?? []);
  const ocspResponses = all.flatMap((data) => data?.ocspResponses ?? []);
  const problems = all.flatMap((data) => data?.problems ?? []);
  if (crls.length + ocspResponses.length + problems.length === 0) return [nothing];
  const findings: Finding[] = [];
  for (const [index, certificate] of path.slice(0, -1).entries()) {
    const answers = await answersAbout({
      certificate,
      issuer: path[index + 1]!,
      data: { crls, ocspResponses },
      profile: trust.profile,
      verifier: (signer, algorithm) => trust.verifier(signer, algorithm),
    });
    findings.push(judgeAnswers(certificate, answers, { at, time }, problems));
  }
  return findings;
}

interface Moments {
  readonly at: Date;
  readonly time: SigningTime | undefined;
}

/** @internal */
export function judgeAnswers(
  certificate: Certificate,
  answers: readonly Answer[],
  moments: Moments,
  problems: readonly RevocationProblem[] = [],
): Finding {
  const who = formatName(certificate.subject);
  const revoked = stillRevoked(answers, moments.at).map((answer) => revokedFinding(who, answer, moments));
  const worst =
    revoked.find(({ outcome }) => outcome === 'fail') ??
    revoked.find(({ outcome }) => outcome === 'unknown') ??
    revoked[0];
  if (worst !== undefined) return worst;
  const good = answers.filter((answer) => answer.kind === 'good');
  const usable = good
    .filter((answer) => goodFlaw(certificate, answer, moments) === undefined)
    .sort((a, b) => b.thisUpdate.getTime() - a.thisUpdate.getTime());
  if (usable[0] !== undefined) {
    return finding('pass', 'revocation-ok', `${who}: ${goodText(usable[0], moments)}`);
  }
  const flaws = good.map((answer) => ({ answer, code: goodFlaw(certificate, answer, moments)! }));
  const stale = flaws.find(({ code }) => code === 'revocation-stale');
  if (stale !== undefined) return finding('unknown', 'revocation-stale', `${who}: ${datesText(stale.answer)}`);
  const ignorant = answers.find(({ kind }) => kind === 'unknown');
  if (ignorant !== undefined) return finding('unknown', 'revocation-status-unknown', `${who}: ${datesText(ignorant)}`);
  const silent = flaws[0]?.answer ?? answers.find(({ kind }) => kind === 'other-point');
  if (silent !== undefined) {
    const why = silent.kind === 'good' ? `expired ${iso(certificate.notAfter)}` : 'a list for other certificates';
    return finding('unknown', 'revocation-not-covered', `${who}: ${datesText(silent)}, ${why}`);
  }
  const untrusted = answers.find((answer) => answer.kind === 'untrusted');
  if (untrusted !== undefined) {
    return finding('unknown', 'revocation-data-untrusted', `${who}: ${datesText(untrusted)}: ${untrusted.why}`);
  }
  const tried = problems.filter((problem) => sameBytes(problem.certificate.bytes, certificate.bytes));
  return finding(
    'unknown',
    'revocation-not-checked',
    [who, ...tried.map(({ url, problem, detail }) => `${url} ${problem} (${detail})`)].join('; '),
  );
}

type RevokedAnswer = Extract<Answer, { readonly kind: 'revoked' }>;

/** A hold (证书挂起) that a newer answer no longer knows of was lifted; nothing else is ever taken back. */
function stillRevoked(answers: readonly Answer[], at: Date): RevokedAnswer[] {
  const latest = at.getTime() + CLOCK_SKEW_MS;
  const good = answers.filter((answer) => answer.kind === 'good' && answer.thisUpdate.getTime() <= latest);
  return answers.filter(
    (answer): answer is RevokedAnswer =>
      answer.kind === 'revoked' &&
      (answer.revocation.reason !== 'certificateHold' ||
        !good.some(({ thisUpdate }) => thisUpdate > answer.thisUpdate)),
  );
}

/** The time rule. */
function revokedFinding(who: string, answer: RevokedAnswer, { time }: Moments): Finding {
  const { revocation } = answer;
  const { revokedAt, reason, invalidityDate } = revocation;
  const detail = [
    `${who}: revoked ${iso(revokedAt)}`,
    ...(reason === undefined ? [] : [reason]),
    ...(invalidityDate === undefined ? [] : [`invalid since ${iso(invalidityDate)}`]),
    time === undefined ? 'no signing time' : `${time.basis} ${iso(time.value)}`,
    datesText(answer),
  ].join(', ');
  if (time?.basis === 'proved' && time.value < revokedFrom(revocation)) {
    return finding('pass', 'revoked-after-signing', detail);
  }
  if (time?.basis === 'claimed' && time.value < revokedAt && !isCompromise(revocation)) {
    return { ...finding('unknown', 'revoked-time-unproved', detail), check: 'time' };
  }
  return finding('fail', 'certificate-revoked', detail);
}

/** What keeps an answer "good" from counting. */
function goodFlaw(
  { notAfter }: Certificate,
  { thisUpdate, nextUpdate, expiredAfter, signerNotAfter }: GoodAnswer,
  { at, time }: Moments,
): 'revocation-stale' | 'revocation-not-covered' | undefined {
  if (thisUpdate.getTime() > at.getTime() + CLOCK_SKEW_MS) return 'revocation-stale';
  const current =
    at.getTime() <= (nextUpdate?.getTime() ?? thisUpdate.getTime() + CLOCK_SKEW_MS) &&
    (signerNotAfter === undefined || at <= signerNotAfter);
  const afterwards = time?.basis === 'proved' && thisUpdate >= time.value;
  if (!current && !afterwards) return 'revocation-stale';
  if (thisUpdate > notAfter && !(expiredAfter !== undefined && expiredAfter <= notAfter)) {
    return 'revocation-not-covered';
  }
  return undefined;
}

function goodText(answer: GoodAnswer, { at, time }: Moments): string {
  const age = at.getTime() - answer.thisUpdate.getTime();
  const older = time !== undefined && answer.thisUpdate < time.value ? ', older than the signing time' : '';
  return `${datesText(answer)}, ${ageText(Math.max(age, 0))} old${older}`;
}

const datesText = (answer: Answer): string =>
  `${answer.source} of ${iso(answer.thisUpdate)}${
    answer.kind === 'good' && answer.nextUpdate !== undefined ? `, next ${iso(answer.nextUpdate)}` : ''
  }`;

const HOUR_MS = 3_600_000;

const ageText = (ms: number): string =>
  ms < 48 * HOUR_MS ? `${Math.floor(ms / HOUR_MS)} hours` : `${Math.floor(ms / (24 * HOUR_MS))} days`;

const finding = (outcome: Finding['outcome'], code: Finding['code'], detail: string): Finding => ({
  check: 'revocation',
  outcome,
  code,
  clause: 'RFC 5280 6.3',
  detail,
});

/** Seconds are enough for people. */
const iso = (date: Date): string => date.toISOString().replace('.000', '');
