/** The interactive form (交互表单, ISO 32000-2 §12.7.3): new signature fields, and what filling in does to its dictionary. */
import type { PdfDocument } from '../document.js';
import { sameObject } from '../internal/compare.js';
import { isName, PdfArray, PdfDict, type PdfObject, PdfRef, PdfStream, PdfString } from '../object.js';
import { type PdfRectangle, rectangle } from '../page.js';
import type { PdfSignature } from '../signature.js';
import { locate } from '../update.js';
import type { Account, Use } from './account.js';
import type { PdfChange } from './change.js';
import { differing, isAmbiguous } from './step.js';

/** A widget of the signature field that a revision added. */
export interface NewWidget {
  readonly ref: PdfRef;
  readonly dict: PdfDict;
}

/** What a signature field and its widget may say: nothing that acts, nothing that draws but /N. */
const SIGNATURE_FIELD_KEYS = new Set([
  ...['Type', 'Subtype', 'FT', 'T', 'TU', 'TM', 'F', 'Ff', 'Rect', 'P', 'V', 'AP', 'AS', 'NM', 'M', 'Kids', 'Parent'],
  ...['Lock', 'SV', 'DA', 'MK', 'BS', 'Border', 'Contents'],
]);

/** The form and the fields appended to it: one, which must sign this revision. */
export function examineForm(account: Account): readonly NewWidget[] {
  const { before, after, added, replaced } = account.step;
  const [old, now] = [locate(before, before.catalog.get('AcroForm')), locate(after, after.catalog.get('AcroForm'))];
  if (now.value === null && old.value === null) return [];
  const ref = now.ref ?? before.catalogRef;
  const refuse = (detail: string): readonly NewWidget[] => {
    account.forbid('catalog-changed', 'form', detail, { ref });
    return [];
  };
  const oldForm = old.value ?? PdfDict.of({});
  if (!(oldForm instanceof PdfDict) || !(now.value instanceof PdfDict)) return refuse('/AcroForm is no form any more');
  if (old.ref !== undefined && old.ref.number !== now.ref?.number) return refuse('/AcroForm is another object');
  const form = now.value;
  if (!sameObject(oldForm, form)) {
    if (isAmbiguous(form)) refuse(`/AcroForm repeats /${form.duplicates[0]}`);
    for (const key of differing(oldForm, form))
      if (!formKeyMayChange(account, key, oldForm, form)) refuse(`/${key} of the form`);
  }
  if (!flagsGrew(before.resolve(oldForm.get('SigFlags')), after.resolve(form.get('SigFlags'))))
    refuse('/SigFlags of the form');
  const catalog = before.catalogRef.number;
  if (now.ref !== undefined) {
    account.roots.push(now.ref);
    if (replaced.has(now.ref.number))
      account.permit(now.ref.number, (holder, key) => holder === catalog && key === 'AcroForm');
  }
  const holder = now.ref?.number ?? catalog;
  examineResources(account, holder, oldForm.get('DR'), form.get('DR'));
  const grown = appended(
    account,
    oldForm.get('Fields'),
    form.get('Fields'),
    (number, key) => number === holder && key === 'Fields',
  );
  if (grown === undefined) return refuse('older fields are not all there, in their order');
  const fields = grown.filter((item): item is PdfRef => {
    if (item instanceof PdfRef && added.has(item.number)) return true;
    account.forbid('object-revealed', 'field', 'an existing object was made a field', {
      ...(item instanceof PdfRef ? { ref: item } : {}),
    });
    return false;
  });
  return fields.flatMap((field, i) => newField(account, field, i > 0));
}

/** Filling in a form lowers /NeedAppearances and adds fonts to /DR; signing raises /SigFlags. */
function formKeyMayChange({ step }: Account, key: string, old: PdfDict, now: PdfDict): boolean {
  if (key === 'Fields' || key === 'SigFlags' || key === 'DR') return true;
  if (key !== 'NeedAppearances') return false;
  return step.after.resolve(now.get(key)) !== true || step.before.resolve(old.get(key)) === true;
}

/** /SigFlags may only gain its two bits. */
function flagsGrew(old: PdfObject, now: PdfObject): boolean {
  const [a, b] = [old ?? 0, now ?? 0];
  return typeof a === 'number' && typeof b === 'number' && (a | 3) === (b | 3) && (a & b) === a;
}

/** Default resources: fonts may be added that new appearances need, what was there stays. */
function examineResources(
  account: Account,
  form: number,
  old: PdfObject | undefined,
  now: PdfObject | undefined,
): undefined {
  const { before, after, replaced } = account.step;
  const [was, is] = [locate(before, old), locate(after, now)];
  const refuse = (detail: string): undefined =>
    account.forbid('font-changed', 'font', detail, is.ref === undefined ? {} : { ref: is.ref });
  const same = (a: PdfRef | undefined, b: PdfRef | undefined): boolean =>
    b === undefined || !replaced.has(b.number) || a?.number === b.number;
  if (is.value === null) return was.value === null ? undefined : refuse('/DR of the form is gone');
  if (!(is.value instanceof PdfDict) || isAmbiguous(is.value) || !same(was.ref, is.ref))
    return refuse('/DR of the form is no resource dictionary');
  account.roots.push(now ?? null);
  const oldDict = was.value instanceof PdfDict ? was.value : PdfDict.of({});
  for (const key of differing(oldDict, is.value))
    if (key !== 'Font' && (oldDict.has(key) || !is.value.has(key) || key !== 'Encoding'))
      refuse(`/${key} of the default resources`);
  if (is.ref !== undefined && replaced.has(is.ref.number))
    account.permit(is.ref.number, (holder, key) => holder === form && key === 'DR');
  const holder = is.ref?.number ?? form;
  const [oldFonts, fonts] = [locate(before, oldDict.get('Font')), locate(after, is.value.get('Font'))];
  if (fonts.value === null && oldFonts.value === null) return;
  if (!(fonts.value instanceof PdfDict) || isAmbiguous(fonts.value) || !same(oldFonts.ref, fonts.ref))
    return refuse('the fonts of the form are gone');
  const known = oldFonts.value instanceof PdfDict ? oldFonts.value : PdfDict.of({});
  for (const key of differing(known, fonts.value))
    if (known.has(key)) refuse(`font /${key} of the form is another one`);
  if (fonts.ref !== undefined && replaced.has(fonts.ref.number))
    account.permit(fonts.ref.number, (other, key) => other === holder && key === 'Font');
}

/** The items behind those of the old array; undefined when the old ones are not all there, in order. */
function appended(
  account: Account,
  old: PdfObject | undefined,
  now: PdfObject | undefined,
  use: Use,
): readonly PdfObject[] | undefined {
  const { before, after, replaced } = account.step;
  const [a, b] = [locate(before, old), locate(after, now)];
  const array = a.value === null ? undefined : a.ref;
  if (array !== undefined && array.number !== b.ref?.number) return undefined;
  const [oldItems, items] = [itemsOf(a.value), itemsOf(b.value)];
  if (oldItems === undefined || items === undefined || items.length < oldItems.length) return undefined;
  if (!oldItems.every((item, i) => sameObject(item, items[i]))) return undefined;
  if (array !== undefined && replaced.has(array.number)) account.permit(array.number, use);
  if (b.ref !== undefined) account.roots.push(b.ref);
  return items.slice(oldItems.length);
}

const itemsOf = (object: PdfObject): readonly PdfObject[] | undefined =>
  object === null ? [] : object instanceof PdfArray ? object.items : undefined;

/** An added field: the one in which this revision is signed. */
function newField(account: Account, field: PdfRef, another: boolean): readonly NewWidget[] {
  const { step, signature } = account;
  const { after, added } = step;
  account.roots.push(field);
  const refuse = (detail: string, code: PdfChange['code'] = 'field-changed'): undefined =>
    account.forbid(code, 'field', detail, { ref: field, action: 'added' });
  if (another) refuse('more than one field was added');
  if (signature === undefined || signature.fieldRef?.number !== field.number)
    refuse('a field was added that does not sign this revision');
  const dict = inspectSignatureField(account, field);
  if (dict === undefined) return [];
  const value = dict.get('V');
  if (!isName(after.resolve(dict.get('FT')), 'Sig')) refuse('a field was added that is no signature field');
  if (!(value instanceof PdfRef) || !added.has(value.number))
    refuse('an existing object was made a signature value', 'object-revealed');
  if (!(after.resolve(dict.get('T')) instanceof PdfString)) refuse('a field without a name was added');
  const widgets = newWidgets(account, field, dict, refuse);
  if (signature !== undefined)
    saySigned(
      account,
      signature,
      'added',
      widgets.some((widget) => draws(account, widget)),
    );
  return widgets;
}

function newWidgets(account: Account, field: PdfRef, dict: PdfDict, refuse: (detail: string) => void): NewWidget[] {
  const { after, added } = account.step;
  if (!dict.has('Kids')) return [{ ref: field, dict }];
  const kids = after.resolve(dict.get('Kids'));
  return (kids instanceof PdfArray ? kids.items : []).flatMap((kid) => {
    const widget = kid instanceof PdfRef && added.has(kid.number) ? inspectSignatureField(account, kid) : undefined;
    const parent = widget?.get('Parent') ?? field;
    if (kid instanceof PdfRef && widget !== undefined && parent instanceof PdfRef && parent.number === field.number)
      return [{ ref: kid, dict: widget }];
    refuse('has a widget that is not its own');
    return [];
  });
}

/** A signature field or its widget, its keys and its appearance looked at. */
export function inspectSignatureField(account: Account, ref: PdfRef): PdfDict | undefined {
  const { after } = account.step;
  const refuse = (detail: string, code: PdfChange['code'] = 'field-changed'): undefined =>
    account.forbid(code, 'field', detail, { ref });
  const dict = after.resolve(ref);
  if (!(dict instanceof PdfDict)) {
    refuse('the signature field is no dictionary');
    return undefined;
  }
  if (isAmbiguous(dict)) refuse(`the signature field repeats /${dict.duplicates[0]}`);
  for (const key of dict.keys())
    if (!SIGNATURE_FIELD_KEYS.has(key)) refuse(`the signature field has /${key}, which a signature needs not`);
  const appearance = after.resolve(dict.get('AP'));
  if (appearance === null) return dict;
  const normal = appearance instanceof PdfDict ? after.resolve(appearance.get('N')) : null;
  if (!(appearance instanceof PdfDict) || appearance.entries.size !== 1 || !(normal instanceof PdfStream))
    refuse('the signature field has another appearance than /N', 'field-appearance-changed');
  return dict;
}

const draws = ({ step }: Account, { dict }: NewWidget): boolean => step.after.resolve(dict.get('AP')) !== null;

/** Signing again; a document timestamp (文档时间戳) that shows nothing counts as validation data. */
export function saySigned(
  account: Account,
  signature: PdfSignature,
  action: 'added' | 'changed',
  drawn: boolean,
): void {
  const { dict, fieldName, fieldRef, widgets } = signature;
  const timestamp = isName(dict.get('Type'), 'DocTimeStamp') && signature.subFilter === 'ETSI.RFC3161' && !drawn;
  const [widget] = widgets;
  account.say({
    level: timestamp ? 'validation-data' : 'form-filling',
    ...{ code: 'coverage-further-signature', subject: 'signature', action, field: fieldName },
    ...(fieldRef === undefined ? {} : { ref: fieldRef }),
    ...(widget?.page === undefined ? {} : { page: widget.page }),
    ...(widget?.rect === undefined ? {} : { rect: widget.rect }),
    detail: timestamp
      ? 'a document timestamp'
      : action === 'added'
        ? 'a further signature'
        : 'a signature in its field',
  });
}

/** A rectangle, undefined where it is none. */
export function rectOf(doc: PdfDocument, dict: PdfDict): PdfRectangle | undefined {
  const value = doc.resolve(dict.get('Rect'));
  const numbers = value instanceof PdfArray && value.items.every((item) => typeof doc.resolve(item) === 'number');
  return numbers && value.items.length === 4 ? rectangle(doc, value) : undefined;
}
