// A folder with its own lockfile is installed when it never was, or when its lockfile changed since.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './process.mjs';

/** @param {string} dir folder with package.json and package-lock.json */
export async function installLocked(dir) {
  const lock = createHash('sha256')
    .update(readFileSync(join(dir, 'package-lock.json')))
    .digest('hex');
  const stamp = join(dir, 'node_modules', '.lock-sha256');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  await run('npm', ['ci', '--no-fund', '--no-audit', '--loglevel=error'], { cwd: dir });
  writeFileSync(stamp, lock);
}
