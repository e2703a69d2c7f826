/** What is read of a DCAT document, and how much of it. */

export type DcatForm = 'turtle' | 'json-ld';

export const DCAT_LIMITS = {
  /** Octets of the document. */
  bytes: 67_108_864,
  /** Statements of the graph: they are held. */
  statements: 2_000_000,
  /** Items of one dataset, steps of a classification. */
  list: 10_000,
  /** Objects and arrays of JSON-LD inside one another. */
  depth: 32,
  /** UTF-16 units of a term: of longer texts engines make one hash for each length. */
  term: 16_000,
  /** UTF-16 units of all terms of the statements, each as often as it stands there: a prefix makes much of little. */
  characters: 268_435_456,
  /** Contexts in one JSON-LD document: each is put upon a copy of those before it. */
  contexts: 16,
  /** Objects in them, */
  contextObjects: 1_000,
  /** and UTF-16 units of each. */
  contextLength: 262_144,
} as const;

/** A dataset that was read (数据集). */
export interface ReadDataset {
  /** Of the dataset, or of no use where it is a blank node. */
  readonly iri: string;
  /** What it says, under the names of `CatalogResource`: what it does not say is absent. `readRecord` judges it. */
  readonly value: Readonly<Record<string, unknown>>;
}

export interface ReadDcatOptions {
  readonly form: DcatForm;
  readonly signal?: AbortSignal;
}
