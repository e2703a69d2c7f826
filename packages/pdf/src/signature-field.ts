/** Signature fields (签名域, ISO 32000-2 §12.7.5.5, §12.8): a place for a signature value, appended and ready to be filled. */
import { GovError } from '@gov/verdict';
import { certificationOf } from './certification.js';
import type { PdfDocument } from './document.js';
import { chunksOf, type PdfFile } from './file.js';
import { Lexer } from './internal/lexer.js';
import { concatenate, writeHex } from './internal/write.js';
import {
  PdfArray,
  PdfDict,
  PdfName,
  type PdfObject,
  type PdfRef,
  type PdfSpan,
  PdfStream,
  PdfString,
} from './object.js';
import type { PdfRectangle } from './page.js';
import { emptySignatureFields } from './signature.js';
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
}

export interface SignatureFieldOptions extends WidgetPlacement, SignatureValueOptions {
  /** Further widgets of the same field, e.g. the slices of a page-spanning seal (骑缝章). */
  readonly alsoOn?: readonly WidgetPlacement[];
  /** Without it the first free one of Signature1, Signature2… */
  readonly fieldName?: string;
}

export interface ExistingFieldOptions extends SignatureValueOptions {
  /** What every widget of the field shows from now on; without it they keep what they show. */
  readonly appearance?: SignatureAppearance;
}

/** A document with its signature field appended, waiting for the signature value. */
export interface PreparedSignature {
  readonly fieldName: string;
  readonly byteRange: readonly [0, number, number, number];
  /** The bytes to be hashed and signed, in order and in pieces: the input, the tail up to /Contents, the tail after it. */
  coveredParts(): Generator<Uint8Array>;
  /**
   * What is to be appended to the input, /Contents filled in.
   *
   * @throws GovError `pdf-reservation` when `contents` is longer than `reservedBytes`
   */
  tail(contents: Uint8Array): Uint8Array;
  /**
   * The whole signed file.
   *
   * @throws GovError `pdf-reservation` when `contents` is longer than `reservedBytes`
   */
  finish(contents: Uint8Array): Uint8Array;
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
 * @throws GovError `pdf-certified` when an earlier certification forbids any change, `pdf-unfaithful`, `pdf-page-missing`,
 * `invalid-argument`, and what reading throws
 */
export function prepareSignature(doc: PdfDocument, options: SignatureFieldOptions): PreparedSignature {
  const update = permitted(doc, options);
  const form = locate(doc, doc.catalog.get('AcroForm'));
  const fieldName = chooseName(doc, form.value, options.fieldName);
  const field = update.reserve();
  const signature = update.add(signatureDict(options));
  addWidgets(update, field, [options, ...(options.alsoOn ?? [])], {
    FT: new PdfName('Sig'),
    T: PdfString.text(fieldName),
    V: signature,
  });
  addField(update, form, field);
  return prepared(update, signature, options, fieldName);
}

/**
 * Signs in an empty signature field that the document has already: `emptySignatureFields` names them, and where they show.
 *
 * @throws GovError `invalid-argument` when there is not exactly one empty field of this name; `pdf-unfaithful` when the field
 * asks for more than a signature (/Lock, /SV); otherwise as `prepareSignature`
 */
export function prepareSignatureInField(
  doc: PdfDocument,
  fieldName: string,
  options: ExistingFieldOptions,
): PreparedSignature {
  const update = permitted(doc, options);
  const [field, second] = emptySignatureFields(doc).filter((candidate) => candidate.fieldName === fieldName);
  if (field === undefined || second !== undefined)
    throw new GovError('invalid-argument', 'there is not exactly one empty signature field of this name');
  const dict = doc.resolve(field.fieldRef) as PdfDict;
  if (dict.has('Lock') || dict.has('SV'))
    throw new GovError('pdf-unfaithful', 'the field asks for a lock or a seed value, which is not written');
  const signature = update.add(signatureDict(options));
  update.replace(field.fieldRef, dict.with('V', signature));
  const normal = options.appearance === undefined ? undefined : addAppearance(update, options.appearance);
  if (normal !== undefined)
    for (const { ref } of field.widgets)
      update.replace(ref, (update.get(ref) as PdfDict).with('AP', PdfDict.of({ N: normal })));
  raiseFlags(update, locate(doc, doc.catalog.get('AcroForm')));
  return prepared(update, signature, options, fieldName);
}

function permitted(doc: PdfDocument, { reservedBytes }: SignatureValueOptions): PdfUpdate {
  if (!Number.isInteger(reservedBytes) || reservedBytes < 1 || reservedBytes > MAX_RESERVED_BYTES)
    throw new GovError('invalid-argument', `reservedBytes must be 1 to ${MAX_RESERVED_BYTES}`);
  if (certificationOf(doc) === 1)
    throw new GovError('pdf-certified', 'the certification of the document permits no change');
  return beginUpdate(doc);
}

function prepared(update: PdfUpdate, signature: PdfRef, options: SignatureValueOptions, fieldName: string): Prepared {
  const { tail, offsets } = update.build();
  const at = (offsets.get(signature.number) as number) - update.doc.length;
  return new Prepared(update.doc, tail, at, options.reservedBytes, fieldName);
}

class Prepared implements PreparedSignature {
  readonly fieldName: string;
  readonly byteRange: readonly [0, number, number, number];
  readonly #input: PdfFile;
  readonly #tail: Uint8Array;
  readonly #contents: PdfSpan;
  readonly #reserved: number;

  constructor(doc: PdfDocument, tail: Uint8Array, at: number, reserved: number, fieldName: string) {
    const lexer = new Lexer({ bytes: tail }, at, doc.limits, []);
    lexer.objectHeader();
    const { entries } = lexer.object() as PdfDict;
    const contents = entries.get('Contents') as PdfSpan;
    const range = entries.get('ByteRange') as PdfSpan;
    const before = doc.length + contents.start;
    const after = doc.length + contents.end;
    this.byteRange = [0, before, after, tail.length - contents.end];
    const text = `[${this.byteRange.join(' ')}`;
    for (let i = range.start; i < range.end - 1; i++) tail[i] = text.charCodeAt(i - range.start) || 0x20;
    this.fieldName = fieldName;
    this.#input = doc.file;
    this.#tail = tail;
    this.#contents = contents;
    this.#reserved = reserved;
  }

  *coveredParts(): Generator<Uint8Array> {
    yield* chunksOf(this.#input, 0, this.#input.length);
    yield this.#tail.subarray(0, this.#contents.start);
    yield this.#tail.subarray(this.#contents.end);
  }

  tail(contents: Uint8Array): Uint8Array {
    return this.#fill(this.#tail.slice(), 0, contents);
  }

  finish(contents: Uint8Array): Uint8Array {
    return this.#fill(concatenate([this.#input.read(0, this.#input.length), this.#tail]), this.#input.length, contents);
  }

  #fill(out: Uint8Array, tailAt: number, contents: Uint8Array): Uint8Array {
    if (contents.length > this.#reserved)
      throw new GovError('pdf-reservation', `${contents.length} bytes of signature, ${this.#reserved} were reserved`);
    writeHex(out, tailAt + this.#contents.start + 1, contents);
    return out;
  }
}

function signatureDict(options: SignatureValueOptions): PdfDict {
  const text = (value: string | undefined): PdfString | undefined =>
    value === undefined ? undefined : PdfString.text(value);
  return PdfDict.of({
    Type: new PdfName('Sig'),
    Filter: new PdfName(options.filter),
    SubFilter: new PdfName(options.subFilter),
    ByteRange: new PdfArray([0, PLACEHOLDER, PLACEHOLDER, PLACEHOLDER]),
    Contents: new PdfString(new Uint8Array(options.reservedBytes), true),
    M: options.signingTime === undefined ? undefined : PdfString.text(pdfDate(options.signingTime)),
    Name: text(options.name),
    Reason: text(options.reason),
    Location: text(options.location),
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
  fieldKeys: Readonly<Record<string, PdfObject>>,
): void {
  const [only] = places;
  if (places.length === 1 && only !== undefined) {
    update.fill(field, PdfDict.of({ ...fieldKeys, ...widget(update, field, only) }));
    return;
  }
  const kids = places.map((place) => {
    const ref = update.reserve();
    update.fill(ref, PdfDict.of({ ...widget(update, ref, place), Parent: field }));
    return ref;
  });
  update.fill(field, PdfDict.of({ ...fieldKeys, Kids: new PdfArray(kids) }));
}

function widget(update: PdfUpdate, ref: PdfRef, place: WidgetPlacement): Record<string, PdfObject | undefined> {
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

/** /Annots of the page, at its end: the array's own object where it has one, otherwise the page. */
function annotate(update: PdfUpdate, pageRef: PdfRef, annotation: PdfRef): void {
  const page = update.get(pageRef) as PdfDict;
  const { ref, value } = locate(update.doc, page.get('Annots'));
  const annots = ref === undefined ? value : update.get(ref);
  if (annots !== null && !(annots instanceof PdfArray))
    throw new GovError('pdf-malformed', '/Annots of a page is no array');
  if (annots !== null && ref !== undefined) update.replace(ref, annots.append(annotation));
  else update.replace(pageRef, page.with('Annots', (annots ?? new PdfArray([])).append(annotation)));
}

/** The field at the end of /Fields, and the form where there was none. */
function addField(update: PdfUpdate, form: { ref: PdfRef | undefined; value: PdfObject }, field: PdfRef): void {
  const { doc } = update;
  if (form.value === null) {
    const made = PdfDict.of({ Fields: new PdfArray([field]), SigFlags: SIGNATURES_EXIST_APPEND_ONLY });
    update.replace(doc.catalogRef, doc.catalog.with('AcroForm', update.add(made)));
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
