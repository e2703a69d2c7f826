/** The byte forms of an SM2 key: SPKI (RFC 5480), PKCS#8 (RFC 5208) and SEC1 (RFC 5915) on the curve of GB/T 32918.5. */
import { context, contextPrimitive, type DerElement, Tag } from '@gov/der';
import * as der from '@gov/der/writer';
import { GovError } from '@gov/verdict';

const OID_EC_PUBLIC_KEY = '1.2.840.10045.2.1';
const OID_SM2_CURVE = '1.2.156.10197.1.301';

const ALGORITHM = der.sequence(der.oid(OID_EC_PUBLIC_KEY), der.oid(OID_SM2_CURVE));

/** SubjectPublicKeyInfo of an uncompressed point (65 octets). */
export const encodeSpki = (point: Uint8Array): Uint8Array => der.sequence(ALGORITHM, der.bitString(point));

/** ECPrivateKey; the curve is left out where the wrapping already names it. */
export const encodeSec1 = (scalar: Uint8Array, point?: Uint8Array, withCurve = true): Uint8Array =>
  der.sequence(
    der.integer(1),
    der.octetString(scalar),
    ...(withCurve ? [der.explicit(0, der.oid(OID_SM2_CURVE))] : []),
    ...(point === undefined ? [] : [der.explicit(1, der.bitString(point))]),
  );

/** PrivateKeyInfo. */
export const encodePkcs8 = (scalar: Uint8Array, point?: Uint8Array): Uint8Array =>
  der.sequence(der.integer(0), ALGORITHM, der.octetString(encodeSec1(scalar, point, false)));

/** The point's octets, still unchecked. @throws GovError `key-unsupported` for another algorithm or curve */
export function decodeSpki(element: DerElement): Uint8Array {
  const fields = element.children(Tag.sequence);
  expectSm2(fields.next(Tag.sequence));
  const point = fields.next(Tag.bitString).bitOctets();
  fields.end();
  return point;
}

interface DecodedPrivateKey {
  /** 32 octets */
  readonly scalar: Uint8Array;
  /** As stored beside the scalar; to be compared with the one that the scalar gives. */
  readonly points: readonly Uint8Array[];
}

/** SEC1 or PKCS#8 (RFC 5208, and RFC 5958 with a public key), told apart by what follows the version number. @throws GovError `key-unsupported`, `key-malformed`, `der-malformed` */
export function decodePrivateKey(element: DerElement): DecodedPrivateKey {
  const fields = element.children(Tag.sequence);
  // EncryptedPrivateKeyInfo begins with an AlgorithmIdentifier instead of a version.
  if (fields.tag === Tag.sequence) throw new GovError('key-encrypted', 'the private key is encrypted');
  const version = fields.next(Tag.integer).smallInteger();
  if (version === 1 && fields.tag === Tag.octetString) return decodeSec1(element, true);
  // RSAPrivateKey and DSAPrivateKey go on with an INTEGER.
  if (fields.tag === Tag.integer) throw new GovError('key-unsupported', 'not an SM2 key');
  if (version > 1) throw new GovError('key-malformed', `PrivateKeyInfo version ${version}`);
  expectSm2(fields.next(Tag.sequence));
  const { scalar, points } = decodeSec1(fields.next(Tag.octetString).nested(), false);
  // Attributes say nothing about the key.
  fields.optional(context(0));
  const outside = version === 1 ? fields.optional(contextPrimitive(1)) : undefined;
  fields.end();
  // [1] IMPLICIT BIT STRING: the octet of unused bits in front
  return { scalar, points: outside === undefined ? points : [...points, outside.content.subarray(1)] };
}

function decodeSec1(element: DerElement, needsCurve: boolean): DecodedPrivateKey {
  const fields = element.children(Tag.sequence);
  if (fields.next(Tag.integer).smallInteger() !== 1)
    throw new GovError('key-malformed', 'ECPrivateKey version is not 1');
  const octets = fields.next(Tag.octetString).octets();
  const parameters = fields.optional(context(0))?.inner();
  // A curve written out instead of named is not looked at.
  const curve = parameters?.tag === Tag.sequence ? 'in full' : parameters?.oid();
  if (curve === undefined ? needsCurve : curve !== OID_SM2_CURVE) {
    throw new GovError('key-unsupported', `not an SM2 key: curve ${curve ?? 'missing'}`);
  }
  const point = fields.optional(context(1))?.inner(Tag.bitString).bitOctets();
  fields.end();
  if (octets.length === 0 || octets.length > 33) throw new GovError('key-malformed', 'private key of the wrong length');
  const scalar = new Uint8Array(32);
  // Some tools drop leading zeros, some keep a sign octet.
  const significant = octets.length === 33 && octets[0] === 0 ? octets.subarray(1) : octets;
  if (significant.length > 32) throw new GovError('key-malformed', 'private key of the wrong length');
  scalar.set(significant, 32 - significant.length);
  return { scalar, points: point === undefined ? [] : [point] };
}

function expectSm2(algorithm: DerElement): void {
  const fields = algorithm.children(Tag.sequence);
  const name = fields.next(Tag.oid).oid();
  const named = fields.optional(Tag.oid)?.oid();
  // Parameters of other algorithms; a curve written out, or implied (RFC 3279 2.3.5).
  if (named === undefined && fields.tag !== undefined) fields.next();
  fields.end();
  if (name !== OID_EC_PUBLIC_KEY || named !== OID_SM2_CURVE) {
    throw new GovError('key-unsupported', `not an SM2 key: algorithm ${name}, curve ${named ?? 'none'}`);
  }
}
