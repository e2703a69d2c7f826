/** What a code denoted at a time, and what became of it: answers that need a history. */
import { GovError } from '@gov/verdict';
import type { DivisionTable } from '../division-table.js';
import { type DivisionHistory, HistoryLookup, type HistoryRecord } from './history.js';
import type { Division } from './table.js';

/** What took over from a division. */
export interface Succession {
  readonly code: string;
  /** It took over between the ends of the year before and of this one. */
  readonly year: number;
  /** It took a part only, and the division itself remained. */
  readonly part: boolean;
}

/** What became of a division by today, over any number of steps. */
export interface Descent {
  /** Active codes, the smallest first: the code itself when it still denotes the same. */
  readonly active: readonly string[];
  /** Codes where the trace is lost: abolished, and the history names no successor. */
  readonly lost: readonly string[];
}

/** A division as it was at a time. */
export interface DivisionThen extends Division {
  /** With the names of that time, as `河北省石家庄市桥东区`. */
  readonly fullName: string;
  /**
   * False when the code began, ended or changed its name in that year, or the time lies outside the history: lists are of 31
   * December, so that on other days of such a year it may have been so or not.
   */
  readonly certain: boolean;
}

/** The divisions of a time: also a `DivisionTable`, for checks of a code as of that time. */
export interface DivisionsThen extends DivisionTable {
  /** `abolished`: the code was in force earlier, with the last name it had. `undefined`: not yet, or never. */
  find(code: string): DivisionThen | undefined;
  /** All that were in force, by code; in a year of change also what is not certain. */
  all(): readonly DivisionThen[];
}

/** A day, as the year it lies in and whether it is the last of it, in Asia/Shanghai. */
interface Moment {
  readonly year: number;
  readonly last: boolean;
}

/** @throws GovError `invalid-argument` */
function momentOf(when: Date | number): Moment {
  if (typeof when === 'number') {
    if (Number.isInteger(when) && when >= 1 && when <= 9999) return { year: when, last: true };
    throw new GovError('invalid-argument', 'a year is a whole number from 1 to 9999');
  }
  const local = new Date(when.getTime() + 8 * 3_600_000);
  if (Number.isNaN(local.getTime())) throw new GovError('invalid-argument', 'the time is no valid date');
  return { year: local.getUTCFullYear(), last: local.getUTCMonth() === 11 && local.getUTCDate() === 31 };
}

export class DivisionTimes {
  readonly history: DivisionHistory;
  readonly #lookup: HistoryLookup;

  constructor(history: DivisionHistory) {
    this.history = history;
    this.#lookup = new HistoryLookup(history.records);
  }

  records(code: string): readonly HistoryRecord[] {
    return this.#lookup.of(code);
  }

  /** The last of every code, as a record of the table. */
  *latest(): Generator<Division> {
    for (const code of this.#lookup.codes()) {
      const { name, level, until } = this.records(code).at(-1)!;
      yield { code, name, level, status: until === undefined ? 'active' : 'abolished' };
    }
  }

  at(when: Date | number): DivisionsThen {
    const { year, last } = momentOf(when);
    const { firstYear, lastYear } = this.history;
    const within = year >= firstYear && year <= lastYear;
    // Outside, the nearest list is all there is.
    const list = Math.min(Math.max(year, firstYear), lastYear);
    const between = within && !last;
    const before = between && year > firstYear ? year - 1 : list;
    const find = (code: string): DivisionThen | undefined => {
      const earlier = this.#lookup.atEndOf(before, code);
      const later = this.#lookup.atEndOf(list, code);
      const record = earlier ?? later;
      const known = record ?? this.records(code).findLast(({ until = Number.POSITIVE_INFINITY }) => until <= list);
      if (known === undefined) return undefined;
      return {
        code,
        name: known.name,
        level: known.level,
        status: record === undefined ? 'abolished' : 'active',
        fullName: fullNameOf(known),
        certain: within && earlier === later && !(between && year === firstYear),
      };
    };
    return {
      find,
      all: () => Array.from(this.#lookup.codes(), find).filter((one) => one?.status === 'active') as DivisionThen[],
    };
  }

  successors(code: string): readonly Succession[] {
    const seen = new Map<string, Succession>();
    for (const record of this.records(code))
      for (const { code: next, partIn } of record.successors) {
        const year = partIn ?? record.until!;
        if (next !== code) seen.set(`${next} ${year}`, { code: next, year, part: partIn !== undefined });
      }
    return [...seen.values()].sort((a, b) => a.year - b.year || (a.code < b.code ? -1 : 1));
  }

  /** @throws GovError `invalid-argument` */
  descent(code: string, since?: Date | number): Descent {
    const start = since === undefined ? this.records(code).at(-1) : this.#startOf(code, momentOf(since));
    const active = new Set<string>();
    const lost = new Set<string>();
    const seen = new Set<HistoryRecord>();
    const open = start === undefined ? [] : [start];
    for (let record = open.pop(); record !== undefined; record = open.pop()) {
      if (seen.has(record)) continue;
      seen.add(record);
      if (record.until === undefined) active.add(record.code);
      else {
        const next = this.#next(record, record.until);
        if (next.length === 0) lost.add(record.code);
        open.push(...next);
      }
    }
    return { active: [...active].sort(), lost: [...lost].sort() };
  }

  /** What was in force at that time; in a year of change, what was in force as it began. */
  #startOf(code: string, { year, last }: Moment): HistoryRecord | undefined {
    const list = Math.min(Math.max(year, this.history.firstYear), this.history.lastYear);
    return (last ? undefined : this.#lookup.atEndOf(list - 1, code)) ?? this.#lookup.atEndOf(list, code);
  }

  /** Where it went as it ended; to the next of the same code where the history names none. */
  #next({ code, successors }: HistoryRecord, year: number): HistoryRecord[] {
    const named = successors.filter(({ partIn }) => partIn === undefined).map((one) => one.code);
    return (named.length > 0 ? named : [code]).flatMap((one) => this.#lookup.atEndOf(year, one) ?? []);
  }
}

function fullNameOf({ province, prefecture = '', name, level }: HistoryRecord): string {
  if (level === 'province') return name;
  return level === 'prefecture' ? province + name : province + prefecture + name;
}
