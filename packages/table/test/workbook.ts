/** A workbook written by hand, part by part, so that a test can say exactly what stands in it. */
import { strToU8, type Zippable, zipSync } from 'fflate';

export interface Parts {
  /** What stands in `<sheetData>`. */
  rows?: string;
  /** What stands between the root's tag and `<sheetData>`, and behind it. */
  before?: string;
  after?: string;
  strings?: readonly string[];
  /** Number format codes; style n + 1 uses the n-th, style 0 is general. */
  formats?: readonly string[];
  /** Built-in number formats; their styles follow those of `formats`. */
  builtIn?: readonly number[];
  date1904?: boolean;
  /** Attributes of the sheet in the workbook. */
  sheet?: string;
  /** Whole parts, by name; they replace what is made otherwise, undefined leaves one out. */
  parts?: Readonly<Record<string, string | Uint8Array | undefined>>;
}

const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006/relationships';
const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';

const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

export const relationships = (list: readonly (readonly [id: string, type: string, target: string])[]): string =>
  `${HEAD}<Relationships xmlns="${PACKAGE}">${list
    .map(([id, type, target]) => `<Relationship Id="${id}" Type="${OFFICE}/${type}" Target="${target}"/>`)
    .join('')}</Relationships>`;

export const sheetXml = (rows: string, before = '', after = ''): string =>
  `${HEAD}<worksheet xmlns="${MAIN}">${before}<sheetData>${rows}</sheetData>${after}</worksheet>`;

export const workbookXml = (sheets: string, properties = ''): string =>
  `${HEAD}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><workbookPr${properties}/><sheets>${sheets}</sheets></workbook>`;

export const sharedStringsXml = (items: string): string => `${HEAD}<sst xmlns="${MAIN}">${items}</sst>`;

const stylesXml = (formats: readonly string[], builtIn: readonly number[]): string =>
  `${HEAD}<styleSheet xmlns="${MAIN}"><numFmts>${formats
    .map((code, index) => `<numFmt numFmtId="${200 + index}" formatCode="${escapeXml(code)}"/>`)
    .join('')}</numFmts><cellXfs><xf numFmtId="0"/>${[...formats.map((_, index) => 200 + index), ...builtIn]
    .map((id) => `<xf numFmtId="${id}" applyNumberFormat="1"/>`)
    .join('')}</cellXfs></styleSheet>`;

export function workbookParts(made: Parts): Record<string, string | Uint8Array> {
  const { rows = '', before, after, strings = [], formats = [], builtIn = [], date1904, sheet = '', parts = {} } = made;
  const all: Record<string, string | Uint8Array | undefined> = {
    '[Content_Types].xml': `${HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
    '_rels/.rels': relationships([['rId1', 'officeDocument', 'xl/workbook.xml']]),
    'xl/workbook.xml': workbookXml(
      `<sheet name="名单" sheetId="1" ${sheet} r:id="rId1"/>`,
      date1904 === true ? ' date1904="1"' : '',
    ),
    'xl/_rels/workbook.xml.rels': relationships([
      ['rId1', 'worksheet', 'worksheets/sheet1.xml'],
      ['rId2', 'sharedStrings', 'sharedStrings.xml'],
      ['rId3', 'styles', '/xl/styles.xml'],
    ]),
    'xl/worksheets/sheet1.xml': sheetXml(rows, before, after),
    'xl/sharedStrings.xml': sharedStringsXml(strings.map((text) => `<si><t>${escapeXml(text)}</t></si>`).join('')),
    'xl/styles.xml': stylesXml(formats, builtIn),
    ...parts,
  };
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, content]) => (content === undefined ? [] : [[name, content]])),
  );
}

export const zip = (parts: Record<string, string | Uint8Array>): Uint8Array =>
  zipSync(
    Object.fromEntries(
      Object.entries(parts).map(([name, content]) => [name, typeof content === 'string' ? strToU8(content) : content]),
    ) as Zippable,
    { mtime: '2026-01-01' },
  );

export const workbook = (made: Parts): Uint8Array => zip(workbookParts(made));

/** Rows of texts, from row 1 on. */
export const textRows = (rows: readonly (readonly string[])[]): string =>
  rows
    .map(
      (cells, index) =>
        `<row r="${index + 1}">${cells.map((text) => `<c t="inlineStr"><is><t>${escapeXml(text)}</t></is></c>`).join('')}</row>`,
    )
    .join('');
