/**
 * `@gov/city-code/online`: codes that mean nothing by themselves and are redeemed once where they were issued (P0, 联机码).
 *
 * @packageDocumentation
 * @example
 * import { OnlineCodes } from '@gov/city-code/online';
 * import { memoryStore } from '@gov/store/memory';
 *
 * const codes = new OnlineCodes({ store: memoryStore().oneTime });
 * const code = await codes.issue({ holder: 'u-1', subject: 'person', assurance: 2, entitlements: 1, at: new Date() });
 * const { report, passage } = await codes.check(code, { at: new Date(), scene: 7 });
 * console.log(report.verdict, passage?.holder); // valid u-1
 */
import { sm3 } from '@gov/sm';
import type { OneTimeStore } from '@gov/token/one-time';
import { type Check, type Finding, GovError, isGovError, type Report, report } from '@gov/verdict';
import { CITY_CODE_LENGTH, CITY_CODE_SUBJECTS, type CitySubject, cityCodeProfile } from './code.js';
import {
  isGrant,
  MAX_HOLDER,
  type OnlineGrant,
  type OnlinePassage,
  passageOf,
  within,
} from './internal/online-grant.js';
import { readCityCodeText } from './text.js';

export type { OnlineGrant, OnlinePassage } from './internal/online-grant.js';
export {
  REDEEM_LIMITS,
  type RedeemClient,
  type RedeemHandlerOptions,
  redeemHandler,
} from './internal/redeem-handler.js';

export const ONLINE_CODE_LIMITS = {
  /** Of a code's life, seconds: a week, for what is printed. */
  lifetimeSeconds: 604_800,
  /** Characters of `holder`. */
  holder: MAX_HOLDER,
} as const;

/** How long a code lives unless told otherwise, seconds. */
const LIFETIME_SECONDS = 60;

export interface OnlineCodeRequest extends OnlineGrant {
  readonly at: Date;
  /** 60 unless told otherwise; at most `ONLINE_CODE_LIMITS.lifetimeSeconds`. */
  readonly lifetimeSeconds?: number;
  /** 0 to 65535: redeemed there alone; absent: anywhere. */
  readonly scene?: number;
}

/** What a gate asks for. */
export interface OnlineDemand {
  readonly at: Date;
  /** Where the code is shown, 0 to 65535. */
  readonly scene: number;
  /** Bits that must all be there (none). */
  readonly demandedEntitlements?: number;
  /** Least assurance (0). */
  readonly minAssurance?: number;
  /** Kinds of holders that are let in (all). */
  readonly subjects?: readonly CitySubject[];
}

export interface OnlineSubject {
  readonly kind: 'online-city-code';
  readonly scene: number;
  readonly subject?: CitySubject;
  readonly assurance?: number;
  readonly expires?: string;
}

export interface JudgedOnlineCode {
  readonly report: Report<OnlineSubject>;
  /** Absent where the code was not redeemed. */
  readonly passage?: OnlinePassage;
}

const REQUIRED: readonly Check[] = ['format', 'replay', 'authority', 'assurance'];

/** Issues online codes, and redeems them: 0xC0 and 33 random octets, of which the store has the SM3 digest alone. */
export class OnlineCodes {
  readonly #store: OneTimeStore;
  readonly #random: (octets: number) => Uint8Array;

  constructor({
    store,
    random = (octets) => crypto.getRandomValues(new Uint8Array(octets)),
  }: {
    readonly store: OneTimeStore;
    /** Default: `crypto.getRandomValues`. */
    readonly random?: (octets: number) => Uint8Array;
  }) {
    this.#store = store;
    this.#random = random;
  }

  /**
   * A new code: 34 octets.
   *
   * @throws GovError `invalid-argument` for a lifetime beyond the limit and a field out of its range; what the store throws
   */
  async issue(request: OnlineCodeRequest): Promise<Uint8Array> {
    const { holder, subject, assurance, entitlements, at, lifetimeSeconds = LIFETIME_SECONDS, scene } = request;
    const grant = { holder, subject, assurance, entitlements };
    if (!isGrant(grant)) throw new GovError('invalid-argument', 'a field of the code is out of its range');
    if (!within(lifetimeSeconds, ONLINE_CODE_LIMITS.lifetimeSeconds) || lifetimeSeconds === 0) {
      const most = ONLINE_CODE_LIMITS.lifetimeSeconds;
      throw new GovError('invalid-argument', `an online code lives 1 to ${most} seconds`);
    }
    const code = new Uint8Array(CITY_CODE_LENGTH.P0);
    code[0] = 0xc0;
    code.set(this.#random(code.length - 1), 1);
    const expires = new Date(at.getTime() + lifetimeSeconds * 1000);
    const value = JSON.stringify({ ...grant, issued: at.toISOString(), expires: expires.toISOString() });
    await this.#store.put(scopeOf(scene), sm3(code), value, expires);
    return code;
  }

  /**
   * What the code stands for, to one caller, before it expires and at the scene it was issued for; undefined to all others, and
   * nobody learns why. A code that is shown at another scene than its own stays good.
   *
   * @throws GovError `city-code-malformed` for what is no online code; `invalid-argument` for a scene; what the store throws
   */
  async redeem(
    code: Uint8Array,
    { at, scene }: Pick<OnlineDemand, 'at' | 'scene'>,
  ): Promise<OnlinePassage | undefined> {
    if (cityCodeProfile(code) !== 'P0') throw new GovError('city-code-malformed', 'no online code');
    const digest = sm3(code);
    const value =
      (await this.#store.redeem(scopeOf(scene), digest, at)) ?? (await this.#store.redeem(scopeOf(), digest, at));
    return value === undefined ? undefined : passageOf(value);
  }

  /**
   * Judges what somebody shows at an online gate, and uses it up: a code that is redeemed and then refused, because it opens
   * too little, is gone as well.
   *
   * @param shown octets, or the text of the QR
   * @param bases URLs are taken behind these
   * @throws GovError `invalid-argument` for a demand out of its range; what the store throws
   */
  async check(
    shown: Uint8Array | string,
    demand: OnlineDemand,
    bases: readonly string[] = [],
  ): Promise<JudgedOnlineCode> {
    const { scene, demandedEntitlements = 0, minAssurance = 0, subjects = CITY_CODE_SUBJECTS } = demand;
    scopeOf(scene);
    if (!within(demandedEntitlements, 0xffffffff) || !within(minAssurance, 3))
      throw new GovError('invalid-argument', 'entitlements have 32 bits, the assurance is 0 to 3');
    const code = octetsOf(shown, bases);
    if (code === undefined) return { report: judged(scene, [finding('format', 'fail', 'format-malformed')]) };
    const format = finding('format', 'pass', 'format-ok');
    const passage = await this.redeem(code, demand);
    if (passage === undefined)
      return { report: judged(scene, [format, finding('replay', 'fail', 'online-code-refused')]) };
    const { subject, assurance, entitlements } = passage;
    const lacking = (demandedEntitlements & ~entitlements) >>> 0;
    const findings = [
      format,
      finding('replay', 'pass', 'online-code-redeemed'),
      subjects.includes(subject)
        ? finding('authority', 'pass', 'city-code-scene-ok')
        : finding('authority', 'fail', 'city-code-subject-refused', subject),
      ...(lacking === 0 ? [] : [finding('authority', 'fail', 'entitlement-missing', `bits 0x${lacking.toString(16)}`)]),
      assurance >= minAssurance
        ? finding('assurance', 'pass', 'assurance-ok')
        : finding('assurance', 'fail', 'assurance-too-low', `${assurance}, at least ${minAssurance}`),
    ];
    return { report: judged(scene, findings, passage), passage };
  }
}

const judged = (scene: number, findings: readonly Finding[], passage?: OnlinePassage): Report<OnlineSubject> =>
  report<OnlineSubject>(
    {
      kind: 'online-city-code',
      scene,
      ...(passage === undefined
        ? {}
        : { subject: passage.subject, assurance: passage.assurance, expires: passage.expires.toISOString() }),
    },
    findings,
    { required: REQUIRED },
  );

const finding = (check: Check, outcome: Finding['outcome'], code: Finding['code'], detail?: string): Finding => ({
  check,
  outcome,
  code,
  ...(detail === undefined ? {} : { detail }),
});

/** A gate does not throw at what somebody shows. */
function octetsOf(shown: Uint8Array | string, bases: readonly string[]): Uint8Array | undefined {
  try {
    const code = typeof shown === 'string' ? readCityCodeText(shown, bases) : shown;
    return cityCodeProfile(code) === 'P0' ? code : undefined;
  } catch (error) {
    if (isGovError(error) && error.code !== 'invalid-argument') return undefined;
    throw error;
  }
}

/** The scene is a part of where the digest lies, so that another scene finds nothing, and uses nothing up. */
function scopeOf(scene?: number): string {
  if (scene === undefined) return 'city-code';
  if (!within(scene, 0xffff)) throw new GovError('invalid-argument', 'the scene has 16 bits');
  return `city-code/${scene}`;
}
