/**
 * `@gov/token/jwk`: JSON Web Keys (RFC 7517) of SM2, ECDSA, RSA and Ed25519, read strictly: the point is on its curve, every
 * number in its one spelling, and a private member where only a public key belongs is refused.
 *
 * @example
 * import { generateSm2Key } from '@gov/sm';
 * import { jwkThumbprint, publicJwk } from '@gov/token/jwk';
 *
 * const jwk = publicJwk(generateSm2Key().publicKey.toSpki(), { kid: '2026-1', use: 'sig' });
 * // { kty: 'EC', crv: 'SM2-P-256', x: '…', y: '…', kid: '2026-1', use: 'sig' }
 * await jwkThumbprint(jwk); // 43 characters
 *
 * @packageDocumentation
 */
import { fromBase64url, type Signer, toBase64url } from '@gov/sm';
import { foreignVerifier } from '@gov/sm/foreign-verifier';
import { GovError } from '@gov/verdict';
import {
  algorithmNames,
  GMT_0125,
  hmacSm3Verifier,
  type JoseDialect,
  sm2DialectVerifier,
  type TokenAlgorithm,
  type TokenVerifier,
} from './dialect.js';
import { foreignJwkSigner, sm2JwkSigner } from './internal/jwk-signer.js';
import {
  decodeSpki,
  type EcCurve,
  encodeSpki,
  FIELD_OCTETS,
  type PublicKey,
  publicKeyProblem,
  RSA_LIMITS,
  sm2KeyOf,
} from './internal/public-key.js';
import { isJsonObject, type JsonObject, type JsonValue } from './json.js';

/** Members that any JWK may have (RFC 7517 4). */
export type JwkParameters = {
  readonly kid?: string;
  readonly use?: string;
  readonly key_ops?: readonly string[];
  readonly alg?: string;
};

/** A curve of RFC 7518 6.2, or SM2 as a dialect calls it. Coordinates and the private scalar have the full length of the field. */
export type EcJwk = JwkParameters & {
  readonly kty: 'EC';
  readonly crv: string;
  readonly x: string;
  readonly y: string;
  readonly d?: string;
};

/** RFC 7518 6.3; of a private one all of the numbers. */
export type RsaJwk = JwkParameters & {
  readonly kty: 'RSA';
  readonly n: string;
  readonly e: string;
  readonly d?: string;
  readonly p?: string;
  readonly q?: string;
  readonly dp?: string;
  readonly dq?: string;
  readonly qi?: string;
};

/** RFC 8037 2. */
export type OkpJwk = JwkParameters & {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly x: string;
  readonly d?: string;
};

/** A shared secret (RFC 7518 6.4), for HMAC-SM3: never in a public place. */
export type OctJwk = JwkParameters & { readonly kty: 'oct'; readonly k: string };

/** A JSON Web Key: plain JSON, with the members that are understood here and no others. */
export type Jwk = EcJwk | RsaJwk | OkpJwk | OctJwk;

/** What is read of a JWK: characters of a text such as `kid`, and entries of `key_ops`; octets of an `oct` key. */
export const JWK_LIMITS = { textCharacters: 256, operations: 16, secretOctets: 1024, rsa: RSA_LIMITS } as const;

export interface ReadJwkOptions {
  /** Of whoever wrote it; `GMT_0125` unless given. */
  readonly dialect?: JoseDialect;
  /** Private members may be there. */
  readonly privateKey?: boolean;
}

/** Members that nobody but the holder may know, of any kind of key. */
const PRIVATE: readonly string[] = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'];

const RSA_PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi'] as const;

/** Operations (RFC 7517 4.3) that agree with a `use`. */
const OPERATIONS: Readonly<Record<string, readonly string[]>> = {
  sig: ['sign', 'verify'],
  enc: ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey', 'deriveKey', 'deriveBits'],
};

type Kind = EcCurve | 'RSA' | 'Ed25519' | 'oct';

const ALGORITHMS: Readonly<Record<Kind, readonly TokenAlgorithm[]>> = {
  SM2: ['SM2-SM3'],
  'P-256': ['ECDSA-P256-SHA256'],
  'P-384': ['ECDSA-P384-SHA384'],
  'P-521': ['ECDSA-P521-SHA512'],
  RSA: [
    'RSA-PKCS1-SHA256',
    'RSA-PKCS1-SHA384',
    'RSA-PKCS1-SHA512',
    'RSA-PSS-SHA256',
    'RSA-PSS-SHA384',
    'RSA-PSS-SHA512',
  ],
  Ed25519: ['Ed25519'],
  oct: ['HMAC-SM3'],
};

/**
 * Reads a JWK. Members that are not understood are left out (RFC 7517 4).
 *
 * @throws GovError `jwk-malformed` for a kind or curve that is not known, a number of the wrong length or spelling, a point that
 *   is not on its curve, RSA outside 2048 to 8192 bits, and a `use`, `key_ops` or `alg` that contradict one another or the key;
 *   `jwk-private` for a private member unless `privateKey` is set
 */
export function readJwk(value: JsonValue, { dialect = GMT_0125, privateKey = false }: ReadJwkOptions = {}): Jwk {
  if (!isJsonObject(value)) throw malformed('not an object');
  if (!privateKey && PRIVATE.some((name) => has(value, name)))
    throw new GovError('jwk-private', 'JWK: a private key in a public place');
  const parameters = readParameters(value);
  const jwk: Jwk = { ...readKey(value, dialect), ...parameters };
  const problem = contradiction(jwk, dialect);
  if (problem !== undefined) throw malformed(problem);
  return jwk;
}

function readKey(value: JsonObject, dialect: JoseDialect): Jwk {
  switch (value.kty) {
    case 'EC': {
      const crv = text(value, 'crv');
      if (!isPrimeCurve(crv) && !dialect.curves.includes(crv)) throw malformed('a curve that is not known here');
      const size = FIELD_OCTETS[curveOf(crv)];
      return sound({
        kty: 'EC',
        crv,
        x: number(value, 'x', size, size),
        y: number(value, 'y', size, size),
        ...(has(value, 'd') ? { d: number(value, 'd', size, size) } : {}),
      });
    }
    case 'RSA': {
      const octets = RSA_LIMITS.maxBits / 8;
      const jwk: RsaJwk = {
        kty: 'RSA',
        n: number(value, 'n', 1, octets),
        e: number(value, 'e', 1, RSA_LIMITS.exponentOctets),
      };
      if (!RSA_PRIVATE.some((name) => has(value, name))) return sound(jwk);
      if (has(value, 'oth')) throw malformed('RSA of more than two primes');
      return sound({
        ...jwk,
        ...Object.fromEntries(RSA_PRIVATE.map((name) => [name, number(value, name, 1, octets)])),
      });
    }
    case 'OKP':
      if (value.crv !== 'Ed25519') throw malformed('a curve that is not known here');
      return sound({
        kty: 'OKP',
        crv: 'Ed25519',
        x: number(value, 'x', 32, 32),
        ...(has(value, 'd') ? { d: number(value, 'd', 32, 32) } : {}),
      });
    case 'oct':
      if (dialect.hmacNames.length === 0) throw malformed('a secret, which the dialect has no use for');
      return { kty: 'oct', k: number(value, 'k', 1, JWK_LIMITS.secretOctets) };
    default:
      throw malformed('a kind of key that is not known here');
  }
}

function readParameters(value: JsonObject): JwkParameters {
  const texts = (['kid', 'use', 'alg'] as const).filter((name) => has(value, name));
  return {
    ...Object.fromEntries(texts.map((name) => [name, text(value, name)])),
    ...(has(value, 'key_ops') ? { key_ops: operations(value.key_ops) } : {}),
  };
}

function operations(value: JsonValue | undefined): readonly string[] {
  if (!Array.isArray(value) || value.length > JWK_LIMITS.operations) throw malformed('key_ops');
  if (!value.every((one) => typeof one === 'string' && one.length <= JWK_LIMITS.textCharacters))
    throw malformed('key_ops');
  if (new Set(value).size !== value.length) throw malformed('an operation twice in key_ops');
  return value;
}

/** `use`, `key_ops`, `alg` and the key against one another. */
function contradiction({ use, key_ops, alg, ...jwk }: Jwk, dialect: JoseDialect): string | undefined {
  const allowed = use === undefined ? undefined : OPERATIONS[use];
  if (allowed !== undefined && key_ops?.some((one) => !allowed.includes(one)))
    return 'key_ops and use contradict one another';
  const names = (algorithm: TokenAlgorithm): boolean => algorithmNames(algorithm, dialect).includes(alg!);
  if (alg === undefined || !Object.values(ALGORITHMS).flat().some(names)) return undefined;
  if (!ALGORITHMS[kindOf(jwk as Jwk)].some(names)) return 'alg is not for this key';
  return use === 'enc' ? 'alg and use contradict one another' : undefined;
}

/**
 * A public key, out of its SubjectPublicKeyInfo (strict DER), as JWK; an SM2 key with the curve's name of GM/T 0125.
 *
 * @throws GovError `key-malformed`, `key-unsupported`; `jwk-malformed` for parameters that contradict the key
 */
export function publicJwk(publicKey: Uint8Array, parameters: Pick<JwkParameters, 'kid' | 'use' | 'alg'> = {}): Jwk {
  return readJwk({ ...jwkMembers(decodeSpki(publicKey)), ...parameters });
}

function jwkMembers(key: PublicKey): JsonObject {
  if (key.kind === 'RSA') return { kty: 'RSA', n: toBase64url(key.n), e: toBase64url(key.e) };
  if (key.kind === 'Ed25519') return { kty: 'OKP', crv: 'Ed25519', x: toBase64url(key.x) };
  const crv = key.kind === 'SM2' ? GMT_0125.curves[0]! : key.kind;
  return { kty: 'EC', crv, x: toBase64url(key.x), y: toBase64url(key.y) };
}

/**
 * SubjectPublicKeyInfo, DER, of the public part.
 *
 * @throws GovError `jwk-malformed` for one that `readJwk` would not take, or a secret, which has none
 */
export function jwkSpki(jwk: Jwk): Uint8Array {
  return encodeSpki(publicKeyOf(jwk));
}

/**
 * The thumbprint (RFC 7638, SHA-256), 43 characters of base64url: over the members as they are written, so that an SM2 key has
 * another one under each name of its curve. Of a secret it is a digest of the secret: keep it as one.
 */
export async function jwkThumbprint(jwk: Jwk): Promise<string> {
  const json = JSON.stringify(requiredMembers(jwk));
  return toBase64url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(json))));
}

/** RFC 7638 3.2, RFC 8037 2: in the order of their names. */
function requiredMembers(jwk: Jwk): JsonObject {
  switch (jwk.kty) {
    case 'EC':
      return { crv: jwk.crv, kty: 'EC', x: jwk.x, y: jwk.y };
    case 'RSA':
      return { e: jwk.e, kty: 'RSA', n: jwk.n };
    case 'OKP':
      return { crv: jwk.crv, kty: 'OKP', x: jwk.x };
    case 'oct':
      return { k: jwk.k, kty: 'oct' };
  }
}

/** Whether a key is for verifying with this algorithm: of its kind, and not against its own `use`, `key_ops` or `alg`. */
export function jwkFits(jwk: Jwk, algorithm: TokenAlgorithm, dialect: JoseDialect = GMT_0125): boolean {
  return isFor(jwk, 'verify', algorithm, dialect);
}

function isFor(jwk: Jwk, operation: 'sign' | 'verify', algorithm: TokenAlgorithm, dialect: JoseDialect): boolean {
  const { use, key_ops, alg } = jwk;
  return (
    ALGORITHMS[kindOf(jwk)].includes(algorithm) &&
    (kindOf(jwk) !== 'SM2' || [...GMT_0125.curves, ...dialect.curves].includes((jwk as EcJwk).crv)) &&
    (use === undefined || use === 'sig') &&
    (key_ops === undefined || key_ops.includes(operation)) &&
    (alg === undefined || algorithmNames(algorithm, dialect).includes(alg))
  );
}

export interface JwkVerifierOptions {
  /** What it verifies; only an RSA key without `alg` does not say so itself. */
  readonly algorithm?: TokenAlgorithm;
  readonly dialect?: JoseDialect;
  /** Of an `oct` key (`hmacSm3Verifier`). */
  readonly minimumOctets?: number;
}

/**
 * A verifier on a key.
 *
 * @throws GovError `algorithm-unsupported` where the key is not for the algorithm (`jwkFits`) or does not say for which it is,
 *   `jwk-malformed` for one that `readJwk` would not take, `invalid-argument` for a secret that is too short
 */
export function jwkVerifier(jwk: Jwk, options: JwkVerifierOptions = {}): TokenVerifier {
  const { dialect = GMT_0125, algorithm = onlyAlgorithm(jwk, 'verify', dialect) } = options;
  if (!jwkFits(jwk, algorithm, dialect)) throw unsuitable();
  if (jwk.kty === 'oct') return hmacSm3Verifier(octetsOf(jwk.k), options);
  const key = publicKeyOf(jwk);
  if (key.kind === 'SM2') return sm2DialectVerifier(sm2KeyOf(key.x, key.y)!, dialect);
  return foreignVerifier(encodeSpki(key), algorithm as Signer['algorithm']);
}

/**
 * A signer on a private key that was read with `privateKey`. It signs as GM/T 0125 does; algorithms other than SM2 go to WebCrypto.
 *
 * @throws GovError `algorithm-unsupported` for a key that is not for signing or does not say with which algorithm, or a secret;
 *   `jwk-malformed`, `key-malformed`; `key-mismatch` where the private part does not belong to the public one
 */
export async function jwkSigner(jwk: Jwk): Promise<Signer> {
  const algorithm = onlyAlgorithm(jwk, 'sign', GMT_0125);
  if (jwk.kty === 'oct' || algorithm === 'HMAC-SM3') throw unsuitable();
  const key = publicKeyOf(jwk);
  if (jwk.d === undefined) throw malformed('no private key');
  if (key.kind === 'SM2') return sm2JwkSigner(octetsOf(jwk.d), key);
  const { kid: _kid, use: _use, key_ops: _operations, alg: _alg, ...numbers } = jwk;
  return foreignJwkSigner(numbers, algorithm, encodeSpki(key));
}

function onlyAlgorithm(jwk: Jwk, operation: 'sign' | 'verify', dialect: JoseDialect): TokenAlgorithm {
  const own = ALGORITHMS[kindOf(jwk)].filter((algorithm) => isFor(jwk, operation, algorithm, dialect));
  if (own.length !== 1) throw unsuitable();
  return own[0]!;
}

const isPrimeCurve = (crv: string): crv is Exclude<EcCurve, 'SM2'> => ['P-256', 'P-384', 'P-521'].includes(crv);

/** The dialect has been asked already: what is no prime curve is SM2, and its point must be on that. */
const curveOf = (crv: string): EcCurve => (isPrimeCurve(crv) ? crv : 'SM2');

const kindOf = (jwk: Jwk): Kind => (jwk.kty === 'EC' ? curveOf(jwk.crv) : jwk.kty === 'OKP' ? jwk.crv : jwk.kty);

/** @throws GovError `jwk-malformed` */
function publicKeyOf(jwk: Jwk): PublicKey {
  const key = decode(jwk);
  const problem = publicKeyProblem(key);
  if (problem !== undefined) throw malformed(problem);
  return key;
}

function decode(jwk: Jwk): PublicKey {
  switch (jwk.kty) {
    case 'EC':
      return { kind: curveOf(jwk.crv), x: octetsOf(jwk.x), y: octetsOf(jwk.y) };
    case 'RSA':
      return { kind: 'RSA', n: octetsOf(jwk.n), e: octetsOf(jwk.e) };
    case 'OKP':
      return { kind: 'Ed25519', x: octetsOf(jwk.x) };
    case 'oct':
      throw malformed('a secret has no public key');
  }
}

function sound<Key extends Jwk>(jwk: Key): Key {
  publicKeyOf(jwk);
  return jwk;
}

const has = (value: JsonObject, name: string): boolean => Object.hasOwn(value, name);

function text(value: JsonObject, name: string): string {
  const found = has(value, name) ? value[name] : undefined;
  if (typeof found !== 'string' || found === '' || found.length > JWK_LIMITS.textCharacters)
    throw malformed(`${name} is no text of 1 to ${JWK_LIMITS.textCharacters} characters`);
  return found;
}

/** base64url of so many octets, in its one spelling. */
function number(value: JsonObject, name: string, min: number, max: number): string {
  const found = has(value, name) ? value[name] : undefined;
  if (typeof found !== 'string' || found.length > Math.ceil((max * 4) / 3))
    throw malformed(`${name} is missing or too long`);
  const { length } = octetsOf(found);
  if (length < min || length > max) throw malformed(`${name} of ${length} octets`);
  return found;
}

function octetsOf(encoded: string): Uint8Array {
  const octets = fromBase64url(encoded);
  if (octets === undefined) throw malformed('a number that is not base64url');
  return octets;
}

const unsuitable = (): GovError => new GovError('algorithm-unsupported', 'JWK: the key is not for this algorithm');

const malformed = (why: string): GovError => new GovError('jwk-malformed', `JWK: ${why}`);
