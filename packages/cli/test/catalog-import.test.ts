/** `gov catalog import`, as a shell would run it. */
import { mkdirSync, readFileSync } from 'node:fs';
import { NATIONAL_PROFILE } from '@gov/catalog';
import { templateXlsx } from '@gov/catalog/export';
import { openTable } from '@gov/table';
import { describe, expect, it } from 'vitest';
import { BAD_ROW, DEPARTMENT, duty, dutyCsv, GOOD_ROW, jsonl, RESOURCE, world } from './catalog-world.js';
import { gov, json } from './run.js';

const { path, file, named } = world('import');
const lines = (out: string) =>
  readFileSync(out, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

describe('gov catalog import', () => {
  it('writes good records as JSON Lines and names each wrong cell', async () => {
    const input = file('duties.csv', dutyCsv(GOOD_ROW, BAD_ROW));
    const out = path('duties.jsonl');
    const { status, answer } = await json('catalog', 'import', input, '--out', out);
    expect(status).toBe(1);
    expect(answer).toMatchObject({ out, records: { duty: 1 }, cleaned: 0, errors: 1, warnings: 0 });
    expect(answer.rules).toEqual({ 'credit-code-check': 1 });
    expect(answer.issues[0].place).toMatchObject({ file: input, line: 3, cell: 'C3', column: '部门代码' });
    expect(lines(out)).toEqual([duty('ZN-1', '社会保险登记')]);
    expect(JSON.stringify(answer)).not.toContain('11100000000013338X');
  });

  it('says so in both languages', async () => {
    const input = file('text.csv', dutyCsv(GOOD_ROW, BAD_ROW));
    const zh = await gov('catalog', 'import', input, '--out', path('zh.jsonl'), '--lang', 'zh');
    expect(zh.status).toBe(1);
    expect(zh.out).toContain(`${input} C3  错误  `);
    expect(zh.out).toContain('错误 1，提醒 0\n');
    expect(zh.out).toContain('zh.jsonl：1 条记录，规范 0 处\n');
    const en = await gov('catalog', 'import', input, '--out', path('en.jsonl'), '--lang', 'en');
    expect(en.out).toContain('errors: 1, warnings: 0\n');
    expect(en.out).toContain('en.jsonl: 1 records, 0 cells cleaned\n');
  });

  it('suggests what was meant', async () => {
    const input = file('near.jsonl', jsonl({ ...RESOURCE, sharing: { type: '无条件' } }));
    const { answer } = await json('catalog', 'import', input, '--out', path('near-out.jsonl'));
    expect(answer.issues[0]).toMatchObject({ code: 'label-unknown', suggestion: { value: '无条件共享' } });
    const zh = await gov('catalog', 'import', input, '--out', path('near-zh.jsonl'), '--lang', 'zh');
    expect(zh.out).toMatch(/第1行 {2}错误 {2}.+ \[label-unknown\] {2}建议：.*无条件共享/);
    const en = await gov('catalog', 'import', input, '--out', path('near-en.jsonl'), '--lang', 'en');
    expect(en.out).toMatch(/line 1 {2}error {2}.+ \[label-unknown\] {2}suggestion: /);
  });

  it('shows so many of one rule and counts the rest', async () => {
    const rows = Array.from({ length: 25 }, (_, at) => BAD_ROW.replace('ZN-2', `ZN-${at}`));
    const input = file('many.csv', dutyCsv(...rows));
    const { answer } = await json('catalog', 'import', input, '--out', path('many.jsonl'));
    expect([answer.errors, answer.rules['credit-code-check'], answer.issues.length]).toEqual([25, 25, 20]);
    const { out } = await gov('catalog', 'import', input, '--out', path('many-2.jsonl'), '--lang', 'en');
    expect(out).toContain('… 5 more [credit-code-check]\n');
    expect(lines(path('many.jsonl'))).toEqual([]);
  });

  it('reads GB18030, cleans what is clearly meant, and joins several files', async () => {
    const gbk = file('gbk.csv', new Uint8Array([...gb18030(dutyCsv(''))]));
    const other = file('other.jsonl', jsonl(DEPARTMENT, RESOURCE));
    const blanks = file('blanks.csv', dutyCsv(' ZN-1 ,社会保险登记,11100000000013338W,三定规定'));
    const { status, answer } = await json('catalog', 'import', blanks, other, gbk, '--out', path('joined.jsonl'));
    expect([status, answer.errors]).toEqual([0, 0]);
    expect(answer.records).toEqual({ duty: 1, department: 1, resource: 1 });
    expect(answer.cleaned).toBe(1);
    expect(lines(path('joined.jsonl'))[2]).toEqual(RESOURCE);
  });

  it('writes a marked copy that is read again', async () => {
    const input = file('marked.csv', dutyCsv(GOOD_ROW, BAD_ROW));
    const marked = path('marked.xlsx');
    const { answer } = await json('catalog', 'import', input, '--out', path('marked.jsonl'), '--marked', marked);
    expect(answer.marked).toEqual([marked]);
    const table = await openTable(new Uint8Array(readFileSync(marked)));
    expect(table.sheets.map(({ name }) => name)).toEqual(['目录', '校验问题']);
    const again = await json('catalog', 'import', marked, '--out', path('again.jsonl'));
    expect([again.status, again.answer.rules]).toEqual([1, { 'credit-code-check': 1 }]);
    expect(again.answer.issues[0].place.cell).toBe('C3');
  });

  it('never overwrites without --force', async () => {
    const input = file('once.csv', dutyCsv(GOOD_ROW));
    const out = file('once.jsonl', 'kept');
    const refused = await json('catalog', 'import', input, '--out', out);
    expect([refused.status, refused.answer.error.code]).toEqual([2, 'file-exists']);
    expect(readFileSync(out, 'utf8')).toBe('kept');
    const copy = file('once.xlsx', 'kept');
    const marked = await json('catalog', 'import', input, '--out', path('once-2.jsonl'), '--marked', copy);
    expect(marked.answer.error.code).toBe('file-exists');
    expect(named('once-2')).toEqual([]);
    expect((await json('catalog', 'import', input, '--out', out, '--force')).status).toBe(0);
    expect(lines(out)).toHaveLength(1);
  });

  it('takes the profile of a region from a file, and refuses another', async () => {
    const input = file('region.jsonl', jsonl({ ...RESOURCE, code: '某地-1' }));
    const refused = await json('catalog', 'import', input, '--out', path('national.jsonl'));
    expect([refused.status, refused.answer.rules]).toEqual([1, { 'resource-code-form': 1 }]);
    const profile = file(
      'region.json',
      JSON.stringify({ ...NATIONAL_PROFILE, id: 'region', resourceCode: '某地-[0-9]' }),
    );
    const taken = await json('catalog', 'import', input, '--out', path('region-out.jsonl'), '--profile', profile);
    expect([taken.status, taken.answer.records]).toEqual([0, { resource: 1 }]);
  });

  it('takes nothing in of what is marked secret', async () => {
    const secret = { ...duty('ZN-3', '某专项职能'), basis: '机密★10年' };
    const rows = ['ZN-3,某专项职能（秘密）,11100000000013338W,机密★10年', GOOD_ROW];
    for (const [name, content] of [
      ['secret.jsonl', jsonl(secret, duty('ZN-1', '社会保险登记'))],
      ['secret.csv', dutyCsv(...rows)],
    ] as const) {
      const out = path(`${name}.out`);
      const { status, answer } = await json('catalog', 'import', file(name, content), '--out', out);
      expect([status, answer.rules]).toEqual([1, { 'secrecy-refused': 1 }]);
      expect(lines(out)).toEqual([duty('ZN-1', '社会保险登记')]);
      expect(JSON.stringify(answer)).not.toMatch(/专项|机密/);
    }
  });

  it('lets no name of a file drive the terminal', async () => {
    const input = file('\u001b[2J.csv', dutyCsv(BAD_ROW));
    const { out } = await gov('catalog', 'import', input, '--out', path('esc.jsonl'), '--lang', 'zh');
    expect(out).toContain('\\u001b[2J.csv C2  错误');
    expect(out).not.toContain('\u001b');
  });

  it('takes a profile of 4 MiB, and no larger one', async () => {
    const input = file('small.csv', dutyCsv(GOOD_ROW));
    const taken = JSON.stringify({ ...NATIONAL_PROFILE, id: 'large' });
    const padding = ' '.repeat(4 * 1024 * 1024 - new TextEncoder().encode(taken).length);
    const of = (name: string, text: string) =>
      json('catalog', 'import', input, '--out', path(`${name}.out`), '--profile', file(`${name}.json`, text));
    expect((await of('edge', taken + padding)).status).toBe(0);
    expect((await of('beyond', `${taken}${padding} `)).answer.error.code).toBe('input-too-large');
  });

  it('leaves nothing behind when it is stopped', async () => {
    const input = file('long.jsonl', jsonl(RESOURCE).repeat(5_000));
    const running = json('catalog', 'import', input, '--out', path('stopped.jsonl'));
    const stop = setInterval(() => process.listenerCount('SIGINT') > 0 && process.emit('SIGINT', 'SIGINT'), 1);
    const { status, answer } = await running;
    clearInterval(stop);
    expect([status, answer.error.code]).toEqual([2, 'interrupted']);
    expect(named('stopped')).toEqual([]);
    expect(process.listenerCount('SIGINT')).toBe(0);
  });

  const good = file('good.csv', dutyCsv(GOOD_ROW));
  mkdirSync(path('folder'));
  it.each([
    ['no input', [], 'usage'],
    ['a file that is not there', [path('none.csv')], 'file-missing'],
    ['a folder', [path('folder')], 'file-unreadable'],
    ['one file twice', [good, `${path('folder')}/../good.csv`], 'usage'],
    ['an encoding that is none', [good, '--encoding', 'latin1'], 'invalid-argument'],
    ['a profile that is not there', [good, '--profile', path('none.json')], 'file-missing'],
    ['a profile that is no JSON', [good, '--profile', good], 'input-malformed'],
    ['a profile that is none', [good, '--profile', file('empty.json', '{}')], 'input-malformed'],
    ['fewer copies than inputs', [good, file('second.csv', dutyCsv()), '--marked', path('c.xlsx')], 'usage'],
    ['a copy of JSON Lines', [path('other.jsonl'), '--marked', path('c.xlsx')], 'usage'],
    ['a damaged spreadsheet', [file('damaged.xlsx', 'PK\u0003\u0004 and no more')], 'table-malformed'],
    [
      'an old spreadsheet',
      [file('old.xls', new Uint8Array([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]))],
      'table-unsupported',
    ],
    ['an edition that is none', [file('edition.jsonl', '{"catalogEdition":1}\n')], 'edition-malformed'],
  ])('refuses %s', async (_what, args, code) => {
    const { status, answer } = await json('catalog', 'import', ...args, '--out', path('refused.jsonl'));
    expect([status, answer.error.code]).toEqual([2, code]);
    expect(named('refused')).toEqual([]);
  });

  it('asks where to write', async () => {
    expect((await json('catalog', 'import', good)).answer.error.code).toBe('usage');
  });

  it('takes an empty template for an empty catalogue', async () => {
    const input = file('template.xlsx', await templateXlsx(NATIONAL_PROFILE));
    const { status, answer } = await json('catalog', 'import', input, '--out', path('empty.jsonl'));
    expect([status, answer.records]).toEqual([0, {}]);
  });
});

/** 职能代码,职能名称,部门代码,职能依据 as GB18030, which Node cannot write. */
function gb18030(text: string): number[] {
  const octets: Readonly<Record<string, readonly number[]>> = {
    职: [0xd6, 0xb0],
    能: [0xc4, 0xdc],
    代: [0xb4, 0xfa],
    码: [0xc2, 0xeb],
    名: [0xc3, 0xfb],
    称: [0xb3, 0xc6],
    部: [0xb2, 0xbf],
    门: [0xc3, 0xc5],
    依: [0xd2, 0xc0],
    据: [0xbe, 0xdd],
  };
  return [...text].flatMap((character) => octets[character] ?? [character.charCodeAt(0)]);
}
