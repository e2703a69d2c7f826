/** GeneralName (RFC 5280 4.2.1.6): the names of subjectAltName, name constraints and distribution points. */
import { context, contextPrimitive, type DerElement, Tag } from '@gov/der';
import { GovError } from '@gov/verdict';
import { type DistinguishedName, readName } from './name.js';

/** The forms by their names in the standard; those whose value is of no use here keep their bytes. */
export type GeneralName =
  | { readonly form: 'rfc822Name' | 'dNSName' | 'uniformResourceIdentifier'; readonly value: string }
  | { readonly form: 'directoryName'; readonly value: DistinguishedName }
  /** 4 or 16 octets; of a name constraint 8 or 32: address and mask */
  | { readonly form: 'iPAddress'; readonly value: Uint8Array }
  | { readonly form: 'registeredID'; readonly value: string }
  /** `type`: OID; `value`: DER of what stands in the [0] */
  | { readonly form: 'otherName'; readonly type: string; readonly value: Uint8Array }
  /** `value`: the whole element, DER */
  | { readonly form: 'x400Address' | 'ediPartyName'; readonly value: Uint8Array };

export type GeneralNameForm = GeneralName['form'];

const TEXT_FORMS = { 1: 'rfc822Name', 2: 'dNSName', 6: 'uniformResourceIdentifier' } as const;

/** @throws GovError `der-malformed` */
export function readGeneralName(element: DerElement): GeneralName {
  switch (element.tag) {
    case contextPrimitive(1):
    case contextPrimitive(2):
    case contextPrimitive(6):
      return { form: TEXT_FORMS[(element.tag & 0x1f) as 1 | 2 | 6], value: element.as(Tag.ia5String).text() };
    case context(0): {
      const fields = element.children();
      const type = fields.next(Tag.oid).oid();
      const { raw } = fields.next(context(0)).inner();
      fields.end();
      return { form: 'otherName', type, value: raw };
    }
    case context(3):
      return { form: 'x400Address', value: element.raw };
    case context(4):
      return { form: 'directoryName', value: readName(element.inner(Tag.sequence)) };
    case context(5):
      return { form: 'ediPartyName', value: element.raw };
    case contextPrimitive(7):
      return { form: 'iPAddress', value: element.content };
    case contextPrimitive(8):
      return { form: 'registeredID', value: element.as(Tag.oid).oid() };
    default:
      throw new GovError('der-malformed', `no GeneralName at offset ${element.start}`);
  }
}
