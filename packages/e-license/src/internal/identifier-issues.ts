/** Issues of licence identifiers, apart from those of licence data: a verifier reads identifiers and needs no other texts. */

import type { Issue } from '@gov/verdict';

interface Lengths {
  readonly min?: number;
  readonly max?: number;
}

const TEXTS = {
  'identifier-form': () => [
    'an identifier is type.issuer.serial.version.check, with or without 1.2.156.3005.2. before it',
    '证照标识应由证照类型代码、颁发机构代码、流水号、版本号和校验位组成，以点分隔',
  ],
  'identifier-type': () => [
    'a licence type code is the 18-character credit code of the defining authority and 3 digits',
    '证照类型代码应为18位证照定义机构统一社会信用代码加3位数字',
  ],
  'identifier-issuer': () => [
    'an issuer is an 18-character credit code or a 6-digit division code',
    '证照颁发机构代码应为18位统一社会信用代码或6位行政区划代码',
  ],
  'identifier-serial': ({ min = 0, max = 0 }) => [
    `a serial number is ${min} to ${max} of 0-9 and A-Z`,
    `流水号应为${min}至${max}位数字或大写英文字母`,
  ],
  'identifier-version': () => ['a version is 3 digits', '版本号应为3位数字'],
  'identifier-check': () => ['the check character of the identifier does not fit', '证照标识校验位错误'],
} as const satisfies Record<string, (lengths: Lengths) => readonly [string, string]>;

export type IdentifierIssue = keyof typeof TEXTS;

export function identifierIssue(code: IdentifierIssue, path: Issue['path'] = [], lengths: Lengths = {}): Issue {
  const [message, messageZh] = TEXTS[code](lengths);
  return { path, code, message, messageZh };
}
