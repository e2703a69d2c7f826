/** Sealing a PDF (PDF 签章) with a seal signature of GB/T 38540-2020. */
import type { FieldLock, PdfFile } from '@gov/pdf';
import type { Certificate } from '@gov/pki';
import type { Signer } from '@gov/sm';
import type { Seal } from '../seal.js';
import { type EncodedPicture, encodePicture } from './appearance.js';
import { appended, type PdfActOptions } from './internal/act.js';
import { manySealSteps, sealSteps } from './internal/seal-steps.js';
import type { PdfTimestamp } from './internal/timestamp-port.js';
import type { FindText, SealPlace } from './place.js';
import type { SignPdfOptions } from './sign.js';

/** Who seals, and with what; the same for many documents. */
export interface PdfSealerOptions {
  readonly seal: Seal;
  /** The signer's certificate; it must be in the seal's list. */
  readonly certificate: Certificate;
  readonly signer: Signer;
  readonly filter?: string;
  readonly subFilter?: string;
  /** Asks for the timestamp on the seal's signature value: `requestTimestamp` of `@gov/pki/timestamp`. */
  readonly timestamp?: PdfTimestamp;
  /**
   * A second signature over the seal in the same act (双重签章): a standard one, which viewers that know no SM2 verify. It does
   * not show unless it has a place of its own.
   */
  readonly dual?: Omit<SignPdfOptions, 'time' | keyof PdfActOptions>;
  /** Finds the keywords of places: `pdfjsTextFinder()` of `@gov/e-seal/pdf/keyword`. */
  readonly findText?: FindText;
}

/** Where, when and how one document is sealed. */
export interface PdfSealing extends PdfActOptions {
  /** Several places are one signature that shows in all of them. */
  readonly place: SealPlace | readonly SealPlace[];
  /** The signing time that is claimed; seconds count. */
  readonly time: Date;
  readonly reason?: string;
  readonly location?: string;
  /** Name of the new signature field; without it the first free one of Signature1, Signature2… */
  readonly fieldName?: string;
  /** What is read out for the picture; the seal's name where not given. */
  readonly description?: string;
  /** Certifies the document (认证签名): 1 no change, 2 filling forms and signing, 3 annotations too. First signature only. */
  readonly certify?: 1 | 2 | 3;
  /** Locks form fields. */
  readonly lock?: FieldLock;
}

export interface SealPdfOptions extends PdfSealerOptions, PdfSealing {}

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
