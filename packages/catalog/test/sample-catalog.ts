/** A made-up city of fifteen departments, whose catalogue breaks every rule in exactly one place; what has to be found is written by hand. */
import type { CatalogRecord, CatalogResource, DataItem, Department } from '@gov/catalog';
import { checkCharacterOfCreditCode, checkCharacterOfOrganizationCode, type DivisionTable } from '@gov/codes';

/** Monday, noon in Shanghai. */
export const SAMPLE_AT = new Date('2026-06-01T04:00:00Z');

/** 11 (机关), 370100, and an organisation code that goes by the number. */
export function creditCode(number: number): string {
  const organization = `MB${String(number).padStart(6, '0')}`;
  const body = `11370100${organization}${checkCharacterOfOrganizationCode(organization)}`;
  return body + checkCharacterOfCreditCode(body);
}

const NAMES = [
  '发展改革委',
  '教育局',
  '科技局',
  '公安局',
  '民政局',
  '司法局',
  '财政局',
  '人力资源和社会保障局',
  '自然资源局',
  '生态环境局',
  '交通运输局',
  '农业农村局',
  '商务局',
  '市场监督管理局',
  '大数据局',
].map((name) => `某市${name}`);

const CODES = NAMES.map((_, at) => creditCode(at + 1));

export const [FIRST, SECOND, THIRD, FOURTH] = [1, 2, 3, 4].map(creditCode) as [string, string, string, string];
/** Of nobody in the catalogue. */
const STRANGER = creditCode(99);

export const DIVISIONS: DivisionTable = {
  find: (code) =>
    code === '370100'
      ? { code, name: '某市', status: 'active' }
      : code === '110103'
        ? { code, name: '崇文区', status: 'abolished' }
        : undefined,
};

export const department = (number: number, change: Partial<Department> = {}): Department => ({
  kind: 'department',
  code: creditCode(number),
  name: NAMES[number - 1]!,
  division: '370100',
  chiefDataOfficer: '副局长',
  ...change,
});

export const code = (number: number): string => `3070010370/${String(number).padStart(6, '0')}`;

/** Nothing wrong with it: names of its own, nothing due. */
export function resource(number: number, change: Partial<CatalogResource> = {}): CatalogResource {
  const provider = change.provider ?? FIRST;
  return {
    kind: 'resource',
    code: code(number),
    name: `${number}号表`,
    classification: ['部门', '综合'],
    provider,
    providerName: NAMES[Math.max(0, CODES.indexOf(provider))]!,
    abstract: '业务办理中形成的记录',
    format: { class: '数据库', type: 'Dm' },
    sharing: { type: '无条件共享', method: '共享平台-数据库' },
    opening: { type: '不予开放' },
    updateCycle: '不更新',
    publishedOn: '2026-01-05',
    responsible: provider,
    source: '业务系统',
    updating: '办结后入库',
    quality: '主要字段完整率100%',
    usage: '按需申请接口',
    items: [item({ name: `${number}号项` })],
    ...change,
  };
}

export const item = (change: Partial<DataItem> & { readonly name: string }): DataItem => ({
  type: '字符型',
  length: 20,
  ...change,
});

const conditional: CatalogResource['sharing'] = { type: '有条件共享', condition: '用于行政审批' };
const purchase = (number: number, change: Partial<Extract<CatalogRecord, { kind: 'purchased-data' }>>) => ({
  kind: 'purchased-data' as const,
  code: `CG-${number}`,
  name: `${number}号采购`,
  supplier: creditCode(50),
  purchaser: FIRST,
  from: '2026-01-01',
  to: '2026-12-31',
  users: [],
  ...change,
});

/** One for each line of `EXPECTED`; resources by the number in their code. */
const FAULTY: readonly CatalogResource[] = [
  resource(101, { sharing: { type: '有条件共享' } }),
  resource(102, { sharing: { type: '不予共享', legalBasis: '无' } }),
  resource(103, { sharing: { type: '不予共享', legalBasis: '领导要求' } }),
  resource(104, { opening: { type: '有条件开放' } }),
  resource(105, { sharing: conditional, opening: { type: '无条件开放' } }),
  resource(106, { sharing: conditional, items: [item({ name: '106号项', sharing: '无条件共享' })] }),
  resource(107, { items: [item({ name: '107号项', opening: '有条件开放' })] }),
  resource(108, { secrecy: '工作秘密' }),
  resource(109, { abstract: '来自内 部 资料的摘编' }),
  resource(110, { level: '重要数据', opening: { type: '无条件开放' } }),
  resource(111, { level: '一般数据1级', items: [item({ name: '111号项', level: '一般数据3级' })] }),
  resource(112, { items: [item({ name: '112号项', samples: ['张三 13812345678'] })] }),
  resource(113, { abstract: '联系人：138-1234-5678' }),
  resource(114, { quality: '无' }),
  resource(115, { classification: ['基础', '气象'] }),
  resource(116, { format: { class: '数据库', type: 'xlsx' } }),
  resource(117, { updateCycle: '每月', updatedOn: '2026-04-21' }),
  resource(118, { publishedOn: '2026-06-02' }),
  resource(119, { items: [item({ name: '线路名称' }), item({ name: '线路 名称' })] }),
  resource(120, { items: [{ name: '120号项', type: '字符型' }] }),
  resource(121, { items: [{ name: '121号项', type: '整型', length: 4, scale: 2 }] }),
  resource(122, { items: [{ name: '122号项', type: '日期型', samples: ['2026-02-30'] }] }),
  resource(123, { items: [item({ name: '123号项', length: 2, samples: ['三个字'] })] }),
  resource(124, { items: [{ name: '124号项', type: '数值型', length: 8, scale: 1, samples: ['1.25'] }] }),
  resource(125),
  resource(125, { name: '又一个表', items: [item({ name: '又一个项' })] }),
  resource(126, { provider: STRANGER, responsible: FIRST }),
  resource(127, { providerName: '某市发改局' }),
  resource(128, { related: [code(999)] }),
  resource(129, { items: [item({ name: '法人名称', element: 'DE-1' })] }),
  resource(130, { provider: SECOND, items: [item({ name: '单位全称', element: 'DE-1' })] }),
  resource(131, { items: [item({ name: '企业注册资本' })] }),
  resource(132, { provider: SECOND, items: [item({ name: '企业注册资本' })] }),
  resource(133, { items: [item({ name: '经办人联系电话' })] }),
  resource(134, { provider: SECOND, items: [item({ name: '经办人手机号码' })] }),
  resource(135, { name: '企业年报公示信息' }),
  resource(136, { name: '企业年报公示数据' }),
  resource(137, { items: ['车牌', '车架号', '车型', '核定载客'].map((name) => item({ name })) }),
  resource(138, { items: ['车型', '车牌', '核定载客', '车架号', '颜色'].map((name) => item({ name })) }),
  resource(139, { items: [item({ name: '139号项', copyOf: { resource: code(131), item: '注册地' } })] }),
  resource(140, { items: [item({ name: '140号项', copyOf: { resource: code(141), item: '注册资本' } })] }),
  resource(141, { items: [item({ name: '注册资本', copyOf: { resource: code(131), item: '企业注册资本' } })] }),
  resource(142, { items: [item({ name: '142号项', copyOf: { resource: code(142), item: '142号项' } })] }),
];

const [duties, businesses] = [
  NAMES.slice(0, 14).map((name, at) => ({
    kind: 'duty' as const,
    code: `ZN-${at + 1}`,
    name: `${name}职能`,
    department: creditCode(at + 1),
    basis: '三定规定',
  })),
  NAMES.slice(0, 14).map((name, at) => ({
    kind: 'business' as const,
    code: `YW-${at + 1}`,
    name: `${name}业务`,
    department: creditCode(at + 1),
    duties: [`ZN-${at + 1}`],
    resources: at === 0 ? [code(1), ...new Set(FAULTY.map((one) => one.code))] : [code(at + 1)],
  })),
];

export const SAMPLE_CATALOG: readonly CatalogRecord[] = [
  ...NAMES.map((_, at) =>
    department(
      at + 1,
      at === 1
        ? { chiefDataOfficer: '无' }
        : at === 2
          ? { division: '379999' }
          : at === 3
            ? { division: '110103' }
            : {},
    ),
  ),
  ...duties,
  { kind: 'duty', code: 'ZN-90', name: '无人承担的职能', department: FIRST, basis: '三定规定' },
  ...businesses,
  { kind: 'business', code: 'YW-90', name: '无职能的业务', department: FIRST, duties: [], resources: [code(1)] },
  { kind: 'business', code: 'YW-91', name: '无数据的业务', department: FIRST, duties: ['ZN-1'], resources: [] },
  ...NAMES.slice(0, 14).map((_, at) => resource(at + 1, { provider: creditCode(at + 1) })),
  ...FAULTY,
  resource(144),
  { kind: 'system', code: 'XT-1', name: '一网通办系统', department: FIRST, startedOn: '2020-01-01' },
  {
    kind: 'service-item',
    code: 'SX-1',
    name: '变更登记',
    itemKind: '行政许可',
    department: FIRST,
    businesses: ['YW-1'],
    needs: [code(1), code(103)],
  },
  {
    kind: 'supervision-item',
    code: 'JG-1',
    name: '年度抽查',
    department: SECOND,
    object: '企业',
    method: '双随机、一公开',
    needs: [code(2)],
  },
  purchase(1, { from: '2026-12-31', to: '2026-01-01' }),
  purchase(2, { to: '2026-05-31' }),
  purchase(3, { users: [STRANGER] }),
  purchase(4, { name: '企业用电画像' }),
  purchase(5, { name: '企业用电画像', purchaser: SECOND, from: '2026-12-31', to: '2027-12-30' }),
  purchase(6, { name: '客流热力信息' }),
  purchase(7, { name: '客流热力数据', purchaser: SECOND, supplier: creditCode(51) }),
  { kind: 'capability', code: 'NL-1', name: '核验', department: FIRST, resources: [code(1)], service: '核验' },
  {
    kind: 'demand',
    code: 'XQ-1',
    department: FIRST,
    resources: [],
    purpose: '审批',
    basis: '行政许可法',
    askedOn: '2026-06-01',
  },
];

const at = (number: number, path: string, related?: number): string =>
  `resource ${code(number)} ${path}${related === undefined ? '' : ` against resource ${code(related)}`}`;

/** Severity, rule, record, path, and the other record: every one that a check must find, and nothing else. */
export const EXPECTED: readonly string[] = [
  `error sharing-condition-missing ${at(101, 'sharing.condition')}`,
  `error sharing-basis-missing ${at(102, 'sharing.legalBasis')}`,
  `warning sharing-basis-vague ${at(103, 'sharing.legalBasis')}`,
  `error opening-condition-missing ${at(104, 'opening.condition')}`,
  `error opening-wider ${at(105, 'opening.type')}`,
  `error item-sharing-wider ${at(106, 'items.0.sharing')}`,
  `error item-opening-wider ${at(107, 'items.0.opening')}`,
  `error secret-refused ${at(108, 'secrecy')}`,
  `warning watch-word ${at(109, 'abstract')}`,
  `error level-open ${at(110, 'opening.type')}`,
  `warning level-below-item ${at(111, 'items.0.level')}`,
  `error sample-personal ${at(112, 'items.0.samples.0')}`,
  `error text-personal ${at(113, 'abstract')}`,
  `error attribute-missing ${at(114, 'quality')}`,
  `warning classification-unknown ${at(115, 'classification.1')}`,
  `warning format-unknown ${at(116, 'format.type')}`,
  `warning update-overdue ${at(117, 'updatedOn')}`,
  `error day-future ${at(118, 'publishedOn')}`,
  `error item-name-twice ${at(119, 'items.1.name')}`,
  `error item-length-missing ${at(120, 'items.0.length')}`,
  `error item-scale ${at(121, 'items.0.scale')}`,
  `error sample-type ${at(122, 'items.0.samples.0')}`,
  `error sample-length ${at(123, 'items.0.samples.0')}`,
  `error sample-scale ${at(124, 'items.0.samples.0')}`,
  `error code-twice ${at(125, 'code', 125)}`,
  `error provider-unknown ${at(126, 'provider')}`,
  `warning provider-name ${at(127, 'providerName')} against department ${FIRST}`,
  `error reference-unknown ${at(128, 'related.0')}`,
  `error element-two-sources ${at(130, 'items.0.name', 129)}`,
  `error item-two-sources ${at(132, 'items.0.name', 131)}`,
  `warning item-similar ${at(134, 'items.0.name', 133)}`,
  `warning resource-similar ${at(136, 'name', 135)}`,
  `warning resource-same-items ${at(138, 'items', 137)}`,
  `error copy-unknown ${at(139, 'items.0.copyOf')}`,
  `error copy-of-copy ${at(140, 'items.0.copyOf', 141)}`,
  `error copy-cycle ${at(142, 'items.0.copyOf', 142)}`,
  `warning resource-without-business ${at(144, '')}`,
  `warning officer-missing department ${SECOND} chiefDataOfficer`,
  `error division-unknown department ${THIRD} division`,
  `warning division-abolished department ${FOURTH} division`,
  `warning department-empty department ${creditCode(15)} `,
  'warning duty-without-business duty ZN-90 ',
  'warning business-without-duty business YW-90 duties',
  'warning business-without-data business YW-91 resources',
  `warning need-not-shared service-item SX-1 needs.1 against resource ${code(103)}`,
  'error purchase-period purchased-data CG-1 to',
  'warning purchase-expired purchased-data CG-2 to',
  'error department-unknown purchased-data CG-3 users.0',
  'error purchase-twice purchased-data CG-5 name against purchased-data CG-4',
  'warning purchase-similar purchased-data CG-7 name against purchased-data CG-6',
  'error demand-empty demand XQ-1 wanted',
];
