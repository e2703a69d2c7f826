/** What no store takes of the rooms of identity, whatever database is below. */
import type {
  DirectoryEntry,
  KeptMandate,
  KeptSession,
  KeptToken,
  SessionSelection,
  TokenName,
  TokenSelection,
} from '@gov/identity';
import { GovError } from '@gov/verdict';
import { checkInteger, checkKey, checkText, checkTime } from './check.js';

function checkOneOf(value: string, name: string, all: readonly string[]): void {
  if (!all.includes(value)) throw new GovError('invalid-argument', `${name} must be one of ${all.join(', ')}`);
}

function checkTokenName({ issuer, tokenId }: TokenName, name: string): void {
  checkKey(issuer, `${name}.issuer`);
  checkKey(tokenId, `${name}.tokenId`);
}

export function checkToken(token: KeptToken): void {
  const { sessionId, parent, mandateId, slot, revokedAt } = token;
  checkTokenName(token, 'token');
  checkOneOf(token.kind, 'kind', ['access', 'refresh']);
  checkKey(token.clientId, 'clientId');
  checkKey(token.subject, 'subject');
  if (sessionId !== undefined) checkKey(sessionId, 'sessionId');
  if (parent !== undefined) checkTokenName(parent, 'parent');
  if (mandateId !== undefined) checkKey(mandateId, 'mandateId');
  checkTime(token.issuedAt, 'issuedAt');
  checkTime(token.expiresAt, 'expiresAt');
  if (slot !== undefined) {
    checkInteger(slot.list, 'slot.list');
    checkInteger(slot.index, 'slot.index');
  }
  if (revokedAt !== undefined) checkTime(revokedAt, 'revokedAt');
}

export function checkSession({ upstream, endedAt, ...session }: KeptSession): void {
  checkKey(session.sessionId, 'sessionId');
  checkKey(session.subject, 'subject');
  if (upstream !== undefined) {
    checkKey(upstream.issuer, 'upstream.issuer');
    checkKey(upstream.subject, 'upstream.subject');
    if (upstream.sessionId !== undefined) checkKey(upstream.sessionId, 'upstream.sessionId');
  }
  checkTime(session.startedAt, 'startedAt');
  checkTime(session.expiresAt, 'expiresAt');
  if (endedAt !== undefined) checkTime(endedAt, 'endedAt');
}

export function checkMandate({ revokedAt, ...mandate }: KeptMandate): void {
  checkKey(mandate.mandateId, 'mandateId');
  checkKey(mandate.principal, 'principal');
  checkKey(mandate.agent, 'agent');
  checkTime(mandate.expiresAt, 'expiresAt');
  if (revokedAt !== undefined) checkTime(revokedAt, 'revokedAt');
  checkText(mandate.mandate, 'mandate');
}

export function checkDirectoryEntry({ parent, ...entry }: DirectoryEntry): void {
  checkOneOf(entry.kind, 'kind', ['application', 'scope', 'organization', 'staff']);
  checkKey(entry.id, 'id');
  if (parent !== undefined) checkKey(parent, 'parent');
  checkOneOf(entry.state, 'state', ['active', 'disabled']);
  checkInteger(entry.version, 'version', 1);
  checkTime(entry.changedAt, 'changedAt');
  checkText(entry.content, 'content');
}

export function checkTokenSelection(which: TokenSelection): void {
  if ('tokenId' in which) checkKey(which.tokenId, 'tokenId');
  else if ('sessionId' in which) checkKey(which.sessionId, 'sessionId');
  else if ('mandateId' in which) checkKey(which.mandateId, 'mandateId');
  else checkTokenName(which.parent, 'parent');
}

export function checkSessionSelection(which: SessionSelection): void {
  if ('sessionId' in which) checkKey(which.sessionId, 'sessionId');
  else for (const [name, value] of Object.entries(which.upstream)) checkKey(value, name);
}
