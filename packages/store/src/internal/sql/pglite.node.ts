/** PostgreSQL in the process, by PGlite: one connection, one process. */
import { PGlite } from '@electric-sql/pglite';
import { failureOf, type Query, type SqlDriver, type SqlResult, type SqlValue } from './driver.js';

interface PgliteOptions {
  /** Where its files are; undefined for a database in memory. */
  readonly directory: string | undefined;
  /** What `dumpDataDir` made, for an empty directory. */
  readonly backup?: Blob;
}

/** The type `bytea`, by its number. */
const BYTEA = 17;

interface Target {
  query(
    text: string,
    values?: SqlValue[],
  ): Promise<{ readonly rows: unknown[]; readonly affectedRows?: number | undefined }>;
}

export async function openPglite({ directory, backup }: PgliteOptions): Promise<PGlite> {
  try {
    return await PGlite.create({
      // PGlite's own take a second for some megabytes.
      serializers: {
        [BYTEA]: (octets: Uint8Array) =>
          `\\x${Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString('hex')}`,
      },
      parsers: { [BYTEA]: (text: string) => Buffer.from(text.slice(2), 'hex') },
      ...(directory === undefined ? {} : { dataDir: directory }),
      ...(backup === undefined ? {} : { loadDataDir: backup }),
    });
  } catch (error) {
    throw failureOf(error);
  }
}

export function pgliteDriver(db: PGlite, release: () => Promise<void>): SqlDriver {
  const queryOn =
    (target: Target): Query =>
    async (text, values = []): Promise<SqlResult> => {
      try {
        const { rows, affectedRows = 0 } = await target.query(text, [...values]);
        return { rows: rows as SqlResult['rows'], written: affectedRows };
      } catch (error) {
        throw failureOf(error);
      }
    };
  return {
    query: queryOn(db),
    async transaction<T>(work: (query: Query) => Promise<T>): Promise<T> {
      let isDone = false;
      try {
        return await db.transaction(async (tx) => {
          const result = await work(queryOn(tx as Target));
          isDone = true;
          return result;
        });
      } catch (error) {
        // Of the work: as it is. Of the commit: a statement like others.
        throw isDone ? failureOf(error, true) : error;
      }
    },
    async close() {
      try {
        await db.close();
      } finally {
        await release();
      }
    },
  };
}
