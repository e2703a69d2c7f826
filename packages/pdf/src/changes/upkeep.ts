/** What saving a file and keeping its signatures verifiable may change: nothing that is shown (ISO 32000-2 §12.8.4.3, §14.3). */
import type { PdfDocument } from '../document.js';
import { isCrossReference } from '../encryption/plain.js';
import { sameObject } from '../internal/compare.js';
import { isName, PdfArray, PdfDict, PdfName, type PdfObject, PdfRef, PdfStream } from '../object.js';
import { locate } from '../update.js';
import type { Account, Use } from './account.js';
import { differing, isAmbiguous } from './step.js';

/** Catalog keys that are looked at here and in form.ts; no other one may change. */
const EXAMINED_KEYS = ['AcroForm', 'Metadata', 'Version', 'Extensions', 'DSS'];

/**
 * The catalog (文档目录), the document information and metadata, and the document security store (文档安全存储).
 *
 * @returns whether the information, the metadata or the version were touched, which only another change excuses
 */
export function examineCatalog(account: Account): boolean {
  const { step } = account;
  const { before, after } = step;
  const { catalogRef: ref } = before;
  // Its new value decides under which names other objects would find what: only trailers use it, and as /Data signatures.
  account.permit(
    ref.number,
    (holder, key) => key === 'Data' || (key === 'Root' && account.around.crossReferences.has(holder)),
  );
  const [old, now] = [before.catalog, after.catalog];
  if (isAmbiguous(now) && !sameObject(old, now))
    account.forbid('catalog-changed', 'catalog', `the catalog repeats /${now.duplicates[0]}`, { ref });
  for (const key of differing(old, now)) {
    if (EXAMINED_KEYS.includes(key) || (key === 'Perms' && isCertifying(account))) continue;
    const code = key === 'Pages' ? 'page-tree-changed' : 'catalog-changed';
    const action = !old.has(key) ? 'added' : now.has(key) ? 'changed' : 'removed';
    account.forbid(code, key === 'Pages' ? 'page-tree' : 'catalog', `/${key} of the catalog`, { ref, action });
  }
  const version = now.get('Version');
  if (version !== undefined && !(version instanceof PdfName && /^[12]\.\d$/.test(version.value)))
    account.forbid('catalog-changed', 'catalog', '/Version of the catalog', { ref });
  examineStore(account, old.get('DSS'), now.get('DSS'));
  return [
    examineInformation(account),
    examineMetadata(account, old.get('Metadata'), now.get('Metadata')),
    examineExtensions(account, old.get('Extensions'), now.get('Extensions')),
    !sameObject(old.get('Version'), version),
  ].includes(true);
}

/** The first signature of a document may certify it: /Perms names it, and there was nothing signed that it could restrict. */
function isCertifying({ step, signature, around }: Account): boolean {
  const permissions = step.after.resolve(step.after.catalog.get('Perms'));
  if (step.before.catalog.has('Perms') || !around.isFirstSigned(step.index)) return false;
  if (!(permissions instanceof PdfDict) || isAmbiguous(permissions) || permissions.entries.size !== 1) return false;
  const certified = permissions.get('DocMDP');
  return certified instanceof PdfRef && certified.number === signature?.dictRef?.number;
}

/** Cross-reference streams that were written again under their old number; nothing refers to them. */
export function examineStructure(account: Account): void {
  const { before, after, replaced } = account.step;
  // Not an object stream: objects inside it would change with it unnoticed.
  for (const [number, ref] of replaced)
    if (account.around.crossReferences.has(number) && isCrossReference(after.get(ref)) && wasStructure(before, number))
      account.permit(number, () => false);
}

const wasStructure = (before: PdfDocument, number: number): boolean => isCrossReference(before.glance(number));

function examineInformation(account: Account): boolean {
  const { before, after, replaced } = account.step;
  const [old, now] = [before.trailer.get('Info'), after.trailer.get('Info')];
  if (old === undefined && now instanceof PdfRef) {
    account.roots.push(now);
    return true;
  }
  if (!(old instanceof PdfRef) || !replaced.has(old.number)) return false;
  if (!(before.get(old) instanceof PdfDict) || !(after.get(old) instanceof PdfDict)) return false;
  account.permit(old.number, (holder, key) => key === 'Info' && account.around.crossReferences.has(holder));
  return true;
}

function examineMetadata(account: Account, old: PdfObject | undefined, now: PdfObject | undefined): boolean {
  const { before, after, added, replaced } = account.step;
  if (now === undefined && old === undefined) return false;
  const stream = after.resolve(now);
  const isXml = stream instanceof PdfStream && isName(stream.dict.get('Type'), 'Metadata');
  const known =
    now instanceof PdfRef && (added.has(now.number) || (old instanceof PdfRef && old.number === now.number));
  if (!isXml || !isName(stream.dict.get('Subtype'), 'XML') || !known) {
    if (!sameObject(old, now) || (now instanceof PdfRef && replaced.has(now.number)))
      account.forbid('catalog-changed', 'metadata', '/Metadata of the catalog is no metadata stream any more', {
        ...(now instanceof PdfRef ? { ref: now } : {}),
      });
    return false;
  }
  account.roots.push(now);
  if (!replaced.has(now.number)) return !sameObject(old, now);
  const catalog = before.catalogRef.number;
  account.permit(now.number, (holder, key) => holder === catalog && key === 'Metadata');
  return true;
}

/** Developer extensions (§7.12): dictionaries and arrays of plain values. */
function examineExtensions(account: Account, old: PdfObject | undefined, now: PdfObject | undefined): boolean {
  const { before, after, replaced } = account.step;
  if (now === undefined && old === undefined) return false;
  const catalog = before.catalogRef.number;
  const own = new Set<number>();
  let changed = !sameObject(old, now);
  const visit = (object: PdfObject, depth: number): boolean => {
    if (depth > 6) return false;
    if (object instanceof PdfRef) {
      if (own.has(object.number)) return false;
      own.add(object.number);
      if (replaced.has(object.number)) {
        changed = true;
        account.permit(object.number, (holder, key) => own.has(holder) || (holder === catalog && key === 'Extensions'));
      }
      account.roots.push(object);
      return visit(after.get(object), depth + 1);
    }
    if (object instanceof PdfArray) return object.items.every((item) => visit(item, depth + 1));
    if (object instanceof PdfDict)
      return !isAmbiguous(object) && [...object.entries.values()].every(({ value }) => visit(value, depth + 1));
    return !(object instanceof PdfStream);
  };
  if (visit(now ?? null, 0)) return changed;
  if (changed)
    account.forbid('catalog-changed', 'catalog', '/Extensions of the catalog holds more than plain values', {
      ref: before.catalogRef,
    });
  return false;
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
function examineStore(account: Account, old: PdfObject | undefined, now: PdfObject | undefined): undefined {
  const { before, after, added, replaced } = account.step;
  if (now === undefined && old === undefined) return;
  const [was, is] = [locate(before, old), locate(after, now)];
  const ref = is.ref ?? before.catalogRef;
  const refuse = (detail: string): undefined => account.forbid('catalog-changed', 'validation-data', detail, { ref });
  if (!(is.value instanceof PdfDict)) return refuse('the document security store is gone');
  if (is.ref !== undefined && !added.has(is.ref.number) && is.ref.number !== was.ref?.number)
    return refuse('an existing object was made the document security store');
  let grew = !sameObject(old, now);
  const store = new Set<number>();
  const catalog = before.catalogRef.number;
  const use: Use = (holder, key) =>
    store.has(holder) || (holder === catalog && (key === 'DSS' || (key !== undefined && STORE_KEYS.has(key))));
  const stack: PdfObject[] = [now ?? null];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (next instanceof PdfRef) {
      if (store.has(next.number)) continue;
      store.add(next.number);
      account.roots.push(next);
      const object = after.get(next);
      if (replaced.has(next.number)) {
        if (object instanceof PdfStream || before.get(next) instanceof PdfStream)
          return refuse(`stream ${next.number} of the document security store was replaced`);
        grew = true;
        account.permit(next.number, use);
      }
      stack.push(object);
    } else if (next instanceof PdfArray) for (const item of next.items) stack.push(item);
    else if (next instanceof PdfDict)
      for (const [key, { value }] of next.entries) {
        // Entries of /VRI are named by the hash of a signature.
        if (!STORE_KEYS.has(key) && !/^[0-9A-Fa-f]{40}$/.test(key))
          return refuse(`/${key} is no key of the document security store`);
        stack.push(value);
      }
  }
  if (grew)
    account.say({
      ...{ level: 'validation-data', code: 'coverage-validation-data', subject: 'validation-data' },
      ...{ action: old === undefined ? 'added' : 'changed', ref, detail: 'the document security store' },
    });
}
