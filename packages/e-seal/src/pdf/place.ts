/** Where a seal goes: by millimetres, keyword, field or over the edges of pages, made into widgets of one signature. */
import type { PdfDocument, PdfPage, PdfRectangle, SignatureAppearance, WidgetPlacement } from '@gov/pdf';
import { GovError } from '@gov/verdict';
import { type EncodedPicture, sealAppearance } from './appearance.js';
import { fieldPlace } from './field-place.js';
import { MAX_SEAL_WIDGETS, type PageSelection, selectedPages } from './page-selection.js';
import { pageRectangle, type SeenRectangle, seenRectangle } from './placement.js';
import { type RideSeam, rideSeamWidgets } from './ride-seam.js';

/** Text on a page, where a finder saw it. */
export interface FoundText {
  /** Counted from 1. */
  readonly page: number;
  /** What the text takes up, in default user space of the page. */
  readonly rect: PdfRectangle;
}

/**
 * Finds a keyword (关键字) on some pages, counted from 1: every occurrence, in any order. `pdfjsTextFinder` of
 * `@gov/e-seal/pdf/keyword` is one.
 */
export type FindText = (
  doc: PdfDocument,
  keyword: string,
  pages: readonly number[],
  signal?: AbortSignal,
) => Promise<readonly FoundText[]>;

/** A point as a person sees the page: the seal's centre, millimetres from the lower left corner, whatever the page's /Rotate. */
interface SeenPoint {
  readonly xMm: number;
  readonly yMm: number;
}

/** On one page, counted from 1. */
export interface PagePlace extends SeenPoint {
  readonly page: number;
}

/** At the same place of several pages. */
export interface PagesPlace extends SeenPoint {
  readonly pages: PageSelection;
}

/** Centred on a keyword (关键字); it takes a `FindText`. */
export interface KeywordPlace {
  readonly keyword: string;
  /** Which occurrence, counted from 1 by page, then from top to bottom, then from left to right as seen; `first` where not given. */
  readonly nth?: number | 'first' | 'last' | 'all';
  /** Where to look; `all` where not given. */
  readonly pages?: PageSelection;
  /** To the right of the keyword's centre, as seen, millimetres. */
  readonly dxMm?: number;
  /** Above the keyword's centre, as seen, millimetres. */
  readonly dyMm?: number;
}

/** In the middle of an empty signature field (签名域) that the document has. */
export interface FieldPlace {
  /** The fully qualified name. */
  readonly field: string;
}

/** Over the edges of pages (骑缝章). */
export interface RideSeamPlace {
  readonly rideSeam: RideSeam;
}

/**
 * Where a seal goes (签章位置).
 *
 * @example
 * const place: SealPlace = { page: 1, xMm: 150, yMm: 60 };
 * const everywhere: SealPlace[] = [{ pages: 'all', xMm: 150, yMm: 60 }, { rideSeam: { edge: 'right' } }];
 */
export type SealPlace = PagePlace | PagesPlace | KeywordPlace | FieldPlace | RideSeamPlace;

/** The widgets of one new signature field, or the existing field and what its widgets show from now on. */
type Placed =
  | { readonly kind: 'widgets'; readonly widgets: readonly [WidgetPlacement, ...WidgetPlacement[]] }
  | { readonly kind: 'field'; readonly fieldName: string; readonly appearance: SignatureAppearance };

export interface PlacingOptions {
  readonly picture: EncodedPicture;
  readonly findText?: FindText;
  readonly signal?: AbortSignal;
}

/**
 * What a document gets for one or several places. All of them are one signature.
 *
 * @throws GovError `seal-outside-page`, `pdf-page-missing`, `pdf-keyword-missing`, `pdf-field-missing`, `pdf-unfaithful` for a
 *   field that would not show the seal as it is, `invalid-argument`, `limit-exceeded` past `MAX_SEAL_WIDGETS`, and what
 *   reading throws
 */
export async function placesOf(
  doc: PdfDocument,
  place: SealPlace | readonly SealPlace[],
  options: PlacingOptions,
): Promise<Placed> {
  const places = isSeveral(place) ? place : [place];
  const field = places.find((one) => 'field' in one);
  if (field !== undefined) {
    if (places.length > 1) throw wrong('an existing field is the only place of its signature');
    return { kind: 'field', ...fieldPlace(doc, field.field, options.picture) };
  }
  const widgets: WidgetPlacement[] = [];
  for (const one of places) {
    options.signal?.throwIfAborted();
    widgets.push(...(await widgetsOf(doc, one, options)));
    if (widgets.length > MAX_SEAL_WIDGETS) {
      throw new GovError('limit-exceeded', `more than ${MAX_SEAL_WIDGETS} places of one signature`);
    }
  }
  const [first, ...others] = widgets;
  if (first === undefined) throw wrong('a seal needs a place');
  return { kind: 'widgets', widgets: [first, ...others] };
}

const isSeveral = (place: SealPlace | readonly SealPlace[]): place is readonly SealPlace[] => Array.isArray(place);

async function widgetsOf(doc: PdfDocument, place: SealPlace, options: PlacingOptions): Promise<WidgetPlacement[]> {
  const { picture } = options;
  if ('rideSeam' in place) return rideSeamWidgets(doc, place.rideSeam, picture);
  if ('keyword' in place) {
    const { dxMm = 0, dyMm = 0 } = place;
    const occurrences = await found(doc, place, options);
    return occurrences.map(({ page, xMm, yMm }) => whole(page, xMm + dxMm, yMm + dyMm, picture));
  }
  if ('page' in place) return [whole(doc.page(place.page), place.xMm, place.yMm, picture)];
  if ('pages' in place)
    return selectedPages(place.pages, doc.pageCount).map((number) =>
      whole(doc.page(number), place.xMm, place.yMm, picture),
    );
  throw wrong('a place is a page, pages, a keyword, a field or a ride seam');
}

/** The whole seal upright, as seen, its centre at a point. */
function whole(page: PdfPage, xMm: number, yMm: number, picture: EncodedPicture): WidgetPlacement {
  const { widthMm, heightMm } = picture;
  const rect = pageRectangle(page, { xMm, yMm, widthMm, heightMm });
  return { page: page.number, rect, appearance: sealAppearance(picture, rect, page.rotate) };
}

interface Occurrence extends SeenRectangle {
  readonly page: PdfPage;
}

/** Occurrences of a keyword in the order a person meets them. */
async function found(
  doc: PdfDocument,
  { keyword, nth = 'first', pages = 'all' }: KeywordPlace,
  { findText, signal }: PlacingOptions,
): Promise<readonly Occurrence[]> {
  if (typeof keyword !== 'string' || keyword.trim() === '') throw wrong('the keyword is empty');
  if (typeof nth === 'number' ? !Number.isInteger(nth) || nth < 1 : !['first', 'last', 'all'].includes(nth))
    throw wrong('an occurrence is a number from 1, first, last or all');
  if (findText === undefined) throw wrong('a keyword needs findText, e.g. pdfjsTextFinder()');
  const numbers = selectedPages(pages, doc.pageCount);
  const wanted = new Set(numbers);
  const seen: Occurrence[] = [];
  for (const { page: number, rect } of await findText(doc, keyword, numbers, signal)) {
    if (!wanted.has(number)) continue;
    const page = doc.page(number);
    seen.push({ page, ...seenRectangle(page, rect) });
  }
  const ordered = inReadingOrder(seen);
  const chosen = nth === 'all' ? ordered : ordered.slice(...sliceOf(nth));
  if (chosen.length === 0) {
    throw new GovError('pdf-keyword-missing', `the keyword is found ${seen.length} times, wanted: ${nth}`);
  }
  return chosen;
}

/** By page, then line by line: what stands within half its height of the first one is in the same line. */
function inReadingOrder(occurrences: Occurrence[]): Occurrence[] {
  const lines: Occurrence[][] = [];
  for (const one of occurrences.sort((a, b) => a.page.number - b.page.number || b.yMm - a.yMm)) {
    const line = lines.at(-1);
    const first = line?.[0];
    if (first?.page.number === one.page.number && first.yMm - one.yMm <= first.heightMm / 2) line?.push(one);
    else lines.push([one]);
  }
  return lines.flatMap((line) => line.sort((a, b) => a.xMm - b.xMm));
}

function sliceOf(nth: number | 'first' | 'last'): [number, number?] {
  if (nth === 'last') return [-1];
  const index = nth === 'first' ? 0 : nth - 1;
  return [index, index + 1];
}

const wrong = (what: string) => new GovError('invalid-argument', what);
