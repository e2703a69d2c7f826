/**
 * `@gov/e-license/picture`: verifying the QR on a picture, as a counter's camera or scanner gives it.
 *
 * @packageDocumentation
 */
import { type ReadQrOptions, readQr } from '@gov/qr/read';
import { GovError, type Report } from '@gov/verdict';
import type { LicenseVerificationOptions } from './qr/status.js';
import { type LicenseQrSubject, verifyLicenseQr } from './qr/verify.js';

/**
 * Reads every QR code of a PNG or JPEG and verifies those that are licence codes; where none is, the first code of any
 * kind, so that the report says what is wrong with it.
 *
 * @throws GovError `image-malformed` for bytes that are no picture, `qr-not-found` for a picture without a code
 * @example
 * import { verifyLicensePicture } from '@gov/e-license/picture';
 * const reports = await verifyLicensePicture(png, { at: new Date(), trust });
 */
export async function verifyLicensePicture(
  image: Uint8Array,
  options: LicenseVerificationOptions,
  reading: ReadQrOptions = {},
): Promise<Report<LicenseQrSubject>[]> {
  const texts = await readQr(image, reading);
  const [first] = texts;
  if (first === undefined) throw new GovError('qr-not-found', 'there is no QR code in the picture');
  const licences = texts.filter((text) => /^EL\d+:/.test(text));
  const reports: Report<LicenseQrSubject>[] = [];
  for (const text of licences.length > 0 ? licences : [first]) reports.push(await verifyLicenseQr(text, options));
  return reports;
}
