/** `gov catalog export`, `diff` and `lists`, as a shell would run them. */
import { readFileSync } from 'node:fs';
import { readDcat } from '@gov/catalog/dcat';
import { openTable } from '@gov/table';
import { describe, expect, it } from 'vitest';
import { BAD_ROW, DEPARTMENT, duty, dutyCsv, GOOD_ROW, jsonl, RESOURCE, world } from './catalog-world.js';
import { gov, json } from './run.js';

const { path, file, named } = world('export');
const bytes = (out: string) => new Uint8Array(readFileSync(out));
const text = (out: string) => readFileSync(out, 'utf8');

const ALL = [DEPARTMENT, duty('ZN-1', '社会保险登记'), RESOURCE];
const catalog = file('catalog.jsonl', jsonl(...ALL));
const broken = file('broken.csv', dutyCsv(GOOD_ROW, BAD_ROW));
const DCAT = [
  ['--base', 'https://data.example.gov.cn/catalog/'],
  ['--title', '某市政务数据目录'],
  ['--description', '某市各部门的政务信息资源'],
  ['--publisher', DEPARTMENT.code],
  ['--publisher-name', '某市数据局'],
].flat();

describe('gov catalog export', () => {
  const written = (name: string, ...args: readonly string[]) =>
    json('catalog', 'export', catalog, '--out', path(name), ...args);

  it('writes a workbook that is read again', async () => {
    const { status, answer } = await written('catalog.xlsx');
    expect([status, answer]).toEqual([0, { out: path('catalog.xlsx'), records: 3, leftOut: 0 }]);
    await json('catalog', 'import', path('catalog.xlsx'), '--out', path('again.jsonl'));
    const again = text(path('again.jsonl')).trimEnd().split('\n');
    expect(again.map((line) => JSON.parse(line))).toEqual(expect.arrayContaining(ALL));
    expect(again).toHaveLength(3);
  });

  it('writes one kind of record as CSV, and says what was left out', async () => {
    expect((await written('resources.csv')).answer).toMatchObject({ records: 1, leftOut: 2 });
    expect(text(path('resources.csv'))).toContain(RESOURCE.code);
    expect((await written('duties.csv', '--kind', 'duty')).answer).toMatchObject({ records: 1, leftOut: 2 });
    expect(text(path('duties.csv'))).toContain('ZN-1');
    const { out } = await gov('catalog', 'export', catalog, '--out', path('zh.csv'), '--lang', 'zh');
    expect(out).toBe(`${path('zh.csv')}：1 条记录，其他类型 2 条未写入\n`);
    const en = await gov('catalog', 'export', catalog, '--out', path('en.jsonl'), '--lang', 'en');
    expect(en.out).toBe(`${path('en.jsonl')}: 3 records\n`);
  });

  it('writes JSON Lines of several files', async () => {
    const out = path('joined.jsonl');
    const other = file('duties-in.csv', dutyCsv(GOOD_ROW.replace('ZN-1', 'ZN-9')));
    await json('catalog', 'export', catalog, other, '--out', out);
    expect(text(out)).toBe(jsonl(...ALL, duty('ZN-9', '社会保险登记')));
  });

  it.each(['ttl', 'jsonld'])('writes DCAT as .%s', async (ending) => {
    const { status, answer } = await written(`dcat.${ending}`, ...DCAT);
    expect([status, answer.records, answer.leftOut]).toEqual([0, 1, 2]);
    const form = ending === 'ttl' ? 'turtle' : 'json-ld';
    const [dataset] = await readDcat(bytes(path(`dcat.${ending}`)), { form });
    expect(JSON.stringify(dataset)).toContain(RESOURCE.name);
  });

  it('writes the empty workbook', async () => {
    const out = path('template.xlsx');
    const { status, answer } = await json('catalog', 'export', '--template', '--out', out);
    expect([status, answer]).toEqual([0, { out, template: 'national' }]);
    expect((await openTable(bytes(out))).sheets.map(({ name }) => name)).toContain('信息资源目录');
    const again = await json('catalog', 'export', '--template', '--out', out);
    expect([again.status, again.answer.error.code]).toEqual([2, 'file-exists']);
  });

  it('writes nothing of a catalogue that cannot be read whole', async () => {
    const { status, answer } = await json('catalog', 'export', broken, '--out', path('part.jsonl'));
    expect([status, answer.error.code]).toEqual([2, 'input-malformed']);
    expect(answer.error.issues.map(({ code }: { code: string }) => code)).toEqual(['credit-code-check']);
    expect(answer.error.message).toContain(`${broken} C3: credit-code-check`);
    expect(named('part')).toEqual([]);
  });

  it.each([
    ['no input', ['--out', path('x.jsonl')], 'usage'],
    ['no output', [catalog], 'usage'],
    ['another ending', [catalog, '--out', path('x.txt')], 'usage'],
    ['a template with an input', [catalog, '--template', '--out', path('x.xlsx')], 'usage'],
    ['a template that is no workbook', ['--template', '--out', path('x.csv')], 'usage'],
    ['a kind that is none', [catalog, '--out', path('x.csv'), '--kind', 'person'], 'invalid-argument'],
    ['a kind that is chosen for a workbook', [catalog, '--out', path('x.xlsx'), '--kind', 'duty'], 'usage'],
    ['DCAT without its texts', [catalog, '--out', path('x.ttl'), ...DCAT.slice(2)], 'usage'],
    ['texts of DCAT elsewhere', [catalog, '--out', path('x.jsonl'), ...DCAT], 'usage'],
    ['a base that is none', [catalog, '--out', path('x.ttl'), '--base', 'here', ...DCAT.slice(2)], 'invalid-argument'],
    ['an input that is not there', [path('none.jsonl'), '--out', path('x.xlsx')], 'file-missing'],
    ['an output that is there', [catalog, '--out', broken], 'file-exists'],
  ])('refuses %s', async (_what, args, code) => {
    const { status, answer } = await json('catalog', 'export', ...args);
    expect([status, answer.error.code]).toEqual([2, code]);
    expect(named('x.')).toEqual([]);
  });
});

describe('gov catalog diff', () => {
  const changed = { ...RESOURCE, updateCycle: '每日' };
  // In no order: what is no edition is put into it.
  const now = file('now.jsonl', jsonl(changed, duty('ZN-2', '社会保险稽核'), DEPARTMENT));

  it('says what changed, in both languages', async () => {
    const zh = await gov('catalog', 'diff', catalog, now, '--lang', 'zh');
    expect(zh.status).toBe(0);
    expect(zh.out.split('\n')).toEqual([
      '撤销职能“社会保险登记”（ZN-1）',
      '新增职能“社会保险稽核”（ZN-2）',
      `修改信息资源“社保缴纳信息”（${RESOURCE.code}）：更新周期由“不更新”改为“每日”`,
      '新增 1，撤销 1，修改 1，未变 1',
      '',
    ]);
    const en = await gov('catalog', 'diff', catalog, now, '--lang', 'en');
    expect(en.out).toContain('added: 1, removed: 1, changed: 1, unchanged: 1\n');
  });

  it('has the same as JSON, and all of it as a workbook', async () => {
    const out = path('diff.xlsx');
    const { status, answer } = await json('catalog', 'diff', catalog, now, '--out', out);
    expect(status).toBe(0);
    expect(answer).toMatchObject({ added: 1, removed: 1, changed: 1, unchanged: 1, recoded: { count: 0 }, out });
    expect(answer.changes[2]).toMatchObject({
      change: 'changed',
      kind: 'resource',
      code: RESOURCE.code,
      fields: [{ path: ['updateCycle'], before: '不更新', after: '每日' }],
    });
    expect((await openTable(bytes(out))).sheets).toHaveLength(2);
  });

  it('finds a resource under another code', async () => {
    const recoded = file('recoded.jsonl', jsonl({ ...RESOURCE, code: '307003/0009' }));
    const { answer } = await json('catalog', 'diff', file('alone.jsonl', jsonl(RESOURCE)), recoded);
    expect(answer.recoded).toEqual({ count: 1, first: [{ from: RESOURCE.code, to: '307003/0009' }] });
    const { out } = await gov('catalog', 'diff', path('alone.jsonl'), recoded, '--lang', 'zh');
    expect(out).toContain(`改码：${RESOURCE.code} → 307003/0009\n`);
  });

  it('shows a thousand changes and counts the rest', async () => {
    const many = Array.from({ length: 1_005 }, (_, at) => duty(`ZN-${at}`, `${at}号职能`));
    const more = file('more.jsonl', jsonl(...many));
    const none = file('none-yet.jsonl', jsonl(DEPARTMENT));
    const { answer } = await json('catalog', 'diff', none, more);
    expect([answer.added, answer.changes.length]).toEqual([1_005, 1_000]);
    const { out } = await gov('catalog', 'diff', none, more, '--lang', 'zh');
    expect(out).toContain('另有 6 处变更');
  });

  it.each([
    ['one file', [catalog], 'usage'],
    ['a file against itself', [catalog, catalog], 'usage'],
    ['three files', [catalog, now, path('c')], 'usage'],
    ['a file that is not there', [catalog, path('gone.jsonl')], 'file-missing'],
    ['another ending', [catalog, now, '--out', path('d.csv')], 'usage'],
    ['an output that is there', [catalog, now, '--out', file('there.xlsx', 'kept')], 'file-exists'],
    ['a record twice', [catalog, file('twice.jsonl', jsonl(DEPARTMENT, DEPARTMENT))], 'catalog-order'],
    ['what is half read', [catalog, broken, '--out', path('d.xlsx')], 'input-malformed'],
  ])('refuses %s', async (_what, args, code) => {
    const { status, answer } = await json('catalog', 'diff', ...args);
    expect([status, answer.error.code]).toEqual([2, code]);
    expect(named('d.')).toEqual([]);
  });
});

describe('gov catalog lists', () => {
  const demand = {
    kind: 'demand',
    code: 'X-1',
    department: DEPARTMENT.code,
    wanted: '缴费基数',
    resources: [RESOURCE.code],
    purpose: '公租房申请审核',
    basis: '公共租赁住房管理办法',
    askedOn: '2026-03-01',
  };
  const input = file(
    'lists.jsonl',
    jsonl(
      ...ALL,
      demand,
      { ...demand, code: 'X-2', resources: ['307009/0009'] },
      {
        kind: 'capability',
        code: 'N-1',
        name: '参保核验',
        department: DEPARTMENT.code,
        service: '核验',
        resources: [RESOURCE.code, '307009/0009'],
      },
    ),
  );

  it('derives what departments provide and answers what they ask for', async () => {
    const { status, answer } = await json('catalog', 'lists', input);
    expect(status).toBe(0);
    expect(answer).toEqual({
      resources: 1,
      departments: [
        {
          department: DEPARTMENT.code,
          name: DEPARTMENT.name,
          resources: 1,
          sharing: { 无条件共享: 0, 有条件共享: 1, 不予共享: 0 },
        },
      ],
      capabilities: { count: 1, first: [{ code: 'N-1', department: DEPARTMENT.code, missing: ['307009/0009'] }] },
      demands: {
        count: 2,
        first: [
          { code: 'X-1', department: DEPARTMENT.code, answer: 'conditional', about: [RESOURCE.code] },
          { code: 'X-2', department: DEPARTMENT.code, answer: 'outside', about: ['307009/0009'] },
        ],
      },
    });
  });

  it('prints them in both languages, and writes the workbook', async () => {
    const out = path('lists.xlsx');
    const zh = await gov('catalog', 'lists', input, '--out', out, '--lang', 'zh');
    expect(zh.out).toContain(`能力  ${DEPARTMENT.code}  N-1  参保核验  未编目：307009/0009\n`);
    expect(zh.out).toContain(`需求  ${DEPARTMENT.code}  X-2  清单外，须协商后列入  307009/0009\n`);
    expect(zh.out).toContain('责任清单 1，能力清单 1，需求清单 2\n');
    expect((await openTable(bytes(out))).sheets.map(({ name }) => name)).toEqual(['责任清单', '能力清单', '需求清单']);
    const en = await gov('catalog', 'lists', input, '--lang', 'en');
    expect(en.out).toContain('to provide: 1, offered: 1, asked for: 2\n');
  });

  it.each([
    ['no input', [], 'usage'],
    ['another ending', [input, '--out', path('l.csv')], 'usage'],
    ['an output that is there', [input, '--out', file('taken.xlsx', 'kept')], 'file-exists'],
    ['what is half read', [broken, '--out', path('l.xlsx')], 'input-malformed'],
  ])('refuses %s', async (_what, args, code) => {
    const { status, answer } = await json('catalog', 'lists', ...args);
    expect([status, answer.error.code]).toEqual([2, code]);
    expect(named('l.')).toEqual([]);
  });
});
