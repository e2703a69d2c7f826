/** A table of licences (证照数据表): rows as they are read, and where their cells are. */

import { type ReadTableOptions, readTable, type TableRow } from '@gov/table';
import type { LicenseType } from '../license-type.js';
import { licenseColumns } from './columns.js';

export interface LicenseTable {
  readonly rows: AsyncIterable<TableRow>;
  /** The cell of a header in a line, `C12`; undefined where the file has no cells. */
  cell?(line: number, header: string): string | undefined;
}

/**
 * Reads CSV, XLSX or JSON Lines as a table of licences of this type: dates, codes and numbers are cleaned by what the type
 * says of its fields. It can be read once.
 *
 * @throws GovError what `readTable` throws, while it is read
 * @example
 * import { createReadStream } from 'node:fs';
 * import { FOOD_BUSINESS } from '@gov/e-license';
 * import { licenseTable } from '@gov/e-license/batch';
 * const table = licenseTable(createReadStream('licences.csv'), { type: FOOD_BUSINESS });
 */
export function licenseTable(
  source: Uint8Array | AsyncIterable<Uint8Array>,
  { type, ...options }: { readonly type: LicenseType } & Omit<ReadTableOptions, 'kinds' | 'onStart'>,
): LicenseTable {
  const columns = new Map<string, number>();
  const rows = readTable(source, {
    ...options,
    kinds: licenseColumns(type).kinds,
    onStart: ({ headers }) => {
      for (const [column, header] of headers.entries()) columns.set(header, column);
    },
  });
  return {
    rows,
    cell(line, header) {
      const column = columns.get(header);
      return column === undefined ? undefined : cellName(line, column);
    },
  };
}

function cellName(line: number, column: number): string {
  let letters = '';
  for (let left = column + 1; left > 0; left = Math.floor((left - 1) / 26)) {
    letters = String.fromCharCode(65 + ((left - 1) % 26)) + letters;
  }
  return letters + line;
}
