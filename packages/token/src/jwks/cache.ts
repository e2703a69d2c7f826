/** The keys of an issuer as it publishes them, fetched when they are needed. */
import { sameBytes } from '@gov/sm';
import { GovError, isGovError } from '@gov/verdict';
import type { JoseDialect } from '../dialect.js';
import { type FetchPort, fetchBytes, isFetchable } from '../internal/fetch-bytes.js';
import { KeySet } from '../internal/key-set.js';
import type { FoundKey, KeySource, WantedKey } from '../key-source.js';
import { JWKS_LIMITS, type JwksLimits, readJwks } from './read.js';

/** The network as a port (网络端口). */
export type JwksFetch = FetchPort;

/** Times of a `JwksCache` unless told otherwise. */
export const JWKS_CACHE_TIMES = { maxAgeSeconds: 600, cooldownSeconds: 30, staleSeconds: 86_400, timeoutMs: 5000 };

export interface JwksCacheOptions {
  /** https, in the one spelling that is asked. From whoever vouches for the issuer, never out of a token. */
  readonly url: string;
  readonly fetch: JwksFetch;
  /** The present. Not the moment that a token is judged for: keys age by this clock alone. */
  readonly clock: () => Date;
  /** Of the issuer; `GMT_0125` unless given. */
  readonly dialect?: JoseDialect;
  /** Keys are asked for again after this: so long a key that was taken back still verifies. 600 */
  readonly maxAgeSeconds?: number;
  /** The least between two questions, whatever `kid` tokens name and however often the server fails. 30 */
  readonly cooldownSeconds?: number;
  /** While the server is down, keys serve until they were fetched so long ago. 86,400 */
  readonly staleSeconds?: number;
  /** Time for one question. 5,000 */
  readonly timeoutMs?: number;
  readonly limits?: Partial<JwksLimits>;
  /** For tests: http to this machine is asked as well. */
  readonly loopback?: boolean;
}

interface Kept {
  readonly keys: KeySet;
  readonly bytes: Uint8Array;
  /** Seconds of the cache's own time. */
  readonly fetchedAt: number;
}

/**
 * One question goes out at a time, however many wait for it: when the keys have reached their age, and for a `kid` that is not
 * among them, the latter no more than once in a cool-down. No answer, and one that cannot be read, leaves the keys that are
 * there; one that shows a private key takes them away, since that key is now anybody's.
 *
 * What is asked for is found among the keys of the present, whatever moment a token is judged for: judging the past turns
 * nothing back, and a key that its issuer took back verifies nothing, also nothing old.
 *
 * @example
 * import { GMT_0125 } from '@gov/token/dialect';
 *
 * const keys = new JwksCache({ url: 'https://id.example.gov.cn/jwks.json', fetch, clock: () => new Date() });
 * await keys.find({ kid: '2026', algorithm: 'SM2-SM3', dialect: GMT_0125, at: new Date() });
 */
export class JwksCache implements KeySource {
  readonly #options: JwksCacheOptions & typeof JWKS_CACHE_TIMES;
  #kept: Kept | undefined;
  #asking: Promise<void> | undefined;
  #askedAt = Number.NEGATIVE_INFINITY;
  /** Why the last answer was none. */
  #problem: string | undefined;
  #seconds = 0;
  #lastClock: number | undefined;

  /** @throws GovError `invalid-argument` for a url that is not asked, and times that cannot be */
  constructor(options: JwksCacheOptions) {
    this.#options = { ...JWKS_CACHE_TIMES, ...options };
    const { url, loopback = false, maxAgeSeconds, cooldownSeconds, staleSeconds, timeoutMs } = this.#options;
    if (!isFetchable(url, { loopback }))
      throw new GovError('invalid-argument', 'JWKS: a URL of https is asked, no other');
    if (![maxAgeSeconds, cooldownSeconds, timeoutMs].every((time) => Number.isFinite(time) && time > 0))
      throw new GovError('invalid-argument', 'JWKS: a time that is not above 0');
    if (!(cooldownSeconds <= maxAgeSeconds && maxAgeSeconds <= staleSeconds))
      throw new GovError('invalid-argument', 'JWKS: cooldownSeconds, maxAgeSeconds and staleSeconds ascend');
  }

  async find(wanted: WantedKey): Promise<FoundKey> {
    const { maxAgeSeconds } = this.#options;
    if (this.#kept === undefined || this.#now() - this.#kept.fetchedAt >= maxAgeSeconds) await this.#refresh();
    const found = this.#lookUp(wanted);
    if (found.outcome === 'found') return found;
    await this.#refresh();
    return this.#lookUp(wanted);
  }

  #lookUp(wanted: WantedKey): FoundKey {
    const { maxAgeSeconds, staleSeconds } = this.#options;
    const kept = this.#kept;
    const problem = this.#problem ?? 'not asked yet';
    if (kept === undefined) return { outcome: 'unavailable', detail: `JWKS: ${problem}` };
    // Nothing is older than its age for want of a question, only for want of an answer.
    const limit = this.#problem === undefined ? maxAgeSeconds : staleSeconds;
    if (this.#now() - kept.fetchedAt >= limit)
      return { outcome: 'unavailable', detail: `JWKS: the keys are too old: ${problem}` };
    const found = kept.keys.find(wanted);
    // A key that is not there may be a new one.
    return found.outcome === 'unknown' && this.#problem !== undefined
      ? { outcome: 'unavailable', detail: `JWKS: ${this.#problem}` }
      : found;
  }

  /** Joins the question that is out, or puts one where the cool-down is over. */
  async #refresh(): Promise<void> {
    if (this.#asking === undefined) {
      const now = this.#now();
      if (now - this.#askedAt < this.#options.cooldownSeconds) return;
      this.#askedAt = now;
      this.#asking = this.#ask(now).finally(() => {
        this.#asking = undefined;
      });
    }
    await this.#asking;
  }

  async #ask(now: number): Promise<void> {
    const { url, fetch, timeoutMs, dialect, limits } = this.#options;
    const maxBytes = limits?.bytes ?? JWKS_LIMITS.bytes;
    const accept = 'application/jwk-set+json, application/json;q=0.9';
    const answer = await fetchBytes(url, { fetch, accept, timeoutMs, maxBytes });
    if (typeof answer === 'string') {
      this.#problem = answer;
      return;
    }
    try {
      const { keys, bytes } =
        this.#kept !== undefined && sameBytes(this.#kept.bytes, answer)
          ? this.#kept
          : {
              keys: new KeySet(readJwks(answer, { ...(dialect && { dialect }), ...(limits && { limits }) })),
              bytes: answer,
            };
      this.#kept = { keys, bytes, fetchedAt: now };
      this.#problem = undefined;
    } catch (error) {
      if (!isGovError(error)) throw error;
      if (error.code === 'jwk-private') this.#kept = undefined;
      this.#problem = error.message;
    }
  }

  /** Steps of the clock back count as none: keys grow no younger, and never stay for longer than their age. */
  #now(): number {
    const now = this.#options.clock().getTime() / 1000;
    if (!Number.isFinite(now)) throw new GovError('invalid-argument', 'JWKS: the clock answers no time');
    this.#seconds += Math.max(0, now - (this.#lastClock ?? now));
    this.#lastClock = now;
    return this.#seconds;
  }
}
