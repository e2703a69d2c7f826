/** The page-spanning seal (骑缝章): slices of one seal on the edges of pages that make up the whole when sheets are fanned out. */
import type { PdfDocument, PdfPage, WidgetPlacement } from '@gov/pdf';
import { GovError } from '@gov/verdict';
import { type EncodedPicture, sealAppearance } from './appearance.js';
import { type PageSelection, selectedPages } from './page-selection.js';
import { pageRectangle, seenSize, userRectangle } from './placement.js';

/** A page-spanning seal (骑缝章). */
export interface RideSeam {
  /**
   * The edge as seen. `right` and `left` are for sheets printed on one side, fanned out with the first page on top: at the
   * right edge the first page has the leftmost slice, at the left edge the rightmost. `both` is for sheets printed on two
   * sides: the odd pages have one seal on their right edges, the even pages, turned over and fanned out, another on
   * their left edges, which are the same edges of the paper; a side of a single page has none.
   */
  readonly edge: 'left' | 'right' | 'both';
  /** `all` where not given. */
  readonly pages?: PageSelection;
  /** Height of the centre, millimetres from the lower edge as seen; the middle of each page where not given. */
  readonly yMm?: number | 'centre';
  /** Distance from the edge of the page, millimetres; 0 where not given. */
  readonly marginMm?: number;
  /** More pages than this share several seals, in runs as even as possible; 18 where not given. */
  readonly maxPagesPerSeal?: number;
  /** How many times as wide as its other slices the first slice of each seal is; 1 where not given. */
  readonly firstWider?: number;
}

/** Pages of one page-spanning seal where nothing else is said. */
export const PAGES_PER_RIDE_SEAM = 18;

/** Width of a slice below which nothing of the seal can be made out, millimetres. */
export const MIN_SLICE_MM = 0.5;

/**
 * The slices, a widget each: every one draws the whole picture at its true size, and its box cuts out its part.
 *
 * @throws GovError `invalid-argument` for fewer than two pages and slices narrower than `MIN_SLICE_MM`,
 *   `seal-outside-page`, `pdf-page-missing`, `limit-exceeded`
 */
export function rideSeamWidgets(doc: PdfDocument, seam: RideSeam, picture: EncodedPicture): WidgetPlacement[] {
  const { edge, maxPagesPerSeal = PAGES_PER_RIDE_SEAM } = checked(seam);
  const pages = selectedPages(seam.pages ?? 'all', doc.pageCount);
  const sides: readonly (readonly [Edge, readonly number[]])[] =
    edge === 'both'
      ? [
          ['right', pages.filter((page) => page % 2 === 1)],
          ['left', pages.filter((page) => page % 2 === 0)],
        ]
      : [[edge, pages]];
  const widgets = sides.flatMap(([at, side]) =>
    evenRuns(side, maxPagesPerSeal).flatMap((run) => {
      const order = edge === 'left' ? 'from-right' : 'from-left';
      const slices = slicesOf(run.length, picture.widthMm, seam.firstWider ?? 1, order);
      return run.map((number, i) => slice(doc.page(number), at, slices[i]!, seam, picture));
    }),
  );
  if (widgets.length === 0) throw wrong('a page-spanning seal needs two pages or more');
  return widgets.sort((a, b) => a.page - b.page);
}

type Edge = 'left' | 'right';

function checked(seam: RideSeam): RideSeam {
  const { edge, yMm = 'centre', marginMm = 0, maxPagesPerSeal = PAGES_PER_RIDE_SEAM, firstWider = 1 } = seam;
  if (!['left', 'right', 'both'].includes(edge)) throw wrong('the edge is left, right or both');
  if (yMm !== 'centre' && !Number.isFinite(yMm)) throw wrong('a height is millimetres or centre');
  if (!Number.isFinite(marginMm) || marginMm < 0) throw wrong('a margin is millimetres from 0');
  if (!Number.isInteger(maxPagesPerSeal) || maxPagesPerSeal < 2) throw wrong('a seal spans two pages or more');
  if (!Number.isFinite(firstWider) || firstWider < 1) throw wrong('firstWider is a ratio from 1');
  return seam;
}

/** As few runs as fit, none more than one page longer than another, the longer ones first. */
function evenRuns(pages: readonly number[], most: number): (readonly number[])[] {
  // Three pages in twos would leave one alone: a run of one page is no seam.
  const count = Math.min(Math.ceil(pages.length / most), Math.floor(pages.length / 2));
  const runs: (readonly number[])[] = [];
  for (let i = 0, at = 0; i < count; i++) {
    const length = Math.ceil((pages.length - at) / (count - i));
    runs.push(pages.slice(at, at + length));
    at += length;
  }
  return runs;
}

/** A part of the picture, millimetres from its left edge. */
interface Slice {
  readonly fromMm: number;
  readonly toMm: number;
}

/** One slice a page: each begins exactly where its neighbour ends. */
function slicesOf(
  count: number,
  widthMm: number,
  firstWider: number,
  order: 'from-left' | 'from-right',
): readonly Slice[] {
  const part = widthMm / (count - 1 + firstWider);
  if (part < MIN_SLICE_MM) throw wrong(`slices of ${part.toFixed(2)} mm; each needs ${MIN_SLICE_MM} mm`);
  // The ends are the picture's own, not what sums of parts round to.
  const cut = (i: number) => (i === 0 ? 0 : i === count ? widthMm : part * (i - 1 + firstWider));
  return Array.from({ length: count }, (_, i) =>
    order === 'from-left'
      ? { fromMm: cut(i), toMm: cut(i + 1) }
      : { fromMm: widthMm - cut(i + 1), toMm: widthMm - cut(i) },
  );
}

function slice(page: PdfPage, edge: Edge, { fromMm, toMm }: Slice, seam: RideSeam, picture: EncodedPicture) {
  const { yMm = 'centre', marginMm = 0 } = seam;
  const size = seenSize(page);
  const widthMm = toMm - fromMm;
  const leftMm = edge === 'left' ? marginMm : size.widthMm - marginMm - widthMm;
  const seen = { yMm: yMm === 'centre' ? size.heightMm / 2 : yMm, heightMm: picture.heightMm };
  const rect = pageRectangle(page, { ...seen, xMm: leftMm + widthMm / 2, widthMm });
  const drawn = userRectangle(page, {
    ...seen,
    xMm: leftMm - fromMm + picture.widthMm / 2,
    widthMm: picture.widthMm,
  });
  return { page: page.number, rect, appearance: sealAppearance(picture, rect, page.rotate, drawn) };
}

const wrong = (what: string) => new GovError('invalid-argument', what);
