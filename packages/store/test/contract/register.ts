import type { LicenseTransaction, RegisterEntry } from '@gov/e-license/register';
import type { Store } from '@gov/store';
import { describe, expect, it } from 'vitest';
import { gathered, octets, refused, world } from './world.js';

const STOP = new Error('stop here');

/** Steps that write, by name. */
const STEPS: Readonly<Record<string, (tx: LicenseTransaction, w: ReturnType<typeof world>) => Promise<unknown>>> = {
  takeNumbers: (tx, { counter }) => tx.takeNumbers(counter, 3),
  insertEntries: (tx, { entry }) => tx.insertEntries([entry(2), entry(3)]),
  setStatus: (tx, { entry }) =>
    tx.setStatus(entry(1).identifier, { status: 'revoked', at: '2026-06-01T00:00:00Z', reason: '注销', auditIndex: 9 }),
  keepRequest: (tx, { issuer }) => tx.keepRequest(issuer, 'kept', 'digest'),
  insertDocument: (tx, { entry }) => tx.insertDocument(entry(1).identifier, 'pdf', octets('PDF')),
  countPrint: (tx, { entry }) => tx.countPrint(entry(1).identifier),
  insertBatch: (tx, { batch }) => tx.insertBatch(batch('b')),
  insertRange: (tx, { batch }) => tx.insertRange(batch('there').id, 0, octets('rows')),
  appendAudit: async (tx, { log }) => {
    const size = await tx.audit.lockSize(log);
    await tx.audit.writeTile(log, 0, 0, new Uint8Array(32));
    const secrets = [{ name: 'holder', salt: new Uint8Array(32), value: '张三' }];
    await tx.audit.insertEntries(log, size, [{ bytes: octets('entry'), secrets }]);
  },
};

export function registerContract(store: () => Store): void {
  const insert = (...entries: readonly RegisterEntry[]): Promise<void> =>
    store().transaction((tx) => tx.insertEntries(entries));

  /** Everything that a step could have left behind. */
  async function traces({ issuer, entry, batch, log, counter }: ReturnType<typeof world>) {
    const { identifier } = entry(1);
    return {
      counters: (await store().counters()).filter((one) => one.counter === counter),
      entries: (await gathered(store().entries())).filter(({ issuerCode }) => issuerCode === issuer),
      document: await store().document(identifier, 'pdf'),
      batch: await store().batch(batch('b').id),
      range: await store().range(batch('there').id, 0),
      size: await store().audit.size(log),
      auditEntries: await store().audit.entries(log, 0, 10),
      tile: await store().audit.readTile(log, 0, 0),
      secrets: await store().audit.secrets(log, 0),
    };
  }

  describe('all or nothing', () => {
    it.each(Object.keys(STEPS))('%s leaves nothing where the transaction throws after it', async (name) => {
      const w = world();
      await insert(w.entry(1));
      await store().transaction((tx) => tx.insertBatch(w.batch('there')));
      const before = await traces(w);
      const thrown = store().transaction(async (tx) => {
        await STEPS[name]!(tx, w);
        throw STOP;
      });
      await expect(thrown).rejects.toBe(STOP);
      expect(await traces(w)).toEqual(before);
      // Nothing is locked, and the step can be done again from the same start.
      await store().transaction((tx) => STEPS[name]!(tx, w));
      expect(await store().transaction((tx) => tx.countPrint(w.entry(1).identifier))).toBe(
        name === 'countPrint' ? 2 : 1,
      );
      expect(await store().transaction((tx) => tx.keepRequest(w.issuer, 'kept', 'other'))).toBe(
        name === 'keepRequest' ? 'digest' : undefined,
      );
    });

    it('does all steps of one transaction', async () => {
      const w = world();
      await insert(w.entry(1));
      await store().transaction((tx) => tx.insertBatch(w.batch('there')));
      await store().transaction(async (tx) => {
        for (const step of Object.values(STEPS)) await step(tx, w);
      });
      const after = await traces(w);
      expect(after.counters).toEqual([{ counter: w.counter, last: 3 }]);
      expect(after.entries).toHaveLength(3);
      expect(after.entries[0]).toMatchObject({ status: 'revoked', statusReason: '注销', statusAuditIndex: 9 });
      expect(after.document).toEqual(octets('PDF'));
      expect(after.batch).toEqual(w.batch('b'));
      expect(after.range).toEqual(octets('rows'));
      expect(after.size).toBe(1);
      expect(after.tile).toEqual(new Uint8Array(32));
      expect(after.secrets).toEqual([{ name: 'holder', salt: new Uint8Array(32), value: '张三' }]);
    });

    it('shows nothing before the commit', async () => {
      const w = world();
      let seen: unknown;
      let go = (): void => undefined;
      const wrote = new Promise<void>((resolve) => {
        go = resolve;
      });
      const writing = store().transaction(async (tx) => {
        await tx.insertEntries([w.entry(1)]);
        go();
        // Long enough for the reader, where the store has more than one connection.
        await new Promise((resolve) => setTimeout(resolve, 30));
        seen ??= 'not yet';
      });
      await wrote;
      const found = await store().entry({ identifier: w.entry(1).identifier });
      // A store of one connection answers after the commit, the others before it without the entry.
      if (seen === undefined) expect(found).toBeUndefined();
      else expect(found).toEqual(w.entry(1));
      await writing;
    });

    it('takes entries that were made ready before it, however often it is begun, and those of no other store', async () => {
      const w = world();
      const bare = [2, 3].map((n) => {
        const { auditIndex: _, ...entry } = w.entry(n);
        return { ...entry };
      });
      const ready = store().readyEntries(bare);
      // What was given may be changed afterwards.
      Object.assign(bare[0]!, { slot: { list: 9, index: 9 } });
      expect(ready.count).toBe(2);
      const transaction = store().transaction(async (tx) => {
        await tx.insertReady(ready, 5);
        throw STOP;
      });
      await expect(transaction).rejects.toBe(STOP);
      await store().transaction((tx) => tx.insertReady(ready, 40));
      for (const n of [2, 3]) expect(await store().entry(w.entry(n))).toEqual({ ...w.entry(n), auditIndex: 38 + n });
      await refused(
        store().transaction((tx) => tx.insertReady(ready, 50)),
        'license-exists',
      );
      await refused(
        store().transaction((tx) => tx.insertReady({ count: 1 }, 50)),
        'invalid-argument',
      );
      await refused(
        store().transaction((tx) => tx.insertReady(ready, -1)),
        'invalid-argument',
      );
      expect(() => store().readyEntries([{ ...w.entry(4), serial: '' }])).toThrow('serial');
    });

    it('is lost by a taken key, although the error was caught', async () => {
      const w = world();
      await insert(w.entry(1));
      const transaction = store().transaction(async (tx) => {
        await tx.insertEntries([w.entry(2)]);
        await tx.insertEntries([w.entry(1)]).catch(() => undefined);
      });
      await refused(transaction, 'license-exists');
      expect(await store().entry({ identifier: w.entry(2).identifier })).toBeUndefined();
    });

    it('takes no step after its end', async () => {
      const w = world();
      let kept: LicenseTransaction | undefined;
      await store().transaction(async (tx) => {
        kept = tx;
      });
      await refused(kept!.insertEntries([w.entry(1)]), 'invalid-argument');
      await refused(kept!.takeNumbers(w.counter, 1), 'invalid-argument');
      await refused(kept!.audit.lockSize(w.log), 'invalid-argument');
      expect(await store().entry({ identifier: w.entry(1).identifier })).toBeUndefined();
    });

    it('answers what the work answers, and throws what it throws', async () => {
      expect(await store().transaction(async () => 7)).toBe(7);
      await expect(store().transaction(() => Promise.reject(STOP))).rejects.toBe(STOP);
      await expect(
        store().transaction(() => {
          throw STOP;
        }),
      ).rejects.toBe(STOP);
    });
  });

  describe('numbers', () => {
    it('begin at 1 and are dense, whoever takes them', async () => {
      const { counter } = world();
      const counts = Array.from({ length: 40 }, (_, i) => (i % 5) + 1);
      const firsts = await Promise.all(
        counts.map((count, i) =>
          store()
            .transaction(async (tx) => {
              const first = await tx.takeNumbers(counter, count);
              // What a transaction gives back is taken by the next.
              if (i % 4 === 3) throw STOP;
              return first;
            })
            .catch(() => undefined),
        ),
      );
      const taken = firsts.flatMap((first, i) =>
        first === undefined ? [] : Array.from({ length: counts[i]! }, (_, k) => first + k),
      );
      expect(taken.sort((a, b) => a - b)).toEqual(taken.map((_, i) => i + 1));
      const counters = await store().counters();
      expect(counters.filter((one) => one.counter === counter)).toEqual([{ counter, last: taken.length }]);
    });

    it.each([0, -1, 1.5, Number.NaN, Number.MAX_SAFE_INTEGER])('are not taken %d at once', async (count) => {
      const { counter } = world();
      await refused(
        store().transaction((tx) => tx.takeNumbers(counter, count)),
        'invalid-argument',
      );
      expect((await store().counters()).some((one) => one.counter === counter)).toBe(false);
    });
  });

  describe('entries', () => {
    it('come back as they were, with everything and with nothing optional', async () => {
      const w = world();
      const record = { identifier: 'x', issuedAt: 'y', data: { a: '\u0000 \ud800 𠮷', n: 0.1 }, face: [] };
      const full = w.entry(1, {
        replaces: w.entry(0).identifier,
        statusReason: '理由',
        statusAuditIndex: 2 ** 40,
        auditIndex: Number.MAX_SAFE_INTEGER,
        request: { key: 'r', digest: 'd' },
        batch: { id: `${w.issuer}.b`, row: 0 },
        record: record as unknown as NonNullable<RegisterEntry['record']>,
        qrText: 'EL1:ABC',
      });
      await insert(full, w.entry(2));
      expect(await store().entry({ identifier: full.identifier })).toEqual(full);
      expect(await store().entry({ identifier: w.entry(2).identifier })).toEqual(w.entry(2));
      expect(await store().entry({ issuerCode: w.issuer, requestKey: 'r' })).toEqual(full);
      expect(await store().entry({ batch: `${w.issuer}.b`, row: 0 })).toEqual(full);
      expect(await store().entry({ typeCode: 'TYPE', issuerCode: w.issuer, number: '号1' })).toEqual(full);
    });

    it('are undefined where there is none', async () => {
      const { issuer } = world();
      expect(await store().entry({ identifier: `none of ${issuer}` })).toBeUndefined();
      expect(await store().entry({ issuerCode: issuer, requestKey: 'none' })).toBeUndefined();
      expect(await store().entry({ batch: 'none', row: 1 })).toBeUndefined();
      expect(await store().entry({ typeCode: 'T', issuerCode: issuer, number: 'none' })).toBeUndefined();
      expect(await store().versions('T', issuer, 'none')).toEqual([]);
      expect(await store().document('none', 'pdf')).toBeUndefined();
      expect(await store().batch('none')).toBeUndefined();
      expect(await store().range('none', 0)).toBeUndefined();
      expect(await store().countBatchRows('none')).toBe(0);
      expect(await gathered(store().entries({ batch: 'none' }))).toEqual([]);
    });

    const TAKEN: Readonly<Record<string, (w: ReturnType<typeof world>) => [RegisterEntry, RegisterEntry]>> = {
      identifier: (w) => [w.entry(1), { ...w.entry(2), identifier: w.entry(1).identifier }],
      'number and version': (w) => [w.entry(1), w.entry(2, { number: '号1' })],
      slot: (w) => [w.entry(1), w.entry(2, { slot: { list: 0, index: 1 } })],
      'request key': (w) => [
        w.entry(1, { request: { key: 'k', digest: 'a' } }),
        w.entry(2, { request: { key: 'k', digest: 'b' } }),
      ],
      'batch row': (w) => [
        w.entry(1, { batch: { id: w.issuer, row: 3 } }),
        w.entry(2, { batch: { id: w.issuer, row: 3 } }),
      ],
    };

    it.each(Object.keys(TAKEN))('are refused where the %s is taken, and nobody is told whose it is', async (name) => {
      const w = world();
      const [first, second] = TAKEN[name]!(w);
      await insert(first);
      await refused(insert(w.entry(7), second), 'license-exists', [w.issuer, '号1']);
      expect(await store().entry({ identifier: w.entry(7).identifier })).toBeUndefined();
      const w2 = world();
      await refused(insert(...TAKEN[name]!(w2)), 'license-exists', [w2.issuer]);
    });

    it.each(Object.keys(TAKEN))('of 16 that want one %s at once, one gets it', async (name) => {
      const w = world();
      const [first, second] = TAKEN[name]!(w);
      const tries = Array.from({ length: 16 }, (_, i) => {
        const like = i % 2 === 0 ? first : second;
        const own = w.entry(100 + i);
        return insert({
          ...like,
          ...(name === 'identifier' ? {} : { identifier: own.identifier }),
          ...(name.startsWith('number') ? {} : { number: own.number }),
          ...(name === 'slot' ? {} : { slot: own.slot }),
        });
      });
      const results = await Promise.allSettled(tries);
      const codes = results.map((result) => (result.status === 'fulfilled' ? 'done' : result.reason.code)).sort();
      expect(codes).toEqual(['done', ...Array(15).fill('license-exists')]);
    });

    it('may share a number in other versions; the newest is found, all are listed', async () => {
      const w = world();
      const versions = [3, 1, 10, 2].map((version) =>
        w.entry(1, { version, identifier: `${w.entry(1).identifier}${version}`, slot: { list: 0, index: version } }),
      );
      await insert(...versions);
      expect((await store().entry({ typeCode: 'TYPE', issuerCode: w.issuer, number: '号1' }))?.version).toBe(10);
      const all = await store().versions('TYPE', w.issuer, w.entry(1).serial);
      expect(all.map(({ version }) => version)).toEqual([1, 2, 3, 10]);
    });

    it('are locked: of 16 that change one, none overlooks another', async () => {
      const w = world();
      await insert(w.entry(1, { statusReason: '0' }));
      const { identifier } = w.entry(1);
      await Promise.all(
        Array.from({ length: 16 }, () =>
          store().transaction(async (tx) => {
            const entry = await tx.lockEntry({ identifier });
            const reason = String(Number(entry?.statusReason) + 1);
            await tx.setStatus(identifier, { status: 'suspended', at: '2026-06-01T00:00:00Z', reason, auditIndex: 1 });
          }),
        ),
      );
      expect((await store().entry({ identifier }))?.statusReason).toBe('16');
    });

    it('locked by a number are the newest version, also where that came while it was waited for', async () => {
      const w = world();
      await insert(w.entry(1));
      const key = { typeCode: 'TYPE', issuerCode: w.issuer, number: '号1' };
      const versions = await Promise.all(
        Array.from({ length: 6 }, () =>
          store().transaction(async (tx) => {
            const version = ((await tx.lockEntry(key))?.version ?? 0) + 1;
            const identifier = `${w.entry(1).identifier}${version}`;
            await tx.insertEntries([w.entry(1, { version, identifier, slot: { list: 0, index: version } })]);
            return version;
          }),
        ),
      );
      expect(versions.sort()).toEqual([2, 3, 4, 5, 6, 7]);
    });

    it('that are not there are neither locked nor changed', async () => {
      const w = world();
      const { identifier } = w.entry(1);
      const change = { status: 'revoked', at: '2026-06-01T00:00:00Z', auditIndex: 1 } as const;
      expect(await store().transaction((tx) => tx.lockEntry({ identifier }))).toBeUndefined();
      await refused(
        store().transaction((tx) => tx.setStatus(identifier, change)),
        'license-not-found',
      );
      await refused(
        store().transaction((tx) => tx.insertDocument(identifier, 'pdf', octets('x'))),
        'license-not-found',
      );
      await refused(
        store().transaction((tx) => tx.countPrint(identifier)),
        'license-not-found',
      );
    });

    it('lose the reason of an older status', async () => {
      const w = world();
      await insert(w.entry(1, { statusReason: 'old' }));
      const { identifier } = w.entry(1);
      await store().transaction((tx) =>
        tx.setStatus(identifier, { status: 'valid', at: '2026-06-01T00:00:00Z', auditIndex: 4 }),
      );
      const { statusReason: _, ...rest } = w.entry(1, { statusAt: '2026-06-01T00:00:00Z', statusAuditIndex: 4 });
      expect(await store().entry({ identifier })).toEqual(rest);
    });

    it('10,000 are read in their order, all of them or those of a batch, and reading may stop', async () => {
      const w = world();
      const id = `${w.issuer}.b`;
      await store().transaction((tx) => tx.insertBatch(w.batch('b', { rows: 10_000, rangeSize: 500 })));
      for (let from = 0; from < 10_000; from += 1000) {
        // Rows run against the identifiers.
        await insert(
          ...Array.from({ length: 1000 }, (_, i) => w.entry(from + i, { batch: { id, row: 9999 - from - i } })),
        );
      }
      let count = 0;
      let last = '';
      for await (const { identifier, issuerCode } of store().entries()) {
        expect(identifier > last).toBe(true);
        last = identifier;
        if (issuerCode === w.issuer) count++;
      }
      expect(count).toBe(10_000);
      let row = 0;
      for await (const entry of store().entries({ batch: id })) expect(entry.batch?.row).toBe(row++);
      expect(row).toBe(10_000);
      for await (const entry of store().entries({ batch: id })) if (entry.batch?.row === 700) break;
      expect(await store().countBatchRows(id)).toBe(10_000);
      const rows = await store().transaction((tx) => tx.batchRows(id, 9_998, 10_005));
      expect(rows).toEqual([9998, 9999]);
      expect(await store().slotStatuses(w.issuer, 0, 4000)).toEqual({ taken: 4000, changed: [] });
    });
  });

  describe('places of a status list', () => {
    it('are counted, and those that are not valid are told', async () => {
      const w = world();
      await insert(
        w.entry(0),
        w.entry(1, { status: 'revoked' }),
        w.entry(2, { status: 'suspended', slot: { list: 0, index: 9 } }),
        w.entry(3, { status: 'void', slot: { list: 1, index: 0 } }),
        w.entry(4, { status: 'revoked', slot: { list: 0, index: 10 } }),
      );
      expect(await store().slotStatuses(w.issuer, 0, 10)).toEqual({
        taken: 3,
        changed: [
          { index: 1, status: 'revoked' },
          { index: 9, status: 'suspended' },
        ],
      });
      expect(await store().slotStatuses(w.issuer, 1, 10)).toEqual({
        taken: 1,
        changed: [{ index: 0, status: 'void' }],
      });
      expect(await store().slotStatuses(w.issuer, 2, 10)).toEqual({ taken: 0, changed: [] });
      expect(await store().slotStatuses(`${w.issuer}0`, 0, 10)).toEqual({ taken: 0, changed: [] });
    });
  });
}
