/** A subject token (主体令牌, RFC 8693 2.1) as its issuer's profile has it verified. */
import type { JsonObject } from '@gov/token/json';
import { type IssuerProfile, readJwt } from '@gov/token/jwt';
import { type GovError, isGovError, type Report } from '@gov/verdict';
import { type Identity, verifyReadAccessToken } from '../access-token.js';
import { type AssuranceMapping, mappedLevel } from '../assurance.js';
import type { ActorClaim, MandateClaim } from '../claims.js';
import { verifyIdToken } from '../id-token.js';
import type { TokenStatusSource } from '../status.js';
import type { SubjectKind } from '../subject.js';
import { fingerprint } from './upstream-session.js';

/** Whose tokens are exchanged (令牌来源), and what they are worth here. */
export interface SubjectIssuer {
  readonly profile: IssuerProfile;
  /** What its access tokens that are meant for this exchange have for an audience. */
  readonly audience: string;
  /** What its ID tokens for an application of ours have for one: that application's `client_id` there. Without it none is taken. */
  readonly idTokenAudience?: (clientId: string) => string | undefined;
  /** Its levels and ours (等级映射): an `acr` that no rule names is worth nothing. */
  readonly assurance: AssuranceMapping;
  /** Its status lists; given, the status is required. */
  readonly status?: TokenStatusSource;
  /** Whether a mandate of its is in force; undefined where nobody can tell. Without it no token that rests upon one is taken. */
  readonly mandateInForce?: (mandateId: string, at: Date) => Promise<boolean | undefined>;
}

/** What a subject token says, once it is verified. */
export interface VerifiedSubject {
  readonly from: SubjectIssuer;
  readonly sub: string;
  /** An ID token may leave it open. */
  readonly kind?: SubjectKind;
  /** `jti`; an ID token may have none. */
  readonly tokenId?: string;
  /** By which it is known that it was used: of its `jti`, or where it has none of what is signed. */
  readonly use: string;
  /** Here, not there. */
  readonly level: number;
  readonly expiresAt: Date;
  readonly authTime?: Date;
  readonly sessionId?: string;
  readonly actor?: ActorClaim;
  readonly mandate?: MandateClaim;
  /** An ID token has none: it grants nothing. */
  readonly scope?: readonly string[];
  readonly claims: JsonObject;
}

interface SubjectTokenQuestion {
  readonly text: string;
  readonly type: 'access_token' | 'id_token';
  readonly clientId: string;
  readonly issuers: readonly SubjectIssuer[];
  /** Of the key that the request was proved with. */
  readonly thumbprint: string | undefined;
  readonly at: Date;
  readonly clockSkewSeconds: number;
}

interface SubjectTokenAnswer {
  /** Absent where the token cannot be read, or its issuer gives no tokens of the kind. */
  readonly report?: Report;
  readonly subject?: VerifiedSubject;
}

export async function verifySubjectToken(question: SubjectTokenQuestion): Promise<SubjectTokenAnswer> {
  try {
    return await (question.type === 'access_token' ? byAccessToken(question) : byIdToken(question));
  } catch (error) {
    if (isGovError(error) && UNREADABLE.includes(error.code)) return {};
    throw error;
  }
}

const UNREADABLE: readonly GovError['code'][] = ['jwt-malformed', 'input-too-large'];

async function byAccessToken(question: SubjectTokenQuestion): Promise<SubjectTokenAnswer> {
  const { text, issuers, thumbprint, at, clockSkewSeconds } = question;
  const jwt = readJwt(text);
  const { claims } = jwt;
  const from = issuers.find(({ profile }) => profile.issuer === claims.iss);
  const { report, identity } = await verifyReadAccessToken(text, jwt, {
    issuers: from === undefined ? [] : [from.profile],
    // Never that of an issuer: one whose name nobody knows fails for that.
    audience: from?.audience ?? '-',
    at,
    clockSkewSeconds,
    ...(from === undefined ? {} : { table: from.assurance.from }),
    ...(from?.status === undefined ? {} : { status: from.status }),
    // Shown with a token that is bound to no key, a proof is for the new one alone.
    ...(thumbprint === undefined || !Object.hasOwn(claims, 'cnf') ? {} : { possession: { thumbprint } }),
  });
  const level = identity && from && mappedLevel(from.assurance, identity.acr);
  if (from === undefined || identity === undefined || level === undefined) return { report };
  return { report, subject: ofIdentity(identity, from, level) };
}

function ofIdentity(identity: Identity, from: SubjectIssuer, level: number): VerifiedSubject {
  const { issuer, tokenId, expiresAt, scope, claims, subject, authTime, sessionId, actor, mandate } = identity;
  return {
    from,
    ...subject,
    tokenId,
    use: fingerprint('jti', issuer, tokenId),
    level,
    expiresAt,
    scope,
    claims,
    ...(authTime && { authTime }),
    ...(sessionId === undefined ? {} : { sessionId }),
    ...(actor && { actor }),
    ...(mandate && { mandate }),
  };
}

async function byIdToken(question: SubjectTokenQuestion): Promise<SubjectTokenAnswer> {
  const { text, issuers, clientId, at, clockSkewSeconds } = question;
  const { claims, jws } = readJwt(text);
  const from = issuers.find(({ profile }) => profile.issuer === claims.iss);
  const audience = from?.idTokenAudience?.(clientId);
  if (from === undefined || audience === undefined) return {};
  const { report, login } = await verifyIdToken(text, {
    issuers: [from.profile],
    clientId: audience,
    // The application asked for it, and has compared it when the token came.
    nonce: typeof claims.nonce === 'string' ? claims.nonce : null,
    typ: from.profile.dialect?.typ === 'optional' ? null : 'JWT',
    at,
    clockSkewSeconds,
    table: from.assurance.from,
  });
  const acr = login?.claims.acr;
  const level = acr === undefined ? undefined : mappedLevel(from.assurance, acr);
  if (login === undefined || level === undefined) return { report };
  const { sub, sub_kind: kind, exp, auth_time: authTime, sid, act, mandate } = login.claims;
  const jti = typeof claims.jti === 'string' ? claims.jti : undefined;
  const subject: VerifiedSubject = {
    from,
    sub,
    use:
      jti === undefined
        ? fingerprint('jws', new TextDecoder().decode(jws.signed))
        : fingerprint('jti', from.profile.issuer, jti),
    level,
    expiresAt: new Date(exp * 1000),
    claims: login.all,
    ...(kind === undefined ? {} : { kind }),
    ...(jti === undefined ? {} : { tokenId: jti }),
    ...(authTime === undefined ? {} : { authTime: new Date(authTime * 1000) }),
    ...(sid === undefined ? {} : { sessionId: sid }),
    ...(act && { actor: act }),
    ...(mandate && { mandate }),
  };
  return { report, subject };
}
