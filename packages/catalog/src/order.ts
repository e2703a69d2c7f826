/** The order of records (目录记录的顺序): editions keep it, so that two of them are compared in one pass. */
import { GovError } from '@gov/verdict';
import type { CatalogRecord, RecordKind } from './record.js';

/** What names a record within its catalogue. */
export type RecordKey = Pick<CatalogRecord, 'kind' | 'code'>;

/** Departments first, then what they do, then what they have. */
export const RECORD_KINDS: readonly RecordKind[] = [
  'department',
  'duty',
  'business',
  'system',
  'service-item',
  'supervision-item',
  'resource',
  'purchased-data',
  'capability',
  'demand',
];

const RANKS = Object.fromEntries(RECORD_KINDS.map((kind, rank) => [kind, rank])) as Readonly<
  Record<RecordKind, number>
>;

/** By kind as `RECORD_KINDS` has them, then by the UTF-16 code units of the code: negative, 0 or positive. */
export function compareKeys(a: RecordKey, b: RecordKey): number {
  if (a.kind !== b.kind) return RANKS[a.kind] - RANKS[b.kind];
  return a.code === b.code ? 0 : a.code < b.code ? -1 : 1;
}

/**
 * The records as they come, which must be in order.
 *
 * @throws GovError `catalog-order` for one that belongs before the one before it, or that is there twice
 */
export async function* inOrder<Kept extends RecordKey>(
  records: AsyncIterable<Kept> | Iterable<Kept>,
): AsyncGenerator<Kept, void> {
  let last: RecordKey | undefined;
  for await (const record of records) {
    if (last !== undefined && compareKeys(last, record) >= 0)
      throw new GovError('catalog-order', `${record.kind} ${record.code}: out of order, or twice`);
    last = { kind: record.kind, code: record.code };
    yield record;
  }
}
