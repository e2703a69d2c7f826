/** Annotations (注释) put over what was sealed, or changed under it. */
import { FORM, LETTER, letter } from './documents.js';
import type { ForgedCase, Scene, SealedName } from './world.js';
import { changing, partsOf, revise, stream, textOf } from './write.js';

const AMOUNT = { page: 1, rect: [72, 670, 300, 700], what: 'the amount' } as const;
const OVER = '[60 660 360 710]';
const FALSE = stream(
  '1 g 0 0 300 50 re f 0 g BT /F1 20 Tf 12 20 Td (Amount: 999999 yuan) Tj ET',
  '/Type/XObject/Subtype/Form/BBox[0 0 300 50]/Resources<</Font<</F1 7 0 R>>>>',
);

/** An annotation of this text on the first page, whose appearance may be the next object. */
export function annotate(
  sealed: Uint8Array,
  annotation: (appearance: number) => string,
  { appearance = FALSE, page: number = LETTER.page1 as number } = {},
): Uint8Array {
  const { next } = partsOf(sealed);
  const page = textOf(sealed, number);
  const annots = page.includes('/Annots')
    ? page.replace(/(\/Annots ?\[[^\]]*)\]/, `$1 ${next} 0 R]`)
    : page.replace(/>>$/, `/Annots[${next} 0 R]>>`);
  const text = annotation(next + 1);
  const drawn = text.includes(`${next + 1} 0 R`) ? { [next + 1]: appearance } : {};
  return revise(sealed, { [number]: annots, [next]: text, ...drawn });
}

/** A letter with a note in the margin and a link, sealed. */
const noted = (scene: Scene) =>
  scene.seal(
    letter('table', {
      [LETTER.page1]: '<</Type/Page/Parent 2 0 R/Contents 4 0 R/Annots[20 0 R 22 0 R]>>',
      20: '<</Type/Annot/Subtype/FreeText/F 4/Rect[400 660 560 710]/Contents(seen)/DA(/Helv 12 Tf 0 g)/AP<</N 21 0 R>>>>',
      21: stream(
        '0 g BT /F1 12 Tf 5 5 Td (seen) Tj ET',
        '/Type/XObject/Subtype/Form/BBox[0 0 160 50]/Resources<</Font<</F1 7 0 R>>>>',
      ),
      22: '<</Type/Annot/Subtype/Link/Rect[72 740 250 760]/Border[0 0 0]/A<</S/URI/URI(https://gov.example/)>>>>',
    }),
  );

const covers = { code: 'annotation-covers-content', outcome: 'fail' } as const;
const altered = { code: 'annotation-changed', outcome: 'fail' } as const;
const free = (appearance: number) =>
  `<</Type/Annot/Subtype/FreeText/F 4/Rect${OVER}/Contents(x)/DA(/F1 20 Tf 0 g)/AP<</N ${appearance} 0 R>>>>`;

const COVERS = 'annotation covering content';
/** The ways to lay something over the amount; the same in a file that is certified for annotations (EAA). */
const covering = (name: string, sealed: SealedName, className: string): readonly ForgedCase[] => [
  {
    class: className,
    name: `a text${name}`,
    sealed,
    forge: (file) => annotate(file, free),
    expect: covers,
    visible: AMOUNT,
  },
  {
    class: className,
    name: `a stamp${name}`,
    sealed,
    forge: (file) =>
      annotate(file, (appearance) => `<</Type/Annot/Subtype/Stamp/F 4/Rect${OVER}/AP<</N ${appearance} 0 R>>>>`),
    expect: covers,
    visible: AMOUNT,
  },
  {
    class: className,
    name: `a redaction that is not yet applied${name}`,
    sealed,
    forge: (file) =>
      annotate(
        file,
        (appearance) =>
          `<</Type/Annot/Subtype/Redact/F 4/Rect${OVER}/QuadPoints[60 710 360 710 60 660 360 660]/AP<</N ${appearance} 0 R>>>>`,
      ),
    expect: { code: 'annotation-added', outcome: 'fail' },
    visible: AMOUNT,
  },
  {
    class: className,
    name: `a filled square without an appearance${name}`,
    sealed,
    forge: (file) =>
      annotate(file, () => `<</Type/Annot/Subtype/Square/F 4/Rect${OVER}/IC[1 1 1]/C[1 1 1]/BS<</W 0>>>>`),
    expect: covers,
    visible: AMOUNT,
  },
  {
    class: className,
    name: `an appearance larger than its box${name}`,
    sealed,
    forge: (file) =>
      annotate(
        file,
        (appearance) =>
          `<</Type/Annot/Subtype/Stamp/F 4/Rect[60 660 360 710]/AP<</N<</On ${appearance} 0 R>>>>/AS/On>>`,
      ),
    expect: covers,
    visible: AMOUNT,
  },
];

/** On the second page of the form, where nothing is. */
const MARGIN = { page: FORM.page2 } as const;
const margin = { page: 2, rect: [400, 300, 560, 340], what: 'the margin' } as const;
const added: readonly ForgedCase[] = [
  {
    class: 'annotation added',
    name: 'a note in the margin',
    sealed: 'form',
    forge: (sealed) => annotate(sealed, (appearance) => free(appearance).replace(OVER, '[400 300 560 340]'), MARGIN),
    expect: { code: 'annotation-added', outcome: 'unknown' },
    visible: margin,
  },
  {
    class: 'annotation added',
    name: 'lines of ink',
    sealed: 'form',
    forge: (sealed) =>
      annotate(
        sealed,
        () => '<</Type/Annot/Subtype/Ink/F 4/Rect[400 300 560 340]/C[1 0 0]/InkList[[400 300 560 340]]>>',
        MARGIN,
      ),
    expect: { code: 'annotation-added', outcome: 'unknown' },
  },
  {
    class: 'annotation added',
    name: 'a stamp, drawn by one of two states',
    sealed: 'form',
    forge: (sealed) =>
      annotate(
        sealed,
        (appearance) =>
          `<</Type/Annot/Subtype/Stamp/F 4/Rect[400 300 560 340]/AS/On/AP<</N<</On ${appearance} 0 R>>>>>>`,
        MARGIN,
      ),
    expect: { code: 'annotation-added', outcome: 'unknown' },
    visible: margin,
  },
];

const CHANGED = 'annotation changed';
const existing: readonly ForgedCase[] = [
  {
    class: CHANGED,
    name: 'moved over the amount',
    sealed: noted,
    forge: (sealed) => changing(sealed, 20, '[400 660 560 710]', '[72 660 232 710]'),
    expect: covers,
    visible: AMOUNT,
  },
  {
    class: CHANGED,
    name: 'says something else',
    sealed: noted,
    forge: (sealed) => changing(sealed, 21, '(seen)', '(void)'),
    expect: altered,
    visible: { page: 1, rect: [400, 660, 560, 710], what: 'the note' },
  },
  {
    class: CHANGED,
    name: 'hidden',
    sealed: noted,
    forge: (sealed) => changing(sealed, 20, '/F 4', '/F 2'),
    expect: altered,
    visible: { page: 1, rect: [400, 660, 560, 710], what: 'the note' },
  },
  {
    class: CHANGED,
    name: 'taken off the page',
    sealed: noted,
    forge: (sealed) => changing(sealed, LETTER.page1, '20 0 R ', ''),
    expect: altered,
    visible: { page: 1, rect: [400, 660, 560, 710], what: 'the note' },
  },
  {
    class: CHANGED,
    name: 'a link that leads elsewhere',
    sealed: noted,
    forge: (sealed) => changing(sealed, 22, 'https://gov.example/', 'https://evil.example'),
    expect: altered,
  },
  {
    class: CHANGED,
    name: 'a link that runs a program',
    sealed: noted,
    forge: (sealed) => changing(sealed, 22, '/S/URI/URI(https://gov.example/)', '/S/Launch/F(calc.exe)'),
    expect: altered,
  },
  {
    class: CHANGED,
    name: 'the seal moved to another place',
    sealed: 'letter',
    forge: (sealed) => changing(sealed, partsOf(sealed).field, /\/Rect ?\[[^\]]*\]/, '/Rect[72 300 191 419]'),
    expect: { code: 'field-changed', outcome: 'fail' },
    visible: { page: 1, rect: [72, 300, 191, 419], what: 'where the seal was put' },
  },
  {
    class: CHANGED,
    name: 'the seal taken off the page',
    sealed: 'letter',
    forge: (sealed) => changing(sealed, LETTER.page1, /\/Annots ?\[[^\]]*\]/, '/Annots[]'),
    expect: { code: 'field-changed', outcome: 'fail' },
    visible: { page: 1, rect: [400, 120, 470, 220], what: 'the seal' },
  },
];

export const annotationForgeries: readonly ForgedCase[] = [
  ...covering('', 'letter', COVERS),
  ...covering(', certified for annotations', 'letter, certified 3', 'certification: evil annotation (EAA)'),
  ...added,
  ...existing,
];
