import type { RegisterEntry } from '@gov/e-license/register';
import { STORE_LIMITS, type Store } from '@gov/store';
import { describe, expect, it } from 'vitest';
import { refused, world } from './world.js';

const until = new Date('2026-05-20T01:00:00Z');

/** Texts that a careless store takes for something else. */
const ODD: readonly string[] = [
  "'; DROP TABLE license; --",
  "' OR '1'='1",
  '$1',
  '\\',
  '\\x41',
  '{"a":1}',
  '{1,2}',
  'NULL',
  'null',
  '%',
  '_',
  ' 前后空格 ',
  '\t\r\n',
  '\u0001\u007f',
  'a\ufeffBOM',
  '\u202e方向',
  '𠮷野家 🏛️',
  '\uffff',
  'e\u0301',
  '\u00e9',
  '"',
];

/** Texts that a database would refuse, or worse change. */
const UNFIT: readonly string[] = ['\u0000', 'a\u0000b', '\ud842', '\udfb7', 'a\udfb7\ud842', '\ufeffBOM'];

export function oddValuesContract(store: () => Store): void {
  describe('odd values', () => {
    it('are kept as they are, and are values only', async () => {
      const w = world();
      const entries = ODD.map(
        (odd, i): RegisterEntry =>
          w.entry(i, { number: odd, statusReason: odd, request: { key: odd, digest: odd }, qrText: odd }),
      );
      await store().transaction((tx) => tx.insertEntries(entries));
      for (const entry of entries) {
        expect(await store().entry({ identifier: entry.identifier })).toEqual(entry);
        expect(await store().entry({ typeCode: 'TYPE', issuerCode: w.issuer, number: entry.number })).toEqual(entry);
        expect(await store().entry({ issuerCode: w.issuer, requestKey: entry.number })).toEqual(entry);
      }
      for (const odd of ODD) {
        expect(await store().transaction((tx) => tx.takeNumbers(w.issuer + odd, 2))).toBe(1);
        expect(await store().replay.firstUse(w.issuer + odd, odd, until)).toBe(true);
        expect(await store().replay.firstUse(w.issuer + odd, odd, until)).toBe(false);
      }
      const own = (await store().counters()).filter(({ counter }) => counter.startsWith(w.issuer));
      expect(own.map(({ counter }) => counter.slice(w.issuer.length)).sort()).toEqual([...ODD].sort());
    });

    it.each(UNFIT)('%j is refused wherever a text goes', async (unfit) => {
      const w = world();
      const tx = (work: Parameters<Store['transaction']>[0]) => store().transaction(work);
      const bad = 'invalid-argument';
      for (const name of [
        'identifier',
        'typeCode',
        'serial',
        'number',
        'validTo',
        'statusReason',
        'qrText',
        'replaces',
      ])
        await refused(
          tx((t) => t.insertEntries([{ ...w.entry(1), [name]: unfit }])),
          bad,
          [w.issuer],
        );
      await refused(
        tx((t) => t.takeNumbers(unfit, 1)),
        bad,
      );
      await refused(
        tx((t) => t.keepRequest(w.issuer, unfit, 'd')),
        bad,
      );
      await refused(
        tx((t) => t.insertBatch(w.batch('b', { options: unfit }))),
        bad,
      );
      await refused(
        tx((t) => t.audit.lockSize(unfit)),
        bad,
      );
      await refused(store().replay.firstUse(w.issuer, unfit, until), bad);
      await refused(store().oneTime.put(w.issuer, new Uint8Array(32), unfit, until), bad);
      await refused(store().entry({ identifier: unfit }), bad);
      await refused(store().document(w.issuer, unfit), bad);
      await refused(store().audit.size(unfit), bad);
      expect(await store().entry({ identifier: w.entry(1).identifier })).toBeUndefined();
    });

    it.each<readonly [string, Partial<RegisterEntry>]>([
      ['a version of 0', { version: 0 }],
      ['a version of 2^31', { version: 2 ** 31 }],
      ['a place below 0', { slot: { list: 0, index: -1 } }],
      ['a place between two', { slot: { list: 0, index: 0.5 } }],
      ['a list beyond 2^31', { slot: { list: 2 ** 31, index: 0 } }],
      ['a row below 0', { batch: { id: 'b', row: -1 } }],
      ['an index beyond what a number holds', { auditIndex: 2 ** 53 }],
      ['a day for a time', { issuedAt: '2026-05-20' }],
      ['a time with an offset', { statusAt: '2026-05-20T09:00:00+08:00' }],
      ['no such time', { issuedAt: '2026-13-45T00:00:00Z' }],
      ['an empty number', { number: '' }],
    ])('%s is refused', async (_, more) => {
      const w = world();
      await refused(
        store().transaction((tx) => tx.insertEntries([w.entry(1, more)])),
        'invalid-argument',
      );
      expect(await store().entry({ identifier: w.entry(1).identifier })).toBeUndefined();
    });

    it('keys end at their limit', async () => {
      const w = world();
      const limit = STORE_LIMITS.keyCharacters;
      // Three octets each: the longest keys must fit an index together.
      const longest = (n: number): string => String(n) + '证'.repeat(limit - 1);
      const entry = w.entry(1, { typeCode: longest(1), number: longest(2), issuerCode: w.issuer.padEnd(limit, '证') });
      await store().transaction((tx) => tx.insertEntries([entry]));
      const { typeCode, issuerCode, number } = entry;
      expect(await store().entry({ typeCode, issuerCode, number })).toEqual(entry);
      const longer = w.entry(2, { number: `${longest(3)}证` });
      await refused(
        store().transaction((tx) => tx.insertEntries([longer])),
        'limit-exceeded',
      );
    });

    it('a record of 2 MB comes back', async () => {
      const w = world();
      const record = { data: '证"\\'.repeat(700_000) } as unknown as NonNullable<RegisterEntry['record']>;
      await store().transaction((tx) => tx.insertEntries([w.entry(1, { record })]));
      expect((await store().entry({ identifier: w.entry(1).identifier }))?.record).toEqual(record);
    });

    it('more rows at once than the limit are refused, none is left', async () => {
      const w = world();
      const entries = Array(STORE_LIMITS.rowsAtOnce + 1).fill(w.entry(1));
      await refused(
        store().transaction((tx) => tx.insertEntries(entries)),
        'limit-exceeded',
      );
      expect(await store().entry({ identifier: w.entry(1).identifier })).toBeUndefined();
    });
  });
}
