/** Embedded databases for tests: a new one takes seconds of processor, the copy of one a tenth of a second. */
import { existsSync } from 'node:fs';
import { cp, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { migrate } from '@gov/store';
import { inject } from 'vitest';

/** An embedded database of the newest schema with nothing in it, at `directory`, which must not exist. */
export async function newDatabase(directory: string): Promise<string> {
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
