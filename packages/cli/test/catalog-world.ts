/** A made-up catalogue for the command line, and the files that departments fill. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CatalogRecord, CatalogResource, Department } from '@gov/catalog';
import { afterAll } from 'vitest';

/** A folder of a test file, taken away at its end. */
export function world(name: string) {
  const folder = mkdtempSync(join(tmpdir(), `gov-catalog-${name}-`));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const path = (file: string): string => join(folder, file);
  return {
    path,
    /** Writes a file, and answers where it is. */
    file(name: string, content: string | Uint8Array): string {
      writeFileSync(path(name), content);
      return path(name);
    },
    /** Names of files that are there and begin so. */
    named: (start: string): string[] => readdirSync(folder).filter((name) => name.startsWith(start)),
  };
}

export const jsonl = (...records: readonly unknown[]): string =>
  records.map((record) => `${JSON.stringify(record)}\n`).join('');

export const DEPARTMENT: Department = {
  kind: 'department',
  code: '11100000000013338W',
  name: '某市人力资源和社会保障局',
  division: '370100',
  chiefDataOfficer: '副局长',
};

export const RESOURCE: CatalogResource = {
  kind: 'resource',
  code: '307003/0001',
  name: '社保缴纳信息',
  classification: ['部门', '人社', '社会保险'],
  provider: DEPARTMENT.code,
  providerName: DEPARTMENT.name,
  abstract: '单位和个人缴纳社会保险的情况',
  format: { class: '数据库', type: 'Dm' },
  sharing: { type: '有条件共享', condition: '用于核验参保', method: '共享平台-服务/接口' },
  opening: { type: '不予开放' },
  updateCycle: '不更新',
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

export const duty = (code: string, name: string, department = DEPARTMENT.code): CatalogRecord => ({
  kind: 'duty',
  code,
  name,
  department,
  basis: '三定规定',
});

const DUTY_HEADER = '职能代码,职能名称,部门代码,职能依据';

/** As a department fills it: a duty a row. */
export const dutyCsv = (...rows: readonly string[]): string => `${[DUTY_HEADER, ...rows].join('\n')}\n`;

export const GOOD_ROW = 'ZN-1,社会保险登记,11100000000013338W,三定规定';
/** The check character of the department is wrong. */
export const BAD_ROW = 'ZN-2,社会保险稽核,11100000000013338X,三定规定';
