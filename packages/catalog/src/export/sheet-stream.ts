/** A sheet written row by row into the package of its workbook (工作表的流式写出). */
import type { ZipDeflate } from 'fflate';
import { type OutCell, rowXml, type SheetForm, sheetHead, sheetTail } from './sheet-xml.js';

/** UTF-16 units of XML that are compressed at once. */
const PIECE = 65_536;

export class SheetStream {
  readonly #file: ZipDeflate;
  readonly #form: SheetForm;
  #line: number;
  #xml: string;

  constructor(file: ZipDeflate, form: SheetForm) {
    this.#file = file;
    this.#form = form;
    this.#line = form.headerRows;
    this.#xml = sheetHead(form);
  }

  /** @throws GovError `limit-exceeded` */
  row(cells: readonly OutCell[]): void {
    this.#line++;
    this.#xml += rowXml(this.#line, cells);
    if (this.#xml.length >= PIECE) this.#flush(false);
  }

  end(): void {
    this.#xml += sheetTail(this.#form, this.#line);
    this.#flush(true);
  }

  #flush(isLast: boolean): void {
    this.#file.push(new TextEncoder().encode(this.#xml), isLast);
    this.#xml = '';
  }
}
