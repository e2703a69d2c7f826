// `npm run timing`: does the time of a WebAssembly signature depend on the secret? Two classes of inputs take turns at random,
// one fixed and one fresh each time; Welch's t-test compares their times (dudect, Reparaz, Balasch, Verbauwhede 2017).
// |t| above 4.5 would show a leak; below it none of this size was found, which is no proof. Writes bench/TIMING.md.
import { randomFillSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { instantiate } from '../packages/sm/dist/internal/wasm/instance.js';
import { SM2_MODULE } from '../packages/sm/dist/internal/wasm/sm2-module.js';

const MEASUREMENTS = Number(process.argv[2] ?? 200_000);
/** The slowest shares of all measurements are interrupts, not code; each crop is tested by itself. */
const CROPS = [1, 0.99, 0.95, 0.9, 0.75, 0.5];
const LEAK = 4.5;

const exports = /** @type {Record<string, any>} */ (instantiate(SM2_MODULE));
const memory = new Uint8Array(exports.memory.buffer);
/** @param {string} place @param {Uint8Array} bytes */
const put = (place, bytes) => memory.set(bytes, exports[place].value);
/** @param {number} first */
const filled = (first) => {
  const bytes = new Uint8Array(32);
  bytes[31] = first;
  return bytes;
};
const random = () => {
  const bytes = randomFillSync(new Uint8Array(32));
  bytes[0] = /** @type {number} */ (bytes[0]) & 0x7f;
  return bytes;
};
const G = Uint8Array.from(
  Buffer.from(
    '32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0',
    'hex',
  ),
);
const e = randomFillSync(new Uint8Array(32));
const key = random();
put('SCALAR', key);
exports.invertKey();
const inverse = memory.slice(exports.INVERSE.value, exports.INVERSE.value + 32);

/** What lies in the module's places before the call; `secret` is the octets of the class. */
const subjects = [
  {
    name: 'k·G and s, nonce 1 or random',
    fixed: filled(1),
    place: 'RANDOM',
    others: { INVERSE: inverse, DIGEST: e },
    run: exports.signWithNonce,
  },
  {
    name: 'k·G and s, nonce of ones or random',
    fixed: filled(255).fill(0xff, 4).fill(0x7f, 0, 1),
    place: 'RANDOM',
    others: { INVERSE: inverse, DIGEST: e },
    run: exports.signWithNonce,
  },
  {
    name: 'whole signature, one key or random keys',
    fixed: key,
    place: 'SCALAR',
    others: { INVERSE: inverse, DIGEST: e, RANDOM: e },
    run: exports.sign,
  },
  { name: 'd·G, d = 2 or random', fixed: filled(2), place: 'SCALAR', others: {}, run: exports.publicPoint },
  { name: 'd·P, d = 3 or random', fixed: filled(3), place: 'SCALAR', others: { KEY: G }, run: exports.multiplyPoint },
  // Verification may depend on everything it sees: the test must find that.
  {
    name: 'control: verification, r = 1 or random',
    fixed: filled(1),
    place: 'SIGNATURE',
    // s = 1, so that r = 1 makes t = 2: a sum of few points.
    others: { KEY: G, DIGEST: e, SIGNATURE: Uint8Array.of(...new Uint8Array(32), ...filled(1)) },
    run: () => exports.verify(0),
  },
];

/** @param {Float64Array} values */
function moments(values) {
  let mean = 0;
  for (const value of values) mean += value / values.length;
  let variance = 0;
  for (const value of values) variance += (value - mean) ** 2 / (values.length - 1);
  return { mean, variance, count: values.length };
}

/** @param {Float64Array} a @param {Float64Array} b */
function welch(a, b) {
  const [x, y] = [moments(a), moments(b)];
  return (x.mean - y.mean) / Math.sqrt(x.variance / x.count + y.variance / y.count);
}

/** Inputs are made a block ahead, so that both classes differ in nothing but their octets. */
const BLOCK = 2000;

/** @param {typeof subjects[number]} subject */
function measure({ fixed: input, place, others, run }) {
  const times = [new Float64Array(MEASUREMENTS), new Float64Array(MEASUREMENTS)];
  const counts = [0, 0];
  for (let done = 0; done < 2 * MEASUREMENTS; done += BLOCK) {
    const coins = randomFillSync(new Uint8Array(BLOCK)).map((coin) => coin & 1);
    const inputs = Array.from(coins, (coin) => (coin === 0 ? input.slice() : random()));
    for (let i = 0; i < BLOCK; i++) {
      for (const [other, octets] of Object.entries(others)) put(other, octets);
      put(place, /** @type {Uint8Array} */ (inputs[i]));
      const start = process.hrtime.bigint();
      run();
      const took = Number(process.hrtime.bigint() - start);
      const which = /** @type {number} */ (coins[i]);
      const at = /** @type {number} */ (counts[which]);
      if (at < MEASUREMENTS) /** @type {Float64Array} */ (times[which])[at] = took;
      counts[which] = at + 1;
    }
  }
  const [fixed, fresh] = /** @type {[Float64Array, Float64Array]} */ (
    times.map((values, which) => values.slice(0, Math.min(MEASUREMENTS, /** @type {number} */ (counts[which]))))
  );
  const all = Float64Array.of(...fixed.filter((_, i) => i % 10 === 0), ...fresh.filter((_, i) => i % 10 === 0)).sort();
  const ts = CROPS.map((share) => {
    const limit = /** @type {number} */ (all[Math.ceil(all.length * share) - 1]);
    const kept = (/** @type {Float64Array} */ values) =>
      share === 1 ? values : values.filter((value) => value <= limit);
    return welch(kept(fixed), kept(fresh));
  });
  return { median: /** @type {number} */ (all[all.length >> 1]), ts };
}

const lines = [
  '# Does the time of a WebAssembly signature depend on the secret?',
  '',
  'Written by `npm run timing` (bench/timing.mjs): Welch’s t between a fixed input and fresh ones, over all measurements and over the',
  `fastest shares of them. ${LEAK} and more in absolute value would show a dependence; less shows none of this size on this machine, in`,
  'this runtime, and is no proof. The control, whose time may depend on what it sees, shows that the test can tell.',
  '',
  `- machine: ${cpus()[0]?.model.trim()}; Node ${process.versions.node}, V8 ${process.versions.v8}`,
  `- ${MEASUREMENTS.toLocaleString('en-US')} measurements a class`,
  '',
  `| what | median | ${CROPS.map((share) => (share === 1 ? 'all' : `fastest ${share * 100} %`)).join(' | ')} | largest |`,
  `| --- | ---: | ${CROPS.map(() => '---:').join(' | ')} | ---: |`,
];
for (const subject of subjects) {
  const { median, ts } = measure(subject);
  const largest = Math.max(...ts.map(Math.abs));
  const line = `| ${subject.name} | ${(median / 1000).toFixed(1)} µs | ${ts.map((t) => t.toFixed(1)).join(' | ')} | ${largest < LEAK ? '' : '**'}${largest.toFixed(1)}${largest < LEAK ? '' : '**'} |`;
  console.log(line);
  lines.push(line);
}
writeFileSync(join(import.meta.dirname, 'TIMING.md'), `${lines.join('\n')}\n`);
