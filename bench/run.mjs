// `npm run bench [name…]`: measures every bench/*.bench.mjs (or the named ones), prints a table, writes RESULTS.md.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';
import { join, resolve } from 'node:path';
import { installLocked } from '../scripts/install.mjs';
import { run } from '../scripts/process.mjs';
import { measurePeaks, measureRow } from './harness.mjs';

const here = import.meta.dirname;
const root = resolve(here, '..');
const wanted = process.argv.slice(2);

await installLocked(here);
await run('npm', ['run', '--silent', 'build'], { cwd: root });

const files = readdirSync(here)
  .filter((name) => name.endsWith('.bench.mjs'))
  .filter((name) => wanted.length === 0 || wanted.includes(name.replace('.bench.mjs', '')));
/** @type {import('./harness.mjs').Result[]} */
const results = [];
/** @type {import('./harness.mjs').Peaks[]} */
const memory = [];
for (const file of files) {
  /** @type {{ rows: import('./harness.mjs').Row[], peaks?: import('./harness.mjs').PeakRow[] }} */
  const { rows, peaks = [] } = await import(`./${file}`);
  for (const row of rows) {
    const result = await measureRow(row);
    results.push(result);
    console.log(line(result));
  }
  for (const row of peaks) {
    const result = await measurePeaks(row);
    memory.push(result);
    console.log(`${result.met ? ' ' : '!'} ${[result.work.padEnd(40), result.ours, ...result.peers].join('   ')}`);
  }
}

const table = [
  '| work | ours, ops/s | floor, ops/s | of the floor | peers, ops/s (ours is × faster) | goals |',
  '| --- | --- | --- | --- | --- | --- |',
  ...results.map(({ work, ours, floor, peers, goals }) => {
    const cells = [
      work,
      `${figure(ours.perSecond)} ±${percent(ours.spread / 2)}`,
      floor ? `${floor.label} ${figure(floor.perSecond)}` : '–',
      floor ? floor.times.toFixed(2) : '–',
      peers.map((peer) => `${peer.label} ${figure(peer.perSecond)} (${peer.times.toPrecision(3)}×)`).join('<br>') ||
        '–',
      goals.map(({ text, met }) => `${met ? 'met' : '**missed**'}: ${text}`).join('<br>') || '–',
    ];
    return `| ${cells.join(' | ')} |`;
  }),
];
const memoryTable = [
  '| peak resident memory, each in its own process | ours | peers | goal |',
  '| --- | --- | --- | --- |',
  ...memory.map(
    ({ work, ours, peers, met, goal }) =>
      `| ${work} | ${ours} | ${peers.join('<br>') || '–'} | ${met ? 'met' : '**missed**'}: ${goal} |`,
  ),
];

if (wanted.length > 0) {
  // To be put into RESULTS.md by hand, where only some rows were measured anew.
  mkdirSync(join(root, '.cache'), { recursive: true });
  writeFileSync(join(root, '.cache/bench.md'), [...table, '', ...memoryTable, ''].join('\n'));
} else {
  writeFileSync(
    join(here, 'RESULTS.md'),
    [
      '# Results',
      '',
      'Written by `npm run bench`. Medians of interleaved rounds; only the ratios within one run mean anything.',
      '',
      ...environment(),
      '',
      ...table,
      '',
      ...memoryTable,
      '',
    ].join('\n'),
  );
}
const missed = [
  ...results.flatMap(({ work, goals }) => goals.filter(({ met }) => !met).map(({ text }) => `${work}: ${text}`)),
  ...memory.filter(({ met }) => !met).map(({ work, goal }) => `${work}: ${goal}`),
];
console.log(missed.length === 0 ? 'all goals met' : `missed:\n  ${missed.join('\n  ')}`);
// A database that a bench started would keep this process; it ends with it.
setImmediate(() => process.exit());

/** @param {import('./harness.mjs').Result} result */
function line({ work, ours, floor, peers, goals }) {
  const others = [...(floor ? [floor] : []), ...peers];
  const against = others.map((other) => `${other.label} ${figure(other.perSecond)} (${other.times.toPrecision(3)}×)`);
  const mark = goals.every(({ met }) => met) ? ' ' : '!';
  return `${mark} ${work.padEnd(40)} ${figure(ours.perSecond).padStart(10)} ops/s   ${against.join(', ')}`;
}

/** @param {number} value */
function figure(value) {
  return value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3);
}

/** @param {number} value */
function percent(value) {
  return `${Math.round(value * 100)} %`;
}

/** Machine, system and versions, as a Markdown list. */
function environment() {
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  return [
    `- date: ${new Date().toISOString().slice(0, 10)}`,
    `- machine: ${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores, ${memory}, ${type()} ${release()}`,
    `- Node ${process.versions.node} with OpenSSL ${process.versions.openssl}; program: ${opensslVersion()}`,
    `- peers: ${peerVersions().join(', ')}`,
  ];
}

function opensslVersion() {
  try {
    return execFileSync('openssl', ['version'], { encoding: 'utf8' }).trim();
  } catch {
    return 'no openssl';
  }
}

function peerVersions() {
  const { dependencies } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));
  return Object.keys(dependencies).map((name) => {
    const file = join(here, 'node_modules', name, 'package.json');
    return `${name} ${existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).version : '?'}`;
  });
}
