/** What earlier signatures let a further one do (ISO 32000-2 §12.8.2.2, §12.8.2.4): asked before anything is signed. */
import { GovError } from '@gov/verdict';
import { certificationOf } from './certification.js';
import type { PdfDocument } from './document.js';
import { type FieldLock, fieldLocksOf, lockedPermission, locks } from './field-lock.js';
import { PdfDict } from './object.js';
import { listedSignatures, signaturesOf } from './signature.js';

/** What a new signature would be. */
interface SigningIntent {
  readonly type?: 'Sig' | 'DocTimeStamp';
  readonly certify?: 1 | 2 | 3;
  readonly lock?: FieldLock;
}

/**
 * @throws GovError `pdf-certified` where a certification permits no change, or a certification is asked for that is not the
 *   first; `pdf-signed` where a certification is asked for and the document is signed; `pdf-field-locked` where an earlier
 *   signature locks the field; `invalid-argument` for a document timestamp that certifies or locks
 */
export function assertSigningPermitted(
  doc: PdfDocument,
  fieldName: string,
  { type = 'Sig', certify, lock }: SigningIntent,
): void {
  if (certify !== undefined && ![1, 2, 3].includes(certify))
    throw new GovError('invalid-argument', 'a certification is 1, 2 or 3');
  if (type === 'DocTimeStamp') {
    if (certify !== undefined || lock !== undefined)
      throw new GovError('invalid-argument', 'a document timestamp neither certifies nor locks');
    // §12.8.2.2, table 257: a document timestamp is no change in this sense.
    return;
  }
  const certification = certificationOf(doc);
  if (certification === 1) throw new GovError('pdf-certified', 'the certification of the document permits no change');
  const signatures = certify === undefined ? listedSignatures(doc) : signaturesOf(doc);
  if (certify !== undefined) {
    if (certification !== undefined) throw new GovError('pdf-certified', 'the document is certified already');
    if (signatures.length > 0)
      throw new GovError('pdf-signed', 'the document is signed already: a certification is its first signature');
  }
  for (const { dict, fieldRef, fieldName: by } of signatures) {
    const field = doc.resolve(fieldRef);
    if (field instanceof PdfDict && lockedPermission(doc, field) === 1)
      throw new GovError('pdf-certified', `the signature ${by} permits no change`);
    if (fieldLocksOf(doc, dict).some((earlier) => locks(earlier, fieldName)))
      throw new GovError('pdf-field-locked', `the signature ${by} locks the field ${fieldName}`);
  }
}
