/**
 * Binary fuse filters with three places to a key (Graf and Lemire, "Binary Fuse Filters: Fast and Smaller Than Xor Filters",
 * 2022): a fingerprint of each key is the exclusive or of three places in neighbouring segments.
 */
import { GovError } from '@gov/verdict';
import { TAG_OCTETS, TagHash } from './tag-hash.js';

/** Where the places of a filter lie. */
interface FuseShape {
  /** Of two: places of a segment. */
  readonly exponent: number;
  /** Segments that the first place of a key may lie in; two more follow. */
  readonly segments: number;
}

/** Segments have at most 2^18 places: three of them stay in the cache. */
export const FUSE_MAX_EXPONENT = 18;

export const fusePlaces = ({ exponent, segments }: FuseShape): number => (segments + 2) * 2 ** exponent;

/** The shape for so many keys, by the formulas of the paper. */
function fuseShape(count: number): FuseShape {
  const keys = Math.max(count, 2);
  const exponent = Math.min(FUSE_MAX_EXPONENT, Math.floor(Math.log(keys) / Math.log(3.33) + 2.25));
  const factor = Math.max(1.125, 0.875 + (0.25 * Math.log(1e6)) / Math.log(keys));
  return { exponent, segments: Math.max(1, Math.ceil((keys * factor) / 2 ** exponent) - 2) };
}

/** The places and the fingerprint of a tag. */
export class FuseLocator {
  readonly #hash: TagHash;
  readonly #starts: number;
  readonly #length: number;
  readonly #mask: number;
  readonly #fingerprint: number;
  first = 0;
  second = 0;
  third = 0;
  fingerprint = 0;

  constructor(seed: Uint8Array, { exponent, segments }: FuseShape, bits: 8 | 16) {
    this.#hash = new TagHash(seed);
    this.#length = 2 ** exponent;
    this.#mask = this.#length - 1;
    this.#starts = segments * this.#length;
    this.#fingerprint = 2 ** bits - 1;
  }

  locate(octets: Uint8Array, at: number): void {
    const hash = this.#hash;
    hash.hash(octets, at);
    const first = Math.floor((hash.a * this.#starts) / 2 ** 32);
    this.first = first;
    this.second = (first + this.#length) ^ (hash.b & this.#mask);
    this.third = (first + 2 * this.#length) ^ (hash.c & this.#mask);
    // Of bits that say nothing of the places.
    this.fingerprint = ((hash.b >>> FUSE_MAX_EXPONENT) ^ ((hash.c >>> FUSE_MAX_EXPONENT) << 2)) & this.#fingerprint;
  }
}

/** Seeds that are tried: one fails about once in a hundred filters. */
const ATTEMPTS = 64;

/** A filter over tags that lie one after another. */
export function buildFuse(
  tags: Uint8Array,
  bits: 8 | 16,
  random: (octets: number) => Uint8Array,
): { readonly seed: Uint8Array; readonly shape: FuseShape; readonly places: Uint8Array; readonly count: number } {
  let keys = tags;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    // A tag that stands twice can never be peeled off; looked for only when something is wrong.
    if (attempt === 1) keys = withoutRepetitions(tags);
    const count = keys.length / TAG_OCTETS;
    const shape = fuseShape(count);
    const seed = random(8);
    const places = assign(keys, new FuseLocator(seed, shape, bits), fusePlaces(shape), bits);
    if (places !== undefined) return { seed, shape, places, count };
  }
  throw new GovError('internal', 'no filter could be built');
}

/** Peels off keys that have a place to themselves, last to be set first; undefined where some never have one. */
function assign(keys: Uint8Array, locator: FuseLocator, length: number, bits: 8 | 16): Uint8Array | undefined {
  const count = keys.length / TAG_OCTETS;
  // Of the keys at each place, how many, and the exclusive or of their numbers: of one key that is its number.
  const counts = new Uint8Array(length);
  const numbers = new Uint32Array(length);
  for (let key = 0; key < count; key++) {
    locator.locate(keys, key * TAG_OCTETS);
    const { first, second, third } = locator;
    if (counts[first] === 255 || counts[second] === 255 || counts[third] === 255) return undefined;
    counts[first]!++;
    counts[second]!++;
    counts[third]!++;
    numbers[first]! ^= key;
    numbers[second]! ^= key;
    numbers[third]! ^= key;
  }
  const order = new Uint32Array(count);
  const own = new Uint32Array(count);
  let peeled = 0;
  // Depth first from each place: what is touched next is near in memory.
  const waiting: number[] = [];
  for (let start = 0; start < length; start++) {
    if (counts[start] === 1) waiting.push(start);
    for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
      if (counts[place] !== 1) continue;
      const key = numbers[place]!;
      order[peeled] = key;
      own[peeled++] = place;
      locator.locate(keys, key * TAG_OCTETS);
      const { first, second, third } = locator;
      numbers[first]! ^= key;
      numbers[second]! ^= key;
      numbers[third]! ^= key;
      if (--counts[first]! === 1) waiting.push(first);
      if (--counts[second]! === 1) waiting.push(second);
      if (--counts[third]! === 1) waiting.push(third);
    }
  }
  if (peeled < count) return undefined;
  const places = new Uint8Array((length * bits) / 8);
  const wide = bits === 16;
  for (let i = count - 1; i >= 0; i--) {
    locator.locate(keys, order[i]! * TAG_OCTETS);
    const { first, second, third, fingerprint } = locator;
    const place = own[i]!;
    // Its own place is still zero.
    if (wide) {
      const low = places[2 * first]! ^ places[2 * second]! ^ places[2 * third]!;
      const high = places[2 * first + 1]! ^ places[2 * second + 1]! ^ places[2 * third + 1]!;
      places[2 * place] = low ^ (fingerprint & 255);
      places[2 * place + 1] = high ^ (fingerprint >>> 8);
    } else places[place] = places[first]! ^ places[second]! ^ places[third]! ^ fingerprint;
  }
  return places;
}

function withoutRepetitions(tags: Uint8Array): Uint8Array {
  const count = tags.length / TAG_OCTETS;
  const size = 2 ** Math.ceil(Math.log2(count * 2 + 2));
  const hash = new TagHash(new Uint8Array(8));
  // Numbers of tags, from 1; 0 for a free slot.
  const slots = new Uint32Array(size);
  const unique = new Uint8Array(tags.length);
  let found = 0;
  for (let tag = 0; tag < count; tag++) {
    const at = tag * TAG_OCTETS;
    hash.hash(tags, at);
    let slot = hash.a & (size - 1);
    while (slots[slot] !== 0 && !isSame(tags, at, unique, (slots[slot]! - 1) * TAG_OCTETS))
      slot = (slot + 1) & (size - 1);
    if (slots[slot] !== 0) continue;
    unique.set(tags.subarray(at, at + TAG_OCTETS), found * TAG_OCTETS);
    slots[slot] = ++found;
  }
  return unique.subarray(0, found * TAG_OCTETS);
}

function isSame(a: Uint8Array, at: number, b: Uint8Array, bt: number): boolean {
  for (let i = 0; i < TAG_OCTETS; i++) if (a[at + i] !== b[bt + i]) return false;
  return true;
}
