/**
 * `@gov/token/jws`: JSON Web Signatures in the compact form (RFC 7515 3.1), with SM2, ECDSA, RSA or EdDSA.
 *
 * What is accepted is written in one way, its algorithm is that of the verifier's key, and its kind (`typ`) is demanded: a
 * token made for one purpose never passes for another.
 *
 * @example
 * import { generateSm2Key, sm2Signer, sm2Verifier } from '@gov/sm';
 * import { readJws, signJws, verifyJws } from '@gov/token/jws';
 *
 * const key = generateSm2Key();
 * const payload = new TextEncoder().encode('{"id":"37"}');
 * const text = await signJws({ typ: 'example+jws' }, payload, sm2Signer(key));
 * const genuine = await verifyJws(readJws(text), sm2Verifier(key.publicKey), { typ: 'example+jws' }); // true
 *
 * @packageDocumentation
 */
import type { SignatureAlgorithm, Signer, Verifier } from '@gov/sm';
import { GovError } from '@gov/verdict';
import {
  headerProblem,
  type Jws,
  type JwsHeader,
  type JwsLimits,
  readCompact,
  writeCompact,
} from './internal/jws-compact.js';
import type { JsonValue } from './json.js';

export type { Jws, JwsHeader, JwsLimits } from './internal/jws-compact.js';

/** What `readJws` takes unless told otherwise. */
export const JWS_LIMITS: JwsLimits = { characters: 1_048_576, headerBytes: 8192 };

export interface VerifyJwsOptions {
  /** The kind of token, exactly (RFC 7515 4.1.9, RFC 8725 3.11), e.g. `gov-trust-list+jws`. */
  readonly typ: string;
  /** Only these; unless given, every algorithm that has a name here. */
  readonly algorithms?: readonly SignatureAlgorithm[];
}

/** SM2 is GM/T 0125, the others RFC 7518 3.1 and RFC 8037 3.1: a curve with another length of hash has no name. */
const ALGORITHMS: Readonly<Partial<Record<SignatureAlgorithm, string>>> = {
  'SM2-SM3': 'SGD_SM3_SM2',
  'ECDSA-P256-SHA256': 'ES256',
  'ECDSA-P384-SHA384': 'ES384',
  'ECDSA-P521-SHA512': 'ES512',
  'RSA-PKCS1-SHA256': 'RS256',
  'RSA-PKCS1-SHA384': 'RS384',
  'RSA-PKCS1-SHA512': 'RS512',
  'RSA-PSS-SHA256': 'PS256',
  'RSA-PSS-SHA384': 'PS384',
  'RSA-PSS-SHA512': 'PS512',
  Ed25519: 'EdDSA',
};

/**
 * The JOSE name (`alg`) of a signature algorithm; undefined where it has none. `SGD_SM3_SM2` is SM2 with SM3 over ZA ‖ message
 * with the default distinguishing identifier, raw r‖s.
 */
export const jwsAlgorithm = (algorithm: SignatureAlgorithm): string | undefined => ALGORITHMS[algorithm];

/**
 * Signs a payload. `alg` comes from the signer.
 *
 * @throws GovError `invalid-argument` for a header or an empty payload that `readJws` would not take, or an `alg` that is not
 *   the signer's
 */
export async function signJws(
  header: Readonly<Record<string, JsonValue>> & { readonly typ: string },
  payload: Uint8Array,
  signer: Signer,
): Promise<string> {
  const alg = jwsAlgorithm(signer.algorithm);
  if (alg === undefined) throw new GovError('invalid-argument', `JWS: ${signer.algorithm} has no name`);
  const whole: JwsHeader = { ...header, alg };
  const bytes = new TextEncoder().encode(JSON.stringify(whole));
  const problem =
    header.alg !== undefined && header.alg !== alg ? 'alg is not that of the signer' : headerProblem(whole);
  if (problem !== undefined) throw new GovError('invalid-argument', `JWS: ${problem}`);
  if (bytes.length > JWS_LIMITS.headerBytes) throw new GovError('invalid-argument', 'JWS: the header is too long');
  if (payload.length === 0) throw new GovError('invalid-argument', 'JWS: no payload');
  return writeCompact(bytes, payload, signer);
}

/**
 * Reads a JWS: exactly three parts, none of them empty, in the one base64url spelling of their octets; a header that is a
 * JSON object without duplicate names, with `alg`, and without any of `jwk`, `jku`, `x5u`, `x5c`, `b64`, `crit`.
 *
 * @throws GovError `jws-malformed`, `input-too-large`
 */
export function readJws(text: string, limits: Partial<JwsLimits> = {}): Jws {
  return readCompact(text, { ...JWS_LIMITS, ...limits });
}

/**
 * Verifies the signature (验签). False where `alg` is not that of the verifier's key, `typ` is not the demanded one, or the
 * signature does not fit.
 */
export async function verifyJws(
  { header, signed, signature }: Jws,
  verifier: Verifier,
  { typ, algorithms }: VerifyJwsOptions,
): Promise<boolean> {
  const alg = jwsAlgorithm(verifier.algorithm);
  return (
    alg !== undefined &&
    header.alg === alg &&
    header.typ === typ &&
    (algorithms === undefined || algorithms.includes(verifier.algorithm)) &&
    verifier.verify(signed, signature)
  );
}
