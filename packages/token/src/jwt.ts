/**
 * `@gov/token/jwt`: JSON Web Tokens (RFC 7519, JSON Web 令牌) as RFC 8725 wants them verified: the kind of token is demanded,
 * the algorithm and the keys are those of the issuer's profile, every token is for somebody and ends.
 *
 * @example
 * import { generateSm2Key, sm2Signer } from '@gov/sm';
 * import { publicJwk } from '@gov/token/jwk';
 * import { signJwt, verifyJwt } from '@gov/token/jwt';
 * import { fixedKeys } from '@gov/token/key-source';
 *
 * const issuer = 'https://id.example.gov.cn';
 * const signer = sm2Signer(generateSm2Key());
 * const at = new Date();
 * const iat = Math.floor(at.getTime() / 1000);
 * const text = await signJwt(
 *   { iss: issuer, sub: 'a1', aud: 'https://api.example.gov.cn', iat, exp: iat + 300 },
 *   { typ: 'at+jwt', kid: '2026', signer },
 * );
 * const { report, claims } = await verifyJwt(text, {
 *   typ: 'at+jwt',
 *   issuers: [{ issuer, keys: fixedKeys([publicJwk(signer.publicKey, { kid: '2026' })]) }],
 *   audience: 'https://api.example.gov.cn',
 *   at,
 * });
 * console.log(report.verdict, claims?.sub); // valid a1
 *
 * @packageDocumentation
 */
import { type Signer, sm3, toBase64url } from '@gov/sm';
import { type Check, type Finding, GovError, judge, type Report, report } from '@gov/verdict';
import { GMT_0125, type JoseDialect, type TokenAlgorithm } from './dialect.js';
import {
  audienceFindings,
  claimProblem,
  claimsFindings,
  isJson,
  isType,
  LAST_SECOND,
  timeFindings,
} from './internal/claims.js';
import { isText, JWT_LIMITS, type JwtLimits, readToken } from './internal/jwt-reader.js';
import { profileAlgorithm, signatureFindings } from './internal/token-signature.js';
import type { JsonObject } from './json.js';
import { type Jws, signJws } from './jws.js';
import type { KeySource } from './key-source.js';
import type { ReplayStore } from './one-time.js';

export { JWT_LIMITS, type JwtLimits };

/** A token as it was received; nothing in it is verified yet. */
export interface Jwt {
  readonly jws: Jws;
  readonly claims: JsonObject;
}

export interface JwtSigner {
  /** The kind of token (RFC 8725 3.11), e.g. `at+jwt`. */
  readonly typ: string;
  readonly kid: string;
  readonly signer: Signer;
}

/** What is known of an issuer (签发者) beforehand: a token cannot add to it. */
export interface IssuerProfile {
  /** `iss`, to the last character (RFC 8725 3.8): another spelling of the same URL is another issuer. */
  readonly issuer: string;
  /** Its own keys, and nobody else's: a `kid` is looked for here alone. */
  readonly keys: KeySource;
  /** Only these; SM2 alone unless given. */
  readonly algorithms?: readonly TokenAlgorithm[];
  /** `GMT_0125` unless given. */
  readonly dialect?: JoseDialect;
}

/** What a token is judged by. */
export interface JwtPolicy {
  /**
   * The kind of token. Compared as media types are (RFC 7515 4.1.9, RFC 9068 4): `application/` in front and the case of ASCII
   * letters make no difference, anything else does. null, for issuers whose dialect leaves `typ` open: it is absent, or `JWT`.
   */
  readonly typ: string | null;
  readonly issuers: readonly IssuerProfile[];
  /** Who verifies: it must be among `aud`, to the last character. */
  readonly audience: string;
  readonly at: Date;
  /** How far clocks may be apart (时钟偏差), seconds: 0 to 300, 60 unless given. */
  readonly clockSkewSeconds?: number;
  /** `exp` at most so many seconds after `iat`, which is demanded then. */
  readonly maxLifetimeSeconds?: number;
  /** Claims that must be there, besides `iss`, `aud` and `exp`, which always must. */
  readonly demandedClaims?: readonly string[];
  /** The token may be used once (一次性): `jti` is demanded then. */
  readonly replay?: ReplayStore;
  readonly limits?: Partial<JwtLimits>;
}

/** What a report is about. The profile's own words, apart from `kid`. */
export interface JwtSubject {
  /** Of the profile that the token belongs to; absent where there is none. */
  readonly issuer?: string;
  readonly dialect?: string;
  readonly algorithm?: TokenAlgorithm;
  /** As the token names its key. */
  readonly kid?: string;
}

export interface JwtVerification {
  readonly report: Report<JwtSubject>;
  /** Only where the report is valid. */
  readonly claims?: JsonObject;
}

/** Findings that somebody adds to those about the token, e.g. about a proof of possession. */
export interface FurtherFindings {
  /** Checks that these findings must answer. */
  readonly required: readonly Check[];
  /** @param before what was found about the token itself */
  findings(before: readonly Finding[]): Promise<readonly Finding[]>;
}

const MAX_SKEW_SECONDS = 300;

/**
 * Signs a token. It says nothing that `readJwt` and `verifyJwt` would not take: `iss`, `aud` and `exp` are there, the
 * registered claims have their types, the limits are kept.
 *
 * @throws GovError `invalid-argument`; what the signer throws
 */
export async function signJwt(claims: JsonObject, { typ, kid, signer }: JwtSigner): Promise<string> {
  const problem =
    claimProblem(claims) ??
    (typ !== '' && isText(kid) ? undefined : 'typ or kid is empty, too long or not plain text') ??
    (isJson(claims, JWT_LIMITS) ? undefined : 'claims that are not JSON, or too many');
  if (problem !== undefined) throw new GovError('invalid-argument', `JWT: ${problem}`);
  const text = await signJws({ typ, kid }, new TextEncoder().encode(JSON.stringify(claims)), signer);
  if (text.length > JWT_LIMITS.characters) throw new GovError('invalid-argument', 'JWT: the claims are too long');
  return text;
}

/**
 * Reads a token: a JWS (`readJws`) whose payload is a JSON object without a member twice. A nested one (嵌套令牌), whose payload
 * is a token again, is none. Nothing is verified.
 *
 * @throws GovError `jwt-malformed`, `input-too-large`
 */
export function readJwt(text: string, limits?: Partial<JwtLimits>): Jwt {
  return readToken(text, limits);
}

/**
 * Reads and verifies a token (验证令牌). What it claims is handed out only when everything is in order.
 *
 * @throws GovError `jwt-malformed`, `input-too-large`; `invalid-argument` for a policy that contradicts itself; what the
 *   ports throw
 */
export async function verifyJwt(text: string, policy: JwtPolicy): Promise<JwtVerification> {
  const jwt = readJwt(text, policy.limits);
  const required = jwtRequired(jwt, policy);
  // Nobody here can tell whether who shows it holds its key.
  const bound = required.includes('binding') ? [BINDING_MISSING] : [];
  const findings = await jwtFindings(jwt, policy, { required, findings: async () => bound });
  const judged = report(jwtSubject(jwt, policy), findings, { required });
  return { report: judged, ...(judged.verdict === 'valid' ? { claims: jwt.claims } : {}) };
}

/**
 * All that can be found about a token, in a fixed order: claims, kind, audience, time, key, signature, then what `further`
 * finds, and last the first use, which is asked only when all else passed: nobody burns an id with a token that is not good.
 *
 * @throws GovError `invalid-argument` for a policy that contradicts itself; what the ports throw
 */
export async function jwtFindings(jwt: Jwt, policy: JwtPolicy, further?: FurtherFindings): Promise<Finding[]> {
  const skew = checkedSkew(policy);
  const { jws, claims } = jwt;
  const { at, audience, maxLifetimeSeconds, replay, demandedClaims = [] } = policy;
  const profile = profileOf(jwt, policy);
  const demanded = [
    ...demandedClaims,
    ...(maxLifetimeSeconds === undefined ? [] : ['iat']),
    ...(replay === undefined ? [] : ['jti']),
  ];
  const findings = [
    ...claimsFindings(claims, demanded),
    ...kindFindings(jws, policy.typ, profile),
    ...audienceFindings(claims, audience),
    ...timeFindings(claims, { at, skew, maxLifetimeSeconds }),
    ...(profile === undefined ? [ISSUER_UNKNOWN] : await signatureFindings(jws, profile, at)),
  ];
  if (further !== undefined) findings.push(...(await further.findings([...findings])));
  if (replay === undefined) return findings;
  const required = [...REQUIRED, ...(further?.required ?? [])].filter((check) => check !== 'replay');
  if (judge(findings, { required }) === 'valid') findings.push(await firstUse(jwt, policy, replay, skew));
  return findings;
}

const REQUIRED: readonly Check[] = ['format', 'key', 'authenticity', 'authority', 'time'];

/**
 * The checks that a token must answer: always format, key, authenticity, authority and time; with `policy.replay` the first use;
 * with `cnf` (RFC 7800 3.1), whatever it says, the proof of possession, which `jwtFindings` leaves to who adds findings.
 */
export function jwtRequired({ claims }: Jwt, { replay }: JwtPolicy): readonly Check[] {
  return [
    ...REQUIRED,
    ...(Object.hasOwn(claims, 'cnf') ? (['binding'] as const) : []),
    ...(replay === undefined ? [] : (['replay'] as const)),
  ];
}

/** What a report about a token says it is about: nothing that is personal, and no claim. */
export function jwtSubject(jwt: Jwt, policy: JwtPolicy): JwtSubject {
  const profile = profileOf(jwt, policy);
  const { alg, kid } = jwt.jws.header;
  const key = typeof kid === 'string' ? { kid } : {};
  if (profile === undefined) return key;
  const algorithm = profileAlgorithm(alg, profile);
  const { issuer, dialect = GMT_0125 } = profile;
  return { issuer, dialect: dialect.name, ...(algorithm === undefined ? {} : { algorithm }), ...key };
}

const profileOf = ({ claims }: Jwt, { issuers }: JwtPolicy): IssuerProfile | undefined =>
  issuers.find(({ issuer }) => issuer === claims.iss);

/** @throws GovError `invalid-argument` */
function checkedSkew({ typ, issuers, audience, at, clockSkewSeconds = 60 }: JwtPolicy): number {
  const wrong = (why: string): GovError => new GovError('invalid-argument', `JWT policy: ${why}`);
  if (!(clockSkewSeconds >= 0 && clockSkewSeconds <= MAX_SKEW_SECONDS))
    throw wrong(`a clock skew outside 0 to ${MAX_SKEW_SECONDS} s`);
  if (Number.isNaN(at.getTime())) throw wrong('at is no time');
  if (audience === '') throw wrong('no audience');
  if (issuers.some(({ issuer }, index) => issuers.findIndex((other) => other.issuer === issuer) !== index))
    throw wrong('an issuer twice');
  if (typ === null && issuers.some(({ dialect = GMT_0125 }) => dialect.typ === 'demanded'))
    throw wrong('no typ for a dialect that demands it');
  return clockSkewSeconds;
}

/** `authority`: the token is of the kind that is asked for (RFC 8725 3.11), and holds no other one (RFC 7519 5.2). */
function kindFindings({ header }: Jws, wanted: string | null, profile: IssuerProfile | undefined): readonly Finding[] {
  const { typ, cty } = header;
  const fits = wanted === null ? typ === undefined || isType(typ, 'JWT') : isType(typ, wanted);
  // Where a dialect leaves typ open, real tokens say JWT in cty instead; they are none the less not nested.
  const nested = cty !== undefined && !(profile?.dialect?.typ === 'optional' && isType(cty, 'JWT'));
  return fits && !nested ? [] : [TYPE_MISMATCH];
}

/** Ids are one issuer's and one kind's own. Forgotten only after the last moment at which the token would pass. */
async function firstUse({ claims }: Jwt, { typ }: JwtPolicy, replay: ReplayStore, skew: number): Promise<Finding> {
  const until = new Date(Math.min(Math.ceil(((claims.exp as number) + skew) * 1000), LAST_SECOND * 1000));
  const scope = scopeOf(`${typ ?? 'JWT'} ${claims.iss as string}`);
  const first = await replay.firstUse(scope, claims.jti as string, until);
  return {
    check: 'replay',
    ...(first ? { outcome: 'pass', code: 'token-first-use' } : { outcome: 'fail', code: 'token-replayed' }),
    clause: 'RFC 7519 4.1.7',
  };
}

/** No longer than a store takes it. There is a space in every name, and none in what stands for a long one. */
const scopeOf = (name: string): string =>
  name.length <= JWT_LIMITS.textCharacters ? name : `sm3:${toBase64url(sm3(new TextEncoder().encode(name)))}`;

const TYPE_MISMATCH: Finding = {
  check: 'authority',
  outcome: 'fail',
  code: 'token-type-mismatch',
  clause: 'RFC 8725 3.11',
};

const ISSUER_UNKNOWN: Finding = {
  check: 'authority',
  outcome: 'unknown',
  code: 'token-issuer-unknown',
  clause: 'RFC 8725 3.8',
};

const BINDING_MISSING: Finding = {
  check: 'binding',
  outcome: 'unknown',
  code: 'token-binding-missing',
  clause: 'RFC 7800 3.1',
};
