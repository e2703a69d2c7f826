import type { Issue } from '@gov/verdict';
import type { Parsed } from '../parsed.js';

// The texts name places and rules, never the code itself: it may be personal data.
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
  'organization-code-form': [
    'an organisation code is 8 characters of 0-9 and A-Z, an optional hyphen and a check character of 0-9 or X',
    '组织机构代码应为8位数字或大写英文字母、可选连字符及1位校验码（数字或X）',
  ],
  'organization-code-check': ['the check character of the organisation code does not fit', '组织机构代码校验码错误'],
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
  'division-code-form': ['a division code is 6 digits and does not begin with 0', '行政区划代码应为6位数字且不以0开头'],
  'division-code-level': [
    'a division code names no lower level below one that is 00',
    '行政区划代码上一级为00时下一级也应为00',
  ],
  'holder-code-type': ['unknown type of holder code', '持证主体代码类型不在代码表内'],
  'holder-code-form': [
    'a document number is 1 to 40 of 0-9, A-Z, a-z, Chinese characters, brackets, full stops, slashes or hyphens',
    '证件号码应为1至40位数字、字母、汉字、括号、点、斜线或连字符',
  ],
} as const satisfies Record<string, readonly [string, string]>;

/** Stable codes of the issues this package reports. */
export type CodeIssue = keyof typeof TEXTS;

/** The value when nothing is wrong, all issues otherwise. */
export function parsed<Value>(codes: readonly (CodeIssue | false)[], value: () => Value): Parsed<Value> {
  const issues = codes.filter((code) => code !== false).map(issue);
  return issues.length === 0 ? { ok: true, value: value() } : { ok: false, issues };
}

function issue(code: CodeIssue): Issue {
  const [message, messageZh] = TEXTS[code];
  return { path: [], code, message, messageZh };
}
