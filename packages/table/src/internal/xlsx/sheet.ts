/** The rows of a sheet (工作表), one after the other as the XML goes by. */

import { cellName } from '../../issue.js';
import type { TableLimits } from '../../limits.js';
import { beyond, beyondCell } from '../limit.js';
import type { NumberStyle, RawCell, RawRow } from '../raw.js';
import type { MergeSweep } from './merges.js';
import type { PackedStrings } from './packed-strings.js';
import { cellReference, type Range, rangeReference } from './reference.js';
import { unescapeText } from './strings.js';
import { type Attributes, isTrue, XmlReader } from './xml.js';
import { malformed } from './zip.js';

interface SheetContext {
  readonly part: string;
  readonly limits: TableLimits;
  readonly strings: PackedStrings;
  readonly styles: readonly NumberStyle[];
  readonly merges: MergeSweep;
}

/** Up to XFD. */
const SHEET_COLUMNS = 16_384;
const ROW = '/worksheet/sheetData/row';
const CELL = `${ROW}/c`;
const NUMBER = /^-?\d+(?:\.\d*)?(?:E[+-]?\d+)?$/i;

export class SheetReader {
  readonly #context: SheetContext;
  /** By column: 1 where it is hidden. */
  readonly #hidden = new Uint8Array(SHEET_COLUMNS);
  #columnElements = 0;
  /** Ranges of array formulas: their further cells bear no sign of being calculated. */
  #arrays: Range[] = [];
  #rows: RawRow[] = [];
  #line = 0;
  #lineHidden = false;
  #cells: (RawCell | undefined)[] = [];
  #column = -1;
  #type = '';
  #style = 0;
  #text: string | undefined;
  #formula = false;

  constructor(context: SheetContext) {
    this.#context = context;
  }

  readonly isHidden = (column: number): boolean => this.#hidden[column] === 1;

  /** @throws GovError `table-malformed`, `limit-exceeded` */
  *rows(bytes: Iterable<Uint8Array>): Generator<RawRow[], void> {
    const { part, limits } = this.#context;
    const reader = new XmlReader(part, limits, {
      open: (path, attributes) => this.#open(path, attributes),
      close: (path, text) => this.#close(path, text),
    });
    for (const chunk of bytes) {
      reader.write(chunk);
      const rows = this.#rows;
      this.#rows = [];
      yield rows;
    }
    reader.end();
    yield this.#rows;
  }

  #open(path: string, attributes: Attributes): void {
    if (path === CELL) this.#openCell(attributes);
    else if (path === ROW) this.#openRow(attributes);
    else if (path === `${CELL}/f`) this.#openFormula(attributes);
    else if (path === '/worksheet/cols/col') this.#openColumns(attributes);
  }

  #close(path: string, text: string): void {
    if (path === `${CELL}/v`) this.#text = text;
    else if (path === CELL) this.#closeCell();
    else if (path === ROW) this.#closeRow();
    else if (path === `${CELL}/is/t` || path === `${CELL}/is/r/t`) this.#text = (this.#text ?? '') + unescapeText(text);
  }

  #openColumns({ min, max, hidden, width }: Attributes): void {
    const { columns } = this.#context.limits;
    this.#columnElements += 1;
    if (this.#columnElements > columns) throw beyond('columns', columns, this.#context.part);
    // A width of nothing hides as well as the word.
    if (isTrue(hidden) || (width !== undefined && Number(width) === 0))
      this.#hidden.fill(1, Number(min) - 1, Number(max));
  }

  #openRow({ r, hidden, ht }: Attributes): void {
    const line = r === undefined ? this.#line + 1 : Number(r);
    if (!Number.isInteger(line) || line <= this.#line) throw malformed(`order of rows in ${this.#context.part}`);
    if (line > this.#context.limits.rows) throw beyond('rows', this.#context.limits.rows);
    this.#line = line;
    this.#lineHidden = isTrue(hidden) || (ht !== undefined && Number(ht) === 0);
    this.#column = -1;
    this.#cells = [];
  }

  #openCell({ r, t = 'n', s }: Attributes): void {
    const place = r === undefined ? { line: this.#line, column: this.#column + 1 } : cellReference(r);
    if (place === undefined || place.line !== this.#line || place.column <= this.#column)
      throw malformed(`order of cells in row ${this.#line}`);
    this.#column = place.column;
    this.#type = t;
    this.#style = s === undefined ? 0 : Number(s);
    this.#text = undefined;
    this.#formula = false;
  }

  #openFormula({ t, ref }: Attributes): void {
    this.#formula = true;
    if (t !== 'array' && t !== 'dataTable') return;
    const range = rangeReference(ref ?? '');
    if (range === undefined || (range.firstLine === range.lastLine && range.firstColumn === range.lastColumn)) return;
    const { arrayFormulas } = this.#context.limits;
    this.#arrays = this.#arrays.filter(({ lastLine }) => lastLine >= this.#line);
    if (this.#arrays.length >= arrayFormulas)
      throw beyond('array formulas that meet a row', arrayFormulas, `row ${this.#line}`);
    this.#arrays.push(range);
  }

  #closeCell(): void {
    const value = this.#value();
    if (value === undefined || value === '') return;
    const { columns } = this.#context.limits;
    if (this.#column >= columns) throw beyond('columns', columns, `row ${this.#line}`);
    this.#cells[this.#column] = value;
  }

  #closeRow(): void {
    const merges = this.#context.merges.at(this.#line, this.#cells);
    this.#rows.push({
      line: this.#line,
      cells: this.#cells,
      ...(this.#lineHidden ? { hidden: true } : {}),
      merges,
    });
  }

  #value(): RawCell | undefined {
    if (this.#formula || this.#calculated()) return { type: 'formula' };
    const text = this.#text;
    if (text === undefined || (text === '' && this.#type !== 's')) return undefined;
    switch (this.#type) {
      case 's':
        return this.#shared(text);
      case 'inlineStr':
        return this.#short(text);
      case 'str':
        return this.#short(unescapeText(text));
      case 'b':
        return { type: 'boolean', text: isTrue(text) ? 'TRUE' : 'FALSE' };
      case 'e':
        return { type: 'error', text: this.#short(text) };
      case 'd':
        return { type: 'date', text: this.#short(text) };
      case 'n': {
        if (text.length > 64 || !NUMBER.test(text)) throw this.#malformedCell('number');
        return { type: 'number', text, style: this.#context.styles[this.#style] ?? 'plain' };
      }
      default:
        throw this.#malformedCell('type');
    }
  }

  #calculated(): boolean {
    return this.#arrays.some(
      ({ firstLine, lastLine, firstColumn, lastColumn }) =>
        firstLine <= this.#line && this.#line <= lastLine && firstColumn <= this.#column && this.#column <= lastColumn,
    );
  }

  #shared(text: string): string {
    const { strings } = this.#context;
    const string = /^\d{1,8}$/.test(text) ? strings.get(Number(text)) : undefined;
    if (string === undefined) throw this.#malformedCell('shared string');
    return string;
  }

  #short(text: string): string {
    const { cellLength } = this.#context.limits;
    if (text.length > cellLength) throw beyondCell(cellLength, this.#line, this.#column);
    return text;
  }

  #malformedCell = (what: string) => malformed(`${what} of cell ${cellName(this.#line, this.#column)}`);
}
