/** Attached files (嵌入文件, ISO 32000-2 §7.11.4, §14.13). */
import type { PdfDocument } from './document.js';
import { decodeStream } from './filter.js';
import { loop, malformed, overLimit } from './internal/fault.js';
import { PdfArray, PdfDict, PdfName, type PdfObject, PdfRef, PdfStream, PdfString } from './object.js';

export interface EmbeddedFile {
  /** File name: /UF, or /F where there is none. Two files may have the same name: whoever looks one up must see both. */
  readonly name: string;
  /** Key in the name tree; undefined for a file that only /AF mentions. */
  readonly key: string | undefined;
  /** /AFRelationship, e.g. `Data`. */
  readonly relationship: string | undefined;
  /** The embedded file stream. */
  readonly ref: PdfRef;
  /**
   * The file's bytes, decoded now.
   *
   * @throws GovError what `decodeStream` throws
   */
  bytes(): Uint8Array;
}

/**
 * The files attached to the document: those of /Names /EmbeddedFiles, then those that only the catalog's /AF mentions. A
 * specification whose /UF and /F name different streams answers with both.
 *
 * @throws GovError `pdf-loop`, `pdf-limit`, `pdf-malformed`
 */
export function embeddedFiles(doc: PdfDocument): EmbeddedFile[] {
  const files: EmbeddedFile[] = [];
  const seen = new Set<number>();
  const add = (key: string | undefined, object: PdfObject): void => {
    const known = object instanceof PdfRef && seen.has(object.number);
    if (known && key === undefined) return;
    if (object instanceof PdfRef) seen.add(object.number);
    for (const file of filesOf(doc, key, doc.resolve(object))) files.push(file);
    if (files.length > doc.limits.attachments) throw overLimit('attached files', doc.limits.attachments);
  };
  const names = doc.resolve(doc.catalog.get('Names'));
  const tree = names instanceof PdfDict ? names.get('EmbeddedFiles') : undefined;
  if (tree !== undefined) for (const [key, value] of nameTree(doc, tree)) add(key, value);
  const associated = doc.resolve(doc.catalog.get('AF'));
  if (associated instanceof PdfArray) for (const item of associated.items) add(undefined, item);
  return files;
}

function filesOf(doc: PdfDocument, key: string | undefined, specification: PdfObject): EmbeddedFile[] {
  if (!(specification instanceof PdfDict)) return [];
  const embedded = doc.resolve(specification.get('EF'));
  if (!(embedded instanceof PdfDict)) return [];
  const name = doc.resolve(specification.get('UF')) ?? doc.resolve(specification.get('F'));
  const relationship = doc.resolve(specification.get('AFRelationship'));
  const streams = new Map<number, EmbeddedFile>();
  for (const ref of [embedded.get('UF'), embedded.get('F')])
    if (ref instanceof PdfRef)
      streams.set(ref.number, {
        name: name instanceof PdfString ? name.text : '',
        key,
        relationship: relationship instanceof PdfName ? relationship.value : undefined,
        ref,
        bytes() {
          const stream = doc.resolve(ref);
          if (!(stream instanceof PdfStream)) throw malformed(`embedded file ${ref} is no stream`);
          return decodeStream(doc, stream);
        },
      });
  return [...streams.values()];
}

/** The pairs of a name tree (§7.9.6), in its order. */
function* nameTree(doc: PdfDocument, root: PdfObject): Generator<[key: string, value: PdfObject]> {
  const seen = new Set<number>();
  const stack: { node: PdfObject; depth: number }[] = [{ node: root, depth: 0 }];
  let visited = 0;
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { node, depth } = next;
    if (++visited > doc.limits.attachments) throw overLimit('nodes of a name tree', doc.limits.attachments);
    if (depth > doc.limits.treeDepth) throw overLimit('depth of a name tree', doc.limits.treeDepth);
    if (node instanceof PdfRef) {
      if (seen.has(node.number)) throw loop(`the name tree leads back to object ${node.number}`);
      seen.add(node.number);
    }
    const dict = doc.resolve(node);
    if (!(dict instanceof PdfDict)) throw malformed('a node of a name tree is no dictionary');
    const pairs = doc.resolve(dict.get('Names'));
    if (pairs instanceof PdfArray)
      for (let i = 0; i + 1 < pairs.items.length; i += 2) {
        const key = doc.resolve(pairs.items[i]);
        yield [key instanceof PdfString ? key.text : '', pairs.items[i + 1] as PdfObject];
      }
    const kids = doc.resolve(dict.get('Kids'));
    if (kids instanceof PdfArray) {
      if (kids.items.length > doc.limits.attachments) throw overLimit('nodes of a name tree', doc.limits.attachments);
      for (const kid of kids.items.toReversed()) stack.push({ node: kid, depth: depth + 1 });
    }
  }
}
