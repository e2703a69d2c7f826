/** Names that are nearly the same (名称相近): synonyms, and one character more; a bounded number of steps for each name. */
import { Groups } from '../internal/groups.js';
import { type NameFolder, shorterBy1 } from '../internal/name-form.js';
import type { TextTable } from '../internal/text-table.js';
import { STRIDE } from './found.js';

/**
 * Pairs of plain names, by their numbers in `names`; folded names are added there. Undefined after each stride.
 *
 * @param members what has names, in canonical order: the names come in the order of their first
 */
export function* nearNames(
  names: TextTable,
  members: Uint32Array,
  nameOf: (member: number) => number,
  folder: NameFolder,
): Generator<readonly [one: number, other: number] | undefined, void> {
  const inOrder = distinct(members, names.size, nameOf);
  const foldedOf = new Uint32Array(names.size);
  for (const [at, name] of inOrder.entries()) {
    if (at % STRIDE === 0) yield;
    const text = names.text(name);
    const folded = folder.fold(text);
    foldedOf[name] = folded === text ? name : names.numberOf(folded);
  }
  const groups = new Groups(inOrder, names.size, (name) => foldedOf[name]!);
  for (const [seen, name] of inOrder.entries()) {
    if (seen % STRIDE === 0) yield;
    const folded = foldedOf[name]!;
    const group = groups.of(folded);
    // The first of a group speaks for it.
    if (group[0] !== name) continue;
    for (let at = 1; at < group.length; at++) yield [name, group[at]!];
    for (const shorter of shorterBy1(names.text(folded))) {
      const number = names.find(shorter);
      const near = number === undefined ? undefined : groups.of(number)[0];
      if (near !== undefined) yield [near, name];
    }
  }
}

function distinct(members: Uint32Array, numbers: number, nameOf: (member: number) => number): Uint32Array {
  const seen = new Uint8Array(numbers);
  return members
    .filter((member) => {
      const name = nameOf(member);
      const isNew = seen[name] === 0;
      seen[name] = 1;
      return isNew;
    })
    .map(nameOf);
}
