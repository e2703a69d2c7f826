/** What the register asks of whoever keeps it (证照登记库的存储端口). Implemented by `@gov/store` on SQL and in memory. */

import type { AuditTransaction } from '@gov/audit';
import type { LicenseRecord } from '../license.js';
import type { LicenseStatus, StatusSlot } from '../status.js';

export type { StatusSlot };

/** Why a licence was issued: first of all (新证), or in place of an older version: 变更, 延续, 更正, 补发. */
export type IssueAct = 'first' | 'change' | 'renewal' | 'correction' | 'replacement';

/** One row of the register (证照登记). Times are RFC 3339 in UTC, whole seconds where the QR carries them. */
export interface RegisterEntry {
  /** GB/T 36904, with its root; the key of the register. */
  readonly identifier: string;
  readonly typeCode: string;
  readonly issuerCode: string;
  /** 流水号 */
  readonly serial: string;
  readonly version: number;
  /** 证照编号; with type, issuer and version the second key. */
  readonly number: string;
  readonly act: IssueAct;
  /** Identifier of the version before this one. */
  readonly replaces?: string;
  readonly issuedAt: string;
  /** Last day of validity, `YYYY-MM-DD`, or `长期`. */
  readonly validTo: string;
  readonly status: LicenseStatus;
  readonly statusAt: string;
  readonly statusReason?: string;
  readonly slot: StatusSlot;
  /** Of the caller's request: the same key again with the same digest answers the same licence. Unique with `issuerCode`; erased with the record. */
  readonly request?: { readonly key: string; readonly digest: string };
  /** Of a batch; unique: a row of a batch has one licence. */
  readonly batch?: { readonly id: string; readonly row: number };
  /** Position of the issuing in the audit log. */
  readonly auditIndex: number;
  /** Position of the last change of status in the audit log; absent while the status is the one of the issuing. */
  readonly statusAuditIndex?: number;
  /** What was issued; absent for a void serial and once it was erased. */
  readonly record?: LicenseRecord;
  /** `EL1:…`; absent like `record`. */
  readonly qrText?: string;
}

/** How an entry is asked for. */
export type RegisterKey =
  | { readonly identifier: string }
  | { readonly issuerCode: string; readonly requestKey: string }
  | { readonly batch: string; readonly row: number }
  /** The newest version with this number. */
  | { readonly typeCode: string; readonly issuerCode: string; readonly number: string };

export interface StatusChange {
  readonly status: LicenseStatus;
  readonly at: string;
  readonly reason?: string;
  /** Position of the change in the audit log: `statusAuditIndex` of the entry from now on. */
  readonly auditIndex: number;
}

/** How far a counter has come: its last number. */
export interface CounterValue {
  readonly counter: string;
  readonly last: number;
}

/** A batch as it was recorded (批次): checked rows, with serials and slots reserved for all of them. */
export interface BatchRecord {
  /** 1 to 64 of A–Z a–z 0–9 . _ - */
  readonly id: string;
  readonly typeCode: string;
  readonly issuerCode: string;
  /** Digest of what was recorded (SM3, hex), unique; empty once the batch's rows were erased. */
  readonly digest: string;
  readonly rows: number;
  /** Rows of one range; the last may have fewer. */
  readonly rangeSize: number;
  /** Row i (from 0) has serial number `firstSerial + i` and slot number `firstSlot + i`. */
  readonly firstSerial: number;
  readonly firstSlot: number;
  readonly createdAt: string;
  /** Whatever else a worker needs (JSON), e.g. who ordered it. No secrets. */
  readonly options: string;
}

/** Inside a transaction: all of it, or nothing. Locks are taken in the order counters, register, audit log. */
export interface LicenseTransaction {
  /** The first of `count` consecutive numbers of a counter that begins at 1; nobody else takes of it until the end. */
  takeNumbers(counter: string, count: number): Promise<number>;
  /** Locked until the end of the transaction. */
  lockEntry(key: RegisterKey): Promise<RegisterEntry | undefined>;
  /** Those of these rows of a batch that are in the register, locked or not. */
  batchRows(batch: string, from: number, to: number): Promise<readonly number[]>;
  /** @throws GovError `license-exists` where an identifier, number, request key, batch row or slot is there already: the transaction is lost then */
  insertEntries(entries: readonly RegisterEntry[]): Promise<void>;
  /** The same of entries that were made ready by this store; their positions in the audit log follow one another. @throws as `insertEntries` */
  insertReady(ready: ReadyEntries, firstAuditIndex: number): Promise<void>;
  setStatus(identifier: string, change: StatusChange): Promise<void>;
  /**
   * Keeps the mark of a request's key (SM3, hex), with the digest of what it asked where it makes no entry of its own (a change of
   * status): undefined where the key is new, else what was kept with it first. A key that another transaction keeps at this
   * moment is waited for.
   */
  keepRequest(issuerCode: string, key: string, digest: string): Promise<string | undefined>;
  /** Keeps a document once for all: answers false, and keeps the older one, where there is one of this form. */
  insertDocument(identifier: string, form: string, bytes: Uint8Array): Promise<boolean>;
  /** Counts a print (打印次数): 1 for the first. */
  countPrint(identifier: string): Promise<number>;
  /** @throws GovError `batch-exists` where its id or its digest is there already */
  insertBatch(batch: BatchRecord): Promise<void>;
  /** The checked rows of one range, as they were packed. */
  insertRange(batch: string, range: number, rows: Uint8Array): Promise<void>;
  readonly audit: AuditTransaction;
}

/** Entries as `LicenseStore.readyEntries` makes them: of one store, for as many attempts as it takes. */
export interface ReadyEntries {
  readonly count: number;
}

/** Status of the places of one list that are not `valid`; places that nobody has yet are not in it. */
export interface SlotStatus {
  readonly index: number;
  readonly status: LicenseStatus;
}

export interface LicenseStore {
  /**
   * Runs `work` in one transaction: committed when it resolves, undone when it throws. Where the database asks for it (a
   * deadlock, a serialisation failure) `work` is run again, so that it must have no effects of its own.
   *
   * @throws GovError `store-unavailable` where the database cannot be reached or went away: nothing happened, or, where it
   *   went away during the commit (`detail` says so), it is not known whether it did
   */
  transaction<T>(work: (tx: LicenseTransaction) => Promise<T>): Promise<T>;
  /**
   * Does what can be done with new entries before a transaction is begun, and so while another one runs: everything but their
   * positions in the audit log.
   */
  readyEntries(entries: readonly Omit<RegisterEntry, 'auditIndex'>[]): ReadyEntries;
  entry(key: RegisterKey): Promise<RegisterEntry | undefined>;
  /** Every version of a licence, the oldest first (谱系). */
  versions(typeCode: string, issuerCode: string, serial: string): Promise<readonly RegisterEntry[]>;
  /** All entries in the order of identifiers, or those of a batch in the order of rows; read in pieces, nothing is held. */
  entries(filter?: { readonly batch?: string }): AsyncIterable<RegisterEntry>;
  /** One list of an issuer: how many places are taken, and those that are not valid. */
  slotStatuses(
    issuerCode: string,
    list: number,
    listSize: number,
  ): Promise<{ taken: number; changed: readonly SlotStatus[] }>;
  document(identifier: string, form: string): Promise<Uint8Array | undefined>;
  /** Every counter that a number was taken of. */
  counters(): Promise<readonly CounterValue[]>;
  batch(id: string): Promise<BatchRecord | undefined>;
  /** The batch that has this digest; none has once its rows were erased. */
  batchByDigest(digest: string): Promise<BatchRecord | undefined>;
  batches(): Promise<readonly BatchRecord[]>;
  range(batch: string, range: number): Promise<Uint8Array | undefined>;
  /** Rows of the batch that are in the register. */
  countBatchRows(batch: string): Promise<number>;
}
