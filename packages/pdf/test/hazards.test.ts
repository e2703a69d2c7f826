import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isGovError } from '@gov/verdict';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cpuTime } from '../../../test/cpu-time.js';
import { HAZARD_LIMITS, openPdf, sealingHazards } from '../src/index.js';
import { ascii, type BuildOptions, buildPdf, KINDS, latin } from './build.js';

const hazards = (pdf: Uint8Array) => sealingHazards(openPdf(pdf));
const codes = (pdf: Uint8Array): string[] => [...new Set(hazards(pdf).map(({ code }) => code))].sort();
const stream = (content: string, keys = ''): string =>
  `<<${keys}/Length ${content.length}>>\nstream\n${content}\nendstream`;

/** A page (4) with something of its own, objects from 10 on. */
const page = (keys: string, objects: Record<number, string> = {}, more: BuildOptions = {}): Uint8Array =>
  buildPdf({ ...more, objects: { 4: `<</Type/Page/Parent 2 0 R/Contents 5 0 R${keys}>>`, ...objects } });

const catalog = (keys: string, objects: Record<number, string> = {}): Uint8Array =>
  buildPdf({ objects: { 1: `<</Type/Catalog/Pages 2 0 R${keys}>>`, ...objects } });

const form = (
  widget: string,
  appearance = '/Tx BMC BT /F 12 Tf (Anna) Tj ET EMC',
  keys = '',
  more: Record<number, string> = {},
): Uint8Array =>
  buildPdf({
    objects: {
      1: `<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[10 0 R]${keys}>>>>`,
      4: '<</Type/Page/Parent 2 0 R/Contents 5 0 R/Annots[10 0 R]>>',
      10: `<</Type/Annot/Subtype/Widget/T(name)/Rect[100 200 200 220]${widget}>>`,
      11: stream(appearance, '/Type/XObject/Subtype/Form/BBox[0 0 100 20]'),
      ...more,
    },
  });

const TEXT = '/FT/Tx/F 4/V(Anna)/AP<</N 11 0 R>>';

const layered = (config: string, group = '', page = '/Properties<</L 10 0 R>>'): Uint8Array =>
  buildPdf({
    objects: {
      1: `<</Type/Catalog/Pages 2 0 R/OCProperties<</OCGs[10 0 R 11 0 R]/D<<${config}>>>>>>`,
      4: `<</Type/Page/Parent 2 0 R/Contents 5 0 R/Resources<<${page}>>>>`,
      10: `<</Type/OCG/Name(draft)${group}>>`,
      11: '<</Type/OCG/Name(other)>>',
      12: '<</Type/OCMD/OCGs[10 0 R]/P/AllOff>>',
      13: '<</Type/OCMD/VE[/And 10 0 R[/Not 11 0 R]]>>',
    },
  });

const font = (descriptor: string, keys = '/Subtype/TrueType'): Uint8Array =>
  page('/Resources<</Font<</F 10 0 R>>>>', {
    10: `<</Type/Font${keys}/BaseFont/ABCDEF+Song/FontDescriptor 11 0 R>>`,
    11: `<</Type/FontDescriptor/FontName/ABCDEF+Song${descriptor}>>`,
    12: descriptor.includes('12 0 R') ? stream('font') : 'null',
  });

/** An object slipped in between the objects and the cross-reference, before or behind nothing else. */
function slipped(object: string): Uint8Array {
  const pdf = latin(buildPdf());
  const at = pdf.lastIndexOf('xref\n', pdf.lastIndexOf('startxref') - 1);
  return ascii(
    `${pdf.slice(0, at)}${object}\n${pdf.slice(at).replace(`startxref\n${at}`, `startxref\n${at + object.length + 1}`)}`,
  );
}

const CASES: readonly (readonly [code: string, positive: readonly Uint8Array[], negative: readonly Uint8Array[]])[] = [
  [
    'hazard-unreferenced-object',
    [
      buildPdf({ objects: { 10: stream('0 0 1 rg 0 0 9 9 re f') } }),
      buildPdf({ objects: { 10: '<</Type/Page/Parent 2 0 R>>' }, kind: 'objstm' }),
      buildPdf({ objects: { 10: '<</Subtype/FreeText/Rect[0 0 9 9]>>' } }),
      buildPdf({ objects: { 10: '<</Type/Font/Subtype/Type1/BaseFont/Courier>>' } }),
    ],
    [
      buildPdf({ objects: { 10: '(a string)', 11: '<</Some/Data>>' } }),
      buildPdf({ objects: { 10: stream('<xml/>', '/Type/Metadata/Subtype/XML') } }),
    ],
  ],
  ['hazard-duplicate-object', [slipped('5 0 obj\n(twice)\nendobj')], [buildPdf({ junk: 'junk\n' })]],
  [
    'hazard-unlisted-object',
    [slipped('77 0 obj\n(nobody)\nendobj'), slipped('77\n0\nobj(nobody)endobj')],
    [
      // inside a stream, where every reader sees data
      buildPdf({ objects: { 5: stream('\n77 0 obj\n(data)\nendobj\n') } }),
      slipped('% 77 0 object'),
    ],
  ],
  [
    'hazard-missing-object',
    [page('/Resources<</XObject<</X 99 0 R>>>>'), page('/Resources<</XObject<</X 10 1 R>>>>', { 10: stream('') })],
    [page('/Resources<</XObject<</X 10 0 R>>>>', { 10: stream('') })],
  ],
  ['hazard-hybrid', [buildPdf({ kind: 'hybrid' })], [buildPdf({ kind: 'stream' })]],
  [
    'hazard-hidden-layer',
    [
      layered('/OFF[10 0 R]'),
      layered('/BaseState/OFF/ON[11 0 R]'),
      layered('', '', '/Properties<</L 12 0 R>>'),
      layered('', '', '/Properties<</L 13 0 R>>'),
    ],
    [
      layered('/OFF[]/ON[10 0 R 11 0 R]'),
      layered('/BaseState/OFF/ON[10 0 R 11 0 R]'),
      page('/Resources<</Properties<</L 10 0 R>>>>', { 10: '<</Type/OCG/Name(no properties)>>' }),
    ],
  ],
  [
    'hazard-layer-usage',
    [
      layered('/AS[<</Event/Print/OCGs[10 0 R]/Category[/Print]>>]', '/Usage<</Print<</PrintState/OFF>>>>'),
      layered('/AS[<</Event/View/OCGs[10 0 R]/Category[/Zoom]>>]', '/Usage<</Zoom<</min 2>>>>'),
    ],
    [
      layered('/AS[<</Event/Print/OCGs[10 0 R]/Category[/Print]>>]', '/Usage<</Print<</PrintState/ON>>>>'),
      layered('', '/Usage<</Print<</PrintState/OFF>>>>'),
    ],
  ],
  [
    'hazard-javascript',
    [
      catalog('/OpenAction<</S/JavaScript/JS(x)>>'),
      catalog('/Names<</JavaScript<</Names[(a) 10 0 R]>>>>', { 10: '<</S/JavaScript/JS(x)>>' }),
      form(`${TEXT}/AA<</K<</S/JavaScript/JS(x)>>>>`),
      page('/AA<</O 10 0 R>>', { 10: '<</S/GoTo/D[4 0 R/Fit]/Next<</S/JavaScript/JS(x)>>>>' }),
    ],
    [
      catalog('/OpenAction[4 0 R/Fit]'),
      catalog('/StructTreeRoot<</Type/StructTreeRoot/K 10 0 R>>', { 10: '<</S/JavaScript/K 0>>' }),
    ],
  ],
  [
    'hazard-action',
    [
      catalog('/OpenAction<</S/Launch/F(a.exe)>>'),
      catalog('/OpenAction<</S/URI/URI(http://x)>>'),
      catalog('/AA<</WC<</S/SubmitForm/F(http://x)>>>>'),
      page('/Annots[<</Subtype/Link/Rect[0 0 9 9]/A<</S/GoToR/F(b.pdf)>>>>]'),
      page('/Annots[<</Subtype/Link/Rect[0 0 9 9]/A<</S/ImportData/F(b.fdf)>>>>]'),
      page('/Annots[<</Subtype/Link/Rect[0 0 9 9]/A<</S/Hide/T(x)>>>>]'),
    ],
    [
      page('/Annots[<</Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(http://x)>>>>]'),
      page('/Annots[<</Subtype/Link/Rect[0 0 9 9]/A<</S/GoTo/D[4 0 R/Fit]>>>>]'),
    ],
  ],
  [
    'hazard-field-appearance',
    [
      form(TEXT, 'BT (Bert) Tj ET'),
      form(TEXT, 'BT [(An) 20 (nab)] TJ ET'),
      form(TEXT, ''),
      form('/FT/Tx/F 4/V(Anna)'),
      form('/FT/Tx/F 4/AP<</N 11 0 R>>'),
      form('/FT/Btn/F 4/V/Off/AS/Yes/AP<</N<</Yes 11 0 R>>>>'),
      form('/FT/Btn/F 4/AS/Yes/AP<</N<</Yes 11 0 R>>>>'),
    ],
    [
      form(TEXT),
      form(TEXT, "BT 1 0 0 1 2 3 Tm [(A) -20 (n)] TJ (na) ' ET"),
      form('/FT/Tx/F 4/Ff 8192/V(secret)/AP<</N 11 0 R>>', 'BT (******) Tj ET'),
      form('/FT/Tx/F 4/Ff 4096/V(Anna and more)/AP<</N 11 0 R>>'),
      form('/FT/Btn/F 4/V/Yes/AS/Yes/AP<</N<</Yes 11 0 R>>>>'),
      form('/FT/Btn/F 4/V/Yes/AS/Off/AP<</N<</Yes 11 0 R>>>>'),
      // what a composite font shows cannot be told without it
      form('/FT/Tx/F 4/V(Anna)/AP<</N 12 0 R>>', '', '', {
        12: stream('BT <00410042> Tj ET', '/Subtype/Form/Resources<</Font<</F<</Subtype/Type0>>>>>>'),
      }),
    ],
  ],
  ['hazard-field-overlay', [form(`${TEXT}/Ff 1`)], [form(TEXT), form('/FT/Tx/F 4/Ff 1')]],
  [
    'hazard-annotation',
    [
      page('/Annots[10 0 R]', { 10: '<</Subtype/FreeText/Rect[0 0 9 9]/F 4/AP<</N 11 0 R>>>>', 11: stream('') }),
      page('/Annots[<</Subtype/Square/Rect[0 0 9 9]/F 4>>]'),
      page('/Annots[<</Subtype/Link/Rect[0 0 9 9]/F 4/AP<</N 11 0 R>>>>]', { 11: stream('') }),
    ],
    [page('/Annots[<</Subtype/Link/Rect[0 0 9 9]>>]'), form(TEXT), page('/Annots[<</Subtype/Popup/Rect[0 0 9 9]>>]')],
  ],
  [
    'hazard-hidden-annotation',
    [
      form(`${TEXT.replace('/F 4', '/F 2')}`),
      form(`${TEXT.replace('/F 4', '/F 32')}`),
      form(`${TEXT.replace('/F 4', '')}`),
      form(`${TEXT}`).map((byte) => byte),
      page('/Annots[<</Subtype/Unheard/Rect[0 0 9 9]/F 5>>]'),
    ].filter((_, i) => i !== 3),
    [form(TEXT), form('/FT/Sig/F 2/Rect[0 0 0 0]'), page('/Annots[<</Subtype/Square/Rect[0 0 9 9]/F 5>>]')],
  ],
  [
    'hazard-embedded-file',
    [
      catalog('/Names<</EmbeddedFiles<</Names[(a) 10 0 R]>>>>', {
        10: '<</Type/Filespec/F(a)/EF<</F 11 0 R>>>>',
        11: stream('', '/Type/EmbeddedFile'),
      }),
    ],
    [catalog('/Names<</EmbeddedFiles<</Names[]>>>>')],
  ],
  ['hazard-external-stream', [buildPdf({ objects: { 5: stream('', '/F(other.bin)') } })], [buildPdf()]],
  ['hazard-xfa', [form(TEXT, undefined, '/XFA 11 0 R')], [form(TEXT)]],
  [
    'hazard-font-not-embedded',
    [
      font(''),
      font('', '/Subtype/Type1'),
      buildPdf({
        objects: {
          2: '<</Type/Pages/Count 1/Kids[4 0 R]/MediaBox[0 0 9 9]/Resources<</Font<</F 10 0 R>>>>>>',
          10: '<</Type/Font/Subtype/Type1/BaseFont/Courier>>',
        },
      }),
      page('/Resources<</Font<</F 10 0 R>>>>', {
        10: '<</Type/Font/Subtype/Type0/BaseFont/STSong/DescendantFonts[<</Type/Font/Subtype/CIDFontType0>>]>>',
      }),
    ],
    [
      font('/FontFile2 12 0 R'),
      font('', '/Subtype/Type3'),
      page('/Resources<</Font<</F 10 0 R>>>>', {
        10: '<</Type/Font/Subtype/Type0/BaseFont/STSong/DescendantFonts[<</Type/Font/Subtype/CIDFontType0/FontDescriptor<</FontFile3 11 0 R>>>>]>>',
        11: stream(''),
      }),
      // at hand for filling in, shown by no page
      form(TEXT, undefined, '/DR<</Font<</Helv<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>'),
    ],
  ],
  [
    'hazard-duplicate-key',
    [page('/Contents 10 0 R', { 10: stream('') }), page('/Resources<</A[<</B 1/B 2>>]>>')],
    [page('/Resources<</A<</B 1>>/B 2>>')],
  ],
  [
    'hazard-need-appearances',
    [form(TEXT, undefined, '/NeedAppearances true')],
    [form(TEXT, undefined, '/NeedAppearances false')],
  ],
  ['hazard-unreadable', [buildPdf({ objects: { 5: '<</Length 3>>\nstream\nnot three\nendstream' } })], [buildPdf()]],
];

describe('what is harmless', () => {
  it.each(KINDS.filter((kind) => kind !== 'hybrid'))('raises no warning: %s', (kind) => {
    expect(hazards(buildPdf({ kind, pages: 3 }))).toEqual([]);
  });

  it('and neither does a filled form', () => {
    expect(hazards(form(TEXT))).toEqual([]);
  });
});

describe.each(CASES)('%s', (code, positive, negative) => {
  it.each(positive.map((pdf, i) => [i, pdf] as const))('is said (%i)', (_, pdf) => {
    expect(codes(pdf)).toContain(code);
    for (const finding of hazards(pdf)) expect(finding).toMatchObject({ check: 'content', outcome: 'warn' });
  });

  it.each(negative.map((pdf, i) => [i, pdf] as const))('is not said (%i)', (_, pdf) => {
    expect(codes(pdf)).not.toContain(code);
  });
});

describe('hazards', () => {
  it('name the page, the place as seen and the object', () => {
    const pdf = page('/Annots[10 0 R]/Rotate 90/MediaBox[10 20 298 812]', {
      10: '<</Subtype/Square/Rect[82 92 154 164]/F 4>>',
    });
    // turned clockwise, what is right of the left edge is on top, and what is low is left
    expect(hazards(pdf)[0]?.detail).toBe(
      'page 1, 25.4 mm from the left and 50.8 mm from below, object 10: an annotation (Square) draws over the page',
    );
  });

  it('tell whether the two readings of a hybrid file differ', () => {
    const agree = latin(buildPdf({ kind: 'hybrid' }));
    expect(hazards(ascii(agree)).find(({ code }) => code === 'hazard-hybrid')?.detail).toMatch(
      /are hidden from readers/,
    );
  });

  it('are counted where there are many', () => {
    const many = HAZARD_LIMITS.findingsPerCode + 7;
    const annots = Array.from({ length: many }, () => '<</Subtype/Square/Rect[0 0 9 9]/F 4>>').join('');
    const found = hazards(page(`/Annots[${annots}]`)).filter(({ code }) => code === 'hazard-annotation');
    expect(found).toHaveLength(HAZARD_LIMITS.findingsPerCode + 1);
    expect(found.at(-1)?.detail).toBe('and 7 more');
  });

  it('tell that a file was repaired, and nothing of its lists', () => {
    const broken = ascii(latin(buildPdf()).replace(/startxref\n\d+/, 'startxref\n7'));
    expect(sealingHazards(openPdf(broken, { repair: true })).map(({ code }) => code)).toEqual(['hazard-repaired']);
  });

  it('leave out no object stream', () => {
    const hidden = buildPdf({ objects: { 10: stream('12 0 13 4 (a) (b)', '/Type/ObjStm/N 2/First 10') } });
    expect(hazards(hidden)).toMatchObject([
      { code: 'hazard-unlisted-object', detail: expect.stringMatching(/^object 12: stands in object stream 10/) },
      { code: 'hazard-unlisted-object', detail: expect.stringMatching(/^object 13: stands in object stream 10/) },
    ]);
  });

  it('of 5,000 pages are found in about a second', () => {
    const pdf = buildPdf({ pages: 5000 });
    const start = cpuTime();
    expect(hazards(pdf)).toEqual([]);
    expect(cpuTime() - start).toBeLessThan(4000);
  });

  it('are looked for without a throw, whatever a file holds', () => {
    const seeds = [
      ...CASES.flatMap(([, positive]) => positive),
      buildPdf({ kind: 'hybrid' }),
      buildPdf({ kind: 'objstm' }),
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...seeds),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 }),
        (seed, changes) => {
          const pdf = Uint8Array.from(seed);
          for (const [at, byte] of changes) pdf[at % pdf.length] = byte;
          let doc: ReturnType<typeof openPdf>;
          try {
            doc = openPdf(pdf);
          } catch (error) {
            if (!isGovError(error)) throw error;
            return;
          }
          const start = cpuTime();
          sealingHazards(doc);
          if (cpuTime() - start > 1000) throw new Error('slow');
        },
      ),
      { numRuns: process.env.SLOW === undefined ? 1500 : 20_000 },
    );
  });
});

const DATA = join(import.meta.dirname, '../../../../shared/data/pdf');
describe.skipIf(!existsSync(DATA))('documents of others', () => {
  const files = (folder: string): string[] =>
    // Cases are gathered even where they are skipped.
    (existsSync(DATA) ? readdirSync(join(DATA, folder)) : [])
      .filter((name) => name.endsWith('.pdf'))
      .map((name) => join(folder, name));
  it.each([...files('inputs'), ...files('signed'), 'example.pdf'])('%s', (name) => {
    let doc: ReturnType<typeof openPdf>;
    try {
      doc = openPdf(readFileSync(join(DATA, name)));
    } catch (error) {
      if (!isGovError(error)) throw error;
      return;
    }
    expect(sealingHazards(doc).every(({ outcome }) => outcome === 'warn')).toBe(true);
  });
});
