/** What the labels of a catalogue are in the vocabularies of the web of data (DCAT 3, DCAT-AP 3, ODRL, CSVW). */
import type { ItemType, OpeningType, UpdateCycle } from '../labels.js';

/** By prefix; `gov` is this product's own: what no vocabulary has a word for. */
export const NAMESPACES = {
  rdf: 'http://www.w3.org/1999/02/22-rdf-syntax-ns#',
  rdfs: 'http://www.w3.org/2000/01/rdf-schema#',
  xsd: 'http://www.w3.org/2001/XMLSchema#',
  dct: 'http://purl.org/dc/terms/',
  dcat: 'http://www.w3.org/ns/dcat#',
  foaf: 'http://xmlns.com/foaf/0.1/',
  skos: 'http://www.w3.org/2004/02/skos/core#',
  odrl: 'http://www.w3.org/ns/odrl/2/',
  csvw: 'http://www.w3.org/ns/csvw#',
  gov: 'urn:gov:catalog:',
} as const;

const AUTHORITY = 'http://publications.europa.eu/resource/authority/';

/** 更新周期, of the EU's frequency authority table, which DCAT-AP demands. */
export const FREQUENCIES: Readonly<Record<UpdateCycle, string>> = {
  实时: `${AUTHORITY}frequency/UPDATE_CONT`,
  每日: `${AUTHORITY}frequency/DAILY`,
  每周: `${AUTHORITY}frequency/WEEKLY`,
  每月: `${AUTHORITY}frequency/MONTHLY`,
  每季度: `${AUTHORITY}frequency/QUARTERLY`,
  每半年: `${AUTHORITY}frequency/ANNUAL_2`,
  每年: `${AUTHORITY}frequency/ANNUAL`,
  不定期: `${AUTHORITY}frequency/IRREG`,
  不更新: `${AUTHORITY}frequency/NEVER`,
};

/** 开放类型: access by the public. */
export const ACCESS_RIGHTS: Readonly<Record<OpeningType, string>> = {
  无条件开放: `${AUTHORITY}access-right/PUBLIC`,
  有条件开放: `${AUTHORITY}access-right/RESTRICTED`,
  不予开放: `${AUTHORITY}access-right/NON_PUBLIC`,
};

export const CHINESE = `${AUTHORITY}language/ZHO`;

/** 信息项数据类型, as CSVW columns are typed; which of several letters it was, `gov:itemType` says. */
export const DATATYPES: Readonly<Record<ItemType, string>> = {
  字符型: 'string',
  数值型: 'decimal',
  货币型: 'decimal',
  日期型: 'date',
  日期时间型: 'dateTime',
  逻辑型: 'boolean',
  备注型: 'string',
  通用型: 'string',
  双精度型: 'double',
  整型: 'integer',
  浮点型: 'float',
};
