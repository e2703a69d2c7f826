/** Verifying signed messages (签名数据验证): each signer by itself; the worst verdict counts. */
import type { ByteSource } from '@gov/sm/sm3-stream';
import { DEFAULT_REQUIRED, type Finding, GovError, isGovError, type Report, report } from '@gov/verdict';
import type { StreamOptions } from '../internal/byte-source.js';
import type { DigestName } from '../internal/running-digest.js';
import { formatName } from '../name.js';
import type { CertificateUse } from '../oid.js';
import { readCrl } from '../revocation/crl.js';
import type { RevocationData } from '../revocation/data.js';
import type { SigningTime } from '../signing-time.js';
import type { VerificationOptions } from '../verification.js';
import { type CmsForm, digestName } from './algorithm.js';
import { seeContent } from './content.js';
import { countersignatureFindings } from './countersignature.js';
import { CMS_LIMITS } from './limits.js';
import { readSignedData, type SignedData } from './signed-data.js';
import {
  type CmsDialect,
  type SignedContents,
  type SignerQuestion,
  type VerifiedSigner,
  verifySigner,
} from './signer-findings.js';

/** What a report on a signed message is about. */
export interface CmsSubject {
  readonly kind: 'cms';
  readonly form: CmsForm;
  /** OID. */
  readonly contentType: string;
  /** `digest`: the message holds the digest of the content that was given. */
  readonly content: 'attached' | 'detached' | 'digest';
  /** Octets of the content that the signatures are about. */
  readonly contentBytes: number;
  readonly signers: number;
  readonly certificates: number;
  readonly crls: number;
}

/** What a report on one signer is about. */
export interface CmsSignerSubject {
  readonly kind: 'cms-signer';
  /** Subject of the certificate. */
  readonly signer?: string;
  /** What the signature covers. */
  readonly dialect: CmsDialect;
  /** OIDs. */
  readonly digestAlgorithm: string;
  readonly signatureAlgorithm: string;
  /** The signer's own time is a claim until a timestamp proves it. RFC 3339. */
  readonly signingTime?: { readonly value: string; readonly basis: 'claimed' | 'proved' };
  /** OIDs of attributes that no signature covers. */
  readonly unsignedAttributes: readonly string[];
}

export interface VerifyCmsOptions extends VerificationOptions, StreamOptions {
  /**
   * The signed content, where it is outside the message (detached); a stream is read once. Beside content in the message it
   * must be the same, or content whose digest stands there (digest as content).
   */
  readonly content?: Uint8Array | ByteSource;
  /** What every signer must be entitled to; the default is `signer`. */
  readonly use?: CertificateUse;
  /** When the message was signed, where a verified timestamp says so. */
  readonly time?: SigningTime;
}

/** The checks every signer must pass: there is no more to cover than the content. */
const SIGNER_REQUIRED = DEFAULT_REQUIRED.filter((check) => check !== 'coverage');

/**
 * Verifies a signed message: RFC 5652 or GB/T 35275, attached or detached, any number of signers. Profile and anchors are
 * those of `options.trust`; certificates and CRLs that the message brings are used beside what the caller has.
 *
 * @throws GovError `cms-malformed`, `limit-exceeded`, `input-too-large`, `certificate-malformed` (strict) for what cannot be
 *   read; `cms-content-missing` for a detached message without `content`
 * @example
 * const { verdict, signatures } = await verifyCms(message, { at: new Date(), trust });
 */
export async function verifyCms(message: Uint8Array, options: VerifyCmsOptions): Promise<Report<CmsSubject>> {
  const signedData = readSignedData(message, { mode: options.trust.profile });
  return cmsReport(signedData, await contentsOf(signedData, options.content, options), options);
}

/**
 * Every signer of a message that was read, with its certificate and path: for formats that are SignedData with more demands,
 * timestamps and PAdES. What comes of it is theirs to judge.
 *
 * @param question `use`, and what else must hold; `content` as in `VerifyCmsOptions`
 * @throws GovError `cms-content-missing`
 */
export async function signedDataFindings(
  signedData: SignedData,
  question: SignerQuestion & StreamOptions & { readonly content?: Uint8Array | ByteSource },
  options: VerificationOptions,
): Promise<readonly VerifiedSigner[]> {
  const contents = await contentsOf(signedData, question.content, question);
  return verifySigners(signedData, contents, question, options);
}

async function verifySigners(
  signedData: SignedData,
  contents: SignedContents,
  question: SignerQuestion,
  options: VerificationOptions,
): Promise<readonly VerifiedSigner[]> {
  const revocation = withCrls(signedData, options.revocation);
  const completed = revocation === undefined ? options : { ...options, revocation };
  const verified: VerifiedSigner[] = [];
  for (const info of signedData.signers) {
    const signer = await verifySigner(signedData, info, contents, question, completed);
    const further = await countersignatureFindings(signedData, info, completed);
    verified.push({ ...signer, findings: [...signer.findings, ...further] });
  }
  return verified;
}

/** CRLs that the message brings count beside those that the caller has: each is judged by who signed it. */
function withCrls({ crls }: SignedData, given: RevocationData | undefined): RevocationData | undefined {
  const read = crls.flatMap((bytes) => {
    try {
      return [readCrl(bytes)];
    } catch (error) {
      // One that cannot be read says nothing.
      if (isGovError(error)) return [];
      throw error;
    }
  });
  if (read.length === 0) return given;
  return { ocspResponses: [], ...given, crls: [...(given?.crls ?? []), ...read] };
}

/** The digests that the signers of a message need of its content. */
const digestsOf = ({ signers }: Pick<SignedData, 'signers'>): DigestName[] =>
  signers.flatMap(({ digestAlgorithm }) => digestName(digestAlgorithm) ?? []);

async function contentsOf(
  signedData: SignedData,
  given: Uint8Array | ByteSource | undefined,
  options: StreamOptions,
): Promise<SignedContents> {
  const digests = digestsOf(signedData);
  const hold = signedData.signers.some(({ signedAttributes }) => signedAttributes === undefined)
    ? CMS_LIMITS.maxHeldContent
    : 0;
  const seen = given === undefined ? undefined : await seeContent(given, digests, hold, options);
  if (signedData.content !== undefined) {
    const signed = await seeContent(signedData.content, digests, hold);
    return seen === undefined ? { signed } : { signed, given: seen };
  }
  if (seen !== undefined) return { signed: seen };
  if (signedData.signers.length > 0)
    throw new GovError('cms-content-missing', 'the message is detached: its content is needed');
  return { signed: await seeContent(new Uint8Array(0), digests, 0) };
}

/** The report on a message whose content went by. @internal */
export async function cmsReport(
  signedData: SignedData,
  contents: SignedContents,
  options: VerifyCmsOptions,
): Promise<Report<CmsSubject>> {
  const { use = 'signer', time } = options;
  const question = { use, ...(time === undefined ? {} : { time }) };
  const verified = await verifySigners(signedData, contents, question, options);
  const required = [...SIGNER_REQUIRED, ...(options.require ?? [])];
  const signatures = verified.map((signer) => report(signerSubject(signer, time), signer.findings, { required }));
  const subject: CmsSubject = {
    kind: 'cms',
    form: signedData.form,
    contentType: signedData.contentType,
    content: contentPlace(signedData, verified),
    contentBytes: contents.signed.length,
    signers: signedData.signers.length,
    certificates: signedData.certificates.length,
    crls: signedData.crls.length,
  };
  const findings = [formatFinding(signedData)];
  if (signatures.length > 0) return report(subject, findings, { required: ['format'] }, signatures);
  const none: Finding = { check: 'authenticity', outcome: 'unknown', code: 'no-signature' };
  return report(subject, [...findings, none], { required: ['format', 'authenticity'] }, []);
}

function contentPlace({ content }: SignedData, verified: readonly VerifiedSigner[]): CmsSubject['content'] {
  if (content === undefined) return 'detached';
  return verified.some(({ contentIsDigest }) => contentIsDigest) ? 'digest' : 'attached';
}

function formatFinding({ form, deviations }: SignedData): Finding {
  const clause = form === 'gm' ? 'GB/T 35275-2017 8' : 'RFC 5652 5';
  if (deviations.length === 0) return { check: 'format', outcome: 'pass', code: 'format-ok', clause, detail: form };
  const detail = `${form}; ${[...new Set(deviations)].join(', ')}`;
  return { check: 'format', outcome: 'warn', code: 'format-deviation', clause, detail };
}

function signerSubject(signer: VerifiedSigner, time: SigningTime | undefined): CmsSignerSubject {
  const { info, dialect, certificate, claimedTime } = signer;
  const value = time?.value ?? claimedTime;
  return {
    kind: 'cms-signer',
    ...(certificate === undefined ? {} : { signer: formatName(certificate.subject) }),
    dialect,
    digestAlgorithm: info.digestAlgorithm,
    signatureAlgorithm: info.signatureAlgorithm,
    ...(value === undefined
      ? {}
      : { signingTime: { value: value.toISOString(), basis: time?.basis ?? ('claimed' as const) } }),
    unsignedAttributes: info.unsignedAttributes.map(({ type }) => type),
  };
}
