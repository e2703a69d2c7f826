/**
 * The entries of a CRL, found by serial number. A national CRL has hundreds of thousands: no object is made of any of them
 * before it is asked for. Every entry is checked when the list is read; the common forms on their octets, the others by the
 * DER reader.
 */
import { type DerElement, type DerMode, der, readDer, readDerPrefix, Tag } from '@gov/der';
import { sameBytes } from '@gov/sm';
import { GovError } from '@gov/verdict';
import { CRL_EXTENSION } from '../oid.js';
import { type Revocation, type RevocationReason, readReason, reasonNumberKnown } from '../revocation/reason.js';
import { readExtensionList } from './extension-list.js';

interface EntriesOptions {
  readonly mode: DerMode;
  readonly maxEntries: number;
  /** Version 2. */
  readonly extensionsAllowed: boolean;
}

/** `SEQUENCE { SEQUENCE { reasonCode, OCTET STRING { ENUMERATED` of one octet, which follows. */
const REASON_ONLY = Uint8Array.of(0x30, 0x0c, 0x30, 0x0a, 0x06, 0x03, 0x55, 0x1d, 0x15, 0x04, 0x03, 0x0a, 0x01);

/** Shortest entry there can be, octets: header, serial number of one octet, UTCTime. */
const MIN_ENTRY = 2 + 3 + 13;

export class CrlEntries {
  readonly count: number;
  readonly #bytes: Uint8Array;
  readonly #options: EntriesOptions;
  /** Offsets of the entries, ordered by the hash of their serial numbers; `#starts[h]` is the first one of hash h. */
  readonly #offsets: Uint32Array;
  readonly #starts: Uint32Array;

  /**
   * @param bytes content of the SEQUENCE OF
   * @throws GovError `der-malformed`, `der-limit`, `crl-unsupported`
   */
  constructor(bytes: Uint8Array, options: EntriesOptions) {
    this.#bytes = bytes;
    this.#options = options;
    const room = Math.min(options.maxEntries, Math.ceil(bytes.length / MIN_ENTRY));
    const inOrder = new Uint32Array(room);
    let count = 0;
    for (let at = 0; at < bytes.length; ) {
      if (count === options.maxEntries) throw new GovError('der-limit', `more than ${options.maxEntries} entries`);
      inOrder[count++] = at;
      at = commonEnd(bytes, at, options.extensionsAllowed) ?? this.#read(at).end;
    }
    this.count = count;
    // A counting sort: as quick for serial numbers that were chosen to collide.
    let size = 1;
    while (size < count) size *= 2;
    const starts = new Uint32Array(size + 1);
    const hashes = new Uint32Array(count);
    for (let i = 0; i < count; i++) {
      const hash = this.#hashAt(inOrder[i]!) & (size - 1);
      hashes[i] = hash;
      starts[hash + 1]!++;
    }
    for (let hash = 1; hash <= size; hash++) starts[hash] = starts[hash]! + starts[hash - 1]!;
    const next = starts.slice();
    this.#offsets = new Uint32Array(count);
    for (let i = 0; i < count; i++) {
      const hash = hashes[i]!;
      const place = next[hash]!;
      this.#offsets[place] = inOrder[i]!;
      next[hash] = place + 1;
    }
    this.#starts = starts;
  }

  /** What is said of a serial number; more than once where the list names it so. */
  find(serialNumber: bigint): Revocation[] {
    const wanted = readDer(der.integer(serialNumber)).content;
    const hash = hashOf(wanted, 0, wanted.length) & (this.#starts.length - 2);
    const found: Revocation[] = [];
    for (let i = this.#starts[hash]!; i < this.#starts[hash + 1]!; i++) {
      const offset = this.#offsets[i]!;
      const { from, end } = serialAt(this.#bytes, offset);
      if (sameBytes(wanted, this.#bytes.subarray(from, end))) found.push(this.#read(offset).revocation);
    }
    return found;
  }

  #hashAt(offset: number): number {
    const { from, end } = serialAt(this.#bytes, offset);
    return hashOf(this.#bytes, from, end);
  }

  #read(offset: number): { readonly revocation: Revocation; readonly end: number } {
    const element = readDerPrefix(this.#bytes.subarray(offset), {
      mode: this.#options.mode,
      limits: { maxBytes: Number.MAX_SAFE_INTEGER },
    });
    return { revocation: readEntry(element, this.#options.extensionsAllowed), end: offset + element.end };
  }
}

/** The end of an entry in one of the two common forms: serial number and UTCTime, with a reason or without. */
function commonEnd(bytes: Uint8Array, at: number, extensionsAllowed: boolean): number | undefined {
  if (bytes[at] !== 0x30 || bytes[at + 2] !== Tag.integer) return undefined;
  const length = bytes[at + 1]!;
  const end = at + 2 + length;
  const serialLength = bytes[at + 3]!;
  const first = bytes[at + 4]!;
  const second = bytes[at + 5]!;
  if (length >= 0x80 || end > bytes.length || serialLength === 0 || serialLength >= 0x80) return undefined;
  if (serialLength > 1 && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80))) return undefined;
  const time = at + 4 + serialLength;
  const left = end - time - 15;
  if (left !== 0 && !(left === 14 && extensionsAllowed)) return undefined;
  if (bytes[time] !== Tag.utcTime || bytes[time + 1] !== 13 || bytes[time + 14] !== 0x5a) return undefined;
  for (let i = time + 2; i < time + 14; i++) if (bytes[i]! < 0x30 || bytes[i]! > 0x39) return undefined;
  const two = (place: number) => (bytes[time + place]! - 0x30) * 10 + bytes[time + place + 1]! - 0x30;
  const month = two(4);
  const day = two(6);
  // The last days of a month are counted by the DER reader.
  if (month < 1 || month > 12 || day < 1 || day > 28 || two(8) > 23 || two(10) > 59 || two(12) > 59) return undefined;
  if (left === 0) return end;
  for (let i = 0; i < REASON_ONLY.length; i++) if (bytes[time + 15 + i] !== REASON_ONLY[i]) return undefined;
  return reasonNumberKnown(bytes[end - 1]!) ? end : undefined;
}

/** Where the octets of a serial number lie, without those that only make it longer. The entry was checked before. */
function serialAt(bytes: Uint8Array, offset: number): { readonly from: number; readonly end: number } {
  let at = offset + 1;
  at += bytes[at]! < 0x80 ? 1 : 1 + (bytes[at]! & 0x7f);
  let length = bytes[++at]!;
  if (length < 0x80) at++;
  else {
    const octets = length & 0x7f;
    length = 0;
    for (let i = 1; i <= octets; i++) length = length * 256 + bytes[at + i]!;
    at += 1 + octets;
  }
  const end = at + length;
  const sign = bytes[at]!;
  while (
    at + 1 < end &&
    ((sign === 0 && bytes[at] === 0 && bytes[at + 1]! < 0x80) ||
      (sign === 0xff && bytes[at] === 0xff && bytes[at + 1]! >= 0x80))
  ) {
    at++;
  }
  return { from: at, end };
}

/** FNV-1a. */
function hashOf(bytes: Uint8Array, from: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = from; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}

function readEntry(element: DerElement, extensionsAllowed: boolean): Revocation {
  const fields = element.children(Tag.sequence);
  fields.next(Tag.integer).integer();
  const revokedAt = fields.next().time();
  const extensions = fields.optional(Tag.sequence);
  fields.end();
  if (extensions !== undefined && !extensionsAllowed) {
    throw new GovError('der-malformed', 'entry extensions in version 1');
  }
  return { revokedAt, ...readEntryExtensions(extensions) };
}

/** RFC 5280 5.3: a list with a critical extension that is not known says nothing about any certificate. */
function readEntryExtensions(extensions: DerElement | undefined): Omit<Revocation, 'revokedAt'> {
  const found: { reason?: RevocationReason; invalidityDate?: Date } = {};
  for (const [oid, { critical, value }] of readExtensionList(extensions)) {
    if (oid === CRL_EXTENSION.reasonCode) found.reason = readReason(value.nested());
    else if (oid === CRL_EXTENSION.invalidityDate) found.invalidityDate = value.nested(Tag.generalizedTime).time();
    else if (oid === CRL_EXTENSION.certificateIssuer || critical) {
      throw new GovError('crl-unsupported', `entry extension ${oid}`);
    }
  }
  return found;
}
