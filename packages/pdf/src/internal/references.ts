import { isGovError } from '@gov/verdict';
import type { PdfDocument } from '../document.js';
import { PdfArray, PdfDict, type PdfObject, PdfRef, PdfStream } from '../object.js';

interface FoundReference {
  readonly target: PdfRef;
  /** Number of the object that holds the reference. */
  readonly holder: number;
  /** The key whose value the reference is; undefined for an item of an array. */
  readonly key: string | undefined;
}

/** Every reference to one of `watched` in the objects with these numbers; those that cannot be read are handed to `unreadable`. */
export function* references(
  doc: PdfDocument,
  numbers: Iterable<number>,
  watched: { has(number: number): boolean },
  unreadable: (number: number) => void,
): Generator<FoundReference> {
  for (const holder of numbers) {
    const object = read(doc, holder);
    if (object === undefined) unreadable(holder);
    const stack: { object: PdfObject; key: string | undefined }[] = [{ object: object ?? null, key: undefined }];
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      const value = next.object instanceof PdfStream ? next.object.dict : next.object;
      if (value instanceof PdfRef) {
        if (watched.has(value.number)) yield { target: value, holder, key: next.key };
      } else if (value instanceof PdfArray) {
        for (const item of value.items) if (typeof item === 'object') stack.push({ object: item, key: undefined });
      } else if (value instanceof PdfDict) {
        for (const [key, entryOf] of value.entries)
          if (typeof entryOf.value === 'object') stack.push({ object: entryOf.value, key });
      }
    }
  }
}

/** The object, or undefined when it cannot be read. */
export function read(doc: PdfDocument, number: number): PdfObject | undefined {
  try {
    return doc.glance(number);
  } catch (error) {
    if (isGovError(error)) return undefined;
    throw error;
  }
}
