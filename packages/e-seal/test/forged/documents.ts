/** The documents that are sealed: a letter, a form, and what an attacker prepares before asking for the seal. */
import { type Kind, type Objects, stream, writePdf } from './write.js';

const BOX = '[0 0 595.276 841.89]';

/** Object numbers of the letter. */
export const LETTER = {
  tree: 2,
  page1: 3,
  content1: 4,
  page2: 5,
  content2: 6,
  font: 7,
  letterhead: 8,
  resources: 10,
  digits: 11,
  one: 12,
  nine: 13,
} as const;

/** Three bars or one: figures of a font that the file itself draws. */
const GLYPH_ONE = '600 0 0 0 600 800 d1\n250 0 100 700 re f';
export const GLYPH_NINE =
  '600 0 0 0 600 800 d1\n50 0 500 100 re 50 350 500 100 re 50 600 500 100 re 450 0 100 700 re f';

const letterObjects: Readonly<Record<number, string>> = {
  1: '<</Type/Catalog/Pages 2 0 R>>',
  2: `<</Type/Pages/Count 2/Kids[3 0 R 5 0 R]/MediaBox${BOX}>>`,
  3: '<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources 10 0 R>>',
  4: stream(
    'BT /F1 20 Tf 72 740 Td (Notice of a grant) Tj 0 -60 Td (Amount: 100 yuan) Tj ET\nBT /F2 30 Tf 72 600 Td (1111) Tj ET\n/Head Do',
  ),
  5: '<</Type/Page/Parent 2 0 R/Contents 6 0 R/Resources 10 0 R>>',
  6: stream('BT /F1 20 Tf 72 740 Td (Second page: conditions) Tj ET\n/Head Do'),
  7: '<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>',
  8: stream('0.7 0.8 1 rg 72 780 200 20 re f', `/Type/XObject/Subtype/Form/BBox${BOX}`),
  9: '<</Producer(a department)>>',
  10: '<</Font<</F1 7 0 R/F2 11 0 R>>/XObject<</Head 8 0 R>>>>',
  11: '<</Type/Font/Subtype/Type3/FontBBox[0 0 600 800]/FontMatrix[0.001 0 0 0.001 0 0]/FirstChar 49/LastChar 50/Widths[600 600]/CharProcs<</one 12 0 R/nine 13 0 R>>/Encoding<</Type/Encoding/Differences[49/one/nine]>>/Resources<<>>>>',
  12: stream(GLYPH_ONE),
  13: stream(GLYPH_NINE),
};

/** Two pages of text, with a letterhead that both use and a font whose figures the file draws. */
export const letter = (kind: Kind = 'table', more: Readonly<Record<number, string>> = {}): Uint8Array =>
  writePdf({ ...letterObjects, ...more }, kind, '/Info 9 0 R');

/** The letter with one part of one of its objects replaced. */
export function letterWith(number: number, from: string, to: string, more: Readonly<Record<number, string>> = {}) {
  const body = letterObjects[number]!;
  if (!body.includes(from)) throw new Error(`the letter has no ${from} in ${number}`);
  return letter('table', { [number]: body.replace(from, to), ...more });
}

/** Object numbers of the form. */
export const FORM = {
  page: 3,
  content: 4,
  page2: 5,
  font: 7,
  form: 8,
  amount: 20,
  amountAppearance: 21,
  agree: 22,
  agreeYes: 23,
  agreeOff: 24,
  level: 25,
  level1: 26,
  level2: 27,
  city: 30,
  cityAppearance: 31,
  applicant: 32,
  applicantAppearance: 33,
  approval: 34,
  note: 35,
  noteAppearance: 36,
} as const;

/** What a text field shows, as viewers write it. */
export const fieldAppearance = (text: string, width = 200, height = 20): string =>
  stream(
    text === ''
      ? '/Tx BMC\nEMC'
      : `/Tx BMC\nq 1 1 ${width - 2} ${height - 2} re W n BT /Helv 12 Tf 0 g 2 5 Td (${text}) Tj ET Q\nEMC`,
    `/Type/XObject/Subtype/Form/BBox[0 0 ${width} ${height}]/Resources<</Font<</Helv 7 0 R>>>>`,
  );

const button = (on: boolean, keys = ''): string =>
  stream(on ? 'q 0 g 3 3 8 8 re f Q' : 'q Q', `/Type/XObject/Subtype/Form/BBox[0 0 14 14]${keys}`);

/** A text field as one object. */
export const textField = (name: string, value: string, appearance: number, y: number, keys = ''): string =>
  `<</Type/Annot/Subtype/Widget/FT/Tx/T(${name})/V(${value})/F 4/P 3 0 R/Rect[150 ${y} 350 ${y + 20}]/DA(/Helv 12 Tf 0 g)/AP<</N ${appearance} 0 R>>${keys}>>`;

const formObjects: Readonly<Record<number, string>> = {
  1: '<</Type/Catalog/Pages 2 0 R/AcroForm 8 0 R>>',
  2: `<</Type/Pages/Count 2/Kids[3 0 R 5 0 R]/MediaBox${BOX}/Resources<</Font<</Helv 7 0 R>>>>>>`,
  3: '<</Type/Page/Parent 2 0 R/Contents 4 0 R/Annots[20 0 R 22 0 R 26 0 R 27 0 R 30 0 R 32 0 R 34 0 R 35 0 R]>>',
  4: stream(
    'BT /Helv 20 Tf 72 760 Td (Application) Tj ET\nBT /Helv 12 Tf 72 705 Td (Amount:) Tj 0 -170 Td (Applicant:) Tj ET',
  ),
  5: '<</Type/Page/Parent 2 0 R/Contents 6 0 R>>',
  6: stream('BT /Helv 20 Tf 72 740 Td (Second page) Tj ET'),
  7: '<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>',
  8: '<</Fields[20 0 R 22 0 R 25 0 R 30 0 R 32 0 R 34 0 R 35 0 R]/DR<</Font<</Helv 7 0 R>>>>/DA(/Helv 12 Tf 0 g)>>',
  20: textField('amount', '100', 21, 700),
  21: fieldAppearance('100'),
  22: '<</Type/Annot/Subtype/Widget/FT/Btn/T(agree)/V/Off/AS/Off/F 4/P 3 0 R/Rect[150 660 164 674]/MK<</CA(4)>>/AP<</N<</Yes 23 0 R/Off 24 0 R>>>>>>',
  23: button(true),
  24: button(false),
  25: '<</FT/Btn/Ff 49152/T(level)/V/Off/Kids[26 0 R 27 0 R]>>',
  26: '<</Type/Annot/Subtype/Widget/Parent 25 0 R/AS/Off/F 4/P 3 0 R/Rect[150 630 164 644]/AP<</N<</one 28 0 R/Off 24 0 R>>>>>>',
  27: '<</Type/Annot/Subtype/Widget/Parent 25 0 R/AS/Off/F 4/P 3 0 R/Rect[200 630 214 644]/AP<</N<</two 29 0 R/Off 24 0 R>>>>>>',
  28: button(true),
  29: button(true),
  30: '<</Type/Annot/Subtype/Widget/FT/Ch/Ff 131072/T(city)/Opt[(North)(South)]/V(North)/F 4/P 3 0 R/Rect[150 590 350 610]/DA(/Helv 12 Tf 0 g)/AP<</N 31 0 R>>>>',
  31: fieldAppearance('North'),
  32: textField('applicant', '', 33, 530),
  33: fieldAppearance(''),
  34: '<</Type/Annot/Subtype/Widget/FT/Sig/T(approval)/F 4/P 3 0 R/Rect[400 100 519.0551 219.0551]>>',
  35: textField('note', '', 36, 490),
  36: fieldAppearance(''),
};

/** A form with text, check box, radio buttons, choice and an empty signature field. */
export const form = (kind: Kind = 'table', more: Readonly<Record<number, string>> = {}): Uint8Array =>
  writePdf({ ...formObjects, ...more }, kind);

/** Fills a text field as a viewer does: value and appearance. */
export const filling = (name: keyof typeof FIELDS, text: string): Objects => {
  const { field, appearance, y } = FIELDS[name];
  return { [field]: textField(name, text, appearance, y), [appearance]: fieldAppearance(text) };
};

const FIELDS = {
  amount: { field: FORM.amount, appearance: FORM.amountAppearance, y: 700 },
  applicant: { field: FORM.applicant, appearance: FORM.applicantAppearance, y: 530 },
  note: { field: FORM.note, appearance: FORM.noteAppearance, y: 490 },
} as const;
