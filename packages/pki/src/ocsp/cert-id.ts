/** How OCSP names a certificate (CertID, RFC 6960 4.1.1): by digests of its issuer's name and key, and its serial number. */
import { type DerElement, der, readDer, Tag } from '@gov/der';
import { sameBytes, sm3 } from '@gov/sm';
import { GovError } from '@gov/verdict';
import { readAlgorithm } from '../algorithm.js';
import type { Certificate } from '../certificate.js';

/** The hash of a CertID by its OID; GM/T 0014 and national responders use SM3, RFC 5019 SHA-1. */
const HASHES = {
  SM3: '1.2.156.10197.1.401',
  'SHA-1': '1.3.14.3.2.26',
  'SHA-256': '2.16.840.1.101.3.4.2.1',
} as const;

export type CertIdHash = keyof typeof HASHES;

/** CertID (证书标识) */
export interface CertId {
  /** As received, DER. */
  readonly bytes: Uint8Array;
  /** OID of the hash. */
  readonly hashAlgorithm: string;
  readonly issuerNameHash: Uint8Array;
  readonly issuerKeyHash: Uint8Array;
  readonly serialNumber: bigint;
}

/** What a CertID takes from an issuer. */
type Issuer = Pick<Certificate, 'subject' | 'publicKey'>;

/** @throws GovError `backend-unavailable` for SHA where the runtime has no WebCrypto */
export async function createCertId(issuer: Issuer, serialNumber: bigint, hash: CertIdHash): Promise<CertId> {
  const hashAlgorithm = HASHES[hash];
  const { issuerNameHash, issuerKeyHash } = await issuerHashes(issuer, hash);
  const bytes = der.sequence(
    der.sequence(der.oid(hashAlgorithm), der.nullValue()),
    der.octetString(issuerNameHash),
    der.octetString(issuerKeyHash),
    der.integer(serialNumber),
  );
  return { bytes, hashAlgorithm, issuerNameHash, issuerKeyHash, serialNumber };
}

export function readCertId(element: DerElement): CertId {
  const fields = element.children(Tag.sequence);
  const hashAlgorithm = readAlgorithm(fields.next(Tag.sequence));
  const issuerNameHash = fields.next(Tag.octetString).octets();
  const issuerKeyHash = fields.next(Tag.octetString).octets();
  const serialNumber = fields.next(Tag.integer).integer();
  fields.end();
  return { bytes: element.raw, hashAlgorithm, issuerNameHash, issuerKeyHash, serialNumber };
}

/** Whether a CertID means this issuer; false for a hash that is not known here. */
export async function isOfIssuer(id: CertId, issuer: Issuer): Promise<boolean> {
  const hash = (Object.keys(HASHES) as CertIdHash[]).find((name) => HASHES[name] === id.hashAlgorithm);
  if (hash === undefined) return false;
  const { issuerNameHash, issuerKeyHash } = await issuerHashes(issuer, hash);
  return sameBytes(id.issuerNameHash, issuerNameHash) && sameBytes(id.issuerKeyHash, issuerKeyHash);
}

/** KeyHash of a ResponderID (RFC 6960 4.2.1): SHA-1 whatever else is used. */
export const responderKeyHash = (publicKey: Uint8Array): Promise<Uint8Array> => digest('SHA-1', keyBits(publicKey));

async function issuerHashes({ subject, publicKey }: Issuer, hash: CertIdHash) {
  return {
    issuerNameHash: await digest(hash, subject.bytes),
    issuerKeyHash: await digest(hash, keyBits(publicKey)),
  };
}

/** Content of the BIT STRING in an SPKI, without the octet of unused bits. */
function keyBits(publicKey: Uint8Array): Uint8Array {
  const fields = readDer(publicKey, { mode: 'lenient' }).children(Tag.sequence);
  fields.next(Tag.sequence);
  return fields.next(Tag.bitString).bitOctets();
}

async function digest(hash: CertIdHash, bytes: Uint8Array): Promise<Uint8Array> {
  if (hash === 'SM3') return sm3(bytes);
  const subtle = globalThis.crypto?.subtle;
  if (subtle === undefined) throw new GovError('backend-unavailable', 'this runtime has no WebCrypto');
  return new Uint8Array(await subtle.digest(hash, Uint8Array.from(bytes)));
}
