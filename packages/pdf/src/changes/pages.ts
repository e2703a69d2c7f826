/** Pages (ISO 32000-2 §7.7.3): nothing of them may change but the list of their annotations. */
import type { PdfDocument } from '../document.js';
import { sameObject } from '../internal/compare.js';
import { isName, PdfArray, PdfDict, type PdfObject, PdfRef } from '../object.js';
import { eachPage } from '../page.js';
import { locate } from '../update.js';
import type { Account } from './account.js';
import { addedAnnotation, changedAnnotation, isAnnotation, removedAnnotation } from './annotations.js';
import type { NewWidget } from './form.js';
import { differing, isAmbiguous } from './step.js';

/** Every page that could show something new is compared. */
export function examinePages(account: Account, widgets: readonly NewWidget[]): void {
  const { step } = account;
  const { before, after, added, replaced } = step;
  const tree = new PageTree(before);
  const own = new Set(widgets.map(({ ref }) => ref.number));
  const pages = new Map<number, PdfRef>();
  const suspect = (page: PdfObject | undefined): void => {
    if (page instanceof PdfRef && tree.holds(page)) pages.set(page.number, page);
  };
  for (const [number, ref] of replaced) {
    if (account.explained.has(number)) continue;
    const dict = before.get(ref);
    if (dict instanceof PdfDict && isName(dict.get('Type'), 'Page')) suspect(ref);
    else if (isAnnotation(dict)) suspect(dict.get('P'));
  }
  for (const ref of added.values()) {
    const dict = after.get(ref);
    if (isAnnotation(dict)) suspect(dict.get('P'));
  }
  for (const { dict } of widgets) suspect(dict.get('P'));
  const placed = new Set<number>();
  const compare = (page: PdfRef): void => comparePage(account, page, own, placed);
  for (const page of pages.values()) compare(page);
  // What is left may be an /Annots array, or an annotation that does not name its page: then every page is looked at.
  const left = new Set<number>();
  for (const [number, ref] of replaced)
    if (!account.explained.has(number) && mayBelong(before.get(ref))) left.add(number);
  if (left.size > 0)
    for (const { ref, dict } of eachPage(before)) {
      if (pages.has(ref.number)) continue;
      const annots = dict.get('Annots');
      const items = before.resolve(annots);
      const has = (item: PdfObject | undefined): boolean => item instanceof PdfRef && left.has(item.number);
      if (has(annots) || (items instanceof PdfArray && items.items.some(has))) compare(ref);
    }
  for (const { ref, dict } of widgets)
    if (dict.get('P') instanceof PdfRef && !placed.has(ref.number))
      account.forbid('field-changed', 'field', 'the page of the widget does not have it', { ref, action: 'added' });
}

const mayBelong = (object: PdfObject): boolean => object instanceof PdfArray || isAnnotation(object);

function comparePage(account: Account, page: PdfRef, own: ReadonlySet<number>, placed: Set<number>): void {
  const { before, after, added, replaced } = account.step;
  const [old, now] = [before.resolve(page), after.resolve(page)];
  const number = account.around.pageNumber(page);
  const at = { ref: page, ...(number === undefined ? {} : { page: number }) };
  if (!(old instanceof PdfDict) || !(now instanceof PdfDict)) {
    account.forbid('page-tree-changed', 'page', 'the page is no page any more', at);
    return;
  }
  if (replaced.has(page.number)) {
    account.permit(page.number);
    if (isAmbiguous(now) && !sameObject(old, now))
      account.forbid('page-content-changed', 'page', `the page repeats /${now.duplicates[0]}`, at);
    const keys = differing(old, now).filter((key) => key !== 'Annots');
    if (keys.length > 0)
      account.forbid('page-content-changed', 'page', `${keys.map((key) => `/${key}`).join(', ')} of the page`, at);
  }
  const [oldList, list] = [locate(before, old.get('Annots')), locate(after, now.get('Annots'))];
  const [oldItems, items] = [itemsOf(oldList.value), itemsOf(list.value)];
  if (oldItems === undefined || items === undefined) {
    account.forbid('annotation-changed', 'page', '/Annots of the page is no array', at);
    return;
  }
  if (list.ref !== undefined) {
    account.roots.push(list.ref);
    if (replaced.has(list.ref.number)) {
      if (oldList.ref?.number !== list.ref.number) {
        account.forbid('annotation-changed', 'page', '/Annots of the page is another older array', at);
        return;
      }
      account.permit(list.ref.number, (holder, key) => holder === page.number && key === 'Annots');
    }
  }
  const where = { page, number };
  const [kept, grown, gone] = matched(oldItems, items);
  if (!kept) account.forbid('annotation-changed', 'page', 'the annotations of the page are in another order', at);
  for (const item of gone) removedAnnotation(account, item, where);
  for (const item of grown) {
    if (item instanceof PdfRef && own.has(item.number) && !placed.has(item.number)) placed.add(item.number);
    else if (item instanceof PdfRef && !added.has(item.number))
      account.forbid('object-revealed', 'annotation', 'an existing object was made an annotation', {
        ...at,
        ref: item,
        action: 'added',
      });
    else addedAnnotation(account, item, where);
  }
  const there = new Set(items.flatMap((item) => (item instanceof PdfRef ? [item.number] : [])));
  for (const item of oldItems) {
    if (!(item instanceof PdfRef) || !there.has(item.number)) continue;
    if (replaced.has(item.number) && !account.explained.has(item.number)) changedAnnotation(account, item, where);
  }
}

/** Whether the old items that stayed are in their order; the new ones; those that are gone. */
function matched(
  old: readonly PdfObject[],
  now: readonly PdfObject[],
): readonly [boolean, readonly PdfObject[], readonly PdfObject[]] {
  const numbers = new Set(now.flatMap((item) => (item instanceof PdfRef ? [item.number] : [])));
  const isGone = (item: PdfObject): boolean =>
    item instanceof PdfRef ? !numbers.has(item.number) : !now.some((other) => sameObject(item, other));
  const directs = old.filter((item) => !(item instanceof PdfRef));
  // Direct dictionaries cannot be told apart by number: comparing each with each is bounded by their number.
  if (directs.length > MAX_DIRECT_ANNOTATIONS)
    return [old.length === now.length && old.every((item, i) => sameObject(item, now[i])), [], []];
  const gone = old.filter(isGone);
  const missing = new Set(gone);
  const stayed = old.filter((item) => !missing.has(item));
  const grown: PdfObject[] = [];
  let at = 0;
  for (const item of now) {
    if (at < stayed.length && sameObject(item, stayed[at])) at++;
    else grown.push(item);
  }
  return [at === stayed.length, grown, gone];
}

/** Annotations written inside /Annots itself, which hardly any file has, are compared one by one up to here. */
const MAX_DIRECT_ANNOTATIONS = 1000;

const itemsOf = (object: PdfObject): readonly PdfObject[] | undefined =>
  object === null ? [] : object instanceof PdfArray ? object.items : undefined;

/** Membership in the page tree, without reading the pages beside. */
class PageTree {
  readonly #doc: PdfDocument;
  readonly #kids = new Map<number, ReadonlySet<number>>();

  constructor(doc: PdfDocument) {
    this.#doc = doc;
  }

  holds(page: PdfRef): boolean {
    const doc = this.#doc;
    const root = doc.catalog.get('Pages');
    const seen = new Set<number>();
    for (let current = page; ; ) {
      const dict = doc.resolve(current);
      if (!(dict instanceof PdfDict) || seen.has(current.number) || seen.size > doc.limits.treeDepth) return false;
      if (current === page && dict.has('Kids')) return false;
      seen.add(current.number);
      if (root instanceof PdfRef && root.number === current.number) return current !== page;
      const parent = dict.get('Parent');
      if (!(parent instanceof PdfRef) || !this.#kidsOf(parent).has(current.number)) return false;
      current = parent;
    }
  }

  #kidsOf(node: PdfRef): ReadonlySet<number> {
    let known = this.#kids.get(node.number);
    if (known === undefined) {
      const dict = this.#doc.resolve(node);
      const kids = dict instanceof PdfDict ? this.#doc.resolve(dict.get('Kids')) : null;
      known = new Set(
        kids instanceof PdfArray ? kids.items.flatMap((item) => (item instanceof PdfRef ? [item.number] : [])) : [],
      );
      this.#kids.set(node.number, known);
    }
    return known;
  }
}
