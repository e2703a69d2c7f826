/** The gate of a terminal page: what it believes, remembers and sends, and how it says its verdicts. */
import { cityCodeProfile, readCityCodeText } from '@gov/city-code';
import { SHOWN_BY_RELATIVE } from '@gov/city-code/delegate';
import { readRevocationFilter } from '@gov/city-code/filter';
import { Gate, type GatePolicy } from '@gov/city-code/gate';
import { VerdictLog } from '@gov/city-code/verdict-log';
import { readTrustListState, type TrustList, verifyTrustList, writeTrustListState } from '@gov/pki/trust-list';
import { bytesToHex, fromBase64url, readSm2PublicKey, toBase64url } from '@gov/sm';
import { type FindingCode, isGovError, type Report, report } from '@gov/verdict';
import { findingText as en } from '@gov/verdict/en';
import { errorText, findingText as zh } from '@gov/verdict/zh';
import { MAY_PASS, PRINTED_SCENE, SCENE } from '../roles.js';
import { GateMemory } from './gate-memory.js';

const POLICY: GatePolicy = {
  scenes: [SCENE],
  region: '440000',
  demandedEntitlements: MAY_PASS,
  minAssurance: 1,
  // Three days without a network.
  revocation: { maxAgeSeconds: 3 * 86_400 },
};

const SUBJECTS = { person: '自然人 Person', organization: '法人 Organisation', thing: '物 Thing' } as const;

/** Milliseconds after the last passage in which every code that passed has ended: what is remembered of them goes. */
const IDLE = 300_000;

/** An answer as people see it. */
export interface Told {
  readonly answer: 'yes' | 'no';
  /** Who may pass; empty otherwise. */
  readonly who: string;
  readonly reasons: readonly { readonly zh: string; readonly en: string; readonly code: string }[];
}

export class Terminal {
  readonly #memory: GateMemory;
  readonly #pin: Uint8Array;
  readonly #log: VerdictLog;
  /** Compressed point of the log's key, base64url. */
  readonly #key: string;
  #list: TrustList | undefined;
  #gate: Gate | undefined;
  #filterUntil: Date | undefined;
  /** Lines that lie at the log's office. */
  #sent = 0;
  #idle: ReturnType<typeof setTimeout> | undefined;

  private constructor(memory: GateMemory, pin: Uint8Array, log: VerdictLog, key: string) {
    this.#memory = memory;
    this.#pin = pin;
    this.#log = log;
    this.#key = key;
  }

  /** With all that was remembered. @param pin SubjectPublicKeyInfo, base64url: whose trust lists are believed */
  static async open(name: string, pin: string): Promise<Terminal> {
    const memory = await GateMemory.open(name);
    const [key, gate, state] = [await memory.key(), await memory.gate(), await memory.log()];
    const { publicKey, sign } = key;
    const signer = { algorithm: 'SM2-SM3', publicKey: readSm2PublicKey(publicKey).toSpki(), sign } as const;
    const log = new VerdictLog({ gate, signer, ...(state !== undefined && { state }) });
    const terminal = new Terminal(memory, fromBase64url(pin)!, log, toBase64url(publicKey));
    const list = await memory.get('list');
    if (list !== undefined) await terminal.#believe(list, new Date());
    return terminal;
  }

  /** A new challenge; undefined while there is no trust list. */
  challenge(): Uint8Array | undefined {
    return this.#gate?.challenge();
  }

  /** What the attendant sees. */
  state(): { readonly isReady: boolean; readonly list: string; readonly filter: string; readonly waiting: number } {
    const { first, lines } = this.#log.state();
    const day = (time: Date | undefined): string => time?.toLocaleDateString('zh-CN') ?? '–';
    return {
      isReady: this.#gate !== undefined,
      list: this.#list === undefined ? '–' : `第 ${this.#list.sequence} 版，至 ${day(this.#list.nextUpdate)}`,
      filter: this.#filterUntil === undefined ? '–' : `至 ${day(this.#filterUntil)}`,
      waiting: Math.max(0, first + lines.length - this.#sent),
    };
  }

  /** Judges what was read; it is remembered before it is told. */
  async judge(text: string, at: Date, challenge?: Uint8Array): Promise<Told> {
    const gate = this.#gate;
    if (gate === undefined) return broken('backend-unavailable');
    try {
      const redeemed = isOnline(text) ? await redeem(text) : undefined;
      const judged = redeemed ?? (await gate.check(text, { at, ...(challenge !== undefined && { challenge }) })).report;
      if (redeemed !== undefined) await this.#log.append(redeemed, { at });
      await this.#keep();
      clearTimeout(this.#idle);
      this.#idle = setTimeout(
        () => void this.#memory.put({ window: new Gate({ issuers: [], policy: POLICY }).snapshot() }),
        IDLE,
      );
      return toldOf(judged);
    } catch (error) {
      if (isGovError(error)) return broken(error.code);
      throw error;
    }
  }

  /** A picture without a code in it. */
  nothingRead(): Told {
    return toldOf(
      report({ kind: 'city-code' }, [{ check: 'format', outcome: 'fail', code: 'format-malformed' }], REQUIRED),
    );
  }

  /** Fetches the trust list and the filter, sends the log. @throws what `fetch` throws without a network */
  async synchronise(at: Date): Promise<void> {
    await this.#believe(await (await fetched('/issuer/trust-list')).text(), at);
    const filter = new Uint8Array(await (await fetched('/issuer/filter')).arrayBuffer());
    if (await this.#take(filter, at)) await this.#memory.put({ filter });
    // What others have seen of the log must not be forgotten here: kept first, then sent.
    await this.#log.checkpoint(at);
    await this.#keep();
    const address = `/logs?gate=${encodeURIComponent(this.#log.gate)}`;
    await this.#log.upload(
      {
        received: async () => ((await (await fetched(address)).json()) as { received: number }).received,
        receive: async (_, from, lines) => void (await fetched(address, { key: this.#key, from, lines })),
      },
      at,
    );
    this.#log.forget(at);
    const { first, lines } = this.#log.state();
    this.#sent = first + lines.length;
    await this.#keep();
  }

  /** Keeps which codes passed, and the log. */
  #keep(): Promise<void> {
    return this.#memory.passed(this.#gate?.snapshot() ?? new Uint8Array(), this.#log.state());
  }

  /** Takes an edition that the pinned key stands behind; a new gate then goes on with what the one before remembers. */
  async #believe(text: string, at: Date): Promise<void> {
    const kept = await this.#memory.get('state');
    const previous = kept === undefined ? undefined : readTrustListState(kept);
    const { list, state } = await verifyTrustList(text, { keys: [this.#pin], at, ...(previous && { previous }) });
    if (list === undefined || state === undefined || list.sequence === this.#list?.sequence) return;
    const log = this.#log;
    const gate = new Gate({ issuers: list, policy: POLICY, log, confirmRevoked });
    const window = this.#gate?.snapshot() ?? (await this.#memory.get('window'));
    if (window !== undefined && window.length > 0) gate.restore(window);
    await this.#memory.put({ list: text, state: new TextEncoder().encode(writeTrustListState(state)) });
    this.#list = list;
    this.#gate = gate;
    const filter = await this.#memory.get('filter');
    if (filter !== undefined) await this.#take(filter, at);
  }

  async #take(octets: Uint8Array, at: Date): Promise<boolean> {
    const filter = readRevocationFilter(octets);
    const { verdict } = (await this.#gate?.take(filter, { at })) ?? { verdict: 'indeterminate' };
    if (verdict === 'valid') this.#filterUntil = filter.until;
    return verdict === 'valid';
  }
}

/** Whether a filter is right about a tag; a gate without a network does without. */
async function confirmRevoked(issuer: number, tag: Uint8Array): Promise<boolean | undefined> {
  if (!navigator.onLine) return undefined;
  const answer = await fetched(`/issuer/revoked?issuer=${issuer}&tag=${bytesToHex(tag)}`);
  const { revoked } = (await answer.json()) as { revoked?: unknown };
  return typeof revoked === 'boolean' ? revoked : undefined;
}

function isOnline(text: string): boolean {
  try {
    return cityCodeProfile(readCityCodeText(text)) === 'P0';
  } catch {
    return false;
  }
}

/** Has a printed code redeemed; undefined where nobody can be asked: the gate then says that it cannot tell. */
async function redeem(
  text: string,
): Promise<Report<{ readonly kind: 'city-code'; readonly scene: number }> | undefined> {
  const subject = { kind: 'city-code' as const, scene: PRINTED_SCENE };
  const body = JSON.stringify({ text, scene: PRINTED_SCENE });
  const headers = { 'content-type': 'application/json' };
  const init = { method: 'POST', headers, body, signal: AbortSignal.timeout(3000) };
  const answer = await fetch('/issuer/redeem', init).catch(() => undefined);
  if (answer?.status === 404)
    return report(subject, [{ check: 'replay', outcome: 'fail', code: 'online-code-refused' }], REQUIRED);
  if (answer?.status !== 200) return undefined;
  const grant = (await answer.json()) as { subject: keyof typeof SUBJECTS; assurance: number; entitlements: number };
  const may = (grant.entitlements & MAY_PASS) !== 0;
  return report(
    { ...subject, subject: grant.subject, entitlements: grant.entitlements },
    [
      { check: 'replay', outcome: 'pass', code: 'online-code-redeemed' },
      { check: 'authority', ...(may ? PASSES : { outcome: 'fail', code: 'entitlement-missing' }) },
    ],
    REQUIRED,
  );
}

const REQUIRED = { required: ['replay', 'authority'] } as const;

const PASSES = { outcome: 'pass', code: 'city-code-scene-ok' } as const;

/** @throws Error without a network, and for an answer that is none */
async function fetched(path: string, json?: unknown): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(path, {
    signal: AbortSignal.timeout(3000),
    cache: 'no-store',
    ...(json !== undefined && { method: 'POST', headers, body: JSON.stringify(json) }),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer;
}

/** Green only where everything that was demanded passed. */
function toldOf({ verdict, findings, subject }: Report<object>): Told {
  const what = verdict === 'valid' ? 'warn' : verdict === 'invalid' ? 'fail' : 'unknown';
  const codes = [...new Set(findings.filter(({ outcome }) => outcome === what).map(({ code }) => code))];
  const { subject: kind, entitlements = 0 } = subject as { subject?: keyof typeof SUBJECTS; entitlements?: number };
  const byRelative = entitlements >= SHOWN_BY_RELATIVE ? ' · 亲属代办 Shown by a relative' : '';
  return {
    answer: verdict === 'valid' ? 'yes' : 'no',
    who: verdict === 'valid' && kind !== undefined ? SUBJECTS[kind] + byRelative : '',
    reasons: codes.map((code: FindingCode) => ({ zh: zh[code], en: en[code], code })),
  };
}

/** A terminal that cannot judge lets nobody pass. */
const broken = (code: keyof typeof errorText): Told => ({
  answer: 'no',
  who: '',
  reasons: [{ zh: errorText[code], en: 'This terminal cannot judge codes now.', code }],
});
