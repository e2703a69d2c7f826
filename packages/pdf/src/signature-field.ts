/** Signature fields (签名域, ISO 32000-2 §12.7.5.5, §12.8): a place for a signature value, appended and ready to be filled. */
import { GovError } from '@gov/verdict';
import type { PdfDocument } from './document.js';
import { assertMaySign } from './encryption/permissions.js';
import { docMdp, type FieldLock, fieldLockAsked, fieldMdp, lockDict } from './field-lock.js';
import { PdfArray, PdfDict, PdfName, type PdfObject, type PdfRef, PdfStream, PdfString } from './object.js';
import { eachPage, type PdfRectangle } from './page.js';
import { type PreparedSignature, preparedSignature } from './prepared-signature.js';
import { assertSeedValue, type SeedAnswer } from './seed-value.js';
import { emptySignatureFields } from './signature.js';
import { assertSigningPermitted } from './signing-permission.js';
import { beginUpdate, locate, type PdfUpdate } from './update.js';

/** What a widget shows: the content of its form XObject (表单 XObject, §8.10). */
export interface SignatureAppearance {
  readonly bbox: PdfRectangle;
  /** Content stream, not compressed. */
  readonly content: Uint8Array;
  /** Adds fonts and images to the update and answers the /Resources dictionary. */
  readonly resources?: (update: PdfUpdate) => PdfDict;
}

export interface WidgetPlacement {
  /** Counted from 1. */
  readonly page: number;
  /** In default user space of the page, any two opposite corners; [0, 0, 0, 0] shows nothing. */
  readonly rect: PdfRectangle;
  readonly appearance?: SignatureAppearance;
}

/** What the signature dictionary says. */
export interface SignatureValueOptions {
  /** /Type: `DocTimeStamp` for a timestamp on the whole document (文档时间戳, §12.8.5); `Sig` where not given. */
  readonly type?: 'Sig' | 'DocTimeStamp';
  /** /Filter, e.g. `Gomain.GMPkiLite`. */
  readonly filter: string;
  /** /SubFilter, e.g. `GM.sm2seal`. */
  readonly subFilter: string;
  /** Bytes kept free for /Contents; the signature value may be shorter and is padded with zeros. */
  readonly reservedBytes: number;
  /** /M, written in +08:00: the signer's own claim. */
  readonly signingTime?: Date;
  readonly name?: string;
  readonly reason?: string;
  readonly location?: string;
  /** Certifies the document (认证签名, DocMDP): 1 no change, 2 filling forms and signing, 3 annotations too. First signature only. */
  readonly certify?: 1 | 2 | 3;
  /** Locks form fields (FieldMDP). */
  readonly lock?: FieldLock;
}

export interface SignatureFieldOptions extends WidgetPlacement, SignatureValueOptions {
  /** Further widgets of the same field, e.g. the slices of a page-spanning seal (骑缝章). */
  readonly alsoOn?: readonly WidgetPlacement[];
  /** Without it the first free one of Signature1, Signature2… */
  readonly fieldName?: string;
  /** What is read out for the picture (替代文本): /TU of the field, /Contents of its widgets. */
  readonly description?: string;
}

export interface ExistingFieldOptions
  extends SignatureValueOptions,
    Pick<SeedAnswer, 'digestMethod' | 'timestamped' | 'certificates'> {
  /** What every widget of the field shows from now on; without it they keep what they show. */
  readonly appearance?: SignatureAppearance;
}

/** The largest reservation: seal, certificates and timestamps take some tens of kilobytes. */
export const MAX_RESERVED_BYTES = 8 * 2 ** 20;

const PLACEHOLDER = 9_999_999_999;
const FLAGS_PRINT_LOCKED = 4 + 128;
const SIGNATURES_EXIST_APPEND_ONLY = 3;

/**
 * Appends a signature field with an empty /Contents. The input is a prefix of the result, so that earlier signatures stay
 * as they were.
 *
 * @example
 * const prepared = prepareSignature(openPdf(pdf), {
 *   page: 1, rect: [400, 100, 520, 220], appearance: { bbox: [0, 0, 120, 120], content: bytes },
 *   filter: 'Gomain.GMPkiLite', subFilter: 'GM.sm2seal', reservedBytes: 16384,
 * })
 * // hash prepared.coveredParts(), sign the digest, and put the signature value where room was kept for it
 * const signed = prepared.finish(bytes)
 *
 * @throws GovError `pdf-certified` when an earlier certification forbids any change, `pdf-field-locked` when an earlier signature
 * locks the field; `pdf-signed` for a certification that is not the first signature; `pdf-permission` in an encrypted document
 * whose author forbids it; `pdf-unfaithful`, `pdf-page-missing`,
 * `invalid-argument`, and what reading throws
 */
export function prepareSignature(doc: PdfDocument, options: SignatureFieldOptions): PreparedSignature {
  const form = locate(doc, doc.catalog.get('AcroForm'));
  const fieldName = chooseName(doc, form.value, options.fieldName);
  assertMaySign(doc, { newField: true });
  const update = permitted(doc, fieldName, options);
  const { lock, description } = options;
  const field = update.reserve();
  const signature = update.add(signatureDict(doc, options, lock));
  addWidgets(update, field, [options, ...(options.alsoOn ?? [])], description, {
    FT: new PdfName('Sig'),
    T: PdfString.text(fieldName),
    TU: text(description),
    V: signature,
    // §12.7.5.5: an indirect reference.
    Lock: lock === undefined ? undefined : update.add(lockDict(lock)),
  });
  addField(update, form, field);
  if (options.certify !== undefined) certify(update, signature);
  return preparedSignature(update, signature, options.reservedBytes, fieldName);
}

/**
 * Signs in an empty signature field that the document has already: `emptySignatureFields` names them, and where they show.
 *
 * What its author asked for holds: a /Lock becomes the signature's FieldMDP, a seed value that demands something else refuses.
 *
 * @throws GovError `pdf-field-missing` when there is not exactly one empty field of this name; `pdf-seed-value` when the field
 * demands what this signature is not; `invalid-argument` for a lock beside the field's own or with a permission, which only a
 * field can state; otherwise as `prepareSignature`
 */
export function prepareSignatureInField(
  doc: PdfDocument,
  fieldName: string,
  options: ExistingFieldOptions,
): PreparedSignature {
  const [field, second] = emptySignatureFields(doc).filter((candidate) => candidate.fieldName === fieldName);
  if (field === undefined || second !== undefined)
    throw new GovError('pdf-field-missing', 'there is not exactly one empty signature field of this name');
  assertMaySign(doc, { newField: false });
  const update = permitted(doc, fieldName, options);
  const dict = doc.resolve(field.fieldRef) as PdfDict;
  const asked = fieldLockAsked(doc, dict);
  if (options.lock !== undefined && (asked !== undefined || options.lock.permission !== undefined))
    throw new GovError('invalid-argument', 'the field has a lock, or is not there for a permission: leave it out');
  assertSeedValue(doc, dict, options);
  const signature = update.add(signatureDict(doc, options, asked ?? options.lock));
  update.replace(field.fieldRef, dict.with('V', signature));
  const normal = options.appearance === undefined ? undefined : addAppearance(update, options.appearance);
  if (normal !== undefined)
    for (const { ref } of field.widgets)
      update.replace(ref, (update.get(ref) as PdfDict).with('AP', PdfDict.of({ N: normal })));
  raiseFlags(update, locate(doc, doc.catalog.get('AcroForm')));
  if (options.certify !== undefined) certify(update, signature);
  return preparedSignature(update, signature, options.reservedBytes, fieldName);
}

function permitted(doc: PdfDocument, fieldName: string, options: SignatureValueOptions): PdfUpdate {
  const { reservedBytes } = options;
  if (!Number.isInteger(reservedBytes) || reservedBytes < 1 || reservedBytes > MAX_RESERVED_BYTES)
    throw new GovError('invalid-argument', `reservedBytes must be 1 to ${MAX_RESERVED_BYTES}`);
  assertSigningPermitted(doc, fieldName, options);
  return beginUpdate(doc);
}

/** /Perms of the catalog names the certification (§12.8.6). */
function certify(update: PdfUpdate, signature: PdfRef): void {
  const { doc } = update;
  const catalog = update.get(doc.catalogRef) as PdfDict;
  const { ref, value } = locate(doc, catalog.get('Perms'));
  if (value !== null && !(value instanceof PdfDict)) throw new GovError('pdf-malformed', '/Perms is no dictionary');
  const permissions = (value ?? PdfDict.of({})).with('DocMDP', signature);
  if (ref === undefined || value === null) update.replace(doc.catalogRef, catalog.with('Perms', permissions));
  else update.replace(ref, permissions);
}

const text = (value: string | undefined): PdfString | undefined =>
  value === undefined ? undefined : PdfString.text(value);

function signatureDict(doc: PdfDocument, options: SignatureValueOptions, lock: FieldLock | undefined): PdfDict {
  const references = [
    ...(options.certify === undefined ? [] : [docMdp(options.certify)]),
    ...(lock === undefined ? [] : [fieldMdp(doc, lock)]),
  ];
  return PdfDict.of({
    Type: new PdfName(options.type ?? 'Sig'),
    Filter: new PdfName(options.filter),
    SubFilter: new PdfName(options.subFilter),
    ByteRange: new PdfArray([0, PLACEHOLDER, PLACEHOLDER, PLACEHOLDER]),
    Contents: new PdfString(new Uint8Array(options.reservedBytes), true),
    M: options.signingTime === undefined ? undefined : PdfString.text(pdfDate(options.signingTime)),
    Name: text(options.name),
    Reason: text(options.reason),
    Location: text(options.location),
    Reference: references.length === 0 ? undefined : new PdfArray(references),
  });
}

/** A date (§7.9.4) on the clock of Beijing. */
function pdfDate(date: Date): string {
  if (Number.isNaN(date.getTime())) throw new GovError('invalid-argument', 'signingTime is no date');
  const local = new Date(date.getTime() + 8 * 3_600_000).toISOString();
  if (!/^\d{4}-/.test(local)) throw new GovError('invalid-argument', 'signingTime is outside the years 0 to 9999');
  return `D:${local.slice(0, 19).replace(/\D/g, '')}+08'00'`;
}

function chooseName(doc: PdfDocument, form: PdfObject, wanted: string | undefined): string {
  const fields = form instanceof PdfDict ? doc.resolve(form.get('Fields')) : null;
  const taken = new Set<string>();
  if (fields instanceof PdfArray) {
    if (fields.items.length > doc.limits.fields)
      throw new GovError('pdf-limit', `more than ${doc.limits.fields} fields`);
    for (const item of fields.items) {
      const field = doc.resolve(item);
      const name = field instanceof PdfDict ? doc.resolve(field.get('T')) : null;
      if (name instanceof PdfString) taken.add(name.text);
    }
  }
  if (wanted !== undefined) {
    if (wanted === '' || wanted.includes('.'))
      throw new GovError('invalid-argument', 'a field name is not empty and has no period');
    if (taken.has(wanted)) throw new GovError('invalid-argument', 'there is already a field of this name');
    return wanted;
  }
  let n = 1;
  while (taken.has(`Signature${n}`)) n++;
  return `Signature${n}`;
}

/** One widget is merged with its field, several become its /Kids (§12.7.4.1). */
function addWidgets(
  update: PdfUpdate,
  field: PdfRef,
  places: readonly WidgetPlacement[],
  description: string | undefined,
  fieldKeys: Readonly<Record<string, PdfObject | undefined>>,
): void {
  const [only] = places;
  if (places.length === 1 && only !== undefined) {
    update.fill(field, PdfDict.of({ ...fieldKeys, ...widget(update, field, only, description) }));
    return;
  }
  const kids = places.map((place) => {
    const ref = update.reserve();
    update.fill(ref, PdfDict.of({ ...widget(update, ref, place, description), Parent: field }));
    return ref;
  });
  update.fill(field, PdfDict.of({ ...fieldKeys, Kids: new PdfArray(kids) }));
}

function widget(
  update: PdfUpdate,
  ref: PdfRef,
  place: WidgetPlacement,
  description: string | undefined,
): Record<string, PdfObject | undefined> {
  const page = update.doc.page(place.page).ref;
  annotate(update, page, ref);
  const { appearance, rect } = place;
  const normal = appearance === undefined ? undefined : addAppearance(update, appearance);
  return {
    Type: new PdfName('Annot'),
    Subtype: new PdfName('Widget'),
    F: FLAGS_PRINT_LOCKED,
    P: page,
    Rect: new PdfArray([
      Math.min(rect[0], rect[2]),
      Math.min(rect[1], rect[3]),
      Math.max(rect[0], rect[2]),
      Math.max(rect[1], rect[3]),
    ]),
    Contents: text(description),
    AP: normal === undefined ? undefined : PdfDict.of({ N: normal }),
  };
}

const addAppearance = (update: PdfUpdate, { bbox, content, resources }: SignatureAppearance): PdfRef =>
  update.add(
    new PdfStream(
      PdfDict.of({
        Type: new PdfName('XObject'),
        Subtype: new PdfName('Form'),
        BBox: new PdfArray(bbox),
        Resources: resources?.(update) ?? PdfDict.of({}),
      }),
      content,
    ),
  );

/**
 * /Annots of the page, at its end: the array's own object where it has one, otherwise the page. An array that further pages
 * use is left alone: what is put there would show on all of them.
 */
function annotate(update: PdfUpdate, pageRef: PdfRef, annotation: PdfRef): void {
  const page = update.get(pageRef) as PdfDict;
  const { ref, value } = locate(update.doc, page.get('Annots'));
  const annots = ref === undefined ? value : update.get(ref);
  if (annots !== null && !(annots instanceof PdfArray))
    throw new GovError('pdf-malformed', '/Annots of a page is no array');
  if (annots !== null && ref !== undefined && !isShared(update.doc, ref, pageRef))
    update.replace(ref, annots.append(annotation));
  else update.replace(pageRef, page.with('Annots', (annots ?? new PdfArray([])).append(annotation)));
}

function isShared(doc: PdfDocument, annots: PdfRef, pageRef: PdfRef): boolean {
  for (const { ref, dict } of eachPage(doc))
    if (ref.number !== pageRef.number && locate(doc, dict.get('Annots')).ref?.number === annots.number) return true;
  return false;
}

/** The field at the end of /Fields, and the form where there was none. */
function addField(update: PdfUpdate, form: { ref: PdfRef | undefined; value: PdfObject }, field: PdfRef): void {
  const { doc } = update;
  if (form.value === null) {
    const made = PdfDict.of({ Fields: new PdfArray([field]), SigFlags: SIGNATURES_EXIST_APPEND_ONLY });
    update.replace(doc.catalogRef, (update.get(doc.catalogRef) as PdfDict).with('AcroForm', update.add(made)));
    return;
  }
  if (!(form.value instanceof PdfDict)) throw new GovError('pdf-malformed', '/AcroForm is no dictionary');
  let changed = form.value;
  const { ref, value } = locate(doc, changed.get('Fields'));
  if (value !== null && !(value instanceof PdfArray)) throw new GovError('pdf-malformed', '/Fields is no array');
  const array = ref === undefined ? value : (update.get(ref) as PdfArray | null);
  if (array !== null && ref !== undefined) {
    // Some files have one array for /Fields and for /Annots of a page: the field is then in it already.
    if (array.items.at(-1) !== field) update.replace(ref, array.append(field));
  } else changed = changed.with('Fields', (value ?? new PdfArray([])).append(field));
  raiseFlags(update, { ref: form.ref, value: changed }, changed !== form.value);
}

/** /SigFlags of the form gets its two bits; the form is written when it has changed. */
function raiseFlags(update: PdfUpdate, form: { ref: PdfRef | undefined; value: PdfObject }, written = false): void {
  const { doc } = update;
  let changed = form.value as PdfDict;
  const flags = doc.resolve(changed.get('SigFlags')) ?? 0;
  if (typeof flags !== 'number' || !Number.isInteger(flags))
    throw new GovError('pdf-malformed', '/SigFlags is no integer');
  const wanted = flags | SIGNATURES_EXIST_APPEND_ONLY;
  if (wanted !== flags) changed = changed.with('SigFlags', wanted);
  else if (!written) return;
  if (form.ref !== undefined) update.replace(form.ref, changed);
  else update.replace(doc.catalogRef, (update.get(doc.catalogRef) as PdfDict).with('AcroForm', changed));
}
