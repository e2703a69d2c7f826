/** Bounds on everything a hostile file can choose. Work is refused with `pdf-limit` before it is done. */
export interface PdfLimits {
  /** Bytes of a file. */
  readonly fileBytes: number;
  /** Bytes of one object as written in the file, its stream apart. */
  readonly objectBytes: number;
  /** Nesting of arrays and dictionaries in one object. */
  readonly depth: number;
  /** Bytes of one string, as written in the file. */
  readonly stringBytes: number;
  /** Bytes of one name, as written in the file; ISO 32000-1 Annex C asks for 127. */
  readonly nameBytes: number;
  /** Bytes of one stream after decoding. */
  readonly decodedBytes: number;
  /** Cross-reference sections along /Prev. */
  readonly sections: number;
  /** Entries of all cross-reference sections together. */
  readonly xrefEntries: number;
  /** Objects read from one file; every object counts once. */
  readonly objects: number;
  /** Depth of the page tree, the field tree, name trees, and of objects needed to read one object. */
  readonly treeDepth: number;
  /** Nodes visited in one walk through the page tree. */
  readonly pages: number;
  /** Fields and widgets visited in one walk through the form. */
  readonly fields: number;
  /** Attached files. */
  readonly attachments: number;
}

export const PDF_LIMITS: PdfLimits = {
  fileBytes: 2 ** 31 - 1,
  objectBytes: 128 * 2 ** 20,
  depth: 100,
  stringBytes: 64 * 2 ** 20,
  nameBytes: 4096,
  decodedBytes: 256 * 2 ** 20,
  sections: 1000,
  xrefEntries: 8_388_608,
  objects: 2_000_000,
  treeDepth: 64,
  pages: 500_000,
  fields: 20_000,
  attachments: 10_000,
};
