/**
 * Files whose cross-reference is damaged (损坏文件的修复). They are gone through for objects once; an update then appends a whole
 * new cross-reference. Nothing that is there is altered, and nothing that other readers might see is left out.
 */
import { GovError } from '@gov/verdict';
import type { PdfDocument } from './document.js';
import type { PdfFile } from './file.js';
import { malformed } from './internal/fault.js';
import { Lexer } from './internal/lexer.js';
import { type ScannedObject, scan } from './internal/scan.js';
import type { RevisionSections } from './internal/sections.js';
import type { XrefEntry, XrefSection } from './internal/xref.js';
import type { PdfLimits } from './limits.js';
import { PdfDict, PdfRef } from './object.js';
import { signaturesOf } from './signature.js';
import { OWN_KEYS, OWN_STREAM_KEYS } from './update.js';

/** True when every object stands where the cross-reference says, and the catalog leads to pages. */
export function isSound(doc: PdfDocument): boolean {
  for (let number = 1; number < doc.entriesEnd; number++) {
    const entry = doc.entry(number);
    if (entry?.type === 'compressed' && doc.entry(entry.stream)?.type !== 'offset') return false;
    if (entry?.type === 'offset' && !stands(doc, number, entry)) return false;
  }
  const catalog = doc.resolve(doc.catalogRef);
  return catalog instanceof PdfDict && doc.resolve(catalog.get('Pages')) instanceof PdfDict;
}

function stands(doc: PdfDocument, number: number, entry: Extract<XrefEntry, { type: 'offset' }>): boolean {
  if (entry.offset >= doc.length) return false;
  const lexer = new Lexer({ file: doc.file }, entry.offset, doc.limits, []);
  lexer.skipSpace();
  const header = lexer.objectHeader();
  return header?.number === number && header.generation === entry.generation;
}

/**
 * The one revision that a damaged file is taken for: of several definitions of an object the last one counts.
 *
 * @param open makes a document of a revision
 * @throws GovError `pdf-unfaithful` for a signed file: a new cross-reference would change what its signatures show;
 *   `pdf-malformed` when it is not clear which objects make the document; `pdf-limit`
 */
export function repaired(
  file: PdfFile,
  limits: PdfLimits,
  open: (revision: RevisionSections) => PdfDocument,
): PdfDocument {
  const { objects, trailers, signed } = scan(file, limits);
  const found = objects.filter(({ ref }) => ref.number > 0 && ref.number < limits.xrefEntries);
  const newest = new Map(found.map((object) => [object.ref.number, object]));
  const trailer = chooseTrailer(newest, trailers);
  const entries = new Map<number, XrefEntry>();
  // Object streams may be encrypted: they are read through a document that has all the others.
  const plain = open(
    revisionOf(file, trailer, new Map([...newest].map(([number, object]) => [number, entryOf(object)])), 1),
  );
  let size = 1;
  for (const object of found) {
    const { ref, offset, kind } = object;
    size = Math.max(size, ref.number + 1);
    if (kind === 'cross-reference') entries.delete(ref.number);
    else entries.set(ref.number, entryOf(object));
    if (kind === 'object-stream' && newest.get(ref.number)?.offset === offset)
      for (const [index, number] of plain.numbersInStream(ref.number).entries()) {
        size = Math.max(size, number + 1);
        if (number > 0) entries.set(number, { type: 'compressed', stream: ref.number, index });
      }
  }
  // The new cross-reference has an entry of twenty bytes for every number, so that it must not be made enormous.
  if (20 * size > 2 * file.length + 20_000)
    throw malformed('object numbers that are much higher than there are objects');
  const doc = open(revisionOf(file, trailer, entries, size));
  if (!(doc.resolve(doc.catalog.get('Pages')) instanceof PdfDict)) throw malformed('the catalog leads to no pages');
  if (signed || signaturesOf(doc).length > 0)
    throw new GovError('pdf-unfaithful', 'a signed file is not repaired: its signatures would show something else');
  return doc;
}

const entryOf = ({ ref, offset }: ScannedObject): XrefEntry => ({ type: 'offset', offset, generation: ref.generation });

/** The last trailer that names a catalog; without any, the only catalog there is. */
function chooseTrailer(newest: ReadonlyMap<number, ScannedObject>, trailers: readonly PdfDict[]): PdfDict {
  const last = trailers.findLast((trailer) => {
    const root = trailer.get('Root');
    // What is no object of its own may be in an object stream.
    return root instanceof PdfRef && (newest.get(root.number)?.kind ?? 'catalog') === 'catalog';
  });
  const all = [...newest.values()];
  const chosen = last ?? trailerFor(all.filter(({ kind }) => kind === 'catalog'));
  const encrypted = all.some(({ kind }) => kind === 'encryption') || trailers.some((trailer) => trailer.has('Encrypt'));
  if (encrypted && !chosen.has('Encrypt')) throw malformed('it is not clear whether the file is encrypted');
  return chosen.without(...OWN_KEYS, ...OWN_STREAM_KEYS);
}

function trailerFor([catalog, second]: readonly ScannedObject[]): PdfDict {
  if (catalog === undefined || second !== undefined)
    throw malformed(catalog === undefined ? 'there is no catalog' : 'there are several catalogs and no trailer');
  return PdfDict.of({ Root: catalog.ref });
}

function revisionOf(
  file: PdfFile,
  trailer: PdfDict,
  entries: ReadonlyMap<number, XrefEntry>,
  size: number,
): RevisionSections {
  const numbers = [...entries.keys()].sort((a, b) => a - b);
  const compressed = [...entries.values()].some(({ type }) => type === 'compressed');
  const section: XrefSection = {
    offset: file.length,
    kind: compressed ? 'stream' : 'table',
    trailer: trailer.with('Size', size),
    footer: undefined,
    objectNumber: undefined,
    hidden: undefined,
    subsections: numbers.map((first) => ({ first, count: 1, entry: () => entries.get(first) as XrefEntry })),
  };
  return { sections: [section], eof: file.length, end: file.length };
}
