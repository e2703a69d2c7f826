/** What came out of a raw deflate stream: bounded, and with no tolerance for what comes after it. */
export type Inflated =
  | { readonly bytes: Uint8Array }
  | { readonly problem: 'damaged' | 'too-large' | 'trailing-bytes' };
