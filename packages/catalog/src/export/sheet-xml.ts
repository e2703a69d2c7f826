/** XML of a sheet that is written row by row (SpreadsheetML, ECMA-376-1 18.3). */
import { cellName, TABLE_LIMITS } from '@gov/table';
import { GovError } from '@gov/verdict';
import { xmlText } from '../internal/xml-text.js';

/** What the head and the tail of a sheet say of its columns. */
export interface SheetForm {
  readonly columns: readonly SheetColumn[];
  readonly headerRows: number;
}

interface SheetColumn {
  /** Numbers stay numbers; everything else is text. */
  readonly kind?: string;
  /** Words of the header from the top down. */
  readonly words: readonly string[];
  /** Labels to choose from. */
  readonly labels?: readonly string[];
  /** In characters. */
  readonly width: number;
}

export type OutCell = string | number | undefined;

/** Of `styles.xml`: numbers as they are, texts that stay texts whatever is typed, headers. */
const TEXT_STYLE = 1;
const HEADER_STYLE = 2;

/**
 * Rows below the last record that have lists to choose from. Not all of the sheet: there are programs that keep such a list for
 * each cell of its range.
 */
const FREE_ROWS = 2_000;

const letters = (column: number): string => cellName(1, column).slice(0, -1);

const textCell = (line: number, column: number, text: string, style: number): string =>
  `<c r="${cellName(line, column)}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${xmlText(text)}</t></is></c>`;

/** Everything before the first record, its header frozen. */
export function sheetHead({ columns, headerRows }: SheetForm): string {
  const below = `A${headerRows + 1}`;
  const cols = columns.map(
    ({ width, kind }, index) =>
      `<col min="${index + 1}" max="${index + 1}" width="${width}" style="${kind === 'number' ? 0 : TEXT_STYLE}" customWidth="1"/>`,
  );
  let head =
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' +
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">' +
    `<sheetViews><sheetView workbookViewId="0"><pane ySplit="${headerRows}" topLeftCell="${below}" activePane="bottomLeft" state="frozen"/>` +
    `<selection pane="bottomLeft" activeCell="${below}" sqref="${below}"/></sheetView></sheetViews>` +
    `<sheetFormatPr defaultRowHeight="15"/><cols>${cols.join('')}</cols><sheetData>`;
  for (let line = 1; line <= headerRows; line++) {
    const cells = columns.map(({ words }, column) => {
      const word = words[line - 1];
      const isRepeated =
        line === 1 && words.length > 1 && columns[column - 1]?.words[0] === word && isGroup(columns[column - 1]!);
      return textCell(line, column, word === undefined || isRepeated ? '' : word, HEADER_STYLE);
    });
    head += `<row r="${line}">${cells.join('')}</row>`;
  }
  return head;
}

const isGroup = ({ words }: { readonly words: readonly string[] }): boolean => words.length > 1;

/** @throws GovError `limit-exceeded` for a row or a text that no sheet holds */
export function rowXml(line: number, cells: readonly OutCell[]): string {
  if (line > TABLE_LIMITS.rows) throw new GovError('limit-exceeded', `a sheet has at most ${TABLE_LIMITS.rows} rows`);
  let xml = `<row r="${line}">`;
  cells.forEach((cell, column) => {
    if (typeof cell === 'number') xml += `<c r="${cellName(line, column)}"><v>${cell}</v></c>`;
    else if (cell !== undefined && cell !== '') {
      if (cell.length > TABLE_LIMITS.cellLength)
        throw new GovError(
          'limit-exceeded',
          `cell ${cellName(line, column)}: more than ${TABLE_LIMITS.cellLength} characters`,
        );
      xml += textCell(line, column, cell, TEXT_STYLE);
    }
  });
  return `${xml}</row>`;
}

/** Everything behind the last record: merged headers, lists to choose from. */
export function sheetTail(form: SheetForm, lastLine: number): string {
  const merged = mergedHeaders(form);
  const end = Math.min(lastLine + FREE_ROWS, TABLE_LIMITS.rows);
  const { columns, headerRows } = form;
  const lists = columns.flatMap(({ labels }, index) => {
    if (labels === undefined) return [];
    const cells = `${letters(index)}${headerRows + 1}:${letters(index)}${end}`;
    return [
      `<dataValidation type="list" allowBlank="1" showErrorMessage="1" errorTitle="值域" error="请从下拉列表中选择" sqref="${cells}">` +
        `<formula1>"${xmlText(labels.join(','))}"</formula1></dataValidation>`,
    ];
  });
  return (
    '</sheetData>' +
    (merged.length === 0
      ? ''
      : `<mergeCells count="${merged.length}">${merged.map((range) => `<mergeCell ref="${range}"/>`).join('')}</mergeCells>`) +
    (lists.length === 0 ? '' : `<dataValidations count="${lists.length}">${lists.join('')}</dataValidations>`) +
    '</worksheet>'
  );
}

/** Groups over their words, single headers over all rows. */
function mergedHeaders({ columns, headerRows }: SheetForm): string[] {
  if (headerRows === 1) return [];
  const ranges: string[] = [];
  for (let column = 0; column < columns.length; ) {
    const { words } = columns[column]!;
    let end = column + 1;
    if (words.length === 1) ranges.push(`${cellName(1, column)}:${cellName(headerRows, column)}`);
    else while (columns[end]?.words[0] === words[0] && isGroup(columns[end]!)) end++;
    if (end - column > 1) ranges.push(`${cellName(1, column)}:${cellName(1, end - 1)}`);
    column = end;
  }
  return ranges;
}
