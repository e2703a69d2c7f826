/**
 * `@gov/city-code/filter`: revoked tags in some 18 bits each, for gates without a network (撤销过滤器).
 *
 * A filter never misses a revoked tag. It takes one tag in 65,536 for a revoked one that is not (one in 256 with fingerprints of
 * 8 bits, at half the size): such an answer is to be confirmed with the issuer.
 *
 * @packageDocumentation
 * @example
 * import { buildRevocationFilter, readRevocationFilter } from '@gov/city-code/filter';
 * import { generateSm2Key, sm2Signer } from '@gov/sm';
 *
 * const bytes = await buildRevocationFilter([crypto.getRandomValues(new Uint8Array(10))], {
 *   issuerIndex: 7,
 *   sequence: 1,
 *   issued: new Date('2026-05-20T01:00:00Z'),
 *   until: new Date('2026-05-20T07:00:00Z'),
 *   signer: sm2Signer(generateSm2Key()),
 * });
 * readRevocationFilter(bytes).count; // 1
 */
import type { Signer, Verifier } from '@gov/sm';
import { GovError } from '@gov/verdict';
import { buildFuse, FUSE_MAX_EXPONENT, FuseLocator, fusePlaces } from './internal/binary-fuse.js';
import { TAG_OCTETS } from './internal/tag-hash.js';

export const REVOCATION_FILTER_LIMITS = {
  /** Tags of one filter. */
  tags: 50_000_000,
  /** Octets of one file. */
  bytes: 128 * 1024 * 1024,
} as const;

/** What a filter says of itself. */
export interface RevocationFilterHead {
  /** Of the issuer in trust lists, whose tags these are and who signs. */
  readonly issuerIndex: number;
  /** Grows with each filter of an issuer, 1 to 2^32 − 1. */
  readonly sequence: number;
  /** Whole seconds. */
  readonly issued: Date;
  /** Past it the filter answers nothing. */
  readonly until: Date;
}

export interface RevocationFilterOptions extends RevocationFilterHead {
  /** SM2, of the issuer. */
  readonly signer: Signer;
  /** 16 unless given. */
  readonly fingerprintBits?: 8 | 16;
  readonly random?: (octets: number) => Uint8Array;
}

const MAGIC = Uint8Array.of(0x43, 0x43, 0x46, 0x31);
const HEAD = 36;
const SIGNATURE = 64;

/**
 * Builds and signs a filter (docs/formats/city-code-filter.md).
 *
 * @param tags 10 octets each, in any order, one after another as a register hands them out; repetitions are taken once
 * @throws GovError `invalid-argument` for a tag, number or time that does not fit; `limit-exceeded` beyond
 *   `REVOCATION_FILTER_LIMITS`
 */
export async function buildRevocationFilter(
  tags: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  options: RevocationFilterOptions,
): Promise<Uint8Array> {
  const { issuerIndex, sequence, issued, until, signer, fingerprintBits = 16, random = randomOctets } = options;
  demand(signer.algorithm === 'SM2-SM3', 'an issuer signs with SM2');
  demand(isWord(issuerIndex, 0, 0xffff) && isWord(sequence, 1), 'an index has 16 bits, a sequence 32');
  demand(fingerprintBits === 8 || fingerprintBits === 16, 'fingerprints have 8 or 16 bits');
  const [from, to] = [issued, until].map((time) => time.getTime() / 1000) as [number, number];
  demand(isWord(from) && isWord(to) && from < to, 'a filter is issued before it ends, in whole seconds');
  const { seed, shape, places, count } = buildFuse(await gathered(tags), fingerprintBits, random);
  const bytes = new Uint8Array(HEAD + places.length + SIGNATURE);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC);
  bytes[4] = fingerprintBits;
  bytes[5] = shape.exponent;
  view.setUint16(6, issuerIndex);
  view.setUint32(8, sequence);
  view.setUint32(12, from);
  view.setUint32(16, to);
  view.setUint32(20, count);
  view.setUint32(24, shape.segments);
  bytes.set(seed, 28);
  bytes.set(places, HEAD);
  bytes.set(await signer.sign(bytes.subarray(0, -SIGNATURE)), HEAD + places.length);
  return bytes;
}

/** One after another in one piece of memory, which grows by half. */
async function gathered(tags: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  let octets = new Uint8Array(4096 * TAG_OCTETS);
  let length = 0;
  const take = (tag: Uint8Array) => {
    demand(tag.length === TAG_OCTETS, 'a tag has 10 octets');
    if (length === REVOCATION_FILTER_LIMITS.tags * TAG_OCTETS)
      throw new GovError('limit-exceeded', `a filter of more than ${REVOCATION_FILTER_LIMITS.tags} tags`);
    if (length === octets.length) {
      const larger = new Uint8Array(TAG_OCTETS * Math.ceil((octets.length / TAG_OCTETS) * 1.5));
      larger.set(octets);
      octets = larger;
    }
    octets.set(tag, length);
    length += TAG_OCTETS;
  };
  if (Symbol.iterator in tags) for (const tag of tags) take(tag);
  else for await (const tag of tags) take(tag);
  return octets.subarray(0, length);
}

/** A filter as it was received. */
export class RevocationFilter implements RevocationFilterHead {
  readonly issuerIndex: number;
  readonly sequence: number;
  readonly issued: Date;
  readonly until: Date;
  /** Tags in it. */
  readonly count: number;
  readonly fingerprintBits: 8 | 16;
  /** How often a tag that is not in it is taken for one that is. */
  readonly falsePositiveRate: number;
  readonly #bytes: Uint8Array;
  readonly #locator: FuseLocator;

  /** @internal by `readRevocationFilter` */
  constructor(bytes: Uint8Array) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#bytes = bytes;
    this.fingerprintBits = bytes[4] as 8 | 16;
    this.issuerIndex = view.getUint16(6);
    this.sequence = view.getUint32(8);
    this.issued = new Date(view.getUint32(12) * 1000);
    this.until = new Date(view.getUint32(16) * 1000);
    this.count = view.getUint32(20);
    this.falsePositiveRate = this.count === 0 ? 0 : 2 ** -this.fingerprintBits;
    const shape = { exponent: bytes[5]!, segments: view.getUint32(24) };
    this.#locator = new FuseLocator(bytes.slice(28, HEAD), shape, this.fingerprintBits);
  }

  /** False: the tag was not revoked. True: it was, or is one of the few that look as if. @param tag 10 octets */
  mayContain(tag: Uint8Array): boolean {
    if (tag.length !== TAG_OCTETS) throw new GovError('invalid-argument', 'a tag has 10 octets');
    if (this.count === 0) return false;
    this.#locator.locate(tag, 0);
    const { first, second, third, fingerprint } = this.#locator;
    const octets = this.#bytes;
    if (this.fingerprintBits === 8)
      return (octets[HEAD + first]! ^ octets[HEAD + second]! ^ octets[HEAD + third]!) === fingerprint;
    const [a, b, c] = [HEAD + 2 * first, HEAD + 2 * second, HEAD + 2 * third];
    const low = octets[a]! ^ octets[b]! ^ octets[c]!;
    const high = octets[a + 1]! ^ octets[b + 1]! ^ octets[c + 1]!;
    return ((high << 8) | low) === fingerprint;
  }

  /** Whether the holder of this key, the issuer's, signed the whole file. */
  isSignedBy(verifier: Verifier): Promise<boolean> {
    const end = this.#bytes.length - SIGNATURE;
    return verifier.verify(this.#bytes.subarray(0, end), this.#bytes.subarray(end));
  }
}

/**
 * Reads a filter. Its signature is not looked at: `isSignedBy`, or `Gate.take`. The octets are not copied: they are not to change.
 *
 * @throws GovError `revocation-filter-malformed`; `input-too-large` beyond `REVOCATION_FILTER_LIMITS`
 */
export function readRevocationFilter(bytes: Uint8Array): RevocationFilter {
  if (bytes.length > REVOCATION_FILTER_LIMITS.bytes)
    throw new GovError('input-too-large', `a filter of more than ${REVOCATION_FILTER_LIMITS.bytes} octets`);
  if (bytes.length < HEAD + SIGNATURE || MAGIC.some((octet, at) => bytes[at] !== octet)) throw malformed('not CCF1');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const [bits, exponent] = [bytes[4]!, bytes[5]!];
  const [sequence, issued, until, count, segments] = [8, 12, 16, 20, 24].map((at) => view.getUint32(at)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  if (bits !== 8 && bits !== 16) throw malformed(`fingerprints of ${bits} bits`);
  if (exponent > FUSE_MAX_EXPONENT || segments === 0) throw malformed('segments that cannot be');
  const places = fusePlaces({ exponent, segments });
  if (bytes.length !== HEAD + (places * bits) / 8 + SIGNATURE) throw malformed('another length than its head says');
  if (count > places) throw malformed('more tags than places');
  if (sequence === 0) throw malformed('sequence 0');
  if (issued >= until) throw malformed('it ends before it is issued');
  return new RevocationFilter(bytes);
}

const randomOctets = (octets: number): Uint8Array => crypto.getRandomValues(new Uint8Array(octets));

const isWord = (value: number, least = 0, most = 0xffffffff): boolean =>
  Number.isInteger(value) && value >= least && value <= most;

function demand(holds: boolean, what: string): void {
  if (!holds) throw new GovError('invalid-argument', what);
}

const malformed = (what: string): GovError =>
  new GovError('revocation-filter-malformed', `no revocation filter: ${what}`);
