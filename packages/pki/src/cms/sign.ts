/** Signing messages (签名数据): RFC 5652 5 and GB/T 35275-2017 8. */
import { context, der, Tag } from '@gov/der';
import { type Signer, sameBytes } from '@gov/sm';
import type { ByteSource } from '@gov/sm/sm3-stream';
import { GovError } from '@gov/verdict';
import type { Certificate } from '../certificate.js';
import { chunksOf, type StreamOptions } from '../internal/byte-source.js';
import type { DigestName } from '../internal/running-digest.js';
import { signatureAlgorithmIdentifier, signatureValue } from '../signed.js';
import { writeSigningCertificateV2 } from '../timestamp/signing-certificate.js';
import { ATTRIBUTE_TYPE, type CmsForm, CONTENT_TYPE, digestFor, digestOid, isData, SM2_SIGN } from './algorithm.js';
import { attributeBytes, type CmsAttribute } from './attribute.js';
import { ContentPass, joined, type SeenContent, seeContent } from './content.js';
import { CMS_LIMITS } from './limits.js';

/** Who signs, and what it says beside the content. */
export interface CmsSigner {
  readonly signer: Signer;
  readonly certificate: Certificate;
  /** Beside contentType, messageDigest, signingTime and signingCertificateV2; one of a type given here takes the place of the last two. */
  readonly signedAttributes?: readonly CmsAttribute[];
  /** Of the finished signature value: a timestamp over it. */
  readonly unsignedAttributes?: (signature: Uint8Array) => Promise<readonly CmsAttribute[]>;
}

export interface SignCmsOptions {
  /** One or more; RFC 5652 5.1 allows none, nobody needs it. */
  readonly signers: readonly CmsSigner[];
  /** The default is `gm` where every signer has SM2, else `rfc5652`. */
  readonly form?: CmsForm;
  /**
   * `attributes` (default), or `digest-as-content`: the digest stands in the place of the content and is signed without
   * attributes, as OFD readers and PDF with `GM.sm2cms.detached` expect. The latter says nothing of time or certificate.
   */
  readonly dialect?: 'attributes' | 'digest-as-content';
  /** eContentType, OID; the default is the data of the form. */
  readonly contentType?: string;
  /** What the signer claims; left out where it is not given. */
  readonly signingTime?: Date;
  /** Sent along; the default is the signers' own. */
  readonly certificates?: readonly Certificate[];
}

/**
 * Signs content and answers a message that holds it, DER; with `detached`, one that does not.
 *
 * @throws GovError `key-mismatch` where a certificate is not of the signer's key; `certificate-unsuitable` where its key usage
 *   forbids signing; `certificate-expired`, `certificate-not-yet-valid` at `signingTime`; `invalid-argument`
 * @example
 * const message = await signCms(bytes, { signers: [{ signer, certificate }], signingTime: new Date() });
 */
export async function signCms(
  content: Uint8Array,
  options: SignCmsOptions & { readonly detached?: boolean },
): Promise<Uint8Array> {
  const plan = planOf(options);
  const seen = await seeContent(content, plan.digests, 0);
  return message(plan, options.detached === true ? undefined : content, seen);
}

/**
 * Signs content of any size and answers a message without it, DER: a few kilobytes. The source is read once.
 *
 * @throws GovError as `signCms`; whatever the source throws
 * @example
 * const signature = await signCmsDetached(stream, { signers: [{ signer, certificate }] });
 */
export async function signCmsDetached(
  content: Uint8Array | ByteSource,
  options: SignCmsOptions & StreamOptions,
): Promise<Uint8Array> {
  const plan = planOf(options);
  return message(plan, undefined, await seeContent(content, plan.digests, 0, options));
}

/**
 * Signs content of any size and gives, piece by piece, a message that holds it. It is BER with indefinite lengths, as
 * `openssl cms -sign -stream` writes: DER wants the length of the signature before the content, and an SM2 or ECDSA
 * signature has none before it is made.
 *
 * @throws GovError as `signCms`, and `invalid-argument` for the dialect `digest-as-content`, which holds no content
 * @example
 * for await (const piece of signCmsStream(stream, { signers: [{ signer, certificate }] })) piece.length;
 */
export async function* signCmsStream(
  content: Uint8Array | ByteSource,
  options: SignCmsOptions & StreamOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const plan = planOf(options);
  if (plan.digestAsContent)
    throw new GovError('invalid-argument', 'digest as content holds no content: signCmsDetached writes it');
  const pass = new ContentPass(plan.digests, 0);
  yield octets(
    [Tag.sequence, INDEFINITE],
    der.oid(CONTENT_TYPE[plan.form].signedData),
    [context(0), INDEFINITE, Tag.sequence, INDEFINITE],
    der.integer(plan.version),
    digestAlgorithms(plan),
    [Tag.sequence, INDEFINITE],
    der.oid(plan.contentType),
    [context(0), INDEFINITE, Tag.octetString | 0x20, INDEFINITE],
  );
  for await (const chunk of chunksOf(content, options)) {
    pass.update(chunk);
    if (chunk.length > 0) yield der.octetString(chunk);
  }
  yield octets(END, END, END, certificateSet(plan), await signerInfos(plan, pass.seen()), END, END, END);
}

const INDEFINITE = 0x80;
const END = [0, 0];

const octets = (...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array =>
  joined(parts.map((part) => Uint8Array.from(part)));

/** What was asked for, checked. */
interface Plan {
  readonly signers: readonly CmsSigner[];
  readonly form: CmsForm;
  readonly version: number;
  readonly digestAsContent: boolean;
  readonly contentType: string;
  readonly signingTime: Date | undefined;
  readonly certificates: readonly Certificate[];
  readonly digests: readonly DigestName[];
}

function planOf(options: SignCmsOptions): Plan {
  const { signers, dialect = 'attributes', signingTime } = options;
  if (signers.length === 0) throw new GovError('invalid-argument', 'nobody signs');
  if (signers.length > CMS_LIMITS.maxSigners)
    throw new GovError('limit-exceeded', `${signers.length} signers, at most ${CMS_LIMITS.maxSigners}`);
  for (const one of signers) checkSigner(one, signingTime);
  const national = signers.every(({ signer }) => signer.algorithm === 'SM2-SM3');
  const form = options.form ?? (national ? 'gm' : 'rfc5652');
  if (form === 'gm' && !national) throw new GovError('invalid-argument', 'GB/T 35275 knows SM2 signatures only');
  const contentType = options.contentType ?? CONTENT_TYPE[form].data;
  const digests = [...new Set(signers.map(({ signer }) => digestFor(signer.algorithm)))];
  const digestAsContent = dialect === 'digest-as-content';
  if (digestAsContent) checkDigestAsContent(signers, contentType, digests, signingTime);
  return {
    signers,
    form,
    version: form === 'gm' || isData(contentType) ? 1 : 3,
    digestAsContent,
    contentType,
    signingTime,
    certificates: options.certificates ?? signers.map(({ certificate }) => certificate),
    digests,
  };
}

function checkSigner({ signer, certificate, signedAttributes = [] }: CmsSigner, at: Date | undefined): void {
  if (!sameBytes(signer.publicKey, certificate.publicKey))
    throw new GovError('key-mismatch', 'the key does not belong to the certificate');
  const { keyUsage } = certificate;
  if (keyUsage !== undefined && !keyUsage.has('digitalSignature') && !keyUsage.has('nonRepudiation'))
    throw new GovError('certificate-unsuitable', 'the key usage of the certificate forbids signing');
  if (at !== undefined && at > certificate.notAfter)
    throw new GovError('certificate-expired', 'the certificate has expired at the signing time');
  if (at !== undefined && at < certificate.notBefore)
    throw new GovError('certificate-not-yet-valid', 'the certificate is not yet valid at the signing time');
  const own: readonly string[] = [ATTRIBUTE_TYPE.contentType, ATTRIBUTE_TYPE.messageDigest];
  const types = signedAttributes.map(({ type }) => type);
  if (types.some((type, index) => own.includes(type) || types.indexOf(type) !== index))
    throw new GovError(
      'invalid-argument',
      'a signed attribute is given twice, or is one that follows from the content',
    );
}

function checkDigestAsContent(
  signers: readonly CmsSigner[],
  contentType: string,
  digests: readonly DigestName[],
  signingTime: Date | undefined,
): void {
  if (digests.length > 1) throw new GovError('invalid-argument', 'one content cannot be two digests');
  if (!isData(contentType)) throw new GovError('invalid-argument', 'a digest as content is data');
  if (signingTime !== undefined || signers.some(({ signedAttributes = [] }) => signedAttributes.length > 0))
    throw new GovError('invalid-argument', 'digest as content has no signed attributes');
}

async function message(plan: Plan, content: Uint8Array | undefined, seen: SeenContent): Promise<Uint8Array> {
  const digest = plan.digestAsContent ? seen.digests.get(plan.digests[0]!) : undefined;
  const inside = digest ?? content;
  return der.sequence(
    der.oid(CONTENT_TYPE[plan.form].signedData),
    der.explicit(
      0,
      der.sequence(
        der.integer(plan.version),
        digestAlgorithms(plan),
        der.sequence(
          der.oid(plan.contentType),
          ...(inside === undefined ? [] : [der.explicit(0, der.octetString(inside))]),
        ),
        certificateSet(plan),
        await signerInfos(plan, seen, digest),
      ),
    ),
  );
}

const digestIdentifier = (name: DigestName): Uint8Array => der.sequence(der.oid(digestOid(name)));

const digestAlgorithms = ({ digests }: Plan): Uint8Array => der.setOf(...digests.map(digestIdentifier));

/** `[0] IMPLICIT SET OF`, nothing where there are none. */
function certificateSet({ certificates }: Plan): Uint8Array {
  const all = certificates.map(({ bytes }) => bytes);
  const distinct = all.filter((bytes, index) => all.findIndex((other) => sameBytes(other, bytes)) === index);
  return distinct.length === 0 ? new Uint8Array(0) : retagged(der.setOf(...distinct), context(0));
}

function retagged(set: Uint8Array, tag: number): Uint8Array {
  const bytes = set.slice();
  bytes[0] = tag;
  return bytes;
}

async function signerInfos(plan: Plan, seen: SeenContent, content?: Uint8Array): Promise<Uint8Array> {
  const infos: Uint8Array[] = [];
  for (const one of plan.signers) infos.push(await signerInfo(plan, one, seen, content));
  return der.setOf(...infos);
}

/** @param content the digest that stands as content and is signed as it is */
async function signerInfo(
  plan: Plan,
  { signer, certificate, signedAttributes = [], unsignedAttributes }: CmsSigner,
  seen: SeenContent,
  content: Uint8Array | undefined,
): Promise<Uint8Array> {
  const digest = digestFor(signer.algorithm);
  const attributes =
    content === undefined
      ? der.setOf(
          ...allAttributes(plan, signer, certificate, signedAttributes, seen.digests.get(digest)!).map(attributeBytes),
        )
      : undefined;
  const signature = await signatureValue(attributes ?? content!, signer);
  const unsigned = (await unsignedAttributes?.(signature)) ?? [];
  return der.sequence(
    der.integer(1),
    der.sequence(certificate.issuer.bytes, der.integer(certificate.serialNumber)),
    digestIdentifier(digest),
    ...(attributes === undefined ? [] : [retagged(attributes, context(0))]),
    plan.form === 'gm' ? der.sequence(der.oid(SM2_SIGN)) : signatureAlgorithmIdentifier(signer.algorithm),
    der.octetString(signature),
    ...(unsigned.length === 0 ? [] : [retagged(der.setOf(...unsigned.map(attributeBytes)), context(1))]),
  );
}

function allAttributes(
  { contentType, signingTime }: Plan,
  signer: Signer,
  certificate: Certificate,
  further: readonly CmsAttribute[],
  digest: Uint8Array,
): CmsAttribute[] {
  const named = new Set(further.map(({ type }) => type));
  const meant = named.has(ATTRIBUTE_TYPE.signingCertificate) || named.has(ATTRIBUTE_TYPE.signingCertificateV2);
  const { signingTime: timeType, signingCertificateV2 } = ATTRIBUTE_TYPE;
  return [
    { type: ATTRIBUTE_TYPE.contentType, values: [der.oid(contentType)] },
    { type: ATTRIBUTE_TYPE.messageDigest, values: [der.octetString(digest)] },
    ...(signingTime === undefined || named.has(timeType)
      ? []
      : [{ type: timeType, values: [der.x509Time(signingTime)] }]),
    ...(meant
      ? []
      : [{ type: signingCertificateV2, values: [writeSigningCertificateV2(certificate, signer.algorithm)] }]),
    ...further,
  ];
}
