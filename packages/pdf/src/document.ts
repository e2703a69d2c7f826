/** Opening a document and reading its objects (ISO 32000-2 §7.5): nothing but the cross-reference is read before it is asked for. */
import { GovError } from '@gov/verdict';
import { type OpenedEncryption, openEncryption, type PdfEncryption } from './encryption/encryption.js';
import { decryptObject, type ObjectCipher } from './encryption/object-cipher.js';
import { memoryFile, type PdfFile, partOf } from './file.js';
import { decode } from './filter.js';
import { loop, malformed, overLimit } from './internal/fault.js';
import { Lexer, type PdfDeviation } from './internal/lexer.js';
import type { RevisionSections } from './internal/sections.js';
import { endOf, entryIn, readStreamBody, type XrefEntry, type XrefSection } from './internal/xref.js';
import type { PdfLimits } from './limits.js';
import { isName, PdfDict, type PdfObject, PdfRef, type PdfSource, type PdfSpan, PdfStream } from './object.js';
import { countPages, findPage, type PageEnds, type PdfPage } from './page.js';

/** One saving of the file (版本): what an incremental update appended, or the original. */
export interface PdfRevision {
  /** 0 is the oldest. */
  readonly index: number;
  /** Position of the cross-reference section that `startxref` names. */
  readonly startxref: number;
  /** Just after `%%EOF`. */
  readonly eof: number;
  /** Just after the end of line that follows `%%EOF`, where there is one. */
  readonly end: number;
  readonly kind: 'table' | 'stream' | 'hybrid';
}

interface ObjectStream {
  readonly source: PdfSource;
  readonly numbers: readonly number[];
  readonly offsets: readonly number[];
}

/** What a document is made of. */
interface DocumentParts {
  readonly file: PdfFile;
  readonly base: number;
  readonly header: number;
  readonly limits: PdfLimits;
  readonly revisions: readonly RevisionSections[];
  readonly deviations: PdfDeviation[];
  readonly password: string | Uint8Array | undefined;
  readonly repaired: boolean;
  /** What a newer view was opened with. */
  readonly encryption?: OpenedEncryption | undefined;
}

/** A document, or with `asOf` the document as one of its revisions left it (PDF 文档). Made by `openPdf`. */
export class PdfDocument {
  /** The whole file; for a view `asOf` a revision, its bytes up to that revision's end. */
  readonly file: PdfFile;
  /** What every offset in the file counts from: 0, or where `%PDF-` stands. */
  readonly base: number;
  readonly limits: PdfLimits;
  readonly revisions: readonly PdfRevision[];
  /** The trailer dictionary of the newest cross-reference section; for a cross-reference stream, its dictionary. */
  readonly trailer: PdfDict;
  readonly catalogRef: PdfRef;
  /** Oddities met so far; the list grows as objects are read. */
  readonly deviations: readonly PdfDeviation[];

  readonly #parts: DocumentParts;
  readonly #source: PdfSource;
  readonly #deviations: PdfDeviation[];
  readonly #sections: readonly XrefSection[];
  readonly #entries = new Map<number, XrefEntry | undefined>();
  readonly #objects = new Map<number, PdfObject>();
  readonly #spans = new Map<number, PdfSpan>();
  readonly #reading = new Set<number>();
  readonly #objectStreams = new Map<number, ObjectStream>();
  readonly #views: PdfDocument[] = [];
  readonly #pageEnds: PageEnds = new Map();
  readonly #encryption: OpenedEncryption | undefined;
  #decoded = 0;

  constructor(parts: DocumentParts) {
    this.#parts = parts;
    this.file = parts.file;
    this.#source = { file: parts.file };
    this.base = parts.base;
    this.limits = parts.limits;
    this.#deviations = [...parts.deviations];
    this.deviations = this.#deviations;
    this.#sections = parts.revisions.flatMap((revision) => revision.sections).reverse();
    this.revisions = parts.revisions.map(({ sections, eof, end }, index) => {
      const head = sections.at(-1) as XrefSection;
      return { index, startxref: head.offset, eof, end, kind: head.kind };
    });
    this.trailer = (this.#sections[0] as XrefSection).trailer;
    if (this.entriesEnd > this.size)
      this.#deviations.push({
        code: 'entry-beyond-size',
        offset: 0,
        detail: `object ${this.entriesEnd - 1}, /Size ${this.size}`,
      });
    const root = this.trailer.get('Root');
    if (!(root instanceof PdfRef)) throw malformed('trailer without a /Root reference');
    this.catalogRef = root;
    this.#encryption = this.#openEncryption();
  }

  /** True when the cross-reference was damaged and is not used: `openPdf` was asked to `repair`. */
  get repaired(): boolean {
    return this.#parts.repaired;
  }

  /** How the document is encrypted and as whom it was opened; undefined when it is not. */
  get encryption(): PdfEncryption | undefined {
    return this.#encryption?.info;
  }

  #openEncryption(): OpenedEncryption | undefined {
    const encrypt = this.trailer.get('Encrypt') ?? null;
    if (encrypt === null) return undefined;
    // Nothing else is read before the key is known, so that what was read stays right.
    const compressed = encrypt instanceof PdfRef && this.entry(encrypt.number)?.type === 'compressed';
    const dict = encrypt instanceof PdfRef && !compressed ? this.get(encrypt) : encrypt;
    if (!(dict instanceof PdfDict)) throw malformed('/Encrypt is no dictionary');
    return openEncryption(dict, this.trailer, this.#parts.password, this.#parts.encryption);
  }

  /** What an object's strings and stream are encrypted with in the file; undefined when they are not. */
  cipherFor(ref: PdfRef): ObjectCipher | undefined {
    const encrypt = this.trailer.get('Encrypt');
    if (this.#encryption === undefined || (encrypt instanceof PdfRef && encrypt.number === ref.number))
      return undefined;
    return this.#encryption.cipher.forObject(ref, (object) => this.resolve(object));
  }

  /** Bytes of the file. */
  get length(): number {
    return this.file.length;
  }

  /** Bytes of the file, from `start` up to `end`. @throws GovError `invalid-argument` outside it */
  read(start: number, end: number): Uint8Array {
    return this.file.read(start, end);
  }

  /** The catalog (文档目录), §7.7.2. */
  get catalog(): PdfDict {
    const catalog = this.resolve(this.catalogRef);
    if (!(catalog instanceof PdfDict)) throw malformed('the catalog is no dictionary');
    return catalog;
  }

  get pageCount(): number {
    return countPages(this);
  }

  /**
   * One page, counted from 1 (§7.7.3).
   *
   * @throws GovError `pdf-page-missing`, `pdf-malformed`, `pdf-loop`, `pdf-limit`
   */
  page(number: number): PdfPage {
    return findPage(this, number, this.#pageEnds);
  }

  /** /Size of the newest section: the first object number that is free to use. */
  get size(): number {
    const size = this.trailer.get('Size');
    if (typeof size !== 'number' || !Number.isInteger(size) || size < 0) throw malformed('/Size of the trailer');
    return size;
  }

  /** One more than the highest object number that any section gives an entry; more than `size` in damaged files. */
  get entriesEnd(): number {
    return this.#sections.reduce((end, section) => Math.max(end, endOf(section)), 0);
  }

  /** Position of `%PDF-`. */
  get header(): number {
    return this.#parts.header;
  }

  /** Where an object's bytes are, by the newest section that mentions it; undefined when none does. */
  entry(number: number): XrefEntry | undefined {
    if (this.#entries.has(number)) return this.#entries.get(number);
    let entry: XrefEntry | undefined;
    for (const section of this.#sections) {
      entry = entryIn(section, number);
      if (entry !== undefined) break;
    }
    this.#entries.set(number, entry);
    return entry;
  }

  /** The cross-reference sections of one revision, oldest first. */
  sectionsOf(revision: number): readonly XrefSection[] {
    return this.#parts.revisions[revision]?.sections ?? [];
  }

  /**
   * The object a reference names, null where there is none (§7.3.10). It may itself be a reference: see `resolve`.
   *
   * @throws GovError `pdf-malformed`, `pdf-loop`, `pdf-limit`
   */
  get(ref: PdfRef): PdfObject {
    const { number } = ref;
    const entry = this.entry(number);
    if (entry === undefined || entry.type === 'free') return null;
    const generation = entry.type === 'offset' ? entry.generation : 0;
    if (generation !== ref.generation) {
      this.#deviations.push({
        code: 'generation-mismatch',
        offset: 0,
        detail: `${ref} is referred to, generation ${generation} is there`,
      });
      return null;
    }
    const known = this.#objects.get(number);
    if (known !== undefined) return known;
    if (this.#objects.size >= this.limits.objects) throw overLimit('objects', this.limits.objects);
    const object = this.#read(entry, ref);
    this.#objects.set(number, object);
    return object;
  }

  /** `get` for one look at very many objects: nothing is kept. */
  glance(number: number): PdfObject {
    const entry = this.entry(number);
    if (entry === undefined || entry.type === 'free') return null;
    const generation = entry.type === 'offset' ? entry.generation : 0;
    return this.#objects.get(number) ?? this.#read(entry, new PdfRef(number, generation));
  }

  #read(entry: Exclude<XrefEntry, { type: 'free' }>, ref: PdfRef): PdfObject {
    if (this.#reading.has(ref.number)) throw loop(`object ${ref.number} is needed to read itself`);
    // A /Length that is itself a stream's whose /Length …: every level costs stack.
    if (this.#reading.size >= this.limits.treeDepth)
      throw overLimit('objects needed to read one', this.limits.treeDepth);
    this.#reading.add(ref.number);
    try {
      return entry.type === 'offset'
        ? this.#readAt(entry.offset, ref)
        : this.#readInside(entry.stream, entry.index, ref.number);
    } finally {
      this.#reading.delete(ref.number);
    }
  }

  /** The object itself, references followed. */
  resolve(object: PdfObject | undefined): PdfObject {
    let current = object ?? null;
    const seen = new Set<number>();
    while (current instanceof PdfRef) {
      if (seen.has(current.number)) throw loop(`reference ${current} leads back to itself`);
      seen.add(current.number);
      current = this.get(current);
    }
    return current;
  }

  /** From the object number to after `endobj`; undefined for objects in object streams and missing ones. */
  spanOf(ref: PdfRef): PdfSpan | undefined {
    this.get(ref);
    return this.#spans.get(ref.number);
  }

  /** The document as the bytes up to the end of one revision give it (0 is the oldest). */
  asOf(revision: number): PdfDocument {
    const known = this.#views[revision];
    if (known !== undefined) return known;
    const last = this.#parts.revisions[revision];
    if (last === undefined) throw new GovError('invalid-argument', `there is no revision ${revision}`);
    const view = new PdfDocument({
      ...this.#parts,
      file: partOf(this.file, 0, last.end),
      revisions: this.#parts.revisions.slice(0, revision + 1),
      encryption: this.#encryption,
    });
    this.#views[revision] = view;
    return view;
  }

  #readAt(offset: number, ref: PdfRef): PdfObject {
    if (offset >= this.length) throw malformed(`object ${ref.number} lies outside the file`, offset);
    const lexer = new Lexer(this.#source, offset, this.limits, this.#deviations);
    lexer.skipSpace();
    const start = lexer.offset;
    const header = lexer.objectHeader();
    if (header?.number !== ref.number || header.generation !== ref.generation)
      throw malformed(`object ${ref.number} ${ref.generation} is not where the cross-reference says`, offset);
    lexer.skipSpace();
    let object: PdfObject = null;
    if (lexer.at('endobj'))
      this.#deviations.push({ code: 'empty-object', offset: start, detail: `object ${ref.number} has no content` });
    else object = readStreamBody(lexer, lexer.object(), (length) => this.resolve(length as PdfObject | undefined));
    lexer.skipSpace();
    if (!lexer.take('endobj')) throw malformed('endobj expected', lexer.offset);
    this.#spans.set(ref.number, { start, end: lexer.offset });
    const cipher = this.cipherFor(ref);
    return cipher === undefined ? object : decryptObject(object, cipher);
  }

  #readInside(stream: number, index: number, number: number): PdfObject {
    const { source, numbers, offsets } = this.#objectStream(stream);
    const offset = offsets[index];
    if (offset === undefined || numbers[index] !== number)
      throw malformed(`object ${number} is not number ${index} of object stream ${stream}`);
    const object = new Lexer(source, offset, this.limits, this.#deviations).object();
    return this.#encryption === undefined ? object : decryptObject(object, null);
  }

  #objectStream(number: number): ObjectStream {
    const known = this.#objectStreams.get(number);
    if (known !== undefined) return known;
    if (this.entry(number)?.type !== 'offset') throw malformed(`object stream ${number} is no object of the file`);
    const stream = this.get(new PdfRef(number));
    if (!(stream instanceof PdfStream) || !isName(stream.dict.get('Type'), 'ObjStm'))
      throw malformed(`object ${number} is no object stream`);
    this.#checkExtends(number, stream);
    const count = this.resolve(stream.dict.get('N'));
    const first = this.resolve(stream.dict.get('First'));
    const bytes = decode(stream, this.limits.decodedBytes - this.#decoded, (object) => this.resolve(object));
    this.#decoded += bytes.length;
    if (!isCount(count) || !isCount(first) || first > bytes.length || count > first)
      throw malformed(`/N or /First of object stream ${number}`);
    const header = { file: memoryFile(bytes.subarray(0, first)), objectStream: number };
    const lexer = new Lexer(header, 0, this.limits, this.#deviations);
    const numbers: number[] = [];
    const offsets: number[] = [];
    for (let i = 0; i < count; i++) {
      lexer.skipSpace();
      const own = lexer.unsigned();
      lexer.skipSpace();
      const offset = lexer.unsigned();
      if (own === undefined || offset === undefined) throw malformed(`header of object stream ${number}`);
      numbers.push(own);
      offsets.push(first + offset);
    }
    const loaded = { source: { file: memoryFile(bytes), objectStream: number }, numbers, offsets };
    this.#objectStreams.set(number, loaded);
    return loaded;
  }

  /** The object numbers that an object stream has, in its order. @throws GovError `pdf-malformed` when it is none */
  numbersInStream(number: number): readonly number[] {
    return this.#objectStream(number).numbers;
  }

  /** /Extends is of no use for finding an object, but a chain that bites its tail is a trap for other readers. */
  #checkExtends(number: number, stream: PdfStream): void {
    const seen = new Set([number]);
    let next = stream.dict.get('Extends');
    while (next instanceof PdfRef) {
      if (seen.has(next.number)) throw loop(`object stream ${number}: /Extends leads back to itself`);
      seen.add(next.number);
      const extended = this.get(next);
      next = extended instanceof PdfStream ? extended.dict.get('Extends') : undefined;
    }
  }
}

const isCount = (object: PdfObject): object is number =>
  typeof object === 'number' && Number.isInteger(object) && object >= 0;
