/** `gov license batch`: a table that is wrong, the same table right, and the same command again. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FOOD_BUSINESS } from '@gov/e-license';
import { openStore } from '@gov/store';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { newDatabase } from '../../../test/databases.js';
import { json, gov as run } from './run.js';

// An embedded database is opened by every run: half a second where nothing else runs, ten where much does.
vi.setConfig({ testTimeout: 120_000 });

const AUTHORITY = { name: '某市行政审批局', code: '11990100MB0000019L' };
const COMMON = {
  authority: AUTHORITY,
  issueDate: '2026-05-20',
  validFrom: '2026-05-20',
  validTo: '2031-05-19',
  holders: [{ codeType: '001', kind: 'legal-person' }],
  fields: {
    businessForm: '餐饮服务经营者',
    businessItems: '热食类食品制售',
    supervisor: '某市示范区市场监督管理局',
    supervisingOfficers: '李某',
    complaintPhone: '12315',
    signatory: '赵某某',
  },
};
const HEADER = '许可证编号,经营者名称,社会信用代码（身份证号码）,法定代表人（负责人）,住所,经营场所';
const line = (i: number): string =>
  `JY299010100000${i}0,某市样例餐饮第${i}有限公司,91990100MA00000073,张某某,样例大道${i}号,样例大道${i}号一层`;

let folder: string;
const at = (name: string) => join(folder, name);
const table = (name: string, lines: readonly string[]): string => {
  writeFileSync(at(name), [HEADER, ...lines, ''].join('\r\n'));
  return at(name);
};
const batch = (file: string, ...more: readonly string[]) =>
  json(
    ...['license', 'batch', file, '--type', FOOD_BUSINESS.code, '--common', at('common.json')],
    ...['--cert', at('issuer.crt.pem'), '--key', at('issuer.key.pem'), '--threads', '1'],
    ...['--database', at('db'), '--at', '2026-05-20T10:00:00+08:00', ...more],
  );

/** Everything that recording a batch leaves. */
async function kept() {
  const store = await openStore(at('db'));
  try {
    return { batches: (await store.batches()).map(({ id }) => id), counters: await store.counters() };
  } finally {
    await store.close();
  }
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gov-license-batch-'));
  await newDatabase(at('db'));
  writeFileSync(at('common.json'), JSON.stringify(COMMON));
  const subject = `CN=license-issuer,O=${AUTHORITY.code}${AUTHORITY.name},C=CN`;
  for (const args of [
    ['ca', 'init', '--out', at('ca')],
    ['ca', 'issue', '--ca', at('ca'), '--use', 'license-issuer', '--subject', subject, '--out', at('issuer')],
  ]) {
    expect(await run(...args, '--at', '2026-05-01')).toMatchObject({ status: 0, err: '' });
  }
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('gov license batch', () => {
  it('names the cells of a wrong table, in the answer and in a file, and issues nothing', async () => {
    const wrong = [line(1), line(2).replace('91990100MA00000073', '91990100MA00000074'), line(1), line(3)];
    const { status, answer } = await batch(table('wrong.csv', wrong), '--errors', at('errors.csv'), '--out', at('out'));
    expect(status).toBe(2);
    expect(answer.error.code).toBe('license-data-invalid');
    const cells = answer.error.issues.map(({ path }: { path: readonly string[] }) => path[0]);
    expect(cells).toEqual(['C3', 'A4']);
    const errors = readFileSync(at('errors.csv'), 'utf8').trimEnd().split('\r\n').slice(1);
    expect(errors.map((error) => error.split(',')[1])).toEqual(['C3', 'A4']);
    expect(existsSync(at('out'))).toBe(false);
  });

  it('issues every row of a right one, writes its files, and again does nothing new', async () => {
    const file = table('right.csv', [line(1), line(2), line(3)]);
    const { status, answer } = await batch(file, '--out', at('out'));
    expect({ status, ...answer }).toMatchObject({ status: 0, rows: 3, again: false, issued: 3, voided: 0, written: 3 });
    const results = readFileSync(at('out/results.csv'), 'utf8').trimEnd().split('\r\n').slice(1);
    expect(results.map((result) => result.split(',').slice(0, 3).join())).toEqual([
      '1,2,JY29901010000010',
      '2,3,JY29901010000020',
      '3,4,JY29901010000030',
    ]);
    const names = readdirSync(at('out'));
    expect(names.filter((name) => name.endsWith('.qr.txt'))).toHaveLength(3);

    const second = await batch(file, '--out', at('out'));
    expect({ ...second.answer, status: second.status }).toMatchObject({
      status: 0,
      batch: answer.batch,
      again: true,
      issued: 0,
      written: 0,
    });
    expect(readdirSync(at('out'))).toEqual(names);

    const other = await batch(table('other.csv', [line(4)]), '--id', answer.batch);
    expect(other).toMatchObject({ status: 2, answer: { error: { code: 'batch-exists' } } });
  });

  it('says when by --at, and keeps what it writes to its owner', async () => {
    const store = await openStore(at('db'));
    const times: string[] = [];
    for await (const { issuedAt } of store.entries()) times.push(issuedAt);
    const [recorded] = await store.batches();
    await store.close();
    expect(times).toHaveLength(3);
    for (const time of times) expect(time).toMatch(/^2026-05-20T02:0/);
    expect(recorded?.createdAt).toBe('2026-05-20T02:00:00.000Z');
    const names = readdirSync(at('out')).map((name) => [name, statSync(at(`out/${name}`)).mode & 0o777]);
    expect(names.filter(([, mode]) => mode !== 0o600)).toEqual([]);
    expect(statSync(at('errors.csv')).mode & 0o777).toBe(0o600);
  });

  it('records nothing where its results or errors would lie over another file, however often', async () => {
    const file = table('next.csv', [line(5), line(6).replace('91990100MA00000073', 'x')]);
    const [before, theirs] = [await kept(), readFileSync(at('out/results.csv'), 'utf8')];
    for (const more of [
      ['--results', at('out/results.csv')],
      ['--results', at('common.json')],
      ['--errors', at('errors.csv')],
      ['--out', at('out')],
    ]) {
      for (const _ of [1, 2]) {
        const refused = await batch(file, '--skip-wrong', ...more);
        expect(refused, more.join(' ')).toMatchObject({ status: 2, answer: { error: { code: 'file-exists' } } });
      }
    }
    const nowhere = await batch(file, '--skip-wrong', '--results', at('common.json/results.csv'));
    expect(nowhere).toMatchObject({ status: 2, answer: { error: { code: 'file-unwritable' } } });
    expect(await kept()).toEqual(before);
    expect(readFileSync(at('out/results.csv'), 'utf8')).toBe(theirs);
  });

  it('writes its own results anew, and another batch over them by force alone', async () => {
    const file = table('next.csv', [line(5), line(6)]);
    const results = ['--results', at('next-results.csv')];
    expect((await batch(file, ...results)).status).toBe(0);
    const whole = readFileSync(at('next-results.csv'), 'utf8');
    writeFileSync(at('next-results.csv'), whole.split('\r\n').slice(0, 2).join('\r\n'));
    expect((await batch(file, ...results)).status).toBe(0);
    expect(readFileSync(at('next-results.csv'), 'utf8')).toBe(whole);
    expect((await batch(table('right.csv', [line(1), line(2), line(3)]), ...results)).status).toBe(2);
    expect((await batch(table('right.csv', [line(1), line(2), line(3)]), ...results, '--force')).status).toBe(0);
    expect(readFileSync(at('next-results.csv'), 'utf8')).not.toBe(whole);
  });

  it('of rows that are void is not done: exit 1, however often, and it says what to do', async () => {
    const file = table('again.csv', [line(1), line(7)]);
    for (const run of [1, 2]) {
      const { status, answer } = await batch(file, '--no-check-register');
      expect({ ...answer, status }).toMatchObject({ status: 1, again: run === 2, voided: 1 });
      expect(answer.message).toMatch(/^1 of 2 rows .*--id/);
    }
  });

  it('of a batch that was cancelled names it and says --id, and under one issues what it did not', async () => {
    const file = table('cancelled.csv', [line(8), line(9)]);
    const { answer: recorded } = await batch(file, '--record-only');
    const cancelled = await json(
      ...['license', 'cancel-batch', recorded.batch, '--database', at('db'), '--actor', 'chief', '--reason', '误登记'],
    );
    expect(cancelled).toMatchObject({ status: 0, answer: { voided: 2 } });
    const again = await batch(file);
    expect({ ...again.answer, status: again.status }).toMatchObject({ status: 1, again: true, issued: 0, voided: 2 });
    expect(again.answer.message).toContain(recorded.batch);
    expect(again.answer.messageZh).toContain('--id');
    const anew = await batch(file, '--id', 'anew');
    expect({ ...anew.answer, status: anew.status }).toMatchObject({ status: 0, batch: 'anew', issued: 2, voided: 0 });
  });
});
