/** Certified documents (认证签名): more than the author permits, or a permission made wider. */
import { annotate } from './annotation.js';
import { FORM, filling, LETTER } from './documents.js';
import { ALSO, type ForgedCase, signingIn, signRevision } from './world.js';
import { changed, changing, partsOf, revise, stream, textOf } from './write.js';

const exceeded = { code: 'certification-exceeded', outcome: 'fail' } as const;
const AMOUNT = { page: 1, rect: [72, 670, 300, 700], what: 'the amount' } as const;
const NOTE = (appearance: number) =>
  `<</Type/Annot/Subtype/FreeText/F 4/Rect[400 300 560 340]/Contents(x)/DA(/F1 9 Tf)/AP<</N ${appearance} 0 R>>>>`;

const EXCEEDED = 'certification exceeded';
const exceeding: readonly ForgedCase[] = [
  {
    class: EXCEEDED,
    name: 'filled in, where nothing is permitted',
    sealed: 'form, certified 1',
    forge: (sealed) => revise(sealed, filling('amount', '999999')),
    expect: exceeded,
    visible: { page: 1, rect: [150, 700, 350, 720], what: 'the amount in its field' },
  },
  {
    class: EXCEEDED,
    name: 'sealed again, where nothing is permitted',
    sealed: 'form, certified 1',
    forge: (sealed, { insider }) => {
      const { next } = partsOf(sealed);
      return signRevision(sealed, signingIn(sealed, next), { number: next + 1, by: insider });
    },
    expect: exceeded,
  },
  {
    class: EXCEEDED,
    name: 'a link, where only filling in is permitted',
    sealed: 'letter, certified 2',
    forge: (sealed) => annotate(sealed, () => '<</Type/Annot/Subtype/Link/Rect[400 300 500 320]/Border[0 0 0]>>'),
    expect: exceeded,
  },
  {
    class: EXCEEDED,
    name: 'a note in the margin, where only filling in is permitted',
    sealed: 'letter, certified 2',
    forge: (sealed) => annotate(sealed, NOTE),
    expect: exceeded,
    visible: { page: 1, rect: [400, 300, 560, 340], what: 'the margin' },
  },
];

const SSA = 'certification: sneaky signature (SSA)';
const OVER = '/Rect[60 660 360 710]';
const SNEAKY = stream(
  '1 g 0 0 300 50 re f 0 g BT /F1 20 Tf 12 20 Td (Amount: 999999 yuan) Tj ET',
  '/Type/XObject/Subtype/Form/BBox[0 0 300 50]/Resources<</Font<</F1 7 0 R>>>>',
);

/** An insider's signature on the first page whose appearance is what the attacker wants to be read. */
const sneaky =
  (appearance: string, rect = OVER) =>
  (sealed: Uint8Array, { insider }: Parameters<ForgedCase['forge']>[1]): Promise<Uint8Array> => {
    const { next } = partsOf(sealed);
    const page = textOf(sealed, LETTER.page1).replace(/(\/Annots ?\[[^\]]*)\]/, `$1 ${next} 0 R]`);
    return signRevision(
      sealed,
      {
        ...signingIn(sealed, next),
        [LETTER.page1]: page,
        [next]: `<</Type/Annot/Subtype/Widget/FT/Sig/T(further)/F 132/P 3 0 R${rect}/AP<</N ${next + 2} 0 R>>/V ${next + 1} 0 R>>`,
        [next + 2]: appearance,
      },
      { number: next + 1, by: insider },
    );
  };

const covers = { code: 'signature-covers-content', outcome: 'fail' } as const;
const sneakySignatures: readonly ForgedCase[] = [
  {
    class: SSA,
    name: 'another amount',
    sealed: 'letter, certified 2',
    forge: sneaky(SNEAKY),
    expect: covers,
    visible: AMOUNT,
  },
  {
    class: SSA,
    name: 'a white box',
    sealed: 'letter, certified 2',
    forge: sneaky(stream('1 g 0 0 300 50 re f', '/Type/XObject/Subtype/Form/BBox[0 0 300 50]')),
    expect: covers,
    visible: AMOUNT,
  },
  {
    class: SSA,
    name: 'larger than its rectangle',
    sealed: 'letter, certified 2',
    forge: sneaky(
      stream('1 g 0 0 900 900 re f', '/Type/XObject/Subtype/Form/BBox[0 0 900 900]/Matrix[3 0 0 3 -50 -50]'),
      '/Rect[0 0 595 842]',
    ),
    expect: covers,
    visible: AMOUNT,
  },
  {
    class: SSA,
    name: 'without a certification',
    sealed: 'letter',
    forge: sneaky(SNEAKY),
    expect: covers,
    visible: AMOUNT,
  },
];

const PERMS = { codes: ['catalog-changed'], why: '/Perms of the catalog are compared too' } as const;
const DOWNGRADED = 'certification downgraded';
const downgraded: readonly ForgedCase[] = [
  {
    class: DOWNGRADED,
    name: '/Perms taken away',
    sealed: 'form, certified 1',
    forge: (sealed) => changing(sealed, 1, /\/Perms ?<<[^>]*>>/, ''),
    expect: { code: 'catalog-changed', outcome: 'fail' },
  },
  {
    class: DOWNGRADED,
    name: '/Perms taken away and filled in',
    sealed: 'form, certified 1',
    forge: (sealed) => revise(changing(sealed, 1, /\/Perms ?<<[^>]*>>/, ''), filling('amount', '999999')),
    expect: exceeded,
    inseparable: PERMS,
    visible: { page: 1, rect: [150, 700, 350, 720], what: 'the amount in its field' },
  },
  {
    class: DOWNGRADED,
    name: '/Perms leads to another signature',
    sealed: 'form, certified 2',
    forge: (sealed, { insider }) => {
      const { next } = partsOf(sealed);
      return signRevision(
        sealed,
        {
          ...signingIn(sealed, next),
          1: changed(sealed, 1, /\/Perms ?<<[^>]*>>/, `/Perms<</DocMDP ${next + 1} 0 R>>`),
        },
        {
          number: next + 1,
          by: insider,
          keys: '/Reference[<</Type/SigRef/TransformMethod/DocMDP/TransformParams<</Type/TransformParams/P 3/V/1.2>>>>]',
        },
      );
    },
    expect: { code: 'catalog-changed', outcome: 'fail' },
  },
  {
    class: DOWNGRADED,
    name: 'the permission of the signature itself is made wider',
    sealed: 'form, certified 1',
    forge: (sealed) => changing(sealed, partsOf(sealed).value, /\/P 1/, '/P 3'),
    expect: { code: 'signature-dictionary-changed', outcome: 'fail' },
    inseparable: ALSO.compared,
  },
  {
    class: DOWNGRADED,
    name: '/Perms taken away in a certification for filling in, with a note over the form',
    sealed: 'form, certified 2',
    forge: (sealed) => {
      const { next } = partsOf(sealed);
      return revise(changing(sealed, 1, /\/Perms ?<<[^>]*>>/, ''), {
        [FORM.page]: textOf(sealed, FORM.page).replace(/(\/Annots ?\[[^\]]*)\]/, `$1 ${next} 0 R]`),
        [next]: '<</Type/Annot/Subtype/Link/Rect[400 300 500 320]/Border[0 0 0]>>',
      });
    },
    expect: exceeded,
    inseparable: PERMS,
  },
];

export const certificationForgeries: readonly ForgedCase[] = [...exceeding, ...sneakySignatures, ...downgraded];
