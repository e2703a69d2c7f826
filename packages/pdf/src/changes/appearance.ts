/** A new appearance (外观流, ISO 32000-2 §12.5.5) for a widget or annotation that is there already. */
import { sameObject } from '../internal/compare.js';
import { isName, PdfDict, type PdfObject, PdfRef, PdfStream } from '../object.js';
import { locate } from '../update.js';
import type { Account } from './account.js';
import { differing, isAmbiguous } from './step.js';

/**
 * `same`: shows what it showed. `first`: had nothing to show. `changed`: shows something else, within the same rectangle, as
 * a viewer clips an appearance to its /BBox and maps that to /Rect. `forbidden`: other things changed too.
 */
type AppearanceChange = 'same' | 'first' | 'changed' | 'forbidden';

/**
 * The normal appearance may be new streams, or new content in the old ones when this annotation alone shows them. Rollover
 * and down appearances stay as they are.
 */
export function examineAppearance(account: Account, ref: PdfRef, old: PdfDict, now: PdfDict): AppearanceChange {
  const { before, after, replaced } = account.step;
  const [oldAp, ap] = [locate(before, old.get('AP')), locate(after, now.get('AP'))];
  if (ap.value === null) return oldAp.value === null ? 'same' : 'changed';
  if (!(ap.value instanceof PdfDict) || isAmbiguous(ap.value)) return 'forbidden';
  const oldDict = oldAp.value instanceof PdfDict ? oldAp.value : PdfDict.of({});
  if (differing(oldDict, ap.value).some((key) => key !== 'N')) return 'forbidden';
  account.roots.push(now.get('AP') ?? null);
  /** An indirect dictionary that was replaced: only by its old name, at its old place. */
  const indirect = (was: PdfRef | undefined, is: PdfRef | undefined, holder: number, key: string): boolean => {
    if (is === undefined || !replaced.has(is.number)) return true;
    if (was?.number !== is.number) return false;
    account.permit(is.number, (other, name) => other === holder && name === key);
    return true;
  };
  if (!indirect(oldAp.ref, ap.ref, ref.number, 'AP')) return 'forbidden';
  const holder = ap.ref?.number ?? ref.number;
  const [oldN, n] = [locate(before, oldDict.get('N')), locate(after, ap.value.get('N'))];
  let changed = !sameObject(oldDict.get('N'), ap.value.get('N'));
  const stream = (was: PdfObject | undefined, is: PdfObject | undefined, within: number, key: string): boolean => {
    if (!(is instanceof PdfRef)) return false;
    const form = after.resolve(is);
    if (!(form instanceof PdfStream) || (form.dict.has('Subtype') && !isName(form.dict.get('Subtype'), 'Form')))
      return false;
    if (!sameObject(was, is) || replaced.has(is.number)) changed = true;
    account.roots.push(is);
    if (!replaced.has(is.number)) return true;
    if (!(was instanceof PdfRef) || was.number !== is.number) return false;
    account.permit(is.number, (other, name) => other === within && name === key);
    return true;
  };
  if (n.value instanceof PdfDict) {
    if (isAmbiguous(n.value) || !indirect(oldN.ref, n.ref, holder, 'N')) return 'forbidden';
    const within = n.ref?.number ?? holder;
    const states = oldN.value instanceof PdfDict ? oldN.value : PdfDict.of({});
    // A state more would be another thing to show.
    if (oldN.value !== null && [...n.value.keys()].some((state) => !states.has(state))) return 'forbidden';
    for (const [state, { value }] of n.value.entries)
      if (after.resolve(value) !== null && !stream(states.get(state), value, within, state)) return 'forbidden';
    if (differing(states, n.value).length > 0) changed = true;
  } else if (n.value !== null && !stream(oldDict.get('N'), ap.value.get('N'), holder, 'N')) return 'forbidden';
  if (!changed) return 'same';
  return oldN.value === null ? 'first' : 'changed';
}
