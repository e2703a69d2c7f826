/** Lets a bounded number of requests in, lets as many wait, and refuses the rest at once. */
import { Problem, RETRY_SOON } from './problem.js';

export interface GateLimits {
  /** Requests signed at once. */
  readonly concurrent: number;
  /** Requests that may wait for their turn. */
  readonly waiting: number;
  /** Requests of one caller, under way and waiting. */
  readonly perCaller: number;
}

export class Gate {
  readonly #limits: GateLimits;
  readonly #callers = new Map<string, number>();
  readonly #waiting: (() => void)[] = [];
  #inside = 0;

  constructor(limits: GateLimits) {
    this.#limits = limits;
  }

  /** Runs the work when it is its turn. Throws a Problem, 429 for too many requests of the caller, 503 for too many of all. */
  async pass<T>(caller: string, work: () => Promise<T>): Promise<T> {
    const own = this.#callers.get(caller) ?? 0;
    if (own >= this.#limits.perCaller) {
      throw new Problem('pool-busy', 'too many requests of this caller', 429, RETRY_SOON);
    }
    const full = this.#inside >= this.#limits.concurrent;
    if (full && this.#waiting.length >= this.#limits.waiting) {
      throw new Problem('pool-busy', 'too many requests', 503, RETRY_SOON);
    }
    this.#callers.set(caller, own + 1);
    try {
      // Whoever leaves hands its place over.
      if (full) await new Promise<void>((resolve) => this.#waiting.push(resolve));
      else this.#inside++;
      try {
        return await work();
      } finally {
        const next = this.#waiting.shift();
        if (next === undefined) this.#inside--;
        else next();
      }
    } finally {
      const left = this.#callers.get(caller)! - 1;
      if (left === 0) this.#callers.delete(caller);
      else this.#callers.set(caller, left);
    }
  }
}
