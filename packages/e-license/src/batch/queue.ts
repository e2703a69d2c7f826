/** Handing out ranges of recorded batches (分段领取). */

import type { BatchRecord } from '../register/index.js';

/** A range that somebody works on. */
export interface RangeLease {
  readonly batch: string;
  readonly range: number;
  /** Everything of it is in the register. */
  done(): Promise<void>;
  /** It could not be finished here: somebody else may have it. */
  giveBack(): Promise<void>;
  /** It is damaged: this queue does not hand it out again. */
  skip(): Promise<void>;
}

/**
 * Hands out every range at least once. More is not asked of it: the register alone says what is issued, so that a range that
 * is handed out twice, late or in any order issues nothing twice. Who dies with a lease neither calls `done` nor `giveBack`;
 * a queue of several machines must hand such a range out again after a time.
 */
export interface RangeQueue {
  /** The next range, as soon as there is one; undefined where nothing is left. */
  next(signal?: AbortSignal): Promise<RangeLease | undefined>;
}

export const rangesOf = ({ rows, rangeSize }: BatchRecord): number => Math.ceil(rows / rangeSize);

/** Ranges of one batch, one after another, for one process. */
export function localRanges(batch: BatchRecord): RangeQueue {
  const returned: number[] = [];
  let range = 0;
  const lease = (number: number): RangeLease => ({
    batch: batch.id,
    range: number,
    done: async () => undefined,
    skip: async () => undefined,
    giveBack: async () => {
      returned.push(number);
    },
  });
  return {
    async next() {
      if (range < rangesOf(batch)) {
        range += 1;
        return lease(range - 1);
      }
      const again = returned.pop();
      return again === undefined ? undefined : lease(again);
    },
  };
}
