/** A gate (闸机): what it holds, and how it gathers the facts that a passage is judged by. */
import type { TrustList, TrustListIssuer } from '@gov/pki/trust-list';
import { bytesToHex, sameBytes, type Verifier } from '@gov/sm';
import type { ReplayStore } from '@gov/token/one-time';
import { type Finding, GovError, isGovError, type Report, report } from '@gov/verdict';
import { CHALLENGE_LENGTH, challengeOctets, type PresentedCode, readPresentedCode } from '../challenge.js';
import { type CityCode, cityCodeProfile } from '../code.js';
import type { RevocationFilter } from '../filter.js';
import { licenseDigest } from '../license-digest.js';
import { readCityCodeText } from '../text.js';
import type { VerdictLog } from '../verdict-log.js';
import { ClockDrift } from './clock-drift.js';
import { DEFAULT_MAX_DELEGATIONS, delegationKey, deviceCheck, octetText, VerifiedDelegations } from './delegations.js';
import { GateIssuers } from './issuers.js';
import {
  type LicenseStatus,
  type PassageFacts,
  type PassageStep,
  type PassageSubject,
  passageReport,
  passageSteps,
  rememberedUntil,
} from './passage.js';
import { checkPolicy, type GatePolicy } from './policy.js';
import { ReplayWindow } from './replay-window.js';

export interface GateOptions {
  /** Whom to believe: entries of the use `city-code-issuer`. A list that `verifyTrustList` answered also ends by itself. */
  readonly issuers: TrustList | readonly TrustListIssuer[];
  readonly policy: GatePolicy;
  /** A `ReplayWindow` of its own unless given; the gates of one place share one, or a store. */
  readonly replay?: ReplayStore;
  /** Every verdict is written here. */
  readonly log?: VerdictLog;
  /** URLs are read behind these bases alone. */
  readonly bases?: readonly string[];
  /** Delegations that are kept verified, 10,000 unless given. */
  readonly maxDelegations?: number;
  /** Asks an issuer about a tag that a filter may hold: whether it was revoked; undefined where it cannot be told. */
  readonly confirmRevoked?: (issuerIndex: number, tag: Uint8Array) => Promise<boolean | undefined>;
  /** Asks for the status of the licence of a P2 code, by the 16 octets of its digest. */
  readonly licenseStatus?: (digest: Uint8Array) => Promise<LicenseStatus | undefined>;
  /** For challenges. */
  readonly random?: (octets: number) => Uint8Array;
}

export interface CheckOptions {
  /** The gate's clock. */
  readonly at: Date;
  /** What the gate shows, by `challenge`: the code must come with an answer to it. */
  readonly challenge?: Uint8Array;
  /** The payload of the licence's QR text that is shown beside the code: it must be the one that a P2 code carries. */
  readonly licensePayload?: Uint8Array;
}

export interface Passage {
  readonly report: Report<PassageSubject>;
  /** What was shown, where it could be read: it is what it pretends unless the report is valid. */
  readonly code?: CityCode;
}

/** What one check gathers. */
type Gathered = { -readonly [Name in keyof PassageFacts]: PassageFacts[Name] };

interface Asked extends CheckOptions {
  readonly facts: Gathered;
  readonly answer?: Uint8Array;
  issuer?: Verifier;
  device?: Verifier;
}

const SCOPE = 'city-code';

/**
 * Checks city codes without a network.
 *
 * @example
 * import { Gate } from '@gov/city-code/gate';
 *
 * const gate = new Gate({ issuers: trustList, policy: { scenes: [1] } });
 * const { report } = await gate.check(scanned, { at: new Date() });
 * if (report.verdict === 'valid') open();
 */
export class Gate {
  readonly #options: GateOptions;
  readonly #issuers: GateIssuers;
  readonly #delegations: VerifiedDelegations;
  /** Absent where a store remembers. */
  readonly #window: ReplayWindow | undefined;
  readonly #drift = new ClockDrift();
  /** By the index of the issuer. */
  readonly #filters = new Map<number, RevocationFilter>();

  /** @throws GovError `invalid-argument` for a policy that cannot be, or two issuers of one index */
  constructor(options: GateOptions) {
    checkPolicy(options.policy);
    const { maxDelegations = DEFAULT_MAX_DELEGATIONS } = options;
    if (!(maxDelegations >= 1)) throw new GovError('invalid-argument', 'a gate keeps one delegation at the least');
    this.#options = options;
    this.#issuers = new GateIssuers(options.issuers);
    this.#delegations = new VerifiedDelegations(maxDelegations);
    const { replay = new ReplayWindow() } = options;
    this.#window = replay instanceof ReplayWindow ? replay : undefined;
  }

  /** A new challenge (挑战): 16 octets, to be shown to one passer-by and passed to the `check` of what comes back. */
  challenge(): Uint8Array {
    const { random = randomOctets } = this.#options;
    return random(CHALLENGE_LENGTH);
  }

  /**
   * Checks what was scanned: the octets of a code, with the answer to a challenge behind them or without, or its text. Whatever
   * is wrong with it is a finding.
   *
   * @throws GovError `invalid-argument` for a challenge of another length, or a time that is none; what the log throws
   */
  async check(shown: Uint8Array | string, options: CheckOptions): Promise<Passage> {
    const { at, challenge } = options;
    if (Number.isNaN(at.getTime())) throw new GovError('invalid-argument', 'at is no time');
    if (challenge !== undefined && challenge.length !== CHALLENGE_LENGTH)
      throw new GovError('invalid-argument', `a challenge has ${CHALLENGE_LENGTH} octets`);
    const { code, answer, online } = this.#read(shown);
    const { edition } = this.#issuers;
    const facts: Gathered = {
      at,
      ...(edition === undefined ? {} : { edition }),
      ...(code === undefined ? { online: online === true } : { code }),
    };
    const asked: Asked = { ...options, facts, ...(answer === undefined ? {} : { answer }) };
    const { policy, log } = this.#options;
    const walk = passageSteps(facts, policy);
    let next = walk.next();
    while (!next.done) {
      const waiting = this.#gather(next.value, asked);
      if (waiting !== undefined) await waiting;
      next = walk.next();
    }
    const judged = passageReport(facts, policy, next.value);
    await log?.append(judged, { at, ...(code === undefined ? {} : { tag: code.delegation.tag }) });
    return { report: judged, ...(code === undefined ? {} : { code }) };
  }

  /**
   * Takes a revocation filter, if its issuer signed it, it is of now and not older than the one there is: the report says so.
   */
  async take(
    filter: RevocationFilter,
    { at }: { readonly at: Date },
  ): Promise<Report<{ readonly kind: 'revocation-filter' }>> {
    const findings: Finding[] = [];
    const { issuerIndex, sequence, issued, until } = filter;
    const issuer = this.#issuers.byIndex(issuerIndex);
    const genuine = issuer === undefined ? undefined : await filter.isSignedBy(issuer.verifier);
    if (genuine === undefined)
      findings.push({ check: 'authenticity', outcome: 'unknown', code: 'city-issuer-unknown' });
    else if (genuine) findings.push({ check: 'authenticity', outcome: 'pass', code: 'revocation-filter-ok' });
    else findings.push({ check: 'authenticity', outcome: 'fail', code: 'revocation-filter-forged' });
    if (at > until)
      findings.push({ check: 'time', outcome: 'fail', code: 'revocation-filter-stale', detail: until.toISOString() });
    else findings.push({ check: 'time', outcome: 'pass', code: 'time-ok', detail: issued.toISOString() });
    const before = this.#filters.get(issuerIndex);
    if (before !== undefined && sequence < before.sequence)
      findings.push({
        check: 'time',
        outcome: 'fail',
        code: 'revocation-filter-older',
        detail: `${sequence} after ${before.sequence}`,
      });
    const judged = report({ kind: 'revocation-filter' as const }, findings, { required: ['authenticity', 'time'] });
    if (judged.verdict === 'valid') this.#filters.set(issuerIndex, filter);
    return judged;
  }

  /**
   * Which codes this gate has let pass and still remembers, for a restart, or for another gate to `merge`. It holds
   * tags.
   *
   * @throws GovError `invalid-argument` where a store of the caller's remembers
   */
  snapshot(): Uint8Array {
    return this.#ownWindow().snapshot();
  }

  /** Takes back its own `snapshot` after a restart. @throws GovError `gate-state-malformed`; `limit-exceeded` */
  restore(snapshot: Uint8Array): void {
    this.#ownWindow().restore(snapshot);
  }

  /**
   * Learns what another gate has let pass: it is refused here from now on. Answers how many codes both gates let pass while they
   * could not talk: those were relayed.
   *
   * @throws GovError `gate-state-malformed`, also for codes of a later time than any gate can have taken; `limit-exceeded` where
   *   there is no room
   */
  merge(snapshot: Uint8Array, options: { readonly at: Date }): number {
    return this.#ownWindow().merge(snapshot, options);
  }

  #ownWindow(): ReplayWindow {
    if (this.#window === undefined) throw new GovError('invalid-argument', 'a store remembers for this gate');
    return this.#window;
  }

  #read(shown: Uint8Array | string): Partial<PresentedCode> & { readonly online?: boolean } {
    try {
      const bytes = typeof shown === 'string' ? readCityCodeText(shown, this.#options.bases) : shown;
      return cityCodeProfile(bytes) === 'P0' ? { online: true } : readPresentedCode(bytes);
    } catch (error) {
      if (isGovError(error)) return {};
      throw error;
    }
  }

  /** Facts for one step, asked only when all before it passed. */
  #gather(step: PassageStep, asked: Asked): Promise<void> | undefined {
    switch (step) {
      case 'key': {
        const issuer = this.#issuers.byIndex(asked.facts.code!.delegation.issuerIndex);
        if (issuer === undefined) return undefined;
        asked.facts.issuer = issuer.entry;
        asked.issuer = issuer.verifier;
        return undefined;
      }
      case 'authenticity':
        return this.#gatherDelegation(asked);
      case 'binding':
        return this.#gatherBinding(asked);
      case 'time':
        this.#gatherTime(asked);
        return undefined;
      case 'revocation':
        return this.#gatherRevocation(asked);
      case 'replay':
        return this.#gatherReplay(asked);
      case 'status':
        return this.#gatherLicense(asked);
      default:
        return undefined;
    }
  }

  async #gatherDelegation(asked: Asked): Promise<void> {
    const { facts, issuer } = asked;
    const { delegation } = facts.code!;
    const key = delegationKey(delegation);
    const kept = this.#delegations.get(key);
    facts.delegationGenuine =
      kept !== undefined || (await issuer!.verify(delegation.signed, delegation.issuerSignature));
    if (!facts.delegationGenuine) return;
    try {
      const device = kept ?? deviceCheck(delegation);
      asked.device = device();
      if (kept === undefined) this.#delegations.keep(key, device);
    } catch (error) {
      // An issuer signed what is no key: nothing verifies with it.
      if (!isGovError(error)) throw error;
    }
  }

  async #gatherBinding({ facts, device, challenge, answer }: Asked): Promise<void> {
    const code = facts.code!;
    facts.deviceGenuine = device !== undefined && (await device.verify(code.signed, code.deviceSignature));
    if (challenge === undefined || !facts.deviceGenuine) return;
    if (answer === undefined) facts.challenge = 'missing';
    else {
      const fits = await device!.verify(challengeOctets(challenge, code.bytes), answer);
      facts.challenge = fits ? 'answered' : 'failed';
    }
  }

  #gatherTime({ facts }: Asked): void {
    const { delegation, generated } = facts.code!;
    this.#drift.note(octetText(delegation.tag), generated, facts.at);
    const drift = this.#drift.seconds(facts.at);
    if (drift !== undefined) facts.driftSeconds = drift;
  }

  #gatherRevocation({ facts }: Asked): Promise<void> | undefined {
    const { issuerIndex, tag } = facts.code!.delegation;
    const filter = this.#filters.get(issuerIndex);
    if (filter === undefined) return undefined;
    const { issued, until } = filter;
    const listed = filter.mayContain(tag);
    facts.filter = { issued, until, listed };
    return listed ? this.#askIssuer(facts) : undefined;
  }

  async #askIssuer(facts: Gathered): Promise<void> {
    const { issuerIndex, tag } = facts.code!.delegation;
    const { confirmRevoked } = this.#options;
    const revoked = confirmRevoked && (await orNothing(() => confirmRevoked(issuerIndex, tag)));
    if (revoked !== undefined) facts.filter = { ...facts.filter!, revoked };
  }

  async #gatherReplay({ facts }: Asked): Promise<void> {
    const code = facts.code!;
    const { replay } = this.#options;
    const until = rememberedUntil(code);
    const { tag } = code.delegation;
    const window = this.#window;
    window?.forgetBefore(facts.at);
    const first = await orNothing(async () => {
      const counter = Uint8Array.of(code.counter >> 8, code.counter & 255);
      if (window !== undefined) return window.use(octetText(tag) + octetText(counter), until);
      return replay?.firstUse(SCOPE, bytesToHex(tag) + bytesToHex(counter), new Date(until * 1000));
    });
    if (first !== undefined) facts.firstUse = first;
  }

  async #gatherLicense({ facts, licensePayload }: Asked): Promise<void> {
    const digest = facts.code!.delegation.licenseDigest;
    if (digest === undefined) {
      if (licensePayload !== undefined) facts.license = { digestFits: false };
      return;
    }
    const { licenseStatus } = this.#options;
    const status = licenseStatus && (await orNothing(() => licenseStatus(digest)));
    facts.license = {
      ...(licensePayload && { digestFits: sameBytes(licenseDigest(licensePayload), digest) }),
      ...(status && { status }),
    };
  }
}

/** A port that cannot answer leaves its question open: it is no reason for a gate to stop working. */
async function orNothing<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch {
    return undefined;
  }
}

const randomOctets = (octets: number): Uint8Array => crypto.getRandomValues(new Uint8Array(octets));
