/** What DocMDP and FieldMDP permit after a signature, and what they do not. */

import { GovError } from '@gov/verdict';
import { describe, expect, it } from 'vitest';
import { cpuTime } from '../../../test/cpu-time.js';
import { MAX_UNREADABLE, ReferenceIndex } from '../src/changes/paths.js';
import { changeAnalysis, coverageFindings, openPdf, type PdfDocument, signaturesOf } from '../src/index.js';
import { buildPdf, latin, patch } from './build.js';
import {
  acroForm,
  CATALOG,
  changes,
  document,
  EMPTY,
  findings,
  form,
  INNER,
  level,
  page,
  SQUARE,
  sign,
  signedUpdate,
  stream,
  TEXT,
  update,
} from './form-document.js';

type Objects = Record<number, string | null>;
const DOC_MDP = (p: number | string) => `<</TransformMethod/DocMDP/TransformParams<</Type/TransformParams/P ${p}>>>>`;
const FIELD_MDP = (keys: string) => `<</TransformMethod/FieldMDP/TransformParams<<${keys}>>>>`;
const reference = (...items: string[]) => `/Reference[${items.join('')}]`;

/** Certified in the field Empty: dictionary 110, named by /Perms. Nothing was signed before. */
const certified = (p: number | string, more: Objects = {}): Uint8Array =>
  signedUpdate(
    unsigned(),
    {
      1: `<<${CATALOG}/Perms<</DocMDP 110 0 R>>>>`,
      29: `<<${EMPTY}/V 110 0 R>>`,
      20: acroForm('30 0 R 31 0 R 32 0 R 33 0 R 35 0 R 37 0 R 38 0 R 39 0 R 29 0 R'),
      ...more,
    },
    { extra: reference(DOC_MDP(p)) },
  );
/** Signed in the field Empty with a transform, and no certification. */
const approved = (...transforms: string[]): Uint8Array =>
  signedUpdate(unsigned(), { 29: `<<${EMPTY}/V 110 0 R>>` }, { extra: reference(...transforms) });

/** The document of the other tests without its signature. */
function unsigned(): Uint8Array {
  const signed = openPdf(document());
  return signed.read(0, signed.revisions[0]?.end ?? 0);
}

const bare = (annots: string) => page(annots, ' 70 0 R');
const fill = (file: Uint8Array): Uint8Array => update(file, { 36: `<<${INNER}/V(x)>>` });
const validate = (file: Uint8Array): Uint8Array =>
  update(file, {
    1: latin(file).includes('/Perms')
      ? `<<${CATALOG}/Perms<</DocMDP 110 0 R>>/DSS 90 0 R>>`
      : `<<${CATALOG}/DSS 90 0 R>>`,
    90: '<</Certs[91 0 R]>>',
    91: stream('c'),
  });
const note = (file: Uint8Array): Uint8Array =>
  update(file, { 4: bare(' 92 0 R'), 92: '<</Type/Annot/Subtype/Link/Border[0 0 0]/Rect[0 0 9 9]>>' });
const stamp = (file: Uint8Array, rect: string): Uint8Array =>
  update(file, {
    4: bare(' 92 0 R'),
    92: `<</Type/Annot/Subtype/Stamp/Rect[${rect}]/AP<</N 93 0 R>>>>`,
    93: form('0 0 9 9 re f'),
  });
const again = (file: Uint8Array, more: Parameters<typeof signedUpdate>[2] = {}, keys = ''): Uint8Array =>
  signedUpdate(
    file,
    {
      20: acroForm('30 0 R 31 0 R 32 0 R 33 0 R 35 0 R 37 0 R 38 0 R 39 0 R 29 0 R 94 0 R'),
      4: bare(' 94 0 R'),
      94: `<</Type/Annot/Subtype/Widget/FT/Sig/T(Again)/V 111 0 R/P 4 0 R/Rect[0 0 9 9]${keys}>>`,
    },
    { number: 111, ...more },
  );
const timestamp = { type: 'DocTimeStamp', subFilter: 'ETSI.RFC3161' };

it('nothing came later', () => {
  for (const p of [1, 2, 3]) expect(findings(certified(p), 'Empty')).toEqual(['pass coverage-whole-file']);
});

describe('DocMDP', () => {
  const EXCEEDED = ['fail certification-exceeded'];
  it.each([
    [1, 'validation data', validate, ['pass coverage-validation-data']],
    [1, 'a document timestamp', (file: Uint8Array) => again(file, timestamp), ['pass coverage-further-signature']],
    [
      1,
      'a document timestamp that draws',
      (file: Uint8Array) => again(update(file, { 95: form() }), timestamp, '/AP<</N 95 0 R>>'),
      undefined,
    ],
    [
      1,
      'a document timestamp of another kind',
      (file: Uint8Array) => again(file, { type: 'DocTimeStamp', subFilter: 'adbe.pkcs7.detached' }),
      EXCEEDED,
    ],
    [1, 'a signature', again, EXCEEDED],
    [1, 'filling in', fill, EXCEEDED],
    [1, 'a link that draws nothing', note, EXCEEDED],
    [2, 'validation data', validate, ['pass coverage-validation-data']],
    [2, 'a signature', again, ['pass coverage-further-signature']],
    [2, 'filling in', fill, ['pass coverage-form-filled']],
    [2, 'filling in and a signature', (file: Uint8Array) => again(fill(file)), ['pass coverage-form-filled']],
    [2, 'a link that draws nothing', note, EXCEEDED],
    [2, 'a stamp beside', (file: Uint8Array) => stamp(file, '500 20 560 60'), EXCEEDED],
    ['/None', 'filling in', fill, ['pass coverage-form-filled']],
    ['/None', 'a stamp beside', (file: Uint8Array) => stamp(file, '500 20 560 60'), EXCEEDED],
    [3, 'filling in', fill, ['pass coverage-form-filled']],
    [3, 'a link that draws nothing', note, ['pass coverage-annotated']],
    [3, 'a stamp beside', (file: Uint8Array) => stamp(file, '500 20 560 60'), ['pass coverage-annotated']],
    [
      3,
      'a stamp beside and a signature',
      (file: Uint8Array) => stamp(fill(file), '500 20 560 60'),
      ['pass coverage-annotated'],
    ],
    [
      3,
      'a stamp over the text',
      (file: Uint8Array) => stamp(file, '110 700 120 710'),
      ['fail annotation-covers-content'],
    ],
    [
      3,
      'an annotation gone',
      (file: Uint8Array) => update(file, { 4: page('', '40 0 R ').replace(' 70 0 R', ''), 40: null }),
      ['pass coverage-annotated'],
    ],
    [
      3,
      'an annotation of another colour',
      (file: Uint8Array) => update(file, { 40: `<<${SQUARE.replace('1 0 0', '0 0 1')}/AP<</N 56 0 R>>>>` }),
      ['pass coverage-annotated'],
    ],
    [
      3,
      'a script',
      (file: Uint8Array) =>
        update(file, {
          4: bare(' 92 0 R'),
          92: '<</Type/Annot/Subtype/Link/Border[0 0 0]/A<</S/JavaScript>>/Rect[0 0 9 9]>>',
        }),
      ['fail annotation-added'],
    ],
    [3, 'the page content', (file: Uint8Array) => update(file, { 5: stream('q') }), ['fail page-content-changed']],
    [
      3,
      'another permission',
      (file: Uint8Array) => update(file, { 1: `<<${CATALOG}/Perms<</UR3 110 0 R>>>>` }),
      ['fail catalog-changed'],
    ],
    [3, 'no permission', (file: Uint8Array) => update(file, { 1: `<<${CATALOG}>>` }), ['fail catalog-changed']],
  ] as [number | string, string, (file: Uint8Array) => Uint8Array, string[] | undefined][])(
    'P %s and then %s',
    (p, _, act, expected) => {
      const file = act(certified(p));
      if (expected === undefined)
        expect(findings(file, 'Empty').every((finding) => finding.startsWith('fail'))).toBe(true);
      else expect(findings(file, 'Empty')).toEqual(expected);
    },
  );

  it('holds for later signatures too', () => {
    const file = fill(again(certified(1), timestamp));
    expect(findings(file, 'Again')).toEqual(['fail certification-exceeded']);
  });

  it('of a signature that is not the first only restricts', () => {
    const second = (p: number) => again(approved(), { extra: reference(DOC_MDP(p)) });
    const restamp = (file: Uint8Array) =>
      update(file, {
        4: bare(' 94 0 R 92 0 R'),
        92: '<</Type/Annot/Subtype/Stamp/Rect[500 20 560 60]/AP<</N 93 0 R>>>>',
        93: form(),
      });
    expect(findings(fill(second(1)), 'Again')).toEqual(['fail certification-exceeded']);
    expect(findings(fill(second(1)), 'Empty')).toEqual(['pass coverage-form-filled']);
    expect(findings(restamp(second(3)), 'Again')).toEqual(['unknown annotation-added']);
    expect(findings(restamp(second(2)), 'Again')).toEqual(['fail certification-exceeded']);
  });

  it('that /Perms does not name permits no annotations', () => {
    expect(findings(stamp(approved(DOC_MDP(3)), '500 20 560 60'), 'Empty')).toEqual(['unknown annotation-added']);
    expect(findings(fill(approved(DOC_MDP(1))), 'Empty')).toEqual(['fail certification-exceeded']);
  });

  it('is what it was when it was signed', () => {
    const indirect = signedUpdate(
      unsigned(),
      { 1: `<<${CATALOG}/Perms<</DocMDP 110 0 R>>>>`, 29: `<<${EMPTY}/V 110 0 R>>`, 96: '<</P 1>>' },
      { extra: '/Reference[<</TransformMethod/DocMDP/TransformParams 96 0 R>>]' },
    );
    expect(findings(fill(indirect), 'Empty')).toEqual(['fail certification-exceeded']);
    expect(findings(update(indirect, { 96: '<</P 3>>', 36: `<<${INNER}/V(x)>>` }), 'Empty')).toContain(
      'fail certification-exceeded',
    );
  });

  it('added by a later signature is no certification', () => {
    const file = signedUpdate(
      document(),
      { 1: `<<${CATALOG}/Perms<</DocMDP 110 0 R>>>>`, 29: `<<${EMPTY}/V 110 0 R>>` },
      { extra: reference(DOC_MDP(3)) },
    );
    expect(findings(file)).toEqual(['fail catalog-changed']);
  });
});

describe('FieldMDP', () => {
  const LOCKED = ['fail field-locked'];
  const FILLED = ['pass coverage-form-filled'];
  it.each([
    ['all', '/Action/All', LOCKED],
    ['the field', '/Action/Include/Fields[(group.inner)]', LOCKED],
    ['what is above the field', '/Action/Include/Fields[(group)]', LOCKED],
    ['another field', '/Action/Include/Fields[(name)(grou)(group.inne)]', FILLED],
    ['all but the field', '/Action/Exclude/Fields[(group.inner)]', FILLED],
    ['all but what is above the field', '/Action/Exclude/Fields[(group)]', FILLED],
    ['all but another field', '/Action/Exclude/Fields[(name)]', LOCKED],
    ['nobody knows what', '/Action/Some/Fields[(name)]', LOCKED],
    ['what is not listed', '/Action/Include', LOCKED],
    ['nothing, and permits nothing', '/Action/Include/Fields[(name)]/P 1', ['fail certification-exceeded']],
    ['nothing, and permits filling in', '/Action/Include/Fields[(name)]/P 2', FILLED],
  ])('locks %s', (_, keys, expected) => {
    expect(findings(fill(approved(FIELD_MDP(keys))), 'Empty')).toEqual(expected);
  });

  it('locks signature fields, but for document timestamps', () => {
    expect(findings(again(approved(FIELD_MDP('/Action/All'))), 'Empty')).toEqual(LOCKED);
    expect(findings(again(approved(FIELD_MDP('/Action/All')), timestamp), 'Empty')).toEqual([
      'pass coverage-further-signature',
    ]);
    expect(findings(again(approved(FIELD_MDP('/Action/Include/Fields[(name)]'))), 'Empty')).toEqual([
      'pass coverage-further-signature',
    ]);
  });

  it('holds from the signature on that has it', () => {
    const file = fill(again(approved(), { extra: reference(FIELD_MDP('/Action/All')) }));
    expect(findings(file, 'Again')).toEqual(LOCKED);
    expect(findings(file, 'Empty')).toEqual(FILLED);
    const inherited = fill(again(approved(FIELD_MDP('/Action/Include/Fields[(group)]'))));
    expect(findings(inherited, 'Again')).toEqual(LOCKED);
  });

  it('a /P of 2 forbids annotations, one of 3 permits none', () => {
    for (const [p, expected] of [
      [2, 'fail certification-exceeded'],
      [3, 'unknown annotation-added'],
    ] as const)
      expect(
        findings(stamp(approved(FIELD_MDP(`/Action/Include/Fields[(name)]/P ${p}`)), '500 20 560 60'), 'Empty'),
      ).toEqual([expected]);
  });

  it('may show itself by read-only fields in the revision that is signed so', () => {
    const locking = (keys: string, ff: number) =>
      signedUpdate(
        document(),
        { 29: `<<${EMPTY}/V 110 0 R>>`, 30: `<<${TEXT}/Ff ${ff}/AP<</N 52 0 R>>>>` },
        { extra: reference(FIELD_MDP(keys)) },
      );
    expect(findings(locking('/Action/Include/Fields[(name)]', 1))).toEqual(['pass coverage-form-filled']);
    expect(findings(locking('/Action/Include/Fields[(city)]', 1))).toEqual(['fail field-changed']);
    expect(findings(locking('/Action/All', 3))).toEqual(['fail field-changed']);
  });
});

describe('shadows', () => {
  it.each([
    ['the content of a page', { 5: stream('q') }, 'page-content-changed'],
    ['an image', { 51: form() }, 'page-content-changed'],
    [
      'the page count',
      { 2: '<</Type/Pages/Count 3/Kids[4 0 R 6 0 R 6 0 R]/MediaBox[0 0 600. 800]>>' },
      'page-tree-changed',
    ],
    [
      'the order of the pages',
      { 2: '<</Type/Pages/Count 2/Kids[6 0 R 4 0 R]/MediaBox[0 0 600. 800]>>' },
      'page-tree-changed',
    ],
    [
      'the size of the pages',
      { 2: '<</Type/Pages/Count 2/Kids[4 0 R 6 0 R]/MediaBox[0 0 60 80]>>' },
      'page-tree-changed',
    ],
    [
      'the page tree by another',
      { 1: `<<${CATALOG.replace('2 0 R', '80 0 R')}>>`, 80: '<</Type/Pages/Count 0/Kids[]>>' },
      'page-tree-changed',
    ],
    [
      'a page by nothing',
      { 2: '<</Type/Pages/Count 1/Kids[4 0 R]/MediaBox[0 0 600. 800]>>', 6: null },
      'page-tree-changed',
    ],
    ['hidden layers', { 61: '<</OCGs[]/D<</Order[]/OFF[]>>>>' }, 'catalog-changed'],
    ['the layers by others', { 1: `<<${CATALOG.replace('61 0 R', '62 0 R')}>>` }, 'catalog-changed'],
    ['names', { 62: '<</Names[(x)4 0 R]>>' }, 'catalog-changed'],
    ['the opening', { 1: `<<${CATALOG}/OpenAction 4 0 R>>` }, 'catalog-changed'],
    ['events', { 1: `<<${CATALOG}/AA<<>>>>` }, 'catalog-changed'],
    ['outlines', { 1: `<<${CATALOG}/Outlines 62 0 R>>` }, 'catalog-changed'],
    ['the version to nonsense', { 1: `<<${CATALOG}/Version/x>>`, 36: `<<${INNER}/V(x)>>` }, 'catalog-changed'],
    ['a key of the catalog twice', { 1: `<<${CATALOG}/AcroForm 20 0 R>>` }, 'catalog-changed'],
    ['a font', { 50: '<</Type/Font/Subtype/Type1/BaseFont/Symbol>>' }, 'font-changed'],
  ] as [string, Objects, string][])('replace %s', (_, objects, code) => {
    const file = update(document(), objects);
    expect(findings(file)).toContain(`fail ${code}`);
    expect(level(file)).toBe('other');
  });

  it('name the page', () => {
    expect(changes(update(document(), { 7: stream('q') }))).toMatchObject([{ code: 'page-content-changed', page: 2 }]);
    expect(changes(update(document(), { 51: form() }))).toMatchObject([{ code: 'page-content-changed', page: 1 }]);
    const fewer = { 2: '<</Type/Pages/Count 1/Kids[4 0 R]/MediaBox[0 0 600. 800]>>', 6: null };
    expect(changes(update(document(), fewer))).toContainEqual(
      expect.objectContaining({ subject: 'page-tree', action: 'removed', page: 2 }),
    );
    const shared = { 6: '<</Type/Page/Parent 2 0 R/Contents 5 0 R/Annots 60 0 R>>' };
    expect(findings(update(document(shared), { 5: stream('q') }))).toEqual(['fail shared-object-changed']);
  });

  it('complete what was missing', () => {
    const dangling = { 6: '<</Type/Page/Parent 2 0 R/Contents[7 0 R 80 0 R]/Annots 60 0 R>>' };
    const objects = { 30: `<<${TEXT}/V(x)/AP<</N 80 0 R>>>>`, 80: form('BT (x) Tj ET') };
    expect(findings(update(document(dangling), objects))).toEqual(['fail object-revealed']);
  });

  it('free a number and use it again', () => {
    const freed = update(document({ 69: '(unused)' }), { 69: null });
    expect(findings(freed)).toEqual(['fail coverage-later-change']);
    const dangling = { 6: '<</Type/Page/Parent 2 0 R/Contents[7 0 R 69 0 R]/Annots 60 0 R>>' };
    const file = update(update(document(dangling), { 69: null }), {
      30: `<<${TEXT}/V(x)/AP<</N 69 0 R>>>>`,
      69: form('BT ET'),
    });
    expect(level(file)).toBe('other');
  });

  it('by a generation that older references do not mean', () => {
    const file = latin(update(document(), { 30: `<<${TEXT}/V(x)/AP<</N 52 0 R>>>>` }));
    const other = file.replace('30 0 obj', '30 0 obj').split('30 0 obj');
    const renamed = Buffer.from(`${other.slice(0, -1).join('30 0 obj')}30 1 obj${other.at(-1)}`, 'latin1');
    const at = latin(renamed).lastIndexOf('00000 n');
    expect(level(patch(renamed.subarray(0), latin(renamed).slice(at, at + 7), '00001 n'))).toBe('other');
  });

  it('use an object stream that the cross-reference changed beneath', () => {
    const file = sign(buildPdf({ kind: 'objstm', objects: { 6: '(a)' } }));
    expect(level(sign(file))).toBe('form-filling');
  });
});

describe('the analysis', () => {
  it('serves all signatures at once', () => {
    const doc = openPdf(fill(sign(sign(document()))));
    const all = signaturesOf(doc);
    const analysis = changeAnalysis(doc, all);
    for (const signature of all)
      expect(coverageFindings(doc, signature, all, analysis)).toEqual(coverageFindings(doc, signature, all));
    expect(analysis.since(1).changes.map(({ subject }) => subject)).toEqual(['signature', 'signature', 'field']);
    expect(analysis.since(3)).toMatchObject({
      level: 'form-filling',
      changes: [{ revision: 4, field: 'group.inner' }],
    });
    expect(analysis.since(4)).toEqual({ level: 'none', changes: [] });
    expect(() => analysis.since(5)).toThrow('no revision 5');
    expect(() => analysis.since(-1)).toThrow('no revision -1');
  });

  it('does not try objects of broken object streams for ever', () => {
    let tried = 0;
    const objections = (count: number) => {
      const entry = () => ({ type: 'compressed', stream: 1, index: 0 });
      const glance = () => {
        tried++;
        throw new GovError('pdf-limit', 'a stream that grows');
      };
      const view = {
        revisions: [{ index: 0 }],
        sectionsOf: () => [{ subsections: [{ first: 1, count }] }],
        entry,
        glance,
      };
      const doc = { ...view, asOf: () => view } as unknown as PdfDocument;
      return [...new ReferenceIndex(doc, 0, []).objections(doc, 0, [])].map(({ detail }) => detail);
    };
    expect(objections(MAX_UNREADABLE)).toEqual([]);
    tried = 0;
    expect(objections(10_000)).toEqual(['more than 16 objects of object streams cannot be read']);
    expect(tried).toBeLessThan(50);
  });

  it('lists everything, the permitted things too', () => {
    const file = update(fill(validate(document())), { 5: stream('q') });
    expect(changes(file).map(({ level: own, subject }) => `${own} ${subject}`)).toEqual([
      'validation-data validation-data',
      'form-filling field',
      'other page',
    ]);
  });

  it('looks at two hundred later revisions and no more', () => {
    let file = document();
    for (let i = 0; i < 200; i++) file = update(file, { 36: `<<${INNER}/V(${i})>>` });
    const start = cpuTime();
    expect(findings(file)).toEqual(['pass coverage-form-filled']);
    expect(cpuTime() - start).toBeLessThan(4000);
    expect(changes(file)).toHaveLength(200);
    expect(findings(update(file, { 36: `<<${INNER}/V(x)>>` }))).toEqual(['fail coverage-later-change']);
  }, 60_000);
});

describe('the certification itself', () => {
  const since = (file: Uint8Array) => changeAnalysis(openPdf(file)).since(0);
  const codes = (file: Uint8Array) => since(file).changes.map(({ code }) => code);
  const certify = (perms: string) =>
    signedUpdate(
      unsigned(),
      { 1: `<<${CATALOG}/Perms ${perms}>>`, 29: `<<${EMPTY}/V 110 0 R>>` },
      { extra: reference(DOC_MDP(2)) },
    );

  it('is signing, where nothing was signed before', () => {
    expect(since(certify('<</DocMDP 110 0 R>>')).level).toBe('form-filling');
  });

  it.each([
    ['names another object', '<</DocMDP 29 0 R>>'],
    ['grants something else too', '<</DocMDP 110 0 R/UR3 110 0 R>>'],
    ['grants something else', '<</UR3 110 0 R>>'],
    ['is no dictionary', '[110 0 R]'],
  ])('is a change of the catalog where /Perms %s', (_, perms) => {
    expect(codes(certify(perms))).toContain('catalog-changed');
  });

  it('is a change of the catalog after another signature', () => {
    const file = signedUpdate(
      document(),
      { 1: `<<${CATALOG}/Perms<</DocMDP 110 0 R>>>>`, 29: `<<${EMPTY}/V 110 0 R>>` },
      { extra: reference(DOC_MDP(2)) },
    );
    const doc = openPdf(file);
    const [first] = signaturesOf(doc).filter(({ revisionIndex }) => revisionIndex !== doc.revisions.length - 1);
    expect(coverageFindings(doc, first!).map(({ outcome, code }) => `${outcome} ${code}`)).toContain(
      'fail catalog-changed',
    );
  });
});
