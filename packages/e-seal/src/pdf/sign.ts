/** Signing a PDF with a standard signature: CMS with SM2 (GM/T 0010), PAdES (EN 319 142-1) with RSA and ECDSA. */
import type { PdfFile } from '@gov/pdf';
import { appended } from './internal/act.js';
import { type DocumentTimestampOptions, documentTimestampStep } from './internal/document-timestamp.js';
import { signSteps } from './internal/sign-steps.js';
import { type ValidationDataOptions, validationDataStep } from './internal/validation-data.js';
import type { SignPdfOptions } from './sign-options.js';

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
