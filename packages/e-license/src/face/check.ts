import { GovError } from '@gov/verdict';
import { isDate } from '../validity.js';
import type { LicenseFace } from './face.js';

/** Limits of a licence face, checked before it is drawn; the size of the PDF after. */
export const FACE_LIMITS = {
  rows: 40,
  /** Characters of a row's label, of its value, and of any other text. */
  label: 60,
  value: 2000,
  text: 200,
  attachments: 8,
  /** Bytes of all attachments together. */
  attachmentBytes: 256 * 1024,
  /** Modules per side of the QR: version 20. */
  qrModules: 97,
  /** Bytes of the finished PDF; a licence of 15 fields has about 40 KB. */
  pdfBytes: 300 * 1024,
} as const;

/** @throws GovError `limit-exceeded`, `invalid-argument` */
export function checkFace(face: LicenseFace, createdAt: Date): void {
  const limits = FACE_LIMITS;
  if (face.rows.length > limits.rows) throw new GovError('limit-exceeded', `a face has at most ${limits.rows} rows`);
  for (const [what, text, most] of [
    ['title', face.title, limits.text],
    ['titleEn', face.titleEn ?? '', limits.text],
    ['number', face.number, limits.text],
    ['identifier', face.identifier, limits.text],
    ['authority', face.authority, limits.text],
    ['qrCaption', face.qrCaption, limits.text],
    ...face.rows.flatMap(({ label, labelEn, value }, i) => [
      [`rows[${i}].label`, label, limits.label] as const,
      [`rows[${i}].labelEn`, labelEn ?? '', limits.label] as const,
      [`rows[${i}].value`, value, limits.value] as const,
    ]),
  ] as const) {
    if (text.length > most) throw new GovError('limit-exceeded', `${what} has more than ${most} characters`);
  }
  if (!isDate(face.issueDate)) throw new GovError('invalid-argument', 'issueDate is a day, YYYY-MM-DD');
  const year = createdAt.getUTCFullYear();
  if (!(year >= 1900 && year <= 9999)) throw new GovError('invalid-argument', 'createdAt is not a date');
  checkQr(face.qr);
  checkAttachments(face.attachments ?? []);
}

function checkQr({ size, modules }: LicenseFace['qr']): void {
  if (!(size >= 21 && (size - 17) % 4 === 0 && modules.length === size ** 2)) {
    throw new GovError('invalid-argument', 'a QR code has 17 + 4 · version modules per side');
  }
  const most = FACE_LIMITS.qrModules;
  if (size > most) {
    throw new GovError('limit-exceeded', `the QR of a face has at most ${most} modules per side, not ${size}`);
  }
}

function checkAttachments(attachments: NonNullable<LicenseFace['attachments']>): void {
  const limits = FACE_LIMITS;
  if (attachments.length > limits.attachments) {
    throw new GovError('limit-exceeded', `a face has at most ${limits.attachments} attachments`);
  }
  if (attachments.reduce((sum, { bytes }) => sum + bytes.length, 0) > limits.attachmentBytes) {
    throw new GovError('limit-exceeded', `attachments have at most ${limits.attachmentBytes} bytes together`);
  }
  for (const { name, mimeType } of attachments) {
    if (!/^[A-Za-z0-9._-]{1,100}$/.test(name)) throw new GovError('invalid-argument', 'an attachment has an odd name');
    if (!/^[a-z]+\/[a-z0-9.+-]{1,100}$/.test(mimeType))
      throw new GovError('invalid-argument', 'an attachment has an odd type');
  }
  if (new Set(attachments.map(({ name }) => name)).size < attachments.length) {
    throw new GovError('invalid-argument', 'two attachments have the same name');
  }
}
