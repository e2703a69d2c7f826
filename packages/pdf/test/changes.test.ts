/** What may happen to a signed document, and the attacks that look like it. */
import { describe, expect, it } from 'vitest';
import {
  changesSince,
  coverageFindings,
  type ExistingFieldOptions,
  emptySignatureFields,
  openPdf,
  type PdfDict,
  prepareSignature,
  prepareSignatureInField,
  type SignatureFieldOptions,
  signaturesOf,
} from '../src/index.js';
import { appendTable, ascii, buildPdf, codeOf, latin } from './build.js';

const options: SignatureFieldOptions = { page: 1, rect: [0, 0, 9, 9], filter: 'F', subFilter: 'S', reservedBytes: 8 };
const sign = (bytes: Uint8Array) => prepareSignature(openPdf(bytes), options).finish(Uint8Array.of(1));

const changes = (bytes: Uint8Array) => {
  const found = changesSince(openPdf(bytes), 1);
  return found.level === 'other'
    ? found.changes
        .filter(({ level }) => level === 'other')
        .map(({ ref, code, detail }) => `${ref?.number ?? '-'} ${code}: ${detail}`)
        .join('; ')
    : found.level;
};

/**
 * A document with an empty field 10 (widget, appearance 11) and metadata 12, signed once: field 13, dictionary 14. Object 15
 * stands for anything that `shared` makes other objects refer to.
 */
const CATALOG = '/Type/Catalog/Pages 2 0 R/AcroForm 9 0 R/Metadata 12 0 R';
const FIELD = '/Type/Annot/Subtype/Widget/FT/Sig/T(Empty)/P 4 0 R/Rect[1 1 5 5]';
const FORM = '<</Type/XObject/Subtype/Form/BBox[0 0 4 4]/Length 1>>\nstream\nq\nendstream';
const XML = '<</Type/Metadata/Subtype/XML/Length 1>>\nstream\nx\nendstream';
const document = (more: Record<number, string> = {}) =>
  sign(
    buildPdf({
      objects: {
        1: `<<${CATALOG}>>`,
        4: '<</Type/Page/Parent 2 0 R/Annots[10 0 R]>>',
        9: '<</Fields[10 0 R]/SigFlags 3>>',
        6: '<<>>',
        10: `<<${FIELD}/AP<</N 11 0 R>>>>`,
        11: FORM,
        12: XML,
        ...more,
      },
    }),
  );
const TRAILER = '/Root 1 0 R/Info 3 0 R/ID[<0102><0305>]';

/** A further revision with a real signature in dictionary 15: its byte range and gap are right. */
function signedUpdate(file: Uint8Array, objects: Record<number, string | null>, extra = ''): Uint8Array {
  const dict = (range: string) =>
    `<</Type/Sig/Filter/F/SubFilter/S/ByteRange[${range.padEnd(40)}]/Contents<0011223344>${extra}>>`;
  const draft = latin(appendTable(file, { ...objects, 15: dict('') }, `/Size 30${TRAILER}`));
  const gap = draft.lastIndexOf('<0011223344>');
  const range = `0 ${gap} ${gap + 12} ${draft.length - gap - 12}`;
  return ascii(draft.replace(dict(''), dict(range)));
}
const NEW = (page: string) => `<</Type/Annot/Subtype/Widget/FT/Sig/T(New)/V 15 0 R/P ${page} 0 R/Rect[0 0 1 1]>>`;
const filled = (keys = '/V 15 0 R/AP<</N 11 0 R>>') => `<<${FIELD}${keys}>>`;

it('the test document is in order', () => {
  expect(openPdf(document()).size).toBe(15);
  expect(changes(document())).toBe('none');
});

describe('filling the empty field', () => {
  it.each([
    ['without an appearance', { 10: filled('/V 15 0 R') }],
    ['with the old appearance', { 10: filled() }],
    ['with another appearance', { 10: filled('/V 15 0 R/AP<</N 16 0 R>>'), 16: FORM }],
    ['with the old appearance changed', { 10: filled(), 11: FORM.replace('q', 'Q') }],
    ['with other flags', { 10: filled('/V 15 0 R/F 132') }],
    [
      'with new information and metadata',
      { 10: filled(), 3: '<</Producer(other)>>', 12: XML.replace('\nx\n', '\ny\n') },
    ],
    [
      'with validation data',
      {
        10: filled(),
        1: `<<${CATALOG}/DSS 16 0 R>>`,
        16: '<</Certs[17 0 R]>>',
        17: '<</Length 1>>\nstream\nc\nendstream',
      },
    ],
    ['with an extension', { 10: filled(), 1: `<<${CATALOG}/Version/2.0/Extensions<</ISO_<</BaseVersion/2.0>>>>>>` }],
  ] as [string, Record<number, string>][])('%s', (_, objects) => {
    const file = signedUpdate(document(), objects);
    expect(changes(file)).toBe('form-filling');
    expect(changes(sign(file))).toBe('form-filling');
  });

  it.each([
    [
      'moves it',
      { 10: filled().replace('[1 1 5 5]', '[1 1 99 99]') },
      '10 field-changed: is not the empty signature field',
    ],
    ['renames it', { 10: filled().replace('Empty', 'Other') }, '10 field-changed: is not the empty signature field'],
    ['gives it an action', { 10: filled('/V 15 0 R/AA<<>>') }, '10 field-changed: is not the empty signature field'],
    ['gives it a second face', { 10: filled('/V 15 0 R/AP<</N 11 0 R/D 11 0 R>>') }, 'another appearance'],
    ['shows what is no form', { 10: filled('/V 15 0 R/AP<</N 3 0 R>>') }, 'another appearance'],
    [
      'changes the page too',
      { 10: filled(), 4: '<</Type/Page/Parent 2 0 R/Annots[10 0 R 13 0 R]/Rotate 90>>' },
      '4 page-content-changed: /Rotate of the page',
    ],
    [
      'changes its content too',
      { 10: filled(), 5: '<</Length 1>>\nstream\nq\nendstream' },
      '5 coverage-later-change: a stream was replaced',
    ],
    ['hides an object', { 10: filled(), 16: '(x)' }, '16 coverage-later-change: was added and does not belong'],
    [
      'adds a field too',
      { 10: filled(), 9: '<</Fields[10 0 R 13 0 R 16 0 R]/SigFlags 3>>', 16: '<</FT/Sig/T(x)>>' },
      'does not sign this revision',
    ],
    [
      'adds an action to the document',
      { 10: filled(), 1: `<<${CATALOG}/OpenAction 4 0 R>>` },
      '1 catalog-changed: /OpenAction',
    ],
    [
      'refers from an extension',
      { 10: filled(), 1: `<<${CATALOG}/Extensions<</X 5 0 R>>>>` },
      '1 catalog-changed: /Extensions',
    ],
    [
      'adds a widget to a page that is none',
      { 9: '<</Fields[10 0 R 13 0 R 16 0 R]/SigFlags 3>>', 6: '<</Annots[16 0 R]>>', 16: NEW('6') },
      '6 coverage-later-change: an object was replaced',
    ],
    [
      'adds a widget that its page does not have',
      { 9: '<</Fields[10 0 R 13 0 R 16 0 R]/SigFlags 3>>', 16: NEW('4') },
      '16 field-changed: the page of the widget does not have it',
    ],
    ['drops a field', { 10: filled(), 9: '<</Fields[10 0 R]/SigFlags 3>>' }, '9 catalog-changed: older fields'],
    [
      'takes the flags back',
      { 10: filled(), 9: '<</Fields[10 0 R 13 0 R]/SigFlags 1>>' },
      '9 catalog-changed: /SigFlags',
    ],
    [
      'sets another form key',
      { 10: filled(), 9: '<</Fields[10 0 R 13 0 R]/SigFlags 3/NeedAppearances true>>' },
      '9 catalog-changed: /NeedAppearances',
    ],
    ['makes the metadata no metadata', { 10: filled(), 12: FORM }, '12 catalog-changed: /Metadata'],
    ['makes the information a stream', { 10: filled(), 3: FORM }, '3 coverage-later-change: an object was replaced'],
  ] as [string, Record<number, string>, string][])('%s', (_, objects, what) => {
    expect(changes(signedUpdate(document(), objects))).toContain(what);
  });

  it.each([
    [
      'the appearance',
      { 4: '<</Type/Page/Parent 2 0 R/Annots[10 0 R]/Resources<</XObject<</X 11 0 R>>>>>>' },
      { 11: FORM.replace('q', 'Q') },
      '11 shared-object-changed: has changed, and object 4 uses it as X',
    ],
    [
      'the metadata',
      { 2: '<</Type/Pages/Count 1/Kids[4 0 R]/MediaBox[0 0 9 9]/Metadata 12 0 R>>' },
      { 12: XML.replace('\nx\n', '\ny\n') },
      '12 shared-object-changed: has changed, and object 2 uses it as Metadata',
    ],
    [
      'the information',
      { 4: '<</Type/Page/Parent 2 0 R/Annots[10 0 R]/Resources 3 0 R>>' },
      { 3: '<</Font<<>>>>' },
      '3 shared-object-changed: has changed, and object 4 uses it as Resources',
    ],
    [
      'the appearance, as an icon of the widget too',
      { 10: `<<${FIELD}/AP<</N 11 0 R>>/MK<</I 11 0 R>>>>` },
      { 10: filled('/V 15 0 R/AP<</N 11 0 R>>/MK<</I 11 0 R>>'), 11: FORM.replace('q', 'Q') },
      '11 shared-object-changed: has changed, and object 10 uses it as I',
    ],
  ] as [string, Record<number, string>, Record<number, string>, string][])(
    'changes %s, which something else uses',
    (_, before, after, what) => {
      expect(changes(signedUpdate(document(before), { 10: filled(), ...after }))).toContain(what);
    },
  );
});

describe('signing in the empty field', () => {
  const value = { filter: 'F', subFilter: 'S', reservedBytes: 8 };
  const fill = (bytes: Uint8Array, more: Partial<ExistingFieldOptions> = {}) =>
    prepareSignatureInField(openPdf(bytes), 'Empty', { ...value, ...more }).finish(Uint8Array.of(1));
  const appearance = { bbox: [0, 0, 4, 4] as const, content: ascii('q Q') };

  it('is a further signature', () => {
    expect(emptySignatureFields(openPdf(document()))).toMatchObject([
      { fieldName: 'Empty', widgets: [{ page: 1, rect: [1, 1, 5, 5] }] },
    ]);
    for (const file of [fill(document()), fill(document(), { appearance })]) {
      expect(changes(file)).toBe('form-filling');
      expect(emptySignatureFields(openPdf(file))).toEqual([]);
      expect(signaturesOf(openPdf(file)).map(({ fieldName }) => fieldName)).toEqual(['Empty', 'Signature1']);
      expect(changes(sign(file))).toBe('form-filling');
    }
  });

  it('sets the flags of the form', () => {
    const file = fill(
      buildPdf({
        objects: {
          1: '<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[6 0 R]>>>>',
          6: '<</FT/Sig/T(Empty)/Kids[7 0 R]>>',
          7: '<</Subtype/Widget/Parent 6 0 R>>',
        },
      }),
      { appearance },
    );
    const form = openPdf(file).catalog.get('AcroForm') as PdfDict;
    expect(form.get('SigFlags')).toBe(3);
    expect(signaturesOf(openPdf(file))[0]?.widgets[0]?.appearance).toBeDefined();
  });

  it.each([
    ['no field', buildPdf(), 'pdf-field-missing'],
    ['a field that is signed', fill(document()), 'pdf-field-missing'],
    [
      'two fields of the name',
      document({ 9: '<</Fields[10 0 R 8 0 R]/SigFlags 3>>', 8: '<</FT/Sig/T(Empty)>>' }),
      'pdf-field-missing',
    ],
    ['a lock', document({ 10: `<<${FIELD}/Lock<<>>>>` }), 'pdf-unfaithful'],
  ])('refuses %s', (_, file, code) => {
    expect(codeOf(() => fill(file))).toBe(code);
  });
});

describe('validation data without a signature', () => {
  const cert = '<</Length 1>>\nstream\nc\nendstream';
  const update = (file: Uint8Array, objects: Record<number, string>) =>
    appendTable(file, objects, `/Size 30${TRAILER}`);
  const key = 'A'.repeat(40);
  it('may come, and come again', () => {
    const once = update(document(), {
      1: `<<${CATALOG}/DSS 16 0 R>>`,
      16: `<</Certs 17 0 R/VRI<</${key}<</Cert[18 0 R]>>>>>>`,
      17: '[18 0 R]',
      18: cert,
      19: '<</Type/VRI/Cert[18 0 R]>>',
    });
    expect(changes(once)).toBe('validation-data');
    const twice = update(once, { 16: '<</Certs 17 0 R>>', 17: '[18 0 R 20 0 R]', 20: cert });
    expect(changes(twice)).toBe('validation-data');
    const doc = openPdf(twice);
    expect(
      signaturesOf(doc)
        .flatMap((signature) => coverageFindings(doc, signature))
        .map(({ code }) => code),
    ).toEqual(['coverage-validation-data']);
    expect(changes(update(once, { 16: '<</Certs 17 0 R>>', 18: cert.replace('\nc\n', '\nd\n') }))).toContain(
      'replaced',
    );
    expect(changes(update(once, { 3: '<</Producer(x)>>' }))).toContain(
      'metadata was changed, and the revision is not signed',
    );
  });
  it.each([
    ['with another key', { 1: `<<${CATALOG}/DSS<</Certs[]/JS 16 0 R>>>>`, 16: cert }],
    ['by way of the page', { 1: `<<${CATALOG}/DSS<</Certs 4 0 R>>>>`, 4: '<</Certs[]>>' }],
    ['not linked', { 1: `<<${CATALOG}/DSS<</Certs[]>>>>`, 16: cert }],
    ['not at all', { 3: '<</Producer(x)>>' }],
  ] as [string, Record<number, string>][])('%s', (_, objects) => {
    expect(['none', 'form-filling', 'validation-data']).not.toContain(changes(update(document(), objects)));
  });
});

describe('certification', () => {
  it.each([
    [1, ['certification-exceeded']],
    [2, []],
  ])('with /P %d', (p, codes) => {
    const extra = `/Reference[<</TransformMethod/DocMDP/TransformParams<</P ${p}>>>>]`;
    const file = signedUpdate(document(), { 10: filled() }, extra);
    const doc = openPdf(sign(file));
    const certified = signaturesOf(doc).find(({ fieldName }) => fieldName === 'Empty');
    if (certified === undefined) throw new Error('the certifying field is gone');
    expect(
      coverageFindings(doc, certified)
        .filter(({ outcome }) => outcome === 'fail')
        .map(({ code }) => code),
    ).toEqual(codes);
  });
});
