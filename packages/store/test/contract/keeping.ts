import type { Store } from '@gov/store';
import { describe, expect, it } from 'vitest';
import { octets, refused, world } from './world.js';

/** Requests, documents, prints, batches. */
export function keepingContract(store: () => Store): void {
  describe('requests', () => {
    it('keep the digest that came first, at each issuer', async () => {
      const { issuer } = world();
      const keep = (who: string, key: string, digest: string) =>
        store().transaction((tx) => tx.keepRequest(who, key, digest));
      expect(await keep(issuer, 'k', 'one')).toBeUndefined();
      expect(await keep(issuer, 'k', 'one')).toBe('one');
      expect(await keep(issuer, 'k', 'two')).toBe('one');
      expect(await keep(issuer, 'K', 'two')).toBeUndefined();
      expect(await keep(`${issuer}2`, 'k', 'two')).toBeUndefined();
    });

    it('of 16 at once, one is the first', async () => {
      const { issuer } = world();
      const answers = await Promise.all(
        Array.from({ length: 16 }, (_, i) => store().transaction((tx) => tx.keepRequest(issuer, 'k', String(i)))),
      );
      const first = answers.indexOf(undefined);
      expect(answers.filter((answer) => answer !== undefined)).toEqual(Array(15).fill(String(first)));
    });

    it('are free again where the transaction that kept them was undone', async () => {
      const { issuer } = world();
      const undone = store().transaction(async (tx) => {
        await tx.keepRequest(issuer, 'k', 'undone');
        throw new Error('undone');
      });
      await expect(undone).rejects.toThrow('undone');
      expect(await store().transaction((tx) => tx.keepRequest(issuer, 'k', 'done'))).toBeUndefined();
    });
  });

  describe('documents and prints', () => {
    it('the first document stays, in each form', async () => {
      const w = world();
      const { identifier } = w.entry(1);
      await store().transaction((tx) => tx.insertEntries([w.entry(1)]));
      const keep = (form: string, text: string) =>
        store().transaction((tx) => tx.insertDocument(identifier, form, octets(text)));
      expect(await keep('pdf', 'first')).toBe(true);
      expect(await keep('pdf', 'second')).toBe(false);
      expect(await keep('ofd', 'other')).toBe(true);
      expect(await store().document(identifier, 'pdf')).toEqual(octets('first'));
      expect(await store().document(identifier, 'ofd')).toEqual(octets('other'));
    });

    it('of 16 documents at once one stays, and the steps beside it are done', async () => {
      const w = world();
      const { identifier } = w.entry(1);
      await store().transaction((tx) => tx.insertEntries([w.entry(1)]));
      const kept = await Promise.all(
        Array.from({ length: 16 }, (_, i) =>
          store().transaction(async (tx) => {
            const isFirst = await tx.insertDocument(identifier, 'pdf', octets(String(i)));
            await tx.takeNumbers(w.counter, 1);
            return isFirst;
          }),
        ),
      );
      expect(kept.filter((isFirst) => isFirst)).toHaveLength(1);
      expect(await store().document(identifier, 'pdf')).toEqual(octets(String(kept.indexOf(true))));
      expect(await store().transaction((tx) => tx.takeNumbers(w.counter, 1))).toBe(17);
    });

    it('16 prints at once count to 16', async () => {
      const w = world();
      await store().transaction((tx) => tx.insertEntries([w.entry(1)]));
      const prints = await Promise.all(
        Array.from({ length: 16 }, () => store().transaction((tx) => tx.countPrint(w.entry(1).identifier))),
      );
      expect(prints.sort((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, i) => i + 1));
    });

    it('a document of 8 MB comes back octet for octet, and what was given may be changed afterwards', async () => {
      const w = world();
      await store().transaction((tx) => tx.insertEntries([w.entry(1)]));
      const bytes = Uint8Array.from({ length: 8_000_000 }, (_, i) => (i * 31) >> 3);
      const original = bytes.slice();
      await store().transaction((tx) => tx.insertDocument(w.entry(1).identifier, 'pdf', bytes));
      bytes.fill(0);
      const found = await store().document(w.entry(1).identifier, 'pdf');
      expect(found?.constructor).toBe(Uint8Array);
      expect(Buffer.compare(found!, original)).toBe(0);
    });
  });

  describe('batches', () => {
    it('come back as they were, in the order of their times', async () => {
      const w = world();
      const later = w.batch('a', { createdAt: '2026-05-21T00:00:00Z', firstSerial: 2 ** 40 });
      await store().transaction(async (tx) => {
        await tx.insertBatch(later);
        await tx.insertBatch(w.batch('b'));
        await tx.insertRange(later.id, 0, octets('first'));
        await tx.insertRange(later.id, 1, new Uint8Array());
      });
      const own = (await store().batches()).filter(({ issuerCode }) => issuerCode === w.issuer);
      expect(own).toEqual([w.batch('b'), later]);
      expect(await store().range(later.id, 0)).toEqual(octets('first'));
      expect(await store().range(later.id, 1)).toEqual(new Uint8Array());
      expect(await store().range(later.id, 2)).toBeUndefined();
    });

    it('are there once, their ranges too, and ranges only with them', async () => {
      const w = world();
      const { id } = w.batch('b');
      const batch = (digest: string) => store().transaction((tx) => tx.insertBatch(w.batch('b', { digest })));
      const range = (of: string) => store().transaction((tx) => tx.insertRange(of, 0, octets('rows')));
      await batch('one');
      await refused(batch('two'), 'batch-exists');
      await range(id);
      await refused(range(id), 'batch-exists');
      await refused(range('none'), 'invalid-argument');
      expect((await store().batch(id))?.digest).toBe('one');
    });
  });
}
