// Removes what a build or a check made; installed packages stay.
import { readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const made = ['.cache', 'coverage', 'out', 'test/outside/.cache'];
for (const name of readdirSync(join(root, 'packages')))
  made.push(`packages/${name}/dist`, `packages/${name}/tsconfig.tsbuildinfo`);
for (const path of made) rmSync(join(root, path), { recursive: true, force: true });
