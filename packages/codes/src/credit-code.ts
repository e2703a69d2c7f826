/** Unified social credit codes (法人和其他组织统一社会信用代码), GB 32100-2015. */

import { GovError } from '@gov/verdict';
import { Alphabet } from './internal/alphabet.js';
import { type IssueTexts, parsed } from './internal/issues.js';
import { ORGANIZATION_CODE_TEXTS, parseOrganizationCode } from './organization-code.js';
import type { Parsed } from './parsed.js';

const TEXTS = {
  'credit-code-length': ['a credit code has 18 characters', '统一社会信用代码应为18位'],
  'credit-code-alphabet': [
    'a credit code is written with 0-9 and A-Z without I, O, S, V, Z',
    '统一社会信用代码只能使用数字和不含I、O、S、V、Z的大写英文字母',
  ],
  'credit-code-division': [
    'characters 3 to 8 of a credit code are a division code of 6 digits',
    '统一社会信用代码第3至8位应为6位数字的行政区划码',
  ],
  'credit-code-check': ['the check character of the credit code does not fit', '统一社会信用代码校验码错误'],
  'organization-code-check': ORGANIZATION_CODE_TEXTS['organization-code-check'],
} as const satisfies IssueTexts;

const ALPHABET = new Alphabet('0123456789ABCDEFGHJKLMNPQRTUWXY');

/** Parts of a credit code (统一社会信用代码). */
export interface CreditCode {
  /** All 18 characters. */
  readonly code: string;
  /** 登记管理部门代码, 1 character: 1 机构编制, 5 民政, 9 市场监管, … */
  readonly department: string;
  /** 机构类别代码, 1 character; its meaning depends on the department. */
  readonly category: string;
  /** 登记管理机关行政区划码, 6 digits; 100000 stands for the whole country. */
  readonly divisionCode: string;
  /** 主体标识码: the organisation code, 9 characters. */
  readonly organizationCode: string;
  readonly check: string;
}

/**
 * Check character of the first 17 characters of a credit code: weights 3^i mod 31. Finds every single wrong character
 * and every two neighbours exchanged.
 *
 * @throws GovError `code-invalid` unless `body` is 17 characters of the alphabet.
 */
export function checkCharacterOfCreditCode(body: string): string {
  if (body.length !== 17) throw new GovError('code-invalid', 'the body of a credit code has 17 characters');
  // Horner from the right: Σ value·3^i mod 31.
  let sum = 0;
  for (let index = 16; index >= 0; index--) sum = (sum * 3 + ALPHABET.valueAt(body, index)) % 31;
  return ALPHABET.characters.charAt((31 - sum) % 31);
}

/**
 * Reads a credit code, with its check character and that of the organisation code inside.
 * Issues: `credit-code-length`, `credit-code-alphabet`, `credit-code-division`, `credit-code-check`,
 * `organization-code-check`. The check characters are compared only in a text of the right form.
 *
 * @example
 * const result = parseCreditCode('11100000000013338W');
 * if (result.ok) result.value.organizationCode; // '000013338'
 */
export function parseCreditCode(text: string): Parsed<CreditCode> {
  const long = text.length === 18;
  const spelt = /^[0-9A-HJ-NP-RTUWXY]*$/.test(text);
  const divisionCode = text.slice(2, 8);
  const organizationCode = text.slice(8, 17);
  const formed = long && spelt;
  const organization = parseOrganizationCode(organizationCode);
  return parsed(
    TEXTS,
    [
      !long && 'credit-code-length',
      !spelt && 'credit-code-alphabet',
      formed && !/^[0-9]{6}$/.test(divisionCode) && 'credit-code-division',
      formed && text[17] !== checkCharacterOfCreditCode(text.slice(0, 17)) && 'credit-code-check',
      // A check character other than 0-9 or X does not fit either: one code for both, as the form is already known.
      formed && !organization.ok && 'organization-code-check',
    ],
    () => ({
      code: text,
      department: text.charAt(0),
      category: text.charAt(1),
      divisionCode,
      organizationCode,
      check: text.charAt(17),
    }),
  );
}
