// A fresh process that imports one verifier, against one that imports nothing.
import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const node = (/** @type {string} */ code) =>
  execFileSync(process.execPath, ['--input-type=module', '-e', code], { cwd: root });

/** @type {import('./harness.mjs').Row[]} */
export const rows = ['@gov/e-license/qr', '@gov/e-seal/pdf', '@gov/sm'].map((name) => ({
  work: `cold import of ${name}`,
  ours: { label: name, run: () => node(`await import('${name}')`) },
  floor: { label: 'node -e 0', run: () => node('0') },
  goal: { overFloorMs: 60 },
  rounds: 9,
}));
