/** What the rooms of identity ask of whoever keeps things (身份组件的存储端口). Implemented by `@gov/store` on SQL and in memory. */

import type { AuditTransaction } from '@gov/audit';

/** Place of a token in a published status list (IETF Token Status List). */
export interface TokenSlot {
  readonly list: number;
  readonly index: number;
}

/** A token by its `iss` and `jti`. */
export interface TokenName {
  readonly issuer: string;
  readonly tokenId: string;
}

/** A token that was issued here (已签发令牌); of the token itself nothing is kept. Times are RFC 3339, UTC. */
export interface KeptToken {
  /** `jti`; the key. */
  readonly tokenId: string;
  /** `iss`: this authorization server, or one of several that share a store. */
  readonly issuer: string;
  readonly kind: 'access' | 'refresh';
  /** Application that got it (`client_id`). */
  readonly clientId: string;
  /** `sub` as the token says it: pairwise, no personal data. */
  readonly subject: string;
  /** Session (登录会话) it belongs to: ended with it. */
  readonly sessionId?: string;
  /** The token it was exchanged from, of whatever issuer: revoked with it where that one was issued here. */
  readonly parent?: TokenName;
  /** Mandate (授权委托) it rests upon: revoked with it. */
  readonly mandateId?: string;
  readonly issuedAt: string;
  readonly expiresAt: string;
  readonly slot?: TokenSlot;
  /** Absent while it is in force. */
  readonly revokedAt?: string;
}

/** A session (登录会话): what single logout (单点退出) ends. */
export interface KeptSession {
  /** `sid`; the key. */
  readonly sessionId: string;
  readonly subject: string;
  /** Of the identity provider the session was carried over from: its `iss`, `sub` and `sid`, so that its logout ends this one. */
  readonly upstream?: { readonly issuer: string; readonly subject: string; readonly sessionId?: string };
  readonly startedAt: string;
  readonly expiresAt: string;
  readonly endedAt?: string;
}

/** A mandate (授权委托) as it is kept: who may act for whom. `mandate` is its JSON (see `./mandate`), personal data in it. */
export interface KeptMandate {
  readonly mandateId: string;
  /** Local ids, not pairwise: principal (委托人、法人、被监护人) and agent (经办人、监护人). */
  readonly principal: string;
  readonly agent: string;
  readonly expiresAt: string;
  readonly revokedAt?: string;
  readonly mandate: string;
}

/** An entry of a directory: applications, scopes, organisations, staff (应用、权限范围、组织机构、人员). */
export interface DirectoryEntry {
  readonly kind: DirectoryKind;
  /** Of an application its `client_id`, of a scope its name, of an organisation its code, of staff the local id. */
  readonly id: string;
  /** Organisation above it, or that it belongs to. */
  readonly parent?: string;
  /** `disabled` keeps its place, and nothing is allowed with it any more (停用). */
  readonly state: 'active' | 'disabled';
  /** Counts up with every change, from 1: a change names the one it saw. */
  readonly version: number;
  readonly changedAt: string;
  /** The entry, JSON, as `./directory` writes it. */
  readonly content: string;
}

export type DirectoryKind = 'application' | 'scope' | 'organization' | 'staff';

/** Inside a transaction: all of it, or nothing. Locks are taken in the order counters, the rest, audit log. */
export interface IdentityTransaction {
  /** As of the register: the first of `count` consecutive numbers of a counter that begins at 1. */
  takeNumbers(counter: string, count: number): Promise<number>;
  /** As `ReplayStore.firstUse`, undone where the transaction is. */
  firstUse(scope: string, id: string, until: Date): Promise<boolean>;
  /** As of `OneTimeStore`. */
  putOneTime(scope: string, digest: Uint8Array, value: string, until: Date): Promise<void>;
  /** To exactly one caller; whoever waits for another transaction gets undefined where that one is committed. */
  redeemOneTime(scope: string, digest: Uint8Array, at: Date): Promise<string | undefined>;
  /** @throws GovError `invalid-argument` where the id is there already: the transaction is lost then */
  insertToken(token: KeptToken): Promise<void>;
  /** Locked until the end. */
  lockToken(tokenId: string): Promise<KeptToken | undefined>;
  /** Revokes those that match and are in force, and whatever was exchanged from them, however often; answers them all. */
  revokeTokens(which: TokenSelection, at: Date): Promise<readonly KeptToken[]>;
  insertSession(session: KeptSession): Promise<void>;
  lockSession(sessionId: string): Promise<KeptSession | undefined>;
  /** Ends sessions that are not ended: answers those that were ended now. */
  endSessions(which: SessionSelection, at: Date): Promise<readonly KeptSession[]>;
  insertMandate(mandate: KeptMandate): Promise<void>;
  lockMandate(mandateId: string): Promise<KeptMandate | undefined>;
  /** False where it is revoked already, or is none. */
  revokeMandate(mandateId: string, at: Date): Promise<boolean>;
  /** Locked until the end. */
  lockDirectoryEntry(kind: DirectoryKind, id: string): Promise<DirectoryEntry | undefined>;
  /**
   * Puts an entry of the directory: version 1 only where there is none, version n + 1 only in place of version n.
   *
   * @returns false, and changes nothing, where the version there is another one
   */
  putDirectoryEntry(entry: DirectoryEntry): Promise<boolean>;
  readonly audit: AuditTransaction;
}

export type TokenSelection =
  | { readonly tokenId: string }
  | { readonly sessionId: string }
  | { readonly mandateId: string }
  | { readonly parent: TokenName };

export type SessionSelection =
  | { readonly sessionId: string }
  | { readonly upstream: { readonly issuer: string; readonly sessionId: string } }
  | { readonly upstream: { readonly issuer: string; readonly subject: string } };

export interface IdentityStore {
  /** As `LicenseStore.transaction`: where the database asks for it, `work` is run again. @throws GovError `store-unavailable` */
  identityTransaction<T>(work: (tx: IdentityTransaction) => Promise<T>): Promise<T>;
  token(tokenId: string): Promise<KeptToken | undefined>;
  tokensOfSession(sessionId: string): Promise<readonly KeptToken[]>;
  session(sessionId: string): Promise<KeptSession | undefined>;
  mandate(mandateId: string): Promise<KeptMandate | undefined>;
  /** Mandates of an agent, the oldest first, revoked and expired ones too. */
  mandatesOfAgent(agent: string): Promise<readonly KeptMandate[]>;
  directoryEntry(kind: DirectoryKind, id: string): Promise<DirectoryEntry | undefined>;
  /** In the order of ids; of one parent where it is named. Read in pieces, nothing is held. */
  directoryEntries(kind: DirectoryKind, filter?: { readonly parent?: string }): AsyncIterable<DirectoryEntry>;
  /** Places of one status list whose tokens were revoked and have not expired at `at`. */
  revokedSlots(list: number, at: Date): Promise<readonly number[]>;
}
