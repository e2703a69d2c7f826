/** What is asked about one signer of a message, in the order of RFC 5652 5.6. */
import { derToRaw, type Sm2Verifier, sameBytes, sm3 } from '@gov/sm';
import { type Finding, type FindingCode, isGovError, type Outcome } from '@gov/verdict';
import type { StructureVerifier } from '../algorithm.js';
import type { Certificate } from '../certificate.js';
import { certificateFindings } from '../certificate-findings.js';
import type { DigestName } from '../internal/running-digest.js';
import { formatName } from '../name.js';
import type { CertificateUse } from '../oid.js';
import type { SigningTime } from '../signing-time.js';
import { namesCertificate } from '../timestamp/signing-certificate.js';
import type { VerificationOptions } from '../verification.js';
import { ATTRIBUTE_TYPE, certificateSignatureOid, digestName, isData } from './algorithm.js';
import { attributesOf, type CmsAttribute, readsAsAttributes, singleValue } from './attribute.js';
import { type SeenContent, sameContent } from './content.js';
import { identifies, type SignedData, type SignerInfo } from './signed-data.js';

const CLAUSE = 'RFC 5652 5';

/**
 * What a signature covers (签名方言).
 *
 * - `attributes`: DER of the signed attributes, one of which is the digest of the content. The only one of a signer that has
 *   signed attributes.
 * - `content`: without signed attributes, the content itself.
 * - `digest-as-content`: the same, where the content in the message is the digest of the file that the caller gives.
 * - `whole-content-info`: without signed attributes, encapContentInfo with its header, and SM3 without ZA: GmSSL. It shares no
 *   message with the others, whose SM3 begins with ZA.
 */
export type CmsDialect = 'attributes' | 'content' | 'digest-as-content' | 'whole-content-info';

export interface SignerQuestion {
  /** What the signer must be entitled to. */
  readonly use: CertificateUse;
  /** When it was signed, where something other than the signer's own attribute says so. */
  readonly time?: SigningTime;
  /**
   * Asked about the certificate that was found, with the time that the signer's attribute claims, by callers who know more
   * of the time; the default is `certificateFindings` with `use` and `time`.
   */
  readonly judgeCertificate?: (
    certificate: Certificate,
    claimed: Date | undefined,
    options: VerificationOptions,
  ) => ReturnType<typeof certificateFindings>;
  /** It is a signature over another one: its content has no type (RFC 5652 11.4). */
  readonly countersigns?: boolean;
  /** Demand signingCertificate or signingCertificateV2. */
  readonly signingCertificateRequired?: boolean;
}

/** The content of a message and the content that the caller has, as far as there are both. */
export interface SignedContents {
  /** What the signature is about: eContent, or the caller's where the message has none. */
  readonly signed: SeenContent;
  /** The caller's, beside an eContent. */
  readonly given?: SeenContent;
}

/** One signer and what was found out. */
export interface VerifiedSigner {
  readonly info: SignerInfo;
  readonly dialect: CmsDialect;
  /** The content in the message is the digest of the content that was given. */
  readonly contentIsDigest: boolean;
  readonly findings: readonly Finding[];
  /** Absent where it was not found. */
  readonly certificate?: Certificate;
  /** Leaf first; as far as it was found. */
  readonly path: readonly Certificate[];
  /** Of the signing time attribute. */
  readonly claimedTime?: Date;
}

export async function verifySigner(
  message: SignedData,
  info: SignerInfo,
  contents: SignedContents,
  question: SignerQuestion,
  options: VerificationOptions,
): Promise<VerifiedSigner> {
  const attributes = info.signedAttributes?.list;
  const digest = digestName(info.digestAlgorithm);
  const given = contents.given;
  const isDigestOfGiven = given !== undefined && digestFits(contents.signed, given, digest);
  const candidates = candidatesFor(message, info, options);
  const checked = await chooseCertificate(message, info, contents.signed, digest, candidates, options);
  const { certificate, signature } = checked;
  const dialect =
    attributes !== undefined
      ? 'attributes'
      : signature.whole
        ? 'whole-content-info'
        : isDigestOfGiven
          ? 'digest-as-content'
          : 'content';
  const claimedTime = attributes && singleValue(attributes, ATTRIBUTE_TYPE.signingTime, (element) => element.time());
  const { use, time, judgeCertificate = byAttribute(use, time) } = question;
  const further =
    certificate === undefined
      ? undefined
      : await judgeCertificate(certificate, claimedTime, {
          ...options,
          trust: options.trust.withCertificates(message.certificates.filter((other) => other !== certificate)),
        });
  const strict = options.trust.profile === 'strict';
  const findings = [
    dialectFinding(dialect, isDigestOfGiven, strict),
    ...attributeFindings(message, attributes, question.countersigns === true),
    ...contentFindings(info, contents, digest, signature.outcome, isDigestOfGiven),
    signature.finding,
    ...certificateFinding(info, certificate),
    ...(certificate === undefined ? [] : await signingCertificateFindings(attributes ?? [], certificate, question)),
    ...(further?.findings ?? []),
    ...unsignedFindings(info),
  ];
  return {
    info,
    dialect,
    contentIsDigest: isDigestOfGiven,
    findings,
    ...(certificate === undefined ? {} : { certificate }),
    path: further?.path ?? [],
    ...(claimedTime === undefined ? {} : { claimedTime }),
  };
}

const byAttribute =
  (use: CertificateUse, time: SigningTime | undefined): NonNullable<SignerQuestion['judgeCertificate']> =>
  (certificate, claimed, options) => {
    const said = claimed === undefined ? undefined : ({ value: claimed, basis: 'claimed' } as const);
    return certificateFindings(certificate, { use, time: time ?? said }, options);
  };

/** Content that is the digest of other content: exactly these octets, by the signer's own digest algorithm. */
function digestFits(signed: SeenContent, given: SeenContent, digest: DigestName | undefined): boolean {
  const value = digest === undefined ? undefined : given.digests.get(digest);
  return value !== undefined && signed.whole !== undefined && sameBytes(value, signed.whole);
}

const finding = (check: Finding['check'], outcome: Outcome, code: FindingCode, detail?: string): Finding => ({
  check,
  outcome,
  code,
  clause: CLAUSE,
  ...(detail === undefined ? {} : { detail }),
});

/** Attributes, content, and no content that only stands for another are in RFC 5652; the rest is what products do. */
function dialectFinding(dialect: CmsDialect, contentIsDigest: boolean, strict: boolean): Finding {
  const standard = dialect === 'attributes' || dialect === 'content';
  const detail = standard && contentIsDigest ? `${dialect}; the content is a digest` : dialect;
  const outcome = standard && !contentIsDigest ? 'pass' : strict ? 'fail' : 'warn';
  return finding('format', outcome, 'cms-dialect', detail);
}

/** RFC 5652 5.3 and 11: which attributes there must be, and none twice. */
function attributeFindings(
  message: SignedData,
  attributes: readonly CmsAttribute[] | undefined,
  countersigns: boolean,
): Finding[] {
  if (attributes === undefined) {
    return countersigns || isData(message.contentType)
      ? []
      : [
          finding(
            'format',
            'fail',
            'cms-attribute-missing',
            `content of type ${message.contentType} without attributes`,
          ),
        ];
  }
  const findings: Finding[] = [];
  const types = attributes.map(({ type }) => type);
  const repeated = types.find((type, index) => types.indexOf(type) !== index);
  if (repeated !== undefined) findings.push(finding('format', 'fail', 'cms-attribute-malformed', `${repeated} twice`));
  for (const [name, type] of [
    ['contentType', ATTRIBUTE_TYPE.contentType],
    ['messageDigest', ATTRIBUTE_TYPE.messageDigest],
  ] as const) {
    if (!types.includes(type) && !(countersigns && name === 'contentType'))
      findings.push(finding('format', 'fail', 'cms-attribute-missing', name));
  }
  const stated = singleValue(attributes, ATTRIBUTE_TYPE.contentType, (element) => element.oid());
  const readable = {
    [ATTRIBUTE_TYPE.contentType]: stated,
    [ATTRIBUTE_TYPE.messageDigest]: singleValue(attributes, ATTRIBUTE_TYPE.messageDigest, (element) =>
      element.octets(),
    ),
    [ATTRIBUTE_TYPE.signingTime]: singleValue(attributes, ATTRIBUTE_TYPE.signingTime, (element) => element.time()),
  };
  for (const [type, value] of Object.entries(readable)) {
    if (value === undefined && types.includes(type) && type !== repeated)
      findings.push(finding('format', 'fail', 'cms-attribute-malformed', type));
  }
  if (stated !== undefined && stated !== message.contentType && !countersigns) {
    const detail = `signed as ${stated}, sent as ${message.contentType}`;
    findings.push(finding('integrity', 'fail', 'cms-content-type-mismatch', detail));
  }
  return findings;
}

/** Whether the content is what was signed; without attributes only the signature itself can say so. */
function contentFindings(
  info: SignerInfo,
  { signed, given }: SignedContents,
  digest: DigestName | undefined,
  signature: Outcome,
  isDigestOfGiven: boolean,
): Finding[] {
  const findings: Finding[] = [];
  if (given !== undefined && !isDigestOfGiven && !sameContent(signed, given))
    findings.push(
      finding('integrity', 'fail', 'digest-mismatch', 'the message is about other content than the one given'),
    );
  if (digest === undefined) {
    findings.push(finding('integrity', 'unknown', 'algorithm-unsupported', `digest ${info.digestAlgorithm}`));
    return findings;
  }
  const attributes = info.signedAttributes?.list;
  if (attributes === undefined) {
    if (readsAsAttributes(signed.head, signed.length))
      findings.push(finding('integrity', 'fail', 'cms-attributes-as-content'));
    else if (signature === 'pass') findings.push(finding('integrity', 'pass', 'integrity-ok'));
    if (given === undefined && signature === 'pass' && signed.length === signed.digests.get(digest)?.length)
      findings.push(finding('content', 'unknown', 'cms-content-may-be-digest', `${signed.length} octets`));
    return findings;
  }
  const actual = signed.digests.get(digest);
  if (actual === undefined) {
    findings.push(finding('integrity', 'unknown', 'cms-content-not-held', `${digest} is not in digestAlgorithms`));
    return findings;
  }
  const stated = singleValue(attributes, ATTRIBUTE_TYPE.messageDigest, (element) => element.octets());
  const fits = stated !== undefined && sameBytes(stated, actual);
  findings.push(fits ? finding('integrity', 'pass', 'integrity-ok') : finding('integrity', 'fail', 'digest-mismatch'));
  return findings;
}

function certificateFinding(info: SignerInfo, certificate: Certificate | undefined): Finding[] {
  if (certificate !== undefined)
    return [finding('certificate', 'pass', 'certificate-ok', formatName(certificate.subject))];
  const { identifier } = info;
  const who =
    identifier.kind === 'issuerAndSerialNumber'
      ? `serial number ${identifier.serialNumber.toString(16)} of ${formatName(identifier.issuer)}`
      : 'by its key identifier';
  return [finding('certificate', 'unknown', 'certificate-missing', who)];
}

/** RFC 5035 5.4: which certificate the signer meant. */
async function signingCertificateFindings(
  attributes: readonly CmsAttribute[],
  certificate: Certificate,
  { signingCertificateRequired = false }: SignerQuestion,
): Promise<Finding[]> {
  const { signingCertificate, signingCertificateV2 } = ATTRIBUTE_TYPE;
  const named = [signingCertificate, signingCertificateV2].flatMap((type) => attributesOf(attributes, type));
  if (named.length === 0)
    return signingCertificateRequired ? [finding('certificate', 'fail', 'signing-certificate-missing')] : [];
  for (const { type, values } of named) {
    if (values.length !== 1 || !(await namesCertificate(type, values[0]!, certificate)))
      return [finding('certificate', 'fail', 'signing-certificate-mismatch')];
  }
  return [];
}

/** What nobody signed and nobody looked at. */
const unsignedFindings = ({ unsignedAttributes }: SignerInfo): Finding[] =>
  attributesOf(unsignedAttributes, ATTRIBUTE_TYPE.signatureTimeStamp).length === 0
    ? []
    : [finding('timestamp', 'unknown', 'timestamp-not-checked')];

interface CheckedSignature {
  readonly outcome: Outcome;
  readonly finding: Finding;
  /** It covers the whole ContentInfo. */
  readonly whole: boolean;
}

/** Certificates that answer to the signer's identifier, those of the message first. */
function candidatesFor(message: SignedData, info: SignerInfo, { trust }: VerificationOptions): Certificate[] {
  const found: Certificate[] = [];
  for (const certificate of [...message.certificates, ...trust.certificates, ...trust.anchors]) {
    if (found.length >= MAX_CANDIDATES) break;
    if (identifies(info.identifier, certificate) && !found.some((other) => sameBytes(other.bytes, certificate.bytes)))
      found.push(certificate);
  }
  return found;
}

/** Certificates that are tried for one signer: a renewed one may have the key of the old one. */
const MAX_CANDIDATES = 8;

/**
 * The certificate that the signer names by its digest, else the first with whose key the signature verifies. An identifier
 * alone proves nothing: anybody can send a certificate with any issuer and serial number.
 */
async function chooseCertificate(
  message: SignedData,
  info: SignerInfo,
  content: SeenContent,
  digest: DigestName | undefined,
  candidates: readonly Certificate[],
  options: VerificationOptions,
): Promise<{ readonly certificate?: Certificate; readonly signature: CheckedSignature }> {
  let first: { readonly certificate: Certificate; readonly signature: CheckedSignature } | undefined;
  for (const certificate of candidates) {
    const signature = await checkSignature(message, info, content, digest, certificate, options);
    const named = (await signingCertificateFindings(info.signedAttributes?.list ?? [], certificate, NOT_REQUIRED))
      .length;
    if (signature.outcome === 'pass' && named === 0) return { certificate, signature };
    first ??= { certificate, signature };
  }
  const unknown = finding('authenticity', 'unknown', 'certificate-missing');
  return first ?? { signature: { outcome: 'unknown', finding: unknown, whole: false } };
}

const NOT_REQUIRED: SignerQuestion = { use: 'signer' };

async function checkSignature(
  message: SignedData,
  info: SignerInfo,
  content: SeenContent,
  digest: DigestName | undefined,
  certificate: Certificate,
  { trust }: VerificationOptions,
): Promise<CheckedSignature> {
  const answer = (outcome: Outcome, code: FindingCode, detail?: string, whole = false): CheckedSignature => ({
    outcome,
    finding: finding('authenticity', outcome, code, detail),
    whole,
  });
  if (digest === undefined) return answer('unknown', 'algorithm-unsupported', `digest ${info.digestAlgorithm}`);
  const oid = certificateSignatureOid(info.signatureAlgorithm, digest);
  if (oid === undefined)
    return answer('fail', 'cms-algorithm-mismatch', `signature ${info.signatureAlgorithm} with digest ${digest}`);
  let verifier: StructureVerifier;
  try {
    verifier = trust.verifier(certificate, oid);
  } catch (error) {
    if (!isGovError(error)) throw error;
    return error.code === 'algorithm-unsupported'
      ? answer('unknown', 'algorithm-unsupported', error.message)
      : answer('fail', 'certificate-malformed', error.message);
  }
  const rawAllowed = trust.profile === 'lenient';
  const signed = info.signedAttributes?.bytes ?? content.whole;
  if (signed === undefined) return answer('unknown', 'cms-content-not-held', `${content.length} octets`);
  if (await verifier.verify(signed, info.signature, { rawAllowed })) return answer('pass', 'signature-ok');
  if (info.signedAttributes === undefined && (await coversContentInfo(message, info, verifier, rawAllowed)))
    return answer('pass', 'signature-ok', undefined, true);
  return answer('fail', 'signature-invalid');
}

/** GmSSL signs SM3(encapContentInfo), with no ZA before it. */
async function coversContentInfo(
  { content, encapsulated }: SignedData,
  { signature }: SignerInfo,
  { verifier }: StructureVerifier,
  rawAllowed: boolean,
): Promise<boolean> {
  if (content === undefined || verifier.algorithm !== 'SM2-SM3' || !('verifyDigest' in verifier)) return false;
  const raw = derToRaw(signature) ?? (rawAllowed && signature.length === 64 ? signature : undefined);
  return raw !== undefined && (verifier as Sm2Verifier).verifyDigest(sm3(encapsulated), raw);
}
