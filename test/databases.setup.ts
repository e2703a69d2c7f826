/** Vitest's global set-up: a place for what `databases.ts` makes once in a run, gone with it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    readonly databases: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'gov-databases-'));
  project.provide('databases', folder);
  return () => rm(folder, { recursive: true, force: true });
}
