/** A workbook of plain sheets, one header over each (列表工作簿). */
import { WorkbookStream } from '../internal/workbook-stream.js';
import { SheetStream } from './sheet-stream.js';
import type { OutCell, SheetForm } from './sheet-xml.js';

interface PlainSheet {
  readonly name: string;
  /** Header, and width in characters; a column of numbers says so. */
  readonly columns: readonly (readonly [header: string, width: number, kind?: 'number'])[];
  readonly rows: AsyncIterable<readonly OutCell[]> | Iterable<readonly OutCell[]>;
}

/** Sheets are written one after another, so that the rows of a later one may come of what the earlier ones have read. */
export async function* plainBook(sheets: readonly PlainSheet[]): AsyncGenerator<Uint8Array, void> {
  const workbook = new WorkbookStream(sheets.map(({ name }) => name));
  for (const [index, { columns, rows }] of sheets.entries()) {
    const form: SheetForm = {
      headerRows: 1,
      columns: columns.map(([header, width, kind = 'text']) => ({ words: [header], width, kind })),
    };
    const sheet = new SheetStream(workbook.sheet(index), form);
    for await (const cells of rows) {
      sheet.row(cells);
      yield* workbook.take();
    }
    sheet.end();
  }
  yield* workbook.end();
}
