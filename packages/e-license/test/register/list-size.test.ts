/** One size of status lists for each issuer: the place of a licence is a number only by it. */

import { reconcile } from '@gov/e-license/register';
import { StatusPublisher } from '@gov/e-license/status-publisher';
import type { Store } from '@gov/store';
import { memoryStore } from '@gov/store/memory';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { makeWorld, TIMES, type World } from '../../../../test/world.js';
import { BY, codeOf, discrepancies, ISSUER, LIST_SIZE, LOG, lying, registerOn, sample, snapshot } from './fixture.js';

let world: World;
let store: Store;
beforeAll(async () => {
  world = await makeWorld();
});
beforeEach(() => {
  store = memoryStore();
});
const AGAIN = { ...BY, act: 'replacement', reason: '遗失补发' } as const;

it('is kept with the first licence, and another one refused', async () => {
  const register = registerOn(store, world);
  const { entry } = await register.issue(sample(1), BY);
  const before = await snapshot(store);
  for (const listSize of [LIST_SIZE - 1, LIST_SIZE + 1, undefined]) {
    const other = registerOn(store, world, listSize === undefined ? { listSize: 1_048_576 } : { listSize });
    expect(await codeOf(other.issue(sample(2), BY))).toBe('invalid-argument');
    expect(await codeOf(other.reissue(entry.identifier, sample(1), AGAIN))).toBe('invalid-argument');
  }
  expect(await snapshot(store)).toBe(before);
  // Acts that take no place need no size.
  await registerOn(store, world, { listSize: 99 }).suspend(entry.identifier, { ...BY, reason: '整改' });
  for (let n = 2; n <= LIST_SIZE + 1; n++) await registerOn(store, world).issue(sample(n), BY);
  expect((await store.slotStatuses(ISSUER, 1, LIST_SIZE)).taken).toBe(1);
  expect(await discrepancies(store)).toEqual([]);
});

it('is not kept by an act that failed', async () => {
  const signer = {
    ...world.issuer.signer,
    publicKey: world.issuer.signer.publicKey,
    sign: () => Promise.reject(new Error('no')),
  };
  const broken = registerOn(store, world, { issuer: { ...world.issuer, signer }, listSize: 99 });
  await expect(broken.issue(sample(1), BY)).rejects.toThrow('no');
  expect(await store.counters()).toEqual([]);
  expect((await registerOn(store, world).issue(sample(1), BY)).entry.slot).toEqual({ list: 0, index: 0 });
});

it('of two registers that begin at once, one decides', async () => {
  const sizes = [LIST_SIZE, LIST_SIZE, 5, LIST_SIZE, 5];
  // All have looked before any has issued.
  const results = await Promise.all(
    sizes.map((listSize, n) => codeOf(registerOn(store, world, { listSize }).issue(sample(n + 1), BY))),
  );
  const kept = (await store.counters()).find(({ counter }) => counter === `listsize:${ISSUER}`)?.last;
  expect(sizes).toContain(kept);
  expect(results).toEqual(sizes.map((listSize) => (listSize === kept ? 'done' : 'invalid-argument')));
  for await (const found of reconcile(store, { log: LOG, listSize: kept! })) expect(found).toBeUndefined();
});

it('finds out which it was where somebody else was faster', async () => {
  await registerOn(store, world).issue(sample(1), BY);
  let asked = 0;
  // The first answer is from before.
  const stale = (): Store =>
    lying(store, {
      counters: async () => {
        asked += 1;
        return asked === 1 ? [] : store.counters();
      },
    });
  expect((await registerOn(stale(), world).issue(sample(2), BY)).entry.serial).toBe('000000002');
  expect(asked).toBe(2);
  asked = 0;
  expect(await codeOf(registerOn(stale(), world, { listSize: 99 }).issue(sample(3), BY))).toBe('invalid-argument');
  expect(await discrepancies(store)).toEqual([]);
});

it('is that of the publisher and of the check, too', async () => {
  await registerOn(store, world).issue(sample(1), BY);
  const publisher = (listSize: number) =>
    new StatusPublisher({
      store,
      issuer: world.issuer,
      issuerCode: ISSUER,
      base: 'https://status.example/x/',
      clock: () => TIMES.signed,
      listSize,
    });
  expect(await publisher(LIST_SIZE).lists()).toBe(1);
  expect(await codeOf(publisher(LIST_SIZE * 2).lists())).toBe('invalid-argument');
  expect(await codeOf(publisher(LIST_SIZE * 2).token(0))).toBe('invalid-argument');
  expect(await codeOf(reconcile(store, { log: LOG })[Symbol.asyncIterator]().next())).toBe('invalid-argument');
});
