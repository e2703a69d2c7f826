import type { Font } from '@gov/e-seal/picture/font';
import { PdfArray, PdfDict, PdfName, type PdfStream } from '@gov/pdf';
import type { FaceStyle } from '../license-type.js';
import { checkFace } from './check.js';
import { compose, fixedTexts, type SealCentre } from './compose.js';
import { IN_MM, mm, POINTS_PER_MM } from './content.js';
import { pageFile } from './document.js';
import { compressedStream, type FontSubset, PageFonts, sharedSubsets } from './embed.js';
import type { LicenseFace } from './face.js';
import type { FaceFonts } from './fonts.js';
import { widthOf } from './lines.js';
import { ornament } from './ornament.js';
import type { PrintedQr } from './qr.js';
import { type Look, lookOf } from './style.js';

export interface DrawFaceOptions {
  readonly fonts: FaceFonts;
  /** CreationDate of the PDF. */
  readonly createdAt: Date;
  /** Page, colours, columns; a plain landscape face in gold where not given. */
  readonly style?: FaceStyle;
  /** Side of the QR without its quiet zone, 25 to 42 mm; where not given, as large as its modules are useful, 0.4 mm or more. */
  readonly qrMm?: number;
  /** Large and pale across the face, e.g. 预览: a face that must not be taken for a sealed one. */
  readonly mark?: string;
}

/** Millimetres are from the lower left corner of the page. */
export interface DrawnFace extends PrintedQr {
  readonly pdf: Uint8Array;
  readonly pageCount: number;
  /** Centre for the issuing authority's seal: over authority and date, both a little under its middle (GB/T 9704—2012 7.3.5; 骑年盖月). */
  readonly sealCentreMm: SealCentre;
}

/**
 * Draws a licence face as a new PDF of one page, A4: title, number, rows, authority and date at the lower right, QR at the
 * lower left, in a border of fret. No clock, no chance: the same input gives the same bytes.
 *
 * @throws GovError `glyph-missing` naming a character that no font draws; `license-face-overflow` naming the text that does not
 * fit at the smallest size; `license-face-too-large` for a PDF of more than 300 KB; `limit-exceeded`; `invalid-argument`;
 * `input-malformed` for a broken font
 * @example
 * ```ts
 * import { readFile, writeFile } from 'node:fs/promises';
 * import { drawFace, FaceFonts } from '@gov/e-license/face';
 * import { qrCode } from '@gov/qr/draw';
 *
 * const fonts = new FaceFonts(await readFile('NotoSansSC_400Regular.ttf'));
 * const face = await drawFace(
 *   {
 *     title: '食品经营许可证',
 *     number: 'JY13702000000001',
 *     identifier: '1.2.156.3005.2.11100000MB0000000P001.11370200000000000X.JY13702000000001.001.A',
 *     rows: [{ label: '经营者名称', value: '滨海市海风餐饮有限公司' }],
 *     authority: '滨海市市场监督管理局',
 *     issueDate: '2026-05-20',
 *     qr: qrCode('EL1:…'),
 *     qrCaption: '扫码核验',
 *   },
 *   { fonts, createdAt: new Date('2026-05-20T01:00:00Z') },
 * );
 * await writeFile('licence.pdf', face.pdf);
 * ```
 */
export async function drawFace(face: LicenseFace, options: DrawFaceOptions): Promise<DrawnFace> {
  return drawTemplated(face, options, plainTemplate(lookFor(face, options.style)));
}

/** What all faces of a type have in common, made once: look, border, and the subset fonts of the text that never changes. */
export interface FaceTemplate {
  readonly look: Look;
  readonly border: PdfStream;
  readonly subsets: ReadonlyMap<Font, FontSubset>;
}

export function faceTemplate(
  fonts: FaceFonts,
  style: FaceStyle | undefined,
  type: { readonly title: string; readonly titleEn?: string; readonly texts: readonly string[] },
): FaceTemplate {
  const texts = [...type.texts, style?.subtitle ?? '', type.titleEn ?? ''];
  const subsets = sharedSubsets(fixedTexts({ title: type.title, texts }, fonts));
  return { ...plainTemplate(lookFor(type, style)), subsets };
}

/** The look of a face, with room for what stands under its title. */
export const lookFor = ({ titleEn }: Pick<LicenseFace, 'titleEn'>, style: FaceStyle | undefined): Look =>
  lookOf(style, style?.subtitle === undefined ? (titleEn === undefined ? 0 : 1) : titleEn === undefined ? 1 : 2);

const plainTemplate = (look: Look): FaceTemplate => ({
  look,
  border: formOf(ornament(look), look),
  subsets: new Map(),
});

/** Operators in mm as a form XObject (ISO 32000-2 8.10) of the whole page. */
export function formOf(operators: string, { page }: Look): PdfStream {
  const text = `${IN_MM}\n${operators}`;
  return compressedStream(new TextEncoder().encode(text), {
    Type: new PdfName('XObject'),
    Subtype: new PdfName('Form'),
    BBox: new PdfArray([0, 0, page.width * POINTS_PER_MM, page.height * POINTS_PER_MM]),
    Resources: PdfDict.of({}),
  });
}

export function drawTemplated(
  face: LicenseFace,
  { fonts, createdAt, qrMm, mark }: DrawFaceOptions,
  { look, border, subsets }: FaceTemplate,
): DrawnFace {
  checkFace(face, createdAt);
  const { draw, ...composed } = compose(face, look, fonts, qrMm);
  const pageFonts = new PageFonts(fonts.fonts, subsets);
  const operators = ['q /Border Do Q', IN_MM, draw(pageFonts)];
  if (mark !== undefined) operators.push(drawMark(mark, look, fonts, pageFonts));
  const pdf = pageFile({
    title: face.title,
    identifier: face.identifier,
    createdAt,
    page: look.page,
    operators: operators.join('\n'),
    fonts: pageFonts,
    forms: (file) => ({ Border: file.add(border) }),
    attachments: face.attachments ?? [],
  });
  return { pdf, pageCount: 1, ...composed };
}

/** Across the middle of the page, rising to the right, in outline so that what is under it stays legible. */
function drawMark(mark: string, { page }: Look, fonts: FaceFonts, pageFonts: PageFonts): string {
  const characters = fonts.charactersOf(mark, 'title');
  const [cos, sin] = [Math.cos(Math.PI / 6), 0.5];
  const size = Math.min(60, (0.75 * page.width) / Math.max(1, widthOf(characters)));
  const half = (widthOf(characters) * size) / 2;
  const [x, y] = [page.width / 2 - half * cos + 0.3 * size * sin, page.height / 2 - half * sin - 0.3 * size * cos];
  const matrix = [cos, sin, -sin, cos, x, y].map(mm).join(' ');
  return `BT 0.85 0.2 0.2 RG 0.5 w 1 Tr ${matrix} Tm ${pageFonts.show(characters, mm(size))} ET`;
}
