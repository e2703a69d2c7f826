/** The pages that differ, drawn before and after. */
import type { PdfDocument } from '@gov/pdf';
import { GovError, isGovError } from '@gov/verdict';
import type { PagePair, PdfDiff } from './difference.js';
import { differingRegions, framed, type PagePicture, type PictureRegion } from './regions.js';

/**
 * Draws one page, counted from 1, as a viewer shows it: annotations and form fields too. `@gov/e-seal/pdf/render` has one.
 *
 * @throws GovError `pdf-render-failed` for what cannot be drawn
 */
export type RenderPage = (
  pdf: Uint8Array,
  page: number,
  options: { readonly dpi: number; readonly password?: string | Uint8Array },
) => Promise<PagePicture>;

export interface PictureOptions {
  readonly renderPage: RenderPage;
  readonly password?: string | Uint8Array;
  /** Default 96. */
  readonly dpi?: number;
  readonly signal?: AbortSignal;
}

/** A page of both revisions: framed where they differ. */
export interface PageComparison extends PagePair {
  readonly regions: readonly PictureRegion[];
  readonly pictureBefore: PagePicture | undefined;
  readonly pictureAfter: PagePicture | undefined;
}

export interface ComparedPages {
  /** Only the pages that differ. */
  readonly pages: readonly PageComparison[];
  /** Pages that were not drawn: `PICTURE_LIMITS`, or something in them that cannot be drawn. */
  readonly omitted: number;
}

/** Bounds on the work of one comparison. */
export const PICTURE_LIMITS = {
  /** Pages that are drawn, in both revisions. */
  drawnPages: 200,
  /** Pages whose pictures are kept. */
  keptPages: 20,
} as const;

/**
 * Draws the pages that may differ and keeps those that do. Where every change names its page only those are drawn.
 *
 * @throws what `renderPage` throws other than `pdf-render-failed`; `aborted` by the signal
 */
export async function comparePages(doc: PdfDocument, diff: PdfDiff, options: PictureOptions): Promise<ComparedPages> {
  const { renderPage, signal, dpi = 96, password } = options;
  const candidates = candidatesOf(diff);
  const drawn = candidates.slice(0, PICTURE_LIMITS.drawnPages);
  let omitted = candidates.length - drawn.length;
  const pages: PageComparison[] = [];
  if (drawn.length === 0) return { pages, omitted };
  const [before, after] = [diff.from, diff.to].map((index) => wholeOf(doc, index)) as [Uint8Array, Uint8Array];
  const draw = async (pdf: Uint8Array, page: number | undefined): Promise<PagePicture | undefined> => {
    signal?.throwIfAborted();
    return page === undefined
      ? undefined
      : renderPage(pdf, page, { dpi, ...(password === undefined ? {} : { password }) });
  };
  for (const pair of drawn) {
    try {
      const a = await draw(before, pair.before);
      const b = await draw(after, pair.after);
      const regions = a !== undefined && b !== undefined ? differingRegions(a, b) : [];
      if (a !== undefined && b !== undefined && regions.length === 0) continue;
      if (pages.length >= PICTURE_LIMITS.keptPages) omitted++;
      else
        pages.push({ ...pair, regions, pictureBefore: a && framed(a, regions), pictureAfter: b && framed(b, regions) });
    } catch (error) {
      if (!isGovError(error) || error.code !== 'pdf-render-failed') throw error;
      omitted++;
    }
  }
  return { pages, omitted };
}

/** Pages that no change names can differ only where something changed that belongs to no page. */
function candidatesOf({ differences, pages }: PdfDiff): readonly PagePair[] {
  const named = new Set(differences.map(({ page }) => page));
  const elsewhere = differences.some(({ page, subject }) => page === undefined && !INVISIBLE.has(subject));
  return pages.filter(
    ({ before, after }) =>
      elsewhere ||
      before === undefined ||
      after === undefined ||
      before !== after ||
      named.has(after) ||
      named.has(before),
  );
}

/** Changes of these show on no page. */
const INVISIBLE: ReadonlySet<string> = new Set(['metadata', 'validation-data']);

function wholeOf(doc: PdfDocument, revision: number): Uint8Array {
  const view = doc.asOf(revision);
  if (view.length > MAX_RENDERED_BYTES)
    throw new GovError('limit-exceeded', `a file of more than ${MAX_RENDERED_BYTES} bytes is not drawn`);
  return view.read(0, view.length);
}

/** Bytes of a file that is given to the renderer whole. */
export const MAX_RENDERED_BYTES = 512 * 2 ** 20;
