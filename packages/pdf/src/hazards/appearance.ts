/** The text that a small form XObject shows, where it can be read without its fonts. */
import { isGovError } from '@gov/verdict';
import type { PdfDocument } from '../document.js';
import { memoryFile } from '../file.js';
import { decode } from '../filter.js';
import { isSpace, Lexer } from '../internal/lexer.js';
import { isName, PdfArray, PdfDict, type PdfObject, type PdfStream, PdfString } from '../object.js';
import { HAZARD_LIMITS } from './limits.js';

/**
 * The strings that text operators show (§9.4.3), one after another, one character per byte; undefined where a composite font or
 * an unreadable stream leaves open what they mean.
 */
export function shownText(doc: PdfDocument, stream: PdfStream): string | undefined {
  if (hasCompositeFont(doc, stream.dict)) return undefined;
  try {
    const bytes = decode(stream, HAZARD_LIMITS.appearanceBytes, (object) => doc.resolve(object));
    return textOf(new Lexer({ file: memoryFile(bytes) }, 0, doc.limits, []));
  } catch (error) {
    if (isGovError(error)) return undefined;
    throw error;
  }
}

function hasCompositeFont(doc: PdfDocument, dict: PdfDict): boolean {
  const resources = doc.resolve(dict.get('Resources'));
  const fonts = resources instanceof PdfDict ? doc.resolve(resources.get('Font')) : null;
  if (!(fonts instanceof PdfDict)) return false;
  return [...fonts.keys()].some((key) => {
    const font = doc.resolve(fonts.get(key));
    return font instanceof PdfDict && isName(doc.resolve(font.get('Subtype')), 'Type0');
  });
}

function textOf(lexer: Lexer): string | undefined {
  let text = '';
  let operands: PdfObject[] = [];
  for (;;) {
    lexer.skipSpace();
    const byte = lexer.peek();
    if (byte === undefined) return text;
    // An operand begins with one of /, (, <, [, a digit, a sign or a point.
    if ('/(<[0123456789+-.'.includes(String.fromCharCode(byte))) {
      operands.push(lexer.object());
      continue;
    }
    const operator = wordAt(lexer);
    // An inline image, or an XObject: what it shows is not text that could be compared.
    if (operator === 'BI' || operator === 'Do' || operator === '') return undefined;
    if (operator === 'Tj' || operator === 'TJ' || operator === "'" || operator === '"') text += stringsOf(operands);
    operands = [];
  }
}

function wordAt(lexer: Lexer): string {
  let word = '';
  for (;;) {
    const byte = lexer.peek();
    if (byte === undefined || isSpace(byte) || '/(<[>])'.includes(String.fromCharCode(byte))) return word;
    word += String.fromCharCode(byte);
    lexer.skip(1);
  }
}

const stringsOf = (operands: readonly PdfObject[]): string => {
  const last = operands.at(-1);
  const strings = last instanceof PdfArray ? last.items : [last];
  return strings.map((string) => (string instanceof PdfString ? latin1(string.bytes) : '')).join('');
};

const latin1 = (bytes: Uint8Array): string => {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
};
