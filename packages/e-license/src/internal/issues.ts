/** Issues of licence data and type definitions: stable codes, texts in both languages. */

import type { Issue } from '@gov/verdict';
import type { IdentifierIssue } from './identifier-issues.js';

interface Detail {
  readonly max?: number;
  readonly min?: number;
  readonly expected?: string;
  /** What the rule names: a label, a unit, how a code is built. */
  readonly en?: string;
  readonly zh?: string;
}

// Texts name rules, never values: those may be personal data.
const TEXTS = {
  missing: () => ['required and not there', '缺少必填项'],
  'wrong-type': ({ expected = '' }) => [`expected ${expected}`, `类型错误，应为${TYPES_ZH[expected] ?? expected}`],
  'unknown-field': () => ['unknown field', '未定义的字段'],
  'not-allowed': () => ['not one of the allowed values', '不是允许的值'],
  'number-range': ({ min, max }) => [
    `a number from ${min ?? '-∞'} to ${max ?? '∞'}`,
    `数值应在${min ?? '-∞'}到${max ?? '∞'}之间`,
  ],
  'number-decimals': ({ max = 0 }) => [
    max === 0 ? 'a whole number' : `at most ${max} digits after the point`,
    max === 0 ? '应为整数' : `小数位数最多${max}位`,
  ],
  'list-too-short': ({ min = 1 }) => [`at least ${min} of these`, `至少应有${min}项`],
  'list-too-long': ({ max = 0 }) => [`at most ${max} of these`, `最多${max}项`],
  'text-empty': () => ['empty', '内容不能为空'],
  'text-too-long': ({ max = 0 }) => [`longer than ${max} characters`, `超过${max}个字符`],
  'text-control': () => [
    'control, line break, direction or other invisible characters are not allowed',
    '不能含有控制符、换行符、方向控制符或其他不可见字符',
  ],
  'text-edge-space': () => ['blanks at the beginning or end', '首尾不能有空白'],
  'text-not-nfc': () => ['not in Unicode normalisation form C', '文字应为Unicode规范化形式C（NFC）'],
  'code-form': () => [
    'only 0-9, A-Z, a-z, brackets, full stops, slashes and hyphens',
    '只能使用数字、字母、括号、点、斜线或连字符',
  ],
  'phone-form': () => ['not the form of a telephone number', '电话号码格式错误'],
  'date-form': () => ['a date is written YYYY-MM-DD', '日期格式应为YYYY-MM-DD'],
  'date-impossible': () => ['there is no such day', '日期不存在'],
  'value-form': ({ en = '', zh = '' }) => [`not built as ${en}`, `不符合编码规则：${zh}`],
  'date-before': ({ en = '', zh = '' }) => [`before “${en}”`, `早于“${zh}”`],
  'date-after': ({ en = '', zh = '' }) => [`after “${en}”`, `晚于“${zh}”`],
  'missing-if': ({ en = '', zh = '' }) => [`required because of “${en}”, and not there`, `因“${zh}”的内容，此项必填`],
  'number-not-holder-code': () => ['the number must be the code of the holder', '证照编号应与持证主体代码一致'],
  'holder-code-type-not-allowed': () => [
    'holders of this type of licence have no codes of this type',
    '该证照的持证主体不能使用此代码类型',
  ],
  'holder-kind-not-allowed': () => ['no holder of this type of licence', '该证照的持证主体不能是此类别'],
  'long-term-not-allowed': () => ['a licence of this type has a last day', '该证照不能长期有效，应填有效期止'],
  'long-term-required': ({ expected = '' }) => [
    `a licence of this type is valid without end: ${expected}`,
    `该证照应填“${expected}”`,
  ],
  'validity-too-long': ({ max = 0 }) => [`valid for more than ${max} years`, `有效期超过${max}年`],
  'date-order': () => ['the last day of validity lies before the first', '有效期止早于有效期起'],
  'issue-date-after-end': () => ['issued after the last day of validity', '发证日期晚于有效期止'],
  'holder-duplicate': () => ['the same holder twice', '持证主体重复'],
  'member-duplicate': () => ['the same member twice', '成员证照重复'],
  'member-type-not-allowed': () => ['no member of this type of composite licence', '该综合证照不能包含此类成员证照'],
  'digest-form': () => ['a digest is 64 hexadecimal digits in small letters', '摘要应为64位小写十六进制数字'],
  'reissue-not-allowed': () => ['this act leaves it as it was', '本次办理不得更改此项'],
  'reissue-nothing-changed': () => ['nothing differs from the version before', '与上一版本相比没有变化'],
  'reissue-before': () => ['before the day of the version before', '早于上一版本的日期'],
  'renewal-not-longer': () => ['a renewal ends later than the version before', '延续后的有效期止应晚于上一版本'],
  'lineage-act': () => ['the first version is issued first, no later one is', '首个版本应为新证，其后各版本不得为新证'],
  'lineage-version': () => ['versions are consecutive from 1', '版本号应自1起连续'],
  'lineage-other': () => ['not a version of the same licence', '不是同一证照的版本'],
  'lineage-replaces': () => ['does not name the version before', '未指明所取代的上一版本'],
  'lineage-time': () => ['issued before the version before', '签发时间早于上一版本'],
  'lineage-in-force': () => ['in force although a newer version is there', '已有新版本，本版本不应仍然有效'],
  'license-type-unknown': () => ['no such licence type is known', '未知的证照类型'],
  'defining-authority-mismatch': () => [
    'not the authority whose code the type code begins with',
    '与证照类型代码中的证照定义机构代码不一致',
  ],
  'field-key': () => [
    'a key is a small letter and up to 39 letters or digits, and no property every object has',
    '字段键应以小写字母开头，最多40位字母或数字，且不能与对象固有属性同名',
  ],
  'field-key-duplicate': () => ['the same key twice', '字段键重复'],
  'value-duplicate': () => ['the same value twice', '取值重复'],
  'form-ambiguous': () => [
    'what follows a part of varying length must be told apart from it',
    '长度可变的部分之后，应是与之不同类的字符',
  ],
  'range-order': () => ['the greatest is less than the least', '上限小于下限'],
  'rule-field': () => ['no other field of the type that this rule could use', '规则引用的字段不存在或不适用'],
  'rule-value': () => ['no value that the field could have', '该字段不可能取此值'],
  'required-always': () => ['the field is required always', '该字段已是必填项'],
  'qr-label-duplicate': () => ['the same QR label twice', '二维码标签重复'],
} as const satisfies Record<string, (detail: Detail) => readonly [string, string]>;

const TYPES_ZH: Readonly<Record<string, string>> = {
  string: '文本',
  number: '数字',
  int: '整数',
  boolean: '布尔值',
  object: '对象',
  record: '对象',
  array: '数组',
};

export type DataIssue = keyof typeof TEXTS;

/** Stable codes of the issues of licence data, identifiers and type definitions, beside those of `@gov/codes`. */
export type LicenseIssue = DataIssue | IdentifierIssue;

export function issue(code: DataIssue, path: Issue['path'] = [], detail: Detail = {}): Issue {
  const [message, messageZh] = TEXTS[code](detail);
  return { path, code, message, messageZh };
}
