/** Sealing a PDF (PDF 签章) with a seal signature of GB/T 38540-2020. */
import type { PdfFile } from '@gov/pdf';
import { type EncodedPicture, encodePicture } from './appearance.js';
import { appended } from './internal/act.js';
import { manySealSteps, sealSteps } from './internal/seal-steps.js';
import type { PdfSealerOptions, PdfSealing, SealPdfOptions } from './seal-options.js';

/**
 * Seals many PDFs with one seal: its picture is prepared once.
 *
 * @example
 * import { PdfSealer } from '@gov/e-seal/pdf';
 * const sealer = new PdfSealer({ seal, certificate, signer });
 * const sealed = await sealer.seal(pdf, { place: { page: 1, xMm: 150, yMm: 60 }, time: new Date() });
 */
export class PdfSealer {
  readonly #options: PdfSealerOptions;
  #picture: EncodedPicture | undefined;

  constructor(options: PdfSealerOptions) {
    this.#options = options;
  }

  /** As `sealPdf`, and throws the same. */
  async seal(pdf: Uint8Array | PdfFile, sealing: PdfSealing): Promise<Uint8Array> {
    this.#picture ??= encodePicture(this.#options.seal.picture);
    return appended(pdf, sealSteps({ ...this.#options, ...sealing }, this.#picture));
  }
}

/**
 * Seals a PDF: the answer begins with the input, byte for byte, and covers all of it. Earlier seals stay valid. Several
 * acts are several seals, one after another, each covering those before it; where one is refused there is no output.
 *
 * @throws GovError `seal-outside-page`, `seal-picture-unsupported`, what `assertUsable` and `signSes` throw;
 *   `pdf-page-missing`, `pdf-keyword-missing`, `pdf-field-missing`, `limit-exceeded` for a place that is not there;
 *   `pdf-certified`, `pdf-field-locked`, `pdf-signed`, `pdf-seed-value`, `pdf-permission` where the document forbids it;
 *   `pdf-malformed`, `pdf-encrypted`, `password-wrong`, `pdf-loop`, `pdf-limit`, `pdf-unfaithful` for a file that cannot be
 *   sealed; `timestamp-answer-wrong`, `timestamp-malformed`, `pdf-reservation` for a timestamp that is wrong or too large; the
 *   signal's reason
 * @example
 * import { sealPdf } from '@gov/e-seal/pdf';
 * const place = { page: 1, xMm: 150, yMm: 60 };
 * const sealed = await sealPdf(pdf, { seal, certificate, signer, place, time: new Date() });
 */
export async function sealPdf(
  pdf: Uint8Array | PdfFile,
  options: SealPdfOptions | readonly SealPdfOptions[],
): Promise<Uint8Array> {
  return appended(pdf, manySealSteps(options));
}
