/**
 * `@gov/catalog/markup`: the department's own file with what is wrong written beside the cells (校验批注).
 *
 * @packageDocumentation
 */
import { openTable, type TableEncoding } from '@gov/table';
import { openWorkbook, relationshipsOf, type Workbook, type WorkbookSheet } from '@gov/table/workbook';
import { GovError } from '@gov/verdict';
import { ISSUE_SHEET } from '../internal/written-sheets.js';
import { xmlText } from '../internal/xml-text.js';
import type { CatalogIssue } from '../issue.js';
import { NEW_COMMENTS, withComments } from './comments.js';
import { csvCopy } from './csv-copy.js';
import { type CommentBox, NEW_DRAWING, withBoxes } from './drawing.js';
import { MARKUP_LIMITS } from './limits.js';
import { IssueList, SEVERITIES } from './list.js';
import { sheetTail } from './sheet.js';
import { appended, attribute, edited, prefixOf, tagsOf } from './xml.js';

export { MARKUP_LIMITS } from './limits.js';

export interface MarkUpOptions {
  /** CSV: as for `readCatalog`. */
  readonly encoding?: TableEncoding;
  /** Of the comments; the list is in both. `zh` by default. */
  readonly language?: 'zh' | 'en';
}

const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006/relationships';
const SHEET_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml';
const COMMENTS_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml';
const VML_TYPE = 'application/vnd.openxmlformats-officedocument.vmlDrawing';

const CELL = /^[A-Z]{1,3}[1-9][0-9]{0,6}$/;

/** Sheet of the copy of a CSV file. */
const CSV_SHEET = '目录';

/**
 * A copy of an XLSX file with the issues as comments (批注) on their cells, and one sheet more, 校验问题, that lists all of them with
 * links. Cells, styles and all other parts stay as they are, byte for byte; comments that are there are kept, ours joined to
 * them; threads of comments are left alone. Of a CSV file a workbook is made, each cell a text.
 *
 * @example
 * import { NATIONAL_PROFILE } from '@gov/catalog';
 * import { readCatalog } from '@gov/catalog/import';
 * import { markUp } from '@gov/catalog/markup';
 *
 * const file = new TextEncoder().encode('职能代码,职能名称,部门代码,职能依据\nZ1,社会保险登记,1137,三定规定\n');
 * const issues = [];
 * for await (const result of readCatalog(file, { profile: NATIONAL_PROFILE })) issues.push(...result.issues);
 * const marked = await markUp(file, issues);
 *
 * @throws GovError as `openTable` of `@gov/table`; `table-unsupported` for a workbook in Strict Open XML form or with CDATA in the
 * parts to change
 */
export async function markUp(
  file: Uint8Array,
  issues: Iterable<CatalogIssue>,
  options: MarkUpOptions = {},
): Promise<Uint8Array> {
  const { encoding, language = 'zh' } = options;
  const table = await openTable(file, encoding === undefined ? {} : { encoding });
  const workbook = openWorkbook(table.format === 'xlsx' ? file : await csvCopy(table, CSV_SHEET));
  const list = new IssueList();
  const marks = new Map<WorkbookSheet, SheetMarks>();
  const byName = new Map(workbook.sheets.map((sheet) => [sheet.name, sheet]));
  let uncommented = 0;
  for (const issue of issues) {
    const { place } = issue;
    const name = place?.sheet ?? (workbook.sheets.length === 1 ? workbook.sheets[0]!.name : undefined);
    const sheet = name === undefined ? undefined : byName.get(name);
    list.add({ issue, sheet: sheet?.name });
    if (sheet === undefined || place?.cell === undefined || !CELL.test(place.cell)) continue;
    const own = marks.get(sheet) ?? new SheetMarks(language);
    marks.set(sheet, own);
    if (!own.add(place.cell, issue)) uncommented++;
  }
  const changes = new Changes(workbook);
  if (changes.xml(workbook.part).includes('purl.oclc.org/ooxml/'))
    throw new GovError('table-unsupported', 'a workbook in Strict Open XML form: save it as an ordinary .xlsx');
  for (const [sheet, own] of marks) uncommented += own.write(sheet, changes);
  addList(workbook, changes, (own) => list.xml(own), uncommented);
  return workbook.with(changes.parts());
}

/** The comments that a sheet gets, by cell. */
class SheetMarks {
  readonly #texts = new Map<string, string[]>();
  readonly #language: 'zh' | 'en';

  constructor(language: 'zh' | 'en') {
    this.#language = language;
  }

  /** Whether the cell has its comment. */
  add(cell: string, issue: CatalogIssue): boolean {
    const texts = this.#texts.get(cell);
    if (texts === undefined) {
      if (this.#texts.size >= MARKUP_LIMITS.comments) return false;
      this.#texts.set(cell, [this.#text(issue)]);
    } else if (texts.length >= MARKUP_LIMITS.issuesOfComment) return false;
    else texts.push(this.#text(issue));
    return true;
  }

  #text({ severity, message, messageZh, suggestion }: CatalogIssue): string {
    if (this.#language === 'en')
      return `[${severity}] ${message}${suggestion === undefined ? '' : `\nSuggestion: ${suggestion.text}`}`;
    return `【${SEVERITIES[severity]}】${messageZh}${suggestion === undefined ? '' : `\n建议：${suggestion.textZh}`}`;
  }

  /** Returns how many issues stand in the list only, since a thread of comments has their cell. */
  write({ part }: WorkbookSheet, changes: Changes): number {
    const joined = new Map([...this.#texts].map(([cell, texts]) => [cell, texts.join('\n')]));
    const { workbook } = changes;
    const commentsPart = workbook.target(part, 'comments');
    const comments = withComments(commentsPart === undefined ? NEW_COMMENTS : changes.xml(commentsPart), joined);
    changes.set(commentsPart ?? changes.related(part, 'comments', 'xl/comments', '.xml', COMMENTS_TYPE), comments.xml);
    if (comments.added.length > 0) {
      const tail = sheetTail(workbook.bytes(part));
      const drawing = tail.drawing === undefined ? undefined : workbook.targetOf(part, tail.drawing);
      const boxes = comments.added.map((cell) => boxOf(cell, joined.get(cell)!));
      const made = withBoxes(drawing === undefined ? NEW_DRAWING : changes.text(drawing), boxes);
      const drawingPart = drawing ?? changes.related(part, 'vmlDrawing', 'xl/drawings/vmlDrawing', '.vml', VML_TYPE);
      changes.set(drawingPart, made);
      if (drawing === undefined) changes.setBytes(part, tail.with(changes.lastId));
    }
    return [...comments.threaded].reduce((sum, cell) => sum + this.#texts.get(cell)!.length, 0);
  }
}

function boxOf(cell: string, text: string): CommentBox {
  const [, letters = '', digits = ''] = /^([A-Z]+)(\d+)$/.exec(cell) ?? [];
  let column = 0;
  for (const letter of letters) column = column * 26 + letter.charCodeAt(0) - 64;
  return { row: Number(digits) - 1, column: column - 1, lines: text.split('\n').length };
}

/** The parts that change, and the relationships and content types that go with new ones. */
class Changes {
  readonly workbook: Workbook;
  readonly #made = new Map<string, Uint8Array>();
  /** Content types of new parts, and of a file extension. */
  #types = '';
  #hasVml = false;
  /** Of the relationship made last. */
  lastId = '';

  constructor(workbook: Workbook) {
    this.workbook = workbook;
  }

  has(part: string): boolean {
    return this.#made.has(part) || this.workbook.has(part);
  }

  /** The text of a part as it stands now. */
  xml(part: string): string {
    const made = this.#made.get(part);
    return made === undefined ? this.workbook.xml(part) : new TextDecoder().decode(made);
  }

  /** VML is not always well-formed XML. */
  text(part: string): string {
    return new TextDecoder().decode(this.#made.get(part) ?? this.workbook.bytes(part));
  }

  set(part: string, text: string): void {
    this.setBytes(part, new TextEncoder().encode(text));
  }

  setBytes(part: string, bytes: Uint8Array): void {
    this.#made.set(part, bytes);
  }

  /** The name of a new part that `from` refers to. */
  related(from: string, type: string, stem: string, ending: string, contentType: string): string {
    let number = 1;
    while (this.has(`${stem}${number}${ending}`)) number++;
    const part = `${stem}${number}${ending}`;
    const file = relationshipsOf(from);
    const xml = this.has(file)
      ? this.xml(file)
      : `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Relationships xmlns="${PACKAGE}"></Relationships>`;
    const taken = new Set(Array.from(xml.matchAll(/rIdCatalog(\d+)/g), ([, number]) => number));
    let id = 1;
    while (taken.has(`${id}`)) id++;
    this.lastId = `rIdCatalog${id}`;
    const relationship = `<${prefixOf(xml)}Relationship Id="${this.lastId}" Type="${OFFICE}/${type}" Target="${relativeTo(from, part)}"/>`;
    this.set(file, edited(xml, [appended(xml, 'Relationships', relationship)]));
    if (ending === '.vml') this.#hasVml = true;
    else this.#types += `<Override PartName="/${part}" ContentType="${contentType}"/>`;
    // Held for its name; its content follows.
    this.set(part, '');
    return part;
  }

  parts(): ReadonlyMap<string, Uint8Array> {
    const file = '[Content_Types].xml';
    const xml = this.xml(file);
    const prefix = prefixOf(xml);
    const hasDefault = [...tagsOf(xml)].some(
      (tag) => tag.local === 'Default' && attribute(tag, 'Extension')?.toLowerCase() === 'vml',
    );
    const vml = this.#hasVml && !hasDefault ? `<Default Extension="vml" ContentType="${VML_TYPE}"/>` : '';
    const types = `${vml}${this.#types}`.replaceAll('<', `<${prefix}`);
    if (types !== '') this.set(file, edited(xml, [appended(xml, 'Types', types)]));
    return this.#made;
  }
}

/** `../comments1.xml` as `xl/worksheets/sheet1.xml` names it. */
function relativeTo(from: string, part: string): string {
  const folders = from.split('/').slice(0, -1);
  const steps = part.split('/');
  let same = 0;
  while (same < folders.length && folders[same] === steps[same]) same++;
  return [...folders.slice(same).map(() => '..'), ...steps.slice(same)].join('/');
}

function addList(
  workbook: Workbook,
  changes: Changes,
  xml: (uncommented: number) => string,
  uncommented: number,
): void {
  const names = new Set(workbook.sheets.map(({ name }) => name));
  let name = ISSUE_SHEET;
  for (let number = 2; names.has(name); number++) name = `${ISSUE_SHEET}${number}`;
  const part = changes.related(workbook.part, 'worksheet', 'xl/worksheets/sheet', '.xml', SHEET_TYPE);
  const book = changes.xml(workbook.part);
  const numbers = [...tagsOf(book)]
    .filter(({ local }) => local === 'sheet')
    .map((tag) => Number(attribute(tag, 'sheetId')));
  const sheetId = numbers.reduce((last, one) => Math.max(last, one), 0) + 1;
  const sheet = `<${prefixOf(book)}sheet xmlns:r="${OFFICE}" name="${xmlText(name)}" sheetId="${sheetId}" r:id="${changes.lastId}"/>`;
  changes.set(workbook.part, edited(book, [appended(book, 'sheets', sheet)]));
  changes.set(part, xml(uncommented));
}
