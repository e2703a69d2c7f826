/** Whether a revision does nothing but sign (ISO 32000-2 §12.7.5.5): in a new field, or in an empty one that was waiting. */

import type { PdfDocument } from './document.js';
import { sameBut, sameObject } from './internal/compare.js';
import { isName, PdfArray, PdfDict, type PdfObject, PdfRef, PdfStream, PdfString } from './object.js';
import { pageNumberOf } from './page.js';
import type { PdfSignature } from './signature.js';
import type { Step } from './step.js';
import { locate } from './update.js';
import { isStrayValidation, type Permission, permitUpkeep, UPKEEP_KEYS, type Use } from './upkeep.js';

/** What a signature field and its widget may say: nothing that acts, nothing that draws but /N. */
const FIELD_KEYS = new Set([
  ...['Type', 'Subtype', 'FT', 'T', 'TU', 'TM', 'F', 'Ff', 'Rect', 'P', 'V', 'AP', 'AS', 'NM', 'M', 'Kids', 'Parent'],
  ...['Lock', 'SV', 'DA', 'MK', 'BS', 'Border'],
]);

type Say = (ref: PdfRef | undefined, what: string) => void;

/**
 * Says everything in `step` that signing and keeping signatures verifiable do not account for.
 *
 * @returns the only ways older objects may lead to those that were replaced
 */
export function examineSigning(step: Step, signature: PdfSignature | undefined, say: Say): ReadonlyMap<number, Use> {
  const { before, after } = step;
  const permission: Permission = { replaced: new Set(), roots: [], uses: new Map(), storeGrew: false };
  const fields = grownForm(step, permission, say);
  const [field] = fields;
  if (signature === undefined && !permission.storeGrew) say(undefined, 'the revision is not signed');
  if (fields.length > 1) say(field, 'more than one field was added');
  if (field !== undefined && signature?.fieldRef?.number !== field.number)
    say(field, 'a field was added that does not sign this revision');
  if (field === undefined && signature !== undefined) filledField(step, signature, permission, say);
  const widgets = fields.flatMap((ref) => widgetsOf(step, ref, say));
  grownPages(step, widgets, permission, say);
  for (const [number, ref] of step.replaced)
    if (!permission.replaced.has(number)) say(ref, `${describe(before, number)} was replaced`);
  for (const [number, ref] of step.freed) say(ref, `${describe(before, number)} was removed`);
  const reached = reachable(after, [...fields, ...permission.roots], step.added);
  for (const [number, ref] of step.added)
    if (!reached.has(number) && !step.structure.has(number) && !isStrayValidation(after.get(ref)))
      say(ref, 'was added and does not belong to the signature');
  return new Map([...permission.uses].filter(([number]) => step.replaced.has(number)));
}

/** The older object may be used as it was, and in no other way. */
function alsoUsed(permission: Permission, number: number, use: Use): void {
  const other = permission.uses.get(number);
  permission.uses.set(number, other === undefined ? use : (holder, key) => other(holder, key) || use(holder, key));
}

/** The fields appended to the form; everything else about catalog and form must be as it was. */
function grownForm(step: Step, permission: Permission, say: Say): PdfRef[] {
  const { before, after } = step;
  const [oldCatalog, catalog] = [before.catalog, after.catalog];
  if (!sameBut(oldCatalog, catalog, 'AcroForm', ...UPKEEP_KEYS) || !permitUpkeep(step, permission)) return [];
  const [old, now] = [locate(before, oldCatalog.get('AcroForm')), locate(after, catalog.get('AcroForm'))];
  if (now.value === null && old.value === null) {
    permission.replaced.add(before.catalogRef.number);
    return [];
  }
  const oldForm = old.value ?? PdfDict.of({});
  if (!(oldForm instanceof PdfDict) || !(now.value instanceof PdfDict)) return [];
  if (old.ref !== undefined && old.ref.number !== now.ref?.number) return [];
  if (!sameBut(oldForm, now.value, 'Fields', 'SigFlags')) return [];
  if (!flagsGrew(before.resolve(oldForm.get('SigFlags')), after.resolve(now.value.get('SigFlags')))) return [];
  const holder = old.ref?.number ?? before.catalogRef.number;
  const isFields: Use = (number, key) => number === holder && key === 'Fields';
  const grown = appended(step, oldForm.get('Fields'), now.value.get('Fields'), permission, isFields);
  if (grown === undefined) return [];
  permission.replaced.add(before.catalogRef.number);
  if (now.ref !== undefined) permission.roots.push(now.ref);
  if (old.ref !== undefined) permission.replaced.add(old.ref.number);
  return grown.filter((item): item is PdfRef => {
    if (item instanceof PdfRef && step.added.has(item.number)) return true;
    say(item instanceof PdfRef ? item : undefined, 'an existing object was made a field');
    return false;
  });
}

/** /SigFlags may only gain its two bits. */
function flagsGrew(old: PdfObject, now: PdfObject): boolean {
  const [a, b] = [old ?? 0, now ?? 0];
  return typeof a === 'number' && typeof b === 'number' && (a | 3) === (b | 3) && (a & b) === a;
}

/** The items behind those of the old array; undefined when the old ones are not all there, in order. */
function appended(
  { before, after }: Step,
  old: PdfObject | undefined,
  now: PdfObject | undefined,
  permission: Permission,
  use: Use,
): readonly PdfObject[] | undefined {
  const [a, b] = [locate(before, old), locate(after, now)];
  const array = a.value === null ? undefined : a.ref;
  if (array !== undefined && array.number !== b.ref?.number) return undefined;
  const [oldItems, items] = [itemsOf(a.value), itemsOf(b.value)];
  if (oldItems === undefined || items === undefined || items.length < oldItems.length) return undefined;
  if (!oldItems.every((item, i) => sameObject(item, items[i]))) return undefined;
  if (array !== undefined) {
    permission.replaced.add(array.number);
    alsoUsed(permission, array.number, use);
  }
  if (b.ref !== undefined) permission.roots.push(b.ref);
  return items.slice(oldItems.length);
}

const itemsOf = (object: PdfObject): readonly PdfObject[] | undefined =>
  object === null ? [] : object instanceof PdfArray ? object.items : undefined;

/** An empty signature field that was there already: it gains a value, its widgets an appearance. */
function filledField(step: Step, signature: PdfSignature, permission: Permission, say: Say): void {
  const { before, after, added } = step;
  const { fieldRef, dictRef, widgets } = signature;
  const [old, now] = [before.resolve(fieldRef), after.resolve(fieldRef)];
  if (
    fieldRef === undefined ||
    dictRef === undefined ||
    !added.has(dictRef.number) ||
    !(old instanceof PdfDict) ||
    !(now instanceof PdfDict) ||
    before.resolve(old.get('V')) !== null ||
    !sameBut(old, now, 'V', 'AP', 'F', 'M')
  ) {
    say(fieldRef, 'is not the empty signature field it was, with a new value');
    return;
  }
  permission.replaced.add(fieldRef.number);
  permission.roots.push(dictRef);
  for (const { ref } of widgets) {
    const [oldWidget, widget] = [before.resolve(ref), after.resolve(ref)];
    const same =
      oldWidget instanceof PdfDict && widget instanceof PdfDict && sameBut(oldWidget, widget, 'V', 'AP', 'F', 'M');
    if (!same || inspect(step, ref, say) === undefined) {
      say(ref, 'is not the widget it was, with a new appearance');
      continue;
    }
    permission.replaced.add(ref.number);
    permitAppearance(step, oldWidget, widget, ref, permission);
  }
}

/** A new /N, or new content of the old one when this widget alone shows it. */
function permitAppearance({ before }: Step, old: PdfDict, now: PdfDict, widget: PdfRef, permission: Permission): void {
  const [oldAp, ap] = [before.resolve(old.get('AP')), now.get('AP')];
  permission.roots.push(ap ?? null);
  const oldNormal = oldAp instanceof PdfDict ? oldAp.get('N') : undefined;
  const normal = ap instanceof PdfDict ? ap.get('N') : undefined;
  if (!(normal instanceof PdfRef) || !(oldNormal instanceof PdfRef) || normal.number !== oldNormal.number) return;
  permission.replaced.add(normal.number);
  permission.roots.push(normal);
  permission.uses.set(normal.number, (holder, key) => holder === widget.number && key === 'N');
}

/** The widgets of an added field, the field itself where they are merged. */
function widgetsOf(step: Step, field: PdfRef, say: Say): { ref: PdfRef; dict: PdfDict }[] {
  const dict = inspect(step, field, say);
  if (dict === undefined) return [];
  const value = dict.get('V');
  if (!isName(step.after.resolve(dict.get('FT')), 'Sig')) say(field, 'a field was added that is no signature field');
  if (!(value instanceof PdfRef) || !step.added.has(value.number))
    say(field, 'an existing object was made a signature value');
  if (!(step.after.resolve(dict.get('T')) instanceof PdfString)) say(field, 'a field without a name was added');
  if (!dict.has('Kids')) return [{ ref: field, dict }];
  const kids = step.after.resolve(dict.get('Kids'));
  return (kids instanceof PdfArray ? kids.items : []).flatMap((kid) => {
    const widget = kid instanceof PdfRef && step.added.has(kid.number) ? inspect(step, kid, say) : undefined;
    const parent = widget?.get('Parent') ?? field;
    if (kid instanceof PdfRef && widget !== undefined && parent instanceof PdfRef && parent.number === field.number)
      return [{ ref: kid, dict: widget }];
    say(field, 'has a widget that is not its own');
    return [];
  });
}

/** A field or widget, its keys and its appearance looked at. */
function inspect({ after }: Step, ref: PdfRef, say: Say): PdfDict | undefined {
  const dict = after.resolve(ref);
  if (!(dict instanceof PdfDict)) {
    say(ref, 'is no dictionary');
    return undefined;
  }
  if (dict.duplicates.length > 0) say(ref, `repeats /${dict.duplicates[0]}`);
  for (const key of dict.keys()) if (!FIELD_KEYS.has(key)) say(ref, `has /${key}, which a signature needs not`);
  const appearance = after.resolve(dict.get('AP'));
  if (appearance === null) return dict;
  const normal = appearance instanceof PdfDict ? after.resolve(appearance.get('N')) : null;
  if (!(appearance instanceof PdfDict) || appearance.entries.size !== 1 || !(normal instanceof PdfStream))
    say(ref, 'has another appearance than /N');
  return dict;
}

/** Pages whose /Annots grew by these widgets and by nothing else. */
function grownPages(
  step: Step,
  widgets: readonly { ref: PdfRef; dict: PdfDict }[],
  permission: Permission,
  say: Say,
): void {
  const { before, after } = step;
  const byPage = new Map<number, { page: PdfRef; widgets: Set<number> }>();
  for (const { ref, dict } of widgets) {
    const page = dict.get('P');
    if (!(page instanceof PdfRef)) {
      if (dict.has('Rect')) say(ref, 'is a widget that names no page');
      continue;
    }
    const known = byPage.get(page.number) ?? { page, widgets: new Set<number>() };
    known.widgets.add(ref.number);
    byPage.set(page.number, known);
  }
  for (const { page, widgets: own } of byPage.values()) {
    const [old, now] = [before.resolve(page), after.resolve(page)];
    const isAnnots: Use = (holder, key) => holder === page.number && key === 'Annots';
    const grown =
      old instanceof PdfDict && now instanceof PdfDict && sameBut(old, now, 'Annots')
        ? appended(step, old.get('Annots'), now.get('Annots'), permission, isAnnots)
        : undefined;
    if (grown === undefined || pageNumberOf(before, page) === undefined) {
      say(page, 'is not the page it was, with annotations at the end');
      continue;
    }
    if (!grown.every((item) => item instanceof PdfRef && own.has(item.number)) || grown.length !== own.size)
      say(page, 'has other new annotations than the widgets of the signature');
    permission.replaced.add(page.number);
  }
}

/** Added objects that can be reached from `from` through added objects. */
function reachable(
  after: PdfDocument,
  from: readonly PdfObject[],
  added: ReadonlyMap<number, PdfRef>,
): ReadonlySet<number> {
  const reached = new Set<number>();
  const roots = new Set(from.filter((object) => object instanceof PdfRef).map(({ number }) => number));
  const seen = new Set<number>();
  const stack: PdfObject[] = [...from];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (next instanceof PdfRef) {
      if (seen.has(next.number) || !(added.has(next.number) || roots.has(next.number))) continue;
      seen.add(next.number);
      if (added.has(next.number)) reached.add(next.number);
      stack.push(after.get(next));
    } else if (next instanceof PdfArray) {
      for (const item of next.items) stack.push(item);
    } else if (next instanceof PdfStream) stack.push(next.dict);
    else if (next instanceof PdfDict) for (const { value } of next.entries.values()) stack.push(value);
  }
  return reached;
}

/** What an object was, in words. */
function describe(before: PdfDocument, number: number): string {
  const entry = before.entry(number);
  const ref = new PdfRef(number, entry?.type === 'offset' ? entry.generation : 0);
  if (number === before.catalogRef.number) return 'the catalog';
  const object = before.get(ref);
  const dict = object instanceof PdfStream ? object.dict : object;
  const type = dict instanceof PdfDict ? before.resolve(dict.get('Type')) : null;
  if (isName(type, 'Page')) return `page ${pageNumberOf(before, ref) ?? '?'}`;
  if (isName(type, 'Pages')) return 'the page tree';
  if (isName(type, 'Font')) return 'a font';
  if (isName(type, 'Annot')) return 'an annotation';
  if (isName(type, 'XObject')) return 'an image or form';
  return object instanceof PdfStream ? 'a stream' : 'an object';
}
