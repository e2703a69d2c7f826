/** Serials without gaps and versions without gaps, from rows in the order of identifiers. */
import { parseIdentifier } from '../../identifier.js';
import { serialCounter } from '../numbers.js';
import type { RegisterEntry } from '../port.js';
import type { Discrepancy, UnfinishedBatch } from './discrepancy.js';

/** Gaps that are named one by one; of a longer one its ends are. */
export const NAMED = 3;

export class SerialRuns {
  readonly #counters: ReadonlyMap<string, number>;
  readonly #batches: readonly UnfinishedBatch[];
  /** Counters of which no row has come yet. */
  readonly #open: Set<string>;
  #counter: string | undefined;
  #last = 0;
  #before: RegisterEntry | undefined;

  constructor(counters: ReadonlyMap<string, number>, batches: readonly UnfinishedBatch[]) {
    this.#counters = counters;
    this.#batches = batches;
    this.#open = new Set([...counters.keys()].filter((counter) => counter.startsWith('serial:')));
  }

  *next(entry: RegisterEntry): Iterable<Discrepancy> {
    const { identifier, typeCode, issuerCode, serial } = entry;
    yield* identifierProblems(entry);
    const counter = serialCounter(typeCode, issuerCode);
    if (counter !== this.#counter) {
      yield* this.#endOfCounter();
      this.#counter = counter;
      this.#last = 0;
      this.#open.delete(counter);
    }
    const isNext =
      this.#before?.serial !== serial || serialCounter(this.#before.typeCode, this.#before.issuerCode) !== counter;
    if (isNext) {
      yield* this.#endOfSerial();
      const number = Number(serial);
      if (!/^[0-9]{9}$/.test(serial) || number === 0) {
        yield { code: 'serial-form', identifier, detail: `serial ${serial} is not from a counter` };
      } else {
        yield* this.#missing(this.#last + 1, number - 1);
        this.#last = number;
        if (number > (this.#counters.get(counter) ?? 0)) {
          yield { code: 'serial-beyond-counter', identifier, detail: `${counter} has not come to ${number}` };
        }
      }
      if (entry.version !== 1) yield { code: 'version-missing', identifier, detail: 'the first version is not there' };
    } else {
      yield* followProblems(this.#before!, entry);
    }
    this.#before = entry;
  }

  *end(): Iterable<Discrepancy> {
    yield* this.#endOfSerial();
    yield* this.#endOfCounter();
    for (const counter of this.#open) {
      this.#counter = counter;
      this.#last = 0;
      yield* this.#endOfCounter();
    }
  }

  *#endOfSerial(): Iterable<Discrepancy> {
    const newest = this.#before;
    if (newest?.status === 'superseded') {
      yield { code: 'version-status', identifier: newest.identifier, detail: 'superseded, but nothing follows it' };
    }
    this.#before = undefined;
  }

  *#endOfCounter(): Iterable<Discrepancy> {
    yield* this.#endOfSerial();
    if (this.#counter === undefined) return;
    yield* this.#missing(this.#last + 1, this.#counters.get(this.#counter) ?? 0);
    this.#last = Math.max(this.#last, this.#counters.get(this.#counter) ?? 0);
  }

  /** Numbers from `first` to `last` that no row has and no batch waits for. */
  *#missing(first: number, last: number): Iterable<Discrepancy> {
    const waiting = this.#batches
      .filter(({ typeCode, issuerCode }) => serialCounter(typeCode, issuerCode) === this.#counter)
      .map(({ firstSerial, rows }) => [firstSerial, firstSerial + rows - 1] as const);
    for (const [from, to] of without(first, last, waiting)) {
      const numbers = to - from < NAMED ? serialsOf(from, to) : `${serialOf(from)} to ${serialOf(to)}`;
      yield { code: 'serial-missing', detail: `${this.#counter}: no row has ${numbers}` };
    }
  }
}

/** The range less other ranges. */
export function* without(
  first: number,
  last: number,
  ranges: readonly (readonly [number, number])[],
): Iterable<readonly [number, number]> {
  let from = first;
  for (const [start, end] of [...ranges].sort(([a], [b]) => a - b)) {
    if (start > last) break;
    if (from < start) yield [from, start - 1];
    from = Math.max(from, end + 1);
  }
  if (from <= last) yield [from, last];
}

const serialsOf = (from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, index) => serialOf(from + index)).join(', ');

/** As `serialText`, also of a counter that came further than serials go. */
const serialOf = (n: number): string => String(n).padStart(9, '0');

function* identifierProblems(entry: RegisterEntry): Iterable<Discrepancy> {
  const { identifier, typeCode, issuerCode, serial, version, issuedAt, statusAt } = entry;
  if (Date.parse(statusAt) < Date.parse(issuedAt)) {
    yield { code: 'time-order', identifier, detail: 'its status is from before its issuing' };
  }
  const parsed = parseIdentifier(identifier);
  const { value } = parsed.ok ? parsed : { value: undefined };
  const fits =
    value?.type === typeCode && value.issuer === issuerCode && value.serial === serial && value.version === version;
  if (!fits) {
    yield {
      code: 'identifier-mismatch',
      identifier,
      detail: `the row says ${typeCode} ${issuerCode} ${serial} ${version}`,
    };
  }
}

function* followProblems(before: RegisterEntry, entry: RegisterEntry): Iterable<Discrepancy> {
  const { identifier, version } = entry;
  if (version !== before.version + 1) {
    yield { code: 'version-missing', identifier, detail: `version ${version} follows version ${before.version}` };
  }
  if (Date.parse(entry.issuedAt) < Date.parse(before.issuedAt)) {
    yield { code: 'time-order', identifier, detail: 'it was issued before the version that it follows' };
  }
  if (entry.replaces !== before.identifier) {
    yield { code: 'version-link', identifier, detail: `it does not name ${before.identifier}` };
  }
  if (before.status !== 'superseded') {
    yield {
      code: 'version-status',
      identifier: before.identifier,
      detail: `${before.status}, though version ${version} is there`,
    };
  }
}
