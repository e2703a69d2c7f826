/** Signing a PDF with a standard signature: CMS with SM2 (GM/T 0010), PAdES (EN 319 142-1) with RSA and ECDSA. */
import type { FieldLock, PdfFile } from '@gov/pdf';
import type { Certificate } from '@gov/pki';
import type { Signer } from '@gov/sm';
import type { SealPicture } from '../seal.js';
import { appended, type PdfActOptions } from './internal/act.js';
import { type DocumentTimestampOptions, documentTimestampStep } from './internal/document-timestamp.js';
import { signSteps } from './internal/sign-steps.js';
import type { PdfTimestamp } from './internal/timestamp-port.js';
import { type ValidationDataOptions, type ValidationSources, validationDataStep } from './internal/validation-data.js';
import type { FindText, SealPlace } from './place.js';

/**
 * How long a signature can be verified (EN 319 142-1 6): B-B as long as its certificates are valid, B-T with a proved time, B-LT
 * when nobody answers for the certificates any more, B-LTA for as long as its document timestamps are renewed.
 */
export type PadesLevel = 'B-B' | 'B-T' | 'B-LT' | 'B-LTA';

export interface SignPdfOptions extends PdfActOptions {
  readonly certificate: Certificate;
  /** Certificates above the signer's, sent along. */
  readonly chain?: readonly Certificate[];
  /** Its algorithm decides what is written: SM2 → `GM.sm2cms.detached`, any other → PAdES. */
  readonly signer: Signer;
  /** The signing time that is claimed; seconds count. */
  readonly time: Date;
  /** B-T where there is a timestamp, else B-B. SM2 goes up to B-T. */
  readonly level?: PadesLevel;
  /** `GM.sm2cms.detached` (SM2), `ETSI.CAdES.detached` (others) or `adbe.pkcs7.detached`. */
  readonly subFilter?: string;
  readonly filter?: string;
  /** `digest-as-content` is what products with `GM.sm2cms.detached` write, and the default there; `attributes` everywhere else. */
  readonly dialect?: 'attributes' | 'digest-as-content';
  /** Asks for the timestamps, on the signature value and (B-LTA) on the document. */
  readonly timestamp?: PdfTimestamp;
  /** Room for a timestamp token, bytes; `TIMESTAMP_RESERVED_BYTES` where not given. */
  readonly timestampBytes?: number;
  /** Whom to believe and where revocation data comes from (B-LT, B-LTA). */
  readonly validation?: ValidationSources;
  /** Where the picture shows; without both the signature does not show. A field alone may be signed without a picture. */
  readonly place?: SealPlace | readonly SealPlace[];
  readonly picture?: SealPicture;
  readonly findText?: FindText;
  /** Name of the new signature field; without it the first free one of Signature1, Signature2… */
  readonly fieldName?: string;
  /** Who signs; the common name of the certificate where not given. */
  readonly name?: string;
  /** What is read out for the picture; the name where not given. */
  readonly description?: string;
  readonly reason?: string;
  readonly location?: string;
  /** Certifies the document (认证签名): 1 no change, 2 filling forms and signing, 3 annotations too. First signature only. */
  readonly certify?: 1 | 2 | 3;
  /** Locks form fields. */
  readonly lock?: FieldLock;
}

/**
 * Signs a PDF. The answer begins with the input, byte for byte; B-LT and B-LTA append further revisions in the same act.
 *
 * @throws GovError `key-mismatch`, `certificate-unsuitable`, `certificate-expired`, `certificate-not-yet-valid`; `invalid-argument`
 *   for options that do not go together; `validation-data-missing` where B-LT could not be kept; `timestamp-answer-wrong`,
 *   `timestamp-malformed`, `pdf-reservation` for a timestamp that is wrong or too large; otherwise as `sealPdf`
 * @example
 * import { signPdf } from '@gov/e-seal/pdf';
 * const signed = await signPdf(pdf, { certificate, signer, time: new Date() });
 */
export async function signPdf(pdf: Uint8Array | PdfFile, options: SignPdfOptions): Promise<Uint8Array> {
  return appended(pdf, signSteps(options));
}

/**
 * Puts a timestamp on a whole document (文档时间戳): everything in it existed by then. Again and again, it keeps B-LTA alive;
 * after `addValidationData` it makes B-LTA of a file. A certification never forbids it.
 *
 * @throws GovError `timestamp-answer-wrong`, `timestamp-malformed`, `pdf-reservation`; what the port throws, and what reading
 *   throws; the signal's reason
 * @example
 * import { timestampPdf } from '@gov/e-seal/pdf';
 * import { requestTimestamp } from '@gov/pki/timestamp';
 * const ask = { fetch, at: new Date(), trust };
 * const stamp = async (digest: Uint8Array) =>
 *   (await requestTimestamp('https://tsa.gov.cn/', { digest, hash: 'SHA-256' }, ask)).bytes;
 * const stamped = await timestampPdf(pdf, { timestamp: { hash: 'SHA-256', stamp } });
 */
export async function timestampPdf(pdf: Uint8Array | PdfFile, options: DocumentTimestampOptions): Promise<Uint8Array> {
  return appended(pdf, [documentTimestampStep(options)]);
}

/**
 * Puts the certificates and revocation data of a document's signatures, of their timestamps and of those who answered into its
 * security store (DSS): a file becomes B-LT. Where all of it is there already the file stays as it is.
 *
 * @throws GovError `validation-data-missing` where a path or an answer about one of its certificates is not to be had,
 *   `pdf-field-missing` where there is no such signature, `limit-exceeded` past `MAX_VALIDATION_PATHS`; what reading throws; the
 *   signal's reason
 * @example
 * import { addValidationData } from '@gov/e-seal/pdf';
 * import type { Certificate } from '@gov/pki';
 * import { gatherRevocation } from '@gov/pki/revocation';
 * const at = new Date();
 * const fetchRevocation = (path: readonly Certificate[]) => gatherRevocation(path, { trust, at, fetch });
 * const lasting = await addValidationData(pdf, { trust, at, fetchRevocation });
 */
export async function addValidationData(
  pdf: Uint8Array | PdfFile,
  options: ValidationDataOptions,
): Promise<Uint8Array> {
  return appended(pdf, [validationDataStep(() => options)]);
}
