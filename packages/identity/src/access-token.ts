/** Access tokens (访问令牌): JWTs by RFC 9068, with who acts, how surely the person was identified, and for which key. */
import { holdsPersonalNumber } from '@gov/codes';
import { type Signer, toBase64url } from '@gov/sm';
import type { JsonObject } from '@gov/token/json';
import {
  type Jwt,
  type JwtPolicy,
  type JwtSubject,
  jwtFindings,
  jwtRequired,
  jwtSubject,
  readJwt,
  signJwt,
} from '@gov/token/jwt';
import { type Check, type Finding, GovError, judge, type Report, report } from '@gov/verdict';
import { ASSURANCE_LEVELS, type AssuranceTable, acrOfLevel, levelOfAcr } from './assurance.js';
import {
  type AccessTokenClaims,
  type ActorClaim,
  isAccessTokenClaim,
  type MandateClaim,
  readAccessTokenClaims,
} from './claims.js';
import { actingFindings, actorChain } from './internal/acting.js';
import { bindingOf, type Possession, type ProvedPossession } from './internal/binding.js';
import { assuranceFinding, loginFindings } from './internal/login.js';
import { claimsFindings, issuesText } from './internal/parse-with.js';
import type { TokenStatusSource } from './status.js';
import { FULL_CLAIMS, type SubjectKind } from './subject.js';

export type { Possession, ProvedPossession };

/** Seconds: how long a token lives unless told otherwise, and at most. */
export const ACCESS_TOKEN_LIFETIME = { usual: 600, most: 86_400 } as const;

/** `typ` of an access token (RFC 9068 2.1). */
export const ACCESS_TOKEN_TYPE = 'at+jwt';

/** Whom a token is about, as it says so: `sub` is pairwise. */
export interface TokenSubject {
  readonly kind: SubjectKind;
  readonly sub: string;
}

/** What an access token grants (授权内容). */
export interface AccessGrant {
  readonly subject: TokenSubject;
  /** Application that gets the token (`client_id`). */
  readonly clientId: string;
  /** Servers that it is for. */
  readonly audience: readonly string[];
  /** Scope values; may be none. */
  readonly scope: readonly string[];
  /** Of the table: its `acr` goes into the token. */
  readonly level: number;
  /** When the person logged in. */
  readonly authTime?: Date;
  readonly actor?: ActorClaim;
  readonly mandate?: MandateClaim;
  /** `sid` */
  readonly sessionId?: string;
  /** Of the key the token is bound to (`cnf.jkt`, RFC 9449 6.1). */
  readonly thumbprint?: string;
  /** Its place in a status list. */
  readonly status?: { readonly uri: string; readonly index: number };
  /** Further claims: none of those above, and of persons masked forms only. */
  readonly more?: JsonObject;
}

export interface AccessTokenIssuer {
  readonly issuer: string;
  readonly signer: Signer;
  readonly kid: string;
  readonly at: Date;
  /** `ACCESS_TOKEN_LIFETIME`; the token ends with its mandate where that ends earlier. */
  readonly lifetimeSeconds?: number;
  /** `ASSURANCE_LEVELS` unless given. */
  readonly table?: AssuranceTable;
  /** For `jti`; the runtime's generator unless given. */
  readonly random?: (octets: number) => Uint8Array;
}

export interface IssuedAccessToken {
  readonly token: string;
  /** `jti` */
  readonly tokenId: string;
  readonly expiresAt: Date;
  readonly claims: JsonObject;
}

/** Who is there, as a valid access token says (访问者身份). */
export interface Identity {
  readonly issuer: string;
  readonly subject: TokenSubject;
  readonly actor?: ActorClaim;
  readonly mandate?: MandateClaim;
  readonly clientId: string;
  readonly audience: readonly string[];
  readonly scope: readonly string[];
  readonly acr: string;
  readonly level: number;
  readonly authTime?: Date;
  readonly sessionId?: string;
  readonly tokenId: string;
  readonly expiresAt: Date;
  /** All claims. */
  readonly claims: JsonObject;
}

export interface AccessTokenPolicy extends Omit<JwtPolicy, 'typ'> {
  /** `ASSURANCE_LEVELS` unless given. */
  readonly table?: AssuranceTable;
  /** The proof that came with the token; absent where it was shown as plain bearer. */
  readonly possession?: Possession | ProvedPossession;
  /** A token that is bound to no key is refused. */
  readonly demandBinding?: boolean;
  /** Given, the status is required. */
  readonly status?: TokenStatusSource;
  readonly minLevel?: number;
  /** Since the login. */
  readonly maxAuthAgeSeconds?: number;
}

export interface AccessTokenVerification {
  readonly report: Report<JwtSubject>;
  /** Only where the verdict is valid. */
  readonly identity?: Identity;
}

/**
 * Issues an access token (签发访问令牌). It holds what the grant says and nothing else of the person: no name, no number.
 *
 * @throws GovError `invalid-argument` for a grant that `verifyAccessToken` would not take: a scope beyond the mandate, a mandate
 *   without an agent or ended, a level that the table has not, a lifetime beyond `ACCESS_TOKEN_LIFETIME.most`; for a `sub` that
 *   is the number of a person, and for further claims that are names or numbers of persons, or the token's own
 */
export async function issueAccessToken(grant: AccessGrant, options: AccessTokenIssuer): Promise<IssuedAccessToken> {
  const { issuer, signer, kid, at, table = ASSURANCE_LEVELS, random = randomOctets } = options;
  const iat = Math.floor(at.getTime() / 1000);
  const exp = expiry(iat, options.lifetimeSeconds ?? ACCESS_TOKEN_LIFETIME.usual, grant.mandate);
  const tokenId = toBase64url(random(16));
  const [first, ...others] = grant.audience;
  const claims: JsonObject = {
    ...grant.more,
    iss: issuer,
    sub: grant.subject.sub,
    sub_kind: grant.subject.kind,
    aud: others.length === 0 ? (first ?? '') : grant.audience,
    client_id: grant.clientId,
    jti: tokenId,
    iat,
    exp,
    acr: acrOfLevel(table, grant.level),
    ...(grant.scope.length === 0 ? {} : { scope: grant.scope.join(' ') }),
    ...(grant.authTime === undefined ? {} : { auth_time: Math.floor(grant.authTime.getTime() / 1000) }),
    ...(grant.sessionId === undefined ? {} : { sid: grant.sessionId }),
    ...(grant.actor === undefined ? {} : { act: { ...grant.actor } as unknown as JsonObject }),
    ...(grant.mandate === undefined ? {} : { mandate: { ...grant.mandate } }),
    ...(grant.thumbprint === undefined ? {} : { cnf: { jkt: grant.thumbprint } }),
    ...(grant.status === undefined
      ? {}
      : { status: { status_list: { idx: grant.status.index, uri: grant.status.uri } } }),
  };
  refuseUnfit(grant, claims, at);
  const token = await signJwt(claims, { typ: ACCESS_TOKEN_TYPE, kid, signer });
  return { token, tokenId, expiresAt: new Date(exp * 1000), claims };
}

/**
 * Verifies an access token (验证访问令牌): who issued it, for whom and until when, that it is shown by the holder of its key, that
 * the person was identified surely enough, that who acts may act, and, where a source is given, that it is in force.
 *
 * A token with `cnf` needs `possession`; one bound in another way than to a DPoP key is refused. Required checks: format, key,
 * authenticity, authority, time, assurance; binding, status and replay where the token or the policy asks.
 *
 * @throws GovError `jwt-malformed`, `input-too-large` for what is no token at all
 */
export async function verifyAccessToken(text: string, policy: AccessTokenPolicy): Promise<AccessTokenVerification> {
  return verifyReadAccessToken(text, readJwt(text, policy.limits), policy);
}

/** @param jwt `text` as it was read, for whoever had to look into it beforehand. @internal */
export async function verifyReadAccessToken(
  text: string,
  jwt: Jwt,
  policy: AccessTokenPolicy,
): Promise<AccessTokenVerification> {
  const { at, clockSkewSeconds = 60, table = ASSURANCE_LEVELS, possession, demandBinding = false, status } = policy;
  const jwtPolicy = {
    ...policy,
    typ: ACCESS_TOKEN_TYPE,
    demandedClaims: [...DEMANDED_CLAIMS, ...(policy.demandedClaims ?? [])],
  };
  const read = readAccessTokenClaims(jwt.claims);
  const own: readonly Check[] = status === undefined ? ['assurance'] : ['assurance', 'status'];
  const required = [...jwtRequired(jwt, jwtPolicy), ...own];
  const findings = await jwtFindings(jwt, jwtPolicy, {
    required: own,
    async findings(before) {
      if ('issues' in read) return claimsFindings(read.issues);
      const { value: claims } = read;
      const login = { at, table, minLevel: policy.minLevel, maxAgeSeconds: policy.maxAuthAgeSeconds, clockSkewSeconds };
      const binding = await bindingOf({ text, cnf: claims.cnf, at }, { possession, demandBinding });
      const found = [
        assuranceFinding(claims, login),
        ...loginFindings(claims, login),
        ...actingFindings(actingOf(claims), at),
        ...binding.findings,
      ];
      const isGood = (...but: readonly Check[]): boolean =>
        judge([...before, ...found], { required: required.filter((check) => !but.includes(check)) }) === 'valid';
      // Nobody is asked about a token that is not genuine, and no proof is used up by one that is not in force.
      const asked = status !== undefined && isGood('replay', 'status') ? status : undefined;
      found.push(...(await statusFindings(claims, asked, at)));
      if (binding.firstUse !== undefined && isGood('replay')) found.push(...(await binding.firstUse()));
      return found;
    },
  });
  const judged = report(jwtSubject(jwt, jwtPolicy), findings, { required });
  if (judged.verdict !== 'valid' || 'issues' in read) return { report: judged };
  return { report: judged, identity: identityOf(read.value, jwt.claims, table) };
}

/** RFC 9068 2.2, and whom the token is about. */
const DEMANDED_CLAIMS: readonly string[] = ['sub', 'iat', 'jti', 'client_id', 'sub_kind'];

async function statusFindings(
  { iss, status: place }: AccessTokenClaims,
  source: TokenStatusSource | undefined,
  at: Date,
): Promise<readonly Finding[]> {
  if (source === undefined)
    return place === undefined ? [] : [{ check: 'status', outcome: 'skipped', code: 'status-not-checked' }];
  if (place === undefined)
    return [
      { check: 'status', outcome: 'unknown', code: 'token-status-unavailable', detail: 'it has no place in a list' },
    ];
  return [await source.check({ issuer: iss, uri: place.status_list.uri, index: place.status_list.idx, at })];
}

const scopeOf = ({ scope }: AccessTokenClaims): readonly string[] =>
  scope === undefined ? [] : [...new Set(scope.split(' '))];

const actingOf = (claims: AccessTokenClaims) => ({
  sub: claims.sub,
  kind: claims.sub_kind,
  actor: claims.act,
  mandate: claims.mandate,
  // Nothing but a mandate is compared with it.
  scope: claims.mandate === undefined ? [] : scopeOf(claims),
  expiresAt: new Date(claims.exp * 1000),
});

function identityOf(claims: AccessTokenClaims, all: JsonObject, table: AssuranceTable): Identity {
  const { acr = '', auth_time: login } = claims;
  return {
    issuer: claims.iss,
    subject: { kind: claims.sub_kind, sub: claims.sub },
    ...(claims.act === undefined ? {} : { actor: claims.act }),
    ...(claims.mandate === undefined ? {} : { mandate: claims.mandate }),
    clientId: claims.client_id,
    audience: typeof claims.aud === 'string' ? [claims.aud] : claims.aud,
    scope: scopeOf(claims),
    acr,
    level: levelOfAcr(table, acr)!,
    ...(login === undefined ? {} : { authTime: new Date(login * 1000) }),
    ...(claims.sid === undefined ? {} : { sessionId: claims.sid }),
    tokenId: claims.jti,
    expiresAt: new Date(claims.exp * 1000),
    claims: all,
  };
}

function expiry(iat: number, lifetime: number, mandate: MandateClaim | undefined): number {
  if (!Number.isSafeInteger(lifetime) || lifetime < 1 || lifetime > ACCESS_TOKEN_LIFETIME.most)
    throw new GovError('invalid-argument', `an access token lives 1 to ${ACCESS_TOKEN_LIFETIME.most} s`);
  return Math.min(iat + lifetime, mandate?.exp ?? Number.POSITIVE_INFINITY);
}

function refuseUnfit({ more = {}, subject, actor, scope }: AccessGrant, claims: JsonObject, at: Date): void {
  const own = Object.keys(more).find((name) => isAccessTokenClaim(name) || FULL_CLAIMS.includes(name));
  if (own !== undefined) throw unfit(`${own} is no further claim of an access token`);
  if ([subject, ...actorChain(actor)].some(({ sub }) => holdsPersonalNumber(sub)))
    throw unfit('a sub is the number of a person');
  if (scope.some((value) => value.includes(' '))) throw unfit('a scope value with a space in it');
  const read = readAccessTokenClaims(claims);
  if ('issues' in read)
    throw new GovError('invalid-argument', `access token: ${issuesText(read.issues)}`, { issues: read.issues });
  const problem = actingFindings(actingOf(read.value), at).find(({ outcome }) => outcome === 'fail');
  if (problem !== undefined) throw unfit(problem.detail ?? problem.code);
}

const unfit = (why: string): GovError => new GovError('invalid-argument', `access token: ${why}`);

const randomOctets = (octets: number): Uint8Array => crypto.getRandomValues(new Uint8Array(octets));
