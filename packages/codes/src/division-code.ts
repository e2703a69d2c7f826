/** Codes of administrative divisions (行政区划代码), GB/T 2260: the structure only, no names. */

import { type IssueTexts, parsed } from './internal/issues.js';
import type { Parsed } from './parsed.js';

const TEXTS = {
  'division-code-form': ['a division code is 6 digits and does not begin with 0', '行政区划代码应为6位数字且不以0开头'],
  'division-code-level': [
    'a division code names no lower level below one that is 00',
    '行政区划代码上一级为00时下一级也应为00',
  ],
} as const satisfies IssueTexts;

/** Parts of a division code (行政区划代码). */
export interface DivisionCode {
  /** All 6 digits. */
  readonly code: string;
  /** `nation` is 100000, as credit codes of central bodies have it. */
  readonly level: 'nation' | 'province' | 'prefecture' | 'county';
  /** The code of the province (省级) it lies in. */
  readonly province: string;
}

/**
 * Reads a division code. Whether a division of that code exists, or ever existed, is not asked.
 * Issues: `division-code-form`, `division-code-level`.
 *
 * @example
 * parseDivisionCode('340100') // { ok: true, value: { code: '340100', level: 'prefecture', province: '340000' } }
 */
export function parseDivisionCode(text: string): Parsed<DivisionCode> {
  const formed = /^[1-9][0-9]{5}$/.test(text);
  const county = formed && !text.endsWith('00');
  const prefecture = formed && text.slice(2, 4) !== '00';
  return parsed(TEXTS, [!formed && 'division-code-form', county && !prefecture && 'division-code-level'], () => ({
    code: text,
    level: county ? 'county' : prefecture ? 'prefecture' : text === '100000' ? 'nation' : 'province',
    province: `${text.slice(0, 2)}0000`,
  }));
}
