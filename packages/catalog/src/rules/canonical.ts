/** The one order of a catalogue's records (规范次序), whatever the order in which they came: what is found does not depend on it. */
import { sortInStrides } from '../internal/sort-in-strides.js';
import { RECORD_KINDS } from '../order.js';
import { STRIDE } from './found.js';
import { ABSENT, type HeldCatalog } from './held.js';

export interface Canonical {
  /** Records, by kind and code; those of one key by department, name, and place. */
  readonly order: Uint32Array;
  /** The place of each record in `order`. */
  readonly rank: Uint32Array;
  /** The first record of each key, `ABSENT` for what is only referred to. */
  readonly firstOf: Uint32Array;
}

/** Undefined after each stride. */
export function* canonical(held: HeldCatalog): Generator<undefined, Canonical> {
  const { records, keys, names, departments, size } = held;
  const texts: string[] = [];
  for (let record = 0; record < size; record++) {
    if (record % STRIDE === 0) yield;
    texts.push(keys.text(records.key.get(record)));
  }
  const text = (record: number): string => {
    const name = records.name.get(record);
    const { file = '', sheet = '', line = 0 } = records.row.get(record) ?? {};
    const department = departments.text(records.department.get(record));
    const called = name === ABSENT ? '' : names.text(name);
    return [department, called, file, sheet, String(line).padStart(10, '0')].join('\0');
  };
  const order = yield* sortInStrides(Uint32Array.from(texts.keys()), STRIDE, (a, b) => {
    const kind = records.kind.get(a) - records.kind.get(b);
    return kind !== 0 ? kind : compare(texts[a]!, texts[b]!) || compare(text(a), text(b));
  });
  const rank = new Uint32Array(size);
  for (const [at, record] of order.entries()) rank[record] = at;
  const firstOf = new Uint32Array(keys.size).fill(ABSENT);
  for (let at = size - 1; at >= 0; at--) {
    const record = order[at]!;
    firstOf[records.key.get(record)] = record;
  }
  return { order, rank, firstOf };
}

const compare = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);

/** The records of one kind, in order. */
export function* ofKind(
  held: HeldCatalog,
  { order }: Canonical,
  ...kinds: readonly (typeof RECORD_KINDS)[number][]
): Generator<number, void> {
  const wanted = new Set(kinds.map((kind) => RECORD_KINDS.indexOf(kind)));
  for (const record of order) if (wanted.has(held.records.kind.get(record))) yield record;
}
