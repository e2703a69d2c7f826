/** Page-spanning seals (骑缝章): the slices make up exactly the whole, in the right order, on every kind of page. */
import { openPdf, type PdfPage, signaturesOf } from '@gov/pdf';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeWorld, TIMES, type World } from '../../../test/world.js';
import { encodePicture } from '../src/pdf/appearance.js';
import { verifyPdf } from '../src/pdf/index.js';
import { placesOf } from '../src/pdf/place.js';
import { MIN_SLICE_MM, PAGES_PER_RIDE_SEAM, type RideSeam } from '../src/pdf/ride-seam.js';
import { codeOf, latin, said } from './build.js';
import { buildPdf, type PageOptions } from './pdf-build.js';
import { SQUARE, stamped } from './place-build.js';

let world: World;
beforeAll(async () => {
  world = await makeWorld();
});

const picture = encodePicture(SQUARE);
const pagesOf = (count: number, page: PageOptions = {}) =>
  buildPdf({ pages: Array.from({ length: count }, () => page) });

/** A slice as a person sees it, millimetres: where on the page, and which part of the picture. */
interface Seen {
  readonly page: number;
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly top: number;
  readonly from: number;
  readonly to: number;
}

async function slices(pdf: Uint8Array, rideSeam: RideSeam): Promise<Seen[]> {
  const doc = openPdf(pdf);
  const placed = await placesOf(doc, { rideSeam }, { picture });
  if (placed.kind === 'field') throw new Error('a field');
  return placed.widgets.map(({ page: number, rect, appearance }) => {
    const page = doc.page(number);
    const matrix = / gs (.*) cm/.exec(latin(appearance!.content))![1]!.split(' ').map(Number);
    const [x1, y1] = rect;
    // The corners of the picture's unit square, first where the form puts them, then on the page, then as seen.
    const corner = (u: number, v: number) => {
      const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = matrix;
      return seen(page, x1 + a * u + c * v + e, y1 + b * u + d * v + f);
    };
    const [left, bottom] = corner(0, 0);
    const [right, top] = corner(1, 1);
    expect(right! - left!, 'true width').toBeCloseTo(40, 2);
    expect(top! - bottom!, 'true height').toBeCloseTo(40, 2);
    const [ax, ay] = seen(page, rect[0], rect[1]);
    const [bx, by] = seen(page, rect[2], rect[3]);
    const box = {
      left: Math.min(ax!, bx!),
      right: Math.max(ax!, bx!),
      bottom: Math.min(ay!, by!),
      top: Math.max(ay!, by!),
    };
    expect(box.bottom).toBeCloseTo(bottom!, 2);
    expect(box.top).toBeCloseTo(top!, 2);
    expect(appearance!.bbox[2]).toBeCloseTo(rect[2] - rect[0], 3);
    expect(appearance!.bbox[3]).toBeCloseTo(rect[3] - rect[1], 3);
    return { page: number, ...box, from: box.left - left!, to: box.right - left! };
  });
}

/** A point of default user space as a viewer shows it, by turning the page's corner: written apart from the code under test. */
function seen(page: PdfPage, x: number, y: number): number[] {
  const turns = page.rotate / 90;
  let [px, py] = [x - page.cropBox[0], y - page.cropBox[1]];
  let [width, height] = [page.cropBox[2] - page.cropBox[0], page.cropBox[3] - page.cropBox[1]];
  for (let i = 0; i < turns; i++) {
    [px, py] = [py, width - px];
    [width, height] = [height, width];
  }
  return [px, py].map((value) => (value * page.userUnit * 25.4) / 72);
}

const parts = (all: readonly Seen[]) =>
  all.map(({ from, to }) => [from, to].map((mm) => Math.round(mm * 100) / 100 + 0));

describe('one side', () => {
  it('the right edge: the first page has the leftmost slice', async () => {
    const all = await slices(pagesOf(4), { edge: 'right' });
    expect(all.map(({ page }) => page)).toEqual([1, 2, 3, 4]);
    expect(parts(all)).toEqual([
      [0, 10],
      [10, 20],
      [20, 30],
      [30, 40],
    ]);
    for (const { left, right, bottom, top } of all) {
      expect(right).toBeCloseTo(210, 1);
      expect(left).toBeCloseTo(200, 1);
      expect((bottom + top) / 2).toBeCloseTo(148.5, 1);
    }
  });

  it('the left edge: the first page has the rightmost slice', async () => {
    const all = await slices(pagesOf(4), { edge: 'left', marginMm: 3, yMm: 50 });
    expect(parts(all)).toEqual([
      [30, 40],
      [20, 30],
      [10, 20],
      [0, 10],
    ]);
    for (const { left, right, bottom, top } of all)
      expect([left, right, bottom, top].map((mm) => Math.round(mm * 10) / 10)).toEqual([3, 13, 30, 70]);
  });

  it('the first slice wider', async () => {
    expect(parts(await slices(pagesOf(3), { edge: 'right', firstWider: 2 }))).toEqual([
      [0, 20],
      [20, 30],
      [30, 40],
    ]);
    expect(parts(await slices(pagesOf(3), { edge: 'left', firstWider: 2 }))).toEqual([
      [20, 40],
      [10, 20],
      [0, 10],
    ]);
  });

  it('chosen pages only', async () => {
    const all = await slices(pagesOf(9), { edge: 'right', pages: [2, [4, 5], 9] });
    expect(all.map(({ page }) => page)).toEqual([2, 4, 5, 9]);
    expect(parts(all).flat()).toEqual([0, 10, 10, 20, 20, 30, 30, 40]);
    const odd = await slices(pagesOf(9), { edge: 'left', pages: 'odd' });
    expect(odd.map(({ page }) => page)).toEqual([1, 3, 5, 7, 9]);
  });

  it.each<[number, number | undefined, number[]]>([
    [2, undefined, [2]],
    [PAGES_PER_RIDE_SEAM, undefined, [18]],
    [19, undefined, [10, 9]],
    [37, undefined, [13, 12, 12]],
    [10, 4, [4, 3, 3]],
    [4, 2, [2, 2]],
    // Nobody is left alone.
    [3, 2, [3]],
    [5, 2, [3, 2]],
  ])('%i pages in seals of at most %s', async (count, maxPagesPerSeal, runs) => {
    const seam: RideSeam = { edge: 'right', ...(maxPagesPerSeal === undefined ? {} : { maxPagesPerSeal }) };
    const all = await slices(pagesOf(count), seam);
    expect(all).toHaveLength(count);
    const starts = parts(all).flatMap(([from], i) => (from === 0 ? [i] : []));
    expect([...starts, count].slice(1).map((end, i) => end - starts[i]!)).toEqual(runs);
  });
});

describe('two sides', () => {
  it('odd pages at the right edge, even pages at the left edge, each a whole seal', async () => {
    const all = await slices(pagesOf(7), { edge: 'both' });
    expect(all.map(({ page }) => page)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    const odd = all.filter(({ page }) => page % 2 === 1);
    const even = all.filter(({ page }) => page % 2 === 0);
    expect(parts(odd).flat()).toEqual([0, 10, 10, 20, 20, 30, 30, 40]);
    for (const { right } of odd) expect(right).toBeCloseTo(210, 1);
    expect(parts(even).flat()).toEqual([0, 13.33, 13.33, 26.67, 26.67, 40]);
    for (const { left } of even) expect(left).toBeCloseTo(0, 2);
  });

  it('a side of one page has none', async () => {
    expect((await slices(pagesOf(3), { edge: 'both' })).map(({ page }) => page)).toEqual([1, 3]);
    expect(await codeOf(() => slices(pagesOf(2), { edge: 'both' }))).toBe('invalid-argument');
  });

  it('goes by the number of the page, whatever is chosen', async () => {
    const all = await slices(pagesOf(8), { edge: 'both', pages: [[3, 6]] });
    expect(all.map(({ page, left }) => [page, left > 100])).toEqual([
      [3, true],
      [4, false],
      [5, true],
      [6, false],
    ]);
  });
});

it('on all kinds of pages the slices make up the whole', async () => {
  const page = fc.record({
    rotate: fc.constantFrom(0, 90, 180, 270, -90),
    unit: fc.constantFrom(0.5, 1, 2.5),
    x: fc.integer({ min: -500, max: 500 }),
    y: fc.integer({ min: -500, max: 500 }),
    crop: fc.boolean(),
  });
  const seam = fc.record({
    edge: fc.constantFrom('left' as const, 'right' as const, 'both' as const),
    marginMm: fc.constantFrom(0, 2.5, 10),
    yMm: fc.constantFrom('centre' as const, 30, 44.4),
    maxPagesPerSeal: fc.integer({ min: 2, max: 20 }),
    firstWider: fc.constantFrom(1, 1.5, 3),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(page, { minLength: 3, maxLength: 24 }), seam, async (pages, options) => {
      const pdf = buildPdf({
        pages: pages.map(({ rotate, unit, x, y, crop }) => ({
          mediaBox: `[${x} ${y} ${x + 600 / unit} ${y + 500 / unit}]`,
          keys: `/Rotate ${rotate}/UserUnit ${unit}${crop ? `/CropBox[${x + 50 / unit} ${y} ${x + 900} ${y + 450 / unit}]` : ''}`,
        })),
      });
      const doc = openPdf(pdf);
      const all = await slices(pdf, options);
      for (const { page: number, left, right, bottom, top } of all) {
        const shown = doc.page(number);
        const [width, height] = shown.rotate % 180 === 0 ? [0, 1] : [1, 0];
        const extent = [0, 1].map((i) => ((shown.cropBox[i + 2]! - shown.cropBox[i]!) * shown.userUnit * 25.4) / 72);
        const isLeft = options.edge === 'left' || (options.edge === 'both' && number % 2 === 0);
        if (isLeft) expect(left).toBeCloseTo(options.marginMm, 2);
        else expect(right).toBeCloseTo(extent[width]! - options.marginMm, 2);
        const centre = options.yMm === 'centre' ? extent[height]! / 2 : options.yMm;
        expect((bottom + top) / 2).toBeCloseTo(centre, 2);
      }
      const sides =
        options.edge === 'both'
          ? [all.filter(({ page: number }) => number % 2 === 1), all.filter(({ page: number }) => number % 2 === 0)]
          : [all];
      for (const side of sides) {
        const ordered = options.edge === 'left' ? side.toReversed() : side;
        let end = 40;
        for (const { from, to } of ordered) {
          // Each begins where the one before ended, and a new seal begins when one is whole.
          if (Math.abs(end - 40) < 0.01) expect(from).toBeCloseTo(0, 2);
          else expect(from).toBeCloseTo(end, 2);
          end = to;
        }
        expect(end).toBeCloseTo(40, 2);
      }
    }),
    { numRuns: 60 },
  );
});

describe('refuses', () => {
  it.each<[string, number, unknown, string]>([
    ['a single page', 1, { edge: 'right' }, 'invalid-argument'],
    ['one chosen page', 5, { edge: 'right', pages: 'first' }, 'invalid-argument'],
    ['no edge', 5, {}, 'invalid-argument'],
    ['another edge', 5, { edge: 'top' }, 'invalid-argument'],
    ['a page that is not there', 5, { edge: 'right', pages: [[1, 6]] }, 'pdf-page-missing'],
    ['a height that is none', 5, { edge: 'right', yMm: 'top' }, 'invalid-argument'],
    ['a height that is no number', 5, { edge: 'right', yMm: Number.NaN }, 'invalid-argument'],
    ['a negative margin', 5, { edge: 'right', marginMm: -1 }, 'invalid-argument'],
    ['an endless margin', 5, { edge: 'right', marginMm: Number.POSITIVE_INFINITY }, 'invalid-argument'],
    ['a margin wider than the page', 5, { edge: 'right', marginMm: 210 }, 'seal-outside-page'],
    ['too high', 5, { edge: 'right', yMm: 280 }, 'seal-outside-page'],
    ['too low', 5, { edge: 'left', yMm: 19 }, 'seal-outside-page'],
    ['seals of one page', 5, { edge: 'right', maxPagesPerSeal: 1 }, 'invalid-argument'],
    ['seals of half a page', 5, { edge: 'right', maxPagesPerSeal: 2.5 }, 'invalid-argument'],
    ['a first slice that is narrower', 5, { edge: 'right', firstWider: 0.9 }, 'invalid-argument'],
    ['a first slice that is no number', 5, { edge: 'right', firstWider: Number.NaN }, 'invalid-argument'],
  ])('%s', async (_, count, seam, code) => {
    expect(await codeOf(() => slices(pagesOf(count), seam as RideSeam))).toBe(code);
  });

  it('slices of which nothing can be made out', async () => {
    const most = 40 / MIN_SLICE_MM;
    expect(await slices(pagesOf(most), { edge: 'right', maxPagesPerSeal: 1000 })).toHaveLength(most);
    for (const seam of [{ maxPagesPerSeal: 1000 }, { firstWider: 80 }])
      expect(await codeOf(() => slices(pagesOf(most + 1), { edge: 'right', ...seam }))).toBe('invalid-argument');
  });

  it('a seal higher than one of the pages', async () => {
    const pdf = buildPdf({ pages: [{}, { mediaBox: '[0 0 600 100]' }, {}] });
    expect(await codeOf(() => slices(pdf, { edge: 'right' }))).toBe('seal-outside-page');
  });
});

it('is one signature, valid with other places and other seals around it', async () => {
  const turned = buildPdf({ pages: [0, 90, 180, 270, 0].map((rotate) => ({ keys: `/Rotate ${rotate}` })) });
  const before = await stamped(turned, { page: 1, xMm: 100, yMm: 100 }, { world });
  const out = await stamped(
    before,
    [{ rideSeam: { edge: 'right', maxPagesPerSeal: 3 } }, { page: 5, xMm: 150, yMm: 60 }],
    { world },
  );
  const after = await stamped(out, { rideSeam: { edge: 'both', firstWider: 2, marginMm: 1 } }, { world });
  const found = signaturesOf(openPdf(after));
  expect(found.map(({ widgets }) => widgets.map(({ page }) => page))).toEqual([
    [1],
    [1, 2, 3, 4, 5, 5],
    [1, 2, 3, 4, 5],
  ]);
  const { signatures } = await verifyPdf(after, { at: TIMES.verified, trust: world.trust });
  expect(signatures?.map(said)).toEqual(Array(3).fill({ verdict: 'valid', codes: [] }));
});
