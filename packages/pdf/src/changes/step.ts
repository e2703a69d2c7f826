/** One revision against the one before it (ISO 32000-2 §7.5.6): which objects it added, replaced and removed. */
import { isGovError } from '@gov/verdict';
import type { PdfDocument } from '../document.js';
import { sameObject } from '../internal/compare.js';
import { numbersIn, type XrefEntry } from '../internal/xref.js';
import { PdfArray, type PdfDict, type PdfObject, PdfRef } from '../object.js';
import type { PdfChange } from './change.js';

export interface Step {
  readonly index: number;
  readonly before: PdfDocument;
  readonly after: PdfDocument;
  /** Objects that were not there before. */
  readonly added: ReadonlyMap<number, PdfRef>;
  /** Objects with a new value. */
  readonly replaced: ReadonlyMap<number, PdfRef>;
  /** Objects that are gone. */
  readonly freed: ReadonlyMap<number, PdfRef>;
  /** Cross-reference streams and object streams of this revision. */
  readonly structure: ReadonlySet<number>;
}

type Say = (change: Omit<PdfChange, 'revision'>) => void;

/** Keys of a trailer that describe the section itself. */
const SECTION_KEYS = new Set([
  ...['Size', 'Prev', 'XRefStm', 'Type', 'W', 'Index', 'Length', 'Filter', 'DecodeParms', 'ID'],
]);

/** Compares revision `index` with its predecessor; what is wrong with the cross-reference itself is said. */
export function compareRevisions(doc: PdfDocument, index: number, say: Say): Step {
  const before = doc.asOf(index - 1);
  const after = doc.asOf(index);
  const structure = new Set<number>();
  const numbers = new Set<number>();
  for (const section of doc.sectionsOf(index)) {
    if (section.kind === 'hybrid')
      trailer(say, 'the update is hybrid: readers do not agree what is in it', 'pdf-hybrid');
    if (section.objectNumber !== undefined) structure.add(section.objectNumber);
    for (const number of numbersIn(section)) numbers.add(number);
  }
  const added = new Map<number, PdfRef>();
  const replaced = new Map<number, PdfRef>();
  const freed = new Map<number, PdfRef>();
  numbers.delete(0);
  const broken = new Set<number>();
  for (const number of numbers) {
    const [old, now] = [before.entry(number), after.entry(number)];
    if (now?.type === 'compressed') structure.add(now.stream);
    if (sameEntry(old, now)) continue;
    const gone = old === undefined || old.type === 'free';
    const ref = new PdfRef(number, now?.type === 'offset' ? now.generation : 0);
    if (now === undefined || now.type === 'free') {
      if (!gone) freed.set(number, new PdfRef(number, old.type === 'offset' ? old.generation : 0));
      continue;
    }
    if (now.type === 'offset' && now.offset < (doc.revisions[index - 1]?.eof ?? 0))
      say({
        ...{ level: 'other', code: 'object-revealed', subject: 'object', action: 'changed', ref },
        detail: 'the new cross-reference names an object among older bytes',
      });
    if (gone) added.set(number, ref);
    else if (!unchanged(before, after, number, old, ref, broken)) replaced.set(number, ref);
  }
  const step = { index, before, after, added, replaced, freed, structure };
  compareTrailers(step, say);
  return step;
}

/** `broken` gathers object streams that could not be read: an object in one is taken to be changed, untried. */
function unchanged(
  before: PdfDocument,
  after: PdfDocument,
  number: number,
  old: XrefEntry,
  now: PdfRef,
  broken: Set<number>,
): boolean {
  const was = new PdfRef(number, old.type === 'offset' ? old.generation : 0);
  if (was.generation !== now.generation) return false;
  if (old.type === 'compressed' && broken.has(old.stream)) return false;
  try {
    return sameObject(before.get(was), after.get(now));
  } catch (error) {
    if (!isGovError(error)) throw error;
    if (old.type === 'compressed') broken.add(old.stream);
    return false;
  }
}

function sameEntry(a: XrefEntry | undefined, b: XrefEntry | undefined): boolean {
  if (a?.type === 'offset') return b?.type === 'offset' && a.offset === b.offset && a.generation === b.generation;
  if (a?.type === 'compressed') return b?.type === 'compressed' && a.stream === b.stream && a.index === b.index;
  return false;
}

function trailer(say: Say, detail: string, code: PdfChange['code'] = 'trailer-changed'): void {
  say({ level: 'other', code, subject: 'trailer', action: 'changed', detail });
}

function compareTrailers({ before, after, added }: Step, say: Say): void {
  const [old, now] = [before.trailer, after.trailer];
  if (now.duplicates.length > 0) trailer(say, `the trailer repeats /${now.duplicates[0]}`);
  for (const key of new Set([...old.keys(), ...now.keys()])) {
    if (SECTION_KEYS.has(key) || sameObject(old.get(key), now.get(key))) continue;
    const info = now.get(key);
    // The document information (文档信息) may come into being; upkeep.ts looks at it.
    if (key === 'Info' && !old.has(key) && info instanceof PdfRef && added.has(info.number)) continue;
    trailer(say, `/${key} of the trailer`);
  }
  if (after.size < before.size) trailer(say, '/Size of the trailer shrinks');
  if (!sameObject(firstId(before), firstId(after)) && before.trailer.has('ID')) trailer(say, '/ID of the trailer');
}

const firstId = (doc: PdfDocument): PdfObject => {
  const id = doc.resolve(doc.trailer.get('ID'));
  return id instanceof PdfArray ? doc.resolve(id.items[0]) : null;
};

/** Keys whose values differ, in either dictionary. References are compared as such, not what they lead to. */
export function differing(a: PdfDict, b: PdfDict): string[] {
  return [...new Set([...a.keys(), ...b.keys()])].filter((key) => !sameObject(a.get(key), b.get(key)));
}

/** True when a reader could take the dictionary for another one. */
export const isAmbiguous = (dict: PdfDict): boolean => dict.duplicates.length > 0;
