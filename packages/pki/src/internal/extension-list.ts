/** Extensions (RFC 5280 4.1.2.9) as CRLs, their entries and OCSP carry them. */
import { type DerElement, Tag } from '@gov/der';
import { GovError } from '@gov/verdict';

interface ListedExtension {
  readonly critical: boolean;
  /** The OCTET STRING. */
  readonly value: DerElement;
}

/** By OID, in the order of the encoding; of nothing, none. @throws GovError `der-malformed`, also for one that stands there twice */
export function readExtensionList(wrapped: DerElement | undefined): ReadonlyMap<string, ListedExtension> {
  const extensions = new Map<string, ListedExtension>();
  for (const list = wrapped?.children(Tag.sequence); list?.more === true; ) {
    const fields = list.next(Tag.sequence).children();
    const oid = fields.next(Tag.oid).oid();
    const flag = fields.optional(Tag.boolean);
    const critical = flag?.boolean() ?? false;
    if (flag !== undefined && !critical) flag.defaultEncoded();
    const value = fields.next(Tag.octetString);
    fields.end();
    if (extensions.has(oid)) throw new GovError('der-malformed', `extension ${oid} twice`);
    extensions.set(oid, { critical, value });
  }
  return extensions;
}
