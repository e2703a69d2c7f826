/** The list of all issues (校验问题): one sheet more, its cells linked. */
import { xmlText } from '../internal/xml-text.js';
import type { CatalogIssue } from '../issue.js';
import { MARKUP_LIMITS } from './limits.js';

const HEADERS = ['序号', '级别', '工作表', '单元格', '列', '规则', '问题', '建议', 'Problem', 'Suggestion'];
const WIDTHS = [8, 8, 20, 10, 24, 26, 50, 50, 50, 50];
/** Rows above the first issue: what is said of all of them, and the headers. */
const ABOVE = 2;
const LINK_COLUMN = 'D';

export const SEVERITIES = { error: '错误', warning: '提醒' } as const;

/** Where an issue lies: the name of the sheet as the workbook has it. */
interface Listed {
  readonly issue: CatalogIssue;
  readonly sheet: string | undefined;
}

export class IssueList {
  #rows = '';
  #links = '';
  #count = 0;
  #errors = 0;
  #listed = 0;

  add({ issue, sheet }: Listed): void {
    const { severity, code, message, messageZh, place, suggestion } = issue;
    this.#count++;
    if (severity === 'error') this.#errors++;
    if (this.#listed >= MARKUP_LIMITS.listed) return;
    this.#listed++;
    const line = this.#listed + ABOVE;
    const cell = place?.cell ?? (place === undefined ? '' : `第${place.line}行`);
    const texts = [
      SEVERITIES[severity],
      place?.sheet ?? '',
      cell,
      place?.column ?? '',
      code,
      messageZh,
      suggestion?.textZh ?? '',
      message,
      suggestion?.text ?? '',
    ];
    const number = `<c r="A${line}"><v>${this.#listed}</v></c>`;
    this.#rows += `<row r="${line}">${number}${texts.map((text, index) => textCell(line, index + 1, text)).join('')}</row>`;
    if (sheet === undefined || place === undefined) return;
    const target = `'${sheet.replaceAll("'", "''")}'!${place.cell ?? `A${place.line}`}`;
    this.#links += `<hyperlink ref="${LINK_COLUMN}${line}" location="${xmlText(target)}" display="${xmlText(cell)}"/>`;
  }

  /** @param uncommented issues that have a cell and, for their number, no comment */
  xml(uncommented: number): string {
    const said = [
      `共 ${this.#count} 个问题：错误 ${this.#errors}，提醒 ${this.#count - this.#errors}`,
      ...(this.#count > this.#listed
        ? [`本表列出前 ${this.#listed} 个，其余 ${this.#count - this.#listed} 个未列出`]
        : []),
      ...(uncommented > 0
        ? [`有 ${uncommented} 个问题未写入批注（数量超限，或该单元格已有会话批注），仅列于本表`]
        : []),
    ].join('；');
    return (
      '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' +
      '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews><sheetView workbookViewId="0">' +
      `<pane ySplit="${ABOVE}" topLeftCell="A${ABOVE + 1}" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>` +
      `<sheetFormatPr defaultRowHeight="15"/><cols>${WIDTHS.map((width, index) => `<col min="${index + 1}" max="${index + 1}" width="${width}" customWidth="1"/>`).join('')}</cols>` +
      `<sheetData><row r="1">${textCell(1, 0, said)}</row>` +
      `<row r="2">${HEADERS.map((header, column) => textCell(2, column, header)).join('')}</row>${this.#rows}</sheetData>` +
      `${this.#links === '' ? '' : `<hyperlinks>${this.#links}</hyperlinks>`}</worksheet>`
    );
  }
}

const textCell = (line: number, column: number, text: string): string =>
  text === ''
    ? ''
    : `<c r="${String.fromCharCode(65 + column)}${line}" t="inlineStr"><is><t xml:space="preserve">${xmlText(text)}</t></is></c>`;
