/** The judgement on a passage (过闸核验): facts in, findings out. No cryptography, no clock, no memory. */
import { regionCovers, type TrustList, type TrustListIssuer } from '@gov/pki/trust-list';
import { type Check, type Finding, type FindingCode, type Outcome, type Report, report } from '@gov/verdict';
import type { CityCode, CitySubject } from '../code.js';
import {
  CLOCK_TOLERANCE_SECONDS,
  DEFAULT_MAX_TTL_SECONDS,
  DELEGATION_MAX_SECONDS,
  type GatePolicy,
  requiredChecks,
  takesProfile,
} from './policy.js';

/** Whether a licence is in force (证照状态), as its register has it. */
export type LicenseStatus = 'valid' | 'suspended' | 'revoked' | 'superseded';

/** What is known of a passage. What is absent was not asked, and never reads as passed. */
export interface PassageFacts {
  /** The gate's clock. */
  readonly at: Date;
  /** What was shown, where it could be read. */
  readonly code?: CityCode;
  /** An online code (P0) was shown: only the service that made it can redeem it. */
  readonly online?: boolean;
  /** The edition of the trust list, where the gate has a whole one. */
  readonly edition?: Pick<TrustList, 'nextUpdate' | 'hardExpiry'>;
  /** The entry of the code's issuer in the trust list, with a certificate that could be read and holds an SM2 key. */
  readonly issuer?: Pick<TrustListIssuer, 'region' | 'status' | 'from' | 'to'>;
  /** The issuer's signature over the delegation verifies. */
  readonly delegationGenuine?: boolean;
  /** The device's signature over the code verifies. */
  readonly deviceGenuine?: boolean;
  /** The gate showed a challenge, and this is what came back: nothing, a fitting answer, or another one. */
  readonly challenge?: 'missing' | 'answered' | 'failed';
  /** How far codes are ahead of the gate's clock, by the median of late: seconds. */
  readonly driftSeconds?: number;
  /** The revocation filter of the issuer, and what it says of the tag. */
  readonly filter?: FilterFacts;
  /** (tag, counter) was not seen before. */
  readonly firstUse?: boolean;
  /** Since when the gate knows what passed; always, unless given. */
  readonly remembersSince?: Date;
  /** What is known of a licence: the one in a P2 code, or one that was shown beside a code. */
  readonly license?: {
    /** The payload of the licence that was shown beside the code has the digest in the code. */
    readonly digestFits?: boolean;
    /** By whom the digest alone says enough. */
    readonly status?: LicenseStatus;
    /** What verifying the shown licence found. */
    readonly report?: Report;
  };
}

export interface FilterFacts {
  readonly issued: Date;
  readonly until: Date;
  /** The filter may hold the tag. */
  readonly listed: boolean;
  /** What the issuer said when it was asked: revoked or not. Absent: it could not be asked. */
  readonly revoked?: boolean;
}

/** What a report on a passage is about: no tag and no key, so that reports do not link passages. */
export interface PassageSubject {
  readonly kind: 'city-code';
  readonly profile?: 'P0' | 'P1' | 'P2';
  readonly subject?: CitySubject;
  readonly region?: string;
  readonly issuerIndex?: number;
  readonly assurance?: number;
  readonly entitlements?: number;
  readonly scene?: number;
  readonly counter?: number;
  readonly generated?: Date;
  readonly expires?: Date;
}

/** Medians of (generated − at), seconds, outside of which a gate's clock is probably wrong. Codes are shown for a while. */
export const DRIFT_RANGE_SECONDS = { behind: -45, ahead: 10 } as const;

/**
 * Judges a passage. The order is that of the standard: version, issuer, delegation, device, time, revocation, replay, scene and
 * entitlements, licence. What comes after a step that did not pass is not looked at, and says so.
 *
 * @example
 * import { judgePassage } from '@gov/city-code/gate';
 *
 * const { verdict } = judgePassage({ at: new Date() }, { scenes: [1] }); // 'invalid': nothing was shown that could be read
 */
export function judgePassage(facts: PassageFacts, policy: GatePolicy): Report<PassageSubject> {
  const walk = passageSteps(facts, policy);
  for (let next = walk.next(); ; next = walk.next()) if (next.done) return passageReport(facts, policy, next.value);
}

/** @internal */
export const passageReport = (
  facts: PassageFacts,
  policy: GatePolicy,
  findings: readonly Finding[],
): Report<PassageSubject> => {
  const license = facts.license?.report;
  const required = requiredOf(facts, policy);
  return report(subjectOf(facts), findings, { required }, license && [license]);
};

/** By the policy, and by what is known: a tag that is listed is cleared up, whoever did not demand it. */
function requiredOf({ filter }: PassageFacts, policy: GatePolicy): readonly Check[] {
  const required = requiredChecks(policy);
  return filter?.listed === true && policy.revocation === undefined ? [...required, 'revocation'] : required;
}

export type PassageStep = (typeof STEPS)[number][0];

/**
 * Goes through the steps. Each is named before it is judged, so that a gate gathers the facts for it only when all before it
 * passed: nobody burns a code that would be refused anyhow.
 *
 * @internal
 */
export function* passageSteps(facts: PassageFacts, policy: GatePolicy): Generator<PassageStep, Finding[], void> {
  const findings: Finding[] = [];
  let stopped = false;
  for (const [step, findingsOf] of STEPS) {
    if (stopped) {
      if (requiredOf(facts, policy).includes(step)) findings.push(finding(step, 'skipped', 'check-not-made'));
      continue;
    }
    yield step;
    const own = findingsOf(facts, policy);
    for (const one of own) {
      findings.push(one);
      const open = one.outcome === 'unknown' || one.outcome === 'skipped';
      stopped ||= one.outcome === 'fail' || (open && requiredOf(facts, policy).includes(one.check));
    }
  }
  return findings;
}

const CLAUSE = 'CC1';

const finding = (check: Check, outcome: Outcome, code: FindingCode, detail?: string): Finding => ({
  check,
  outcome,
  code,
  clause: CLAUSE,
  ...(detail === undefined ? {} : { detail }),
});

type Judge = (facts: PassageFacts, policy: GatePolicy) => Finding[];

function formatFindings({ code, online }: PassageFacts): Finding[] {
  if (code !== undefined) return [finding('format', 'pass', 'format-ok')];
  if (online === true) return [finding('format', 'unknown', 'city-code-online')];
  return [finding('format', 'fail', 'format-malformed')];
}

function keyFindings(facts: PassageFacts): Finding[] {
  const { at, edition, issuer } = facts;
  const { region, issuerIndex } = facts.code!.delegation;
  if (issuer === undefined) return [finding('key', 'unknown', 'city-issuer-unknown', `index ${issuerIndex}`)];
  if (!regionCovers(issuer.region, region))
    return [finding('key', 'fail', 'city-issuer-region', `${issuer.region} does not cover ${region}`)];
  const ended = issuerEnd(issuer);
  if (at < issuer.from || (ended !== undefined && at > ended)) {
    const code = ended !== undefined && isBroken(issuer) && at > ended ? 'city-issuer-revoked' : 'city-issuer-expired';
    return [finding('key', 'fail', code, `index ${issuerIndex}, ${issuer.status}`)];
  }
  if (edition !== undefined && at > edition.hardExpiry) return [finding('key', 'unknown', 'trust-list-expired')];
  const findings = [finding('key', 'pass', 'city-issuer-ok', `index ${issuerIndex}, ${issuer.region}`)];
  if (edition !== undefined && at > edition.nextUpdate) findings.push(finding('key', 'warn', 'trust-list-stale'));
  return findings;
}

const isBroken = ({ status }: Pick<TrustListIssuer, 'status'>): boolean =>
  status === 'revoked' || status === 'compromised';

/**
 * The last moment at which an entry's delegations count. Of a retired issuer they are good for as long as one can last that was
 * signed on the last day; of a revoked one not at all, since nothing proves when a delegation was signed.
 */
function issuerEnd({ status, to }: Pick<TrustListIssuer, 'status' | 'to'>): Date | undefined {
  // Lists that were verified say since when. Without that a broken key was never good.
  if (to === undefined) return isBroken({ status }) ? new Date(-8.64e15) : undefined;
  return new Date(
    to.getTime() + (status === 'retired' ? DELEGATION_MAX_SECONDS * 1000 : isBroken({ status }) ? -1 : 0),
  );
}

const authenticityFindings: Judge = ({ delegationGenuine }) =>
  answered('authenticity', delegationGenuine, 'delegation-ok', 'delegation-forged');

function bindingFindings({ code, deviceGenuine, challenge }: PassageFacts, { challengeFor }: GatePolicy): Finding[] {
  const findings = answered('binding', deviceGenuine, 'device-signature-ok', 'device-signature-forged');
  if (challenge === 'answered') findings.push(finding('binding', 'pass', 'challenge-ok'));
  else if (challenge === 'failed') findings.push(finding('binding', 'fail', 'challenge-failed'));
  else if (challenge === 'missing' || challengeFor?.includes(code!.scene) === true)
    findings.push(finding('binding', 'fail', 'challenge-missing'));
  return findings;
}

/** Everything that is wrong with the times at once: a wrong clock shows in all of them. */
function timeFindings({ at, code, driftSeconds }: PassageFacts, policy: GatePolicy): Finding[] {
  const now = at.getTime() / 1000;
  const generated = code!.generated.getTime() / 1000;
  const expires = code!.delegation.expires.getTime() / 1000;
  const findings: Finding[] = [];
  const fail = (code: FindingCode, detail: string) => findings.push(finding('time', 'fail', code, detail));
  if (now < generated - CLOCK_TOLERANCE_SECONDS) fail('city-code-from-later', `${Math.ceil(generated - now)} s`);
  const end = codeEnd(code!, policy);
  if (now > end) fail('city-code-too-old', `${Math.ceil(now - generated)} s`);
  if (generated > expires) fail('delegation-expired', code!.delegation.expires.toISOString());
  if (expires > now + DELEGATION_MAX_SECONDS + CLOCK_TOLERANCE_SECONDS)
    fail('delegation-too-long', code!.delegation.expires.toISOString());
  if (findings.length === 0) findings.push(finding('time', 'pass', 'city-code-time-ok'));
  if (
    driftSeconds !== undefined &&
    (driftSeconds < DRIFT_RANGE_SECONDS.behind || driftSeconds > DRIFT_RANGE_SECONDS.ahead)
  )
    findings.push(finding('time', 'warn', 'gate-clock-drift', `${Math.round(driftSeconds)} s`));
  return findings;
}

/** Seconds of the last moment at which a gate takes a code. */
const codeEnd = ({ generated, ttlSeconds }: CityCode, { maxTtlSeconds }: GatePolicy): number =>
  generated.getTime() / 1000 + Math.min(ttlSeconds, maxTtlSeconds ?? DEFAULT_MAX_TTL_SECONDS) + CLOCK_TOLERANCE_SECONDS;

/**
 * Seconds until which a code is remembered: one more than any gate takes it for. Gates of one memory, or the same one after a
 * restart, may allow different times to live. @internal
 */
export const rememberedUntil = ({ generated, ttlSeconds }: CityCode): number =>
  generated.getTime() / 1000 + ttlSeconds + CLOCK_TOLERANCE_SECONDS + 1;

/** Whether a gate can have taken a code before a time: clocks may be ahead of it by the tolerance. @internal */
export const mayHavePassed = ({ generated }: CityCode, before: Date): boolean =>
  generated.getTime() < before.getTime() + CLOCK_TOLERANCE_SECONDS * 1000;

function revocationFindings({ at, filter }: PassageFacts, { revocation }: GatePolicy): Finding[] {
  if (filter === undefined) return [finding('revocation', 'unknown', 'revocation-not-checked')];
  const { issued, until, listed, revoked } = filter;
  if (revoked === true) return [finding('revocation', 'fail', 'delegation-revoked')];
  if (revoked === false) return [finding('revocation', 'pass', 'delegation-not-revoked')];
  // An old filter that names the tag still says more than nothing.
  if (listed) {
    const outcome = revocation?.refusePerhaps === true ? 'fail' : 'unknown';
    return [finding('revocation', outcome, 'delegation-perhaps-revoked')];
  }
  const oldest = at.getTime() - (revocation?.maxAgeSeconds ?? Number.POSITIVE_INFINITY) * 1000;
  if (issued.getTime() < oldest || at > until)
    return [finding('revocation', 'unknown', 'revocation-filter-stale', issued.toISOString())];
  return [finding('revocation', 'pass', 'delegation-not-revoked')];
}

function replayFindings({ code, firstUse, remembersSince }: PassageFacts): Finding[] {
  if (firstUse !== false && remembersSince !== undefined && mayHavePassed(code!, remembersSince))
    return [
      finding('replay', 'unknown', 'replay-not-checked', `the gate remembers since ${remembersSince.toISOString()}`),
    ];
  if (firstUse === undefined) return [finding('replay', 'unknown', 'replay-not-checked')];
  return answered('replay', firstUse, 'city-code-first-use', 'city-code-replayed');
}

function authorityFindings({ code }: PassageFacts, policy: GatePolicy): Finding[] {
  const { scene, delegation } = code!;
  const findings: Finding[] = [];
  const { region, profile, subject, entitlements } = delegation;
  const fail = (code: FindingCode, detail: string) => findings.push(finding('authority', 'fail', code, detail));
  if (!policy.scenes.includes(scene)) fail('city-code-scene-refused', `scene ${scene}`);
  if (policy.region !== undefined && !regionCovers(policy.region, region)) fail('city-code-region-refused', region);
  if (!takesProfile(policy, profile)) fail('city-code-profile-refused', profile);
  if (policy.subjects?.includes(subject) === false) fail('city-code-subject-refused', subject);
  const missing = ((policy.demandedEntitlements ?? 0) & ~entitlements) >>> 0;
  if (missing !== 0) fail('entitlement-missing', `0x${missing.toString(16)}`);
  return findings.length === 0 ? [finding('authority', 'pass', 'city-code-scene-ok', `scene ${scene}`)] : findings;
}

function assuranceFindings({ code }: PassageFacts, { minAssurance }: GatePolicy): Finding[] {
  if (minAssurance === undefined) return [];
  const { assurance } = code!.delegation;
  const [outcome, which] =
    assurance >= minAssurance ? (['pass', 'assurance-ok'] as const) : (['fail', 'assurance-too-low'] as const);
  return [finding('assurance', outcome, which, `${assurance}`)];
}

const LICENSE_STATUS = {
  valid: ['pass', 'status-ok'],
  suspended: ['fail', 'status-suspended'],
  revoked: ['fail', 'status-revoked'],
  superseded: ['fail', 'status-superseded'],
} as const satisfies Record<LicenseStatus, readonly [Outcome, FindingCode]>;

/**
 * P2 alone carries a licence: beside other codes none fits, and nobody is asked for its status. Of a licence that was shown the
 * whole report is a part of this one; what it says of the status stands here, too, where nobody else answered.
 */
function licenseFindings({ code, license }: PassageFacts): Finding[] {
  const carried = code!.delegation.profile === 'P2';
  const findings: Finding[] = [];
  if (license?.digestFits !== undefined)
    findings.push(
      ...answered('content', carried && license.digestFits, 'license-digest-ok', 'license-digest-mismatch'),
    );
  if (!carried) return findings;
  const shown = license?.report?.findings.filter(({ check }) => check === 'status') ?? [];
  if (license?.status !== undefined) {
    const [outcome, which] = LICENSE_STATUS[license.status];
    findings.push(finding('status', outcome, which));
  } else if (shown.length > 0) findings.push(...shown);
  else findings.push(finding('status', 'unknown', 'status-not-checked'));
  return findings;
}

/** In the order of the standard, by the check that each answers. */
const STEPS = [
  ['format', formatFindings],
  ['key', keyFindings],
  ['authenticity', authenticityFindings],
  ['binding', bindingFindings],
  ['time', timeFindings],
  ['revocation', revocationFindings],
  ['replay', replayFindings],
  ['authority', authorityFindings],
  ['assurance', assuranceFindings],
  ['status', licenseFindings],
] as const satisfies readonly (readonly [Check, Judge])[];

function answered(check: Check, answer: boolean | undefined, yes: FindingCode, no: FindingCode): Finding[] {
  if (answer === undefined) return [finding(check, 'skipped', 'check-not-made')];
  return [answer ? finding(check, 'pass', yes) : finding(check, 'fail', no)];
}

function subjectOf({ code, online }: PassageFacts): PassageSubject {
  if (code === undefined) return { kind: 'city-code', ...(online === true ? { profile: 'P0' as const } : {}) };
  const { delegation, scene, counter, generated } = code;
  const { profile, subject, region, issuerIndex, assurance, entitlements, expires } = delegation;
  return {
    kind: 'city-code',
    profile,
    subject,
    region,
    issuerIndex,
    assurance,
    entitlements,
    scene,
    counter,
    generated,
    expires,
  };
}
