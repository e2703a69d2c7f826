/** Numbers of foreigners' permanent resident ID cards (外国人永久居留身份证号码). */

import { checkDigit731 } from './internal/check-731.js';
import { dayInShanghai, isCalendarDate } from './internal/day.js';
import { type IssueTexts, parsed } from './internal/issues.js';
import { birthDateOf } from './internal/short-date.js';
import { checkCharacterMod11_2 } from './iso7064.js';
import type { Parsed } from './parsed.js';

const TEXTS = {
  'permanent-residence-length': [
    'the number of a permanent resident ID card has 18 characters, of the card of 2017 15',
    '外国人永久居留身份证号码应为18位（2017版为15位）',
  ],
  'permanent-residence-form': [
    'the number of a permanent resident ID card is 9, 16 digits and a check character of 0-9 or X; of the card of 2017 3 capital letters and 12 digits',
    '外国人永久居留身份证号码应为数字9、16位数字及1位校验码（数字或大写X）；2017版应为3位大写英文字母及12位数字',
  ],
  'permanent-residence-region': [
    'the region in the number of the permanent resident ID card does not begin with 1 to 8',
    '外国人永久居留身份证号码中的受理地区代码首位应为1至8',
  ],
  'permanent-residence-birth-date': [
    'the birth date in the number of the permanent resident ID card does not exist',
    '外国人永久居留身份证号码中的出生日期不存在',
  ],
  'permanent-residence-birth-date-future': [
    'the birth date in the number of the permanent resident ID card lies in the future',
    '外国人永久居留身份证号码中的出生日期晚于当前日期',
  ],
  'permanent-residence-check': [
    'the check character of the number of the permanent resident ID card does not fit',
    '外国人永久居留身份证号码校验码错误',
  ],
} as const satisfies IssueTexts;

/** Parts of the number of a permanent resident ID card (外国人永久居留身份证号码). */
export interface PermanentResidence {
  /** 18 characters, or 15 of the card of 2017. */
  readonly code: string;
  /** The edition of the card (版). */
  readonly edition: 2017 | 2023;
  /** 受理地区代码, the province of the first application: 2 digits, GB/T 2260; not looked up. */
  readonly provinceCode: string;
  /** 国籍国家代码, ISO 3166-1: 3 digits, of the card of 2017 3 letters; of the first application, not looked up. */
  readonly nationality: string;
  /** `YYYY-MM-DD`; of the card of 2017 without `at` `XXYY-MM-DD`: the century is not in the number. */
  readonly birthDate: string;
  readonly sex: 'female' | 'male';
}

/**
 * Where the parts stand. The immigration authority announced both forms and the check of 2023 (MOD 11-2). As public
 * implementations have them: the order of the parts, and in the number of 2017 (3 letters, 4 digits of the region, YYMMDD, 1
 * digit of sequence, 1 check digit) that the check is that of machine readable zones and that an odd sequence is male.
 */
const EDITIONS = {
  2017: { form: /^[A-Z]{3}[0-9]{12}$/, nationality: [0, 3], province: [3, 5], birth: [7, 13], check: checkDigit731 },
  2023: {
    form: /^9[0-9]{16}[0-9X]$/,
    nationality: [3, 6],
    province: [1, 3],
    birth: [6, 14],
    check: checkCharacterMod11_2,
  },
} as const;

/**
 * Reads the number of a permanent resident ID card, of 2023 or 2017. `parseCitizenId` reads those of 2023 as well, as
 * `foreigner`, without the parts that only they have, and whatever their region. With `at` the birth date must not lie after
 * that day in Asia/Shanghai; in the number of 2017 it is then the latest possible one.
 * Issues: `permanent-residence-length`, `permanent-residence-form`, `permanent-residence-region`,
 * `permanent-residence-birth-date`, `permanent-residence-birth-date-future`, `permanent-residence-check`.
 *
 * @throws GovError `invalid-argument` when `at` is no valid time.
 * @example
 * const result = parsePermanentResidence('911398199012310021');
 * if (result.ok) result.value.nationality; // '398'
 */
export function parsePermanentResidence(
  text: string,
  options: { readonly at?: Date } = {},
): Parsed<PermanentResidence> {
  const today = options.at === undefined ? undefined : dayInShanghai(options.at);
  const long = text.length === 15 || text.length === 18;
  const edition = text.length === 15 ? 2017 : 2023;
  const { form, nationality, province, birth, check } = EDITIONS[edition];
  const formed = form.test(text);
  const digits = text.slice(...birth);
  const birthDate = edition === 2017 ? birthDateOf(digits, today) : digits.replace(/(..)(..)$/, '-$1-$2');
  const exists = birthDate !== undefined && (edition === 2017 || isCalendarDate(birthDate));
  return parsed(
    TEXTS,
    [
      !long && 'permanent-residence-length',
      long && !formed && 'permanent-residence-form',
      formed && !/^[1-8]/.test(text.slice(...province)) && 'permanent-residence-region',
      formed && !exists && 'permanent-residence-birth-date',
      formed && exists && today !== undefined && birthDate > today && 'permanent-residence-birth-date-future',
      formed && text.slice(-1) !== check(text.slice(0, -1)) && 'permanent-residence-check',
    ],
    () => ({
      code: text,
      edition,
      provinceCode: text.slice(...province),
      nationality: text.slice(...nationality),
      birthDate: birthDate!,
      sex: Number(text.at(-2)) % 2 === 0 ? 'female' : 'male',
    }),
  );
}
