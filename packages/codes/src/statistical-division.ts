/** Division codes for statistics (统计用区划代码) down to villages, with the class of town and country (城乡分类代码). */

import { parseDivisionCode } from './division-code.js';
import { withIssuesOf } from './internal/inner-issues.js';
import { type IssueTexts, parsed } from './internal/issues.js';
import type { Parsed } from './parsed.js';

const TEXTS = {
  'statistical-division-form': [
    'a statistical division code is 12 digits, and 3 more where the class of town and country follows',
    '统计用区划代码应为12位数字，附城乡分类代码时为15位数字',
  ],
  'statistical-division-level': [
    'a statistical division code names no village where the township is 000, and no township of a whole province',
    '统计用区划代码乡级为000时村级也应为000，省级代码之下乡级应为000',
  ],
  'statistical-division-class': ['unknown class of town and country', '城乡分类代码不在代码表内'],
  'statistical-division-class-level': [
    'a class of town and country belongs to a village or neighbourhood only',
    '城乡分类代码只用于村级代码',
  ],
} as const satisfies IssueTexts;

/** 城乡分类代码, 统计用区划代码和城乡划分代码编制规则. */
const CLASSES = [
  { code: '111', name: '主城区', nameEn: 'main urban area' },
  { code: '112', name: '城乡结合区', nameEn: 'urban fringe' },
  { code: '121', name: '镇中心区', nameEn: 'centre of a town' },
  { code: '122', name: '镇乡结合区', nameEn: 'fringe of a town' },
  { code: '123', name: '特殊区域', nameEn: 'special area' },
  { code: '210', name: '乡中心区', nameEn: 'centre of a township' },
  { code: '220', name: '村庄', nameEn: 'village' },
] as const;

/** By the first digit of the township's 3: 001–099, 100–199, 200–399, 400–599 (县以下行政区划代码编制规则, GB/T 10114). */
const TOWNSHIP_KINDS = ['subdistrict', 'town', 'township', 'township', 'other', 'other'] as const;
/** By the first digit of the village's 3: 001–199, 200–399; 400–599 are [open], as the lists of the statistics office have them. */
const VILLAGE_KINDS = ['neighbourhood', 'neighbourhood', 'village', 'village', 'other', 'other'] as const;

const FORM = /^([0-9]{6})([0-9]{3})([0-9]{3})([0-9]{3})?$/;

/** Parts of a statistical division code (统计用区划代码). */
export interface StatisticalDivision {
  /** The 12 digits, without the class. */
  readonly code: string;
  /** 行政区划代码, the first 6 digits. */
  readonly divisionCode: string;
  readonly level: 'nation' | 'province' | 'prefecture' | 'county' | 'township' | 'village';
  /** 街道、镇、乡、类似乡级单位; `undefined` above townships, and for numbers from 600. */
  readonly townshipKind: 'subdistrict' | 'town' | 'township' | 'other' | undefined;
  /** 居委会、村委会、类似村级单位; `undefined` above villages, and for numbers from 600. */
  readonly villageKind: 'neighbourhood' | 'village' | 'other' | undefined;
  /** 城乡分类, where the 3 digits are there. */
  readonly urbanRural: { readonly code: string; readonly name: string; readonly nameEn: string } | undefined;
}

/**
 * Reads a statistical division code of 12 digits, or of 15 with the class of town and country. It has no check character, and
 * whether the division exists is not asked.
 * Issues: `statistical-division-form` alone; `statistical-division-level`, `statistical-division-class`,
 * `statistical-division-class-level` and those of `parseDivisionCode`.
 *
 * @example
 * const result = parseStatisticalDivision('220581102200122');
 * if (result.ok) result.value.urbanRural?.name; // '镇乡结合区'
 */
export function parseStatisticalDivision(text: string): Parsed<StatisticalDivision> {
  const match = FORM.exec(text);
  const formed = match !== null;
  const [, divisionCode = '', township = '', village = '', urban = ''] = match ?? [];
  const division = parseDivisionCode(divisionCode);
  const above = division.ok ? division.value.level : 'county';
  const whole = above === 'nation' || above === 'province';
  const inTownship = township !== '000';
  const inVillage = village !== '000';
  const urbanRural = CLASSES.find(({ code }) => code === urban);
  const own = parsed(
    TEXTS,
    [
      !formed && 'statistical-division-form',
      formed && ((inVillage && !inTownship) || (inTownship && whole)) && 'statistical-division-level',
      formed && urban !== '' && urbanRural === undefined && 'statistical-division-class',
      formed && urban !== '' && !inVillage && 'statistical-division-class-level',
    ],
    (): StatisticalDivision => ({
      code: text.slice(0, 12),
      divisionCode,
      level: inVillage ? 'village' : inTownship ? 'township' : above,
      townshipKind: inTownship ? TOWNSHIP_KINDS[Number(township[0])] : undefined,
      villageKind: inVillage ? VILLAGE_KINDS[Number(village[0])] : undefined,
      urbanRural,
    }),
  );
  return formed ? withIssuesOf(division, own) : own;
}
