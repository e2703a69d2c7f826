/**
 * `@gov/token/dpop`: Demonstrating Proof of Possession (RFC 9449, 持有证明): whoever shows a token proves with each request that
 * they hold the key it is bound to, so that a stolen token alone opens nothing. With SM2 or ES256.
 *
 * @example
 * import { generateSm2Key, sm2Signer } from '@gov/sm';
 * import { dpopProof, verifyDpop } from '@gov/token/dpop';
 * import type { ReplayStore } from '@gov/token/one-time';
 *
 * const seen = new Set<string>();
 * const replay: ReplayStore = { firstUse: async (scope, id) => seen.size < seen.add(`${scope} ${id}`).size };
 * const request = { method: 'GET', url: 'https://api.example.gov.cn/licenses', at: new Date() };
 * const proof = await dpopProof(request, sm2Signer(generateSm2Key()));
 * const { report, thumbprint } = await verifyDpop(proof, { ...request, replay });
 * // valid, and thumbprint is what the token's cnf.jkt must be
 *
 * @packageDocumentation
 */
import { type Signer, toBase64url } from '@gov/sm';
import { type Check, type Finding, type FindingCode, GovError, judge, type Report, report } from '@gov/verdict';
import { algorithmNames, GMT_0125, type TokenAlgorithm } from './dialect.js';
import { claimFinding, isNumericDate, isType } from './internal/claims.js';
import { writeCompact } from './internal/jws-compact.js';
import { isText, readToken } from './internal/jwt-reader.js';
import { targetOfText, targetOfUrl } from './internal/target-uri.js';
import { authenticity } from './internal/token-signature.js';
import type { JsonObject } from './json.js';
import { jwkFits, jwkThumbprint, jwkVerifier, publicJwk, readJwk } from './jwk.js';
import { jwsAlgorithm } from './jws.js';
import type { Jwt } from './jwt.js';
import type { ReplayStore } from './one-time.js';

/** What a proof is made for. */
export interface ProofRequest {
  /** As it stands in the request: `GET`, `POST`. */
  readonly method: string;
  /** Of the request, http or https; its query and fragment do not count. */
  readonly url: string;
  readonly at: Date;
  /** The token that is shown with it. */
  readonly accessToken?: string;
  /** As the server gave it (RFC 9449 8). */
  readonly nonce?: string;
}

export interface DpopProofOptions extends ProofRequest {
  /** For `jti`; the runtime's generator unless given. */
  readonly random?: (octets: number) => Uint8Array;
}

export interface DpopPolicy extends ProofRequest {
  /** `cnf.jkt` of the token (RFC 9449 6.1): only this key will do. */
  readonly thumbprint?: string;
  readonly replay: ReplayStore;
  /** How far `iat` may be from `at`, before or after, seconds: 1 to 300, 60 unless given. */
  readonly maxAgeSeconds?: number;
  /** SM2 and ES256 unless given. */
  readonly algorithms?: readonly TokenAlgorithm[];
}

export interface DpopSubject {
  readonly algorithm?: TokenAlgorithm;
}

export interface DpopVerification {
  readonly report: Report<DpopSubject>;
  /** Of the key that made the proof (RFC 7638, SHA-256, base64url); only where the report is valid. */
  readonly thumbprint?: string;
}

const TYP = 'dpop+jwt';
const MAX_AGE_SECONDS = 300;
const ALGORITHMS: readonly TokenAlgorithm[] = ['SM2-SM3', 'ECDSA-P256-SHA256'];

/**
 * Makes a proof for one request. It shows the public key; the request carries it in the header `DPoP`.
 *
 * @throws GovError `invalid-argument` for a method or URL that is none, or a signer that JOSE has no name for;
 *   `key-malformed`, `key-unsupported` for its key; what the signer throws
 */
export async function dpopProof(
  { method, url, at, accessToken, nonce, random = randomOctets }: DpopProofOptions,
  signer: Signer,
): Promise<string> {
  const alg = jwsAlgorithm(signer.algorithm);
  if (alg === undefined || Number.isNaN(at.getTime()))
    throw new GovError('invalid-argument', `DPoP: ${signer.algorithm} has no name, or at is no time`);
  const header = { typ: TYP, alg, jwk: publicJwk(signer.publicKey) };
  const claims = {
    jti: toBase64url(random(16)),
    htm: checkedMethod(method),
    htu: checkedTarget(url),
    iat: Math.floor(at.getTime() / 1000),
    ...(accessToken === undefined ? {} : { ath: await tokenHash(accessToken) }),
    ...(nonce === undefined ? {} : { nonce }),
  };
  return writeCompact(utf8(JSON.stringify(header)), utf8(JSON.stringify(claims)), signer);
}

/**
 * Verifies a proof (RFC 9449 4.3) for the request it came with. Checks: format, key, authenticity, authority (this method, URL
 * and nonce), time, binding (`thumbprint`, and `accessToken` by its hash), replay. The last is asked when all else passed, for the
 * key that made the proof: nobody burns the `jti` of another.
 *
 * @throws GovError `jwt-malformed`, `jwk-malformed`, `jwk-private`, `input-too-large` for a proof that cannot be read;
 *   `invalid-argument` for options that cannot be; what the store throws
 */
export async function verifyDpop(proof: string, policy: DpopPolicy): Promise<DpopVerification> {
  const { at, replay, maxAgeSeconds = 60, algorithms = ALGORITHMS } = policy;
  if (!(maxAgeSeconds >= 1 && maxAgeSeconds <= MAX_AGE_SECONDS) || Number.isNaN(at.getTime()))
    throw new GovError('invalid-argument', `DPoP: at, or an age outside 1 to ${MAX_AGE_SECONDS} s`);
  const htu = checkedTarget(policy.url);
  const jwt = readToken(proof, undefined, 'jwk');
  const { jws, claims } = jwt;
  const { header } = jws;
  if (!Object.hasOwn(header, 'jwk')) throw new GovError('jwt-malformed', 'DPoP: no jwk in the header');
  const jwk = readJwk(header.jwk!);
  const algorithm = algorithms.find((one) => algorithmNames(one, GMT_0125).includes(header.alg));
  const thumbprint = await jwkThumbprint(jwk);
  const findings: Finding[] = [
    ...claimsFindings(claims),
    ...requestFindings(jwt, policy, htu),
    ...timeFindings(claims, at, maxAgeSeconds),
    ...(await bindingFindings(claims, policy, thumbprint)),
  ];
  if (algorithm === undefined || !jwkFits(jwk, algorithm))
    findings.push(fail('key', 'token-algorithm-refused', 'RFC 9449 4.3'));
  else {
    const genuine = await jwkVerifier(jwk, { algorithm }).verify(jws.signed, jws.signature);
    findings.push(pass('key', 'token-key-ok', 'RFC 9449 4.3'), authenticity(genuine));
  }
  const required: Check[] = ['format', 'key', 'authenticity', 'authority', 'time'];
  if (policy.thumbprint !== undefined) required.push('binding');
  if (judge(findings, { required }) === 'valid') {
    // At exactly this age it passes still.
    const until = new Date(Math.ceil(((claims.iat as number) + maxAgeSeconds) * 1000) + 1);
    const first = await replay.firstUse(`${TYP} ${thumbprint}`, claims.jti as string, until);
    findings.push((first ? pass : fail)('replay', first ? 'token-first-use' : 'token-replayed', 'RFC 9449 11.1'));
  }
  required.push('replay');
  const judged = report(algorithm === undefined ? {} : { algorithm }, findings, { required });
  return { report: judged, ...(judged.verdict === 'valid' ? { thumbprint } : {}) };
}

/** The claims that a proof has (RFC 9449 4.2); those that have a meaning here have their types. */
const CLAIMS: readonly (readonly [string, (value: JsonObject[string]) => boolean])[] = [
  ['jti', isText],
  ['htm', isText],
  ['htu', (value) => typeof value === 'string'],
  ['iat', isNumericDate],
];

function claimsFindings(claims: JsonObject): readonly Finding[] {
  const findings = CLAIMS.flatMap(([name, fits]) => {
    if (!Object.hasOwn(claims, name)) return [claimFinding('token-claim-missing', name)];
    return fits(claims[name]!) ? [] : [claimFinding('token-claim-malformed', name)];
  });
  return findings.length > 0 ? findings : [pass('format', 'format-ok', 'RFC 9449 4.2')];
}

function requestFindings({ jws, claims }: Jwt, policy: DpopPolicy, target: string): readonly Finding[] {
  const { htm, htu, nonce } = claims;
  const findings: Finding[] = [];
  if (!isType(jws.header.typ, TYP)) findings.push(fail('authority', 'token-type-mismatch', 'RFC 9449 4.2'));
  if (htm !== policy.method || typeof htu !== 'string' || targetOfText(htu) !== target)
    findings.push(fail('authority', 'proof-request-mismatch', 'RFC 9449 4.3'));
  if (policy.nonce !== undefined && nonce !== policy.nonce)
    findings.push(fail('authority', 'proof-nonce-mismatch', 'RFC 9449 8'));
  return findings.length > 0 ? findings : [pass('authority', 'authority-ok', 'RFC 9449 4.3')];
}

function timeFindings({ iat }: JsonObject, at: Date, maxAgeSeconds: number): readonly Finding[] {
  if (!isNumericDate(iat)) return [];
  const age = at.getTime() / 1000 - iat;
  if (age > maxAgeSeconds) return [fail('time', 'proof-too-old', 'RFC 9449 11.1')];
  if (-age > maxAgeSeconds) return [fail('time', 'token-issued-later', 'RFC 9449 11.1')];
  return [pass('time', 'token-time-ok', 'RFC 9449 4.3')];
}

async function bindingFindings(
  { ath }: JsonObject,
  { thumbprint, accessToken }: DpopPolicy,
  own: string,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  if (thumbprint !== undefined && own !== thumbprint)
    findings.push(fail('binding', 'token-binding-mismatch', 'RFC 9449 6.1'));
  if (accessToken !== undefined && ath !== (await tokenHash(accessToken)))
    findings.push(fail('binding', 'proof-token-mismatch', 'RFC 9449 4.3'));
  // That the hash fits says nothing about the key: the token is a thing to be copied.
  if (findings.length > 0 || thumbprint === undefined) return findings;
  return [pass('binding', 'token-binding-ok', 'RFC 9449 6.1')];
}

/** `ath` (RFC 9449 4.2). */
async function tokenHash(token: string): Promise<string> {
  return toBase64url(new Uint8Array(await crypto.subtle.digest('SHA-256', utf8(token))));
}

/** A token of RFC 9110 5.6.2; methods differ in the case of their letters. */
function checkedMethod(method: string): string {
  if (!/^[\w!#$%&'*+.^`|~-]{1,32}$/.test(method)) throw new GovError('invalid-argument', 'DPoP: no method');
  return method;
}

function checkedTarget(url: string): string {
  const target = targetOfUrl(url);
  if (target === undefined) throw new GovError('invalid-argument', 'DPoP: no http or https URL');
  return target;
}

const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

const randomOctets = (octets: number): Uint8Array => crypto.getRandomValues(new Uint8Array(octets));

const pass = (check: Check, code: FindingCode, clause: string): Finding => ({ check, outcome: 'pass', code, clause });

const fail = (check: Check, code: FindingCode, clause: string): Finding => ({ check, outcome: 'fail', code, clause });
