import { appendAudit, auditEntry } from '@gov/audit';
import type { Store } from '@gov/store';
import { describe, expect, it } from 'vitest';
import { octets, refused, world } from './world.js';

export function auditContract(store: () => Store): void {
  const entry = (action: string) =>
    auditEntry({
      at: new Date('2026-05-20T01:00:00Z'),
      action,
      actor: 'tester',
      secrets: { holder: '张三', number: '370303199001011237' },
    });

  describe('the audit log', () => {
    it('of 16 that append at once, each has a place of its own, and the tree is that of the entries', async () => {
      const { log } = world();
      const { log: other } = world();
      const firsts = await Promise.all(
        Array.from({ length: 16 }, (_, i) =>
          store().audit.auditTransaction((tx) => appendAudit(tx, log, Array(20).fill(entry(`step-${i}`)))),
        ),
      );
      expect([...firsts].sort((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, i) => i * 20));
      expect(await store().audit.size(log)).toBe(320);
      const entries = await store().audit.entries(log, 0, 1000);
      expect(entries).toHaveLength(320);
      for (const [i, first] of firsts.entries())
        expect(new TextDecoder().decode(entries[first + 19])).toContain(`"step-${i}"`);
      // The same entries in one go: the tiles must be the same.
      await store().audit.auditTransaction((tx) =>
        appendAudit(
          tx,
          other,
          entries.map((bytes) => ({ bytes, secrets: [] })),
        ),
      );
      for (const [level, index] of [
        [0, 0],
        [0, 1],
        [1, 0],
      ] as const) {
        const tile = await store().audit.readTile(log, level, index);
        expect(tile).toBeDefined();
        expect(tile).toEqual(await store().audit.readTile(other, level, index));
      }
    });

    it('of a transaction of the register grows with it', async () => {
      const w = world();
      const append = (fails: boolean) =>
        store().transaction(async (tx) => {
          const at = await appendAudit(tx.audit, w.log, [entry('issue')]);
          await tx.insertEntries([w.entry(at, { auditIndex: at })]);
          if (fails) throw new Error('fails');
        });
      await expect(append(true)).rejects.toThrow('fails');
      await append(false);
      await append(false);
      expect(await store().audit.size(w.log)).toBe(2);
    });

    it('answers what there is of a stretch', async () => {
      const { log } = world();
      expect(await store().audit.size(log)).toBe(0);
      expect(await store().audit.entries(log, 0, 10)).toEqual([]);
      expect(await store().audit.readTile(log, 0, 0)).toBeUndefined();
      await store().audit.auditTransaction((tx) => appendAudit(tx, log, [entry('a'), entry('b'), entry('c')]));
      expect(await store().audit.entries(log, 1, 2)).toHaveLength(1);
      expect(await store().audit.entries(log, 2, 100)).toHaveLength(1);
      expect(await store().audit.entries(log, 3, 100)).toEqual([]);
      expect(await store().audit.entries(log, 2, 1)).toEqual([]);
    });

    it('takes entries only at its end', async () => {
      const { log } = world();
      const insert = (from: number) =>
        store().audit.auditTransaction(async (tx) => {
          await tx.lockSize(log);
          await tx.insertEntries(log, from, [{ bytes: octets('x'), secrets: [] }]);
        });
      await refused(insert(1), 'invalid-argument');
      await insert(0);
      await refused(insert(0), 'invalid-argument');
      expect(await store().audit.size(log)).toBe(1);
    });

    it('forgets the openings of entries, and nothing else', async () => {
      const { log } = world();
      const first = entry('a');
      await store().audit.auditTransaction((tx) => appendAudit(tx, log, [first, entry('b'), entry('c')]));
      expect(await store().audit.secrets(log, 0)).toEqual(first.secrets);
      expect(await store().audit.eraseSecrets(log, [0, 2, 2, 99])).toBe(4);
      expect(await store().audit.eraseSecrets(log, [0])).toBe(0);
      expect(await store().audit.secrets(log, 0)).toEqual([]);
      expect(await store().audit.secrets(log, 1)).toHaveLength(2);
      expect(await store().audit.entries(log, 0, 1)).toEqual([first.bytes]);
    });
  });
}
