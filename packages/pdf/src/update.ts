/**
 * Incremental updates (增量更新, ISO 32000-2 §7.5.6). The input is never touched: an update is bytes to append.
 */
import { GovError } from '@gov/verdict';
import type { PdfDocument } from './document.js';
import { ByteWriter, concatenate, writeObject } from './internal/write.js';
import { PdfArray, PdfName, type PdfObject, PdfRef, PdfStream } from './object.js';

/** Keys that describe a cross-reference section itself and are not carried over to the next one. */
const OWN_KEYS = ['Size', 'Prev', 'XRefStm'] as const;
const OWN_STREAM_KEYS = [
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
   * The bytes to append to the input. The same update always gives the same bytes. The cross-reference is a stream after a
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
    const entries: { number: number; generation: number; offset: number }[] = [];
    for (const { ref, object } of [...this.#objects.values()].sort((a, b) => a.ref.number - b.ref.number)) {
      offsets.set(ref.number, start + out.length);
      entries.push({ number: ref.number, generation: ref.generation, offset: start + out.length - doc.base });
      out.put(`${ref.number} ${ref.generation} obj\n`);
      writeObject(out, object);
      out.put('\nendobj\n');
    }
    const newest = doc.revisions.at(-1);
    const at = start + out.length - doc.base;
    const previous = (newest?.startxref ?? 0) - doc.base;
    if (newest?.kind === 'stream') this.#writeStream(out, entries, at, previous);
    else this.#writeTable(out, entries, previous);
    out.put(`startxref\n${at}\n%%EOF\n`);
    return { tail: out.toBytes(), offsets };
  }

  #writeTable(out: ByteWriter, entries: readonly Entry[], previous: number): void {
    out.put('xref\n');
    for (const group of contiguous(entries)) {
      out.put(`${group[0]?.number ?? 0} ${group.length}\n`);
      for (const { offset, generation } of group) {
        if (offset > 9_999_999_999) throw new GovError('pdf-limit', 'an offset has more than ten digits');
        out.put(`${String(offset).padStart(10, '0')} ${String(generation).padStart(5, '0')} n \n`);
      }
    }
    out.put('trailer\n');
    writeObject(
      out,
      this.doc.trailer
        .without(...OWN_KEYS)
        .with('Size', this.#next)
        .with('Prev', previous),
    );
    out.put('\n');
  }

  #writeStream(out: ByteWriter, entries: readonly Entry[], at: number, previous: number): void {
    const all = [...entries, { number: this.#next, generation: 0, offset: at }];
    const width = Math.max(1, Math.ceil(Math.log2(at + 1) / 8));
    const rows = all.map(({ offset, generation }) => {
      const row = new Uint8Array(width + 3);
      row[0] = 1;
      for (let i = 0; i < width; i++) row[width - i] = Math.floor(offset / 256 ** i) & 0xff;
      row[width + 1] = generation >> 8;
      row[width + 2] = generation & 0xff;
      return row;
    });
    const index = contiguous(all).flatMap((group) => [group[0]?.number ?? 0, group.length]);
    const dict = this.doc.trailer
      .without(...OWN_KEYS, ...OWN_STREAM_KEYS)
      .with('Type', new PdfName('XRef'))
      .with('Size', this.#next + 1)
      .with('Prev', previous)
      .with('W', new PdfArray([1, width, 2]))
      .with('Index', new PdfArray(index));
    out.put(`${this.#next} 0 obj\n`);
    writeObject(out, new PdfStream(dict, concatenate(rows)));
    out.put('\nendobj\n');
  }
}

interface Entry {
  readonly number: number;
  readonly generation: number;
  readonly offset: number;
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
