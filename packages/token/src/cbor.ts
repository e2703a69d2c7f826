/**
 * `@gov/token/cbor`: deterministic CBOR (简明二进制对象表示, RFC 8949), nothing more than tokens need.
 *
 * @example
 * import { decodeCbor, encodeCbor } from '@gov/token/cbor';
 *
 * const bytes = encodeCbor(new Map([[1, '食品经营许可证']]));
 * const map = decodeCbor(bytes, { profile: 'strict' }); // Map { 1 => '食品经营许可证' }
 *
 * @packageDocumentation
 */
import { GovError } from '@gov/verdict';
import { CborReader } from './internal/cbor-reader.js';
import type { CborValue } from './internal/cbor-value.js';
import { CborWriter } from './internal/cbor-writer.js';

export { type CborValue, Tagged } from './internal/cbor-value.js';

/**
 * How the encoding is judged. `strict`: deterministic encoding of RFC 8949 4.2.1 only. `lenient`: any well-formed and
 * valid encoding. Neither accepts duplicate keys, trailing bytes or text that is not UTF-8.
 */
export type CborProfile = 'strict' | 'lenient';

export interface CborLimits {
  /** Bytes of the whole input. */
  readonly bytes: number;
  /** Arrays, maps and tags inside one another. */
  readonly depth: number;
  /** Data items of the whole input: every key, value, element, tag and container counts as one. */
  readonly items: number;
}

/** What `decodeCbor` takes unless told otherwise; `depth` also binds `encodeCbor`, which so refuses cyclic values. */
export const CBOR_LIMITS: CborLimits = { bytes: 1_048_576, depth: 16, items: 10_000 };

export interface DecodeCborOptions {
  readonly profile: CborProfile;
  readonly limits?: Partial<CborLimits>;
}

/**
 * Encodes deterministically (确定性编码, RFC 8949 4.2.1): shortest integers, lengths and floats, definite lengths, map
 * keys in the bytewise order of their encodings. A `number` that is an integer within ±(2^53 − 1) becomes an integer,
 * every other `number` the shortest float that keeps it (4.2.2, first alternative); NaN is always f97e00.
 *
 * @throws GovError `invalid-argument` for values CBOR has no place for (objects, functions, lone surrogates, integers
 * over 64 bits) and for two keys with one encoding; `limit-exceeded` for nesting deeper than `CBOR_LIMITS.depth`.
 */
export function encodeCbor(value: CborValue): Uint8Array {
  const writer = new CborWriter(CBOR_LIMITS.depth);
  writer.write(value, 0);
  return writer.finish();
}

/**
 * Decodes exactly one data item. Byte strings are views into `bytes`, which therefore must not change afterwards.
 *
 * `strict` takes only what `encodeCbor` could have written: besides the rules of 4.2.1, a float that holds an integer
 * within ±(2^53 − 1) is refused, because it would be the same JavaScript value as that integer. Simple values other
 * than false, true, null and undefined are refused by both profiles: none is assigned.
 *
 * @throws GovError `cbor-malformed`, with the offset; `input-too-large` beyond `limits.bytes`.
 */
export function decodeCbor(bytes: Uint8Array, { profile, limits }: DecodeCborOptions): CborValue {
  const { bytes: maxBytes, depth, items } = { ...CBOR_LIMITS, ...limits };
  if (bytes.length > maxBytes) {
    throw new GovError('input-too-large', `CBOR of ${bytes.length} bytes; at most ${maxBytes} are read`);
  }
  return new CborReader(bytes, profile === 'strict', depth, items).readWhole();
}
