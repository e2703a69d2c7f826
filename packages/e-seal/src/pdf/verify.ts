/** Verifying the seals of a PDF (PDF 验章): each signature by itself, then what a later one did to an earlier. */
import {
  chunksOf,
  coverageFindings,
  openPdf,
  type PdfDocument,
  type PdfLimits,
  type PdfPage,
  type PdfSignature,
  PdfStream,
  type SignatureWidget,
  signaturesOf,
} from '@gov/pdf';
import type { Certificate, VerificationOptions } from '@gov/pki';
import { Sm3 } from '@gov/sm';
import { DEFAULT_REQUIRED, type Finding, GovError, isGovError, type Report, report } from '@gov/verdict';
import { readSesSignature, type SesSignature } from '../ses-signature.js';
import { type SesSignatureSubject, sesSignatureFindings } from '../verify.js';
import { drawsExactly } from './appearance.js';
import { millimetresPerUnit } from './placement.js';

/** Signatures of one file: each costs a digest over all that it covers. */
export const MAX_SIGNATURES = 256;

export interface VerifyPdfOptions extends VerificationOptions {
  readonly limits?: Partial<PdfLimits>;
}

/** What a report on a PDF is about. */
export interface PdfSubject {
  readonly kind: 'pdf';
  readonly bytes: number;
  readonly pages: number;
  readonly revisions: number;
}

/** What a report on one signature of a PDF is about. */
export interface PdfSignatureSubject {
  readonly kind: 'pdf-signature';
  readonly field: string;
  readonly filter?: string;
  readonly subFilter?: string;
  /** Counted from 1; absent where no revision ends with the signed bytes. */
  readonly revision?: number;
  /** Pages it shows on, counted from 1. */
  readonly pages: readonly number[];
  /** Absent where /Contents is no seal signature. */
  readonly seal?: SesSignatureSubject;
}

/** One signature with what was found out about it. */
export interface VerifiedPdfSignature {
  readonly signature: PdfSignature;
  readonly ses?: SesSignature;
  readonly signer?: Certificate;
  readonly report: Report<PdfSignatureSubject>;
}

/**
 * Verifies every signature of a PDF. Several: the worst verdict counts. None: indeterminate, `no-signature`.
 *
 * @throws GovError `pdf-malformed`, `pdf-encrypted`, `pdf-loop`, `pdf-limit` for a file that cannot be read
 * @example
 * import { verifyPdf } from '@gov/e-seal/pdf';
 * const { verdict, signatures } = await verifyPdf(bytes, { at: new Date(), trust });
 */
export async function verifyPdf(pdf: Uint8Array, options: VerifyPdfOptions): Promise<Report<PdfSubject>> {
  const doc = openPdf(pdf, options.limits === undefined ? {} : { limits: options.limits });
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
  if (verified.length > 0)
    return report(
      subject,
      [],
      { required: [] },
      verified.map((one) => one.report),
    );
  const none: Finding = { check: 'authenticity', outcome: 'unknown', code: 'no-signature' };
  return report(subject, [none], { required: ['authenticity'] }, []);
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
  const examined: Examined[] = [];
  for (const signature of signatures) {
    examined.push(await examine(doc, signature, coverageFindings(doc, signature, signatures), options));
  }
  const required = [...DEFAULT_REQUIRED, ...(options.require ?? [])];
  const covering = coveringFindings(doc, examined);
  return examined.map((one) => {
    const { signature, ses, signer } = one;
    const findings = [...one.findings, ...laterThan(signature, covering)];
    return {
      signature,
      ...(ses === undefined ? {} : { ses }),
      ...(signer === undefined ? {} : { signer }),
      report: report(subjectOf(one), findings, { required }),
    };
  });
}

interface Examined {
  readonly signature: PdfSignature;
  readonly findings: readonly Finding[];
  readonly ses?: SesSignature;
  readonly signer?: Certificate;
  readonly subject?: SesSignatureSubject;
}

async function examine(
  doc: PdfDocument,
  signature: PdfSignature,
  coverage: readonly Finding[],
  options: VerifyPdfOptions,
): Promise<Examined> {
  const { contents } = signature;
  if (contents === undefined || !isSesSignature(contents)) {
    const detail = signature.subFilter === undefined ? 'no sub-filter' : `sub-filter ${signature.subFilter}`;
    return {
      signature,
      findings: [{ check: 'format', outcome: 'unknown', code: 'subfilter-unknown', detail }, ...coverage],
    };
  }
  let ses: SesSignature;
  try {
    ses = readSesSignature(contents, { padded: true });
  } catch (error) {
    if (!isGovError(error)) throw error;
    return {
      signature,
      findings: [{ check: 'format', outcome: 'fail', code: 'format-malformed', detail: error.message }, ...coverage],
    };
  }
  const { findings, subject, signer } = await sesSignatureFindings(ses, digestOf(doc, signature), options);
  return {
    signature,
    findings: [...findings, ...coverage, ...paddingFindings(contents, ses.bytes.length)],
    ses,
    subject,
    ...(signer === undefined ? {} : { signer }),
  };
}

/** SES_Signature ::= SEQUENCE { SEQUENCE …}; CMS begins with an OBJECT IDENTIFIER instead. */
function isSesSignature(contents: Uint8Array): boolean {
  if (contents[0] !== 0x30) return false;
  const lengthOctets = contents[1]! > 0x80 ? contents[1]! & 0x7f : 0;
  return contents[2 + lengthOctets] === 0x30;
}

/** SM3 of the two ranges; of nothing where they are not such: `coverage-byte-range` says so. */
function digestOf(doc: PdfDocument, { byteRange = [] }: PdfSignature): Uint8Array {
  const [start, length, start2, length2] = byteRange.map((value) => (typeof value === 'number' ? value : 0));
  const within = (at = 0) => Math.min(Math.max(at, 0), doc.length);
  const hash = new Sm3();
  for (const [from = 0, size = 0] of [
    [start, length],
    [start2, length2],
  ])
    for (const chunk of chunksOf(doc.file, within(from), within(from + size))) hash.update(chunk);
  return hash.digest();
}

/** Anything but zeros after the value could be a second value that another reader takes. */
function paddingFindings(contents: Uint8Array, used: number): Finding[] {
  if (contents.subarray(used).every((octet) => octet === 0)) return [];
  return [
    { check: 'coverage', outcome: 'fail', code: 'coverage-padding', detail: `bytes other than zero after ${used}` },
  ];
}

/**
 * A further seal may stand over what an earlier one covers (骑年盖月), but only if it is itself intact and authentic and
 * shows exactly its own picture at its own size; anything else could repaint the page.
 */
function coveringFindings(doc: PdfDocument, all: readonly Examined[]): ReadonlyMap<PdfSignature, Finding> {
  // What the first signature draws, no other one covers.
  const first = Math.min(...all.map(({ signature }) => signature.revisionIndex ?? Number.POSITIVE_INFINITY));
  const covering = new Map<PdfSignature, Finding>();
  for (const later of all) {
    const { signature } = later;
    if (signature.revisionIndex === undefined || signature.revisionIndex <= first) continue;
    const problem = coveringProblem(doc, later);
    if (problem === undefined) continue;
    const [outcome, why] = problem;
    const detail = `field ${signature.fieldName} ${why}`;
    covering.set(signature, { check: 'coverage', outcome, code: 'signature-covers-content', detail });
  }
  return covering;
}

function laterThan({ revisionIndex }: PdfSignature, covering: ReadonlyMap<PdfSignature, Finding>): Finding[] {
  if (revisionIndex === undefined) return [];
  return [...covering].filter(([later]) => later.revisionIndex! > revisionIndex).map(([, finding]) => finding);
}

function coveringProblem(
  doc: PdfDocument,
  { signature, ses, findings }: Examined,
): readonly ['fail' | 'unknown', string] | undefined {
  if (signature.widgets.every((widget) => widget.appearance === undefined)) return undefined;
  const broken = findings.some(
    ({ check, outcome }) => outcome === 'fail' && ['format', 'integrity', 'authenticity', 'coverage'].includes(check),
  );
  if (broken) return ['fail', 'is not intact and authentic'];
  if (ses === undefined) return ['unknown', 'draws something that is no seal'];
  return signature.widgets.every((widget) => showsOnlySeal(doc, widget, ses))
    ? undefined
    : ['fail', "draws something else than its seal's picture in its size"];
}

/** Half a millimetre for rounding in files. */
const SIZE_TOLERANCE_MM = 0.5;

function showsOnlySeal(doc: PdfDocument, widget: SignatureWidget, ses: SesSignature): boolean {
  const { appearance, rect, page } = widget;
  if (appearance === undefined) return true;
  if (rect === undefined || page === undefined) return false;
  const stream = doc.get(appearance);
  const shown = doc.page(page);
  return (
    stream instanceof PdfStream &&
    sizeFits(shown, rect, ses) &&
    drawsExactly(doc, stream, ses.seal.picture, shown.rotate)
  );
}

function sizeFits(page: PdfPage, rect: NonNullable<SignatureWidget['rect']>, ses: SesSignature): boolean {
  const unit = millimetresPerUnit(page);
  const sides = [(rect[2] - rect[0]) * unit, (rect[3] - rect[1]) * unit] as const;
  const [across, up] = page.rotate % 180 === 0 ? sides : [sides[1], sides[0]];
  const { widthMm, heightMm } = ses.seal.picture;
  return Math.abs(across - widthMm) <= SIZE_TOLERANCE_MM && Math.abs(up - heightMm) <= SIZE_TOLERANCE_MM;
}

function subjectOf({ signature, subject }: Examined): PdfSignatureSubject {
  const { fieldName, filter, subFilter, revisionIndex, widgets } = signature;
  return {
    kind: 'pdf-signature',
    field: fieldName,
    ...(filter === undefined ? {} : { filter }),
    ...(subFilter === undefined ? {} : { subFilter }),
    ...(revisionIndex === undefined ? {} : { revision: revisionIndex + 1 }),
    pages: widgets.flatMap(({ page }) => (page === undefined ? [] : [page])),
    ...(subject === undefined ? {} : { seal: subject }),
  };
}
