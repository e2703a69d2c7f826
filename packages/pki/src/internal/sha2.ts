/** What the implementations of SHA-2 answer, and by which names. */
export type Sha2Name = 'SHA-256' | 'SHA-384' | 'SHA-512';

/** A digest of data that arrives in pieces. */
export interface RunningDigest {
  update(data: Uint8Array): void;
  /** Once. */
  digest(): Uint8Array;
}
