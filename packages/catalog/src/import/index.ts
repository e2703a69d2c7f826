/**
 * `@gov/catalog/import`: catalogues out of the spreadsheets that departments fill (目录导入).
 *
 * @packageDocumentation
 */
import { openTable, type TableEncoding, type TableFormat, type TableLimits, type TableSource } from '@gov/table';
import type { RegionProfile } from '../profile.js';
import type { RecordKind } from '../record.js';
import { IMPORT_LIMITS } from './limits.js';
import { CatalogReader } from './reader.js';
import { inFile, type ReadCatalogResult } from './result.js';

export { IMPORT_LIMITS } from './limits.js';
export type { Cleaning, ReadCatalogResult } from './result.js';

/** How far it is (进度). */
export interface ReadCatalogProgress {
  /** Rows that hold something, or lines. */
  readonly rows: number;
  /** Records that can be used. */
  readonly records: number;
  /** Of the source, as far as they were read; an XLSX file is read as a whole first. */
  readonly bytes: number;
}

export interface ReadCatalogOptions {
  readonly profile: RegionProfile;
  /** Name of the file, for every place to carry: without it the places of several files cannot be told apart. */
  readonly file?: string;
  /** Told from the content by default. */
  readonly format?: TableFormat;
  /** XLSX: this sheet alone. By default every sheet that the profile knows, or the only one there is. */
  readonly sheet?: string;
  /** The kind of record of a CSV file, of `sheet`, or of the only sheet; told from its headers by default. */
  readonly kind?: RecordKind;
  /** CSV: by default a byte order mark tells, else strict UTF-8 is tried, then GB18030. */
  readonly encoding?: TableEncoding;
  readonly limits?: Partial<TableLimits>;
  readonly signal?: AbortSignal;
  /** Called after every 1,000 rows, and at the end. */
  readonly onProgress?: (done: ReadCatalogProgress) => void;
}

/** Rows between two calls of `onProgress`. */
const STRIDE = 1_000;

/**
 * Reads a catalogue as departments fill it: XLSX with titles above, headers in up to three rows with merged cells, a resource over
 * several rows, a sheet for each kind of record; CSV in UTF-8 or GB18030; JSON Lines of records. What is clearly meant is cleaned
 * and told; what is not is an issue with sheet and cell, never a throw. Marked secrets are refused without a word of their content.
 *
 * @example
 * import { NATIONAL_PROFILE } from '@gov/catalog';
 * import { readCatalog } from '@gov/catalog/import';
 *
 * const file = new TextEncoder().encode('职能代码,职能名称,部门代码,职能依据\nZ1,社会保险登记,11370100MB28261234,三定规定\n');
 * for await (const { entry, issues } of readCatalog(file, { profile: NATIONAL_PROFILE })) {
 *   if (entry !== undefined) console.log(entry.record.code, entry.place?.line); // Z1 2
 *   for (const { place, messageZh } of issues) console.log(place?.cell, messageZh);
 * }
 *
 * @throws GovError as `openTable` of `@gov/table`, for a file that cannot be read; `limit-exceeded`; `table-sheet` where `sheet`
 * is not there; `invalid-argument` for a profile whose pattern is unfit
 */
export async function* readCatalog(
  source: TableSource,
  options: ReadCatalogOptions,
): AsyncGenerator<ReadCatalogResult, void> {
  const reader = new CatalogReader(options);
  let bytes = 0;
  const progress = () => options.onProgress?.({ rows: reader.rows, records: reader.records, bytes });
  async function* counted(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      yield chunk;
    }
  }
  if (source instanceof Uint8Array) bytes = source.length;
  const { file, format, encoding, signal, limits } = options;
  const table = await openTable(source instanceof Uint8Array ? source : counted(source), {
    ...(format === undefined ? {} : { format }),
    ...(encoding === undefined ? {} : { encoding }),
    ...(signal === undefined ? {} : { signal }),
    // A line of JSON Lines may be eight cells long; what a field may hold is the schema's to say.
    limits: { cellLength: IMPORT_LIMITS.jsonLine / 8, ...limits },
  });
  let told = 0;
  for await (const result of reader.read(table)) {
    yield file === undefined ? result : inFile(result, file);
    if (reader.rows - told < STRIDE) continue;
    told = reader.rows;
    progress();
  }
  progress();
}
