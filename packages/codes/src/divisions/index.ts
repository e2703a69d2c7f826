/**
 * `@gov/codes/divisions`: the divisions of China (行政区划, GB/T 2260) down to counties: names, what lies in what, search, and
 * with a history what a code once denoted and what became of it. The table is as of 31 December 2024, and holds the codes
 * that were abolished since the 1980s as well, as far as its sources have them.
 *
 * @packageDocumentation
 * @example
 * const table = divisions();
 * console.log(table.fullName('330106')); // 浙江省杭州市西湖区
 * console.log(table.search('杭州西湖')[0]?.division.code); // 330106
 * console.log(table.find('110103')); // { code: '110103', name: '崇文区', level: 'county', status: 'abolished' }
 */
import type { DivisionTable } from '../division-table.js';
import type { DivisionHistory, HistoryRecord } from './history.js';
import { type Descent, type DivisionsThen, DivisionTimes, type Succession } from './in-time.js';
import { type Spelling, unpackedSpelling } from './pinyin.js';
import { DivisionIndex, type DivisionMatch, type DivisionSearchOptions } from './search.js';
import { type Division, DivisionRecords, unpackedDivisions } from './table.js';

export {
  type DivisionHistory,
  type HistoryRecord,
  type HistorySuccessor,
  MAX_HISTORY_LENGTH,
  MAX_HISTORY_NAME,
  MAX_HISTORY_ROWS,
  MAX_HISTORY_SUCCESSORS,
  readDivisionHistory,
} from './history.js';
export type { Descent, DivisionsThen, DivisionThen, Succession } from './in-time.js';
export { type DivisionMatch, type DivisionSearchOptions, MAX_DIVISION_MATCHES, MAX_DIVISION_QUERY } from './search.js';
export { DIVISIONS_YEAR, type Division, type DivisionLevel } from './table.js';

/** A table of divisions (行政区划表). */
export interface Divisions extends DivisionTable {
  /** The division of a code, also an abolished one. */
  find(code: string): Division | undefined;
  name(code: string): string | undefined;
  /**
   * From the province down to the division itself; empty for an unknown code. A county directly under a province
   * (省直辖县级行政区划, a district of 北京) has two.
   */
  path(code: string): readonly Division[];
  /** As `浙江省杭州市西湖区`: the names of the path. */
  fullName(code: string): string | undefined;
  parent(code: string): Division | undefined;
  /** Active divisions right below, by code; none in 东莞, 中山, 儋州 and 嘉峪关, nor in Hong Kong, Macao and Taiwan. */
  children(code: string): readonly Division[];
  /** Active provinces (省级行政区), 34 of them. */
  provinces(): readonly Division[];
  /**
   * Finds by a code or its beginning, a name, the beginning or a part of one, names one after another (`杭州西湖`), pinyin
   * (`xihu`), initials (`xhq`), or a name with one wrong character. Best first; abolished ones only when asked for.
   *
   * @throws GovError `input-too-large` (more than {@link MAX_DIVISION_QUERY} characters), `invalid-argument` (limit)
   */
  search(text: string, options?: DivisionSearchOptions): readonly DivisionMatch[];
  /**
   * The code of a division written exactly: its name, with names of what it lies in before it or not, as one text or as a
   * path. All codes when there are several; abolished ones count only where there is no active one.
   *
   * @throws GovError `input-too-large`
   * @example
   * divisions().codeOf('浙江省杭州市西湖区') // '330106'
   * divisions().codeOf('西湖区') // ['330106', '360103']
   * divisions().codeOf(['北京市', '崇文区']) // '110103', an abolished one
   */
  codeOf(name: string | readonly string[]): string | readonly string[] | undefined;
  /** The same with a history: its names and states count wherever it has a code. */
  withHistory(history: DivisionHistory): DivisionsInTime;
}

/** A table of divisions with its history (行政区划沿革). */
export interface DivisionsInTime extends Divisions {
  readonly history: DivisionHistory;
  /**
   * The divisions of a time: a year stands for its 31 December, a date for its day in Asia/Shanghai. A history knows the last
   * days of years only: see `certain` of {@link DivisionThen}.
   *
   * @throws GovError `invalid-argument`
   */
  at(when: Date | number): DivisionsThen;
  /** What a code denoted, the oldest first: one for each name, prefecture or meaning. */
  records(code: string): readonly HistoryRecord[];
  /** What took over from a code, whole or in part, in one step, by year. */
  successors(code: string): readonly Succession[];
  /**
   * What became of a code by the end of the history, over all steps: of what it denoted at a time, or last. Parts that a
   * division lost while it remained are not followed.
   *
   * @throws GovError `invalid-argument`
   */
  descent(code: string, since?: Date | number): Descent;
}

/** The table of divisions. Every call unpacks it anew, in some tens of milliseconds, and its first search makes the index: hold it. */
export function divisions(): Divisions {
  return new Table(unpackedDivisions(), unpackedSpelling());
}

class Table implements Divisions {
  readonly #byCode: ReadonlyMap<string, Division>;
  readonly #records: DivisionRecords;
  readonly #spelling: Spelling;
  #index: DivisionIndex | undefined;

  constructor(byCode: ReadonlyMap<string, Division>, spelling: Spelling) {
    this.#byCode = byCode;
    this.#records = new DivisionRecords(byCode);
    this.#spelling = spelling;
  }

  find(code: string): Division | undefined {
    return this.#records.find(code);
  }

  name(code: string): string | undefined {
    return this.find(code)?.name;
  }

  path(code: string): readonly Division[] {
    return this.#records.path(code);
  }

  fullName(code: string): string | undefined {
    const path = this.path(code);
    return path.length === 0 ? undefined : path.map(({ name }) => name).join('');
  }

  parent(code: string): Division | undefined {
    return this.#records.parent(code);
  }

  children(code: string): readonly Division[] {
    return this.#records.children(code);
  }

  provinces(): readonly Division[] {
    return [...this.#records.all()].filter(({ level, status }) => level === 'province' && status === 'active');
  }

  search(text: string, options?: DivisionSearchOptions): readonly DivisionMatch[] {
    return this.#indexed().search(text, options);
  }

  codeOf(name: string | readonly string[]): string | readonly string[] | undefined {
    const codes = this.#indexed().codesOf(typeof name === 'string' ? name : name.join(''));
    return codes.length > 1 ? codes : codes[0];
  }

  withHistory(history: DivisionHistory): DivisionsInTime {
    const times = new DivisionTimes(history);
    const byCode = new Map(this.#byCode);
    for (const division of times.latest()) byCode.set(division.code, division);
    return new TableInTime(byCode, this.#spelling, times);
  }

  #indexed(): DivisionIndex {
    this.#index ??= new DivisionIndex(this.#records, this.#spelling);
    return this.#index;
  }
}

class TableInTime extends Table implements DivisionsInTime {
  readonly #times: DivisionTimes;

  constructor(byCode: ReadonlyMap<string, Division>, spelling: Spelling, times: DivisionTimes) {
    super(byCode, spelling);
    this.#times = times;
  }

  get history(): DivisionHistory {
    return this.#times.history;
  }

  at(when: Date | number): DivisionsThen {
    return this.#times.at(when);
  }

  records(code: string): readonly HistoryRecord[] {
    return this.#times.records(code);
  }

  successors(code: string): readonly Succession[] {
    return this.#times.successors(code);
  }

  descent(code: string, since?: Date | number): Descent {
    return this.#times.descent(code, since);
  }
}
