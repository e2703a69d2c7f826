/** Codes of licence holders (持证主体代码) and the table of their types. */

import { parseCitizenId } from './citizen-id.js';
import { parseCreditCode } from './credit-code.js';
import { type IssueTexts, parsed } from './internal/issues.js';
import type { Parsed } from './parsed.js';

const TEXTS = {
  'holder-code-type': ['unknown type of holder code', '持证主体代码类型不在代码表内'],
  'holder-code-form': [
    'a document number is 1 to 40 of 0-9, A-Z, a-z, Chinese characters, brackets, full stops, slashes or hyphens',
    '证件号码应为1至40位数字、字母、汉字、括号、点、斜线或连字符',
  ],
} as const satisfies IssueTexts;

/** One row of the table of holder code types (持证主体代码类型). */
export interface HolderCodeType {
  /** 3 digits. */
  readonly type: string;
  readonly name: string;
  readonly nameEn: string;
  /** Who has such a code; `any` where the type does not tell. */
  readonly party: 'organization' | 'person' | 'any';
}

/** The holder code types in use, as public implementations of GB/T 36903 have them. */
export const HOLDER_CODE_TYPES: readonly HolderCodeType[] = [
  { type: '001', name: '统一社会信用代码', nameEn: 'unified social credit code', party: 'organization' },
  { type: '099', name: '其他法人或其他组织有效证件代码', nameEn: 'other organisation document', party: 'organization' },
  { type: '111', name: '居民身份证', nameEn: 'citizen ID card', party: 'person' },
  { type: '114', name: '中国人民解放军军官证', nameEn: 'PLA officer card', party: 'person' },
  { type: '115', name: '中国人民武装警察部队警官证', nameEn: 'armed police officer card', party: 'person' },
  { type: '118', name: '中国人民解放军士兵证', nameEn: 'PLA soldier card', party: 'person' },
  { type: '119', name: '中国人民武装警察部队士兵证', nameEn: 'armed police soldier card', party: 'person' },
  { type: '120', name: '中国人民解放军文职人员证', nameEn: 'PLA civilian staff card', party: 'person' },
  { type: '122', name: '中国人民武装警察部队文职人员证', nameEn: 'armed police civilian staff card', party: 'person' },
  { type: '411', name: '外交护照', nameEn: 'diplomatic passport', party: 'person' },
  { type: '412', name: '公务护照', nameEn: 'service passport', party: 'person' },
  { type: '413', name: '公务普通护照', nameEn: 'passport for public affairs', party: 'person' },
  { type: '414', name: '普通护照', nameEn: 'ordinary passport', party: 'person' },
  { type: '511', name: '台湾居民来往大陆通行证', nameEn: 'Taiwan residents travel permit', party: 'person' },
  {
    type: '516',
    name: '港澳居民来往内地通行证',
    nameEn: 'Hong Kong and Macao residents travel permit',
    party: 'person',
  },
  { type: '999', name: '其他', nameEn: 'other', party: 'any' },
];

/** A holder's code that fits its type. */
export interface HolderCode {
  readonly type: HolderCodeType;
  readonly code: string;
}

/** Numbers of documents other than the two with check characters; officers' cards have words in them (军字第…号). */
const DOCUMENT_NUMBER = /^[0-9A-Za-z\p{Script=Han}()（）./-]{1,40}$/u;

/**
 * Reads a holder's code as its type demands: 001 as a credit code, 111 as a citizen ID number, others as a document number.
 * Issues: `holder-code-type`, `holder-code-form`, and those of `parseCreditCode` and `parseCitizenId`.
 *
 * @example
 * parseHolderCode('001', '11100000000013338W').ok // true
 */
export function parseHolderCode(type: string, code: string): Parsed<HolderCode> {
  const row = HOLDER_CODE_TYPES.find((candidate) => candidate.type === type);
  if (type === '001' || type === '111') {
    const result = type === '001' ? parseCreditCode(code) : parseCitizenId(code);
    if (!result.ok) return result;
  }
  return parsed(
    TEXTS,
    [row === undefined && 'holder-code-type', !DOCUMENT_NUMBER.test(code) && 'holder-code-form'],
    () => ({
      type: row!,
      code,
    }),
  );
}
