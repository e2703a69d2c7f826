import {
  AuditLog,
  type AuditStorage,
  type AuditTransaction,
  appendAudit,
  auditEntry,
  auditUsage,
  consistencyProof,
  inclusionProof,
  leafHash,
  readAuditEntry,
  readHead,
  rootOf,
  signHead,
  verifyCommitment,
  verifyEntryProof,
} from '@gov/audit';
import { memoryAuditStorage } from '@gov/audit/memory';
import { bytesToHex } from '@gov/sm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AT, entries, makeLog, ORIGIN } from './world.js';

const hexes = (hashes: readonly Uint8Array[]): string[] => hashes.map(bytesToHex);
const invalid = expect.objectContaining({ code: 'invalid-argument' });
const damaged = expect.objectContaining({ code: 'audit-damaged' });

describe('appending', () => {
  it('in whatever pieces makes the tree that all leaves at once make', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 200, max: 600 })), { maxLength: 6 }),
        fc.nat(),
        fc.nat(),
        async (pieces, pickOld, pickIndex) => {
          const log = new AuditLog(memoryAuditStorage(), 'license');
          const all = [];
          for (const count of pieces) {
            const piece = entries(all.length, all.length + count);
            expect(await log.append(piece)).toBe(all.length);
            all.push(...piece);
          }
          const leaves = all.map(({ bytes }) => leafHash(bytes));
          const size = leaves.length;
          expect(await log.size()).toBe(size);
          const old = pickOld % (size + 1);
          expect(bytesToHex(await log.root(size))).toBe(bytesToHex(rootOf(leaves)));
          expect(bytesToHex(await log.root(old))).toBe(bytesToHex(rootOf(leaves.slice(0, old))));
          expect(hexes(await log.proveConsistency(old))).toEqual(hexes(consistencyProof(leaves, old)));
          if (old === 0) return;
          const head = await signHead({ origin: 'x', size: old, root: await log.root(old), time: AT }, NOBODY);
          const index = pickIndex % old;
          const proof = await log.prove(index, head, size);
          expect(hexes(proof.inclusion)).toEqual(hexes(inclusionProof(leaves.slice(0, old), index)));
          expect(hexes(proof.history!.proof)).toEqual(hexes(consistencyProof(leaves, old)));
        },
      ),
      { numRuns: 25 },
    );
  });
  const NOBODY = { algorithm: 'SM2-SM3', publicKey: new Uint8Array(1), sign: async () => new Uint8Array(64) } as const;

  it('reaches the third level of tiles, and touches only the last of each', async () => {
    const storage = memoryAuditStorage();
    const log = new AuditLog(storage, 'license');
    const page = entries(0, 4096);
    const leaves: Uint8Array[] = [];
    for (let at = 0; at < 17; at++) {
      await log.append(page);
      leaves.push(...page.map(({ bytes }) => leafHash(bytes)));
    }
    const size = 17 * 4096;
    expect(bytesToHex(await log.root(size))).toBe(bytesToHex(rootOf(leaves)));
    expect((await storage.readTile('license', 2, 0))?.length).toBe(32);
    expect((await storage.readTile('license', 1, 1))?.length).toBe(16 * 32);
    const touched: string[] = [];
    await storage.auditTransaction((tx) => appendAudit(spied(tx, touched), 'license', page.slice(0, 500)));
    expect(touched).toEqual(['read 1/1', 'write 0/272', 'write 0/273', 'write 1/1']);
    touched.length = 0;
    const spy = new AuditLog({ ...storage, readTile: spied(storage, touched).readTile }, 'license');
    const root = await log.root(size + 500);
    await spy.prove(70_000, await signHead({ origin: 'x', size: size + 500, root, time: AT }, NOBODY), 300);
    expect(new Set(touched).size).toBeLessThanOrEqual(8);
    // The proof to the old state needs both ends of the tree, the proof of the entry one more tile.
    expect(new Set(touched)).toEqual(new Set(['read 0/273', 'read 1/1', 'read 1/0', 'read 2/0', 'read 0/1']));
  });

  it('of nothing changes nothing', async () => {
    const { log } = await makeLog(3);
    expect(await log.append([])).toBe(3);
    expect(await log.size()).toBe(3);
  });

  it('that fails leaves nothing behind', async () => {
    const { storage, log } = await makeLog(300);
    const root = bytesToHex(await log.root(300));
    await expect(
      storage.auditTransaction(async (tx) => {
        await appendAudit(tx, 'license', entries(300, 900));
        throw new Error('afterwards');
      }),
    ).rejects.toThrow('afterwards');
    expect(await log.size()).toBe(300);
    expect((await log.check()).findings.filter(({ outcome }) => outcome === 'fail')).toEqual([]);
    expect(bytesToHex(await log.root(300))).toBe(root);
  });

  it('twice in one transaction, to two logs, and by many at once', async () => {
    const storage = memoryAuditStorage();
    await storage.auditTransaction(async (tx) => {
      expect(await appendAudit(tx, 'a', entries(0, 200))).toBe(0);
      expect(await appendAudit(tx, 'b', entries(0, 10))).toBe(0);
      expect(await appendAudit(tx, 'a', entries(200, 300))).toBe(200);
    });
    const logs = [new AuditLog(storage, 'a'), new AuditLog(storage, 'b')];
    const positions = await Promise.all(Array.from({ length: 20 }, () => logs[0]!.append(entries(0, 7))));
    expect(positions.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, at) => 300 + 7 * at));
    const leaves = entries(0, 10).length;
    expect(await logs[1]!.size()).toBe(leaves);
    for (const log of logs)
      expect((await log.check()).findings.map(({ code }) => code)).toEqual([
        'format-ok',
        'audit-log-ok',
        'audit-history-not-checked',
      ]);
  });

  it('refuses entries without octets and with too many', async () => {
    const { log } = await makeLog(0);
    for (const length of [0, 16_385])
      await expect(log.append([{ bytes: new Uint8Array(length), secrets: [] }])).rejects.toThrow(invalid);
    await log.append([{ bytes: new Uint8Array(16_384), secrets: [] }]);
  });

  it.each([
    ['missing', undefined],
    ['shorter', new Uint8Array(43 * 32)],
    ['longer', new Uint8Array(45 * 32)],
    ['with octets left over', new Uint8Array(44 * 32 + 1)],
  ])('does not build on a last tile that is %s', async (_, tile) => {
    const { storage, log } = await makeLog(300);
    await expect(
      storage.auditTransaction((tx) => appendAudit({ ...tx, readTile: async () => tile }, 'license', entries(0, 1))),
    ).rejects.toThrow(damaged);
    expect(await log.size()).toBe(300);
  });
});

function spied<T extends { readTile: AuditStorage['readTile'] }>(tiles: T, touched: string[]): T {
  return {
    ...tiles,
    readTile: (log: string, level: number, index: number) => {
      touched.push(`read ${level}/${index}`);
      return tiles.readTile(log, level, index);
    },
    ...('writeTile' in tiles
      ? {
          writeTile: (log: string, level: number, index: number, hashes: Uint8Array) => {
            touched.push(`write ${level}/${index}`);
            return (tiles as unknown as AuditTransaction).writeTile(log, level, index, hashes);
          },
        }
      : {}),
  };
}

describe('asking for what there is not', () => {
  it('is refused by name', async () => {
    const { log, headText } = await makeLog(5);
    const head = await headText();
    for (const index of [5, -1, 0.5, Number.NaN]) {
      await expect(log.entry(index)).rejects.toThrow(invalid);
      await expect(log.prove(index, head)).rejects.toThrow(invalid);
    }
    await expect(log.root(6)).rejects.toThrow(invalid);
    await expect(log.proveConsistency(6)).rejects.toThrow(invalid);
    await expect(log.proveConsistency(4, 3)).rejects.toThrow(invalid);
    await expect(log.proveConsistency(-1)).rejects.toThrow(invalid);
    await expect(log.prove(0, head, 6)).rejects.toThrow(invalid);
    await expect(log.prove(0, 'no head')).rejects.toThrow(expect.objectContaining({ code: 'audit-malformed' }));
    const { log: smaller } = await makeLog(3);
    await expect(smaller.prove(0, head)).rejects.toThrow(invalid);
    const empty = new AuditLog(memoryAuditStorage(), 'none');
    expect(await empty.proveConsistency(0)).toEqual([]);
    await expect(empty.prove(0, head)).rejects.toThrow(invalid);
  });
});

describe('heads', () => {
  it('are not signed where they would contradict an earlier one', async () => {
    const { log, key, head } = await makeLog(300);
    const previous = await head();
    await log.append(entries(300, 310));
    expect(readHead(await log.head(key.signer, { at: AT, previous })).size).toBe(310);
    const other = await makeLog(400);
    await expect(other.log.head(key.signer, { at: AT, previous })).rejects.toThrow(damaged);
    const shorter = await makeLog(299);
    await expect(shorter.log.head(key.signer, { at: AT, previous })).rejects.toThrow(damaged);
    const elsewhere = { ...previous, origin: 'other.example/log' };
    await expect(log.head(key.signer, { at: AT, previous: elsewhere })).rejects.toThrow(invalid);
  });
});

describe('erasure', () => {
  it('leaves every proof and head standing, and nothing to open', async () => {
    const { storage, log, key, headText } = await makeLog(700);
    const text = await headText();
    const before = await log.prove(511, text);
    const [opening] = await storage.secrets('license', 511);
    expect(verifyCommitment(await log.entry(511), 'holder', opening!)).toBe(true);

    expect(await storage.eraseSecrets('license', [511, 512, 511, 9999])).toBe(2);
    expect(await storage.secrets('license', 511)).toEqual([]);
    expect(await storage.secrets('license', 510)).toHaveLength(1);
    expect(await storage.eraseSecrets('license', [511])).toBe(0);

    const after = await log.prove(511, text);
    expect(after).toEqual(before);
    const options = { key: key.verifier, at: AT, trusted: readHead(text) };
    expect((await verifyEntryProof(after, options)).verdict).toBe('valid');
    expect((await log.check({ trusted: readHead(text) })).verdict).toBe('valid');
    // What is left is 32 octets that every value fits, with the salt that nobody has.
    const left = new TextDecoder().decode((await storage.entries('license', 511, 512))[0]);
    expect(left).not.toContain('持证人');
    const guess = { salt: new Uint8Array(32), value: '持证人 511' };
    expect(verifyCommitment(readAuditEntry(after.entry), 'holder', guess)).toBe(false);
  });
});

describe('a store that was tampered with', () => {
  /** The store, with other octets where somebody put them. */
  async function tampered(change: (storage: AuditStorage) => Partial<AuditStorage>) {
    const world = await makeLog(700);
    const trusted = await world.head();
    const storage = { ...world.storage, ...change(world.storage) };
    const log = new AuditLog(storage, 'license', { origin: ORIGIN });
    const codes = async (options: { trusted?: typeof trusted } = { trusted }) => {
      const report = await log.check(options);
      return [report.verdict, ...report.findings.filter(({ outcome }) => outcome !== 'pass').map(({ code }) => code)];
    };
    return { ...world, storage, log, trusted, codes };
  }
  const entriesOf =
    (
      storage: AuditStorage,
      change: (at: number, bytes: Uint8Array) => Uint8Array | undefined,
    ): AuditStorage['entries'] =>
    async (log, from, to) =>
      (await storage.entries(log, from, to)).flatMap((bytes, at) => change(from + at, bytes) ?? []);

  it('in no way is valid', async () => {
    const { codes } = await tampered(() => ({}));
    expect(await codes()).toEqual(['valid']);
    expect(await codes({})).toEqual(['indeterminate', 'audit-history-not-checked']);
  });

  it('an entry changed', async () => {
    const other = auditEntry({ at: AT, action: 'license-revoke', actor: 'thief' }).bytes;
    const { codes, log, trusted } = await tampered((storage) => ({
      entries: entriesOf(storage, (at, bytes) => (at === 300 ? other : bytes)),
    }));
    expect(await codes()).toEqual(['invalid', 'audit-entry-mismatch', 'audit-tile-mismatch', 'audit-fork']);
    await expect(log.prove(300, trusted.text)).rejects.toThrow(damaged);
  });

  it('an entry changed into something that is none', async () => {
    const { codes, log } = await tampered((storage) => ({
      entries: entriesOf(storage, (at, bytes) => (at === 699 ? bytes.subarray(1) : bytes)),
    }));
    expect(await codes()).toEqual(['invalid', 'format-malformed', 'audit-entry-mismatch', 'audit-fork']);
    await expect(log.entry(699)).rejects.toThrow(expect.objectContaining({ code: 'audit-malformed' }));
  });

  it('two entries swapped', async () => {
    const { codes } = await tampered((storage) => ({
      entries: async (log, from, to) => {
        const all = [...(await storage.entries(log, 0, 700))];
        [all[10], all[650]] = [all[650]!, all[10]!];
        return all.slice(from, to);
      },
    }));
    expect(await codes()).toEqual(['invalid', 'audit-entry-mismatch', 'audit-tile-mismatch', 'audit-fork']);
  });

  it('the last entry dropped, the size with it', async () => {
    const { codes } = await tampered((storage) => ({
      size: async () => 699,
      entries: (log, from, to) => storage.entries(log, from, Math.min(to, 699)),
    }));
    expect(await codes()).toEqual(['invalid', 'audit-tile-mismatch', 'audit-rollback']);
  });

  it('the last entry dropped, the size left', async () => {
    const { codes } = await tampered((storage) => ({
      entries: (log, from, to) => storage.entries(log, from, Math.min(to, 699)),
    }));
    expect(await codes()).toEqual(['invalid', 'audit-entry-missing', 'audit-fork']);
  });

  it('an entry in the middle dropped', async () => {
    const { codes } = await tampered((storage) => ({
      entries: entriesOf(storage, (at, bytes) => (at === 100 ? undefined : bytes)),
    }));
    // Those behind it move up by one, and are read again at the end of the page.
    expect(await codes()).toEqual(['invalid', 'audit-entry-mismatch', 'audit-tile-mismatch', 'audit-fork']);
  });

  it.each([
    ['of leaves', 0, 1, ['audit-entry-mismatch']],
    ['of the level above', 1, 0, ['audit-tile-mismatch']],
  ] as const)('a tile %s changed', async (_, level, index, found) => {
    const { codes, log, key, trusted } = await tampered((storage) => ({
      readTile: async (log, l, n) => {
        const tile = await storage.readTile(log, l, n);
        return l === level && n === index ? tile!.with(37, tile![37]! ^ 1) : tile;
      },
    }));
    expect(await codes()).toEqual(['invalid', ...found]);
    await expect(log.prove(level === 0 ? 260 : 100, trusted.text)).rejects.toThrow(damaged);
    if (level === 1) await expect(log.head(key.signer, { at: AT, previous: trusted })).rejects.toThrow(damaged);
  });

  it.each([
    ['missing', () => undefined],
    ['cut short', (tile: Uint8Array) => tile.subarray(0, 32)],
    ['longer than the log', (tile: Uint8Array) => Uint8Array.of(...tile, ...new Uint8Array(32))],
  ])('a last tile %s', async (_, change) => {
    const { codes } = await tampered((storage) => ({
      readTile: async (log, level, index) => {
        const tile = await storage.readTile(log, level, index);
        return level === 0 && index === 2 ? change(tile!) : tile;
      },
    }));
    const found = await codes();
    expect(found[0]).toBe('invalid');
    expect(found.slice(1)).toEqual(
      found[1] === 'audit-entry-mismatch' ? ['audit-entry-mismatch'] : ['audit-tile-mismatch'],
    );
  });

  it('everything made anew: only the head tells', async () => {
    const { head } = await makeLog(700);
    const forged = await makeLog(800);
    expect((await forged.log.check()).verdict).toBe('indeterminate');
    const report = await forged.log.check({ trusted: await head() });
    expect(report.findings.filter(({ outcome }) => outcome !== 'pass').map(({ code }) => code)).toEqual(['audit-fork']);
    expect(report.verdict).toBe('invalid');
  });

  it('a log that grows while it is checked is none', async () => {
    const { storage, log, head } = await makeLog(255);
    const trusted = await head();
    let grown = false;
    const growing = new AuditLog(
      {
        ...storage,
        entries: async (...args) => {
          if (!grown) await log.append(entries(255, 600));
          grown = true;
          return storage.entries(...args);
        },
      },
      'license',
    );
    expect((await growing.check({ trusted })).verdict).toBe('valid');
  });
});

describe('usage', () => {
  it('is counted by action, actor and day in Shanghai', async () => {
    const log = new AuditLog(memoryAuditStorage(), 'license');
    const entry = (at: string, action: string, actor: string) => auditEntry({ at: new Date(at), action, actor });
    await log.append([
      entry('2026-05-20T15:59:59.999Z', 'license-query', 'gate'),
      entry('2026-05-20T16:00:00Z', 'license-query', 'gate'),
      entry('2026-05-21T16:00:00Z', 'license-issue', 'window'),
    ]);
    const usage = await auditUsage(log.entries());
    expect(usage.entries).toBe(3);
    expect(Object.fromEntries(usage.byAction)).toEqual({ 'license-query': 2, 'license-issue': 1 });
    expect(Object.fromEntries(usage.byActor)).toEqual({ gate: 2, window: 1 });
    expect(Object.fromEntries(usage.byDay)).toEqual({ '2026-05-20': 1, '2026-05-21': 1, '2026-05-22': 1 });
    expect((await auditUsage(log.entries(1, 2))).entries).toBe(1);
    expect((await auditUsage([])).entries).toBe(0);
  });

  it('reads pages one after another, each entry once', async () => {
    const { log } = await makeLog(2500);
    const rows: unknown[] = [];
    for await (const { details } of log.entries(10)) rows.push(details.row);
    expect(rows).toEqual(Array.from({ length: 2490 }, (_, at) => 10 + at));
  });

  it('counts up to its limit of different names', async () => {
    function* many(count: number) {
      for (let at = 0; at < count; at++)
        yield { at: '2026-05-20T00:00:00Z', action: 'a', actor: `${at}`, details: {}, commitments: {} };
    }
    expect((await auditUsage(many(100_000))).byActor.size).toBe(100_000);
    await expect(auditUsage(many(100_001))).rejects.toThrow(expect.objectContaining({ code: 'limit-exceeded' }));
  });
});
