/**
 * Verifying a sealed licence PDF offline: every seal, the QR text inside what the first seal covers, and that the two
 * belong together.
 */
import { pdfReport, type VerifiedPdfSignature, type VerifyPdfOptions, verifySignatures } from '@gov/e-seal/pdf';
import { type EmbeddedFile, embeddedFiles, openPdf, type PdfDocument } from '@gov/pdf';
import { bodyText, certificateBody, sameBody } from '@gov/pki';
import { type Check, type Finding, isGovError, type Report, report } from '@gov/verdict';
import type { LicenseClaims } from '../qr/claims.js';
import type { LicenseVerificationOptions } from '../qr/status.js';
import { examineLicenseQr, LICENSE_QR_REQUIRED, type LicenseQrSubject, licensePolicy } from '../qr/verify.js';
import { ATTACHMENT_MAX_BYTES, QR_ATTACHMENT, RECORD_ATTACHMENT } from './attachments.js';
import { faceDataFinding } from './face-data.js';

const CLAUSE = 'EL1';

/** What a report on a licence PDF is about. */
export interface LicensePdfSubject {
  readonly kind: 'license-pdf';
  readonly pages: number;
  readonly revisions: number;
  /** What its QR says; absent where there is none. */
  readonly license?: LicenseQrSubject;
}

/** Those of a sealed PDF, and where the status is asked. */
export type VerifyLicensePdfOptions = VerifyPdfOptions & LicenseVerificationOptions;

const REQUIRED: readonly Check[] = [...LICENSE_QR_REQUIRED, 'content', 'coverage'];

/**
 * Verifies a sealed licence. `findings` are those of the QR and of what ties it to the seal; `signatures` those of the
 * seals. The verdict is the worst of them.
 *
 * @throws GovError `pdf-malformed`, `pdf-encrypted`, `pdf-loop`, `pdf-limit` for a file that cannot be read
 * @example
 * import { verifyLicensePdf } from '@gov/e-license/pdf';
 * const { verdict, subject } = await verifyLicensePdf(bytes, { at: new Date(), trust });
 */
export async function verifyLicensePdf(
  pdf: Uint8Array,
  options: VerifyLicensePdfOptions,
): Promise<Report<LicensePdfSubject>> {
  const { limits, password } = options;
  const doc = openPdf(pdf, {
    ...(limits === undefined ? {} : { limits }),
    ...(password === undefined ? {} : { password }),
  });
  const seals = await verifySignatures(doc, options);
  const { signatures } = pdfReport(doc, seals);
  const first = firstSeal(seals);
  const covered = first?.signature.revisionIndex === undefined ? undefined : doc.asOf(first.signature.revisionIndex);
  const policy = licensePolicy(REQUIRED, options);
  const subject = { kind: 'license-pdf', pages: doc.pageCount, revisions: doc.revisions.length } as const;

  // Without a seal nothing ties the QR to this face, but what it says is still worth reporting.
  const sealed: Finding =
    covered === undefined
      ? { check: 'coverage', outcome: 'unknown', code: 'no-signature', clause: CLAUSE }
      : {
          check: 'coverage',
          outcome: 'pass',
          code: 'coverage-ok',
          clause: CLAUSE,
          detail: `${QR_ATTACHMENT} lies in what is sealed`,
        };
  const text = attachmentText(covered ?? doc, QR_ATTACHMENT);
  if (typeof text !== 'string') return report(subject, [text, sealed], policy, signatures ?? []);
  const qr = await examineLicenseQr(text.trim(), options);
  const findings = [...qr.report.findings, sealed];
  if (qr.claims !== undefined) {
    findings.push(sealIssuerFinding(first, qr.claims));
    findings.push(faceDataFinding(attachment(covered ?? doc, RECORD_ATTACHMENT), qr.claims));
  }
  return report({ ...subject, license: qr.report.subject }, findings, policy, signatures ?? []);
}

/** The seal that was put on first covers the face as it was issued. */
function firstSeal(seals: readonly VerifiedPdfSignature[]): VerifiedPdfSignature | undefined {
  const revision = (seal: VerifiedPdfSignature) => seal.signature.revisionIndex ?? Number.POSITIVE_INFINITY;
  return seals.filter((seal) => seal.ses !== undefined).sort((a, b) => revision(a) - revision(b))[0];
}

/** A genuine QR on another body's sealed face: the seal's signer must be the QR's issuing authority. */
function sealIssuerFinding(seal: VerifiedPdfSignature | undefined, claims: LicenseClaims): Finding {
  if (seal?.signer === undefined) {
    return { check: 'authority', outcome: 'unknown', code: 'no-signature', clause: CLAUSE };
  }
  const signer = certificateBody(seal.signer);
  const authority = {
    name: claims.authorityName,
    ...(claims.authorityCode === undefined ? {} : { creditCode: claims.authorityCode }),
  };
  const detail = `seal: ${bodyText(signer)}; licence: ${bodyText(authority)}`;
  return sameBody(signer, authority)
    ? { check: 'authority', outcome: 'pass', code: 'seal-issuer-ok', clause: CLAUSE, detail }
    : { check: 'authority', outcome: 'fail', code: 'seal-issuer-mismatch', clause: CLAUSE, detail };
}

function attachmentText(doc: PdfDocument, name: string): string | Finding {
  const bytes = attachment(doc, name);
  if (bytes === undefined) {
    return {
      check: 'format',
      outcome: 'unknown',
      code: 'qr-missing',
      clause: CLAUSE,
      detail: `no ${name}, or several`,
    };
  }
  return new TextDecoder('latin1').decode(bytes);
}

/** The one file of this name; of two, nobody can say which a reader would take. */
function attachment(doc: PdfDocument, name: string): Uint8Array | undefined {
  const files = embeddedFiles(doc).filter((file) => file.name === name);
  const [file] = files;
  if (file === undefined || new Set(files.map(({ ref }) => ref.number)).size > 1) return undefined;
  return readBounded(file);
}

function readBounded(file: EmbeddedFile): Uint8Array | undefined {
  try {
    const bytes = file.bytes();
    return bytes.length > ATTACHMENT_MAX_BYTES ? undefined : bytes;
  } catch (error) {
    if (isGovError(error)) return undefined;
    throw error;
  }
}
