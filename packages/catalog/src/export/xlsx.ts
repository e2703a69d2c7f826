/** A workbook written as a stream (导出 XLSX). */
import { GovError } from '@gov/verdict';
import { WorkbookStream } from '../internal/workbook-stream.js';
import type { RegionProfile } from '../profile.js';
import type { CatalogRecord, RecordKind } from '../record.js';
import { type Layout, layoutOf, rowsOf } from './layout.js';
import { SheetStream } from './sheet-stream.js';

/** @throws GovError `invalid-argument` for a record of a kind without a sheet, `limit-exceeded` */
export async function* workbookBytes(
  records: AsyncIterable<CatalogRecord> | Iterable<CatalogRecord>,
  profile: RegionProfile,
): AsyncGenerator<Uint8Array, void> {
  const layouts = profile.sheets.map(layoutOf);
  const workbook = new WorkbookStream(layouts.map(({ name }) => name));
  // The largest sheet comes first: what others have written meanwhile waits, compressed.
  const order = layouts.map((_, index) => index).sort((a, b) => rank(layouts[a]!) - rank(layouts[b]!));
  const sheets = new Map<RecordKind, { readonly layout: Layout; readonly stream: SheetStream }>();
  for (const index of order) {
    const layout = layouts[index]!;
    sheets.set(layout.kind, { layout, stream: new SheetStream(workbook.sheet(index), layout) });
  }
  for await (const record of records) {
    const sheet = sheets.get(record.kind);
    if (sheet === undefined) throw new GovError('invalid-argument', `the profile has no sheet of ${record.kind}`);
    for (const cells of rowsOf(record, sheet.layout)) sheet.stream.row(cells);
    yield* workbook.take();
  }
  for (const { stream } of sheets.values()) stream.end();
  yield* workbook.end();
}

const rank = ({ kind }: Layout): number => (kind === 'resource' ? 0 : 1);
