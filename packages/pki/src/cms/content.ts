/** One pass over content of any size: what its signers will be asked about. */
import { sameBytes } from '@gov/sm';
import type { ByteSource } from '@gov/sm/sm3-stream';
import { chunksOf, type StreamOptions } from '../internal/byte-source.js';
import { type DigestName, runningDigest } from '../internal/running-digest.js';
import type { RunningDigest } from '../internal/sha2.js';
import { ATTRIBUTES_HEAD } from './attribute.js';

/** What is known of content after it went by. */
export interface SeenContent {
  /** Octets. */
  readonly length: number;
  /** The first `ATTRIBUTES_HEAD` octets, or all there are. */
  readonly head: Uint8Array;
  readonly digests: ReadonlyMap<DigestName, Uint8Array>;
  /** All of it, where it was given whole or is not longer than was to be held. */
  readonly whole?: Uint8Array;
}

/** A pass under way. */
export class ContentPass {
  readonly #running: ReadonlyMap<DigestName, RunningDigest>;
  readonly #head = new Uint8Array(ATTRIBUTES_HEAD);
  readonly #hold: number;
  #held: Uint8Array[] | undefined = [];
  #length = 0;

  /** @param hold octets that are kept at most; longer content is not kept at all */
  constructor(digests: Iterable<DigestName>, hold: number) {
    this.#running = new Map([...new Set(digests)].map((name) => [name, runningDigest(name)]));
    this.#hold = hold;
  }

  update(chunk: Uint8Array): void {
    for (const running of this.#running.values()) running.update(chunk);
    if (this.#length < ATTRIBUTES_HEAD) this.#head.set(chunk.subarray(0, ATTRIBUTES_HEAD - this.#length), this.#length);
    this.#length += chunk.length;
    if (this.#length > this.#hold) this.#held = undefined;
    // The source may use its buffer again.
    this.#held?.push(chunk.slice());
  }

  seen(): SeenContent {
    const held = this.#held;
    return {
      length: this.#length,
      head: this.#head.subarray(0, Math.min(this.#length, ATTRIBUTES_HEAD)),
      digests: new Map([...this.#running].map(([name, running]) => [name, running.digest()])),
      ...(held === undefined ? {} : { whole: joined(held, this.#length) }),
    };
  }
}

export function joined(
  parts: readonly Uint8Array[],
  length = parts.reduce((sum, part) => sum + part.length, 0),
): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export async function seeContent(
  content: Uint8Array | ByteSource,
  digests: Iterable<DigestName>,
  hold: number,
  options: StreamOptions = {},
): Promise<SeenContent> {
  const given = content instanceof Uint8Array ? content : undefined;
  const pass = new ContentPass(digests, given === undefined ? hold : -1);
  for await (const chunk of chunksOf(content, options)) pass.update(chunk);
  const seen = pass.seen();
  return given === undefined ? seen : { ...seen, whole: given };
}

/** Same octets, as far as length and a digest that both have can say. */
export function sameContent(a: SeenContent, b: SeenContent): boolean {
  if (a.length !== b.length) return false;
  if (a.whole !== undefined && b.whole !== undefined) return sameBytes(a.whole, b.whole);
  return [...a.digests].some(([name, digest]) => {
    const other = b.digests.get(name);
    return other !== undefined && sameBytes(digest, other);
  });
}
