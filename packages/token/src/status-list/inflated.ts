/** What came out of a zlib stream (RFC 1950): bounded, and with no tolerance for what comes after it. */
export type Inflated =
  | { readonly octets: Uint8Array }
  | { readonly problem: 'damaged' | 'too-large' | 'trailing-bytes' };
