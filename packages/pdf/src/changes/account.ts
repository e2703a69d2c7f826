/** The account of one revision: everything it did must be entered here by somebody, or it is forbidden. */
import type { PdfDocument } from '../document.js';
import type { PdfObject, PdfRef } from '../object.js';
import type { PdfSignature } from '../signature.js';
import { MAX_CHANGES, type PdfChange } from './change.js';
import type { Drawn } from './content-boxes.js';
import type { Step } from './step.js';

/** Whether an older object may refer to a changed one, and as what. */
export type Use = (holder: number, key: string | undefined) => boolean;

/** What the revisions of one document share while they are examined. */
export interface Surroundings extends Drawn {
  readonly doc: PdfDocument;
  /** Object numbers of all cross-reference streams: they repeat the trailer. */
  readonly crossReferences: ReadonlySet<number>;
  /** The newest revision up to `index` that a signature covers. */
  signedBefore(index: number): number;
  /** No signature covers anything older than this revision. */
  isFirstSigned(index: number): boolean;
  /** The page's number, in the newest revision that has it. */
  pageNumber(page: PdfRef): number | undefined;
}

export class Account {
  readonly step: Step;
  readonly around: Surroundings;
  /** The signature that signs this revision. */
  readonly signature: PdfSignature | undefined;
  readonly changes: PdfChange[] = [];
  /** Replaced and removed objects that are accounted for, permitted or not. */
  readonly explained = new Set<number>();
  /** Where added objects may hang. */
  readonly roots: PdfObject[] = [];
  /** The only ways other objects may lead to a changed one; without an entry every way is harmless. */
  readonly uses = new Map<number, Use>();

  constructor(step: Step, around: Surroundings, signature: PdfSignature | undefined) {
    this.step = step;
    this.around = around;
    this.signature = signature;
  }

  say(change: Omit<PdfChange, 'revision'>): void {
    if (this.changes.length < MAX_CHANGES) this.changes.push({ revision: this.step.index, ...change });
  }

  /** Something that nothing permits. */
  forbid(
    code: PdfChange['code'],
    subject: PdfChange['subject'],
    detail: string,
    more: Partial<Pick<PdfChange, 'ref' | 'page' | 'rect' | 'field' | 'action'>> = {},
  ): undefined {
    this.say({ level: 'other', code, subject, action: 'changed', ...more, detail });
    if (more.ref !== undefined) this.explained.add(more.ref.number);
  }

  /** The object may have changed, as long as others refer to it only so. */
  permit(number: number, use?: Use): void {
    this.explained.add(number);
    if (use === undefined) return;
    const other = this.uses.get(number);
    this.uses.set(number, other === undefined ? use : (holder, key) => other(holder, key) || use(holder, key));
  }
}
