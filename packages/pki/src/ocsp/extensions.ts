/** Extensions of OCSP requests and responses. */
import { type DerElement, Tag } from '@gov/der';
import { GovError } from '@gov/verdict';
import { readExtensionList } from '../internal/extension-list.js';

/** By OID; of a critical one that is not among `known` nothing is read. @throws GovError `ocsp-unsupported`, `der-malformed` */
export function readOcspExtensions(
  wrapped: DerElement | undefined,
  known: readonly string[],
): ReadonlyMap<string, DerElement> {
  const extensions = new Map<string, DerElement>();
  for (const [oid, { critical, value }] of readExtensionList(wrapped)) {
    if (critical && !known.includes(oid)) throw new GovError('ocsp-unsupported', `critical extension ${oid}`);
    extensions.set(oid, value);
  }
  return extensions;
}

/** Size of a nonce, octets (RFC 9654 2.1). */
export const OCSP_NONCE_MAX = 128;

/** The octets inside the inner OCTET STRING. */
export function readNonce(value: DerElement): Uint8Array {
  const octets = value.nested(Tag.octetString).octets();
  if (octets.length === 0 || octets.length > OCSP_NONCE_MAX) {
    throw new GovError('der-malformed', `nonce of ${octets.length} octets`);
  }
  return octets;
}
