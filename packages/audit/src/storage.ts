/** What the audit log asks of whoever keeps it (审计日志的存储端口). Implemented on SQL by `@gov/store`, in memory by `./memory`. */

/** One entry as it is kept: the octets are what the tree binds, and never change. */
export interface StoredAuditEntry {
  /** The entry, UTF-8; the leaf of the tree. Holds no personal data, only commitments to it. */
  readonly bytes: Uint8Array;
  /** What the commitments open to (承诺的盐与原文); may be erased at any time without touching a proof. */
  readonly secrets: readonly AuditSecret[];
}

/** The opening of one commitment of an entry. */
export interface AuditSecret {
  readonly name: string;
  /** 32 random octets. */
  readonly salt: Uint8Array;
  readonly value: string;
}

/**
 * Hashes of complete subtrees, by tiles as in the C2SP tlog-tiles layout: tile (level L, index N) holds up to 256 hashes, each of
 * 32 octets, of subtrees of 256^L leaves, one after another from the N·256th on. Level 0 holds leaf hashes.
 */
export interface AuditTiles {
  readTile(log: string, level: number, index: number): Promise<Uint8Array | undefined>;
}

/** Writing, inside a transaction of the store: all of it happens with the rest of the transaction, or nothing does. */
export interface AuditTransaction extends AuditTiles {
  /** Entries of the log so far, 0 for a new one. Nobody else appends to it until this transaction ends. */
  lockSize(log: string): Promise<number>;
  /** New, or in place of the shorter one there was. */
  writeTile(log: string, level: number, index: number, hashes: Uint8Array): Promise<void>;
  /** Appends at position `from`, which is the locked size. */
  insertEntries(log: string, from: number, entries: readonly StoredAuditEntry[]): Promise<void>;
}

/** Reading and, by `transaction`, appending. */
export interface AuditStorage extends AuditTiles {
  auditTransaction<T>(work: (tx: AuditTransaction) => Promise<T>): Promise<T>;
  size(log: string): Promise<number>;
  /** Octets of the entries `from` (included) to `to` (excluded), as many as there are. */
  entries(log: string, from: number, to: number): Promise<readonly Uint8Array[]>;
  /** Openings of an entry; none where they were erased. */
  secrets(log: string, index: number): Promise<readonly AuditSecret[]>;
  /** Forgets the openings of these entries; answers how many were there. */
  eraseSecrets(log: string, indices: readonly number[]): Promise<number>;
}
