/** Where a seal goes: pages and their selections, keywords, existing fields, several places in one act. */
import { openPdf, type PdfRectangle, signaturesOf } from '@gov/pdf';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeWorld, TIMES, type World } from '../../../test/world.js';
import { encodePicture } from '../src/pdf/appearance.js';
import { verifyPdf } from '../src/pdf/index.js';
import { MAX_SEAL_WIDGETS, type PageSelection, selectedPages } from '../src/pdf/page-selection.js';
import { type FindText, type FoundText, placesOf, type SealPlace } from '../src/pdf/place.js';
import { pageRectangle, seenRectangle } from '../src/pdf/placement.js';
import { codeOf, latin, said } from './build.js';
import { buildPdf, type PageOptions, textOf } from './pdf-build.js';
import { SQUARE, type StampOptions, stamped } from './place-build.js';

let world: World;
beforeAll(async () => {
  world = await makeWorld();
});

const MM = 72 / 25.4;
const pagesOf = (count: number, page: PageOptions = {}) =>
  buildPdf({ pages: Array.from({ length: count }, () => page) });
const picture = encodePicture(SQUARE);
const place = (pdf: Uint8Array, where: SealPlace | readonly SealPlace[], options: Omit<StampOptions, 'picture'> = {}) =>
  placesOf(openPdf(pdf), where, { picture, ...options });
const refused = (pdf: Uint8Array, where: unknown, options: Omit<StampOptions, 'picture'> = {}) =>
  codeOf(() => place(pdf, where as SealPlace, options));
/** Pages and centres in millimetres as seen. */
async function centres(pdf: Uint8Array, where: SealPlace | readonly SealPlace[], findText?: FindText) {
  const placed = await place(pdf, where, findText === undefined ? {} : { findText });
  if (placed.kind === 'field') throw new Error('a field');
  const doc = openPdf(pdf);
  return placed.widgets.map(({ page, rect }) => {
    const { xMm, yMm } = seenRectangle(doc.page(page), rect);
    return [page, Math.round(xMm * 100) / 100, Math.round(yMm * 100) / 100];
  });
}
const verified = async (pdf: Uint8Array) =>
  (await verifyPdf(pdf, { at: TIMES.verified, trust: world.trust })).signatures?.map(said);
const VALID = { verdict: 'valid', codes: [] };

describe('pages', () => {
  it.each<[PageSelection, number, number[]]>([
    ['all', 3, [1, 2, 3]],
    ['odd', 5, [1, 3, 5]],
    ['odd', 1, [1]],
    ['even', 5, [2, 4]],
    ['first', 5, [1]],
    ['last', 5, [5]],
    [[2], 5, [2]],
    [[[2, 4]], 5, [2, 3, 4]],
    [[5, [1, 2], 2, 1], 5, [1, 2, 5]],
    [[[3, 3]], 5, [3]],
  ])('%j of %i', (selection, count, expected) => {
    expect(selectedPages(selection, count)).toEqual(expected);
  });

  it.each<[unknown, number, string]>([
    [[0], 5, 'pdf-page-missing'],
    [[6], 5, 'pdf-page-missing'],
    [[-1], 5, 'pdf-page-missing'],
    [[[4, 6]], 5, 'pdf-page-missing'],
    [[[0, 2]], 5, 'pdf-page-missing'],
    [[[4, 2]], 5, 'invalid-argument'],
    [[1.5], 5, 'invalid-argument'],
    [[Number.NaN], 5, 'invalid-argument'],
    [['1'], 5, 'invalid-argument'],
    [[[1, 2, 3]], 5, 'invalid-argument'],
    [[[1]], 5, 'invalid-argument'],
    [[null], 5, 'invalid-argument'],
    [[], 5, 'invalid-argument'],
    ['some', 5, 'invalid-argument'],
    [undefined, 5, 'invalid-argument'],
    [7, 5, 'invalid-argument'],
    ['even', 1, 'pdf-page-missing'],
    ['all', 0, 'pdf-page-missing'],
    ['first', 0, 'pdf-page-missing'],
    ['last', 0, 'pdf-page-missing'],
  ])('%j of %i is %s', async (selection, count, code) => {
    expect(await codeOf(() => selectedPages(selection as PageSelection, count))).toBe(code);
  });

  it('at the limit', async () => {
    const most = MAX_SEAL_WIDGETS;
    expect(selectedPages('all', most)).toHaveLength(most);
    expect(selectedPages('even', 2 * most)).toHaveLength(most);
    expect(selectedPages([[1, most]], 3 * most)).toHaveLength(most);
    for (const [selection, count] of [
      ['all', most + 1],
      ['odd', 2 * most + 1],
      [[[1, most + 1]], most + 1],
      [Array(most + 1).fill(1), 1],
      ['all', 2 ** 40],
      [[[1, 2 ** 40]], 2 ** 40],
    ] as const)
      expect(await codeOf(() => selectedPages(selection as PageSelection, count))).toBe('limit-exceeded');
  });

  it('are where they are said to be', async () => {
    expect(await centres(pagesOf(4), { page: 3, xMm: 50, yMm: 60 })).toEqual([[3, 50, 60]]);
    expect(await centres(pagesOf(4), { pages: 'even', xMm: 50, yMm: 60 })).toEqual([
      [2, 50, 60],
      [4, 50, 60],
    ]);
    const several: SealPlace[] = [
      { pages: [[1, 2]], xMm: 50, yMm: 60 },
      { page: 1, xMm: 100, yMm: 60 },
    ];
    expect(await centres(pagesOf(2), several)).toEqual([
      [1, 50, 60],
      [2, 50, 60],
      [1, 100, 60],
    ]);
  });

  it.each<[string, unknown, string]>([
    ['a page that is not there', { page: 2, xMm: 50, yMm: 60 }, 'pdf-page-missing'],
    ['pages that are not there', { pages: [2], xMm: 50, yMm: 60 }, 'pdf-page-missing'],
    ['half a place', { page: 1, xMm: 50 }, 'invalid-argument'],
    ['a place that is no number', { page: 1, xMm: 50, yMm: Number.NaN }, 'invalid-argument'],
    ['no place', [], 'invalid-argument'],
    ['an empty place', {}, 'invalid-argument'],
    ['off the left edge', { page: 1, xMm: 19, yMm: 60 }, 'seal-outside-page'],
    ['off the lower edge', { page: 1, xMm: 50, yMm: 19 }, 'seal-outside-page'],
    ['off the right edge', { page: 1, xMm: 191, yMm: 60 }, 'seal-outside-page'],
    ['off the upper edge', { page: 1, xMm: 50, yMm: 278 }, 'seal-outside-page'],
  ])('%s', async (_, where, code) => {
    expect(await refused(pagesOf(1), where)).toBe(code);
  });

  it('one small page among large ones', async () => {
    const pdf = buildPdf({ pages: [{}, { mediaBox: '[0 0 200 200]' }] });
    expect(await refused(pdf, { pages: 'all', xMm: 100, yMm: 100 })).toBe('seal-outside-page');
  });

  it('are one signature, whose picture the file holds once', async () => {
    const out = await stamped(pagesOf(5), { pages: 'all', xMm: 50, yMm: 60 }, { world });
    const [signature, more] = signaturesOf(openPdf(out));
    expect(more).toBeUndefined();
    expect(signature!.widgets.map(({ page }) => page)).toEqual([1, 2, 3, 4, 5]);
    expect(latin(out).match(/\/Subtype \/Image/g)).toHaveLength(2); // colours and alpha
    const again = await stamped(
      out,
      [
        { pages: 'odd', xMm: 60, yMm: 60 },
        { page: 2, xMm: 50, yMm: 70 },
      ],
      { world },
    );
    expect(await verified(again)).toEqual([VALID, VALID]);
  });

  it('as many as there may be', async () => {
    const two: SealPlace[] = Array.from({ length: MAX_SEAL_WIDGETS }, () => ({ page: 1, xMm: 50, yMm: 60 }));
    expect(await centres(pagesOf(1), two)).toHaveLength(MAX_SEAL_WIDGETS);
    expect(await refused(pagesOf(1), [...two, ...two.slice(0, 1)])).toBe('limit-exceeded');
  });

  it('stops when told to', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(place(pagesOf(1), { page: 1, xMm: 50, yMm: 60 }, { signal })).rejects.toThrow('enough');
  });
});

it('a rectangle as seen and in user space are the same one', () => {
  const pages = [0, 90, 180, 270].flatMap((rotate) =>
    ['', '/UserUnit 2.5', '/CropBox[-50 0 300 700]'].map((keys) => ({
      mediaBox: '[-100 50 500.5 900]',
      keys: `/Rotate ${rotate}${keys}`,
    })),
  );
  const doc = openPdf(buildPdf({ pages }));
  const mm = fc.double({ min: 0, max: 60, noNaN: true });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: pages.length }), mm, mm, mm, mm, (number, x, y, widthMm, heightMm) => {
      const page = doc.page(number);
      const seen = { xMm: x + widthMm / 2, yMm: y + heightMm / 2, widthMm, heightMm };
      const again = seenRectangle(page, pageRectangle(page, seen));
      for (const key of ['xMm', 'yMm', 'widthMm', 'heightMm'] as const) expect(again[key]).toBeCloseTo(seen[key], 2);
    }),
  );
});

describe('keywords', () => {
  /** A box of 20 × 5 mm whose centre is seen there. */
  const at = (page: number, xMm: number, yMm: number): FoundText => {
    const rect = pageRectangle(openPdf(pagesOf(page)).page(page), { xMm, yMm, widthMm: 20, heightMm: 5 });
    return { page, rect };
  };
  const finder =
    (...found: FoundText[]): FindText =>
    async () =>
      found;
  // As a finder may say it: in no order, and one a little higher in its line.
  const found = finder(at(2, 100, 100), at(1, 150, 201), at(1, 50, 200), at(1, 80, 250));
  const ORDER = [
    [1, 80, 250],
    [1, 50, 200],
    [1, 150, 201],
    [2, 100, 100],
  ];

  it.each<[SealPlace, unknown[]]>([
    [{ keyword: '盖章处' }, [ORDER[0]]],
    [{ keyword: '盖章处', nth: 'first' }, [ORDER[0]]],
    [{ keyword: '盖章处', nth: 1 }, [ORDER[0]]],
    [{ keyword: '盖章处', nth: 2 }, [ORDER[1]]],
    [{ keyword: '盖章处', nth: 3 }, [ORDER[2]]],
    [{ keyword: '盖章处', nth: 'last' }, [ORDER[3]]],
    [{ keyword: '盖章处', nth: 'all' }, ORDER],
    [{ keyword: '盖章处', pages: [2] }, [ORDER[3]]],
    [{ keyword: '盖章处', pages: 'odd', nth: 'last' }, [ORDER[2]]],
    [{ keyword: '盖章处', dxMm: 10, dyMm: -20.5 }, [[1, 90, 229.5]]],
  ])('%j', async (where, expected) => {
    expect(await centres(pagesOf(2), where, found)).toEqual(expected);
  });

  it('asks for the pages that count', async () => {
    const asked: unknown[] = [];
    const signal = new AbortController().signal;
    const findText: FindText = async (_, ...rest) => {
      asked.push(rest);
      return [at(3, 50, 50)];
    };
    await place(pagesOf(4), { keyword: 'x y', pages: 'odd' }, { findText, signal });
    expect(asked).toEqual([['x y', [1, 3], signal]]);
  });

  it('on turned pages: to the right and up are as seen', async () => {
    for (const rotate of [0, 90, 180, 270]) {
      const pdf = pagesOf(1, { keys: `/Rotate ${rotate}`, mediaBox: '[0 0 600 600]' });
      const rect: PdfRectangle = [300, 300, 300, 300];
      const middle = 300 / MM;
      expect(await centres(pdf, { keyword: 'x', dxMm: 30, dyMm: -20 }, finder({ page: 1, rect }))).toEqual([
        [1, Math.round((middle + 30) * 100) / 100, Math.round((middle - 20) * 100) / 100],
      ]);
    }
  });

  it.each<[string, unknown, string]>([
    ['the fifth of four', { keyword: 'x', nth: 5 }, 'pdf-keyword-missing'],
    ['none on this page', { keyword: 'x', pages: [3] }, 'pdf-keyword-missing'],
    ['a page that is not there', { keyword: 'x', pages: [9] }, 'pdf-page-missing'],
    ['an empty keyword', { keyword: ' ' }, 'invalid-argument'],
    ['a keyword that is no text', { keyword: 7 }, 'invalid-argument'],
    ['the zeroth', { keyword: 'x', nth: 0 }, 'invalid-argument'],
    ['half an occurrence', { keyword: 'x', nth: 1.5 }, 'invalid-argument'],
    ['some occurrence', { keyword: 'x', nth: 'some' }, 'invalid-argument'],
    ['moved off the page', { keyword: 'x', dxMm: -70 }, 'seal-outside-page'],
    ['moved by no number', { keyword: 'x', dxMm: Number.NaN }, 'invalid-argument'],
  ])('%s', async (_, where, code) => {
    expect(await refused(pagesOf(3), where, { findText: found })).toBe(code);
  });

  it('needs somebody who finds text, and does not trust him', async () => {
    expect(await refused(pagesOf(1), { keyword: 'x' })).toBe('invalid-argument');
    expect(await refused(pagesOf(1), { keyword: 'x' }, { findText: finder() })).toBe('pdf-keyword-missing');
    const elsewhere = finder({ page: 7, rect: [0, 0, 1, 1] });
    expect(await refused(pagesOf(1), { keyword: 'x' }, { findText: elsewhere })).toBe('pdf-keyword-missing');
    const nowhere = finder({ page: 1, rect: [0, 0, Number.NaN, 1] });
    expect(await refused(pagesOf(1), { keyword: 'x' }, { findText: nowhere })).toBe('invalid-argument');
  });
});

describe('an existing field', () => {
  /** One page with an empty signature field, object 5, and perhaps more objects from 6 on. */
  const withField = (keys: string, { page = '', objects = [] as string[], rect = '[100 100 300 300]' } = {}) =>
    buildPdf({
      pages: [{ keys: `/Annots[5 0 R]${page}` }],
      catalog: '/AcroForm<</Fields[5 0 R]>>',
      objects: [
        `<</Type/Annot/Subtype/Widget/FT/Sig/T(Office)/P 3 0 R/Rect${rect}${/\/F /.test(keys) ? '' : '/F 4'}${keys}>>`,
        ...objects,
      ],
    });

  it('shows the seal in its middle, at its true size', async () => {
    for (const rotate of [0, 90, 180, 270]) {
      const pdf = withField('/MK<</R 90/BC[0]>>', { page: `/Rotate ${rotate}`, rect: '[300 400 100 150]' });
      const out = await stamped(pdf, { field: 'Office' }, { world });
      const [{ widgets }] = signaturesOf(openPdf(out)) as [ReturnType<typeof signaturesOf>[number]];
      expect(widgets.map(({ ref, rect }) => [ref.number, rect])).toEqual([[5, [100, 150, 300, 400]]]);
      const normal = textOf(out, widgets[0]!.appearance!.number);
      expect(normal).toContain('/BBox [0 0 200 250]');
      const side = 42 * MM;
      const [a, b, c, d, e, f] = / gs (.*) cm/.exec(normal)![1]!.split(' ').map(Number);
      const corners = [
        [e!, f!],
        [e! + a! + c!, f! + b! + d!],
      ];
      expect(Math.min(...corners.map(([x]) => x!))).toBeCloseTo(100 - side / 2, 3);
      expect(Math.max(...corners.map(([, y]) => y!))).toBeCloseTo(125 + side / 2, 3);
      // A further seal in a field of an already sealed file covers nothing but with itself.
      expect(await verified(out)).toEqual([VALID]);
    }
  });

  it('may be exactly as large as the seal', async () => {
    const side = 40 * MM;
    const rect = (by: number) => `[100 100 ${(100 + side + by).toFixed(4)} ${(100 + side).toFixed(4)}]`;
    expect((await place(withField('', { rect: rect(0) }), { field: 'Office' })).kind).toBe('field');
    expect(await refused(withField('', { rect: rect(-0.1) }), { field: 'Office' })).toBe('seal-outside-page');
  });

  it.each<[string, () => Uint8Array, string]>([
    ['no field', () => pagesOf(1), 'pdf-field-missing'],
    ['a signed field', () => withField('/V 6 0 R', { objects: ['<</Type/Sig>>'] }), 'pdf-field-missing'],
    [
      'two of this name',
      () => {
        const field = '<</Type/Annot/Subtype/Widget/FT/Sig/T(Office)/Rect[100 100 300 300]>>';
        const catalog = '/AcroForm<</Fields[5 0 R 6 0 R]>>';
        return buildPdf({ pages: [{ keys: '/Annots[5 0 R 6 0 R]' }], catalog, objects: [field, field] });
      },
      'pdf-field-missing',
    ],
    ['a text field', () => patchedType(withField('')), 'pdf-field-missing'],
    ['too low', () => withField('', { rect: '[100 100 300 150]' }), 'seal-outside-page'],
    ['too narrow', () => withField('', { rect: '[100 100 150 300]' }), 'seal-outside-page'],
    ['invisible', () => withField('', { rect: '[0 0 0 0]' }), 'seal-outside-page'],
    ['a line', () => withField('', { rect: '[0 0 0 300]' }), 'seal-outside-page'],
    ['half off the page', () => withField('', { rect: '[-100 100 100 300]' }), 'seal-outside-page'],
    ['on no page', () => withField('').map((octet, i, all) => patched(octet, i, all)), 'seal-outside-page'],
    ['hidden', () => withField('/F 2'), 'pdf-unfaithful'],
    ['not for the screen', () => withField('/F 36'), 'pdf-unfaithful'],
    ['not turned with the page', () => withField('/F 20'), 'pdf-unfaithful'],
    ['in a layer', () => withField('/OC 6 0 R', { objects: ['<</Type/OCG/Name(x)>>'] }), 'pdf-unfaithful'],
    ['with an action', () => withField('/AA<</E<</S/JavaScript/JS(x)>>>>'), 'pdf-unfaithful'],
  ])('%s', async (_, make, code) => {
    expect(await refused(make(), { field: 'Office' })).toBe(code);
  });

  /** /FT /Sig becomes /FT /Txx. */
  const patchedType = (pdf: Uint8Array) => {
    const at = latin(pdf).indexOf('/FT/Sig');
    const out = pdf.slice();
    out.set([0x54, 0x78, 0x20], at + 4);
    return out;
  };
  /** /Annots of the page becomes /Annotz. */
  const patched = (octet: number, i: number, all: Uint8Array) =>
    i === latin(all).indexOf('/Annots') + 6 ? 0x7a : octet;

  const several = (rects: readonly string[], pages: readonly PageOptions[] = [{}]) => {
    const first = 3 + 2 * pages.length;
    const kids = rects.map((_, i) => first + 1 + i);
    const on = (page: number) => kids.filter((_, i) => i % pages.length === page).map((kid) => `${kid} 0 R`);
    return buildPdf({
      pages: pages.map((page, i) => ({ ...page, keys: `${page.keys ?? ''}/Annots[${on(i).join(' ')}]` })),
      catalog: `/AcroForm<</Fields[${first} 0 R]>>`,
      objects: [
        `<</FT/Sig/T(Office)/Kids[${kids.map((kid) => `${kid} 0 R`).join(' ')}]>>`,
        ...rects.map((rect) => `<</Type/Annot/Subtype/Widget/Parent ${first} 0 R/Rect${rect}/F 4>>`),
      ],
    });
  };

  it('with several widgets that are alike', async () => {
    const pdf = several(['[100 100 300 300]', '[200 400 400 600]']);
    const out = await stamped(pdf, { field: 'Office' }, { world });
    const shown = signaturesOf(openPdf(out))[0]!.widgets.map(({ rect, appearance }) => [
      rect,
      appearance !== undefined,
    ]);
    expect(shown).toEqual([
      [[100, 100, 300, 300], true],
      [[200, 400, 400, 600], true],
    ]);
    expect(await verified(out)).toEqual([VALID]);
  });

  it.each<[string, () => Uint8Array, string]>([
    ['of two sizes', () => several(['[100 100 300 300]', '[200 400 400 601]']), 'pdf-unfaithful'],
    [
      'on pages turned differently',
      () => several(['[100 100 300 300]', '[100 100 300 300]'], [{}, { keys: '/Rotate 90' }]),
      'pdf-unfaithful',
    ],
    [
      'on pages of different units',
      () => several(['[100 100 300 300]', '[100 100 300 300]'], [{}, { keys: '/UserUnit 2' }]),
      'pdf-unfaithful',
    ],
    ['one too small', () => several(['[100 100 300 300]', '[100 100 150 150]']), 'seal-outside-page'],
    ['without any', () => several([]), 'seal-outside-page'],
  ])('with widgets %s', async (_, make, code) => {
    expect(await refused(make(), { field: 'Office' })).toBe(code);
  });

  it('is the only place of its signature', async () => {
    const pdf = withField('');
    expect(await refused(pdf, [{ field: 'Office' }, { page: 1, xMm: 50, yMm: 50 }])).toBe('invalid-argument');
    expect(await refused(pdf, [{ field: 'Office' }, { field: 'Office' }])).toBe('invalid-argument');
    expect((await place(pdf, [{ field: 'Office' }])).kind).toBe('field');
    expect(await refused(pdf, { field: 'office' })).toBe('pdf-field-missing');
  });

  it('of a file that is sealed already', async () => {
    const sealed = await stamped(withField(''), { page: 1, xMm: 150, yMm: 200 }, { world });
    const again = await stamped(sealed, { field: 'Office' }, { world });
    expect(await verified(again)).toEqual([VALID, VALID]);
  });
});
