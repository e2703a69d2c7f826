/**
 * Filling in a form (填表, ISO 32000-2 §12.7): new values of text, choice and button fields with the appearances that show
 * them, and signing in an empty field. Names, types, flags, actions, options, rectangles stay.
 *
 * That an appearance shows the value of its field cannot be told in full: fonts decide what glyphs look like. Checked is what
 * bounds the damage: /Rect stays, and a viewer clips the appearance to it; the appearance changes only where the value does;
 * it is drawn for this widget alone; and what value-appearance.ts can say of its content.
 */
import { fieldLocksOf, locks } from '../field-lock.js';
import { sameObject } from '../internal/compare.js';
import { isName, PdfArray, PdfDict, PdfName, type PdfObject, PdfRef, PdfString } from '../object.js';
import type { Account, Use } from './account.js';
import { examineAppearance } from './appearance.js';
import { type FieldPlace, FieldTree, inherited } from './field-tree.js';
import { inspectSignatureField, rectOf, saySigned } from './form.js';
import { differing, isAmbiguous } from './step.js';
import { valueProblem } from './value-appearance.js';

const READ_ONLY = 1;
const PUSH_BUTTON = 1 << 16;
/** Print, ReadOnly, Locked and LockedContents may be set; whether and how a widget shows may not change. */
const SETTABLE_FLAGS = 4 | 64 | 128 | 512;

/** Keys under which others refer to a field; among resources its new values would get another meaning. */
const FIELD_KEYS = new Set<string | undefined>([undefined, 'Parent', 'Obj', 'T', 'AN']);
const isField: Use = (_, key) => FIELD_KEYS.has(key);

export function examineFields(account: Account): void {
  const { before, replaced } = account.step;
  const tree = new FieldTree(before);
  const filled = new Map<number, FieldPlace>();
  for (const [number, ref] of replaced) {
    if (account.explained.has(number)) continue;
    const dict = before.get(ref);
    if (!(dict instanceof PdfDict) || !(dict.has('T') || dict.has('Parent') || dict.has('FT'))) continue;
    const place = tree.placeOf(ref);
    if (place !== undefined) filled.set(place.field.number, place);
  }
  const own = account.signature?.fieldRef;
  // Its widgets may be other objects, and the field itself a direct parent of theirs.
  if (own !== undefined && !account.step.added.has(own.number) && !filled.has(own.number)) {
    const place = tree.placeOf(own);
    if (place !== undefined) filled.set(own.number, place);
  }
  for (const place of filled.values()) examineField(account, place);
}

function examineField(account: Account, place: FieldPlace): undefined {
  const { step, signature } = account;
  const { field: ref, dict: old, name: field } = place;
  const now = step.after.resolve(ref);
  const refuse = (detail: string): undefined => account.forbid('field-changed', 'field', detail, { ref, field });
  if (!(now instanceof PdfDict)) return refuse('the field is no dictionary any more');
  if (isAmbiguous(now) && !sameObject(old, now)) return refuse(`the field repeats /${now.duplicates[0]}`);
  const widgets = widgetsOf(account, place);
  if (widgets === undefined) return refuse('it is no field with a value of its own');
  const type = inherited(step.before, place, 'FT');
  if (isName(type, 'Sig')) {
    if (signature?.fieldRef?.number === ref.number) return examineSigned(account, place, now, widgets);
    return refuse('the signature field was changed and does not sign this revision');
  }
  examineFilled(account, place, now, widgets, type instanceof PdfName ? type.value : '');
}

/** The field itself where it is merged with its widget, and its /Kids; undefined when those are fields themselves. */
function widgetsOf({ step }: Account, { field, dict }: FieldPlace): readonly PdfRef[] | undefined {
  const { before } = step;
  const kids = before.resolve(dict.get('Kids'));
  const items = kids instanceof PdfArray ? kids.items : [];
  const own = isName(before.resolve(dict.get('Subtype')), 'Widget') ? [field] : [];
  const widgets: PdfRef[] = [];
  for (const item of items) {
    const widget = before.resolve(item);
    if (!(item instanceof PdfRef) || !(widget instanceof PdfDict) || widget.has('T')) return undefined;
    widgets.push(item);
  }
  return [...own, ...widgets];
}

/** /F as it was, but for flags that do not alter what shows. */
function flagsKept({ step }: Account, old: PdfDict, now: PdfDict): boolean {
  const [a, b] = [step.before.resolve(old.get('F')) ?? 0, step.after.resolve(now.get('F')) ?? 0];
  return (
    typeof a === 'number' && typeof b === 'number' && (a & b) === a && (a | SETTABLE_FLAGS) === (b | SETTABLE_FLAGS)
  );
}

/** An empty signature field that was there already: it gains a value, its widgets an appearance. */
function examineSigned(account: Account, place: FieldPlace, now: PdfDict, widgets: readonly PdfRef[]): undefined {
  const { step, signature } = account;
  const { before, after, added } = step;
  const { field: ref, dict: old, name: field } = place;
  const value = now.get('V');
  const refuse = (at: PdfRef, detail: string): undefined =>
    account.forbid('field-changed', 'field', detail, { ref: at, field });
  if (
    signature === undefined ||
    !(value instanceof PdfRef) ||
    !added.has(value.number) ||
    inherited(before, place, 'V') !== null ||
    differing(old, now).some((key) => !['V', 'AP', 'F', 'M'].includes(key)) ||
    !flagsKept(account, old, now)
  )
    return refuse(ref, 'is not the empty signature field it was, with a new value');
  if (step.replaced.has(ref.number)) account.permit(ref.number, isField);
  account.roots.push(value);
  let drawn = false;
  for (const widget of widgets) {
    const [oldWidget, newWidget] = [before.resolve(widget), after.resolve(widget)];
    if (!(oldWidget instanceof PdfDict) || !(newWidget instanceof PdfDict)) {
      refuse(widget, 'the widget is gone');
      continue;
    }
    const keys = widget.number === ref.number ? ['V', 'AP', 'F', 'M'] : ['AP', 'F', 'M'];
    const known = differing(oldWidget, newWidget).every((key) => keys.includes(key));
    if (!known || !flagsKept(account, oldWidget, newWidget) || isAmbiguous(newWidget)) {
      refuse(widget, 'is not the widget it was, with a new appearance');
      continue;
    }
    inspectSignatureField(account, widget);
    if (step.replaced.has(widget.number)) account.permit(widget.number, isField);
    const appearance = examineAppearance(account, widget, oldWidget, newWidget);
    if (appearance === 'forbidden')
      account.forbid('field-appearance-changed', 'field', 'another appearance than /N', { ref: widget, field });
    if (appearance === 'first' || appearance === 'changed') drawn = true;
  }
  saySigned(account, signature, 'changed', drawn);
}

/** What filling in may change in the dictionary of a field, by its type. */
const VALUE_KEYS: Readonly<Record<string, readonly string[]>> = {
  Tx: ['V', 'RV'],
  Ch: ['V', 'I'],
  Btn: ['V'],
};

function examineFilled(
  account: Account,
  place: FieldPlace,
  now: PdfDict,
  widgets: readonly PdfRef[],
  type: string,
): undefined {
  const { step } = account;
  const { before, after, replaced } = step;
  const { field: ref, dict: old, name: field } = place;
  const page = pageOf(account, widgets);
  const at = { field, ...(page === undefined ? {} : { page: page.number, ...(page.rect && { rect: page.rect }) }) };
  const refuse = (
    detail: string,
    code: 'field-changed' | 'field-appearance-changed' = 'field-changed',
    on = ref,
  ): undefined => account.forbid(code, 'field', detail, { ref: on, ...at });
  const flags = inherited(before, place, 'Ff') ?? 0;
  const values = VALUE_KEYS[type];
  if (values === undefined || typeof flags !== 'number') return refuse('the field has no type that is filled in');
  if (type === 'Btn' && (flags & PUSH_BUTTON) !== 0) return refuse('a push button was changed');
  const changed = differing(old, now);
  const valueChanged = changed.includes('V');
  const mine = widgets.some((widget) => widget.number === ref.number) ? ['AP', 'AS', 'F'] : [];
  for (const key of changed) {
    if (key === 'Ff' && becameReadOnly(account, field, old, now)) continue;
    if (![...values, 'M', ...mine].includes(key)) refuse(`/${key} of the field`);
  }
  if (changed.includes('F') && !flagsKept(account, old, now)) refuse('/F of the field: whether it shows');
  const value = after.resolve(now.get('V'));
  if (!fits(type, value, (object) => after.resolve(object))) refuse('the value is of another type than the field');
  if (!fits('Tx', after.resolve(now.get('RV')), () => null)) refuse('the rich text is no text');
  if (valueChanged && (flags & READ_ONLY) !== 0 && !isCalculated(account, place))
    refuse('a read-only field has another value');
  account.roots.push(now.get('V') ?? null);
  if (replaced.has(ref.number)) account.permit(ref.number, isField);
  let touched = changed.some((key) => key !== 'M');
  for (const widget of widgets) {
    const [oldWidget, newWidget] = [before.resolve(widget), after.resolve(widget)];
    if (!(oldWidget instanceof PdfDict) || !(newWidget instanceof PdfDict)) {
      refuse('the widget is gone', 'field-changed', widget);
      continue;
    }
    if (widget.number !== ref.number && replaced.has(widget.number)) {
      account.permit(widget.number, isField);
      if (isAmbiguous(newWidget)) refuse(`the widget repeats /${newWidget.duplicates[0]}`, 'field-changed', widget);
      for (const key of differing(oldWidget, newWidget))
        if (!['AP', 'AS', 'F', 'M'].includes(key)) refuse(`/${key} of the widget`, 'field-changed', widget);
      if (!flagsKept(account, oldWidget, newWidget))
        refuse('/F of the widget: whether it shows', 'field-changed', widget);
      touched = true;
    }
    const appearance = examineAppearance(account, widget, oldWidget, newWidget);
    const stateChanged = !sameObject(oldWidget.get('AS'), newWidget.get('AS'));
    if (appearance === 'forbidden')
      refuse('the appearance was changed in another way than for a value', 'field-appearance-changed', widget);
    else if ((appearance === 'changed' || stateChanged) && !valueChanged)
      refuse('shows something else although its value is the same', 'field-appearance-changed', widget);
    else if (stateChanged && !isState(account, newWidget, value))
      refuse('/AS names no state of the widget', 'field-appearance-changed', widget);
    else if (appearance !== 'same') {
      const wrong = unlikely(account, place, now, newWidget, flags);
      if (wrong !== undefined) refuse(wrong, 'field-appearance-changed', widget);
    }
    if (appearance !== 'same') touched = true;
  }
  if (!touched) return;
  const detail = valueChanged ? (value === null ? 'was emptied' : 'was filled in') : 'keeps its value';
  account.say({
    ...{ level: 'form-filling', code: 'coverage-form-filled', subject: 'field', action: 'changed', ref, detail },
    ...at,
  });
}

/** Whether a value is one that this type of field holds. */
function fits(type: string, value: PdfObject, resolve: (object: PdfObject) => PdfObject): boolean {
  if (value === null) return true;
  if (type === 'Btn') return value instanceof PdfName;
  if (value instanceof PdfString) return true;
  return type === 'Ch' && value instanceof PdfArray && value.items.every((item) => resolve(item) instanceof PdfString);
}

/** The signature of this revision locks the field, and software shows it by /ReadOnly (§12.8.2.4). */
function becameReadOnly({ step, signature }: Account, field: string, old: PdfDict, now: PdfDict): boolean {
  const [a, b] = [step.before.resolve(old.get('Ff')) ?? 0, step.after.resolve(now.get('Ff'))];
  return (
    signature !== undefined &&
    typeof a === 'number' &&
    b === (a | READ_ONLY) &&
    fieldLocksOf(step.after, signature.dict).some((lock) => locks(lock, field))
  );
}

/** A field that a calculation fills: it is read-only for the user alone. */
function isCalculated({ step }: Account, place: FieldPlace): boolean {
  const actions = inherited(step.before, place, 'AA');
  return actions instanceof PdfDict && step.before.resolve(actions.get('C')) !== null;
}

/** /AS is Off, or the value and a state of the widget: of several buttons one alone is pressed. */
function isState({ step }: Account, widget: PdfDict, value: PdfObject): boolean {
  const { after } = step;
  const state = after.resolve(widget.get('AS'));
  if (isName(state, 'Off')) return true;
  const appearance = after.resolve(widget.get('AP'));
  const normal = appearance instanceof PdfDict ? after.resolve(appearance.get('N')) : null;
  return (
    state instanceof PdfName &&
    value instanceof PdfName &&
    state.value === value.value &&
    normal instanceof PdfDict &&
    normal.has(state.value)
  );
}

const PASSWORD = 1 << 13;
const COMBO = 1 << 17;

/** Why a new appearance cannot be one of the value; the buttons have states instead. */
function unlikely(
  account: Account,
  place: FieldPlace,
  now: PdfDict,
  widget: PdfDict,
  flags: number,
): string | undefined {
  const { before, after } = account.step;
  const appearance = after.resolve(widget.get('AP'));
  const look = after.resolve(widget.get('MK'));
  const form = after.resolve(after.catalog.get('AcroForm'));
  const actions = inherited(before, place, 'AA');
  const isChoice = isName(inherited(before, place, 'FT'), 'Ch');
  return valueProblem(after, appearance instanceof PdfDict ? after.resolve(appearance.get('N')) : null, {
    value: after.resolve(now.get('V')),
    mayPaint:
      (look instanceof PdfDict && (look.has('BG') || look.has('BC'))) ||
      now.has('RV') ||
      (isChoice && (flags & COMBO) === 0),
    // A choice shows the text of its option, not the value.
    formatted: isChoice || (flags & PASSWORD) !== 0 || (actions instanceof PdfDict && actions.has('F')),
    resources: form instanceof PdfDict ? after.resolve(form.get('DR')) : null,
  });
}

/** Where the first widget shows that names its page. */
function pageOf(account: Account, widgets: readonly PdfRef[]) {
  for (const ref of widgets) {
    const widget = account.step.after.resolve(ref);
    const page = widget instanceof PdfDict ? widget.get('P') : undefined;
    const number = page instanceof PdfRef ? account.around.pageNumber(page) : undefined;
    if (widget instanceof PdfDict && number !== undefined) return { number, rect: rectOf(account.step.after, widget) };
  }
  return undefined;
}
