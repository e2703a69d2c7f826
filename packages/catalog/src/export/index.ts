/**
 * `@gov/catalog/export`: catalogues into spreadsheets that departments go on filling (目录导出).
 *
 * @packageDocumentation
 */
import { csvLine, TABLE_LIMITS } from '@gov/table';
import { GovError } from '@gov/verdict';
import type { CatalogEntry } from '../entry.js';
import { joinBytes } from '../internal/join-bytes.js';
import type { RegionProfile } from '../profile.js';
import type { CatalogRecord, RecordKind } from '../record.js';
import { layoutOf, rowsOf } from './layout.js';
import { workbookBytes } from './xlsx.js';

export { type SheetLanguage, writeDiffXlsx } from './diff.js';
export { writeListsXlsx } from './lists.js';

type Entries = AsyncIterable<CatalogEntry> | Iterable<CatalogEntry>;

/** UTF-16 units that are given out at once. */
const PIECE = 65_536;

/**
 * A workbook with a sheet for each kind of record of the profile, in the layout that `readCatalog` reads: headers frozen, lists to
 * choose labels from, a row for each item. Entries may come in any order and are not held; of all sheets but that of the resources
 * the compressed rows are. Texts are written as texts, never as formulas.
 *
 * @example
 * import { NATIONAL_PROFILE } from '@gov/catalog';
 * import { writeCatalogXlsx } from '@gov/catalog/export';
 *
 * const chunks: Uint8Array[] = [];
 * for await (const chunk of writeCatalogXlsx([], NATIONAL_PROFILE)) chunks.push(chunk);
 *
 * @throws GovError `invalid-argument` for a record of a kind, or a name, that the profile has no sheet for; `limit-exceeded` beyond
 * 1,048,576 rows of a sheet or 32,767 characters of a cell
 */
export const writeCatalogXlsx = (entries: Entries, profile: RegionProfile): AsyncGenerator<Uint8Array, void> =>
  workbookBytes(recordsOf(entries), profile);

/** The empty workbook for departments to fill (填报模板). @throws GovError as `writeCatalogXlsx` */
export async function templateXlsx(profile: RegionProfile): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of workbookBytes([], profile)) chunks.push(chunk);
  return joinBytes(chunks);
}

/**
 * Records of one kind as CSV, in UTF-8 with a byte order mark, which Excel and WPS take for what it is; GB18030 is read, not
 * written. Texts that a spreadsheet would take for a formula get an apostrophe, which `readCatalog` takes away again.
 *
 * @throws GovError `invalid-argument` for a record of another kind; `limit-exceeded` beyond 32,767 characters of a cell
 */
export async function* writeCatalogCsv(
  entries: Entries,
  profile: RegionProfile,
  kind: RecordKind = 'resource',
): AsyncGenerator<Uint8Array, void> {
  const sheet = profile.sheets.find((one) => one.kind === kind);
  if (sheet === undefined) throw new GovError('invalid-argument', `the profile has no sheet of ${kind}`);
  const layout = layoutOf(sheet);
  yield* encoded(
    (async function* () {
      yield `\ufeff${csvLine(layout.columns.map(({ header }) => header))}`;
      for await (const record of recordsOf(entries)) {
        if (record.kind !== kind) throw new GovError('invalid-argument', `a ${record.kind} among records of ${kind}`);
        for (const row of rowsOf(record, layout)) {
          if (row.some((cell) => typeof cell === 'string' && cell.length > TABLE_LIMITS.cellLength))
            throw new GovError('limit-exceeded', `a cell of more than ${TABLE_LIMITS.cellLength} characters`);
          yield csvLine(row);
        }
      }
    })(),
  );
}

/** JSON Lines: a record in each line, nothing of it lost. */
export const writeCatalogJsonl = (entries: Entries): AsyncGenerator<Uint8Array, void> =>
  encoded(
    (async function* () {
      for await (const record of recordsOf(entries)) yield `${JSON.stringify(record)}\n`;
    })(),
  );

async function* recordsOf(entries: Entries): AsyncGenerator<CatalogRecord, void> {
  for await (const { record } of entries) yield record;
}

async function* encoded(lines: AsyncIterable<string>): AsyncGenerator<Uint8Array, void> {
  const encoder = new TextEncoder();
  let text = '';
  for await (const line of lines) {
    text += line;
    if (text.length < PIECE) continue;
    yield encoder.encode(text);
    text = '';
  }
  if (text !== '') yield encoder.encode(text);
}
