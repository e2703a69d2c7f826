// Licences in bulk (no PDFs), as whole process trees, the database among them, bound to one core and to two, one after the other:
// only their ratio means anything. Then 100,000 on two cores, for the memory of the issuing process over time.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { sm2Signer } from '@gov/sm';
import { bulkDatabase } from './bulk-postgres.mjs';
import { issuer } from './world.mjs';

const ROWS = Number(process.env.BULK_ROWS ?? 20_000);
const MANY = Number(process.env.BULK_MANY ?? 100_000);
/** Megabytes that the last quarter of many may have more than the second: an embedded database's own go up and down. */
const MOST_GROWTH = 200;
const folder = mkdtempSync(join(tmpdir(), 'gov-bulk-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
let databases = 0;

/**
 * @typedef {{ rows: number, perSecond: number, recordPerSecond: number, cpuMicros: number,
 *   residentMb: [number, number, number, number] }} Bulk
 * @param {string} cores @param {string} database @param {number} count @returns {Bulk}
 */
function bulk(cores, database, count) {
  const child = ['node', join(import.meta.dirname, 'bulk-process.mjs'), database, String(count), '2'];
  const printed = execFileSync('taskset', ['-c', cores, ...child], { encoding: 'utf8', maxBuffer: 2 ** 20 });
  return JSON.parse(printed.trim().split('\n').at(-1) ?? '');
}

/** @param {string} label @param {Bulk} done */
function tell(label, { perSecond, recordPerSecond, cpuMicros, residentMb }) {
  console.log(
    `    ${label}: ${perSecond}/s, checked and recorded ${recordPerSecond}/s, ${cpuMicros} µs of processor each, ` +
      `${residentMb.join(', ')} MB`,
  );
}

const message = new Uint8Array(400);
const signer = sm2Signer(issuer.key, { backend: 'wasm' });

/** @param {string} label @param {(cores: string) => Promise<string>} database */
function row(label, database) {
  /** @param {string} name @param {string} cores */
  const measure = (name, cores) => async () => {
    const done = bulk(cores, await database(cores), ROWS);
    tell(`${label}, ${name}`, done);
    return done.perSecond;
  };
  return {
    work: `licences in bulk, ${label}`,
    ours: { label: 'two cores', measure: measure('two cores', '0,1') },
    floor: { label: 'SM2 sign', run: () => signer.sign(message) },
    peers: [{ label: 'one core', measure: measure('one core', '0') }],
    goal: { times: { 'one core': 1.7 } },
    rounds: 1,
  };
}

/** @param {string} label @param {(cores: string) => Promise<string>} database */
function growth(label, database) {
  const megabytes = async () => {
    const done = bulk('0,1', await database('0,1'), MANY);
    tell(`${label}, ${MANY.toLocaleString('en-US')}`, done);
    const [, second, , last] = done.residentMb;
    return last - second;
  };
  return {
    work: `growth over ${MANY.toLocaleString('en-US')} licences, ${label}`,
    ours: { label: 'growth', megabytes },
    peers: [],
    most: MOST_GROWTH,
  };
}

const embedded = async () => `pglite:${join(folder, String(++databases))}`;
const server = availableParallelism() < 2 ? undefined : await bulkDatabase();
/** @type {readonly (readonly [string, (cores: string) => Promise<string>])[]} */
const both =
  availableParallelism() < 2
    ? []
    : [['embedded PGlite', embedded], ...(server === undefined ? [] : [/** @type {const} */ (['PostgreSQL', server])])];

/** @type {import('./harness.mjs').Row[]} */
export const rows = both.map(([label, database]) => row(label, database));

/** @type {import('./harness.mjs').PeakRow[]} */
export const peaks = both.map(([label, database]) => growth(label, database));
