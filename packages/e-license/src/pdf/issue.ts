/** Issuing a licence in one act: identifier, signed QR, face, seal. */
import type { Seal } from '@gov/e-seal';
import { sealPdf } from '@gov/e-seal/pdf';
import type { Certificate } from '@gov/pki';
import { qrCode, qrPng } from '@gov/qr/draw';
import type { Signer } from '@gov/sm';
import { drawFace, type FaceFonts } from '../face/index.js';
import { type LicenseRecord, licenseClaims, licenseRecord } from '../license.js';
import type { LicenseType } from '../license-type.js';
import type { LicenseData } from '../metadata.js';
import { issueLicenseQr } from '../qr/issue.js';
import { QR_ATTACHMENT, RECORD_ATTACHMENT } from './attachments.js';

export interface IssueLicenseOptions {
  readonly type: LicenseType;
  /** When it is signed; whole seconds count. */
  readonly issuedAt: Date;
  /** 流水号; without it the licence number, less everything but digits and letters. */
  readonly serial?: string;
  /** Signs the QR (证照签发者). */
  readonly issuer: { readonly certificate: Certificate; readonly signer: Signer };
  /** Seals the face (签章人): of the same body, or nobody will believe the two together. */
  readonly seal: { readonly seal: Seal; readonly certificate: Certificate; readonly signer: Signer };
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

/** Largest QR version that is drawn, at level M. */
const QR_MAX_VERSION = 20;

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
  const record = licenseRecord(data, options);
  const qrText = await issueLicenseQr(licenseClaims(record, options.type), options.issuer);
  const code = qrCode(qrText, { level: 'M', maxVersion: QR_MAX_VERSION });
  const face = await drawFace(
    {
      title: options.type.name,
      number: data.number,
      identifier: record.identifier,
      rows: record.face,
      authority: data.authority.name,
      issueDate: data.issueDate,
      qr: code,
      qrCaption: '扫码核验证照',
      attachments: [
        { name: QR_ATTACHMENT, mimeType: 'text/plain', relationship: 'Data', bytes: encode(qrText) },
        {
          name: RECORD_ATTACHMENT,
          mimeType: 'application/json',
          relationship: 'Source',
          bytes: encode(JSON.stringify(record)),
        },
      ],
    },
    { fonts: options.fonts, createdAt: new Date(record.issuedAt) },
  );
  const { page, x, y } = face.sealCentreMm;
  const place = { page, xMm: x, yMm: y };
  const pdf = await sealPdf(face.pdf, { ...options.seal, place, time: options.issuedAt });
  return { record, qrText, qrVersion: code.version, qrPng: qrPng(code, { scale: 8 }), pdf };
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
