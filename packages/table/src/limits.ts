/** What `readTable` takes unless told otherwise; beyond it `limit-exceeded`, beyond `bytes` `input-too-large`. */
export interface TableLimits {
  /** Bytes of the file as it comes; an XLSX file is held as long as it is read, CSV and JSON Lines are not. */
  readonly bytes: number;
  /** Rows of the sheet, empty ones and those above the header among them. */
  readonly rows: number;
  readonly columns: number;
  /** UTF-16 units of one cell; of a line of JSON Lines `cellLength × 8`. */
  readonly cellLength: number;
  /** UTF-16 units of all cells of CSV and XLSX, a shared string each time it is used: a small file can name a long one millions of times. */
  readonly text: number;
  /** Arrays and objects inside one another in a line of JSON Lines. */
  readonly jsonDepth: number;
  /** Files in the XLSX package. */
  readonly zipEntries: number;
  /** Bytes of one inflated part of an XLSX package. */
  readonly inflated: number;
  /** Inflated bytes for one compressed byte of a part, once it is longer than 1 MiB. */
  readonly inflationRatio: number;
  /** Elements of an XML part inside one another. */
  readonly xmlDepth: number;
  /** UTF-16 units of XML without a complete tag, text or comment: what a parser has to hold. */
  readonly xmlToken: number;
  readonly sheets: number;
  /** Cell styles of a workbook. */
  readonly styles: number;
  /** Number of shared strings of a workbook. */
  readonly sharedStrings: number;
  /** UTF-16 units of all shared strings; they are held in memory. */
  readonly sharedStringsLength: number;
  /** Merged ranges of the sheet. */
  readonly mergedRanges: number;
  /** Array formulas over several cells that meet one row. */
  readonly arrayFormulas: number;
}

/** 4,096 columns are a quarter of what a sheet can have; 32,767 characters are what Excel takes in a cell. */
export const TABLE_LIMITS: TableLimits = {
  bytes: 268_435_456,
  rows: 1_048_576,
  columns: 4_096,
  cellLength: 32_767,
  text: 1_073_741_824,
  jsonDepth: 16,
  zipEntries: 4_096,
  inflated: 2_147_483_648,
  inflationRatio: 200,
  xmlDepth: 32,
  xmlToken: 1_048_576,
  sheets: 256,
  styles: 65_536,
  sharedStrings: 2_000_000,
  sharedStringsLength: 33_554_432,
  mergedRanges: 100_000,
  arrayFormulas: 256,
};
