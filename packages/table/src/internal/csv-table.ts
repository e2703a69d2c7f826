import type { TableLimits } from '../limits.js';
import type { ReadTableOptions, TableEncoding } from '../row.js';
import { CsvRows, detectSeparator } from './csv.js';
import { decodeText } from './decode.js';
import type { RawRow, RawTable } from './raw.js';

/** UTF-16 units that are looked at to tell the separator. */
const SAMPLE = 65_536;

/** The line that Excel writes to tell itself the separator; it is no row. */
const SEPARATOR_LINE = /^"?sep=([,;\t])"?(?:\r\n|\r|\n|$)/i;

/** @throws GovError as `decodeText` */
export async function csvTable(
  chunks: AsyncIterable<Uint8Array>,
  options: ReadTableOptions,
  limits: TableLimits,
): Promise<RawTable> {
  let encoding: TableEncoding | undefined;
  const texts = decodeText(chunks, options.encoding, (found) => {
    encoding = found;
  });
  let sample = '';
  while (sample.length < SAMPLE) {
    const next = await texts.next();
    if (next.done === true) break;
    sample += next.value;
  }
  const stated = SEPARATOR_LINE.exec(sample);
  const body = stated === null ? sample : sample.slice(stated[0].length);
  const separator =
    options.separator ?? (stated?.[1] as ',' | undefined) ?? detectSeparator(body.slice(0, SAMPLE), limits);
  return {
    format: 'csv',
    rows: csvRows(body, texts, new CsvRows(separator, limits)),
    dateSystem: 1900,
    start: { separator, ...(encoding === undefined ? {} : { encoding }) },
  };
}

async function* csvRows(first: string, rest: AsyncGenerator<string>, parser: CsvRows): AsyncGenerator<RawRow[]> {
  yield parser.push(first);
  for await (const text of rest) yield parser.push(text);
  yield parser.end();
}
