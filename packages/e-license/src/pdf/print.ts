/** The paper form of a licence (纸质证照, 证照同步制发): for printing, not for sealing. */

import type { SealPicture } from '@gov/e-seal';
import { type EncodedPicture, encodePicture } from '@gov/e-seal/pdf';
import { type NewPdfFile, PdfArray, PdfName, type PdfRef } from '@gov/pdf';
import { GovError } from '@gov/verdict';
import { checkFace } from '../face/check.js';
import { type Composed, compose, drawLine } from '../face/compose.js';
import { IN_MM, mm, POINTS_PER_MM } from '../face/content.js';
import { pageFile } from '../face/document.js';
import { formOf, lookFor } from '../face/draw.js';
import { compressedStream, PageFonts } from '../face/embed.js';
import { drawGround } from '../face/ground.js';
import { guilloche, microtext } from '../face/guilloche.js';
import type { FaceFonts } from '../face/index.js';
import { layoutCentred, type PlacedLine } from '../face/layout.js';
import type { Look } from '../face/style.js';
import type { LicenseRecord } from '../license.js';
import type { FaceStyle, LicenseType } from '../license-type.js';
import { licenseFace, licenseQrCode } from './sealed.js';

/** How far a print may be moved on its paper, in mm. */
export const PRINT_OFFSET_MAX_MM = 20;
/** Largest number of a copy. */
export const PRINT_COPY_MAX = 999_999;

export interface PrintFormOptions {
  readonly type: LicenseType;
  readonly fonts: FaceFonts;
  /** 第 N 份: what the register counted. */
  readonly copy: number;
  /** CreationDate of the PDF. */
  readonly createdAt: Date;
  /** The type's own where not given. */
  readonly style?: FaceStyle;
  readonly english?: boolean;
  /** Side of the QR, see `DrawFaceOptions.qrMm`. */
  readonly qrMm?: number;
  /** What a copy shows: 1 to 12 characters; 复印无效 where not given. */
  readonly groundWord?: string;
  /** Pre-printed paper (预印纸): neither border nor ground, everything moved so far to the right and upwards (mm). */
  readonly stationery?: { readonly rightMm: number; readonly upMm: number };
  /** Drawn over authority and date. Without it the place is left for the rubber stamp. */
  readonly sealPicture?: SealPicture;
}

/**
 * Draws a licence for paper, A4, to be printed at its own size with 600 dpi or more: an anti-copy ground in which a hidden
 * word appears on copies, a border of interlaced waves, a line of tiny text that repeats the identifier, the number of the
 * copy, and the same QR as the sealed PDF. No signature: what is printed is verified by its QR.
 *
 * @throws GovError `invalid-argument`, `license-type-unknown`, `qr-too-large`, `glyph-missing`, `license-face-overflow`,
 *   `license-face-too-large`, `limit-exceeded`; `seal-picture-unsupported`
 * @example
 * import { FOOD_BUSINESS } from '@gov/e-license';
 * import { FaceFonts } from '@gov/e-license/face';
 * import { drawPrintForm } from '@gov/e-license/pdf';
 * const options = { type: FOOD_BUSINESS, fonts: new FaceFonts(font), createdAt: new Date() };
 * const pdf = await drawPrintForm(record, qrText, { ...options, copy: 1 });
 */
export async function drawPrintForm(
  record: LicenseRecord,
  qrText: string,
  options: PrintFormOptions,
): Promise<Uint8Array> {
  checkOptions(options);
  const { type, fonts, createdAt, english = false, stationery, sealPicture, qrMm } = options;
  const face = licenseFace(record, type, licenseQrCode(qrText), english);
  checkFace(face, createdAt);
  const look = lookFor(face, options.style ?? type.face);
  const composed = compose(face, look, fonts, qrMm);
  const pageFonts = new PageFonts(fonts.fonts, new Map());
  const { rightMm = 0, upMm = 0 } = stationery ?? {};
  const word = options.groundWord ?? '复印无效';
  const ground = stationery === undefined ? drawGround({ word, colour: look.palette.deep }, look, fonts) : undefined;
  const seal = sealPicture === undefined ? undefined : drawSeal(encodePicture(sealPicture), composed);
  const operators = [
    ...(ground === undefined ? [] : [ground.operators, 'q /Border Do Q']),
    ...[IN_MM, `1 0 0 1 ${mm(rightMm)} ${mm(upMm)} cm`],
    composed.draw(pageFonts),
    `BT ${look.palette.label} rg`,
    ...(ground === undefined ? [] : [microtext(record.identifier, look, fonts, pageFonts)]),
    ...copyNumber(options.copy, look, fonts).map((line) => drawLine(line, pageFonts)),
    'ET',
    ...(seal === undefined ? [] : [seal.operators]),
  ];
  return pageFile({
    title: face.title,
    identifier: `${record.identifier} ${options.copy}`,
    createdAt,
    page: look.page,
    operators: operators.join('\n'),
    fonts: pageFonts,
    forms: (file) => ({
      ...(ground && { Ground: ground.form(file), Border: file.add(formOf(guilloche(look), look)) }),
      ...(seal && { Seal: seal.form(file) }),
    }),
    attachments: [],
  });
}

function checkOptions({ copy, stationery }: PrintFormOptions): void {
  if (!(Number.isInteger(copy) && copy >= 1 && copy <= PRINT_COPY_MAX)) {
    throw new GovError('invalid-argument', `copies are numbered from 1 to ${PRINT_COPY_MAX}`);
  }
  for (const offset of [stationery?.rightMm ?? 0, stationery?.upMm ?? 0]) {
    if (!(Math.abs(offset) <= PRINT_OFFSET_MAX_MM)) {
      throw new GovError('invalid-argument', `a print is moved by at most ${PRINT_OFFSET_MAX_MM} mm`);
    }
  }
}

/** In the upper right corner, inside the border. */
function copyNumber(copy: number, { page }: Look, fonts: FaceFonts): PlacedLine[] {
  const zone = { x: page.width - 62, y: page.height - 23, width: 40, height: 5 };
  return layoutCentred(
    fonts.charactersOf(`第 ${copy} 份`),
    zone,
    { largest: 3.6, smallest: 3, lines: 1 },
    'copy number',
  );
}

/** The picture in its own size over authority and date, multiplied: what is under it stays legible. */
function drawSeal({ widthMm, heightMm, resources }: EncodedPicture, { sealCentreMm }: Composed) {
  const [width, height] = [widthMm * POINTS_PER_MM, heightMm * POINTS_PER_MM];
  const content = `q /GS gs ${mm(width)} 0 0 ${mm(height)} 0 0 cm /Seal Do Q`;
  const [x, y] = [sealCentreMm.x - widthMm / 2, sealCentreMm.y - heightMm / 2];
  return {
    operators: `q ${mm(1 / POINTS_PER_MM)} 0 0 ${mm(1 / POINTS_PER_MM)} ${mm(x)} ${mm(y)} cm /Seal Do Q`,
    form: (file: NewPdfFile): PdfRef =>
      file.add(
        compressedStream(new TextEncoder().encode(content), {
          Type: new PdfName('XObject'),
          Subtype: new PdfName('Form'),
          BBox: new PdfArray([0, 0, mm(width), mm(height)]),
          Resources: resources(file),
        }),
      ),
  };
}
