/** scrypt (RFC 7914), whose costs the caller has checked. */
export type Scrypt = (
  password: Uint8Array,
  options: {
    readonly salt: Uint8Array;
    readonly N: number;
    readonly r: number;
    readonly p: number;
    /** Octets of key. */
    readonly length: number;
  },
) => Promise<Uint8Array>;
