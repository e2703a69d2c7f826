import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';

/**
 * Runs a program and answers what it printed; throws with that text when it fails.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: Record<string, string> }} [options]
 * @returns {Promise<string>}
 */
export function run(program, args, { cwd, env } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      output += chunk;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve(output);
      else reject(new Error(output.trim() || `${program} ended with ${code ?? signal}`));
    });
  });
}

/**
 * Does `work` on each, as many at once as there are processors; answers the messages of those that failed.
 * @template Item
 * @param {readonly Item[]} items
 * @param {(item: Item) => Promise<unknown>} work
 * @returns {Promise<{ item: Item, message: string }[]>}
 */
export async function failuresOf(items, work) {
  const waiting = items.values();
  /** @type {{ item: Item, message: string }[]} */
  const failures = [];
  const lane = async () => {
    for (const item of waiting)
      await work(item).catch((error) =>
        failures.push({ item, message: error instanceof Error ? error.message : error }),
      );
  };
  await Promise.all(Array.from({ length: availableParallelism() }, lane));
  return failures;
}

/**
 * Runs a program whose output people watch; answers its exit status.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd?: string }} [options]
 * @returns {Promise<number>}
 */
export function show(program, args, { cwd } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}
