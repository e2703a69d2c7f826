/**
 * What to know of a document before it is sealed (盖章前提示): the ground of shadow attacks. Content that is there and not shown, or
 * shown and not there, can be exchanged later by a change that looks harmless; a seal over it vouches for something else than
 * what its owner saw.
 */
import { type Finding, isGovError } from '@gov/verdict';
import type { PdfDocument } from '../document.js';
import { annotationHazards } from './annotations.js';
import { documentHazards } from './document.js';
import { layerHazards } from './layers.js';
import { HAZARD_LIMITS } from './limits.js';
import { type HazardCode, placeText, type SayHazard } from './place.js';
import { strayHazards } from './stray.js';
import { unreferencedHazards } from './unreferenced.js';
import { walkDocument } from './walk.js';

/**
 * Warnings about a document that is to be sealed or signed: check `content`, outcome `warn`, codes `hazard-…`, at most
 * `HAZARD_LIMITS.findingsPerCode` of each and one that counts the rest. None of them makes a seal wrong; each is a reason to look
 * again, or to have the document made anew. Nothing is decoded but object streams and the appearances of filled fields.
 *
 * @example
 * import { openPdf, sealingHazards } from '@gov/pdf';
 * for (const { code, detail } of sealingHazards(openPdf(pdf))) console.warn(code, detail);
 */
export function sealingHazards(doc: PdfDocument): Finding[] {
  const kept = new Map<HazardCode, string[]>();
  const left = new Map<HazardCode, number>();
  const say: SayHazard = (code, place, detail) => {
    const details = kept.get(code) ?? [];
    if (details.length < HAZARD_LIMITS.findingsPerCode) kept.set(code, [...details, `${where(doc, place)}${detail}`]);
    else left.set(code, (left.get(code) ?? 0) + 1);
  };
  guarded(say, () => documentHazards(doc, say));
  const walked = guarded(say, () => walkDocument(doc, say));
  guarded(say, () => annotationHazards(doc, say));
  const objectStreams =
    walked?.complete === true ? guarded(say, () => unreferencedHazards(doc, walked.reached, say)) : undefined;
  if (walked !== undefined) guarded(say, () => layerHazards(doc, walked, say));
  // A file that was gone through for its objects has no list that any could be missing from.
  if (!doc.repaired) guarded(say, () => strayHazards(doc, objectStreams ?? [], say));
  return [...kept].flatMap(([code, details]) => {
    const more = left.get(code);
    const all = more === undefined ? details : [...details, `and ${more} more`];
    return all.map((detail): Finding => ({ check: 'content', outcome: 'warn', code, detail }));
  });
}

function where(doc: PdfDocument, place: Parameters<typeof placeText>[1]): string {
  try {
    return placeText(doc, place);
  } catch (error) {
    if (!isGovError(error)) throw error;
    return placeText(doc, { object: place.object });
  }
}

/** One look that ends at something unreadable leaves the others to be made. */
function guarded<T>(say: SayHazard, look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (!isGovError(error)) throw error;
    say('hazard-unreadable', {}, error.message);
    return undefined;
  }
}
