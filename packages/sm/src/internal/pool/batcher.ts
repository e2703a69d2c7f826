/** Coalesces single calls into batches and cuts long lists into them; whoever signs sees batches only. */
import { GovError } from '@gov/verdict';
import type { PoolSigner, SignManyOptions } from '../../pool/signing-pool.js';
import { untilAborted } from '../abort.js';

/** A message, or e = SM3(ZA ‖ message), 32 octets. */
export interface SignItem {
  readonly kind: 'message' | 'digest';
  readonly bytes: Uint8Array;
}

/** Answers r ‖ s of every item, in their order. Never throws before it has answered a promise. */
type SignBatch = (items: readonly SignItem[], signal?: AbortSignal) => Promise<readonly Uint8Array[]>;

interface BatchLimits {
  /** Batches under way at once. */
  readonly lanes: number;
  /** Items of one batch. */
  readonly items: number;
  /** Octets of one batch, where an item counts `itemOverhead` more than it has; a batch always takes one item. */
  readonly bytes: number;
  readonly itemOverhead: number;
  /** Calls of `sign` that wait, and their octets. */
  readonly queued: number;
  readonly queuedBytes: number;
}

interface Waiting {
  readonly item: SignItem;
  readonly resolve: (signature: Uint8Array) => void;
  readonly reject: (error: unknown) => void;
}

export class Batcher {
  readonly #run: SignBatch;
  readonly #limits: BatchLimits;
  readonly #queue: Waiting[] = [];
  #queuedBytes = 0;
  #underWay = 0;
  #woken = false;
  /** Calls that have no answer yet. */
  #open = 0;
  #closed = false;
  readonly #whenDrained: (() => void)[] = [];

  constructor(run: SignBatch, limits: BatchLimits) {
    this.#run = run;
    this.#limits = limits;
  }

  /** @throws GovError `limit-exceeded` when too much waits already */
  sign(item: SignItem): Promise<Uint8Array> {
    return this.#counted(async () => {
      const { queued, queuedBytes } = this.#limits;
      if (this.#queue.length >= queued || this.#queuedBytes + item.bytes.length > queuedBytes) {
        throw new GovError('limit-exceeded', `more than ${queued} messages or ${queuedBytes} octets wait for the pool`);
      }
      this.#queuedBytes += item.bytes.length;
      // The caller may change its bytes once the call has returned.
      const copy = { kind: item.kind, bytes: new Uint8Array(item.bytes) };
      this.#wake();
      return new Promise((resolve, reject) => this.#queue.push({ item: copy, resolve, reject }));
    });
  }

  /** `item` makes of a message what is signed, shortly before it is. */
  signMany(
    messages: readonly Uint8Array[],
    item: (message: Uint8Array) => SignItem,
    options: SignManyOptions = {},
  ): Promise<Uint8Array[]> {
    return this.#counted(() => this.#many(messages, item, options));
  }

  /** Takes no more calls; done when every earlier one has its answer. */
  close(): Promise<void> {
    this.#closed = true;
    return this.#open === 0 ? Promise.resolve() : new Promise((resolve) => this.#whenDrained.push(resolve));
  }

  async #many(
    messages: readonly Uint8Array[],
    item: (message: Uint8Array) => SignItem,
    { signal, onProgress }: SignManyOptions,
  ): Promise<Uint8Array[]> {
    signal?.throwIfAborted();
    const signatures: Uint8Array[] = new Array(messages.length);
    // Batches of one size, as many for each lane as for the others: the lanes end together.
    const { lanes, items } = this.#limits;
    const rounds = Math.ceil(messages.length / (lanes * items));
    const share = Math.ceil(messages.length / (lanes * rounds));
    let next = 0;
    let done = 0;
    let stopped = false;
    const over = () => stopped || signal?.aborted === true;
    const lane = async () => {
      while (!over() && next < messages.length) {
        const first = next;
        const batch = this.#cut(Math.min(share, messages.length - first), (i) => item(messages[first + i]!));
        next += batch.length;
        const answer = await this.#run(batch, signal);
        if (over()) return;
        answer.forEach((signature, i) => {
          signatures[first + i] = signature;
        });
        done += answer.length;
        onProgress?.(done, messages.length);
      }
    };
    try {
      await untilAborted(Promise.all(Array.from({ length: lanes }, lane)), signal);
    } finally {
      stopped = true;
    }
    return signatures;
  }

  /** At the end of this turn, so that calls made in a loop travel together. */
  #wake(): void {
    if (this.#woken) return;
    this.#woken = true;
    queueMicrotask(() => {
      this.#woken = false;
      this.#pump();
    });
  }

  #pump(): void {
    while (this.#underWay < this.#limits.lanes && this.#queue.length > 0) {
      const share = Math.ceil(this.#queue.length / (this.#limits.lanes - this.#underWay));
      const batch = this.#cut(Math.min(share, this.#limits.items), (i) => this.#queue[i]!.item);
      for (const { bytes } of batch) this.#queuedBytes -= bytes.length;
      this.#underWay++;
      void this.#answer(batch, this.#queue.splice(0, batch.length));
    }
  }

  async #answer(batch: readonly SignItem[], waiting: readonly Waiting[]): Promise<void> {
    try {
      const signatures = await this.#run(batch);
      for (const [i, { resolve }] of waiting.entries()) resolve(signatures[i]!);
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    } finally {
      this.#underWay--;
      this.#pump();
    }
  }

  /** The next batch: so many items at most, within the octets of one. */
  #cut(most: number, item: (index: number) => SignItem): SignItem[] {
    const { bytes, itemOverhead } = this.#limits;
    const batch: SignItem[] = [];
    for (let size = 0; batch.length < most; ) {
      const one = item(batch.length);
      size += one.bytes.length + itemOverhead;
      if (batch.length > 0 && size > bytes) break;
      batch.push(one);
    }
    return batch;
  }

  async #counted<T>(call: () => Promise<T>): Promise<T> {
    if (this.#closed) throw new GovError('pool-unavailable', 'the pool is closed');
    this.#open++;
    try {
      return await call();
    } finally {
      if (--this.#open === 0) for (const resolve of this.#whenDrained.splice(0)) resolve();
    }
  }
}

/** The handle on a key whose batches `batcher` signs; `item` makes of a message what is sent, or throws. */
export function poolSigner(
  publicKey: Uint8Array,
  batcher: Batcher,
  item: (message: Uint8Array) => SignItem,
): PoolSigner {
  return {
    algorithm: 'SM2-SM3',
    publicKey,
    sign: async (message) => batcher.sign(item(message)),
    signDigest: async (e) => {
      if (e.length !== 32) throw new GovError('invalid-argument', `a digest of ${e.length} octets instead of 32`);
      return batcher.sign({ kind: 'digest', bytes: e });
    },
    signMany: async (messages, options) => batcher.signMany(messages, item, options),
  };
}
