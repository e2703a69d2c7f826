/** CMS signatures in a PDF: PAdES, adbe.pkcs7 and GB/T 35275, of any tool and with any algorithm that CMS has here. */
import type { PdfDocument, PdfSignature } from '@gov/pdf';
import { formatName, type SigningTime, type VerificationOptions } from '@gov/pki';
import {
  digestName,
  readSignedData,
  type SignedData,
  type SignerInfo,
  signedDataFindings,
  type VerifiedSigner,
} from '@gov/pki/cms';
import { sameBytes } from '@gov/sm';
import { type Finding, isGovError } from '@gov/verdict';
import { claimFindings } from '../../timestamp.js';
import { earliest, type KnownTimes, type WeighedCertificate, weighedCertificate } from '../../weighed-certificate.js';
import { paddingFindings, valueEnd } from './contents.js';
import { broken, type Judged } from './judged.js';
import { levelOf, namesSigner } from './level.js';
import { signatureTimestamps } from './signature-timestamp.js';
import { signedSource, signedWhole } from './signed-bytes.js';
import { isPades, type SubFilter, typeFindings } from './sub-filter.js';
import { pdfDate } from './time.js';
import type { ValidationData } from './validation-data.js';

interface CmsQuestion {
  readonly subFilter: Extract<SubFilter, 'detached' | 'detached-or-digest' | 'sha1'>;
  /** Proved by a later document timestamp. */
  readonly existedBy: SigningTime | undefined;
  /** What the document brings; `options` have it too. */
  readonly validationData: ValidationData | undefined;
  /** A later document timestamp covers the signature and the validation data. */
  readonly archived: boolean;
}

const CLAUSE = 'ISO 32000-2 12.8.3.3';

export async function examineCms(
  doc: PdfDocument,
  signature: PdfSignature,
  contents: Uint8Array,
  question: CmsQuestion,
  options: VerificationOptions,
): Promise<Judged> {
  const end = valueEnd(contents);
  if (end === undefined) return broken(signature, 'cms', 'format-malformed', '/Contents is cut short');
  let signedData: SignedData;
  try {
    signedData = readSignedData(contents.subarray(0, end), { mode: options.trust.profile });
  } catch (error) {
    if (!isGovError(error)) throw error;
    return broken(signature, 'cms', 'format-malformed', error.message);
  }
  const [info, second] = signedData.signers;
  if (info === undefined) return broken(signature, 'cms', 'signature-empty', 'a CMS message that nobody signed');
  if (second !== undefined)
    return broken(signature, 'cms', 'format-malformed', `${signedData.signers.length} signers in one signature`);
  if (question.subFilter === 'sha1' && signedData.content === undefined)
    return broken(signature, 'cms', 'format-malformed', 'no digest of what is signed');
  const judged = await examineSigner(doc, signature, signedData, info, question, options);
  return {
    ...judged,
    findings: [...judged.findings, ...typeFindings(signature, 'signature'), ...paddingFindings(contents, end)],
  };
}

async function examineSigner(
  doc: PdfDocument,
  signature: PdfSignature,
  signedData: SignedData,
  info: SignerInfo,
  { subFilter, existedBy, validationData, archived }: CmsQuestion,
  options: VerificationOptions,
): Promise<Judged> {
  const stamps = await signatureTimestamps(info, options, existedBy);
  const said = pdfDate(signature.signingTime);
  let times: KnownTimes = { claimed: said, stamped: stamps.proved, existedBy };
  let weighed: WeighedCertificate | undefined;
  const [verified] = await signedDataFindings(
    signedData,
    {
      use: 'signer',
      ...(subFilter === 'sha1' ? {} : { content: contentFor(doc, signature, info) }),
      judgeCertificate: async (certificate, claimed, given) => {
        times = { ...times, claimed: claimed ?? said };
        weighed = await weighedCertificate(certificate, 'signer', times, given);
        return weighed;
      },
    },
    options,
  );
  const { certificate, findings: about, path } = verified!;
  const proved = earliest(stamps.proved, existedBy);
  const time = weighed?.time;
  const findings = [
    ...formatFindings(signedData, options),
    ...about.filter(({ code }) => code !== 'timestamp-not-checked'),
    ...(subFilter === 'sha1'
      ? await sha1Findings(doc, signature, signedData)
      : contentFindings(signedData, verified!, subFilter)),
    ...namedFindings(signature, info, options),
    ...stamps.findings,
    ...claimFindings(times.claimed, proved),
  ];
  const level = await levelOf(
    { signedData, info, stamps: stamps.valid, certificate, path, times, proved, findings, validationData, archived },
    options,
  );
  return {
    signature,
    type: 'cms',
    findings,
    ...(certificate === undefined ? {} : { signer: certificate, signerName: formatName(certificate.subject) }),
    ...(level === undefined ? {} : { level }),
    digestAlgorithm: digestName(info.digestAlgorithm) ?? info.digestAlgorithm,
    ...(times.claimed === undefined ? {} : { claimed: times.claimed }),
    ...(time === undefined ? {} : { time }),
  };
}

/** Without signed attributes it is the bytes themselves that are signed, not their digest. */
const contentFor = (doc: PdfDocument, signature: PdfSignature, { signedAttributes }: SignerInfo) =>
  signedAttributes === undefined ? signedWhole(doc, signature) : signedSource(doc, signature);

/**
 * A detached signature has no content of its own: one that has signs that, and not the file. Only the digest of the file may
 * stand there, and only under the sub-filter whose products write it so.
 */
function contentFindings(
  { content }: SignedData,
  { contentIsDigest }: VerifiedSigner,
  subFilter: 'detached' | 'detached-or-digest',
): Finding[] {
  if (content === undefined || (contentIsDigest && subFilter === 'detached-or-digest')) return [];
  const detail = `content of ${content.length} octets${contentIsDigest ? ', the digest of what is signed' : ''}`;
  return [{ check: 'integrity', outcome: 'fail', code: 'cms-content-not-detached', clause: CLAUSE, detail }];
}

/**
 * adbe.pkcs7.sha1: the content is SHA-1 of the file. Whoever prepares two files with the same SHA-1, one to be signed and one
 * to be shown, is not found out by it, so that it never makes a signature valid.
 */
async function sha1Findings(doc: PdfDocument, signature: PdfSignature, { content }: SignedData): Promise<Finding[]> {
  const answer = (outcome: Finding['outcome'], code: Finding['code'], detail: string): Finding[] => [
    { check: 'integrity', outcome, code, clause: CLAUSE, detail },
  ];
  const whole = signedWhole(doc, signature);
  if (!(whole instanceof Uint8Array)) return answer('unknown', 'cms-content-not-held', 'SHA-1 of so large a file');
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-1', Uint8Array.from(whole)));
  return content !== undefined && sameBytes(digest, content)
    ? answer('unknown', 'digest-weak', 'the file is bound by SHA-1 alone')
    : answer('fail', 'digest-mismatch', 'SHA-1 of the signed bytes');
}

/** PAdES asks for the signer's certificate among the signed attributes; some tools write the name without the attribute. */
function namedFindings(signature: PdfSignature, info: SignerInfo, { trust }: VerificationOptions): Finding[] {
  if (!isPades(signature) || namesSigner(info)) return [];
  const outcome = trust.profile === 'strict' ? 'fail' : 'warn';
  return [{ check: 'certificate', outcome, code: 'signing-certificate-missing', clause: 'EN 319 142-1 6.3' }];
}

/** Zeros behind the value belong to the place kept for it; whatever else was let through is said. */
function formatFindings({ form, deviations }: SignedData, { trust }: VerificationOptions): Finding[] {
  const clause = form === 'gm' ? 'GB/T 35275-2017 8' : 'RFC 5652 5';
  if (deviations.length === 0) return [{ check: 'format', outcome: 'pass', code: 'format-ok', clause }];
  const outcome = trust.profile === 'strict' ? 'fail' : 'warn';
  const detail = [...new Set(deviations)].join(', ');
  return [{ check: 'format', outcome, code: 'format-deviation', clause, detail }];
}
