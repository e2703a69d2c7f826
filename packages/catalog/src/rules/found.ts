/** What a rule finds, before it becomes an issue (规则命中). */
import type { Place } from '../issue.js';
import type { RuleCode } from './catalog-rules.js';

/** Records, items or names that are gone through at once, before who waits may stop; a mere pass over numbers is not cut. */
export const STRIDE = 4096;

/** About the record that is looked at. */
export interface Found {
  readonly code: RuleCode;
  readonly path: readonly (string | number)[];
  readonly detail?: readonly [en: string, zh: string];
  /** What to write instead. */
  readonly value?: string;
}

/** About a record that is kept by its number. */
export interface FoundLater extends Found {
  readonly record: number;
  readonly place: Place | undefined;
  readonly related?: readonly { readonly record: number; readonly place: Place | undefined }[];
}

/** What a rule finds in the whole; undefined after each stride. */
export type Findings = Generator<FoundLater | undefined, void>;
