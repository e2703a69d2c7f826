/** Numbers of Chinese passports (中国护照号码): of the mainland, of Hong Kong and of Macao. */

import { type IssueTexts, parsed } from './internal/issues.js';
import type { Parsed } from './parsed.js';

const TEXTS = {
  'passport-length': [
    'the number of a Chinese passport has 9 characters, an old one 8 or 9',
    '中国护照号码应为9位（旧版8或9位）',
  ],
  'passport-alphabet': ['a passport number is written with 0-9 and A-Z', '护照号码只能使用数字和大写英文字母'],
  'passport-series': ['there is no series of Chinese passports with such numbers', '护照号码不属于已知的中国护照号段'],
} as const satisfies IssueTexts;

/**
 * `ordinary` 普通护照; `service` 公务护照; `public-affairs` 公务普通护照; `diplomatic` 外交护照; `hong-kong`
 * 香港特别行政区护照; `macao` 澳门特别行政区护照.
 */
export type PassportKind = 'ordinary' | 'service' | 'public-affairs' | 'diplomatic' | 'hong-kong' | 'macao';

/** What the number of a Chinese passport tells (护照号码). */
export interface Passport {
  /** 8 or 9 characters. */
  readonly code: string;
  readonly kind: PassportKind;
}

/**
 * The series. No standard has them. The immigration authority told the ordinary ones: G and 8 digits, since 2012 E, and then
 * a letter other than I and O in the second place. All others are as public implementations have them.
 */
const SERIES: readonly (readonly [RegExp, PassportKind])[] = [
  [/^E[0-9A-HJ-NP-Z][0-9]{7}$/, 'ordinary'],
  [/^G[0-9]{8}$/, 'ordinary'], // until 2012
  [/^1[45][0-9]{7}$/, 'ordinary'], // before G
  [/^DE[0-9]{7}$/, 'diplomatic'], // with a chip, since 2011; likewise SE and PE
  [/^D[0-9]{7,8}$/, 'diplomatic'],
  [/^SE[0-9]{7}$/, 'service'],
  [/^S[0-9]{7,8}$/, 'service'],
  [/^PE[0-9]{7}$/, 'public-affairs'],
  [/^P[0-9]{7,8}$/, 'public-affairs'],
  [/^[HK][0-9]{8}$/, 'hong-kong'],
  [/^KJ[0-9]{7}$/, 'hong-kong'],
  [/^M[0-9]{8}$/, 'macao'],
  [/^M[AB][0-9]{7}$/, 'macao'],
];

/**
 * Reads the number of a Chinese passport. It has no check character (that of a machine readable zone is no part of it), and
 * does not tell a passport from a travel permit: both may be H or M and 8 digits.
 * Issues: `passport-length`, `passport-alphabet`, `passport-series`.
 *
 * @example
 * const result = parsePassport('E12345678');
 * if (result.ok) result.value.kind; // 'ordinary'
 */
export function parsePassport(text: string): Parsed<Passport> {
  const long = text.length === 8 || text.length === 9;
  const spelt = /^[0-9A-Z]*$/.test(text);
  const kind = SERIES.find(([form]) => form.test(text))?.[1];
  return parsed(
    TEXTS,
    [
      !long && 'passport-length',
      !spelt && 'passport-alphabet',
      long && spelt && kind === undefined && 'passport-series',
    ],
    () => ({ code: text, kind: kind! }),
  );
}
