/** The tree as it is kept: tiles of 256 hashes. Whatever is asked of a log of millions touches a handful of them. */
import { GovError } from '@gov/verdict';
import type { AuditTiles } from '../storage.js';
import { SM3_TREE } from '../tree.js';
import { type LeafRange, rootOfComplete, rootOfSubtrees, type Subtree, subtreesOf } from './tree.js';

/** Hashes of a full tile: 2^8. */
export const TILE_WIDTH = 256;
/** Levels of the tree under one hash of the next level of tiles. */
export const TILE_HEIGHT = 8;
export const HASH_OCTETS = 32;

/** Where the hashes lie that a complete subtree is made of: `count` hashes of a tile, from `at` on. */
interface TilePart {
  readonly level: number;
  readonly index: number;
  readonly at: number;
  readonly count: number;
}

function partOf({ height, index }: Subtree): TilePart {
  const level = Math.floor(height / TILE_HEIGHT);
  const count = 2 ** (height - level * TILE_HEIGHT);
  const first = index * count;
  return { level, index: Math.floor(first / TILE_WIDTH), at: first % TILE_WIDTH, count };
}

/**
 * Hashes of ranges of a log, by its tiles, each of which is read once.
 *
 * @throws GovError `audit-damaged` where a tile is missing or too short
 */
export async function hashesOf(tiles: AuditTiles, log: string, ranges: readonly LeafRange[]): Promise<Uint8Array[]> {
  const read = new Map<string, Promise<Uint8Array | undefined>>();
  const hashOf = async (subtree: Subtree): Promise<Uint8Array> => {
    const { level, index, at, count } = partOf(subtree);
    const key = `${level}/${index}`;
    const tile = read.get(key) ?? tiles.readTile(log, level, index);
    read.set(key, tile);
    return rootOfComplete(hashesIn(await tile, level, index, at + count).slice(at), SM3_TREE.node);
  };
  return Promise.all(
    ranges.map(async (range) => rootOfSubtrees(await Promise.all(subtreesOf(range).map(hashOf)), SM3_TREE)),
  );
}

/** The first `count` hashes of a tile; it may hold more, where the log grew. */
function hashesIn(tile: Uint8Array | undefined, level: number, index: number, count: number): Uint8Array[] {
  const octets = count * HASH_OCTETS;
  if (tile === undefined || tile.length < octets)
    throw damaged(`tile ${index} of level ${level} has ${tile?.length ?? 0} octets; ${octets} are needed`);
  return Array.from({ length: count }, (_, at) => tile.subarray(at * HASH_OCTETS, (at + 1) * HASH_OCTETS));
}

/** A tile after something was put into it. */
interface GrownTile {
  readonly level: number;
  readonly index: number;
  readonly hashes: Uint8Array;
}

/**
 * The tiles that change when leaves are added to a log of `size`: at each level the last one and those behind it.
 *
 * @throws GovError `audit-damaged` where the last tile does not fit the size: what is added must not hide it
 */
export async function growTiles(
  tiles: AuditTiles,
  log: string,
  size: number,
  leaves: readonly Uint8Array[],
): Promise<GrownTile[]> {
  const grown: GrownTile[] = [];
  let before = size;
  let added = leaves;
  for (let level = 0; added.length > 0; level++) {
    const roots: Uint8Array[] = [];
    const first = Math.floor(before / TILE_WIDTH);
    let row = before % TILE_WIDTH === 0 ? [] : await lastTile(tiles, log, level, first, before % TILE_WIDTH);
    let taken = 0;
    for (let index = first; taken < added.length; index++) {
      const part = added.slice(taken, taken + TILE_WIDTH - row.length);
      taken += part.length;
      row = [...row, ...part];
      grown.push({ level, index, hashes: joined(row) });
      if (row.length === TILE_WIDTH) roots.push(rootOfComplete(row, SM3_TREE.node));
      row = [];
    }
    before = first;
    added = roots;
  }
  return grown;
}

async function lastTile(
  tiles: AuditTiles,
  log: string,
  level: number,
  index: number,
  count: number,
): Promise<Uint8Array[]> {
  const tile = await tiles.readTile(log, level, index);
  if (tile?.length !== count * HASH_OCTETS)
    throw damaged(`tile ${index} of level ${level} has ${tile?.length ?? 0} octets instead of ${count * HASH_OCTETS}`);
  return hashesIn(tile, level, index, count);
}

function joined(hashes: readonly Uint8Array[]): Uint8Array {
  const octets = new Uint8Array(hashes.length * HASH_OCTETS);
  hashes.forEach((hash, at) => {
    octets.set(hash, at * HASH_OCTETS);
  });
  return octets;
}

const damaged = (why: string): GovError => new GovError('audit-damaged', `audit log: ${why}`);
