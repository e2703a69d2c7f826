/** Resources that are perhaps listed twice (疑似重复编目): by name, and by their items. */

import { Groups } from '../internal/groups.js';
import { NameFolder } from '../internal/name-form.js';
import { mixed } from '../internal/text-table.js';
import type { RegionProfile } from '../profile.js';
import { type Canonical, ofKind } from './canonical.js';
import { type Findings, type FoundLater, STRIDE } from './found.js';
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
): Findings {
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
  for (const names of nearNames(held.names, resources, nameOf, new NameFolder(synonyms))) {
    if (names === undefined) {
      yield;
      continue;
    }
    const [one, other] = names;
    const pair = [groups.of(one)[0]!, groups.of(other)[0]!] as const;
    const [a, b] = pair.map((record) => canonical.rank[record]!);
    yield a! < b! ? similar(pair[1], pair[0]) : similar(...pair);
  }
  yield* sameItemFindings(held, resources, known);
}

function* sameItemFindings(held: HeldCatalog, resources: Uint32Array, known: ReadonlyMap<number, number>): Findings {
  const { records } = held;
  const sets = yield* NameSets.of(held, resources);
  /** Of each set, the first that is like it. */
  const firstLike = new Uint32Array(sets.records.length).fill(ABSENT);
  let seen = 0;
  for (let band = 0; band < BANDS; band++)
    for (const [at, other] of neighbours(yield* sets.bandHashes(band))) {
      if (seen++ % STRIDE === 0) yield;
      if (other < firstLike[at]! && areAlike(sets.at(at), sets.at(other))) firstLike[at] = other;
    }
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

  private constructor(held: HeldCatalog, records: Uint32Array, names: Uint32Array, starts: Uint32Array) {
    this.records = records;
    this.#names = names;
    this.#starts = starts;
    this.#hashes = Uint32Array.from({ length: held.names.size }, (_, name) => held.names.hash(name));
  }

  static *of(held: HeldCatalog, resources: Uint32Array): Generator<undefined, NameSets> {
    const names = new Uint32Array(held.items.name.length);
    const starts = new Uint32Array(resources.length + 1);
    const records = new Uint32Array(resources.length);
    let [sets, end] = [0, 0];
    for (const [at, record] of resources.entries()) {
      if (at % STRIDE === 0) yield;
      const [from, to] = held.itemsOf(record);
      const own = Uint32Array.from({ length: to - from }, (_, index) => held.items.name.get(from + index)).sort();
      const different = own.filter((name, index) => index === 0 || name !== own[index - 1]);
      if (different.length < FEWEST_ITEMS) continue;
      names.set(different, end);
      end += different.length;
      records[sets++] = record;
      starts[sets] = end;
    }
    return new NameSets(held, records.subarray(0, sets), names, starts);
  }

  at(at: number): Uint32Array {
    return this.#names.subarray(this.#starts[at], this.#starts[at + 1]);
  }

  /** For each set the least of its names' hashes in each of the band's rows, in one number. */
  *bandHashes(band: number): Generator<undefined, Uint32Array> {
    const found = new Uint32Array(this.records.length);
    for (let row = 0; row < ROWS; row++) {
      const seed = mixed(band * ROWS + row + 1);
      for (let at = 0; at < found.length; at++) {
        if (at % STRIDE === 0) yield;
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
