// `npm run check [step…]`: one line per step; ends non-zero when any fails. `--json FILE` writes the counts.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { checkArrows } from '../arrows.mjs';
import { installLocked } from '../install.mjs';
import { run } from '../process.mjs';

const root = resolve(import.meta.dirname, '../..');
const tool = (/** @type {string} */ name) => join(import.meta.dirname, 'node_modules/.bin', name);
const own = (/** @type {string} */ name) => join(root, 'node_modules/.bin', name);

/**
 * In this order: what comes later reads what the build made. A step answers a note to print, or throws.
 * @type {Record<string, () => Promise<string | void>>}
 */
const STEPS = {
  tools: () => installLocked(import.meta.dirname),
  biome: async () => {
    await run(own('biome'), ['check', '--error-on-warnings', '--reporter=summary', '.'], { cwd: root });
  },
  arrows: async () => {
    const violations = checkArrows(root);
    if (violations.length > 0)
      throw new Error(violations.map(({ rule, file, message }) => `${file}: ${message} [${rule}]`).join('\n'));
  },
  build: async () => {
    await run('npm', ['run', '--silent', 'clean'], { cwd: root });
    await run('npm', ['run', '--silent', 'build'], { cwd: root });
  },
  wasm: async () => {
    await run(process.execPath, ['scripts/wasm.mjs', '--check'], { cwd: root });
  },
  types: async () => {
    await run(own('tsc'), ['-p', 'tsconfig.test.json'], { cwd: root });
  },
  knip: async () => {
    const args = ['--config', 'scripts/check/knip.config.js', '--directory', root, '--no-progress'];
    await run(tool('knip'), [...args, '--no-config-hints', '--exclude', 'dependencies,unlisted,unresolved,binaries'], {
      cwd: root,
    });
  },
  publint: async () => (await import('./packed.mjs')).publintAll(root),
  attw: async () => (await import('./packed.mjs')).attwAll(root),
  examples: async () => (await import('./examples.mjs')).typeCheckExamples(root),
  readme: async () => (await import('./examples.mjs')).runReadmeBlocks(root),
  bundles: async () => (await import('./bundles.mjs')).checkBundles(root),
};

/** Once all is built these go on beside the others, as most steps keep one processor busy. */
const BESIDE = new Set(['types', 'readme']);

const args = process.argv.slice(2);
const jsonAt = args.indexOf('--json');
const jsonFile = jsonAt >= 0 ? args.splice(jsonAt, 2)[1] : undefined;
const wrong = args.filter((name) => !(name in STEPS));
if (wrong.length > 0) {
  console.error(`no step ${wrong.join(', ')}; there are: ${Object.keys(STEPS).join(' ')}`);
  process.exit(2);
}

mkdirSync(join(root, '.cache'), { recursive: true });
const counts = { passed: 0, failed: 0, skipped: 0, failures: /** @type {{ name: string, text: string }[]} */ ([]) };
const steps = Object.entries(STEPS);
const built = steps.findIndex(([name]) => name === 'build') + 1;
await inOrder(steps.slice(0, built));
const rest = steps.slice(built);
await Promise.all([
  inOrder(rest.filter(([name]) => BESIDE.has(name))),
  inOrder(rest.filter(([name]) => !BESIDE.has(name))),
]);
console.log(`${counts.passed} passed, ${counts.failed} failed`);
if (jsonFile !== undefined) writeFileSync(jsonFile, JSON.stringify(counts));
process.exitCode = counts.failed === 0 ? 0 : 1;

/** @param {readonly [string, () => Promise<string | void>][]} steps */
async function inOrder(steps) {
  for (const [name, step] of steps) if (args.length === 0 || args.includes(name)) await check(name, step);
}

/** @param {string} name @param {() => Promise<string | void>} step */
async function check(name, step) {
  const began = performance.now();
  /** @type {(mark: string, note: string) => void} */
  const say = (mark, note) => {
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    console.log(`${mark.padEnd(5)}${name.padEnd(9)}${`${seconds} s`.padStart(7)}${note === '' ? '' : `   ${note}`}`);
  };
  try {
    const note = await step();
    counts.passed++;
    say('ok', note ?? '');
  } catch (error) {
    counts.failed++;
    say('FAIL', '');
    const text = error instanceof Error ? error.message : String(error);
    counts.failures.push({ name, text });
    console.log(text.replace(/^/gm, '       '));
  }
}
