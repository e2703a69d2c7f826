/** The most that a record may hold. Lengths are UTF-16 code units; counts are entries. */
export const CATALOG_LIMITS = {
  /** Names, of records, items, departments, steps of the classification, and other words of one line. */
  name: 200,
  /** 信息资源摘要, and every other text that may have several lines. */
  text: 2_000,
  /** Codes of records, of data elements. */
  code: 100,
  /** 类, 项, 目, 细目. */
  classification: 4,
  /** 信息项 of one resource. */
  items: 2_000,
  /** 样例数据 of one item. */
  samples: 20,
  /** One sample. */
  sample: 200,
  /** Codes in one list of references. */
  references: 2_000,
  /** 数据专员 of one department. */
  officers: 50,
  /** 数据长度 and 小数位数, characters or digits. */
  itemLength: 1_000_000_000,
  /** All values of one record, lists and their entries among them. */
  values: 100_000,
  /** All its texts together. */
  characters: 10_000_000,
  /** Lists and objects in one another. */
  depth: 8,
  /** Text of a profile's pattern. */
  pattern: 200,
  /** Ways in which a profile's pattern can be tried on one code. */
  patternWays: 20_000,
  /** Sheets of a profile. */
  sheets: 50,
  /** Columns of a sheet of a profile. */
  columns: 200,
  /** Headers of one column, names of one sheet. */
  headers: 50,
  /** Entries of each other table of a profile. */
  profileEntries: 10_000,
} as const;
