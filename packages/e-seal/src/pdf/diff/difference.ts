/** What one revision of a PDF has that another has not (版本差异): every change, with what people need to find and judge it. */
import {
  changesSince,
  eachPage,
  type PdfChange,
  type PdfChangeLevel,
  PdfDict,
  type PdfDocument,
  PdfName,
  type PdfRef,
  type SeenPlace,
  seenPlace,
  signaturesOf,
} from '@gov/pdf';
import { GovError, isGovError } from '@gov/verdict';
import { fieldValues } from './fields.js';

export interface DiffPdfOptions {
  /** Index of the older revision, 0 is the original. Without it the oldest that a signature covers, or 0. */
  readonly from?: number;
  /** Index of the newer revision; without it the newest. */
  readonly to?: number;
}

/** One thing that is not as it was. */
export interface PdfDifference extends Omit<PdfChange, 'ref' | 'rect'> {
  /** Object number. */
  readonly object?: number;
  /** Where on the page as displayed, from its lower left corner. */
  readonly place?: SeenPlace;
  /** What the field held before and holds now; content of the document, not for logs. */
  readonly oldValue?: string;
  readonly newValue?: string;
  /** /Subtype of an annotation, e.g. `Stamp`. */
  readonly annotation?: string;
  /** The name a signature gives its signer; for a seal, its name. */
  readonly signer?: string;
  /** A field that was there and empty has been signed. */
  readonly signed?: true;
}

export interface PdfDiff {
  readonly from: number;
  readonly to: number;
  readonly level: PdfChangeLevel;
  /** In the order of the revisions. */
  readonly differences: readonly PdfDifference[];
  /** The pages of both, side by side: a page that is only in one has nothing on the other side. Counted from 1. */
  readonly pages: readonly PagePair[];
}

export interface PagePair {
  readonly before: number | undefined;
  readonly after: number | undefined;
}

/**
 * Compares two revisions of one file.
 *
 * @throws GovError `invalid-argument` for revisions that are not there or not in order, and what reading throws
 * @example
 * import { diffPdf, sentenceOf } from '@gov/e-seal/pdf/diff';
 * import { openPdf } from '@gov/pdf';
 * for (const difference of diffPdf(openPdf(pdf)).differences) console.log(sentenceOf(difference, 'zh'));
 */
export function diffPdf(doc: PdfDocument, options: DiffPdfOptions = {}): PdfDiff {
  const to = options.to ?? doc.revisions.length - 1;
  const from = options.from ?? oldestSigned(doc, to);
  const isRevision = (index: number): boolean => Number.isInteger(index) && index >= 0 && index < doc.revisions.length;
  if (!isRevision(from) || !isRevision(to) || from > to)
    throw new GovError(
      'invalid-argument',
      `there are revisions 0 to ${doc.revisions.length - 1}, not ${from} to ${to}`,
    );
  const newer = doc.asOf(to);
  const { level, changes } = changesSince(newer, from);
  const facts = new Facts(newer);
  return {
    from,
    to,
    level,
    differences: changes.map((change) => facts.of(change)),
    pages: pagePairs(doc.asOf(from), newer),
  };
}

function oldestSigned(doc: PdfDocument, to: number): number {
  const signed = signaturesOf(doc).flatMap(({ revisionIndex }) => (revisionIndex === undefined ? [] : [revisionIndex]));
  return Math.min(to, ...(signed.length === 0 ? [0] : signed));
}

/** Looks things up in the revisions before and after each change; every form is read once. */
class Facts {
  readonly #doc: PdfDocument;
  readonly #values = new Map<number, ReadonlyMap<string, string>>();
  #signers: ReadonlyMap<string, string> | undefined;

  constructor(doc: PdfDocument) {
    this.#doc = doc;
  }

  of({ ref, rect, ...change }: PdfChange): PdfDifference {
    const { revision, page, subject, field, action } = change;
    const shown = action === 'removed' ? revision - 1 : revision;
    const place = page === undefined || rect === undefined ? undefined : this.#place(shown, page, rect);
    const known: { -readonly [K in keyof PdfDifference]?: PdfDifference[K] } = {};
    if (ref !== undefined) known.object = ref.number;
    if (place !== undefined) known.place = place;
    if (subject === 'field' && field !== undefined) {
      const [old, now] = [this.#value(revision - 1, field), this.#value(revision, field)];
      if (old !== undefined && old !== now) known.oldValue = old;
      if (now !== undefined && old !== now) known.newValue = now;
    }
    const annotation = subject === 'annotation' && ref !== undefined ? this.#subtype(shown, ref) : undefined;
    if (annotation !== undefined) known.annotation = annotation;
    const signer = subject === 'signature' && field !== undefined ? this.#signer(field) : undefined;
    if (signer !== undefined) known.signer = signer;
    if (subject === 'signature' && action === 'changed' && field !== undefined) {
      const [before, after] = [this.#signed(revision - 1, field), this.#signed(revision, field)];
      if (after && !before) known.signed = true;
    }
    return { ...change, ...known };
  }

  #place(revision: number, page: number, rect: NonNullable<PdfChange['rect']>): SeenPlace | undefined {
    const place = quietly(() => seenPlace(this.#doc.asOf(revision).page(page), rect));
    // What has no size shows nowhere: a signature that nobody sees, for one.
    return place === undefined || place.widthMm === 0 || place.heightMm === 0 ? undefined : place;
  }

  #value(revision: number, field: string): string | undefined {
    let values = this.#values.get(revision);
    if (values === undefined) {
      values = quietly(() => fieldValues(this.#doc.asOf(revision))) ?? new Map();
      this.#values.set(revision, values);
    }
    return values.get(field);
  }

  #subtype(revision: number, ref: PdfRef): string | undefined {
    return quietly(() => {
      const view = this.#doc.asOf(revision);
      const dict = view.resolve(ref);
      const subtype = dict instanceof PdfDict ? view.resolve(dict.get('Subtype')) : null;
      return subtype instanceof PdfName ? subtype.value : undefined;
    });
  }

  #signed(revision: number, field: string): boolean {
    return quietly(() => signaturesOf(this.#doc.asOf(revision)).some(({ fieldName }) => fieldName === field)) === true;
  }

  #signer(field: string): string | undefined {
    this.#signers ??= new Map(
      signaturesOf(this.#doc).flatMap(({ fieldName, name }) =>
        name === undefined ? [] : [[fieldName, name] as const],
      ),
    );
    return this.#signers.get(field);
  }
}

/** Pages are the same where they are the same object. */
function pagePairs(before: PdfDocument, after: PdfDocument): PagePair[] {
  const old = numbersOf(before);
  const now = numbersOf(after);
  const gone = [...old]
    .filter(([object]) => !now.has(object))
    .map(([, number]) => ({ before: number, after: undefined }));
  const there = [...now].map(([object, number]) => ({ before: old.get(object), after: number }));
  return [...there, ...gone];
}

/** Page numbers by the object of the page; nothing where the page tree cannot be read. */
const numbersOf = (doc: PdfDocument): ReadonlyMap<number, number> =>
  quietly(() => new Map([...eachPage(doc)].map(({ ref, number }) => [ref.number, number]))) ?? new Map();

/** What cannot be read is left out: that it cannot is among the changes. */
function quietly<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (isGovError(error)) return undefined;
    throw error;
  }
}
