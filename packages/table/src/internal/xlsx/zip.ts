/** The ZIP container of a workbook (PKWARE APPNOTE 6.3.3): only what its central directory and its local headers agree on. */

import { GovError } from '@gov/verdict';
import { Inflate } from 'fflate';
import type { TableLimits } from '../../limits.js';
import { beyond } from '../limit.js';
import { crc32, crc32Tables } from './crc32.js';

export const malformed = (what: string, cause?: unknown): GovError =>
  new GovError('table-malformed', `not a sound workbook: ${what}`, cause === undefined ? {} : { cause });

export interface ZipEntry {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly size: number;
  /** Compressed. */
  readonly data: Uint8Array;
  /** Of the central directory: the fixed part of its header, and the name as bytes. */
  readonly header: Uint8Array;
  readonly nameBytes: Uint8Array;
}

const EOCD = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const EOCD_LENGTH = 22;
const LONGEST_COMMENT = 0xffff;
const ENCRYPTED_FLAG = 1;
/** Compressed bytes inflated at once: at most about 16 MB come out of them. */
const PIECE = 16_384;
/** A stored block gives nothing before its 64 KiB are there; what gives nothing for longer lies behind the end of the data. */
const IDLE_PIECES = 8;
/** What is handed on at once. */
const SLICE = 65_536;
/** A part shorter than this may be inflated at any ratio. */
const RATIO_FROM = 1_048_576;

export class ZipPackage {
  readonly #entries = new Map<string, ZipEntry>();
  /** Parts that were gone through to their end: the same bytes need no second CRC-32. */
  readonly #sound = new Set<ZipEntry>();
  readonly #limits: TableLimits;
  readonly #crcTables = crc32Tables();

  /** @throws GovError `table-malformed`, `table-encrypted`, `table-unsupported` (ZIP64, methods other than deflate), `limit-exceeded` */
  constructor(file: Uint8Array, limits: TableLimits) {
    this.#limits = limits;
    const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
    const end = endOfDirectory(view);
    const count = view.getUint16(end + 10, true);
    const start = view.getUint32(end + 16, true);
    if (count === 0xffff || start === 0xffffffff) throw new GovError('table-unsupported', 'a ZIP64 file');
    if (count > limits.zipEntries) throw beyond('files in the workbook', limits.zipEntries);
    if (start + view.getUint32(end + 12, true) !== end) throw malformed('directory of the zip');
    const places: [from: number, to: number][] = [];
    let at = start;
    for (let number = 0; number < count; number++) {
      if (at + 46 > end || view.getUint32(at, true) !== CENTRAL) throw malformed('directory of the zip');
      const nameLength = view.getUint16(at + 28, true);
      const next = at + 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
      if (next > end) throw malformed('directory of the zip');
      const nameBytes = file.subarray(at + 46, at + 46 + nameLength);
      const entry = this.#entry(file, view, at, nameBytes, start);
      places.push([view.getUint32(at + 42, true), entry.data.byteOffset - file.byteOffset + entry.data.length]);
      // Names of parts are compared without regard to case (ECMA-376-2 6.2.2).
      const key = entry.name.toLowerCase();
      if (this.#entries.has(key)) throw malformed('two parts of one name');
      this.#entries.set(key, entry);
      at = next;
    }
    if (at !== end) throw malformed('directory of the zip');
    places.sort(([a], [b]) => a - b);
    for (let i = 1; i < places.length; i++)
      if (places[i]![0] < places[i - 1]![1]) throw malformed('parts that overlap');
  }

  #entry(file: Uint8Array, view: DataView, at: number, nameBytes: Uint8Array, end: number): ZipEntry {
    const name = new TextDecoder().decode(nameBytes);
    if ((view.getUint16(at + 8, true) & ENCRYPTED_FLAG) !== 0)
      throw new GovError('table-encrypted', 'the zip is encrypted: save the table without a password');
    const method = view.getUint16(at + 10, true);
    const compressed = view.getUint32(at + 20, true);
    const size = view.getUint32(at + 24, true);
    const local = view.getUint32(at + 42, true);
    if ((method !== 0 && method !== 8) || compressed === 0xffffffff || size === 0xffffffff || local === 0xffffffff)
      throw new GovError('table-unsupported', 'a zip with ZIP64 or another method than deflate');
    if (local + 30 > end || view.getUint32(local, true) !== LOCAL) throw malformed('local header of the zip');
    const nameEnd = local + 30 + view.getUint16(local + 26, true);
    const from = nameEnd + view.getUint16(local + 28, true);
    if (from + compressed > end) throw malformed('a part beyond the end of the file');
    const same = file.subarray(local + 30, nameEnd);
    if (same.length !== nameBytes.length || same.some((byte, index) => byte !== nameBytes[index]))
      throw malformed('two names for one part');
    if (method === 0 && compressed !== size) throw malformed('length of a part');
    return {
      name,
      method,
      crc: view.getUint32(at + 16, true),
      size,
      data: file.subarray(from, from + compressed),
      header: file.subarray(at, at + 46),
      nameBytes,
    };
  }

  entries(): Iterable<ZipEntry> {
    return this.#entries.values();
  }

  has(name: string): boolean {
    return this.#entries.has(name.toLowerCase());
  }

  /**
   * The bytes of a part in pieces of at most 64 KiB; length and CRC-32 are checked at its end.
   *
   * @throws GovError `limit-exceeded`, `table-malformed`
   */
  *inflated(name: string): Generator<Uint8Array, void> {
    const entry = this.#entries.get(name.toLowerCase());
    if (entry === undefined) throw malformed(`no part ${JSON.stringify(name)}`);
    const { inflated, inflationRatio } = this.#limits;
    if (entry.size > inflated) throw beyond('inflated bytes', inflated, name);
    if (entry.size > RATIO_FROM && entry.size > entry.data.length * inflationRatio)
      throw beyond('inflated bytes for one', inflationRatio, name);
    const sound = this.#sound.has(entry);
    let crc = 0;
    let length = 0;
    for (const chunk of entry.method === 0 ? [entry.data] : inflate(entry.data)) {
      length += chunk.length;
      if (length > entry.size) throw malformed(`length of ${name}`);
      if (!sound) crc = crc32(this.#crcTables, chunk, crc);
      for (let at = 0; at < chunk.length; at += SLICE) yield chunk.subarray(at, at + SLICE);
    }
    if (length !== entry.size || (!sound && crc !== entry.crc)) throw malformed(`length or CRC-32 of ${name}`);
    this.#sound.add(entry);
  }
}

function endOfDirectory(view: DataView): number {
  const last = view.byteLength - EOCD_LENGTH;
  for (let at = last; at >= Math.max(0, last - LONGEST_COMMENT); at--)
    if (view.getUint32(at, true) === EOCD && at + EOCD_LENGTH + view.getUint16(at + 20, true) === view.byteLength)
      return at;
  throw malformed('no end of a zip: the file is incomplete');
}

function* inflate(data: Uint8Array): Generator<Uint8Array, void> {
  let out: Uint8Array[] = [];
  let idle = 0;
  const inflater = new Inflate((chunk) => out.push(chunk));
  for (let at = 0; at < data.length; at += PIECE) {
    try {
      inflater.push(data.subarray(at, at + PIECE), at + PIECE >= data.length);
    } catch (cause) {
      throw malformed('a part that cannot be inflated', cause);
    }
    idle = out.every((chunk) => chunk.length === 0) ? idle + 1 : 0;
    if (idle > IDLE_PIECES) throw malformed('a part that cannot be inflated');
    yield* out;
    out = [];
  }
}
