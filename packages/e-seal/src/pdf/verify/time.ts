/** When a signature was made: what its dictionary claims, and what later document timestamps prove. */
import { byteRangeOf, type PdfDocument, type PdfSignature } from '@gov/pdf';
import type { SigningTime } from '@gov/pki';
import { earliest } from '../../weighed-certificate.js';

/**
 * A date as PDF writes it (ISO 32000-2 7.9.4), `D:YYYYMMDDHHmmSSOHH'mm'`, everything after the year optional, the last
 * apostrophe too. Without a time zone it is no instant, and no claim that could be weighed: undefined, as for what is no date.
 */
export function pdfDate(text: string | undefined): Date | undefined {
  const parts =
    /^D:(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:(Z)(?:00'?(?:00'?)?)?|([+-])(\d\d)'?(?:(\d\d)'?)?)$/.exec(
      text?.trim() ?? '',
    );
  if (parts === null) return undefined;
  const [, year, month = '01', day = '01', hour = '00', minute = '00', second = '00', , sign, hours, minutes] = parts;
  const local = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  const offset = Number(hours ?? 0) * 60 + Number(minutes ?? 0);
  if (Number.isNaN(local.getTime()) || local.getUTCDate() !== Number(day) || offset > 24 * 60) return undefined;
  return new Date(local.getTime() - (sign === '-' ? -1 : 1) * offset * 60_000);
}

/** A document timestamp that is valid: everything before its gap existed by that time. */
export interface DocumentProof {
  readonly signature: PdfSignature;
  readonly before: number;
  readonly time: SigningTime;
}

/** By when the bytes of a signature existed, as far as later timestamps cover all of them; the earliest counts. */
export function provedBy(
  doc: PdfDocument,
  signature: PdfSignature,
  proofs: readonly DocumentProof[],
): SigningTime | undefined {
  const range = byteRangeOf(doc, signature);
  if (range === undefined) return undefined;
  return earliest(...proofs.filter(({ before }) => range.end <= before).map(({ time }) => time));
}
