/** A workbook written as a stream (导出 XLSX). */
import { GovError } from '@gov/verdict';
import type { ZipDeflate } from 'fflate';
import { WorkbookStream } from '../internal/workbook-stream.js';
import type { RegionProfile } from '../profile.js';
import type { CatalogRecord, RecordKind } from '../record.js';
import { type Layout, layoutOf, rowsOf } from './layout.js';
import { rowXml, sheetHead, sheetTail } from './sheet-xml.js';

/** UTF-16 units of XML that are compressed at once. */
const PIECE = 65_536;

/** One sheet on its way into the package. */
class SheetStream {
  readonly #file: ZipDeflate;
  readonly layout: Layout;
  #line: number;
  #xml: string;

  constructor(file: ZipDeflate, layout: Layout) {
    this.#file = file;
    this.layout = layout;
    this.#line = layout.headerRows;
    this.#xml = sheetHead(layout);
  }

  /** @throws GovError `limit-exceeded` */
  write(record: CatalogRecord): void {
    for (const cells of rowsOf(record, this.layout)) {
      this.#line++;
      this.#xml += rowXml(this.#line, cells);
      if (this.#xml.length >= PIECE) this.#flush(false);
    }
  }

  end(): void {
    this.#xml += sheetTail(this.layout, this.#line);
    this.#flush(true);
  }

  #flush(isLast: boolean): void {
    this.#file.push(new TextEncoder().encode(this.#xml), isLast);
    this.#xml = '';
  }
}

/** @throws GovError `invalid-argument` for a record of a kind without a sheet, `limit-exceeded` */
export async function* workbookBytes(
  records: AsyncIterable<CatalogRecord> | Iterable<CatalogRecord>,
  profile: RegionProfile,
): AsyncGenerator<Uint8Array, void> {
  const layouts = profile.sheets.map(layoutOf);
  const workbook = new WorkbookStream(layouts.map(({ name }) => name));
  // The largest sheet comes first: what others have written meanwhile waits, compressed.
  const order = layouts.map((_, index) => index).sort((a, b) => rank(layouts[a]!) - rank(layouts[b]!));
  const sheets = new Map<RecordKind, SheetStream>();
  for (const index of order) {
    const layout = layouts[index]!;
    sheets.set(layout.kind, new SheetStream(workbook.sheet(index), layout));
  }
  for await (const record of records) {
    const sheet = sheets.get(record.kind);
    if (sheet === undefined) throw new GovError('invalid-argument', `the profile has no sheet of ${record.kind}`);
    sheet.write(record);
    yield* workbook.take();
  }
  for (const sheet of sheets.values()) sheet.end();
  yield* workbook.end();
}

const rank = ({ kind }: Layout): number => (kind === 'resource' ? 0 : 1);
