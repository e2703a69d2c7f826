/** Copies of an embedded database (备份与恢复). A server has its own means: see docs/operations.md. */
import { mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { GovError } from '@gov/verdict';
import { storeError } from './internal/sql/failure.js';
import { checkSchema } from './internal/sql/migrate.js';
import { directoryOf, takeDirectory } from './open.node.js';

/** Octets of a database that is copied, before they are compressed. Larger ones belong on a server. */
const MAX_COPY_BYTES = 2 ** 31 - 1;

const compress = promisify(gzip);
const expand = promisify(gunzip);

/**
 * The whole database of a directory as one file (gzip), while nobody has it open.
 *
 * @throws GovError `store-locked`; `store-version`, also where there is no database; `invalid-argument` for a server
 * @example
 * import { backupStore } from '@gov/store';
 * const copy = await backupStore('pglite:register').catch(({ code }) => code);
 */
export async function backupStore(url: string): Promise<Uint8Array> {
  const directory = directoryOf(url);
  if (!(await exists(join(directory, 'data')))) throw new GovError('store-version', 'there is no database here');
  const { openPglite } = await import('./internal/sql/pglite.node.js');
  const { data, release } = await takeDirectory(directory);
  try {
    const db = await openPglite({ directory: data });
    try {
      // Of another schema, only its own program knows whether the copy is whole.
      await checkSchema(db);
      return new Uint8Array(await compress(await db.dump()));
    } finally {
      await db.close();
    }
  } catch (error) {
    throw storeError(error);
  } finally {
    await release();
  }
}

/**
 * Makes a directory of what {@link backupStore} gave, whole or not at all, and never over one that is there. Restore only copies
 * that are your own: a copy is a database with everything in it, and is trusted as such.
 *
 * @throws GovError `file-exists`; `input-malformed` where it is no such copy; `store-version` where its schema is another
 */
export async function restoreStore(copy: Uint8Array, url: string): Promise<void> {
  const directory = directoryOf(url);
  if (await exists(directory)) throw new GovError('file-exists', 'the directory exists already');
  const { openPglite } = await import('./internal/sql/pglite.node.js');
  const temporary = await temporaryBeside(directory);
  try {
    const backup = await filesOf(copy);
    const db = await openPglite({ directory: join(temporary, 'data'), backup }).catch(() => {
      throw new GovError('input-malformed', 'this is no copy of an embedded database');
    });
    try {
      if (!(await checkSchema(db))) throw new GovError('input-malformed', 'the copy holds no register');
    } finally {
      await db.close();
    }
    await rename(temporary, directory);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'ENOTDIR')
      throw new GovError('file-exists', 'the directory exists already');
    throw storeError(error);
  }
}

/** Its check sum tells a copy that was cut off or changed by a fault. */
async function filesOf(copy: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return Uint8Array.from(await expand(copy, { maxOutputLength: MAX_COPY_BYTES }));
  } catch {
    throw new GovError('input-malformed', 'this is no whole copy of an embedded database');
  }
}

async function temporaryBeside(directory: string): Promise<string> {
  try {
    return await mkdtemp(join(dirname(resolve(directory)), `.${basename(directory)}-`));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'error';
    throw new GovError('file-unwritable', `the directory cannot be made (${code})`);
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
