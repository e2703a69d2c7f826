import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  batchDigest,
  batchResults,
  handlePreparer,
  type LicenseTable,
  licenseTable,
  localRanges,
  type RangeQueue,
  type RecordOptions,
  rangesOf,
  recordBatch,
  resultCsv,
  resultJsonLines,
  runBatch,
  workRanges,
} from '@gov/e-license/batch';
import { fileSpool, writeLicenseFiles, writeWhole } from '@gov/e-license/batch/files';
import { licenseThreads } from '@gov/e-license/batch/threads';
import {
  type BatchRecord,
  LicenseRegister,
  type LicenseStore,
  reconcile,
  STATUS_LIST_SIZE,
} from '@gov/e-license/register';
import { memoryStore } from '@gov/store/memory';
import { GovError, isGovError } from '@gov/verdict';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AT, COMMON, csv, csvOf, HEADER, LOG, makeIssuer, numberOf, rowOf, TYPE } from './batch-world.js';

type Store = ReturnType<typeof memoryStore>;

let issuer: Awaited<ReturnType<typeof makeIssuer>>;
const folder = mkdtempSync(join(tmpdir(), 'gov-batch-'));
beforeAll(async () => {
  issuer = await makeIssuer();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const table = (bytes: Uint8Array): LicenseTable => licenseTable(bytes, { type: TYPE });
const text = (lines: string): Uint8Array => new TextEncoder().encode(lines);
const options = (more: Partial<RecordOptions> = {}): RecordOptions => ({
  type: TYPE,
  common: COMMON,
  digest: 'ab'.repeat(32),
  actor: 'test',
  at: AT,
  rangeSize: 10,
  ...more,
});
const work = () => ({ preparer: handlePreparer(issuer), log: LOG, clock: () => AT });

async function recorded(
  store: LicenseStore,
  bytes: Uint8Array,
  more: Partial<RecordOptions> = {},
): Promise<BatchRecord> {
  const { batch, issues } = await recordBatch(store, table(bytes), options(more));
  expect(issues).toEqual([]);
  return batch!;
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** One licence for each row, serials dense, register = audit log. */
async function expectAllOnce(store: Store, rows: number): Promise<void> {
  expect(await all(reconcile(store, { log: LOG }))).toEqual([]);
  const entries = await all(store.entries());
  expect(entries.map(({ serial }) => Number(serial))).toEqual(Array.from({ length: rows }, (_, i) => i + 1));
  expect(entries.map(({ batch }) => batch?.row)).toEqual(Array.from({ length: rows }, (_, i) => i));
  expect(await store.audit.size(LOG)).toBe(rows);
}

/** What is wrong, shortly. */
async function problems(bytes: Uint8Array, more: Partial<RecordOptions> = {}): Promise<string[]> {
  const store = memoryStore();
  const { batch, issues, issueCount } = await recordBatch(store, table(bytes), options(more));
  expect(batch).toBeUndefined();
  expect(await store.batches()).toEqual([]);
  expect(await store.counters()).toEqual([]);
  expect(issueCount).toBe(issues.length);
  return issues.map(({ cell, line, code }) => `${cell ?? line} ${code}`);
}

describe('checking a table', () => {
  it('names the cell of every wrong value, over the whole file, and records nothing', async () => {
    const rows = Array.from({ length: 30 }, (_, i) => rowOf(i + 1));
    rows[4]![2] = '91990100MA00000074';
    rows[10]![3] = '';
    rows[29]![0] = 'JY 1';
    expect(await problems(csvOf(rows))).toEqual(['C6 credit-code-check', 'D12 missing', 'A31 code-form']);
  });

  it('says both languages, header and path', async () => {
    const rows = [rowOf(1).map((cell, i) => (i === 2 ? '91990100MA00000074' : cell))];
    const { issues } = await recordBatch(memoryStore(), table(csvOf(rows)), options());
    expect(issues).toMatchObject([
      { line: 2, cell: 'C2', column: HEADER[2], path: ['holders', 0, 'code'], code: 'credit-code-check' },
    ]);
    expect(issues[0]!.messageZh).toMatch(/[一-鿿]/);
  });

  it('refuses a number twice in the file, a column that nobody knows, and the same column twice', async () => {
    expect(await problems(csvOf([rowOf(1), rowOf(2), rowOf(1)]))).toEqual(['A4 number-twice']);
    const note = text(`${[...HEADER, '备注'].join()}\n${[...rowOf(1), '急'].join()}\n${[...rowOf(2), ''].join()}\n`);
    expect(await problems(note)).toEqual(['H2 column-unknown']);
    expect(await problems(note, { skipWrong: true })).toEqual(['H2 column-unknown']);
    await recorded(memoryStore(), note, { ignore: ['备注'] });
    const twice = text(`${[...HEADER, '证照编号 *'].join()}\n${[...rowOf(1), numberOf(2)].join()}\n`);
    expect(await problems(twice)).toEqual(['H2 column-twice']);
  });

  it('refuses what no QR can hold, another authority, and a number that is registered', async () => {
    // Every character another one, and a type that carries all of them.
    const odd = Array.from({ length: 118 }, (_, i) => String.fromCodePoint(0x4e00 + i * 163)).join('');
    const fields = TYPE.fields.map((field) => ('qrMaxLength' in field ? { ...field, qrMaxLength: 2_000 } : field));
    const long = rowOf(1).map((cell, i) =>
      i === 4 ? odd : i === 5 ? [...odd].reverse().join('') : i === 6 ? odd : cell,
    );
    expect(await problems(csvOf([long]), { type: { ...TYPE, fields } })).toEqual(['2 qr-too-large']);
    const other = text(
      `${[...HEADER, '证照颁发机构代码'].join()}\n${rowOf(1).join()},11990100MB0000019L\n${rowOf(2).join()},11100000MB0000000P\n`,
    );
    expect(await problems(other)).toEqual(['H3 authority-differs']);
    const store = memoryStore();
    await runBatch(store, (await recorded(store, csv(3))).id, work());
    const again = await recordBatch(store, table(csv(5)), options({ digest: 'cd'.repeat(32), register: store }));
    expect(again.issues.map(({ cell, code }) => `${cell} ${code}`)).toEqual(
      [2, 3, 4].map((i) => `A${i} number-registered`),
    );
  });

  it('leaves out wrong rows where it is told to, and says which', async () => {
    const store = memoryStore();
    const bytes = csvOf([rowOf(1), rowOf(1), rowOf(2), rowOf(3).map((cell, i) => (i === 3 ? '' : cell))]);
    const { batch, right, wrong, issues } = await recordBatch(store, table(bytes), options({ skipWrong: true }));
    expect({ rows: batch!.rows, right, wrong, lines: issues.map(({ line }) => line) }).toEqual({
      rows: 2,
      right: 2,
      wrong: 2,
      lines: [3, 5],
    });
    await runBatch(store, batch!.id, work());
    expect((await all(batchResults(store, batch!.id))).map(({ line, number }) => [line, number])).toEqual([
      [2, numberOf(1)],
      [4, numberOf(2)],
    ]);
  });

  it('shows so many issues, counts all, and tells of each', async () => {
    let told = 0;
    const bytes = csvOf(Array.from({ length: 50 }, (_, i) => rowOf(i).with(3, '')));
    const checked = await recordBatch(
      memoryStore(),
      table(bytes),
      options({ maxIssues: 7, onIssue: () => void told++ }),
    );
    expect([checked.issues.length, checked.issueCount, checked.wrong, told]).toEqual([7, 50, 50, 50]);
  });

  it('reads JSON Lines with whole parts, and several holders by numbered columns', async () => {
    const store = memoryStore();
    const line = {
      number: numberOf(1),
      holders: [{ name: '某公司', code: '91990100MA00000073', codeType: '001' }],
      fields: { legalRepresentative: '张某', domicile: '某路', premises: '某路', businessItems: '热食' },
    };
    await recorded(store, text(`${JSON.stringify(line)}\n`));
    const header = [...HEADER, '持证主体名称2', '持证主体代码2', '持证主体代码类型2'];
    const two = text(
      `${header.join()}\n${[...rowOf(1), '李某', '11010519491231002X', '111'].join()}\n${[...rowOf(2), '', '', ''].join()}\n`,
    );
    const batch = await recorded(store, two, {
      digest: 'ef'.repeat(32),
      type: { ...TYPE, holders: { min: 1, max: 2 } },
    });
    const { issued } = await runBatch(store, batch.id, work());
    expect(issued).toBe(2);
    const entries = await all(store.entries({ batch: batch.id }));
    expect(entries.map(({ record }) => record?.data.holders.length)).toEqual([2, 1]);
  });

  it('answers hostile bytes with errors of its own', async () => {
    const bytes = csv(3);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        async (changes) => {
          const damaged = bytes.slice();
          for (const [at, value] of changes) damaged[at] = value;
          await recordBatch(memoryStore(), table(damaged), options()).catch((error: unknown) => {
            if (!isGovError(error)) throw error;
          });
        },
      ),
      { numRuns: process.env.SLOW === undefined ? 100 : 20_000 },
    );
  });
});

describe('recording a batch', () => {
  it('happens once: the same again is answered, another under the same id refused', async () => {
    const store = memoryStore();
    const first = await recorded(store, csv(5), { id: 'b-1' });
    const again = await recordBatch(store, table(csv(5)), options({ id: 'b-1' }));
    expect(again).toMatchObject({ again: true, batch: first });
    await expect(
      recordBatch(store, table(csv(6)), options({ id: 'b-1', digest: 'cd'.repeat(32) })),
    ).rejects.toMatchObject({ code: 'batch-exists' });
    expect((await store.counters()).map(({ last }) => last)).toEqual([STATUS_LIST_SIZE, 5, 5]);
  });

  it('happens once where two do it at the same moment', async () => {
    const store = memoryStore();
    const both = await Promise.all([0, 1].map(() => recordBatch(store, table(csv(5)), options())));
    expect(both.map(({ again }) => again).sort()).toEqual([false, true]);
    expect((await store.counters()).map(({ last }) => last)).toEqual([STATUS_LIST_SIZE, 5, 5]);
  });

  it('has a digest of everything that decides what it is', async () => {
    const of = (bytes: Uint8Array, more: object = {}) =>
      batchDigest(new Blob([bytes as BlobPart]).stream(), { type: TYPE, common: COMMON, ...more });
    const digests = await Promise.all([
      of(csv(5)),
      of(csv(6)),
      of(csv(5), { common: {} }),
      of(csv(5), { skipWrong: true }),
      of(csv(5), { type: { ...TYPE, name: '另' } }),
    ]);
    expect(new Set(digests).size).toBe(5);
    expect(await of(csv(5))).toBe(digests[0]);
  });

  it('refuses an empty table, wrong ids and range sizes', async () => {
    const refused = (bytes: Uint8Array, more: Partial<RecordOptions>) =>
      expect(recordBatch(memoryStore(), table(bytes), options(more))).rejects.toMatchObject({
        code: 'invalid-argument',
      });
    await refused(text(`${HEADER.join()}\n`), {});
    await refused(csv(1), { id: '../x' });
    await refused(csv(1), { rangeSize: 0 });
    await refused(csv(1), { rangeSize: 5_001 });
  });

  it('keeps its rows in a file until all are checked', async () => {
    const store = memoryStore();
    await runBatch(store, (await recorded(store, csv(25), { spool: await fileSpool(folder) })).id, work());
    await expectAllOnce(store, 25);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('working off a batch', () => {
  it('issues every row once, in threads that hold the key, and says how far it is', async () => {
    const store = memoryStore();
    const batch = await recorded(store, csv(95));
    const preparer = await licenseThreads({ certificate: issuer.certificate, key: issuer.key, threads: 2 });
    const seen: number[] = [];
    try {
      const done = await runBatch(store, batch.id, { ...work(), preparer, onProgress: ({ done }) => seen.push(done) });
      expect(done).toEqual({ issued: 95, voided: 0 });
    } finally {
      await preparer.close();
    }
    expect([seen.length, seen.at(-1)]).toEqual([10, 95]);
    await expectAllOnce(store, 95);
    expect(await runBatch(store, batch.id, work())).toEqual({ issued: 0, voided: 0 });
  });

  it('issues nothing twice where a queue hands out everything twice, late and out of order', async () => {
    const store = memoryStore();
    const batch = await recorded(store, csv(95));
    const ranges = Array.from({ length: 2 * rangesOf(batch) }, (_, i) => (i * 7) % rangesOf(batch));
    const queue: RangeQueue = {
      async next() {
        const range = ranges.pop();
        const nothing = async () => undefined;
        return range === undefined
          ? undefined
          : { batch: batch.id, range, done: nothing, skip: nothing, giveBack: nothing };
      },
    };
    const done = await Promise.all(Array.from({ length: 4 }, () => workRanges(store, queue, work())));
    expect(done.reduce((sum, { issued }) => sum + issued, 0)).toBe(95);
    await expectAllOnce(store, 95);
  });

  it('goes on after it was stopped in the middle', async () => {
    const store = memoryStore();
    const batch = await recorded(store, csv(95));
    const stop = new AbortController();
    const reason = new GovError('interrupted', 'stopped');
    const run = runBatch(store, batch.id, {
      ...work(),
      signal: stop.signal,
      onProgress: ({ done }) => done >= 30 && stop.abort(reason),
    });
    await expect(run).rejects.toBe(reason);
    const half = await store.countBatchRows(batch.id);
    expect(half).toBeGreaterThanOrEqual(30);
    expect(half).toBeLessThan(95);
    await runBatch(store, batch.id, work());
    await expectAllOnce(store, 95);
  });

  it('goes on after the database went away at any transaction', async () => {
    for (let fail = 1; fail <= 8; fail++) {
      const store = memoryStore();
      const batch = await recorded(store, csv(9), { rangeSize: 3 });
      let count = 0;
      const failing: LicenseStore = {
        ...store,
        transaction: (act) => {
          if (++count === fail) return Promise.reject(new GovError('store-unavailable', 'gone'));
          return store.transaction(act);
        },
      };
      const run = runBatch(failing, batch.id, work());
      if (fail <= 6) await expect(run).rejects.toMatchObject({ code: 'store-unavailable' });
      else await run;
      await runBatch(store, batch.id, work());
      await expectAllOnce(store, 9);
    }
  });

  it('accounts for a row whose number was issued meanwhile: its serial is void, the others are issued', async () => {
    const store = memoryStore();
    const register = new LicenseRegister({ store, types: [TYPE], issuer, log: LOG, clock: () => AT });
    const batch = await recorded(store, csv(25));
    const one = await all(table(csv(25)).rows);
    expect(one).toHaveLength(25);
    const data = {
      ...COMMON,
      type: TYPE.code,
      number: numberOf(13),
      holders: [{ name: '某公司', code: '91990100MA00000073', codeType: '001' }],
      fields: {
        ...COMMON.fields,
        legalRepresentative: '张某',
        domicile: '某路',
        premises: '某路',
        businessItems: '热食',
      },
    };
    await register.issue(data, { actor: 'window' });
    expect(await runBatch(store, batch.id, work())).toEqual({ issued: 24, voided: 1 });
    expect(await all(reconcile(store, { log: LOG }))).toEqual([]);
    const results = await all(batchResults(store, batch.id));
    expect(results.filter(({ status }) => status === 'void')).toMatchObject([
      { row: 13, line: 14, number: numberOf(13), statusReason: 'license-exists' },
    ]);
    expect(results.filter(({ qrText }) => qrText === undefined)).toHaveLength(1);
  });

  it('refuses a certificate that nobody would believe, before anything is issued', async () => {
    const store = memoryStore();
    const batch = await recorded(store, csv(5));
    const stranger = await makeIssuer('CN=x,O=11100000MB0000000P另一机关,C=CN');
    const run = (more: object) => runBatch(store, batch.id, { ...work(), ...more });
    await expect(run({ preparer: handlePreparer(stranger) })).rejects.toMatchObject({ code: 'certificate-unsuitable' });
    await expect(run({ clock: () => new Date('2040-01-01') })).rejects.toMatchObject({ code: 'certificate-expired' });
    await expect(run({ clock: () => new Date('2020-01-01') })).rejects.toMatchObject({
      code: 'certificate-not-yet-valid',
    });
    const options = { certificate: issuer.certificate, key: stranger.key };
    await expect(licenseThreads(options)).rejects.toMatchObject({ code: 'key-mismatch' });
    await expect(licenseThreads({ ...options, threads: 0 })).rejects.toMatchObject({ code: 'invalid-argument' });
    expect(await store.countBatchRows(batch.id)).toBe(0);
  });

  it('says what is damaged, and issues nothing of it', async () => {
    const store = memoryStore();
    const batch = await recorded(store, csv(15));
    for (const bytes of [new Uint8Array(), text('x'), undefined]) {
      const damaged: LicenseStore = { ...store, range: async () => bytes };
      await expect(runBatch(damaged, batch.id, work())).rejects.toMatchObject({ code: 'input-malformed' });
    }
    const foreign: LicenseStore = { ...store, batch: async () => ({ ...batch, options: '{"version":2}' }) };
    await expect(runBatch(foreign, batch.id, work())).rejects.toMatchObject({ code: 'input-malformed' });
    await expect(runBatch(store, 'no-such', work())).rejects.toMatchObject({ code: 'license-not-found' });
    expect(await store.countBatchRows(batch.id)).toBe(0);
  });

  it('leaves out a damaged range and tells of it at the end: all others are issued', async () => {
    const store = memoryStore();
    const batch = await recorded(store, csv(45));
    const damaged: LicenseStore = { ...store, range: async (id, n) => (n === 1 ? text('x') : store.range(id, n)) };
    await expect(runBatch(damaged, batch.id, work())).rejects.toMatchObject({
      code: 'input-malformed',
      issues: [{ path: [batch.id, 1], code: 'range-damaged' }],
    });
    const rows = (await all(store.entries())).map((entry) => entry.batch?.row);
    expect(rows).toEqual(Array.from({ length: 45 }, (_, i) => i).filter((i) => i < 10 || i >= 20));
    expect(await runBatch(store, batch.id, work())).toEqual({ issued: 10, voided: 0 });
  });

  it('hands a range out again that was given back', async () => {
    const batch = await recorded(memoryStore(), csv(15));
    const queue = localRanges(batch);
    const first = await queue.next();
    await first!.giveBack();
    expect([(await queue.next())?.range, (await queue.next())?.range, await queue.next()]).toEqual([1, 0, undefined]);
  });
});

describe('what a batch leaves', () => {
  it('is a file for each licence: what is missing is made, what is there is left', async () => {
    const store = memoryStore();
    const { id } = await recorded(store, csv(15));
    await runBatch(store, id, work());
    const out = join(folder, 'out');
    const documents = { issue: async (_: unknown, qrText: string) => text(`PDF ${qrText}`) };
    expect(await writeLicenseFiles(store, id, out, { documents })).toEqual({ licences: 15, written: 30 });
    const [one, two] = readdirSync(out).filter((name) => name.endsWith('.qr.txt'));
    rmSync(join(out, one!));
    // A PDF alone: whose it is nobody can say.
    await expect(writeLicenseFiles(store, id, out, { documents })).rejects.toMatchObject({ code: 'file-exists' });
    rmSync(join(out, one!.replace('.qr.txt', '.pdf')));
    rmSync(join(out, two!.replace('.qr.txt', '.pdf')));
    expect(await writeLicenseFiles(store, id, out, { documents })).toEqual({ licences: 15, written: 3 });
    expect(readFileSync(join(out, one!), 'utf8')).toMatch(/^EL1:.*\n$/);
    // An empty file is what a crash of the system leaves of a full one.
    writeFileSync(join(out, one!), '');
    rmSync(join(out, one!.replace('.qr.txt', '.pdf')));
    expect(await writeLicenseFiles(store, id, out, { documents })).toEqual({ licences: 15, written: 2 });
    writeFileSync(join(folder, 'file'), '');
    await expect(writeLicenseFiles(store, id, join(folder, 'file'))).rejects.toMatchObject({ code: 'file-unwritable' });
  });

  it('still names every licence once the rows of the batch are erased', async () => {
    const store = memoryStore();
    const { id } = await recorded(store, csv(12));
    await runBatch(store, id, work());
    const erased: LicenseStore = { ...store, range: async () => undefined };
    const results = await all(batchResults(erased, id));
    expect(results.map(({ number }) => number)).toEqual(Array.from({ length: 12 }, (_, i) => numberOf(i + 1)));
    expect(results.every(({ line }) => line === undefined)).toBe(true);
  });

  it('is a table of results that no spreadsheet computes, or JSON Lines', async () => {
    const results = async function* () {
      yield {
        row: 1,
        line: 2,
        number: '=HYPERLINK("x")',
        identifier: '1.2',
        status: 'valid' as const,
        qrText: 'EL1:A',
      };
    };
    const file = join(folder, 'results.csv');
    await writeWhole(file, resultCsv(results()));
    const lines = readFileSync(file, 'utf8').split('\r\n');
    expect(lines[0]).toBe('\ufeffrow,line,number,identifier,status,statusReason,qrText');
    expect(lines[1]).toBe(`1,2,"'=HYPERLINK(""x"")",1.2,valid,,EL1:A`);
    expect(JSON.parse((await all(resultJsonLines(results())))[0]!)).toMatchObject({
      row: 1,
      number: '=HYPERLINK("x")',
    });
    expect(readdirSync(folder).filter((name) => name.startsWith('.gov-tmp'))).toEqual([]);
  });
});
