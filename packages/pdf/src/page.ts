/** Pages (ISO 32000-2 §7.7.3): the tree is walked by its counts, never read whole. */
import { GovError } from '@gov/verdict';
import { loop, malformed, overLimit } from './internal/fault.js';
import { isName, PdfArray, PdfDict, type PdfObject, PdfRef } from './object.js';
import type { PdfReading } from './reading.js';

/** Left, bottom, right, top in default user space. */
export type PdfRectangle = readonly [x1: number, y1: number, x2: number, y2: number];

export interface PdfPage {
  /** Counted from 1. */
  readonly number: number;
  readonly ref: PdfRef;
  readonly dict: PdfDict;
  /** /MediaBox, normalised (介质框). */
  readonly mediaBox: PdfRectangle;
  /** /CropBox cut to the media box; the media box where there is none (裁剪框). This is what a viewer shows. */
  readonly cropBox: PdfRectangle;
  /** Degrees clockwise the page is turned for display. */
  readonly rotate: 0 | 90 | 180 | 270;
  /** Size of one user space unit in 1/72 inch. */
  readonly userUnit: number;
}

export function countPages(doc: PdfReading): number {
  return countOf(doc, pagesRoot(doc).dict);
}

function pagesRoot(doc: PdfReading): { ref: PdfRef; dict: PdfDict } {
  const ref = doc.catalog.get('Pages');
  const dict = doc.resolve(ref);
  if (!(ref instanceof PdfRef) || !(dict instanceof PdfDict)) throw malformed('catalog without a page tree');
  return { ref, dict };
}

function countOf(doc: PdfReading, node: PdfDict): number {
  if (!isNode(node)) return 1;
  const count = doc.resolve(node.get('Count'));
  if (typeof count !== 'number' || !Number.isInteger(count) || count < 0) throw malformed('/Count of a page tree node');
  if (count > doc.limits.pages) throw overLimit('pages', doc.limits.pages);
  return count;
}

const isNode = (dict: PdfDict): boolean => dict.has('Kids') || isName(dict.get('Type'), 'Pages');

function kidsOf(doc: PdfReading, node: PdfDict): readonly PdfObject[] {
  const kids = doc.resolve(node.get('Kids'));
  if (!(kids instanceof PdfArray)) throw malformed('/Kids of a page tree node');
  if (kids.items.length > doc.limits.pages) throw overLimit('children of a page tree node', doc.limits.pages);
  return kids.items;
}

function kid(doc: PdfReading, object: PdfObject): { ref: PdfRef; dict: PdfDict } {
  const dict = doc.resolve(object);
  if (!(object instanceof PdfRef) || !(dict instanceof PdfDict)) throw malformed('a child of the page tree is no page');
  return { ref: object, dict };
}

/** How many pages a node's children hold up to each of them, by the node's number: as far as anybody has looked. */
export type PageEnds = Map<number, number[]>;

export function findPage(doc: PdfReading, number: number, known: PageEnds): PdfPage {
  const root = pagesRoot(doc);
  if (!Number.isInteger(number) || number < 1 || number > countOf(doc, root.dict))
    throw new GovError('pdf-page-missing', `there is no page ${number}`);
  const path: PdfDict[] = [];
  const seen = new Set<number>();
  let skip = number - 1;
  let { ref, dict } = root;
  while (isNode(dict)) {
    if (seen.has(ref.number)) throw loop(`the page tree leads back to object ${ref.number}`);
    if (path.length >= doc.limits.treeDepth) throw overLimit('depth of the page tree', doc.limits.treeDepth);
    seen.add(ref.number);
    path.push(dict);
    const kids = kidsOf(doc, dict);
    const ends = known.get(ref.number) ?? [];
    known.set(ref.number, ends);
    for (let end = ends.at(-1) ?? 0; end <= skip && ends.length < kids.length; ends.push(end))
      end += countOf(doc, kid(doc, kids[ends.length] as PdfObject).dict);
    const index = firstAbove(ends, skip);
    const next = index < ends.length ? kid(doc, kids[index] as PdfObject) : undefined;
    skip -= ends[index - 1] ?? 0;
    if (next === undefined) throw malformed('/Count of the page tree promises more pages than there are');
    ({ ref, dict } = next);
  }
  return pageOf(doc, number, ref, dict, path);
}

/** The index of the first of ascending numbers that is above `value`; the length where none is. */
function firstAbove(numbers: readonly number[], value: number): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] as number) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Every page reference in order, with its number. For checks that cannot do with one page. */
export function* eachPage(doc: PdfReading): Generator<{ number: number; ref: PdfRef; dict: PdfDict }> {
  const seen = new Set<number>();
  let number = 0;
  function* walk(ref: PdfRef, dict: PdfDict, depth: number): Generator<{ number: number; ref: PdfRef; dict: PdfDict }> {
    if (!isNode(dict)) {
      if (++number > doc.limits.pages) throw overLimit('pages', doc.limits.pages);
      yield { number, ref, dict };
      return;
    }
    if (seen.has(ref.number)) throw loop(`the page tree leads back to object ${ref.number}`);
    if (depth >= doc.limits.treeDepth) throw overLimit('depth of the page tree', doc.limits.treeDepth);
    seen.add(ref.number);
    for (const object of kidsOf(doc, dict)) {
      const child = kid(doc, object);
      yield* walk(child.ref, child.dict, depth + 1);
    }
  }
  const root = pagesRoot(doc);
  yield* walk(root.ref, root.dict, 0);
}

/** The number of a page by its reference, found along /Parent; undefined when the page tree does not hold it. */
export function pageNumberOf(doc: PdfReading, page: PdfRef): number | undefined {
  const root = pagesRoot(doc);
  const seen = new Set<number>();
  let before = 0;
  let current = page;
  let dict = doc.resolve(page);
  if (!(dict instanceof PdfDict) || isNode(dict)) return undefined;
  while (current.number !== root.ref.number) {
    if (seen.has(current.number)) throw loop(`/Parent leads back to object ${current.number}`);
    if (seen.size >= doc.limits.treeDepth) throw overLimit('depth of the page tree', doc.limits.treeDepth);
    seen.add(current.number);
    const parent: PdfObject | undefined = (dict as PdfDict).get('Parent');
    const above: PdfObject = doc.resolve(parent);
    if (!(parent instanceof PdfRef) || !(above instanceof PdfDict)) return undefined;
    let found = false;
    for (const object of kidsOf(doc, above)) {
      const child = kid(doc, object);
      if (child.ref.number === current.number) {
        found = true;
        break;
      }
      before += countOf(doc, child.dict);
    }
    if (!found) return undefined;
    current = parent;
    dict = above;
  }
  return before + 1;
}

function pageOf(doc: PdfReading, number: number, ref: PdfRef, dict: PdfDict, path: readonly PdfDict[]): PdfPage {
  const inherited = (key: string): PdfObject => {
    for (const node of [dict, ...path.toReversed()]) {
      const value = doc.resolve(node.get(key));
      if (value !== null) return value;
    }
    return null;
  };
  const mediaBox = rectangle(doc, inherited('MediaBox'));
  if (mediaBox === undefined) throw malformed(`page ${number} has no /MediaBox`);
  const crop = rectangle(doc, inherited('CropBox'));
  const rotate = inherited('Rotate') ?? 0;
  if (typeof rotate !== 'number' || rotate % 90 !== 0) throw malformed(`/Rotate of page ${number}`);
  const userUnit = doc.resolve(dict.get('UserUnit')) ?? 1;
  if (typeof userUnit !== 'number' || userUnit <= 0) throw malformed(`/UserUnit of page ${number}`);
  return {
    number,
    ref,
    dict,
    mediaBox,
    cropBox: crop === undefined ? mediaBox : (intersection(mediaBox, crop) ?? mediaBox),
    rotate: (((rotate % 360) + 360) % 360) as 0 | 90 | 180 | 270,
    userUnit,
  };
}

/** A rectangle (§7.9.5) with its corners in order; undefined for null. */
export function rectangle(doc: PdfReading, object: PdfObject): PdfRectangle | undefined {
  if (object === null) return undefined;
  const numbers = object instanceof PdfArray ? object.items.map((item) => doc.resolve(item)) : [];
  const [a, b, c, d] = numbers;
  if (
    numbers.length !== 4 ||
    typeof a !== 'number' ||
    typeof b !== 'number' ||
    typeof c !== 'number' ||
    typeof d !== 'number'
  )
    throw malformed('a rectangle is not four numbers');
  return [Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)];
}

function intersection(a: PdfRectangle, b: PdfRectangle): PdfRectangle | undefined {
  const cut: PdfRectangle = [Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.min(a[2], b[2]), Math.min(a[3], b[3])];
  return cut[0] < cut[2] && cut[1] < cut[3] ? cut : undefined;
}
