/** A signed document with a form and annotations, and updates of it, for the tests of what may change. */
import {
  changesSince,
  coverageFindings,
  openPdf,
  type PdfChange,
  prepareSignature,
  type SignatureFieldOptions,
  signaturesOf,
} from '../src/index.js';
import { appendTable, ascii, buildPdf, latin } from './build.js';

const options: SignatureFieldOptions = { page: 1, rect: [0, 0, 9, 9], filter: 'F', subFilter: 'S', reservedBytes: 8 };
export const sign = (bytes: Uint8Array, more: Partial<SignatureFieldOptions> = {}): Uint8Array =>
  prepareSignature(openPdf(bytes), { ...options, ...more }).finish(Uint8Array.of(1));

export const stream = (content: string, keys = ''): string =>
  `<<${keys}/Length ${content.length}>>\nstream\n${content}\nendstream`;
export const form = (content = 'q Q', keys = ''): string =>
  stream(content, `/Type/XObject/Subtype/Form/BBox[0 0 100 20]${keys}`);

const WIDGET = '/Type/Annot/Subtype/Widget/P 4 0 R';
export const TEXT = `${WIDGET}/FT/Tx/T(name)/Rect[100 500 200 520]/DA(/Helv 0 Tf)`;
export const CHOICE = `${WIDGET}/FT/Ch/T(city)/Opt[(a)(b)]/Rect[100 460 200 480]`;
export const CHECK = `${WIDGET}/FT/Btn/T(agree)/Rect[100 420 120 440]/AP<</N<</Yes 53 0 R/Off 54 0 R>>>>`;
export const KID = `${WIDGET}/Parent 33 0 R/Rect[100 380 200 400]`;
export const INNER = `${WIDGET}/Parent 35 0 R/FT/Tx/T(inner)/Rect[100 340 200 360]`;
export const PUSH = `${WIDGET}/FT/Btn/Ff 65536/T(push)/Rect[100 300 200 320]`;
export const FIXED = `${WIDGET}/FT/Tx/Ff 1/T(fixed)/V(old)/Rect[100 260 200 280]`;
export const SUM = `${WIDGET}/FT/Tx/Ff 1/T(sum)/V(0)/AA<</C<</S/JavaScript/JS(x)>>>>/Rect[100 220 200 240]`;
export const EMPTY = `${WIDGET}/FT/Sig/T(Empty)/Rect[300 500 400 520]`;
export const SQUARE = '/Type/Annot/Subtype/Square/Rect[300 300 340 340]/C[1 0 0]/P 4 0 R';
export const LINK = '/Type/Annot/Subtype/Link/Border[0 0 0]/Rect[300 200 340 220]/A<</S/URI/URI(x)>>';
export const CATALOG = '/Type/Catalog/Pages 2 0 R/AcroForm 20 0 R/OCProperties 61 0 R/Names<</Dests 62 0 R>>';
const FIELDS = '30 0 R 31 0 R 32 0 R 33 0 R 35 0 R 37 0 R 38 0 R 39 0 R 29 0 R';
const DEFAULTS = '/DA(/Helv 0 Tf)';
export const acroForm = (fields = `${FIELDS} 70 0 R`, more = '/DR 21 0 R/NeedAppearances true', flags = 3): string =>
  `<</Fields[${fields}]/SigFlags ${flags}${DEFAULTS}${more}>>`;
const ANNOTS = '30 0 R 31 0 R 32 0 R 34 0 R 36 0 R 37 0 R 38 0 R 39 0 R 29 0 R 40 0 R 41 0 R';
export const PAGE = '/Type/Page/Parent 2 0 R/Contents 5 0 R/Resources<</Font<</F1 50 0 R>>/XObject<</X 51 0 R>>>>';
export const page = (more = '', without = '', keys = PAGE): string =>
  `<<${keys}/Annots[${`${ANNOTS} 70 0 R`.replace(without, '')}${more}]>>`;

const CONTENT = 'BT /F1 12 Tf 100 700 Td (Hello) Tj ET q 60 0 0 60 400 600 cm /X Do Q';

/** Objects 70 (field) and 71 (value) are the signature; from 80 on numbers are free. */
export function document(more: Record<number, string> = {}, signing: Partial<SignatureFieldOptions> = {}): Uint8Array {
  return sign(
    buildPdf({
      pages: 2,
      objects: {
        1: `<<${CATALOG}>>`,
        4: `<<${PAGE}/Annots[${ANNOTS}]>>`,
        5: stream(CONTENT),
        6: '<</Type/Page/Parent 2 0 R/Contents 7 0 R/Annots 60 0 R>>',
        20: `<</Fields[${FIELDS}]/SigFlags 0${DEFAULTS}/DR 21 0 R/NeedAppearances true>>`,
        21: '<</Font<</Helv 50 0 R>>>>',
        29: `<<${EMPTY}>>`,
        30: `<<${TEXT}/AP<</N 52 0 R>>>>`,
        31: `<<${CHOICE}>>`,
        32: `<<${CHECK}/AS/Off>>`,
        33: '<</FT/Tx/T(address)/Kids[34 0 R]>>',
        34: `<<${KID}/AP<</N 55 0 R>>>>`,
        35: '<</T(group)/Kids[36 0 R]>>',
        36: `<<${INNER}>>`,
        37: `<<${PUSH}>>`,
        38: `<<${FIXED}>>`,
        39: `<<${SUM}>>`,
        40: `<<${SQUARE}/AP<</N 56 0 R>>>>`,
        41: `<<${LINK}>>`,
        50: '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>',
        51: '<</Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray/Length 1>>\nstream\nx\nendstream',
        52: form(),
        53: form('0 0 5 5 re f'),
        54: form('q  Q'),
        55: form('q Q '),
        56: form('1 0 0 RG 0 0 9 9 re S'),
        60: '[63 0 R]',
        61: '<</OCGs[]/D<</Order[]>>>>',
        62: '<</Names[]>>',
        63: `<<${LINK}>>`,
        69: 'null',
        ...more,
      },
    }),
    signing,
  );
}

/** One more revision, without a signature. */
export const update = (
  file: Uint8Array,
  objects: Record<number, string | null>,
  trailer = '',
  size = 120,
): Uint8Array => appendTable(file, objects, `/Size ${size}/Root 1 0 R/Info 3 0 R/ID[<0102><0304>]${trailer}`);

/** One more revision that is signed in dictionary `number`: byte range and gap are right. */
export function signedUpdate(
  file: Uint8Array,
  objects: Record<number, string | null>,
  { number = 110, extra = '', type = 'Sig', subFilter = 'S' } = {},
): Uint8Array {
  const dict = (range: string) =>
    `<</Type/${type}/Filter/F/SubFilter/${subFilter}/ByteRange[${range.padEnd(40)}]/Contents<0011223344>${extra}>>`;
  const draft = latin(update(file, { ...objects, [number]: dict('') }));
  const gap = draft.lastIndexOf('<0011223344>');
  return ascii(draft.replace(dict(''), dict(`0 ${gap} ${gap + 12} ${draft.length - gap - 12}`)));
}

/** Every change since the first signature. */
export const changes = (file: Uint8Array): readonly PdfChange[] => changesSince(openPdf(file), 1).changes;
export const level = (file: Uint8Array): string => changesSince(openPdf(file), 1).level;

/** The findings on one signature, the oldest one without a name, each with its outcome. */
export function findings(file: Uint8Array, field?: string): string[] {
  const doc = openPdf(file);
  const all = signaturesOf(doc);
  const oldest = all.toSorted((a, b) => (a.revisionIndex ?? 0) - (b.revisionIndex ?? 0))[0];
  const signature = field === undefined ? oldest : all.find(({ fieldName }) => fieldName === field);
  if (signature === undefined) throw new Error('the signature is gone');
  return coverageFindings(doc, signature, all).map(({ outcome, code }) => `${outcome} ${code}`);
}

export const detailOf = (file: Uint8Array): string => {
  const doc = openPdf(file);
  const all = signaturesOf(doc);
  return coverageFindings(doc, all[0] as (typeof all)[number], all)
    .map(({ detail }) => detail)
    .join('\n');
};
