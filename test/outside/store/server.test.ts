import { migrate, openStore } from '@gov/store';
import { isGovError } from '@gov/verdict';
import { Client } from 'pg';
import { afterAll, describe, expect, it } from 'vitest';
import { refused, world } from '../../../packages/store/test/contract/world.js';
import { postgresHere } from '../postgres.js';

const [ROUNDS, CRASHES] = process.env.SLOW === undefined ? [8, 1] : [100, 3];

const postgres = await postgresHere();
afterAll(() => postgres?.stop());

async function fresh(): Promise<string> {
  const url = await postgres!.database();
  await migrate(url);
  return url;
}

async function sql(url: string, text: string) {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

describe.skipIf(postgres === undefined)('a store on a PostgreSQL server', () => {
  it('is migrated once by eight at once', async () => {
    // Those that create the first table at once are refused in several ways, each of them in some rounds only.
    for (let round = 0; round < ROUNDS; round++) {
      const url = await postgres!.database();
      const results = await Promise.all(Array.from({ length: 8 }, () => migrate(url)));
      // One of them each, in whatever order they came to it.
      expect(results.flatMap(({ applied }) => applied).sort()).toEqual([1, 2, 3]);
      expect(await sql(url, 'SELECT version FROM schema_version ORDER BY version')).toEqual([
        { version: 1 },
        { version: 2 },
        { version: 3 },
      ]);
      expect(await migrate(url)).toEqual({ applied: [] });
    }
  });

  it('of another schema is not opened', async () => {
    const url = await fresh();
    await sql(url, "INSERT INTO schema_version VALUES (4, 'newer', 'x', 'now')");
    await refused(openStore(url), 'store-version');
    await refused(migrate(url), 'store-version');
    await sql(url, 'DELETE FROM schema_version');
    await refused(openStore(url), 'store-version');
  });

  it('begins transactions anew that lock each other out', async () => {
    const store = await openStore(await fresh());
    let began = 0;
    const both = (first: string, second: string) =>
      store.transaction(async (tx) => {
        began++;
        await tx.takeNumbers(first, 1);
        await new Promise((resolve) => setTimeout(resolve, 100));
        return tx.takeNumbers(second, 1);
      });
    await store.transaction(async (tx) => {
      for (const counter of ['a', 'b']) await tx.takeNumbers(counter, 1);
    });
    await Promise.all([both('a', 'b'), both('b', 'a'), both('a', 'b'), both('b', 'a')]);
    expect(began).toBeGreaterThan(4);
    expect(await store.counters()).toEqual([
      { counter: 'a', last: 5 },
      { counter: 'b', last: 5 },
    ]);
    await store.close();
  });

  it('tells nobody what a row holds, whatever the server says of it', async () => {
    const store = await openStore(await fresh());
    const w = world();
    const secret = w.entry(1, { number: '370303199001011237', request: { key: '张三', digest: 'd' } });
    await store.transaction((tx) => tx.insertEntries([secret]));
    const again = store.transaction((tx) => tx.insertEntries([{ ...secret, identifier: 'other' }]));
    await refused(again, 'license-exists', ['370303', '张三', 'detail', w.issuer]);
    await store.close();
  });

  it('with more work than connections does all of it', async () => {
    const store = await openStore(await fresh(), { connections: 2 });
    const firsts = await Promise.all(
      Array.from({ length: 64 }, () => store.transaction((tx) => tx.takeNumbers('n', 1))),
    );
    expect(firsts.sort((a, b) => a - b)).toEqual(Array.from({ length: 64 }, (_, i) => i + 1));
    await store.close();
  });

  it('gives a statement up that waits too long, and the connection works on', async () => {
    const url = await fresh();
    const store = await openStore(url, { statementMilliseconds: 300 });
    await store.transaction((tx) => tx.takeNumbers('n', 1));
    const other = new Client({ connectionString: url });
    await other.connect();
    await other.query('BEGIN; LOCK TABLE counter IN ACCESS EXCLUSIVE MODE');
    await refused(
      store.transaction((tx) => tx.takeNumbers('n', 1)),
      'store-unavailable',
    );
    await other.query('ROLLBACK');
    await other.end();
    expect(await store.transaction((tx) => tx.takeNumbers('n', 1))).toBe(2);
    await store.close();
  });

  it('survives a crash of the server: clean errors, nothing half done, and it goes on', async () => {
    const store = await openStore(await fresh(), { connections: 4 });
    const w = world();
    let next = 0;
    let stop = false;
    let done = 0;
    let unknown = 0;
    const codes = new Set<string>();
    const worker = async (): Promise<void> => {
      while (!stop) {
        const n = next++;
        try {
          await store.transaction(async (tx) => {
            const first = await tx.takeNumbers(w.counter, 2);
            await tx.insertEntries([
              w.entry(2 * n, { auditIndex: first }),
              w.entry(2 * n + 1, { auditIndex: first + 1 }),
            ]);
          });
          done++;
        } catch (error) {
          codes.add(isGovError(error) ? error.code : String(error));
          if (isGovError(error) && error.issues[0]?.code === 'commit-unknown') unknown++;
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      }
    };
    const workers = Array.from({ length: 8 }, worker);
    for (let i = 0; i < CRASHES; i++) {
      await new Promise((resolve) => setTimeout(resolve, 700));
      await postgres!.restart();
    }
    await new Promise((resolve) => setTimeout(resolve, 700));
    stop = true;
    await Promise.all(workers);
    expect([...codes]).toEqual(['store-unavailable']);
    expect(done).toBeGreaterThan(10);
    const { taken } = await store.slotStatuses(w.issuer, 0, 1_000_000);
    const [counter] = await store.counters();
    // Numbers and rows went together, whatever happened.
    expect(counter?.last).toBe(taken);
    expect(taken).toBeGreaterThanOrEqual(2 * done);
    expect(taken).toBeLessThanOrEqual(2 * (done + unknown));
    await store.close();
  });

  it('that cannot be reached or does not let us in is not available, and no password is shown', async () => {
    const url = await fresh();
    const wrong = (change: (parsed: URL) => void): string => {
      const parsed = new URL(url);
      parsed.password = 'geheim';
      change(parsed);
      return parsed.href;
    };
    const urls = [
      wrong(() => undefined),
      wrong((parsed) => {
        parsed.port = '1';
      }),
      wrong((parsed) => {
        parsed.hostname = 'no-such-host.invalid';
      }),
    ];
    for (const one of urls) {
      await refused(openStore(one, { connectMilliseconds: 3000 }), 'store-unavailable', ['geheim']);
      await refused(migrate(one, { connectMilliseconds: 3000 }), 'store-unavailable', ['geheim']);
    }
    const missing = url.replace(/[^/]+$/, 'missing');
    await refused(openStore(missing), 'store-unavailable');
  });
});
