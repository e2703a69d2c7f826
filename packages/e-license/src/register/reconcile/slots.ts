/** Places in status lists: each has one licence, none is left out, and the lists are made from what the rows say. */
import type { LicenseStatus } from '../../status.js';
import { slotCounter, slotOf } from '../numbers.js';
import type { LicenseStore, RegisterEntry } from '../port.js';
import type { Discrepancy, UnfinishedBatch } from './discrepancy.js';
import { NAMED, without } from './serials.js';

/** A byte for each place: 0 nobody's, else 1 more than the place of its status among those met. */
type Lists = Map<number, Uint8Array>;

export class SlotMap {
  readonly #counters: ReadonlyMap<string, number>;
  readonly #batches: readonly UnfinishedBatch[];
  readonly #listSize: number;
  readonly #issuers = new Map<string, Lists>();
  readonly #statuses: LicenseStatus[] = [];

  constructor(counters: ReadonlyMap<string, number>, batches: readonly UnfinishedBatch[], listSize: number) {
    this.#counters = counters;
    this.#batches = batches;
    this.#listSize = listSize;
    for (const counter of counters.keys()) {
      if (counter.startsWith(slotCounter(''))) this.#issuers.set(counter.slice(slotCounter('').length), new Map());
    }
  }

  *next(entry: RegisterEntry): Iterable<Discrepancy> {
    const { identifier, issuerCode, slot, status } = entry;
    const last = this.#counters.get(slotCounter(issuerCode)) ?? 0;
    const number = slot.list * this.#listSize + slot.index + 1;
    const where = `place ${slot.index} of list ${slot.list}`;
    if (!(slot.index < this.#listSize && number <= last)) {
      yield { code: 'slot-beyond-counter', identifier, detail: `${slotCounter(issuerCode)} has not come to ${where}` };
      return;
    }
    const list = this.#list(issuerCode, slot.list);
    if (list[slot.index] !== 0) yield { code: 'slot-twice', identifier, detail: `${where} has another licence` };
    list[slot.index] = this.#codeOf(status);
  }

  async *end(store: LicenseStore): AsyncIterable<Discrepancy> {
    for (const issuerCode of this.#issuers.keys()) {
      yield* this.#missing(issuerCode);
      for (const list of this.#listsOf(issuerCode)) yield* this.#compared(store, issuerCode, list);
    }
  }

  *#missing(issuerCode: string): Iterable<Discrepancy> {
    const waiting = this.#batches
      .filter((batch) => batch.issuerCode === issuerCode)
      .map(({ firstSlot, rows }) => [firstSlot, firstSlot + rows - 1] as const);
    for (const [from, to] of without(1, this.#counters.get(slotCounter(issuerCode)) ?? 0, waiting)) {
      let next = from;
      for (const taken of this.#taken(issuerCode, from, to)) {
        if (next < taken) yield this.#gap(issuerCode, next, taken - 1);
        next = taken + 1;
      }
      if (next <= to) yield this.#gap(issuerCode, next, to);
    }
  }

  /** Numbers of places in the range that rows have: a counter may say anything, so only lists with rows are gone through. */
  *#taken(issuerCode: string, from: number, to: number): Iterable<number> {
    for (const list of this.#listsOf(issuerCode)) {
      const places = this.#list(issuerCode, list);
      const first = list * this.#listSize + 1;
      const end = Math.min(to - first, this.#listSize - 1);
      for (let index = Math.max(from - first, 0); index <= end; index++) if (places[index] !== 0) yield first + index;
    }
  }

  #gap(issuerCode: string, from: number, to: number): Discrepancy {
    const place = (number: number): string => {
      const { list, index } = slotOf(number, this.#listSize);
      return `place ${index} of list ${list}`;
    };
    const places =
      to - from < NAMED
        ? Array.from({ length: to - from + 1 }, (_, i) => place(from + i)).join(', ')
        : `${place(from)} to ${place(to)}`;
    return { code: 'slot-missing', detail: `${slotCounter(issuerCode)}: no row has ${places}` };
  }

  /** Lists that rows have places of, in their order. */
  #listsOf(issuerCode: string): readonly number[] {
    return [...(this.#issuers.get(issuerCode)?.keys() ?? [])].sort((a, b) => a - b);
  }

  async *#compared(store: LicenseStore, issuerCode: string, list: number): AsyncIterable<Discrepancy> {
    const own = this.#list(issuerCode, list);
    const valid = this.#codeOf('valid');
    const { taken, changed } = await store.slotStatuses(issuerCode, list, this.#listSize);
    const about = `list ${list} of ${issuerCode}`;
    const rows = own.reduce((sum, code) => sum + (code === 0 ? 0 : 1), 0);
    if (taken !== rows)
      yield { code: 'slot-status', detail: `${about}: ${taken} places are taken, ${rows} rows have one` };
    for (const { index, status } of changed) {
      if (own[index] !== this.#codeOf(status)) {
        yield { code: 'slot-status', detail: `${about}: place ${index} is ${status}, its row is not` };
      }
    }
    const notValid = own.reduce((sum, code) => sum + (code === 0 || code === valid ? 0 : 1), 0);
    if (changed.length !== notValid) {
      yield {
        code: 'slot-status',
        detail: `${about}: ${changed.length} places are not valid, ${notValid} rows are not`,
      };
    }
  }

  #list(issuerCode: string, list: number): Uint8Array {
    const lists = this.#issuers.get(issuerCode) ?? new Map<number, Uint8Array>();
    this.#issuers.set(issuerCode, lists);
    const places = lists.get(list) ?? new Uint8Array(this.#listSize);
    lists.set(list, places);
    return places;
  }

  #codeOf(status: LicenseStatus): number {
    const known = this.#statuses.indexOf(status);
    return known === -1 ? this.#statuses.push(status) : known + 1;
  }
}
