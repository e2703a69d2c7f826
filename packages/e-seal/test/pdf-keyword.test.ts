/** Keywords: in runs of text made by hand, and in PDFs as pdf.js reads them. */
import { openPdf } from '@gov/pdf';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { cpuTime } from '../../../test/cpu-time.js';
import {
  MAX_PAGE_CHARACTERS,
  type Pdfjs,
  type PdfjsTextFinderOptions,
  pdfjsTextFinder,
} from '../src/pdf/keyword/index.js';
import { type SearchOptions, searchRuns, type TextRun } from '../src/pdf/keyword/search.js';
import { seenRectangle } from '../src/pdf/placement.js';
import { ascii, codeOf } from './build.js';
import { buildPdf, type PageOptions } from './pdf-build.js';

/** Ten points high, its base line begins at (x, y). */
const run = (text: string, x: number, y: number, change: Partial<TextRun> = {}): TextRun => ({
  text,
  transform: [10, 0, 0, 10, x, y],
  length: [...text].reduce((sum, c) => sum + (c > '\xff' ? 10 : 5), 0),
  vertical: false,
  ...change,
});
const round = (numbers: readonly number[]) => numbers.map((n) => Math.round(n * 100) / 100 + 0);
const search = (runs: readonly TextRun[], keyword: string, options?: SearchOptions) =>
  searchRuns(runs, keyword, options).map(round);

describe('in runs', () => {
  it.each<[string, readonly TextRun[], string, number[][]]>([
    ['a run of its own', [run('盖章', 100, 200)], '盖章', [[100, 198.8, 120, 208.8]]],
    ['within a run', [run('甲方盖章处', 100, 200)], '盖章', [[120, 198.8, 140, 208.8]]],
    ['after half as wide characters', [run('A: 盖章', 100, 200)], '盖章', [[115, 198.8, 135, 208.8]]],
    ['over two runs', [run('甲方盖', 100, 200), run('章处', 130, 200)], '盖章', [[120, 198.8, 140, 208.8]]],
    ['over runs drawn backwards', [run('章处', 130, 200), run('甲方盖', 100, 200)], '盖章', [[120, 198.8, 140, 208.8]]],
    ['a little raised', [run('盖', 100, 200), run('章', 110, 202)], '盖章', [[100, 198.8, 120, 210.8]]],
    ['letter-spaced', [run('盖', 100, 200), run('章', 140, 200)], '盖章', [[100, 198.8, 150, 208.8]]],
    ['with spaces', [run('盖 　章', 100, 200)], '盖章', [[100, 198.8, 135, 208.8]]],
    ['a spaced keyword', [run('盖章', 100, 200)], ' 盖 章 ', [[100, 198.8, 120, 208.8]]],
    ['full-width', [run('（盖章）Ａ', 100, 200)], '(盖章)A', [[100, 198.8, 150, 208.8]]],
    ['half-width', [run('(盖章)', 100, 200)], '（盖章）', [[100, 198.8, 130, 208.8]]],
    ['a radical for an ideograph', [run('⽤印', 100, 200)], '用印', [[100, 198.8, 120, 208.8]]],
    ['a zero-width space', [run('盖\u200b章', 100, 200, { length: 20 })], '盖章', [[100, 198.8, 120, 208.8]]],
    ['one character that is several', [run('㈱盖', 100, 200)], '(株)盖', [[100, 198.8, 120, 208.8]]],
    ['outside the basic plane', [run('𠮷盖', 100, 200)], '𠮷', [[100, 198.8, 110, 208.8]]],
    ['printed twice for bold', [run('盖章', 100, 200), run('盖章', 100.4, 200)], '盖章', [[100, 198.8, 120, 208.8]]],
    ['said twice', [run('哈哈哈', 100, 200)], '哈', [0, 1, 2].map((i) => [100 + 10 * i, 198.8, 110 + 10 * i, 208.8])],
    ['squeezed', [run('哈哈', 100, 200, { length: 2 })], '哈哈', [[100, 198.8, 102, 208.8]]],
    ['not over itself', [run('哈哈哈', 100, 200)], '哈哈', [[100, 198.8, 120, 208.8]]],
    ['twice in a line', [run('章 盖章 章', 100, 200)], '盖章', [[115, 198.8, 135, 208.8]]],
    ['up', [run('盖章', 100, 200, { transform: [0, 10, -10, 0, 100, 200] })], '盖章', [[91.2, 200, 101.2, 220]]],
    [
      'upside down',
      [run('盖章', 100, 200, { transform: [-10, 0, 0, -10, 100, 200] })],
      '盖章',
      [[80, 191.2, 100, 201.2]],
    ],
    [
      'vertical',
      [run('甲方', 100, 200, { vertical: true }), run('盖章', 100, 180, { vertical: true })],
      '方盖',
      [[95, 170, 105, 190]],
    ],
  ])('%s', (_, runs, keyword, expected) => {
    expect(search(runs, keyword)).toEqual(expected);
  });

  it('slanted: the centre is where it should be', () => {
    const [c, s] = [10 * Math.cos(0.5), 10 * Math.sin(0.5)];
    const [rect] = searchRuns([run('盖章', 100, 200, { transform: [c, s, -s, c, 100, 200] })], '盖章');
    const [x1, y1, x2, y2] = rect!;
    expect((x1 + x2) / 2).toBeCloseTo(100 + c - 0.38 * s);
    expect((y1 + y2) / 2).toBeCloseTo(200 + s + 0.38 * c);
  });

  it.each<[string, readonly TextRun[], string]>([
    ['nothing', [], '盖章'],
    ['another text', [run('签字', 100, 200)], '盖章'],
    ['half of it', [run('盖', 100, 200)], '盖章'],
    ['backwards', [run('章盖', 100, 200)], '盖章'],
    ['two lines', [run('盖', 100, 200), run('章', 110, 195)], '盖章'],
    ['the end of a line and the next one', [run('盖', 500, 200), run('章', 100, 185)], '盖章'],
    ['two columns', [run('盖', 100, 200), run('章', 141, 200)], '盖章'],
    ['two directions', [run('盖', 100, 200), run('章', 110, 200, { transform: [0, 10, -10, 0, 110, 200] })], '盖章'],
    ['another case', [run('seal', 100, 200)], 'SEAL'],
    ['a keyword of nothing', [run('盖章', 100, 200)], ' \u200b'],
    ['a matrix that is none', [run('盖章', 100, 200, { transform: [] })], '盖章'],
    ['a matrix of no size', [run('盖章', 100, 200, { transform: [0, 0, 0, 0, 1, 1] })], '盖章'],
    ['a matrix that is no number', [run('盖章', 100, 200, { transform: [10, 0, 0, Number.NaN, 1, 1] })], '盖章'],
    ['a length that is no number', [run('盖章', 100, 200, { length: Number.POSITIVE_INFINITY })], '盖章'],
  ])('not: %s', (_, runs, keyword) => {
    expect(search(runs, keyword)).toEqual([]);
  });

  it('exactly, if asked', () => {
    const exact = { exact: true };
    expect(search([run('盖章', 100, 200)], '盖章', exact)).toHaveLength(1);
    expect(search([run('盖 章', 100, 200)], '盖 章', exact)).toHaveLength(1);
    expect(search([run('盖 章', 100, 200)], '盖章', exact)).toEqual([]);
    expect(search([run('（盖章）', 100, 200)], '(盖章)', exact)).toEqual([]);
  });

  it('finds a keyword however it is cut into runs, in whatever order', () => {
    const text = '甲方（盖章）：某市行政审批局';
    fc.assert(
      fc.property(
        fc.subarray([...text].map((_, i) => i).slice(1)),
        fc.integer(),
        fc.constantFrom('（盖章）', '某市', '局', text),
        (cuts, seed, keyword) => {
          const ends = [...cuts, text.length];
          const runs = ends.map((end, i) => {
            const start = i === 0 ? 0 : ends[i - 1]!;
            return run(text.slice(start, end), 100 + 10 * start, 200);
          });
          const shuffled = runs.map((one, i) => ({ one, key: (seed * (i + 7)) % 31 })).sort((a, b) => a.key - b.key);
          const at = 100 + 10 * text.indexOf(keyword);
          expect(
            search(
              shuffled.map(({ one }) => one),
              keyword,
            ),
          ).toEqual([[at, 198.8, at + 10 * keyword.length, 208.8]]);
        },
      ),
    );
  });

  it('goes to the limit, and not slowly', async () => {
    const many = (count: number) => Array.from({ length: count / 1000 }, (_, i) => run('章'.repeat(1000), i % 7, 200));
    const start = cpuTime();
    // All in one line and most in one place: the worst there is.
    expect(search(many(MAX_PAGE_CHARACTERS), '盖章')).toEqual([]);
    expect(cpuTime() - start).toBeLessThan(3000);
    expect(await codeOf(() => search([...many(MAX_PAGE_CHARACTERS), run('章', 0, 0)], '盖章'))).toBe('limit-exceeded');
  });
});

/** F1 Helvetica; F2 Chinese by ToUnicode, code point for code; F3 as a file of a Chinese office leaves it, not embedded; F4 vertical. */
const FONTS = (first: number) => {
  const descendant = (encoding: string, more = '') =>
    `<</Type/Font/Subtype/Type0/BaseFont/Song/Encoding/${encoding}${more}/DescendantFonts[<</Type/Font/Subtype/CIDFontType0/BaseFont/Song` +
    `/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>/DW 1000/FontDescriptor<</Type/FontDescriptor/FontName/Song` +
    '/Flags 4/FontBBox[0 -120 1000 880]/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 880/StemV 80>>>>]>>';
  const map =
    '/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def 1 begincodespacerange <0000> <ffff> ' +
    'endcodespacerange 1 beginbfrange <0000> <ffff> <0000> endbfrange endcmap end end';
  return {
    resources: `/Resources<</Font<</F1 ${first} 0 R/F2 ${first + 1} 0 R/F3 ${first + 2} 0 R/F4 ${first + 3} 0 R>>>>`,
    objects: [
      '<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>',
      descendant('Identity-H', `/ToUnicode ${first + 4} 0 R`),
      descendant('UniGB-UCS2-H'),
      descendant('Identity-V', `/ToUnicode ${first + 4} 0 R`),
      `<</Length ${map.length}>>\nstream\n${map}\nendstream`,
    ],
  };
};
const hex = (text: string) => `<${[...text].map((c) => c.codePointAt(0)!.toString(16).padStart(4, '0')).join('')}>`;

function written(...pages: readonly PageOptions[]): Uint8Array {
  const { resources, objects } = FONTS(3 + 2 * pages.length);
  return buildPdf({ pages: pages.map((page) => ({ ...page, keys: `${page.keys ?? ''}${resources}` })), objects });
}

/** Page, and what was found, in default user space. */
async function find(pdf: Uint8Array, keyword: string, options: PdfjsTextFinderOptions = {}, pages?: readonly number[]) {
  const doc = openPdf(pdf);
  const numbers = pages ?? Array.from({ length: doc.pageCount }, (_, i) => i + 1);
  return (await pdfjsTextFinder(options)(doc, keyword, numbers)).map(({ page, rect }) => [page, ...round(rect)]);
}

describe('with pdf.js', () => {
  it.each<[string, string, string, number[]]>([
    ['Latin text', 'BT /F1 10 Tf 100 200 Td (Seal here) Tj ET', 'Seal here', [1, 100, 198.8, 142.8, 208.8]],
    ['Chinese text', `BT /F2 10 Tf 100 200 Td ${hex('盖章')} Tj ET`, '盖章', [1, 100, 198.8, 120, 208.8]],
    [
      'a font that is not embedded',
      `BT /F3 10 Tf 100 200 Td ${hex('盖章')} Tj ET`,
      '盖章',
      [1, 100, 198.8, 120, 208.8],
    ],
    ['vertical text', `BT /F4 10 Tf 100 200 Td ${hex('盖章')} Tj ET`, '盖章', [1, 95, 180, 105, 200]],
    [
      'two fonts',
      `BT /F2 10 Tf 100 200 Td ${hex('盖')} Tj /F3 10 Tf ${hex('章')} Tj ET`,
      '盖章',
      [1, 100, 198.8, 120, 208.8],
    ],
    [
      'kerned text',
      `BT /F2 10 Tf 100 200 Td [${hex('盖')} -1500 ${hex('章')}] TJ ET`,
      '盖章',
      [1, 100, 198.8, 135, 208.8],
    ],
    [
      'two text objects, the second first',
      `BT /F2 10 Tf 110 200 Td ${hex('章')} Tj ET BT /F2 10 Tf 100 200 Td ${hex('盖')} Tj ET`,
      '盖章',
      [1, 100, 198.8, 120, 208.8],
    ],
    ['character spacing', `BT /F2 10 Tf 10 Tc 100 200 Td ${hex('盖章')} Tj ET`, '盖章', [1, 100, 198.8, 130, 208.8]],
    [
      'a matrix',
      `q 2 0 0 2 50 60 cm BT /F2 10 Tf 100 200 Td ${hex('盖章')} Tj ET Q`,
      '盖章',
      [1, 250, 457.6, 290, 477.6],
    ],
    ['turned text', `BT /F2 10 Tf 0 1 -1 0 100 200 Tm ${hex('盖章')} Tj ET`, '盖章', [1, 91.2, 200, 101.2, 220]],
    ['invisible text', `BT /F2 10 Tf 3 Tr 100 200 Td ${hex('盖章')} Tj ET`, '盖章', [1, 100, 198.8, 120, 208.8]],
  ])('%s', async (_, content, keyword, expected) => {
    expect(await find(written({ content }), keyword)).toEqual([expected]);
  });

  it('on turned pages with odd origins and units', async () => {
    for (const rotate of [0, 90, 180, 270]) {
      const content = `BT /F2 10 Tf 100 200 Td ${hex('盖章')} Tj ET`;
      const page = {
        content,
        mediaBox: '[-50 30 500 700]',
        keys: `/Rotate ${rotate}/UserUnit 2/CropBox[0 40 480 650]`,
      };
      const pdf = written(page);
      expect(await find(pdf, '盖章')).toEqual([[1, 100, 198.8, 120, 208.8]]);
      const { widthMm } = seenRectangle(openPdf(pdf).page(1), [100, 200, 120, 210]);
      expect(widthMm).toBeCloseTo(((rotate % 180 === 0 ? 20 : 10) * 2 * 25.4) / 72);
    }
  });

  it('only on the pages that were asked for, and every time', async () => {
    const page = { content: `BT /F2 10 Tf 100 200 Td ${hex('盖章')} Tj 0 -50 Td ${hex('请盖章')} Tj ET` };
    const pdf = written(page, { content: '' }, page);
    expect((await find(pdf, '盖章')).map(([number]) => number)).toEqual([1, 1, 3, 3]);
    expect((await find(pdf, '盖章', {}, [2, 3])).map(([number]) => number)).toEqual([3, 3]);
    expect(await find(pdf, '印章')).toEqual([]);
    expect(await find(pdf, '盖 章', { exact: true })).toEqual([]);
  });

  it('leaves the document as it was, and may be asked again', async () => {
    const pdf = written({ content: `BT /F2 10 Tf 100 200 Td ${hex('盖章')} Tj ET` });
    const before = pdf.slice();
    const doc = openPdf(pdf);
    const finder = pdfjsTextFinder();
    expect(await finder(doc, '盖章', [1])).toEqual(await finder(doc, '盖章', [1]));
    expect(pdf).toEqual(before);
  });

  it('stops when told to', async () => {
    const doc = openPdf(written({}));
    await expect(pdfjsTextFinder()(doc, 'x', [1], AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  });

  it('runs no code, fetches nothing, loads no fonts', async () => {
    const real = (await import('pdfjs-dist/legacy/build/pdf.mjs')) as unknown as Pdfjs;
    const getDocument = vi.fn(real.getDocument);
    await find(written({}), 'x', { pdfjs: { ...real, getDocument }, cMapUrl: '/maps/', password: 'p' });
    expect(getDocument).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({
        isEvalSupported: false,
        useWorkerFetch: false,
        disableFontFace: true,
        useSystemFonts: false,
        enableXfa: false,
        disableAutoFetch: true,
        cMapUrl: '/maps/',
        password: 'p',
      }),
    );
  });

  it('a file that pdf.js reads otherwise is refused', async () => {
    const answer = (change: object, page: object = {}) => {
      const pages = {
        view: [0, 0, 595.276, 841.89],
        rotate: 0,
        getTextContent: async () => ({ items: [], styles: {} }),
      };
      const seen = { numPages: 1, getPage: async () => ({ ...pages, cleanup: () => {}, ...page }), ...change };
      const task = { promise: Promise.resolve(seen), destroy: async () => {} };
      return { PDFDataRangeTransport: class {}, getDocument: () => task } as unknown as Pdfjs;
    };
    const pdf = written({});
    const code = (pdfjs: Pdfjs) => codeOf(() => find(pdf, 'x', { pdfjs }));
    expect(await code(answer({}))).toBe('nothing thrown');
    expect(await code(answer({ numPages: 2 }))).toBe('pdf-malformed');
    expect(await code(answer({}, { rotate: 90 }))).toBe('pdf-malformed');
    expect(await code(answer({}, { view: [0, 0, 595.276, 800] }))).toBe('pdf-malformed');
    expect(await code(answer({}, { view: [] }))).toBe('pdf-malformed');
    const fails = (error: unknown) => answer({ getPage: () => Promise.reject(error) });
    expect(await code(fails(new Error('x')))).toBe('pdf-malformed');
    expect(await code(fails({ name: 'PasswordException', code: 1 }))).toBe('pdf-encrypted');
    expect(await code(fails({ name: 'PasswordException', code: 2 }))).toBe('password-wrong');
  });

  it('hostile content throws nothing but coded errors, and soon', async () => {
    const contents = [
      'BT /F2 10 Tf (',
      'q '.repeat(2000),
      `BT /F2 1e38 Tf 1e38 0 0 1e38 1e38 1e38 Tm ${hex('盖章')} Tj ET`,
      `BT /F2 10 Tf 0 0 0 0 0 0 Tm ${hex('盖章')} Tj ET`,
      `BT /F9 10 Tf ${hex('盖章')} Tj ET`,
      `BT /F2 10 Tf ${hex('章'.repeat(5000))} Tj ET`,
      '\xff'.repeat(1000),
    ];
    for (const content of contents) {
      const start = cpuTime();
      expect(['nothing thrown', 'pdf-malformed', 'limit-exceeded', 'invalid-argument']).toContain(
        await codeOf(() => find(written({ content }), '盖章')),
      );
      expect(cpuTime() - start).toBeLessThan(10_000);
    }
    const good = written({ content: `BT /F2 10 Tf 100 200 Td ${hex('盖章')} Tj ET` });
    for (let i = 0; i < 20; i++) {
      const bad = good.slice();
      bad.set(ascii('<<>>'), 20 + ((i * 7919) % (good.length - 700)));
      expect(await codeOf(() => find(bad, '盖章'))).not.toMatch(/^not a GovError/);
    }
  });
});
