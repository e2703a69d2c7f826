/** Opening a store by its address. */
import { lstat, mkdir, readdir, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { GovError } from '@gov/verdict';
import { lockDirectory } from './internal/directory-lock.node.js';
import type { SqlDriver } from './internal/sql/driver.js';
import { storeError } from './internal/sql/failure.js';
import { checkSchema, migrateDatabase } from './internal/sql/migrate.js';
import { sqlStore } from './internal/sql/store.node.js';
import { memoryStore } from './memory.js';
import type { Store } from './store.js';

export interface StoreOptions {
  /** Connections to PostgreSQL at most; 10 unless given. */
  readonly connections?: number;
  /** Longest that one statement may take, milliseconds; 60,000 unless given. */
  readonly statementMilliseconds?: number;
  /** Longest that a connection may be waited for, milliseconds; 10,000 unless given. */
  readonly connectMilliseconds?: number;
}

/**
 * Opens a store (打开存储):
 * - `postgres://user:password@host:port/database` a PostgreSQL server, or one that speaks its protocol;
 * - `pglite:DIR`, or `DIR` alone, an embedded database in a directory, which one process at a time may open;
 * - `pglite:memory://` an embedded database that lasts as long as the process; `memory:` maps, without any SQL.
 *
 * An embedded database that is new gets its schema here; a server's gets it by {@link migrate} only.
 *
 * @throws GovError `store-unavailable`; `store-locked` where the directory is open already, here or in another process;
 *   `store-version` where the schema is older or newer than this program, or missing; `invalid-argument` for an address that is none
 * @example
 * import { openStore } from '@gov/store';
 * const store = await openStore('pglite:memory://');
 * console.log(await store.transaction((tx) => tx.takeNumbers('serial', 10))); // 1
 * await store.close();
 */
export async function openStore(url: string, options: StoreOptions = {}): Promise<Store> {
  if (url === 'memory:') return memoryStore();
  const { driver, isEmbedded } = await driverOf(url, options);
  return opened(driver, async () => {
    const isThere = await checkSchema(driver);
    if (!isThere && !isEmbedded)
      throw new GovError('store-version', 'the database has no schema: run gov store migrate');
    if (!isThere) await migrateDatabase(driver);
    return sqlStore(driver);
  });
}

export interface MigrationResult {
  /** The versions that were run now, in their order; none where there was nothing to do. */
  readonly applied: readonly number[];
}

/**
 * Brings a database to the schema of this program (迁移), from an empty one or an older schema. However many do it at once,
 * each step runs once.
 *
 * @throws GovError as {@link openStore}; `store-version` where the schema is newer than this program
 */
export async function migrate(url: string, options: StoreOptions = {}): Promise<MigrationResult> {
  if (url === 'memory:') return { applied: [] };
  const { driver } = await driverOf(url, options);
  return opened(driver, async () => {
    const applied = await migrateDatabase(driver);
    await driver.close();
    return { applied };
  });
}

/** Closes the driver where `work` throws, and tells the error as ours. */
async function opened<T>(driver: SqlDriver, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await driver.close().catch(() => undefined);
    throw storeError(error);
  }
}

async function driverOf(
  url: string,
  { connections = 10, statementMilliseconds = 60_000, connectMilliseconds = 10_000 }: StoreOptions,
): Promise<{ readonly driver: SqlDriver; readonly isEmbedded: boolean }> {
  // Each driver is loaded where it is needed: PGlite alone is a database of many megabytes.
  if (/^postgres(ql)?:\/\//.test(url)) {
    const { pgDriver } = await import('./internal/sql/pg.node.js');
    return { driver: pgDriver(url, { connections, statementMilliseconds, connectMilliseconds }), isEmbedded: false };
  }
  const { openPglite } = await import('./internal/sql/pglite.node.js');
  if (url === 'pglite:memory://') return { driver: await openPglite({ directory: undefined }), isEmbedded: true };
  const directory = directoryOf(url);
  const { data, release } = await takeDirectory(directory);
  try {
    return { driver: await openPglite({ directory: data, release }), isEmbedded: true };
  } catch (error) {
    await release();
    throw storeError(error);
  }
}

/** @throws GovError `invalid-argument` */
export function directoryOf(url: string): string {
  const path = url.startsWith('pglite:') ? url.slice('pglite:'.length) : url;
  // The address itself is not shown: it may hold a password.
  if (path === '' || /[\0]/.test(path) || /^[a-z][a-z0-9+.-]*:/i.test(path))
    throw new GovError('invalid-argument', 'a database is postgres://…, pglite:DIR, DIR or memory:');
  return resolve(path);
}

/**
 * The directory of an embedded database, locked: `data` is the database, `lock` the claims to it. One that holds anything else is
 * refused before a file is made in it.
 */
export async function takeDirectory(
  directory: string,
): Promise<{ readonly data: string; readonly release: () => Promise<void> }> {
  try {
    await mkdir(directory, { recursive: true });
    const real = await realpath(directory);
    const strange = (await readdir(real)).filter((name) => name !== 'data' && name !== 'lock');
    if (strange.length > 0)
      throw new GovError(
        'invalid-argument',
        'the directory holds other files: an embedded database has one of its own',
      );
    // The lock beside a link would not be the one beside the database.
    for (const name of ['data', 'lock']) {
      const found = await lstat(join(real, name)).catch(() => undefined);
      if (found?.isSymbolicLink() === true)
        throw new GovError('invalid-argument', `${name} in the directory of an embedded database must not be a link`);
    }
    const { release } = await lockDirectory(join(real, 'lock'));
    return { data: join(real, 'data'), release };
  } catch (error) {
    if (error instanceof GovError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? 'error';
    throw new GovError('store-unavailable', `the directory of the database cannot be used (${code})`);
  }
}
