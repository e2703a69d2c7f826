/** The lines of an edition, as its pieces come: one spelling, one order, as many as the head counts. */
import { parseDivisionCode } from '@gov/codes';
import { canonicalJson } from '@gov/token/json';
import { GovError } from '@gov/verdict';
import { LEDGER_LEVELS, type LedgerLevel } from '../labels.js';
import { compareKeys, RECORD_KINDS, type RecordKey } from '../order.js';
import type { RegionProfile } from '../profile.js';
import type { CatalogRecord, RecordKind } from '../record.js';
import { type ReadRecord, recordReader } from '../schema/read-record.js';

export const EDITION_LIMITS = {
  /** Octets of the first line. */
  head: 8_192,
  /** Octets of another line. */
  line: 8_388_608,
  records: 2_000_000,
  /** UTF-16 units of the texts of the head, and of a code. */
  text: 200,
} as const;

/** What an edition says of itself: its first line. */
export interface EditionHead {
  /** 版本, e.g. `2026`. */
  readonly edition: string;
  /** 目录名称 */
  readonly name: string;
  /** 行政区划代码 */
  readonly region: string;
  readonly level: LedgerLevel;
  /** Id of the regional profile that its records were made under. */
  readonly profile: string;
  /** RFC 3339, UTC: what whoever froze it says. */
  readonly frozenAt: string;
  /** SM3 of the file of the edition before, hexadecimal: editions hang together. */
  readonly previous?: string;
  /** Records of each kind that has any. */
  readonly counts: Readonly<Partial<Record<RecordKind, number>>>;
}

const NEW_LINE = 0x0a;

/** Reads the lines of an edition; throws `edition-malformed` or `limit-exceeded` with the line. */
export class EditionLines {
  #head: EditionHead | undefined;
  #rest: Uint8Array[] = [];
  #restLength = 0;
  #line = 0;
  #last: RecordKey | undefined;
  readonly #counts = new Map<RecordKind, number>();
  readonly #profile: string;
  readonly #readRecord: (value: unknown) => ReadRecord;

  /** @throws GovError `invalid-argument` for a profile whose pattern is unfit */
  constructor(profile: RegionProfile) {
    this.#profile = profile.id;
    this.#readRecord = recordReader(profile);
  }

  /** Absent before the first line was read. */
  get head(): EditionHead | undefined {
    return this.#head;
  }

  /** @returns the records that this piece ends */
  push(piece: Uint8Array): CatalogRecord[] {
    const records: CatalogRecord[] = [];
    let from = 0;
    for (let end = piece.indexOf(NEW_LINE); end >= 0; end = piece.indexOf(NEW_LINE, from)) {
      const record = this.#read(this.#whole(piece.subarray(from, end)));
      if (record !== undefined) records.push(record);
      from = end + 1;
    }
    this.#keep(piece.subarray(from));
    return records;
  }

  end(): CatalogRecord[] {
    if (this.#restLength > 0) throw this.#malformed('the last line has no end');
    if (this.#head === undefined) throw this.#malformed('no head');
    const { counts } = this.#head;
    const wrong = RECORD_KINDS.find((kind) => counts[kind] !== this.#counts.get(kind));
    if (wrong !== undefined) throw this.#malformed(`not as many ${wrong} records as the head counts`);
    return [];
  }

  #keep(part: Uint8Array): void {
    this.#restLength += part.length;
    const most = this.#line === 0 ? EDITION_LIMITS.head : EDITION_LIMITS.line;
    if (this.#restLength > most)
      throw new GovError('limit-exceeded', `line ${this.#line + 1}: more than ${most} octets`);
    // The piece may be used again by whoever gave it.
    if (part.length > 0) this.#rest.push(part.slice());
  }

  #whole(part: Uint8Array): Uint8Array {
    this.#keep(part);
    this.#line++;
    const whole = new Uint8Array(this.#restLength);
    let at = 0;
    for (const piece of this.#rest) {
      whole.set(piece, at);
      at += piece.length;
    }
    this.#rest = [];
    this.#restLength = 0;
    return whole;
  }

  #read(octets: Uint8Array): CatalogRecord | undefined {
    const value = this.#value(octets);
    if (this.#line === 1) {
      this.#head = this.#readHead(value);
      return undefined;
    }
    const { record, issues } = this.#readRecord(value);
    if (record === undefined) throw this.#malformed(`no record of the profile (${issues[0]!.code})`);
    const { kind, code } = record;
    const key = { kind, code };
    if (this.#last !== undefined && compareKeys(this.#last, key) >= 0) throw this.#malformed('out of order, or twice');
    if (this.#line - 1 > EDITION_LIMITS.records)
      throw new GovError('limit-exceeded', `more than ${EDITION_LIMITS.records} records`);
    this.#last = key;
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
    return record;
  }

  #value(octets: Uint8Array): Readonly<Record<string, unknown>> {
    try {
      const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(octets);
      const value: unknown = JSON.parse(text);
      // A member twice, another order or spelling: read again it would be another text.
      if (typeof value === 'object' && value !== null && canonicalJson(value) === text)
        return value as Readonly<Record<string, unknown>>;
    } catch {
      // The message of JSON.parse quotes the text.
    }
    throw this.#malformed('not JSON in its one spelling');
  }

  #readHead({ catalogEdition, ...head }: Readonly<Record<string, unknown>>): EditionHead {
    if (catalogEdition !== 1) throw this.#malformed('no edition of version 1');
    const known = ['edition', 'name', 'region', 'level', 'profile', 'frozenAt', 'counts'];
    const names = Object.keys(head);
    if (
      !known.every((name) => names.includes(name)) ||
      names.some((name) => name !== 'previous' && !known.includes(name))
    )
      throw this.#malformed('members of the head missing or unknown');
    const { edition, name, region, level, profile, frozenAt, previous, counts } = head;
    const fits =
      [edition, name, profile].every(isText) &&
      typeof region === 'string' &&
      parseDivisionCode(region).ok &&
      LEDGER_LEVELS.some(({ label }) => label === level) &&
      isInstant(frozenAt) &&
      (previous === undefined || (typeof previous === 'string' && /^[0-9a-f]{64}$/.test(previous))) &&
      isCounts(counts);
    if (!fits) throw this.#malformed('a member of the head is not what it must be');
    if (profile !== this.#profile) throw this.#malformed('made under another profile');
    return head as unknown as EditionHead;
  }

  #malformed(why: string): GovError {
    return new GovError('edition-malformed', `line ${Math.max(this.#line, 1)}: ${why}`);
  }
}

const isText = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= EDITION_LIMITS.text && !/[\p{Cc}\p{Cs}]/u.test(value);

const isInstant = (value: unknown): boolean =>
  typeof value === 'string' &&
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value) &&
  !Number.isNaN(Date.parse(value)) &&
  new Date(value).toISOString().startsWith(value.slice(0, 19));

const isCounts = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.entries(value).every(
    ([kind, count]) => (RECORD_KINDS as readonly string[]).includes(kind) && Number.isSafeInteger(count) && count > 0,
  );
