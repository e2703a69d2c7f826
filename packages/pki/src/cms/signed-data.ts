/** Signed messages (签名数据): SignedData of RFC 5652 5 and of GB/T 35275-2017 8, read and not judged. */
import { context, contextPrimitive, type DerElement, type DerMode, type DerReader, der, readDer, Tag } from '@gov/der';
import { berToDer } from '@gov/der/ber';
import { sameBytes } from '@gov/sm';
import { GovError, isGovError } from '@gov/verdict';
import { readAlgorithm } from '../algorithm.js';
import { type Certificate, readCertificate } from '../certificate.js';
import { type DistinguishedName, readName, sameName } from '../name.js';
import { type CmsForm, CONTENT_TYPE, isData } from './algorithm.js';
import { type CmsAttribute, readAttributes } from './attribute.js';
import { CMS_LIMITS } from './limits.js';

export interface SignedData {
  /** Which content type stands outside. */
  readonly form: CmsForm;
  readonly version: number;
  /** OIDs, as listed for whoever hashes the content before the signers are read. */
  readonly digestAlgorithms: readonly string[];
  /** eContentType, OID. */
  readonly contentType: string;
  /** eContent; absent where the content is elsewhere (detached). */
  readonly content?: Uint8Array;
  /** encapContentInfo with its header, DER. */
  readonly encapsulated: Uint8Array;
  /** In the order of the message; nobody vouches for them. */
  readonly certificates: readonly Certificate[];
  /** CertificateList of RFC 5280, each DER. */
  readonly crls: readonly Uint8Array[];
  readonly signers: readonly SignerInfo[];
  /** What `lenient` let through, in words. */
  readonly deviations: readonly string[];
}

/** Whose certificate it is (签名者标识). */
export type SignerIdentifier =
  | { readonly kind: 'issuerAndSerialNumber'; readonly issuer: DistinguishedName; readonly serialNumber: bigint }
  | { readonly kind: 'subjectKeyIdentifier'; readonly keyIdentifier: Uint8Array };

/** One signature of a message (签名者信息). */
export interface SignerInfo {
  readonly identifier: SignerIdentifier;
  /** OID. */
  readonly digestAlgorithm: string;
  readonly signedAttributes?: {
    /** What was signed: the SET OF as it was sent, under its universal tag. */
    readonly bytes: Uint8Array;
    readonly list: readonly CmsAttribute[];
  };
  /** OID. */
  readonly signatureAlgorithm: string;
  /** AlgorithmIdentifier, DER. */
  readonly signatureAlgorithmIdentifier: Uint8Array;
  readonly signature: Uint8Array;
  readonly unsignedAttributes: readonly CmsAttribute[];
}

export interface ReadCmsOptions {
  /** `lenient` (default) takes BER and what real products write, and says so; `strict` takes what the standards write. */
  readonly mode?: DerMode;
}

/**
 * Reads a signed message, DER or (lenient) BER.
 *
 * @throws GovError `cms-malformed` for anything that is not a SignedData; `certificate-malformed` (strict); `limit-exceeded`
 *   past `CMS_LIMITS`; `input-too-large`
 * @example
 * import { readSignedData } from '@gov/pki/cms';
 * const { contentType, signers, certificates } = readSignedData(bytes);
 */
export function readSignedData(bytes: Uint8Array, { mode = 'lenient' }: ReadCmsOptions = {}): SignedData {
  return asCms('SignedData', () => {
    const deviations: string[] = [];
    const message = readMessage(bytes, mode, deviations);
    const { form, body } = contentInfo(message, 'signedData');
    const signedData = parse(form, body, mode, deviations);
    return { ...signedData, deviations: [...deviations, ...message.deviations.map(({ code }) => code)] };
  });
}

/** What reading throws, as `cms-malformed` where it is about the encoding. */
export function asCms<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!isGovError(error) || !error.code.startsWith('der-')) throw error;
    const code = error.code === 'der-limit' ? 'limit-exceeded' : 'cms-malformed';
    throw new GovError(code, `not a CMS ${what}: ${error.message}`, { cause: error });
  }
}

/** The outermost element, in DER. */
export function readMessage(bytes: Uint8Array, mode: DerMode, deviations: string[]): DerElement {
  if (bytes.length > CMS_LIMITS.maxBytes)
    throw new GovError('input-too-large', `message of more than ${CMS_LIMITS.maxBytes} bytes`);
  if (mode === 'strict') return readDer(bytes, { mode });
  const definite = berToDer(bytes, { mode });
  if (definite !== bytes) deviations.push('ber');
  return readDer(definite, { mode });
}

/** ContentInfo of one of the two forms; `kind` is the content type it must have. */
function contentInfo(
  message: DerElement,
  kind: 'signedData' | 'envelopedData',
): { readonly form: CmsForm; readonly body: DerElement } {
  const fields = message.children(Tag.sequence);
  const oid = fields.next(Tag.oid).oid();
  const form = (['rfc5652', 'gm'] as const).find((one) => CONTENT_TYPE[one][kind] === oid);
  if (form === undefined) throw new GovError('cms-malformed', `not a CMS ${kind}: content type ${oid}`);
  const body = fields.next(context(0)).inner(Tag.sequence);
  fields.end();
  return { form, body };
}

function parse(form: CmsForm, body: DerElement, mode: DerMode, deviations: string[]): SignedData {
  const fields = body.children();
  const version = fields.next(Tag.integer).smallInteger();
  if (![1, 3, 4, 5].includes(version)) throw new GovError('cms-malformed', `SignedData of version ${version}`);
  const digestAlgorithms = limited(
    fields.next(Tag.set).children(),
    CMS_LIMITS.maxDigestAlgorithms,
    'digest algorithms',
  );
  const encapsulated = fields.next(Tag.sequence);
  const inner = encapsulated.children();
  const contentType = inner.next(Tag.oid).oid();
  const content = inner.optional(context(0))?.inner(Tag.octetString).octets();
  inner.end();
  const certificateSet = fields.optional(context(0));
  const crlSet = fields.optional(context(1));
  const signerSet = fields.next(Tag.set);
  fields.end();

  const signers = limited(signerSet.children(), CMS_LIMITS.maxSigners, 'signers').map((element) =>
    readSignerInfo(element, mode, deviations),
  );
  checkVersion(version, form, contentType, signers, mode, deviations);
  return {
    form,
    version,
    digestAlgorithms: digestAlgorithms.map(readAlgorithm),
    contentType,
    ...(content === undefined ? {} : { content }),
    encapsulated: encapsulated.raw,
    certificates: readCertificateSet(certificateSet, mode, deviations),
    crls: limited(crlSet?.children(), CMS_LIMITS.maxCrls, 'CRLs')
      .filter(({ tag }) => tag === Tag.sequence)
      .map(({ raw }) => raw),
    signers,
    deviations,
  };
}

function limited(reader: DerReader | undefined, most: number, what: string): DerElement[] {
  const elements: DerElement[] = [];
  while (reader?.more === true) {
    if (elements.length >= most) throw new GovError('limit-exceeded', `more than ${most} ${what}`);
    elements.push(reader.next());
  }
  return elements;
}

/** RFC 5652 5.1. A version protects nothing and is signed by nobody: what real files write is let through. */
function checkVersion(
  version: number,
  form: CmsForm,
  contentType: string,
  signers: readonly SignerInfo[],
  mode: DerMode,
  deviations: string[],
): void {
  const plain = isData(contentType) && signers.every(({ identifier }) => identifier.kind === 'issuerAndSerialNumber');
  const right = form === 'gm' ? version === 1 : version > 3 || version === (plain ? 1 : 3);
  if (!right) deviate('version', mode, deviations);
}

function deviate(what: string, mode: DerMode, deviations: string[]): void {
  if (mode === 'strict') throw new GovError('cms-malformed', `not as the standard writes it: ${what}`);
  deviations.push(what);
}

/** Attribute certificates and the like are passed over. */
function readCertificateSet(set: DerElement | undefined, mode: DerMode, deviations: string[]): Certificate[] {
  const elements = limited(set?.children(), CMS_LIMITS.maxCertificates, 'certificates');
  return elements
    .filter(({ tag }) => tag === Tag.sequence)
    .flatMap(({ raw }) => {
      try {
        // A copy: whoever remembers a certificate would hold the whole message.
        return [readCertificate(raw.slice(), mode)];
      } catch (error) {
        // A certificate that nobody needs spoils nothing; one that is needed is then missing.
        if (mode === 'strict' || !isGovError(error)) throw error;
        deviations.push('certificate that cannot be read');
        return [];
      }
    });
}

/** SignerInfo, and a countersignature, which is one. */
export function readSignerInfo(element: DerElement, mode: DerMode, deviations: string[]): SignerInfo {
  const fields = element.children(Tag.sequence);
  const version = fields.next(Tag.integer).smallInteger();
  const identifier = readIdentifier(fields);
  if (version !== 1 && version !== 3) throw new GovError('cms-malformed', `SignerInfo of version ${version}`);
  if (version !== (identifier.kind === 'issuerAndSerialNumber' ? 1 : 3))
    deviate('version of a signer', mode, deviations);
  const digestAlgorithm = readAlgorithm(fields.next(Tag.sequence));
  const signed = fields.optional(context(0));
  const algorithm = fields.next(Tag.sequence);
  const signature = fields.next(Tag.octetString).octets();
  const unsigned = fields.optional(context(1));
  fields.end();
  return {
    identifier,
    digestAlgorithm,
    ...(signed === undefined ? {} : { signedAttributes: signedAttributes(signed, mode, deviations) }),
    signatureAlgorithm: readAlgorithm(algorithm),
    signatureAlgorithmIdentifier: algorithm.raw,
    signature,
    unsignedAttributes: unsigned === undefined ? [] : readAttributes(unsigned),
  };
}

/** SignerIdentifier, and RecipientIdentifier, which is the same. */
export function readIdentifier(fields: DerReader): SignerIdentifier {
  const keyIdentifier = fields.optional(contextPrimitive(0));
  if (keyIdentifier !== undefined) return { kind: 'subjectKeyIdentifier', keyIdentifier: keyIdentifier.content };
  const inner = fields.next(Tag.sequence).children();
  const issuer = readName(inner.next(Tag.sequence));
  const serialNumber = inner.next(Tag.integer).integer();
  inner.end();
  return { kind: 'issuerAndSerialNumber', issuer, serialNumber };
}

/** RFC 5652 5.4: signed under the tag of a SET OF. Order is what DER adds; the octets that were sent are what was signed. */
function signedAttributes(
  element: DerElement,
  mode: DerMode,
  deviations: string[],
): NonNullable<SignerInfo['signedAttributes']> {
  const list = readAttributes(element);
  const bytes = element.raw.slice();
  bytes[0] = Tag.set;
  const sorted = der.setOf(
    ...element
      .children()
      .rest()
      .map(({ raw }) => raw),
  );
  if (!sameBytes(sorted, bytes)) deviate('order of the signed attributes', mode, deviations);
  return { bytes, list };
}

/** Whether a certificate is the one that an identifier names. */
export function identifies(identifier: SignerIdentifier, certificate: Certificate): boolean {
  if (identifier.kind === 'issuerAndSerialNumber')
    return identifier.serialNumber === certificate.serialNumber && sameName(identifier.issuer, certificate.issuer);
  return (
    certificate.subjectKeyIdentifier !== undefined &&
    sameBytes(identifier.keyIdentifier, certificate.subjectKeyIdentifier)
  );
}
