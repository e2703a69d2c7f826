/** One datum, one source (一数一源): items of two departments that are one datum, for certain or perhaps. */
import { Groups } from '../internal/groups.js';
import { NameFolder, plainName } from '../internal/name-form.js';
import type { RegionProfile } from '../profile.js';
import type { Canonical } from './canonical.js';
import { type Findings, type FoundLater, STRIDE } from './found.js';
import { ABSENT, type HeldCatalog } from './held.js';
import { nearNames } from './near-names.js';

/**
 * Items that are not copies, by element and by name: every one of another department than the first of the same is a second source.
 * Elements count before names: two items with two elements are two data, whatever they are called.
 */
export function* sourceFindings(
  held: HeldCatalog,
  canonical: Canonical,
  { synonyms = [], commonItems = [] }: RegionProfile,
): Findings {
  const sources = sourcesInOrder(held, canonical);
  yield* elementFindings(held, sources);
  const common = new Set(commonItems.map((name) => held.names.find(plainName(name))));
  const named = sources.filter((item) => !common.has(held.items.name.get(item)));
  const nameOf = (item: number): number => held.items.name.get(item);
  const groups = new Groups(named, held.names.size, nameOf);
  yield* nameFindings(held, groups);
  for (const pair of nearNames(held.names, named, nameOf, new NameFolder(synonyms)))
    if (pair === undefined) yield;
    else yield* similarFindings(held, canonical, groups.of(pair[0]), groups.of(pair[1]));
}

/** Items of resources that are the first of their code: those of the others are found once that is mended. */
function sourcesInOrder(held: HeldCatalog, { order, firstOf }: Canonical): Uint32Array {
  const sources = new Uint32Array(held.items.name.length);
  let found = 0;
  for (const record of order) {
    if (firstOf[held.records.key.get(record)] !== record) continue;
    const [from, to] = held.itemsOf(record);
    for (let item = from; item < to; item++) if (held.items.copy.get(item) === ABSENT) sources[found++] = item;
  }
  return sources.subarray(0, found);
}

const departmentOf = (held: HeldCatalog, item: number): number =>
  held.records.department.get(held.items.record.get(item));

const hasElement = (held: HeldCatalog, item: number): boolean => held.items.element.get(item) !== ABSENT;

function secondSource(held: HeldCatalog, code: FoundLater['code'], item: number, first: number): FoundLater {
  const { items } = held;
  return {
    code,
    record: items.record.get(item),
    path: held.itemPath(item, 'name'),
    place: items.place.get(item),
    related: [{ record: items.record.get(first), place: items.place.get(first) }],
  };
}

function* elementFindings(held: HeldCatalog, sources: Uint32Array): Findings {
  const marked = sources.filter((item) => hasElement(held, item));
  let seen = 0;
  for (const group of new Groups(marked, held.words.size, (item) => held.items.element.get(item))) {
    const [first] = group;
    for (const item of group) {
      if (seen++ % STRIDE === 0) yield;
      if (departmentOf(held, item) !== departmentOf(held, first!))
        yield secondSource(held, 'element-two-sources', item, first!);
    }
  }
}

function* nameFindings(held: HeldCatalog, groups: Groups): Findings {
  let seen = 0;
  for (const group of groups) {
    const [first] = group;
    let firstBare: number | undefined;
    for (const item of group) {
      if (seen++ % STRIDE === 0) yield;
      // Two elements tell two data apart, and one element has been reported.
      const other = hasElement(held, item) ? firstBare : first!;
      if (other !== undefined && departmentOf(held, item) !== departmentOf(held, other))
        yield secondSource(held, 'item-two-sources', item, other);
      if (!hasElement(held, item)) firstBare ??= item;
    }
  }
}

/** Of two names once, however many items they have. */
function* similarFindings(
  held: HeldCatalog,
  { rank }: Canonical,
  one: Uint32Array,
  other: Uint32Array,
): Generator<FoundLater, void> {
  const isPair = (a: number, b: number): boolean =>
    departmentOf(held, a) !== departmentOf(held, b) && !(hasElement(held, a) && hasElement(held, b));
  const right = other.find((item) => isPair(one[0]!, item));
  const left = right === undefined ? one.find((item) => isPair(item, other[0]!)) : one[0]!;
  if (left === undefined) return;
  const pair = [left, right ?? other[0]!] as const;
  const [a, b] = pair.map((item) => rank[held.items.record.get(item)]!);
  yield a! < b! ? secondSource(held, 'item-similar', pair[1], pair[0]) : secondSource(held, 'item-similar', ...pair);
}
