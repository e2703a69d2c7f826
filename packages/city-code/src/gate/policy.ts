/** What a gate demands (核验策略). */
import { parseDivisionCode } from '@gov/codes';
import type { Check } from '@gov/verdict';
import { GovError } from '@gov/verdict';
import { CITY_CODE_SUBJECTS, type CitySubject } from '../code.js';

export interface GatePolicy {
  /** Scenes (场景) that the gate serves: a code made for another one opens nothing. */
  readonly scenes: readonly number[];
  /** Codes of regions that this one covers, `CN` or GB/T 2260; any region that the trust list vouches for, unless given. */
  readonly region?: string;
  /** Bits that must all be set among the entitlements (权益); none unless given. */
  readonly demandedEntitlements?: number;
  /** Lowest assurance, 0 to 3; not looked at unless given. */
  readonly minAssurance?: number;
  /** Seconds that a code may live at this gate at the most, whatever it says itself: 1 to 255, 60 unless given. */
  readonly maxTtlSeconds?: number;
  /** Both unless given; `['P2']` where a licence must be carried. */
  readonly profiles?: readonly ('P1' | 'P2')[];
  /** All unless given. */
  readonly subjects?: readonly CitySubject[];
  /** Scenes whose codes must answer the challenge of the gate. */
  readonly challengeFor?: readonly number[];
  /** Demands a revocation filter of the code's issuer. */
  readonly revocation?: RevocationPolicy;
  /**
   * Demands a licence that is known to be in force: codes of P1 carry none and are refused, and a P2 code whose licence nobody
   * answers for is left open. Without it a licence counts where something is known of it.
   */
  readonly licenseStatus?: 'demanded';
}

export interface RevocationPolicy {
  /** Age of a filter, seconds, past which it answers nothing any more. Its own `until` holds in any case. */
  readonly maxAgeSeconds: number;
  /** A tag that the filter may hold and that nobody could confirm: refused rather than left open. */
  readonly refusePerhaps?: boolean;
}

/** How clocks may differ: seconds before a code is generated and after it has ended in which it is taken. */
export const CLOCK_TOLERANCE_SECONDS = 30;

/** No delegation outlives its signing by more. */
export const DELEGATION_MAX_SECONDS = 24 * 60 * 60;

/** Seconds that codes live at a gate which says nothing else. */
export const DEFAULT_MAX_TTL_SECONDS = 60;

/** @throws GovError `invalid-argument` */
export function checkPolicy(policy: GatePolicy): void {
  const { scenes, region, demandedEntitlements = 0, minAssurance = 0, maxTtlSeconds = 60, revocation } = policy;
  const { challengeFor = [], profiles, subjects, licenseStatus } = policy;
  demand(scenes.length > 0 && [...scenes, ...challengeFor].every((scene) => within(scene, 0, 0xffff)), 'scenes');
  demand(region === undefined || region === 'CN' || parseDivisionCode(region).ok, 'the region');
  demand(within(demandedEntitlements, 0, 0xffffffff), 'the demanded entitlements');
  demand(within(minAssurance, 0, 3), 'the lowest assurance');
  demand(within(maxTtlSeconds, 1, 255), 'the longest time to live');
  demand(profiles === undefined || profiles.length > 0, 'the profiles');
  demand(licenseStatus === undefined || profiles?.includes('P1') !== true, 'a demanded licence beside profile P1');
  const known: readonly string[] = CITY_CODE_SUBJECTS;
  demand(subjects === undefined || (subjects.length > 0 && subjects.every((one) => known.includes(one))), 'subjects');
  demand(revocation === undefined || revocation.maxAgeSeconds > 0, 'the age of revocation filters');
}

/** Whether a policy takes codes of a profile. */
export const takesProfile = ({ profiles, licenseStatus }: GatePolicy, profile: 'P1' | 'P2'): boolean =>
  licenseStatus === undefined ? profiles?.includes(profile) !== false : profile === 'P2';

/** The checks that a passage must answer under a policy. */
export function requiredChecks(policy: GatePolicy): readonly Check[] {
  const required: Check[] = ['format', 'key', 'authenticity', 'binding', 'time'];
  if (policy.revocation !== undefined) required.push('revocation');
  required.push('replay', 'authority');
  if (policy.minAssurance !== undefined) required.push('assurance');
  if (policy.licenseStatus !== undefined) required.push('status');
  return required;
}

const within = (value: number, least: number, most: number): boolean =>
  Number.isInteger(value) && value >= least && value <= most;

function demand(holds: boolean, what: string): void {
  if (!holds) throw new GovError('invalid-argument', `policy of a gate: ${what} cannot be so`);
}
