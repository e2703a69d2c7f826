import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { appendAudit, auditEntry, leafHash, rootOf } from '@gov/audit';
import { backupStore, openStore, restoreStore, type Store } from '@gov/store';
import { describe, expect, it, vi } from 'vitest';
import { newDatabase } from '../../../test/databases.js';
import { gathered, octets, refused, world } from './contract/world.js';
import { folder } from './directory.js';

// A new embedded database takes seconds where the machine is busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const LOG = 'main';

async function everything(store: Store) {
  const entries = await store.audit.entries(LOG, 0, 1000);
  return {
    register: await gathered(store.entries()),
    counters: await store.counters(),
    batches: await store.batches(),
    document: await store.document(world0.entry(1).identifier, 'pdf'),
    entries,
    root: rootOf(entries.map(leafHash)),
    tile: await store.audit.readTile(LOG, 0, 0),
    secrets: await store.audit.secrets(LOG, 299),
  };
}

const world0 = world();

describe('a copy of an embedded database', () => {
  it('restored elsewhere is the same register and the same audit log, which goes on', async () => {
    const place = await folder();
    const from = join(place, 'from');
    const to = join(place, 'to');
    const store = await openStore(await newDatabase(from));
    const audit = (n: number) =>
      auditEntry({ at: new Date(), action: 'test', actor: 'tester', details: { n }, secrets: { holder: '张三' } });
    await store.transaction(async (tx) => {
      await tx.takeNumbers('n', 7);
      await tx.insertEntries([world0.entry(1), world0.entry(2)]);
      await tx.insertDocument(world0.entry(1).identifier, 'pdf', octets('PDF'));
      await tx.insertBatch(world0.batch('b'));
      await appendAudit(
        tx.audit,
        LOG,
        Array.from({ length: 300 }, (_, n) => audit(n)),
      );
    });
    const before = await everything(store);
    await refused(backupStore(from), 'store-locked');
    await store.close();

    const copy = await backupStore(from);
    await restoreStore(copy, `pglite:${to}`);
    const restored = await openStore(to);
    expect(await everything(restored)).toEqual(before);
    expect(await restored.audit.auditTransaction((tx) => appendAudit(tx, LOG, [audit(300)]))).toBe(300);
    expect(await restored.transaction((tx) => tx.takeNumbers('n', 1))).toBe(8);
    await restored.close();

    // Never over what is there, and nothing is left of an attempt.
    await refused(restoreStore(copy, to), 'file-exists');
    const cut = copy.slice(0, copy.length >> 1);
    await refused(restoreStore(cut, join(place, 'cut')), 'input-malformed');
    await refused(restoreStore(octets('no copy'), join(place, 'no')), 'input-malformed');
    await refused(restoreStore(copy, join(place, 'missing', 'deep')), 'file-unwritable');
    expect((await readdir(place)).sort()).toEqual(['from', 'to']);
  });

  it('is made only of an embedded database', async () => {
    const place = await folder();
    await refused(backupStore(place), 'store-version');
    await refused(backupStore('postgres://u:secret@h/d'), 'invalid-argument', ['secret']);
    await writeFile(join(place, 'file'), '');
    await refused(restoreStore(new Uint8Array(), join(place, 'file')), 'file-exists');
    expect(await readdir(place)).toEqual(['file']);
  });
});
