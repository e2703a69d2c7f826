/** What stays plain in an encrypted document (ISO 32000-2 §7.6.2). */
import { isName, type PdfDict, type PdfObject, PdfStream, PdfString } from '../object.js';

/** A cross-reference stream, the strings in its dictionary too (§7.5.8.2). */
export const isCrossReference = (object: PdfObject): boolean =>
  object instanceof PdfStream && isName(object.dict.get('Type'), 'XRef');

/** /Contents of a signature dictionary, which /ByteRange makes out. */
export const isSignatureValue = (dict: PdfDict, key: string): boolean =>
  key === 'Contents' && dict.has('ByteRange') && dict.get(key) instanceof PdfString;
