import { isGovError } from '@gov/verdict';
import type { PdfDocument } from '../document.js';
import { PdfArray, PdfDict, type PdfObject, PdfRef, PdfStream } from '../object.js';

/** A reference in an object; `key` is the one whose value it is, undefined for an item of an array. */
export interface FoundReference {
  readonly target: PdfRef;
  readonly key: string | undefined;
}

/** What an object refers to among the watched numbers. Its nesting was bounded when it was read. */
export function referencesIn(object: PdfObject, watched: { has(number: number): boolean }): readonly FoundReference[] {
  let found: FoundReference[] | undefined;
  const visit = (value: PdfObject, key: string | undefined): void => {
    if (value instanceof PdfRef) {
      if (!watched.has(value.number)) return;
      found ??= [];
      found.push({ target: value, key });
    } else if (value instanceof PdfArray) {
      for (const item of value.items) if (typeof item === 'object') visit(item, undefined);
    } else if (value instanceof PdfDict) {
      for (const [name, entry] of value.entries) if (typeof entry.value === 'object') visit(entry.value, name);
    } else if (value instanceof PdfStream) visit(value.dict, undefined);
  };
  visit(object, undefined);
  return found ?? NONE;
}

const NONE: readonly FoundReference[] = [];

/** The object, or undefined when it cannot be read. */
export function read(doc: PdfDocument, number: number): PdfObject | undefined {
  try {
    return doc.glance(number);
  } catch (error) {
    if (isGovError(error)) return undefined;
    throw error;
  }
}
