/** The name that a timestamp authority gives itself in a token. */
import { context, readDer, Tag } from '@gov/der';
import { sameBytes } from '@gov/sm';
import { isGovError } from '@gov/verdict';
import type { Certificate } from '../certificate.js';
import { readName, sameName } from '../name.js';
import { EXTENSION } from '../oid.js';

/** Whether a GeneralName (DER) is the subject of the certificate, or one of its alternative names (RFC 3161 2.4.2, tsa). */
export function isNameOf(generalName: Uint8Array, { subject, extensions }: Certificate): boolean {
  try {
    const element = readDer(generalName, { mode: 'lenient' });
    if (element.tag === context(4) && sameName(readName(element.inner(Tag.sequence)), subject)) return true;
    const alternatives = extensions.get(EXTENSION.subjectAltName)?.value;
    return (
      alternatives !== undefined &&
      readDer(alternatives, { mode: 'lenient' })
        .children(Tag.sequence)
        .rest()
        .some(({ raw }) => sameBytes(raw, generalName))
    );
  } catch (error) {
    if (isGovError(error)) return false;
    throw error;
  }
}
