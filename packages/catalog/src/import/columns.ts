/** Which column of a sheet goes where (列名对应): by the headers of the profile. */
import { type ColumnKind, cellName } from '@gov/table';
import { columnKind, type FieldKind, fieldKind } from '../internal/field-kinds.js';
import { isLevelHeader } from '../internal/secrecy.js';
import { catalogIssue } from '../internal/texts.js';
import type { CatalogIssue, Place } from '../issue.js';
import type { RegionProfile } from '../profile.js';
import type { RecordKind } from '../record.js';
import { recordFields } from '../schema/fields.js';

type Sheet = RegionProfile['sheets'][number];

const LEVELS: ReadonlySet<string> = new Set(['secrecy', 'items.secrecy']);

/** Width, blanks, case, and the marks of what must be filled in make no other header. */
const headerKey = (header: string): string =>
  header
    .normalize('NFKC')
    .replaceAll(/[\s*]/g, '')
    .replace(/\((?:必填|选填|可选|条件必填)\)$/, '')
    .toLowerCase();

/** As sheets are named: blanks, width and case aside. */
export const nameKey = (name: string): string => name.normalize('NFKC').replaceAll(/\s/g, '').toLowerCase();

/** The headers of one kind of record. */
export class KnownHeaders {
  readonly kind: RecordKind;
  readonly #paths = new Map<string, string>();

  constructor({ kind, columns }: Sheet) {
    this.kind = kind;
    for (const { path, headers } of columns)
      for (const header of headers) {
        const key = headerKey(header);
        if (!this.#paths.has(key)) this.#paths.set(key, path);
      }
  }

  /** The path of the field: by all the words of merged headers, otherwise by the last of them that are known. */
  pathOf(header: string): string | undefined {
    let key = headerKey(header);
    for (;;) {
      const path = this.#paths.get(key);
      if (path !== undefined) return path;
      const slash = key.indexOf('/');
      if (slash === -1) return undefined;
      key = key.slice(slash + 1);
    }
  }

  /** How many fields these headers are of. */
  count(headers: readonly string[]): number {
    return new Set(headers.map((header) => this.pathOf(header)).filter((path) => path !== undefined)).size;
  }
}

/** A column that has a header. */
export interface FoundColumn {
  readonly header: string;
  /** From 0. */
  readonly index: number;
  /** Whether it says how secret something is (密级). */
  readonly isLevel: boolean;
}

/** A column that a field is read from. */
export interface SheetColumn extends FoundColumn {
  readonly path: string;
  readonly kind: FieldKind;
  /** Of an item, not of the record itself. */
  readonly isOfItem: boolean;
  /** The steps of `path`, without `items`. */
  readonly steps: readonly string[];
}

/** The columns of a sheet as it was found (工作表的列). */
export class SheetColumns {
  readonly kind: RecordKind;
  readonly sheet: string | undefined;
  readonly columns: readonly SheetColumn[];
  /** Also those that nobody asked for: a secret is one in whatever column it stands. */
  readonly all: readonly FoundColumn[];
  readonly issues: readonly CatalogIssue[];
  readonly #byPath: ReadonlyMap<string, SheetColumn>;

  constructor(known: KnownHeaders, headers: readonly string[], line: number, sheet: string | undefined) {
    this.kind = known.kind;
    this.sheet = sheet;
    const byPath = new Map<string, SheetColumn>();
    const all: FoundColumn[] = [];
    const issues: CatalogIssue[] = [];
    headers.forEach((header, index) => {
      if (header === '') return;
      const place = { ...this.row(line), cell: cellName(line, index), column: header };
      const path = known.pathOf(header);
      all.push({ header, index, isLevel: path === undefined ? isLevelHeader(header) : LEVELS.has(path) });
      if (path === undefined) issues.push(catalogIssue('column-unknown', { severity: 'warning', place }));
      else if (byPath.has(path)) issues.push(catalogIssue('column-twice', { place }));
      else byPath.set(path, sheetColumn(known.kind, path, header, index));
    });
    for (const { path, required } of recordFields(known.kind)) {
      const isThere = [...byPath.keys()].some(
        (one) => one === path || path.startsWith(`${one}.`) || one.startsWith(`${path}.`),
      );
      if (required && !isThere)
        issues.push(
          catalogIssue('column-missing', { path: path.split('.'), place: this.row(line), detail: [path, path] }),
        );
    }
    this.columns = [...byPath.values()];
    this.all = all;
    this.#byPath = byPath;
    this.issues = issues;
  }

  at(path: string): SheetColumn | undefined {
    return this.#byPath.get(path);
  }

  /** A row as a whole. */
  row(line: number): Place {
    return this.sheet === undefined ? { line } : { sheet: this.sheet, line };
  }

  /** The column that a field came from, `['items', 3, 'copyOf', 'item']`; that of the whole where its part has none. */
  columnOf(path: readonly (string | number)[]): SheetColumn | undefined {
    const steps = path[0] === 'items' ? ['items', ...path.slice(2)] : path;
    for (let length = steps.length; length > 0; length--) {
      const column = this.#byPath.get(steps.slice(0, length).join('.'));
      if (column !== undefined) return column;
    }
    // What is missing as a whole belongs into the first of its parts.
    const whole = `${steps.join('.')}.`;
    return this.columns.find((column) => column.path.startsWith(whole));
  }
}

/** How `@gov/table` reads the column of a header. */
export function kindOfHeader(known: KnownHeaders, header: string): ColumnKind | undefined {
  const path = known.pathOf(header);
  return path === undefined ? undefined : columnKind(fieldKind(known.kind, path));
}

function sheetColumn(record: RecordKind, path: string, header: string, index: number): SheetColumn {
  const steps = path.split('.');
  const isOfItem = steps[0] === 'items';
  const isLevel = LEVELS.has(path);
  const kind = fieldKind(record, path);
  return { path, kind, header, index, isLevel, isOfItem, steps: isOfItem ? steps.slice(1) : steps };
}
