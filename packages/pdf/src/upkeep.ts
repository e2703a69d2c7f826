/** What saving a file and keeping its signatures verifiable may change: nothing that is shown (ISO 32000-2 §12.8.4.3, §14.3). */

import type { PdfDocument } from './document.js';
import { sameObject } from './internal/compare.js';
import { isName, PdfArray, PdfDict, PdfName, type PdfObject, PdfRef, PdfStream } from './object.js';
import type { Step } from './step.js';
import { locate } from './update.js';

/** Whether an older object may refer to a changed one, and as what. */
export type Use = (holder: number, key: string | undefined) => boolean;

/** What one revision may have changed, gathered while it is examined. */
export interface Permission {
  /** Existing objects with a new value. */
  readonly replaced: Set<number>;
  /** Where added objects may hang. */
  readonly roots: PdfObject[];
  /** The only ways older objects may lead to a replaced one. */
  readonly uses: Map<number, Use>;
  /** Validation data was added: the one thing an unsigned revision may do. */
  storeGrew: boolean;
}

/** Catalog keys that signing software touches; each is looked at below or by the caller. */
export const UPKEEP_KEYS = ['Metadata', 'Version', 'Extensions', 'DSS'] as const;

/** The document information and metadata, the version, and the document security store (文档安全存储). */
export function permitUpkeep(step: Step, permission: Permission): boolean {
  const { before, after } = step;
  const info = before.trailer.get('Info');
  if (info instanceof PdfRef && isDict(before, info) && isDict(after, info)) {
    permission.replaced.add(info.number);
    permission.uses.set(info.number, (_, key) => key === 'Info');
  } else if (info === undefined) permission.roots.push(after.trailer.get('Info') ?? null);
  const [oldCatalog, catalog] = [before.catalog, after.catalog];
  return (
    permitMetadata(step, oldCatalog.get('Metadata'), catalog.get('Metadata'), permission) &&
    isVersion(catalog.get('Version')) &&
    isDirect(catalog.get('Extensions') ?? null) &&
    permitStore(step, oldCatalog.get('DSS'), catalog.get('DSS'), permission)
  );
}

const isDict = (doc: PdfDocument, ref: PdfRef): boolean => doc.get(ref) instanceof PdfDict;

const isVersion = (object: PdfObject | undefined): boolean =>
  object === undefined || (object instanceof PdfName && /^[12]\.\d$/.test(object.value));

function permitMetadata(
  { before, after, added }: Step,
  old: PdfObject | undefined,
  now: PdfObject | undefined,
  permission: Permission,
): boolean {
  if (now === undefined) return old === undefined;
  if (!(now instanceof PdfRef)) return false;
  const stream = after.get(now);
  if (!(stream instanceof PdfStream) || !isName(stream.dict.get('Type'), 'Metadata')) return false;
  permission.roots.push(now);
  if (added.has(now.number)) return true;
  if (!(old instanceof PdfRef) || old.number !== now.number) return false;
  const catalog = before.catalogRef.number;
  permission.replaced.add(now.number);
  permission.uses.set(now.number, (holder, key) => holder === catalog && key === 'Metadata');
  return true;
}

/** True when no reference is inside: nothing another object could change or use. */
function isDirect(object: PdfObject): boolean {
  if (object instanceof PdfRef) return false;
  if (object instanceof PdfArray) return object.items.every(isDirect);
  return !(object instanceof PdfDict) || [...object.entries.values()].every(({ value }) => isDirect(value));
}

const STORE_KEYS = new Set(['Type', 'VRI', 'Certs', 'OCSPs', 'CRLs', 'Cert', 'OCSP', 'CRL', 'TU', 'TS']);

/** A validation entry that some signing software leaves behind: it says nothing and nothing leads to it. */
export function isStrayValidation(object: PdfObject): boolean {
  return (
    object instanceof PdfDict &&
    isName(object.get('Type'), 'VRI') &&
    [...object.keys()].every((key) => STORE_KEYS.has(key))
  );
}

/**
 * The store may grow and be rearranged: its dictionaries and arrays may be replaced, its streams only added. Nothing but the
 * store itself may use what was replaced.
 */
function permitStore(
  { before, after, added, replaced }: Step,
  old: PdfObject | undefined,
  now: PdfObject | undefined,
  permission: Permission,
): boolean {
  if (now === undefined) return old === undefined;
  const [was, is] = [locate(before, old), locate(after, now)];
  if (
    !(is.value instanceof PdfDict) ||
    (is.ref !== undefined && !added.has(is.ref.number) && is.ref.number !== was.ref?.number)
  )
    return false;
  if (!sameObject(old, now)) permission.storeGrew = true;
  const store = new Set<number>();
  const catalog = before.catalogRef.number;
  const use: Use = (holder, key) =>
    store.has(holder) || (holder === catalog && (key === 'DSS' || (key !== undefined && STORE_KEYS.has(key))));
  const stack: PdfObject[] = [now];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (next instanceof PdfRef) {
      if (store.has(next.number)) continue;
      store.add(next.number);
      permission.roots.push(next);
      const object = after.get(next);
      if (replaced.has(next.number)) {
        if (object instanceof PdfStream || before.get(next) instanceof PdfStream) return false;
        permission.storeGrew = true;
        permission.replaced.add(next.number);
        permission.uses.set(next.number, use);
      }
      stack.push(object);
    } else if (next instanceof PdfArray) for (const item of next.items) stack.push(item);
    else if (next instanceof PdfDict)
      for (const [key, { value }] of next.entries) {
        // Entries of /VRI are named by the hash of a signature.
        if (!STORE_KEYS.has(key) && !/^[0-9A-Fa-f]{40}$/.test(key)) return false;
        stack.push(value);
      }
  }
  return true;
}
