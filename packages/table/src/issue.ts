/** What is wrong, or was cleaned, in a cell or a row, with the place as the spreadsheet shows it. */

import type { Issue } from '@gov/verdict';

/** One cell or row of a table, with what is wrong there or was cleaned there. `path` is `[line, column]`. */
export interface CellIssue extends Issue {
  readonly code: CellIssueCode;
  /** As the spreadsheet shows it: `C12`. Absent where a whole row is meant, and in JSON Lines. */
  readonly cell?: string;
  /** Row number as the spreadsheet shows it, from 1; for JSON Lines the line of the file. */
  readonly line: number;
  /** Header of the column. */
  readonly column?: string;
}

type Texts = readonly [en: string, zh: string];

/** Everything that is cleaned: the value means the same, and the row can be used. */
const CLEANED = {
  'cell-blank-trimmed': ['blanks at the edges removed', '已去除首尾空白'],
  'cell-invisible-removed': ['invisible characters removed', '已去除不可见字符'],
  'cell-line-break': ['line breaks written alike', '已统一换行写法'],
  'cell-normalized': ['characters in Unicode normal form C', '已按 Unicode 规范形式（NFC）统一字符'],
  'cell-full-width': ['full-width characters made half-width', '已将全角字符转为半角'],
  'cell-date-rewritten': ['date written as YYYY-MM-DD', '已将日期改写为 YYYY-MM-DD'],
  'cell-number-rewritten': ['number written plainly', '已将数字改写为普通写法'],
  'cell-apostrophe': ['apostrophe that keeps a text from being a formula removed', '已去除防止文本被当作公式的撇号'],
  'cell-text-formula': ['text taken out of ="…"', '已从 ="…" 中取出文本'],
  'cell-merged-filled': ['filled from a merged cell', '已按合并单元格填充'],
} as const satisfies Record<string, Texts>;

/** Everything that is named: nobody can tell what was meant, and the row should not be used. */
const NAMED = {
  'cell-undecodable': ['bytes that are no character of the encoding', '含有无法解码的字节'],
  'cell-control-character': ['control character', '含有控制字符'],
  'cell-direction-character': [
    'character that turns the direction of writing: shown otherwise than read',
    '含有改变书写方向的字符，显示与实际内容不同',
  ],
  'cell-private-use': [
    'private-use character: shown differently by other programs',
    '含有自定义（造字区）字符，在其他系统中显示不同',
  ],
  'cell-inner-line-break': ['line break inside a code, date or number', '代码、日期或数字中间有换行'],
  'cell-quote': [
    'quotes inside a cell that is not quoted as a whole, or text after the closing quote',
    '引号使用不正确',
  ],
  'cell-formula': ['formula: not evaluated; paste it as a value', '公式不予计算，请以“数值”方式粘贴'],
  'cell-error-value': ['error value', '单元格是错误值'],
  'cell-boolean': ['TRUE or FALSE where a code, date or number belongs', '应为代码、日期或数字，却是逻辑值'],
  'cell-number-precision': [
    'number of more digits than a spreadsheet keeps: the last ones are lost; enter it as text',
    '数字位数超出电子表格的精度，末尾数字已丢失，请以文本格式重新录入',
  ],
  'cell-code-number': [
    'code entered as a number: leading zeros may be lost; enter it as text',
    '代码以数字格式录入，前导零可能已丢失，请以文本格式录入',
  ],
  'cell-code-date': [
    'code turned to a date by the spreadsheet; enter it as text',
    '代码被电子表格转成了日期，请以文本格式录入',
  ],
  'cell-number-unreadable': ['not a number', '不是数字'],
  'cell-number-date': ['date where a number belongs', '应为数字，却是日期'],
  'cell-date-unreadable': ['not a date', '不是日期'],
  'cell-date-ambiguous': ['date that can be read in two ways; write YYYY-MM-DD', '日期有歧义，请写成 YYYY-MM-DD'],
  'cell-date-impossible': ['date that does not exist', '日期不存在'],
  'cell-date-time': ['date with a time of day', '日期带有时刻'],
  'cell-date-number': ['number without a date format where a date belongs', '应为日期，却是未设日期格式的数字'],
  'cell-merged': ['merged cells', '合并单元格'],
  'cell-hidden': ['hidden row or column', '位于隐藏的行或列'],
  'cell-no-header': ['value in a column without a header', '所在列没有表头'],
  'row-short': ['fewer cells than the header', '单元格少于表头'],
  'row-json': ['not a JSON object in one line', '不是一行一个 JSON 对象'],
  'row-json-member-twice': ['member twice in a JSON object', 'JSON 对象中有重复的成员'],
  'row-json-depth': ['JSON nested too deeply', 'JSON 嵌套过深'],
} as const satisfies Record<string, Texts>;

/** Codes of what was cleaned (`TableRow.cleaned`). */
export type CleanedCode = keyof typeof CLEANED;
/** Codes of what is wrong (`TableRow.issues`). */
export type NamedCode = keyof typeof NAMED;
export type CellIssueCode = CleanedCode | NamedCode;

const TEXTS: Readonly<Record<CellIssueCode, Texts>> = { ...CLEANED, ...NAMED };

interface Place {
  readonly line: number;
  /** From 0. */
  readonly column?: number;
  readonly header?: string;
}

/** `detail` is the same in both languages and holds no cell's content. */
export function cellIssue(code: CellIssueCode, { line, column, header }: Place, detail?: string): CellIssue {
  const [en, zh] = TEXTS[code];
  return {
    path: header === undefined ? [line] : [line, header],
    code,
    message: detail === undefined ? en : `${en} (${detail})`,
    messageZh: detail === undefined ? zh : `${zh}（${detail}）`,
    line,
    ...(column === undefined ? {} : { cell: cellName(line, column) }),
    ...(header === undefined ? {} : { column: header }),
  };
}

/** `cellName(12, 2)` is `C12`. */
export function cellName(line: number, column: number): string {
  let letters = '';
  for (let left = column + 1; left > 0; left = Math.floor((left - 1) / 26))
    letters = String.fromCharCode(65 + ((left - 1) % 26)) + letters;
  return letters + line;
}
