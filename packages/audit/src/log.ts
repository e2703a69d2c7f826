/** A log as programs use it: append, heads, entries, proofs. */
import { type Signer, sameBytes } from '@gov/sm';
import { GovError, type Report } from '@gov/verdict';
import { appendAudit } from './append.js';
import type { AuditProof } from './bundle.js';
import { type AuditCheckOptions, type AuditLogSubject, checkLog } from './check.js';
import { type AuditEntry, readAuditEntry } from './entry.js';
import { type AuditTreeHead, readHead, signHead } from './head.js';
import { hashesOf } from './internal/tiles.js';
import { consistencyRanges, inclusionRanges, isPosition, type LeafRange } from './internal/tree.js';
import type { AuditStorage, StoredAuditEntry } from './storage.js';
import { leafHash, verifyInclusion } from './tree.js';

/** Entries that are read from the store together. */
const PAGE = 1024;

export interface AuditLogOptions {
  /** What heads call the log; its name in the store unless given. */
  readonly origin?: string;
}

export interface SignHeadOptions {
  /** The clock; heads have whole seconds. */
  readonly at: Date;
  /** The last head that was signed: the log must have grown out of it. */
  readonly previous?: AuditTreeHead;
}

/**
 * A log in a store (审计日志). Programs that write more than the log in one transaction call `appendAudit` instead.
 *
 * @example
 * import { AuditLog, auditEntry, readHead, verifyEntryProof } from '@gov/audit';
 * import { memoryAuditStorage } from '@gov/audit/memory';
 * import { generateSm2Key, sm2Signer, sm2Verifier } from '@gov/sm';
 *
 * const key = generateSm2Key();
 * const log = new AuditLog(memoryAuditStorage(), 'audit.example.gov.cn/license');
 * const at = new Date();
 * await log.append([auditEntry({ at, action: 'license-query', actor: 'gate' })]);
 * const head = await log.head(sm2Signer(key), { at });
 * const report = await verifyEntryProof(await log.prove(0, head), { key: sm2Verifier(key.publicKey), at });
 * console.log(report.verdict); // valid
 */
export class AuditLog {
  readonly #storage: AuditStorage;
  /** Its name in the store. */
  readonly name: string;
  /** Its name in heads. */
  readonly origin: string;

  constructor(storage: AuditStorage, name: string, options: AuditLogOptions = {}) {
    this.#storage = storage;
    this.name = name;
    this.origin = options.origin ?? name;
  }

  /** Appends in a transaction of its own; answers the position of the first. @throws as `appendAudit` */
  append(entries: readonly StoredAuditEntry[]): Promise<number> {
    return this.#storage.auditTransaction((tx) => appendAudit(tx, this.name, entries));
  }

  /** Entries so far. */
  size(): Promise<number> {
    return this.#storage.size(this.name);
  }

  /** Root of the first `size` entries. @throws GovError `invalid-argument` beyond the end, `audit-damaged` */
  async root(size: number): Promise<Uint8Array> {
    await this.#refuseBeyond(size);
    return (await this.#hashes([{ from: 0, to: size }]))[0]!;
  }

  /**
   * Signs a head of all there is.
   *
   * @throws GovError `audit-damaged` where the log did not grow out of `previous`: two heads that contradict one another are
   *   proof of fraud for ever, and this one is not signed; `clock-behind` where `previous` was signed later than now;
   *   `invalid-argument` where it is of another log
   */
  async head(signer: Signer, { at, previous }: SignHeadOptions): Promise<string> {
    const size = await this.size();
    if (previous !== undefined) {
      if (at.getTime() < previous.time.getTime())
        throw new GovError(
          'clock-behind',
          `the previous head is of ${previous.time.toISOString()}: the clock stands before it`,
        );
      await this.#checkGrowth(previous, size);
    }
    return signHead({ origin: this.origin, size, root: await this.root(size), time: at }, signer);
  }

  /** @throws GovError `invalid-argument` beyond the end; `audit-malformed` for octets that are no entry */
  async entry(index: number): Promise<AuditEntry> {
    return readAuditEntry(await this.#octets(index));
  }

  /**
   * The proof that entry `index` is under a head of this log, joined to an older or newer state of `historySize` entries where
   * one is named.
   *
   * @throws GovError `invalid-argument` for an entry that is not under the head, and sizes beyond the end; `audit-damaged`;
   *   `audit-malformed` for a text that is no head
   */
  async prove(index: number, head: string, historySize?: number): Promise<AuditProof> {
    const { size, root } = readHead(head);
    await this.#refuseBeyond(size);
    if (!isPosition(index) || index >= size)
      throw new GovError('invalid-argument', `entry ${index} is not among the ${size} of the head`);
    const entry = await this.#octets(index);
    const inclusion = await this.#hashes(inclusionRanges(index, size));
    // What is handed out is proved first: a damaged store must not be taken for a log that lies.
    if (!verifyInclusion({ leaf: leafHash(entry), index, size, root, proof: inclusion }))
      throw new GovError('audit-damaged', `audit log: entry ${index} does not lead to the root of the head`);
    const [oldSize, newSize] = [Math.min(size, historySize ?? size), Math.max(size, historySize ?? size)];
    return {
      entry,
      index,
      inclusion,
      head,
      ...(historySize === undefined
        ? {}
        : { history: { size: historySize, proof: await this.proveConsistency(oldSize, newSize) } }),
    };
  }

  /**
   * The proof that the first `size` entries (all, unless given) begin with the first `oldSize`; empty for 0 and for equal sizes.
   *
   * @throws GovError `invalid-argument` beyond the end; `audit-damaged`
   */
  async proveConsistency(oldSize: number, size?: number): Promise<Uint8Array[]> {
    const to = size ?? (await this.size());
    await this.#refuseBeyond(to);
    if (!isPosition(oldSize) || oldSize > to) throw new GovError('invalid-argument', `${oldSize} entries of ${to}`);
    return oldSize === 0 ? [] : this.#hashes(consistencyRanges(oldSize, to));
  }

  /** Entries one after another, read in pieces. @throws GovError `audit-malformed` for octets that are no entry */
  async *entries(from = 0, to = Number.MAX_SAFE_INTEGER): AsyncGenerator<AuditEntry> {
    for (let at = from; at < to; ) {
      const page = await this.#storage.entries(this.name, at, Math.min(to, at + PAGE));
      if (page.length === 0) return;
      for (const bytes of page) yield readAuditEntry(bytes);
      at += page.length;
    }
  }

  /** Recomputes everything: see `checkLog`. */
  check(options: AuditCheckOptions = {}): Promise<Report<AuditLogSubject>> {
    return checkLog(this.#storage, this.name, options);
  }

  #hashes(ranges: readonly LeafRange[]): Promise<Uint8Array[]> {
    return hashesOf(this.#storage, this.name, ranges);
  }

  async #octets(index: number): Promise<Uint8Array> {
    const [bytes] = isPosition(index) ? await this.#storage.entries(this.name, index, index + 1) : [];
    if (bytes === undefined) throw new GovError('invalid-argument', `there is no entry ${index}`);
    return bytes;
  }

  async #refuseBeyond(size: number): Promise<void> {
    const there = await this.size();
    if (!isPosition(size) || size > there) throw new GovError('invalid-argument', `${size} entries of ${there}`);
  }

  async #checkGrowth(previous: AuditTreeHead, size: number): Promise<void> {
    if (previous.origin !== this.origin)
      throw new GovError('invalid-argument', `the previous head is of ${previous.origin}, not of ${this.origin}`);
    if (previous.size > size)
      throw new GovError('audit-damaged', `audit log: ${size} entries, after ${previous.size} were signed`);
    if (!sameBytes(await this.root(previous.size), previous.root))
      throw new GovError(
        'audit-damaged',
        `audit log: the first ${previous.size} entries are not those that were signed`,
      );
  }
}
