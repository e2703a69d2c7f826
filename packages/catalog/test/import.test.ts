/** Spreadsheets as departments fill them. */
import { NATIONAL_PROFILE, SAMPLE_CITY_PROFILE } from '@gov/catalog';
import { IMPORT_LIMITS, readCatalog } from '@gov/catalog/import';
import { GovError } from '@gov/verdict';
import fc from 'fast-check';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { splitList, splitSteps } from '../src/internal/delimited.js';
import { CREDIT_CODE, GOOD } from './schema-world.js';
import { csv, read, recordsOf, type Sheet, told, utf8, workbook, workbookParts } from './sheets.js';

const CODE = '3070010370/000066';

/** Header of two rows as the guide of 2017 prints it, below a title. */
const TOP = [
  '信息资源分类',
  '',
  '',
  '信息资源名称',
  '信息资源代码',
  '信息资源提供方',
  '信息资源提供方代码',
  '信息资源摘要',
  '信息资源格式',
  '信息项信息',
  '',
  '',
  '共享属性',
  '',
  '开放属性',
  '',
  '更新周期',
  '发布日期',
  '关联资源代码',
  '数据责任部门',
  '数据源头',
  '更新机制',
  '质量标准',
  '使用方法',
  '密级',
];
const BELOW = [
  '类',
  '项',
  '目',
  '',
  '',
  '',
  '',
  '',
  '',
  '信息项名称',
  '数据类型',
  '数据长度',
  '共享类型',
  '共享条件',
  '是否向社会开放',
  '开放条件',
  '',
  '',
  '',
  '',
  '',
  '',
  '',
  '',
  '',
];
const ROW: (string | number)[] = [
  '部门',
  '人社',
  '社会保险',
  '社保缴纳信息',
  CODE,
  '某局',
  CREDIT_CODE,
  '缴费情况',
  '数据库/Dm',
  '缴费基数',
  '货币型',
  12,
  '有条件共享',
  '核验',
  '不予开放',
  '',
  '每月',
  '2026-01-05',
  '',
  CREDIT_CODE,
  '系统',
  '次日',
  '完整',
  '核验',
  '非涉密',
];
const SECOND = ['', '', '', '', '', '', '', '', '', '参保状态', '字符型', 10];
const letter = (column: number): string => String.fromCharCode(65 + column);
const SINGLE = [3, 4, 5, 6, 7, 8, 16, 17, 18, 19, 20, 21, 22, 23, 24];
const MERGED = [
  'A1:Y1',
  'A2:C2',
  'J2:L2',
  'M2:N2',
  'O2:P2',
  ...SINGLE.map((column) => `${letter(column)}2:${letter(column)}3`),
];

const sheet = (rows: readonly (readonly (string | number | { f: string })[])[], more: Partial<Sheet> = {}): Sheet => ({
  name: '信息资源目录',
  rows: [['某市政务信息资源目录（2026年）'], TOP, BELOW, ...rows],
  merged: MERGED,
  ...more,
});

/** The first row with some cells changed, by letter. */
const row = (changes: Readonly<Record<string, string | number>> = {}): (string | number)[] =>
  ROW.map((cell, column) => changes[letter(column)] ?? cell);

const RECORD = {
  kind: 'resource',
  code: CODE,
  name: '社保缴纳信息',
  classification: ['部门', '人社', '社会保险'],
  provider: CREDIT_CODE,
  providerName: '某局',
  abstract: '缴费情况',
  format: { class: '数据库', type: 'Dm' },
  sharing: { type: '有条件共享', condition: '核验' },
  opening: { type: '不予开放' },
  updateCycle: '每月',
  publishedOn: '2026-01-05',
  secrecy: '非涉密',
  responsible: CREDIT_CODE,
  source: '系统',
  updating: '次日',
  quality: '完整',
  usage: '核验',
  items: [{ name: '缴费基数', type: '货币型', length: 12 }],
};
const TWO = { ...RECORD, items: [...RECORD.items, { name: '参保状态', type: '字符型', length: 10 }] };

describe('a resource', () => {
  it('has its header in two rows of merged cells, below a title, and a row for each item', async () => {
    const results = await read(workbook([sheet([ROW, SECOND])]));
    expect(results).toMatchObject([{ issues: [], cleaned: [], entry: { record: TWO } }]);
  });

  it('has its own cells merged downwards, left empty, or repeated', async () => {
    const down = ROW.flatMap((_, column) =>
      column >= 9 && column <= 11 ? [] : [`${letter(column)}4:${letter(column)}5`],
    );
    const repeated = row({ J: '参保状态', K: '字符型', L: 10 });
    for (const made of [
      sheet([ROW, SECOND], { merged: [...MERGED, ...down] }),
      sheet([ROW, SECOND]),
      sheet([ROW, repeated]),
    ]) {
      const results = await read(workbook([made]));
      expect(told(results)).toEqual([]);
      expect(recordsOf(results)).toEqual([TWO]);
    }
  });

  it('shares a merged cell with the next one: of its items, types; of two resources, the provider', async () => {
    const types = await read(
      workbook([sheet([ROW, [...SECOND.slice(0, 10), '', 10]], { merged: [...MERGED, 'K4:K5'] })]),
    );
    expect(recordsOf(types)).toMatchObject([{ items: [{ type: '货币型' }, { name: '参保状态', type: '货币型' }] }]);
    const next = row({ D: '另一信息', E: '3070010370/000067', F: '', G: '' });
    const provider = await read(workbook([sheet([ROW, next], { merged: [...MERGED, 'F4:F5', 'G4:G5'] })]));
    expect(told(provider)).toEqual([]);
    expect(recordsOf(provider)).toMatchObject([{ providerName: '某局' }, { name: '另一信息', provider: CREDIT_CODE }]);
  });

  it('begins with another code, or with another name where there is no code', async () => {
    const results = await read(
      workbook([sheet([ROW, row({ E: '3070010370/000067' }), row({ E: '', D: '无代码' }), SECOND])]),
    );
    expect(recordsOf(results).map(({ code }) => code)).toEqual([CODE, '3070010370/000067']);
    expect(told(results)).toEqual(['E6 field-missing']);
  });

  it('is named where a further row says something else', async () => {
    const results = await read(workbook([sheet([ROW, [...SECOND, '不予共享'], row({ H: '别的摘要', J: '丙' })])]));
    expect(told(results)).toEqual(['M5 row-conflict', 'H6 row-conflict']);
    expect(recordsOf(results)).toEqual([]);
  });

  it('has one header row as well, or three, or one of words that other departments use', async () => {
    const header = [
      '资源分类',
      '资源名称',
      '目录代码',
      '数据提供方',
      '提供单位代码',
      '摘要',
      '数据格式',
      '字段名称',
      '字段类型',
      '长度',
      '共享类型',
      '共享条件',
      '是否开放',
      '更新频率',
      '发布时间',
      '责任部门',
      '数据来源',
      '更新机制',
      '质量标准',
      '使用方式',
    ];
    const values = [
      '部门/人社/社会保险',
      '社保缴纳信息',
      CODE,
      '某局',
      CREDIT_CODE,
      '缴费情况',
      'Dm',
      '缴费基数',
      'Y',
      12,
      '2',
      '核验',
      '否',
      '月',
      '2026年1月5日',
      CREDIT_CODE,
      '系统',
      '次日',
      '完整',
      '核验',
    ];
    const results = await read(
      workbook([{ name: '资源目录', rows: [header.map((one) => `*${one} （必填）`), values] }]),
    );
    const { secrecy: _, ...plain } = RECORD;
    expect(recordsOf(results)).toEqual([plain]);
    expect(told(results, 'cleaned').sort()).toEqual(
      ['I2 label-mapped', 'K2 label-mapped', 'M2 label-mapped', 'N2 label-mapped', 'O2 cell-date-rewritten'].sort(),
    );
    const three = {
      ...sheet([ROW, SECOND]),
      rows: [['目录'], ['信息资源', '', '', '', '', '', '', '', '', '内容'], TOP, BELOW, ROW, SECOND],
    };
    const merged = ['A1:Y1', 'A2:I2', ...MERGED.slice(1).map((one) => one.replaceAll('3', '4').replaceAll('2', '3'))];
    expect(recordsOf(await read(workbook([{ ...three, merged }])))).toEqual([TWO]);
  });
});

describe('CSV', () => {
  const file = csv(TOP, BELOW, ROW, [...SECOND, ...Array<string>(13).fill('')]);

  it('knows no merged cells: a group stands above the empty cells to its right', async () => {
    expect(recordsOf(await read(file))).toEqual([TWO]);
    expect((await read(file))[0]?.entry?.place?.sheet).toBeUndefined();
  });

  it('is read in GB18030', async () => {
    // 职能代码,职能名称,部门代码,职能依据 / Z1,社会保险登记,…,三定规定
    const gb18030 = Buffer.concat([
      Buffer.from('d6b0c4dcb4fac2eb2cd6b0c4dcc3fbb3c62cb2bfc3c5b4fac2eb2cd6b0c4dcd2c0bedd0d0a', 'hex'),
      Buffer.from('5a312cc9e7bbe1b1a3cfd5b5c7bcc72c', 'hex'),
      Buffer.from(CREDIT_CODE),
      Buffer.from('2cc8fdb6a8b9e6b6a80d0a', 'hex'),
    ]);
    expect(recordsOf(await read(new Uint8Array(gb18030)))).toEqual([
      { kind: 'duty', code: 'Z1', name: '社会保险登记', department: CREDIT_CODE, basis: '三定规定' },
    ]);
  });

  it('is of the kind that most of its headers are of, or that is said', async () => {
    const demand = csv(
      ['需求代码', '部门代码', '信息资源代码', '用途', '依据', '申请日期'],
      ['X1', CREDIT_CODE, `${CODE}；a/1\nb/2`, '审核', '办法', '2026/3/1'],
    );
    expect(recordsOf(await read(demand))).toMatchObject([
      { kind: 'demand', resources: [CODE, 'a/1', 'b/2'], askedOn: '2026-03-01' },
    ]);
    expect(told(await read(demand, { kind: 'duty' }))).toContain('1 column-missing');
    await expect(read(demand, { kind: 'duty', profile: { ...NATIONAL_PROFILE, sheets: [] } })).rejects.toMatchObject({
      code: 'invalid-argument',
    });
  });

  it('without a header that is known is named, not guessed', async () => {
    expect(told(await read('甲,乙\n1,2\n'))).toEqual(['1 sheet-no-header']);
    expect(told(await read('职能代码,职能代码\n1,2\n'))).toEqual(['1 header-twice']);
  });
});

describe('sheets', () => {
  const duties: Sheet = {
    name: '职能',
    rows: [
      ['职能代码', '职能名称', '部门代码', '职能依据'],
      ['Z1', '登记', CREDIT_CODE, '规定'],
    ],
  };

  it('are each of a kind of record; others and hidden ones are told', async () => {
    const results = await read(
      workbook([
        sheet([ROW]),
        duties,
        { name: 'Sheet3', rows: [['x']] },
        { ...duties, name: '业务', state: 'hidden' },
        { name: '校验问题', rows: [['共 3 个问题']] },
      ]),
    );
    expect(recordsOf(results).map(({ kind }) => kind)).toEqual(['resource', 'duty']);
    expect(results.flatMap(({ issues }) => issues)).toMatchObject([
      { code: 'sheet-unknown', severity: 'warning', place: { sheet: 'Sheet3' } },
      { code: 'sheet-hidden', severity: 'warning', place: { sheet: '业务' } },
    ]);
  });

  it('of any name are read where there is one only, or where it is asked for', async () => {
    expect(recordsOf(await read(workbook([{ ...duties, name: 'Sheet1' }])))).toHaveLength(1);
    const two = workbook([{ ...duties, name: 'Sheet1' }, sheet([ROW])]);
    expect(recordsOf(await read(two, { sheet: 'Sheet1' })).map(({ kind }) => kind)).toEqual(['duty']);
    await expect(read(two, { sheet: 'Sheet9' })).rejects.toMatchObject({ code: 'table-sheet' });
  });

  it('without a header do not keep the others from being read', async () => {
    const results = await read(workbook([{ ...duties, rows: [['a', 'b']] }, sheet([ROW])]));
    expect(told(results)).toEqual(['1 sheet-no-header']);
    expect(recordsOf(results)).toHaveLength(1);
  });

  it('have columns told that are unknown, twice there or missing', async () => {
    const results = await read(
      workbook([
        {
          name: '职能',
          rows: [
            ['职能代码', '职能名称', '职责名称', '部门代码', '经办人'],
            ['Z1', '登记', '', CREDIT_CODE, '张三'],
          ],
        },
      ]),
    );
    expect(told(results)).toEqual(['C1 column-twice', 'E1 column-unknown', '1 column-missing', '2 field-missing']);
    expect(results[0]?.issues[2]?.message).toContain('basis');
  });
});

describe('a cell', () => {
  const CASES: readonly [string, Readonly<Record<string, string | number | { f: string }>>, string][] = [
    ['wrong label', { M: '有条件' }, 'M4 label-unknown'],
    ['wrong class', { A: '行业' }, 'A4 label-unknown'],
    ['credit code with a wrong check character', { G: '11100000000013338X' }, 'G4 credit-code-check'],
    ['credit code of 17 characters', { T: '1110000000001333' }, 'T4 credit-code-length'],
    ['code of another form', { E: 'ABC' }, 'E4 resource-code-form'],
    ['code that became a number', { E: 3070010370 }, 'E4 cell-code-number'],
    ['day that does not exist', { R: '2026-02-30' }, 'R4 cell-date-impossible'],
    ['day with two meanings', { R: '05/06/2026' }, 'R4 cell-date-ambiguous'],
    ['length in words', { L: '十二' }, 'L4 cell-number-unreadable'],
    ['length of nothing', { L: 0 }, 'L4 field-range'],
    ['formula', { H: { f: 'A1&"x"' } }, 'H4 cell-formula'],
    ['error value', { H: '#REF!' }, 'H4 cell-error-value'],
    ['nothing where something must be', { H: '' }, 'H4 field-missing'],
    ['no item', { J: '', K: '', L: '' }, 'J4 list-too-short'],
    ['item without a type', { K: '' }, 'K4 field-missing'],
    ['format of no class', { I: '磁带' }, 'I4 label-unknown'],
    ['codes twice', { S: 'a/1、a/1' }, 'S4 list-duplicate'],
    ['text too long', { H: '长'.repeat(2_001) }, 'H4 field-too-long'],
    ['control character', { H: 'a\u202eb' }, 'H4 cell-direction-character'],
  ];
  for (const [name, changes, expected] of CASES)
    it(`${name}: ${expected}`, async () => {
      const cells = ROW.map((cell, column) => changes[letter(column)] ?? cell);
      const results = await read(workbook([sheet([cells])]));
      expect(recordsOf(results)).toEqual([]);
      expect(told(results)).toContain(expected);
      const [issue] = results.flatMap(({ issues }) => issues).filter(({ code }) => expected.endsWith(` ${code}`));
      expect(issue).toMatchObject({ severity: 'error', place: { sheet: '信息资源目录', line: 4 } });
      // No word of a second trouble with the same cell.
      expect(told(results).filter((one) => one.startsWith(expected.split(' ')[0]!))).toHaveLength(
        expected.startsWith('I4') ? 2 : 1,
      );
    });

  it('gives the nearest label as a suggestion', async () => {
    const [result] = await read(workbook([sheet([row({ M: '有条件' })])]));
    expect(result?.issues).toMatchObject([
      { suggestion: { value: '有条件共享' }, record: { kind: 'resource', code: CODE } },
    ]);
  });

  it('of an item is in the row of the item', async () => {
    const results = await read(workbook([sheet([ROW, [...SECOND.slice(0, 10), '文字', 10]])]));
    expect(told(results)).toEqual(['K5 label-unknown']);
  });

  it('is cleaned and told: width, blanks, lower case, other words, dates', async () => {
    const results = await read(
      workbook([
        sheet([
          row({
            D: ' 社保缴纳信息　',
            G: CREDIT_CODE.toLowerCase(),
            T: CREDIT_CODE.replaceAll(/./g, (one) => String.fromCharCode(one.charCodeAt(0) + 0xfee0)),
            M: 2,
            R: '2026年1月5日',
          }),
        ]),
      ]),
    );
    expect(recordsOf(results)).toEqual([RECORD]);
    expect(told(results, 'cleaned').sort()).toEqual(
      [
        'D4 cell-blank-trimmed',
        'G4 code-upper-case',
        'M4 label-mapped',
        'R4 cell-date-rewritten',
        'T4 cell-full-width',
      ].sort(),
    );
  });

  it('has the numbers of the profile for labels', async () => {
    const city = row({ E: '307001037001/000066', Q: '4' });
    const results = await read(workbook([sheet([city])]), { profile: SAMPLE_CITY_PROFILE });
    expect(recordsOf(results)).toMatchObject([{ updateCycle: '每月' }]);
    expect(told(await read(workbook([sheet([city])]), { profile: NATIONAL_PROFILE }))).toContain('Q4 label-unknown');
  });

  it('of several steps is cleaned and told as one of a single label is', async () => {
    const wholes = [
      ['信息资源代码', '信息资源分类', '信息资源格式'],
      [CODE, '部门类/ "人/社"', '自描述/JSON'],
    ];
    const results = await read(workbook([{ name: '信息资源目录', rows: wholes }]));
    expect(told(results, 'cleaned')).toEqual(['B2 label-mapped', 'C2 label-mapped']);
    const plain = [wholes[0]!, [CODE, '部门/人社', 'Dm']];
    expect(told(await read(workbook([{ name: '信息资源目录', rows: plain }])), 'cleaned')).toEqual([]);
    expect(splitSteps('部门类/ "人/社" / x')).toEqual(['部门类', '"人', '社"', 'x']);
    expect(splitSteps('部门类/ "人/社"/ x')).toEqual(['部门类', '人/社', 'x']);
    expect(splitList('甲、 "乙、丙"；"丁""戊"\n; 己')).toEqual(['甲', '乙、丙', '丁"戊', '己']);
  });

  it('in a hidden row is a warning', async () => {
    const made = workbookParts([sheet([ROW])]);
    const xml = new TextDecoder()
      .decode(made['xl/worksheets/sheet1.xml'])
      .replace('<row r="4">', '<row r="4" hidden="1">');
    const results = await read(zipSync({ ...made, 'xl/worksheets/sheet1.xml': utf8(xml) }));
    expect(results[0]?.issues).toMatchObject([{ code: 'cell-hidden', severity: 'warning' }]);
    expect(recordsOf(results)).toEqual([RECORD]);
  });
});

describe('secrets', () => {
  const SECRETS: readonly Readonly<Record<string, string>>[] = [
    { Y: '秘密' },
    { Y: '机 密' },
    { Y: '工作秘密' },
    { Y: '是' },
    { Y: '绝密★长期' },
    { Y: '???' },
    { D: '甲名录 机密★10年' },
    { D: '机密★甲' },
    { D: '【秘密】甲' },
    { D: '（绝密）甲' },
    { H: '内部资料 注意保密' },
    { H: '属工作秘密' },
    { D: '甲 秘密 5年' },
    { D: '甲 机　密 ★' },
    { H: '绝密\u200b·长期'.replace('·', '') },
    { D: '机密:甲' },
    { H: '本表内容严禁外传' },
    { J: '秘密级☆' },
    { H: '秘密（三年）' },
    { H: '内部文件，不得外传' },
  ];
  for (const changes of SECRETS)
    it(`are refused without an echo: ${JSON.stringify(changes)}`, async () => {
      const marked = row({ ...changes, N: '藏在条件里的内容', E: 'X-SECRET' });
      const results = await read(
        workbook([
          sheet([marked, [...SECOND.slice(0, 9), '机密★藏在下一行', '字符型'], row({ E: '3070010370/000067' })]),
        ]),
      );
      expect(recordsOf(results).map(({ code }) => code)).toEqual(['3070010370/000067']);
      expect(results[0]).toMatchObject({
        issues: [{ code: 'secrecy-refused', severity: 'error', place: { line: 4 } }],
        cleaned: [],
      });
      expect(results[0]?.issues).toHaveLength(1);
      expect(JSON.stringify(results[0])).not.toMatch(/藏|X-SECRET|★|社保/);
    });

  it('are refused in a later row, in an item, behind a formula, and in JSON Lines', async () => {
    const later = await read(workbook([sheet([ROW, [...SECOND, ...Array<string>(12).fill(''), '机密']])]));
    expect(told(later)).toEqual(['Y5 secrecy-refused']);
    const formula = await read(workbook([sheet([[...ROW.slice(0, 24), { f: '"非涉密"' }]])]));
    expect(told(formula)).toEqual(['Y4 secrecy-refused']);
    const lines = [
      { ...GOOD.resource, secrecy: '秘密' },
      { ...GOOD.resource, secrecy: 3 },
      { ...GOOD.resource, items: [{ ...GOOD.resource.items[0], secrecy: '工作秘密' }] },
      { ...GOOD.duty, name: '甲（机密）' },
    ];
    const results = await read(lines.map((line) => JSON.stringify(line)).join('\n'));
    expect(told(results)).toEqual(['1', '2', '3', '4'].map((line) => `${line} secrecy-refused`));
  });

  it('are refused with the whole sheet that bears a mark above its header', async () => {
    const marked = sheet([ROW]);
    const rows = [['机密★10年'], ...marked.rows.slice(1), row({ E: '3070010370/000067' })];
    const results = await read(workbook([{ ...marked, rows }, sheet([ROW], { name: '资源目录' })]));
    expect(told(results)).toEqual(['1 secrecy-refused']);
    expect(recordsOf(results)).toEqual([RECORD]);
    expect(told(await read(`内部资料　注意保密\n${csv(TOP, BELOW, ROW)}`))).toEqual(['1 secrecy-refused']);
  });

  it('are none where the words mean something else', async () => {
    for (const changes of [
      { D: '商业秘密保护登记信息' },
      { D: '国家秘密载体印制资质' },
      { H: '密码应用情况' },
      { J: '编号（内部）' },
      { Y: '不涉密' },
      { Y: '' },
      { D: '保密资格认定' },
      { H: '涉密人员数量' },
    ])
      expect(told(await read(workbook([sheet([row(changes)])])))).toEqual([]);
  });
});

describe('JSON Lines', () => {
  it('are records; codes become labels, what is wrong is named with its line', async () => {
    const coded = { ...GOOD.resource, sharing: { type: '1' } };
    const results = await read(
      [GOOD.duty, coded, { ...GOOD.duty, code: '' }, 'x'].map((one) => JSON.stringify(one)).join('\n'),
    );
    expect(recordsOf(results)).toMatchObject([GOOD.duty, { sharing: { type: '无条件共享' } }]);
    expect(told(results)).toEqual(['3 text-form', '4 row-json']);
    expect(told(results, 'cleaned')).toEqual(['2 label-mapped']);
  });

  it('may be as long as a resource with all its items', async () => {
    const items = Array.from({ length: 2_000 }, (_, index) => ({
      name: `信息项${index}`,
      type: '字符型',
      note: '注'.repeat(100),
    }));
    const line = JSON.stringify({ ...GOOD.resource, items });
    expect(utf8(line).length).toBeGreaterThan(262_144);
    expect(recordsOf(await read(line))).toHaveLength(1);
    await expect(read(`{"a":"${'x'.repeat(IMPORT_LIMITS.jsonLine)}"}`)).rejects.toMatchObject({
      code: 'limit-exceeded',
    });
  });
});

describe('a file with a name', () => {
  it('is named in every place, of records, issues and what was cleaned, with its sheet', async () => {
    const results = await read(workbook([sheet([row({ M: '有条件', D: ' 甲 ' }), row({ E: '3070010370/000067' })])]), {
      file: '甲.xlsx',
    });
    const place = { file: '甲.xlsx', sheet: '信息资源目录' };
    expect(results.flatMap(({ issues }) => issues)).toMatchObject([{ place: { ...place, cell: 'M4' } }]);
    expect(results[0]?.cleaned).toMatchObject([{ place: { ...place, cell: 'D4' } }]);
    expect(results[1]?.entry?.place).toMatchObject({ ...place, line: 5 });
    expect(results[1]?.entry?.place?.cell(['name'])).toMatchObject({ ...place, cell: 'D5' });
    const [line] = await read(JSON.stringify(GOOD.duty), { file: '乙.jsonl' });
    expect(line?.entry?.place?.sheet).toBeUndefined();
    expect(line?.entry?.place?.cell(['name'])).toEqual({ file: '乙.jsonl', line: 1 });
  });
});

describe('limits', () => {
  it('names a resource of more items than there may be, and reads on', async () => {
    const item = (index: number) => [...SECOND.slice(0, 9), `项${index}`, '字符型'];
    const many = Array.from({ length: 2_500 }, (_, index) => item(index));
    const results = await read(workbook([sheet([ROW, ...many, row({ E: '3070010370/000067' })])]));
    expect(told(results)).toEqual(['J4 list-too-long']);
    expect(recordsOf(results)).toHaveLength(1);
  });

  it('names a thousand issues of a record, and how many more', async () => {
    const bad = Array.from({ length: 1_200 }, (_, index) => [...SECOND.slice(0, 9), `项${index}`, '字符型', '很长']);
    const [result] = await read(workbook([sheet([ROW, ...bad])]));
    expect(result?.issues).toHaveLength(IMPORT_LIMITS.issues + 1);
    expect(result?.issues.at(-1)).toMatchObject({ code: 'issues-omitted', message: expect.stringContaining('200') });
  });

  it('tells how far it is, and stops when told to', async () => {
    const rows = [
      ['职能代码', '职能名称', '部门代码', '职能依据'],
      ...Array.from({ length: 2_500 }, (_, index) => [`Z${index}`, '登记', CREDIT_CODE, '规定']),
    ];
    const file = utf8(csv(...rows));
    async function* source() {
      yield file;
    }
    const done: unknown[] = [];
    await read(source(), { onProgress: (progress) => done.push(progress) });
    expect(done).toEqual(
      [1_000, 2_000, 2_500].map((count) => ({ rows: count, records: expect.any(Number), bytes: file.length })),
    );
    expect(done.at(-1)).toMatchObject({ records: 2_500 });
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(read(file, { signal })).rejects.toThrow('enough');
  });
});

describe('anything', () => {
  const CELLS = [
    '',
    '部门',
    CODE,
    CREDIT_CODE,
    '甲',
    '1',
    '有条件共享',
    '2026-01-05',
    '"a',
    '机密★',
    '、、',
    '/',
    '#',
    '货币型',
  ];
  const numRuns = process.env.SLOW === undefined ? 300 : 20_000;

  it('in the cells of a sheet gives records and issues, nothing else', async () => {
    const cell = fc.oneof(fc.constantFrom(...CELLS), fc.string({ unit: 'binary', maxLength: 5 }));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(cell, { maxLength: 26 }), { maxLength: 6 }), async (rows) => {
        for (const { entry, issues } of await read(csv(TOP, BELOW, ...rows)))
          expect(entry === undefined || issues.every(({ severity }) => severity === 'warning')).toBe(true);
      }),
      { numRuns },
    );
  });

  it('in the header throws nothing but a GovError', async () => {
    const word = fc.constantFrom(...TOP, ...BELOW, '类', '/', '__proto__', 'constructor', 'items', '*', '（必填）');
    const line = fc.array(word, { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 5 }), async (rows) => {
        try {
          await read(csv(...rows));
        } catch (error) {
          expect(error).toBeInstanceOf(GovError);
        }
      }),
      { numRuns },
    );
  });

  it('in the bytes of a workbook throws nothing but a GovError', async () => {
    const good = workbook([sheet([ROW, SECOND])]);
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), fc.nat(255), async (at, byte) => {
        const bytes = good.slice();
        bytes[at] = byte;
        try {
          for await (const _ of readCatalog(bytes, { profile: NATIONAL_PROFILE }));
        } catch (error) {
          expect(error).toBeInstanceOf(GovError);
        }
      }),
      { numRuns },
    );
  });
});
