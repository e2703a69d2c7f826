/**
 * Sessions that were carried over from an identity provider (上游登录会话). One of theirs is one of ours, under an id that follows from
 * theirs: a logout that comes first is found by the login that comes later.
 */
import { sm3, toBase64url } from '@gov/sm';
import type { IdentityTransaction, KeptSession } from '../port.js';

/** `iss`, `sub` and `sid` of the token that a session is carried over by. */
type Upstream = NonNullable<KeptSession['upstream']>;

type SessionSteps = Pick<IdentityTransaction, 'firstUse' | 'lockSession' | 'insertSession'>;

/** RFC 3339, UTC. */
export const instant = (at: Date): string => at.toISOString();

/** Texts of any length as one of 43 characters; no two lists of texts look like one another. */
export const fingerprint = (...parts: readonly string[]): string =>
  toBase64url(sm3(new TextEncoder().encode(JSON.stringify(parts))));

const sessionIdOf = (issuer: string, sessionId: string): string => fingerprint('session', issuer, sessionId);

export const isOpen = ({ endedAt, expiresAt }: KeptSession, at: Date): boolean =>
  endedAt === undefined && Date.parse(expiresAt) > at.getTime();

/** The session of ours, locked: whoever else begins or ends it waits. */
async function lockedSession(tx: SessionSteps, id: string, until: Date): Promise<KeptSession | undefined> {
  // A row that is not there yet cannot be locked, a name can.
  await tx.firstUse('session', id, until);
  return tx.lockSession(id);
}

/** Undefined where it has ended. Where theirs has no id, neither end can be told from the other: it is a new one each time. */
export async function joinSession(
  tx: SessionSteps,
  session: { readonly upstream: Upstream; readonly subject: string; readonly at: Date; readonly until: Date },
  random: (octets: number) => Uint8Array,
): Promise<KeptSession | undefined> {
  const { upstream, subject, at, until } = session;
  const theirs = upstream.sessionId;
  const sessionId = theirs === undefined ? toBase64url(random(16)) : sessionIdOf(upstream.issuer, theirs);
  const known = theirs === undefined ? undefined : await lockedSession(tx, sessionId, until);
  if (known !== undefined) return isOpen(known, at) ? known : undefined;
  const fresh: KeptSession = { sessionId, subject, upstream, startedAt: instant(at), expiresAt: instant(until) };
  await tx.insertSession(fresh);
  return fresh;
}

/** Notes that a session of theirs has ended before it began here. */
export async function barSession(
  tx: SessionSteps,
  { issuer, sessionId: theirs }: { readonly issuer: string; readonly sessionId: string },
  { at, until }: { readonly at: Date; readonly until: Date },
): Promise<void> {
  const sessionId = sessionIdOf(issuer, theirs);
  if ((await lockedSession(tx, sessionId, until)) !== undefined) return;
  // Whose it was, nobody needs to know.
  await tx.insertSession({
    sessionId,
    subject: '-',
    startedAt: instant(at),
    expiresAt: instant(until),
    endedAt: instant(at),
  });
}
