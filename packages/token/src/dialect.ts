/**
 * `@gov/token/dialect`: how SM2 and HMAC-SM3 are written in JOSE (国密算法在 JOSE 中的写法). Tokens are issued in one way,
 * GM/T 0125; what others made of it is read only where a profile of their issuer says so, and never found out by trying.
 *
 * @example
 * import { readSm2PublicKey } from '@gov/sm';
 * import { JOSE_DIALECTS, sm2DialectVerifier } from '@gov/token/dialect';
 *
 * const dialect = JOSE_DIALECTS.get('sm2sm3-empty-id')!;
 * const verifier = sm2DialectVerifier(readSm2PublicKey(pem), dialect);
 * await verifier.verify(message, bytes);
 *
 * @packageDocumentation
 */
import { derToRaw, hmacSm3, type SignatureAlgorithm, type Sm2PublicKey, sameSecret, sm2Verifier, sm3 } from '@gov/sm';
import { GovError } from '@gov/verdict';
import { jwsAlgorithm } from './jws.js';

/** One way of writing SM2 and HMAC-SM3 in JOSE: plain data, for the profile of an issuer. */
export interface JoseDialect {
  readonly name: string;
  /** `alg` of SM2 with SM3. */
  readonly sm2Names: readonly string[];
  /** `alg` of HMAC-SM3; none where the dialect has no such codes. */
  readonly hmacNames: readonly string[];
  /** r ‖ s in 64 octets, or SEQUENCE { r, s } in DER. */
  readonly signature: 'raw' | 'der';
  /**
   * The signer's ID (可辨别标识) in ZA: `default` is `1234567812345678`, `empty` no octets at all; with `none` there is no ZA, and
   * SM3(message) is signed, which binds the signature to no key.
   */
  readonly sm2Id: 'default' | 'empty' | 'none';
  /** `crv` of an SM2 key in a JWK. */
  readonly curves: readonly string[];
  /** Whether its tokens say of what kind they are. */
  readonly typ: 'demanded' | 'optional';
}

/** GM/T 0125.1–.4-2022, and the only one that is written here. The name of the curve is not settled by it. */
export const GMT_0125: JoseDialect = {
  name: 'gmt-0125',
  sm2Names: ['SGD_SM3_SM2'],
  hmacNames: ['SGD_SM3_HMAC'],
  signature: 'raw',
  sm2Id: 'default',
  curves: ['SM2-P-256'],
  typ: 'demanded',
};

/** OpenSSL's and Node's own default: an ID of no octets. */
const SM2SM3_EMPTY_ID: JoseDialect = {
  name: 'sm2sm3-empty-id',
  sm2Names: ['SM2SM3'],
  hmacNames: ['HSM3'],
  signature: 'raw',
  sm2Id: 'empty',
  curves: ['SM2'],
  typ: 'optional',
};

const SM2SM3_NO_ZA: JoseDialect = { ...SM2SM3_EMPTY_ID, name: 'sm2sm3-no-za', sm2Id: 'none' };

/** By name: those of which real tokens are known. Another one is an object like these. */
export const JOSE_DIALECTS: ReadonlyMap<string, JoseDialect> = new Map(
  [GMT_0125, SM2SM3_EMPTY_ID, SM2SM3_NO_ZA].map((dialect) => [dialect.name, dialect]),
);

/** What a token can be protected with: a signature, or a code that whoever verifies could have made (消息鉴别码). */
export type TokenAlgorithm = SignatureAlgorithm | 'HMAC-SM3';

/** Verifies what protects a token; every `Verifier` is one. */
export interface TokenVerifier {
  readonly algorithm: TokenAlgorithm;
  /** True when `signature`, in the form of the issuer's dialect, fits; false for any other bytes. */
  verify(message: Uint8Array, signature: Uint8Array): Promise<boolean>;
}

/** A verifier of SM2 signatures as a dialect makes them. It takes one form of the signature only. */
export function sm2DialectVerifier(key: Sm2PublicKey, { sm2Id, signature: form }: JoseDialect): TokenVerifier {
  const verifier = sm2Verifier(key, sm2Id === 'empty' ? { id: new Uint8Array(0) } : {});
  return {
    algorithm: 'SM2-SM3',
    async verify(message, signature) {
      const raw = form === 'raw' ? signature : derToRaw(signature);
      if (raw === undefined) return false;
      return sm2Id === 'none' ? verifier.verifyDigest(sm3(message), raw) : verifier.verify(message, raw);
    },
  };
}

export interface HmacSm3VerifierOptions {
  /** Shorter secrets are refused; 32 unless given, the size of the code (RFC 7518 3.2). */
  readonly minimumOctets?: number;
}

/**
 * A verifier of HMAC-SM3 codes, compared in constant time. Nobody issues with it here: who can verify can also forge.
 *
 * @throws GovError `invalid-argument` for a secret that is too short
 */
export function hmacSm3Verifier(
  secret: Uint8Array,
  { minimumOctets = 32 }: HmacSm3VerifierOptions = {},
): TokenVerifier {
  if (secret.length < Math.max(1, minimumOctets))
    throw new GovError('invalid-argument', `HMAC-SM3: a secret of ${secret.length} octets; at least ${minimumOctets}`);
  const own = secret.slice();
  return {
    algorithm: 'HMAC-SM3',
    verify: async (message, code) => sameSecret(hmacSm3(own, message), code),
  };
}

/**
 * The names (`alg`) of an algorithm: those of the dialect for SM2 and HMAC-SM3, else those of RFC 7518, RFC 8037 and RFC 9864;
 * none for an algorithm that JOSE has no name for.
 */
export function algorithmNames(algorithm: TokenAlgorithm, dialect: JoseDialect): readonly string[] {
  if (algorithm === 'SM2-SM3') return dialect.sm2Names;
  if (algorithm === 'HMAC-SM3') return dialect.hmacNames;
  const name = jwsAlgorithm(algorithm);
  if (name === undefined) return [];
  return algorithm === 'Ed25519' ? [name, 'Ed25519'] : [name];
}
