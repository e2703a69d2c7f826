/** Signature algorithms of certificates, and verifiers for the keys that certificates carry. */
import { context, type DerElement, readDer, Tag } from '@gov/der';
import { derToRaw, readSm2PublicKey, type SignatureAlgorithm, sm2Verifier, type Verifier } from '@gov/sm';
import { foreignVerifier } from '@gov/sm/foreign-verifier';
import { GovError, isGovError } from '@gov/verdict';
import { PSS, SIGNATURE } from './oid.js';

const EC_PUBLIC_KEY = '1.2.840.10045.2.1';
const RSA_ENCRYPTION = '1.2.840.113549.1.1.1';
/** RFC 8410: of the key and of the signature */
const ED25519 = SIGNATURE.ed25519;

interface KeyKind {
  readonly family: 'SM2' | 'ECDSA' | 'RSA' | 'Ed25519';
  /** WebCrypto's name of the curve */
  readonly curve?: 'P-256' | 'P-384' | 'P-521';
  /** Octets of r and of s; 0 where the value has no halves */
  readonly size: number;
}

const CURVES: Readonly<Record<string, KeyKind>> = {
  '1.2.156.10197.1.301': { family: 'SM2', size: 32 },
  '1.2.840.10045.3.1.7': { family: 'ECDSA', curve: 'P-256', size: 32 },
  '1.3.132.0.34': { family: 'ECDSA', curve: 'P-384', size: 48 },
  '1.3.132.0.35': { family: 'ECDSA', curve: 'P-521', size: 66 },
};

/** Signature OID and kind of key → the one name used everywhere; combinations outside the table are not accepted. */
const ALGORITHMS: Readonly<Record<string, SignatureAlgorithm>> = {
  [`${SIGNATURE.sm2Sm3} SM2`]: 'SM2-SM3',
  [`${SIGNATURE.ecdsaSha256} P-256`]: 'ECDSA-P256-SHA256',
  [`${SIGNATURE.ecdsaSha384} P-384`]: 'ECDSA-P384-SHA384',
  [`${SIGNATURE.ecdsaSha512} P-521`]: 'ECDSA-P521-SHA512',
  [`${SIGNATURE.ecdsaSha384} P-256`]: 'ECDSA-P256-SHA384',
  [`${SIGNATURE.ecdsaSha512} P-256`]: 'ECDSA-P256-SHA512',
  [`${SIGNATURE.ecdsaSha256} P-384`]: 'ECDSA-P384-SHA256',
  [`${SIGNATURE.ecdsaSha512} P-384`]: 'ECDSA-P384-SHA512',
  [`${SIGNATURE.ecdsaSha256} P-521`]: 'ECDSA-P521-SHA256',
  [`${SIGNATURE.ecdsaSha384} P-521`]: 'ECDSA-P521-SHA384',
  [`${SIGNATURE.rsaSha256} RSA`]: 'RSA-PKCS1-SHA256',
  [`${SIGNATURE.rsaSha384} RSA`]: 'RSA-PKCS1-SHA384',
  [`${SIGNATURE.rsaSha512} RSA`]: 'RSA-PKCS1-SHA512',
  [`${SIGNATURE.rsaPss} SHA-256 RSA`]: 'RSA-PSS-SHA256',
  [`${SIGNATURE.rsaPss} SHA-384 RSA`]: 'RSA-PSS-SHA384',
  [`${SIGNATURE.rsaPss} SHA-512 RSA`]: 'RSA-PSS-SHA512',
  [`${ED25519} Ed25519`]: 'Ed25519',
};

/**
 * OID of an AlgorithmIdentifier; of RSASSA-PSS the hash follows it, `1.2.840.113549.1.1.10 SHA-256`, where the parameters are
 * the usual ones. Parameters are NULL in most SM2 certificates and absent in others: both are right. With any other ones it
 * is an algorithm that nobody here knows.
 */
export function readAlgorithm(element: DerElement): string {
  const fields = element.children(Tag.sequence);
  const oid = fields.next(Tag.oid).oid();
  if (!fields.more) return oid;
  const parameters = fields.next();
  fields.end();
  if (parameters.tag === Tag.null) {
    parameters.null();
    return oid;
  }
  const hash = oid === SIGNATURE.rsaPss ? pssHash(parameters) : undefined;
  return `${oid} ${hash ?? 'with parameters'}`;
}

/** The hash of RSASSA-PSS-params (RFC 4055 3.1) where MGF1 has the same and the salt is as long; undefined for any other. */
function pssHash(parameters: DerElement): string | undefined {
  const fields = parameters.children(Tag.sequence);
  const [hash, mask, salt] = [0, 1, 2].map((n) => fields.optional(context(n)));
  if (fields.more || hash === undefined || mask === undefined || salt === undefined) return undefined;
  const digestOid = readAlgorithm(hash.inner());
  const [name, length] = (PSS.digests as Readonly<Record<string, readonly [string, number]>>)[digestOid] ?? [];
  const generator = mask.inner().children(Tag.sequence);
  const usual =
    generator.next(Tag.oid).oid() === PSS.mgf1 &&
    readAlgorithm(generator.next()) === digestOid &&
    !generator.more &&
    salt.inner(Tag.integer).smallInteger() === length;
  return usual ? name : undefined;
}

/**
 * Whether a SubjectPublicKeyInfo is one that is read here.
 *
 * @throws GovError `key-malformed`, `algorithm-unsupported`
 */
export function checkPublicKey(spki: Uint8Array): void {
  if (keyKind(spki).family === 'SM2') readSm2PublicKey(spki);
}

/** Shorter RSA keys are within reach of anybody, and verify nothing. */
const RSA_MIN_BITS = 2048;

function keyKind(spki: Uint8Array): KeyKind {
  try {
    return readKeyKind(spki);
  } catch (error) {
    if (isGovError(error) && error.code.startsWith('der-')) {
      throw new GovError('key-malformed', `not a public key: ${error.message}`, { cause: error });
    }
    throw error;
  }
}

function readKeyKind(spki: Uint8Array): KeyKind {
  const fields = readDer(spki, { mode: 'lenient' }).children(Tag.sequence);
  const algorithm = fields.next(Tag.sequence).children();
  const oid = algorithm.next(Tag.oid).oid();
  if (oid === RSA_ENCRYPTION) {
    const key = readDer(fields.next(Tag.bitString).bitOctets(), { mode: 'lenient' });
    const numbers = key.children(Tag.sequence);
    const bits = numbers.next(Tag.integer).integer().toString(2).length;
    const exponent = numbers.next(Tag.integer).integer();
    if (bits < RSA_MIN_BITS) throw new GovError('algorithm-unsupported', `RSA key of ${bits} bits`);
    // With 1 as the exponent everybody can sign.
    if (exponent < 3n || exponent % 2n === 0n) throw new GovError('key-malformed', 'RSA exponent');
    return { family: 'RSA', size: 0 };
  }
  if (oid === ED25519) return { family: 'Ed25519', size: 0 };
  const curve = oid === EC_PUBLIC_KEY && algorithm.tag === Tag.oid ? CURVES[algorithm.next().oid()] : undefined;
  if (curve === undefined) throw new GovError('algorithm-unsupported', `public key algorithm ${oid}`);
  return curve;
}

/** A verifier of signature values as X.509 and the seals carry them: DER `SEQUENCE { r, s }`, or the octets of RSA and Ed25519. */
export interface StructureVerifier {
  readonly verifier: Verifier;
  /** `lenient` also takes a raw r ‖ s, which a real government seal product writes. */
  verify(message: Uint8Array, signature: Uint8Array, options?: { readonly rawAllowed?: boolean }): Promise<boolean>;
}

/**
 * The verifier for a public key (SPKI, DER) used with a signature algorithm (OID).
 *
 * @throws GovError `algorithm-unsupported` where key and algorithm do not go together or are not read here, or RSA has less
 *   than 2048 bits; `key-malformed`
 */
export function structureVerifier(spki: Uint8Array, signatureOid: string): StructureVerifier {
  const kind = keyKind(spki);
  const algorithm = ALGORITHMS[`${signatureOid} ${kind.curve ?? kind.family}`];
  if (algorithm === undefined) {
    throw new GovError(
      'algorithm-unsupported',
      `signature algorithm ${signatureOid} with a ${kind.curve ?? kind.family} key`,
    );
  }
  const verifier = kind.family === 'SM2' ? sm2Verifier(readSm2PublicKey(spki)) : foreignVerifier(spki, algorithm);
  return {
    verifier,
    async verify(message, signature, options = {}) {
      if (kind.size === 0) return verifier.verify(message, signature);
      const raw =
        options.rawAllowed === true && signature.length === 2 * kind.size && signature[0] !== 0x30
          ? signature
          : derToRaw(signature, kind.size);
      if (raw !== undefined) return verifier.verify(message, raw);
      // A raw value may happen to begin like DER: it counts as raw only when it is not DER.
      return options.rawAllowed === true && signature.length === 2 * kind.size
        ? verifier.verify(message, signature)
        : false;
    },
  };
}

/** The signature OID that a signer's algorithm writes. */
export function signatureOid(algorithm: SignatureAlgorithm): string {
  const entry = Object.entries(ALGORITHMS).find(([, name]) => name === algorithm);
  if (entry === undefined) throw new GovError('algorithm-unsupported', algorithm);
  return entry[0].split(' ')[0]!;
}
