/**
 * The Merkle tree of RFC 6962 2.1 and RFC 9162 2.1 over any hash: what of it is arithmetic on positions, and how hashes are put
 * together. Positions may pass 2^32, where the bit operators of JavaScript end: they are divided, not shifted.
 */

/** The hash under the tree: SM3 in a log; SHA-256 where the shape is compared with other logs. */
interface TreeHash {
  /** HASH() */
  readonly empty: () => Uint8Array;
  /** HASH(00 ‖ entry) */
  readonly leaf: (entry: Uint8Array) => Uint8Array;
  /** HASH(01 ‖ left ‖ right) */
  readonly node: (left: Uint8Array, right: Uint8Array) => Uint8Array;
}

/** A tree on a hash of 32 octets, of parts one after another. */
export function treeHash(hash: (...parts: readonly Uint8Array[]) => Uint8Array): TreeHash {
  return {
    empty: () => hash(),
    leaf: (entry) => hash(Uint8Array.of(0), entry),
    node: (left, right) => {
      const data = new Uint8Array(65);
      data[0] = 1;
      data.set(left, 1);
      data.set(right, 33);
      return hash(data);
    },
  };
}

/** The leaves `from` (included) to `to` (excluded). */
export interface LeafRange {
  readonly from: number;
  readonly to: number;
}

/** A complete subtree: the 2^height leaves from index · 2^height on. */
export interface Subtree {
  readonly height: number;
  readonly index: number;
}

/** PATH(index, D[size]) of RFC 9162 2.1.3.1: the ranges whose hashes prove a leaf, from the leaf up. */
export function inclusionRanges(index: number, size: number): LeafRange[] {
  const ranges: LeafRange[] = [];
  let [from, to] = [0, size];
  while (to - from > 1) {
    const middle = from + largestPowerBelow(to - from);
    if (index < middle) {
      ranges.push({ from: middle, to });
      to = middle;
    } else {
      ranges.push({ from, to: middle });
      from = middle;
    }
  }
  return ranges.reverse();
}

/** PROOF(oldSize, D[size]) of RFC 9162 2.1.4.1, for 0 < oldSize < size. */
export function consistencyRanges(oldSize: number, size: number): LeafRange[] {
  const ranges: LeafRange[] = [];
  let [from, to] = [0, size];
  // Until the old tree ends where the range does; a range that begins at 0 then is the old tree itself, whose root the client has.
  while (to !== oldSize) {
    const middle = from + largestPowerBelow(to - from);
    if (oldSize <= middle) {
      ranges.push({ from: middle, to });
      to = middle;
    } else {
      ranges.push({ from, to: middle });
      from = middle;
    }
  }
  if (from !== 0) ranges.push({ from, to });
  return ranges.reverse();
}

/** The complete subtrees that a range of the tree is made of, from left to right. */
export function subtreesOf({ from, to }: LeafRange): Subtree[] {
  const subtrees: Subtree[] = [];
  for (let at = from; at < to; ) {
    let height = 0;
    while (at % 2 ** (height + 1) === 0 && at + 2 ** (height + 1) <= to) height++;
    subtrees.push({ height, index: at / 2 ** height });
    at += 2 ** height;
  }
  return subtrees;
}

/** MTH of neighbouring subtrees as `subtreesOf` gives them: the smaller ones, at the right, go together first. */
export function rootOfSubtrees(hashes: readonly Uint8Array[], { empty, node }: TreeHash): Uint8Array {
  let root = hashes.at(-1);
  for (let at = hashes.length - 2; at >= 0; at--) root = node(hashes[at]!, root!);
  return root ?? empty();
}

/** A tree that is built leaf by leaf and keeps only what its root needs: one hash for each bit of its size. */
export class CompactTree {
  readonly #hash: TreeHash;
  readonly #right: Uint8Array[] = [];
  #size = 0;

  constructor(hash: TreeHash) {
    this.#hash = hash;
  }

  get size(): number {
    return this.#size;
  }

  /** Adds a leaf; `completed` is told of it and of every subtree that it completes, from the smallest up. */
  push(leaf: Uint8Array, completed: (subtree: Subtree, hash: Uint8Array) => void): void {
    let [hash, height, index] = [leaf, 0, this.#size];
    completed({ height, index }, hash);
    while (index % 2 === 1) {
      hash = this.#hash.node(this.#right.pop()!, hash);
      height++;
      index = half(index);
      completed({ height, index }, hash);
    }
    this.#right.push(hash);
    this.#size++;
  }

  root(): Uint8Array {
    return rootOfSubtrees(this.#right, this.#hash);
  }
}

/** Root of 2^k hashes side by side. */
export function rootOfComplete(hashes: readonly Uint8Array[], node: TreeHash['node']): Uint8Array {
  let row = hashes;
  while (row.length > 1) {
    const above: Uint8Array[] = [];
    for (let at = 0; at < row.length; at += 2) above.push(node(row[at]!, row[at + 1]!));
    row = above;
  }
  return row[0]!;
}

/** The root that an inclusion proof leads to (RFC 9162 2.1.3.2); undefined for a proof of the wrong length. */
export function rootByInclusion(
  leaf: Uint8Array,
  index: number,
  size: number,
  proof: readonly Uint8Array[],
  { node }: TreeHash,
): Uint8Array | undefined {
  if (!isPosition(index) || !isPosition(size) || index >= size || leaf.length !== 32) return undefined;
  let fn = index;
  let sn = size - 1;
  let root = leaf;
  for (const sibling of proof) {
    if (sibling.length !== 32 || sn === 0) return undefined;
    if (fn % 2 === 1 || fn === sn) {
      root = node(sibling, root);
      while (fn % 2 === 0 && fn !== 0) {
        fn = half(fn);
        sn = half(sn);
      }
    } else {
      root = node(root, sibling);
    }
    fn = half(fn);
    sn = half(sn);
  }
  return sn === 0 ? root : undefined;
}

/**
 * The roots that a consistency proof leads to (RFC 9162 2.1.4.2), of the old tree and of the new one; undefined for a proof of
 * the wrong length. For 0 < oldSize < size.
 */
export function rootsByConsistency(
  oldSize: number,
  size: number,
  oldRoot: Uint8Array,
  proof: readonly Uint8Array[],
  { node }: TreeHash,
): { readonly old: Uint8Array; readonly new: Uint8Array } | undefined {
  if (!isPosition(oldSize) || !isPosition(size) || oldSize === 0 || oldSize >= size) return undefined;
  if (proof.length === 0 || [oldRoot, ...proof].some((hash) => hash.length !== 32)) return undefined;
  let fn = oldSize - 1;
  let sn = size - 1;
  while (fn % 2 === 1) {
    fn = half(fn);
    sn = half(sn);
  }
  // Where the old tree is complete, its root begins the path.
  const path = fn === 0 ? [oldRoot, ...proof] : proof;
  let [fr, sr] = [path[0]!, path[0]!];
  for (const hash of path.slice(1)) {
    if (sn === 0) return undefined;
    if (fn % 2 === 1 || fn === sn) {
      fr = node(hash, fr);
      sr = node(hash, sr);
      while (fn % 2 === 0 && fn !== 0) {
        fn = half(fn);
        sn = half(sn);
      }
    } else {
      sr = node(sr, hash);
    }
    fn = half(fn);
    sn = half(sn);
  }
  return sn === 0 ? { old: fr, new: sr } : undefined;
}

/** Sizes and places: integers that a double holds exactly. */
export const isPosition = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

const half = (value: number): number => Math.floor(value / 2);

/** The largest power of two smaller than n, for n of 2 and more. */
function largestPowerBelow(n: number): number {
  let power = 1;
  while (power * 2 < n) power *= 2;
  return power;
}
