/**
 * Whether the new appearance of a text or choice field can be one of its value (ISO 32000-2 §12.7.4.3): text where there is a
 * value, no pictures, lines and areas only where the widget has a border or a background. ASCII text in a font with a plain
 * encoding must be in the value. That glyphs look like their characters cannot be known; /Rect bounds what else they can do.
 */
import { isGovError } from '@gov/verdict';
import type { PdfDocument } from '../document.js';
import { decodeStream } from '../filter.js';
import { isName, PdfDict, PdfName, type PdfObject, PdfStream, PdfString } from '../object.js';
import { type Operand, operationsIn } from './content-operators.js';

const MAX_VALUE_OPERATORS = 20_000;

const PAINTING = new Set(['f', 'F', 'f*', 'S', 's', 'B', 'B*', 'b', 'b*']);
const PICTURES = new Set(['Do', 'sh', 'EI']);
const SHOWING = new Set(['Tj', 'TJ', "'", '"']);

interface ShownValue {
  /** /V resolved. */
  readonly value: PdfObject;
  /** A border, a background, rich text or the bar of a list box account for lines and areas. */
  readonly mayPaint: boolean;
  /** A format or a password field shows something else than the value itself. */
  readonly formatted: boolean;
  /** /DR of the form, where the appearance has no resources of its own. */
  readonly resources: PdfObject;
}

/** What speaks against it; undefined when nothing does. */
export function valueProblem(doc: PdfDocument, appearance: PdfObject, shown: ShownValue): string | undefined {
  if (!(appearance instanceof PdfStream)) return undefined;
  try {
    return problem(doc, appearance, shown);
  } catch (error) {
    if (isGovError(error)) return 'the appearance cannot be read';
    throw error;
  }
}

function problem(doc: PdfDocument, appearance: PdfStream, shown: ShownValue): string | undefined {
  const resources = doc.resolve(appearance.dict.get('Resources')) ?? shown.resources;
  const fonts = resources instanceof PdfDict ? doc.resolve(resources.get('Font')) : null;
  let left = MAX_VALUE_OPERATORS;
  let plain = true;
  let text = '';
  for (const { operator, operands } of operationsIn(decodeStream(doc, appearance))) {
    if (--left < 0) return 'the appearance is too long to be a value';
    if (PICTURES.has(operator)) return 'a picture is no value';
    if (PAINTING.has(operator) && !shown.mayPaint) return 'draws lines or areas, and has no border or background';
    if (operator === 'Tf') {
      const name = operands[0];
      const font = fonts instanceof PdfDict && typeof name === 'string' ? doc.resolve(fonts.get(name.slice(1))) : null;
      if (!isPlain(doc, font)) plain = false;
    }
    if (SHOWING.has(operator)) text += textOf(operands.at(-1));
  }
  const value = shown.value instanceof PdfString ? shown.value.text : undefined;
  if (value === undefined) return undefined;
  const visible = (part: string): string => part.replace(/\s+/g, '');
  if (text === '' && visible(value) !== '') return 'shows nothing although the field has a value';
  const comparable = plain && !shown.formatted && /^[\t\n\r\x20-\x7e]*$/.test(value);
  return comparable && !visible(value).includes(visible(text)) ? 'shows another text than its value' : undefined;
}

const textOf = (operand: Operand): string => {
  if (operand instanceof Uint8Array) return Array.from(operand, (code) => String.fromCharCode(code)).join('');
  return Array.isArray(operand) ? (operand as readonly Operand[]).map(textOf).join('') : '';
};

/** A simple font in which ASCII codes are ASCII characters. */
function isPlain(doc: PdfDocument, font: PdfObject): boolean {
  if (!(font instanceof PdfDict)) return false;
  const subtype = doc.resolve(font.get('Subtype'));
  if (!isName(subtype, 'Type1') && !isName(subtype, 'TrueType')) return false;
  const encoding = doc.resolve(font.get('Encoding'));
  const base = doc.resolve(font.get('BaseFont'));
  const symbols = base instanceof PdfName && /Symbol|Dingbats/i.test(base.value);
  if (encoding === null) return !symbols && !font.has('FontDescriptor');
  return encoding instanceof PdfName && /^(WinAnsi|MacRoman)Encoding$/.test(encoding.value);
}
