/** Numbers of travel permits between the mainland, Hong Kong, Macao and Taiwan (通行证号码). */

import { type IssueTexts, parsed } from './internal/issues.js';
import type { Parsed } from './parsed.js';

const TEXTS = {
  'travel-permit-length': ['the number of a travel permit has 8 to 13 characters', '通行证号码应为8至13位'],
  'travel-permit-alphabet': [
    'the number of a travel permit is written with 0-9, A-Z and, in old ones, brackets',
    '通行证号码只能使用数字、大写英文字母，旧版可含半角括号',
  ],
  'travel-permit-form': ['no travel permit has numbers of this form', '不符合任何一种通行证的号码形式'],
} as const satisfies IssueTexts;

/**
 * `hong-kong-macao-resident` 港澳居民来往内地通行证; `taiwan-resident` 台湾居民来往大陆通行证; `to-hong-kong-macao`
 * 往来港澳通行证; `to-taiwan` 大陆居民往来台湾通行证.
 */
export type TravelPermitKind = 'hong-kong-macao-resident' | 'taiwan-resident' | 'to-hong-kong-macao' | 'to-taiwan';

/** Parts of the number of a travel permit (通行证号码). */
export interface TravelPermit {
  /** As it was read, 8 to 13 characters. */
  readonly code: string;
  /** Undefined where the form does not tell: 8 digits are a Taiwan resident's permit, or no permit at all. */
  readonly kind: TravelPermitKind | undefined;
  /** 终身号: the holder's for life, the same in every permit; undefined in permits whose number changes with each. */
  readonly holderNumber: string | undefined;
  /** Where the holder lives, by the first letter; of Hong Kong and Macao residents only. */
  readonly region: 'hong-kong' | 'macao' | undefined;
  /** 换证次数 or 签发次数 of old forms, 0 to 99 as printed: a first permit of Hong Kong and Macao residents has 0. */
  readonly issueCount: number | undefined;
  /** 签发机关代码 of a Taiwan resident's permit of 1992, one letter or digit. */
  readonly issuer: string | undefined;
}

/**
 * The forms. Announced by the authorities: C and 8 digits, then a letter other than I and O in the second place (2018);
 * 8 digits of Taiwan residents (2008), before that followed by 2 digits and the issuer in brackets (1992), or by 2 digits
 * (2006). As public implementations have them: H and M with 8 or 10 digits; H and M with a letter (residents who are not
 * Chinese nationals, 2024); the issuer without brackets; W; L; T.
 */
const FORMS: readonly (readonly [RegExp, TravelPermitKind | undefined])[] = [
  [/^(?<holder>[HM][0-9]{8})(?<count>[0-9]{2})?$/, 'hong-kong-macao-resident'],
  [/^(?<holder>[HM][A-HJ-NP-Z][0-9]{7})$/, 'hong-kong-macao-resident'],
  [/^(?<holder>[0-9]{8})$/, undefined],
  [/^(?<holder>[0-9]{8})(?<count>[0-9]{2})(?:(?<letter>[A-Z])|\((?<issuer>[0-9A-Z])\))?$/, 'taiwan-resident'],
  [/^C[0-9A-HJ-NP-Z][0-9]{7}$/, 'to-hong-kong-macao'],
  [/^W[0-9]{8}$/, 'to-hong-kong-macao'], // before the card of 2014
  [/^L[0-9]{8}$/, 'to-taiwan'],
  [/^T[0-9]{8}$/, 'to-taiwan'], // before the card of 2016
];

/**
 * Reads the number of a travel permit. It has no check character.
 * Issues: `travel-permit-length`, `travel-permit-alphabet`, `travel-permit-form`.
 *
 * @example
 * const result = parseTravelPermit('H1234567801');
 * if (result.ok) console.log(result.value.kind, result.value.holderNumber); // hong-kong-macao-resident H12345678
 */
export function parseTravelPermit(text: string): Parsed<TravelPermit> {
  const long = text.length >= 8 && text.length <= 13;
  const spelt = /^[0-9A-Z()]*$/.test(text);
  const form = long ? FORMS.find(([pattern]) => pattern.test(text)) : undefined;
  return parsed(
    TEXTS,
    [
      !long && 'travel-permit-length',
      !spelt && 'travel-permit-alphabet',
      long && spelt && form === undefined && 'travel-permit-form',
    ],
    () => {
      const [pattern, kind] = form!;
      const { holder, count, letter, issuer } = pattern.exec(text)?.groups ?? {};
      return {
        code: text,
        kind,
        holderNumber: holder,
        region: holder?.startsWith('H') ? 'hong-kong' : holder?.startsWith('M') ? 'macao' : undefined,
        issueCount: count === undefined ? undefined : Number(count),
        issuer: letter ?? issuer,
      };
    },
  );
}
