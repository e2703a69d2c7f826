/** Bringing a database to the newest schema (迁移). */
import { sm3 } from '@gov/sm';
import { GovError } from '@gov/verdict';
import { type Query, type SqlDriver, SqlFailure } from './driver.js';
import { MIGRATIONS, type Migration } from './schema.js';

/** One migration as a database has it. */
interface Applied {
  readonly version: number;
  readonly checksum: string;
}

/** SM3 over the statements, hex. */
export function checksumOf({ statements }: Migration): string {
  const digest = sm3(new TextEncoder().encode(statements.join(';\n')));
  return [...digest].map((octet) => octet.toString(16).padStart(2, '0')).join('');
}

/**
 * Runs what is missing, each migration in a transaction of its own. However many do it at once, each runs once.
 *
 * @returns the versions that were run now
 */
export async function migrateDatabase(
  driver: SqlDriver,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<number[]> {
  await checkEncoding(driver);
  await createVersionTable(driver);
  const run: number[] = [];
  for (;;) {
    const version = await driver.transaction(async (query) => {
      await query('LOCK TABLE schema_version IN EXCLUSIVE MODE');
      const missing = missingFrom(await appliedIn(query), migrations);
      if (missing === undefined) return undefined;
      for (const statement of missing.statements) await query(statement, [], { rare: true });
      await query(
        'INSERT INTO schema_version (version, migration_name, checksum, applied_at) VALUES ($1, $2, $3, $4)',
        [missing.version, missing.name, checksumOf(missing), new Date().toISOString()],
        { rare: true },
      );
      return missing.version;
    });
    if (version === undefined) return run;
    run.push(version);
  }
}

/** @returns whether the database has a schema at all; @throws GovError `store-version` where it is not the one of this program */
export async function checkSchema(driver: SqlDriver, migrations: readonly Migration[] = MIGRATIONS): Promise<boolean> {
  const applied = await appliedOrNone(driver);
  if (applied.length === 0) return false;
  const missing = missingFrom(applied, migrations);
  if (missing !== undefined)
    throw new GovError(
      'store-version',
      `the database has schema ${applied.length}, this program needs ${migrations.length}: run gov store migrate`,
    );
  await checkEncoding(driver);
  return true;
}

/** The first migration that a database lacks. @throws GovError `store-version` where it has one that this program does not know */
function missingFrom(applied: readonly Applied[], migrations: readonly Migration[]): Migration | undefined {
  for (const [i, { version, checksum }] of applied.entries()) {
    const known = migrations[i];
    if (known === undefined)
      throw new GovError(
        'store-version',
        `the database has schema ${version}, this program knows ${migrations.length}: use the newer program`,
      );
    if (known.version !== version || checksumOf(known) !== checksum)
      throw new GovError('store-version', `schema ${version} of the database was made by another program`);
  }
  return migrations[applied.length];
}

async function appliedIn(query: Query): Promise<Applied[]> {
  const { rows } = await query('SELECT version, checksum FROM schema_version ORDER BY version', [], { rare: true });
  return rows.map(({ version, checksum }) => ({ version: Number(version), checksum: String(checksum) }));
}

async function appliedOrNone(driver: SqlDriver): Promise<Applied[]> {
  try {
    return await appliedIn(driver.query);
  } catch (error) {
    if (error instanceof SqlFailure && error.state === '42P01') return [];
    throw error;
  }
}

/** Times that the table is tried to be made where another makes it at the same moment, and the pause between. */
const CREATING = { attempts: 10, pauseMs: 20 } as const;

/**
 * Of two that create the table at once the second is refused, in one of many ways (23505, 42710, 42P07, XX000 …): whatever it
 * was told, once the table is there all is well.
 */
async function createVersionTable(driver: SqlDriver): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await driver.query(`CREATE TABLE IF NOT EXISTS schema_version (
        version integer NOT NULL,
        migration_name text NOT NULL,
        checksum text NOT NULL,
        applied_at text NOT NULL,
        CONSTRAINT schema_version_key PRIMARY KEY (version)
      )`);
      return;
    } catch (error) {
      if (await isVersionTable(driver)) return;
      const mayHaveRaced = /^(23|40|42|XX)/.test((error as SqlFailure).state);
      if (!mayHaveRaced || attempt === CREATING.attempts) throw error;
      await new Promise((resolve) => setTimeout(resolve, CREATING.pauseMs * attempt * Math.random()));
    }
  }
}

async function isVersionTable(driver: SqlDriver): Promise<boolean> {
  return driver.query('SELECT count(*) FROM schema_version', [], { rare: true }).then(
    () => true,
    () => false,
  );
}

/** In any other encoding rare names cannot be kept. */
async function checkEncoding({ query }: SqlDriver): Promise<void> {
  const { rows } = await query('SHOW server_encoding', [], { rare: true });
  const encoding = String(rows[0]?.server_encoding);
  if (!/^utf-?8/i.test(encoding))
    throw new GovError('store-unavailable', `the database keeps texts as ${encoding}; create it with UTF8`);
}
