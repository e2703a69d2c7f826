/** A later revision changes what a page shows (incremental saving), or which pages there are. */

import { PdfRef, PdfStream } from '@gov/pdf';
import { GLYPH_NINE, LETTER } from './documents.js';
import { FALSE_CONTENT } from './signature-wrapping.js';
import { ALSO, type ForgedCase } from './world.js';
import { changed, changing, edit, objectStream, partsOf, revise, stream, textOf } from './write.js';

const AMOUNT = { page: 1, rect: [72, 670, 300, 700], what: 'the amount' } as const;
const FIGURES = { page: 1, rect: [72, 590, 160, 630], what: 'the figures' } as const;
const content = { code: 'page-content-changed', outcome: 'fail' } as const;
const tree = { code: 'page-tree-changed', outcome: 'fail' } as const;
const font = { code: 'font-changed', outcome: 'fail' } as const;
const common = { code: 'shared-object-changed', outcome: 'fail' } as const;

const SAVING = 'incremental saving';
const saving: readonly ForgedCase[] = [
  {
    class: SAVING,
    name: 'the content of a page is another',
    sealed: 'letter',
    forge: (sealed) => revise(sealed, { [LETTER.content1]: FALSE_CONTENT }),
    expect: content,
    visible: AMOUNT,
  },
  {
    class: SAVING,
    name: 'the page has another content',
    sealed: 'letter',
    forge: (sealed) => {
      return changing(sealed, LETTER.page1, '/Contents 4 0 R', '/Contents 6 0 R');
    },
    expect: content,
    visible: AMOUNT,
  },
  {
    class: SAVING,
    name: 'the page has one more content',
    sealed: 'letter',
    forge: (sealed) => {
      const { next } = partsOf(sealed);
      return revise(sealed, {
        [LETTER.page1]: changed(sealed, LETTER.page1, '/Contents 4 0 R', `/Contents[4 0 R ${next} 0 R]`),
        [next]: stream('1 g 72 670 300 40 re f'),
      });
    },
    expect: content,
    inseparable: ALSO.added,
    visible: AMOUNT,
  },
  {
    class: SAVING,
    name: 'the page is turned',
    sealed: 'letter',
    forge: (sealed) => changing(sealed, LETTER.page1, '/Parent 2 0 R', '/Parent 2 0 R/Rotate 180'),
    expect: content,
    visible: AMOUNT,
  },
  {
    class: SAVING,
    name: 'the page is cut to a smaller box',
    sealed: 'letter',
    forge: (sealed) => changing(sealed, LETTER.page1, '/Parent 2 0 R', '/Parent 2 0 R/CropBox[0 0 595 690]'),
    expect: content,
    visible: AMOUNT,
  },
  {
    class: SAVING,
    name: 'in a file with a cross-reference stream',
    sealed: 'letter, cross-reference stream',
    forge: (sealed) => revise(sealed, { [LETTER.content1]: FALSE_CONTENT }),
    expect: content,
    visible: AMOUNT,
  },
  {
    class: SAVING,
    name: 'by a table behind cross-reference streams',
    sealed: 'letter, cross-reference stream',
    forge: (sealed) => revise(sealed, { [LETTER.content1]: FALSE_CONTENT }, { kind: 'table' }),
    expect: content,
    visible: AMOUNT,
  },
  {
    class: SAVING,
    name: 'in a revision that says nothing, and then one that does',
    sealed: 'letter',
    forge: (sealed) => revise(revise(sealed, {}), { [LETTER.content1]: FALSE_CONTENT }),
    expect: content,
    visible: AMOUNT,
  },
  {
    class: SAVING,
    name: 'changed, and then changed back: a viewer may show any revision',
    sealed: 'letter',
    forge: (sealed) =>
      revise(revise(sealed, { [LETTER.content1]: FALSE_CONTENT }), {
        [LETTER.content1]: textOf(sealed, LETTER.content1),
      }),
    expect: content,
  },
  {
    class: SAVING,
    name: 'between two seals',
    sealed: 'letter',
    forge: async (sealed, scene) =>
      scene.seal(revise(sealed, { [LETTER.content1]: FALSE_CONTENT }), { page: 2 }, scene.insider),
    expect: content,
    visible: AMOUNT,
  },
  {
    class: SAVING,
    name: 'the resources of all pages say less',
    sealed: 'letter',
    forge: (sealed) => revise(sealed, { [LETTER.resources]: '<</Font<</F1 7 0 R>>>>' }),
    expect: common,
    visible: FIGURES,
  },
];

const PAGES = 'page inserted, removed or moved';
const pages: readonly ForgedCase[] = [
  {
    class: PAGES,
    name: 'a page more',
    sealed: 'letter',
    forge: (sealed) => {
      const { next } = partsOf(sealed);
      return revise(sealed, {
        [LETTER.tree]: changed(
          sealed,
          LETTER.tree,
          'Count 2/Kids[3 0 R 5 0 R]',
          `Count 3/Kids[3 0 R 5 0 R ${next} 0 R]`,
        ),
        [next]: `<</Type/Page/Parent 2 0 R/Resources 10 0 R/Contents ${next + 1} 0 R>>`,
        [next + 1]: FALSE_CONTENT,
      });
    },
    expect: tree,
    inseparable: ALSO.added,
  },
  {
    class: PAGES,
    name: 'a page less',
    sealed: 'letter',
    forge: (sealed) => changing(sealed, LETTER.tree, 'Count 2/Kids[3 0 R 5 0 R]', 'Count 1/Kids[3 0 R]'),
    expect: tree,
  },
  {
    class: PAGES,
    name: 'the pages the other way round',
    sealed: 'letter',
    forge: (sealed) => changing(sealed, LETTER.tree, 'Kids[3 0 R 5 0 R]', 'Kids[5 0 R 3 0 R]'),
    expect: tree,
    visible: AMOUNT,
  },
  {
    class: PAGES,
    name: 'the second page in the place of the first',
    sealed: 'letter',
    forge: (sealed) => changing(sealed, LETTER.tree, 'Kids[3 0 R 5 0 R]', 'Kids[5 0 R 5 0 R]'),
    expect: tree,
    visible: AMOUNT,
  },
  {
    class: PAGES,
    name: 'what all pages inherit',
    sealed: 'letter',
    forge: (sealed) => changing(sealed, LETTER.tree, '/MediaBox[0 0 595.276 841.89]', '/MediaBox[0 0 595.276 690]'),
    expect: tree,
    visible: AMOUNT,
  },
  {
    class: PAGES,
    name: 'another tree',
    sealed: 'letter',
    forge: (sealed) => {
      const { next } = partsOf(sealed);
      return revise(sealed, {
        1: changed(sealed, 1, '/Pages 2 0 R', `/Pages ${next} 0 R`),
        [next]: `<</Type/Pages/Count 1/Kids[${next + 1} 0 R]/MediaBox[0 0 595.276 841.89]/Resources 10 0 R>>`,
        [next + 1]: `<</Type/Page/Parent ${next} 0 R/Contents ${next + 2} 0 R>>`,
        [next + 2]: FALSE_CONTENT,
      });
    },
    expect: tree,
    inseparable: ALSO.added,
    visible: AMOUNT,
  },
];

const FONTS = 'font or glyph swapped';
const fonts: readonly ForgedCase[] = [
  {
    class: FONTS,
    name: 'a glyph drawn otherwise',
    sealed: 'letter',
    forge: (sealed) => revise(sealed, { [LETTER.one]: stream(GLYPH_NINE) }),
    expect: common,
    visible: FIGURES,
  },
  {
    class: FONTS,
    name: 'codes that mean other glyphs',
    sealed: 'letter',
    forge: (sealed) => changing(sealed, LETTER.digits, '/Differences[49/one/nine]', '/Differences[49/nine/one]'),
    expect: font,
    visible: FIGURES,
  },
  {
    class: FONTS,
    name: 'another font of the same name',
    sealed: 'letter',
    forge: (sealed) => changing(sealed, LETTER.font, '/BaseFont/Helvetica/', '/BaseFont/ZapfDingbats/'),
    expect: font,
    visible: AMOUNT,
  },
  {
    class: FONTS,
    name: 'widths that let characters fall on each other',
    sealed: 'letter',
    forge: (sealed) => changing(sealed, LETTER.digits, '/Widths[600 600]', '/Widths[0 600]'),
    expect: font,
    visible: FIGURES,
  },
  {
    class: FONTS,
    name: 'the font in an object stream',
    sealed: 'letter, object streams',
    forge: (sealed) =>
      edit(sealed, (update, doc) => {
        const glyph = doc.get(new PdfRef(LETTER.one)) as PdfStream;
        update.replace(new PdfRef(LETTER.one), new PdfStream(glyph.dict, new TextEncoder().encode(GLYPH_NINE)));
      }),
    expect: common,
    visible: FIGURES,
  },
];

const SHARED = 'object that several pages use';
const shared: readonly ForgedCase[] = [
  {
    class: SHARED,
    name: 'the letterhead covers the amount',
    sealed: 'letter',
    forge: (sealed) =>
      revise(sealed, {
        [LETTER.letterhead]: textOf(sealed, LETTER.letterhead).replace('72 780 200 20', '72 670 200 30'),
      }),
    expect: common,
    visible: AMOUNT,
  },
  {
    class: SHARED,
    name: 'the letterhead is gone',
    sealed: 'letter',
    forge: (sealed) => revise(sealed, { [LETTER.letterhead]: null }),
    expect: common,
  },
  {
    class: SHARED,
    name: 'the letterhead in another place',
    sealed: 'letter, cross-reference stream',
    forge: (sealed) => changing(sealed, LETTER.letterhead, '/BBox[0 0', '/Matrix[1 0 0 1 0 -110]/BBox[0 0'),
    expect: common,
    visible: AMOUNT,
  },
];

const OBJECT_STREAM = 'object stream replaced';
const inStreams: readonly ForgedCase[] = [
  {
    class: OBJECT_STREAM,
    name: 'a stream of the same number, with another page in it',
    sealed: 'letter, object streams',
    forge: (sealed) => {
      // The entries of the signed cross-reference still say: the page is object 0 in stream 14.
      const body = objectStream([
        [3, '<</Type/Page/Parent 2 0 R/Contents 6 0 R/Resources 10 0 R>>'],
        [5, '<</Type/Page/Parent 2 0 R/Contents 6 0 R/Resources 10 0 R>>'],
        [7, '<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>'],
        [9, '<</Producer(a department)>>'],
        [10, '<</Font<</F1 7 0 R/F2 11 0 R>>/XObject<</Head 8 0 R>>>>'],
        [
          11,
          '<</Type/Font/Subtype/Type3/FontBBox[0 0 600 800]/FontMatrix[0.001 0 0 0.001 0 0]/FirstChar 49/LastChar 50/Widths[600 600]/CharProcs<</one 13 0 R/nine 12 0 R>>/Encoding<</Type/Encoding/Differences[49/one/nine]>>/Resources<<>>>>',
        ],
      ]);
      return revise(sealed, { 14: body });
    },
    expect: { code: 'coverage-later-change', outcome: 'fail' },
    visible: FIGURES,
  },
  {
    class: OBJECT_STREAM,
    name: 'the stream is gone',
    sealed: 'letter, object streams',
    forge: (sealed) => revise(sealed, { 14: null }),
    expect: { refused: 'pdf-malformed' },
  },
  {
    class: OBJECT_STREAM,
    name: 'a new stream holds the tree',
    sealed: 'letter, object streams',
    forge: (sealed) => {
      const { next } = partsOf(sealed);
      const body = objectStream([
        [LETTER.tree, '<</Type/Pages/Count 1/Kids[5 0 R]/MediaBox[0 0 595 842]/Resources 10 0 R>>'],
      ]);
      return revise(sealed, { [next]: body }, { compressed: new Map([[LETTER.tree, { container: next, index: 0 }]]) });
    },
    expect: tree,
    visible: AMOUNT,
  },
];

export const pageForgeries: readonly ForgedCase[] = [...saving, ...pages, ...fonts, ...shared, ...inStreams];
