/** Bounds on the work of one look for hazards. What lies beyond is not looked at, and `hazard-limit` says so. */
export const HAZARD_LIMITS = {
  /** Objects that are read. */
  objects: 200_000,
  /** Cross-reference entries of all revisions together. */
  entries: 2_000_000,
  /** Places that look like an object nobody names. */
  candidates: 10_000,
  /** Annotations of all pages together. */
  annotations: 50_000,
  /** Bytes of object streams after decoding, all together. */
  objectStreamBytes: 64 * 2 ** 20,
  /** Bytes of one field's appearance after decoding. */
  appearanceBytes: 64 * 1024,
  /** Findings of one code; one more says how many were left out. */
  findingsPerCode: 20,
} as const;
