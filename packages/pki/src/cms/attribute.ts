/** Attributes of a signer (属性, RFC 5652 5.3): signed ones are covered by the signature, unsigned ones by nothing. */
import { type DerElement, der, readDer, Tag } from '@gov/der';
import { GovError, isGovError } from '@gov/verdict';

export interface CmsAttribute {
  /** OID. */
  readonly type: string;
  /** Each value, DER, as received. */
  readonly values: readonly Uint8Array[];
}

/** Attributes of one signer, and values of one attribute. */
export const CMS_MAX_ATTRIBUTES = 64;

/** Reads `SET OF Attribute`, whatever its tag. */
export function readAttributes(element: DerElement): CmsAttribute[] {
  const attributes: CmsAttribute[] = [];
  for (const set = element.children(); set.more; ) {
    if (attributes.length >= CMS_MAX_ATTRIBUTES)
      throw new GovError('limit-exceeded', `more than ${CMS_MAX_ATTRIBUTES} attributes of one signer`);
    const fields = set.next(Tag.sequence).children();
    const type = fields.next(Tag.oid).oid();
    const values: Uint8Array[] = [];
    for (const list = fields.next(Tag.set).children(); list.more; ) {
      if (values.length >= CMS_MAX_ATTRIBUTES)
        throw new GovError('limit-exceeded', `more than ${CMS_MAX_ATTRIBUTES} values of one attribute`);
      values.push(list.next().raw);
    }
    fields.end();
    attributes.push({ type, values });
  }
  return attributes;
}

/** `Attribute`, DER. */
export const attributeBytes = ({ type, values }: CmsAttribute): Uint8Array =>
  der.sequence(der.oid(type), der.setOf(...values));

/** The attributes of a type. */
export const attributesOf = (attributes: readonly CmsAttribute[], type: string): readonly CmsAttribute[] =>
  attributes.filter((attribute) => attribute.type === type);

/** The one value of the one attribute of a type, read; undefined where there is none, more than one, or it cannot be read so. */
export function singleValue<T>(
  attributes: readonly CmsAttribute[],
  type: string,
  read: (element: DerElement) => T,
): T | undefined {
  const [attribute, second] = attributesOf(attributes, type);
  if (attribute === undefined || second !== undefined || attribute.values.length !== 1) return undefined;
  try {
    return read(readDer(attribute.values[0]!, { mode: 'lenient' }));
  } catch (error) {
    if (isGovError(error)) return undefined;
    throw error;
  }
}

/**
 * Whether signed content reads as signed attributes: a SET that fills it exactly and begins with a SEQUENCE that begins with
 * an OID. A signature over attributes is one over such bytes, so that whoever removes the attributes from a message and
 * puts them in the place of the content has a signature without attributes that verifies. Nobody signs such content.
 *
 * @param head the first `ATTRIBUTES_HEAD` octets, or all there are
 * @param length octets of the whole content
 */
export function readsAsAttributes(head: Uint8Array, length: number): boolean {
  if (head[0] !== Tag.set) return false;
  const outer = lengthAt(head, 1);
  if (outer === undefined || outer.next + outer.value !== length || head[outer.next] !== Tag.sequence) return false;
  const inner = lengthAt(head, outer.next + 1);
  return inner !== undefined && head[inner.next] === Tag.oid;
}

/** Octets that `readsAsAttributes` looks at. */
export const ATTRIBUTES_HEAD = 32;

/** A definite length of any spelling. */
function lengthAt(bytes: Uint8Array, at: number): { readonly value: number; readonly next: number } | undefined {
  const first = bytes[at];
  if (first === undefined || first === 0x80) return undefined;
  if (first < 0x80) return { value: first, next: at + 1 };
  const count = first & 0x7f;
  if (count > 8 || at + count >= bytes.length) return undefined;
  let value = 0;
  for (let i = 1; i <= count; i++) value = value * 256 + bytes[at + i]!;
  return { value, next: at + 1 + count };
}
