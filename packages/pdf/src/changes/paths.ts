/**
 * Every path to a changed object. A reference that dangled when the document was signed, an object used for two purposes, or
 * one that only later bytes make readable would let a harmless looking update change the page. So nothing older may refer to
 * an added object, and other objects may lead to a changed one only as its `Use` says.
 */
import type { PdfDocument } from '../document.js';
import { type FoundReference, read, referencesIn } from '../internal/references.js';
import { numbersIn } from '../internal/xref.js';
import { PdfRef } from '../object.js';
import type { Use } from './account.js';
import type { PdfChange } from './change.js';
import type { Step } from './step.js';

/** Objects in object streams that may be unreadable in all revisions together. */
export const MAX_UNREADABLE = 16;

/** A step with what its account permits. */
export interface Examined {
  readonly step: Step;
  readonly uses: ReadonlyMap<number, Use>;
}

/** What one version of an object refers to among the watched ones; undefined where it cannot be read. */
interface Version {
  readonly revision: number;
  readonly found: readonly FoundReference[] | undefined;
}

/**
 * References to everything that any of the steps touched. Every object of the base revision is read once, for all
 * signatures of the document; later ones only as far as revisions wrote them.
 */
export class ReferenceIndex {
  readonly base: number;
  /** More objects of object streams cannot be read than anybody waits for: each may cost a decoding. */
  readonly #overwhelmed: boolean;
  readonly #versions = new Map<number, Version[]>();
  readonly #readable = new Map<number, boolean>();

  constructor(doc: PdfDocument, base: number, steps: readonly Examined[]) {
    this.base = base;
    const watched = new Set<number>();
    for (const { step } of steps)
      for (const numbers of [step.added, step.replaced, step.freed])
        for (const number of numbers.keys()) watched.add(number);
    let unreadable = 0;
    const look = (view: PdfDocument, numbers: Iterable<number>, revision: number): void => {
      for (const number of numbers) {
        if (unreadable > MAX_UNREADABLE) return;
        const object = read(view, number);
        if (object === undefined && view.entry(number)?.type === 'compressed') unreadable++;
        const found = object === undefined ? undefined : referencesIn(object, watched);
        // Nothing found is worth remembering only where an older version had something.
        if (found?.length !== 0 || (revision > base && this.#versions.has(number)))
          this.#add(number, { revision, found });
      }
    };
    look(doc.asOf(base), allNumbers(doc.asOf(base)), base);
    for (const { step } of steps) look(step.after, [...step.added.keys(), ...step.replaced.keys()], step.index);
    this.#overwhelmed = unreadable > MAX_UNREADABLE;
  }

  #add(number: number, version: Version): void {
    const known = this.#versions.get(number);
    if (known === undefined) this.#versions.set(number, [version]);
    else known.push(version);
  }

  /** In the newest revision, asked once for all signatures. */
  #isReadable(doc: PdfDocument, number: number): boolean {
    const known = this.#readable.get(number) ?? read(doc, number) !== undefined;
    this.#readable.set(number, known);
    return known;
  }

  /** What speaks against the steps after `revision`, which is no older than the base. */
  *objections(doc: PdfDocument, revision: number, steps: readonly Examined[]): Generator<Omit<PdfChange, 'level'>> {
    const later = steps.filter(({ step }) => step.index > revision);
    const addedIn = new Map<number, Step>();
    for (const { step } of later)
      for (const number of step.added.keys()) if (!addedIn.has(number)) addedIn.set(number, step);
    const uses = new Map<number, { step: Step; use: Use }[]>();
    for (const { step, uses: own } of later)
      for (const [number, use] of own) {
        const known = uses.get(number);
        if (known === undefined) uses.set(number, [{ step, use }]);
        else known.push({ step, use });
      }
    const view = doc.asOf(revision);
    if (this.#overwhelmed)
      yield {
        ...{ revision: revision + 1, code: 'coverage-later-change', subject: 'object', action: 'changed' },
        detail: `more than ${MAX_UNREADABLE} objects of object streams cannot be read`,
      };
    const told = new Set<string>();
    for (const [holder, versions] of this.#versions) {
      const older = versions.findLast((version) => version.revision <= revision);
      if (older !== undefined && older.found === undefined) {
        // An object that reached beyond the signed bytes: what was appended completed it.
        if (this.#isReadable(doc, holder) && read(view, holder) === undefined)
          yield {
            ...{ revision: revision + 1, code: 'object-revealed', subject: 'object', action: 'changed' },
            ...{ ref: new PdfRef(holder), detail: 'could not be read in the signed revision, and can be now' },
          };
      }
      for (const version of versions) {
        if (version !== older && version.revision <= revision) continue;
        for (const { target, key } of version.found ?? []) {
          const step = addedIn.get(target.number);
          if (step !== undefined) {
            if (version.revision < step.index)
              yield {
                ...{ revision: step.index, code: 'object-revealed', subject: 'object', action: 'added', ref: target },
                detail: `was missing, and object ${holder} already referred to it`,
              };
            continue;
          }
          const refused = uses.get(target.number)?.find(({ use }) => !use(holder, key));
          const path = `${holder} ${key} ${target.number}`;
          if (refused === undefined || told.has(path)) continue;
          told.add(path);
          yield {
            ...{ revision: refused.step.index, code: 'shared-object-changed', subject: 'object', action: 'changed' },
            ...{ ref: target, detail: `has changed, and object ${holder} uses it as ${key ?? 'an array item'}` },
          };
        }
      }
    }
  }
}

/** Every object number that has an entry. */
export function* allNumbers(doc: PdfDocument): Generator<number> {
  const seen = new Set<number>();
  for (const { index } of doc.revisions)
    for (const section of doc.sectionsOf(index))
      for (const number of numbersIn(section))
        if (!seen.has(number)) {
          seen.add(number);
          yield number;
        }
}
