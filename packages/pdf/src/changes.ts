/**
 * What later revisions changed. Everything is forbidden but what is known to be harmless: signing again. Every object that a
 * later revision writes is compared with the view before it, and every way to it from the older document is looked for.
 */
import { isGovError } from '@gov/verdict';
import { byteRangeOf, contentsToken } from './byte-range.js';
import type { PdfDocument } from './document.js';
import { sameObject } from './internal/compare.js';
import { read, references } from './internal/references.js';
import { numbersIn, type XrefEntry } from './internal/xref.js';
import { PdfArray, type PdfObject, PdfRef } from './object.js';
import { type PdfSignature, signaturesOf } from './signature.js';
import { examineSigning } from './signing.js';
import type { Step } from './step.js';
import type { Use } from './upkeep.js';

/** One thing that is not as it was. */
export interface PdfChange {
  /** Index of the revision that did it. */
  readonly revision: number;
  readonly ref: PdfRef | undefined;
  readonly what: string;
}

export type PdfChanges =
  | { readonly kind: 'none' }
  /** Nothing but what keeps the signatures verifiable later: the document security store (长期验证信息). */
  | { readonly kind: 'validation-data' }
  /** Nothing but further signatures, each revision signed by the field it added or filled, and validation data. */
  | { readonly kind: 'signatures'; readonly added: readonly PdfSignature[] }
  | { readonly kind: 'other'; readonly changes: readonly PdfChange[] };

/** Later revisions that are looked at; a document with more is not told to be unchanged. */
export const MAX_LATER_REVISIONS = 200;

/**
 * What changed since a revision.
 *
 * @param revisionIndex the signed revision, `PdfSignature.revisionIndex`
 * @param all every signature of the document, from `signaturesOf`
 * @throws GovError `invalid-argument` for a revision that is not there, and what reading the old revision throws
 */
export function changesSince(
  doc: PdfDocument,
  revisionIndex: number,
  all: readonly PdfSignature[] = signaturesOf(doc),
): PdfChanges {
  const signed = doc.asOf(revisionIndex);
  const changes: PdfChange[] = [];
  const say = (revision: number, ref: PdfRef | undefined, what: string): void => {
    changes.push({ revision, ref, what });
  };
  const last = doc.revisions.length - 1;
  if (last - revisionIndex > MAX_LATER_REVISIONS) {
    say(last, undefined, `more than ${MAX_LATER_REVISIONS} later revisions`);
    return { kind: 'other', changes };
  }
  const added: PdfSignature[] = [];
  const steps: Step[] = [];
  const uses = new Map<number, Use | undefined>();
  for (let index = revisionIndex + 1; index <= last; index++) {
    try {
      const step = compare(doc, index, (ref, what) => say(index, ref, what));
      steps.push(step);
      if (step.added.size + step.replaced.size + step.freed.size === 0) continue;
      const signature = all.find((candidate) => candidate.revisionIndex === index && isSound(doc, candidate));
      const permitted = examineSigning(step, signature, (ref, what) => say(index, ref, what));
      for (const [number, use] of permitted) if (!uses.has(number)) uses.set(number, use);
      for (const number of step.added.keys()) if (!step.structure.has(number)) uses.set(number, undefined);
      if (signature !== undefined) added.push(signature);
    } catch (error) {
      // What cannot be read cannot be shown to be harmless.
      if (!isGovError(error)) throw error;
      say(index, undefined, `cannot be read: ${error.message}`);
    }
    // One forbidden change settles it: later revisions are not worth the work.
    if (changes.length > 0) return { kind: 'other', changes };
  }
  if (changes.length === 0 && steps.length > 0) otherPaths(doc, signed, steps, uses, say);
  if (changes.length > 0) return { kind: 'other', changes };
  if (added.length > 0) return { kind: 'signatures', added };
  return { kind: uses.size === 0 ? 'none' : 'validation-data' };
}

/** A signature whose own bytes are in order, so that it may answer for its revision. */
function isSound(doc: PdfDocument, signature: PdfSignature): boolean {
  const range = byteRangeOf(doc, signature);
  const token = contentsToken(doc, signature);
  return (
    signature.listed &&
    !signature.changed &&
    range?.gapStart === token?.start &&
    range?.gapEnd === token?.end &&
    token !== undefined
  );
}

const SECTION_KEYS = new Set([
  ...['Size', 'Prev', 'XRefStm', 'Type', 'W', 'Index', 'Length', 'Filter', 'DecodeParms', 'ID'],
]);

function compare(doc: PdfDocument, index: number, say: (ref: PdfRef | undefined, what: string) => void): Step {
  const before = doc.asOf(index - 1);
  const after = doc.asOf(index);
  const sections = doc.sectionsOf(index);
  compareTrailers(before, after, say);
  const structure = new Set<number>();
  const numbers = new Set<number>();
  for (const section of sections) {
    if (section.kind === 'hybrid') say(undefined, 'the update is hybrid: readers do not agree what is in it');
    if (section.objectNumber !== undefined) structure.add(section.objectNumber);
    for (const number of numbersIn(section)) numbers.add(number);
  }
  const added = new Map<number, PdfRef>();
  const replaced = new Map<number, PdfRef>();
  const freed = new Map<number, PdfRef>();
  numbers.delete(0);
  for (const number of numbers) {
    const [old, now] = [before.entry(number), after.entry(number)];
    if (now?.type === 'compressed') structure.add(now.stream);
    if (sameEntry(old, now)) continue;
    const gone = old === undefined || old.type === 'free';
    const ref = new PdfRef(number, now?.type === 'offset' ? now.generation : 0);
    if (now === undefined || now.type === 'free') {
      if (!gone) freed.set(number, ref);
      continue;
    }
    if (now.type === 'offset' && now.offset < (doc.revisions[index - 1]?.eof ?? 0))
      say(ref, 'the new cross-reference names an object among older bytes');
    if (gone) added.set(number, ref);
    else if (!unchanged(before, after, number, old, ref)) replaced.set(number, ref);
  }
  return { index, before, after, added, replaced, freed, structure };
}

function unchanged(before: PdfDocument, after: PdfDocument, number: number, old: XrefEntry, now: PdfRef): boolean {
  const was = new PdfRef(number, old.type === 'offset' ? old.generation : 0);
  if (was.generation !== now.generation) return false;
  try {
    return sameObject(before.get(was), after.get(now));
  } catch (error) {
    if (isGovError(error)) return false;
    throw error;
  }
}

function sameEntry(a: XrefEntry | undefined, b: XrefEntry | undefined): boolean {
  if (a?.type === 'offset') return b?.type === 'offset' && a.offset === b.offset && a.generation === b.generation;
  if (a?.type === 'compressed') return b?.type === 'compressed' && a.stream === b.stream && a.index === b.index;
  return false;
}

function compareTrailers(
  before: PdfDocument,
  after: PdfDocument,
  say: (ref: PdfRef | undefined, what: string) => void,
): void {
  const [old, now] = [before.trailer, after.trailer];
  if (now.duplicates.length > 0) say(undefined, `the trailer repeats /${now.duplicates[0]}`);
  for (const key of new Set([...old.keys(), ...now.keys()]))
    if (!SECTION_KEYS.has(key) && !sameObject(old.get(key), now.get(key))) say(undefined, `/${key} of the trailer`);
  if (after.size < before.size) say(undefined, '/Size of the trailer shrinks');
  if (!sameObject(firstId(before), firstId(after)) && before.trailer.has('ID')) say(undefined, '/ID of the trailer');
}

const firstId = (doc: PdfDocument): PdfObject => {
  const id = doc.resolve(doc.trailer.get('ID'));
  return id instanceof PdfArray ? doc.resolve(id.items[0]) : null;
};

/**
 * A reference that dangled when the document was signed, an object used for two purposes, or one that only later bytes
 * make readable would let a harmless looking update change the page. So nothing older may refer to an added object, and
 * older objects may lead to a replaced one only as its `Use` says.
 */
function otherPaths(
  doc: PdfDocument,
  signed: PdfDocument,
  steps: readonly Step[],
  uses: ReadonlyMap<number, Use | undefined>,
  say: (revision: number, ref: PdfRef | undefined, what: string) => void,
): void {
  // An object that reached beyond the signed bytes: what was appended completed it.
  const completed = (number: number): void => {
    if (read(doc, number) !== undefined)
      say(signed.revisions.length, new PdfRef(number), 'could not be read in the signed revision, and can be now');
  };
  const look = (view: PdfDocument, numbers: Iterable<number>, revision: number): void => {
    for (const { target, holder, key } of references(view, numbers, uses, completed)) {
      const step = steps.find((candidate) => candidate.added.has(target.number));
      if (step !== undefined) {
        if (revision < step.index) say(step.index, target, `was missing, and object ${holder} already referred to it`);
        continue;
      }
      const use = uses.get(target.number);
      if (use !== undefined && !use(holder, key))
        say(revision, target, `has changed, and object ${holder} uses it as ${key ?? 'an array item'}`);
    }
  };
  look(signed, allNumbers(signed), signed.revisions.length - 1);
  for (const step of steps) look(step.after, [...step.added.keys(), ...step.replaced.keys()], step.index);
}

function* allNumbers(doc: PdfDocument): Generator<number> {
  const seen = new Set<number>();
  for (const { index } of doc.revisions)
    for (const section of doc.sectionsOf(index))
      for (const number of numbersIn(section))
        if (!seen.has(number)) {
          seen.add(number);
          yield number;
        }
}
