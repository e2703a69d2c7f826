import { readDer, Tag } from '@gov/der';
import { sameBytes } from '@gov/sm';

/** Whether two SubjectPublicKeyInfo name one key; the parameters beside an OID differ, NULL or none. @throws GovError `der-malformed` */
export function sameKey(one: Uint8Array, other: Uint8Array): boolean {
  const [a, b] = [keyOf(one), keyOf(other)];
  return a.oid === b.oid && sameBytes(a.key, b.key);
}

function keyOf(spki: Uint8Array): { oid: string; key: Uint8Array } {
  const fields = readDer(spki, { mode: 'lenient' }).children(Tag.sequence);
  const oid = fields.next(Tag.sequence).children().next(Tag.oid).oid();
  return { oid, key: fields.next(Tag.bitString).bitOctets() };
}
