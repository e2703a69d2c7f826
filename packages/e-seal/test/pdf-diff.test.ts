import { openPdf } from '@gov/pdf';
import fc from 'fast-check';
import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import {
  comparePages,
  differingRegions,
  diffHtml,
  diffPdf,
  MAX_REGIONS,
  type PagePicture,
  type PdfDifference,
  PICTURE_LIMITS,
  sentenceOf,
  sentencesOf,
} from '../src/pdf/diff/index.js';
import { codeOf } from './build.js';
import { append, buildPdf } from './pdf-build.js';

const difference = (change: Partial<PdfDifference>): PdfDifference => ({
  ...{
    revision: 1,
    level: 'form-filling',
    code: 'coverage-form-filled',
    subject: 'field',
    action: 'changed',
    detail: '',
  },
  ...change,
});

const PLACE = { xMm: 20, yMm: 31.46, widthMm: 40, heightMm: 10 };

describe('sentences', () => {
  it.each<[Partial<PdfDifference>, string, string]>([
    [
      { field: '姓名', page: 2, oldValue: '', newValue: '张三' },
      '第 2 页：填写了表单域“姓名”：“张三”',
      'page 2: field “姓名” was filled in: “张三”',
    ],
    [{ field: 'a', oldValue: '1', newValue: '2' }, '表单域“a”由“1”改为“2”', 'field “a” was changed from “1” to “2”'],
    [{ field: 'a', oldValue: '1', newValue: '' }, '清空了表单域“a”，原为“1”', 'field “a” was emptied; it held “1”'],
    [
      { field: 'a' },
      '表单域“a”的值未变，其外观或属性有改动',
      'field “a” keeps its value; its look or its properties changed',
    ],
    [
      { field: 'a', action: 'added', newValue: 'x' },
      '新增表单域“a”，值为“x”',
      'field “a” was added, with the value “x”',
    ],
    [
      { subject: 'annotation', action: 'added', annotation: 'Stamp', page: 3, place: PLACE },
      '第 3 页（左 20.0 mm，下 31.5 mm，宽 40.0 mm，高 10.0 mm）：新增注释（图章）',
      'page 3 (20.0 mm from the left, 31.5 mm from below, 40.0 × 10.0 mm): an annotation (Stamp) was added',
    ],
    [
      { subject: 'signature', action: 'added', field: 'Signature2', signer: '某市印章' },
      '新增签名“Signature2”，署名“某市印章”',
      'signature “Signature2” was added, in the name of “某市印章”',
    ],
    [
      { subject: 'signature', action: 'changed', field: 'Sig1', signed: true },
      '在已有的签名域中签署了签名“Sig1”',
      'signature “Sig1” was made in its empty field',
    ],
    [{ subject: 'signature', action: 'changed', field: 'Sig1' }, '改动签名“Sig1”', 'signature “Sig1” was changed'],
    [{ subject: 'page', action: 'changed', page: 1 }, '第 1 页：改动了页面内容', 'page 1: the page was changed'],
    [{ subject: 'page', action: 'removed', page: 1 }, '第 1 页：移除了此页', 'page 1: the page was removed'],
    [
      { subject: 'object', action: 'changed', object: 7 },
      '改动了文档中的对象（对象 7）',
      'an object of the document was changed (object 7)',
    ],
  ])('%j', (change, zh, en) => {
    expect(sentenceOf(difference(change), 'zh')).toBe(zh);
    expect(sentenceOf(difference(change), 'en')).toBe(en);
  });

  it('are said once, and counted', () => {
    const twice = [
      difference({ subject: 'metadata' }),
      difference({ subject: 'metadata' }),
      difference({ field: 'a' }),
    ];
    expect(sentencesOf(twice, 'en')).toEqual([
      'the document information (metadata) was changed (2 times)',
      'field “a” keeps its value; its look or its properties changed',
    ]);
  });
});

const white = (width: number, height: number): PagePicture => ({
  width,
  height,
  rgba: new Uint8Array(width * height * 4).fill(255),
});

function painted(picture: PagePicture, x: number, y: number, width: number, height: number, grey = 0): PagePicture {
  const rgba = Uint8Array.from(picture.rgba);
  for (let row = y; row < y + height; row++)
    for (let column = x; column < x + width; column++)
      rgba.set([grey, grey, grey, 255], (row * picture.width + column) * 4);
  return { ...picture, rgba };
}

describe('regions', () => {
  const page = white(200, 300);

  it('are none where nothing or next to nothing differs', () => {
    expect(differingRegions(page, page)).toEqual([]);
    expect(differingRegions(page, painted(page, 0, 0, 200, 300, 240))).toEqual([]);
  });

  it('hold every pixel that differs, and little more', () => {
    fc.assert(
      fc.property(
        fc.nat(180),
        fc.nat(280),
        fc.integer({ min: 1, max: 19 }),
        fc.integer({ min: 1, max: 19 }),
        (x, y, w, h) => {
          const [region, ...others] = differingRegions(page, painted(page, x, y, w, h));
          expect(others).toEqual([]);
          expect(region!.x).toBeLessThanOrEqual(x);
          expect(region!.y).toBeLessThanOrEqual(y);
          expect(region!.x + region!.width).toBeGreaterThanOrEqual(x + w);
          expect(region!.y + region!.height).toBeGreaterThanOrEqual(y + h);
          expect(region!.width).toBeLessThanOrEqual(w + 16);
          expect(region!.height).toBeLessThanOrEqual(h + 16);
        },
      ),
    );
  });

  it('are told apart where they lie apart', () => {
    expect(differingRegions(page, painted(painted(page, 10, 10, 5, 5), 150, 250, 5, 5))).toHaveLength(2);
  });

  it('become one where they are too many', () => {
    let many = white(1000, 1000);
    for (let i = 0; i <= MAX_REGIONS; i++) many = painted(many, (i % 10) * 90, Math.floor(i / 10) * 90, 3, 3);
    expect(differingRegions(white(1000, 1000), many)).toHaveLength(1);
  });

  it('are everything where the size differs', () => {
    expect(differingRegions(page, white(100, 400))).toEqual([{ x: 0, y: 0, width: 200, height: 400 }]);
  });
});

const FORM = {
  catalog: '/AcroForm<</Fields[5 0 R]/DA(/Helv 0 Tf 0 g)>>',
  pages: [{ keys: '/Annots[5 0 R]' }],
  objects: ['<</Type/Annot/Subtype/Widget/FT/Tx/T(name)/Rect[72 144 216 180]/F 4/P 3 0 R/V()>>'],
};
const FILLED = { 5: '<</Type/Annot/Subtype/Widget/FT/Tx/T(name)/Rect[72 144 216 180]/F 4/P 3 0 R/V(Anna <b>)>>' };

describe('the differences of two revisions', () => {
  const filled = append(buildPdf(FORM), FILLED);

  it('name what was filled in, with both values', () => {
    const diff = diffPdf(openPdf(filled));
    expect(diff).toMatchObject({ from: 0, to: 1 });
    expect(diff.differences).toMatchObject([{ subject: 'field', field: 'name', oldValue: '', newValue: 'Anna <b>' }]);
    expect(diff.pages).toEqual([{ before: 1, after: 1 }]);
  });

  it('are none of a revision with itself', () => {
    expect(diffPdf(openPdf(filled), { from: 1 })).toMatchObject({ level: 'none', differences: [] });
  });

  it('are refused for revisions that are not there', async () => {
    for (const options of [{ from: 2 }, { to: 2 }, { from: 1, to: 0 }, { from: -1 }, { from: 0.5 }])
      expect(await codeOf(() => diffPdf(openPdf(filled), options))).toBe('invalid-argument');
  });

  it('show pages that were put in or taken out', () => {
    const two = buildPdf({ pages: [{}, {}] });
    const swapped = append(two, { 2: '<</Type/Pages/Count 2/Kids[5 0 R 7 0 R]>>', 7: '<</Type/Page/Parent 2 0 R>>' });
    const diff = diffPdf(openPdf(swapped));
    expect(diff.pages).toEqual([
      { before: 2, after: 1 },
      { before: undefined, after: 2 },
      { before: 1, after: undefined },
    ]);
    expect(diff.level).toBe('other');
  });
});

describe('the report', () => {
  const filled = append(buildPdf(FORM), FILLED);
  const doc = openPdf(filled);
  const diff = diffPdf(doc);
  const draw = (differing: boolean) => (pdf: Uint8Array) =>
    Promise.resolve(
      differing && pdf.length === filled.length ? painted(white(100, 100), 40, 40, 8, 8) : white(100, 100),
    );

  it('frames what differs on both pictures', async () => {
    const compared = await comparePages(doc, diff, { renderPage: draw(true) });
    expect(compared).toMatchObject({ omitted: 0, pages: [{ before: 1, after: 1, regions: [{ x: 40, y: 40 }] }] });
    const html = diffHtml([{ diff, compared }], { lang: 'zh', title: '<合同>' });
    const pictures = [...html.matchAll(/src="data:image\/png;base64,([^"]+)"/g)].map(([, text]) =>
      decode(Buffer.from(text!, 'base64')),
    );
    expect(pictures).toHaveLength(2);
    for (const { data, width } of pictures)
      expect([...data.slice((40 * width + 39) * 4, (40 * width + 40) * 4)]).toEqual([216, 0, 39, 255]);
  });

  it('escapes what comes from the document, and loads nothing', () => {
    const html = diffHtml([{ diff, title: '<script>' }], {
      lang: 'en',
      title: '"x" & <y>',
      whyNoPictures: 'no <renderer>',
    });
    expect(html).toContain('Anna &lt;b&gt;');
    expect(html).not.toContain('<b>”');
    expect(html).not.toMatch(/<script|<y>|<renderer>|https?:/);
    expect(html).toContain("default-src 'none'");
    expect(html).toContain('There are no pictures: no &lt;renderer&gt;');
  });

  it('shows no picture of a page that looks the same', async () => {
    const compared = await comparePages(doc, diff, { renderPage: draw(false) });
    expect(compared).toEqual({ pages: [], omitted: 0 });
    expect(diffHtml([{ diff, compared }], { lang: 'zh', title: '' })).toContain('画出的页面没有可见的差别');
  });

  it('draws no more than it may, and says so', async () => {
    const pages = Array.from({ length: PICTURE_LIMITS.drawnPages + 3 }, (_, i) => ({ before: i + 1, after: i + 1 }));
    const shared = { ...diff, pages, differences: [difference({ subject: 'font', level: 'other' })] };
    let drawn = 0;
    const compared = await comparePages(doc, shared, {
      renderPage: (pdf) => {
        drawn++;
        return draw(true)(pdf);
      },
    });
    expect(drawn).toBe(2 * PICTURE_LIMITS.drawnPages);
    expect(compared.pages).toHaveLength(PICTURE_LIMITS.keptPages);
    expect(compared.omitted).toBe(pages.length - PICTURE_LIMITS.keptPages);
    expect(diffHtml([{ diff, compared }], { lang: 'en', title: '' })).toContain(`${compared.omitted} more pages`);
  });

  it('draws only pages that changes name', async () => {
    const pages = [1, 2, 3].map((n) => ({ before: n, after: n }));
    const drawn: number[] = [];
    const renderPage = (_: Uint8Array, page: number) => {
      drawn.push(page);
      return Promise.resolve(white(10, 10));
    };
    await comparePages(
      doc,
      { ...diff, pages, differences: [difference({ page: 2 }), difference({ subject: 'metadata' })] },
      { renderPage },
    );
    expect(drawn).toEqual([2, 2]);
  });

  it('stops where it is told to', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(comparePages(doc, diff, { renderPage: draw(true), signal })).rejects.toThrow('enough');
  });
});
