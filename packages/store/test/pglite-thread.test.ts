import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { openStore } from '@gov/store';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { newDatabase } from '../../../test/databases.js';
import { SqlFailure } from '../src/internal/sql/driver.js';
import { openPglite } from '../src/internal/sql/pglite.node.js';
import type { PgliteQuestion } from '../src/internal/sql/pglite-worker.node.js';
import { refused } from './contract/world.js';
import { folder } from './directory.js';

// A new embedded database takes seconds where the machine is busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

type Database = Awaited<ReturnType<typeof openPglite>>;

const threads: Worker[] = [];
const unhandled: unknown[] = [];
const keepThread = (thread: Worker): void => void threads.push(thread);
const keepUnhandled = (error: unknown): void => void unhandled.push(error);
// Made once: not by a thread that a test counts.
beforeAll(async () => {
  const made = await mkdtemp(join(tmpdir(), 'gov-store-'));
  await newDatabase(join(made, 'store'));
  await rm(made, { recursive: true });
});
beforeEach(() => {
  threads.length = 0;
  unhandled.length = 0;
  process.on('worker', keepThread);
  process.on('unhandledRejection', keepUnhandled);
});
afterEach(async () => {
  await new Promise((resolve) => setTimeout(resolve, 20));
  process.off('worker', keepThread);
  process.off('unhandledRejection', keepUnhandled);
  expect(unhandled).toEqual([]);
});

/** The thread ends when it is told this statement, which therefore never gets an answer: a quick one might come before the end. */
function dieAt(text: string): void {
  const thread = threads[0]!;
  const post = thread.postMessage.bind(thread);
  thread.postMessage = (question: PgliteQuestion, memory?: readonly ArrayBuffer[]) => {
    if ('text' in question && question.text.startsWith(text)) void thread.terminate();
    else post(question, memory ?? []);
  };
}

const failureOf = (asked: Promise<unknown>): Promise<unknown> => asked.then(() => 'no failure').catch((error) => error);
const ENDED = new SqlFailure('', 'ended', false);
const open = async (): Promise<Database> =>
  openPglite({ directory: join(await newDatabase(join(await folder(), 'store')), 'data') });

describe('the thread of an embedded database', () => {
  it('that ends while it is idle fails every later question, and the close that follows does not', async () => {
    const db = await open();
    await threads[0]!.terminate();
    expect(await failureOf(db.query('SELECT 1'))).toEqual(ENDED);
    expect(await failureOf(db.transaction(async (query) => query('SELECT 1')))).toEqual(ENDED);
    expect(await failureOf(db.dump())).toEqual(ENDED);
    await db.close();
  });

  it('that ends in a transaction fails it and whatever waits behind it; nothing of it was committed', async () => {
    const directory = join(await newDatabase(join(await folder(), 'store')), 'data');
    const db = await openPglite({ directory });
    await db.query('CREATE TABLE t (n integer)');
    dieAt('SELECT pg_sleep');
    const asked = [
      db.transaction(async (query) => {
        await query('INSERT INTO t VALUES (1)');
        await query('SELECT pg_sleep(60)');
      }),
      db.query('SELECT 1'),
      db.transaction(async (query) => query('SELECT 1')),
    ];
    expect(await Promise.all(asked.map(failureOf))).toEqual([ENDED, ENDED, ENDED]);
    await db.close();
    const again = await openPglite({ directory });
    expect((await again.query('SELECT n FROM t')).rows).toEqual([]);
    await again.close();
  });

  it('that ends between two statements of a transaction fails the second', async () => {
    const db = await open();
    const done = db.transaction(async (query) => {
      await query('SELECT 1');
      await threads[0]!.terminate();
      await query('SELECT 2');
    });
    expect(await failureOf(done)).toEqual(ENDED);
    await db.close();
  });

  it('that ends during the commit says that nobody knows', async () => {
    const db = await open();
    dieAt('COMMIT');
    expect(await failureOf(db.transaction(async (query) => query('SELECT 1')))).toEqual(
      new SqlFailure('', 'ended', true),
    );
    expect(await failureOf(db.query('SELECT 1'))).toEqual(ENDED);
    await db.close();
  });

  it('that ends makes the store unavailable, and closing it frees the directory, not earlier', async () => {
    const directory = await newDatabase(join(await folder(), 'store'));
    const store = await openStore(directory);
    dieAt('COMMIT');
    await expect(store.transaction((tx) => tx.takeNumbers('n', 1))).rejects.toMatchObject({
      code: 'store-unavailable',
      issues: [{ code: 'commit-unknown' }],
    });
    await refused(store.counters(), 'store-unavailable');
    await refused(openStore(directory), 'store-locked');
    await store.close();
    const again = await openStore(directory);
    expect(await again.transaction((tx) => tx.takeNumbers('m', 1))).toBe(1);
    await again.close();
  });

  it('that ends while it starts is told, and the directory is free', async () => {
    const directory = await newDatabase(join(await folder(), 'store'));
    process.once('worker', (thread: Worker) => void thread.terminate());
    await refused(openStore(directory), 'store-unavailable');
    expect(await readdir(join(directory, 'lock'))).toEqual([]);
    await (await openStore(directory)).close();
  });

  it('is gone when the database is closed, and when it could not be opened', async () => {
    const db = await open();
    await db.close();
    const backup = new TextEncoder().encode('no copy at all');
    const refusal = await failureOf(openPglite({ directory: join(await folder(), 'data'), backup }));
    expect(refusal).toBeInstanceOf(SqlFailure);
    expect(threads.map(({ threadId }) => threadId)).toEqual([-1, -1]);
  });
});

describe('an embedded database in a thread', () => {
  it('does 50 transactions at once one after another, in their order, and questions in between', async () => {
    const db = await open();
    await db.query('CREATE TABLE t (id serial, n integer)');
    let [running, most] = [0, 0];
    const asked = Array.from({ length: 50 }, (_, i) => [
      db.transaction(async (query) => {
        most = Math.max(most, ++running);
        await query('INSERT INTO t (n) VALUES ($1)', [i]);
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 3));
        await query('UPDATE t SET n = n + 1000 WHERE n = $1', [i]);
        running--;
      }),
      db.query('SELECT count(*)::integer AS there FROM t WHERE n < 1000'),
    ]).flat();
    const done = await Promise.all(asked);
    expect(most).toBe(1);
    // Nobody saw a transaction that was under way.
    expect(done.filter((_, i) => i % 2 === 1).map((result) => result!.rows[0]!.there)).toEqual(Array(50).fill(0));
    const { rows } = await db.query('SELECT n FROM t ORDER BY id');
    expect(rows.map(({ n }) => n)).toEqual(Array.from({ length: 50 }, (_, i) => 1000 + i));
    await db.close();
  });

  it('is closed after what was asked before, and answers nothing after', async () => {
    const db = await open();
    const pending = [db.transaction((query) => query('SELECT 7 AS n')), db.query('SELECT 7 AS n')];
    const closed = db.close();
    const late = failureOf(db.query('SELECT 8 AS n'));
    for (const { rows } of await Promise.all(pending)) expect(rows).toEqual([{ n: 7 }]);
    await closed;
    expect(await late).toEqual(ENDED);
  });

  it('tells the SQLSTATE and nothing of the row; the connection stays fit for use', async () => {
    const db = await open();
    await db.query('CREATE TABLE t (name text PRIMARY KEY)');
    const insert = (name: string) => db.query('INSERT INTO t VALUES ($1)', [name]);
    await insert('张三');
    const refusal = await failureOf(insert('张三'));
    expect(refusal).toEqual(new SqlFailure('23505', '', false));
    expect(`${(refusal as Error).stack}${JSON.stringify(refusal)}`).not.toContain('张三');
    expect(await failureOf(db.query('SELEC'))).toEqual(new SqlFailure('42601', '', false));
    expect((await db.query('SELECT name FROM t')).rows).toEqual([{ name: '张三' }]);
    await db.close();
  });

  it('rolls back where the work throws, and throws what the work threw', async () => {
    const db = await open();
    await db.query('CREATE TABLE t (n integer UNIQUE DEFERRABLE INITIALLY DEFERRED)');
    const mine = new Error('mine');
    const thrown = db.transaction(async (query) => {
      await query('INSERT INTO t VALUES (1)');
      throw mine;
    });
    expect(await failureOf(thrown)).toBe(mine);
    // Refused by the commit itself.
    const twice = db.transaction((query) => query('INSERT INTO t VALUES (2), (2)'));
    expect(await failureOf(twice)).toEqual(new SqlFailure('23505', '', true));
    // Lost before, which the work hid: COMMIT would roll it back without a word.
    const hidden = db.transaction(async (query) => {
      await query('INSERT INTO t VALUES (3)');
      await query('SELEC').catch(() => undefined);
    });
    expect(await failureOf(hidden)).toEqual(new SqlFailure('25P02', '', false));
    expect((await db.query('SELECT n FROM t')).rows).toEqual([]);
    await db.close();
  });

  it('ends its thread where a transaction cannot be rolled back: the next must not become part of it', async () => {
    const db = await open();
    const thread = threads[0]!;
    const post = thread.postMessage.bind(thread);
    thread.postMessage = (question: PgliteQuestion, memory?: readonly ArrayBuffer[]) =>
      post(
        'text' in question && question.text === 'ROLLBACK' ? { ...question, text: 'ROLLBAC' } : question,
        memory ?? [],
      );
    const mine = new Error('mine');
    const thrown = db.transaction(async () => {
      throw mine;
    });
    expect(await failureOf(thrown)).toBe(mine);
    expect(await failureOf(db.query('SELECT 1'))).toEqual(ENDED);
    await db.close();
  });

  it('keeps octets of 8 MB and of none, takes a view alone, and leaves the caller its own', async () => {
    const db = await open();
    await db.query('CREATE TABLE t (id integer, content bytea)');
    const large = new Uint8Array(8 * 2 ** 20).map((_, i) => (i * 7) ^ (i >> 8));
    const view = large.subarray(1000, 1032);
    let sent = 0;
    const thread = threads[0]!;
    const post = thread.postMessage.bind(thread);
    thread.postMessage = (question: PgliteQuestion, memory?: readonly ArrayBuffer[]) => {
      sent = (memory ?? []).reduce((sum, { byteLength }) => sum + byteLength, 0);
      post(question, memory ?? []);
    };
    const values = [large, view, new Uint8Array(), Buffer.from('pool')];
    for (const [id, content] of values.entries()) {
      await db.query('INSERT INTO t VALUES ($1, $2)', [id, content]);
      expect(sent).toBe(content.length);
    }
    const { rows } = await db.query('SELECT content FROM t ORDER BY id');
    for (const [i, { content }] of rows.entries()) expect(Buffer.compare(content as Uint8Array, values[i]!)).toBe(0);
    await db.close();
  });
});

describe('a process', () => {
  /** With the path of a database as its argument. */
  const run = async (program: string) => {
    const directory = await newDatabase(join(await folder(), 'store'));
    return spawnSync(
      process.execPath,
      ['--import', join(import.meta.dirname, 'from-source.mjs'), '--input-type=module', '-e', program, directory],
      { encoding: 'utf8', timeout: 60_000, cwd: import.meta.dirname },
    );
  };

  it('ends by itself after the store is closed, and is not ended while it closes', async () => {
    const { status, stdout, stderr } = await run(`
      import { openStore } from '@gov/store';
      const store = await openStore(process.argv[1]);
      console.log(await store.transaction((tx) => tx.takeNumbers('n', 1)));
      await store.close();
      console.log('closed');`);
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '1\nclosed\n', stderr: '' });
  });

  it('is not kept by a store that nobody closed, but by one that is asked', async () => {
    const { status, stdout, stderr } = await run(`
      import { openStore } from '@gov/store';
      const store = await openStore(process.argv[1]);
      store.counters().then((counters) => console.log(counters.length));`);
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '0\n', stderr: '' });
  });

  it('may have flags of V8, which no thread takes when it is told them', async () => {
    const directory = await newDatabase(join(await folder(), 'store'));
    const program = join(import.meta.dirname, 'open-and-close.mjs');
    const flags = ['--max-old-space-size=1024', '--import', join(import.meta.dirname, 'from-source.mjs')];
    const { status, stderr } = spawnSync(process.execPath, [...flags, program, directory], {
      encoding: 'utf8',
      timeout: 60_000,
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});
