/**
 * What a later signature shows over what earlier ones cover. A further seal may stand over the date (骑年盖月), but only if it is
 * itself intact and authentic, and a seal only with exactly its own picture in its own size: anything else could repaint the
 * page. A CMS signature has no picture of its own that could be compared: it may draw where the page is empty, in a field that
 * was there when the first one signed, or multiplied, which hides nothing. A document timestamp may show nothing at all: its
 * authority stamps whatever it is given, and vouches for no picture.
 */
import {
  decodeStream,
  emptySignatureFields,
  PdfDict,
  type PdfDocument,
  type PdfSignature,
  PdfStream,
  type SignatureWidget,
  showsWithin,
} from '@gov/pdf';
import { type Finding, isGovError } from '@gov/verdict';
import { onlyMultiplies, showsOnlySeal, showsPlainly } from '../recognition.js';
import type { Judged } from './judged.js';

/** For each signature behind the first one that shows what it must not: what is said of it to the earlier ones. */
export function coveringFindings(doc: PdfDocument, all: readonly Judged[]): ReadonlyMap<PdfSignature, Finding> {
  // What the first signature draws, no other one covers.
  const first = Math.min(...all.map(({ signature }) => signature.revisionIndex ?? Number.POSITIVE_INFINITY));
  const covering = new Map<PdfSignature, Finding>();
  for (const later of all) {
    const { signature } = later;
    if (signature.revisionIndex === undefined || signature.revisionIndex <= first) continue;
    const problem = problemOf(doc, later, doc.asOf(first));
    if (problem === undefined) continue;
    const [outcome, why] = problem;
    const detail = `field ${signature.fieldName} ${why}${placesText(signature)}`;
    covering.set(signature, { check: 'coverage', outcome, code: 'signature-covers-content', detail });
  }
  return covering;
}

/** Of those findings the ones that concern a signature. */
export function laterThan(
  { revisionIndex }: PdfSignature,
  covering: ReadonlyMap<PdfSignature, Finding>,
): readonly Finding[] {
  if (revisionIndex === undefined) return [];
  return [...covering].filter(([later]) => later.revisionIndex! > revisionIndex).map(([, finding]) => finding);
}

const GENUINE: readonly Finding['check'][] = ['format', 'integrity', 'authenticity', 'coverage'];

function problemOf(
  doc: PdfDocument,
  { signature, type, ses, findings }: Judged,
  original: PdfDocument,
): readonly ['fail' | 'unknown', string] | undefined {
  const { widgets } = signature;
  const shows = type === 'seal' ? hasAppearance(doc, signature) : widgets.some((widget) => draws(doc, widget));
  if (!shows) return undefined;
  const about = findings.filter(({ check }) => GENUINE.includes(check));
  if (about.some(({ outcome }) => outcome === 'fail')) return ['fail', 'is not intact and authentic'];
  if (type === 'timestamp') return ['fail', 'shows something, and is a timestamp'];
  if (ses !== undefined)
    return showsOnlySeal(doc, widgets, ses.seal.picture)
      ? undefined
      : ['fail', "draws something else than its seal's picture in its size"];
  if (type !== 'cms') return ['unknown', 'draws something that is no seal'];
  const open = about.some(({ check, outcome }) => check !== 'coverage' && outcome === 'unknown');
  if (open) return ['unknown', 'draws something, and is not known to be intact and authentic'];
  return mayHide(doc, signature, original) ? ['unknown', 'draws over what the page shows'] : undefined;
}

function mayHide(
  doc: PdfDocument,
  { fieldRef, widgets, revisionIndex = 0 }: PdfSignature,
  original: PdfDocument,
): boolean {
  if (emptySignatureFields(original).some((field) => field.fieldRef.number === fieldRef?.number)) return false;
  const before = doc.asOf(revisionIndex - 1);
  return widgets.some((widget) => {
    const { ref, page, rect } = widget;
    if (page === undefined || !draws(doc, widget) || onlyMultiplies(doc, widget)) return false;
    const dict = doc.resolve(ref);
    // Flags can let it grow out of its rectangle as the reader zooms out.
    const within = dict instanceof PdfDict && showsPlainly(doc, dict) ? rect : undefined;
    return within === undefined || showsWithin(before, doc.page(page).ref, within);
  });
}

/** Whatever a seal shows has to be its picture, nothing included. */
const hasAppearance = (doc: PdfDocument, { widgets }: PdfSignature): boolean =>
  widgets.some(({ ref }) => {
    const widget = doc.resolve(ref);
    return widget instanceof PdfDict && doc.resolve(widget.get('AP')) !== null;
  });

/**
 * An appearance without size, or of white space, leaves the page as it is; products write them for hidden signatures. Any
 * other that is not one plain stream (states, a second one for the mouse) is taken to draw.
 */
function draws(doc: PdfDocument, { ref, rect }: SignatureWidget): boolean {
  const widget = doc.resolve(ref);
  const appearances = widget instanceof PdfDict ? doc.resolve(widget.get('AP')) : null;
  if (!(appearances instanceof PdfDict)) return appearances !== null;
  if (rect !== undefined && (rect[2] === rect[0] || rect[3] === rect[1])) return false;
  const normal = doc.resolve(appearances.get('N'));
  if (!(normal instanceof PdfStream) || appearances.entries.size !== 1) return appearances.entries.size > 0;
  try {
    return decodeStream(doc, normal).some((octet) => !BLANK.includes(octet));
  } catch (error) {
    if (isGovError(error)) return true;
    throw error;
  }
}

/** White space (ISO 32000-2 7.2.3). */
const BLANK: readonly number[] = [0, 9, 10, 12, 13, 32];

function placesText({ widgets }: PdfSignature): string {
  const places = widgets.flatMap(({ page, rect }) =>
    page === undefined ? [] : [`page ${page}${rect === undefined ? '' : ` [${rect.join(' ')}]`}`],
  );
  return places.length === 0 ? '' : `; ${places.slice(0, 5).join(', ')}${places.length > 5 ? ' …' : ''}`;
}
