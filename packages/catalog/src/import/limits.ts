/** The most that is taken in (导入上限). Everything else: `TABLE_LIMITS` of `@gov/table`, `CATALOG_LIMITS`. */
export const IMPORT_LIMITS = {
  /** Bytes of one line of JSON Lines, a resource with all its items. */
  jsonLine: 8_388_608,
  /** Issues named of one record; of the rest, how many. */
  issues: 1_000,
  /** Different texts that are held to be the same string wherever they stand. */
  interned: 65_536,
} as const;
