/** Records as a catalogue has them, made up. */
import {
  type CatalogRecord,
  type CatalogResource,
  type Demand,
  type Department,
  NATIONAL_PROFILE,
  type RegionProfile,
} from '@gov/catalog';
import { checkCharacterOfCreditCode, checkCharacterOfOrganizationCode } from '@gov/codes';
import fc from 'fast-check';

/** With codes that are short, so that their order shows. */
export const PROFILE: RegionProfile = { ...NATIONAL_PROFILE, id: 'test', resourceCode: '[^/]{1,20}/[0-9]{1,10}' };

/** The credit code of the n-th department. */
function creditCode(n: number): string {
  const organization = String(n).padStart(8, '0');
  const body = `11370100${organization}${checkCharacterOfOrganizationCode(organization)}`;
  return body + checkCharacterOfCreditCode(body);
}

export const DEPARTMENT: Department = {
  kind: 'department',
  code: creditCode(1),
  name: '某市人力资源和社会保障局',
  division: '370100',
  chiefDataOfficer: '副局长',
};

export const RESOURCE: CatalogResource = {
  kind: 'resource',
  code: '3070010370/000066',
  name: '社保缴纳信息',
  classification: ['部门', '人社', '社会保险'],
  provider: DEPARTMENT.code,
  providerName: DEPARTMENT.name,
  abstract: '单位和个人缴纳社会保险的情况',
  format: { class: '数据库', type: 'Dm' },
  sharing: { type: '有条件共享', condition: '用于核验参保', method: '共享平台-服务/接口' },
  opening: { type: '不予开放' },
  updateCycle: '每月',
  publishedOn: '2026-01-05',
  responsible: DEPARTMENT.code,
  source: '社会保险信息系统',
  updating: '缴费后次日入库',
  quality: '缴费基数完整率 100%',
  usage: '按姓名和证件号码核验',
  items: [
    { name: '缴费基数', type: '货币型', length: 12, scale: 2 },
    { name: '参保状态', type: '字符型', length: 10 },
  ],
};

export const DEMAND: Demand = {
  kind: 'demand',
  code: 'X-2026-001',
  department: DEPARTMENT.code,
  resources: [RESOURCE.code],
  purpose: '公租房申请审核',
  basis: '公共租赁住房管理办法',
  askedOn: '2026-03-01',
};

export const resource = (change: Partial<CatalogResource>): CatalogResource => ({ ...RESOURCE, ...change });

const word = fc.string({ minLength: 1, maxLength: 8, unit: fc.constantFrom(...'甲乙丙aB9（%"') });

/** A few records, in any order, no two of one key. */
export const someRecords: fc.Arbitrary<CatalogRecord[]> = fc.uniqueArray(
  fc.oneof(
    fc
      .record({ code: fc.constantFrom('a/1', 'a/2', 'b/1', 'b/10', 'b/9', 'ｂ/1', '乙/1'), name: word, abstract: word })
      .map(resource),
    fc
      .record({ code: fc.constantFrom(creditCode(1), creditCode(2), creditCode(3)), name: word })
      .map((part): CatalogRecord => ({ ...DEPARTMENT, ...part })),
    fc
      .record({ code: fc.constantFrom(creditCode(1), 'x2'), purpose: word })
      .map((part): CatalogRecord => ({ ...DEMAND, ...part })),
  ),
  { selector: ({ kind, code }) => `${kind} ${code}`, maxLength: 12 },
);

/** All that a generator gives, and what it returns. */
export async function drain<Value, Result>(
  generator: AsyncGenerator<Value, Result>,
): Promise<{ readonly values: Value[]; readonly result: Result }> {
  const values: Value[] = [];
  for (;;) {
    const { done, value } = await generator.next();
    if (done === true) return { values, result: value };
    values.push(value);
  }
}
