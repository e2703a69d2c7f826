import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';

/** A folder for one test, gone after it. */
export async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'gov-store-'));
  // Not in a hook of this module: it is loaded once by a process that runs many files.
  onTestFinished(() => rm(made, { recursive: true, force: true }));
  return made;
}

interface Child {
  readonly process: ChildProcess;
  readonly lines: string[];
  /** Waits for a line that begins so. */
  line(start: string): Promise<string>;
  /** Says a line to it. */
  say(text: string): void;
  /** As `kill -9` does. */
  kill(): Promise<void>;
}

/** A second process that runs `child.ts`, killed after the test. */
export function child(...words: readonly string[]): Child {
  const here = import.meta.dirname;
  const process_ = spawn(
    process.execPath,
    ['--import', join(here, 'from-source.mjs'), join(here, 'child.ts'), ...words],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  const tell = (): void => {
    for (const look of [...waiting]) look();
  };
  createInterface(process_.stdout!).on('line', (line) => {
    lines.push(line);
    tell();
  });
  const closed = new Promise<void>((resolve) => {
    process_.once('close', () => {
      lines.push('closed');
      tell();
      resolve();
    });
  });
  const made: Child = {
    process: process_,
    lines,
    line: (start) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = lines.find((line) => line.startsWith(start));
          if (found === undefined && !lines.includes('closed')) return;
          waiting.delete(look);
          if (found === undefined) reject(new Error(`no "${start}" but ${lines.join(' / ')}`));
          else resolve(found);
        };
        waiting.add(look);
        look();
      }),
    say: (text) => process_.stdin!.write(`${text}\n`),
    kill: async () => {
      process_.kill('SIGKILL');
      await closed;
    },
  };
  onTestFinished(made.kill);
  return made;
}
