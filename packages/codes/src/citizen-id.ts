/** Citizen ID numbers (公民身份号码), GB 11643-1999, and the cards of the same form. */

import { dayInShanghai, isCalendarDate } from './internal/day.js';
import { type IssueTexts, parsed } from './internal/issues.js';
import { checkCharacterMod11_2 } from './iso7064.js';
import type { Parsed } from './parsed.js';

const TEXTS = {
  'citizen-id-length': ['a citizen ID number has 18 characters', '公民身份号码应为18位'],
  'citizen-id-alphabet': [
    'a citizen ID number is 17 digits and a check character of 0-9 or X (capital)',
    '公民身份号码应为17位数字及1位校验码（数字或大写X）',
  ],
  'citizen-id-division': ['a citizen ID number does not begin with 0', '公民身份号码地址码不能以0开头'],
  'citizen-id-birth-date': ['the birth date in the citizen ID number does not exist', '公民身份号码中的出生日期不存在'],
  'citizen-id-birth-date-future': [
    'the birth date in the citizen ID number lies in the future',
    '公民身份号码中的出生日期晚于当前日期',
  ],
  'citizen-id-check': ['the check character of the citizen ID number does not fit', '公民身份号码校验码错误'],
} as const satisfies IssueTexts;

const REGIONS: ReadonlyMap<string, 'hong-kong' | 'macao' | 'taiwan'> = new Map([
  ['810000', 'hong-kong'],
  ['820000', 'macao'],
  ['830000', 'taiwan'],
]);

/** Parts of a citizen ID number (公民身份号码). */
export interface CitizenId {
  /** All 18 characters. */
  readonly code: string;
  /**
   * `citizen` 居民身份证; `resident` 港澳台居民居住证 (begins with 810000, 820000 or 830000); `foreigner`
   * 外国人永久居留身份证 (begins with 9; its first six digits are no division: `parsePermanentResidence` reads them).
   */
  readonly kind: 'citizen' | 'resident' | 'foreigner';
  /** Where a `resident` is from: 810000 香港, 820000 澳门, 830000 台湾. Undefined for the others. */
  readonly region: 'hong-kong' | 'macao' | 'taiwan' | undefined;
  /** 地址码, the first 6 digits; not looked up: divisions are abolished, numbers stay. */
  readonly divisionCode: string;
  /** Birth date, `YYYY-MM-DD`. */
  readonly birthDate: string;
  readonly sex: 'female' | 'male';
}

/**
 * Reads an 18-character citizen ID number. Without `at` the birth date must exist in the calendar; with it, it must not
 * lie after that day in Asia/Shanghai.
 * Issues: `citizen-id-length`, `citizen-id-alphabet`, `citizen-id-division`, `citizen-id-birth-date`,
 * `citizen-id-birth-date-future`, `citizen-id-check`. Their texts never repeat the number.
 *
 * @throws GovError `invalid-argument` when `at` is no valid time.
 * @example
 * const result = parseCitizenId('11010519491231002X');
 * if (result.ok) result.value.birthDate; // '1949-12-31'
 */
export function parseCitizenId(text: string, options: { readonly at?: Date } = {}): Parsed<CitizenId> {
  const today = options.at === undefined ? '9999-12-31' : dayInShanghai(options.at);
  const long = text.length === 18;
  const spelt = /^[0-9]*[0-9X]$/.test(text);
  const formed = long && spelt;
  const birthDate = `${text.slice(6, 10)}-${text.slice(10, 12)}-${text.slice(12, 14)}`;
  const exists = formed && isCalendarDate(birthDate);
  return parsed(
    TEXTS,
    [
      !long && 'citizen-id-length',
      !spelt && 'citizen-id-alphabet',
      formed && text.startsWith('0') && 'citizen-id-division',
      formed && !exists && 'citizen-id-birth-date',
      exists && birthDate > today && 'citizen-id-birth-date-future',
      formed && text[17] !== checkCharacterMod11_2(text.slice(0, 17)) && 'citizen-id-check',
    ],
    () => ({
      code: text,
      kind: text.startsWith('9') ? 'foreigner' : REGIONS.has(text.slice(0, 6)) ? 'resident' : 'citizen',
      region: REGIONS.get(text.slice(0, 6)),
      divisionCode: text.slice(0, 6),
      birthDate,
      sex: Number(text[16]) % 2 === 0 ? 'female' : 'male',
    }),
  );
}
