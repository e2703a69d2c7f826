/** Copies (引用) that copy nothing, a copy, or one another. */
import { Groups } from '../internal/groups.js';
import type { Canonical } from './canonical.js';
import { type Findings, STRIDE } from './found.js';
import { ABSENT, type HeldCatalog } from './held.js';

export function* copyFindings(held: HeldCatalog, { order, firstOf }: Canonical): Findings {
  const { copies, items } = held;
  const targets = yield* targetsOf(held, firstOf);
  const circles = circlesOf(held, targets);
  for (const [at, record] of order.entries()) {
    if (at % STRIDE === 0) yield;
    const [from, to] = held.itemsOf(record);
    for (let item = from; item < to; item++) {
      const copy = items.copy.get(item);
      if (copy === ABSENT) continue;
      const found = { record, path: held.itemPath(item, 'copyOf'), place: copies.place.get(copy) };
      const target = targets[copy]!;
      if (target === ABSENT) {
        yield { ...found, code: 'copy-unknown' };
        continue;
      }
      const related = [{ record: items.record.get(target), place: items.place.get(target) }];
      if (circles[copy] === 1) yield { ...found, code: 'copy-cycle', related };
      else if (items.copy.get(target) !== ABSENT) yield { ...found, code: 'copy-of-copy', related };
    }
  }
}

/** The item that each copy is of: the first of its name, found once for each resource that is copied from. */
function* targetsOf(held: HeldCatalog, firstOf: Uint32Array): Generator<undefined, Uint32Array> {
  const { copies, items, keys } = held;
  const targets = new Uint32Array(copies.item.length).fill(ABSENT);
  let seen = 0;
  for (const group of new Groups(Uint32Array.from(targets.keys()), keys.size, (copy) => copies.target.get(copy))) {
    if (seen++ % STRIDE === 0) yield;
    const record = firstOf[copies.target.get(group[0]!)]!;
    if (record === ABSENT) continue;
    const [from, to] = held.itemsOf(record);
    const named = new Map<number, number>();
    for (let item = from; item < to; item++) {
      const name = items.name.get(item);
      if (!named.has(name)) named.set(name, item);
    }
    for (const copy of group) targets[copy] = named.get(copies.name.get(copy)) ?? ABSENT;
  }
  return targets;
}

/** For each copy whether it comes back to itself. */
function circlesOf({ copies, items }: HeldCatalog, targets: Uint32Array): Uint8Array {
  /** 0: not yet; 2: on the way that is being gone; 3: gone, no circle; 1: in a circle. */
  const marks = new Uint8Array(copies.item.length);
  for (let start = 0; start < marks.length; start++) {
    const way: number[] = [];
    let copy = start;
    while (copy !== ABSENT && marks[copy] === 0) {
      marks[copy] = 2;
      way.push(copy);
      const target = targets[copy]!;
      copy = target === ABSENT ? ABSENT : items.copy.get(target);
    }
    const circle = copy !== ABSENT && marks[copy] === 2 ? way.indexOf(copy) : way.length;
    for (const [at, one] of way.entries()) marks[one] = at >= circle ? 1 : 3;
  }
  return marks;
}
