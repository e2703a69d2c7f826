/** Locking form fields by signing (锁定表单域): SigFieldLock (ISO 32000-2 §12.7.5.5, table 236) and FieldMDP (§12.8.2.4). */
import { GovError } from '@gov/verdict';
import type { PdfDocument } from './document.js';
import { isName, PdfArray, PdfDict, PdfName, type PdfObject, PdfString } from './object.js';

/** Which fields a signature locks (域锁定). */
export interface FieldLock {
  readonly action: 'All' | 'Include' | 'Exclude';
  /** Fully qualified names; a name stands for all fields below it. None for `All`. */
  readonly fields: readonly string[];
  /** What may happen to the document afterwards (PDF 2.0), as for a certification. */
  readonly permission?: 1 | 2 | 3;
}

/** The locks that a signature dictionary states (FieldMDP); one that cannot be told locks all fields. */
export function fieldLocksOf(doc: PdfDocument, signature: PdfDict): FieldLock[] {
  const references = doc.resolve(signature.get('Reference'));
  if (!(references instanceof PdfArray)) return [];
  return references.items.flatMap((item) => {
    const reference = doc.resolve(item);
    if (!(reference instanceof PdfDict) || !isName(doc.resolve(reference.get('TransformMethod')), 'FieldMDP'))
      return [];
    const parameters = doc.resolve(reference.get('TransformParams'));
    const lock = parameters instanceof PdfDict ? lockIn(doc, parameters) : undefined;
    return [lock ?? { action: 'All', fields: [] }];
  });
}

/**
 * What /Lock of a field asks for.
 *
 * @throws GovError `pdf-unfaithful` for a lock that cannot be told: signing in the field could not do what it asks
 */
export function fieldLockAsked(doc: PdfDocument, field: PdfDict): FieldLock | undefined {
  const dict = doc.resolve(field.get('Lock'));
  if (dict === null) return undefined;
  const lock = dict instanceof PdfDict && dict.duplicates.length === 0 ? lockIn(doc, dict) : undefined;
  if (lock === undefined) throw new GovError('pdf-unfaithful', 'the field asks for a lock that is not understood');
  return lock;
}

/** The permission (PDF 2.0) that the /Lock of a signed field states, where it can be told. */
export function lockedPermission(doc: PdfDocument, field: PdfDict): 1 | 2 | 3 | undefined {
  const dict = doc.resolve(field.get('Lock'));
  return dict instanceof PdfDict ? lockIn(doc, dict)?.permission : undefined;
}

function lockIn(doc: PdfDocument, dict: PdfDict): FieldLock | undefined {
  const action = doc.resolve(dict.get('Action'));
  const name = action instanceof PdfName ? action.value : '';
  const permission = doc.resolve(dict.get('P'));
  if (permission !== null && permission !== 1 && permission !== 2 && permission !== 3) return undefined;
  const further: Pick<FieldLock, 'permission'> = permission === null ? {} : { permission };
  if (name === 'All') return { action: 'All', fields: [], ...further };
  if (name !== 'Include' && name !== 'Exclude') return undefined;
  const list = doc.resolve(dict.get('Fields'));
  const names = list instanceof PdfArray ? list.items.map((item) => doc.resolve(item)) : [];
  if (!(list instanceof PdfArray) || !names.every((item) => item instanceof PdfString)) return undefined;
  return { action: name, fields: names.map(({ text }) => text), ...further };
}

/** Action, fields and permission as both dictionaries write them. @throws GovError `invalid-argument` */
function lockKeys({ action, fields, permission }: FieldLock): Record<string, PdfObject | undefined> {
  if (!['All', 'Include', 'Exclude'].includes(action))
    throw new GovError('invalid-argument', 'a lock takes All, Include or Exclude');
  if ((action === 'All') !== (fields.length === 0))
    throw new GovError('invalid-argument', 'All names no fields, Include and Exclude name some');
  return {
    Action: new PdfName(action),
    Fields: action === 'All' ? undefined : new PdfArray(fields.map((field) => PdfString.text(field))),
    P: permission,
  };
}

/** /Lock of a new field. */
export const lockDict = (lock: FieldLock): PdfDict =>
  PdfDict.of({ Type: new PdfName('SigFieldLock'), ...lockKeys(lock) });

/** The signature reference (§12.8.1, table 256) that makes a lock hold; /P of the lock stays in the field. */
export function fieldMdp(doc: PdfDocument, lock: FieldLock): PdfDict {
  const { P: _, ...keys } = lockKeys(lock);
  return reference('FieldMDP', { ...keys, V: new PdfName('1.2') }, doc.catalogRef);
}

/** The signature reference of a certification (§12.8.2.2). */
export const docMdp = (permission: 1 | 2 | 3): PdfDict => reference('DocMDP', { P: permission, V: new PdfName('1.2') });

function reference(method: string, parameters: Record<string, PdfObject | undefined>, data?: PdfObject): PdfDict {
  return PdfDict.of({
    Type: new PdfName('SigRef'),
    TransformMethod: new PdfName(method),
    TransformParams: PdfDict.of({ Type: new PdfName('TransformParams'), ...parameters }),
    Data: data,
  });
}

/** Whether a lock means the field of this name (§12.8.2.4): a name stands for all fields below it. */
export function locks({ action, fields }: FieldLock, fieldName: string): boolean {
  const named = fields.some((field) => fieldName === field || fieldName.startsWith(`${field}.`));
  return action === 'All' || (action === 'Include') === named;
}
