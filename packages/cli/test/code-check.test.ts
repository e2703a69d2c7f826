/** `gov code check` and `gov code mask`, as a shell would run them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { gov, json } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'gov-code-check-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const GOOD = '11010519491231002X';

async function withInput<Answer>(input: string | Uint8Array, run: () => Promise<Answer>): Promise<Answer> {
  const stdin = vi.spyOn(process, 'stdin', 'get').mockReturnValue(Readable.from([Buffer.from(input)]) as never);
  try {
    return await run();
  } finally {
    stdin.mockRestore();
  }
}

const check = (...args: readonly string[]) => json('code', 'check', ...args);

describe('gov code check', () => {
  it('tells the kind and the parts of a good code', async () => {
    const { status, answer } = await check(GOOD);
    expect(status).toBe(0);
    expect(answer).toMatchObject({
      kind: 'citizen-id',
      ok: true,
      text: GOOD,
      value: { birthDate: '1949-12-31', sex: 'female', divisionCode: '110105' },
      spelling: [],
      issues: [],
      warnings: [],
      likely: [],
      others: [],
    });
    const { out } = await gov('code', 'check', GOOD, '--lang', 'zh');
    expect(out).toContain('公民身份号码  正确  11010519491231002X');
    expect(out).toContain('birthDate  1949-12-31');
    expect(out).toContain('行政区划  北京市朝阳区');
    expect(answer.division).toEqual({ code: '110105', name: '北京市朝阳区' });
    expect((await check('330106')).answer.division.name).toBe('浙江省杭州市西湖区');
    expect((await check('E12345678')).answer.division).toBeUndefined();
  });

  it('names another spelling, and what the table says of the division', async () => {
    const { status, answer } = await check('１１０１０３１９４９１２３１００２８');
    expect(status).toBe(1);
    expect(answer.issues.map(({ code }: { code: string }) => code)).toEqual(['citizen-id-check']);
    const small = await gov('code', 'check', '11010519491231002x', '--lang', 'en');
    expect(small.status).toBe(0);
    expect(small.out).toContain('note  small letters were read as capital ones [spelling-lower-case]');
    const abolished = await check('110103', '--kind', 'division-code');
    expect([abolished.status, abolished.answer.warnings[0].code]).toEqual([0, 'division-abolished']);
  });

  it('tells what a wrong code should have been, with exit status 1', async () => {
    const { status, answer } = await check('1110000000001333BW');
    expect(status).toBe(1);
    expect(answer).toMatchObject({
      kind: 'credit-code',
      ok: false,
      likely: [{ text: '11100000000013338W', change: 'look-alike', places: [17] }],
    });
    const { out } = await gov('code', 'check', '1110000000001333BW', '--lang', 'zh');
    expect(out).toContain('疑为  11100000000013338W  (形近字符: 17)');
  });

  it('says how many more would fit where nobody could choose', async () => {
    const { out } = await gov('code', 'check', '110105194912310020', '--kind', 'citizen-id', '--lang', 'en');
    expect(out).toMatch(/\d+ more would fit as well/);
  });

  it('names other kinds that it may be', async () => {
    expect((await check('H12345678')).answer).toMatchObject({ kind: 'passport', others: ['travel-permit'] });
    expect((await check('H12345678', '--kind', 'travel-permit')).answer).toMatchObject({
      kind: 'travel-permit',
      ok: true,
    });
  });

  it('of what is no code says so', async () => {
    const { status, answer } = await check('张三');
    expect([status, answer]).toEqual([1, { ok: false, others: [] }]);
    expect((await gov('code', 'check', '张三', '--lang', 'zh')).out).toBe('不是已知的代码\n');
  });

  it('holds birth dates against the clock', async () => {
    expect((await check(GOOD, '--at', '1949-12-30')).answer.issues[0].code).toBe('citizen-id-birth-date-future');
    expect((await check(GOOD, '--at', '1949-12-31')).status).toBe(0);
  });

  it('reads one code from standard input, which nobody else sees', async () => {
    const { status, answer } = await withInput(`${GOOD}\n`, () => check('-'));
    expect([status, answer.kind, answer.ok]).toEqual([0, 'citizen-id', true]);
  });

  it('reads many, of a file or of standard input: wrong lines named, all counted', async () => {
    const file = join(folder, 'codes.txt');
    writeFileSync(file, `\ufeff${GOOD}\r\n11100000000013338W\r\n1110000000001333BW\r\n张三\r\n`);
    const { status, answer } = await check('--file', file);
    expect(status).toBe(1);
    expect(answer).toMatchObject({ codes: 4, wrong: 2, first: [{ line: 3, kind: 'credit-code' }, { line: 4 }] });
    const { out } = await gov('code', 'check', '--file', file, '--lang', 'zh');
    expect(out).toBe(
      '第3行  统一社会信用代码  credit-code-check, organization-code-check  疑为 11100000000013338W\n第4行  不是已知的代码\n共 4 个，有误 2 个\n',
    );
    const piped = await withInput(`${GOOD}\n${GOOD}\n`, () => check('-', '--kind', 'citizen-id'));
    expect([piped.status, piped.answer]).toEqual([0, { codes: 2, wrong: 0, first: [] }]);
  });

  it('shows a hundred wrong lines and counts the rest', async () => {
    const file = join(folder, 'wrong.txt');
    writeFileSync(file, '110105194912310021\n'.repeat(130));
    const { answer } = await check('--file', file, '--kind', 'citizen-id');
    expect([answer.codes, answer.wrong, answer.first.length]).toEqual([130, 130, 100]);
    expect((await gov('code', 'check', '--file', file, '--kind', 'citizen-id', '--lang', 'en')).out).toContain(
      '30 more wrong lines\n130 codes, 130 wrong\n',
    );
  });

  it.each([
    ['nothing', []],
    ['a word and a file', [GOOD, '--file', 'x']],
    ['two words', [GOOD, GOOD]],
  ])('refuses %s', async (_, args) => {
    const { status, answer } = await check(...args);
    expect([status, answer.error.code]).toEqual([2, 'usage']);
  });

  it('refuses a kind that there is not, a file that is not there, and what is not UTF-8', async () => {
    expect((await check(GOOD, '--kind', 'x')).answer.error.code).toBe('invalid-argument');
    expect((await check('--file', join(folder, 'none'))).answer.error.code).toBe('file-missing');
    const { status, answer } = await withInput(new Uint8Array([0xff, 0x41]), () => check('-'));
    expect([status, answer.error.code]).toEqual([2, 'input-malformed']);
  });
});

describe('gov code mask', () => {
  it('masks by kind, level and length', async () => {
    const masked = async (...args: readonly string[]) => (await json('code', 'mask', ...args)).answer.masked;
    expect(await masked('citizen-id', GOOD)).toEqual(['110***********002X']);
    expect(await masked('citizen-id', GOOD, '--level', 'strict')).toEqual(['1****************X']);
    expect(await masked('name', '欧阳某某', '--length', 'hidden')).toEqual(['欧***']);
    expect((await gov('code', 'mask', 'address', '上海市浦东新区张江路1号')).out).toBe('上海市浦东新区*****\n');
  });

  it('masks line by line what comes on standard input', async () => {
    const { out } = await withInput('张三\n李四某\n', () => gov('code', 'mask', 'name', '-'));
    expect(out).toBe('张*\n李**\n');
  });

  it.each([
    [['x', 'y'], 'usage'],
    [['name'], 'usage'],
    [['name', '张三', '--level', 'x'], 'invalid-argument'],
    [['name', '张三', '--length', 'x'], 'invalid-argument'],
  ])('refuses %j', async (args, code) => {
    const { status, answer } = await json('code', 'mask', ...args);
    expect([status, answer.error.code]).toEqual([2, code]);
    expect(JSON.stringify(answer)).not.toContain('张三');
  });
});
