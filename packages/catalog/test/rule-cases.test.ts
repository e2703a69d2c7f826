/** Each rule alone: what breaks it, and more of what does not. */
import { type CatalogRecord, type CatalogResource, NATIONAL_PROFILE, type RegionProfile } from '@gov/catalog';
import { CatalogCheck, type RuleCode } from '@gov/catalog/rules';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { code, creditCode, department, FIRST, item, resource, SAMPLE_AT, SECOND, THIRD } from './sample-catalog.js';

function broken(
  records: readonly CatalogRecord[],
  rule: RuleCode,
  profile: RegionProfile = NATIONAL_PROFILE,
  at = SAMPLE_AT,
) {
  const check = new CatalogCheck({ profile, at });
  const issues = records.flatMap((record) => check.add({ record }));
  issues.push(...check.finish());
  return issues.filter((one) => one.code === rule).map(({ path }) => path.join('.'));
}

type Change = Partial<CatalogResource>;
const rows = (rule: RuleCode, bad: readonly (readonly [Change, string])[], good: readonly Change[]) =>
  describe(rule, () => {
    it.each(bad)('is broken by %j', (change, path) => {
      expect(broken([resource(1, change)], rule)).toEqual([path]);
    });
    it.each(good.map((change) => [change] as const))('is kept by %j', (change) => {
      expect(broken([resource(1, change)], rule)).toEqual([]);
    });
  });

const conditional = (condition: string): Change => ({ sharing: { type: '有条件共享', condition } });
rows(
  'sharing-condition-missing',
  [
    ...['', '无', '暂无', ' / ', '——', 'N/A', '待定', '無', '无无', '没有要求', '不适用', '无条件', '否', '暂无要求。'],
    // Letters and marks that nobody sees.
    ...['\u3164', '\u115f\u1160', '无\u{e0100}', '\u034f\u3164无', '\u2800'],
  ].map((text) => [conditional(text), 'sharing.condition'] as const),
  [
    conditional('用于行政审批'),
    conditional('无房证明核验'),
    { sharing: { type: '无条件共享' } },
    { sharing: { type: '不予共享', legalBasis: '《统计法》' } },
  ],
);

const refused = (legalBasis: string): Change => ({ sharing: { type: '不予共享', legalBasis } });
rows(
  'sharing-basis-missing',
  [
    [{ sharing: { type: '不予共享' } }, 'sharing.legalBasis'],
    [refused('无'), 'sharing.legalBasis'],
    [refused('null'), 'sharing.legalBasis'],
  ],
  [
    refused('《中华人民共和国统计法》第二十五条'),
    refused('领导要求'),
    { sharing: { type: '无条件共享' } },
    conditional('审批'),
  ],
);
rows(
  'sharing-basis-vague',
  ['领导要求', '依法不予共享', '按有关规定', '内部规定', '涉及执法', '法律法规要求', '工作需要', '违法信息'].map(
    (text) => [refused(text), 'sharing.legalBasis'] as const,
  ),
  [
    '《中华人民共和国统计法》第二十五条',
    '统计法第二十五条',
    '依照反洗钱法第五条',
    '税收征收管理法',
    '征信业管理条例第二十条',
    '国发〔2016〕51号',
    '不动产登记资料查询暂行办法',
    '无',
  ].map(refused),
);
rows(
  'opening-condition-missing',
  [
    [{ opening: { type: '有条件开放' } }, 'opening.condition'],
    [{ opening: { type: '有条件开放', condition: '无' } }, 'opening.condition'],
  ],
  [
    { opening: { type: '有条件开放', condition: '脱敏后' } },
    { opening: { type: '无条件开放' } },
    { opening: { type: '不予开放' } },
  ],
);
rows(
  'opening-wider',
  [
    [{ ...refused('《统计法》'), opening: { type: '有条件开放', condition: '脱敏后' } }, 'opening.type'],
    [{ ...refused('《统计法》'), opening: { type: '无条件开放' } }, 'opening.type'],
    [{ ...conditional('审批'), opening: { type: '无条件开放' } }, 'opening.type'],
    [{ opening: { type: '无条件开放' }, items: [item({ name: '甲', sharing: '有条件共享' })] }, 'items.0.sharing'],
    [
      { opening: { type: '无条件开放' }, items: [item({ name: '甲', sharing: '不予共享', opening: '有条件开放' })] },
      'items.0.opening',
    ],
  ],
  [
    { opening: { type: '无条件开放' } },
    { ...conditional('审批'), opening: { type: '有条件开放', condition: '脱敏后' } },
    { ...refused('《统计法》'), opening: { type: '不予开放' } },
    { opening: { type: '无条件开放' }, items: [item({ name: '甲', sharing: '不予共享', opening: '不予开放' })] },
  ],
);
rows(
  'item-sharing-wider',
  [
    [{ ...refused('《统计法》'), items: [item({ name: '甲', sharing: '有条件共享' })] }, 'items.0.sharing'],
    [{ ...conditional('审批'), items: [item({ name: '甲', sharing: '无条件共享' })] }, 'items.0.sharing'],
  ],
  [
    { items: [item({ name: '甲', sharing: '无条件共享' })] },
    { items: [item({ name: '甲', sharing: '不予共享' })] },
    { ...refused('《统计法》'), items: [item({ name: '甲' })] },
  ],
);
rows(
  'secret-refused',
  [
    ...(['工作秘密', '秘密', '机密', '绝密'] as const).map((secrecy) => [{ secrecy }, 'secrecy'] as const),
    [{ items: [item({ name: '甲' }), item({ name: '乙', secrecy: '秘密' })] }, 'items.1.secrecy'],
  ],
  [{ secrecy: '非涉密' }, {}, { items: [item({ name: '甲', secrecy: '非涉密' })] }],
);
rows(
  'watch-word',
  [
    [{ name: '绝密档案' }, 'name'],
    [{ name: '绝 密档案' }, 'name'],
    [{ abstract: '属于【内-部-资-料】' }, 'abstract'],
    [{ usage: '不得公開使用，不得公开' }, 'usage'],
    [{ items: [item({ name: '国家安全审查' })] }, 'items.0.name'],
    [{ items: [item({ name: '甲', note: '敏感\n信息' })] }, 'items.0.note'],
    [{ items: [item({ name: '甲', samples: ['一', '军事'] })] }, 'items.0.samples.1'],
    [{ classification: ['主题', '军事设施'] }, 'classification.1'],
    [refused('《保守国家秘密法》第九条'), 'sharing.legalBasis'],
  ],
  [{ secrecy: '秘密' }, { abstract: '密封件检测' }, { abstract: '内部装修资料' }],
);
rows(
  'level-open',
  [
    [{ level: '核心数据', opening: { type: '无条件开放' } }, 'opening.type'],
    [{ opening: { type: '无条件开放' }, items: [item({ name: '甲', level: '重要数据' })] }, 'items.0.level'],
  ],
  [
    { level: '重要数据', opening: { type: '有条件开放', condition: '评估后' } },
    { level: '一般数据4级', opening: { type: '无条件开放' } },
    { opening: { type: '无条件开放' } },
    { level: '核心数据' },
    { opening: { type: '无条件开放' }, items: [item({ name: '甲', level: '重要数据', opening: '不予开放' })] },
  ],
);
rows(
  'attribute-missing',
  [
    [{ source: '' }, 'source'],
    [{ updating: '无' }, 'updating'],
    [{ quality: '／' }, 'quality'],
    [{ usage: 'null' }, 'usage'],
    [{ responsible: '' }, 'responsible'],
    [{ items: [item({ name: '甲', quality: '略' })] }, 'items.0.quality'],
  ],
  [{}, { source: '无线电监测系统' }, { items: [item({ name: '甲', quality: '完整' })] }],
);
rows(
  'text-personal',
  [
    [{ abstract: '咨询：13812345678' }, 'abstract'],
    [{ abstract: '咨询：１３８１２３４５６７８' }, 'abstract'],
    [{ usage: '找11010519491231002X' }, 'usage'],
    [{ items: [item({ name: '甲', note: '138 1234 5678' })] }, 'items.0.note'],
  ],
  [
    { abstract: '咨询：0531-12345678' },
    { abstract: `由${creditCode(3)}提供` },
    { items: [item({ name: '甲', samples: ['13812345678'] })] },
    { abstract: '编号303084122704000001' },
  ],
);
rows(
  'update-overdue',
  [
    [{ updateCycle: '每日', updatedOn: '2026-05-28' }, 'updatedOn'],
    [{ updateCycle: '每周', updatedOn: '2026-05-21' }, 'updatedOn'],
    [{ updateCycle: '每月', updatedOn: '2026-04-21' }, 'updatedOn'],
    [{ updateCycle: '每季度', publishedOn: '2026-02-14' }, 'publishedOn'],
    [{ updateCycle: '每年', publishedOn: '2026-05-01', updatedOn: '2025-05-01' }, 'updatedOn'],
  ],
  [
    { updateCycle: '每日', updatedOn: '2026-05-29' },
    { updateCycle: '每周', updatedOn: '2026-05-22' },
    { updateCycle: '每月', updatedOn: '2026-04-22' },
    { updateCycle: '每季度', publishedOn: '2026-02-17' },
    { updateCycle: '每年', updatedOn: '2025-05-02' },
    { updateCycle: '不定期', publishedOn: '2001-01-01' },
    { updateCycle: '不更新', publishedOn: '2001-01-01' },
  ],
);
rows(
  'day-future',
  [
    [{ publishedOn: '2026-06-02' }, 'publishedOn'],
    [{ updatedOn: '2026-06-02' }, 'updatedOn'],
  ],
  [{ publishedOn: '2026-06-01', updatedOn: '2026-06-01' }, { publishedOn: '2026-05-31' }],
);
rows('resource-empty', [[{ items: [] }, 'items']], [{}]);
rows(
  'item-name-twice',
  [
    [{ items: [item({ name: '金额（元）' }), item({ name: '金额(元)' })] }, 'items.1.name'],
    [{ items: [item({ name: 'ID' }), item({ name: 'ｉｄ' })] }, 'items.1.name'],
  ],
  [
    { items: [item({ name: '金额1' }), item({ name: '金额2' })] },
    { items: [item({ name: '--' }), item({ name: '——' })] },
  ],
);
it('a day that has not come yet is one in whatever record', () => {
  const system = (startedOn: string): CatalogRecord => ({
    kind: 'system',
    code: 'S',
    name: '系统',
    department: FIRST,
    startedOn,
  });
  const demand = (askedOn: string): CatalogRecord => ({
    kind: 'demand',
    code: 'X',
    department: FIRST,
    resources: [],
    wanted: '数据',
    purpose: '审批',
    basis: '行政许可法',
    askedOn,
  });
  expect(broken([system('2026-06-02')], 'day-future')).toEqual(['startedOn']);
  expect(broken([demand('2026-06-02')], 'day-future')).toEqual(['askedOn']);
  expect(broken([system('2026-06-01'), demand('2026-06-01')], 'day-future')).toEqual([]);
});
it('a department that is not there is named in the field that names it', () => {
  const duty: CatalogRecord = { kind: 'duty', code: 'Z', name: '职能', department: FIRST, basis: '三定' };
  const purchase: CatalogRecord = {
    kind: 'purchased-data',
    code: 'C',
    name: '数据',
    supplier: THIRD,
    purchaser: FIRST,
    from: '2026-01-01',
    to: '2026-12-31',
    users: [SECOND],
  };
  expect(broken([duty], 'department-unknown')).toEqual(['department']);
  expect(broken([purchase], 'department-unknown')).toEqual(['purchaser', 'users.0']);
  expect(broken([resource(1)], 'provider-unknown')).toEqual(['provider']);
});
const typed = (type: CatalogResource['items'][number]['type'], ...samples: string[]) => ({
  items: [{ name: '甲', type, length: 20, samples }],
});
rows(
  'sample-type',
  [
    [typed('数值型', '1.5', '1.5.0'), 'items.0.samples.1'],
    [typed('数值型', '1,00'), 'items.0.samples.0'],
    [typed('整型', '1.0'), 'items.0.samples.0'],
    [typed('货币型', '壹元'), 'items.0.samples.0'],
    [typed('日期型', '2025-02-29'), 'items.0.samples.0'],
    [typed('日期型', '2025-13-01'), 'items.0.samples.0'],
    [typed('日期型', '2025-00-01'), 'items.0.samples.0'],
    [typed('日期型', '2025-01-00'), 'items.0.samples.0'],
    [typed('日期型', '2025-04-31'), 'items.0.samples.0'],
    [typed('日期时间型', '120250102100000'), 'items.0.samples.0'],
    [typed('日期时间型', '202501021000001'), 'items.0.samples.0'],
    [typed('货币型', '12元5'), 'items.0.samples.0'],
    [typed('日期型', '2025-1/02'), 'items.0.samples.0'],
    [typed('日期型', '2025-01-02 10:00'), 'items.0.samples.0'],
    [typed('日期时间型', '2025-01-02'), 'items.0.samples.0'],
    [typed('日期时间型', '2025-01-02 25:00'), 'items.0.samples.0'],
    [typed('逻辑型', '2'), 'items.0.samples.0'],
    [typed('浮点型', '1e'), 'items.0.samples.0'],
  ],
  [
    typed('数值型', '1.5', '-2', '1,234.50', '１２'),
    typed('整型', '+7', '12,345'),
    typed('货币型', '¥12.50', '1,200元'),
    typed('日期型', '2024-12-31', '2024-01-01', '2024-02-29', '20240229', '2024/2/29', '2024年2月29日', '2024.02.29'),
    typed('日期时间型', '2025-01-02 10:00', '2025-01-02T10:00:00+08:00', '20250102100000', '2025/1/2 9:05:00'),
    typed('逻辑型', '是', '否', 'true', '0', 'N'),
    typed('双精度型', '1.5e-10'),
    typed('字符型', '什么都行'),
    typed('通用型', '什么都行'),
  ],
);
const sized = (
  type: CatalogResource['items'][number]['type'],
  length: number,
  scale: number,
  sample: string,
): Change => ({
  items: [{ name: '甲', type, length, scale, samples: [sample] }],
});
rows(
  'sample-length',
  [
    [sized('字符型', 2, 0, '三个字'), 'items.0.samples.0'],
    [sized('数值型', 4, 2, '123.45'), 'items.0.samples.0'],
    [sized('整型', 3, 0, '1,234'), 'items.0.samples.0'],
    [sized('整型', 3, 0, '1001'), 'items.0.samples.0'],
    [sized('备注型', 2, 0, '三个字'), 'items.0.samples.0'],
  ],
  [
    sized('字符型', 2, 0, '𠮷𠮷'),
    sized('数值型', 5, 2, '-123.45'),
    sized('整型', 3, 0, '000123'),
    sized('整型', 1, 0, '0'),
    sized('双精度型', 2, 0, '1.25E-10'),
    // Of another type: its length says nothing.
    sized('整型', 3, 0, '12345年'),
    sized('日期型', 8, 0, '2026-01-01'),
    { items: [{ name: '甲', type: '整型', samples: ['123456789'] }] },
  ],
);
rows(
  'sample-scale',
  [[sized('货币型', 9, 1, '1.25元'), 'items.0.samples.0']],
  [
    sized('货币型', 9, 2, '1.25元'),
    sized('数值型', 9, 2, '1'),
    { items: [{ name: '甲', type: '数值型', samples: ['1.2345'] }] },
  ],
);
rows(
  'item-scale',
  [
    [{ items: [{ name: '甲', type: '字符型', length: 9, scale: 1 }] }, 'items.0.scale'],
    [{ items: [{ name: '甲', type: '数值型', length: 2, scale: 3 }] }, 'items.0.scale'],
  ],
  [
    { items: [{ name: '甲', type: '整型', length: 9, scale: 0 }] },
    { items: [{ name: '甲', type: '数值型', length: 3, scale: 3 }] },
    { items: [{ name: '甲', type: '双精度型', scale: 3 }] },
  ],
);
rows(
  'classification-unknown',
  [
    [{ classification: ['基础'] }, 'classification.1'],
    [{ classification: ['基础', '人口'] }, 'classification.1'],
  ],
  [{ classification: ['基础', '国家人口'] }, { classification: ['主题', '人口'] }, { classification: ['部门'] }],
);
rows(
  'format-unknown',
  [[{ format: { class: '电子表格', type: 'pdf' } }, 'format.type']],
  [
    { format: { class: '电子表格', type: 'XLSX' } },
    { format: { class: '服务接口', type: 'REST' } },
    { format: { class: '自描述格式', type: 'whatever' } },
  ],
);

const two = (
  first: Parameters<typeof item>[0],
  second: Parameters<typeof item>[0],
  provider = SECOND,
): CatalogRecord[] => [resource(1, { items: [item(first)] }), resource(2, { provider, items: [item(second)] })];

describe('one datum, one source', () => {
  const rules = ['element-two-sources', 'item-two-sources', 'item-similar'] as const;
  const which = (records: readonly CatalogRecord[], profile?: RegionProfile) =>
    rules.filter((rule) => broken(records, rule, profile).length > 0);

  it.each([
    ['element-two-sources', { name: '法人名称', element: 'A' }, { name: '单位全称', element: 'A' }],
    ['item-two-sources', { name: '注册资本' }, { name: '注册资本' }],
    ['item-two-sources', { name: '注册资本（万元）' }, { name: '注册资本 (万元)' }],
    ['item-two-sources', { name: '注册资本' }, { name: '注册资本', element: 'A' }],
    ['item-two-sources', { name: '注册资本' }, { name: '注\u{e0100}册\u3164资\u034f本\u200b' }],
    ['element-two-sources', { name: '注册资本', element: 'DE-1' }, { name: '注册资本', element: 'ｄｅ－1' }],
    ['item-similar', { name: '身份证号' }, { name: '公民身份号码' }],
    ['item-similar', { name: '单位的名称' }, { name: '单位名称' }],
    ['item-similar', { name: '用人单位参保人员' }, { name: '用人单位参保人员表' }],
  ] as const)('%s: %j and %j', (rule, first, second) => {
    expect(which(two(first, second))).toEqual([rule]);
    expect(which(two(second, first))).toEqual([rule]);
    expect(which(two(first, second, FIRST))).toEqual([]);
  });

  it('names whoever comes later by code, for names that are near', () => {
    const near = [
      [{ name: '身份证号' }, { name: '公民身份号码' }],
      [{ name: '公民身份号码' }, { name: '身份证号' }],
    ] as const;
    for (const [first, second] of near)
      for (const records of [two(first, second), two(first, second).toReversed()]) {
        const check = new CatalogCheck({ profile: NATIONAL_PROFILE, at: SAMPLE_AT });
        for (const record of records) check.add({ record });
        const found = [...check.finish()].filter((one) => one.code === 'item-similar');
        expect(found.map((one) => [one.record?.code, one.related?.[0]?.code])).toEqual([[code(2), code(1)]]);
      }
  });

  it('of a name without elements is that of the first, for all that come after', () => {
    const own = resource(3, { items: [item({ name: '注册资本', element: 'A' })] });
    const check = new CatalogCheck({ profile: NATIONAL_PROFILE, at: SAMPLE_AT });
    for (const record of [...two({ name: '注册资本' }, { name: '注册资本' }), own]) check.add({ record });
    const found = [...check.finish()].filter((one) => one.code === 'item-two-sources');
    expect(found.map((one) => one.record?.code)).toEqual([code(2)]);
  });

  it.each([
    [
      { name: '注册资本', element: 'A' },
      { name: '注册资本', element: 'B' },
    ],
    [{ name: '备注' }, { name: '备注' }],
    [{ name: '父亲身份证号码' }, { name: '母亲身份证号码' }],
    [{ name: '参保单位开户银行' }, { name: '原参保单位开户银行' }],
    [{ name: '第1次检查结果表' }, { name: '第11次检查结果表' }],
    [{ name: '用人单位' }, { name: '用人单' }],
    [{ name: '注册资本' }, { name: '注册资本', copyOf: { resource: code(1), item: '注册资本' } }],
  ] as const)('nothing: %j and %j', (first, second) => {
    expect(which(two(first, second))).toEqual([]);
  });

  it('names the first source for each of the others', () => {
    const many = [FIRST, SECOND, THIRD, FIRST].map((provider, at) =>
      resource(at + 1, { provider, items: [item({ name: '注册资本' })] }),
    );
    expect(broken(many, 'item-two-sources')).toEqual(['items.0.name', 'items.0.name']);
  });

  it('goes by the words of the profile', () => {
    const records = two({ name: '门牌' }, { name: '户牌' });
    expect(which(records)).toEqual([]);
    expect(which(records, { ...NATIONAL_PROFILE, synonyms: [['门牌', '户牌']] })).toEqual(['item-similar']);
    const same = two({ name: '门牌' }, { name: '门牌' });
    expect(which(same, { ...NATIONAL_PROFILE, commonItems: ['门 牌'] })).toEqual([]);
  });

  it('finds one character more wherever it stands', () => {
    const name = fc.string({ unit: fc.constantFrom(...'参保单位名称登记机构'), minLength: 6, maxLength: 20 });
    fc.assert(
      fc.property(name, fc.nat(), fc.constantFrom(...'甚为某些'), (text, at, extra) => {
        const where = at % (text.length + 1);
        const longer = text.slice(0, where) + extra + text.slice(where);
        const profile = { ...NATIONAL_PROFILE, synonyms: [] };
        expect(which(two({ name: text }, { name: longer }), profile)).toEqual(['item-similar']);
      }),
      { numRuns: 100 },
    );
  });
});

describe('resources listed twice', () => {
  const named = (...names: string[]) => names.map((name, at) => resource(at + 1, { name }));
  it.each([
    [['企业年报', '企业年报'], 1],
    [['企业年报公示信息', '企业年报公示情况'], 1],
    [['企业年报公示结果', '企业年报公示结果表'], 1],
    [['企业年报', '个体年报'], 0],
    [['2024年度企业年报公示', '2025年度企业年报公示'], 0],
    [['企业年报', '企业年报', '企业年报'], 2],
  ] as const)('by name: %j', (names, times) => {
    expect(broken(named(...names), 'resource-similar')).toHaveLength(times);
  });

  const items = (...names: string[]) => names.map((name) => item({ name }));
  const all = [...'甲乙丙丁戊己庚辛壬癸'];
  it.each([
    [all, all, 1],
    [all, all.slice(0, 8), 1],
    [all, [...all.slice(0, 9), '子'], 1],
    [all, all.slice(0, 7), 0],
    [all, [...all.slice(0, 8), '子', '丑'], 0],
    [all.slice(0, 3), all.slice(0, 3), 0],
    [all.slice(0, 4), all.slice(0, 4), 1],
  ] as const)('by items: %j and %j', (one, other, times) => {
    const records = [resource(1, { items: items(...one) }), resource(2, { items: items(...other) })];
    expect(broken(records, 'resource-same-items')).toHaveLength(times);
    expect(broken(records.toReversed(), 'resource-same-items')).toHaveLength(times);
  });
});

describe('references', () => {
  it.each([
    [
      { kind: 'business', code: 'B', name: '业务', department: FIRST, duties: ['D'], resources: [code(1), code(8)] },
      'duties.0 resources.1',
    ],
    [
      {
        kind: 'service-item',
        code: 'S',
        name: '事项',
        itemKind: '公共服务',
        department: FIRST,
        businesses: ['B'],
        needs: [code(9)],
      },
      'businesses.0 needs.0',
    ],
    [
      { kind: 'capability', code: 'C', name: '能力', department: FIRST, resources: [code(9)], service: '核验' },
      'resources.0',
    ],
    [
      {
        kind: 'demand',
        code: 'X',
        department: FIRST,
        resources: [code(9)],
        purpose: '审批',
        basis: '法',
        askedOn: '2026-01-01',
      },
      'resources.0',
    ],
    [resource(2, { systems: ['XT-9'], related: [code(1), code(2)] }), 'systems.0'],
    [resource(2, { related: [code(1)] }), ''],
  ] as const)('to nothing: %j', (record, paths) => {
    expect(broken([department(1), resource(1), record as CatalogRecord], 'reference-unknown').join(' ')).toBe(paths);
  });

  it('are of their kind', () => {
    const records: CatalogRecord[] = [
      { kind: 'duty', code: code(5), name: '职能', department: FIRST, basis: '法' },
      resource(1, { related: [code(5)] }),
    ];
    expect(broken(records, 'reference-unknown')).toEqual(['related.0']);
  });

  it('go to departments too', () => {
    const records = [
      department(1),
      resource(1, { responsible: SECOND, items: [item({ name: '甲', responsible: THIRD })] }),
    ];
    expect(broken(records, 'department-unknown').sort()).toEqual(['items.0.responsible', 'responsible']);
    expect(broken([...records, department(2), department(3)], 'department-unknown')).toEqual([]);
    expect(broken([resource(1)], 'provider-unknown')).toEqual(['provider']);
    expect(broken([department(1), resource(1, { providerName: '某市　发展改革委' })], 'provider-name')).toEqual([]);
  });
});

describe('copies', () => {
  const copy = (number: number, name: string, of: number, what: string) =>
    resource(number, { items: [item({ name, copyOf: { resource: code(of), item: what } })] });
  const source = resource(1, { items: [item({ name: '注册资本（万元）' })] });

  it('of what is there', () => {
    for (const rule of ['copy-unknown', 'copy-of-copy', 'copy-cycle'] as const)
      expect(broken([source, copy(2, '资本', 1, '注册资本(万元)')], rule)).toEqual([]);
  });

  it('in a circle, and what leads into it', () => {
    const circle = [copy(2, '甲', 3, '乙'), copy(3, '乙', 4, '丙'), copy(4, '丙', 2, '甲'), copy(5, '丁', 2, '甲')];
    expect(broken(circle, 'copy-cycle')).toHaveLength(3);
    expect(broken(circle, 'copy-of-copy')).toHaveLength(1);
    expect(broken(circle, 'copy-unknown')).toEqual([]);
  });

  it('of copies, however long the chain', () => {
    const chain = Array.from({ length: 2000 }, (_, at) =>
      copy(at + 2, '甲', at + 1, at === 0 ? '注册资本（万元）' : '甲'),
    );
    expect(broken([source, ...chain], 'copy-of-copy')).toHaveLength(1999);
    expect(broken([source, ...chain], 'copy-cycle')).toEqual([]);
    expect(broken(chain, 'copy-unknown')).toHaveLength(1);
  });
});

describe('purchases', () => {
  const purchase = (number: number, change: object): CatalogRecord => ({
    kind: 'purchased-data',
    code: `CG-${number}`,
    name: '企业画像',
    supplier: creditCode(50),
    purchaser: creditCode(number),
    from: '2026-01-01',
    to: '2026-12-31',
    users: [],
    ...change,
  });
  const rules = ['purchase-twice', 'purchase-similar'] as const;
  it.each([
    ['purchase-twice', {}],
    ['purchase-twice', { from: '2026-12-31', to: '2027-01-01' }],
    ['purchase-twice', { from: '2025-01-01', to: '2026-01-01' }],
    [undefined, { from: '2025-01-01', to: '2025-12-31' }],
    ['purchase-similar', { supplier: creditCode(51) }],
    [undefined, { from: '2027-01-01', to: '2027-12-31' }],
    [undefined, { purchaser: FIRST }],
    [undefined, { name: '个体画像' }],
  ] as const)('%s: %j', (rule, change) => {
    const records = [purchase(1, {}), purchase(2, change)];
    expect(rules.filter((one) => broken(records, one).length > 0)).toEqual(rule === undefined ? [] : [rule]);
  });

  it('end on their last day', () => {
    const expired = (at: string) => broken([purchase(1, {})], 'purchase-expired', NATIONAL_PROFILE, new Date(at));
    expect(expired('2026-12-31T15:59:59Z')).toEqual([]);
    expect(expired('2026-12-31T16:00:00Z')).toEqual(['to']);
  });
});

describe('days are those of Shanghai', () => {
  it('also at midnight', () => {
    const future = (at: string) =>
      broken([resource(1, { publishedOn: '2026-06-02' })], 'day-future', NATIONAL_PROFILE, new Date(at));
    expect(future('2026-06-01T15:59:59.999Z')).toEqual(['publishedOn']);
    expect(future('2026-06-01T16:00:00Z')).toEqual([]);
  });

  it.each([
    ['2026-01-31', '2026-03-10'],
    ['2024-01-31', '2024-03-10'],
    ['2025-12-15', '2026-01-25'],
  ])('a month after %s and ten days of grace is %s', (updatedOn, due) => {
    const late = (at: string) =>
      broken(
        [resource(1, { updateCycle: '每月', updatedOn })],
        'update-overdue',
        NATIONAL_PROFILE,
        new Date(`${at}T04:00:00Z`),
      );
    expect(late(due)).toEqual([]);
    const next = new Date(Date.parse(due) + 86_400_000).toISOString().slice(0, 10);
    expect(late(next)).toEqual(['updatedOn']);
  });

  it('grace is the profile’s', () => {
    const record = resource(1, { updateCycle: '每月', updatedOn: '2026-04-21' });
    expect(broken([record], 'update-overdue', { ...NATIONAL_PROFILE, graceDays: { 每月: 11 } })).toEqual([]);
    expect(broken([record], 'update-overdue', { ...NATIONAL_PROFILE, graceDays: { 每周: 99 } })).toEqual(['updatedOn']);
  });
});

describe('duties, businesses, data', () => {
  const duty: CatalogRecord = { kind: 'duty', code: 'D', name: '职能', department: FIRST, basis: '法' };
  const business = (duties: string[], resources: string[]): CatalogRecord => ({
    kind: 'business',
    code: 'B',
    name: '业务',
    department: FIRST,
    duties,
    resources,
  });
  const rules = [
    'duty-without-business',
    'business-without-duty',
    'business-without-data',
    'resource-without-business',
    'department-empty',
  ] as const;
  it.each([
    [[department(1), duty, business(['D'], [code(1)]), resource(1)], []],
    [
      [department(1), duty, business(['D'], [code(2)]), resource(1)],
      ['business-without-data', 'resource-without-business'],
    ],
    [
      [department(1), duty, business(['E'], [code(1)]), resource(1)],
      ['duty-without-business', 'business-without-duty'],
    ],
    [[department(1), department(2), duty, business(['D'], [code(1)]), resource(1)], ['department-empty']],
    [
      [department(1), department(2), resource(1, { provider: SECOND })],
      ['resource-without-business', 'department-empty'],
    ],
  ] as const)('%j', (records, expected) => {
    expect(rules.filter((rule) => broken(records, rule).length > 0)).toEqual(expected);
  });
});
