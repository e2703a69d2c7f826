/** Public keys of any algorithm, described and not used. */
import { type DerElement, readDer, Tag } from '@gov/der';
import { readSm2PublicKey, sm3 } from '@gov/sm';
import { GovError, isGovError } from '@gov/verdict';
import { type Algorithm, ED25519, SM2_CURVE, unknownAlgorithm } from './algorithm.js';

/** What a public key is. */
export interface PublicKeyDescription {
  readonly algorithm: Algorithm;
  /** Bits of the modulus, or of the field of the curve; absent for an algorithm that is not known here. */
  readonly size?: number;
  /** SM3 over the SubjectPublicKeyInfo: how the inventory names the key, and the private key that belongs to it. */
  readonly fingerprint: Uint8Array;
}

const EC_PUBLIC_KEY = '1.2.840.10045.2.1';
const RSA = '1.2.840.113549.1.1.1';
const DSA = '1.2.840.10040.4.1';
const SM2 = '1.2.156.10197.1.301';

/** Curve OID → name, name in the Standard Curve Database, bits of the field, classical security level. */
const CURVES: Readonly<Record<string, readonly [string, string, number, number]>> = {
  [SM2]: ['SM2', SM2_CURVE, 256, 128],
  '1.2.840.10045.3.1.7': ['EC-P256', 'nist/P-256', 256, 128],
  '1.3.132.0.34': ['EC-P384', 'nist/P-384', 384, 192],
  '1.3.132.0.35': ['EC-P521', 'nist/P-521', 521, 256],
};

/** NIST SP 800-57 part 1, table 2: bits of the modulus, classical security level. */
const MODULUS_LEVELS = [
  [15360, 256],
  [7680, 192],
  [3072, 128],
  [2048, 112],
] as const;

/**
 * Describes a SubjectPublicKeyInfo (DER) of any algorithm. The point of an SM2 key is checked; a compressed one has the
 * fingerprint of the uncompressed.
 *
 * @throws GovError `key-malformed`
 */
export function describePublicKey(spki: Uint8Array): PublicKeyDescription {
  try {
    return describe(spki);
  } catch (error) {
    if (isGovError(error) && error.code.startsWith('der-')) {
      throw new GovError('key-malformed', `not a public key: ${error.message}`, { cause: error });
    }
    throw error;
  }
}

function describe(spki: Uint8Array): PublicKeyDescription {
  const fields = readDer(spki, { mode: 'lenient' }).children(Tag.sequence);
  const identifier = fields.next(Tag.sequence).children();
  const key = fields.next(Tag.bitString).bitOctets();
  fields.end();
  const oid = identifier.next(Tag.oid).oid();
  const parameters = identifier.more ? identifier.next() : undefined;
  const fingerprint = sm3(spki);
  if (oid === EC_PUBLIC_KEY) {
    const curve = parameters?.tag === Tag.oid ? parameters.oid() : 'without a name';
    if (curve === SM2) return { algorithm: curveAlgorithm(SM2), size: 256, fingerprint: sm2Fingerprint(spki) };
    const size = CURVES[curve]?.[2];
    return { algorithm: curveAlgorithm(curve), ...(size === undefined ? {} : { size }), fingerprint };
  }
  if (oid === RSA) {
    const size = bitLength(readDer(key, { mode: 'lenient' }).children(Tag.sequence).next(Tag.integer));
    return { algorithm: modulusAlgorithm('RSA', oid, size), size, fingerprint };
  }
  if (oid === DSA && parameters !== undefined) {
    const size = bitLength(parameters.children(Tag.sequence).next(Tag.integer));
    return { algorithm: modulusAlgorithm('DSA', oid, size), size, fingerprint };
  }
  if (oid === ED25519.oid) return { algorithm: ED25519, size: 256, fingerprint };
  return { algorithm: unknownAlgorithm(oid, `key of algorithm ${oid}`), fingerprint };
}

const sm2Fingerprint = (spki: Uint8Array): Uint8Array => sm3(readSm2PublicKey(spki).toSpki());

function curveAlgorithm(curveOid: string): Algorithm {
  const row = CURVES[curveOid];
  if (row === undefined) return unknownAlgorithm(EC_PUBLIC_KEY, `EC key on curve ${curveOid}`);
  const [name, curve, size, classicalSecurityLevel] = row;
  const national = curveOid === SM2;
  return {
    name,
    oid: national ? SM2 : EC_PUBLIC_KEY,
    national,
    uses: [],
    properties: {
      // One SM2 key format for signing, encryption and key agreement; which, the certificate says.
      primitive: national ? 'pke' : 'signature',
      parameterSetIdentifier: String(size),
      curve,
      cryptoFunctions: ['keygen', 'sign', 'verify'],
      classicalSecurityLevel,
      nistQuantumSecurityLevel: 0,
    },
  };
}

function modulusAlgorithm(family: 'RSA' | 'DSA', oid: string, size: number): Algorithm {
  const level = MODULUS_LEVELS.find(([bits]) => size >= bits)?.[1];
  return {
    name: `${family}-${size}`,
    oid,
    national: false,
    ...(level === undefined ? { weakness: 'short-key' } : {}),
    uses: [],
    properties: {
      primitive: family === 'RSA' ? 'pke' : 'signature',
      parameterSetIdentifier: String(size),
      cryptoFunctions: ['keygen', 'sign', 'verify'],
      ...(level === undefined ? {} : { classicalSecurityLevel: level }),
      nistQuantumSecurityLevel: 0,
    },
  };
}

/** @throws GovError `key-malformed` for a modulus that is none */
function bitLength(modulus: DerElement): number {
  const value = modulus.integer();
  if (value <= 0n) throw new GovError('key-malformed', 'not a public key: modulus not positive');
  return value.toString(2).length;
}
