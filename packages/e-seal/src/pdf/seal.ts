/** Sealing a PDF (PDF 签章) with a seal signature of GB/T 38540-2020. */
import { openPdf, type PdfLimits, prepareSignature } from '@gov/pdf';
import type { Certificate } from '@gov/pki';
import { type Signer, sm3 } from '@gov/sm';
import type { Seal } from '../seal.js';
import { assertUsable, sesSignatureSize, signSes } from '../ses-signature.js';
import { sealAppearance } from './appearance.js';
import { pageRectangle } from './placement.js';
import { PDF_SEAL_NAMES } from './profile.js';

export interface SealPdfOptions {
  readonly seal: Seal;
  /** The signer's certificate; it must be in the seal's list. */
  readonly certificate: Certificate;
  readonly signer: Signer;
  /** Counted from 1. */
  readonly page: number;
  /** Centre of the seal, millimetres from the lower left corner of the page as seen. */
  readonly xMm: number;
  readonly yMm: number;
  /** The signing time that is claimed; seconds count. */
  readonly time: Date;
  readonly filter?: string;
  readonly subFilter?: string;
  readonly reason?: string;
  readonly location?: string;
  readonly limits?: Partial<PdfLimits>;
}

/**
 * Seals a PDF: the answer begins with the input, byte for byte, and covers all of it. Earlier seals stay valid.
 *
 * @throws GovError `seal-outside-page`, `seal-picture-unsupported`, and what `assertUsable` throws;
 *   `pdf-malformed`, `pdf-encrypted`, `pdf-loop`, `pdf-limit`, `pdf-page-missing`,
 *   `pdf-certified`, `pdf-unfaithful` for a file that cannot be sealed
 * @example
 * import { sealPdf } from '@gov/e-seal/pdf';
 * const sealed = await sealPdf(pdf, { seal, certificate, signer, page: 1, xMm: 150, yMm: 60, time: new Date() });
 */
export async function sealPdf(pdf: Uint8Array, options: SealPdfOptions): Promise<Uint8Array> {
  const { seal, certificate, signer, time } = options;
  assertUsable(seal, certificate, signer, time);
  const doc = openPdf(pdf, options.limits === undefined ? {} : { limits: options.limits });
  const page = doc.page(options.page);
  const { widthMm, heightMm } = seal.picture;
  const rect = pageRectangle(page, { xMm: options.xMm, yMm: options.yMm, widthMm, heightMm });
  const subFilter = options.subFilter ?? PDF_SEAL_NAMES.subFilter;
  const signature = { seal, certificate, signer, time, propertyInfo: subFilter };
  const prepared = prepareSignature(doc, {
    page: options.page,
    rect,
    appearance: sealAppearance(seal.picture, rect, page.rotate),
    filter: options.filter ?? PDF_SEAL_NAMES.filter,
    subFilter,
    reservedBytes: sesSignatureSize(signature),
    signingTime: time,
    name: seal.name,
    ...(options.reason === undefined ? {} : { reason: options.reason }),
    ...(options.location === undefined ? {} : { location: options.location }),
  });
  return prepared.finish(await signSes({ ...signature, dataHash: sm3(...prepared.coveredParts()) }));
}
