import { createHash } from 'node:crypto';
import {
  type ConsistencyClaim,
  consistencyProof,
  type InclusionClaim,
  inclusionProof,
  leafHash,
  rootOf,
  verifyConsistency,
  verifyInclusion,
} from '@gov/audit';
import { bytesToHex, hexToBytes, sm3 } from '@gov/sm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  consistencyRanges,
  inclusionRanges,
  type LeafRange,
  rootByInclusion,
  rootOfComplete,
  rootOfSubtrees,
  rootsByConsistency,
  subtreesOf,
  treeHash,
} from '../src/internal/tree.js';

/** RFC 9162 2.1.1, 2.1.3.1 and 2.1.4.1 word for word. */
const naive = {
  split(n: number): number {
    let k = 1;
    while (k * 2 < n) k *= 2;
    return k;
  },
  root(leaves: readonly Uint8Array[]): Uint8Array {
    if (leaves.length === 0) return sm3();
    if (leaves.length === 1) return leaves[0]!;
    const k = this.split(leaves.length);
    return sm3(Uint8Array.of(1), this.root(leaves.slice(0, k)), this.root(leaves.slice(k)));
  },
  path(m: number, leaves: readonly Uint8Array[]): Uint8Array[] {
    if (leaves.length <= 1) return [];
    const k = this.split(leaves.length);
    return m < k
      ? [...this.path(m, leaves.slice(0, k)), this.root(leaves.slice(k))]
      : [...this.path(m - k, leaves.slice(k)), this.root(leaves.slice(0, k))];
  },
  proof(m: number, leaves: readonly Uint8Array[], whole = true): Uint8Array[] {
    const n = leaves.length;
    if (m === n) return whole ? [] : [this.root(leaves)];
    const k = this.split(n);
    return m <= k
      ? [...this.proof(m, leaves.slice(0, k), whole), this.root(leaves.slice(k))]
      : [...this.proof(m - k, leaves.slice(k), false), this.root(leaves.slice(0, k))];
  },
};

const LEAVES = Array.from({ length: 1100 }, (_, at) => leafHash(new TextEncoder().encode(`entry ${at}`)));
const first = (size: number): Uint8Array[] => LEAVES.slice(0, size);
const hexes = (hashes: readonly Uint8Array[]): string[] => hashes.map(bytesToHex);
const inclusionClaim = (index: number, size: number): InclusionClaim => ({
  leaf: LEAVES[index]!,
  index,
  size,
  root: rootOf(first(size)),
  proof: inclusionProof(first(size), index),
});
const consistencyClaim = (oldSize: number, size: number): ConsistencyClaim => ({
  oldSize,
  oldRoot: rootOf(first(oldSize)),
  size,
  root: rootOf(first(size)),
  proof: consistencyProof(first(size), oldSize),
});

describe('the tree, as the RFC defines it by recursion', () => {
  it('has the same root for every size to 300', () => {
    for (let size = 0; size <= 300; size++)
      expect(bytesToHex(rootOf(first(size)))).toBe(bytesToHex(naive.root(first(size))));
  });

  it('of nothing is SM3 of nothing, of one leaf that leaf', () => {
    expect(bytesToHex(rootOf([]))).toBe('1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b');
    expect(bytesToHex(rootOf(first(1)))).toBe(bytesToHex(sm3(Uint8Array.of(0), new TextEncoder().encode('entry 0'))));
  });

  it('gives the same proofs, all of which verify, for every pair to 65', () => {
    for (let size = 1; size <= 65; size++) {
      for (let index = 0; index < size; index++) {
        const claim = inclusionClaim(index, size);
        expect(hexes(claim.proof)).toEqual(hexes(naive.path(index, first(size))));
        expect(verifyInclusion(claim)).toBe(true);
        const growth = consistencyClaim(index + 1, size);
        expect(hexes(growth.proof)).toEqual(hexes(naive.proof(index + 1, first(size))));
        expect(verifyConsistency(growth)).toBe(true);
      }
    }
  });

  it('does so for larger ones', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1100 }), fc.nat(), (size, pick) => {
        const index = pick % size;
        const claim = inclusionClaim(index, size);
        expect(hexes(claim.proof)).toEqual(hexes(naive.path(index, first(size))));
        expect(verifyInclusion(claim)).toBe(true);
        const growth = consistencyClaim(index + 1, size);
        expect(hexes(growth.proof)).toEqual(hexes(naive.proof(index + 1, first(size))));
        expect(verifyConsistency(growth)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

describe('what does not verify', () => {
  const sizes = [1, 2, 3, 4, 5, 7, 8, 9, 31, 32, 33, 255, 256, 257];

  it('any bit of leaf, root or proof changed', () => {
    const flipped = (bytes: Uint8Array, bit: number): Uint8Array =>
      bytes.map((octet, at) => (at === bit >> 3 ? octet ^ (1 << (bit & 7)) : octet));
    for (const size of [1, 2, 3, 8, 13]) {
      const claim = inclusionClaim(Math.floor(size / 2), size);
      const growth = consistencyClaim(Math.ceil(size / 2), size);
      for (let bit = 0; bit < 256; bit++) {
        expect(verifyInclusion({ ...claim, leaf: flipped(claim.leaf, bit) })).toBe(false);
        expect(verifyInclusion({ ...claim, root: flipped(claim.root, bit) })).toBe(false);
        expect(verifyConsistency({ ...growth, oldRoot: flipped(growth.oldRoot, bit) })).toBe(false);
        expect(verifyConsistency({ ...growth, root: flipped(growth.root, bit) })).toBe(false);
        for (let at = 0; at < claim.proof.length; at++)
          expect(verifyInclusion({ ...claim, proof: claim.proof.with(at, flipped(claim.proof[at]!, bit)) })).toBe(
            false,
          );
        for (let at = 0; at < growth.proof.length; at++)
          expect(verifyConsistency({ ...growth, proof: growth.proof.with(at, flipped(growth.proof[at]!, bit)) })).toBe(
            false,
          );
      }
    }
  });

  it('any bit of index or size changed, unless the tree of that size has the very same proof', () => {
    for (const size of sizes) {
      for (const index of new Set([0, size >> 1, size - 1])) {
        const claim = inclusionClaim(index, size);
        for (let bit = 1; bit < 2 ** 33; bit *= 2) {
          const changed = index >= bit && Math.floor(index / bit) % 2 === 1 ? index - bit : index + bit;
          expect(verifyInclusion({ ...claim, index: changed })).toBe(false);
        }
        expect(verifyInclusion({ ...claim, index: size })).toBe(false);
        expect(verifyInclusion({ ...claim, index: -1 })).toBe(false);
      }
    }
  });

  it('hashes left out of a proof, added at either end, or twice', () => {
    for (const size of sizes) {
      for (const index of new Set([0, size >> 1, size - 1])) {
        for (const claim of [inclusionClaim(index, size)]) {
          for (const proof of spoilt(claim.proof)) expect(verifyInclusion({ ...claim, proof })).toBe(false);
        }
        const growth = consistencyClaim(index + 1, size);
        for (const proof of spoilt(growth.proof)) expect(verifyConsistency({ ...growth, proof })).toBe(false);
      }
    }
  });
  function* spoilt(proof: readonly Uint8Array[]): Generator<Uint8Array[]> {
    const zero = new Uint8Array(32);
    yield [...proof, zero];
    yield [zero, ...proof];
    yield [...proof, ...(proof.length > 0 ? [proof.at(-1)!] : [zero, zero])];
    yield [...proof, new Uint8Array(0)];
    if (proof.length > 0) {
      yield proof.slice(1);
      yield proof.slice(0, -1);
      yield [];
      yield proof.map((hash) => hash.subarray(1));
      yield [proof[0]!, ...proof];
    }
    if (proof.length > 1) yield [...proof].reverse();
  }

  it('another size: smaller, larger, none', () => {
    for (const size of sizes) {
      const claim = inclusionClaim(0, size);
      // The path of the first leaf depends on the number of levels alone.
      const levels = claim.proof.length;
      for (const other of [0, -1, 0.5, Number.NaN, 2 ** 53, size * 2, 2 ** (levels + 1), 2 ** (levels - 1)])
        if (other !== size) expect(verifyInclusion({ ...claim, size: other })).toBe(false);
      const growth = consistencyClaim(Math.ceil(size / 2), size);
      for (const other of [-1, 0.5, Number.NaN, size + 0.5, 2 ** 53, size * 2])
        expect(verifyConsistency({ ...growth, size: other })).toBe(false);
      for (const other of [-1, 0, 0.5, size + 1]) {
        expect(verifyConsistency({ ...growth, oldSize: other })).toBe(false);
      }
    }
  });

  it('an entry of another place, a tree of other leaves', () => {
    const claim = inclusionClaim(5, 11);
    for (let index = 0; index < 11; index++)
      expect(verifyInclusion({ ...claim, leaf: LEAVES[index]! })).toBe(index === 5);
    const others = LEAVES.slice(1, 12);
    expect(verifyInclusion({ ...claim, root: rootOf(others) })).toBe(false);
    for (let oldSize = 1; oldSize <= 11; oldSize++)
      expect(verifyConsistency({ ...consistencyClaim(oldSize, 11), root: rootOf(others) })).toBe(false);
  });

  it('a deeper tree than one of its size is, with the proof that leads to its root', () => {
    const above = (hash: Uint8Array): Uint8Array => sm3(Uint8Array.of(1), LEAVES[9]!, hash);
    for (const size of sizes) {
      const claim = inclusionClaim(size >> 1, size);
      const deeper = { ...claim, root: above(claim.root), proof: [...claim.proof, LEAVES[9]!] };
      expect(verifyInclusion(deeper)).toBe(false);
      if (size === 1) continue;
      const growth = consistencyClaim(size >> 1, size);
      const [oldRoot, root] = [above(growth.oldRoot), above(growth.root)];
      expect(verifyConsistency({ ...growth, oldRoot, root, proof: [...growth.proof, LEAVES[9]!] })).toBe(false);
    }
  });

  it('hashes of another length, which neither pass nor throw', () => {
    // Without its last octet, filled up with zeros, it would be the same.
    const pair = [LEAVES[0]!, LEAVES[1]!.with(31, 0)] as const;
    const short = pair[1].subarray(0, 31);
    const root = rootOf(pair);
    expect(verifyInclusion({ leaf: pair[0], index: 0, size: 2, root, proof: [pair[1]] })).toBe(true);
    expect(verifyInclusion({ leaf: pair[0], index: 0, size: 2, root, proof: [short] })).toBe(false);
    expect(verifyConsistency({ oldSize: 1, oldRoot: pair[0], size: 2, root, proof: [pair[1]] })).toBe(true);
    expect(verifyConsistency({ oldSize: 1, oldRoot: pair[0], size: 2, root, proof: [short] })).toBe(false);
    for (const wrong of [new Uint8Array(33), new Uint8Array(0), new Uint8Array(64)]) {
      expect(verifyInclusion({ leaf: pair[0], index: 0, size: 2, root, proof: [wrong] })).toBe(false);
      expect(verifyInclusion({ leaf: wrong, index: 0, size: 2, root, proof: [pair[1]] })).toBe(false);
      expect(verifyConsistency({ oldSize: 1, oldRoot: pair[0], size: 2, root, proof: [wrong] })).toBe(false);
      expect(verifyConsistency({ oldSize: 1, oldRoot: wrong, size: 2, root, proof: [pair[1]] })).toBe(false);
    }
  });

  it('a node that passes for a leaf', () => {
    const entry = Uint8Array.of(1, ...LEAVES[0]!, ...LEAVES[1]!);
    // Were there no prefixes, the hash of the two would be the leaf of their octets.
    expect(bytesToHex(leafHash(entry.subarray(1)))).not.toBe(bytesToHex(rootOf(first(2))));
    expect(
      verifyInclusion({ leaf: leafHash(entry.subarray(1)), index: 0, size: 1, root: rootOf(first(2)), proof: [] }),
    ).toBe(false);
  });
});

describe('growth at the edges', () => {
  it('every tree grew out of the empty one, and only an empty root is empty', () => {
    const claim = consistencyClaim(0, 7);
    expect(claim.proof).toEqual([]);
    expect(verifyConsistency(claim)).toBe(true);
    expect(verifyConsistency({ ...claim, oldRoot: LEAVES[0]! })).toBe(false);
    expect(verifyConsistency({ ...claim, proof: [LEAVES[0]!] })).toBe(false);
    expect(verifyConsistency(consistencyClaim(0, 0))).toBe(true);
    expect(verifyConsistency({ ...consistencyClaim(0, 0), root: LEAVES[0]!, oldRoot: LEAVES[0]! })).toBe(false);
  });

  it('equal sizes need equal roots and no proof', () => {
    const claim = consistencyClaim(6, 6);
    expect(verifyConsistency(claim)).toBe(true);
    expect(verifyConsistency({ ...claim, root: LEAVES[0]! })).toBe(false);
    expect(verifyConsistency({ ...claim, proof: [LEAVES[0]!] })).toBe(false);
  });

  it('a smaller tree did not grow out of a larger one', () => {
    const { oldRoot, root, proof } = consistencyClaim(4, 7);
    expect(verifyConsistency({ oldSize: 7, oldRoot: root, size: 4, root: oldRoot, proof })).toBe(false);
  });

  it('proofs beyond the end are refused', () => {
    for (const index of [7, -1, 0.5, Number.NaN])
      expect(() => inclusionProof(first(7), index)).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
    for (const size of [8, -1, 0.5, Number.NaN])
      expect(() => consistencyProof(first(7), size)).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
  });

  it('positions beyond 2^32 are reckoned exactly', () => {
    const size = 2 ** 40 + 5;
    expect(subtreesOf({ from: 0, to: size })).toEqual([
      { height: 40, index: 0 },
      { height: 2, index: 2 ** 38 },
      { height: 0, index: 2 ** 40 + 4 },
    ]);
    expect(inclusionRanges(2 ** 40 + 4, size)).toEqual([
      { from: 2 ** 40, to: 2 ** 40 + 4 },
      { from: 0, to: 2 ** 40 },
    ]);
    expect(consistencyRanges(2 ** 40, size)).toEqual([{ from: 2 ** 40, to: size }]);
    expect(inclusionRanges(0, 2 ** 53 - 1)).toHaveLength(53);
    expect(consistencyRanges(2 ** 52 - 1, 2 ** 53 - 1).length).toBeLessThanOrEqual(106);
    const node = LEAVES[0]!;
    const proof = [node, node];
    const root = rootByInclusion(node, 2 ** 40 + 4, size, proof, treeHash(sm3));
    expect(verifyInclusion({ leaf: node, index: 2 ** 40 + 4, size, root: root!, proof })).toBe(true);
    expect(verifyInclusion({ leaf: node, index: 4, size: 5, root: root!, proof })).toBe(false);
  });
});

describe('the shape is that of Certificate Transparency', () => {
  const tree = treeHash((...parts) => new Uint8Array(createHash('sha256').update(Buffer.concat(parts)).digest()));
  /** The leaves, roots and proofs of the reference implementation of RFC 6962. */
  const leaves = [
    '',
    '00',
    '10',
    '2021',
    '3031',
    '40414243',
    '5051525354555657',
    '606162636465666768696a6b6c6d6e6f',
  ].map((hex) => tree.leaf(hexToBytes(hex)));
  const roots = [
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
    '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
    'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
    '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  ];
  const hash = (range: LeafRange): string => {
    const parts = subtreesOf(range).map(({ height, index }) =>
      rootOfComplete(leaves.slice(index * 2 ** height, (index + 1) * 2 ** height), tree.node),
    );
    return bytesToHex(rootOfSubtrees(parts, tree));
  };
  const A = '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7';
  const B = '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e';
  const C = '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4';
  const D = 'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b';
  const E = 'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0';
  const F = '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a';

  it('roots', () => {
    for (const [size, root] of roots.entries()) expect(hash({ from: 0, to: size })).toBe(root);
  });

  it.each([
    [0, 1, []],
    [0, 8, [A, B, C]],
    [5, 8, [D, E, roots[4]]],
    [2, 3, [roots[2]]],
    [1, 5, [roots[1], B, D]],
  ] as const)('inclusion of leaf %i in %i', (index, size, proof) => {
    expect(inclusionRanges(index, size).map(hash)).toEqual(proof);
    const led = rootByInclusion(
      leaves[index]!,
      index,
      size,
      proof.map((hex) => hexToBytes(hex!)),
      tree,
    );
    expect(bytesToHex(led!)).toBe(roots[size]);
  });

  it.each([
    [1, 8, [A, B, C]],
    [6, 8, [F, E, roots[4]]],
    [2, 5, [B, D]],
  ] as const)('consistency of %i and %i', (oldSize, size, proof) => {
    expect(consistencyRanges(oldSize, size).map(hash)).toEqual(proof);
    const oldRoot = hexToBytes(roots[oldSize]!);
    const led = rootsByConsistency(
      oldSize,
      size,
      oldRoot,
      proof.map((hex) => hexToBytes(hex!)),
      tree,
    );
    expect([bytesToHex(led!.old), bytesToHex(led!.new)]).toEqual([roots[oldSize], roots[size]]);
  });
});
