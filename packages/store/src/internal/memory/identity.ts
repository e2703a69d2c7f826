/** What the rooms of identity keep, in memory. */
import type {
  DirectoryEntry,
  IdentityStore,
  IdentityTransaction,
  KeptMandate,
  KeptSession,
  KeptToken,
  SessionSelection,
  TokenSelection,
} from '@gov/identity';
import { GovError } from '@gov/verdict';
import { checkDate, checkDigest, checkInteger, checkKey, checkText } from '../check.js';
import {
  checkDirectoryEntry,
  checkMandate,
  checkSession,
  checkSessionSelection,
  checkToken,
  checkTokenSelection,
} from '../check-identity.js';
import type { TransactionGuard } from '../transaction-guard.js';
import { keyOf, type StagedMap } from './staged-map.js';
import type { MemoryTables } from './tables.js';

type IdentitySteps = Omit<IdentityTransaction, 'audit' | 'takeNumbers'>;

export function memoryIdentitySteps(tables: MemoryTables, guard: TransactionGuard): IdentitySteps {
  /** As in a database: after a refused row nothing of the transaction can be kept. */
  const insert = <V>(map: StagedMap<V>, key: string, value: V, why = 'there is one with this id already'): void => {
    if (map.peek(key) !== undefined) {
      const error = new GovError('invalid-argument', why);
      guard.lose(error);
      throw error;
    }
    map.set(key, structuredClone(value));
  };
  const copy = <V>(value: V | undefined): V | undefined => structuredClone(value);
  return {
    async firstUse(scope, id, until) {
      guard.check();
      checkKey(scope, 'scope');
      checkKey(id, 'id');
      const time = checkDate(until, 'until');
      const key = keyOf(scope, id);
      if (tables.replays.peek(key) !== undefined) return false;
      tables.replays.set(key, time);
      return true;
    },
    async putOneTime(scope, digest, value, until) {
      guard.check();
      checkKey(scope, 'scope');
      checkText(value, 'value');
      const kept = { value, until: checkDate(until, 'until') };
      insert(tables.oneTimes, keyOf(scope, checkDigest(digest)), kept, 'the digest is there already');
    },
    async redeemOneTime(scope, digest, at) {
      guard.check();
      checkKey(scope, 'scope');
      const now = checkDate(at, 'at');
      const key = keyOf(scope, checkDigest(digest));
      const found = tables.oneTimes.peek(key);
      if (found === undefined || found.until <= now) return undefined;
      tables.oneTimes.delete(key);
      return found.value;
    },
    async insertToken(token) {
      guard.check();
      checkToken(token);
      insert(tables.tokens, token.tokenId, token);
    },
    async lockToken(tokenId) {
      guard.check();
      checkKey(tokenId, 'tokenId');
      return copy(tables.tokens.peek(tokenId));
    },
    async revokeTokens(which, at) {
      guard.check();
      checkTokenSelection(which);
      return revokeTokens(tables.tokens, which, checkDate(at, 'at'));
    },
    async insertSession(session) {
      guard.check();
      checkSession(session);
      insert(tables.sessions, session.sessionId, session);
    },
    async lockSession(sessionId) {
      guard.check();
      checkKey(sessionId, 'sessionId');
      return copy(tables.sessions.peek(sessionId));
    },
    async endSessions(which, at) {
      guard.check();
      checkSessionSelection(which);
      const endedAt = checkDate(at, 'at');
      const found = tables.sessions
        .peekEntries()
        .map(([, session]) => session)
        .filter((session) => session.endedAt === undefined && isSession(session, which));
      return inOrder(
        found.map((session) => {
          const ended = { ...session, endedAt };
          tables.sessions.set(session.sessionId, ended);
          return ended;
        }),
        ({ sessionId }) => sessionId,
      );
    },
    async insertMandate(mandate) {
      guard.check();
      checkMandate(mandate);
      insert(tables.mandates, mandate.mandateId, mandate);
    },
    async lockMandate(mandateId) {
      guard.check();
      checkKey(mandateId, 'mandateId');
      return copy(tables.mandates.peek(mandateId));
    },
    async revokeMandate(mandateId, at) {
      guard.check();
      checkKey(mandateId, 'mandateId');
      const revokedAt = checkDate(at, 'at');
      const mandate = tables.mandates.peek(mandateId);
      if (mandate === undefined || mandate.revokedAt !== undefined) return false;
      tables.mandates.set(mandateId, { ...mandate, revokedAt });
      return true;
    },
    async lockDirectoryEntry(kind, id) {
      guard.check();
      checkKey(kind, 'kind');
      checkKey(id, 'id');
      return copy(tables.directory.peek(keyOf(kind, id)));
    },
    async putDirectoryEntry(entry) {
      guard.check();
      checkDirectoryEntry(entry);
      const key = keyOf(entry.kind, entry.id);
      if ((tables.directory.peek(key)?.version ?? 0) !== entry.version - 1) return false;
      tables.directory.set(key, structuredClone(entry));
      return true;
    },
  };
}

/** Those that match, then what was exchanged from them, generation by generation. */
function revokeTokens(tokens: StagedMap<KeptToken>, which: TokenSelection, revokedAt: string): readonly KeptToken[] {
  const revoked: KeptToken[] = [];
  let generation: readonly TokenSelection[] = [which];
  while (generation.length > 0) {
    const found = tokens
      .peekEntries()
      .map(([, token]) => token)
      .filter((token) => token.revokedAt === undefined && generation.some((one) => isToken(token, one)))
      .map((token) => ({ ...token, revokedAt }));
    for (const token of found) tokens.set(token.tokenId, token);
    revoked.push(...found);
    generation = found.map((parent) => ({ parent }));
  }
  return inOrder(revoked, ({ tokenId }) => tokenId);
}

function isToken(token: KeptToken, which: TokenSelection): boolean {
  if ('tokenId' in which) return token.tokenId === which.tokenId;
  if ('sessionId' in which) return token.sessionId === which.sessionId;
  if ('mandateId' in which) return token.mandateId === which.mandateId;
  return token.parent?.issuer === which.parent.issuer && token.parent.tokenId === which.parent.tokenId;
}

function isSession({ sessionId, upstream }: KeptSession, which: SessionSelection): boolean {
  if ('sessionId' in which) return sessionId === which.sessionId;
  if (upstream?.issuer !== which.upstream.issuer) return false;
  return 'sessionId' in which.upstream
    ? upstream.sessionId === which.upstream.sessionId
    : upstream.subject === which.upstream.subject;
}

const inOrder = <V>(values: readonly V[], key: (value: V) => string): readonly V[] =>
  [...values].sort((a, b) => (key(a) < key(b) ? -1 : 1));

export function memoryIdentityReader(
  tables: MemoryTables,
  open: () => void,
): Omit<IdentityStore, 'identityTransaction'> {
  const kept = <V>(map: StagedMap<V>, key: string, name: string): V | undefined => {
    open();
    checkKey(key, name);
    return structuredClone(map.get(key));
  };
  const all = <V>(map: StagedMap<V>): V[] => map.keptEntries().map(([, value]) => structuredClone(value));
  return {
    token: async (tokenId) => kept(tables.tokens, tokenId, 'tokenId'),
    async tokensOfSession(sessionId) {
      open();
      checkKey(sessionId, 'sessionId');
      const own = all(tables.tokens).filter((token) => token.sessionId === sessionId);
      return inOrder(own, ({ tokenId }) => tokenId);
    },
    session: async (sessionId) => kept(tables.sessions, sessionId, 'sessionId'),
    mandate: async (mandateId) => kept(tables.mandates, mandateId, 'mandateId'),
    async mandatesOfAgent(agent) {
      open();
      checkKey(agent, 'agent');
      const own = all<KeptMandate>(tables.mandates).filter((mandate) => mandate.agent === agent);
      return inOrder(own, ({ expiresAt, mandateId }) => keyOf(expiresAt, mandateId));
    },
    async directoryEntry(kind, id) {
      checkKey(kind, 'kind');
      checkKey(id, 'id');
      open();
      return structuredClone(tables.directory.get(keyOf(kind, id)));
    },
    async *directoryEntries(kind, { parent } = {}) {
      open();
      checkKey(kind, 'kind');
      if (parent !== undefined) checkKey(parent, 'parent');
      const own = all<DirectoryEntry>(tables.directory).filter(
        (entry) => entry.kind === kind && (parent === undefined || entry.parent === parent),
      );
      yield* inOrder(own, ({ id }) => id);
    },
    async revokedSlots(list, at) {
      open();
      checkInteger(list, 'list');
      const now = checkDate(at, 'at');
      return all(tables.tokens)
        .flatMap(({ slot, revokedAt, expiresAt }) =>
          slot?.list === list && revokedAt !== undefined && expiresAt > now ? [slot.index] : [],
        )
        .sort((a, b) => a - b);
    },
  };
}
