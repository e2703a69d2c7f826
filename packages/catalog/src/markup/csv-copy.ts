/** A workbook of one sheet out of CSV (CSV 转 XLSX): every cell a text, nothing calculated, nothing cleaned. */
import type { OpenTable } from '@gov/table';
import { rowXml } from '../export/sheet-xml.js';
import { joinBytes } from '../internal/join-bytes.js';
import { WorkbookStream } from '../internal/workbook-stream.js';

/** UTF-16 units of XML that are compressed at once. */
const PIECE = 65_536;

/** @throws GovError as `OpenTable.csvRows`; `limit-exceeded` */
export async function csvCopy(table: OpenTable, name: string): Promise<Uint8Array> {
  const workbook = new WorkbookStream([name]);
  const sheet = workbook.sheet(0);
  const encoder = new TextEncoder();
  let xml =
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' +
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>';
  for await (const { line, cells } of table.csvRows()) {
    xml += rowXml(line, cells);
    if (xml.length < PIECE) continue;
    sheet.push(encoder.encode(xml));
    xml = '';
  }
  sheet.push(encoder.encode(`${xml}</sheetData></worksheet>`), true);
  return joinBytes(workbook.end());
}
