/**
 * The document security store (文档安全存储, DSS, ISO 32000-2 §12.8.4.3): certificates and revocation data by which signatures
 * can be verified when nobody answers for them any more. What is in it is bytes here.
 */
import { GovError } from '@gov/verdict';
import type { PdfDocument } from './document.js';
import { decodeStream } from './filter.js';
import { sameBytes } from './internal/compare.js';
import { PdfArray, PdfDict, PdfName, type PdfObject, PdfRef, PdfStream } from './object.js';
import { locate, type PdfUpdate } from './update.js';

export const SECURITY_STORE_LIMITS = {
  /** Certificates, CRLs and OCSP responses together. */
  items: 4096,
  /** Signatures with a list of their own (VRI). */
  signatures: 1024,
} as const;

/** Validation data (验证数据), each DER. */
export interface ValidationData {
  readonly certificates: readonly Uint8Array[];
  readonly crls: readonly Uint8Array[];
  readonly ocspResponses: readonly Uint8Array[];
}

export interface SecurityStore extends ValidationData {
  /** What belongs to one signature, by the SHA-1 of its /Contents in capital hexadecimal digits (VRI). */
  readonly bySignature: ReadonlyMap<string, ValidationData>;
}

/** Key of each kind in the store, and in the list of one signature. */
const KINDS = [
  ['certificates', 'Certs', 'Cert'],
  ['crls', 'CRLs', 'CRL'],
  ['ocspResponses', 'OCSPs', 'OCSP'],
] as const;

/**
 * The store of a document, empty where there is none.
 *
 * @throws GovError `pdf-malformed`, `pdf-limit` past `SECURITY_STORE_LIMITS`, and what reading throws
 */
export function securityStoreOf(doc: PdfDocument): SecurityStore {
  const reader = new StoreReader(doc);
  const store = reader.dict(doc.catalog.get('DSS'), '/DSS');
  const list = reader.dict(store.get('VRI'), '/VRI');
  if (list.entries.size > SECURITY_STORE_LIMITS.signatures)
    throw new GovError('pdf-limit', `more than ${SECURITY_STORE_LIMITS.signatures} signatures in /VRI`);
  const bySignature = new Map<string, ValidationData>();
  const own = reader.data(store, 1);
  for (const [key, { value }] of list.entries) {
    if (key === 'Type') continue;
    bySignature.set(key, reader.data(reader.dict(value, `/VRI /${key}`), 2));
  }
  return { ...own, bySignature };
}

class StoreReader {
  readonly #doc: PdfDocument;
  readonly #streams = new Map<number, Uint8Array>();

  constructor(doc: PdfDocument) {
    this.#doc = doc;
  }

  dict(object: PdfObject | undefined, what: string): PdfDict {
    const value = this.#doc.resolve(object);
    if (value !== null && !(value instanceof PdfDict)) throw new GovError('pdf-malformed', `${what} is no dictionary`);
    return value ?? PdfDict.of({});
  }

  data(holder: PdfDict, key: 1 | 2): ValidationData {
    const of = (kind: (typeof KINDS)[number]): Uint8Array[] =>
      itemsOf(this.#doc, holder, kind[key]).map((item) => this.#bytes(item));
    return { certificates: of(KINDS[0]), crls: of(KINDS[1]), ocspResponses: of(KINDS[2]) };
  }

  /** Each stream once, however many lists name it. */
  #bytes(item: PdfObject): Uint8Array {
    const known = item instanceof PdfRef ? this.#streams.get(item.number) : undefined;
    if (known !== undefined) return known;
    const stream = this.#doc.resolve(item);
    if (!(stream instanceof PdfStream)) throw new GovError('pdf-malformed', 'validation data that is no stream');
    const bytes = decodeStream(this.#doc, stream);
    if (item instanceof PdfRef) this.#streams.set(item.number, bytes);
    if (this.#streams.size > SECURITY_STORE_LIMITS.items)
      throw new GovError('pdf-limit', `more than ${SECURITY_STORE_LIMITS.items} items of validation data`);
    return bytes;
  }
}

function itemsOf(doc: PdfDocument, holder: PdfDict, key: string): readonly PdfObject[] {
  const array = doc.resolve(holder.get(key));
  if (array === null) return [];
  if (!(array instanceof PdfArray)) throw new GovError('pdf-malformed', `/${key} is no array`);
  if (array.items.length > SECURITY_STORE_LIMITS.items)
    throw new GovError('pdf-limit', `more than ${SECURITY_STORE_LIMITS.items} items of validation data`);
  return array.items;
}

/**
 * Adds validation data for some signatures to the store; what is there stays, and nothing is written twice. False where
 * all of it was there already: nothing is to be written.
 *
 * @throws GovError as `securityStoreOf`
 */
export function extendSecurityStore(update: PdfUpdate, bySignature: ReadonlyMap<string, ValidationData>): boolean {
  const { doc } = update;
  const reader = new StoreReader(doc);
  const { ref, value } = locate(doc, doc.catalog.get('DSS'));
  const store = reader.dict(value, '/DSS');
  const list = reader.dict(store.get('VRI'), '/VRI');
  let grown = false;
  let [newStore, newList] = [store, list];
  const byKind = new Map(
    KINDS.map(([kind, key]) => [kind, new Items(update, store, key, reader.data(store, 1)[kind])]),
  );
  for (const [signature, data] of bySignature) {
    const own = reader.dict(list.get(signature), '/VRI');
    let newOwn = own;
    for (const [kind, , key] of KINDS) {
      const refs = data[kind].map((bytes) => byKind.get(kind)!.refOf(bytes));
      const listed = itemsOf(doc, own, key);
      const missing = refs.filter(
        (item) => !listed.some((other) => other instanceof PdfRef && other.number === item.number),
      );
      if (missing.length > 0) newOwn = newOwn.with(key, new PdfArray([...listed, ...missing]));
    }
    if (newOwn === own && list.has(signature)) continue;
    newList = newList.with(signature, newOwn);
    grown = true;
  }
  for (const [kind, key] of KINDS) {
    const items = byKind.get(kind)!;
    if (!items.grown) continue;
    newStore = newStore.with(key, new PdfArray(items.all));
    grown = true;
  }
  if (!grown) return false;
  if (!newStore.has('Type')) newStore = newStore.with('Type', new PdfName('DSS'));
  newStore = newStore.with('VRI', newList);
  if (ref !== undefined && value !== null) update.replace(ref, newStore);
  else update.replace(doc.catalogRef, (update.get(doc.catalogRef) as PdfDict).with('DSS', update.add(newStore)));
  return true;
}

/** One array of the store as it grows. */
class Items {
  readonly all: PdfObject[];
  grown = false;
  readonly #update: PdfUpdate;
  readonly #known: { readonly bytes: Uint8Array; readonly ref: PdfRef }[];

  constructor(update: PdfUpdate, store: PdfDict, key: string, bytes: readonly Uint8Array[]) {
    this.#update = update;
    this.all = [...itemsOf(update.doc, store, key)];
    this.#known = this.all.flatMap((ref, i) => (ref instanceof PdfRef ? [{ bytes: bytes[i] as Uint8Array, ref }] : []));
  }

  refOf(bytes: Uint8Array): PdfRef {
    const known = this.#known.find((item) => sameBytes(item.bytes, bytes));
    if (known !== undefined) return known.ref;
    const ref = this.#update.add(new PdfStream(PdfDict.of({}), bytes));
    this.#known.push({ bytes, ref });
    this.all.push(ref);
    this.grown = true;
    return ref;
  }
}
