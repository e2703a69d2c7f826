/** How far a batch is (进度), and how long it will take. */

export interface BatchProgress {
  readonly done: number;
  readonly total: number;
  /** Of the last seconds; 0 as long as nobody can tell. */
  readonly perSecond: number;
  /** Milliseconds; undefined as long as nobody can tell. */
  readonly remainingMs?: number;
}

/** What is looked back on: long enough to be steady, short enough to notice that a machine came or went. */
const WINDOW_MS = 15_000;

export class ProgressMeter {
  readonly #total: number;
  readonly #now: () => number;
  /** [time, done], the oldest first. */
  readonly #seen: (readonly [number, number])[];
  #done: number;

  constructor(total: number, done: number, now: () => number = () => performance.now()) {
    this.#total = total;
    this.#done = done;
    this.#now = now;
    this.#seen = [[now(), done]];
  }

  add(rows: number): BatchProgress {
    return this.reach(this.#done + rows);
  }

  reach(done: number): BatchProgress {
    this.#done = done;
    const now = this.#now();
    this.#seen.push([now, this.#done]);
    while (this.#seen.length > 2 && now - this.#seen[1]![0] > WINDOW_MS) this.#seen.shift();
    const [since, before] = this.#seen[0]!;
    const perSecond = now > since ? ((this.#done - before) * 1000) / (now - since) : 0;
    const left = this.#total - this.#done;
    return {
      done: this.#done,
      total: this.#total,
      perSecond,
      ...(perSecond > 0 ? { remainingMs: (left * 1000) / perSecond } : {}),
    };
  }
}
