/** What lies over the pages (§12.5): annotations, and form fields whose look need not be their value. */
import type { PdfDocument } from '../document.js';
import { PdfArray, PdfDict, PdfName, type PdfObject, PdfRef, PdfStream, PdfString } from '../object.js';
import { eachPage, type PdfRectangle, rectangle } from '../page.js';
import { shownText } from './appearance.js';
import { HAZARD_LIMITS } from './limits.js';
import type { HazardPlace, SayHazard } from './place.js';

const INVISIBLE = 1;
const HIDDEN = 2;
const PRINT = 4;
const NO_VIEW = 32;
/** Field flags (Tables 227, 228, 231). */
const READ_ONLY = 1;
const MULTILINE = 1 << 12;
const PASSWORD = 1 << 13;
const PUSH_BUTTON = 1 << 16;

/** Shown by the viewer's own means, or not at all. */
const UNDRAWN = new Set(['Link', 'Popup', 'PrinterMark', 'TrapNet']);

export function annotationHazards(doc: PdfDocument, say: SayHazard): void {
  let count = 0;
  for (const page of eachPage(doc)) {
    const list = doc.resolve(page.dict.get('Annots'));
    if (!(list instanceof PdfArray)) continue;
    for (const item of list.items) {
      if (++count > HAZARD_LIMITS.annotations) {
        say('hazard-limit', {}, `only ${HAZARD_LIMITS.annotations} annotations were looked at`);
        return;
      }
      const dict = doc.resolve(item);
      if (!(dict instanceof PdfDict)) continue;
      const object = item instanceof PdfRef ? item.number : undefined;
      const rect = rectOf(doc, dict);
      examine(doc, dict, rect, { page: page.number, rect, object }, say);
    }
  }
}

function examine(
  doc: PdfDocument,
  dict: PdfDict,
  rect: PdfRectangle | undefined,
  place: HazardPlace,
  say: SayHazard,
): void {
  const subtype = doc.resolve(dict.get('Subtype'));
  const kind = subtype instanceof PdfName ? subtype.value : 'unknown';
  const empty = rect === undefined || rect[0] === rect[2] || rect[1] === rect[3];
  const drawn = appearanceOf(doc, dict) !== undefined;
  const flags = numberOr0(doc, dict.get('F'));
  const field = kind === 'Widget' ? fieldOf(doc, dict) : undefined;
  // A signature that shows nothing is the usual way to sign invisibly.
  if (UNDRAWN.has(kind) && !drawn) return;
  if (field?.type === 'Sig' && (empty || !drawn)) return;
  const what = field === undefined ? `an annotation (${kind})` : `the field “${field.name}”`;
  if ((flags & (HIDDEN | NO_VIEW)) !== 0 || (kind !== 'Widget' && !KNOWN.has(kind) && (flags & INVISIBLE) !== 0))
    say('hazard-hidden-annotation', place, `${what} is not shown on the screen`);
  else if (drawn && (flags & PRINT) === 0) say('hazard-hidden-annotation', place, `${what} is shown and not printed`);
  else if (field !== undefined && empty) say('hazard-hidden-annotation', place, `${what} has no size`);
  if (field === undefined) {
    if ((flags & (HIDDEN | NO_VIEW)) === 0) say('hazard-annotation', place, `${what} draws over the page`);
    return;
  }
  if (field.type === 'Sig') return;
  if ((field.flags & READ_ONLY) !== 0 && drawn && !empty)
    say('hazard-field-overlay', place, `${what} cannot be filled in and looks like a part of the page`);
  const mismatch = field.type === 'Tx' ? textMismatch(doc, dict, field) : buttonMismatch(doc, dict, field);
  if (mismatch !== undefined) say('hazard-field-appearance', place, `${what} ${mismatch}`);
}

/** Annotation types of the standard: viewers that know no others hide them where /F says so. */
const KNOWN = new Set([
  ...['Text', 'Link', 'FreeText', 'Line', 'Square', 'Circle', 'Polygon', 'PolyLine', 'Highlight', 'Underline'],
  ...['Squiggly', 'StrikeOut', 'Caret', 'Stamp', 'Ink', 'Popup', 'FileAttachment', 'Sound', 'Movie', 'Screen'],
  ...['Widget', 'PrinterMark', 'TrapNet', 'Watermark', '3D', 'Redact', 'Projection', 'RichMedia'],
]);

interface Field {
  readonly name: string;
  readonly type: string | undefined;
  readonly flags: number;
  readonly value: PdfObject;
}

/** /FT, /Ff and /V are inherited (§12.7.4.1). */
function fieldOf(doc: PdfDocument, widget: PdfDict): Field {
  const names: string[] = [];
  const own = new Map<string, PdfObject>();
  let dict: PdfObject = widget;
  for (let depth = 0; dict instanceof PdfDict && depth < doc.limits.treeDepth; depth++) {
    for (const key of ['FT', 'Ff', 'V']) {
      const value = doc.resolve(dict.get(key));
      if (value !== null && !own.has(key)) own.set(key, value);
    }
    const name = doc.resolve(dict.get('T'));
    if (name instanceof PdfString) names.unshift(name.text);
    dict = doc.resolve(dict.get('Parent'));
  }
  const type = own.get('FT');
  return {
    name: names.join('.'),
    type: type instanceof PdfName ? type.value : undefined,
    flags: numberOr0(doc, own.get('Ff')),
    value: own.get('V') ?? null,
  };
}

/** What a text field shows against what it holds; undefined where they agree or where that cannot be told. */
function textMismatch(doc: PdfDocument, dict: PdfDict, field: Field): string | undefined {
  const value = field.value instanceof PdfString ? squeezed(field.value.text) : '';
  if ((field.flags & PASSWORD) !== 0) return undefined;
  const stream = appearanceOf(doc, dict);
  if (stream === undefined) return value === '' ? undefined : 'has a value and no appearance: the viewer makes one up';
  const shown = shownText(doc, stream);
  if (shown === undefined || /[^\x20-\x7e]/.test(value)) return undefined;
  const text = squeezed(shown);
  // Of several lines the appearance may show the first ones.
  const agrees = (field.flags & MULTILINE) !== 0 && text !== '' ? value.startsWith(text) : value === text;
  return agrees ? undefined : 'shows another text than its value';
}

const squeezed = (text: string): string => text.replace(/\s+/g, '');

/** A check box or radio button: /AS says which appearance is shown, /V which one is meant. */
function buttonMismatch(doc: PdfDocument, dict: PdfDict, field: Field): string | undefined {
  if (field.type !== 'Btn' || (field.flags & PUSH_BUTTON) !== 0) return undefined;
  const state = doc.resolve(dict.get('AS'));
  if (!(state instanceof PdfName) || state.value === 'Off') return undefined;
  return field.value instanceof PdfName && field.value.value === state.value
    ? undefined
    : 'is shown as chosen, and its value says otherwise';
}

/** The normal appearance that is shown: of several states, the one /AS names. */
function appearanceOf(doc: PdfDocument, dict: PdfDict): PdfStream | undefined {
  const appearances = doc.resolve(dict.get('AP'));
  const normal = appearances instanceof PdfDict ? doc.resolve(appearances.get('N')) : null;
  if (normal instanceof PdfStream) return normal;
  const state = doc.resolve(dict.get('AS'));
  if (!(normal instanceof PdfDict) || !(state instanceof PdfName)) return undefined;
  const chosen = doc.resolve(normal.get(state.value));
  return chosen instanceof PdfStream ? chosen : undefined;
}

function rectOf(doc: PdfDocument, dict: PdfDict): PdfRectangle | undefined {
  const rect = doc.resolve(dict.get('Rect'));
  const isRectangle =
    rect instanceof PdfArray &&
    rect.items.length === 4 &&
    rect.items.every((item) => typeof doc.resolve(item) === 'number');
  return isRectangle ? rectangle(doc, rect) : undefined;
}

const numberOr0 = (doc: PdfDocument, object: PdfObject | undefined): number => {
  const value = doc.resolve(object);
  return typeof value === 'number' ? value : 0;
};
