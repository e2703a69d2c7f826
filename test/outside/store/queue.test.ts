/** Ranges over several workers: each batch by itself, nothing is lost with a worker, nothing damaged is handed out for ever. */
import type { RangeLease } from '@gov/e-license/batch';
import type { BatchRecord } from '@gov/e-license/register';
import { migrate, openStore, type Store } from '@gov/store';
import { type PostgresRangeQueue, postgresRangeQueue, type RangeQueueOptions } from '@gov/store/queue';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { refused, world } from '../../../packages/store/test/contract/world.js';
import { postgresHere } from '../postgres.js';

const ROUNDS = process.env.SLOW === undefined ? 3 : 50;

const postgres = await postgresHere();
afterAll(() => postgres?.stop());

describe.skipIf(postgres === undefined)('the queues of ranges', () => {
  let url: string;
  let store: Store;
  let w: ReturnType<typeof world>;
  let entries = 0;
  const queues: PostgresRangeQueue[] = [];

  const fresh = async (): Promise<void> => {
    url = await postgres!.database();
    await migrate(url);
    store = await openStore(url);
    w = world();
  };
  beforeAll(fresh);
  afterEach(async () => {
    for (const queue of queues.splice(0)) await queue.close();
    await store.close();
    await fresh();
  });
  afterAll(() => store.close());

  /** Ten rows in three ranges. */
  const recorded = async (name: string, more: Partial<BatchRecord> = {}): Promise<BatchRecord> => {
    const batch = w.batch(name, more);
    await store.transaction((tx) => tx.insertBatch(batch));
    return batch;
  };
  const join = async (more: Partial<RangeQueueOptions> = {}): Promise<PostgresRangeQueue> => {
    const queue = await postgresRangeQueue(url, store, { issuerCode: w.issuer, pollMs: 20, ...more });
    queues.push(queue);
    return queue;
  };
  /** What a worker does with a range. */
  const issue = async ({ batch: id, range, done }: RangeLease): Promise<void> => {
    const { rows, rangeSize } = (await store.batch(id))!;
    await store.transaction(async (tx) => {
      const there = await tx.batchRows(id, 0, rows);
      const from = range * rangeSize;
      const missing = Array.from({ length: Math.min(rangeSize, rows - from) }, (_, i) => from + i);
      const own = missing.filter((row) => !there.includes(row));
      await tx.insertEntries(own.map((row) => w.entry(++entries, { batch: { id, row } })));
    });
    await done();
  };
  const workedOff = async (from: PostgresRangeQueue, work = issue): Promise<string[]> => {
    const had: string[] = [];
    for (let lease = await from.next(); lease !== undefined; lease = await from.next()) {
      had.push(`${lease.batch.split('.')[1]}/${lease.range}`);
      await work(lease);
    }
    return had;
  };
  const queueTables = async (): Promise<number> => {
    const client = new Client(url);
    await client.connect();
    const { rows } = await client.query(`SELECT count(*) FROM gov_queue.queue WHERE name LIKE 'ranges-%'`);
    await client.end();
    return Number(rows[0].count);
  };

  it('hand out every range of every batch of their issuer, and are dropped with the last', async () => {
    await recorded('b', { createdAt: '2026-05-21T00:00:00Z' });
    await recorded('a');
    const foreign = await recorded('foreign', { issuerCode: 'other' });
    expect((await workedOff(await join())).sort()).toEqual(['a/0', 'a/1', 'a/2', 'b/0', 'b/1', 'b/2']);
    expect(await workedOff(await join())).toEqual([]);
    expect(await store.countBatchRows(foreign.id)).toBe(0);
    expect(await queueTables()).toBe(0);
  });

  it('of one batch leave all others alone, also older ones', async () => {
    const [older, own] = [await recorded('a'), await recorded('b')];
    expect((await workedOff(await join({ batch: own.id }))).sort()).toEqual(['b/0', 'b/1', 'b/2']);
    expect(await store.countBatchRows(older.id)).toBe(0);
  });

  it(`are joined by eight at once on a new database, ${ROUNDS} times: everything is issued once`, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      await fresh();
      const batches = await Promise.all(['a', 'b'].map((name) => recorded(name, { rows: 100 })));
      const had = await Promise.all(
        Array.from({ length: 8 }, async (_, i) => workedOff(await join(i % 2 === 0 ? {} : { batch: batches[0]!.id }))),
      );
      expect(new Set(had.flat()).size).toBe(50);
      for (const { id } of batches) expect(await store.countBatchRows(id)).toBe(100);
      for (const queue of queues.splice(0)) await queue.close();
      if (round < ROUNDS - 1) await store.close();
    }
  }, 600_000);

  it('hand out again what was given back, and what the register does not have', async () => {
    await recorded('a');
    let first = true;
    const had = await workedOff(await join(), (lease) => {
      const isFirst = first;
      first = false;
      return isFirst ? lease.giveBack() : issue(lease);
    });
    expect(had).toHaveLength(4);
    expect(new Set(had).size).toBe(3);
    await recorded('b');
    let forgotten = 0;
    const again = await workedOff(await join(), (lease) => (forgotten++ < 1 ? lease.done() : issue(lease)));
    expect(again).toHaveLength(4);
  });

  it('give the range of a worker that died to another, which waits for it', async () => {
    const { id } = await recorded('a');
    const died = (await (await join({ leaseSeconds: 1 })).next())!;
    const had = await workedOff(await join({ leaseSeconds: 1 }));
    expect(had).toContain(`a/${died.range}`);
    expect(await store.countBatchRows(id)).toBe(10);
  }, 60_000);

  it('end where only damaged ranges are left, and hand one to nobody who knows it', async () => {
    const { id } = await recorded('a');
    const work = (lease: RangeLease) => (lease.range === 1 ? lease.skip() : issue(lease));
    const first = await join();
    expect((await workedOff(first, work)).sort()).toEqual(['a/0', 'a/1', 'a/2']);
    expect(await workedOff(first, work)).toEqual([]);
    expect(await workedOff(await join(), work)).toEqual(['a/1']);
    // Repaired.
    expect(await workedOff(await join())).toEqual(['a/1']);
    expect(await store.countBatchRows(id)).toBe(10);
  });

  it('wait for batches to come until they are stopped', async () => {
    const stop = new AbortController();
    const waiting = await join({ wait: true });
    const first = waiting.next(stop.signal);
    await recorded('a');
    expect(await first).toMatchObject({ batch: expect.stringContaining('.a') });
    for (let i = 0; i < 2; i++) expect(await waiting.next(stop.signal)).toBeDefined();
    const none = waiting.next(stop.signal);
    stop.abort();
    expect(await none).toBeUndefined();
    expect(await waiting.next(stop.signal)).toBeUndefined();
  });

  it('refuse a lease of no time', async () => {
    for (const leaseSeconds of [0, -1, 0.5]) await refused(join({ leaseSeconds }), 'invalid-argument');
  });
});
