/**
 * What later revisions changed (修改分析). Everything is forbidden but what is known to be harmless: every object that a later
 * revision writes is compared with the view before it and must be accounted for, and every way to it from other objects must
 * be cleared. The model of thought is the one pyHanko's difference analysis made known.
 */
import { GovError, isGovError } from '@gov/verdict';
import { byteRangeOf, contentsToken } from '../byte-range.js';
import type { PdfDocument } from '../document.js';
import type { PdfRef } from '../object.js';
import { pageNumberOf } from '../page.js';
import { type PdfSignature, signaturesOf } from '../signature.js';
import { Account, type Surroundings } from './account.js';
import { LEVELS, MAX_CHANGES, MAX_LATER_REVISIONS, type PdfChange, type PdfChanges } from './change.js';
import { MAX_OPERATORS } from './content-boxes.js';
import { examineFields } from './fields.js';
import { examineForm } from './form.js';
import { examineLeftovers, Users } from './leftover.js';
import { examinePages } from './pages.js';
import { type Examined, ReferenceIndex } from './paths.js';
import { compareRevisions } from './step.js';
import { examineCatalog, examineStructure } from './upkeep.js';

/** The comparison of a document's revisions, made once for all its signatures. */
export interface ChangeAnalysis {
  /**
   * What changed since a revision.
   *
   * @throws GovError `invalid-argument` for a revision that is not there, and what reading it throws
   */
  since(revisionIndex: number): PdfChanges;
}

/**
 * What changed since a revision, every single thing with its level. For several signatures of one document
 * `changeAnalysis` does the same work once.
 *
 * @param revisionIndex the signed revision, `PdfSignature.revisionIndex`
 * @param all every signature of the document, from `signaturesOf`
 * @throws GovError `invalid-argument` for a revision that is not there, and what reading the old revision throws
 * @example
 * import { changesSince, openPdf, signaturesOf } from '@gov/pdf';
 * const doc = openPdf(pdf);
 * for (const { revisionIndex = 0 } of signaturesOf(doc)) changesSince(doc, revisionIndex).level; // 'form-filling'
 */
export const changesSince = (doc: PdfDocument, revisionIndex: number, all?: readonly PdfSignature[]): PdfChanges =>
  changeAnalysis(doc, all).since(revisionIndex);

/**
 * Compares revisions when asked, each once.
 *
 * @param all every signature of the document, from `signaturesOf`
 * @example
 * import { changeAnalysis, coverageFindings, openPdf, signaturesOf } from '@gov/pdf';
 * const doc = openPdf(pdf);
 * const all = signaturesOf(doc);
 * const analysis = changeAnalysis(doc, all);
 * for (const signature of all) coverageFindings(doc, signature, all, analysis);
 */
export function changeAnalysis(doc: PdfDocument, all: readonly PdfSignature[] = signaturesOf(doc)): ChangeAnalysis {
  return new Analysis(doc, all);
}

interface ExaminedStep {
  readonly changes: readonly PdfChange[];
  /** Undefined where the revision could not be compared. */
  readonly examined: Examined | undefined;
}

class Analysis implements ChangeAnalysis {
  readonly #doc: PdfDocument;
  readonly #all: readonly PdfSignature[];
  readonly #steps = new Map<number, ExaminedStep>();
  readonly #around: Surroundings;
  #users: Users | undefined;
  #references: ReferenceIndex | undefined;

  constructor(doc: PdfDocument, all: readonly PdfSignature[]) {
    this.#doc = doc;
    this.#all = all;
    this.#around = surroundings(doc, all);
  }

  since(revisionIndex: number): PdfChanges {
    const doc = this.#doc;
    const last = doc.revisions.length - 1;
    if (!Number.isInteger(revisionIndex) || revisionIndex < 0 || revisionIndex > last)
      throw new GovError('invalid-argument', `there is no revision ${revisionIndex}`);
    if (last - revisionIndex > MAX_LATER_REVISIONS)
      return listed([tooMuch(last, `more than ${MAX_LATER_REVISIONS} later revisions`)]);
    const changes: PdfChange[] = [];
    const examined: Examined[] = [];
    for (let index = revisionIndex + 1; index <= last && changes.length < MAX_CHANGES; index++) {
      const step = this.#step(index);
      for (const change of step.changes) changes.push(change);
      if (step.examined !== undefined) examined.push(step.examined);
    }
    if (examined.length > 0 && changes.length < MAX_CHANGES)
      for (const objection of this.#index(revisionIndex).objections(doc, revisionIndex, examined)) {
        if (changes.length >= MAX_CHANGES) break;
        changes.push({ ...objection, level: 'other' });
      }
    if (changes.length >= MAX_CHANGES) changes.push(tooMuch(last, `more than ${MAX_CHANGES} changes`));
    return listed(changes);
  }

  /** References are gathered from the oldest signed revision on, so that they serve every signature. */
  #index(revision: number): ReferenceIndex {
    if (this.#references === undefined || this.#references.base > revision) {
      const last = this.#doc.revisions.length - 1;
      const oldest = Math.max(last - MAX_LATER_REVISIONS, 0);
      const signed = this.#all.flatMap(({ revisionIndex: index }) =>
        index === undefined || index < oldest ? [] : [index],
      );
      const base = Math.min(revision, ...signed);
      const steps: Examined[] = [];
      for (let index = base + 1; index <= last; index++) {
        const { examined } = this.#step(index);
        if (examined !== undefined) steps.push(examined);
      }
      this.#references = new ReferenceIndex(this.#doc, base, steps);
    }
    return this.#references;
  }

  /** Only for names: who used what hardly differs between revisions. */
  #usersOf(before: PdfDocument): Users {
    this.#users ??= new Users(before);
    return this.#users;
  }

  #step(index: number): ExaminedStep {
    let known = this.#steps.get(index);
    if (known === undefined) {
      known = this.#examine(index);
      this.#steps.set(index, known);
    }
    return known;
  }

  #examine(index: number): ExaminedStep {
    const doc = this.#doc;
    const changes: PdfChange[] = [];
    let examined: Examined | undefined;
    try {
      const step = compareRevisions(doc, index, (change) => changes.push({ revision: index, ...change }));
      examined = { step, uses: new Map() };
      if (step.added.size + step.replaced.size + step.freed.size === 0) return { changes, examined };
      const signature = this.#all.find((candidate) => candidate.revisionIndex === index && isSound(doc, candidate));
      const account = new Account(step, this.#around, signature);
      examined = { step, uses: account.uses };
      try {
        examine(account, () => this.#usersOf(step.before));
      } finally {
        for (const change of account.changes) changes.push(change);
      }
    } catch (error) {
      // What cannot be read cannot be shown to be harmless.
      if (!isGovError(error)) throw error;
      changes.push({
        ...{ revision: index, level: 'other', code: 'coverage-later-change', subject: 'object', action: 'changed' },
        detail: `cannot be read: ${error.message}`,
      });
    }
    return { changes, examined };
  }
}

/** Every rule has its turn; what none of them accounts for is forbidden at the end. */
function examine(account: Account, users: () => Users): void {
  const { step, signature } = account;
  examineStructure(account);
  const upkeep = examineCatalog(account);
  const widgets = examineForm(account);
  examineFields(account);
  examinePages(account, widgets);
  examineLeftovers(account, users);
  if (signature !== undefined && !account.changes.some(({ subject }) => subject === 'signature'))
    account.forbid('field-changed', 'signature', 'the revision is signed in no field that it added or filled');
  if (!upkeep) return;
  // Whoever signs, fills in or comments may also say when and with what; alone it has no purpose.
  if (account.changes.length === 0)
    account.forbid('coverage-later-change', 'metadata', 'metadata was changed, and the revision is not signed');
  else
    account.say({
      ...{ level: 'validation-data', code: 'coverage-validation-data', subject: 'metadata', action: 'changed' },
      ...{ ref: step.after.catalogRef, detail: 'metadata, version or extensions' },
    });
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

function surroundings(doc: PdfDocument, all: readonly PdfSignature[]): Surroundings {
  const crossReferences = new Set<number>();
  for (const { index } of doc.revisions)
    for (const { objectNumber, hidden } of doc.sectionsOf(index)) {
      if (objectNumber !== undefined) crossReferences.add(objectNumber);
      if (hidden?.objectNumber !== undefined) crossReferences.add(hidden.objectNumber);
    }
  const signed = all.flatMap(({ revisionIndex }) => (revisionIndex === undefined ? [] : [revisionIndex]));
  const pages = new Map<number, number | undefined>();
  return {
    doc,
    crossReferences,
    boxes: new Map(),
    annotations: new Map(),
    operators: MAX_OPERATORS,
    signedBefore: (index) => Math.max(0, ...signed.filter((revision) => revision < index)),
    isFirstSigned: (index) => signed.every((revision) => revision >= index),
    pageNumber(page: PdfRef) {
      if (!pages.has(page.number)) pages.set(page.number, numberOf(doc, page));
      return pages.get(page.number);
    },
  };
}

/** In the newest revision, or in the newest that still has the page. */
function numberOf(doc: PdfDocument, page: PdfRef): number | undefined {
  for (const { index } of [...doc.revisions].reverse().slice(0, 3))
    try {
      const number = pageNumberOf(doc.asOf(index), page);
      if (number !== undefined) return number;
    } catch (error) {
      if (!isGovError(error)) throw error;
    }
  return undefined;
}

const tooMuch = (revision: number, detail: string): PdfChange => ({
  ...{ revision, level: 'other', code: 'coverage-later-change', subject: 'object', action: 'changed', detail },
});

function listed(changes: readonly PdfChange[]): PdfChanges {
  const level = LEVELS.findLast((candidate) => changes.some((change) => change.level === candidate));
  return { level: level ?? 'none', changes };
}
