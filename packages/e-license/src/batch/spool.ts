/** Where packed ranges wait between the check and the recording, so that the file is read once (暂存). */

export interface RangeSpool {
  append(range: Uint8Array): Promise<void>;
  /** All of them in their order; may be asked again. */
  ranges(): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/** In memory: some 100 octets for each row. `fileSpool` of `@gov/e-license/batch/files` holds nothing. */
export function memorySpool(): RangeSpool {
  const ranges: Uint8Array[] = [];
  return {
    async append(range) {
      ranges.push(range);
    },
    async *ranges() {
      yield* ranges;
    },
    async close() {
      ranges.length = 0;
    },
  };
}
