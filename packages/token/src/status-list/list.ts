/** The list itself (状态列表): statuses of 1, 2, 4 or 8 bits, one after another. */
import { GovError } from '@gov/verdict';
import { compress, decompress } from '#backend/zlib';
import { STATUS_LIST_LIMITS } from './limits.js';

/** Bits of one status. Suspension (value 2) needs 2. */
export type StatusBits = 1 | 2 | 4 | 8;

export const isStatusBits = (value: unknown): value is StatusBits =>
  value === 1 || value === 2 || value === 4 || value === 8;

/**
 * Statuses by index (Token Status List 4.1): index 0 is in the lowest bits of octet 0. A list of another length than fills its
 * last octet is longer by what does: there the values are 0.
 *
 * @example
 * import { StatusList } from '@gov/token/status-list';
 * const list = new StatusList(1_048_576, 2);
 * list.set(17, 1);
 */
export class StatusList {
  readonly bits: StatusBits;
  /** Slots; indexes run from 0 to one less. */
  readonly length: number;
  /** The octets themselves, not a copy. */
  readonly octets: Uint8Array;

  /** All slots 0. @throws GovError `invalid-argument` for bits that are none, or a length beyond `STATUS_LIST_LIMITS.octets` */
  constructor(length: number, bits: StatusBits);
  /** @internal */
  constructor(length: number, bits: StatusBits, octets: Uint8Array);
  constructor(length: number, bits: StatusBits, octets?: Uint8Array) {
    if (!isStatusBits(bits)) throw new GovError('invalid-argument', 'a status has 1, 2, 4 or 8 bits');
    const size = Math.ceil((length * bits) / 8);
    if (!Number.isSafeInteger(length) || length < 1 || size > STATUS_LIST_LIMITS.octets)
      throw new GovError('invalid-argument', `a status list has 1 to ${(STATUS_LIST_LIMITS.octets * 8) / bits} slots`);
    this.bits = bits;
    this.octets = octets ?? new Uint8Array(size);
    this.length = (size * 8) / bits;
  }

  /** Over these octets, not a copy. @throws GovError `invalid-argument` */
  static of(octets: Uint8Array, bits: StatusBits): StatusList {
    return new StatusList((octets.length * 8) / bits, bits, octets);
  }

  /**
   * From a zlib stream (RFC 1950), which must end where the bytes end.
   *
   * @throws GovError `status-list-malformed`; `input-too-large` for more octets than `maxOctets`, on either side
   */
  static decompress(
    compressed: Uint8Array,
    bits: StatusBits,
    maxOctets: number = STATUS_LIST_LIMITS.octets,
  ): StatusList {
    if (compressed.length > STATUS_LIST_LIMITS.compressed)
      throw new GovError('input-too-large', `a compressed status list of ${compressed.length} bytes`);
    const inflated = decompress(compressed, Math.min(maxOctets, STATUS_LIST_LIMITS.octets));
    if ('octets' in inflated && inflated.octets.length > 0) return StatusList.of(inflated.octets, bits);
    if ('problem' in inflated && inflated.problem === 'too-large')
      throw new GovError('input-too-large', `a status list of more than ${maxOctets} octets`);
    const why = 'problem' in inflated ? inflated.problem : 'empty';
    throw new GovError('status-list-malformed', `status list: the zlib stream is ${why}`);
  }

  /** @throws GovError `invalid-argument` for an index outside the list */
  get(index: number): number {
    const bit = this.#bit(index);
    return (this.octets[bit >>> 3]! >>> (bit & 7)) & ((1 << this.bits) - 1);
  }

  /** @throws GovError `invalid-argument` for an index outside the list, or a value that has more bits */
  set(index: number, value: number): void {
    const bit = this.#bit(index);
    const mask = (1 << this.bits) - 1;
    if (!Number.isInteger(value) || value < 0 || value > mask)
      throw new GovError('invalid-argument', `${value} is no status of ${this.bits} bits`);
    const at = bit >>> 3;
    this.octets[at] = (this.octets[at]! & ~(mask << (bit & 7))) | (value << (bit & 7));
  }

  /** At most 2^27: what follows is arithmetic of 32 bits. */
  #bit(index: number): number {
    if (!Number.isInteger(index) || index < 0 || index >= this.length)
      throw new GovError('invalid-argument', `index ${index} is outside the list of ${this.length}`);
    return index * this.bits;
  }
}

/**
 * A list as a zlib stream at the highest level (4.1), as it is at this moment. No method: who only reads lists need not carry a
 * compressor.
 */
export const compressStatusList = ({ octets }: StatusList): Promise<Uint8Array> => compress(octets.slice());
