/** Reading extensions when they are asked for: most are not. */
import { type DerElement, type DerMode, readDer, Tag } from '@gov/der';
import { GovError, isGovError } from '@gov/verdict';
import type { Certificate } from './certificate.js';
import { type GeneralName, readGeneralName } from './general-name.js';
import { EXTENSION } from './oid.js';

/**
 * What `read` makes of an extension's value; undefined where the certificate has none.
 *
 * @throws GovError `certificate-malformed` where the value is not what the extension's type demands
 */
export function readExtension<T>(
  { extensions }: Pick<Certificate, 'extensions'>,
  oid: string,
  mode: DerMode,
  read: (value: DerElement) => T,
): T | undefined {
  const value = extensions.get(oid)?.value;
  if (value === undefined) return undefined;
  try {
    const element = readDer(value, { mode });
    if (element.end !== value.length) throw new GovError('der-malformed', 'bytes after the value');
    return read(element);
  } catch (error) {
    if (isGovError(error) && error.code.startsWith('der-'))
      throw new GovError('certificate-malformed', `extension ${oid}: ${error.message}`, { cause: error });
    throw error;
  }
}

/** subjectAltName (主体备用名称, RFC 5280 4.2.1.6); none: an empty list. @throws GovError `certificate-malformed` */
export const subjectAltNames = (
  certificate: Pick<Certificate, 'extensions'>,
  mode: DerMode = 'lenient',
): readonly GeneralName[] =>
  readExtension(certificate, EXTENSION.subjectAltName, mode, (value) =>
    someOf(value.children(Tag.sequence).rest()).map(readGeneralName),
  ) ?? [];

/** SEQUENCE SIZE (1..MAX). */
export function someOf(elements: readonly DerElement[]): readonly DerElement[] {
  if (elements.length === 0) throw new GovError('der-malformed', 'empty list');
  return elements;
}
