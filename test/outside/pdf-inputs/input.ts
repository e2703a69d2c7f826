/** A file to be sealed, and who wrote it. */
export interface Input {
  readonly name: string;
  /** Opens it; absent where it is not encrypted, or for everybody. */
  readonly password?: string;
  /** Why it is not sealed: the code. */
  readonly refused?: string;
  /** It asks viewers to draw its fields anew (/NeedAppearances), and poppler then draws no signature at all. */
  readonly drawnAnew?: boolean;
  /** @returns undefined where a program it takes is not on this machine */
  readonly make: () => Promise<Uint8Array | undefined>;
}
