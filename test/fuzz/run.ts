/** Runs one reader over spoilt input until a count or a time is reached, and says how it went. */
import { isGovError } from '@gov/verdict';
import { cpuTime } from '../cpu-time.js';
import { Corpus, type Random, random } from './mutation.js';

/** In the slow suite each reader has so many seconds; in the ordinary one a count, or a minute. */
const SECONDS = Number(process.env.FUZZ_SECONDS ?? (process.env.SLOW === undefined ? 60 : 600));
const COUNT = process.env.SLOW === undefined ? 50_000 : Number.POSITIVE_INFINITY;

/** What one input may cost where nothing else is said: milliseconds of processor. */
const MAX_MS = 1000;
const MAX_BYTES = 256 * 1024 * 1024;

export interface Outcome {
  readonly runs: number;
  readonly slowestMs: number;
  /** Growth of the process, bytes. */
  readonly memory: number;
  /** How often each code was thrown; `read` for what was read. */
  readonly codes: Readonly<Record<string, number>>;
}

/** Something that makes spoilt files. */
export interface Mutations {
  mutate(next: Random): Uint8Array;
}

export interface FuzzOptions {
  /** Number of the first run: a failure names its own. */
  readonly first?: number;
  /** In the ordinary suite. */
  readonly count?: number;
  readonly maxMs?: number;
}

/**
 * @param corpus what makes the input; for a list of seeds, DER is
 * @throws Error with the number of the run for anything thrown that is no `GovError`, and for an input that takes longer
 *   than a second, or than `maxMs`
 */
export async function fuzz(
  read: (bytes: Uint8Array) => unknown,
  corpus: readonly Uint8Array[] | Mutations,
  { first = 0, count = COUNT, maxMs = MAX_MS }: FuzzOptions = {},
): Promise<Outcome> {
  const mutations = 'mutate' in corpus ? corpus : new Corpus(corpus);
  const runsAtMost = process.env.SLOW === undefined ? count : COUNT;
  const codes: Record<string, number> = {};
  const before = resident();
  const ends = performance.now() + SECONDS * 1000;
  let slowestMs = 0;
  let runs = 0;
  for (; runs < runsAtMost && performance.now() < ends; runs++) {
    const bytes = mutations.mutate(random(first + runs));
    const started = cpuTime();
    try {
      const answer = read(bytes);
      if (answer instanceof Promise) await answer;
      codes.read = (codes.read ?? 0) + 1;
    } catch (error) {
      if (!isGovError(error)) throw new Error(`run ${first + runs}: not a GovError`, { cause: error });
      codes[error.code] = (codes[error.code] ?? 0) + 1;
    }
    const took = cpuTime() - started;
    slowestMs = Math.max(slowestMs, took);
    if (took > maxMs) throw new Error(`run ${first + runs}: ${Math.round(took)} ms`);
  }
  const memory = resident() - before;
  if (memory > MAX_BYTES) throw new Error(`${Math.round(memory / 2 ** 20)} MiB more than before`);
  return { runs, slowestMs, memory, codes };
}

/** The most this process ever held, bytes. */
const resident = (): number => process.resourceUsage().maxRSS * 1024;
