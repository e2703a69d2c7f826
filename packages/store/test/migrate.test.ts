import { migrate, openStore } from '@gov/store';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { SqlDriver } from '../src/internal/sql/driver.js';
import { checkSchema, checksumOf, migrateDatabase } from '../src/internal/sql/migrate.js';
import { openPglite } from '../src/internal/sql/pglite.node.js';
import { MIGRATIONS, type Migration } from '../src/internal/sql/schema.js';
import { refused } from './contract/world.js';
import { folder } from './directory.js';

// A new embedded database takes seconds where the machine is busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const ONE: Migration = { version: 1, name: 'one', statements: ['CREATE TABLE one (a integer)'] };
const TWO: Migration = {
  version: 2,
  name: 'two',
  statements: ['CREATE TABLE two (a integer)', 'INSERT INTO one VALUES (2)'],
};
const BROKEN: Migration = {
  version: 3,
  name: 'broken',
  statements: ['CREATE TABLE three (a integer)', 'SELECT nothing'],
};

describe('the schema', () => {
  let driver: SqlDriver;
  beforeAll(async () => {
    driver = await openPglite({ directory: undefined });
  });
  afterEach(async () => {
    for (const table of ['one', 'two', 'schema_version']) await driver.query(`DROP TABLE IF EXISTS ${table}`);
  });
  afterAll(() => driver.close());

  const rows = async (text: string): Promise<number> => (await driver.query(text)).rows.length;

  it('is brought on step by step, and once', async () => {
    expect(await checkSchema(driver, [ONE])).toBe(false);
    expect(await migrateDatabase(driver, [ONE])).toEqual([1]);
    expect(await checkSchema(driver, [ONE])).toBe(true);
    await refused(checkSchema(driver, [ONE, TWO]), 'store-version');
    expect(await migrateDatabase(driver, [ONE, TWO])).toEqual([2]);
    expect(await migrateDatabase(driver, [ONE, TWO])).toEqual([]);
    expect(await rows('SELECT * FROM one')).toBe(1);
    const { rows: versions } = await driver.query('SELECT version, checksum FROM schema_version ORDER BY version');
    expect(versions).toEqual([ONE, TWO].map((one) => ({ version: one.version, checksum: checksumOf(one) })));
  });

  it('newer than the program is refused and left alone', async () => {
    await migrateDatabase(driver, [ONE, TWO]);
    await refused(checkSchema(driver, [ONE]), 'store-version');
    await refused(migrateDatabase(driver, [ONE]), 'store-version');
    expect(await rows('SELECT * FROM schema_version')).toBe(2);
  });

  it('that another program made is refused: the checksum tells', async () => {
    await migrateDatabase(driver, [ONE]);
    const edited = { ...ONE, statements: ['CREATE TABLE one (a bigint)'] };
    await refused(checkSchema(driver, [edited]), 'store-version');
    await refused(migrateDatabase(driver, [edited, TWO]), 'store-version');
    expect(await rows('SELECT * FROM schema_version')).toBe(1);
  });

  it('is as before where a step of it fails', async () => {
    await expect(migrateDatabase(driver, [ONE, TWO, BROKEN])).rejects.toThrow('SQLSTATE');
    expect(await rows('SELECT * FROM schema_version')).toBe(2);
    await expect(driver.query('SELECT * FROM three')).rejects.toMatchObject({ state: '42P01' });
  });

  it('of a release is never edited', () => {
    expect(MIGRATIONS.map(checksumOf)).toEqual([
      '8d75e38a2e519eedcea77a3e0bedf9cc49a5d7d737701db39d8dd8252384e1ef',
      '83398b2fc7d4fb29c238cc92057d44f0446bd51dd90212cf898910c51e434c1d',
      '7d844cce274a950ca08f4a22f9baa8603dbfd97320c8a09584b95059c7531a31',
    ]);
  });
});

describe('a store', () => {
  it('of an older or newer schema is not opened', async () => {
    const directory = await folder();
    await (await openStore(directory)).close();
    expect(await migrate(directory)).toEqual({ applied: [] });
    const change = async (text: string): Promise<void> => {
      const driver = await openPglite({ directory: `${directory}/data` });
      await driver.query(text);
      await driver.close();
    };
    await change(`INSERT INTO schema_version VALUES (${MIGRATIONS.length + 1}, 'newer', 'x', 'now')`);
    await refused(openStore(directory), 'store-version');
    await refused(migrate(directory), 'store-version');
    await change(`DELETE FROM schema_version WHERE version > ${MIGRATIONS.length}`);
    await change(`UPDATE schema_version SET checksum = 'x'`);
    await refused(openStore(directory), 'store-version');
    // Refused, it is let go.
    await refused(openStore(directory), 'store-version');
  });

  it('in memory has nothing to migrate', async () => {
    expect(await migrate('memory:')).toEqual({ applied: [] });
  });
});
