/** Data bought twice (重复采购社会数据; 统采共用). */
import { NameFolder } from '../internal/name-form.js';
import type { RegionProfile } from '../profile.js';
import { type Canonical, ofKind } from './canonical.js';
import { type Findings, type FoundLater, STRIDE } from './found.js';
import type { HeldCatalog } from './held.js';

/** Periods of one name that each purchase is compared with, the nearest before it. */
const NEIGHBOURS = 50;

/**
 * By name, synonyms aside: of the same supplier for the same time it is the same data; of another supplier perhaps. One department
 * alone may buy as it likes.
 */
export function* purchaseFindings(held: HeldCatalog, canonical: Canonical, { synonyms = [] }: RegionProfile): Findings {
  const folder = new NameFolder(synonyms);
  const named = new Map<string, number[]>();
  let seen = 0;
  for (const record of ofKind(held, canonical, 'purchased-data')) {
    if (seen++ % STRIDE === 0) yield;
    const name = folder.fold(held.names.text(held.records.name.get(record)));
    const before = named.get(name);
    if (before === undefined) named.set(name, [record]);
    else {
      yield* against(held, record, before.slice(-NEIGHBOURS));
      before.push(record);
    }
  }
}

function* against(held: HeldCatalog, record: number, before: readonly number[]): Generator<FoundLater, void> {
  const { records } = held;
  const isTwice = (other: number): boolean =>
    records.department.get(other) !== records.department.get(record) &&
    records.from.get(other) <= records.to.get(record) &&
    records.from.get(record) <= records.to.get(other);
  const others = before.filter(isTwice);
  const same = others.find((other) => records.words.get(other) === records.words.get(record));
  const first = same ?? others[0];
  if (first === undefined) return;
  yield {
    code: same === undefined ? 'purchase-similar' : 'purchase-twice',
    record,
    path: ['name'],
    place: records.named.get(record),
    related: [{ record: first, place: records.named.get(first) }],
  };
}
