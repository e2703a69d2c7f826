/** What makes two batches one, whose files lie in a folder, and how a batch is taken back. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAuditEntry } from '@gov/audit';
import { batchDigest, cancelBatch, handlePreparer, licenseTable, recordBatch, runBatch } from '@gov/e-license/batch';
import { writeLicenseFiles } from '@gov/e-license/batch/files';
import { reconcile, STATUS_LIST_SIZE } from '@gov/e-license/register';
import { memoryStore } from '@gov/store/memory';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AT, COMMON, csv, LOG, makeIssuer, TYPE } from './batch-world.js';

const issuer = await makeIssuer();
const work = () => ({ preparer: handlePreparer(issuer), log: LOG, clock: () => AT });
const stream = (bytes: Uint8Array) => new Blob([bytes as BlobPart]).stream();
const digestOf = (bytes: Uint8Array, more = {}) => batchDigest(stream(bytes), { type: TYPE, common: COMMON, ...more });

async function recorded(store: ReturnType<typeof memoryStore>, bytes: Uint8Array) {
  const digest = await digestOf(bytes);
  const options = { type: TYPE, common: COMMON, digest, actor: 'window-3', at: AT, rangeSize: 10 };
  return (await recordBatch(store, licenseTable(bytes, { type: TYPE }), options)).batch!;
}

async function discrepancies(store: ReturnType<typeof memoryStore>): Promise<string[]> {
  const codes: string[] = [];
  for await (const { code } of reconcile(store, { log: LOG })) codes.push(code);
  return codes;
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'batch-same-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the digest of a batch', () => {
  it('is another for another sheet, header, separator, encoding or treatment of merged cells', async () => {
    const bytes = csv(3);
    const readings = [
      {},
      { sheet: 'A' },
      { sheet: 'B' },
      { sheet: 1 },
      { headerRow: 2 },
      { separator: ';' },
      { encoding: 'gb18030' },
      { mergedCells: 'fill' },
      { format: 'csv' },
    ];
    const digests = await Promise.all(readings.map((reading) => digestOf(bytes, { reading })));
    expect(new Set(digests).size).toBe(readings.length);
  });

  it('does not depend on the order of members in the data in common', async () => {
    const turned = Object.fromEntries(Object.entries(COMMON).reverse());
    expect(await digestOf(csv(3), { common: turned })).toBe(await digestOf(csv(3)));
    expect(await digestOf(csv(3), { common: { ...COMMON, validTo: '2031-05-18' } })).not.toBe(await digestOf(csv(3)));
  });
});

describe('the id of a batch', () => {
  const record = async (store: ReturnType<typeof memoryStore>, more: { readonly id?: string } = {}) => {
    const options = { type: TYPE, common: COMMON, digest: await digestOf(csv(3)), actor: 'window-3', at: AT, ...more };
    return recordBatch(store, licenseTable(csv(3), { type: TYPE }), options);
  };

  it('is random, and the same file finds its batch all the same', async () => {
    const store = memoryStore();
    const [one, two] = [await record(store), await record(store)];
    expect([one.again, two.again, two.batch]).toEqual([false, true, one.batch]);
    const elsewhere = await record(memoryStore());
    expect(elsewhere.batch?.digest).toBe(one.batch?.digest);
    expect(elsewhere.batch?.id).not.toBe(one.batch?.id);
    expect(one.batch?.digest).not.toContain(one.batch?.id);
  });

  it('is one, of however many that record the same at once: the others give their numbers back', async () => {
    const store = memoryStore();
    const recordings = await Promise.all([1, 2, 3].map(() => record(store)));
    expect(recordings.filter(({ again }) => !again)).toHaveLength(1);
    expect(new Set(recordings.map(({ batch }) => batch?.id)).size).toBe(1);
    expect((await store.counters()).map(({ last }) => last)).toEqual([STATUS_LIST_SIZE, 3, 3]);
  });

  it('is that of the same command elsewhere, also where that one issues while this one still checks', async () => {
    const store = memoryStore();
    const bytes = csv(3);
    async function* slowly() {
      yield bytes.subarray(0, 200);
      const { id } = await recorded(store, bytes);
      await runBatch(store, id, work());
      yield bytes.subarray(200);
    }
    const options = { type: TYPE, common: COMMON, digest: await digestOf(bytes), actor: 'window-3', at: AT };
    const late = await recordBatch(store, licenseTable(slowly(), { type: TYPE }), { ...options, register: store });
    expect(late).toMatchObject({ again: true, wrong: 0, issues: [], batch: { rows: 3 } });
    // Another table with the same numbers is wrong as ever.
    const other = { ...options, digest: await digestOf(csv(2)), register: store };
    expect(await recordBatch(store, licenseTable(csv(2), { type: TYPE }), other)).toMatchObject({ wrong: 2 });
  });

  it('is given to nothing that somebody ordered under the number of a person, or with lists of another size', async () => {
    const store = memoryStore();
    const options = { type: TYPE, common: COMMON, digest: await digestOf(csv(3)), actor: 'window-3', at: AT };
    const record = (more: object) => recordBatch(store, licenseTable(csv(3), { type: TYPE }), { ...options, ...more });
    await expect(record({ actor: '张三 13812345678' })).rejects.toMatchObject({ code: 'invalid-argument' });
    expect(await store.counters()).toEqual([]);
    await record({});
    await expect(record({ id: 'other', listSize: 1024 })).rejects.toMatchObject({ code: 'invalid-argument' });
    expect(await store.batches()).toHaveLength(1);
  });

  it('that is given makes another batch of the same file, found by that id alone', async () => {
    const store = memoryStore();
    const [plain, named] = [await record(store), await record(store, { id: 'second' })];
    expect([named.again, named.batch?.id]).toEqual([false, 'second']);
    expect((await record(store, { id: 'second' })).batch).toEqual(named.batch);
    expect((await record(store)).batch).toEqual(plain.batch);
    const foreign = record(store, { id: plain.batch!.id });
    await expect(foreign).rejects.toMatchObject({ code: 'batch-exists' });
    await expect(record(store, { id: 'no good' })).rejects.toMatchObject({ code: 'invalid-argument' });
  });

  it('tells nothing of the file once its rows are erased, and says so', async () => {
    const store = memoryStore();
    for (const id of ['named', undefined]) await record(store, id === undefined ? {} : { id });
    for (const { id } of await store.batches())
      await cancelBatch(store, id, { log: LOG, actor: 'chief', reason: '误登记', at: AT });
    const later = { before: '2027-01-01T00:00:00Z', beforeDay: '2027-01-01', endedStatuses: [] };
    await store.transaction((tx) => tx.erase('batch-rows', later, 10));
    expect((await store.batches()).map(({ digest }) => digest)).toEqual(['', '']);
    await expect(record(store, { id: 'named' })).rejects.toMatchObject({
      code: 'batch-exists',
      message: expect.stringContaining('were erased'),
    });
    expect((await record(store)).again).toBe(false);
  });
});

describe('files of another register', () => {
  it('are not taken for one’s own, and not overwritten', async () => {
    const [test, real] = [memoryStore(), memoryStore()];
    const [one, other] = [await recorded(test, csv(12)), await recorded(real, csv(13))];
    for (const [store, batch] of [
      [test, one],
      [real, other],
    ] as const)
      await runBatch(store, batch.id, work());
    expect(await writeLicenseFiles(test, one.id, folder)).toEqual({ licences: 12, written: 12 });
    const first = join(folder, `${(await test.entry({ batch: one.id, row: 0 }))!.identifier}.qr.txt`);
    const before = readFileSync(first, 'utf8');
    expect(statSync(first).mode & 0o777).toBe(0o600);
    await expect(writeLicenseFiles(real, other.id, folder)).rejects.toMatchObject({ code: 'file-exists' });
    expect(readFileSync(first, 'utf8')).toBe(before);
    writeFileSync(first, `${before} `);
    await expect(writeLicenseFiles(test, one.id, folder)).rejects.toMatchObject({ code: 'file-exists' });
  });
});

describe('a batch that is taken back', () => {
  it('issues nothing more: the rest is void, accounted for, and no worker finds work', async () => {
    const store = memoryStore();
    const batch = await recorded(store, csv(25));
    const once = new AbortController();
    const onProgress = () => once.abort(new Error('stopped'));
    const stopped = runBatch(store, batch.id, {
      ...work(),
      preparer: handlePreparer(issuer, 1),
      signal: once.signal,
      onProgress,
    });
    await expect(stopped).rejects.toThrow('stopped');
    const issued = await store.countBatchRows(batch.id);
    expect(issued).toBeGreaterThan(0);
    expect(issued).toBeLessThan(25);
    const options = { log: LOG, actor: 'chief', reason: '误登记', at: AT };
    expect(await cancelBatch(store, batch.id, options)).toBe(25 - issued);
    expect(await cancelBatch(store, batch.id, options)).toBe(0);
    expect(await runBatch(store, batch.id, work())).toEqual({ issued: 0, voided: 0 });
    const last = await store.entry({ batch: batch.id, row: 24 });
    expect([last?.status, last?.statusReason]).toEqual(['void', '误登记']);
    expect(await discrepancies(store)).toEqual([]);
  });

  it('loses no row and doubles none where a worker issues it at the same time', async () => {
    const store = memoryStore();
    const batch = await recorded(store, csv(60));
    const [done, voided] = await Promise.all([
      runBatch(store, batch.id, work()),
      cancelBatch(store, batch.id, { log: LOG, actor: 'chief', reason: '误登记', at: AT }),
    ]);
    expect(done.issued + voided).toBe(60);
    expect(await store.countBatchRows(batch.id)).toBe(60);
    expect(await discrepancies(store)).toEqual([]);
  });

  it('says who took it back and why, in words that can be shown', async () => {
    const store = memoryStore();
    const batch = await recorded(store, csv(3));
    for (const reason of ['', 'x'.repeat(501), 'a\u001b[31m', 'a\nb'])
      await expect(cancelBatch(store, batch.id, { log: LOG, actor: 'chief', reason, at: AT })).rejects.toMatchObject({
        code: 'invalid-argument',
      });
    await cancelBatch(store, batch.id, { log: LOG, actor: 'chief', reason: '误登记', at: AT });
    const entry = await store.entry({ batch: batch.id, row: 0 });
    const [bytes] = await store.audit.entries(LOG, entry!.auditIndex, entry!.auditIndex + 1);
    expect(readAuditEntry(bytes!)).toMatchObject({ action: 'license-void', actor: 'chief' });
  });

  it('is refused where there is none', async () => {
    const options = { log: LOG, actor: 'chief', reason: 'x', at: AT };
    await expect(cancelBatch(memoryStore(), 'no-such', options)).rejects.toMatchObject({ code: 'license-not-found' });
  });
});
