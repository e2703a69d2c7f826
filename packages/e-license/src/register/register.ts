/** The register at work (证照登记): every act is one transaction, all of it or nothing. */
import { appendAudit, type StoredAuditEntry } from '@gov/audit';
import { holdsPersonalNumber } from '@gov/codes';
import { type ErrorCode, GovError, isGovError } from '@gov/verdict';
import type { LicenseRecord } from '../license.js';
import type { LicenseType } from '../license-type.js';
import type { ReissueAct } from '../lineage.js';
import { type LicenseData, type LicenseDataParser, licenseDataParser } from '../metadata.js';
import { type LicenseIssuer, LicenseQrIssuer } from '../qr/index.js';
import { type LicenseStatus, mayBecome } from '../status.js';
import { validityAt } from '../validity.js';
import { LICENSE_ACTIONS, REVOKED_STATUSES, type RevokedStatus, reasonText } from './actions.js';
import { IssueCheck } from './checks.js';
import { identified, known, notFound } from './identified.js';
import { ListSizes } from './list-size.js';
import { noted, notedDocument, PDF_FORM } from './notes.js';
import { STATUS_LIST_SIZE, serialCounter, serialText, slotCounter, slotOf } from './numbers.js';
import type { LicenseStore, LicenseTransaction, RegisterEntry, RegisterKey } from './port.js';
import { insertPrepared, type PreparedLicense, type PrepareOptions, prepareLicense } from './prepare.js';
import { followingData, timeOfAct } from './reissue.js';
import { checkSameRequest, type KeyedRequest, keepIssuing, keyedRequest } from './request.js';

/** Makes what people hold in their hands, from `@gov/e-license/pdf`. */
export interface LicenseDocuments {
  /** The sealed PDF (电子证照文件): a `LicensePdfIssuer` fits. */
  issue(record: LicenseRecord, qrText: string, sealedAt: Date): Promise<Uint8Array>;
  /** The paper form (纸质证照): `drawPrintForm` with type and fonts. */
  print?(
    record: LicenseRecord,
    qrText: string,
    options: { readonly copy: number; readonly createdAt: Date },
  ): Promise<Uint8Array>;
}

export interface RegisterOptions {
  readonly store: LicenseStore;
  /** Licence types that may be issued; none unless given. */
  readonly types?: readonly LicenseType[];
  /** Signs the QRs (证照签发者): of the body that the licences name as their issuing authority. Without it nothing is issued. */
  readonly issuer?: LicenseIssuer;
  /** Name of the audit log. */
  readonly log: string;
  /** The time of acts; the system's unless given. */
  readonly clock?: () => Date;
  /** Places of one status list, `STATUS_LIST_SIZE` unless given. Kept with the first licence; another one is refused from then on. */
  readonly listSize?: number;
  readonly documents?: LicenseDocuments;
}

/** Who acts, and under which idempotency key: after `store-unavailable` the same call with the same key is safe. */
export interface ActOptions {
  /** For the audit log: an account or a post, no personal data. */
  readonly actor: string;
  /** 幂等键: 1 to `REQUEST_KEY_MAX` visible ASCII characters, one for each request of an issuing authority. */
  readonly key?: string;
}

export interface IssueOptions extends ActOptions {
  /**
   * The sealed PDF in the same act; otherwise it is made on the first download. With a key that was used for this request it is
   * a download like any other: recorded, and only of a licence that is valid.
   */
  readonly document?: boolean;
  /** The paper form in the same act (证照同步制发). */
  readonly print?: boolean;
}

export interface ReissueOptions extends IssueOptions {
  /** 变更, 延续, 更正, 补发 */
  readonly act: ReissueAct;
  readonly reason: string;
}

export interface StatusOptions extends ActOptions {
  readonly reason: string;
  /** The office that decided (作出决定的机关). */
  readonly office?: string;
}

export interface RevokeOptions extends StatusOptions {
  /** `withdrawn` 撤销, `cancelled` 注销, `revoked` 吊销, `lapsed` 失效, `transferred` 办理转出, `other`. */
  readonly as: RevokedStatus;
}

export interface AccessOptions {
  readonly actor: string;
  /** Why (用证事由), at most 200 characters; a commitment to it goes into the audit log. */
  readonly purpose: string;
}

export interface IssuedEntry {
  readonly entry: RegisterEntry;
  /** True where the key had been used for this request: nothing was issued now. */
  readonly again: boolean;
  /** The sealed PDF, where it was asked for; not where the licence is valid no longer. */
  readonly pdf?: Uint8Array;
  /** The paper form, where it was asked for: not of a request that was answered before, whose print is counted already. */
  readonly paper?: PrintedLicense;
}

/** The licence as it is after a change of status. */
export interface ChangedEntry extends RegisterEntry {
  /** Where the key had been used for this request: nothing was changed now, and the status may be a later one. */
  readonly again?: true;
}

export interface PrintedLicense {
  readonly pdf: Uint8Array;
  /** 1 for the first that was ever printed of this version. */
  readonly copy: number;
}

/** Where a licence stands at an instant. */
export interface LicenseStanding {
  readonly entry: RegisterEntry;
  /** Before, within or after its days of validity. */
  readonly validity: 'before' | 'within' | 'after';
  /** Every version, the oldest first (谱系). */
  readonly versions: readonly RegisterEntry[];
}

/** Characters of a purpose, a reason, the name of an office. */
export const ACCESS_LIMITS = { purpose: 200, reason: 500, office: 100 } as const;

/** 用证事由 of a document that comes with the answer to a repeated request. */
const REPEATED = '重复提交';

/** What an issuing is refused with where the same request was faster. */
const TAKEN: readonly ErrorCode[] = ['license-exists', 'license-status', 'idempotency-key-reused'];

/**
 * The register of licences of one issuing authority (证照登记库).
 *
 * @example
 * import { FOOD_BUSINESS } from '@gov/e-license';
 * import { LicenseRegister } from '@gov/e-license/register';
 * import { memoryStore } from '@gov/store/memory';
 * const issuer = { certificate, signer };
 * const register = new LicenseRegister({ store: memoryStore(), types: [FOOD_BUSINESS], issuer, log: 'licences' });
 * const { entry } = await register.issue(json, { actor: 'window-3', key: 'case-2026-000117' });
 * await register.suspend(entry.identifier, { reason: '限期整改', actor: 'window-3' });
 */
export class LicenseRegister {
  readonly #store: LicenseStore;
  readonly #types: ReadonlyMap<string, LicenseType>;
  readonly #parse: LicenseDataParser;
  readonly #issuer: { readonly qr: LicenseQrIssuer; readonly check: IssueCheck } | undefined;
  readonly #log: string;
  readonly #clock: () => Date;
  readonly #listSize: number;
  readonly #listSizes: ListSizes;
  readonly #documents: LicenseDocuments | undefined;

  /** @throws GovError `key-mismatch`, `algorithm-unsupported` */
  constructor(options: RegisterOptions) {
    this.#store = options.store;
    const { types = [], issuer } = options;
    this.#types = new Map(types.map((type) => [type.code, type]));
    this.#parse = licenseDataParser(types);
    this.#issuer = issuer && { qr: new LicenseQrIssuer(issuer), check: new IssueCheck(issuer) };
    this.#log = options.log;
    this.#clock = options.clock ?? (() => new Date());
    this.#listSize = options.listSize ?? STATUS_LIST_SIZE;
    this.#listSizes = new ListSizes(this.#store, this.#listSize);
    this.#documents = options.documents;
  }

  /**
   * Issues a licence (新证): serial, identifier, signed QR text, register row, status slot, audit entry, and with `document` and
   * `print` the PDFs. The data is parsed here. The same key with the same request answers the same licence again, whoever asks
   * at once.
   *
   * @throws GovError `license-data-invalid`, `limit-exceeded`; `license-exists` where the number is taken;
   *   `idempotency-key-reused`; `license-qr-too-large`; `certificate-unsuitable`, `certificate-expired`,
   *   `certificate-not-yet-valid`; `store-unavailable`: then the same call with the same key again; what drawing and sealing throw
   */
  async issue(input: unknown, options: IssueOptions): Promise<IssuedEntry> {
    const data = this.#parse(input);
    const at = this.#clock();
    return this.#once(data, keyedRequest(options.key, { act: 'first', data }), options, async (request) => {
      const { type, issuerCode } = await this.#issuable(data, at);
      return this.#listSizes.transaction(issuerCode, async (tx) => {
        const serial = serialText(await tx.takeNumbers(serialCounter(type.code, issuerCode), 1));
        const slot = await this.#slot(tx, issuerCode);
        await keepIssuing(tx, issuerCode, request);
        const content = { type, serial, slot, issuedAt: at, act: 'first' } as const;
        const prepared = await this.#prepare(data, content, request, options);
        return this.#insert(tx, prepared, options);
      });
    });
  }

  /**
   * Issues the next version of a licence (变更, 延续, 更正, 补发): same serial, a new status slot; the version before becomes
   * `superseded` in the same transaction. Only the newest version can be followed.
   *
   * @throws GovError what `issue` throws; `license-not-found`; `license-status` where that version cannot be followed;
   *   `clock-behind`;
   *   `license-data-invalid` where the act does not allow what the new data changes (`reissueIssues`), or the number changes
   */
  async reissue(spelt: string, input: unknown, options: ReissueOptions): Promise<IssuedEntry> {
    const { identifier } = known(spelt);
    const data = this.#parse(input);
    const at = this.#clock();
    const { act } = options;
    const reason = textOf(options.reason, 'reason');
    const keyed = keyedRequest(options.key, { act, identifier, reason, data });
    return this.#once(data, keyed, options, async (request) => {
      const { type, issuerCode } = await this.#issuable(data, at);
      return this.#listSizes.transaction(issuerCode, async (tx) => {
        const slot = await this.#slot(tx, issuerCode);
        await keepIssuing(tx, issuerCode, request);
        const old = await lockedEntry(tx, identifier);
        const following = followingData(old, data, act, type);
        const version = old.version + 1;
        const link = { replaces: identifier, replacesIndex: old.auditIndex };
        const whole = timeOfAct(old, at, 1000);
        const content = { type, serial: old.serial, slot, issuedAt: whole, act, version, reason, ...link };
        const prepared = await this.#prepare(following, content, request, options);
        const issued = await this.#insert(tx, prepared, options);
        const { auditIndex, issuedAt } = issued.entry;
        // At the time of the entry that says so.
        await tx.setStatus(identifier, { status: 'superseded', at: issuedAt, reason, auditIndex });
        return issued;
      });
    });
  }

  /** @throws GovError what `revoke` throws */
  async suspend(identifier: string, options: StatusOptions): Promise<ChangedEntry> {
    return this.#changeStatus(identifier, 'suspended', LICENSE_ACTIONS.suspend, options);
  }

  /** Ends a suspension (恢复). @throws GovError what `revoke` throws */
  async resume(identifier: string, options: StatusOptions): Promise<ChangedEntry> {
    return this.#changeStatus(identifier, 'valid', LICENSE_ACTIONS.resume, options);
  }

  /**
   * Ends a licence for good (撤销, 注销, 吊销, …); `other` alone may be followed by anything.
   *
   * @throws GovError `license-not-found`; `license-status` where its status does not allow it; `clock-behind` where the clock
   *   stands minutes before the last act; `idempotency-key-reused`; `invalid-argument`; `store-unavailable`: then the same call with the same key again
   */
  async revoke(identifier: string, options: RevokeOptions): Promise<ChangedEntry> {
    if (!REVOKED_STATUSES.includes(options.as)) {
      throw new GovError('invalid-argument', `a licence ends as ${REVOKED_STATUSES.join(', ')}`);
    }
    return this.#changeStatus(identifier, options.as, LICENSE_ACTIONS.revoke, options);
  }

  async find(key: RegisterKey): Promise<RegisterEntry | undefined> {
    if (!('identifier' in key)) return this.#store.entry(key);
    const found = identified(key.identifier);
    return found && this.#store.entry({ identifier: found.identifier });
  }

  /** Every version of the licence of which this is one, the oldest first (谱系). @throws GovError `license-not-found` */
  async versions(identifier: string): Promise<readonly RegisterEntry[]> {
    const { typeCode, issuerCode, serial } = await this.#entry(identifier);
    return this.#store.versions(typeCode, issuerCode, serial);
  }

  /** Where a licence stands now. @throws GovError `license-not-found` */
  async status(identifier: string): Promise<LicenseStanding> {
    const entry = await this.#entry(identifier);
    const { typeCode, issuerCode, serial, record, validTo } = entry;
    return {
      entry,
      // What was erased keeps its end only.
      validity: validityAt(record?.data.validFrom ?? entry.issuedAt.slice(0, 10), validTo, this.#clock()),
      versions: await this.#store.versions(typeCode, issuerCode, serial),
    };
  }

  /**
   * The sealed PDF of a licence: made once, on the first download where it was not made with the licence; whoever asks gets the
   * same octets. Each download is recorded with who and why.
   *
   * @throws GovError `license-not-found`; `license-status` for one that is not valid, unless `anyStatus`, and for one that was
   *   erased or never issued; what drawing and sealing throw
   */
  async document(
    spelt: string,
    options: AccessOptions & { readonly anyStatus?: boolean },
  ): Promise<{ readonly pdf: Uint8Array; readonly entry: RegisterEntry }> {
    const { identifier } = known(spelt);
    const purpose = textOf(options.purpose, 'purpose');
    const allowed = (found: RegisterEntry): RegisterEntry => {
      if (options.anyStatus !== true) checkValid(found);
      return found;
    };
    const { record, qrText } = contentOf(allowed(await this.#entry(identifier)));
    const at = this.#clock();
    const kept = await this.#store.document(identifier, PDF_FORM);
    // Outside of the transaction: drawing and sealing take longer than all the rest.
    const drawn = kept === undefined ? await this.#drawing().issue(record, qrText, at) : undefined;
    const { entry, made } = await this.#store.transaction(async (tx) => {
      const entry = allowed(await lockedEntry(tx, identifier));
      const isFirst = drawn !== undefined && (await tx.insertDocument(identifier, PDF_FORM, drawn));
      const download = noted(LICENSE_ACTIONS.download, entry, at, options.actor, { status: entry.status }, { purpose });
      const making = isFirst ? [notedDocument(entry, at, options.actor, drawn)] : [];
      await appendAudit(tx.audit, this.#log, [...making, download]);
      return { entry, made: isFirst ? drawn : undefined };
    });
    const pdf = made ?? kept ?? (await this.#store.document(identifier, PDF_FORM));
    if (pdf === undefined) throw new GovError('license-not-found', 'the document was erased meanwhile');
    return { pdf, entry };
  }

  /**
   * The paper form of a licence (纸质证照), counted and recorded. Where drawing fails nothing is counted.
   *
   * @throws GovError `license-not-found`, `license-status` for one that is not valid; what drawing throws
   */
  async print(spelt: string, options: AccessOptions): Promise<PrintedLicense> {
    const { identifier } = known(spelt);
    const purpose = textOf(options.purpose, 'purpose');
    const print = this.#printing();
    const at = this.#clock();
    return this.#store.transaction(async (tx) => {
      const entry = await lockedEntry(tx, identifier);
      checkValid(entry);
      const { record, qrText } = contentOf(entry);
      const copy = await tx.countPrint(identifier);
      const pdf = await print(record, qrText, { copy, createdAt: at });
      await appendAudit(tx.audit, this.#log, [
        noted(LICENSE_ACTIONS.print, entry, at, options.actor, { copy }, { purpose }),
      ]);
      return { pdf, copy };
    });
  }

  /** Runs an issuing at most once for its key: looks before, and again where somebody else was faster. */
  async #once(
    data: LicenseData,
    request: KeyedRequest | undefined,
    options: IssueOptions,
    act: (request: KeyedRequest | undefined) => Promise<IssuedEntry>,
  ): Promise<IssuedEntry> {
    const earlier = async (): Promise<IssuedEntry | undefined> => {
      if (request === undefined) return undefined;
      const entry = await this.#store.entry({ issuerCode: data.authority.code, requestKey: request.key });
      if (entry === undefined) return undefined;
      checkSameRequest(entry.request?.digest, request);
      if (options.document !== true || entry.status !== 'valid') return { entry, again: true };
      const { pdf } = await this.document(entry.identifier, { actor: options.actor, purpose: REPEATED });
      return { entry, again: true, pdf };
    };
    const before = await earlier();
    if (before !== undefined) return before;
    try {
      return await act(request);
    } catch (error) {
      const isTaken = isGovError(error) && TAKEN.includes(error.code);
      const winner = isTaken ? await earlier() : undefined;
      if (winner === undefined) throw error;
      return winner;
    }
  }

  async #issuable(data: LicenseData, at: Date): Promise<{ type: LicenseType; issuerCode: string }> {
    const type = this.#types.get(data.type)!;
    await this.#signing().check.check(data, type, at);
    return { type, issuerCode: data.authority.code };
  }

  async #slot(tx: LicenseTransaction, issuerCode: string): Promise<RegisterEntry['slot']> {
    return slotOf(await tx.takeNumbers(slotCounter(issuerCode), 1), this.#listSize);
  }

  async #prepare(
    data: LicenseData,
    content: Omit<PrepareOptions, 'issuer' | 'actor'>,
    request: KeyedRequest | undefined,
    { actor }: IssueOptions,
  ): Promise<PreparedLicense> {
    const keyed = request === undefined ? {} : { request: { key: request.key, digest: request.digest } };
    return prepareLicense(data, { ...content, issuer: this.#signing().qr, actor, ...keyed });
  }

  /** Draws first, so that the audit log is locked last. */
  async #insert(tx: LicenseTransaction, prepared: PreparedLicense, options: IssueOptions): Promise<IssuedEntry> {
    const { identifier, record, qrText } = prepared.entry;
    const at = new Date(prepared.entry.issuedAt);
    const pdf = options.document === true ? await this.#drawing().issue(record!, qrText!, at) : undefined;
    const first = { copy: 1, createdAt: at } as const;
    const printed = options.print === true ? await this.#printing()(record!, qrText!, first) : undefined;
    const [entry] = await insertPrepared(tx, this.#log, [prepared]);
    const notes: StoredAuditEntry[] = [];
    if (pdf !== undefined) {
      await tx.insertDocument(identifier, PDF_FORM, pdf);
      notes.push(notedDocument(entry!, at, options.actor, pdf));
    }
    if (printed !== undefined) {
      const copy = await tx.countPrint(identifier);
      notes.push(noted(LICENSE_ACTIONS.print, entry!, at, options.actor, { copy }, {}));
    }
    if (notes.length > 0) await appendAudit(tx.audit, this.#log, notes);
    return {
      entry: entry!,
      again: false,
      ...(pdf === undefined ? {} : { pdf }),
      ...(printed === undefined ? {} : { paper: { pdf: printed, copy: 1 } }),
    };
  }

  async #changeStatus(
    spelt: string,
    status: LicenseStatus,
    action: string,
    options: StatusOptions,
  ): Promise<ChangedEntry> {
    const { identifier, issuer } = known(spelt);
    const reason = textOf(options.reason, 'reason');
    const office = options.office === undefined ? undefined : officeOf(options.office);
    const request = keyedRequest(options.key, { action, identifier, status, reason, office });
    const now = this.#clock();
    return this.#store.transaction(async (tx) => {
      const kept = request && (await tx.keepRequest(issuer, request.mark, request.digest));
      const entry = await lockedEntry(tx, identifier);
      if (kept !== undefined) {
        checkSameRequest(kept, request!);
        return { ...entry, again: true };
      }
      if (!mayBecome(entry.status, status)) {
        throw new GovError('license-status', `a licence that is ${entry.status} does not become ${status}`);
      }
      const at = timeOfAct(entry, now);
      const details = { from: entry.status, to: status, ...(office === undefined ? {} : { office }) };
      const auditIndex = await appendAudit(tx.audit, this.#log, [
        noted(action, entry, at, options.actor, details, { reason }),
      ]);
      const text = reasonText(reason, office);
      await tx.setStatus(identifier, { status, at: at.toISOString(), reason: text, auditIndex });
      return { ...entry, status, statusAt: at.toISOString(), statusReason: text, statusAuditIndex: auditIndex };
    });
  }

  async #entry(spelt: string): Promise<RegisterEntry> {
    const { identifier } = known(spelt);
    const entry = await this.#store.entry({ identifier });
    if (entry === undefined) throw notFound();
    return entry;
  }

  #signing(): { readonly qr: LicenseQrIssuer; readonly check: IssueCheck } {
    if (this.#issuer === undefined) throw new GovError('invalid-argument', 'this register issues nothing');
    return this.#issuer;
  }

  #drawing(): LicenseDocuments {
    if (this.#documents === undefined) throw new GovError('invalid-argument', 'this register makes no documents');
    return this.#documents;
  }

  #printing(): NonNullable<LicenseDocuments['print']> {
    const documents = this.#drawing();
    if (documents.print === undefined) throw new GovError('invalid-argument', 'this register prints nothing');
    return documents.print.bind(documents);
  }
}

async function lockedEntry(tx: LicenseTransaction, identifier: string): Promise<RegisterEntry> {
  const entry = await tx.lockEntry({ identifier });
  if (entry === undefined) throw notFound();
  return entry;
}

function checkValid({ status }: RegisterEntry): void {
  if (status !== 'valid') throw new GovError('license-status', `the licence is ${status}`);
}

/** @throws GovError `license-status` */
function contentOf({ record, qrText, status }: RegisterEntry): { record: LicenseRecord; qrText: string } {
  if (record === undefined || qrText === undefined) {
    throw new GovError('license-status', status === 'void' ? 'the serial was never issued' : 'the licence was erased');
  }
  return { record, qrText };
}

function officeOf(text: string): string {
  const office = textOf(text, 'office');
  // It stands in the log in plain, for ever.
  if (holdsPersonalNumber(office)) throw new GovError('invalid-argument', 'an office holds no number of a person');
  return office;
}

function textOf(text: string, name: keyof typeof ACCESS_LIMITS): string {
  const length = [...text].length;
  if (text.trim() === '' || length > ACCESS_LIMITS[name] || /[\p{Cc}\p{Cs}]/u.test(text)) {
    throw new GovError('invalid-argument', `a ${name} is one line of 1 to ${ACCESS_LIMITS[name]} characters`);
  }
  return text;
}
