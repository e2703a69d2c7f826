import { type ReadTableOptions, readTable, type TableRow, type TableSource } from '@gov/table';
import { GovError } from '@gov/verdict';

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

export async function rowsOf(source: TableSource | string, options: ReadTableOptions = {}): Promise<TableRow[]> {
  const rows: TableRow[] = [];
  for await (const row of readTable(typeof source === 'string' ? utf8(source) : source, options)) rows.push(row);
  return rows;
}

/** Values of the rows, by header. */
export const valuesOf = async (source: TableSource | string, options: ReadTableOptions = {}): Promise<unknown[]> =>
  (await rowsOf(source, options)).map(({ values }) => values);

/** `B2 cell-formula`, or `2 row-short` for a row. */
export const notes = (rows: readonly TableRow[], which: 'issues' | 'cleaned'): string[] =>
  rows.flatMap((row) => row[which].map(({ cell, line, code }) => `${cell ?? line} ${code}`));

export const issuesOf = async (source: TableSource | string, options: ReadTableOptions = {}): Promise<string[]> =>
  notes(await rowsOf(source, options), 'issues');

/** The error that reading ends with; any other than a GovError fails the test. */
export async function errorOf(source: TableSource | string, options: ReadTableOptions = {}): Promise<GovError> {
  try {
    await rowsOf(source, options);
  } catch (error) {
    if (error instanceof GovError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** The same bytes in pieces of one length, each in a buffer that is used again afterwards. */
export async function* inPieces(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(length);
  for (let at = 0; at < bytes.length; at += length) {
    const part = bytes.subarray(at, at + length);
    buffer.fill(0);
    buffer.set(part);
    yield buffer.subarray(0, part.length);
  }
}

/** Milliseconds of processor time since it was called: other programs on the machine do not count. */
export function stopwatch(): () => number {
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  };
}
