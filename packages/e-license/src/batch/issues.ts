/** What is wrong with a row of a batch (批量数据问题), with the place as the spreadsheet shows it. */

import type { Issue } from '@gov/verdict';

/** `path` is that of the licence data, `['fields', 'domicile']`; `code` one of licence data, of cells, or of batches. */
export interface BatchIssue extends Issue {
  /** Row number as the spreadsheet shows it, from 1; for JSON Lines the line of the file. */
  readonly line: number;
  /** As the spreadsheet shows it: `C12`. Absent where a whole row is meant or the file has no cells. */
  readonly cell?: string;
  /** Header of the column. */
  readonly column?: string;
}

const TEXTS = {
  'column-unknown': () => ['a column that licences of this type do not have', '该证照类型没有这一列'],
  'column-twice': ({ other = '' }) => [`the same column as "${other}"`, `与“${other}”列重复`],
  'number-twice': ({ other = '' }) => [`the same number as in line ${other}`, `证照编号与第${other}行重复`],
  'number-registered': () => ['the register has a licence with this number', '登记库中已有该编号的证照'],
  'authority-differs': ({ other = '' }) => [
    `another issuing authority than ${other}: a batch has one`,
    `颁发机构代码与本批次（${other}）不一致，一个批次只能有一个颁发机构`,
  ],
  'version-in-batch': () => ['a batch issues first versions only', '批量签发只能签发第一版'],
  'qr-too-large': ({ other = '' }) => [
    `the QR would need about ${other} characters: more than a licence's may have`,
    `二维码约需${other}个字符，超过上限，请缩短内容`,
  ],
  'data-too-large': () => ['too many values or too much text', '数据项或文字过多'],
} as const satisfies Record<string, (detail: { readonly other?: string }) => readonly [string, string]>;

export type BatchIssueCode = keyof typeof TEXTS;

export function batchIssue(code: BatchIssueCode, path: Issue['path'] = [], other?: string | number): Issue {
  const [message, messageZh] = TEXTS[code](other === undefined ? {} : { other: String(other) });
  return { path, code, message, messageZh };
}
