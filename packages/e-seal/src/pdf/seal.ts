/** Sealing a PDF (PDF 签章) with a seal signature of GB/T 38540-2020. */
import { openPdf, type PdfLimits, prepareSignature } from '@gov/pdf';
import type { Certificate } from '@gov/pki';
import { type Signer, Sm3 } from '@gov/sm';
import type { Seal } from '../seal.js';
import { assertUsable, sesSignatureSize, signSes } from '../ses-signature.js';
import { type EncodedPicture, encodePicture, sealAppearance } from './appearance.js';
import { pageRectangle } from './placement.js';
import { PDF_SEAL_NAMES } from './profile.js';

/** Who seals, and with what; the same for many documents. */
export interface PdfSealerOptions {
  readonly seal: Seal;
  /** The signer's certificate; it must be in the seal's list. */
  readonly certificate: Certificate;
  readonly signer: Signer;
  readonly filter?: string;
  readonly subFilter?: string;
  readonly limits?: Partial<PdfLimits>;
}

/** Where and when one document is sealed. */
export interface SealPlace {
  /** Counted from 1. */
  readonly page: number;
  /** Centre of the seal, millimetres from the lower left corner of the page as seen. */
  readonly xMm: number;
  readonly yMm: number;
  /** The signing time that is claimed; seconds count. */
  readonly time: Date;
  readonly reason?: string;
  readonly location?: string;
}

export interface SealPdfOptions extends PdfSealerOptions, SealPlace {}

/**
 * Seals many PDFs with one seal: its picture is prepared once.
 *
 * @example
 * import { PdfSealer } from '@gov/e-seal/pdf';
 * const sealer = new PdfSealer({ seal, certificate, signer });
 * const sealed = await sealer.seal(pdf, { page: 1, xMm: 150, yMm: 60, time: new Date() });
 */
export class PdfSealer {
  readonly #options: PdfSealerOptions;
  #picture: EncodedPicture | undefined;

  constructor(options: PdfSealerOptions) {
    this.#options = options;
  }

  /** As `sealPdf`, and throws the same. */
  async seal(pdf: Uint8Array, place: SealPlace): Promise<Uint8Array> {
    const { seal, certificate, signer, limits } = this.#options;
    const { time } = place;
    assertUsable(seal, certificate, signer, time);
    const doc = openPdf(pdf, limits === undefined ? {} : { limits });
    const page = doc.page(place.page);
    const { widthMm, heightMm } = seal.picture;
    const rect = pageRectangle(page, { xMm: place.xMm, yMm: place.yMm, widthMm, heightMm });
    this.#picture ??= encodePicture(seal.picture);
    const subFilter = this.#options.subFilter ?? PDF_SEAL_NAMES.subFilter;
    const signature = { seal, certificate, signer, time, propertyInfo: subFilter };
    const prepared = prepareSignature(doc, {
      page: place.page,
      rect,
      appearance: sealAppearance(this.#picture, rect, page.rotate),
      filter: this.#options.filter ?? PDF_SEAL_NAMES.filter,
      subFilter,
      reservedBytes: sesSignatureSize(signature),
      signingTime: time,
      name: seal.name,
      ...(place.reason === undefined ? {} : { reason: place.reason }),
      ...(place.location === undefined ? {} : { location: place.location }),
    });
    const hash = new Sm3();
    for (const part of prepared.coveredParts()) hash.update(part);
    return prepared.finish(await signSes({ ...signature, dataHash: hash.digest() }));
  }
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
export function sealPdf(pdf: Uint8Array, options: SealPdfOptions): Promise<Uint8Array> {
  return new PdfSealer(options).seal(pdf, options);
}
