/** The whole of a log, recomputed from its entries (全量核验): what an auditor does who has the store in hand. */
import { sameBytes } from '@gov/sm';
import { type Finding, type FindingCode, isGovError, type Report, report } from '@gov/verdict';
import { readAuditEntry } from './entry.js';
import type { AuditTreeHead } from './head.js';
import { HASH_OCTETS, TILE_HEIGHT, TILE_WIDTH } from './internal/tiles.js';
import { CompactTree } from './internal/tree.js';
import type { AuditStorage } from './storage.js';
import { leafHash, SM3_TREE } from './tree.js';

export interface AuditCheckOptions {
  /** A head of this log that was seen and believed before. Without one nobody can tell whether all of it was made anew. */
  readonly trusted?: AuditTreeHead;
}

/** What a report on a whole log is about. */
export interface AuditLogSubject {
  readonly kind: 'audit-log';
  readonly log: string;
  /** Entries. */
  readonly size: number;
}

/**
 * Reads every entry, computes the tree anew, and compares it with the tiles in the store and with a head. Constant memory; the log
 * may grow meanwhile.
 *
 * Findings: `format-ok`, `format-malformed` (octets that are no entry); `audit-log-ok`, `audit-entry-mismatch` (not the
 * one that was appended), `audit-entry-missing`, `audit-tile-mismatch`; `audit-consistent`, `audit-rollback` (shorter than
 * what was signed), `audit-fork` (not what was signed), `audit-history-not-checked`.
 */
export async function checkLog(
  storage: AuditStorage,
  log: string,
  { trusted }: AuditCheckOptions = {},
): Promise<Report<AuditLogSubject>> {
  const size = await storage.size(log);
  const check = new LogCheck(storage, log, size, trusted?.size);
  await check.run();
  const findings = [...check.findings(), headFinding(check, trusted)];
  return report({ kind: 'audit-log', log, size }, findings, { required: ['format', 'integrity', 'content'] });
}

function headFinding({ size, rootThen }: LogCheck, trusted: AuditTreeHead | undefined): Finding {
  if (trusted === undefined) return { check: 'content', outcome: 'skipped', code: 'audit-history-not-checked' };
  const detail = `${size} entries, ${trusted.size} of them signed on ${trusted.time.toISOString()}`;
  if (size < trusted.size) return { check: 'content', outcome: 'fail', code: 'audit-rollback', detail };
  return rootThen !== undefined && sameBytes(rootThen, trusted.root)
    ? { check: 'content', outcome: 'pass', code: 'audit-consistent', detail }
    : { check: 'content', outcome: 'fail', code: 'audit-fork', detail };
}

interface ComputedHash {
  readonly level: number;
  readonly index: number;
  readonly hash: Uint8Array;
}

class LogCheck {
  readonly size: number;
  /** Of as many entries as the trusted head has. */
  rootThen: Uint8Array | undefined;
  readonly #storage: AuditStorage;
  readonly #log: string;
  readonly #then: number | undefined;
  readonly #tree = new CompactTree(SM3_TREE);
  /** The tile of each level that was compared with last. */
  readonly #tiles = new Map<number, { readonly index: number; readonly tile: Uint8Array | undefined }>();
  readonly #problems = new Map<FindingCode, { readonly first: string; readonly count: number }>();

  constructor(storage: AuditStorage, log: string, size: number, then: number | undefined) {
    this.#storage = storage;
    this.#log = log;
    this.size = size;
    this.#then = then;
  }

  async run(): Promise<void> {
    this.#keepRoot();
    while (this.#tree.size < this.size) {
      const from = this.#tree.size;
      const entries = await this.#storage.entries(this.#log, from, Math.min(this.size, from + TILE_WIDTH));
      if (entries.length === 0) {
        this.#problem('audit-entry-missing', `entry ${from} and those behind it`);
        return;
      }
      const computed: ComputedHash[] = [];
      for (const bytes of entries) this.#add(bytes, computed);
      for (const hash of computed) await this.#compare(hash);
    }
  }

  findings(): Finding[] {
    const failed = [...this.#problems].map(([code, { first, count }]): Finding => {
      const detail = count === 1 ? first : `${first}; ${count} in all`;
      return { check: code === 'format-malformed' ? 'format' : 'integrity', outcome: 'fail', code, detail };
    });
    const has = (check: Finding['check']): boolean => failed.some((finding) => finding.check === check);
    const detail = `${this.#tree.size} entries`;
    return [
      ...(has('format') ? [] : [{ check: 'format', outcome: 'pass', code: 'format-ok', detail } as const]),
      ...(has('integrity') ? [] : [{ check: 'integrity', outcome: 'pass', code: 'audit-log-ok', detail } as const]),
      ...failed,
    ];
  }

  #add(bytes: Uint8Array, computed: ComputedHash[]): void {
    try {
      readAuditEntry(bytes);
    } catch (error) {
      if (!isGovError(error)) throw error;
      this.#problem('format-malformed', `entry ${this.#tree.size}: ${error.message}`);
    }
    this.#tree.push(leafHash(bytes), ({ height, index }, hash) => {
      if (height % TILE_HEIGHT === 0) computed.push({ level: height / TILE_HEIGHT, index, hash });
    });
    this.#keepRoot();
  }

  #keepRoot(): void {
    if (this.#tree.size === this.#then) this.rootThen = this.#tree.root();
  }

  async #compare({ level, index, hash }: ComputedHash): Promise<void> {
    const tile = await this.#tileOf(level, Math.floor(index / TILE_WIDTH));
    const at = (index % TILE_WIDTH) * HASH_OCTETS;
    if (tile !== undefined && sameBytes(tile.subarray(at, at + HASH_OCTETS), hash)) return;
    if (level === 0 && tile !== undefined) this.#problem('audit-entry-mismatch', `entry ${index}`);
    else this.#problem('audit-tile-mismatch', `hash ${index} of level ${level}`);
  }

  async #tileOf(level: number, index: number): Promise<Uint8Array | undefined> {
    const last = this.#tiles.get(level);
    if (last?.index === index) return last.tile;
    const tile = await this.#storage.readTile(this.#log, level, index);
    const expected = (size: number): number =>
      Math.min(TILE_WIDTH, Math.floor(size / TILE_WIDTH ** level) - index * TILE_WIDTH) * HASH_OCTETS;
    // A longer one belongs to entries that were appended meanwhile, or to some that are no longer there.
    if (tile !== undefined && tile.length > expected(this.size)) {
      if (tile.length > expected(await this.#storage.size(this.#log)))
        this.#problem('audit-tile-mismatch', `tile ${index} of level ${level} holds more than there are entries`);
    }
    this.#tiles.set(level, { index, tile });
    return tile;
  }

  #problem(code: FindingCode, detail: string): void {
    const before = this.#problems.get(code);
    this.#problems.set(code, { first: before?.first ?? detail, count: (before?.count ?? 0) + 1 });
  }
}
