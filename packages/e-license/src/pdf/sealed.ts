/** Sealed licence PDFs from records (制作加盖印章的证照文件): one by one, or many with one set of templates. */
import type { Seal } from '@gov/e-seal';
import { PdfSealer } from '@gov/e-seal/pdf';
import type { Certificate } from '@gov/pki';
import { type QrCode, qrCode } from '@gov/qr/draw';
import type { Signer } from '@gov/sm';
import { GovError } from '@gov/verdict';
import { drawTemplated, type FaceTemplate, faceTemplate } from '../face/draw.js';
import type { LicenseFace } from '../face/face.js';
import type { FaceFonts } from '../face/index.js';
import type { LicenseRecord } from '../license.js';
import type { LicenseType } from '../license-type.js';
import { QR_ATTACHMENT, RECORD_ATTACHMENT } from './attachments.js';

/** Who seals a face, and with what (签章人): of the same body as the QR's issuer, or nobody will believe the two together. */
export interface LicenseSeal {
  readonly seal: Seal;
  readonly certificate: Certificate;
  readonly signer: Signer;
}

export interface LicensePdfOptions {
  /** Types of the records that will come. */
  readonly types: readonly LicenseType[];
  readonly fonts: FaceFonts;
  readonly seal: LicenseSeal;
  /** English title and labels under the Chinese ones. */
  readonly english?: boolean;
  /** Side of the QR, see `DrawFaceOptions.qrMm`. */
  readonly qrMm?: number;
}

/** Largest QR version that is drawn, at level M. */
const QR_MAX_VERSION = 20;

const QR_CAPTION = '扫码核验证照';

/**
 * Makes many sealed licence PDFs: the border and the fonts of what a type prints on every face are made once, the seal's
 * picture is prepared once. The same record, QR and time give the same bytes, but for the signature.
 *
 * @example
 * import { FOOD_BUSINESS } from '@gov/e-license';
 * import { FaceFonts } from '@gov/e-license/face';
 * import { LicensePdfIssuer } from '@gov/e-license/pdf';
 * const issuer = new LicensePdfIssuer({ types: [FOOD_BUSINESS], fonts: new FaceFonts(font), seal: { seal, certificate, signer } });
 * const pdf = await issuer.issue(record, qrText);
 */
export class LicensePdfIssuer {
  readonly #options: LicensePdfOptions;
  readonly #types: ReadonlyMap<string, LicenseType>;
  readonly #templates = new Map<string, FaceTemplate>();
  readonly #sealer: PdfSealer;

  constructor(options: LicensePdfOptions) {
    this.#options = options;
    this.#types = new Map(options.types.map((type) => [type.code, type]));
    this.#sealer = new PdfSealer(options.seal);
  }

  /**
   * The sealed face, with the QR text and the record attached.
   *
   * @param sealedAt the signing time that is claimed; the record's `issuedAt` where not given. A face that is made later,
   *   on the first download, says when.
   * @throws GovError `license-type-unknown`; `qr-too-large`, `glyph-missing`, `license-face-overflow`,
   *   `license-face-too-large`, `limit-exceeded`, and what sealing throws: `signer-not-in-seal`, `seal-expired`, …
   */
  async issue(record: LicenseRecord, qrText: string, sealedAt = new Date(record.issuedAt)): Promise<Uint8Array> {
    return this.issueWith(record, qrText, licenseQrCode(qrText), sealedAt);
  }

  /** For a caller that has drawn the QR already. */
  async issueWith(record: LicenseRecord, qrText: string, qr: QrCode, sealedAt: Date): Promise<Uint8Array> {
    const { fonts, english = false, qrMm } = this.#options;
    const type = this.#types.get(record.data.type);
    if (type === undefined) {
      throw new GovError('license-type-unknown', `no face for licences of type ${record.data.type}`);
    }
    const face = { ...licenseFace(record, type, qr, english), attachments: attachmentsOf(record, qrText) };
    const createdAt = new Date(record.issuedAt);
    const options = { fonts, createdAt, ...(qrMm === undefined ? {} : { qrMm }) };
    const { pdf, sealCentreMm } = drawTemplated(face, options, this.#templateOf(type, english));
    const { page, x, y } = sealCentreMm;
    return this.#sealer.seal(pdf, { place: { page, xMm: x, yMm: y }, time: sealedAt });
  }

  #templateOf(type: LicenseType, english: boolean): FaceTemplate {
    const known = this.#templates.get(type.code);
    if (known !== undefined) return known;
    const labels = type.fields.flatMap(({ label, labelEn }) => (english ? [label, labelEn] : [label]));
    const made = faceTemplate(this.#options.fonts, type.face, {
      title: type.name,
      ...(english ? { titleEn: type.nameEn } : {}),
      texts: [QR_CAPTION, ...labels],
    });
    this.#templates.set(type.code, made);
    return made;
  }
}

/** @throws GovError `qr-too-large` */
export const licenseQrCode = (qrText: string): QrCode => qrCode(qrText, { level: 'M', maxVersion: QR_MAX_VERSION });

/**
 * What the face of a record shows.
 *
 * @throws GovError `license-type-unknown`
 */
export function licenseFace(record: LicenseRecord, type: LicenseType, qr: QrCode, english = false): LicenseFace {
  const { data } = record;
  if (type.code !== data.type) throw new GovError('license-type-unknown', `the record is of type ${data.type}`);
  const labelsEn = new Map(english ? type.fields.map(({ key, labelEn }) => [key, labelEn]) : []);
  return {
    title: type.name,
    ...(english ? { titleEn: type.nameEn } : {}),
    number: data.number,
    identifier: record.identifier,
    rows: record.face.map(({ key, label, value }) => {
      const labelEn = labelsEn.get(key);
      return { key, label, value, ...(labelEn === undefined ? {} : { labelEn }) };
    }),
    authority: data.authority.name,
    issueDate: data.issueDate,
    qr,
    qrCaption: QR_CAPTION,
  };
}

function attachmentsOf(record: LicenseRecord, qrText: string): NonNullable<LicenseFace['attachments']> {
  const encode = (text: string) => new TextEncoder().encode(text);
  return [
    { name: QR_ATTACHMENT, mimeType: 'text/plain', relationship: 'Data', bytes: encode(qrText) },
    {
      name: RECORD_ATTACHMENT,
      mimeType: 'application/json',
      relationship: 'Source',
      bytes: encode(JSON.stringify(record)),
    },
  ];
}
