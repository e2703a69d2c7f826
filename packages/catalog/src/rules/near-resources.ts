/** Resources that are perhaps listed twice (疑似重复编目): by name, and by their items. */

import { NumberColumn } from '../internal/columns.js';
import { Groups } from '../internal/groups.js';
import { NameFolder } from '../internal/name-form.js';
import { mixed } from '../internal/text-table.js';
import type { RegionProfile } from '../profile.js';
import { type Canonical, ofKind } from './canonical.js';
import type { FoundLater } from './found.js';
import { ABSENT, type HeldCatalog } from './held.js';
import { nearNames } from './near-names.js';

/** Fewer different items say nothing. */
const FEWEST_ITEMS = 4;
/** What both have, of all that either has (Jaccard). */
const ALIKE = 0.8;
/** Of resources with 8 in 10 items in common, these find 997 in 1000 (MinHash, bands of rows). */
const BANDS = 8;
const ROWS = 3;
/** Resources of one band that each is compared with. */
const NEIGHBOURS = 8;

export function* nearResourceFindings(
  held: HeldCatalog,
  canonical: Canonical,
  { synonyms = [] }: RegionProfile,
): Generator<FoundLater, void> {
  const { records } = held;
  const resources = Uint32Array.from(
    [...ofKind(held, canonical, 'resource')].filter((record) => canonical.firstOf[records.key.get(record)] === record),
  );
  const nameOf = (record: number): number => records.name.get(record);
  const groups = new Groups(resources, held.names.size, nameOf);
  /** By rank, the pairs that their names have given away. */
  const known = new Map<number, number>();
  const similar = (record: number, first: number): FoundLater => {
    known.set(record, first);
    const related = [{ record: first, place: records.named.get(first) }];
    return { code: 'resource-similar', record, path: ['name'], place: records.named.get(record), related };
  };
  for (const group of groups) for (const record of group.subarray(1)) yield similar(record, group[0]!);
  for (const [one, other] of nearNames(held.names, resources, nameOf, new NameFolder(synonyms))) {
    const pair = [groups.of(one)[0]!, groups.of(other)[0]!] as const;
    const [a, b] = pair.map((record) => canonical.rank[record]!);
    yield a! < b! ? similar(pair[1], pair[0]) : similar(...pair);
  }
  yield* sameItemFindings(held, resources, known);
}

function* sameItemFindings(
  held: HeldCatalog,
  resources: Uint32Array,
  known: ReadonlyMap<number, number>,
): Generator<FoundLater, void> {
  const { records } = held;
  const sets = new NameSets(held, resources);
  /** Of each set, the first that is like it. */
  const firstLike = new Uint32Array(sets.records.length).fill(ABSENT);
  for (let band = 0; band < BANDS; band++)
    for (const [at, other] of neighbours(sets.bandHashes(band)))
      if (other < firstLike[at]! && areAlike(sets.of(at), sets.of(other))) firstLike[at] = other;
  for (const [at, record] of sets.records.entries()) {
    const first = sets.records[firstLike[at]!];
    if (first === undefined || known.get(record) === first || known.get(first) === record) continue;
    const related = [{ record: first, place: records.named.get(first) }];
    yield { code: 'resource-same-items', record, path: ['items'], place: records.row.get(record), related };
  }
}

/** The names of the items of each resource that has enough different ones, in order. */
class NameSets {
  readonly records: Uint32Array;
  readonly #names: Uint32Array;
  readonly #starts: Uint32Array;
  /** Of names, by what they are and not by when they came. */
  readonly #hashes: Uint32Array;

  constructor(held: HeldCatalog, resources: Uint32Array) {
    const names = new NumberColumn();
    const starts: number[] = [0];
    this.records = resources.filter((record) => {
      const [from, to] = held.itemsOf(record);
      const own = Uint32Array.from({ length: to - from }, (_, at) => held.items.name.get(from + at)).sort();
      const different = own.filter((name, at) => at === 0 || name !== own[at - 1]);
      if (different.length < FEWEST_ITEMS) return false;
      for (const name of different) names.push(name);
      starts.push(names.length);
      return true;
    });
    this.#names = Uint32Array.from({ length: names.length }, (_, at) => names.get(at));
    this.#starts = Uint32Array.from(starts);
    this.#hashes = Uint32Array.from({ length: held.names.size }, (_, name) => held.names.hash(name));
  }

  of(at: number): Uint32Array {
    return this.#names.subarray(this.#starts[at], this.#starts[at + 1]);
  }

  /** For each set the least of its names' hashes in each of the band's rows, in one number. */
  bandHashes(band: number): Uint32Array {
    const found = new Uint32Array(this.records.length);
    for (let row = 0; row < ROWS; row++) {
      const seed = mixed(band * ROWS + row + 1);
      for (let at = 0; at < found.length; at++) {
        let least = ABSENT;
        for (let index = this.#starts[at]!; index < this.#starts[at + 1]!; index++) {
          const hash = mixed(this.#hashes[this.#names[index]!]! ^ seed);
          if (hash < least) least = hash;
        }
        found[at] = mixed(found[at]! ^ least);
      }
    }
    return found;
  }
}

/** Numbers up to 2^21 behind a hash of 32 bits are whole in a double. */
const INDEX = 2 ** 21;

/** Each with those of the same hash before it, as far as they are near. */
function* neighbours(hashes: Uint32Array): Generator<readonly [at: number, other: number], void> {
  const sorted = Float64Array.from(hashes, (hash, at) => hash * INDEX + at).sort();
  const index = (at: number): number => sorted[at]! % INDEX;
  const hash = (at: number): number => Math.floor(sorted[at]! / INDEX);
  for (let at = 1; at < sorted.length; at++)
    for (let other = at - 1; other >= 0 && other >= at - NEIGHBOURS && hash(other) === hash(at); other--)
      yield [index(at), index(other)];
}

/** Both in order. */
function areAlike(a: Uint32Array, b: Uint32Array): boolean {
  if (Math.min(a.length, b.length) < ALIKE * Math.max(a.length, b.length)) return false;
  let both = 0;
  for (let left = 0, right = 0; left < a.length && right < b.length; ) {
    const [one, other] = [a[left]!, b[right]!];
    if (one === other) both++;
    if (one <= other) left++;
    if (other <= one) right++;
  }
  return both >= ALIKE * (a.length + b.length - both);
}
