// Licences in bulk (no PDFs): whole process trees, the database among them, on one core and on two of this machine, one after the
// other; only their ratio means anything. Memory is that of the issuing process at the beginning and at the end.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { sm2Signer } from '@gov/sm';
import { bulkDatabase } from './bulk-postgres.mjs';
import { issuer } from './world.mjs';

const ROWS = Number(process.env.BULK_ROWS ?? 10_000);
const ROUNDS = 1;
const folder = mkdtempSync(join(tmpdir(), 'gov-bulk-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
let databases = 0;

/**
 * @typedef {{ rows: number, perSecond: number, recordPerSecond: number, cpuMicros: number,
 *   residentMb: { early: number, late: number } }} Bulk
 * @param {string} cores @param {string} database @param {'native' | 'wasm'} backend @returns {Bulk}
 */
function bulk(cores, database, backend) {
  const child = ['node', join(import.meta.dirname, 'bulk-process.mjs'), database, String(ROWS), '2', backend];
  const printed = execFileSync('taskset', ['-c', cores, ...child], { encoding: 'utf8', maxBuffer: 2 ** 20 });
  return JSON.parse(printed.trim().split('\n').at(-1) ?? '');
}

const message = new Uint8Array(400);
const signer = sm2Signer(issuer.key);
const wasm = sm2Signer(issuer.key, { backend: 'wasm' });

/** @param {string} label @param {'native' | 'wasm'} backend @param {(cores: string) => Promise<string>} database */
function row(label, backend, database) {
  /** @param {'one' | 'two'} which @param {string} cores */
  const measure = (which, cores) => async () => {
    const done = bulk(cores, await database(cores), backend);
    const { residentMb, recordPerSecond, cpuMicros } = done;
    console.log(
      `    ${label}, ${which === 'one' ? 'one core' : 'two cores'}: ${done.perSecond}/s, checked and recorded ${recordPerSecond}/s, ` +
        `${cpuMicros} µs of processor each, ${residentMb.early} to ${residentMb.late} MB`,
    );
    return done.perSecond;
  };
  return {
    work: `licences in bulk, ${ROWS.toLocaleString('en-US')}, ${label}`,
    ours: { label: 'two cores', measure: measure('two', '0,1') },
    floor: { label: `SM2 sign, ${backend}`, run: () => (backend === 'native' ? signer : wasm).sign(message) },
    peers: [{ label: 'one core', measure: measure('one', '0') }],
    goal: { times: { 'one core': 1.7 } },
    rounds: ROUNDS,
  };
}

const embedded = async () => `pglite:${join(folder, String(++databases))}`;
const server = await bulkDatabase();

/** @type {import('./harness.mjs').Row[]} */
export const rows =
  availableParallelism() < 2
    ? []
    : [
        row('embedded PGlite', 'native', embedded),
        row('embedded PGlite, WebAssembly signing', 'wasm', embedded),
        ...(server === undefined
          ? []
          : [row('PostgreSQL', 'native', server), row('PostgreSQL, WebAssembly signing', 'wasm', server)]),
      ];
