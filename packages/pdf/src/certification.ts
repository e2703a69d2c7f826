/** Certification (认证签名, DocMDP, ISO 32000-2 §12.8.2.2): what an author permits to happen to the document afterwards. */
import type { PdfDocument } from './document.js';
import { isName, PdfArray, PdfDict } from './object.js';

/**
 * The permission of the document's certification: 1 nothing, 2 filling forms and signing, 3 annotating too; undefined where
 * the document is not certified.
 */
export function certificationOf(doc: PdfDocument): 1 | 2 | 3 | undefined {
  const permissions = doc.resolve(doc.catalog.get('Perms'));
  const signature = permissions instanceof PdfDict ? doc.resolve(permissions.get('DocMDP')) : null;
  return signature instanceof PdfDict ? permissionOf(doc, signature) : undefined;
}

/** The DocMDP permission that a signature dictionary states. */
export function permissionOf(doc: PdfDocument, signature: PdfDict): 1 | 2 | 3 | undefined {
  const references = doc.resolve(signature.get('Reference'));
  if (!(references instanceof PdfArray)) return undefined;
  for (const item of references.items) {
    const reference = doc.resolve(item);
    if (!(reference instanceof PdfDict) || !isName(doc.resolve(reference.get('TransformMethod')), 'DocMDP')) continue;
    const parameters = doc.resolve(reference.get('TransformParams'));
    const level = parameters instanceof PdfDict ? doc.resolve(parameters.get('P')) : null;
    return level === 1 || level === 3 ? level : 2;
  }
  return undefined;
}
