/** The bones of the file: catalog, trailer, cross-reference, and what stands behind the end. */
import { FORM, LETTER, letter } from './documents.js';
import { OTHER_CONTENT } from './shadow.js';
import { FALSE_CONTENT } from './signature-wrapping.js';
import { ALSO, type ForgedCase, signingIn, signRevision } from './world.js';
import { ascii, changed, changing, concat, latin, partsOf, revise, section, stream, textOf } from './write.js';

const AMOUNT = { page: 1, rect: [72, 670, 300, 700], what: 'the amount' } as const;
const catalog = { code: 'catalog-changed', outcome: 'fail' } as const;
const trailer = { code: 'trailer-changed', outcome: 'fail' } as const;
const content = { code: 'page-content-changed', outcome: 'fail' } as const;
const trailing = { code: 'coverage-trailing-bytes', outcome: 'fail' } as const;
const revealed = { code: 'object-revealed', outcome: 'fail' } as const;

const CATALOG = 'catalog changed';
const inCatalog: readonly ForgedCase[] = (
  [
    ['an action when opened', '/OpenAction<</S/JavaScript/JS(x)>>'],
    ['scripts by name', '/Names<</JavaScript<</Names[(a)<</S/JavaScript/JS(x)>>]>>>>'],
    ['additional actions', '/AA<</WC<</S/JavaScript/JS(x)>>>>'],
    ['an attached file', '/AF[<</Type/Filespec/F(x)>>]'],
    ['other page labels', '/PageLabels<</Nums[0<</P(secret)>>]>>'],
    ['a collection', '/Collection<</View/T>>'],
  ] as const
).map(([name, keys]) => ({
  class: CATALOG,
  name,
  sealed: 'letter',
  forge: (sealed) => changing(sealed, 1, /^<</, `<<${keys}`),
  expect: catalog,
}));
const inForm: readonly ForgedCase[] = (
  [
    ['appearances made anew', '/NeedAppearances true'],
    ['an XFA form', '/XFA(x)'],
    ['an order of calculation', '/CO[20 0 R]'],
  ] as const
).map(([name, keys]) => ({
  class: 'form dictionary changed',
  name,
  sealed: 'form',
  forge: (sealed) => changing(sealed, FORM.form, /^<</, `<<${keys}`),
  expect: catalog,
}));

const TRAILING = 'bytes behind the end';
const behind = (name: string, make: (sealed: Uint8Array) => string): ForgedCase => ({
  class: TRAILING,
  name,
  sealed: 'letter',
  forge: (sealed) => concat(sealed, ascii(make(sealed))),
  expect: trailing,
});
/** What recovering readers would take as a revision although it is none. */
const halfRevision = (sealed: Uint8Array, cut: (text: string) => string): string =>
  cut(latin(revise(sealed, { [LETTER.content1]: FALSE_CONTENT })).slice(sealed.length));
const appended: readonly ForgedCase[] = [
  behind('text', () => 'paid in full'),
  behind('an object alone', () => `${LETTER.content1} 0 obj\n${FALSE_CONTENT}\nendobj\n`),
  behind('objects and trailer, no cross-reference (ISA)', (sealed) =>
    halfRevision(sealed, (text) => text.replace(/xref\n[\s\S]*?trailer/, 'trailer').replace(/startxref[\s\S]*/, '')),
  ),
  behind('objects and cross-reference, no trailer (ISA)', (sealed) =>
    halfRevision(sealed, (text) => text.replace(/trailer[\s\S]*/, '')),
  ),
  behind('a whole revision without its end', (sealed) =>
    halfRevision(sealed, (text) => text.replace(/startxref[\s\S]*/, '')),
  ),
  behind('objects and a copy of the signature (ISA)', (sealed) => {
    const { value } = partsOf(sealed);
    return `${LETTER.content1} 0 obj\n${FALSE_CONTENT}\nendobj\n${value} 0 obj\n${textOf(sealed, value)}\nendobj\n`;
  }),
  {
    class: TRAILING,
    name: 'a second end that leads to the signed cross-reference',
    sealed: 'letter',
    forge: (sealed) => {
      const at = openStart(sealed);
      return concat(sealed, ascii(`${LETTER.content1} 0 obj\n${FALSE_CONTENT}\nendobj\nstartxref\n${at}\n%%EOF\n`));
    },
    expect: trailing,
  },
];
const openStart = (pdf: Uint8Array): number => Number(/startxref\s+(\d+)\s+%%EOF\s*$/.exec(latin(pdf))![1]);

const XREF = 'cross-reference tricks';
const tricks: readonly ForgedCase[] = [
  {
    class: XREF,
    name: 'an object of a higher generation',
    sealed: 'letter',
    forge: (sealed) => revise(sealed, { [LETTER.content1]: FALSE_CONTENT }, { generations: { [LETTER.content1]: 1 } }),
    expect: content,
  },
  {
    class: XREF,
    name: 'an entry that leads to the content of another page',
    sealed: 'letter',
    forge: (sealed) =>
      revise(sealed, {}, { offsets: { [LETTER.content1]: latin(sealed).indexOf(`\n${LETTER.content2} 0 obj`) + 1 } }),
    expect: revealed,
    inseparable: OTHER_CONTENT,
  },
  {
    class: XREF,
    name: 'an entry that leads into a string of signed bytes',
    sealed: (scene) =>
      scene.seal(
        // A comment in a content stream hides a whole object.
        letter('table', {
          [LETTER.content1]: stream(
            `%4 0 obj ${FALSE_CONTENT.replaceAll('stream\n', 'stream\n\n').replaceAll('\n', '\n%')} endobj\nBT /F1 20 Tf 72 740 Td (Notice of a grant) Tj 0 -60 Td (Amount: 100 yuan) Tj ET`,
          ),
        }),
      ),
    forge: (sealed) => revise(sealed, {}, { offsets: { [LETTER.content1]: latin(sealed).indexOf('4 0 obj <<') } }),
    expect: revealed,
    inseparable: OTHER_CONTENT,
    visible: AMOUNT,
  },
  {
    class: XREF,
    name: 'two ends, the first of them false',
    sealed: 'letter',
    forge: (sealed) => {
      const later = latin(revise(sealed, { [LETTER.content1]: FALSE_CONTENT })).slice(sealed.length);
      const [, start] = /startxref\n(\d+)/.exec(later)!;
      return concat(
        sealed,
        ascii(later.replace(/startxref\n\d+/, `startxref\n${openStart(sealed)}\n%%EOF\nstartxref\n${start}`)),
      );
    },
    expect: { refused: 'pdf-malformed' },
    visible: AMOUNT,
  },
  {
    class: XREF,
    name: 'two ends, the second of them false',
    sealed: 'letter',
    forge: (sealed) =>
      concat(revise(sealed, { [LETTER.content1]: FALSE_CONTENT }), ascii(`startxref\n${openStart(sealed)}\n%%EOF\n`)),
    expect: trailing,
  },
  {
    class: XREF,
    name: '/Prev leaves the signed revision out',
    sealed: 'letter',
    forge: (sealed) => {
      const first = Number(/startxref\s+(\d+)\s+%%EOF/.exec(latin(sealed))![1]);
      const { field, value, form, appearance } = partsOf(sealed);
      const offsets: Record<number, number> = {};
      for (const number of [1, LETTER.page1, field, value, form, appearance])
        offsets[number] = latin(sealed).lastIndexOf(`\n${number} 0 obj\n`) + 1;
      return revise(sealed, { [LETTER.content1]: FALSE_CONTENT }, { prev: first, offsets });
    },
    expect: { code: 'coverage-revision', outcome: 'fail' },
    visible: AMOUNT,
  },
];

const TRAILER = 'trailer changed';
const trailers: readonly ForgedCase[] = [
  {
    class: TRAILER,
    name: 'another catalog',
    sealed: 'letter',
    forge: (sealed) => {
      const { next } = partsOf(sealed);
      return revise(sealed, { [next]: textOf(sealed, 1) }, { root: `${next} 0 R` });
    },
    expect: trailer,
    inseparable: ALSO.added,
  },
  {
    class: TRAILER,
    name: 'encrypted from now on',
    sealed: 'letter',
    forge: (sealed) => {
      const { next } = partsOf(sealed);
      return revise(
        sealed,
        { [next]: '<</Filter/Standard/V 5/R 6/Length 256/P -4/StmF/Identity/StrF/Identity/CF<<>>>>' },
        { trailer: `/Encrypt ${next} 0 R` },
      );
    },
    expect: { refused: 'pdf-malformed' },
  },
  {
    class: TRAILER,
    name: 'another identifier',
    sealed: 'letter',
    forge: (sealed) =>
      revise(sealed, {}, { id: '[<ffffffffffffffffffffffffffffffff><ffffffffffffffffffffffffffffffff>]' }),
    expect: trailer,
  },
  {
    class: TRAILER,
    name: 'a key of unknown meaning',
    sealed: 'letter',
    forge: (sealed) => revise(sealed, {}, { trailer: '/AuthCode<</MACLocation/Standalone>>' }),
    expect: trailer,
  },
];

const DICTIONARY = 'signature dictionary replaced';
const dictionary: readonly ForgedCase[] = [
  {
    class: DICTIONARY,
    name: 'another reason and name',
    sealed: 'letter',
    forge: (sealed) =>
      changing(sealed, partsOf(sealed).value, /\/M ?\([^)]*\)/, '/M(D:20200101000000Z)/Reason(approved)'),
    expect: { code: 'signature-dictionary-changed', outcome: 'fail' },
    inseparable: ALSO.compared,
  },
  {
    class: DICTIONARY,
    name: 'a copy of it in a new object',
    sealed: 'letter',
    forge: (sealed) => {
      const { field, value, next } = partsOf(sealed);
      return revise(sealed, {
        [field]: changed(sealed, field, `/V ${value} 0 R`, `/V ${next} 0 R`),
        [next]: textOf(sealed, value),
      });
    },
    expect: { code: 'signature-dictionary-changed', outcome: 'fail' },
    inseparable: {
      codes: ['coverage-gap', 'field-changed', 'coverage-later-change'],
      why: 'the copied value stands elsewhere, in a new object, and the field leads to it',
    },
  },
  {
    class: DICTIONARY,
    name: 'another sub-filter',
    sealed: 'letter',
    forge: (sealed) => changing(sealed, partsOf(sealed).value, '/GM.sm2seal', '/adbe.pkcs7.detached'),
    expect: { code: 'signature-dictionary-changed', outcome: 'fail' },
    inseparable: ALSO.compared,
  },
  {
    class: DICTIONARY,
    name: 'the field has another name',
    sealed: 'letter',
    forge: (sealed) => changing(sealed, partsOf(sealed).field, /\/T ?\(Signature1\)/, '/T(Minister)'),
    expect: { code: 'signature-dictionary-changed', outcome: 'fail' },
    inseparable: { codes: ['field-changed'], why: 'the field is a signed object: comparing objects tells too' },
  },
  {
    class: DICTIONARY,
    name: 'the value moved to another field',
    sealed: 'form',
    forge: (sealed) => {
      const { value, field } = partsOf(sealed);
      return revise(sealed, {
        [FORM.approval]: changed(sealed, FORM.approval, '/FT/Sig', `/FT/Sig/V ${value} 0 R`),
        [field]: changed(sealed, field, `/V ${value} 0 R`, ''),
      });
    },
    expect: { code: 'signature-dictionary-changed', outcome: 'fail' },
    inseparable: { codes: ['field-changed'], why: 'the field is a signed object: comparing objects tells too' },
  },
];

const PICTURE = 'picture of the seal exchanged';
const picture: readonly ForgedCase[] = [
  {
    class: PICTURE,
    name: 'another appearance stream',
    sealed: 'letter',
    forge: (sealed) =>
      revise(sealed, {
        [partsOf(sealed).appearance]: stream(
          '0 0 1 rg 0 0 119 119 re f',
          '/Type/XObject/Subtype/Form/BBox[0 0 119.0551 119.0551]',
        ),
      }),
    expect: { code: 'field-appearance-changed', outcome: 'fail' },
    visible: { page: 1, rect: [370, 115, 480, 225], what: 'the seal' },
  },
  {
    class: PICTURE,
    name: 'another appearance dictionary',
    sealed: 'letter',
    forge: (sealed) => {
      const { field, next } = partsOf(sealed);
      return revise(sealed, {
        [field]: changed(sealed, field, /\/AP ?<<[^>]*>>/, `/AP<</N ${next} 0 R>>`),
        [next]: stream('0 0 1 rg 0 0 119 119 re f', '/Type/XObject/Subtype/Form/BBox[0 0 119.0551 119.0551]'),
      });
    },
    expect: { code: 'field-changed', outcome: 'fail' },
    inseparable: ALSO.added,
    visible: { page: 1, rect: [370, 115, 480, 225], what: 'the seal' },
  },
  {
    class: PICTURE,
    name: 'the image inside',
    sealed: 'letter',
    forge: (sealed) => {
      const [, image] = /\/Seal (\d+) 0 R/.exec(textOf(sealed, partsOf(sealed).appearance))!;
      return revise(sealed, {
        [Number(image)]: stream(
          '\x00\x00\xff',
          '/Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceRGB/BitsPerComponent 8',
        ),
      });
    },
    expect: { code: 'field-appearance-changed', outcome: 'fail' },
    visible: { page: 1, rect: [370, 115, 480, 225], what: 'the seal' },
  },
];

const DIFFERENTIAL = 'parser differential';
const differential: readonly ForgedCase[] = [
  {
    class: DIFFERENTIAL,
    name: 'a hybrid update: tables say one thing, the stream another',
    sealed: 'letter',
    forge: (sealed) => {
      const hidden = section(
        sealed.length,
        { [LETTER.content1]: FALSE_CONTENT },
        `/Root 1 0 R/Prev ${openStart(sealed)}`,
        true,
        { size: 30, end: '' },
      ).replace(/startxref[\s\S]*/, '');
      const xref = sealed.length + hidden.lastIndexOf('31 0 obj');
      const at = xref >= sealed.length ? xref : sealed.length + hidden.lastIndexOf('30 0 obj');
      const withStream = concat(sealed, ascii(hidden));
      const id = /\/ID ?(\[[^\]]*\])/.exec(latin(sealed))![1];
      return concat(
        withStream,
        ascii(
          section(
            withStream.length,
            {},
            `/Root 1 0 R/Info 9 0 R/ID${id}/Prev ${openStart(sealed)}/XRefStm ${at}`,
            false,
            { size: 32 },
          ),
        ),
      );
    },
    expect: { code: 'pdf-hybrid', outcome: 'fail' },
    inseparable: {
      codes: ['page-content-changed', 'coverage-later-change'],
      why: 'what the hidden stream changes is compared too',
    },
    visible: AMOUNT,
  },
  {
    class: DIFFERENTIAL,
    name: 'a key twice: readers take the first or the last',
    sealed: 'letter',
    forge: (sealed) => {
      const { next } = partsOf(sealed);
      return revise(sealed, {
        [LETTER.page1]: changed(sealed, LETTER.page1, '/Contents 4 0 R', `/Contents ${next} 0 R/Contents 4 0 R`),
        [next]: FALSE_CONTENT,
      });
    },
    expect: content,
    inseparable: ALSO.added,
  },
  {
    class: DIFFERENTIAL,
    name: 'a signed field added whose dictionary says /V twice',
    sealed: 'letter',
    forge: (sealed, { insider }) => {
      const { next } = partsOf(sealed);
      const objects = signingIn(sealed, next);
      return signRevision(
        sealed,
        { ...objects, [next]: objects[next]!.replace('/FT/Sig', '/FT/Sig/V 1 0 R') },
        { number: next + 1, by: insider },
      );
    },
    expect: { code: 'field-changed', outcome: 'fail' },
  },
  {
    class: DIFFERENTIAL,
    name: 'the trailer says /Root twice',
    sealed: 'letter',
    forge: (sealed) => {
      const { next } = partsOf(sealed);
      return revise(sealed, { [next]: textOf(sealed, 1) }, { root: `${next} 0 R/Root 1 0 R` });
    },
    expect: trailer,
    inseparable: ALSO.added,
  },
];

export const structureForgeries: readonly ForgedCase[] = [
  ...inCatalog,
  ...inForm,
  ...appended,
  ...tricks,
  ...trailers,
  ...dictionary,
  ...picture,
  ...differential,
];
