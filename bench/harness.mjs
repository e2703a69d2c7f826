// Contestants take turns within one run, so that a noisy machine is noisy for all of them; only ratios count, and of
// these the median of those taken within one round.
import { spawn } from 'node:child_process';

/**
 * @typedef {{
 *   label: string,
 *   run?: () => unknown,
 *   measure?: () => Promise<number>,
 *   times?: number,
 * }} Contestant `run` is called again and again; `measure` answers operations a second by itself (a foreign program);
 *   one call of `run` does `times` operations (1 unless told).
 * @typedef {{
 *   work: string,
 *   ours: Contestant,
 *   floor?: Contestant,
 *   peers?: readonly Contestant[],
 *   goal?: { ofFloor?: number, overFloorMs?: number, times?: Readonly<Record<string, number>> },
 *   rounds?: number,
 *   roundMs?: number,
 * }} Row goal: at least this share of the floor's speed, at most so many milliseconds more than it takes, and so many
 *   times each named peer's speed.
 * @typedef {{ label: string, perSecond: number, spread: number, times: number }} Measured spread: (max - min) / median of
 *   the rounds; times: how many times its speed ours has.
 * @typedef {{ label: string, megabytes: () => Promise<number> }} Process one process, and its peak resident size.
 * @typedef {{ work: string, ours: Process, peers: readonly Process[], most: number }} PeakRow most: megabytes allowed to ours.
 * @typedef {{ work: string, ours: string, peers: string[], met: boolean, goal: string }} Peaks
 * @typedef {{ work: string, ours: Measured, floor?: Measured, peers: Measured[], goals: { text: string, met: boolean }[] }} Result
 */

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** @param {Row} row @returns {Promise<Result>} */
export async function measureRow({ work, ours, floor, peers = [], goal = {}, rounds = 7, roundMs = 300 }) {
  const all = [ours, ...(floor ? [floor] : []), ...peers];
  const rates = new Map(all.map((contestant) => [contestant, /** @type {Map<number, number>} */ (new Map())]));
  for (const contestant of all) if (contestant.run) await perSecond(contestant, roundMs / 2);
  for (let round = 0; round < rounds; round++) {
    // Each round starts with another contestant: whoever runs after a heavy one pays for its garbage.
    for (let i = 0; i < all.length; i++) {
      const contestant = all[(round + i) % all.length];
      if (contestant === undefined) continue;
      // A foreign program takes seconds by itself: a reading in every third round is enough.
      if (contestant.measure && round % 3 !== 0) continue;
      const rate = contestant.measure ? await contestant.measure() : await perSecond(contestant, roundMs);
      rates.get(contestant)?.set(round, rate);
    }
  }
  const ownRates = rates.get(ours);
  /** @param {Contestant} contestant @returns {Measured} */
  const measured = (contestant) => {
    const byRound = [...(rates.get(contestant) ?? [])];
    const values = byRound.map(([, rate]) => rate);
    const middle = median(values);
    return {
      label: contestant.label,
      perSecond: middle,
      spread: (Math.max(...values) - Math.min(...values)) / middle,
      times: median(byRound.map(([round, rate]) => (ownRates?.get(round) ?? Number.NaN) / rate)),
    };
  };
  const own = measured(ours);
  const others = peers.map(measured);
  const goals = [];
  const floorMeasured = floor ? measured(floor) : undefined;
  if (goal.ofFloor !== undefined && floorMeasured !== undefined) {
    const { times } = floorMeasured;
    goals.push({
      text: `≥ ${Number(goal.ofFloor.toFixed(3))} of the floor: ${times.toFixed(2)}`,
      met: times >= goal.ofFloor,
    });
  }
  if (goal.overFloorMs !== undefined && floor !== undefined) {
    const over = await overFloor(ours, floor, rounds * roundMs);
    goals.push({
      text: `≤ ${duration(goal.overFloorMs)} over the floor: ${duration(over)}`,
      met: over <= goal.overFloorMs,
    });
  }
  for (const [label, factor] of Object.entries(goal.times ?? {})) {
    const peer = others.find((other) => other.label === label);
    if (peer === undefined) throw new Error(`${work}: a goal names ${label}, which is not among the peers`);
    goals.push({ text: `≥ ${factor}× ${label}: ${peer.times.toFixed(1)}×`, met: peer.times >= factor });
  }
  return { work, ours: own, ...(floorMeasured ? { floor: floorMeasured } : {}), peers: others, goals };
}

/**
 * How many milliseconds a call of ours takes more than one of the floor. They are called in turn, so that both meet the same moments,
 * and of each the tenth percentile counts: what a machine shared with others takes away in between is thousands of times what is
 * to be seen.
 *
 * @param {Contestant} ours @param {Contestant} floor @param {number} ms
 */
async function overFloor(ours, floor, ms) {
  /** @type {number[]} */
  const own = [];
  /** @type {number[]} */
  const least = [];
  const began = performance.now();
  while (own.length < 20 || performance.now() - began < ms) {
    own.push(await once(ours));
    least.push(await once(floor));
  }
  return tenth(own) - tenth(least);
}

/** @param {Contestant} contestant */
async function once({ run, times = 1 }) {
  const began = performance.now();
  const answer = run?.();
  if (answer instanceof Promise) await answer;
  return (performance.now() - began) / times;
}

/** @param {number[]} values */
const tenth = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 10)] ?? Number.NaN;

/** @param {number} ms */
const duration = (ms) => (Math.abs(ms) < 1 ? `${Math.round(ms * 1000)} µs` : `${ms.toFixed(0)} ms`);

/** One process after another. @param {PeakRow} row @returns {Promise<Peaks>} */
export async function measurePeaks({ work, ours, peers, most }) {
  const own = await ours.megabytes();
  const others = [];
  for (const { label, megabytes } of peers) others.push(`${label} ${await megabytes()} MB`);
  return { work, ours: `${own} MB`, peers: others, met: own <= most, goal: `≤ ${most} MB: ${own}` };
}

/** @param {Contestant} contestant @param {number} ms */
async function perSecond({ run, times = 1 }, ms) {
  if (run === undefined) return Number.NaN;
  let count = 0;
  const began = performance.now();
  let now = began;
  do {
    const answer = run();
    // Awaiting a plain value would charge a fast synchronous call for the event loop.
    if (answer instanceof Promise) await answer;
    count += times;
    now = performance.now();
  } while (now - began < ms);
  return (count * 1000) / (now - began);
}

/**
 * What `openssl speed` says on this machine in this run: a floor or peer for SM2. One reading takes twice `seconds`.
 * @param {'sign' | 'verify'} operation
 * @param {{ algorithm?: string, seconds?: number }} [options]
 * @returns {Contestant}
 */
export function opensslSpeed(operation, { algorithm = 'sm2', seconds = 3 } = {}) {
  return {
    label: `openssl speed ${algorithm}`,
    measure: async () => (await runOpensslSpeed(algorithm, seconds))[operation],
  };
}

/** @param {string} algorithm @param {number} seconds @returns {Promise<{ sign: number, verify: number }>} */
function runOpensslSpeed(algorithm, seconds) {
  return new Promise((resolve, reject) => {
    const child = spawn('openssl', ['speed', '-seconds', String(seconds), algorithm], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.on('error', reject);
    child.on('close', () => {
      const [verify, sign] = (output.trim().split('\n').at(-1) ?? '').trim().split(/\s+/).reverse().map(Number);
      if (sign && verify) resolve({ sign, verify });
      else reject(new Error(`openssl speed ${algorithm} printed no figures`));
    });
  });
}
