/** Annotations (注释, ISO 32000-2 §12.5) that were added, changed or removed: what they draw, and whether that covers content. */
import type { PdfDocument } from '../document.js';
import { sameObject } from '../internal/compare.js';
import { isName, PdfArray, PdfDict, PdfName, type PdfObject, PdfRef, PdfStream } from '../object.js';
import type { PdfRectangle } from '../page.js';
import type { Account, Use } from './account.js';
import { examineAppearance } from './appearance.js';
import type { PdfChange } from './change.js';
import { type Box, contentBoxes, type Drawn, MAX_OPERATORS, meet } from './content-boxes.js';
import { rectOf } from './form.js';
import { differing, isAmbiguous } from './step.js';
import { onlyTints } from './tint.js';

/** Where an annotation is. */
interface OnPage {
  readonly page: PdfRef;
  readonly number: number | undefined;
}

/** Comments and links. Not: what plays, prints otherwise than it shows, or belongs to a form. */
const SUBTYPES = new Set([
  ...['Text', 'Link', 'FreeText', 'Line', 'Square', 'Circle', 'Polygon', 'PolyLine', 'Highlight', 'Underline'],
  ...['Squiggly', 'StrikeOut', 'Caret', 'Stamp', 'Ink', 'Popup', 'FileAttachment'],
]);

const HIDDEN = 2;
const PRINT = 4;
const NO_VIEW = 32;
/** NoZoom, NoRotate: the annotation keeps its size while the page is smaller. */
const OWN_SIZE = 8 | 16;
/** Side of the icon that a viewer draws for an annotation without an appearance, and then some. */
const ICON = 40;

export function isAnnotation(object: PdfObject): object is PdfDict {
  return object instanceof PdfDict && object.has('Subtype') && object.has('Rect');
}

/** Keys under which others refer to an annotation: in arrays, a popup to its parent, a reply to what it answers. */
const ANNOTATION_KEYS = new Set<string | undefined>([undefined, 'Parent', 'Popup', 'IRT', 'Obj']);
const isAnnot: Use = (_, key) => ANNOTATION_KEYS.has(key);

export function addedAnnotation(account: Account, item: PdfObject, { page, number }: OnPage): undefined {
  const { after } = account.step;
  const dict = after.resolve(item);
  const at = { ...place(account, item, dict, number), action: 'added' as const };
  if (!(dict instanceof PdfDict)) {
    if (dict !== null) account.forbid('annotation-changed', 'annotation', 'what is no annotation was added', at);
    return;
  }
  account.roots.push(item);
  const wrong = isName(after.resolve(dict.get('Subtype')), 'Widget')
    ? 'a widget was added that does not belong to the signature of this revision'
    : problem(account, dict);
  if (wrong !== undefined)
    return account.forbid(wrong.startsWith('a widget') ? 'field-changed' : 'annotation-added', 'annotation', wrong, at);
  if (!draws(after, dict)) return permitted(account, 'coverage-annotated', 'draws nothing', at);
  const covered = covers(account, dict, page);
  if (covered === undefined) return permitted(account, 'annotation-added', `draws ${kind(account, dict)}`, at);
  permitted(account, 'annotation-covers-content', `${kind(account, dict)} over ${covered}`, at);
}

export function changedAnnotation(account: Account, ref: PdfRef, { page, number }: OnPage): undefined {
  const { before, after } = account.step;
  const [old, now] = [before.resolve(ref), after.resolve(ref)];
  const at = { ...place(account, ref, now, number), action: 'changed' as const };
  if (!(old instanceof PdfDict) || !(now instanceof PdfDict))
    return account.forbid('annotation-changed', 'annotation', 'is no annotation any more', at);
  if (isName(before.resolve(old.get('Subtype')), 'Widget'))
    return account.forbid('field-changed', 'field', 'a widget was changed whose field is not in the form', at);
  const wrong = sameObject(old.get('Subtype'), now.get('Subtype'))
    ? problem(account, now)
    : 'another kind of annotation';
  const ambiguous = isAmbiguous(old) || differing(old, now).includes('P') || differing(old, now).includes('Parent');
  if (wrong !== undefined || ambiguous)
    return account.forbid('annotation-changed', 'annotation', wrong ?? 'stands elsewhere in the document', at);
  account.permit(ref.number, isAnnot);
  account.roots.push(ref);
  const appearance = examineAppearance(account, ref, old, now);
  if (appearance === 'forbidden')
    return account.forbid('annotation-changed', 'annotation', 'another appearance than /N', at);
  const covered = draws(after, now) ? covers(account, now, page, ref) : undefined;
  if (covered !== undefined)
    return permitted(account, 'annotation-covers-content', `${kind(account, now)} over ${covered}`, at);
  if (differing(old, now).some((key) => key === 'A' || key === 'Dest' || key === 'PA'))
    return permitted(account, 'annotation-changed', 'leads elsewhere', at);
  // What was drawn when the document was signed is content, though a certification may let it change.
  if (drew(account, ref)) return permitted(account, 'annotation-changed', 'showed something else', at);
  if (draws(after, now)) return permitted(account, 'annotation-added', `draws ${kind(account, now)}`, at);
  permitted(account, 'coverage-annotated', 'draws nothing', at);
}

export function removedAnnotation(account: Account, item: PdfObject, { page, number }: OnPage): undefined {
  const { before, freed } = account.step;
  const old = before.resolve(item);
  const at = { ...place(account, item, old, number), action: 'removed' as const };
  if (!(old instanceof PdfDict)) return;
  if (isName(before.resolve(old.get('Subtype')), 'Widget'))
    return account.forbid('field-changed', 'field', 'the widget is gone from its page', at);
  if (item instanceof PdfRef && freed.has(item.number)) account.permit(item.number, isAnnot);
  // Its appearance and popup may go with it, as long as nothing else showed them.
  const appearances = before.resolve(old.get('AP'));
  const owner = item instanceof PdfRef ? item.number : page.number;
  for (const [key, value] of [
    ['N', appearances instanceof PdfDict ? appearances.get('N') : undefined],
    ['AP', old.get('AP')],
    ['Popup', old.get('Popup')],
  ] as const)
    if (value instanceof PdfRef && freed.has(value.number))
      account.permit(
        value.number,
        (holder, name) => (holder === owner && name === key) || (key === 'Popup' && isAnnot(holder, name)),
      );
  if (item instanceof PdfRef ? drew(account, item) : !isName(old.get('Subtype'), 'Popup'))
    return permitted(account, 'annotation-changed', `${kind(account, old)} is gone`, at);
  permitted(account, 'coverage-annotated', 'drew nothing', at);
}

function permitted(
  account: Account,
  code: PdfChange['code'],
  detail: string,
  at: Pick<PdfChange, 'action'> & Partial<PdfChange>,
): undefined {
  account.say({ ...at, level: 'annotations', code, subject: 'annotation', detail });
}

function place({ step }: Account, item: PdfObject, dict: PdfObject, page: number | undefined): Partial<PdfChange> {
  const rect = dict instanceof PdfDict ? rectOf(step.after, dict) : undefined;
  return {
    ...(item instanceof PdfRef ? { ref: item } : {}),
    ...(page === undefined ? {} : { page }),
    ...(rect === undefined ? {} : { rect }),
  };
}

const kind = ({ step }: Account, dict: PdfDict): string => {
  const name = step.after.resolve(dict.get('Subtype'));
  return name instanceof PdfName ? `/${name.value}` : 'an annotation';
};

/** Why it is no annotation that may be added; actions other than following a link are refused. */
function problem({ step }: Account, dict: PdfDict): string | undefined {
  const { after } = step;
  const subtype = after.resolve(dict.get('Subtype'));
  if (isAmbiguous(dict)) return `repeats /${dict.duplicates[0]}`;
  if (!(subtype instanceof PdfName) || !SUBTYPES.has(subtype.value)) return 'is of a kind that no comment has';
  if (dict.has('AA')) return 'acts by itself';
  const action = after.resolve(dict.get('A'));
  if (action === null) return undefined;
  const type = action instanceof PdfDict ? after.resolve(action.get('S')) : null;
  const follows = isName(type, 'URI') || isName(type, 'GoTo');
  return follows && action instanceof PdfDict && !action.has('Next') ? undefined : 'acts otherwise than by a link';
}

/** Whether anything can show. What is not known to draw nothing draws. */
function draws(after: PdfDocument, dict: PdfDict): boolean {
  const flags = after.resolve(dict.get('F')) ?? 0;
  if (typeof flags === 'number' && ((flags & HIDDEN) !== 0 || ((flags & NO_VIEW) !== 0 && (flags & PRINT) === 0)))
    return false;
  if (after.resolve(dict.get('AP')) !== null) return true;
  const subtype = after.resolve(dict.get('Subtype'));
  if (isName(subtype, 'Popup')) return after.resolve(dict.get('Open')) === true;
  if (!isName(subtype, 'Link')) return true;
  // §12.5.4: without either a solid border one unit wide is drawn.
  const style = after.resolve(dict.get('BS'));
  if (style instanceof PdfDict) return after.resolve(style.get('W')) !== 0;
  const border = after.resolve(dict.get('Border'));
  return !(border instanceof PdfArray && after.resolve(border.items[2]) === 0);
}

/** Whether it drew something when a signature last covered the document. */
function drew(account: Account, ref: PdfRef): boolean {
  const { step, around } = account;
  const signed = around.doc.asOf(around.signedBefore(step.index));
  const dict = signed.resolve(ref);
  return isAnnotation(dict) && draws(signed, dict);
}

/** What an annotation covers, in words; undefined when it lies beside everything that was signed. */
function covers(account: Account, dict: PdfDict, page: PdfRef, self?: PdfRef): string | undefined {
  const { around, step } = account;
  const box = reach(step.after, dict);
  const signed = around.doc.asOf(around.signedBefore(step.index));
  if (drawnAnnotations(around, signed, page).some(([number, older]) => number !== self?.number && meet(box, older)))
    return 'an older annotation';
  if (highlights(step.after, dict)) return undefined;
  return contentBoxes(around, signed, page).some((content) => meet(box, content)) ? 'what the page shows' : undefined;
}

/**
 * Whether a page shows anything within a rectangle, its annotations included. False only where it surely does not: what cannot
 * be followed counts as shown.
 *
 * @param rect in default user space of the page
 */
export function showsWithin(doc: PdfDocument, page: PdfRef, rect: PdfRectangle): boolean {
  const drawn: Drawn = { boxes: new Map(), annotations: new Map(), operators: MAX_OPERATORS };
  const boxes = [...drawnAnnotations(drawn, doc, page).map(([, box]) => box), ...contentBoxes(drawn, doc, page)];
  return boxes.some((box) => meet(box, rect));
}

/** The annotations of a page that draw, by their object numbers. */
function drawnAnnotations(
  { annotations }: Drawn,
  signed: PdfDocument,
  page: PdfRef,
): readonly (readonly [number | undefined, Box])[] {
  const key = `${signed.revisions.length} ${page.number}`;
  let known = annotations.get(key);
  if (known === undefined) {
    const shown = signed.resolve(page);
    const annots = shown instanceof PdfDict ? signed.resolve(shown.get('Annots')) : null;
    known = (annots instanceof PdfArray ? annots.items : []).flatMap((item) => {
      const dict = signed.resolve(item);
      if (!isAnnotation(dict) || !draws(signed, dict)) return [];
      return [[item instanceof PdfRef ? item.number : undefined, rectOf(signed, dict) ?? EVERYWHERE] as const];
    });
    annotations.set(key, known);
  }
  return known;
}

/** A highlight lets the text beneath show: without an appearance the viewer draws it so (§12.5.6.10). */
function highlights(after: PdfDocument, dict: PdfDict): boolean {
  if (!isName(after.resolve(dict.get('Subtype')), 'Highlight')) return false;
  const appearance = after.resolve(dict.get('AP'));
  return appearance === null || (appearance instanceof PdfDict && onlyTints(after, after.resolve(appearance.get('N'))));
}

const EVERYWHERE: Box = [-1e9, -1e9, 1e9, 1e9];

/** Without an appearance, what a viewer draws for these stays within /Rect. */
const WITHIN_RECT = new Set(['Square', 'Circle', 'Link', 'FreeText']);

/** Everything an annotation can draw on: /Rect with an appearance, more where the viewer draws it itself. */
function reach(after: PdfDocument, dict: PdfDict): Box {
  const rect = rectOf(after, dict);
  if (rect === undefined) return EVERYWHERE;
  let [left, bottom, right, top] = rect;
  const flags = after.resolve(dict.get('F')) ?? 0;
  if (typeof flags !== 'number') return EVERYWHERE;
  const [width, height] = [right - left, top - bottom];
  if ((flags & OWN_SIZE) !== 0) {
    const side = Math.max(width, height);
    [left, bottom, right, top] = [left - side, bottom - side, right + side, top + side];
  }
  const appearance = after.resolve(dict.get('AP'));
  const normal = appearance instanceof PdfDict ? after.resolve(appearance.get('N')) : null;
  if (normal instanceof PdfStream || normal instanceof PdfDict) return [left, bottom, right, top];
  const points: number[] = [];
  let bounded = true;
  const collect = (object: PdfObject, depth: number): void => {
    const value = after.resolve(object);
    if (typeof value === 'number') points.push(value);
    else if (value instanceof PdfArray && depth < 3 && points.length < 1e6)
      for (const item of value.items) collect(item, depth + 1);
    else if (value !== null) bounded = false;
  };
  for (const key of ['L', 'Vertices', 'InkList', 'QuadPoints', 'CL', 'Path']) collect(dict.get(key) ?? null, 0);
  if (!bounded || points.length >= 1e6 || dict.has('LL') || dict.has('LLE')) return EVERYWHERE;
  const style = after.resolve(dict.get('BS'));
  const border = after.resolve(dict.get('Border'));
  const widths = [
    style instanceof PdfDict ? after.resolve(style.get('W')) : 1,
    border instanceof PdfArray ? after.resolve(border.items[2]) : 1,
  ];
  const line = Math.max(...widths.map((value) => (typeof value === 'number' ? value : 1)));
  const around = ICON + 10 * line;
  for (let i = 0; i < points.length; i += 2) {
    const [x, y] = [points[i] as number, points[i + 1] ?? 0];
    left = Math.min(left, x);
    right = Math.max(right, x);
    bottom = Math.min(bottom, y);
    top = Math.max(top, y);
  }
  const subtype = after.resolve(dict.get('Subtype'));
  const fits = subtype instanceof PdfName && WITHIN_RECT.has(subtype.value);
  const margin = fits && points.length === 0 ? line : around;
  return [left - margin, bottom - margin, right + margin, top + margin];
}
