/** Numbers of bank cards (银行卡号), ISO/IEC 7812-1. */

import { GovError } from '@gov/verdict';
import { type IssueTexts, parsed } from './internal/issues.js';
import type { Parsed } from './parsed.js';

const TEXTS = {
  'bank-card-length': [
    'a bank card number has 13 to 19 digits, one that begins with 62 (UnionPay) 16 to 19',
    '银行卡号应为13至19位，62开头的银联卡号应为16至19位',
  ],
  'bank-card-alphabet': ['a bank card number is written with digits', '银行卡号只能使用数字'],
  'bank-card-industry': ['a bank card number begins with 2 to 6 or 9', '银行卡号首位应为2至6或9'],
  'bank-card-check': ['the check digit of the bank card number does not fit', '银行卡号校验码错误'],
} as const satisfies IssueTexts;

/** Parts of a bank card number (银行卡号). */
export interface BankCard {
  /** 13 to 19 digits. */
  readonly code: string;
  /** 发卡行标识代码, the first 6 digits; ISO/IEC 7812-1:2017 gives an issuer 8, of which these are the first. */
  readonly issuerDigits: string;
  /** 银联卡: begins with 62. */
  readonly unionPay: boolean;
}

/**
 * Check digit (校验码) of a number without its last digit, ISO/IEC 7812-1 annex B (Luhn). Finds every single wrong digit,
 * and two neighbours exchanged unless they are 0 and 9.
 *
 * @throws GovError `code-invalid` when `body` is empty or holds anything but 0–9.
 * @example
 * luhnDigit('411111111111111') // '1'
 */
export function luhnDigit(body: string): string {
  if (!/^[0-9]+$/.test(body)) throw new GovError('code-invalid', 'a number is written with digits');
  let sum = 0;
  for (let place = 1; place <= body.length; place++) {
    const digit = Number(body[body.length - place]);
    sum += place % 2 === 0 ? digit : digit * 2 - (digit > 4 ? 9 : 0);
  }
  return String((10 - (sum % 10)) % 10);
}

/**
 * Reads a bank card number without blanks. It proves nothing: neither that the card exists, nor whose it is.
 * Issues: `bank-card-length`, `bank-card-alphabet`, `bank-card-industry`, `bank-card-check`.
 *
 * @example
 * const result = parseBankCard('6222021234567894');
 * if (result.ok) result.value.unionPay; // true
 */
export function parseBankCard(text: string): Parsed<BankCard> {
  const unionPay = text.startsWith('62');
  const long = text.length >= (unionPay ? 16 : 13) && text.length <= 19;
  const spelt = /^[0-9]*$/.test(text);
  const formed = long && spelt;
  return parsed(
    TEXTS,
    [
      !long && 'bank-card-length',
      !spelt && 'bank-card-alphabet',
      // 0, 1, 7 and 8 are other industries': airlines, petroleum, health.
      formed && !/^[2-69]/.test(text) && 'bank-card-industry',
      formed && text.slice(-1) !== luhnDigit(text.slice(0, -1)) && 'bank-card-check',
    ],
    () => ({ code: text, issuerDigits: text.slice(0, 6), unionPay }),
  );
}
