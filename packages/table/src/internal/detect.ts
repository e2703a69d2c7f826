/** Which format it is (格式识别), told from the first bytes; what cannot be read is refused by name, with what to do instead. */

import { GovError } from '@gov/verdict';
import type { TableFormat } from '../row.js';

const startsWith = (head: Uint8Array, ...bytes: number[]): boolean => bytes.every((byte, at) => head[at] === byte);

/** @throws GovError `table-unsupported`, `table-encrypted`, `table-malformed` where the file is empty */
export async function detectFormat(
  head: Uint8Array,
  all: AsyncIterable<Uint8Array>,
  given: TableFormat | undefined,
): Promise<TableFormat> {
  if (head.length === 0) throw new GovError('table-malformed', 'the file is empty');
  const zip = startsWith(head, 0x50, 0x4b, 0x03, 0x04) || startsWith(head, 0x50, 0x4b, 0x05, 0x06);
  if (startsWith(head, 0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1)) throw await compoundFile(all);
  if (zip !== (given === 'xlsx') && given !== undefined)
    throw new GovError('table-malformed', zip ? `an XLSX or other zip file, not ${given}` : 'not an XLSX file: no zip');
  if (zip) return 'xlsx';
  if (given !== undefined) return given;
  const text = new TextDecoder('latin1').decode(head).replace(/^(?:ï»¿)?\s*/, '');
  if (text.startsWith('{')) return 'jsonl';
  if (/^\[\s*[{\]]/.test(text))
    throw new GovError('table-unsupported', 'a JSON array: write one object in each line (JSON Lines)');
  if (/^<(?:\?xml|!doctype|html|table|head|meta|style)/i.test(text))
    throw new GovError('table-unsupported', 'HTML or XML under the name of a table: save it as .xlsx or CSV');
  if (text.startsWith('%PDF-')) throw new GovError('table-unsupported', 'a PDF file: save the table as .xlsx or CSV');
  return 'csv';
}

/** Stream names of a compound file are in UTF-16LE. */
const ENCRYPTED = 'EncryptedPackage'.split('').join('\0');

/** The container of old .xls files is also the one of encrypted .xlsx files. */
async function compoundFile(all: AsyncIterable<Uint8Array>): Promise<GovError> {
  const decoder = new TextDecoder('latin1');
  let tail = '';
  for await (const chunk of all) {
    const text = tail + decoder.decode(chunk);
    if (text.includes(ENCRYPTED))
      return new GovError('table-encrypted', 'the workbook is encrypted: save it without a password');
    tail = text.slice(-ENCRYPTED.length);
  }
  return new GovError('table-unsupported', 'an Excel file of before 2007 (.xls): save it as .xlsx');
}
