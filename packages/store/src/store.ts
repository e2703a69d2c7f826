/** What a store is (存储): the ports of every room below, in one transaction where they touch. */
import type { AuditStorage } from '@gov/audit';
import type { DelegationRegister } from '@gov/city-code/delegate';
import type { LinkStore } from '@gov/city-code/merge';
import type { LicenseStore, LicenseTransaction } from '@gov/e-license/register';
import type { IdentityStore } from '@gov/identity';
import type { OneTimeStore, ReplayStore } from '@gov/token/one-time';

/** Register, audit log, delegations of city codes, and the memories of replayed tokens and one-time codes, on one database. */
export interface Store extends LicenseStore, IdentityStore {
  readonly audit: AuditStorage;
  readonly replay: ReplayStore;
  readonly oneTime: OneTimeStore;
  /** Device keys are kept for ever, as digests; tags in the order of their end. */
  readonly delegations: DelegationRegister;
  /** Keys and texts have 1 to `STORE_LIMITS.keyCharacters` characters. */
  readonly links: LinkStore;
  transaction<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T>;
  /** The signed records of erasures (销毁记录), the oldest first. */
  erasures(): Promise<readonly KeptErasure[]>;
  /** Waits for what runs, then lets go of the database. Whatever is asked afterwards throws `store-unavailable`. */
  close(): Promise<void>;
}

/** What a transaction of a store can do beside keeping licences: erase (see `@gov/store/erasure`). */
export interface StoreTransaction extends LicenseTransaction {
  /**
   * Erases at most `limit` items of one kind that are older than the cut-off, in the order of their keys.
   *
   * @returns the keys of what was erased; fewer than `limit` where no more is left
   */
  erase(kind: ErasureKind, cutoff: ErasureCutoff, limit: number): Promise<readonly string[]>;
  keepErasure(erasure: KeptErasure): Promise<void>;
}

/** What can be erased (销毁的数据种类), in the order in which it is. */
export const ERASURE_KINDS = [
  /** Finished documents of licences that ended. */
  'documents',
  /** Record, QR text, reason and request of licences that ended, with the openings of the audit entries that issued and ended them; number, identifier and status stay. */
  'license-data',
  /** What the commitments of audit entries open to, but of the issuing and last change of a licence whose data is kept: those go with it. */
  'audit-secrets',
  /** Packed rows and file digest of batches whose every row is in the register. */
  'batch-rows',
  /** Keys and digests of requests; of changes of status the key is kept as its digest, and keys what was asked. */
  'request-keys',
  /** Tokens that were used. */
  'replay',
  /** One-time codes that nobody redeemed. */
  'one-time',
  /** Tokens that were issued here and expired. */
  'issued-tokens',
  /** Sessions that ended or expired. */
  'sessions',
  /** Mandates that were revoked or expired, and whatever they say. */
  'mandates',
  /** Delegations of city codes that expired: tag and holder; the digests of their device keys stay. */
  'delegations',
  /** What ties other systems' codes and accounts to holders of city codes. */
  'code-links',
] as const;

export type ErasureKind = (typeof ERASURE_KINDS)[number];

export interface ErasureCutoff {
  /** What is older goes; RFC 3339, UTC. */
  readonly before: string;
  /** Licences whose last day of validity is before this day ended, `YYYY-MM-DD` in Asia/Shanghai. */
  readonly beforeDay: string;
  /** Licences of these statuses ended when they got them. */
  readonly endedStatuses: readonly string[];
}

/** The signed record of an erasure, with the place of its entry in the audit log. */
export interface KeptErasure {
  readonly log: string;
  readonly auditIndex: number;
  readonly at: string;
  /** JWS, compact serialisation. */
  readonly record: string;
}

/** What is refused before a database sees it. */
export const STORE_LIMITS = {
  /** UTF-16 code units of one key: an identifier, a number, a request key, the name of a counter, a log, a scope. */
  keyCharacters: 256,
  /** UTF-16 code units of one text that is no key: a record, a QR text, options. */
  textCharacters: 16 * 1024 * 1024,
  /** Octets of one document or one packed range. */
  documentBytes: 256 * 1024 * 1024,
  /** Numbers taken at once. */
  numbersAtOnce: 100_000_000,
  /** Rows written by one call. */
  rowsAtOnce: 100_000,
  /** Rows erased by one step. */
  rowsErased: 500,
  /** Rows read by one call that answers a list. */
  rowsRead: 1_000_000,
} as const;
