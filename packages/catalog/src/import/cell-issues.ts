/** What `@gov/table` says of a cell, as this package says it (单元格问题). */
import type { CellIssue, NamedCode } from '@gov/table';
import type { CatalogIssue, Place } from '../issue.js';
import type { Cleaning } from './result.js';

type Texts = readonly [en: string, zh: string];

/** The value is certain all the same; somebody has to look at it. */
const WARNINGS: readonly string[] = ['cell-hidden', 'cell-no-header', 'cell-private-use', 'row-short', 'cell-quote'];

const VALUES: Texts = ['paste the cell as a value', '请复制后以“选择性粘贴—数值”方式粘贴'];
const AS_TEXT: Texts = ['set the format of the cell to text and type it anew', '请将单元格格式设为“文本”后重新录入'];
const AS_DATE: Texts = ['write it like 2026-05-20', '请写成 2026-05-20 的形式'];
const AGAIN: Texts = ['type it anew, without copying', '请重新录入，勿从他处复制'];
const AS_NUMBER: Texts = ['write digits only', '请只填写数字'];

const SUGGESTIONS: Readonly<Partial<Record<NamedCode, Texts>>> = {
  'cell-formula': VALUES,
  'cell-error-value': VALUES,
  'cell-number-precision': AS_TEXT,
  'cell-code-number': AS_TEXT,
  'cell-code-date': AS_TEXT,
  'cell-date-unreadable': AS_DATE,
  'cell-date-ambiguous': AS_DATE,
  'cell-date-impossible': AS_DATE,
  'cell-date-time': AS_DATE,
  'cell-date-number': AS_DATE,
  'cell-number-unreadable': AS_NUMBER,
  'cell-number-date': AS_NUMBER,
  'cell-boolean': AGAIN,
  'cell-undecodable': AGAIN,
  'cell-control-character': AGAIN,
  'cell-direction-character': AGAIN,
  'cell-private-use': AGAIN,
  'cell-inner-line-break': ['write it in one line', '请写在同一行内'],
  'cell-quote': ['put the whole cell into quotes', '请用引号括起整个单元格'],
  'cell-merged': ['take the merged cells apart and fill each', '请取消合并单元格并逐格填写'],
  'cell-hidden': ['show the row or column and look at it', '请取消隐藏并核对'],
  'cell-no-header': ['give the column a header, or empty it', '请补充表头或清空该列'],
  'row-json': ['write one JSON object in each line', '请每行写一个 JSON 对象'],
};

const placeOf = ({ line, cell, column }: CellIssue, sheet: string | undefined): Place => ({
  ...(sheet === undefined ? {} : { sheet }),
  line,
  ...(cell === undefined ? {} : { cell }),
  ...(column === undefined ? {} : { column }),
});

export function ofCell(issue: CellIssue, sheet: string | undefined): CatalogIssue {
  const { code, message, messageZh } = issue;
  const suggestion = SUGGESTIONS[code as NamedCode];
  return {
    path: [],
    code,
    message,
    messageZh,
    severity: WARNINGS.includes(code) ? 'warning' : 'error',
    place: placeOf(issue, sheet),
    ...(suggestion === undefined ? {} : { suggestion: { text: suggestion[0], textZh: suggestion[1] } }),
  };
}

export const cleaningOf = (issue: CellIssue, sheet: string | undefined): Cleaning => {
  const { code, message, messageZh } = issue;
  return { path: [], code, message, messageZh, place: placeOf(issue, sheet) };
};
