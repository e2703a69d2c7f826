/** Organisation codes (全国组织机构代码), GB 11714-1997: 8 characters and a check character modulo 11. */

import { GovError } from '@gov/verdict';
import { Alphabet } from './internal/alphabet.js';
import { type IssueTexts, parsed } from './internal/issues.js';
import type { Parsed } from './parsed.js';

export const ORGANIZATION_CODE_TEXTS = {
  'organization-code-form': [
    'an organisation code is 8 characters of 0-9 and A-Z, an optional hyphen and a check character of 0-9 or X',
    '组织机构代码应为8位数字或大写英文字母、可选连字符及1位校验码（数字或X）',
  ],
  'organization-code-check': ['the check character of the organisation code does not fit', '组织机构代码校验码错误'],
} as const satisfies IssueTexts;

const ALPHANUMERIC = new Alphabet('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ');
const WEIGHTS = [3, 7, 9, 10, 5, 8, 4, 2] as const;
const FORM = /^([0-9A-Z]{8})-?([0-9X])$/;

/** Parts of an organisation code (组织机构代码). */
export interface OrganizationCode {
  /** All 9 characters, without the hyphen. */
  readonly code: string;
  /** 本体代码, 8 characters. */
  readonly body: string;
  readonly check: string;
}

/**
 * Check character of the 8 characters of `body`, 0–9 or X. Finds every single wrong digit; a digit taken for a letter
 * whose value is 11 or 22 away (0 and B, for instance) is beyond this scheme.
 *
 * @throws GovError `code-invalid` unless `body` is 8 characters of 0–9 and A–Z.
 */
export function checkCharacterOfOrganizationCode(body: string): string {
  if (body.length !== WEIGHTS.length)
    throw new GovError('code-invalid', 'the body of an organisation code has 8 characters');
  const sum = WEIGHTS.reduce((total, weight, index) => total + weight * ALPHANUMERIC.valueAt(body, index), 0);
  return '0123456789X'.charAt((11 - (sum % 11)) % 11);
}

/**
 * Reads an organisation code, with or without the hyphen before its check character.
 * Issues: `organization-code-form`, `organization-code-check`.
 *
 * @example
 * parseOrganizationCode('00001333-8') // { ok: true, value: { code: '000013338', body: '00001333', check: '8' } }
 */
export function parseOrganizationCode(text: string): Parsed<OrganizationCode> {
  const [, body = '', check = ''] = FORM.exec(text) ?? [];
  return parsed(
    ORGANIZATION_CODE_TEXTS,
    [
      body === '' && 'organization-code-form',
      body !== '' && check !== checkCharacterOfOrganizationCode(body) && 'organization-code-check',
    ],
    () => ({ code: body + check, body, check }),
  );
}
