/**
 * Incremental updates (增量更新, ISO 32000-2 §7.5.6). The input is never touched: an update is bytes to append.
 */
import { GovError } from '@gov/verdict';
import type { PdfDocument } from './document.js';
import { ByteWriter, concatenate, writeObject } from './internal/write.js';
import { PdfArray, PdfName, type PdfObject, PdfRef, PdfStream } from './object.js';

/** Keys that describe a cross-reference section itself and are not carried over to the next one. */
export const OWN_KEYS = ['Size', 'Prev', 'XRefStm'] as const;
export const OWN_STREAM_KEYS = [
  'Type',
  'W',
  'Index',
  'Length',
  'Filter',
  'DecodeParms',
  'DL',
  'F',
  'FFilter',
  'FDecodeParms',
] as const;

/**
 * Begins an update of the newest revision.
 *
 * @example
 * const update = beginUpdate(doc)
 * update.replace(doc.catalogRef, doc.catalog.with('Lang', PdfString.text('zh-CN')))
 * const out = appendedFile(doc.file, update.toTail())
 *
 * @throws GovError `pdf-unfaithful` when objects exist beyond /Size: readers do not agree whether they are there, and an
 * update would settle it.
 */
export function beginUpdate(doc: PdfDocument): PdfUpdate {
  return new PdfUpdate(doc);
}

export class PdfUpdate {
  readonly doc: PdfDocument;
  readonly #objects = new Map<number, { ref: PdfRef; object: PdfObject }>();
  readonly #reserved = new Set<number>();
  #next: number;

  constructor(doc: PdfDocument) {
    if (doc.entriesEnd > doc.size)
      throw new GovError('pdf-unfaithful', `object ${doc.entriesEnd - 1} exists although /Size is ${doc.size}`);
    this.doc = doc;
    this.#next = Math.max(1, doc.size);
  }

  /** Adds an object under the next free number. */
  add(object: PdfObject): PdfRef {
    const ref = this.reserve();
    this.fill(ref, object);
    return ref;
  }

  /** A number for an object that is not made yet: for objects that refer to each other. */
  reserve(): PdfRef {
    const ref = new PdfRef(this.#next++, 0);
    this.#reserved.add(ref.number);
    return ref;
  }

  /** The object for a reserved number. */
  fill(ref: PdfRef, object: PdfObject): void {
    if (!this.#reserved.delete(ref.number)) throw new GovError('invalid-argument', `object ${ref} was not reserved`);
    this.#objects.set(ref.number, { ref, object });
  }

  /** A new value for an existing object, under the same number. */
  replace(ref: PdfRef, object: PdfObject): void {
    const entry = this.doc.entry(ref.number);
    const generation = entry?.type === 'offset' ? entry.generation : 0;
    if (entry === undefined || entry.type === 'free' || generation !== ref.generation)
      throw new GovError('invalid-argument', `there is no object ${ref} to replace`);
    this.#objects.set(ref.number, { ref, object });
  }

  /** The object as this update leaves it. */
  get(ref: PdfRef): PdfObject {
    return this.#objects.get(ref.number)?.object ?? this.doc.get(ref);
  }

  /**
   * The bytes to append to the input. The same update always gives the same bytes, but for the random
   * initialization vectors in files encrypted with AES. The cross-reference is a stream after a
   * stream and a table after a table. After a hybrid section it is a plain table: every object the update writes is in it for
   * every reader, hidden objects are still found through /Prev, and repeating /XRefStm would let stale entries compete.
   */
  toTail(): Uint8Array {
    return this.build().tail;
  }

  /** `toTail` with the position of every written object in the output. */
  build(): { tail: Uint8Array; offsets: ReadonlyMap<number, number> } {
    if (this.#reserved.size > 0)
      throw new GovError('invalid-argument', `object ${[...this.#reserved][0]} was reserved and never made`);
    const { doc } = this;
    const start = doc.length;
    const [last] = doc.read(start - 1, start);
    const out = new ByteWriter();
    if (last !== 10 && last !== 13) out.put('\n');
    const offsets = new Map<number, number>();
    const written: Entry[] = [];
    for (const { ref, object } of [...this.#objects.values()].sort((a, b) => a.ref.number - b.ref.number)) {
      offsets.set(ref.number, start + out.length);
      written.push({ type: 1, number: ref.number, place: start + out.length - doc.base, third: ref.generation });
      out.put(`${ref.number} ${ref.generation} obj\n`);
      writeObject(out, object, doc.cipherFor(ref));
      out.put('\nendobj\n');
    }
    const newest = doc.revisions.at(-1);
    // Counted from the other end of the junk before the header, startxref must not hit an older cross-reference.
    while (this.#isAmbiguous(start + out.length)) out.put('\n');
    const at = start + out.length - doc.base;
    const entries = doc.repaired ? this.#withAllOthers(written) : written;
    const previous = doc.repaired ? undefined : (newest?.startxref ?? 0) - doc.base;
    if (newest?.kind === 'stream') this.#writeStream(out, entries, at, previous);
    else this.#writeTable(out, entries, previous);
    out.put(`startxref\n${at}\n%%EOF\n`);
    return { tail: out.toBytes(), offsets };
  }

  #isAmbiguous(position: number): boolean {
    const { doc } = this;
    if (doc.header === 0) return false;
    const other = doc.base === 0 ? position + doc.header : position - doc.base;
    return doc.revisions
      .flatMap(({ index }) => doc.sectionsOf(index))
      .some(({ offset, hidden }) => offset === other || hidden?.offset === other);
  }

  /** Entries for every object number: what a cross-reference without /Prev has to have. */
  #withAllOthers(written: readonly Entry[]): Entry[] {
    const own = new Map(written.map((entry) => [entry.number, entry]));
    const all: Entry[] = [];
    let free = 0;
    // From the end, because a free entry names the next free one; number 0 closes the ring.
    for (let number = this.#next - 1; number >= 0; number--) {
      const entry = own.get(number) ?? this.#entryOf(number, free);
      if (entry.type === 0) free = number;
      all.push(entry);
    }
    return all.reverse();
  }

  #entryOf(number: number, nextFree: number): Entry {
    const entry = this.doc.entry(number);
    if (entry?.type === 'compressed') return { type: 2, number, place: entry.stream, third: entry.index };
    if (entry?.type === 'offset')
      return { type: 1, number, place: entry.offset - this.doc.base, third: entry.generation };
    return { type: 0, number, place: nextFree, third: number === 0 ? 65_535 : 0 };
  }

  #writeTable(out: ByteWriter, entries: readonly Entry[], previous: number | undefined): void {
    out.put('xref\n');
    for (const group of contiguous(entries)) {
      out.put(`${group[0]?.number ?? 0} ${group.length}\n`);
      for (const { type, place, third } of group) {
        if (place > 9_999_999_999) throw new GovError('pdf-limit', 'an offset has more than ten digits');
        out.put(`${String(place).padStart(10, '0')} ${String(third).padStart(5, '0')} ${type === 0 ? 'f' : 'n'} \n`);
      }
    }
    out.put('trailer\n');
    const trailer = this.doc.trailer.without(...OWN_KEYS).with('Size', this.#next);
    writeObject(out, previous === undefined ? trailer : trailer.with('Prev', previous));
    out.put('\n');
  }

  #writeStream(out: ByteWriter, entries: readonly Entry[], at: number, previous: number | undefined): void {
    const all: Entry[] = [...entries, { type: 1, number: this.#next, place: at, third: 0 }];
    const width = Math.max(1, Math.ceil(Math.log2(at + 1) / 8));
    const rows = all.map(({ type, place, third }) => {
      if (third > 0xffff) throw new GovError('pdf-limit', 'more than 65536 objects in an object stream');
      const row = new Uint8Array(width + 3);
      row[0] = type;
      for (let i = 0; i < width; i++) row[width - i] = Math.floor(place / 256 ** i) & 0xff;
      row[width + 1] = third >> 8;
      row[width + 2] = third & 0xff;
      return row;
    });
    const index = contiguous(all).flatMap((group) => [group[0]?.number ?? 0, group.length]);
    const numbered = this.doc.trailer
      .without(...OWN_KEYS, ...OWN_STREAM_KEYS)
      .with('Type', new PdfName('XRef'))
      .with('Size', this.#next + 1);
    const dict = (previous === undefined ? numbered : numbered.with('Prev', previous))
      .with('W', new PdfArray([1, width, 2]))
      .with('Index', new PdfArray(index));
    out.put(`${this.#next} 0 obj\n`);
    writeObject(out, new PdfStream(dict, concatenate(rows)));
    out.put('\nendobj\n');
  }
}

/** A row of a cross-reference (§7.5.8.3, Table 18). */
interface Entry {
  readonly type: 0 | 1 | 2;
  readonly number: number;
  /** The next free number, the offset, or the number of the object stream. */
  readonly place: number;
  /** The generation, or the index in the object stream. */
  readonly third: number;
}

/** Runs of consecutive object numbers; the entries come in order. */
function contiguous(entries: readonly Entry[]): Entry[][] {
  const groups: Entry[][] = [];
  for (const entry of entries) {
    const group = groups.at(-1);
    if (group !== undefined && group.at(-1)?.number === entry.number - 1) group.push(entry);
    else groups.push([entry]);
  }
  return groups;
}

/** The last reference on the way to an object, and the object: what has to be replaced to change it. */
export function locate(doc: PdfDocument, object: PdfObject | undefined): { ref: PdfRef | undefined; value: PdfObject } {
  const value = doc.resolve(object);
  let ref: PdfRef | undefined;
  for (let current = object; current instanceof PdfRef; current = doc.get(current)) ref = current;
  return { ref, value };
}
