// Builds and packs every package, installs the tarballs as a stranger would, then runs the tests of this folder.
// `--no-build` takes `dist` as it is; `--json FILE` writes vitest's counts; other arguments go to vitest.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { installLocked } from '../../scripts/install.mjs';
import { packAll } from '../../scripts/pack.mjs';
import { run, show } from '../../scripts/process.mjs';

const here = import.meta.dirname;
const root = resolve(here, '../..');
const packed = join(here, '.cache/packed');

const args = process.argv.slice(2);
const asItIs = args.indexOf('--no-build');
if (asItIs >= 0) args.splice(asItIs, 1);

await installLocked(here);
// Optional: whatever is missing there is skipped by name.
await installLocked(join(here, 'runtimes')).catch(({ message }) => console.warn(`no runtimes to try: ${message}`));
if (asItIs < 0) await run('npm', ['run', '--silent', 'build'], { cwd: root });
await installPacked();
await run(join(root, 'node_modules/.bin/tsc'), ['-p', here], { cwd: root });

const jsonAt = args.indexOf('--json');
const report = jsonAt < 0 ? [] : ['--reporter=json', `--outputFile=${resolve(args.splice(jsonAt, 2)[1] ?? '')}`];
process.exitCode = await show(
  join(here, 'node_modules/.bin/vitest'),
  ['run', '--reporter=default', ...report, ...args],
  {
    cwd: here,
  },
);

/** A project of its own whose only dependencies are our tarballs; kept until a tarball changes. */
async function installPacked() {
  const folder = join(packed, 'tarballs');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const tarballs = await packAll(root, folder);
  const hash = createHash('sha256');
  for (const { file } of tarballs) hash.update(readFileSync(file));
  const digest = hash.digest('hex');
  const stamp = join(packed, 'node_modules/.tarballs-sha256');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  for (const name of ['node_modules', 'package-lock.json'])
    rmSync(join(packed, name), { recursive: true, force: true });
  const dependencies = tarballs.map(({ file, manifest }) => [manifest.name, `file:${relative(packed, file)}`]);
  writeFileSync(
    join(packed, 'package.json'),
    JSON.stringify({ private: true, type: 'module', dependencies: Object.fromEntries(dependencies) }),
  );
  await run('npm', ['install', '--no-fund', '--no-audit', '--loglevel=error'], { cwd: packed });
  writeFileSync(stamp, digest);
}
