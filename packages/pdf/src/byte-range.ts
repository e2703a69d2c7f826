/** /ByteRange and the gap it leaves (ISO 32000-2 §12.8.1). */
import type { PdfDocument } from './document.js';
import { chunksOf, type PdfFile, partOf } from './file.js';
import { malformed } from './internal/fault.js';
import { hexDigit } from './internal/lexer.js';
import type { PdfObject, PdfSpan } from './object.js';
import type { PdfSignature } from './signature.js';

/** /ByteRange as it must be: four direct integers, the first of them 0, in order and inside the file. */
export interface PdfByteRange {
  /** Just after the first range, where the gap begins. */
  readonly gapStart: number;
  /** Where the second range begins. */
  readonly gapEnd: number;
  /** Just after the second range. */
  readonly end: number;
}

/** /ByteRange of a signature, or undefined when it is not what the standard asks for. */
export function byteRangeOf(doc: PdfDocument, signature: PdfSignature): PdfByteRange | undefined {
  const { byteRange, byteRangeDirect, dict } = signature;
  if (byteRange === undefined || !byteRangeDirect || dict.duplicates.includes('ByteRange')) return undefined;
  const [start, gapStart, gapEnd, length] = byteRange;
  if (byteRange.length !== 4 || start !== 0 || !isOffset(gapStart) || !isOffset(gapEnd) || !isOffset(length))
    return undefined;
  const end = gapEnd + length;
  return gapStart < gapEnd && end <= doc.length ? { gapStart, gapEnd, end } : undefined;
}

const isOffset = (object: PdfObject | undefined): object is number =>
  typeof object === 'number' && Number.isSafeInteger(object) && object >= 0;

/** The `<…>` token of this dictionary's /Contents, when it stands in the file, once, and holds nothing but digit pairs. */
export function contentsToken(doc: PdfDocument, { dict, contentsSpan }: PdfSignature): PdfSpan | undefined {
  if (contentsSpan === undefined || dict.duplicates.includes('Contents')) return undefined;
  const { start, end } = contentsSpan;
  const token = doc.read(start, end);
  if (token[0] !== 0x3c || token.length % 2 !== 0) return undefined;
  for (let i = 1; i < token.length - 1; i++) if (hexDigit(token[i] as number) < 0) return undefined;
  return contentsSpan;
}

/** The bytes a well-formed /ByteRange covers, in order: what is hashed. A piece holds its bytes until the next is asked for. */
export function* coveredBytes({ file }: PdfDocument, range: PdfByteRange): Generator<Uint8Array> {
  yield* chunksOf(file, 0, range.gapStart);
  yield* chunksOf(file, range.gapEnd, range.end);
}

/**
 * The file as it was when it was signed (签名时的文件), byte for byte: all that the signature covers, and the signature value
 * in its gap.
 *
 * @throws GovError `pdf-malformed` where /ByteRange is not what the standard asks for
 * @example
 * import { chunksOf, openPdf, signaturesOf, signedRevision } from '@gov/pdf';
 * const doc = openPdf(bytes);
 * for (const signature of signaturesOf(doc)) signedRevision(doc, signature).length;
 */
export function signedRevision(doc: PdfDocument, signature: PdfSignature): PdfFile {
  const range = byteRangeOf(doc, signature);
  if (range === undefined) throw malformed(`/ByteRange of the signature in field ${signature.fieldName}`);
  return partOf(doc.file, 0, range.end);
}
