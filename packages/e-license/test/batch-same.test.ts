/** What makes two batches one, whose files lie in a folder, and how a batch is taken back. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAuditEntry } from '@gov/audit';
import { batchDigest, cancelBatch, handlePreparer, licenseTable, recordBatch, runBatch } from '@gov/e-license/batch';
import { writeLicenseFiles } from '@gov/e-license/batch/files';
import { reconcile } from '@gov/e-license/register';
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
