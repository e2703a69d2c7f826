/** Logout tokens (退出令牌, OpenID Connect Back-Channel Logout 1.0, 2.4 and 2.6). */
import { type Signer, toBase64url } from '@gov/sm';
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
import { type Finding, GovError, type Report, report } from '@gov/verdict';
import * as z from 'zod/mini';
import { CLAIM_LIMITS } from '../claims.js';
import { claimsFindings, parseWith } from './parse-with.js';

/** `typ` (Back-Channel Logout 2.4). */
export const LOGOUT_TOKEN_TYPE = 'logout+jwt';

/** The one event that a logout token tells of. */
export const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';

/** Seconds: how long a logout token lives unless told otherwise, and at most. */
export const LOGOUT_TOKEN_LIFETIME = { usual: 120, most: 300 } as const;

/** Which login has ended. One of `subject` and `sessionId` is there, or both. */
export interface LogoutClaim {
  /** `sub`, as the application knows it. */
  readonly subject?: string;
  /** `sid` */
  readonly sessionId?: string;
}

/** Whom to tell of which session. */
export interface LogoutNotice extends LogoutClaim {
  readonly clientId: string;
}

export interface LogoutTokenIssuer {
  readonly issuer: string;
  readonly signer: Signer;
  readonly kid: string;
  readonly at: Date;
  /** `LOGOUT_TOKEN_LIFETIME` */
  readonly lifetimeSeconds?: number;
  readonly random?: (octets: number) => Uint8Array;
}

/**
 * Issues a logout token (签发退出令牌) for one application.
 *
 * @throws GovError `invalid-argument` for a notice that names neither subject nor session, and a lifetime beyond the limit
 */
export async function issueLogoutToken(
  { clientId, subject, sessionId }: LogoutNotice,
  { issuer, signer, kid, at, lifetimeSeconds = LOGOUT_TOKEN_LIFETIME.usual, random = randomOctets }: LogoutTokenIssuer,
): Promise<string> {
  const { most } = LOGOUT_TOKEN_LIFETIME;
  if (!Number.isSafeInteger(lifetimeSeconds) || lifetimeSeconds < 1 || lifetimeSeconds > most)
    throw new GovError('invalid-argument', `a logout token lives 1 to ${most} s`);
  if (subject === undefined && sessionId === undefined)
    throw new GovError('invalid-argument', 'logout token: neither subject nor session');
  const iat = Math.floor(at.getTime() / 1000);
  const claims: JsonObject = {
    iss: issuer,
    aud: clientId,
    iat,
    exp: iat + lifetimeSeconds,
    jti: toBase64url(random(16)),
    events: { [LOGOUT_EVENT]: {} },
    ...(subject === undefined ? {} : { sub: subject }),
    ...(sessionId === undefined ? {} : { sid: sessionId }),
  };
  return signJwt(claims, { typ: LOGOUT_TOKEN_TYPE, kid, signer });
}

export interface LogoutTokenPolicy extends Omit<JwtPolicy, 'typ' | 'audience' | 'maxLifetimeSeconds'> {
  /** Of the application that verifies: its `client_id` at the issuer. */
  readonly clientId: string;
}

/** What a valid logout token says. */
export interface VerifiedLogout extends LogoutClaim {
  readonly issuer: string;
  readonly tokenId: string;
  readonly expiresAt: Date;
}

export interface LogoutTokenVerification {
  readonly report: Report<JwtSubject>;
  /** Only where the verdict is valid. */
  readonly logout?: VerifiedLogout;
}

const id = z.string().check(z.minLength(1), z.maxLength(CLAIM_LIMITS.id), z.regex(/^[^\p{Cc}\p{Cs}\ufeff]*$/u));

const logoutClaims = z.object({
  sub: z.exactOptional(id),
  sid: z.exactOptional(id),
  events: z.strictObject({ [LOGOUT_EVENT]: z.strictObject({}) }),
  /** So that no ID token is a logout token, nor the other way round (2.4). */
  nonce: z.exactOptional(z.never()),
});

/** Without either it would end nothing, or everything. */
const whichFindings = ({ sub, sid }: z.output<typeof logoutClaims>): readonly Finding[] =>
  sub === undefined && sid === undefined
    ? [{ check: 'format', outcome: 'fail', code: 'token-claim-missing', clause: CLAUSE, detail: 'sub or sid' }]
    : [];

const CLAUSE = 'OpenID Connect Back-Channel Logout 2.6';

/**
 * Verifies a logout token (验证退出令牌, Back-Channel Logout 2.6). Keep `replay`: without it a token does its work more than once.
 *
 * @throws GovError `jwt-malformed`, `input-too-large`; `invalid-argument` for a policy that contradicts itself
 */
export async function verifyLogoutToken(text: string, policy: LogoutTokenPolicy): Promise<LogoutTokenVerification> {
  const jwt = readJwt(text, policy.limits);
  const jwtPolicy = {
    ...policy,
    typ: LOGOUT_TOKEN_TYPE,
    audience: policy.clientId,
    maxLifetimeSeconds: LOGOUT_TOKEN_LIFETIME.most,
    demandedClaims: ['jti', 'events', ...(policy.demandedClaims ?? [])],
  };
  const read = parseWith(logoutClaims, jwt.claims);
  const required = jwtRequired(jwt, jwtPolicy);
  const findings = await jwtFindings(jwt, jwtPolicy, {
    required,
    findings: async () => ('issues' in read ? claimsFindings(read.issues) : whichFindings(read.value)),
  });
  const judged = report(jwtSubject(jwt, jwtPolicy), findings, { required });
  if (judged.verdict !== 'valid' || 'issues' in read) return { report: judged };
  const { sub, sid } = read.value;
  const { iss, jti, exp } = jwt.claims as { readonly iss: string; readonly jti: string; readonly exp: number };
  return {
    report: judged,
    logout: {
      issuer: iss,
      tokenId: jti,
      expiresAt: new Date(exp * 1000),
      ...(sub === undefined ? {} : { subject: sub }),
      ...(sid === undefined ? {} : { sessionId: sid }),
    },
  };
}

const randomOctets = (octets: number): Uint8Array => crypto.getRandomValues(new Uint8Array(octets));
