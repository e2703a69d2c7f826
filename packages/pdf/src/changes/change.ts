/** What a later revision did, one thing at a time, and how far the whole of it goes (修改级别). */
import type { FindingCode } from '@gov/verdict';
import type { PdfRef } from '../object.js';
import type { PdfRectangle } from '../page.js';

/**
 * How far changes go; each level includes those before it. `validation-data`: the document security store (长期验证信息),
 * document timestamps, metadata. `form-filling`: values of fields, and further signatures. `annotations`: comments.
 * `other`: everything that no certification can permit.
 */
export type PdfChangeLevel = 'none' | 'validation-data' | 'form-filling' | 'annotations' | 'other';

/** Levels from the least to the most. */
export const LEVELS: readonly PdfChangeLevel[] = ['none', 'validation-data', 'form-filling', 'annotations', 'other'];

/** One thing that is not as it was. */
export interface PdfChange {
  /** Index of the revision that did it, 0 is the oldest. */
  readonly revision: number;
  readonly level: Exclude<PdfChangeLevel, 'none'>;
  /** What `coverageFindings` calls it when nothing else is to be said; `coverage-…` are the harmless ones. */
  readonly code: FindingCode;
  readonly subject:
    | 'page'
    | 'page-tree'
    | 'form'
    | 'field'
    | 'signature'
    | 'annotation'
    | 'font'
    | 'metadata'
    | 'validation-data'
    | 'catalog'
    | 'trailer'
    | 'object';
  readonly action: 'added' | 'changed' | 'removed';
  readonly ref?: PdfRef;
  /** Counted from 1. */
  readonly page?: number;
  /** In default user space of the page. */
  readonly rect?: PdfRectangle;
  /** The fully qualified name. */
  readonly field?: string;
  /** English, for people; no values of fields. */
  readonly detail: string;
}

/** Everything that changed since a revision, the permitted things too. */
export interface PdfChanges {
  /** The highest level of `changes`. */
  readonly level: PdfChangeLevel;
  readonly changes: readonly PdfChange[];
}

/** Later revisions that are looked at; a document with more is not told to be unchanged. */
export const MAX_LATER_REVISIONS = 200;

/** Changes that are listed; a document with more has one of level `other` at the end. */
export const MAX_CHANGES = 50_000;
