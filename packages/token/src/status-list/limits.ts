/** Bounds of what is read and fetched; each can be narrowed by its caller. */

export const STATUS_LIST_LIMITS = {
  /**
   * Octets of a list once it is inflated: 67 million slots of 2 bits. Deflate grows by a factor of 1032 at most, and a list of
   * nothing but zeros reaches that: no ratio tells a bomb from a good list, this bound does.
   */
  octets: 16 * 1024 * 1024,
  /** Octets of a compressed list: noise does not compress, and deflate adds little to it. */
  compressed: 17 * 1024 * 1024,
  /** Octets of a token, for JWT its characters: base64url twice. */
  token: 32 * 1024 * 1024,
  /** Characters of `sub`, of `aggregation_uri` and of `kid`. */
  text: 2048,
  /** Values of the claims other than the list, JSON or CBOR. */
  items: 200,
} as const;

export const STATUS_FETCH_LIMITS = {
  /** Time for one question, milliseconds. */
  timeoutMs: 10_000,
  /** After a failure nothing is asked again for this long, milliseconds: one dead server must not slow every check. */
  retryMs: 30_000,
  /** A token without a ttl is asked for again after this, seconds. */
  defaultTtl: 3600,
  /** Whatever ttl a token states, it is asked for again no sooner and no later than this, seconds. */
  minTtl: 5,
  maxTtl: 7 * 86_400,
  /** Lists that are kept; the one not used for longest goes first. */
  lists: 64,
} as const;
