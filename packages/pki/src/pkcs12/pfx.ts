/** The structure of a PFX (RFC 7292 4): what can be read without the password. */
import { context, contextPrimitive, type DerElement, readDer, Tag } from '@gov/der';
import { berToDer, implicitOctets } from '@gov/der/ber';
import { GovError, isGovError } from '@gov/verdict';
import { PKCS12_LIMITS } from './limits.js';
import { type Mac, readMac } from './mac.js';

export const OID = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  envelopedData: '1.2.840.113549.1.7.3',
  encryptedData: '1.2.840.113549.1.7.6',
  keyBag: '1.2.840.113549.1.12.10.1.1',
  shroudedKeyBag: '1.2.840.113549.1.12.10.1.2',
  certBag: '1.2.840.113549.1.12.10.1.3',
  crlBag: '1.2.840.113549.1.12.10.1.4',
  secretBag: '1.2.840.113549.1.12.10.1.5',
  safeContentsBag: '1.2.840.113549.1.12.10.1.6',
  x509Certificate: '1.2.840.113549.1.9.22.1',
  friendlyName: '1.2.840.113549.1.9.20',
  localKeyId: '1.2.840.113549.1.9.21',
} as const;

/** One ContentInfo of the authenticated safe. */
type Part =
  | { readonly kind: 'plain'; readonly bags: readonly Bag[] }
  | { readonly kind: 'encrypted'; readonly algorithm: DerElement; readonly ciphertext: Uint8Array };

export type Bag = {
  readonly friendlyName?: string;
  readonly localKeyId?: Uint8Array;
} & (
  | { readonly kind: 'key'; readonly info: Uint8Array }
  | { readonly kind: 'shrouded-key'; readonly encrypted: Uint8Array; readonly algorithm: DerElement }
  | { readonly kind: 'certificate'; readonly bytes: Uint8Array }
  | { readonly kind: 'unread'; readonly oid: string }
);

export interface Pfx {
  /** What the authentication code covers. */
  readonly content: Uint8Array;
  readonly mac?: Mac;
  readonly parts: readonly Part[];
  /** Bags so far, those in encrypted parts still to come. */
  readonly count: BagCount;
}

/** @throws GovError `pkcs12-malformed`, `key-unsupported`, `algorithm-unsupported`, `limit-exceeded`, `input-too-large` */
export function readPfx(input: Uint8Array): Pfx {
  if (input.length > PKCS12_LIMITS.bytes)
    throw new GovError('input-too-large', `a PKCS#12 of more than ${PKCS12_LIMITS.bytes} bytes`);
  return asPkcs12(() => {
    const fields = readDer(berToDer(input, { mode: 'lenient' }), { mode: 'lenient' }).children(Tag.sequence);
    const version = fields.next(Tag.integer).integer();
    if (version !== 3n) throw new GovError('pkcs12-malformed', 'a PFX of another version than 3');
    const authSafe = fields.next(Tag.sequence).children();
    const type = authSafe.next(Tag.oid).oid();
    if (type === OID.signedData)
      throw new GovError('key-unsupported', 'a PKCS#12 that is signed instead of authenticated');
    expectOid(type, OID.data);
    const content = authSafe.next(context(0)).inner(Tag.octetString).octets();
    authSafe.end();
    const macData = fields.optional(Tag.sequence);
    fields.end();
    const count = new BagCount();
    const parts = readAuthenticatedSafe(content, count);
    return { content, parts, count, ...(macData === undefined ? {} : { mac: readMac(macData) }) };
  });
}

function readAuthenticatedSafe(content: Uint8Array, count: BagCount): Part[] {
  const parts: Part[] = [];
  for (const list = readBer(content).children(Tag.sequence); list.more; ) {
    if (parts.length === PKCS12_LIMITS.parts)
      throw new GovError('limit-exceeded', `a PKCS#12 of more than ${PKCS12_LIMITS.parts} parts`);
    const info = list.next(Tag.sequence).children();
    const type = info.next(Tag.oid).oid();
    if (type === OID.envelopedData)
      throw new GovError('key-unsupported', 'a PKCS#12 that is encrypted to a certificate');
    const wrapped = info.next(context(0));
    info.end();
    if (type === OID.data) {
      const bags = readSafeContents(wrapped.inner(Tag.octetString).octets(), count);
      parts.push({ kind: 'plain', bags });
    } else {
      expectOid(type, OID.encryptedData);
      parts.push(readEncryptedData(wrapped.inner(Tag.sequence)));
    }
  }
  return parts;
}

/** RFC 2315 13: version, then EncryptedContentInfo. */
function readEncryptedData(element: DerElement): Part {
  const fields = element.children();
  if (fields.next(Tag.integer).integer() > 2n)
    throw new GovError('pkcs12-malformed', 'EncryptedData of another version');
  const content = fields.next(Tag.sequence).children();
  expectOid(content.next(Tag.oid).oid(), OID.data);
  const algorithm = content.next(Tag.sequence);
  const encrypted = content.next();
  if (encrypted.tag !== contextPrimitive(0) && encrypted.tag !== context(0))
    throw new GovError('pkcs12-malformed', 'encrypted content missing');
  content.end();
  // Attributes say nothing about the content.
  fields.optional(context(1));
  fields.end();
  return { kind: 'encrypted', algorithm, ciphertext: implicitOctets(encrypted) };
}

/** Counts bags through a whole file. */
export class BagCount {
  #bags = 0;

  add(): void {
    if (++this.#bags > PKCS12_LIMITS.bags)
      throw new GovError('limit-exceeded', `a PKCS#12 of more than ${PKCS12_LIMITS.bags} bags`);
  }
}

/** The bags of SafeContents (4.2), those within nested ones among them. @throws GovError `pkcs12-malformed`, `limit-exceeded` */
export function readSafeContents(bytes: Uint8Array, count: BagCount): Bag[] {
  return asPkcs12(() => readBags(readBer(bytes), count, 1));
}

function readBags(contents: DerElement, count: BagCount, depth: number): Bag[] {
  if (depth > PKCS12_LIMITS.depth)
    throw new GovError('limit-exceeded', `safe contents nested deeper than ${PKCS12_LIMITS.depth}`);
  const bags: Bag[] = [];
  for (const list = contents.children(Tag.sequence); list.more; ) {
    count.add();
    const fields = list.next(Tag.sequence).children();
    const oid = fields.next(Tag.oid).oid();
    const value = fields.next(context(0)).inner();
    const attributes = readAttributes(fields.optional(Tag.set));
    fields.end();
    if (oid === OID.safeContentsBag) bags.push(...readBags(value, count, depth + 1));
    else bags.push({ ...attributes, ...readBag(oid, value) });
  }
  return bags;
}

function readBag(oid: string, value: DerElement): Bag {
  switch (oid) {
    case OID.keyBag:
      return { kind: 'key', info: value.expect(Tag.sequence).raw };
    case OID.shroudedKeyBag: {
      const fields = value.children(Tag.sequence);
      const algorithm = fields.next(Tag.sequence);
      fields.next(Tag.octetString);
      fields.end();
      return { kind: 'shrouded-key', encrypted: value.raw, algorithm };
    }
    case OID.certBag: {
      const fields = value.children(Tag.sequence);
      const type = fields.next(Tag.oid).oid();
      const wrapped = fields.next(context(0)).inner();
      fields.end();
      if (type !== OID.x509Certificate) return { kind: 'unread', oid: type };
      return { kind: 'certificate', bytes: wrapped.octets() };
    }
    case OID.crlBag:
    case OID.secretBag:
      return { kind: 'unread', oid };
    default:
      throw new GovError('pkcs12-malformed', `a bag of the unknown type ${oid}`);
  }
}

/** RFC 2985 5.5; others say nothing here. */
function readAttributes(set: DerElement | undefined): Pick<Bag, 'friendlyName' | 'localKeyId'> {
  const read: { friendlyName?: string; localKeyId?: Uint8Array } = {};
  if (set === undefined) return read;
  for (const list = set.children(); list.more; ) {
    const fields = list.next(Tag.sequence).children();
    const oid = fields.next(Tag.oid).oid();
    const [first] = fields.next(Tag.set).children().rest();
    fields.end();
    if (oid === OID.friendlyName && first !== undefined) read.friendlyName = first.text();
    if (oid === OID.localKeyId && first !== undefined) read.localKeyId = first.octets().slice();
  }
  return read;
}

const readBer = (bytes: Uint8Array): DerElement => readDer(berToDer(bytes, { mode: 'lenient' }), { mode: 'lenient' });

function expectOid(found: string, expected: string): void {
  if (found !== expected) throw new GovError('pkcs12-malformed', `content type ${found} instead of ${expected}`);
}

/** Whatever is wrong with the structure, the caller asked for a PKCS#12. */
export function asPkcs12<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (isGovError(error) && error.code.startsWith('der-'))
      throw new GovError('pkcs12-malformed', `not a PKCS#12: ${error.message}`, { cause: error });
    throw error;
  }
}
