/** A workbook (工作簿, ECMA-376 SpreadsheetML): which sheet is meant, and what its cells refer to. */

import { GovError, type Issue } from '@gov/verdict';
import type { TableLimits } from '../../limits.js';
import type { ReadTableOptions } from '../../row.js';
import { beyond } from '../limit.js';
import type { NumberStyle, RawRow, RawTable } from '../raw.js';
import { MergeSweep, readMerges } from './merges.js';
import { PackedStrings } from './packed-strings.js';
import { SheetReader } from './sheet.js';
import { readSharedStrings } from './strings.js';
import { readStyles } from './styles.js';
import { isTrue, readXml, XmlReader } from './xml.js';
import { malformed, ZipPackage } from './zip.js';

interface Sheet {
  readonly name: string;
  readonly part: string;
  readonly visible: boolean;
}

interface Workbook {
  /** Its own part. */
  readonly part: string;
  readonly sheets: readonly Sheet[];
  readonly dateSystem: 1900 | 1904;
  readonly strings?: string;
  readonly styles?: string;
}

/** A workbook that is open: its shared strings and styles are read once, for all of its sheets. */
export class OpenWorkbook {
  readonly sheets: readonly Sheet[];
  readonly #zip: ZipPackage;
  readonly #workbook: Workbook;
  readonly #limits: TableLimits;
  #strings: PackedStrings | undefined;
  #styles: readonly NumberStyle[] | undefined;

  /** @throws GovError `table-malformed`, `table-unsupported`, `table-encrypted`, `limit-exceeded` */
  constructor(file: Uint8Array, limits: TableLimits) {
    this.#zip = new ZipPackage(file, limits);
    this.#limits = limits;
    this.#workbook = readWorkbook(this.#zip, limits);
    this.sheets = this.#workbook.sheets;
  }

  /**
   * Opens a sheet. All of its bytes are inflated and checked before the first row is given out.
   *
   * @throws GovError `table-malformed`, `table-sheet`, `limit-exceeded`
   */
  table({ sheet: wanted, signal }: Pick<ReadTableOptions, 'sheet' | 'signal'>): RawTable {
    const limits = this.#limits;
    const zip = this.#zip;
    const { dateSystem, strings, styles } = this.#workbook;
    const sheet = chooseSheet(zip, this.#workbook, wanted, limits);
    const bytes = (part: string): Iterable<Uint8Array> => signalled(zip.inflated(part), signal);
    const merges = readMerges(sheet.part, () => bytes(sheet.part), limits);
    this.#strings ??= strings === undefined ? new PackedStrings() : readSharedStrings(strings, bytes(strings), limits);
    this.#styles ??= styles === undefined ? [] : readStyles(styles, bytes(styles), limits);
    const reader = new SheetReader({
      part: sheet.part,
      limits,
      strings: this.#strings,
      styles: this.#styles,
      merges: new MergeSweep(merges, limits),
    });
    return {
      format: 'xlsx',
      rows: asynchronously(reader.rows(bytes(sheet.part))),
      start: { sheet: sheet.name },
      dateSystem,
      hiddenColumns: reader.isHidden,
    };
  }
}

function* signalled(bytes: Iterable<Uint8Array>, signal: AbortSignal | undefined): Generator<Uint8Array, void> {
  for (const chunk of bytes) {
    signal?.throwIfAborted();
    yield chunk;
  }
}

async function* asynchronously(rows: Iterable<RawRow[]>): AsyncGenerator<RawRow[], void> {
  yield* rows;
}

interface Relationship {
  readonly type: string;
  readonly target: string;
}

/** Relationships of a part by id; targets outside the package are left out. */
export function readRelationships(zip: ZipPackage, part: string, limits: TableLimits): Map<string, Relationship> {
  const slash = part.lastIndexOf('/') + 1;
  const folder = part.slice(0, slash);
  const file = `${folder}_rels/${part.slice(slash)}.rels`;
  const relationships = new Map<string, Relationship>();
  readXml(file, zip.inflated(file), limits, {
    open(path, { Id = '', Type = '', Target = '', TargetMode }) {
      if (path !== '/Relationships/Relationship' || TargetMode === 'External') return;
      if (relationships.has(Id)) throw malformed(`two relationships of one id in ${file}`);
      if (relationships.size >= limits.zipEntries) throw beyond('relationships', limits.zipEntries);
      // The last step of a type is the same in transitional and strict files.
      relationships.set(Id, { type: Type.slice(Type.lastIndexOf('/') + 1), target: resolve(folder, Target) });
    },
    close() {},
  });
  return relationships;
}

function resolve(folder: string, target: string): string {
  const steps: string[] = [];
  for (const step of (target.startsWith('/') ? target : folder + target).split('/')) {
    if (step === '..') steps.pop();
    else if (step !== '' && step !== '.') steps.push(step);
  }
  return steps.join('/');
}

export function readWorkbook(zip: ZipPackage, limits: TableLimits): Workbook {
  if (!zip.has('_rels/.rels'))
    throw new GovError('table-unsupported', 'a zip, but no workbook of Excel; an .ods file must be saved as .xlsx');
  const main = [...readRelationships(zip, '', limits).values()].find(({ type }) => type === 'officeDocument');
  if (main === undefined) throw new GovError('table-unsupported', 'an Office package without a document');
  if (main.target.endsWith('.bin'))
    throw new GovError('table-unsupported', 'a binary workbook (.xlsb): save it as .xlsx');
  const relationships = readRelationships(zip, main.target, limits);
  const sheets: Sheet[] = [];
  let root = false;
  let dateSystem: 1900 | 1904 = 1900;
  readXml(main.target, zip.inflated(main.target), limits, {
    open(path, attributes) {
      if (path === '/workbook') root = true;
      if (path === '/workbook/workbookPr' && isTrue(attributes.date1904)) dateSystem = 1904;
      if (path !== '/workbook/sheets/sheet') return;
      if (sheets.length >= limits.sheets) throw beyond('sheets', limits.sheets);
      // `r:id`, under whatever prefix the relationships' namespace has.
      const id = Object.keys(attributes).find((name) => name.endsWith(':id'));
      const relationship = id === undefined ? undefined : relationships.get(attributes[id]!);
      if (relationship === undefined) throw malformed('a sheet without a part');
      // Sheets of charts and dialogues hold no rows.
      if (relationship.type !== 'worksheet') return;
      const { name = '', state = 'visible' } = attributes;
      sheets.push({ name, part: relationship.target, visible: state === 'visible' });
    },
    close() {},
  });
  if (!root) throw new GovError('table-unsupported', 'an Office file, but no workbook');
  const partOf = (wanted: string): string | undefined =>
    [...relationships.values()].find(({ type }) => type === wanted)?.target;
  const strings = partOf('sharedStrings');
  const styles = partOf('styles');
  return {
    part: main.target,
    sheets,
    dateSystem,
    ...(strings === undefined ? {} : { strings }),
    ...(styles === undefined ? {} : { styles }),
  };
}

function chooseSheet(
  zip: ZipPackage,
  { sheets }: Workbook,
  wanted: string | number | undefined,
  limits: TableLimits,
): Sheet {
  if (wanted !== undefined) {
    const sheet = typeof wanted === 'number' ? sheets[wanted - 1] : sheets.find(({ name }) => name === wanted);
    if (sheet === undefined) throw ambiguous('there is no such sheet', sheets);
    return sheet;
  }
  const visible = sheets.filter((sheet) => sheet.visible);
  const filled = visible.length > 1 ? visible.filter(({ part }) => hasCells(zip, part, limits)) : visible;
  if (filled.length > 1) throw ambiguous('several sheets hold something: name one', filled);
  const [only] = filled;
  if (only === undefined) throw ambiguous('no visible sheet holds anything', sheets);
  return only;
}

const ambiguous = (what: string, sheets: readonly Sheet[]): GovError =>
  new GovError('table-sheet', what, {
    issues: sheets.map(
      ({ name, visible }): Issue => ({
        path: [name],
        code: visible ? 'sheet-visible' : 'sheet-hidden',
        message: visible ? 'a sheet' : 'a hidden sheet',
        messageZh: visible ? '工作表' : '隐藏的工作表',
      }),
    ),
  });

/** Whether there is any value: an empty sheet is small, and of a full one only the beginning is looked at. */
function hasCells(zip: ZipPackage, part: string, limits: TableLimits): boolean {
  let filled = false;
  const reader = new XmlReader(part, limits, {
    open(path) {
      filled ||= /^\/worksheet\/sheetData\/row\/c\/(?:v|is|f)$/.test(path);
    },
    close() {},
  });
  for (const chunk of zip.inflated(part)) {
    reader.write(chunk);
    if (filled) return true;
  }
  reader.end();
  return false;
}
