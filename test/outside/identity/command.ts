/** The installed command, beside servers of this process that it asks. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { packed } from '../packed.js';

export interface Ran {
  readonly status: number;
  /** What it printed: one JSON object. */
  // biome-ignore lint/suspicious/noExplicitAny: whatever the command says, compared by the tests
  readonly answer: any;
}

/** `gov … --json` in a folder. */
export function gov(cwd: string, ...args: readonly string[]): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const options = { cwd, encoding: 'utf8', timeout: 60_000, env: { ...process.env, LC_ALL: 'C' } } as const;
    const child = execFile(join(packed, 'node_modules/.bin/gov'), [...args, '--json'], options, (_, stdout) => {
      if (child.exitCode === null) reject(new Error(`gov ${args.join(' ')}: it did not end by itself`));
      else resolve({ status: child.exitCode, answer: JSON.parse(stdout) });
    });
  });
}
