/** Profiles of regions that do not exist (样例): what a region changes, and where. */
import type { RegionProfile } from '../profile.js';
import { NATIONAL_SHEETS } from './columns.js';
import { NATIONAL_PROFILE } from './national.js';

type Sheet = RegionProfile['sheets'][number];

/** The sheets with other headers before those that they know anyway. */
const withHeaders = (headers: Readonly<Record<string, readonly string[]>>): readonly Sheet[] =>
  NATIONAL_SHEETS.map((sheet) =>
    sheet.kind !== 'resource'
      ? sheet
      : {
          ...sheet,
          columns: sheet.columns.map((column) => ({
            ...column,
            headers: [...(headers[column.path] ?? []), ...column.headers],
          })),
        },
  );

/** A made-up city (某市样例): twelve digits before the `/` (`303084122704/000001`), update cycles and ways of sharing by number. */
export const SAMPLE_CITY_PROFILE: RegionProfile = {
  ...NATIONAL_PROFILE,
  id: 'sample-city',
  name: '某市（样例）',
  sample: true,
  resourceCode: '[123][0-9]{11}/[0-9]{6}',
  codes: {
    ...NATIONAL_PROFILE.codes,
    method: {
      ...NATIONAL_PROFILE.codes.method,
      '01': '共享平台-数据库',
      '02': '共享平台-文件下载',
      '03': '共享平台-服务/接口',
      '04': '邮件',
      '05': '拷盘',
      '06': '介质交换',
    },
    cycle: {
      ...NATIONAL_PROFILE.codes.cycle,
      '1': '实时',
      '2': '每日',
      '3': '每周',
      '4': '每月',
      '5': '每季度',
      '6': '每半年',
      '7': '每年',
      '8': '不定期',
      '9': '不更新',
    },
  },
  sheets: withHeaders({
    responsible: ['数源部门代码'],
    source: ['数源系统'],
    updatedOn: ['最近归集日期'],
    'items.element': ['市级数据元编号'],
  }),
  watchWords: [...NATIONAL_PROFILE.watchWords, '工作秘密', '未公开'],
};

/**
 * A made-up province (某省样例): two letters and four digits before the `/` (`BA6006/000218`), and sharing counted from 0, the other
 * way round: what a number means is in the profile alone.
 */
export const SAMPLE_PROVINCE_PROFILE: RegionProfile = {
  ...NATIONAL_PROFILE,
  id: 'sample-province',
  name: '某省（样例）',
  sample: true,
  resourceCode: '[A-Z]{2}[0-9]{4}/[0-9]{6}',
  codes: {
    ...NATIONAL_PROFILE.codes,
    sharing: { 不予共享类: '不予共享', '0': '不予共享', '1': '有条件共享', '2': '无条件共享' },
    opening: { 否: '不予开放', 是: '无条件开放', '0': '不予开放', '1': '有条件开放', '2': '无条件开放' },
    level: {
      ...NATIONAL_PROFILE.codes.level,
      L6: '核心数据',
      L5: '重要数据',
      L4: '一般数据4级',
      L3: '一般数据3级',
      L2: '一般数据2级',
      L1: '一般数据1级',
    },
  },
  sheets: withHeaders({ name: ['数据目录名称'], code: ['数据目录编号'], abstract: ['数据目录描述'] }),
};
