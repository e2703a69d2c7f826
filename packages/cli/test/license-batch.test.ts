/** `gov license batch`: a table that is wrong, the same table right, and the same command again. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FOOD_BUSINESS } from '@gov/e-license';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
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

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gov-license-batch-'));
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
});
