/** From the rows of a sheet to records: a resource over as many rows as it has items, any other record in one (行到记录). */
import type { CellIssue, TableRow } from '@gov/table';
import { fieldKind, isList } from '../internal/field-kinds.js';
import { bearsMarking, isSecret } from '../internal/secrecy.js';
import { catalogIssue } from '../internal/texts.js';
import type { CatalogIssue } from '../issue.js';
import type { RegionProfile } from '../profile.js';
import { recordFields } from '../schema/fields.js';
import { CATALOG_LIMITS } from '../schema/limits.js';
import type { ReadRecord } from '../schema/read-record.js';
import { cleaningOf, ofCell } from './cell-issues.js';
import type { FoundColumn, SheetColumn, SheetColumns } from './columns.js';
import { IMPORT_LIMITS } from './limits.js';
import { cellPlace, SheetPlace } from './place.js';
import type { Cleaning, ReadCatalogResult } from './result.js';
import type { FieldValues } from './values.js';

type Raw = Record<string, unknown>;

/** A record as far as its rows went by. */
interface Draft {
  readonly line: number;
  readonly raw: Raw;
  readonly items: Raw[];
  readonly itemLines: number[];
  readonly issues: CatalogIssue[];
  readonly cleaned: Cleaning[];
  /** By column of the record itself: the cell of its first row. */
  readonly cells: Map<SheetColumn, unknown>;
  /** Cells with an error that were told. */
  readonly wrong: Set<string>;
  characters: number;
  omitted: number;
  refused: CatalogIssue | undefined;
}

export class RowReader {
  readonly #columns: SheetColumns;
  readonly #own: readonly SheetColumn[];
  readonly #ofItem: readonly SheetColumn[];
  readonly #profile: RegionProfile;
  readonly #values: FieldValues;
  readonly #read: (value: unknown) => ReadRecord;
  /** Lists that must be there, also where nothing is in them. */
  readonly #lists: readonly string[];
  readonly #code: SheetColumn | undefined;
  readonly #name: SheetColumn | undefined;
  #draft: Draft | undefined;

  constructor(
    columns: SheetColumns,
    profile: RegionProfile,
    values: FieldValues,
    read: (value: unknown) => ReadRecord,
  ) {
    this.#columns = columns;
    this.#own = columns.columns.filter(({ isOfItem }) => !isOfItem);
    this.#ofItem = columns.columns.filter(({ isOfItem }) => isOfItem);
    this.#profile = profile;
    this.#values = values;
    this.#read = read;
    this.#lists = recordFields(columns.kind).flatMap(({ path, required }) =>
      required && isList(fieldKind(columns.kind, path)) ? [path] : [],
    );
    this.#code = columns.at('code');
    this.#name = columns.at('name');
  }

  /** The record before this row, where this row begins another. */
  push(row: TableRow): ReadCatalogResult | undefined {
    const filled = filledHeaders(row);
    let done: ReadCatalogResult | undefined;
    let draft = this.#draft;
    if (draft === undefined || this.#begins(row, filled, draft)) {
      done = this.end();
      draft = this.#begin(row);
    } else this.#compare(row, draft);
    // Of what is refused nothing is kept or told but that.
    if (draft.refused === undefined) this.#take(row, draft);
    return done;
  }

  /** The last record. */
  end(): ReadCatalogResult | undefined {
    const draft = this.#draft;
    this.#draft = undefined;
    return draft === undefined ? undefined : this.#finish(draft);
  }

  #begins(row: TableRow, filled: ReadonlySet<string>, draft: Draft): boolean {
    if (this.#columns.kind !== 'resource') return true;
    const own = (column: SheetColumn | undefined): unknown => {
      const cell = column === undefined ? '' : row.values[column.header];
      return column === undefined || filled.has(column.header) || cell === '' ? undefined : cell;
    };
    const code = own(this.#code);
    if (code !== undefined) return code === null || code !== draft.cells.get(this.#code!);
    const name = own(this.#name);
    return name !== undefined && name !== draft.cells.get(this.#name!);
  }

  #begin(row: TableRow): Draft {
    const { kind } = this.#columns;
    const draft: Draft = {
      line: row.line,
      raw: { kind },
      items: [],
      itemLines: [],
      issues: [],
      cleaned: [],
      cells: new Map(),
      wrong: new Set(),
      characters: 0,
      omitted: 0,
      refused: undefined,
    };
    this.#draft = draft;
    for (const column of this.#own) draft.cells.set(column, row.values[column.header]);
    if (kind === 'resource')
      Object.assign(draft.raw, { classification: [], format: {}, sharing: {}, opening: {}, items: draft.items });
    for (const path of this.#lists) draft.raw[path] = [];
    return draft;
  }

  /** Further rows repeat the first, or leave it out. */
  #compare(row: TableRow, draft: Draft): void {
    for (const column of this.#own) {
      const cell = row.values[column.header];
      if (cell === '' || cell === draft.cells.get(column)) continue;
      // A level of its own further down is one more than the first row says.
      if (column.path === 'secrecy' && isSecret(cell, this.#profile)) draft.refused = this.#refusal(row.line, column);
      else this.#tell(draft, catalogIssue('row-conflict', { place: cellPlace(this.#columns, row.line, column) }));
    }
  }

  #take(row: TableRow, draft: Draft): void {
    const isFirst = row.line === draft.line;
    const secret = this.#secretColumn(row);
    if (secret !== undefined) {
      draft.refused = this.#refusal(row.line, secret);
      return;
    }
    for (const issue of row.issues) if (this.#isOf(issue)) this.#tell(draft, ofCell(issue, this.#columns.sheet));
    for (const cleaned of row.cleaned)
      if (cleaned.code !== 'cell-merged-filled') this.#clean(draft, cleaningOf(cleaned, this.#columns.sheet));
    if (isFirst) for (const column of this.#own) this.#set(draft, draft.raw, column, row);
    let item: Raw | undefined;
    for (const column of this.#ofItem) {
      const cell = row.values[column.header];
      if (cell === '' || cell === undefined) continue;
      item ??= {};
      this.#set(draft, item, column, row);
    }
    // One more than there may be, for `readRecord` to name.
    if (item === undefined || draft.items.length > CATALOG_LIMITS.items) return;
    draft.items.push(item);
    draft.itemLines.push(row.line);
  }

  #set(draft: Draft, target: Raw, column: SheetColumn, row: TableRow): void {
    const cell = row.values[column.header];
    if (typeof cell === 'string') draft.characters += cell.length;
    if ((typeof cell !== 'string' && typeof cell !== 'number') || cell === '') return;
    if (draft.characters > CATALOG_LIMITS.characters) return;
    const { value, cleaned } = this.#values.of(cell, column.kind, column.path);
    if (cleaned !== undefined) {
      const { message, messageZh, code, path } = catalogIssue(cleaned);
      this.#clean(draft, { path, code, message, messageZh, place: cellPlace(this.#columns, row.line, column) });
    }
    put(target, column.steps, value);
  }

  /** The column that tells the row to be a secret. */
  #secretColumn({ values }: TableRow): FoundColumn | undefined {
    return this.#columns.all.find(({ isLevel, header }) => {
      const cell = values[header];
      return isLevel ? isSecret(cell, this.#profile) : typeof cell === 'string' && bearsMarking(cell);
    });
  }

  #refusal = (line: number, column: FoundColumn): CatalogIssue =>
    catalogIssue('secrecy-refused', { place: cellPlace(this.#columns, line, column) });

  /** What stands in columns that nobody asked for is no trouble of the record. */
  #isOf({ column, code }: CellIssue): boolean {
    return (
      column === undefined || code === 'cell-no-header' || this.#columns.columns.some((one) => one.header === column)
    );
  }

  #tell(draft: Draft, issue: CatalogIssue): void {
    const column = issue.place?.column;
    // A list may have its entries one below the other.
    if (
      issue.code === 'cell-inner-line-break' &&
      this.#columns.columns.some(({ header, kind }) => header === column && isList(kind))
    )
      return;
    if (issue.severity === 'error' && issue.place?.cell !== undefined) draft.wrong.add(issue.place.cell);
    if (draft.issues.length >= IMPORT_LIMITS.issues) draft.omitted++;
    else draft.issues.push(issue);
  }

  #clean(draft: Draft, cleaning: Cleaning): void {
    if (draft.cleaned.length < IMPORT_LIMITS.issues) draft.cleaned.push(cleaning);
  }

  #finish(draft: Draft): ReadCatalogResult {
    if (draft.refused !== undefined) return { issues: [draft.refused], cleaned: [] };
    const { kind } = this.#columns;
    const { issues, cleaned } = draft;
    const place = new SheetPlace(this.#columns, draft.line, draft.itemLines);
    if (draft.characters > CATALOG_LIMITS.characters)
      return { issues: [catalogIssue('record-too-large', { place: this.#columns.row(draft.line) })], cleaned: [] };
    const { record, issues: found = [] } = this.#read(draft.raw);
    // A cell that could not be read needs no second word about what it lacks.
    const told = new Set(draft.wrong);
    for (const issue of found) {
      const at = place.cell(issue.path);
      if (at.cell === undefined || !told.has(at.cell)) this.#tell(draft, { ...issue, place: at });
    }
    const [first] = found;
    const key = record ?? first?.record;
    if (key !== undefined) {
      const of = { record: { kind, code: key.code } };
      for (let index = 0; index < issues.length; index++) issues[index] = { ...of, ...issues[index]! };
    }
    if (draft.omitted > 0)
      issues.push(
        catalogIssue('issues-omitted', {
          place: this.#columns.row(draft.line),
          detail: [`${draft.omitted}`, `${draft.omitted} 条`],
        }),
      );
    if (record === undefined || issues.some(({ severity }) => severity === 'error')) return { issues, cleaned };
    return { entry: { record, place }, issues, cleaned };
  }
}

/** Headers of the cells that a merged one gave its value; none in most rows. */
function filledHeaders({ cleaned }: TableRow): ReadonlySet<string> {
  if (!cleaned.some(({ code }) => code === 'cell-merged-filled')) return NONE;
  return new Set(
    cleaned.flatMap(({ code, column }) => (code === 'cell-merged-filled' && column !== undefined ? [column] : [])),
  );
}

const NONE: ReadonlySet<string> = new Set();

/** Sets `sharing.condition`, `classification.1`, or a whole. */
function put(target: Raw, steps: readonly string[], value: unknown): void {
  const [first, second] = steps;
  if (second === undefined) {
    const there = target[first!];
    // A whole beside its parts gives way to them.
    if (Array.isArray(value) && Array.isArray(there)) there.push(...value.slice(there.length));
    else if (isObject(value) && isObject(there)) target[first!] = { ...value, ...there };
    else target[first!] = value;
    return;
  }
  if (/^\d$/.test(second)) {
    (target[first!] as unknown[])[Number(second)] = value;
    return;
  }
  target[first!] ??= {};
  (target[first!] as Raw)[second] = value;
}

const isObject = (value: unknown): value is Raw => typeof value === 'object' && value !== null && !Array.isArray(value);
