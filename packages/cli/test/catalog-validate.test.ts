/** `gov catalog validate` and `gov catalog score`, as a shell would run them. */
import { readFileSync } from 'node:fs';
import { NATIONAL_PROFILE } from '@gov/catalog';
import { readCatalog } from '@gov/catalog/import';
import { describe, expect, it } from 'vitest';
import { BAD_ROW, DEPARTMENT, duty, dutyCsv, GOOD_ROW, jsonl, RESOURCE, world } from './catalog-world.js';
import { gov, json } from './run.js';

const { path, file, named } = world('validate');
const AT = ['--at', '2026-06-01'];
const validate = (...args: readonly string[]) => json('catalog', 'validate', ...args, ...AT);
const score = (...args: readonly string[]) => json('catalog', 'score', ...args, ...AT);

const good = file('good.jsonl', jsonl(DEPARTMENT, RESOURCE));
/** 有条件共享 without the condition. */
const broken = file('broken.jsonl', jsonl(DEPARTMENT, { ...RESOURCE, sharing: { type: '有条件共享' } }));

describe('gov catalog validate', () => {
  it('has warnings without an error for status 0', async () => {
    const { status, answer } = await validate(good);
    expect(status).toBe(0);
    expect(answer).toMatchObject({ records: { department: 1, resource: 1 }, items: 2, departments: 1, errors: 0 });
    expect(answer.rules).toEqual({ 'resource-without-business': 1 });
  });

  it('names what is wrong, in both languages', async () => {
    const { status, answer } = await validate(broken);
    expect([status, answer.errors]).toEqual([1, 1]);
    expect(answer.rules).toMatchObject({ 'sharing-condition-missing': 1 });
    expect(answer.issues[0]).toMatchObject({ severity: 'error', place: { file: broken, line: 2 } });
    const zh = await gov('catalog', 'validate', broken, ...AT, '--lang', 'zh');
    expect(zh.out).toContain(`${broken} 第2行  错误  `);
    expect(zh.out).toContain('错误 1，提醒 1\n');
    const en = await gov('catalog', 'validate', broken, ...AT, '--lang', 'en');
    expect([en.status, en.out.includes('errors: 1, warnings: 1\n')]).toEqual([1, true]);
  });

  it('takes what cannot be read for an error, and checks the rest', async () => {
    const input = file('half.csv', dutyCsv(GOOD_ROW, BAD_ROW));
    const { status, answer } = await validate(input, good);
    expect(status).toBe(1);
    expect(answer.rules).toEqual({
      'credit-code-check': 1,
      'duty-without-business': 1,
      'resource-without-business': 1,
    });
    expect(answer.records).toEqual({ department: 1, duty: 1, resource: 1 });
  });

  it('finds one record in two files', async () => {
    const other = file('other.jsonl', jsonl(duty('ZN-1', '社会保险登记')));
    const { status, answer } = await validate(file('first.csv', dutyCsv(GOOD_ROW)), other);
    expect(status).toBe(1);
    expect(answer.rules['code-twice']).toBeGreaterThan(0);
    expect(answer.issues.find(({ code }: { code: string }) => code === 'code-twice').place.file).toBe(other);
  });

  it('asks for divisions where it is told to', async () => {
    const input = file('abolished.jsonl', jsonl({ ...DEPARTMENT, division: '110103' }));
    expect((await validate(input)).status).toBe(0);
    const { answer } = await validate(input, '--divisions');
    expect(Object.keys(answer.rules)).toContain('division-abolished');
  });

  it('writes all issues as CSV and JSON Lines', async () => {
    const rows = Array.from({ length: 25 }, (_, at) => BAD_ROW.replace('ZN-2', `ZN-${at}`));
    const input = file('many.csv', dutyCsv(...rows));
    const { status, answer } = await validate(input, '--issues', path('many.jsonl'));
    expect([status, answer.out, answer.errors, answer.issues.length]).toEqual([1, path('many.jsonl'), 25, 20]);
    const lines = readFileSync(path('many.jsonl'), 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).place.cell)).toEqual(rows.map((_, at) => `C${at + 2}`));
    const csv = await gov('catalog', 'validate', input, '--issues', path('many-issues.csv'), ...AT, '--lang', 'zh');
    expect(csv.out).toContain('many-issues.csv\n');
    const [head, first, ...more] = readFileSync(path('many-issues.csv'), 'utf8').trimEnd().split('\r\n');
    expect(head).toBe('\ufeff级别,规则,文件,工作表,行,单元格,列,记录类型,代码,问题,建议');
    expect(first).toContain(`错误,credit-code-check,${input},,2,C2,部门代码,`);
    expect(more).toHaveLength(24);
  });

  it('marks each input in a copy of its own', async () => {
    const [one, two] = [file('one.csv', dutyCsv(GOOD_ROW)), file('two.csv', dutyCsv(BAD_ROW))];
    const copies = [path('one.xlsx'), path('two.xlsx')];
    const { answer } = await validate(one, two, '--marked', copies[0]!, '--marked', copies[1]!);
    expect(answer.marked).toEqual(copies);
    const codes = [];
    for (const copy of copies)
      for await (const { issues } of readCatalog(new Uint8Array(readFileSync(copy)), { profile: NATIONAL_PROFILE }))
        codes.push(...issues.map(({ code }) => code));
    expect(codes).toEqual(['credit-code-check']);
  });

  it('writes the page for officials', async () => {
    const out = path('report.html');
    const input = file('half-report.csv', dutyCsv(GOOD_ROW, BAD_ROW));
    const { status, answer } = await validate(input, broken, '--report', out, '--title', '某市<目录>', '--lang', 'zh');
    expect([status, answer.report]).toEqual([1, out]);
    const page = readFileSync(out, 'utf8');
    expect(page).toContain('某市&lt;目录&gt;');
    for (const text of [DEPARTMENT.name, '社会保险登记', 'sharing-condition-missing', 'credit-code-check', '<svg'])
      expect(page).toContain(text);
  });

  it('takes the severities of a profile', async () => {
    const severities = { ...NATIONAL_PROFILE.severities, 'sharing-condition-missing': 'warning' };
    const profile = file('mild.json', JSON.stringify({ ...NATIONAL_PROFILE, id: 'mild', severities }));
    expect((await validate(broken, '--profile', profile)).status).toBe(0);
  });

  it('refuses before it reads where an output is there already', async () => {
    for (const option of ['--issues', '--marked', '--report']) {
      const out = file('there.csv', 'kept');
      const { status, answer } = await validate(path('never-there.csv'), option, out);
      expect([status, answer.error.code, readFileSync(out, 'utf8')]).toEqual([2, 'file-exists', 'kept']);
    }
  });

  it('leaves nothing behind when it is stopped', async () => {
    const input = file('long.jsonl', jsonl(RESOURCE).repeat(5_000));
    const running = validate(input, '--issues', path('stopped.csv'));
    const stop = setInterval(() => process.listenerCount('SIGINT') > 0 && process.emit('SIGINT', 'SIGINT'), 1);
    const { status, answer } = await running;
    clearInterval(stop);
    expect([status, answer.error.code, named('stopped')]).toEqual([2, 'interrupted', []]);
  });

  it.each([
    ['issues of another ending', [good, '--issues', path('issues.txt')], 'usage'],
    ['a file that is not there', [path('none.csv')], 'file-missing'],
    ['no file', [], 'usage'],
    ['a title without a page', [good, '--title', '某市'], 'usage'],
  ])('refuses %s', async (_what, args, code) => {
    const { status, answer } = await validate(...args);
    expect([status, answer.error.code]).toEqual([2, code]);
  });
});

describe('gov catalog score', () => {
  it('scores each department, and tells what cost most', async () => {
    const { status, answer } = await score(broken);
    expect([status, answer.refused, answer.errors]).toEqual([0, 0, 1]);
    const [department] = answer.departments;
    expect(department).toMatchObject({ code: DEPARTMENT.code, name: DEPARTMENT.name });
    expect(department.lost[0]).toMatchObject({ rule: 'sharing-condition-missing', broken: 1, of: 1 });
    expect(department.score).toBeLessThan((await score(good)).answer.departments[0].score);
    expect(answer.score).toBe(department.score);
  });

  it('prints a table in both languages', async () => {
    const zh = await gov('catalog', 'score', broken, ...AT, '--lang', 'zh');
    expect(zh.out).toBe(
      [
        '部门                名称                      评分  主要扣分',
        '11100000000013338W  某市人力资源和社会保障局  85.0  有条件共享未写明共享条件 −10.0；信息资源没有对应的业务 −5.0',
        '总分 85.0\n',
      ].join('\n'),
    );
    const en = await gov('catalog', 'score', broken, ...AT, '--lang', 'en');
    expect(en.out).toContain('sharing-condition-missing −');
  });

  it('tells of what could not be read', async () => {
    const input = file('refused.csv', dutyCsv(GOOD_ROW, BAD_ROW));
    const { status, answer } = await score(input, good);
    expect([status, answer.refused]).toEqual([1, 1]);
    const { out } = await gov('catalog', 'score', input, good, ...AT, '--lang', 'en');
    expect(out).toContain('1 errors kept records from being read');
  });

  it('writes the page, too', async () => {
    const out = path('score.html');
    const first = await gov('catalog', 'score', broken, ...AT, '--report', out, '--lang', 'en');
    expect([first.status, first.out.endsWith(`${out}\n`)]).toEqual([0, true]);
    expect(readFileSync(out, 'utf8')).toContain('State of the data catalogue');
    expect((await score(path('none.csv'), '--report', out)).answer.error.code).toBe('file-exists');
    expect((await score(broken, '--report', out, '--force')).answer.report).toBe(out);
  });

  it('scores nothing for nothing, and refuses what is no file', async () => {
    expect((await score(file('empty.csv', dutyCsv()))).answer).toMatchObject({ score: 0, departments: [] });
    expect((await score(path('none.csv'))).answer.error.code).toBe('file-missing');
  });
});
