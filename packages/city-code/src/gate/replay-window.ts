/** Which codes a gate has let pass of late (防重放窗口): in memory, bounded, and forgotten when they could not be shown any more. */
import { hexToBytes } from '@gov/sm';
import type { ReplayStore } from '@gov/token/one-time';
import { GovError } from '@gov/verdict';

export const REPLAY_WINDOW_LIMITS = {
  /** Codes remembered at a time, unless given: some 100 octets each. */
  entries: 1_000_000,
  /** Seconds from now to the end of a code that another gate let pass: the longest life, and clocks that differ. */
  aheadSeconds: 600,
} as const;

/** Seconds of one bucket: whole ones are dropped. */
const BUCKET = 32;

/** A snapshot: the magic, the end of what was forgotten, and entries of 16 octets: end, then tag and counter. */
const MAGIC = 0x43435257;
const HEAD = 8;
const ENTRY = 16;

/** Octets of tag and counter. */
const ID = 12;

/**
 * A `ReplayStore` for the codes of one gate, or of gates in one process. Where it cannot say that a code is new, since it is full or
 * has forgotten that time already, it throws: the gate then cannot tell.
 */
export class ReplayWindow implements ReplayStore {
  readonly #maxEntries: number;
  /** By the number of the bucket that an entry's end lies in: seconds by tag and counter, one character for each octet. */
  readonly #buckets = new Map<number, Map<string, number>>();
  #size = 0;
  #forgotten = 0;

  constructor({ maxEntries = REPLAY_WINDOW_LIMITS.entries }: { readonly maxEntries?: number } = {}) {
    this.#maxEntries = maxEntries;
  }

  /** Codes that are remembered. */
  get size(): number {
    return this.#size;
  }

  /**
   * @param id tag and counter, 24 hexadecimal digits
   * @throws GovError `limit-exceeded` where there is no room; `invalid-argument` for a time that was forgotten, and for another id
   */
  async firstUse(_scope: string, id: string, until: Date): Promise<boolean> {
    if (!/^[0-9a-f]{24}$/.test(id)) throw new GovError('invalid-argument', 'an id has 24 hexadecimal digits');
    return this.use(String.fromCharCode(...hexToBytes(id)), Math.floor(until.getTime() / 1000));
  }

  /** As `firstUse`, at once. @param id 12 characters, one for each octet @param until seconds */
  use(id: string, until: number): boolean {
    if (id.length !== ID) throw new GovError('invalid-argument', `an id has ${ID} octets`);
    if (this.has(id)) return false;
    // A clock that was set back: what passed before cannot be told from what is new.
    if (until < this.#forgotten) throw new GovError('invalid-argument', 'that time was forgotten already');
    if (this.#size >= this.#maxEntries) throw new GovError('limit-exceeded', `${this.#maxEntries} codes in the window`);
    const number = Math.floor(until / BUCKET);
    let bucket = this.#buckets.get(number);
    if (bucket === undefined) {
      bucket = new Map();
      this.#buckets.set(number, bucket);
    }
    bucket.set(id, until);
    this.#size++;
    return true;
  }

  /** Whether a code was let pass, and is remembered. @param id 12 characters, one for each octet */
  has(id: string): boolean {
    for (const bucket of this.#buckets.values()) if (bucket.has(id)) return true;
    return false;
  }

  /** Drops what ended before. */
  forgetBefore(at: Date): void {
    const now = Math.floor(at.getTime() / 1000);
    for (const [number, bucket] of this.#buckets) {
      const end = (number + 1) * BUCKET;
      if (end > now) continue;
      this.#buckets.delete(number);
      this.#size -= bucket.size;
      if (end > this.#forgotten) this.#forgotten = end;
    }
  }

  /** What is remembered, for a restart or for another gate. It names tags: delete it when it has served. */
  snapshot(): Uint8Array {
    const bytes = new Uint8Array(HEAD + this.#size * ENTRY);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, MAGIC);
    view.setUint32(4, this.#forgotten);
    let at = HEAD;
    for (const bucket of this.#buckets.values()) {
      for (const [id, until] of bucket) {
        // The last codes of all end a little later than 32 bits can say.
        view.setUint32(at, Math.min(until, 0xffffffff));
        for (let i = 0; i < id.length; i++) bytes[at + 4 + i] = id.charCodeAt(i);
        at += ENTRY;
      }
    }
    return bytes;
  }

  /** Takes back the own snapshot after a restart. @throws GovError `gate-state-malformed`; `limit-exceeded` */
  restore(snapshot: Uint8Array): void {
    this.#forgotten = Math.max(this.#forgotten, readHead(snapshot));
    for (const { id, until } of entriesOf(snapshot)) if (until >= this.#forgotten) this.use(id, until);
  }

  /**
   * Adds what another gate has let pass, and answers how many codes both had: they were relayed (转发) while the gates could not talk.
   *
   * @throws GovError `gate-state-malformed`, also for codes that no gate can have let pass by now: they would never be forgotten;
   *   `limit-exceeded` where there is no room
   */
  merge(snapshot: Uint8Array, { at }: { readonly at: Date }): number {
    const now = Math.floor(at.getTime() / 1000);
    readHead(snapshot);
    let relayed = 0;
    // Nothing is taken of a snapshot that has one such code.
    for (const { id, until } of entriesOf(snapshot)) {
      if (!(until <= now + REPLAY_WINDOW_LIMITS.aheadSeconds))
        throw new GovError('gate-state-malformed', 'a snapshot of a later time');
      if (this.has(id)) relayed++;
    }
    this.forgetBefore(at);
    // What has ended takes no room.
    const oldest = Math.max(now, this.#forgotten);
    for (const { id, until } of entriesOf(snapshot)) if (until >= oldest) this.use(id, until);
    return relayed;
  }
}

function* entriesOf(snapshot: Uint8Array): Generator<{ readonly id: string; readonly until: number }> {
  const view = new DataView(snapshot.buffer, snapshot.byteOffset, snapshot.length);
  for (let at = HEAD; at < snapshot.length; at += ENTRY)
    yield { until: view.getUint32(at), id: String.fromCharCode(...snapshot.subarray(at + 4, at + ENTRY)) };
}

/** The end of what was forgotten. */
function readHead(snapshot: Uint8Array): number {
  const whole = snapshot.length >= HEAD && (snapshot.length - HEAD) % ENTRY === 0;
  const view = new DataView(snapshot.buffer, snapshot.byteOffset, snapshot.length);
  if (!whole || view.getUint32(0) !== MAGIC)
    throw new GovError('gate-state-malformed', 'no snapshot of a replay window');
  return view.getUint32(4);
}
