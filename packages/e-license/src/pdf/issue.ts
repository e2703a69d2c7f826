/** Issuing a licence in one act: identifier, signed QR, face, seal. */
import type { Certificate } from '@gov/pki';
import { qrPng } from '@gov/qr/draw';
import type { Signer } from '@gov/sm';
import type { FaceFonts } from '../face/index.js';
import { type LicenseRecord, licenseClaims, licenseRecord } from '../license.js';
import type { LicenseType } from '../license-type.js';
import type { LicenseData } from '../metadata.js';
import { issueLicenseQr } from '../qr/issue.js';
import { LicensePdfIssuer, type LicenseSeal, licenseQrCode } from './sealed.js';

export interface IssueLicenseOptions {
  readonly type: LicenseType;
  /** When it is signed; whole seconds count. */
  readonly issuedAt: Date;
  /** 流水号; without it the licence number, less everything but digits and letters. */
  readonly serial?: string;
  /** Signs the QR (证照签发者). */
  readonly issuer: { readonly certificate: Certificate; readonly signer: Signer };
  /** Seals the face (签章人): of the same body, or nobody will believe the two together. */
  readonly seal: LicenseSeal;
  readonly fonts: FaceFonts;
}

export interface IssuedLicense {
  readonly record: LicenseRecord;
  /** `EL1:…` */
  readonly qrText: string;
  readonly qrVersion: number;
  readonly qrPng: Uint8Array;
  /** The sealed face, with the QR text and the record attached. */
  readonly pdf: Uint8Array;
}

/**
 * Issues a licence (制证签发) from data that `parseLicenseData` has read.
 *
 * @throws GovError `invalid-argument`, `license-type-unknown`, `license-qr-too-large`, `license-face-too-large`,
 *   `license-face-overflow`, `glyph-missing`, `key-mismatch`, and what sealing throws: `signer-not-in-seal`, `seal-expired`, …
 * @example
 * import { FOOD_BUSINESS, parseLicenseData } from '@gov/e-license';
 * import { FaceFonts } from '@gov/e-license/face';
 * import { issueLicense } from '@gov/e-license/pdf';
 * const data = parseLicenseData(json, [FOOD_BUSINESS]);
 * const body = { certificate, signer };
 * const options = { type: FOOD_BUSINESS, issuer: body, seal: { seal, ...body }, fonts: new FaceFonts(font) };
 * const { pdf, qrText } = await issueLicense(data, { ...options, issuedAt: new Date() });
 */
export async function issueLicense(data: LicenseData, options: IssueLicenseOptions): Promise<IssuedLicense> {
  const { type, fonts, seal, issuedAt } = options;
  const record = licenseRecord(data, options);
  const qrText = await issueLicenseQr(licenseClaims(record, type), options.issuer);
  const code = licenseQrCode(qrText);
  const pdf = await new LicensePdfIssuer({ types: [type], fonts, seal }).issueWith(record, qrText, code, issuedAt);
  return { record, qrText, qrVersion: code.version, qrPng: qrPng(code, { scale: 8 }), pdf };
}
