import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { packed } from '../packed.js';

/** A program that runs JavaScript files, as package.json beside this file pins it. */
export interface Runtime {
  readonly name: string;
  /** What it is known for having. */
  readonly kind: string;
  readonly program: string;
  /** Before the file's name. What a runtime can refuse, such as the network, is refused. */
  readonly args: readonly string[];
  readonly version: string;
  readonly megabytes: number;
}

const installed = join(import.meta.dirname, 'node_modules');

const CANDIDATES: readonly Omit<Runtime, 'version' | 'megabytes'>[] = [
  { name: 'Node, this one', kind: 'Node', program: process.execPath, args: [] },
  { name: 'Node, gov-js', kind: 'gov-js', program: process.execPath, args: ['--conditions=gov-js'] },
  ...['20', '22', '24', '26'].map((major) => ({
    name: `Node ${major}`,
    kind: 'Node',
    program: join(installed, `node-${major}/bin/node`),
    args: [major === '20' ? '--experimental-permission' : '--permission', `--allow-fs-read=${packed}`],
  })),
  {
    name: 'Bun',
    kind: 'Bun',
    program: join(installed, '@oven/bun-linux-x64/bin/bun'),
    args: ['run', '--no-install'],
  },
  {
    name: 'Deno',
    kind: 'Deno',
    program: join(installed, '@deno/linux-x64-glibc/deno'),
    args: [
      ...['run', '--no-remote', '--cached-only', '--no-lock', '--no-prompt', '--node-modules-dir=manual'],
      `--allow-read=${packed}`,
    ],
  },
];

/** What a runtime sees of this machine: no home, no variables of ours, another language and time zone than usual. */
const environment = {
  PATH: '/usr/bin:/bin',
  HOME: join(packed, 'home'),
  DENO_DIR: join(packed, 'home/deno'),
  DENO_NO_UPDATE_CHECK: '1',
  NO_COLOR: '1',
  LC_ALL: 'C',
  TZ: 'America/St_Johns',
};

export function runIn(runtime: Pick<Runtime, 'program' | 'args'>, args: readonly string[]) {
  const all = [...runtime.args, ...args];
  return spawnSync(runtime.program, all, { cwd: packed, env: environment, encoding: 'utf8', timeout: 60_000 });
}

/** Every runtime, or why it is not here: that is printed, and its tests are skipped and counted. */
export function runtimes(): (Runtime | { readonly name: string; readonly missing: string })[] {
  return CANDIDATES.map((candidate) => {
    const missing = (why: string) => {
      console.warn(`skipped: ${candidate.name}: ${why}`);
      return { name: candidate.name, missing: why };
    };
    if (!existsSync(candidate.program)) return missing('npm has installed none for this machine');
    const { status, stdout, error } = spawnSync(candidate.program, ['--version'], {
      encoding: 'utf8',
      timeout: 20_000,
    });
    if (status !== 0) return missing(`does not start: ${error?.message ?? `status ${status}`}`);
    const version = /\d+\.\d+\.\d+/.exec(stdout)?.[0] ?? stdout.trim();
    return { ...candidate, version, megabytes: Math.round(statSync(candidate.program).size / 1e6) };
  });
}
