/** Finding the signatures of a document (ISO 32000-2 §12.8), each as the revision it signed has it. */
import type { PdfDocument } from './document.js';
import { holdsOnly } from './file.js';
import { sameObject } from './internal/compare.js';
import { loop, overLimit } from './internal/fault.js';
import {
  isName,
  PdfArray,
  PdfDict,
  type PdfEntry,
  PdfName,
  type PdfObject,
  PdfRef,
  type PdfSpan,
  PdfStream,
  PdfString,
} from './object.js';
import { eachPage, type PdfRectangle, pageNumberOf, rectangle } from './page.js';

/** Where a signature field shows on a page (§12.5.6.19). */
export interface SignatureWidget {
  readonly ref: PdfRef;
  /** Counted from 1; undefined when no page holds the widget. */
  readonly page: number | undefined;
  /** Undefined when missing or malformed. */
  readonly rect: PdfRectangle | undefined;
  /** The normal appearance, a form XObject. */
  readonly appearance: PdfRef | undefined;
}

/** A signature field with a value (签名). */
export interface PdfSignature {
  /** The fully qualified name. */
  readonly fieldName: string;
  readonly fieldRef: PdfRef | undefined;
  /** Undefined when /V holds the dictionary directly. */
  readonly dictRef: PdfRef | undefined;
  /** The signature dictionary as the signed revision has it; as the newest revision has it where that cannot be told. */
  readonly dict: PdfDict;
  readonly filter: string | undefined;
  readonly subFilter: string | undefined;
  /** As found, whatever it holds; undefined when missing. `coverageFindings` judges it. */
  readonly byteRange: readonly PdfObject[] | undefined;
  /** /ByteRange and its numbers stand in the dictionary itself. */
  readonly byteRangeDirect: boolean;
  /** /Contents decoded, padding included; undefined when it is no direct string. */
  readonly contents: Uint8Array | undefined;
  /** The token `<…>` of /Contents in the file; undefined when it stands in an object stream or elsewhere. */
  readonly contentsSpan: PdfSpan | undefined;
  /** The revision whose end is the end of /ByteRange; undefined when there is none. */
  readonly revisionIndex: number | undefined;
  /** /M as written: a claim. */
  readonly signingTime: string | undefined;
  readonly name: string | undefined;
  readonly reason: string | undefined;
  readonly location: string | undefined;
  readonly widgets: readonly SignatureWidget[];
  /** False for one that only a page's /Annots mention: no viewer would list it, which is suspicious. */
  readonly listed: boolean;
  /** The dictionary of the signed revision is not the one a reader of the newest revision finds. */
  readonly changed: boolean;
}

interface Found {
  readonly fieldName: string;
  readonly fieldRef: PdfRef | undefined;
  readonly value: PdfObject;
  readonly widgets: readonly PdfRef[];
  readonly listed: boolean;
}

/**
 * Every signature field with a value: those of the form first, in its order, then those only a page mentions.
 *
 * @throws GovError `pdf-loop`, `pdf-limit`, `pdf-malformed`
 */
export function signaturesOf(doc: PdfDocument): PdfSignature[] {
  const listed = [...formFields(doc)];
  const known = new Set(listed.flatMap(({ widgets }) => widgets.map((ref) => ref.number)));
  return described(doc, [...listed, ...unlisted(doc, known)]);
}

/** Those of the form alone: no page is looked at for them. */
export const listedSignatures = (doc: PdfDocument): PdfSignature[] => described(doc, [...formFields(doc)]);

const described = (doc: PdfDocument, fields: readonly Found[]): PdfSignature[] =>
  fields.flatMap((found) => {
    const dict = doc.resolve(found.value);
    return dict instanceof PdfDict ? [describe(doc, found, dict)] : [];
  });

/** A signature field that waits for its signature. */
export interface EmptySignatureField {
  /** The fully qualified name. */
  readonly fieldName: string;
  readonly fieldRef: PdfRef;
  readonly widgets: readonly SignatureWidget[];
}

/**
 * The signature fields of the form without a value, for `prepareSignatureInField`.
 *
 * @throws GovError `pdf-loop`, `pdf-limit`, `pdf-malformed`
 */
export function emptySignatureFields(doc: PdfDocument): EmptySignatureField[] {
  return [...formFields(doc)].flatMap(({ fieldName, fieldRef, value, widgets }) =>
    fieldRef === undefined || doc.resolve(value) !== null
      ? []
      : [{ fieldName, fieldRef, widgets: widgets.map((ref) => widgetOf(doc, ref)) }],
  );
}

/** The terminal signature fields, /FT, /V and /T inherited (§12.7.4). */
function* formFields(doc: PdfDocument): Generator<Found> {
  const form = doc.resolve(doc.catalog.get('AcroForm'));
  const roots = form instanceof PdfDict ? doc.resolve(form.get('Fields')) : null;
  if (!(roots instanceof PdfArray)) return;
  const seen = new Set<number>();
  let count = 0;
  function* walk(
    object: PdfObject,
    name: string,
    inheritedType: PdfObject,
    inheritedValue: PdfObject,
    depth: number,
  ): Generator<Found> {
    if (++count > doc.limits.fields) throw overLimit('fields', doc.limits.fields);
    if (depth > doc.limits.treeDepth) throw overLimit('depth of the field tree', doc.limits.treeDepth);
    if (object instanceof PdfRef) {
      if (seen.has(object.number)) throw loop(`the field tree leads back to object ${object.number}`);
      seen.add(object.number);
    }
    const field = doc.resolve(object);
    if (!(field instanceof PdfDict)) return;
    const partial = doc.resolve(field.get('T'));
    const fullName = partial instanceof PdfString ? (name === '' ? partial.text : `${name}.${partial.text}`) : name;
    const type = doc.resolve(field.get('FT')) ?? inheritedType;
    const value = field.get('V') ?? inheritedValue;
    const kids = doc.resolve(field.get('Kids'));
    const children = kids instanceof PdfArray ? kids.items : [];
    if (children.length > doc.limits.fields) throw overLimit('fields', doc.limits.fields);
    const isWidget = (kid: PdfObject): boolean => {
      const dict = doc.resolve(kid);
      return dict instanceof PdfDict && !dict.has('T');
    };
    const widgets = children.filter((kid): kid is PdfRef => kid instanceof PdfRef && isWidget(kid));
    const fields = children.filter((kid) => !isWidget(kid));
    if (fields.length === 0 && isName(type, 'Sig')) {
      const own = object instanceof PdfRef && isName(doc.resolve(field.get('Subtype')), 'Widget') ? [object] : [];
      const fieldRef = object instanceof PdfRef ? object : undefined;
      yield { fieldName: fullName, fieldRef, value, widgets: [...own, ...widgets], listed: true };
    }
    for (const kid of fields) yield* walk(kid, fullName, type, value, depth + 1);
  }
  for (const root of roots.items) yield* walk(root, '', null, null, 0);
}

/** Signature widgets with a value that no field of the form accounts for. */
function* unlisted(doc: PdfDocument, known: ReadonlySet<number>): Generator<Found> {
  for (const { dict } of eachPage(doc)) {
    const annots = doc.resolve(dict.get('Annots'));
    if (!(annots instanceof PdfArray)) continue;
    for (const item of annots.items) {
      if (item instanceof PdfRef && known.has(item.number)) continue;
      const widget = doc.resolve(item);
      if (!(widget instanceof PdfDict)) continue;
      const parent = doc.resolve(widget.get('Parent'));
      const inherited = (key: string): PdfObject | undefined =>
        widget.get(key) ?? (parent instanceof PdfDict ? parent.get(key) : undefined);
      if (!isName(doc.resolve(inherited('FT')), 'Sig')) continue;
      const value = inherited('V');
      if (value === undefined || doc.resolve(value) === null) continue;
      const name = doc.resolve(inherited('T'));
      const fieldName = name instanceof PdfString ? name.text : '';
      const fieldRef = item instanceof PdfRef ? item : undefined;
      yield { fieldName, fieldRef, value, widgets: fieldRef === undefined ? [] : [fieldRef], listed: false };
    }
  }
}

function describe(doc: PdfDocument, found: Found, newest: PdfDict): PdfSignature {
  const dictRef = found.value instanceof PdfRef ? found.value : undefined;
  const revisionIndex = revisionSignedBy(doc, newest);
  const signed = revisionIndex === undefined ? undefined : valueAsOf(doc.asOf(revisionIndex), found);
  const dict = signed ?? newest;
  const ranges = doc.resolve(dict.get('ByteRange'));
  const contents = dict.get('Contents');
  const inFile = dict.source !== undefined && dict.source.objectStream === undefined;
  const text = (key: string): string | undefined => {
    const value = doc.resolve(dict.get(key));
    return value instanceof PdfString ? value.text : undefined;
  };
  const nameOf = (key: string): string | undefined => {
    const value = doc.resolve(dict.get(key));
    return value instanceof PdfName ? value.value : undefined;
  };
  return {
    fieldName: found.fieldName,
    fieldRef: found.fieldRef,
    dictRef,
    dict,
    filter: nameOf('Filter'),
    subFilter: nameOf('SubFilter'),
    byteRange: ranges instanceof PdfArray ? ranges.items : undefined,
    byteRangeDirect: dict.get('ByteRange') instanceof PdfArray,
    contents: contents instanceof PdfString ? contents.bytes : undefined,
    contentsSpan: inFile && contents instanceof PdfString ? spanOf(dict.entries.get('Contents')) : undefined,
    revisionIndex,
    signingTime: text('M'),
    name: text('Name'),
    reason: text('Reason'),
    location: text('Location'),
    widgets: found.widgets.map((ref) => widgetOf(doc, ref)),
    listed: found.listed,
    changed: revisionIndex !== undefined && (signed === undefined || !sameObject(signed, newest)),
  };
}

const spanOf = (entry: PdfEntry | undefined): PdfSpan | undefined =>
  entry === undefined || entry.start < 0 ? undefined : { start: entry.start, end: entry.end };

/** The value of the same field in an older view; undefined when the field is not there or not signed. */
function valueAsOf(view: PdfDocument, found: Found): PdfDict | undefined {
  if (found.listed) {
    const candidates = [...formFields(view)].filter(
      (field) => field.fieldName === found.fieldName && view.resolve(field.value) !== null,
    );
    const [only] = candidates;
    if (candidates.length !== 1 || only === undefined) return undefined;
    if (only.fieldRef?.number !== found.fieldRef?.number) return undefined;
    if (found.value instanceof PdfRef && !(only.value instanceof PdfRef && only.value.number === found.value.number))
      return undefined;
    const dict = view.resolve(only.value);
    return dict instanceof PdfDict ? dict : undefined;
  }
  const dict = view.resolve(found.value instanceof PdfRef ? found.value : null);
  return dict instanceof PdfDict ? dict : undefined;
}

/** The revision that ends where /ByteRange ends: at its `%%EOF`, or after white space that follows it. */
function revisionSignedBy(doc: PdfDocument, dict: PdfDict): number | undefined {
  const ranges = doc.resolve(dict.get('ByteRange'));
  const items = ranges instanceof PdfArray ? ranges.items : [];
  const [start, length] = items.slice(-2);
  if (typeof start !== 'number' || typeof length !== 'number' || items.length < 2) return undefined;
  return revisionEndingAt(doc, start + length)?.index;
}

/** The revision that ends at `position`; white space between `%%EOF` and `position` belongs to it. */
export function revisionEndingAt(doc: PdfDocument, position: number): PdfDocument['revisions'][number] | undefined {
  const revision = doc.revisions.findLast(({ eof }) => eof <= position);
  if (revision === undefined || position > doc.length) return undefined;
  return holdsOnly(doc.file, revision.eof, position, [10, 13, 32]) ? revision : undefined;
}

function widgetOf(doc: PdfDocument, ref: PdfRef): SignatureWidget {
  const dict = doc.resolve(ref) as PdfDict;
  const appearances = doc.resolve(dict.get('AP'));
  const normal = appearances instanceof PdfDict ? appearances.get('N') : undefined;
  const rect = dict.get('Rect');
  return {
    ref,
    page: pageHolding(doc, ref, dict),
    rect: isRectangle(doc, rect) ? rectangle(doc, doc.resolve(rect)) : undefined,
    appearance: normal instanceof PdfRef && doc.resolve(normal) instanceof PdfStream ? normal : undefined,
  };
}

const isRectangle = (doc: PdfDocument, object: PdfObject | undefined): boolean => {
  const value = doc.resolve(object);
  return (
    value instanceof PdfArray &&
    value.items.length === 4 &&
    value.items.every((item) => typeof doc.resolve(item) === 'number')
  );
};

/** /P is only a hint: the page whose /Annots hold the widget is the one that shows it. */
function pageHolding(doc: PdfDocument, widget: PdfRef, dict: PdfDict): number | undefined {
  const holds = (page: PdfObject): boolean => {
    const annots = page instanceof PdfDict ? doc.resolve(page.get('Annots')) : null;
    return (
      annots instanceof PdfArray && annots.items.some((item) => item instanceof PdfRef && item.number === widget.number)
    );
  };
  const hint = dict.get('P');
  if (hint instanceof PdfRef && holds(doc.resolve(hint))) {
    const number = pageNumberOf(doc, hint);
    if (number !== undefined) return number;
  }
  for (const page of eachPage(doc)) if (holds(page.dict)) return page.number;
  return undefined;
}
