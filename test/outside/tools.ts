import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Outcome {
  readonly status: number;
  readonly stdout: Buffer;
  /** Standard output and error as text, for messages and for tools that mix the two. */
  readonly text: string;
}

/** Runs a foreign program on files by name. */
export type Tool = (
  args: readonly string[],
  options?: {
    readonly input?: Uint8Array;
    readonly cwd?: string;
    /** The default is a minute; past it an error is thrown with the code ETIMEDOUT. */
    readonly milliseconds?: number;
  },
) => Outcome;

/**
 * A foreign program, or undefined with a printed reason where this machine has none: then
 * `describe.skipIf(qpdf === undefined)`, so that the skipped tests are counted.
 */
export function tool(name: string, versionFlag = '--version'): Tool | undefined {
  if (spawnSync(name, [versionFlag]).error !== undefined) {
    console.warn(`skipped: ${name} is not on this machine (scripts/outside-tools installs it)`);
    return undefined;
  }
  return (args, { input, cwd, milliseconds = 60_000 } = {}) => {
    const { status, stdout, stderr, error } = spawnSync(name, args, {
      cwd,
      input,
      timeout: milliseconds,
      maxBuffer: 256 * 1024 * 1024,
    });
    if (error !== undefined) throw error;
    return { status: status ?? -1, stdout, text: `${stdout.toString('utf8')}${stderr.toString('utf8')}` };
  };
}

/** A folder for one test, gone after it; `using dir = workFolder()`. */
export function workFolder(): Disposable & {
  readonly path: string;
  write(name: string, bytes: Uint8Array | string): string;
} {
  const path = mkdtempSync(join(tmpdir(), 'gov-outside-'));
  return {
    path,
    write(name, bytes) {
      writeFileSync(join(path, name), bytes);
      return join(path, name);
    },
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}
