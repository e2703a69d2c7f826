/** What the fields of a form hold (§12.7), by their full names. */
import { isName, PdfArray, PdfDict, type PdfDocument, PdfName, type PdfObject, PdfRef, PdfString } from '@gov/pdf';

/** Characters of a value that is shown. */
const MAX_VALUE_LENGTH = 500;

/** Values of text, choice and button fields as text; a field without a value has ''. Signature fields are left out. */
export function fieldValues(doc: PdfDocument): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  const form = doc.resolve(doc.catalog.get('AcroForm'));
  const roots = form instanceof PdfDict ? doc.resolve(form.get('Fields')) : null;
  const seen = new Set<number>();
  const walk = (object: PdfObject, name: string, inherited: Inherited, depth: number): void => {
    if (depth > doc.limits.treeDepth || values.size >= doc.limits.fields) return;
    if (object instanceof PdfRef) {
      if (seen.has(object.number)) return;
      seen.add(object.number);
    }
    const dict = doc.resolve(object);
    if (!(dict instanceof PdfDict)) return;
    const partial = doc.resolve(dict.get('T'));
    const full = partial instanceof PdfString ? (name === '' ? partial.text : `${name}.${partial.text}`) : name;
    const own = {
      type: doc.resolve(dict.get('FT')) ?? inherited.type,
      value: doc.resolve(dict.get('V')) ?? inherited.value,
    };
    const kids = doc.resolve(dict.get('Kids'));
    if (kids instanceof PdfArray) for (const kid of kids.items) walk(kid, full, own, depth + 1);
    if (full !== '' && own.type !== null && !isName(own.type, 'Sig') && !values.has(full))
      values.set(full, textOf(doc, own.value));
  };
  if (roots instanceof PdfArray) for (const root of roots.items) walk(root, '', { type: null, value: null }, 0);
  return values;
}

interface Inherited {
  readonly type: PdfObject;
  readonly value: PdfObject;
}

function textOf(doc: PdfDocument, value: PdfObject): string {
  const text =
    value instanceof PdfString
      ? value.text
      : value instanceof PdfName
        ? value.value
        : value instanceof PdfArray
          ? value.items.map((item) => textOf(doc, doc.resolve(item))).join(', ')
          : '';
  return text.length > MAX_VALUE_LENGTH ? `${text.slice(0, MAX_VALUE_LENGTH)}…` : text;
}
