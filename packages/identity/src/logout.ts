/**
 * `@gov/identity/logout`: single logout (单点退出) by back-channel logout tokens (OpenID Connect Back-Channel Logout 1.0): who ends a
 * session ends its tokens with it, and tells those who had tokens in it; they do the same.
 *
 * @example
 * import { endSession, sendLogout } from '@gov/identity/logout';
 *
 * const at = new Date();
 * const { notices } = await endSession(store, { sessionId: 's-1' }, { at, log: 'identity', actor: 'id-city' });
 * const deliveries = await sendLogout(notices, {
 *   issuer: 'https://id.city.example.gov.cn',
 *   keys: { current: () => ({ kid: '2026', signer }) }, // or a KeyRing
 *   endpoint: async (clientId) => `https://${clientId}.example.gov.cn/logout`,
 *   fetch: (request) => fetch(request),
 *   clock: () => new Date(),
 *   sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
 * });
 * console.log(deliveries.filter(({ outcome }) => outcome !== 'delivered'));
 *
 * @packageDocumentation
 */
import { appendAudit, auditEntry } from '@gov/audit';
import { type GovError, isGovError } from '@gov/verdict';
import {
  type LogoutNotice,
  type LogoutTokenPolicy,
  type VerifiedLogout,
  verifyLogoutToken,
} from './internal/logout-token.js';
import { demanded, OAuthRefusal, postHandler, readForm } from './internal/oauth.js';
import { barSession, fingerprint } from './internal/upstream-session.js';
import type { IdentityStore, KeptSession, KeptToken, SessionSelection } from './port.js';

export {
  issueLogoutToken,
  LOGOUT_EVENT,
  LOGOUT_TOKEN_LIFETIME,
  LOGOUT_TOKEN_TYPE,
  type LogoutClaim,
  type LogoutNotice,
  type LogoutTokenIssuer,
  type LogoutTokenPolicy,
  type LogoutTokenVerification,
  type VerifiedLogout,
  verifyLogoutToken,
} from './internal/logout-token.js';
export { type LogoutDelivery, type LogoutSender, SEND_LOGOUT_LIMITS, sendLogout } from './internal/send-logout.js';

/** Seconds: how long a session that was ended before it began here cannot begin. */
const BARRED_SECONDS = 86_400;

/** Sessions and tokens that ended, and whom to tell. */
export interface EndedSessions {
  readonly sessions: readonly KeptSession[];
  readonly tokens: readonly KeptToken[];
  /** For `sendLogout`: every application that ever had a token in one of the sessions. */
  readonly notices: readonly LogoutNotice[];
}

export interface EndSessionOptions {
  readonly at: Date;
  /** Name of the audit log. */
  readonly log: string;
  /** For the audit log: the organisation or program, no personal data. */
  readonly actor: string;
  readonly random?: (octets: number) => Uint8Array;
}

type LogoutStore = Pick<IdentityStore, 'identityTransaction' | 'tokensOfSession'>;

/**
 * Ends sessions (结束登录会话) with their tokens and whatever was exchanged from these, and notes it: all of it or nothing. A session
 * that is named by its id upstream cannot begin here any more, if it has not yet.
 *
 * Where nothing ends, nothing is noted.
 *
 * @throws GovError `store-unavailable`
 */
export async function endSession(
  store: LogoutStore,
  which: SessionSelection,
  options: EndSessionOptions,
): Promise<EndedSessions> {
  return (await end(store, which, options))!;
}

/** Undefined where `once` was used before. */
async function end(
  store: LogoutStore,
  which: SessionSelection,
  { at, log, actor, random }: EndSessionOptions,
  once?: { readonly id: string; readonly until: Date },
): Promise<EndedSessions | undefined> {
  const ended = await store.identityTransaction(async (tx) => {
    if (once !== undefined && !(await tx.firstUse('logout', once.id, once.until))) return undefined;
    const until = new Date(at.getTime() + BARRED_SECONDS * 1000);
    if ('upstream' in which && 'sessionId' in which.upstream) await barSession(tx, which.upstream, { at, until });
    const sessions = await tx.endSessions(which, at);
    const tokens: KeptToken[] = [];
    for (const { sessionId } of sessions) tokens.push(...(await tx.revokeTokens({ sessionId }, at)));
    if (sessions.length === 0 && once === undefined) return { sessions, tokens };
    const details = {
      sessions: sessions.length,
      tokens: tokens.length,
      ...('upstream' in which ? { issuer: which.upstream.issuer } : {}),
    };
    const secrets = { which: JSON.stringify(which) };
    const entry = auditEntry({ at, action: 'session-end', actor, details, secrets, ...(random && { random }) });
    await appendAudit(tx.audit, log, [entry]);
    return { sessions, tokens };
  });
  return ended && { ...ended, notices: await noticesOf(store, ended) };
}

/** Tokens that were revoked one by one before count too: the application may have a session of its own. */
async function noticesOf(
  store: LogoutStore,
  { sessions, tokens }: Pick<EndedSessions, 'sessions' | 'tokens'>,
): Promise<readonly LogoutNotice[]> {
  const all = [...tokens];
  for (const { sessionId } of sessions) all.push(...(await store.tokensOfSession(sessionId)));
  const notices = new Map<string, LogoutNotice>();
  for (const { clientId, subject, sessionId } of all)
    notices.set(JSON.stringify([clientId, subject, sessionId]), {
      clientId,
      subject,
      ...(sessionId === undefined ? {} : { sessionId }),
    });
  return [...notices.values()];
}

export interface LogoutHandlerOptions extends Omit<EndSessionOptions, 'at'> {
  readonly store: LogoutStore;
  readonly issuers: LogoutTokenPolicy['issuers'];
  /** Of this server, at the issuers. */
  readonly clientId: string;
  readonly clock: () => Date;
  /** Carries the logout along (逐级退出), e.g. puts the notices into a queue for `sendLogout`. Awaited before the answer. */
  readonly onEnded?: (ended: EndedSessions) => Promise<void>;
}

/**
 * Receives logout tokens of the identity providers upstream (接收退出通知, Back-Channel Logout 2.5 to 2.8): a fetch handler for POST.
 * Its token's one use, the end of the sessions and the entry are one transaction.
 */
export function logoutHandler(options: LogoutHandlerOptions): (request: Request) => Promise<Response> {
  const { store, issuers, clientId, clock, onEnded } = options;
  return postHandler(async (request) => {
    const form = await readForm(request);
    const at = clock();
    const logout = await verified(demanded(form, 'logout_token'), { issuers, clientId, at });
    const { issuer, subject, sessionId, tokenId, expiresAt } = logout;
    const which: SessionSelection =
      sessionId === undefined ? { upstream: { issuer, subject: subject! } } : { upstream: { issuer, sessionId } };
    const once = { id: fingerprint(issuer, tokenId), until: new Date(expiresAt.getTime() + MAX_SKEW_SECONDS * 1000) };
    const ended = await end(store, which, { ...options, at }, once);
    if (ended === undefined) throw new OAuthRefusal('invalid_request');
    await onEnded?.(ended);
    return new Response(null, { status: 200, headers: { 'cache-control': 'no-store' } });
  });
}

/** @throws OAuthRefusal `invalid_request` */
async function verified(text: string, policy: LogoutTokenPolicy): Promise<VerifiedLogout> {
  try {
    const { logout } = await verifyLogoutToken(text, policy);
    if (logout !== undefined) return logout;
  } catch (error) {
    if (!isGovError(error) || !UNREADABLE.includes(error.code)) throw error;
  }
  throw new OAuthRefusal('invalid_request');
}

const UNREADABLE: readonly GovError['code'][] = ['jwt-malformed', 'input-too-large'];

/** More than any clock is allowed here. */
const MAX_SKEW_SECONDS = 300;
