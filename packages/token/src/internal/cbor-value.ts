/** A tagged data item (标签项, RFC 8949 3.4); no tag is interpreted. */
export class Tagged {
  readonly tag: number | bigint;
  readonly value: CborValue;

  constructor(tag: number | bigint, value: CborValue) {
    this.tag = tag;
    this.value = value;
  }
}

/**
 * What CBOR holds, in JavaScript. Integers within ±(2^53 − 1) and all floats are `number`, other integers of 64 bits
 * `bigint`; byte strings are `Uint8Array`, maps `Map`.
 */
export type CborValue =
  | number
  | bigint
  | string
  | boolean
  | null
  | undefined
  | Uint8Array
  | readonly CborValue[]
  | ReadonlyMap<CborValue, CborValue>
  | Tagged;
