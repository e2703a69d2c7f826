/**
 * `@gov/token/key-ring`: the keys that an issuer signs with, one after another (签发密钥轮换). Each is published before it signs
 * and stays published until the last token that it signed has expired.
 *
 * @example
 * import { KeyRing } from '@gov/token/key-ring';
 *
 * const ring = new KeyRing({ maxAgeSeconds: 3600, maxTokenSeconds: 3600, keys: [] });
 * ring.add({ kid: '2026', key: signer, at: new Date(), until: new Date('2027-01-01T00:00:00Z') });
 * ring.current(new Date()); // { kid: '2026', signer }
 * JSON.stringify(ring); // what an operator keeps; signers are attached again when it is read
 *
 * @packageDocumentation
 */
import { readPem, writePem } from '@gov/der/pem';
import { type SignatureAlgorithm, type Signer, sameBytes } from '@gov/sm';
import { GovError, isGovError } from '@gov/verdict';
import { algorithmNames, GMT_0125 } from './dialect.js';
import { KeySet } from './internal/key-set.js';
import { type Jwk, publicJwk } from './jwk.js';
import type { FoundKey, KeySource, WantedKey } from './key-source.js';

/** A key of a ring: plain JSON. Times are RFC 3339 in UTC; of a period the end is not part. */
export interface RingKey {
  readonly kid: string;
  readonly algorithm: SignatureAlgorithm;
  /** SubjectPublicKeyInfo, PEM (`PUBLIC KEY`). */
  readonly publicKey: string;
  /** In the JWK Set from here … */
  readonly publishedFrom: string;
  /** … signing from here … */
  readonly from: string;
  /** … to here … */
  readonly until: string;
  /** … and in the JWK Set to here. */
  readonly publishedUntil: string;
  /** It was taken back (停用) before its time: `publishedUntil` may be sooner than tokens need it. */
  readonly withdrawn?: true;
}

/** A ring as an operator keeps it. */
export interface KeyRingData {
  /** So long caches keep the JWK Set; every key but the first is published that long before it signs. */
  readonly maxAgeSeconds: number;
  /** No token lives longer, clock skew of verifiers included; every key stays published that long after it signed. */
  readonly maxTokenSeconds: number;
  /** In the order in which they sign: where one ends the next begins. */
  readonly keys: readonly RingKey[];
}

/** The private side of a key of the ring. */
export interface RingSigner {
  readonly kid: string;
  readonly signer: Signer;
}

/** A key that is to sign next. */
export interface NextKey {
  readonly kid: string;
  /** The signer, or only its public side where another process signs. */
  readonly key: Signer | Pick<Signer, 'algorithm' | 'publicKey'>;
  /** Now: from here it is published. */
  readonly at: Date;
  /** From here it signs, and the one before it no longer. Unless given: where that one ends, for the first key `at`. */
  readonly from?: Date;
  readonly until: Date;
}

/** Keys of one ring, those of the past among them. */
export const KEY_RING_LIMITS = { keys: 100 } as const;

interface Held {
  readonly key: RingKey;
  readonly publicKey: Uint8Array;
  readonly jwk: Jwk;
  readonly set: KeySet;
  /** Milliseconds. */
  readonly published: Period;
  readonly signs: Period;
}

/**
 * A ring is what its data says at a moment, whenever it is asked. From the first key's `from` to the last one's `until` just one
 * key signs at every moment, but for the time in which there was none.
 */
export class KeyRing implements KeySource {
  readonly maxAgeSeconds: number;
  readonly maxTokenSeconds: number;
  #held: readonly Held[];
  readonly #signers = new Map<string, Signer>();

  /**
   * @throws GovError `key-ring-malformed` for data that breaks a rule of `KeyRingData`; `key-mismatch` for a signer that is not
   *   that of its key, `invalid-argument` for one of no key
   */
  constructor(data: KeyRingData, signers: readonly RingSigner[] = []) {
    this.#held = readRing(data);
    this.maxAgeSeconds = data.maxAgeSeconds;
    this.maxTokenSeconds = data.maxTokenSeconds;
    for (const { kid, signer } of signers) this.attach(kid, signer);
  }

  /** Gives a key of the ring its private side. @throws GovError `key-mismatch`, `invalid-argument` */
  attach(kid: string, signer: Signer): void {
    const { key, publicKey } = this.#key(kid);
    if (signer.algorithm !== key.algorithm || !sameBytes(signer.publicKey, publicKey))
      throw new GovError('key-mismatch', 'key ring: the signer is not that of the key');
    this.#signers.set(kid, signer);
  }

  /**
   * The key that signs at a moment.
   *
   * @throws GovError `key-not-current` where none does, or its signer is not attached
   */
  current(at: Date): RingSigner {
    const held = this.#held.find(({ signs }) => covers(signs, at));
    const signer = held && this.#signers.get(held.key.kid);
    if (held === undefined || signer === undefined)
      throw new GovError(
        'key-not-current',
        `key ring: ${held === undefined ? 'no key signs' : 'no signer'} at this time`,
      );
    return { kid: held.key.kid, signer };
  }

  /** The JWK Set (RFC 7517 5) that is published at a moment. */
  jwks(at: Date): { readonly keys: readonly Jwk[] } {
    return { keys: this.#published(at).map(({ jwk }) => jwk) };
  }

  /** For tokens of this very issuer: among the keys that are published at `wanted.at`. */
  async find(wanted: WantedKey): Promise<FoundKey> {
    const found = this.#published(wanted.at)
      .filter(({ key }) => wanted.kid === undefined || key.kid === wanted.kid)
      .map(({ set }) => set.find({ ...wanted, kid: undefined }))
      .filter(({ outcome }) => outcome === 'found');
    return found.length === 1 ? found[0]! : { outcome: 'unknown' };
  }

  /**
   * Publishes a key now, to sign later: routine rotation (轮换), a week ahead or a year. With `from` the key before it ends sooner
   * than it was meant to. In a ring where no key signs the new one begins at once.
   *
   * @throws GovError `invalid-argument` for a kid that is there already, a key that would sign before caches know it, and times
   *   that leave a gap or go back
   */
  add({ kid, key, at, from, until }: NextKey): void {
    const last = this.#held.at(-1);
    const start = from ?? new Date(Math.max(at.getTime(), last?.signs[1] ?? 0));
    const next: RingKey = {
      kid,
      algorithm: key.algorithm,
      publicKey: writePem('PUBLIC KEY', key.publicKey),
      publishedFrom: timeText(at),
      from: timeText(start),
      until: timeText(until),
      publishedUntil: timeText(until, this.maxTokenSeconds),
    };
    this.#replace([...this.toJSON().keys.map((one) => this.#endingBy(one, start)), next]);
    if ('sign' in key) this.attach(kid, key);
  }

  /**
   * Takes a key back now (紧急停用): it signs no more and is published no more, and what it signed verifies no more as soon as
   * caches have aged. The next key, where there is one, begins at once; before a key that has not begun yet the one before
   * it signs on in its place. A ring with a key in reserve has no gap.
   *
   * @throws GovError `invalid-argument` for a kid that is not there, or a key that is not published any more
   */
  withdraw(kid: string, at: Date): void {
    const { key, signs, published } = this.#key(kid);
    if (!(at.getTime() < published[1])) throw misuse('the key is not published any more');
    const { keys } = this.toJSON();
    const place = keys.indexOf(key);
    const begun = signs[0] <= at.getTime();
    const until = timeText(new Date(Math.min(signs[1], at.getTime())));
    this.#replace(
      keys.flatMap((one, index): RingKey | readonly RingKey[] => {
        if (index === place) return begun ? { ...one, until, publishedUntil: timeText(at), withdrawn: true } : [];
        if (index === place + 1 && begun && one.from === key.until) return { ...one, from: until };
        if (index === place - 1 && !begun && one.until === key.from && one.withdrawn === undefined)
          return { ...one, until: key.until, publishedUntil: timeText(new Date(signs[1]), this.maxTokenSeconds) };
        return one;
      }),
    );
    this.#signers.delete(kid);
  }

  /** Plain data, without signers. */
  toJSON(): KeyRingData {
    const { maxAgeSeconds, maxTokenSeconds } = this;
    return { maxAgeSeconds, maxTokenSeconds, keys: this.#held.map(({ key }) => key) };
  }

  #endingBy(key: RingKey, end: Date): RingKey {
    if (timeOf(key.until) <= end.getTime()) return key;
    return { ...key, until: timeText(end), publishedUntil: timeText(end, this.maxTokenSeconds) };
  }

  #published(at: Date): readonly Held[] {
    return this.#held.filter(({ published }) => covers(published, at));
  }

  #key(kid: string): Held {
    const held = this.#held.find(({ key }) => key.kid === kid);
    if (held === undefined) throw misuse('no key of this kid');
    return held;
  }

  /** All or nothing: the new keys keep every rule, or the old ones stay. */
  #replace(keys: readonly RingKey[]): void {
    try {
      this.#held = readRing({ ...this.toJSON(), keys });
    } catch (cause) {
      throw isGovError(cause) ? new GovError('invalid-argument', cause.message, { cause }) : cause;
    }
  }
}

type Period = readonly [from: number, until: number];

const covers = ([from, until]: Period, at: Date): boolean => from <= at.getTime() && at.getTime() < until;

function readRing({ maxAgeSeconds, maxTokenSeconds, keys }: KeyRingData): readonly Held[] {
  if (![maxAgeSeconds, maxTokenSeconds].every((seconds) => Number.isSafeInteger(seconds) && seconds > 0))
    throw malformed('maxAgeSeconds and maxTokenSeconds are whole seconds above 0');
  if (!Array.isArray(keys) || keys.length > KEY_RING_LIMITS.keys)
    throw malformed(`no array of at most ${KEY_RING_LIMITS.keys} keys`);
  const held = keys.map(readRingKey);
  if (new Set(keys.map(({ kid }) => kid)).size !== keys.length) throw malformed('two keys of one kid');
  for (const [index, one] of held.entries()) {
    const problem = orderProblem(one, held[index - 1], maxAgeSeconds * 1000, maxTokenSeconds * 1000);
    if (problem !== undefined) throw malformed(`${problem} (key ${index + 1})`);
  }
  return held;
}

function orderProblem(
  { key, published, signs }: Held,
  before: Held | undefined,
  maxAge: number,
  maxToken: number,
): string | undefined {
  if (signs[0] > signs[1] || (signs[0] === signs[1] && key.withdrawn === undefined)) return 'it ends before it begins';
  if (published[0] > signs[0] || published[1] < signs[1]) return 'it signs while it is not published';
  if (key.withdrawn === undefined && published[1] < signs[1] + maxToken)
    return 'it is published for less time after its end than tokens live';
  if (before === undefined) return undefined;
  if (signs[0] < before.signs[1]) return 'it begins before the one before it ends';
  // Nobody could have put it there in time.
  const late = published[0] > before.signs[1];
  if (signs[0] > before.signs[1] && !late)
    return 'it begins after the one before it ended, and nothing signs between them';
  if (published[0] + maxAge > signs[0] && !late && before.key.withdrawn === undefined)
    return 'it is published for less time before it signs than caches keep keys';
  return undefined;
}

function readRingKey(key: RingKey): Held {
  if (typeof key !== 'object' || key === null) throw malformed('a key that is not an object');
  if (typeof key.kid !== 'string') throw malformed('a key without kid');
  if (key.withdrawn !== undefined && key.withdrawn !== true) throw malformed('withdrawn is true or absent');
  const { kid, algorithm, publishedFrom, from, until, publishedUntil, withdrawn } = key;
  const [publicKey, jwk] = publicSide(key);
  return {
    key: {
      kid,
      algorithm,
      publicKey: key.publicKey,
      publishedFrom,
      from,
      until,
      publishedUntil,
      ...(withdrawn && { withdrawn }),
    },
    publicKey,
    jwk,
    set: new KeySet([jwk]),
    published: [timeOf(publishedFrom), timeOf(publishedUntil)],
    signs: [timeOf(from), timeOf(until)],
  };
}

function publicSide({ kid, algorithm, publicKey }: RingKey): readonly [Uint8Array, Jwk] {
  const [alg] = algorithmNames(algorithm, GMT_0125);
  if (alg === undefined || algorithm === ('HMAC-SM3' as string)) throw malformed('an algorithm that has no name');
  if (typeof publicKey !== 'string') throw malformed('a key without publicKey');
  try {
    const [block, ...others] = readPem(publicKey, 'PUBLIC KEY');
    if (block === undefined || others.length > 0) throw malformed('publicKey is not one PUBLIC KEY in PEM');
    const spki = block.bytes;
    return [spki, publicJwk(spki, { kid, use: 'sig', alg })];
  } catch (cause) {
    throw isGovError(cause) ? new GovError('key-ring-malformed', `key ring: ${cause.message}`, { cause }) : cause;
  }
}

/** RFC 3339, UTC; milliseconds only where there are any. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/;

function timeOf(text: string): number {
  const date = new Date(typeof text === 'string' && TIME.test(text) ? text : Number.NaN);
  if (Number.isNaN(date.getTime()) || timeText(date) !== text.replace('.000Z', 'Z'))
    throw malformed('a time that is not like 2026-01-01T00:00:00Z');
  return date.getTime();
}

function timeText(date: Date, laterSeconds = 0): string {
  const time = new Date(date.getTime() + laterSeconds * 1000);
  if (Number.isNaN(time.getTime())) throw misuse('no time');
  return time.toISOString().replace('.000Z', 'Z');
}

const malformed = (why: string): GovError => new GovError('key-ring-malformed', `key ring: ${why}`);

const misuse = (why: string): GovError => new GovError('invalid-argument', `key ring: ${why}`);
