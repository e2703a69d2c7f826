/** Which sheets are read as what, and their rows (工作表). */
import type { OpenTable, TableSheet, TableStart } from '@gov/table';
import { GovError } from '@gov/verdict';
import { marksAll } from '../internal/secrecy.js';
import { catalogIssue } from '../internal/texts.js';
import { isWrittenSheet } from '../internal/written-sheets.js';
import type { CatalogIssue, Place } from '../issue.js';
import type { RegionProfile } from '../profile.js';
import type { RecordKind } from '../record.js';
import { type ReadRecord, recordReader } from '../schema/read-record.js';
import { KnownHeaders, kindOfHeader, nameKey, SheetColumns } from './columns.js';
import { readLine } from './lines.js';
import type { ReadCatalogResult } from './result.js';
import { RowReader } from './rows.js';
import { FieldValues } from './values.js';

/** Rows of a header: 信息项信息 over 信息项名称, and one more above. */
const HEADER_ROWS = 3;

interface Asked {
  readonly profile: RegionProfile;
  readonly sheet?: string;
  readonly kind?: RecordKind;
}

export class CatalogReader {
  readonly #asked: Asked;
  readonly #known: readonly KnownHeaders[];
  readonly #kinds: ReadonlyMap<string, KnownHeaders>;
  readonly #read: (value: unknown) => ReadRecord;
  readonly #values: FieldValues;
  rows = 0;
  records = 0;

  /** @throws GovError `invalid-argument` for a profile whose pattern is unfit, or that has no sheet of `kind` */
  constructor(asked: Asked) {
    const { profile, kind } = asked;
    this.#asked = asked;
    this.#known = profile.sheets.map((sheet) => new KnownHeaders(sheet));
    if (kind !== undefined && !this.#known.some((known) => known.kind === kind))
      throw new GovError('invalid-argument', `the profile has no sheet of ${kind}`);
    this.#kinds = new Map(
      profile.sheets.flatMap(({ names }, index) => names.map((name) => [nameKey(name), this.#known[index]!])),
    );
    this.#read = recordReader(profile);
    this.#values = new FieldValues(profile);
  }

  async *read(table: OpenTable): AsyncGenerator<ReadCatalogResult, void> {
    for await (const result of this.#all(table)) {
      if (result.entry !== undefined) this.records++;
      yield result;
    }
  }

  async *#all(table: OpenTable): AsyncGenerator<ReadCatalogResult, void> {
    if (table.format === 'jsonl') {
      for await (const row of table.rows()) {
        this.rows++;
        yield readLine(row, this.#asked.profile, this.#read);
      }
    } else if (table.format === 'csv') yield* this.#sheet(table, undefined, this.#candidates(undefined));
    else yield* this.#sheets(table);
  }

  #candidates(named: KnownHeaders | undefined): readonly KnownHeaders[] {
    const { kind } = this.#asked;
    if (kind !== undefined) return this.#known.filter((known) => known.kind === kind);
    return named === undefined ? this.#known : [named];
  }

  async *#sheets(table: OpenTable): AsyncGenerator<ReadCatalogResult, void> {
    const { sheet: wanted } = this.#asked;
    const named = (name: string): KnownHeaders | undefined => this.#kinds.get(nameKey(name));
    if (wanted !== undefined) {
      yield* this.#sheet(table, wanted, this.#candidates(named(wanted)));
      return;
    }
    const sheets = table.sheets.filter(({ name }) => !isWrittenSheet(name));
    const visible = sheets.filter((sheet) => sheet.visible);
    for (const sheet of sheets) {
      const known = named(sheet.name);
      if (sheet.visible && (known !== undefined || visible.length === 1))
        yield* this.#sheet(table, sheet.name, visible.length === 1 ? this.#candidates(known) : [known!]);
      else yield { issues: [leftOut(sheet)], cleaned: [] };
    }
  }

  async *#sheet(
    table: OpenTable,
    sheet: string | undefined,
    candidates: readonly KnownHeaders[],
  ): AsyncGenerator<ReadCatalogResult, void> {
    let known = candidates[0]!;
    let columns: SheetColumns | undefined;
    let isSecret = false;
    const start = ({ headers, headerRow, above }: TableStart): void => {
      // A mark at the head of a sheet is one of all that stands below it.
      isSecret = [...above, sheet ?? ''].some(marksAll);
      // The kind of record that most of the headers are of.
      for (const one of candidates) if (one.count(headers) > known.count(headers)) known = one;
      columns = new SheetColumns(known, headers, headerRow, sheet);
    };
    const rows = table.rows({
      ...(sheet === undefined ? {} : { sheet }),
      headerRows: HEADER_ROWS,
      isHeader: (header) => candidates.some((one) => one.pathOf(header) !== undefined),
      kinds: (header) => kindOfHeader(known, header),
      mergedCells: 'fill',
      onStart: start,
    });
    let reader: RowReader | undefined;
    try {
      for await (const row of rows) {
        this.rows++;
        if (isSecret) break;
        if (reader === undefined) {
          yield* told(columns!);
          reader = new RowReader(columns!, this.#asked.profile, this.#values, this.#read);
        }
        const result = reader.push(row);
        if (result !== undefined) yield result;
      }
    } catch (error) {
      // Without a header that can be used the other sheets can still be read; all else is of the file.
      if (!(error instanceof GovError) || error.code !== 'table-malformed' || error.issues.length === 0) throw error;
      yield { issues: headerIssues(error, sheet), cleaned: [] };
      return;
    }
    if (isSecret) {
      const place: Place = { ...(sheet === undefined ? {} : { sheet }), line: 1 };
      yield { issues: [catalogIssue('secrecy-refused', { place })], cleaned: [] };
      return;
    }
    if (reader === undefined) yield* told(columns!);
    const last = reader?.end();
    if (last !== undefined) yield last;
  }
}

function* told({ issues }: SheetColumns): Generator<ReadCatalogResult, void> {
  if (issues.length > 0) yield { issues, cleaned: [] };
}

const leftOut = ({ name, visible }: TableSheet): CatalogIssue =>
  catalogIssue(visible ? 'sheet-unknown' : 'sheet-hidden', {
    severity: 'warning',
    place: { sheet: name, line: 1 },
  });

const headerIssues = ({ issues }: GovError, sheet: string | undefined): CatalogIssue[] =>
  issues.map(({ code, message, messageZh, path: [line] }) => {
    const place: Place = { ...(sheet === undefined ? {} : { sheet }), line: typeof line === 'number' ? line : 1 };
    return code === 'header-none'
      ? catalogIssue('sheet-no-header', { place })
      : { path: [], code, message, messageZh, severity: 'error', place };
  });
