/** Delegations and links of city codes, in memory. */
import type { DelegationRegister } from '@gov/city-code/delegate';
import type { LinkStore } from '@gov/city-code/merge';
import { hexToBytes } from '@gov/sm';
import { GovError } from '@gov/verdict';
import { checkDate, checkKey } from '../check.js';
import { checkDelegation, checkDelegationsOf, checkDeviceKeyDigest, checkTag, earliestEnd } from '../check-city.js';
import { keyOf } from './staged-map.js';
import type { MemoryTables } from './tables.js';

/** Does something in a transaction, after all that were asked for before. */
type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

export function memoryDelegations(tables: MemoryTables, inTurn: InTurn, open: () => void): DelegationRegister {
  const { delegations, deviceKeys } = tables;
  return {
    keep: async (entry) => {
      const delegation = checkDelegation(entry);
      const key = checkDeviceKeyDigest(entry.deviceKeyDigest);
      return inTurn(async () => {
        if (delegations.peek(delegation.tag) !== undefined || deviceKeys.peek(key) !== undefined)
          throw new GovError('delegation-exists', 'a delegation with this tag or device key was issued before');
        delegations.set(delegation.tag, { ...delegation, isRevoked: false });
        deviceKeys.set(key, true);
      });
    },
    revoke: async (which) => {
      checkDelegationsOf(which);
      const own = 'tag' in which ? { tag: checkTag(which.tag) } : { holder: which.holder };
      return inTurn(async () => {
        const standing = delegations
          .peekEntries()
          .filter(([tag, { holder, isRevoked }]) => !isRevoked && (tag === own.tag || holder === own.holder));
        for (const [tag, delegation] of standing) delegations.set(tag, { ...delegation, isRevoked: true });
        return standing.length;
      });
    },
    async *revokedTags(at) {
      open();
      const from = earliestEnd(checkDate(at, 'at'));
      const revoked = delegations
        .keptEntries()
        .filter(([, { isRevoked, expires }]) => isRevoked && expires >= from)
        .map(([tag, { expires }]) => ({ tag, place: keyOf(expires, tag) }))
        .sort((a, b) => (a.place < b.place ? -1 : 1));
      for (const { tag } of revoked) yield hexToBytes(tag);
    },
  };
}

export function memoryLinks({ links }: MemoryTables, inTurn: InTurn, open: () => void): LinkStore {
  return {
    put: async (key, text) => {
      checkKey(key, 'key');
      checkKey(text, 'text');
      return inTurn(async () => {
        if (links.peek(key) !== undefined) return false;
        links.set(key, { text, at: new Date().toISOString() });
        return true;
      });
    },
    get: async (key) => {
      open();
      checkKey(key, 'key');
      return links.get(key)?.text;
    },
    remove: async (key, text) => {
      checkKey(key, 'key');
      checkKey(text, 'text');
      return inTurn(async () => {
        if (links.peek(key)?.text !== text) return false;
        links.delete(key);
        return true;
      });
    },
  };
}
