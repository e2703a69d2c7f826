/** Whether two objects say the same, from whatever bytes they were read. */
import { CHUNK_BYTES, type PdfFile } from '../file.js';
import { PdfArray, PdfDict, PdfName, type PdfObject, PdfRef, PdfStream, PdfString } from '../object.js';

export function sameObject(a: PdfObject | undefined, b: PdfObject | undefined): boolean {
  if (a === b) return true;
  if (a instanceof PdfName) return b instanceof PdfName && a.value === b.value;
  if (a instanceof PdfRef) return b instanceof PdfRef && a.number === b.number && a.generation === b.generation;
  if (a instanceof PdfString) return b instanceof PdfString && sameBytes(a.bytes, b.bytes);
  if (a instanceof PdfArray)
    return (
      b instanceof PdfArray &&
      a.items.length === b.items.length &&
      a.items.every((item, i) => sameObject(item, b.items[i]))
    );
  if (a instanceof PdfDict) {
    if (!(b instanceof PdfDict) || a.entries.size !== b.entries.size) return false;
    // Readers disagree about repeated keys, so such dictionaries are the same only when their bytes are.
    if (a.duplicates.length > 0 || b.duplicates.length > 0) return sameSource(a, b);
    return [...a.entries].every(([key, { value }]) => b.has(key) && sameObject(value, b.get(key)));
  }
  if (a instanceof PdfStream) return b instanceof PdfStream && sameObject(a.dict, b.dict) && sameData(a.data, b.data);
  return false;
}

function sameSource(a: PdfDict, b: PdfDict): boolean {
  const bytes = ({ source, span }: PdfDict): Uint8Array | undefined =>
    source === undefined || span === undefined ? undefined : source.file.read(span.start, span.end);
  const [left, right] = [bytes(a), bytes(b)];
  return left !== undefined && right !== undefined && sameBytes(left, right);
}

function sameData(a: PdfFile, b: PdfFile): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at += CHUNK_BYTES) {
    const end = Math.min(a.length, at + CHUNK_BYTES);
    if (!sameBytes(a.read(at, end), b.read(at, end))) return false;
  }
  return true;
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
