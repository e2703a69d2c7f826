/** Where a field or widget stands in the interactive form (ISO 32000-2 §12.7.4), found along /Parent: the tree is never read whole. */
import type { PdfDocument } from '../document.js';
import { PdfArray, PdfDict, type PdfObject, PdfRef, PdfString } from '../object.js';

export interface FieldPlace {
  /** The fully qualified name. */
  readonly name: string;
  /** The field itself: for a mere widget the field it belongs to. */
  readonly field: PdfRef;
  readonly dict: PdfDict;
  /** The field's own dictionary and those it inherits from, nearest first. */
  readonly path: readonly PdfDict[];
}

/** The form of one revision. */
export class FieldTree {
  readonly #doc: PdfDocument;
  readonly #children = new Map<number, ReadonlySet<number>>();
  #roots: ReadonlySet<number> | undefined;

  constructor(doc: PdfDocument) {
    this.#doc = doc;
  }

  /** Undefined for what is no field of the form and no widget of one: every parent must list its child. */
  placeOf(ref: PdfRef): FieldPlace | undefined {
    const doc = this.#doc;
    const path: PdfDict[] = [];
    const names: string[] = [];
    let field: { ref: PdfRef; dict: PdfDict } | undefined;
    const seen = new Set<number>();
    for (let current = ref; ; ) {
      const dict = doc.resolve(current);
      if (!(dict instanceof PdfDict) || seen.has(current.number) || seen.size >= doc.limits.treeDepth) return undefined;
      seen.add(current.number);
      const partial = doc.resolve(dict.get('T'));
      if (partial instanceof PdfString) names.unshift(partial.text);
      const parent = dict.get('Parent');
      // A widget without a name is part of the field above it.
      if (field === undefined && (partial instanceof PdfString || parent === undefined)) field = { ref: current, dict };
      if (field !== undefined) path.push(dict);
      if (parent === undefined) {
        if (!this.#rootNumbers().has(current.number) || field === undefined) return undefined;
        return { name: names.join('.'), field: field.ref, dict: field.dict, path };
      }
      if (!(parent instanceof PdfRef) || !this.#childrenOf(parent).has(current.number)) return undefined;
      current = parent;
    }
  }

  #rootNumbers(): ReadonlySet<number> {
    const form = this.#doc.resolve(this.#doc.catalog.get('AcroForm'));
    this.#roots ??= numbersIn(form instanceof PdfDict ? this.#doc.resolve(form.get('Fields')) : null);
    return this.#roots;
  }

  #childrenOf(parent: PdfRef): ReadonlySet<number> {
    let known = this.#children.get(parent.number);
    if (known === undefined) {
      const dict = this.#doc.resolve(parent);
      known = numbersIn(dict instanceof PdfDict ? this.#doc.resolve(dict.get('Kids')) : null);
      this.#children.set(parent.number, known);
    }
    return known;
  }
}

const numbersIn = (object: PdfObject): ReadonlySet<number> =>
  new Set(
    object instanceof PdfArray ? object.items.flatMap((item) => (item instanceof PdfRef ? [item.number] : [])) : [],
  );

/** The value of an inheritable key. */
export function inherited(doc: PdfDocument, { path }: FieldPlace, key: string): PdfObject {
  for (const dict of path) {
    const value = doc.resolve(dict.get(key));
    if (value !== null) return value;
  }
  return null;
}
