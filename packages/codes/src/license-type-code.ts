/** Type codes of electronic licences (证照类型代码), as identifiers after GB/T 36904 begin with them. */

import { parseCreditCode } from './credit-code.js';
import { withIssuesOf } from './internal/inner-issues.js';
import { type IssueTexts, parsed } from './internal/issues.js';
import type { Parsed } from './parsed.js';

const TEXTS = {
  'license-type-code-length': ['a licence type code has 21 characters', '证照类型代码应为21位'],
  'license-type-code-number': ['a licence type code ends in 3 digits', '证照类型代码后3位应为数字'],
} as const satisfies IssueTexts;

/** Parts of a licence type code (证照类型代码). */
export interface LicenseTypeCode {
  /** All 21 characters. */
  readonly code: string;
  /** 证照定义机构: the credit code of who defined the type, 18 characters. */
  readonly definingAuthority: string;
  /** 顺序号 among the types of that authority, 3 digits. */
  readonly number: string;
}

/**
 * Reads a licence type code, with the credit code inside. It has no check character of its own.
 * Issues: `license-type-code-length` alone; `license-type-code-number` and those of `parseCreditCode`.
 *
 * @example
 * const result = parseLicenseTypeCode('11100000MB03271699022');
 * if (result.ok) result.value.number; // '022'
 */
export function parseLicenseTypeCode(text: string): Parsed<LicenseTypeCode> {
  const long = text.length === 21;
  const definingAuthority = text.slice(0, 18);
  const number = text.slice(18);
  const own = parsed(
    TEXTS,
    [!long && 'license-type-code-length', long && !/^[0-9]{3}$/.test(number) && 'license-type-code-number'],
    () => ({ code: text, definingAuthority, number }),
  );
  return long ? withIssuesOf(parseCreditCode(definingAuthority), own) : own;
}
