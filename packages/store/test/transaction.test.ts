import { describe, expect, it } from 'vitest';
import { type Query, type SqlDriver, SqlFailure } from '../src/internal/sql/driver.js';
import { sqlStore } from '../src/internal/sql/store.node.js';
import { refused } from './contract/world.js';

/** A database that answers each transaction as told, the last answer again and again. */
function scripted(...answers: readonly (SqlFailure | 'well')[]): SqlDriver & { readonly begun: number } {
  const query: Query = async () => ({ rows: [{ last_number: 1 }], written: 1 });
  const driver = {
    query,
    begun: 0,
    async transaction<T>(work: (ask: Query) => Promise<T>): Promise<T> {
      const answer = answers[Math.min(driver.begun++, answers.length - 1)]!;
      if (answer === 'well') return work(query);
      const failing: Query = async () => {
        throw answer;
      };
      if (!answer.duringCommit) return work(failing);
      await work(query);
      throw answer;
    },
    close: async () => undefined,
  };
  return driver;
}

const failure = (state: string, duringCommit = false, connection = ''): SqlFailure =>
  new SqlFailure(state, connection, duringCommit);

describe('a transaction', () => {
  it.each(['40001', '40P01'])('that the database gives up (%s) is done again', async (state) => {
    const driver = scripted(failure(state), failure(state), 'well');
    expect(await sqlStore(driver).transaction((tx) => tx.takeNumbers('n', 1))).toBe(1);
    expect(driver.begun).toBe(3);
  });

  it('is done again, also where the work hid that it was given up', async () => {
    const driver = scripted(failure('40P01'), 'well');
    const answer = await sqlStore(driver).transaction((tx) => tx.takeNumbers('n', 1).catch(() => 'hidden'));
    expect(answer).toBe(1);
  });

  it('is given up after some attempts', async () => {
    const driver = scripted(failure('40001'));
    await refused(
      sqlStore(driver).transaction((tx) => tx.takeNumbers('n', 1)),
      'store-unavailable',
    );
    expect(driver.begun).toBe(10);
  });

  it.each(['23505', '42601', '22021', '57014', '08006', '53300', 'XX001'])(
    'refused otherwise (%s) is not done again',
    async (state) => {
      const driver = scripted(failure(state));
      const done = sqlStore(driver).transaction((tx) => tx.takeNumbers('n', 1));
      await refused(done, /^(08|5|XX)/.test(state) ? 'store-unavailable' : 'internal');
      expect(driver.begun).toBe(1);
    },
  );

  it('whose commit was cut off says that nobody knows; otherwise nothing happened', async () => {
    const work = (driver: SqlDriver) => sqlStore(driver).transaction((tx) => tx.takeNumbers('n', 1));
    await expect(work(scripted(failure('', true, 'ECONNRESET')))).rejects.toMatchObject({
      code: 'store-unavailable',
      message: expect.stringContaining('not known whether the transaction was committed'),
      issues: [expect.objectContaining({ code: 'commit-unknown' })],
    });
    await expect(work(scripted(failure('', false, 'ECONNRESET')))).rejects.toMatchObject({
      code: 'store-unavailable',
      message: expect.stringContaining('nothing happened'),
      issues: [],
    });
  });

  it('inside another, or a question to the store beside it, is refused instead of waiting for itself', async () => {
    const store = sqlStore(scripted('well'));
    const inside = (work: () => Promise<unknown>) => store.transaction(async () => work());
    await refused(
      inside(() => store.transaction(async () => 1)),
      'invalid-argument',
    );
    await refused(
      inside(() => store.entry({ identifier: 'x' })),
      'invalid-argument',
    );
    await refused(
      inside(() => store.audit.size('log')),
      'invalid-argument',
    );
    await refused(
      inside(() => store.replay.firstUse('s', 'i', new Date())),
      'invalid-argument',
    );
    expect(await store.transaction(async () => 1)).toBe(1);
  });
});
