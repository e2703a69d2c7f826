import type { Store } from '@gov/store';
import { describe, expect, it } from 'vitest';
import { octets, refused, world } from './world.js';

export function oneTimeContract(store: () => Store): void {
  const until = new Date('2026-05-20T01:00:00Z');
  const before = new Date('2026-05-20T00:59:59.999Z');

  describe('used tokens', () => {
    it('of 64 that use one at once, one is the first', async () => {
      const { issuer } = world();
      const answers = await Promise.all(Array.from({ length: 64 }, () => store().replay.firstUse(issuer, 'id', until)));
      expect(answers.filter((isFirst) => isFirst)).toHaveLength(1);
      expect(await store().replay.firstUse(issuer, 'id', until)).toBe(false);
    });

    it('are told apart by scope and id, also where the two together look alike', async () => {
      const { issuer } = world();
      expect(await store().replay.firstUse(`${issuer}a`, 'b', until)).toBe(true);
      expect(await store().replay.firstUse(issuer, 'ab', until)).toBe(true);
      expect(await store().replay.firstUse(`${issuer}A`, 'b', until)).toBe(true);
    });

    it('need a time', async () => {
      const { issuer } = world();
      await refused(store().replay.firstUse(issuer, 'id', new Date(Number.NaN)), 'invalid-argument');
      expect(await store().replay.firstUse(issuer, 'id', until)).toBe(true);
    });
  });

  describe('one-time codes', () => {
    it('of 64 that redeem one at once, one gets its value', async () => {
      const { issuer } = world();
      const digest = octets('digest');
      await store().oneTime.put(issuer, digest, '值', until);
      const values = await Promise.all(
        Array.from({ length: 64 }, () => store().oneTime.redeem(issuer, digest, before)),
      );
      expect(values.filter((value) => value !== undefined)).toEqual(['值']);
    });

    it('are worth nothing at their end, in another scope, or with another digest', async () => {
      const { issuer } = world();
      const digest = octets('digest');
      await store().oneTime.put(issuer, digest, 'value', until);
      expect(await store().oneTime.redeem(issuer, digest, until)).toBeUndefined();
      expect(await store().oneTime.redeem(`${issuer}2`, digest, before)).toBeUndefined();
      expect(await store().oneTime.redeem(issuer, octets('digesT'), before)).toBeUndefined();
      expect(await store().oneTime.redeem(issuer, digest, before)).toBe('value');
    });

    it('are put once', async () => {
      const { issuer } = world();
      const puts = await Promise.allSettled(
        Array.from({ length: 8 }, (_, i) => store().oneTime.put(issuer, octets('d'), String(i), until)),
      );
      const done = puts.findIndex(({ status }) => status === 'fulfilled');
      expect(puts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const put of puts) if (put.status === 'rejected') expect(put.reason.code).toBe('invalid-argument');
      expect(await store().oneTime.redeem(issuer, octets('d'), before)).toBe(String(done));
    });
  });
}
