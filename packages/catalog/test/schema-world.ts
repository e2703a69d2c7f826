/** One good record of each kind, with every field; and any number of them, some spoilt. */
import type { CatalogRecord, CatalogResource, RecordKind } from '@gov/catalog';
import fc from 'fast-check';

export const CREDIT_CODE = '11100000000013338W';

export const FULL_RESOURCE: CatalogResource = {
  kind: 'resource',
  code: '303084122704/000001',
  name: '社保缴纳信息',
  classification: ['部门', '人社', '社会保险', '缴费'],
  provider: CREDIT_CODE,
  providerName: '某市人力资源和社会保障局',
  abstract: '单位和个人缴纳社会保险的情况\n按月汇总',
  format: { class: '数据库', type: 'Dm' },
  sharing: { type: '有条件共享', condition: '用于核验参保', legalBasis: '社会保险法', method: '共享平台-服务/接口' },
  opening: { type: '有条件开放', condition: '脱敏后' },
  updateCycle: '每月',
  publishedOn: '2026-01-05',
  updatedOn: '2024-02-29',
  level: '一般数据3级',
  secrecy: '非涉密',
  related: ['303084122704/000002'],
  systems: ['SYS-1'],
  responsible: CREDIT_CODE,
  source: '社会保险信息系统',
  updating: '缴费后次日入库',
  quality: '缴费基数完整率 100%',
  usage: '按姓名和证件号码核验',
  items: [
    { name: '缴费基数', type: '货币型', length: 12, scale: 2 },
    {
      name: '参保状态',
      type: '字符型',
      level: '一般数据1级',
      secrecy: '非涉密',
      sharing: '无条件共享',
      opening: '不予开放',
      element: 'DE-1',
      copyOf: { resource: '303084122704/000002', item: '状态' },
      samples: ['在保', '停保'],
      note: '见附注',
      responsible: CREDIT_CODE,
      source: 'SYS-1',
      updating: '每日',
      quality: '完整',
      usage: '核验',
    },
  ],
};

const department = CREDIT_CODE;

export const GOOD = {
  resource: FULL_RESOURCE,
  department: {
    kind: 'department',
    code: department,
    name: '某局',
    division: '370100',
    chiefDataOfficer: '副局长 sdj-cdo',
    dataOfficers: ['信息中心 dc01', '信息中心 dc02'],
  },
  duty: { kind: 'duty', code: 'ZN-1', name: '社会保险管理', department, basis: '三定规定第三条' },
  business: {
    kind: 'business',
    code: 'YW-1',
    name: '参保登记',
    department,
    duties: ['ZN-1'],
    resources: ['303084122704/000001'],
    systems: ['SYS-1'],
  },
  system: { kind: 'system', code: 'SYS-1', name: '社保系统', department, protectionGrade: 3, startedOn: '2020-05-01' },
  'service-item': {
    kind: 'service-item',
    code: '11370100MB2826123440100',
    name: '社会保险登记',
    itemKind: '公共服务',
    department,
    businesses: ['YW-1'],
    needs: ['303084122704/000001'],
  },
  'supervision-item': {
    kind: 'supervision-item',
    code: 'JG-1',
    name: '社会保险稽核',
    department,
    object: '用人单位',
    method: '双随机、一公开',
    businesses: ['YW-1'],
    needs: [],
  },
  'purchased-data': {
    kind: 'purchased-data',
    code: 'CG-1',
    name: '人口流动数据',
    supplier: department,
    purchaser: department,
    from: '2026-01-01',
    to: '2026-12-31',
    users: [department],
    resources: ['303084122704/000001'],
  },
  capability: {
    kind: 'capability',
    code: 'NL-1',
    name: '参保核验',
    department,
    resources: ['303084122704/000001'],
    service: '核验',
  },
  demand: {
    kind: 'demand',
    code: 'XQ-1',
    department,
    resources: [],
    wanted: '不动产登记信息',
    purpose: '公租房审核',
    basis: '公共租赁住房管理办法',
    askedOn: '2026-03-01',
  },
} as const satisfies { readonly [Kind in RecordKind]: Extract<CatalogRecord, { kind: Kind }> };

export const KINDS = Object.keys(GOOD) as RecordKind[];

type Path = readonly (string | number)[];

/** Every place of a value, the root left out. */
export function places(value: unknown, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [at];
  const inner = Object.entries(value).flatMap(([key, one]) =>
    places(one, [...at, Array.isArray(value) ? Number(key) : key]),
  );
  return at.length === 0 ? inner : [at, ...inner];
}

/** A copy with another value at a place; `undefined` takes the place away. */
export function put(value: unknown, [step, ...rest]: Path, to: unknown): unknown {
  if (step === undefined) return to;
  if (Array.isArray(value)) {
    const inner = put(value[step as number], rest, to);
    return inner === undefined ? value.toSpliced(step as number, 1) : value.with(step as number, inner);
  }
  const { [step]: old, ...others } = value as Record<string, unknown>;
  const inner = put(old, rest, to);
  return inner === undefined ? others : { ...others, [step]: inner };
}

const odd = fc.oneof(
  fc.constant(undefined),
  fc.constantFrom<unknown>('甲', '甲乙。', 'X-1', '2026-06-30', '不予共享', '每年', 7, ['X-1', 'X-2']),
  fc.constantFrom<unknown>(
    '',
    ' ',
    'a',
    '甲 乙',
    ' 甲',
    '甲\n乙',
    '甲\u200b乙',
    '甲\u3164乙',
    '甲\ufe0f',
    'e\u0301',
    '\ud800',
    '无条件共享',
    '无条件',
    '1',
    '长期',
  ),
  fc.constantFrom<unknown>(
    '2026-02-29',
    '2024-02-29',
    '2026-13-01',
    '370100',
    '370001',
    '13800138000',
    CREDIT_CODE,
    '11100000000013338X',
  ),
  fc.constantFrom<unknown>(0, 1, 5, 6, -1, 1.5, Number.NaN, null, true, [], {}, [[]], ['a', 'a'], ['a', 'b']),
  fc.integer({ min: 90, max: 2100 }).map((length) => '长'.repeat(length)),
  fc.string({ unit: 'binary', maxLength: 10 }),
  fc.string({ unit: 'grapheme', maxLength: 10 }),
  fc.jsonValue({ maxDepth: 2 }),
);

/** Records with up to three places that hold something else, sometimes with a field that no record has. */
export const spoilt: fc.Arbitrary<unknown> = fc
  .constantFrom(...KINDS)
  .chain((kind) =>
    fc.tuple(
      fc.constant<unknown>(GOOD[kind]),
      fc.array(fc.tuple(fc.constantFrom(...places(GOOD[kind])), odd), { maxLength: 3 }),
      fc.oneof({ weight: 9, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.string({ maxLength: 6 }) }),
    ),
  )
  .map(([record, changes, extra]) => {
    const changed = changes.reduce<unknown>((value, [path, to]) => {
      try {
        return put(value, path, to);
      } catch {
        return value;
      }
    }, record);
    return extra === null || typeof changed !== 'object' || changed === null
      ? changed
      : Object.fromEntries([...Object.entries(changed), [extra, 1]]);
  });
