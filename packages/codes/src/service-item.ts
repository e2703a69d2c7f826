/** Codes of government service items (政务服务事项编码) of the national platform, GB/T 39554.1-2020. */

import { parseCreditCode } from './credit-code.js';
import { withIssuesOf } from './internal/inner-issues.js';
import { type IssueTexts, parsed } from './internal/issues.js';
import type { Parsed } from './parsed.js';

const TEXTS = {
  'service-item-length': [
    'a service item code has 12 characters (basic), 31 (implementation) or 33 (handling item)',
    '政务服务事项编码应为12位（基本编码）、31位（实施编码）或33位（业务办理项编码）',
  ],
  'service-item-digits': [
    'a service item code is written in digits, after the credit code of the authority if there is one',
    '政务服务事项编码除实施主体统一社会信用代码外应为数字',
  ],
  'service-item-region': [
    'the basic code of a service item begins with 00 or the two digits of a province',
    '政务服务事项基本编码前2位应为00或省级行政区划代码前2位',
  ],
} as const satisfies IssueTexts;

/**
 * The layouts, in characters, with the names of the item types (事项类型) and the levels that exercise the power (行使层级).
 * [open] The text of GB/T 39554.1-2020 was not at hand: the lengths and parts are those of codes that platforms publish, and
 * of public interfaces after its forerunner C0109. So types and levels that are missing here are read all the same.
 */
const LAYOUT = {
  kinds: [
    { kind: 'basic', length: 12, basicAt: 0 },
    { kind: 'implementation', length: 31, basicAt: 19 },
    { kind: 'handling', length: 33, basicAt: 19 },
  ],
  levelAt: 18,
  handlingAt: 31,
  /** Of the basic code: region 2, type 2, department 2, main item 3, sub-item 3. */
  basic: { region: 0, type: 2, department: 4, main: 6, sub: 9, end: 12 },
  types: [
    { code: '01', name: '行政许可', nameEn: 'administrative licence' },
    { code: '02', name: '行政处罚', nameEn: 'administrative penalty' },
    { code: '03', name: '行政强制', nameEn: 'administrative compulsion' },
    { code: '04', name: '行政征收', nameEn: 'administrative levy' },
    { code: '05', name: '行政给付', nameEn: 'administrative payment' },
    { code: '06', name: '行政检查', nameEn: 'administrative inspection' },
    { code: '07', name: '行政确认', nameEn: 'administrative confirmation' },
    { code: '08', name: '行政奖励', nameEn: 'administrative award' },
    { code: '09', name: '行政裁决', nameEn: 'administrative ruling' },
    { code: '10', name: '其他行政权力', nameEn: 'other administrative power' },
    { code: '20', name: '公共服务', nameEn: 'public service' },
  ],
  levels: [
    { code: '1', name: '国家级', nameEn: 'national' },
    { code: '2', name: '省级', nameEn: 'provincial' },
    { code: '3', name: '市级', nameEn: 'municipal' },
    { code: '4', name: '县级', nameEn: 'county' },
    { code: '5', name: '镇（乡、街道）级', nameEn: 'township' },
    { code: '6', name: '村（社区）级', nameEn: 'village' },
  ],
} as const;

/** A code with its names, which are `undefined` where no table has it. */
export interface NamedCode {
  readonly code: string;
  readonly name: string | undefined;
  readonly nameEn: string | undefined;
}

/** Parts of a service item code (政务服务事项编码). */
export interface ServiceItem {
  readonly code: string;
  /** `basic` 基本编码; `implementation` 实施编码, with the authority; `handling` 业务办理项编码, one way of handling it. */
  readonly kind: 'basic' | 'implementation' | 'handling';
  /** 基本编码, 12 digits, of all three kinds. */
  readonly basicCode: string;
  /** `00` for items of the national catalogue, otherwise the first two digits of the province. */
  readonly region: string;
  /** 事项类型, 2 digits. */
  readonly itemType: NamedCode;
  /** 业务指导部门, 2 digits. */
  readonly department: string;
  /** 主项, 3 digits. */
  readonly mainItem: string;
  /** 子项, 3 digits; `000` where there is none. */
  readonly subItem: string;
  /** 实施主体: the credit code of the authority; not of a basic code. */
  readonly authority: string | undefined;
  /** 行使层级, 1 digit; not of a basic code. */
  readonly level: NamedCode | undefined;
  /** 业务办理项, 2 digits; of a handling item only. */
  readonly handlingItem: string | undefined;
}

/**
 * Reads a service item code: 12 digits, or 31 or 33 characters that begin with a credit code, which is checked.
 * Issues: `service-item-length` alone; `service-item-digits`, `service-item-region` and those of `parseCreditCode`.
 *
 * @example
 * const result = parseServiceItem('000131023000');
 * if (result.ok) result.value.itemType.name; // '行政许可'
 */
export function parseServiceItem(text: string): Parsed<ServiceItem> {
  const layout = LAYOUT.kinds.find(({ length }) => length === text.length);
  const { kind, basicAt } = layout ?? LAYOUT.kinds[0];
  const extended = layout !== undefined && kind !== 'basic';
  const authority = extended ? text.slice(0, LAYOUT.levelAt) : undefined;
  const { basic } = LAYOUT;
  const basicCode = text.slice(basicAt, basicAt + basic.end);
  const own = parsed(
    TEXTS,
    [
      layout === undefined && 'service-item-length',
      layout !== undefined && !/^[0-9]+$/.test(text.slice(authority?.length ?? 0)) && 'service-item-digits',
      layout !== undefined && !/^(00|[1-8][0-9])/.test(basicCode) && 'service-item-region',
    ],
    (): ServiceItem => ({
      code: text,
      kind,
      basicCode,
      region: basicCode.slice(basic.region, basic.type),
      itemType: named(LAYOUT.types, basicCode.slice(basic.type, basic.department)),
      department: basicCode.slice(basic.department, basic.main),
      mainItem: basicCode.slice(basic.main, basic.sub),
      subItem: basicCode.slice(basic.sub),
      authority,
      level: extended ? named(LAYOUT.levels, text.charAt(LAYOUT.levelAt)) : undefined,
      handlingItem: kind === 'handling' ? text.slice(LAYOUT.handlingAt) : undefined,
    }),
  );
  return authority === undefined ? own : withIssuesOf(parseCreditCode(authority), own);
}

function named(table: readonly NamedCode[], code: string): NamedCode {
  return table.find((row) => row.code === code) ?? { code, name: undefined, nameEn: undefined };
}
