/** What people call the kinds and fields of records. */
import type { CatalogRecord, RecordKind } from '../record.js';

/** A place in a record; items of a resource go by their names: `['items', '缴费基数', 'length']`. */
export type FieldPath = readonly (string | number)[];

interface Name {
  readonly zh: string;
  readonly en: string;
}

export const KIND_NAMES: Readonly<Record<RecordKind, Name>> = {
  department: { zh: '部门', en: 'department' },
  duty: { zh: '职能', en: 'duty' },
  business: { zh: '业务', en: 'business' },
  system: { zh: '信息系统', en: 'system' },
  'service-item': { zh: '政务服务事项', en: 'service item' },
  'supervision-item': { zh: '监管事项', en: 'supervision item' },
  resource: { zh: '信息资源', en: 'resource' },
  'purchased-data': { zh: '社会数据', en: 'purchased data' },
  capability: { zh: '能力', en: 'capability' },
  demand: { zh: '需求', en: 'demand' },
};

/** By the last step of the path, or by two where one is not enough. */
const FIELDS: Readonly<Record<string, Name>> = {
  name: { zh: '名称', en: 'name' },
  classification: { zh: '信息资源分类', en: 'classification' },
  provider: { zh: '信息资源提供方代码', en: 'provider' },
  providerName: { zh: '信息资源提供方', en: 'name of the provider' },
  abstract: { zh: '信息资源摘要', en: 'abstract' },
  'format.class': { zh: '信息资源格式分类', en: 'class of format' },
  'format.type': { zh: '信息资源格式', en: 'format' },
  'sharing.type': { zh: '共享类型', en: 'sharing' },
  'sharing.condition': { zh: '共享条件', en: 'condition of sharing' },
  'sharing.legalBasis': { zh: '不予共享依据', en: 'legal basis for not sharing' },
  'sharing.method': { zh: '共享方式', en: 'way of sharing' },
  'opening.type': { zh: '开放类型', en: 'opening' },
  'opening.condition': { zh: '开放条件', en: 'condition of opening' },
  sharing: { zh: '共享类型', en: 'sharing' },
  opening: { zh: '开放类型', en: 'opening' },
  updateCycle: { zh: '更新周期', en: 'update cycle' },
  publishedOn: { zh: '发布日期', en: 'date of publication' },
  updatedOn: { zh: '最近更新日期', en: 'last update' },
  level: { zh: '数据级别', en: 'data level' },
  secrecy: { zh: '密级', en: 'secrecy' },
  related: { zh: '关联资源代码', en: 'related resources' },
  systems: { zh: '信息系统', en: 'systems' },
  items: { zh: '信息项', en: 'items' },
  type: { zh: '数据类型', en: 'type' },
  length: { zh: '数据长度', en: 'length' },
  scale: { zh: '小数位数', en: 'digits after the point' },
  element: { zh: '数据元标识', en: 'data element' },
  copyOf: { zh: '引用', en: 'copy of' },
  'copyOf.resource': { zh: '引用的信息资源', en: 'resource copied from' },
  'copyOf.item': { zh: '引用的信息项', en: 'item copied from' },
  samples: { zh: '样例数据', en: 'samples' },
  note: { zh: '备注', en: 'note' },
  responsible: { zh: '数据责任部门', en: 'department responsible' },
  source: { zh: '数据源头', en: 'source' },
  updating: { zh: '更新机制', en: 'updating' },
  quality: { zh: '质量标准', en: 'quality standard' },
  usage: { zh: '使用方法', en: 'way of use' },
  division: { zh: '行政区划代码', en: 'division' },
  chiefDataOfficer: { zh: '首席数据官', en: 'chief data officer' },
  dataOfficers: { zh: '数据专员', en: 'data officers' },
  department: { zh: '部门', en: 'department' },
  basis: { zh: '依据', en: 'basis' },
  duties: { zh: '职能', en: 'duties' },
  resources: { zh: '信息资源', en: 'resources' },
  protectionGrade: { zh: '网络安全等级保护级别', en: 'protection grade' },
  startedOn: { zh: '启用日期', en: 'start' },
  itemKind: { zh: '事项类型', en: 'kind of item' },
  businesses: { zh: '业务', en: 'businesses' },
  needs: { zh: '所需信息资源', en: 'resources needed' },
  object: { zh: '监管对象', en: 'object of supervision' },
  method: { zh: '监管方式', en: 'way of supervision' },
  supplier: { zh: '供应方', en: 'supplier' },
  purchaser: { zh: '采购部门', en: 'purchaser' },
  from: { zh: '起始日期', en: 'first day' },
  to: { zh: '截止日期', en: 'last day' },
  users: { zh: '使用部门', en: 'users' },
  service: { zh: '服务方式', en: 'service' },
  wanted: { zh: '所需数据', en: 'data wanted' },
  purpose: { zh: '使用用途', en: 'purpose' },
  askedOn: { zh: '提出日期', en: 'asked on' },
};

/** `['items', '身份证号', 'length']` is 信息项“身份证号”的数据长度. */
export function fieldName(path: FieldPath): Name {
  const [first, item, ...rest] = path;
  if (first === 'items' && item !== undefined) {
    const of = { zh: `信息项“${item}”`, en: `item "${item}"` };
    if (rest.length === 0) return of;
    const field = named(rest);
    return { zh: `${of.zh}的${field.zh}`, en: `${field.en} of ${of.en}` };
  }
  return named(path);
}

/** A field that nobody gave a name keeps the one in the record. */
function named(path: FieldPath): Name {
  const whole = path.join('.');
  return FIELDS[whole] ?? FIELDS[String(path.at(-1))] ?? { zh: whole, en: whole };
}

/** A demand for data that is in no list has no name but what it asks for. */
export const recordName = (record: CatalogRecord): string => ('name' in record ? record.name : (record.wanted ?? ''));

/** A value of a record as people write it: a list with 、 between its entries. */
export function valueInWords(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return value.map(valueInWords).join('、');
  if (typeof value !== 'object' || value === null) return String(value);
  const { name } = value as { readonly name?: unknown };
  return typeof name === 'string' ? name : Object.values(value).map(valueInWords).join('、');
}
