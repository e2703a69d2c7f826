/**
 * `@gov/city-code/verdict-log`: the verdicts of a gate, chained and signed (核验日志), pseudonymous, kept for a limited time.
 *
 * @packageDocumentation
 * @example
 * import { VerdictLog, verifyVerdictLog } from '@gov/city-code/verdict-log';
 * import { generateSm2Key, sm2Signer, sm2Verifier } from '@gov/sm';
 *
 * const key = generateSm2Key();
 * const log = new VerdictLog({ gate: 'station-7/gate-2', signer: sm2Signer(key) });
 * await log.checkpoint(new Date('2026-05-20T01:00:00Z'));
 * const report = await verifyVerdictLog(log.lines(), { gate: 'station-7/gate-2', verifier: sm2Verifier(key.publicKey) });
 * report.verdict; // 'valid'
 */
import { bytesToHex, hexToBytes, hmacSm3, type Signer, toBase64url } from '@gov/sm';
import { GovError, type Report } from '@gov/verdict';
import { chained, checkpointOctets, firstHead, isGateName } from './internal/verdict-chain.js';

export {
  type VerdictLogState,
  type VerdictLogSubject,
  type VerifyVerdictLogOptions,
  verifyVerdictLog,
} from './verify-verdict-log.js';

export const VERDICT_LOG_LIMITS = {
  /** Lines kept at a time, unless given. */
  lines: 1_000_000,
  /** Lines from one checkpoint to the next, unless given; also what a verifier allows. */
  checkpointEvery: 1000,
  /** Days that lines and the keys of pseudonyms are kept, unless given. */
  retentionDays: 30,
  /** Lines sent at once. */
  batch: 1000,
} as const;

/** Keys of pseudonyms by day, hexadecimal; gates that share them can compare their logs. */
export type DayKeys = Readonly<Record<string, string>>;

export interface VerdictLogOptions {
  /** Name of the gate: 1 to 64 letters, digits and `._/-`. */
  readonly gate: string;
  /** Of the gate, for checkpoints. */
  readonly signer: Signer;
  readonly checkpointEvery?: number;
  readonly retentionDays?: number;
  readonly maxLines?: number;
  /** What `state` answered before a restart. */
  readonly state?: VerdictLogSnapshot;
  readonly random?: (octets: number) => Uint8Array;
}

/** What a log is continued from. The keys are secret: with them a known tag can be found in the log. */
export interface VerdictLogSnapshot {
  /** Lines before those that are kept. */
  readonly first: number;
  readonly lines: readonly string[];
  /** Hexadecimal. */
  readonly head: string;
  readonly keys: DayKeys;
}

/** Where a log goes when there is a network (上传端口). */
export interface VerdictLogReceiver {
  /** Lines of this gate that it has, counted from the first ever. */
  received(gate: string): Promise<number>;
  /** Keeps lines, the first of which is number `from`; all of them, or none. */
  receive(gate: string, from: number, lines: readonly string[]): Promise<void>;
}

const DAY_MS = 86_400_000;
const SHANGHAI_MS = 8 * 3_600_000;

/** Octets of a pseudonym. */
const PSEUDONYM = 16;

/**
 * A log of verdicts in memory: JSON lines, each chained to the one before by SM3, with a signed checkpoint after so many and on
 * demand. It names no tag and no key: a passer-by is HMAC-SM3 of the tag under a key of the day, which is forgotten with the lines.
 */
export class VerdictLog {
  readonly gate: string;
  readonly #signer: Signer;
  readonly #checkpointEvery: number;
  readonly #retentionDays: number;
  readonly #maxLines: number;
  readonly #random: (octets: number) => Uint8Array;
  #first: number;
  #lines: string[];
  #head: Uint8Array;
  /** Lines since the last checkpoint. */
  #open = 0;
  readonly #keys: Map<string, Uint8Array>;
  /** Signing takes a while: lines wait for one another. */
  #last: Promise<void> = Promise.resolve();

  /** @throws GovError `invalid-argument` for a name, limit or state that cannot be */
  constructor(options: VerdictLogOptions) {
    const { gate, signer, state, random = randomOctets } = options;
    const { checkpointEvery, retentionDays, lines } = {
      ...VERDICT_LOG_LIMITS,
      ...options,
      lines: options.maxLines ?? VERDICT_LOG_LIMITS.lines,
    };
    if (!isGateName(gate))
      throw new GovError('invalid-argument', 'the name of a gate has 1 to 64 letters, digits, ._/-');
    if (![checkpointEvery, retentionDays, lines].every((limit) => Number.isInteger(limit) && limit >= 1))
      throw new GovError('invalid-argument', 'limits of a log are whole numbers from 1 on');
    this.gate = gate;
    this.#signer = signer;
    this.#checkpointEvery = checkpointEvery;
    this.#retentionDays = retentionDays;
    this.#maxLines = lines;
    this.#random = random;
    this.#first = state?.first ?? 0;
    this.#lines = [...(state?.lines ?? [])];
    this.#head = state === undefined ? firstHead(gate) : hexToBytes(state.head);
    this.#keys = new Map(Object.entries(state?.keys ?? {}).map(([day, key]) => [day, hexToBytes(key)]));
    for (let at = this.#lines.length - 1; at >= 0 && !isCheckpoint(this.#lines[at]!); at--) this.#open++;
  }

  /**
   * Writes a verdict. Which checks passed is not written, only what did not.
   *
   * @param tag of the delegation, where a code could be read
   * @throws GovError `limit-exceeded` where the log is full: `upload` and `forget`; what the signer throws
   */
  append(
    judged: Report<{ readonly scene?: number; readonly counter?: number }>,
    { at, tag }: { readonly at: Date; readonly tag?: Uint8Array },
  ): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#lines.length + 1 >= this.#maxLines)
        throw new GovError('limit-exceeded', `a log of ${this.#maxLines} lines`);
      const { scene, counter } = judged.subject;
      // What is wrong with a licence that was shown beside the code belongs to the verdict.
      const findings = [judged, ...(judged.signatures ?? [])].flatMap((one) => one.findings);
      const open = findings.filter(({ outcome }) => outcome !== 'pass' && outcome !== 'skipped');
      const codes = [...new Set(open.map(({ code }) => code))];
      this.#push(
        JSON.stringify({
          at: timeText(at),
          verdict: judged.verdict,
          codes,
          scene,
          who: tag && this.#pseudonym(tag, dayOf(at)),
          counter,
        }),
      );
      if (++this.#open >= this.#checkpointEvery) await this.#sign(at);
    });
  }

  /** Signs the state of now, where lines were written since it was signed last, or none ever was. */
  checkpoint(at: Date): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#open > 0 || this.#lines.length === 0) await this.#sign(at);
    });
  }

  /** The lines that are kept; the first is a checkpoint where older ones were forgotten. */
  lines(): readonly string[] {
    return [...this.#lines];
  }

  /** For a restart. It holds the keys of pseudonyms. */
  state(): VerdictLogSnapshot {
    const keys = Object.fromEntries([...this.#keys].map(([day, key]) => [day, bytesToHex(key)]));
    return { first: this.#first, lines: this.lines(), head: bytesToHex(this.#head), keys };
  }

  /** Takes keys of pseudonyms from another gate of the same operator; days that are here already stay as they are. */
  shareKeys(keys: DayKeys): void {
    for (const [day, key] of Object.entries(keys)) if (!this.#keys.has(day)) this.#keys.set(day, hexToBytes(key));
  }

  /** How a tag is called in the lines of a day, `YYYY-MM-DD`; undefined where the key was forgotten or never was. */
  pseudonym(tag: Uint8Array, day: string): string | undefined {
    const key = this.#keys.get(day);
    return key && pseudonymOf(key, tag);
  }

  /**
   * Signs, and sends what the receiver does not have yet. After an interruption it goes on from where the receiver is; answers
   * how many lines were sent.
   *
   * @throws GovError `gate-state-malformed` where the receiver has lines that this log has not: it was set back; what the receiver
   *   throws; lines that it took stay taken
   */
  async upload(receiver: VerdictLogReceiver, at: Date): Promise<number> {
    await this.checkpoint(at);
    let from = await receiver.received(this.gate);
    if (from > this.#first + this.#lines.length)
      throw new GovError('gate-state-malformed', 'lines of this log were lost: its receiver has more');
    let sent = 0;
    for (;;) {
      // Older ones may have been forgotten meanwhile.
      from = Math.max(from, this.#first);

      const batch = this.#lines.slice(from - this.#first, from - this.#first + VERDICT_LOG_LIMITS.batch);
      if (batch.length === 0) return sent;
      await receiver.receive(this.gate, from, batch);
      from += batch.length;
      sent += batch.length;
    }
  }

  /**
   * Forgets lines before the last checkpoint that is older than the retention limit, and keys of days before it: from then on
   * nobody can tell whose the pseudonyms of those days are.
   */
  forget(at: Date): void {
    const limit = at.getTime() - this.#retentionDays * DAY_MS;
    const oldest = dayOf(new Date(limit));
    for (const day of this.#keys.keys()) if (day < oldest) this.#keys.delete(day);
    let cut = 0;
    for (let i = 0; i < this.#lines.length; i++) {
      const line = this.#lines[i]!;
      if (!isCheckpoint(line)) continue;
      if (new Date((JSON.parse(line) as { at: string }).at).getTime() > limit) break;
      cut = i;
    }
    this.#lines.splice(0, cut);
    this.#first += cut;
  }

  #pseudonym(tag: Uint8Array, day: string): string {
    let key = this.#keys.get(day);
    if (key === undefined) {
      key = this.#random(32);
      this.#keys.set(day, key);
    }
    return pseudonymOf(key, tag);
  }

  async #sign(at: Date): Promise<void> {
    const position = this.#first + this.#lines.length;
    const head = bytesToHex(this.#head);
    const time = timeText(at);
    const signature = toBase64url(await this.#signer.sign(checkpointOctets(this.gate, position, head, time)));
    this.#push(JSON.stringify({ checkpoint: position, at: time, head, signature }));
    this.#open = 0;
  }

  #push(line: string): void {
    this.#head = chained(this.#head, line);
    this.#lines.push(line);
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }
}

const pseudonymOf = (key: Uint8Array, tag: Uint8Array): string => toBase64url(hmacSm3(key, tag).subarray(0, PSEUDONYM));

const isCheckpoint = (line: string): boolean => line.startsWith('{"checkpoint":');

/** In Asia/Shanghai. */
const dayOf = (at: Date): string => new Date(at.getTime() + SHANGHAI_MS).toISOString().slice(0, 10);

const timeText = (at: Date): string => at.toISOString();

const randomOctets = (octets: number): Uint8Array => crypto.getRandomValues(new Uint8Array(octets));
