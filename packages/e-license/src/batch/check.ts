/** Checking a table of licences before anything is recorded (批量校验): every row, every cell. */

import type { TableRow } from '@gov/table';
import { GovError, type Issue, isGovError } from '@gov/verdict';
import { NumberIndex } from '../internal/number-index.js';
import type { LicenseType } from '../license-type.js';
import { type LicenseData, licenseDataParser } from '../metadata.js';
import type { LicenseStore } from '../register/index.js';
import { type LicenseColumns, licenseColumns } from './columns.js';
import { type BatchIssue, batchIssue } from './issues.js';
import { oversizedQr } from './qr-size.js';
import type { LicenseTable } from './table.js';

export interface BatchCheckOptions {
  readonly type: LicenseType;
  /** What all rows have in common: licence data without what the columns say. `type` goes without saying. */
  readonly common?: Readonly<Record<string, unknown>>;
  /** Headers of columns that are no licence data, e.g. 备注. */
  readonly ignore?: readonly string[];
  /** Asked whether a number is issued already: one question for each row. */
  readonly register?: LicenseStore;
  readonly signal?: AbortSignal;
}

/** A row, right or wrong: with issues it has no data. */
export type CheckedRow = { readonly line: number } & (
  | { readonly data: LicenseData; readonly issues?: never }
  | { readonly data?: never; readonly issues: readonly BatchIssue[] }
);

/**
 * Reads every row as licence data and says of each what is wrong, all of it: what the spreadsheet lost, what
 * `licenseDataParser` finds, numbers that occur twice, QR texts that would be too large, unknown columns. Nothing is held but
 * 24 octets for each number.
 *
 * @throws GovError what reading the table throws
 */
export async function* checkRows(table: LicenseTable, options: BatchCheckOptions): AsyncGenerator<CheckedRow> {
  const checker = new RowChecker(table, options);
  for await (const row of table.rows) {
    options.signal?.throwIfAborted();
    const checked = checker.check(row);
    const registered = checked.data === undefined ? undefined : await checker.registered(row.line, checked.data);
    yield registered ?? checked;
  }
}

class RowChecker {
  readonly #table: LicenseTable;
  readonly #options: BatchCheckOptions;
  readonly #columns: LicenseColumns;
  readonly #parse: (input: unknown) => LicenseData;
  readonly #ignored: ReadonlySet<string>;
  readonly #numbers = new NumberIndex();
  #issuerCode: string | undefined;
  /** Headers of the row before: tables have the same in all rows. */
  #headers: RowHeaders | undefined;

  constructor(table: LicenseTable, options: BatchCheckOptions) {
    this.#table = table;
    this.#options = options;
    this.#columns = licenseColumns(options.type);
    this.#parse = licenseDataParser([options.type]);
    this.#ignored = new Set(options.ignore);
  }

  check(row: TableRow): CheckedRow {
    const { line } = row;
    const headers = this.#headersOf(row);
    const found: BatchIssue[] = row.issues.map((issue) => ({ ...issue }));
    const place = (issues: readonly Issue[]) =>
      found.push(...issues.map((issue) => this.#placed(issue, line, headers)));
    found.push(...headers.issues.map((issue) => ({ ...issue, line, ...this.#cell(line, issue.column) })));
    const [input, cellsWithIssue] = this.#inputOf(row, headers);
    try {
      const data = this.#parse(input);
      place(this.#issuesOf(data, line));
      if (found.length === 0) return { line, data };
    } catch (error) {
      if (!isGovError(error)) throw error;
      const issues = error.code === 'limit-exceeded' ? [batchIssue('data-too-large')] : error.issues;
      // A cell that the table could not read is named once: that its value is then missing goes without saying.
      place(issues.filter(({ path }) => !cellsWithIssue.has(path.join('.'))));
      if (found.length === 0) throw error;
    }
    return { line, issues: found };
  }

  async registered(line: number, { number, authority }: LicenseData): Promise<CheckedRow | undefined> {
    const { register, type } = this.#options;
    if (register === undefined) return undefined;
    const entry = await register.entry({ typeCode: type.code, issuerCode: authority.code, number });
    if (entry === undefined) return undefined;
    return { line, issues: [this.#placed(batchIssue('number-registered', ['number']), line, this.#headers)] };
  }

  /** Rules of the batch, of a row that is right by itself. */
  #issuesOf(data: LicenseData, line: number): Issue[] {
    const { type } = this.#options;
    const issues: Issue[] = [];
    const first = this.#numbers.firstSeen(data.number, line);
    if (first !== undefined) issues.push(batchIssue('number-twice', ['number'], first));
    this.#issuerCode ??= data.authority.code;
    if (data.authority.code !== this.#issuerCode) {
      issues.push(batchIssue('authority-differs', ['authority', 'code'], this.#issuerCode));
    }
    if ((data.version ?? 1) !== 1) issues.push(batchIssue('version-in-batch', ['version']));
    const characters = oversizedQr(type, data);
    if (characters !== undefined) issues.push(batchIssue('qr-too-large', [], characters));
    return issues;
  }

  /** Licence data of a row, unchecked, and the paths whose cells the table could not read. */
  #inputOf({ values, issues }: TableRow, headers: RowHeaders): [input: unknown, unread: ReadonlySet<string>] {
    const input = copyOf(this.#options.common ?? {}) as Record<string, unknown>;
    input.type ??= this.#options.type.code;
    for (const { header, path } of headers.columns) {
      const value = values[header];
      if (value !== undefined && value !== null && value !== '') put(input, path, value);
    }
    dropAbsentHolders(input);
    const unread = new Set<string>();
    for (const { column } of issues) {
      const path = headers.columns.find(({ header }) => header === column)?.path;
      if (path !== undefined) unread.add(path.join('.'));
    }
    return [input, unread];
  }

  #headersOf({ values }: TableRow): RowHeaders {
    const names = Object.keys(values);
    const last = this.#headers;
    if (last !== undefined && last.names.length === names.length && names.every((name, i) => name === last.names[i])) {
      // Said once, where it is seen first: it is a mistake of the header, not of every row.
      if (last.issues.length > 0) this.#headers = { ...last, issues: [] };
      return this.#headers!;
    }
    this.#headers = this.#readHeaders(names);
    return this.#headers;
  }

  #readHeaders(names: readonly string[]): RowHeaders {
    const columns: RowHeaders['columns'][number][] = [];
    const issues: (Issue & { readonly column: string })[] = [];
    const byPath = new Map<string, string>();
    for (const header of names) {
      if (this.#ignored.has(header)) continue;
      const column = this.#columns.find(header);
      const other = column === undefined ? undefined : byPath.get(column.path.join('.'));
      if (column === undefined) issues.push({ ...batchIssue('column-unknown'), column: header });
      else if (other !== undefined) issues.push({ ...batchIssue('column-twice', [], other), column: header });
      else {
        byPath.set(column.path.join('.'), header);
        columns.push({ header, path: column.path });
      }
    }
    // What stands for a whole part comes first, so that a column of one of its members adds to it.
    columns.sort((a, b) => a.path.length - b.path.length);
    return { names, columns, issues };
  }

  #placed(issue: Issue, line: number, headers: RowHeaders | undefined): BatchIssue {
    const column = headers?.columns.findLast(({ path }) => path.every((step, i) => issue.path[i] === step))?.header;
    return { ...issue, line, ...(column === undefined ? {} : { column, ...this.#cell(line, column) }) };
  }

  #cell(line: number, column: string): { cell?: string } {
    const cell = this.#table.cell?.(line, column);
    return cell === undefined ? {} : { cell };
  }
}

interface RowHeaders {
  readonly names: readonly string[];
  readonly columns: readonly { readonly header: string; readonly path: readonly (string | number)[] }[];
  readonly issues: readonly (Issue & { readonly column: string })[];
}

function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, copyOf(member)]));
}

/** Paths are of the columns alone, never of the file. A whole part adds to what is common. */
function put(target: Record<string, unknown>, path: readonly (string | number)[], value: unknown): void {
  let at = target as Record<string | number, unknown>;
  for (const [i, step] of path.slice(0, -1).entries()) {
    const next = at[step];
    const there = typeof next === 'object' && next !== null;
    if (!there) at[step] = typeof path[i + 1] === 'number' ? [] : {};
    at = at[step] as Record<string | number, unknown>;
  }
  const last = path.at(-1)!;
  const both = path.length === 1 && isObject(value) && isObject(at[last]);
  at[last] = both ? { ...(at[last] as object), ...(value as object) } : value;
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Where only what is common speaks of a further holder, this row has none. */
function dropAbsentHolders(input: Record<string, unknown>): void {
  const { holders } = input;
  if (!Array.isArray(holders)) return;
  const named = (holder: unknown) => isObject(holder) && ('name' in (holder as object) || 'code' in (holder as object));
  while (holders.length > 1 && (holders.at(-1) === undefined || (isObject(holders.at(-1)) && !named(holders.at(-1))))) {
    holders.pop();
  }
}

/** @throws GovError `invalid-argument` where what is common is no part of licence data */
export function commonData(value: unknown, type: LicenseType): Readonly<Record<string, unknown>> {
  if (!isObject(value)) throw new GovError('invalid-argument', 'what is common to all rows is a JSON object');
  const { type: code } = value as { readonly type?: unknown };
  if (code !== undefined && code !== type.code) {
    throw new GovError('license-type-unknown', `what is common to all rows is not of the type ${type.code}`);
  }
  return value as Readonly<Record<string, unknown>>;
}
