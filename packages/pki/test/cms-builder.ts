import { context, der } from '@gov/der';
import { ATTRIBUTE_TYPE, CONTENT_TYPE } from '@gov/pki/cms';
import { rawToDer, sm3 } from '@gov/sm';
import type { Person } from './cms-world.js';

/** One signer, each field free to be wrong. */
export interface SignerSpec {
  readonly by: Person;
  readonly version?: number;
  readonly identifier?: Uint8Array;
  readonly digestAlgorithm?: Uint8Array;
  /** Attributes, each DER; null: none. */
  readonly attributes?: readonly Uint8Array[] | null;
  /** Leaves the attributes in the order given. */
  readonly unsorted?: true;
  /** Sent in the place of the attributes that were signed. */
  readonly sentAttributes?: readonly Uint8Array[];
  readonly signatureAlgorithm?: Uint8Array;
  /** What is signed where there are no attributes; the content otherwise. */
  readonly signs?: Uint8Array;
  readonly signature?: (raw: Uint8Array) => Uint8Array;
  readonly unsigned?: readonly Uint8Array[];
  readonly after?: Uint8Array;
}

export interface MessageSpec {
  readonly outer?: string;
  readonly version?: number;
  readonly digestAlgorithms?: Uint8Array;
  readonly contentType?: string;
  /** null: detached. */
  readonly content: Uint8Array | null;
  /** DER of what stands as eContent. */
  readonly encapsulated?: Uint8Array;
  readonly certificates?: readonly Uint8Array[] | null;
  readonly crls?: readonly Uint8Array[];
  readonly signers: readonly SignerSpec[];
  readonly after?: Uint8Array;
}

export const attribute = (type: string, ...values: readonly Uint8Array[]): Uint8Array =>
  der.sequence(der.oid(type), der.setOf(...values));
export const contentTypeAttribute = (type: string): Uint8Array => attribute(ATTRIBUTE_TYPE.contentType, der.oid(type));
export const digestAttribute = (digest: Uint8Array): Uint8Array =>
  attribute(ATTRIBUTE_TYPE.messageDigest, der.octetString(digest));
export const timeAttribute = (time: Date): Uint8Array => attribute(ATTRIBUTE_TYPE.signingTime, der.x509Time(time));

export const SM3 = der.sequence(der.oid('1.2.156.10197.1.401'));
const SM2_SIGN = der.sequence(der.oid('1.2.156.10197.1.301.1'));
export const { data: DATA, signedData: SIGNED_DATA } = CONTENT_TYPE.gm;

export const issuerAndSerial = ({ certificate }: Person): Uint8Array =>
  der.sequence(certificate.issuer.bytes, der.integer(certificate.serialNumber));

const tagged = (tag: number, parts: readonly Uint8Array[]): Uint8Array => der.element(tag, ...parts);

export async function signerInfo(spec: SignerSpec, contentType: string, content: Uint8Array): Promise<Uint8Array> {
  const encoded = (tag: number, list: readonly Uint8Array[]): Uint8Array => {
    if (spec.unsorted) return tagged(tag, list);
    const set = der.setOf(...list);
    set[0] = tag;
    return set;
  };
  const attributes =
    spec.attributes === null
      ? undefined
      : (spec.attributes ?? [contentTypeAttribute(contentType), digestAttribute(sm3(content))]);
  const message = attributes === undefined ? (spec.signs ?? content) : encoded(0x31, attributes);
  const raw = await spec.by.signer.sign(message);
  const sent = spec.sentAttributes ?? attributes;
  return der.sequence(
    der.integer(spec.version ?? 1),
    spec.identifier ?? issuerAndSerial(spec.by),
    spec.digestAlgorithm ?? SM3,
    ...(sent === undefined ? [] : [encoded(context(0), sent)]),
    spec.signatureAlgorithm ?? SM2_SIGN,
    der.octetString(spec.signature?.(raw) ?? rawToDer(raw)),
    ...(spec.unsigned === undefined ? [] : [tagged(context(1), spec.unsigned)]),
    ...(spec.after === undefined ? [] : [spec.after]),
  );
}

const essCertId = ({ certificate }: Person): Uint8Array => der.sequence(SM3, der.octetString(sm3(certificate.bytes)));

/** signingCertificateV2 with one value for each person. */
export const signingCertificate = (...people: readonly Person[]): Uint8Array =>
  attribute(
    ATTRIBUTE_TYPE.signingCertificateV2,
    ...people.map((person) => der.sequence(der.sequence(essCertId(person)))),
  );

/** The attributes that there must be. */
export const standard = (content: Uint8Array): Uint8Array[] => [
  contentTypeAttribute(DATA),
  digestAttribute(sm3(content)),
];

/** What is signed instead of the content that was meant. */
export const OTHER = new TextEncoder().encode('other content');

/** What signs is what the message holds, unless a field says otherwise. */
export async function build(spec: MessageSpec, detached: Uint8Array = new Uint8Array(0)): Promise<Uint8Array> {
  const contentType = spec.contentType ?? DATA;
  const content = spec.content ?? detached;
  const certificates = spec.certificates ?? spec.signers.map(({ by }) => by.certificate.bytes);
  const inside = spec.encapsulated ?? (spec.content === null ? undefined : der.octetString(content));
  const signers: Uint8Array[] = [];
  for (const one of spec.signers) signers.push(await signerInfo(one, contentType, content));
  return der.sequence(
    der.oid(spec.outer ?? SIGNED_DATA),
    der.explicit(
      0,
      der.sequence(
        der.integer(spec.version ?? 1),
        spec.digestAlgorithms ?? der.setOf(SM3),
        der.sequence(der.oid(contentType), ...(inside === undefined ? [] : [der.explicit(0, inside)])),
        ...(spec.certificates === null ? [] : [tagged(context(0), certificates)]),
        ...(spec.crls === undefined ? [] : [tagged(context(1), spec.crls)]),
        tagged(0x31, signers),
        ...(spec.after === undefined ? [] : [spec.after]),
      ),
    ),
  );
}
