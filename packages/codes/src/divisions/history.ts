/**
 * Reading a history of division codes (历年行政区划代码): a table in CSV of which code denoted what from which year to which,
 * and what became of it.
 */
import { GovError } from '@gov/verdict';
import { type DivisionLevel, levelOf } from './table.js';

/** Characters of a history. */
export const MAX_HISTORY_LENGTH = 4_000_000;

/** Rows of a history. */
export const MAX_HISTORY_ROWS = 50_000;

/** Codes in one cell of successors. */
export const MAX_HISTORY_SUCCESSORS = 64;

/** Characters of one name. */
export const MAX_HISTORY_NAME = 60;

/** What a code denoted from the list of one year on. */
export interface HistoryRecord {
  readonly code: string;
  readonly name: string;
  readonly level: DivisionLevel;
  /** The name of the province (一级行政区). */
  readonly province: string;
  /** The name of the prefecture (二级行政区), for counties that lie in one. */
  readonly prefecture?: string;
  /** The first year at whose end it was in force (启用时间). */
  readonly from: number;
  /** The first year at whose end it was no longer in force (变更/弃用时间). */
  readonly until?: number;
  /** What it went to (新代码). */
  readonly successors: readonly HistorySuccessor[];
}

export interface HistorySuccessor {
  readonly code: string;
  /** The year in which a part went to that code while the division itself remained; absent when it went there as it ended. */
  readonly partIn?: number;
}

/** The lists of the last days of the years `firstYear` to `lastYear`. */
export interface DivisionHistory {
  readonly firstYear: number;
  readonly lastYear: number;
  /** By code, then by year. */
  readonly records: readonly HistoryRecord[];
}

const COLUMNS = '代码,一级行政区,二级行政区,名称,级别,状态,启用时间,变更/弃用时间,新代码';
const LEVELS: Readonly<Record<string, DivisionLevel>> = { 省级: 'province', 地级: 'prefecture', 县级: 'county' };
const NAME = /^[\u4e00-\u9fff、]+$/;
const YEAR = /^(19|20)\d\d$/;

/**
 * Reads a history (历年行政区划代码表) in CSV, UTF-8 as text, with or without a byte order mark, with the columns
 * `代码,一级行政区,二级行政区,名称,级别,状态,启用时间,变更/弃用时间,新代码`. Successors are separated by semicolons;
 * `130102[2001]` is one that took a part in 2001. The status 在用 is a row without an end, 变更 one whose code a later row
 * has, 弃用 the last of a code that ended. Every successor must be in force, by a row of the same table, at the end of the
 * year in which it took over.
 *
 * @throws GovError `input-too-large`, `limit-exceeded`, and `division-history-malformed` with the line
 * @example
 * const history = readDivisionHistory(
 *   `代码,一级行政区,二级行政区,名称,级别,状态,启用时间,变更/弃用时间,新代码
 * 110000,北京市,,北京市,省级,在用,1981,,
 * 110101,北京市,直辖,东城区,县级,在用,1981,,
 * 110103,北京市,直辖,崇文区,县级,弃用,1981,2010,110101`,
 * );
 * console.log(divisions().withHistory(history).successors('110103')); // [ { code: '110101', year: 2010, part: false } ]
 */
export function readDivisionHistory(text: string): DivisionHistory {
  if (text.length > MAX_HISTORY_LENGTH)
    throw new GovError('input-too-large', `a history has at most ${MAX_HISTORY_LENGTH} characters`);
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/, MAX_HISTORY_ROWS + 3);
  if (lines.at(-1) === '') lines.pop();
  if (lines.length - 1 > MAX_HISTORY_ROWS)
    throw new GovError('limit-exceeded', `a history has at most ${MAX_HISTORY_ROWS} rows`);
  if (lines[0] !== COLUMNS) throw malformed(1, `the first line is not ${COLUMNS}`);
  if (lines.length < 2) throw malformed(1, 'there is no row');
  const rows = lines.slice(1).map((line, index) => readRow(line, index + 2));
  rows.sort((a, b) =>
    a.record.code < b.record.code ? -1 : a.record.code > b.record.code ? 1 : a.record.from - b.record.from,
  );
  checkOrder(rows);
  const records = rows.map(({ record }) => record);
  checkSuccessors(rows, new HistoryLookup(records));
  const years = records.flatMap(({ from, until = from }) => [from, until]);
  const [firstYear, lastYear] = years.reduce(
    ([low, high], year) => [Math.min(low, year), Math.max(high, year)],
    [9999, 0],
  );
  return { firstYear, lastYear, records };
}

interface Row {
  readonly line: number;
  readonly status: string;
  readonly record: HistoryRecord;
}

function malformed(line: number, what: string): GovError {
  return new GovError('division-history-malformed', `line ${line}: ${what}`);
}

function readRow(text: string, line: number): Row {
  const cells = text.split(',', 10);
  if (cells.length !== 9) throw malformed(line, 'a row has 9 cells');
  const [code = '', province = '', above = '', name = '', level = '', status = '', start = '', end = '', next = ''] =
    cells;
  // Not as `parseDivisionCode` has it: 海南 had counties without a prefecture, 460037, until 2001.
  if (!/^[1-9]\d{5}$/.test(code) || code === '100000') throw malformed(line, 'the first cell is no division code');
  if (LEVELS[level] !== levelOf(code) || !Object.hasOwn(LEVELS, level))
    throw malformed(line, 'the level is not that of the code');
  for (const one of [province, name, ...(above === '' ? [] : [above])])
    if (one.length > MAX_HISTORY_NAME || !NAME.test(one)) throw malformed(line, 'a name is wrong');
  if ((above === '') !== (level === '省级')) throw malformed(line, 'the prefecture is missing, or out of place');
  if (!YEAR.test(start) || !(end === '' || YEAR.test(end))) throw malformed(line, 'a year is wrong');
  if (!['在用', '变更', '弃用'].includes(status) || (status === '在用') !== (end === ''))
    throw malformed(line, 'the status does not fit the years');
  const from = Number(start);
  const until = end === '' ? undefined : Number(end);
  if (until !== undefined && until <= from) throw malformed(line, 'it ends before it begins');
  const successors = next === '' ? [] : readSuccessors(next, line);
  for (const { partIn } of successors) {
    if (partIn === undefined ? until === undefined : partIn <= from || (until !== undefined && partIn >= until))
      throw malformed(line, 'a successor lies outside the years of the row');
  }
  const record = {
    code,
    name,
    level: levelOf(code),
    province,
    ...(level === '县级' && above !== '直辖' ? { prefecture: above } : {}),
    from,
    ...(until === undefined ? {} : { until }),
    successors,
  };
  return { line, status, record };
}

function readSuccessors(text: string, line: number): HistorySuccessor[] {
  const parts = text.split(';', MAX_HISTORY_SUCCESSORS + 1);
  if (parts.length > MAX_HISTORY_SUCCESSORS)
    throw new GovError('limit-exceeded', `line ${line}: at most ${MAX_HISTORY_SUCCESSORS} successors`);
  return parts.map((part) => {
    const [, code = '', year] = /^(\d{6})(?:\[((?:19|20)\d\d)\])?$/.exec(part) ?? [];
    if (code === '') throw malformed(line, 'a successor is no code, nor a code with a year in brackets');
    return { code, ...(year === undefined ? {} : { partIn: Number(year) }) };
  });
}

/** The rows of one code follow one another, and their status says whether one follows. */
function checkOrder(rows: readonly Row[]): void {
  for (const [index, { line, status, record }] of rows.entries()) {
    const next = rows[index + 1];
    const again = next?.record.code === record.code ? next : undefined;
    if (again !== undefined && (record.until === undefined || again.record.from < record.until))
      throw malformed(again.line, `the code is in force by line ${line} too`);
    if ((status === '变更') !== (again !== undefined))
      throw malformed(line, 'the status does not fit the other rows of the code');
  }
}

function checkSuccessors(rows: readonly Row[], lookup: HistoryLookup): void {
  for (const { line, record } of rows)
    for (const { code, partIn } of record.successors)
      if (lookup.atEndOf(partIn ?? record.until ?? 0, code) === undefined)
        throw malformed(line, `the successor ${code} is not in force in that year`);
}

/** Records by code. */
export class HistoryLookup {
  readonly #byCode = new Map<string, HistoryRecord[]>();

  constructor(records: readonly HistoryRecord[]) {
    for (const record of records) {
      const known = this.#byCode.get(record.code);
      if (known === undefined) this.#byCode.set(record.code, [record]);
      else known.push(record);
    }
  }

  codes(): Iterable<string> {
    return this.#byCode.keys();
  }

  /** All of a code, the oldest first. */
  of(code: string): readonly HistoryRecord[] {
    return this.#byCode.get(code) ?? [];
  }

  /** The one in force on 31 December of a year. */
  atEndOf(year: number, code: string): HistoryRecord | undefined {
    return this.of(code).find(({ from, until = Number.POSITIVE_INFINITY }) => from <= year && year < until);
  }
}
