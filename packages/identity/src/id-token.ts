/** ID tokens (身份令牌, OpenID Connect Core 2): what an application is told of a login, and of nobody else's. */
import { holdsPersonalNumber } from '@gov/codes';
import { sm3, toBase64url } from '@gov/sm';
import type { TokenAlgorithm } from '@gov/token/dialect';
import type { JsonObject } from '@gov/token/json';
import {
  type JwtPolicy,
  type JwtSubject,
  jwtFindings,
  jwtRequired,
  jwtSubject,
  readJwt,
  signJwt,
} from '@gov/token/jwt';
import { type Check, type Finding, type FindingCode, GovError, type Report, report } from '@gov/verdict';
import type { AccessTokenIssuer, TokenSubject } from './access-token.js';
import { ASSURANCE_LEVELS, type AssuranceTable, acrOfLevel, levelOfAcr } from './assurance.js';
import { type ActorClaim, type IdTokenClaims, isIdTokenClaim, type MandateClaim, readIdTokenClaims } from './claims.js';
import { actingFindings, actorChain } from './internal/acting.js';
import { assuranceFinding, loginFindings } from './internal/login.js';
import { claimsFindings, issuesText } from './internal/parse-with.js';

/** `typ` of an ID token: the standard has none of its own. */
export const ID_TOKEN_TYPE = 'JWT';

/** Seconds: how long an ID token lives unless told otherwise, and at most. */
export const ID_TOKEN_LIFETIME = { usual: 300, most: 3600 } as const;

/** What an ID token tells (登录结果). */
export interface IdTokenGrant {
  readonly subject: TokenSubject;
  /** Application that asked (`aud`). */
  readonly clientId: string;
  /** Of the request, as it came. */
  readonly nonce?: string;
  readonly level: number;
  readonly authTime: Date;
  readonly actor?: ActorClaim;
  readonly mandate?: MandateClaim;
  readonly sessionId?: string;
  /** That is issued with it: its hash goes in (`at_hash`). */
  readonly accessToken?: string;
  /** What was asked for: `personalClaims(person, […])`. */
  readonly more?: JsonObject;
}

export type IdTokenIssuer = Omit<AccessTokenIssuer, 'random'>;

/**
 * Issues an ID token (签发身份令牌).
 *
 * @throws GovError `invalid-argument` for what `verifyIdToken` would not take, and for a `sub` that is the number of a person
 */
export async function issueIdToken(
  grant: IdTokenGrant,
  options: IdTokenIssuer,
): Promise<{ readonly token: string; readonly expiresAt: Date; readonly claims: JsonObject }> {
  const { issuer, signer, kid, at, table = ASSURANCE_LEVELS, lifetimeSeconds = ID_TOKEN_LIFETIME.usual } = options;
  if (!Number.isSafeInteger(lifetimeSeconds) || lifetimeSeconds < 1 || lifetimeSeconds > ID_TOKEN_LIFETIME.most)
    throw unfit(`it lives 1 to ${ID_TOKEN_LIFETIME.most} s`);
  const iat = Math.floor(at.getTime() / 1000);
  const exp = Math.min(iat + lifetimeSeconds, grant.mandate?.exp ?? Number.POSITIVE_INFINITY);
  const { subject, actor, mandate, more = {} } = grant;
  const claims: JsonObject = {
    ...more,
    iss: issuer,
    sub: subject.sub,
    sub_kind: subject.kind,
    aud: grant.clientId,
    iat,
    exp,
    auth_time: Math.floor(grant.authTime.getTime() / 1000),
    acr: acrOfLevel(table, grant.level),
    ...(grant.nonce === undefined ? {} : { nonce: grant.nonce }),
    ...(grant.sessionId === undefined ? {} : { sid: grant.sessionId }),
    ...(actor === undefined ? {} : { act: { ...actor } as unknown as JsonObject }),
    ...(mandate === undefined ? {} : { mandate: { ...mandate } }),
    ...(grant.accessToken === undefined ? {} : { at_hash: await tokenHash(grant.accessToken, signer.algorithm) }),
  };
  const own = Object.keys(more).find(isIdTokenClaim);
  if (own !== undefined) throw unfit(`${own} is no further claim`);
  if ([subject, ...actorChain(actor)].some(({ sub }) => holdsPersonalNumber(sub)))
    throw unfit('a sub is the number of a person');
  const read = readIdTokenClaims(claims);
  if ('issues' in read)
    throw new GovError('invalid-argument', `ID token: ${issuesText(read.issues)}`, { issues: read.issues });
  const problem = actingFindings(actingOf(read.value), at).find(({ outcome }) => outcome === 'fail');
  if (problem !== undefined) throw unfit(problem.detail ?? problem.code);
  const token = await signJwt(claims, { typ: ID_TOKEN_TYPE, kid, signer });
  return { token, expiresAt: new Date(exp * 1000), claims };
}

export interface IdTokenPolicy extends Omit<JwtPolicy, 'typ' | 'audience'> {
  /** `JWT` unless given; null as in `JwtPolicy`. */
  readonly typ?: string | null;
  /** Of the application that verifies. */
  readonly clientId: string;
  /** That went with the request; null where none did. */
  readonly nonce: string | null;
  /** Audiences that the application trusts beside itself. */
  readonly trustedAudiences?: readonly string[];
  /** That went with the request (`max_age`): since the login. */
  readonly maxAgeSeconds?: number;
  /** That came with the ID token; it must be the one. */
  readonly accessToken?: string;
  /** `ASSURANCE_LEVELS` unless given. With it, or with `minLevel`, the assurance is required. */
  readonly table?: AssuranceTable;
  readonly minLevel?: number;
}

export interface IdTokenVerification {
  readonly report: Report<JwtSubject>;
  /** Only where the verdict is valid: the claims that are read here, and all of them. */
  readonly login?: {
    readonly claims: IdTokenClaims;
    readonly all: JsonObject;
    /** Absent where the token states none, or one that the table has not. */
    readonly level?: number;
  };
}

/**
 * Verifies an ID token (验证身份令牌, OpenID Connect Core 3.1.3.7): issued to this application for this login (`aud`, `azp`, `nonce`), not
 * too long after it (`auth_time`), together with this access token (`at_hash`).
 *
 * @throws GovError `jwt-malformed`, `input-too-large`; `invalid-argument` for a policy that contradicts itself
 */
export async function verifyIdToken(text: string, policy: IdTokenPolicy): Promise<IdTokenVerification> {
  const { at, clockSkewSeconds = 60, minLevel, maxAgeSeconds, table = ASSURANCE_LEVELS, clientId } = policy;
  const jwt = readJwt(text, policy.limits);
  const { typ = ID_TOKEN_TYPE } = policy;
  const demandedClaims = ['sub', 'iat', ...(policy.demandedClaims ?? [])];
  const jwtPolicy = { ...policy, typ, audience: clientId, demandedClaims };
  const { algorithm } = jwtSubject(jwt, jwtPolicy);
  const read = readIdTokenClaims(jwt.claims);
  const own: Check[] = policy.table === undefined && minLevel === undefined ? [] : ['assurance'];
  const findings = await jwtFindings(jwt, jwtPolicy, {
    required: own,
    async findings() {
      if ('issues' in read) return claimsFindings(read.issues);
      const { value: claims } = read;
      const login = { at, table, minLevel, maxAgeSeconds, clockSkewSeconds };
      return [
        assuranceFinding(claims, login),
        ...loginFindings(claims, login),
        ...actingFindings(actingOf(claims), at),
        ...partyFindings(claims, policy),
        ...(await hashFindings(claims, policy.accessToken, algorithm)),
      ];
    },
  });
  const judged = report(jwtSubject(jwt, jwtPolicy), findings, { required: [...jwtRequired(jwt, jwtPolicy), ...own] });
  if (judged.verdict !== 'valid' || 'issues' in read) return { report: judged };
  const { value: claims } = read;
  const level = claims.acr === undefined ? undefined : levelOfAcr(table, claims.acr);
  return { report: judged, login: { claims, all: jwt.claims, ...(level === undefined ? {} : { level }) } };
}

/** OpenID Connect Core 3.1.3.7 (3) to (5) and (11). */
function partyFindings(
  { aud, azp, nonce }: IdTokenClaims,
  { clientId, trustedAudiences = [], nonce: asked }: IdTokenPolicy,
): readonly Finding[] {
  const audiences = typeof aud === 'string' ? [aud] : aud;
  const isTrusted = (one: string): boolean => one === clientId || trustedAudiences.includes(one);
  const findings: Finding[] = [];
  // Whether it is for this application at all, `jwtFindings` says.
  if (audiences.includes(clientId) && !audiences.every(isTrusted))
    findings.push(fail('authority', 'token-audience-mismatch', '(3)', 'it is for others too'));
  if (azp === undefined ? audiences.length > 1 : azp !== clientId)
    findings.push(fail('authority', 'token-party-mismatch', '(5)', azp === undefined ? 'no azp' : 'another azp'));
  // One that nobody asked for was put in from elsewhere.
  if ((nonce ?? null) !== asked) findings.push(fail('authority', 'token-nonce-mismatch', '(11)'));
  return findings;
}

async function hashFindings(
  { at_hash: hash }: IdTokenClaims,
  accessToken: string | undefined,
  algorithm: TokenAlgorithm | undefined,
): Promise<readonly Finding[]> {
  // Without an algorithm the token falls for that.
  if (accessToken === undefined || algorithm === undefined) return [];
  if (hash === undefined) return [{ check: 'format', outcome: 'fail', code: 'token-claim-missing', detail: 'at_hash' }];
  return hash === (await tokenHash(accessToken, algorithm))
    ? []
    : [fail('authority', 'token-hash-mismatch', '3.1.3.8')];
}

/** Left half of the hash that the signature algorithm has in it (OpenID Connect Core 3.1.3.6): SM3 with SM2, SHA-512 with Ed25519. */
async function tokenHash(token: string, algorithm: TokenAlgorithm): Promise<string> {
  const octets = new TextEncoder().encode(token);
  const name = /SHA(?:256|384|512)$/.exec(algorithm)?.[0].replace('SHA', 'SHA-') ?? 'SHA-512';
  const hash = algorithm.endsWith('SM3') ? sm3(octets) : new Uint8Array(await crypto.subtle.digest(name, octets));
  return toBase64url(hash.subarray(0, hash.length / 2));
}

const actingOf = ({ sub, sub_kind: kind, act: actor, mandate, exp }: IdTokenClaims) => ({
  sub,
  kind,
  actor,
  mandate,
  scope: [],
  expiresAt: new Date(exp * 1000),
});

const fail = (check: Check, code: FindingCode, clause: string, detail?: string): Finding => ({
  check,
  outcome: 'fail',
  code,
  clause: clause.startsWith('(') ? `OpenID Connect Core 3.1.3.7 ${clause}` : `OpenID Connect Core ${clause}`,
  ...(detail === undefined ? {} : { detail }),
});

const unfit = (why: string): GovError => new GovError('invalid-argument', `ID token: ${why}`);
