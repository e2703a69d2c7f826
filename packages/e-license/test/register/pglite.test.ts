/** The register on SQL: the same acts, races and faults on an embedded database. */
import type { Store } from '@gov/store';
import { openStore } from '@gov/store';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeWorld, type World } from '../../../../test/world.js';
import {
  BY,
  codeOf,
  discrepancies,
  faulty,
  ISSUER,
  LIST_SIZE,
  LOG,
  registerOn,
  SERIALS,
  sample,
  snapshot,
} from './fixture.js';

// Starting the database takes seconds where much else runs.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let world: World;
let store: Store;

beforeAll(async () => {
  world = await makeWorld();
  store = await openStore('pglite:memory://');
});
afterAll(() => store?.close());

const WHY = { ...BY, reason: '限期整改' } as const;

describe('the register on PGlite', () => {
  it('issues, changes and follows licences, alone and in races', async () => {
    const register = registerOn(store, world);
    const all = await Promise.all(Array.from({ length: 6 }, () => register.issue(sample(1), { ...BY, key: 'k1' })));
    expect(new Set(all.map(({ entry }) => entry.identifier)).size).toBe(1);
    const { entry } = all[0]!;
    expect(await store.entry({ identifier: entry.identifier })).toEqual(entry);
    const others = await Promise.all([2, 3, 4].map((n) => register.issue(sample(n), BY)));
    expect(others.map((one) => one.entry.serial).sort()).toEqual(['000000002', '000000003', '000000004']);
    expect(await codeOf(register.issue(sample(2), BY))).toBe('license-exists');
    expect(await codeOf(register.issue(sample(9), { ...BY, key: 'k1' }))).toBe('idempotency-key-reused');
    const races = Array.from({ length: 3 }, () => codeOf(register.suspend(entry.identifier, WHY)));
    expect((await Promise.all(races)).sort()).toEqual(['done', 'license-status', 'license-status']);
    const keyed = Array.from({ length: 3 }, () => codeOf(register.resume(entry.identifier, { ...WHY, key: 'r' })));
    expect(await Promise.all(keyed)).toEqual(['done', 'done', 'done']);
    const again = { ...WHY, act: 'replacement', key: 'again' } as const;
    const next = await Promise.all([1, 2, 3].map(() => register.reissue(entry.identifier, sample(1), again)));
    expect(new Set(next.map((one) => one.entry.identifier)).size).toBe(1);
    expect((await register.versions(entry.identifier)).map(({ status }) => status)).toEqual(['superseded', 'valid']);
    await register.revoke(next[0]!.entry.identifier, { ...WHY, as: 'revoked' });
    expect((await store.slotStatuses(ISSUER, 0, LIST_SIZE)).changed).toEqual([{ index: 0, status: 'superseded' }]);
    expect(await store.counters()).toContainEqual({ counter: SERIALS, last: 4 });
    expect(await discrepancies(store)).toEqual([]);
  });

  it('undoes all of an issue that fails at any call', async () => {
    const before = await snapshot(store);
    const act = { ...BY, key: 'faults' } as const;
    let failing = 0;
    for (let code = ''; code !== 'done' && failing < 30; ) {
      failing += 1;
      const broken = faulty(store, failing, 'before');
      code = await codeOf(registerOn(broken.store, world).issue(sample(50), act));
      if (code === 'done') break;
      expect(code).toBe('store-unavailable');
      expect(await snapshot(store), `call ${failing}`).toBe(before);
    }
    expect(failing).toBeGreaterThan(8);
    expect(await store.counters()).toContainEqual({ counter: SERIALS, last: 5 });
    expect(await discrepancies(store)).toEqual([]);
  });

  it('issues nothing twice where a commit succeeded unseen', async () => {
    const size = await store.audit.size(LOG);
    // The calls of an issue: look for the key and the counters, then the transaction, which fails once it is committed.
    const broken = faulty(store, 3, 'after');
    const act = { ...BY, key: 'unseen' } as const;
    expect(await codeOf(registerOn(broken.store, world).issue(sample(60), act))).toBe('store-unavailable');
    expect(await store.audit.size(LOG)).toBe(size + 1);
    expect((await registerOn(store, world).issue(sample(60), act)).again).toBe(true);
    expect(await store.audit.size(LOG)).toBe(size + 1);
    expect(await discrepancies(store)).toEqual([]);
  });
});
