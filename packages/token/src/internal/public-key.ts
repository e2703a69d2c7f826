/** Public keys by their numbers: what makes one sound, and SubjectPublicKeyInfo (RFC 5280 4.1.2.7, RFC 5480, RFC 8017, RFC 8410). */
import { type DerElement, der, readDer, Tag } from '@gov/der';
import { bytesToHex, readSm2PublicKey, type Sm2PublicKey } from '@gov/sm';
import { GovError, isGovError } from '@gov/verdict';

export type EcCurve = 'SM2' | 'P-256' | 'P-384' | 'P-521';

/** All octets unsigned, big-endian; coordinates of the full length of the field. */
export type PublicKey =
  | { readonly kind: EcCurve; readonly x: Uint8Array; readonly y: Uint8Array }
  | { readonly kind: 'RSA'; readonly n: Uint8Array; readonly e: Uint8Array }
  | { readonly kind: 'Ed25519'; readonly x: Uint8Array };

/** RSA keys that are taken: bits of the modulus, octets of the public exponent. A long exponent costs whoever verifies. */
export const RSA_LIMITS = { minBits: 2048, maxBits: 8192, exponentOctets: 8 } as const;

/** Octets of a coordinate. */
export const FIELD_OCTETS: Readonly<Record<EcCurve, number>> = { SM2: 32, 'P-256': 32, 'P-384': 48, 'P-521': 66 };

/** SEC 2: p, and b of y² = x³ − 3x + b. The order is prime, so that any point but infinity is as good as another. */
const PRIME_CURVES: Readonly<Record<Exclude<EcCurve, 'SM2'>, { readonly p: bigint; readonly b: bigint }>> = {
  'P-256': {
    p: 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn,
    b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
  },
  'P-384': {
    p: 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffffn,
    b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
  },
  'P-521': {
    p: (1n << 521n) - 1n,
    b: 0x51953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00n,
  },
};

const numberOf = (octets: Uint8Array): bigint => BigInt(`0x${bytesToHex(octets)}`);

/** What is wrong with a key; undefined where nothing is. */
export function publicKeyProblem(key: PublicKey): string | undefined {
  if (key.kind === 'RSA') return rsaProblem(key.n, key.e);
  if (key.kind === 'Ed25519') return isEd25519Point(key.x) ? undefined : 'no Ed25519 key';
  const size = FIELD_OCTETS[key.kind];
  if (key.x.length !== size || key.y.length !== size) return `a coordinate that is not of ${size} octets`;
  return isOnCurve(key.kind, key.x, key.y) ? undefined : 'a point that is not on its curve';
}

function isOnCurve(kind: EcCurve, x: Uint8Array, y: Uint8Array): boolean {
  if (kind === 'SM2') return sm2KeyOf(x, y) !== undefined;
  const { p, b } = PRIME_CURVES[kind];
  const [u, v] = [numberOf(x), numberOf(y)];
  return u < p && v < p && (v * v - (u * u * u - 3n * u + b)) % p === 0n;
}

/** Undefined where it is no point of the curve. */
export function sm2KeyOf(x: Uint8Array, y: Uint8Array): Sm2PublicKey | undefined {
  try {
    return readSm2PublicKey(Uint8Array.of(...x, ...y));
  } catch (error) {
    if (isGovError(error)) return undefined;
    throw error;
  }
}

function rsaProblem(n: Uint8Array, e: Uint8Array): string | undefined {
  if (n[0] === 0 || e[0] === 0 || n.length === 0 || e.length === 0) return 'a number with zeros before it';
  const { minBits, maxBits, exponentOctets } = RSA_LIMITS;
  const bits = n.length * 8 - (Math.clz32(n[0]!) - 24);
  if (bits < minBits || bits > maxBits) return `RSA of ${bits} bits; ${minBits} to ${maxBits} are taken`;
  if (n[n.length - 1]! % 2 === 0) return 'an even RSA modulus';
  if (e.length > exponentOctets) return `an RSA exponent of more than ${exponentOctets} octets`;
  if (e[e.length - 1]! % 2 === 0 || numberOf(e) < 3n) return 'an RSA exponent that is even or 1';
  return undefined;
}

const ED25519_P = (1n << 255n) - 19n;
const ED25519_D = 0x52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3n;
/** y of the eight points of small order, ± of the last two aside: under such a key anybody can sign. */
const SMALL_ORDER_Y: readonly bigint[] = [
  0n,
  1n,
  ED25519_P - 1n,
  0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n,
  0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n,
];

/** RFC 8032 5.1.3: y below p, and (y² − 1) / (dy² + 1) a square; not a point of small order. */
function isEd25519Point(octets: Uint8Array): boolean {
  if (octets.length !== 32) return false;
  const y = numberOf(octets.toReversed()) & ((1n << 255n) - 1n);
  if (y >= ED25519_P || SMALL_ORDER_Y.includes(y)) return false;
  const squared = (y * y) % ED25519_P;
  // u/v is a square just where u·v is one.
  const product = ((squared - 1n) * (ED25519_D * squared + 1n)) % ED25519_P;
  return power(product, (ED25519_P - 1n) / 2n) === 1n;
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = base;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % ED25519_P;
    square = (square * square) % ED25519_P;
  }
  return result;
}

const EC_PUBLIC_KEY = '1.2.840.10045.2.1';
const RSA_ENCRYPTION = '1.2.840.113549.1.1.1';
const ED25519 = '1.3.101.112';
export const CURVE_OIDS: Readonly<Record<EcCurve, string>> = {
  SM2: '1.2.156.10197.1.301',
  'P-256': '1.2.840.10045.3.1.7',
  'P-384': '1.3.132.0.34',
  'P-521': '1.3.132.0.35',
};

/** SubjectPublicKeyInfo, DER. */
export function encodeSpki(key: PublicKey): Uint8Array {
  switch (key.kind) {
    case 'RSA':
      return spki(
        [der.oid(RSA_ENCRYPTION), der.nullValue()],
        der.sequence(der.unsignedInteger(key.n), der.unsignedInteger(key.e)),
      );
    case 'Ed25519':
      return spki([der.oid(ED25519)], key.x);
    default:
      return spki([der.oid(EC_PUBLIC_KEY), der.oid(CURVE_OIDS[key.kind])], Uint8Array.of(4, ...key.x, ...key.y));
  }
}

const spki = (algorithm: readonly Uint8Array[], key: Uint8Array): Uint8Array =>
  der.sequence(der.sequence(...algorithm), der.bitString(key));

/**
 * A sound key out of its SubjectPublicKeyInfo, strict DER.
 *
 * @throws GovError `key-malformed`, `key-unsupported`
 */
export function decodeSpki(bytes: Uint8Array): PublicKey {
  let key: PublicKey;
  try {
    const fields = readDer(bytes, { mode: 'strict' }).children(Tag.sequence);
    const algorithm = fields.next(Tag.sequence).children(Tag.sequence);
    const content = fields.next(Tag.bitString).bitOctets();
    fields.end();
    const oid = algorithm.next(Tag.oid).oid();
    const parameters = algorithm.more ? algorithm.next() : undefined;
    algorithm.end();
    key = keyOf(oid, parameters, content);
  } catch (cause) {
    if (!isGovError(cause) || cause.code === 'key-unsupported') throw cause;
    throw new GovError('key-malformed', `public key: ${cause.message}`, { cause });
  }
  const problem = publicKeyProblem(key);
  if (problem !== undefined) throw new GovError('key-malformed', `public key: ${problem}`);
  return key;
}

function keyOf(oid: string, parameters: DerElement | undefined, content: Uint8Array): PublicKey {
  switch (oid) {
    case EC_PUBLIC_KEY: {
      const curve = parameters?.oid();
      const kind = (Object.keys(CURVE_OIDS) as EcCurve[]).find((name) => CURVE_OIDS[name] === curve);
      if (kind === undefined) throw new GovError('key-unsupported', 'public key: a curve that is not known here');
      const half = FIELD_OCTETS[kind];
      if (content.length !== 1 + 2 * half || content[0] !== 4)
        throw new GovError('key-malformed', 'not an uncompressed point');
      return { kind, x: content.slice(1, 1 + half), y: content.slice(1 + half) };
    }
    case RSA_ENCRYPTION: {
      parameters?.null();
      const numbers = readDer(content, { mode: 'strict' }).children(Tag.sequence);
      const n = significant(numbers.next(Tag.integer).unsigned(RSA_LIMITS.maxBits / 8));
      const e = significant(numbers.next(Tag.integer).unsigned(RSA_LIMITS.exponentOctets));
      numbers.end();
      return { kind: 'RSA', n, e };
    }
    case ED25519:
      if (parameters !== undefined) throw new GovError('key-malformed', 'Ed25519 with parameters');
      return { kind: 'Ed25519', x: content.slice() };
    default:
      throw new GovError('key-unsupported', 'public key: an algorithm that is not known here');
  }
}

function significant(octets: Uint8Array): Uint8Array {
  const from = octets.findIndex((octet) => octet !== 0);
  return from < 0 ? new Uint8Array(0) : octets.slice(from);
}
