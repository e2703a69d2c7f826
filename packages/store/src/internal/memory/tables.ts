/** What a database would hold, as maps that one transaction at a time changes. */
import type { AuditSecret } from '@gov/audit';
import type { BatchRecord, RegisterEntry } from '@gov/e-license/register';
import type { DirectoryEntry, KeptMandate, KeptSession, KeptToken } from '@gov/identity';
import type { KeptErasure } from '../../store.js';
import type { CheckedDelegation } from '../check-city.js';
import { StagedMap } from './staged-map.js';

export class MemoryTables {
  readonly counters = new StagedMap<number>();
  /** By identifier. */
  readonly entries = new StagedMap<RegisterEntry>();
  /** Every second key of an entry, with what it is, to the identifier. */
  readonly unique = new StagedMap<string>();
  /** Identifiers by type, issuer and number, and by type, issuer and serial. */
  readonly versions = new StagedMap<readonly string[]>();
  readonly requests = new StagedMap<{ readonly digest: string; readonly keptAt: string }>();
  readonly documents = new StagedMap<Uint8Array>();
  readonly prints = new StagedMap<number>();
  readonly batches = new StagedMap<BatchRecord>();
  /** Ids by digest. */
  readonly batchDigests = new StagedMap<string>();
  readonly ranges = new StagedMap<Uint8Array>();
  readonly auditSizes = new StagedMap<number>();
  readonly auditTiles = new StagedMap<Uint8Array>();
  readonly auditEntries = new StagedMap<Uint8Array>();
  readonly auditSecrets = new StagedMap<readonly AuditSecret[]>();
  readonly replays = new StagedMap<string>();
  readonly oneTimes = new StagedMap<{ readonly value: string; readonly until: string }>();
  readonly tokens = new StagedMap<KeptToken>();
  readonly sessions = new StagedMap<KeptSession>();
  readonly mandates = new StagedMap<KeptMandate>();
  readonly directory = new StagedMap<DirectoryEntry>();
  /** By tag. */
  readonly delegations = new StagedMap<CheckedDelegation & { readonly isRevoked: boolean }>();
  /** By digest, for ever. */
  readonly deviceKeys = new StagedMap<true>();
  readonly links = new StagedMap<{ readonly text: string; readonly at: string }>();
  readonly erasures = new StagedMap<KeptErasure>();

  readonly #all: readonly { commit(): void; rollback(): void }[] = [
    this.counters,
    this.entries,
    this.unique,
    this.versions,
    this.requests,
    this.documents,
    this.prints,
    this.batches,
    this.batchDigests,
    this.ranges,
    this.auditSizes,
    this.auditTiles,
    this.auditEntries,
    this.auditSecrets,
    this.replays,
    this.oneTimes,
    this.tokens,
    this.sessions,
    this.mandates,
    this.directory,
    this.delegations,
    this.deviceKeys,
    this.links,
    this.erasures,
  ];

  commit(): void {
    for (const map of this.#all) map.commit();
  }

  rollback(): void {
    for (const map of this.#all) map.rollback();
  }
}
