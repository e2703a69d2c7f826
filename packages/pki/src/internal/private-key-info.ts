/** What a PrivateKeyInfo (PKCS#8, RFC 5958) holds: kind and public key, computed from the private half and compared. */
import { context, contextPrimitive, type DerElement, der, readDer, Tag } from '@gov/der';
import { bytesToHex, readSm2PrivateKey, sameBytes } from '@gov/sm';
import { GovError, isGovError } from '@gov/verdict';

const OID_EC = '1.2.840.10045.2.1';
const OID_RSA = '1.2.840.113549.1.1.1';
const OID_ED25519 = '1.3.101.112';
const OID_SM2 = '1.2.156.10197.1.301';

/** Of an RSA modulus, bits: shorter ones protect nothing, longer ones take seconds to use. */
export const RSA_BITS = { least: 2048, most: 8192 } as const;

const CURVES: Readonly<Record<string, { readonly curve: 'P-256' | 'P-384' | 'P-521'; readonly size: number }>> = {
  '1.2.840.10045.3.1.7': { curve: 'P-256', size: 32 },
  '1.3.132.0.34': { curve: 'P-384', size: 48 },
  '1.3.132.0.35': { curve: 'P-521', size: 66 },
};

export interface PrivateKeyContent {
  readonly kind: 'SM2' | 'RSA' | 'Ed25519' | 'P-256' | 'P-384' | 'P-521';
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  /** PrivateKeyInfo as every WebCrypto imports it, DER, with the public point inside; to be overwritten. */
  readonly pkcs8: Uint8Array;
}

/**
 * @throws GovError `key-malformed`, `key-unsupported` for other algorithms and curves, `key-mismatch` where a stored public key
 *   is not that of the private one
 */
export function readPrivateKeyInfo(info: Uint8Array): Promise<PrivateKeyContent> {
  return asPrivateKey(async () => {
    const named = withNamedCurve(info);
    const fields = readDer(named, { mode: 'lenient' }).children(Tag.sequence);
    const version = fields.next(Tag.integer).smallInteger();
    if (version > 1) throw new GovError('key-malformed', `PrivateKeyInfo version ${version}`);
    const algorithm = fields.next(Tag.sequence).children();
    const oid = algorithm.next(Tag.oid).oid();
    const parameters = algorithm.more ? algorithm.next() : undefined;
    algorithm.end();
    const secret = fields.next(Tag.octetString);
    // Attributes say nothing about the key.
    fields.optional(context(0));
    const outside = version === 1 ? fields.optional(contextPrimitive(1))?.content.subarray(1) : undefined;
    fields.end();
    switch (oid) {
      case OID_RSA:
        return rsa(secret);
      case OID_ED25519:
        return ed25519(secret, outside);
      case OID_EC: {
        const curve = parameters?.tag === Tag.oid ? parameters.oid() : undefined;
        return curve === OID_SM2 ? sm2(named) : ec(secret, curve, outside);
      }
      default:
        throw new GovError('key-unsupported', `private key algorithm ${oid}`);
    }
  });
}

/**
 * PKCS#8 of a key that stands in its own form: ECPrivateKey (SEC1, RFC 5915) or RSAPrivateKey (PKCS#1, RFC 8017 A.1.2); of one
 * that is PKCS#8 already, a copy. An SM2 curve that is written out is named.
 *
 * @throws GovError `key-malformed`, `key-unsupported` for an EC key without its curve, `key-encrypted`
 */
export async function asPkcs8(bytes: Uint8Array): Promise<Uint8Array> {
  return asPrivateKey(async () => {
    const fields = readDer(bytes, { mode: 'lenient' }).children(Tag.sequence);
    const first = fields.next();
    const next = fields.next();
    // EncryptedPrivateKeyInfo begins with an AlgorithmIdentifier instead of a version.
    if (first.tag === Tag.sequence && next.tag === Tag.octetString && !fields.more)
      throw new GovError('key-encrypted', 'the private key is encrypted');
    // Certificates and public keys begin with a SEQUENCE, PKCS#12 and CMS with other versions.
    if (first.tag !== Tag.integer || first.integer() > 1n) throw new GovError('key-unsupported', 'not a private key');
    if (next.tag === Tag.integer)
      return der.sequence(der.integer(0), der.sequence(der.oid(OID_RSA), der.nullValue()), der.octetString(bytes));
    if (next.tag !== Tag.octetString) return withNamedCurve(bytes);
    const curve = fields.optional(context(0))?.inner();
    if (curve === undefined) throw new GovError('key-unsupported', 'an EC key without its curve');
    const algorithm = der.sequence(der.oid(OID_EC), curve.raw);
    return withNamedCurve(der.sequence(der.integer(0), algorithm, der.octetString(bytes)));
  });
}

function sm2(info: Uint8Array): PrivateKeyContent {
  const key = readSm2PrivateKey(info);
  const pkcs8 = key.toPkcs8();
  key.destroy();
  return { kind: 'SM2', publicKey: key.publicKey.toSpki(), pkcs8 };
}

/** A copy, in which the curve of an SM2 key that was written out has its name instead. */
function withNamedCurve(info: Uint8Array): Uint8Array {
  const fields = readDer(info, { mode: 'lenient' }).children(Tag.sequence);
  const version = fields.next(Tag.integer);
  const algorithm = fields.next(Tag.sequence).children();
  const isEc = algorithm.next(Tag.oid).oid() === OID_EC;
  if (!isEc || algorithm.tag !== Tag.sequence || curveOf(algorithm.next()) !== OID_SM2) return info.slice();
  const sec1 = fields.next(Tag.octetString).nested(Tag.sequence).children();
  const kept = [sec1.next(Tag.integer), sec1.next(Tag.octetString)];
  const inside = sec1.optional(context(0))?.inner();
  if (inside !== undefined && curveOf(inside) !== OID_SM2) throw new GovError('key-malformed', 'two curves');
  const key = der.sequence(...[...kept, ...sec1.rest()].map(({ raw }) => raw));
  const named = der.sequence(der.oid(OID_EC), der.oid(OID_SM2));
  return der.sequence(version.raw, named, der.octetString(key), ...fields.rest().map(({ raw }) => raw));
}

/**
 * The OID of a curve that is named, or of SM2's where it is written out number by number (RFC 3279 2.3.5), as a Java program
 * of a real seal product does. All the numbers are compared, the base point too: another one makes another curve.
 */
function curveOf(parameters: DerElement): string | undefined {
  if (parameters.tag !== Tag.sequence) return parameters.tag === Tag.oid ? parameters.oid() : undefined;
  const fields = parameters.children();
  fields.next(Tag.integer);
  const field = fields.next(Tag.sequence).children();
  if (field.next(Tag.oid).oid() !== OID_PRIME_FIELD) return undefined;
  const p = field.next(Tag.integer).integer();
  const curve = fields.next(Tag.sequence).children();
  const [a, b] = [curve.next(Tag.octetString), curve.next(Tag.octetString)].map((octets) =>
    bytesToHex(octets.octets()),
  );
  const base = bytesToHex(fields.next(Tag.octetString).octets());
  const n = fields.next(Tag.integer).integer();
  const cofactor = fields.optional(Tag.integer)?.integer() ?? 1n;
  const found = [p.toString(16), a!.padStart(64, '0'), b!.padStart(64, '0'), n.toString(16), `${cofactor}`];
  return found.join() === SM2_NUMBERS.join() && SM2_BASES.includes(base) ? OID_SM2 : undefined;
}

const OID_PRIME_FIELD = '1.2.840.10045.1.1';

/** p, a, b, n and the cofactor of GB/T 32918.5. */
const SM2_NUMBERS = [
  'fffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffff',
  'fffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffc',
  '28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93',
  'fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123',
  '1',
];

/** G of GB/T 32918.5, compressed and not. */
const SM2_BASES = [
  '0232c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7',
  '0432c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7' +
    'bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0',
];

/** The numbers are the runtime's to check: whoever signs with them compares a signature. */
function rsa(secret: DerElement): PrivateKeyContent {
  const key = secret.nested(Tag.sequence);
  const fields = key.children();
  if (fields.next(Tag.integer).smallInteger() !== 0)
    throw new GovError('key-unsupported', 'an RSA key of several primes');
  const modulus = fields.next(Tag.integer);
  const exponent = fields.next(Tag.integer);
  const bits = modulus.integer().toString(2).length;
  if (bits < RSA_BITS.least || bits > RSA_BITS.most) throw new GovError('key-unsupported', `RSA key of ${bits} bits`);
  for (let rest = 0; rest < 6; rest++) fields.next(Tag.integer);
  fields.end();
  const algorithm = der.sequence(der.oid(OID_RSA), der.nullValue());
  return {
    kind: 'RSA',
    publicKey: der.sequence(algorithm, der.bitString(der.sequence(modulus.raw, exponent.raw))),
    pkcs8: der.sequence(der.integer(0), algorithm, der.octetString(key.raw)),
  };
}

async function ec(
  secret: DerElement,
  curveOid: string | undefined,
  outside: Uint8Array | undefined,
): Promise<PrivateKeyContent> {
  const known = CURVES[curveOid ?? ''];
  if (known === undefined) throw new GovError('key-unsupported', `EC key on the curve ${curveOid ?? 'not named'}`);
  const fields = secret.nested(Tag.sequence).children();
  if (fields.next(Tag.integer).smallInteger() !== 1)
    throw new GovError('key-malformed', 'ECPrivateKey version is not 1');
  const scalar = padded(fields.next(Tag.octetString).octets(), known.size);
  const inside = fields.optional(context(0))?.inner();
  if (inside !== undefined && (inside.tag !== Tag.oid || inside.oid() !== curveOid))
    throw new GovError('key-malformed', 'two curves');
  const stored = fields.optional(context(1))?.inner(Tag.bitString).bitOctets();
  fields.end();

  const { p256, p384, p521 } = await import('@noble/curves/nist.js');
  const curve = { 'P-256': p256, 'P-384': p384, 'P-521': p521 }[known.curve];
  const point = computed(() => curve.getPublicKey(scalar, false));
  for (const other of [stored, outside]) {
    if (other === undefined || sameBytes(other, point)) continue;
    // Some programs store the point compressed.
    if (!sameBytes(other, curve.getPublicKey(scalar, true))) throw mismatch();
  }
  const algorithm = der.sequence(der.oid(OID_EC), der.oid(curveOid!));
  const key = der.sequence(der.integer(1), der.octetString(scalar), der.explicit(1, der.bitString(point)));
  scalar.fill(0);
  const pkcs8 = der.sequence(der.integer(0), algorithm, der.octetString(key));
  key.fill(0);
  return { kind: known.curve, publicKey: der.sequence(algorithm, der.bitString(point)), pkcs8 };
}

/** RFC 8410 7. */
async function ed25519(secret: DerElement, outside: Uint8Array | undefined): Promise<PrivateKeyContent> {
  const seed = secret.nested(Tag.octetString).octets();
  if (seed.length !== 32) throw new GovError('key-malformed', 'private key of the wrong length');
  const { ed25519: curve } = await import('@noble/curves/ed25519.js');
  const point = computed(() => curve.getPublicKey(seed));
  if (outside !== undefined && !sameBytes(outside, point)) throw mismatch();
  const algorithm = der.sequence(der.oid(OID_ED25519));
  return {
    kind: 'Ed25519',
    publicKey: der.sequence(algorithm, der.bitString(point)),
    pkcs8: der.sequence(der.integer(0), algorithm, der.octetString(der.octetString(seed))),
  };
}

/** Some tools drop leading zeros, some keep a sign octet. */
function padded(octets: Uint8Array, size: number): Uint8Array {
  let from = 0;
  while (octets.length - from > size && octets[from] === 0) from++;
  if (octets.length === 0 || octets.length - from > size)
    throw new GovError('key-malformed', 'private key of the wrong length');
  const scalar = new Uint8Array(size);
  scalar.set(octets.subarray(from), size - (octets.length - from));
  return scalar;
}

/** The library's own messages are left out: they may quote the key. */
function computed(run: () => Uint8Array): Uint8Array {
  try {
    return run();
  } catch {
    throw new GovError('key-malformed', 'the private key is not a number of the curve');
  }
}

const mismatch = () => new GovError('key-mismatch', 'the stored public key does not belong to the private key');

async function asPrivateKey<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (isGovError(error) && error.code.startsWith('der-'))
      throw new GovError('key-malformed', `not a private key: ${error.message}`, { cause: error });
    throw error;
  }
}
