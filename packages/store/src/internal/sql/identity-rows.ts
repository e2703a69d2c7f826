/** Tokens, sessions, mandates and the directory as rows. */
import type {
  DirectoryEntry,
  KeptMandate,
  KeptSession,
  KeptToken,
  SessionSelection,
  TokenSelection,
} from '@gov/identity';
import type { SqlValue } from './driver.js';
import type { Row } from './entry-rows.js';

export const TOKEN_COLUMNS = [
  'token_id',
  'token_issuer',
  'token_kind',
  'client_id',
  'subject',
  'session_id',
  'parent_issuer',
  'parent_token',
  'mandate_id',
  'issued_at',
  'expires_at',
  'slot_list',
  'slot_index',
  'revoked_at',
] as const;

export const rowOfToken = (token: KeptToken): SqlValue[] => [
  token.tokenId,
  token.issuer,
  token.kind,
  token.clientId,
  token.subject,
  token.sessionId ?? null,
  token.parent?.issuer ?? null,
  token.parent?.tokenId ?? null,
  token.mandateId ?? null,
  token.issuedAt,
  token.expiresAt,
  token.slot?.list ?? null,
  token.slot?.index ?? null,
  token.revokedAt ?? null,
];

export const tokenOfRow = (row: Row): KeptToken => ({
  tokenId: String(row.token_id),
  issuer: String(row.token_issuer),
  kind: row.token_kind as KeptToken['kind'],
  clientId: String(row.client_id),
  subject: String(row.subject),
  ...(row.session_id === null ? {} : { sessionId: String(row.session_id) }),
  ...(row.parent_token === null
    ? {}
    : { parent: { issuer: String(row.parent_issuer), tokenId: String(row.parent_token) } }),
  ...(row.mandate_id === null ? {} : { mandateId: String(row.mandate_id) }),
  issuedAt: String(row.issued_at),
  expiresAt: String(row.expires_at),
  ...(row.slot_list === null ? {} : { slot: { list: Number(row.slot_list), index: Number(row.slot_index) } }),
  ...(row.revoked_at === null ? {} : { revokedAt: String(row.revoked_at) }),
});

/** A condition, its values from `$1` on. */
export function whereTokens(which: TokenSelection): readonly [string, string[]] {
  if ('tokenId' in which) return ['token_id = $1', [which.tokenId]];
  if ('sessionId' in which) return ['session_id = $1', [which.sessionId]];
  if ('mandateId' in which) return ['mandate_id = $1', [which.mandateId]];
  return ['parent_issuer = $1 AND parent_token = $2', [which.parent.issuer, which.parent.tokenId]];
}

export const SESSION_COLUMNS = [
  'session_id',
  'subject',
  'upstream_issuer',
  'upstream_subject',
  'upstream_session',
  'started_at',
  'expires_at',
  'ended_at',
] as const;

export const rowOfSession = (session: KeptSession): SqlValue[] => [
  session.sessionId,
  session.subject,
  session.upstream?.issuer ?? null,
  session.upstream?.subject ?? null,
  session.upstream?.sessionId ?? null,
  session.startedAt,
  session.expiresAt,
  session.endedAt ?? null,
];

export const sessionOfRow = (row: Row): KeptSession => ({
  sessionId: String(row.session_id),
  subject: String(row.subject),
  ...(row.upstream_issuer === null
    ? {}
    : {
        upstream: {
          issuer: String(row.upstream_issuer),
          subject: String(row.upstream_subject),
          ...(row.upstream_session === null ? {} : { sessionId: String(row.upstream_session) }),
        },
      }),
  startedAt: String(row.started_at),
  expiresAt: String(row.expires_at),
  ...(row.ended_at === null ? {} : { endedAt: String(row.ended_at) }),
});

/** A condition, its values from `$1` on. */
export function whereSessions(which: SessionSelection): readonly [string, string[]] {
  if ('sessionId' in which) return ['session_id = $1', [which.sessionId]];
  const { upstream } = which;
  if ('sessionId' in upstream)
    return ['upstream_issuer = $1 AND upstream_session = $2', [upstream.issuer, upstream.sessionId]];
  return ['upstream_issuer = $1 AND upstream_subject = $2', [upstream.issuer, upstream.subject]];
}

export const MANDATE_COLUMNS = [
  'mandate_id',
  'principal',
  'agent',
  'expires_at',
  'revoked_at',
  'mandate_json',
] as const;

export const rowOfMandate = (mandate: KeptMandate): SqlValue[] => [
  mandate.mandateId,
  mandate.principal,
  mandate.agent,
  mandate.expiresAt,
  mandate.revokedAt ?? null,
  mandate.mandate,
];

export const mandateOfRow = (row: Row): KeptMandate => ({
  mandateId: String(row.mandate_id),
  principal: String(row.principal),
  agent: String(row.agent),
  expiresAt: String(row.expires_at),
  ...(row.revoked_at === null ? {} : { revokedAt: String(row.revoked_at) }),
  mandate: String(row.mandate_json),
});

export const DIRECTORY_COLUMNS = [
  'entry_kind',
  'entry_id',
  'parent_id',
  'entry_state',
  'entry_version',
  'changed_at',
  'content_json',
] as const;

export const rowOfDirectoryEntry = (entry: DirectoryEntry): SqlValue[] => [
  entry.kind,
  entry.id,
  entry.parent ?? null,
  entry.state,
  entry.version,
  entry.changedAt,
  entry.content,
];

export const directoryEntryOfRow = (row: Row): DirectoryEntry => ({
  kind: row.entry_kind as DirectoryEntry['kind'],
  id: String(row.entry_id),
  ...(row.parent_id === null ? {} : { parent: String(row.parent_id) }),
  state: row.entry_state as DirectoryEntry['state'],
  version: Number(row.entry_version),
  changedAt: String(row.changed_at),
  content: String(row.content_json),
});
