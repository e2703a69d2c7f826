/**
 * `@gov/table/workbook`: the parts of an XLSX file (工作簿的部件), to change some and leave the others as they are, byte for byte.
 *
 * @packageDocumentation
 */
import { GovError } from '@gov/verdict';
import { concat } from './internal/source.js';
import { readRelationships, readWorkbook } from './internal/xlsx/workbook.js';
import { readXml } from './internal/xlsx/xml.js';
import { ZipPackage } from './internal/xlsx/zip.js';
import { rewriteZip } from './internal/xlsx/zip-write.js';
import { TABLE_LIMITS, type TableLimits } from './limits.js';
import type { TableSheet } from './row.js';

export interface WorkbookSheet extends TableSheet {
  /** `xl/worksheets/sheet1.xml` */
  readonly part: string;
}

export interface Workbook {
  /** The part of the workbook itself. */
  readonly part: string;
  readonly sheets: readonly WorkbookSheet[];
  has(part: string): boolean;
  /** @throws GovError `table-malformed`, `limit-exceeded` */
  bytes(part: string): Uint8Array;
  /**
   * The XML of a part, for changes at places that can be told from its tags: well-formed, without CDATA, comments or a document type.
   *
   * @throws GovError `table-malformed`, `table-unsupported` for what such XML may not have, `limit-exceeded`
   */
  xml(part: string): string;
  /** The part that `part` refers to by a relationship whose type ends with this word. @throws GovError as `bytes` */
  target(part: string, type: string): string | undefined;
  /** The part behind one relationship. @throws GovError as `bytes` */
  targetOf(part: string, id: string): string | undefined;
  /** The file with these parts exchanged or added; the others stay compressed as they are. */
  with(changes: ReadonlyMap<string, Uint8Array>): Uint8Array;
}

/**
 * Opens an XLSX file to change parts of it.
 *
 * @example
 * import { openWorkbook } from '@gov/table/workbook';
 *
 * const titles = (file: Uint8Array) => openWorkbook(file).sheets.map(({ name }) => name);
 *
 * @throws GovError `table-malformed`, `table-unsupported`, `table-encrypted`, `limit-exceeded`, `input-too-large`
 */
export function openWorkbook(file: Uint8Array, given: Partial<TableLimits> = {}): Workbook {
  const limits = { ...TABLE_LIMITS, ...given };
  if (file.length > limits.bytes)
    throw new GovError('input-too-large', `a workbook of more than ${limits.bytes} bytes`);
  const zip = new ZipPackage(file, limits);
  const { part: main, sheets } = readWorkbook(zip, limits);
  // Parts are found whatever the case of their names, and written as the package spells them.
  const spelling = new Map([...zip.entries()].map(({ name }) => [name.toLowerCase(), name]));
  const bytes = (part: string): Uint8Array => concat([...zip.inflated(part)].map((chunk) => chunk.slice()));
  const relationships = (part: string) =>
    zip.has(relationshipsOf(part)) ? readRelationships(zip, part, limits) : new Map();
  return {
    part: main,
    sheets: sheets.map(({ name, part, visible }) => ({ name, part, visible })),
    has: (part) => zip.has(part),
    bytes,
    xml(part) {
      readXml(part, zip.inflated(part), limits, { open() {}, close() {} });
      const text = new TextDecoder().decode(bytes(part));
      if (/<!|]]>/.test(text)) throw new GovError('table-unsupported', `${part}: CDATA or comments in XML`);
      return text;
    },
    target: (part, type) => [...relationships(part).values()].find((one) => one.type === type)?.target,
    targetOf: (part, id) => relationships(part).get(id)?.target,
    with(changes) {
      const spelt = [...changes].map(([part, made]) => [spelling.get(part.toLowerCase()) ?? part, made] as const);
      return rewriteZip(zip.entries(), new Map(spelt));
    },
  };
}

/** `xl/_rels/workbook.xml.rels` */
export function relationshipsOf(part: string): string {
  const slash = part.lastIndexOf('/') + 1;
  return `${part.slice(0, slash)}_rels/${part.slice(slash)}.rels`;
}
