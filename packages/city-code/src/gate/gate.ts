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
import { type FilterSequences, gateState, readGateState } from './gate-state.js';
import { GateIssuers } from './issuers.js';
import {
  type LicenseStatus,
  mayHavePassed,
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
  /**
   * Codes that the gate could have let pass before this time are left open, unless they are remembered: the time of its start,
   * where it starts without its snapshot or with an old one. They end within the longest time to live and a minute.
   */
  readonly remembersSince?: Date;
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
  /** The licence that is shown beside the code: it must verify, and be the one that the code carries (P2). */
  readonly license?: ShownLicense;
}

/** A licence, verified by the caller: what `examineLicenseQr` of `@gov/e-license/qr` answers (同时出示的证照). */
export interface ShownLicense {
  /** It is a part of the report on the passage, and of its verdict. */
  readonly report: Report;
  /** The claims in its QR text, the octets that were signed; absent where the text is no licence's. */
  readonly payload?: Uint8Array;
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
  /** Of the newest filters, those of before a restart among them. */
  #sequences: FilterSequences = new Map();

  /** @throws GovError `invalid-argument` for a policy that cannot be, or two issuers of one index */
  constructor(options: GateOptions) {
    checkPolicy(options.policy);
    const { maxDelegations = DEFAULT_MAX_DELEGATIONS, remembersSince } = options;
    if (!(maxDelegations >= 1)) throw new GovError('invalid-argument', 'a gate keeps one delegation at the least');
    if (Number.isNaN(remembersSince?.getTime())) throw new GovError('invalid-argument', 'remembersSince is no time');
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
    const before = this.#sequences.get(issuerIndex);
    if (before !== undefined && sequence < before)
      findings.push({
        check: 'time',
        outcome: 'fail',
        code: 'revocation-filter-older',
        detail: `${sequence} after ${before}`,
      });
    const judged = report({ kind: 'revocation-filter' as const }, findings, { required: ['authenticity', 'time'] });
    if (judged.verdict === 'valid') {
      this.#filters.set(issuerIndex, filter);
      this.#sequences.set(issuerIndex, sequence);
    }
    return judged;
  }

  /**
   * What this gate must not forget, for a restart: which codes it has let pass of late, unless a store of the caller's remembers
   * them, and which revocation filters it has seen. For another gate to `merge`, too. It holds tags.
   */
  snapshot(): Uint8Array {
    return gateState({ sequences: this.#sequences, window: this.#window?.snapshot() });
  }

  /**
   * Takes back its own `snapshot` after a restart; filters are loaded anew, and none that is older than those of before is taken.
   *
   * @throws GovError `gate-state-malformed`; `limit-exceeded`; `invalid-argument` for codes, where a store remembers
   */
  restore(snapshot: Uint8Array): void {
    const { sequences, window } = readGateState(snapshot);
    if (window !== undefined) this.#ownWindow().restore(window);
    for (const [index, sequence] of sequences)
      this.#sequences.set(index, Math.max(sequence, this.#sequences.get(index) ?? 0));
  }

  /**
   * Learns what another gate has let pass: it is refused here from now on. Answers how many codes both gates let pass while they
   * could not talk: those were relayed.
   *
   * @throws GovError `gate-state-malformed`, also for codes of a later time than any gate can have taken; `limit-exceeded` where
   *   there is no room; `invalid-argument` where a store remembers
   */
  merge(snapshot: Uint8Array, options: { readonly at: Date }): number {
    const { window } = readGateState(snapshot);
    const own = this.#ownWindow();
    return window === undefined ? 0 : own.merge(window, options);
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

  #gatherDelegation(asked: Asked): Promise<void> | undefined {
    const key = delegationKey(asked.facts.code!.delegation);
    const device = this.#delegations.get(key);
    if (device === undefined) return this.#verifyDelegation(asked, key);
    asked.facts.delegationGenuine = true;
    asked.device = device();
    return undefined;
  }

  async #verifyDelegation(asked: Asked, key: string): Promise<void> {
    const { facts, issuer } = asked;
    const { delegation } = facts.code!;
    facts.delegationGenuine = await issuer!.verify(delegation.signed, delegation.issuerSignature);
    if (!facts.delegationGenuine) return;
    try {
      const device = deviceCheck(delegation);
      asked.device = device();
      this.#delegations.keep(key, device);
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

  #gatherReplay({ facts }: Asked): Promise<void> | undefined {
    const code = facts.code!;
    const { remembersSince } = this.#options;
    const { counter } = code;
    const id = octetText(code.delegation.tag) + String.fromCharCode(counter >> 8, counter & 255);
    const window = this.#window;
    window?.forgetBefore(facts.at);
    if (remembersSince !== undefined && mayHavePassed(code, remembersSince)) {
      facts.remembersSince = remembersSince;
      // It is not used up by an answer that opens nothing.
      if (window?.has(id) === true) facts.firstUse = false;
      return undefined;
    }
    if (window === undefined) return this.#askStore(facts);
    try {
      facts.firstUse = window.use(id, rememberedUntil(code));
    } catch (error) {
      // It is full, or has forgotten that time.
      if (!isGovError(error)) throw error;
    }
    return undefined;
  }

  async #askStore(facts: Gathered): Promise<void> {
    const { delegation, counter } = facts.code!;
    const id = bytesToHex(delegation.tag) + counter.toString(16).padStart(4, '0');
    const until = new Date(rememberedUntil(facts.code!) * 1000);
    const first = await orNothing(async () => this.#options.replay?.firstUse(SCOPE, id, until));
    if (first !== undefined) facts.firstUse = first;
  }

  #gatherLicense({ facts, license }: Asked): Promise<void> | undefined {
    const digest = facts.code!.delegation.licenseDigest;
    if (license !== undefined) facts.license = shownFacts(license, digest);
    const { licenseStatus } = this.#options;
    return digest && licenseStatus && this.#askStatus(facts, () => licenseStatus(digest));
  }

  async #askStatus(facts: Gathered, ask: () => Promise<LicenseStatus | undefined>): Promise<void> {
    const status = await orNothing(ask);
    if (status !== undefined) facts.license = { ...facts.license, status };
  }
}

const shownFacts = ({ report, payload }: ShownLicense, digest: Uint8Array | undefined) => ({
  report,
  digestFits: payload !== undefined && digest !== undefined && sameBytes(licenseDigest(payload), digest),
});

/** A port that cannot answer leaves its question open: it is no reason for a gate to stop working. */
async function orNothing<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch {
    return undefined;
  }
}

const randomOctets = (octets: number): Uint8Array => crypto.getRandomValues(new Uint8Array(octets));
