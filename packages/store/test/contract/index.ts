import type { Store } from '@gov/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditContract } from './audit.js';
import { cityContract } from './city.js';
import { erasureContract } from './erasure.js';
import { identityContract } from './identity.js';
import { keepingContract } from './keeping.js';
import { oddValuesContract } from './odd-values.js';
import { oneTimeContract } from './one-time.js';
import { registerContract } from './register.js';
import { gathered, type OpenStore, refused } from './world.js';

/** What every store does, whatever lies below: one suite for all of them. */
export function storeContract(name: string, open: OpenStore): void {
  describe(name, () => {
    let opened: Store | undefined;
    const store = (): Store => opened!;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened?.close());

    registerContract(store);
    keepingContract(store);
    auditContract(store);
    oneTimeContract(store);
    identityContract(store);
    cityContract(store);
    oddValuesContract(store);
    erasureContract(open);

    it('answers nothing once it is closed, and is closed once', async () => {
      await Promise.all([store().close(), store().close()]);
      await refused(
        store().transaction(async () => 1),
        'store-unavailable',
      );
      await refused(store().entry({ identifier: 'x' }), 'store-unavailable');
      await refused(store().replay.firstUse('s', 'i', new Date(0)), 'store-unavailable');
      await refused(store().links.get('bind:x'), 'store-unavailable');
      await refused(store().delegations.revoke({ holder: 'x' }), 'store-unavailable');
      await refused(gathered(store().delegations.revokedTags(new Date(0))), 'store-unavailable');
      await refused(store().audit.size('log'), 'store-unavailable');
      await expect(store().entries()[Symbol.asyncIterator]().next()).rejects.toMatchObject({
        code: 'store-unavailable',
      });
    });
  });
}
