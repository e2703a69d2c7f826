/**
 * The Merkle tree of the log (默克尔树): RFC 6962 and RFC 9162 2.1 with SM3. A leaf is SM3(00 ‖ entry), a node SM3(01 ‖ left ‖
 * right), the empty tree SM3 of nothing. Hashes are 32 octets, positions count from 0.
 */
import { sameBytes, sm3 } from '@gov/sm';
import { GovError } from '@gov/verdict';
import {
  consistencyRanges,
  inclusionRanges,
  isPosition,
  type LeafRange,
  rootByInclusion,
  rootOfComplete,
  rootOfSubtrees,
  rootsByConsistency,
  subtreesOf,
  treeHash,
} from './internal/tree.js';

/** @internal */
export const SM3_TREE = treeHash(sm3);

/** Hash of a leaf: SM3(00 ‖ entry). */
export const leafHash = (entry: Uint8Array): Uint8Array => SM3_TREE.leaf(entry);

/**
 * Root of the tree on these leaf hashes (树根).
 *
 * @example
 * import { leafHash, rootOf } from '@gov/audit';
 * const root = rootOf([leafHash(new TextEncoder().encode('{"v":1}'))]); // of one leaf: its hash
 */
export const rootOf = (leaves: readonly Uint8Array[]): Uint8Array => hashOf(leaves, { from: 0, to: leaves.length });

/** Proof that leaf `index` is in the tree (包含证明), from the leaf up. @throws GovError `invalid-argument` beyond the end */
export function inclusionProof(leaves: readonly Uint8Array[], index: number): Uint8Array[] {
  if (!isPosition(index) || index >= leaves.length)
    throw new GovError('invalid-argument', `leaf ${index} of a tree of ${leaves.length}`);
  return inclusionRanges(index, leaves.length).map((range) => hashOf(leaves, range));
}

/**
 * Proof that the tree grew out of its first `oldSize` leaves (一致性证明); empty for 0 and for all of them.
 *
 * @throws GovError `invalid-argument` beyond the end
 */
export function consistencyProof(leaves: readonly Uint8Array[], oldSize: number): Uint8Array[] {
  if (!isPosition(oldSize) || oldSize > leaves.length)
    throw new GovError('invalid-argument', `the first ${oldSize} leaves of a tree of ${leaves.length}`);
  if (oldSize === 0) return [];
  return consistencyRanges(oldSize, leaves.length).map((range) => hashOf(leaves, range));
}

function hashOf(leaves: readonly Uint8Array[], range: LeafRange): Uint8Array {
  const hashes = subtreesOf(range).map(({ height, index }) =>
    rootOfComplete(leaves.slice(index * 2 ** height, (index + 1) * 2 ** height), SM3_TREE.node),
  );
  return rootOfSubtrees(hashes, SM3_TREE);
}

/** A leaf said to be in a tree. */
export interface InclusionClaim {
  readonly leaf: Uint8Array;
  readonly index: number;
  readonly size: number;
  readonly root: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/** Whether the proof leads from the leaf to the root (RFC 9162 2.1.3.2). Never throws. */
export function verifyInclusion({ leaf, index, size, root, proof }: InclusionClaim): boolean {
  const led = rootByInclusion(leaf, index, size, proof, SM3_TREE);
  return led !== undefined && sameBytes(led, root);
}

/** A tree said to have grown out of an older one. */
export interface ConsistencyClaim {
  readonly oldSize: number;
  readonly oldRoot: Uint8Array;
  readonly size: number;
  readonly root: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/**
 * Whether the tree is the older one with leaves added (RFC 9162 2.1.4.2). Every tree grew out of the empty one, and out of
 * itself, without a proof. Never throws.
 */
export const verifyConsistency = (claim: ConsistencyClaim): boolean => growthOf(claim) === 'consistent';

/**
 * How two trees stand to one another: `fork` is proved, the newer tree begins otherwise than the older one; `unproved` is a
 * proof that leads elsewhere, or has the wrong length.
 *
 * @internal
 */
export function growthOf(claim: ConsistencyClaim): 'consistent' | 'fork' | 'rollback' | 'unproved' {
  const { oldSize, oldRoot, size, root, proof } = claim;
  if (!isPosition(oldSize) || !isPosition(size)) return 'unproved';
  if (size < oldSize) return 'rollback';
  if (oldSize === 0 && !sameBytes(oldRoot, SM3_TREE.empty())) return 'unproved';
  if (size === oldSize && !sameBytes(root, oldRoot)) return 'fork';
  if (oldSize === 0 || size === oldSize) return proof.length === 0 ? 'consistent' : 'unproved';
  const roots = rootsByConsistency(oldSize, size, oldRoot, proof, SM3_TREE);
  if (roots === undefined || !sameBytes(roots.new, root)) return 'unproved';
  return sameBytes(roots.old, oldRoot) ? 'consistent' : 'fork';
}
