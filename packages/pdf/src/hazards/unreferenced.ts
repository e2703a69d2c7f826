/** Objects that nothing uses and that could be drawn: what the "replace" shadow attack keeps ready. */
import type { PdfDocument } from '../document.js';
import { read } from '../internal/references.js';
import { numbersIn } from '../internal/xref.js';
import { isName, PdfArray, PdfDict, PdfName, type PdfObject, PdfStream } from '../object.js';
import { HAZARD_LIMITS } from './limits.js';
import type { SayHazard } from './place.js';

const DRAWN_TYPES = new Set([
  ...['Page', 'Pages', 'Catalog', 'Annot', 'Font', 'FontDescriptor', 'XObject', 'Pattern', 'ExtGState', 'OCG'],
]);

/** Streams that only carry the file itself, or words about it. */
const CARRIERS = new Set(['XRef', 'ObjStm', 'Metadata', 'EmbeddedFile']);

/** Answers with the object streams met: nothing refers to them either. */
export function unreferencedHazards(
  doc: PdfDocument,
  reached: { has(number: number): boolean },
  say: SayHazard,
): readonly number[] {
  const unused = new Set<number>();
  for (const { index } of doc.revisions)
    for (const section of doc.sectionsOf(index))
      for (const number of numbersIn(section)) if (!reached.has(number)) unused.add(number);
  const found: { number: number; what: string }[] = [];
  const objectStreams: number[] = [];
  let hints: number | undefined;
  let looked = 0;
  for (const number of unused) {
    const entry = doc.entry(number);
    if (entry === undefined || entry.type === 'free') continue;
    if (++looked > HAZARD_LIMITS.objects) {
      say('hazard-limit', {}, `only ${HAZARD_LIMITS.objects} unused objects were looked at`);
      break;
    }
    const object = read(doc, number);
    if (object instanceof PdfStream && isName(doc.resolve(object.dict.get('Type')), 'ObjStm'))
      objectStreams.push(number);
    if (object instanceof PdfDict && object.has('Linearized')) hints = hintOffset(doc, object);
    const what = object === undefined ? 'cannot be read' : drawn(doc, object);
    if (what !== undefined) found.push({ number, what });
  }
  for (const { number, what } of found) {
    const entry = doc.entry(number);
    if (hints !== undefined && entry?.type === 'offset' && entry.offset === hints + doc.base) continue;
    say('hazard-unreferenced-object', { object: number }, `${what}, and nothing refers to it`);
  }
  return objectStreams;
}

/** The hint stream (Annex F) is found by its offset alone. */
function hintOffset(doc: PdfDocument, dict: PdfDict): number | undefined {
  const hints = doc.resolve(dict.get('H'));
  const offset = hints instanceof PdfArray ? hints.items[0] : undefined;
  return typeof offset === 'number' ? offset : undefined;
}

function drawn(doc: PdfDocument, object: PdfObject): string | undefined {
  const dict = object instanceof PdfStream ? object.dict : object;
  if (!(dict instanceof PdfDict)) return undefined;
  const type = doc.resolve(dict.get('Type'));
  const subtype = doc.resolve(dict.get('Subtype'));
  const [kind, sort] = [type, subtype].map((name) => (name instanceof PdfName ? name.value : undefined));
  if (object instanceof PdfStream && !(kind !== undefined && CARRIERS.has(kind)))
    return sort === undefined ? 'a stream' : `a stream (${sort})`;
  if (kind !== undefined && DRAWN_TYPES.has(kind)) return `a dictionary (${kind})`;
  if (dict.has('Rect') && sort !== undefined) return `an annotation (${sort})`;
  return isName(type, 'Action') || dict.has('JS') ? 'an action' : undefined;
}
