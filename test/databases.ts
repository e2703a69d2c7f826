/** Embedded databases for tests: a new one takes seconds of processor, the copy of one a tenth of a second. */
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { migrate } from '@gov/store';
import { inject } from 'vitest';

/** Held: while it lives, what was compiled of it serves whoever opens a database in this process. */
const compiled: WebAssembly.Module[] = [];
const PGLITE = join(import.meta.dirname, '../node_modules/@electric-sql/pglite/dist/pglite.wasm');

/** An embedded database of the newest schema with nothing in it, at `directory`, which must not exist. */
export async function newDatabase(directory: string): Promise<string> {
  if (compiled.length === 0) compiled.push(await WebAssembly.compile(new Uint8Array(await readFile(PGLITE))));
  const template = join(inject('databases'), 'migrated');
  if (!existsSync(template)) {
    const made = await mkdtemp(`${template}-`);
    await migrate(made);
    // Where another worker was first, its is as good.
    await rename(made, template).catch(() => rm(made, { recursive: true }));
  }
  await cp(template, directory, { recursive: true, errorOnExist: true, force: false });
  return directory;
}
