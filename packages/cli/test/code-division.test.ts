/** `gov code division`, as a shell would run it. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { gov, json } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'gov-code-division-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const history = join(folder, 'history.csv');
writeFileSync(
  history,
  `代码,一级行政区,二级行政区,名称,级别,状态,启用时间,变更/弃用时间,新代码
110000,北京市,,北京市,省级,在用,1981,,
110101,北京市,直辖,东城区,县级,在用,1981,,
110103,北京市,直辖,崇文区,县级,弃用,1981,2010,110101
`,
);

const division = (...args: readonly string[]) => json('code', 'division', ...args);

describe('gov code division', () => {
  it('tells a code, with what lies in it', async () => {
    const { status, answer } = await division('330106');
    expect(status).toBe(0);
    expect(answer).toEqual({
      query: '330106',
      divisions: [
        { code: '330106', name: '西湖区', fullName: '浙江省杭州市西湖区', level: 'county', status: 'active' },
      ],
      children: [],
    });
    expect((await division('110000')).answer.children).toHaveLength(16);
    expect((await division('110103')).answer.divisions[0].status).toBe('abolished');
  });

  it('tells the codes of a name, or what is found by it', async () => {
    const codes = async (...args: readonly string[]) =>
      (await division(...args)).answer.divisions.map(({ code }: { code: string }) => code);
    expect(await codes('西湖区')).toEqual(['330106', '360103']);
    expect(await codes('浙江省杭州市西湖区')).toEqual(['330106']);
    expect(await codes('hangzhouxihu')).toEqual(['330106']);
    expect((await codes('崇文'))[0]).toBe('110103');
  });

  it('tells what was at a time, and what became of it', async () => {
    const of = (at: string) => division('110103', '--history', history, '--at', at);
    expect((await of('2009-06-01')).answer).toMatchObject({
      divisions: [{ status: 'active', certain: true }],
      successors: [{ code: '110101', year: 2010, part: false }],
      today: ['110101'],
      lost: [],
    });
    expect((await of('2010-06-01')).answer.divisions).toMatchObject([{ status: 'active', certain: false }]);
    expect((await of('2010-12-31')).answer.divisions).toMatchObject([{ status: 'abolished' }]);
    const named = await division('崇文区', '--history', history, '--at', '2000-01-01');
    expect(named.answer.divisions).toMatchObject([{ code: '110103' }]);
    const gone = await division('崇文区', '--history', history, '--at', '2010-12-31');
    expect([gone.status, gone.answer.divisions]).toEqual([1, []]);
  });

  it('prints lines for people, in both languages', async () => {
    const zh = await gov('code', 'division', '110103', '--history', history, '--lang', 'zh');
    expect(zh.out).toBe('110103  北京市崇文区  已撤销\n2010  划入 110101 北京市东城区\n现为 110101 北京市东城区\n');
    const en = await gov('code', 'division', '110103', '--lang', 'en');
    expect(en.out).toBe('110103  北京市崇文区  abolished\n');
    const none = await gov('code', 'division', '999999', '--lang', 'en');
    expect([none.status, none.out]).toEqual([1, 'No division found.\n']);
  });

  it.each([
    ['no word', [], 'usage'],
    ['a time without a history', ['110103', '--at', '2000-01-01'], 'usage'],
    ['a time that is none', ['110103', '--at', 'yesterday', '--history', history], 'usage'],
    ['a history that is not there', ['110103', '--history', join(folder, 'none.csv')], 'file-missing'],
    ['a history that is none', ['110103', '--history', import.meta.filename], 'division-history-malformed'],
    ['a name too long', ['县'.repeat(101)], 'input-too-large'],
  ])('refuses %s', async (_what, args, code) => {
    const { status, answer } = await division(...args);
    expect([status, answer.error.code]).toEqual([2, code]);
  });

  it('refuses a history that is not UTF-8', async () => {
    const file = join(folder, 'gbk.csv');
    writeFileSync(file, new Uint8Array([0xb4, 0xfa, 0xc2, 0xeb]));
    expect((await division('110103', '--history', file)).answer.error.code).toBe('input-malformed');
  });
});

const FILE = '../shared/data/divisions/areacodes-result.csv';
if (!existsSync(FILE)) console.log(`skipped: gov code division with the history of codes, there is no ${FILE}`);

it.skipIf(!existsSync(FILE))('takes the history of codes 1981 to 2024', async () => {
  const { answer } = await division('132201', '--history', FILE, '--at', '1982-12-31');
  expect(answer.divisions).toMatchObject([{ fullName: '河北省邢台地区邢台市', certain: true }]);
  expect(answer.today).toEqual(['130502', '130503']);
});
