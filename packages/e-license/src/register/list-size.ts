/** How long the status lists of an issuer are (状态列表长度): kept with its counters, for a place is a number only by it. */
import { GovError } from '@gov/verdict';
import type { CounterValue, LicenseStore, LicenseTransaction } from './port.js';

/** Counter that stands at the places of one status list of an issuer, from the first place that was taken on. */
const COUNTER = 'listsize:';
const listSizeCounter = (issuerCode: string): string => `${COUNTER}${issuerCode}`;

/** Whether it is kept for the issuer. @throws GovError `invalid-argument` where its licences have places in lists of another size */
export function checkListSize(counters: readonly CounterValue[], issuerCode: string, listSize: number): boolean {
  const counter = listSizeCounter(issuerCode);
  const kept = counters.find((one) => one.counter === counter)?.last;
  if (kept !== undefined && kept !== listSize) {
    throw new GovError('invalid-argument', `status lists of ${issuerCode} have ${kept} places, not ${listSize}`);
  }
  return kept !== undefined;
}

/** The same of every issuer. @throws GovError `invalid-argument` */
export function checkListSizes(counters: readonly CounterValue[], listSize: number): void {
  for (const { counter } of counters)
    if (counter.startsWith(COUNTER)) checkListSize(counters, counter.slice(COUNTER.length), listSize);
}

/** Transactions that take places in status lists, all of one size. */
export class ListSizes {
  readonly #store: LicenseStore;
  readonly #listSize: number;
  readonly #kept = new Set<string>();

  constructor(store: LicenseStore, listSize: number) {
    this.#store = store;
    this.#listSize = listSize;
  }

  /**
   * A transaction of the store in which the size is kept with the first place, or known to be the one that is.
   *
   * @throws GovError `invalid-argument` for another size; what the store and `work` throw
   */
  async transaction<T>(issuerCode: string, work: (tx: LicenseTransaction) => Promise<T>): Promise<T> {
    for (;;) {
      const isKept = await this.#isKept(issuerCode);
      let overtaken = false;
      try {
        return await this.#store.transaction(async (tx) => {
          overtaken = !isKept && (await tx.takeNumbers(listSizeCounter(issuerCode), this.#listSize)) !== 1;
          if (overtaken) throw new GovError('invalid-argument', 'the size of the lists was kept at this moment');
          return work(tx);
        });
      } catch (error) {
        // Somebody else took the first place: now it is known which size it was.
        if (!overtaken) throw error;
      }
    }
  }

  async #isKept(issuerCode: string): Promise<boolean> {
    if (this.#kept.has(issuerCode)) return true;
    const isKept = checkListSize(await this.#store.counters(), issuerCode, this.#listSize);
    if (isKept) this.#kept.add(issuerCode);
    return isKept;
  }
}
