/**
 * The attributes signingCertificate (RFC 2634 5.4) and signingCertificateV2 (RFC 5035 3): which certificate the signer
 * meant, so that another one for the same key cannot be put in its place. A timestamp must carry one of them.
 */
import { context, type DerElement, der, readDer, Tag } from '@gov/der';
import { type SignatureAlgorithm, sameBytes } from '@gov/sm';
import { isGovError } from '@gov/verdict';
import type { Certificate } from '../certificate.js';
import { ATTRIBUTE_TYPE, digestName, digestOid } from '../cms/algorithm.js';
import { digestOf } from '../internal/running-digest.js';
import { readName, sameName } from '../name.js';

/** Attribute value: ESSCertIDv2 of one certificate, with the digest that the signer's algorithm uses. */
export function writeSigningCertificateV2(certificate: Certificate, algorithm: SignatureAlgorithm): Uint8Array {
  const hash = algorithm === 'SM2-SM3' ? 'SM3' : 'SHA-256';
  const digest = der.octetString(digestOf(hash, certificate.bytes));
  // SHA-256 is the DEFAULT, which DER leaves out.
  const identifier = hash === 'SHA-256' ? [] : [der.sequence(der.oid(digestOid(hash)))];
  return der.sequence(der.sequence(der.sequence(...identifier, digest)));
}

/** Whether the value of either attribute names this certificate in its first place; false for what cannot be read. */
export async function namesCertificate(
  attribute: string,
  value: Uint8Array,
  certificate: Certificate,
): Promise<boolean> {
  try {
    const element = readDer(value, { mode: 'lenient' });
    // The certificates that may stand behind the first, and policies, restrict the path and not the signer.
    const first = element.children(Tag.sequence).next(Tag.sequence).children().next(Tag.sequence);
    const fields = first.children();
    const version2 = attribute === ATTRIBUTE_TYPE.signingCertificateV2;
    const identifier = version2 ? fields.optional(Tag.sequence) : undefined;
    const hash = digestName(identifier?.children().next(Tag.oid).oid() ?? digestOid('SHA-256'));
    const digest = fields.next(Tag.octetString).octets();
    const issuerSerial = fields.optional(Tag.sequence);
    fields.end();
    return (
      hash !== undefined &&
      sameBytes(digest, version2 ? digestOf(hash, certificate.bytes) : await sha1(certificate.bytes)) &&
      (issuerSerial === undefined || namesIssuer(issuerSerial, certificate))
    );
  } catch (error) {
    if (isGovError(error)) return false;
    throw error;
  }
}

/** IssuerSerial: the issuer as the only GeneralName, a directoryName, and the serial number. */
function namesIssuer(element: DerElement, certificate: Certificate): boolean {
  const fields = element.children();
  const issuer = readName(fields.next(Tag.sequence).inner(context(4)).inner(Tag.sequence));
  const serialNumber = fields.next(Tag.integer).integer();
  fields.end();
  return sameName(issuer, certificate.issuer) && serialNumber === certificate.serialNumber;
}

/** What the older attribute is bound to; forging it takes a second certificate of the same digest, not two of one's own. */
const sha1 = async (bytes: Uint8Array): Promise<Uint8Array> =>
  new Uint8Array(await crypto.subtle.digest('SHA-1', Uint8Array.from(bytes)));
