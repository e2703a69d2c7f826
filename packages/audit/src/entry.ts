/** Entries of the log (日志条目): what they say in plain text, and commitments to what they do not say. */
import { holdsPersonalNumber } from '@gov/codes';
import { fromBase64url, hmacSm3, sameSecret, toBase64url } from '@gov/sm';
import { GovError } from '@gov/verdict';
import { canonicalJson, membersOf, parseJson } from './internal/canonical.js';
import type { AuditSecret, StoredAuditEntry } from './storage.js';

/** What an entry may hold. Texts are counted in UTF-16 code units. */
export const AUDIT_ENTRY_LIMITS = {
  /** Octets of an entry. */
  bytes: 16_384,
  /** Plain details of an entry. */
  details: 32,
  /** Of one detail, of the actor. */
  text: 1024,
  /** Commitments of an entry. */
  commitments: 64,
  /** Of one secret value. */
  value: 65_536,
} as const;

/** A plain detail (公开的明细): never personal data. Numbers are safe integers. */
export type AuditDetail = string | number | boolean;

/** An entry as the log shows it to everybody. */
export interface AuditEntry {
  /** RFC 3339, UTC; milliseconds only where there are any: `2026-05-20T01:00:00Z`, `2026-05-20T01:00:00.250Z`. */
  readonly at: string;
  /** What was done: `license-issue`; letters a–z, digits, hyphens, 1 to 64. */
  readonly action: string;
  /** Organisation or program that did it; a person who acted for it stands among the commitments. */
  readonly actor: string;
  readonly details: Readonly<Record<string, AuditDetail>>;
  /** By name: HMAC-SM3(salt, name ‖ 00 ‖ value), base64url (承诺值). */
  readonly commitments: Readonly<Record<string, string>>;
}

export interface AuditEntryDraft {
  readonly at: Date;
  readonly action: string;
  readonly actor: string;
  readonly details?: Readonly<Record<string, AuditDetail>>;
  /** Personal data and whatever else may have to be forgotten, by name: the entry holds only commitments to it. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Makes the salts, all in one; the runtime's generator unless given. */
  readonly random?: (octets: number) => Uint8Array;
}

/**
 * Makes an entry ready to be kept: canonical octets, a fresh salt of 32 octets for each secret.
 *
 * @throws GovError `invalid-argument` for what an entry cannot hold (`AUDIT_ENTRY_LIMITS`), and for an actor with the number of
 *   an ID card or a mobile phone in it: the log never forgets
 * @example
 * import { auditEntry } from '@gov/audit';
 * const entry = auditEntry({
 *   at: new Date('2026-05-20T01:00:00Z'),
 *   action: 'license-query',
 *   actor: '11370300MB28261234',
 *   details: { purpose: '企业开办' },
 *   secrets: { holder: '张三 370303199001011237' },
 * });
 * new TextDecoder().decode(entry.bytes); // {"action":"license-query","actor":"11370300MB28261234","at":"2026-05-20T01:00:00Z",…
 */
export function auditEntry(draft: AuditEntryDraft): StoredAuditEntry {
  const { at, action, actor, details = {}, random = randomOctets } = draft;
  const named = Object.entries(draft.secrets ?? {});
  if (named.length > LIMITS.commitments) throw invalid(`secrets: more than ${LIMITS.commitments}`);
  const salts = saltsOf(random, named.length);
  const secrets = named.map(([name, value], index) => ({ name, salt: salts[index]!, value }));
  for (const { name, value } of secrets) {
    if (!NAME.test(name)) throw invalid(`secrets: ${JSON.stringify(name)} is no name`);
    if (!isText(value, LIMITS.value))
      throw invalid(`secrets.${name}: not a text of at most ${LIMITS.value} characters`);
  }
  const commitments = Object.fromEntries(secrets.map((secret) => [secret.name, toBase64url(commitmentTo(secret))]));
  const entry = { at: timeText(at), action, actor, details, commitments };
  const wrong = problemOf(entry);
  if (wrong !== undefined) throw invalid(wrong);
  if (holdsPersonalNumber(actor)) throw invalid('actor: holds the number of a person');
  const bytes = encode(entry);
  if (bytes.length > LIMITS.bytes) throw invalid(`an entry of ${bytes.length} octets; at most ${LIMITS.bytes}`);
  return { bytes, secrets };
}

/**
 * Reads an entry. There is one spelling of each: anything that `auditEntry` would not have written is refused, a member twice,
 * an unknown one or another version among them.
 *
 * @throws GovError `audit-malformed`
 */
export function readAuditEntry(bytes: Uint8Array): AuditEntry {
  if (bytes.length > LIMITS.bytes) throw malformed(`${bytes.length} octets; at most ${LIMITS.bytes} are read`);
  const text = utf8(bytes);
  const read = membersOf(parseJson(text), ['v', 'at', 'action', 'actor', 'details', 'commitments']);
  if (read === undefined) throw malformed('not an object with the members of an entry');
  const { v, ...entry } = read;
  if (v !== VERSION) throw malformed('an unknown version');
  const wrong = problemOf(entry);
  if (wrong !== undefined) throw malformed(wrong);
  if (textOf(entry as unknown as AuditEntry) !== text) throw malformed('not in canonical form');
  return entry as unknown as AuditEntry;
}

/**
 * Whether salt and value open the commitment of this name (承诺验证): false where the entry has none of the name, or another one.
 */
export function verifyCommitment(entry: AuditEntry, name: string, opening: Omit<AuditSecret, 'name'>): boolean {
  // A name like "constructor" is no commitment.
  const commitment = Object.hasOwn(entry.commitments, name) ? fromBase64url(entry.commitments[name]!) : undefined;
  if (commitment === undefined || opening.salt.length !== SALT_OCTETS) return false;
  return sameSecret(commitment, commitmentTo({ name, ...opening }));
}

const LIMITS = AUDIT_ENTRY_LIMITS;
const SALT_OCTETS = 32;
const VERSION = 1;
/** Years of four digits. */
const TIME = /^\d{4}-\d\d-\d\dT[0-9:.]{8,12}Z$/;
const ACTION = /^[a-z][a-z0-9-]{0,63}$/;
const NAME = /^[a-zA-Z][a-zA-Z0-9_-]{0,31}$/;
/** No control characters, nothing that turns the direction of text, no half of a pair. */
const UNFIT = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
/** 32 octets in base64url; the last character carries four bits, and two that are zero. */
const COMMITMENT = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;

/** The name cannot hold the octet 00, so that no name and value look like others. */
const commitmentTo = ({ name, salt, value }: AuditSecret): Uint8Array =>
  hmacSm3(salt, new TextEncoder().encode(`${name}\0${value}`));

const textOf = (entry: AuditEntry): string => canonicalJson({ v: VERSION, ...entry });
const encode = (entry: AuditEntry): Uint8Array => new TextEncoder().encode(textOf(entry));

/** RFC 3339, UTC: one spelling of each instant. */
function timeText(at: Date): string {
  if (Number.isNaN(at.getTime())) throw invalid('at: not a time');
  return at.toISOString().replace('.000Z', 'Z');
}

/** What is wrong with an entry, in words that hold nothing of it. */
function problemOf(entry: Readonly<Record<string, unknown>> | AuditEntry): string | undefined {
  const { at, action, actor, details, commitments } = entry;
  const time = new Date(typeof at === 'string' && TIME.test(at) ? at : Number.NaN);
  if (Number.isNaN(time.getTime()) || timeText(time) !== at) return 'at: not a time like 2026-05-20T01:00:00Z';
  if (typeof action !== 'string' || !ACTION.test(action)) return `action: not like ${ACTION.source}`;
  if (!isText(actor, LIMITS.text) || actor === '' || UNFIT.test(actor)) return 'actor: not a line of text';
  return problemOfDetails(details) ?? problemOfCommitments(commitments);
}

function problemOfDetails(details: unknown): string | undefined {
  const members = entriesOf(details, LIMITS.details);
  if (members === undefined) return `details: not an object of at most ${LIMITS.details} members`;
  for (const [name, value] of members) {
    if (!NAME.test(name)) return `details: a name that is not like ${NAME.source}`;
    const fits = typeof value === 'boolean' || isInteger(value) || (isText(value, LIMITS.text) && !UNFIT.test(value));
    if (!fits) return `details.${name}: not a line of text, a safe integer, true or false`;
  }
  return undefined;
}

function problemOfCommitments(commitments: unknown): string | undefined {
  const members = entriesOf(commitments, LIMITS.commitments);
  if (members === undefined) return `commitments: not an object of at most ${LIMITS.commitments} members`;
  for (const [name, value] of members) {
    if (!NAME.test(name)) return `commitments: a name that is not like ${NAME.source}`;
    if (typeof value !== 'string' || !COMMITMENT.test(value)) return `commitments.${name}: not 32 octets in base64url`;
  }
  return undefined;
}

function entriesOf(value: unknown, max: number): readonly (readonly [string, unknown])[] | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const members = Object.entries(value);
  return members.length <= max ? members : undefined;
}

const isText = (value: unknown, max: number): value is string =>
  typeof value === 'string' && value.length <= max && !/\p{Cs}/u.test(value);

/** −0 is written as 0. */
const isInteger = (value: unknown): value is number => Number.isSafeInteger(value) && !Object.is(value, -0);

/** Octets are asked for once: to ask takes longer than to make a commitment. */
function saltsOf(random: (octets: number) => Uint8Array, count: number): Uint8Array[] {
  const octets = count === 0 ? new Uint8Array(0) : random(count * SALT_OCTETS);
  if (octets.length !== count * SALT_OCTETS)
    throw invalid(`${octets.length} octets for ${count} salts of ${SALT_OCTETS}`);
  return Array.from({ length: count }, (_, at) => octets.slice(at * SALT_OCTETS, (at + 1) * SALT_OCTETS));
}

const randomOctets = (octets: number): Uint8Array => crypto.getRandomValues(new Uint8Array(octets));

function utf8(bytes: Uint8Array): string {
  try {
    // With `ignoreBOM` a byte order mark stays in the text, where JSON.parse refuses it.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw malformed('not UTF-8');
  }
}

const invalid = (why: string): GovError => new GovError('invalid-argument', `audit entry: ${why}`);
const malformed = (why: string): GovError => new GovError('audit-malformed', `audit entry: ${why}`);
