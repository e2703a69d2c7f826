/** Shadow attacks: the attacker writes the document, has it sealed, and then lets what was hidden appear. */
import { FORM, form, LETTER, letter, letterWith } from './documents.js';
import { FALSE_CONTENT } from './signature-wrapping.js';
import { ALSO, type ForgedCase, type Scene, signingIn, signRevision } from './world.js';
import { ascii, changing, latin, partsOf, revise, stream, textOf } from './write.js';

const AMOUNT = { page: 1, rect: [72, 670, 300, 700], what: 'the amount' } as const;
const BOX = '[0 0 595.276 841.89]';
const OVERLAY = stream('1 g 60 660 300 50 re f', `/Type/XObject/Subtype/Form/BBox${BOX}`);

/** Something lies over the amount while the office looks at it. */
const covered = (scene: Scene) =>
  scene.seal(
    letterWith(LETTER.content1, '/Head Do', '/Top Do ', {
      [LETTER.resources]: '<</Font<</F1 7 0 R/F2 11 0 R>>/XObject<</Head 8 0 R/Top 20 0 R>>>>',
      20: OVERLAY,
    }),
  );

/** The page asks for an object that is not there. */
const dangling = (scene: Scene) =>
  scene.seal(
    letterWith(LETTER.content1, '/Head Do', '/Top Do ', {
      [LETTER.resources]: '<</Font<</F1 7 0 R/F2 11 0 R>>/XObject<</Head 8 0 R/Top 20 0 R>>>>',
      // So that 20 is a free number of the file and not one behind its end.
      21: '<</Type/Nothing>>',
    }),
  );

/** Bytes of a second content stand in the file before it is sealed, and nothing names them. */
const twofold = (scene: Scene): Promise<Uint8Array> => {
  const text = latin(letter());
  const hidden = `${LETTER.content1} 0 obj\n${FALSE_CONTENT}\nendobj\n`;
  // Before the cross-reference, so that no other object moves.
  const at = text.lastIndexOf('xref\n', text.lastIndexOf('startxref') - 1);
  const moved =
    text.slice(0, at) + hidden + text.slice(at).replace(/startxref\n\d+/, `startxref\n${at + hidden.length}`);
  return scene.seal(ascii(moved));
};

const layered = (scene: Scene) =>
  scene.seal(
    letterWith(LETTER.content1, '/Head Do', '/OC /L BDC 1 g 60 660 300 50 re f EMC /Head Do', {
      1: '<</Type/Catalog/Pages 2 0 R/OCProperties<</OCGs[20 0 R]/D 21 0 R>>>>',
      [LETTER.resources]: '<</Font<</F1 7 0 R/F2 11 0 R>>/XObject<</Head 8 0 R>>/Properties<</L 20 0 R>>>>',
      20: '<</Type/OCG/Name(cover)>>',
      21: '<</OFF[20 0 R]>>',
    }),
  );

/** What is revealed is shown. */
export const OTHER_CONTENT = { codes: ['page-content-changed'], why: 'what the page shows is compared too' } as const;

const revealed = { code: 'object-revealed', outcome: 'fail' } as const;

export const shadowForgeries: readonly ForgedCase[] = [
  {
    class: 'shadow: hide',
    name: 'what lay over the text is emptied',
    sealed: covered,
    forge: (sealed) => revise(sealed, { 20: stream('', `/Type/XObject/Subtype/Form/BBox${BOX}`) }),
    expect: { code: 'shared-object-changed', outcome: 'fail' },
    visible: AMOUNT,
  },
  {
    class: 'shadow: hide',
    name: 'what lay over the text is made an object of no kind',
    sealed: covered,
    forge: (sealed) => revise(sealed, { 20: '<</Type/Metadata>>' }),
    expect: { code: 'shared-object-changed', outcome: 'fail' },
    visible: AMOUNT,
  },
  {
    class: 'shadow: hide',
    name: 'what lay over the text is freed',
    sealed: covered,
    forge: (sealed) => revise(sealed, { 20: null }),
    expect: { code: 'shared-object-changed', outcome: 'fail' },
  },
  {
    class: 'shadow: hide',
    name: 'what lay over the text is moved away by its box',
    sealed: covered,
    forge: (sealed) => changing(sealed, 20, BOX, '[0 0 10 10]'),
    expect: { code: 'shared-object-changed', outcome: 'fail' },
    visible: AMOUNT,
  },
  {
    class: 'shadow: replace',
    name: 'the font of a field writes other figures',
    sealed: (scene) => scene.seal(form()),
    forge: (sealed) => changing(sealed, FORM.font, '/BaseFont/Helvetica/', '/BaseFont/Symbol/'),
    expect: { code: 'font-changed', outcome: 'fail' },
    visible: { page: 1, rect: [150, 700, 350, 720], what: 'the value of the field' },
  },
  {
    class: 'shadow: replace',
    name: 'the font of the page is exchanged',
    sealed: 'letter',
    forge: (sealed) => {
      const { next } = partsOf(sealed);
      return revise(sealed, {
        [LETTER.resources]: textOf(sealed, LETTER.resources).replace('/F1 7 0 R', `/F1 ${next} 0 R`),
        [next]: '<</Type/Font/Subtype/Type1/BaseFont/ZapfDingbats>>',
      });
    },
    expect: { code: 'shared-object-changed', outcome: 'fail' },
    inseparable: ALSO.added,
    visible: AMOUNT,
  },
  {
    class: 'shadow: replace',
    name: 'a field shows another value than it has',
    sealed: 'form',
    forge: (sealed) => changing(sealed, FORM.amountAppearance, '(100)', '(999)'),
    expect: { code: 'field-appearance-changed', outcome: 'fail' },
    visible: { page: 1, rect: [150, 700, 350, 720], what: 'the value of the field' },
  },
  {
    class: 'shadow: hide and replace',
    name: 'an object that was missing appears',
    sealed: dangling,
    forge: (sealed) => revise(sealed, { 20: OVERLAY }),
    expect: revealed,
    inseparable: ALSO.added,
    visible: AMOUNT,
  },
  {
    class: 'shadow: hide and replace',
    name: 'an object that was missing appears with a seal of its own',
    sealed: dangling,
    forge: (sealed, scene) => {
      const { next } = partsOf(sealed);
      return signRevision(
        sealed,
        {
          ...signingIn(sealed, next),
          20: OVERLAY,
        },
        { number: next + 1, by: scene.insider },
      );
    },
    expect: revealed,
    inseparable: ALSO.added,
    visible: AMOUNT,
  },
  {
    class: 'shadow: hide and replace',
    name: 'the cross-reference names the other of two objects',
    sealed: twofold,
    forge: (sealed) => revise(sealed, {}, { offsets: { [LETTER.content1]: hiddenAt(sealed) } }),
    expect: revealed,
    inseparable: OTHER_CONTENT,
    visible: AMOUNT,
  },
  {
    class: 'shadow: hide and replace',
    name: 'the other of two documents in one file',
    sealed: (scene) =>
      scene.seal(
        letter('table', {
          20: '<</Type/Pages>>',
          21: `<</Type/Pages/Count 1/Kids[22 0 R]/MediaBox${BOX}/Resources 10 0 R>>`,
          22: '<</Type/Page/Parent 21 0 R/Contents 23 0 R>>',
          23: FALSE_CONTENT,
        }),
      ),
    forge: (sealed) => {
      const { form, next } = partsOf(sealed);
      return revise(sealed, { [next]: `<</Type/Catalog/Pages 21 0 R/AcroForm ${form} 0 R>>` }, { root: `${next} 0 R` });
    },
    expect: { code: 'trailer-changed', outcome: 'fail' },
    inseparable: {
      codes: ['page-tree-changed', 'coverage-later-change'],
      why: 'another catalog is a new object, and it has other pages',
    },
    visible: AMOUNT,
  },
  {
    class: 'optional content switched',
    name: 'a hidden layer is shown by default',
    sealed: layered,
    forge: (sealed) => revise(sealed, { 21: '<</ON[20 0 R]>>' }),
    expect: { code: 'catalog-changed', outcome: 'fail' },
    visible: AMOUNT,
  },
  {
    class: 'optional content switched',
    name: 'the layer is shown when printed',
    sealed: layered,
    forge: (sealed) =>
      revise(sealed, {
        20: '<</Type/OCG/Name(cover)/Usage<</Print<</PrintState/ON>>/View<</ViewState/ON>>>>>>',
        21: '<</OFF[20 0 R]/AS[<</Event/View/Category[/View]/OCGs[20 0 R]>>]>>',
      }),
    expect: { code: 'catalog-changed', outcome: 'fail' },
    inseparable: { codes: ['shared-object-changed'], why: 'pages and catalog both use the layer' },
  },
  {
    class: 'optional content switched',
    name: 'the document has no layers any more, and all is shown',
    sealed: layered,
    forge: (sealed) => revise(sealed, { 1: textOf(sealed, 1).replace(/\/OCProperties.*?21 0 R *>>/s, '') }),
    expect: { code: 'catalog-changed', outcome: 'fail' },
    visible: AMOUNT,
  },
];

/** Where the hidden writing of the page's content begins. */
function hiddenAt(sealed: Uint8Array): number {
  return latin(sealed).lastIndexOf(`${LETTER.content1} 0 obj\n`);
}
