/** Rows and the audit log: each row's entry opens to it and to its content, each entry that issued has its row. */
import { type AuditEntry, type AuditStorage, readAuditEntry, verifyCommitment } from '@gov/audit';
import { isGovError } from '@gov/verdict';
import { LICENSE_ACTIONS, reasonText } from '../actions.js';
import type { LicenseStore, RegisterEntry } from '../port.js';
import { batchText, contentDigest, requestDigest } from '../prepare.js';
import type { Discrepancy } from './discrepancy.js';

/** Entries of the log that are read at once. */
const PAGE = 1024;

const ISSUED: readonly string[] = [LICENSE_ACTIONS.issue, LICENSE_ACTIONS.void];
const CHANGED: readonly string[] = [LICENSE_ACTIONS.suspend, LICENSE_ACTIONS.resume, LICENSE_ACTIONS.revoke];

/** What an entry says and what its commitments open to; a wrong opening counts as none. */
interface OpenedEntry {
  readonly entry: AuditEntry;
  readonly secrets: ReadonlyMap<string, string>;
  /** Openings are gone, all of them. */
  readonly erased: boolean;
}

export class AuditMatch {
  readonly #store: LicenseStore & { readonly audit: AuditStorage };
  readonly #log: string;
  readonly #size: number;
  /** A bit for each entry that a row refers to. */
  readonly #met: Uint8Array;
  /** Last change of status by the entry of the issuing, of rows that had one. */
  readonly #changes = new Map<number, number>();

  constructor(store: LicenseStore & { readonly audit: AuditStorage }, log: string, size: number) {
    this.#store = store;
    this.#log = log;
    this.#size = size;
    this.#met = new Uint8Array(Math.ceil(size / 8));
  }

  async *match(rows: readonly RegisterEntry[]): AsyncIterable<Discrepancy> {
    const indices = rows.flatMap((row) =>
      row.statusAuditIndex === undefined ? [row.auditIndex] : [row.auditIndex, row.statusAuditIndex],
    );
    const bytes = await this.#fetch(indices);
    for (const row of rows) {
      const { identifier, auditIndex, statusAuditIndex } = row;
      const issued = await this.#opened(auditIndex, bytes.get(auditIndex));
      this.#meet(auditIndex);
      if (issued === undefined) {
        yield {
          code: 'audit-missing',
          identifier,
          auditIndex,
          detail: 'the log has no such entry at the place of the row',
        };
      } else {
        yield* issueProblems(row, issued);
      }
      if (statusAuditIndex !== undefined) {
        this.#meet(statusAuditIndex);
        this.#changes.set(auditIndex, statusAuditIndex);
      }
      yield* statusProblems(
        row,
        statusAuditIndex === undefined ? undefined : await this.#opened(statusAuditIndex, bytes.get(statusAuditIndex)),
      );
    }
  }

  /** What the log has and no row refers to. */
  async *end(): AsyncIterable<Discrepancy> {
    for (let from = 0; from < this.#size; from += PAGE) {
      const page = await this.#store.audit.entries(this.#log, from, Math.min(from + PAGE, this.#size));
      for (const [offset, bytes] of page.entries()) {
        const auditIndex = from + offset;
        if (this.#isMet(auditIndex)) continue;
        const entry = entryOf(bytes);
        const action = entry?.action ?? '';
        if (ISSUED.includes(action)) {
          yield { code: 'audit-unregistered', auditIndex, detail: `${action}, but no row of the register` };
        } else if (CHANGED.includes(action)) {
          yield* this.#hidden(auditIndex, bytes, entry!);
        }
      }
    }
  }

  /** A change of status that is not its row's last must have a later one: found by what the entry says in plain, openings or not. */
  async *#hidden(auditIndex: number, bytes: Uint8Array, { action, details }: AuditEntry): AsyncIterable<Discrepancy> {
    const last = typeof details.of === 'number' ? this.#changes.get(details.of) : undefined;
    if (last !== undefined && last > auditIndex) return;
    const identifier = (await this.#opened(auditIndex, bytes))?.secrets.get('identifier');
    yield {
      code: 'audit-status',
      ...(identifier === undefined ? {} : { identifier }),
      auditIndex,
      detail: `${action} stands in the log, the row knows nothing of it`,
    };
  }

  async #opened(index: number, bytes: Uint8Array | undefined): Promise<OpenedEntry | undefined> {
    const entry = bytes === undefined ? undefined : entryOf(bytes);
    if (entry === undefined) return undefined;
    const secrets = await this.#store.audit.secrets(this.#log, index);
    const genuine = secrets.filter((secret) => verifyCommitment(entry, secret.name, secret));
    return {
      entry,
      secrets: new Map(genuine.map(({ name, value }) => [name, value])),
      erased: secrets.length === 0,
    };
  }

  /** Entries by position: in one go where they lie together, as those of a batch do. */
  async #fetch(indices: readonly number[]): Promise<ReadonlyMap<number, Uint8Array>> {
    const wanted = [...new Set(indices)].filter((index) => index >= 0 && index < this.#size).sort((a, b) => a - b);
    const found = new Map<number, Uint8Array>();
    for (let i = 0; i < wanted.length; ) {
      const from = wanted[i]!;
      let end = i + 1;
      while (end < wanted.length && wanted[end]! - wanted[end - 1]! <= 4 && wanted[end]! - from < PAGE) end += 1;
      const to = wanted[end - 1]! + 1;
      const page = await this.#store.audit.entries(this.#log, from, to);
      for (const [offset, bytes] of page.entries()) found.set(from + offset, bytes);
      i = end;
    }
    return found;
  }

  #meet(index: number): void {
    if (index >= 0 && index < this.#size) this.#met[index >> 3]! |= 1 << (index & 7);
  }

  #isMet(index: number): boolean {
    return (this.#met[index >> 3]! & (1 << (index & 7))) !== 0;
  }
}

function entryOf(bytes: Uint8Array): AuditEntry | undefined {
  try {
    return readAuditEntry(bytes);
  } catch (error) {
    if (isGovError(error)) return undefined;
    throw error;
  }
}

function* issueProblems(row: RegisterEntry, { entry, secrets, erased }: OpenedEntry): Iterable<Discrepancy> {
  const { identifier, auditIndex, record, qrText } = row;
  const isVoid = row.status === 'void';
  const mismatch = (what: string): Discrepancy => ({
    code: 'audit-mismatch',
    identifier,
    auditIndex,
    detail: `${what}: not what the log says`,
  });
  const { type, issuer } = entry.details;
  if (entry.action !== (isVoid ? LICENSE_ACTIONS.void : LICENSE_ACTIONS.issue)) return yield mismatch('action');
  if (type !== row.typeCode || issuer !== row.issuerCode) yield mismatch('type or issuer');
  if (!isVoid && (entry.details.version !== row.version || entry.details.act !== row.act))
    yield mismatch('version or act');
  if (Date.parse(entry.at) !== Date.parse(row.issuedAt)) yield mismatch('time');
  // Retention takes the openings together with what they open to.
  if (erased !== ((isVoid ? row.statusReason : record) === undefined)) {
    const detail = erased ? 'the openings of its audit entry are gone' : 'its record is gone';
    return yield { code: 'half-erased', identifier, auditIndex, detail };
  }
  if (erased) return;
  if (secrets.get('identifier') !== identifier) yield mismatch('identifier');
  if (secrets.get('batch') !== (row.batch && batchText(row.batch))) yield mismatch('batch');
  if (isVoid) {
    if (secrets.get('reason') !== row.statusReason) yield mismatch('reason');
    return;
  }
  // The key alone may be erased.
  if (row.request !== undefined && secrets.get('request') !== requestDigest(row.request)) yield mismatch('request');
  if (secrets.get('number') !== row.number || record?.data.number !== row.number) yield mismatch('number');
  if (record === undefined || qrText === undefined || secrets.get('content') !== contentDigest(record, qrText)) {
    yield mismatch('record or QR text');
    return;
  }
  // What stands in columns of its own beside the record.
  const columns = [
    [record.identifier, identifier],
    [record.issuedAt, row.issuedAt],
    [record.data.validTo, row.validTo],
    [record.status?.list, row.slot.list],
    [record.status?.index, row.slot.index],
  ];
  if (columns.some(([a, b]) => a !== b)) yield mismatch('a column of the row');
  if (secrets.get('replaces') !== row.replaces) yield mismatch('the version before');
}

function* statusProblems(row: RegisterEntry, change: OpenedEntry | undefined): Iterable<Discrepancy> {
  const { identifier, status, statusAt, statusReason, statusAuditIndex } = row;
  const problem = (detail: string): Discrepancy => ({
    code: 'audit-status',
    identifier,
    ...(statusAuditIndex === undefined ? {} : { auditIndex: statusAuditIndex }),
    detail,
  });
  if (statusAuditIndex === undefined) {
    if (status !== 'valid' && status !== 'void') yield problem(`${status}, but the log knows of no change`);
    if (Date.parse(statusAt) !== Date.parse(row.issuedAt)) yield problem('the log knows of no change at this time');
    if (status === 'valid' && statusReason !== undefined) yield problem('a reason, but the log knows of no change');
    return;
  }
  if (change === undefined) return yield problem('the log has no such entry at the place of the change');
  const { entry, secrets, erased } = change;
  const isFollowed = entry.action === LICENSE_ACTIONS.issue;
  const said = isFollowed ? 'superseded' : CHANGED.includes(entry.action) && entry.details.to;
  if (said !== status) return yield problem(`${status}, the log says ${String(said)}`);
  const opensToIt = erased || secrets.get(isFollowed ? 'replaces' : 'identifier') === identifier;
  if (entry.details.of !== row.auditIndex || !opensToIt) {
    return yield problem('the change in the log is of another licence');
  }
  if (Date.parse(entry.at) !== Date.parse(statusAt)) yield problem('the log has another time of the change');
  // The openings of a re-issue stay as long as either version is kept.
  if (erased ? statusReason !== undefined : statusReason === undefined && !isFollowed) {
    const detail = erased ? 'the openings of its last change are gone' : 'the reason of its last change is gone';
    return yield { code: 'half-erased', identifier, auditIndex: statusAuditIndex, detail };
  }
  if (erased || statusReason === undefined) return;
  if (reasonText(secrets.get('reason') ?? '', entry.details.office) !== statusReason) {
    yield problem('the log has another reason of the change');
  }
}
