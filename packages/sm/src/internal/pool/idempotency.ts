/** Remembers for a bounded time what was answered, so that a repeated request is answered and not done again. */
import { Problem } from './problem.js';

export interface IdempotencyLimits {
  /** How long an answer is remembered, milliseconds. */
  readonly rememberMs: number;
  /** Answers remembered, and their characters; the oldest go first. */
  readonly remembered: number;
  readonly rememberedCharacters: number;
}

interface Remembered {
  readonly fingerprint: string;
  readonly answer: Promise<string>;
  readonly since: number;
  /** 0 while it is under way. */
  characters: number;
}

export class IdempotencyMemory {
  readonly #limits: IdempotencyLimits;
  readonly #now: () => number;
  /** In the order of their arrival. */
  readonly #entries = new Map<string, Remembered>();
  #characters = 0;

  /** `now`: milliseconds that never run backwards. */
  constructor(limits: IdempotencyLimits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  /**
   * Does the work, or answers what the same request got before, also while that is still under way. Failures are forgotten:
   * a retry may succeed. Throws a Problem where the key came with another request, and what the work throws.
   */
  async once(
    key: string,
    fingerprint: string,
    work: () => Promise<string>,
  ): Promise<{ readonly answer: string; readonly replayed: boolean }> {
    this.#forgetOld();
    const known = this.#entries.get(key);
    if (known !== undefined) {
      if (known.fingerprint !== fingerprint) {
        throw new Problem('idempotency-key-reused', 'this Idempotency-Key came with another request before');
      }
      return { answer: await known.answer, replayed: true };
    }
    const entry: Remembered = { fingerprint, answer: work(), since: this.#now(), characters: 0 };
    this.#entries.set(key, entry);
    try {
      const answer = await entry.answer;
      if (this.#entries.get(key) === entry) {
        entry.characters = answer.length;
        this.#characters += answer.length;
        this.#forgetOld();
      }
      return { answer, replayed: false };
    } catch (error) {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
      throw error;
    }
  }

  #forgetOld(): void {
    const { rememberMs, remembered, rememberedCharacters } = this.#limits;
    for (const [key, { since, characters }] of this.#entries) {
      const tooMany = this.#entries.size > remembered || this.#characters > rememberedCharacters;
      if (!tooMany && this.#now() - since < rememberMs) return;
      this.#entries.delete(key);
      this.#characters -= characters;
    }
  }
}
