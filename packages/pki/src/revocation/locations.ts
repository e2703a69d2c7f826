/** Where a certificate says that its revocation data is (RFC 5280 4.2.1.13 and 4.2.2.1). */
import { context, contextPrimitive, type DerElement, readDer, Tag } from '@gov/der';
import { isGovError } from '@gov/verdict';
import type { Certificate } from '../certificate.js';
import { readExtension } from '../extension.js';
import { ACCESS, EXTENSION } from '../oid.js';

const URI = contextPrimitive(6);

/** GeneralNames (DER each) of the distribution points for complete lists of the certificate's own issuer. */
export const distributionPointNames = (certificate: Certificate): readonly Uint8Array[] =>
  namesIn(certificate, EXTENSION.crlDistributionPoints, (fields) => {
    const name = fields.optional(context(0))?.inner();
    // What follows makes it a list for some reasons, or of another issuer.
    return fields.more || name?.tag !== context(0) ? [] : name.children().rest();
  });

/** URLs of the distribution points, as they are written. */
export const crlLocations = (certificate: Certificate): readonly string[] =>
  distributionPointNames(certificate).flatMap(uriOf);

/** URLs of the responders in authorityInfoAccess, as they are written. */
export const ocspLocations = (certificate: Certificate): readonly string[] =>
  namesIn(certificate, EXTENSION.authorityInfoAccess, (fields) =>
    fields.next(Tag.oid).oid() === ACCESS.ocsp ? [fields.next()] : [],
  ).flatMap(uriOf);

const uriOf = (generalName: Uint8Array): string[] =>
  generalName[0] === URI ? [new TextDecoder('latin1').decode(readDer(generalName, { mode: 'lenient' }).content)] : [];

/** An extension that cannot be read names nothing; what a certificate must be like is judged elsewhere. */
function namesIn(
  certificate: Certificate,
  oid: string,
  names: (fields: ReturnType<DerElement['children']>) => readonly DerElement[],
): readonly Uint8Array[] {
  try {
    return (
      readExtension(certificate, oid, 'lenient', (value) =>
        value
          .children(Tag.sequence)
          .rest()
          .flatMap((item) => names(item.children(Tag.sequence)))
          .map(({ raw }) => raw),
      ) ?? []
    );
  } catch (error) {
    if (isGovError(error)) return [];
    throw error;
  }
}
