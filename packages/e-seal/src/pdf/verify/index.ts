/** Verifying the signatures of a PDF (PDF 验章): each signature by itself, then what a later one did to an earlier. */
import {
  byteRangeOf,
  changeAnalysis,
  coverageFindings,
  type OpenPdfOptions,
  openPdf,
  type PdfDocument,
  type PdfFile,
  type PdfLimits,
  type PdfSignature,
  signaturesOf,
} from '@gov/pdf';
import type { Certificate, VerificationOptions } from '@gov/pki';
import { DEFAULT_REQUIRED, type Finding, GovError, type Report, report } from '@gov/verdict';
import type { SesSignature } from '../../ses-signature.js';
import { coveringFindings, laterThan } from './covering.js';
import { examine, isDocumentTimestamp } from './examine.js';
import type { Judged } from './judged.js';
import { type PdfSignatureSubject, type PdfSubject, signatureSubject } from './subject.js';
import { type DocumentProof, provedBy } from './time.js';
import { validationDataOf, withValidationData } from './validation-data.js';

/** Signatures of one file: each costs a digest over all that it covers. */
export const MAX_SIGNATURES = 256;

export interface VerifyPdfOptions extends VerificationOptions {
  readonly limits?: Partial<PdfLimits>;
  /** Of an encrypted file: either of its passwords. */
  readonly password?: string | Uint8Array;
}

/** One signature with what was found out about it. */
export interface VerifiedPdfSignature {
  readonly signature: PdfSignature;
  readonly ses?: SesSignature;
  readonly signer?: Certificate;
  readonly report: Report<PdfSignatureSubject>;
}

/**
 * Verifies every signature of a PDF: seals, CMS signatures of any tool, document timestamps. Several: the worst verdict counts.
 * None, or nothing but timestamps: indeterminate, `no-signature`.
 *
 * @throws GovError `pdf-malformed`, `pdf-encrypted`, `password-wrong`, `pdf-loop`, `pdf-limit` for a file that cannot be read
 * @example
 * import { verifyPdf } from '@gov/e-seal/pdf';
 * const { verdict, signatures } = await verifyPdf(bytes, { at: new Date(), trust });
 */
export async function verifyPdf(pdf: Uint8Array | PdfFile, options: VerifyPdfOptions): Promise<Report<PdfSubject>> {
  const { limits, password } = options;
  const reading: OpenPdfOptions = {
    ...(limits === undefined ? {} : { limits }),
    ...(password === undefined ? {} : { password }),
  };
  const doc = openPdf(pdf, reading);
  return pdfReport(doc, await verifySignatures(doc, options));
}

/** The report on a document whose signatures were verified. */
export function pdfReport(doc: PdfDocument, verified: readonly VerifiedPdfSignature[]): Report<PdfSubject> {
  const subject: PdfSubject = {
    kind: 'pdf',
    bytes: doc.length,
    pages: doc.pageCount,
    revisions: doc.revisions.length,
  };
  const reports = verified.map((one) => one.report);
  if (reports.some((one) => one.subject.type !== 'timestamp')) return report(subject, [], { required: [] }, reports);
  // An authority that stamps a file says when it was, not that anybody stands for it.
  const none: Finding = { check: 'authenticity', outcome: 'unknown', code: 'no-signature' };
  return report(subject, [none], { required: ['authenticity'] }, reports);
}

/**
 * Every signature of an open document, in the order of its form.
 *
 * @throws GovError `pdf-limit` for more than `MAX_SIGNATURES`, `pdf-malformed`, `pdf-loop`
 */
export async function verifySignatures(doc: PdfDocument, options: VerifyPdfOptions): Promise<VerifiedPdfSignature[]> {
  const signatures = signaturesOf(doc);
  if (signatures.length > MAX_SIGNATURES) {
    throw new GovError('pdf-limit', `${signatures.length} signatures, at most ${MAX_SIGNATURES}`);
  }
  const all = await judgeAll(doc, signatures, options);
  const required = [...DEFAULT_REQUIRED, ...(options.require ?? [])];
  const covering = coveringFindings(doc, all);
  return all.map((one) => {
    const { signature, ses, signer } = one;
    const findings = [...one.findings, ...laterThan(signature, covering)];
    return {
      signature,
      ...(ses === undefined ? {} : { ses }),
      ...(signer === undefined ? {} : { signer }),
      report: report(signatureSubject(doc, one), findings, { required }),
    };
  });
}

/** Document timestamps first, the newest of them before the others: each proves the time of what it covers. */
async function judgeAll(
  doc: PdfDocument,
  signatures: readonly PdfSignature[],
  options: VerifyPdfOptions,
): Promise<readonly Judged[]> {
  const validationData = signatures.length === 0 ? undefined : validationDataOf(doc);
  const given = withValidationData(options, validationData);
  const proofs: DocumentProof[] = [];
  // Compared once, for all of them.
  const analysis = changeAnalysis(doc, signatures);
  const judged = new Map<PdfSignature, Judged>();
  const end = (signature: PdfSignature) => byteRangeOf(doc, signature)?.end ?? 0;
  const stamps = signatures.filter(isDocumentTimestamp).sort((a, b) => end(b) - end(a));
  for (const signature of [...stamps, ...signatures.filter((one) => !isDocumentTimestamp(one))]) {
    const existedBy = provedBy(doc, signature, proofs);
    const archived = proofs.some((proof) => provedBy(doc, signature, [proof]) !== undefined && coversStore(doc, proof));
    const one = await examine(doc, signature, { existedBy, validationData, archived }, given);
    const coverage = coverageFindings(doc, signature, signatures, analysis);
    judged.set(signature, { ...one, findings: [...one.findings, ...coverage] });
    const range = byteRangeOf(doc, signature);
    if (one.proved !== undefined && range !== undefined)
      proofs.push({ signature, before: range.gapStart, time: one.proved });
  }
  return signatures.map((signature) => judged.get(signature)!);
}

/** The validation data was there when the timestamp was made. */
const coversStore = (doc: PdfDocument, { signature: { revisionIndex } }: DocumentProof): boolean =>
  revisionIndex !== undefined && doc.asOf(revisionIndex).catalog.has('DSS');
