/** A face to look at before it is sealed (照面预览). */
import { drawFace, type FaceFonts } from '../face/index.js';
import type { LicenseRecord } from '../license.js';
import type { FaceStyle, LicenseType } from '../license-type.js';
import { licenseFace, licenseQrCode } from './sealed.js';

export interface PreviewOptions {
  readonly type: LicenseType;
  readonly fonts: FaceFonts;
  /** CreationDate of the PDF. */
  readonly createdAt: Date;
  /** The type's own where not given. */
  readonly style?: FaceStyle;
  readonly english?: boolean;
  /** Side of the QR, see `DrawFaceOptions.qrMm`. */
  readonly qrMm?: number;
  /** Across the face; 预览 未盖章 where not given. */
  readonly mark?: string;
}

/**
 * Draws the face of a record without seal and attachments, with a mark across it: nobody shall take it for the licence.
 *
 * @throws GovError `license-type-unknown`, `qr-too-large`, `glyph-missing`, `license-face-overflow`, `license-face-too-large`,
 *   `limit-exceeded`, `invalid-argument`
 * @example
 * import { FOOD_BUSINESS } from '@gov/e-license';
 * import { FaceFonts } from '@gov/e-license/face';
 * import { drawPreview } from '@gov/e-license/pdf';
 * const options = { type: FOOD_BUSINESS, fonts: new FaceFonts(font), createdAt: new Date() };
 * const pdf = await drawPreview(record, qrText, options);
 */
export async function drawPreview(record: LicenseRecord, qrText: string, options: PreviewOptions): Promise<Uint8Array> {
  const { type, fonts, createdAt, english = false, qrMm, mark = '预览 未盖章' } = options;
  const style = options.style ?? type.face;
  const face = licenseFace(record, type, licenseQrCode(qrText), english);
  const { pdf } = await drawFace(face, {
    ...{ fonts, createdAt, mark },
    ...(style === undefined ? {} : { style }),
    ...(qrMm === undefined ? {} : { qrMm }),
  });
  return pdf;
}
