/** Reading and writing catalogues in tests. */
import { NATIONAL_PROFILE } from '@gov/catalog';
import { type ReadCatalogOptions, type ReadCatalogResult, readCatalog } from '@gov/catalog/import';
import { csvText, type TableSource } from '@gov/table';
import { strToU8, zipSync } from 'fflate';

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

export async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return new Uint8Array(Buffer.concat(all));
}

export async function read(
  source: TableSource | string,
  options: Partial<ReadCatalogOptions> = {},
): Promise<ReadCatalogResult[]> {
  const results: ReadCatalogResult[] = [];
  const bytes = typeof source === 'string' ? utf8(source) : source;
  for await (const result of readCatalog(bytes, { profile: NATIONAL_PROFILE, ...options })) results.push(result);
  return results;
}

/** `B2 label-unknown`, or `2 row-conflict` for a row; of other sheets than the resources' with the sheet's name. */
export const told = (results: readonly ReadCatalogResult[], which: 'issues' | 'cleaned' = 'issues'): string[] =>
  results.flatMap((result) => result[which].map(({ place, code }) => `${place?.cell ?? place?.line} ${code}`));

export const recordsOf = (results: readonly ReadCatalogResult[]) =>
  results.flatMap(({ entry }) => (entry === undefined ? [] : [entry.record]));

export const csv = (...rows: readonly (readonly (string | number)[])[]): string => csvText(rows);

const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';

const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

export interface Sheet {
  readonly name: string;
  /** A text is an inline string, a number a number, `{f}` a formula. */
  readonly rows: readonly (readonly (string | number | { readonly f: string } | undefined)[])[];
  readonly merged?: readonly string[];
  readonly state?: 'hidden';
  /** Behind everything else in the sheet. */
  readonly after?: string;
  /** Relationships of the sheet: id, type, target. */
  readonly relationships?: readonly (readonly [id: string, type: string, target: string])[];
}

const letters = (column: number): string =>
  (column >= 26 ? letters(Math.floor(column / 26) - 1) : '') + String.fromCharCode(65 + (column % 26));

function cellXml(cell: string | number | { readonly f: string } | undefined, column: number, line: number): string {
  const r = `${letters(column)}${line}`;
  if (cell === undefined || cell === '') return '';
  if (typeof cell === 'number') return `<c r="${r}"><v>${cell}</v></c>`;
  if (typeof cell === 'object') return `<c r="${r}"><f>${escapeXml(cell.f)}</f><v>1</v></c>`;
  return `<c r="${r}" t="inlineStr"><is><t xml:space="preserve">${escapeXml(cell)}</t></is></c>`;
}

export const relationshipsXml = (list: readonly (readonly [id: string, type: string, target: string])[]): string =>
  `${HEAD}<Relationships xmlns="${PACKAGE}/relationships">${list
    .map(
      ([id, type, target]) =>
        `<Relationship Id="${id}" Type="${type.includes(':') ? type : `${OFFICE}/${type}`}" Target="${target}"/>`,
    )
    .join('')}</Relationships>`;

export function sheetXml({ rows, merged = [], after = '' }: Sheet): string {
  const data = rows.map(
    (cells, index) =>
      `<row r="${index + 1}">${cells.map((cell, column) => cellXml(cell, column, index + 1)).join('')}</row>`,
  );
  const ranges = merged.map((ref) => `<mergeCell ref="${ref}"/>`).join('');
  return `${HEAD}<worksheet xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheetData>${data.join('')}</sheetData>${ranges === '' ? '' : `<mergeCells>${ranges}</mergeCells>`}${after}</worksheet>`;
}

/** The parts of a workbook of these sheets; `extra` replaces and adds some. */
export function workbookParts(
  sheets: readonly Sheet[],
  extra: Readonly<Record<string, string>> = {},
): Record<string, Uint8Array> {
  const parts: Record<string, string> = {
    '[Content_Types].xml': `${HEAD}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/></Types>`,
    '_rels/.rels': relationshipsXml([['rId1', 'officeDocument', 'xl/workbook.xml']]),
    'xl/workbook.xml': `${HEAD}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets>${sheets
      .map(
        ({ name, state }, index) =>
          `<sheet name="${escapeXml(name)}" sheetId="${index + 1}"${state === undefined ? '' : ` state="${state}"`} r:id="rId${index + 1}"/>`,
      )
      .join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': relationshipsXml(
      sheets.map((_, index) => [`rId${index + 1}`, 'worksheet', `worksheets/sheet${index + 1}.xml`] as const),
    ),
  };
  sheets.forEach((sheet, index) => {
    parts[`xl/worksheets/sheet${index + 1}.xml`] = sheetXml(sheet);
    if (sheet.relationships !== undefined)
      parts[`xl/worksheets/_rels/sheet${index + 1}.xml.rels`] = relationshipsXml(sheet.relationships);
  });
  return Object.fromEntries(Object.entries({ ...parts, ...extra }).map(([name, xml]) => [name, strToU8(xml)]));
}

export const workbook = (sheets: readonly Sheet[], extra: Readonly<Record<string, string>> = {}): Uint8Array =>
  zipSync(workbookParts(sheets, extra), { mtime: '2026-01-01' });
