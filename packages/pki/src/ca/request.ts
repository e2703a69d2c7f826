/** Certificate requests (证书请求, PKCS#10, RFC 2986). */
import { context, type DerElement, type DerMode, der, readDer, Tag } from '@gov/der';
import { looksLikePem, readPem } from '@gov/der/pem';
import type { Signer } from '@gov/sm';
import { GovError, isGovError } from '@gov/verdict';
import { readAlgorithm, structureVerifier } from '../algorithm.js';
import { CERTIFICATE_MAX_BYTES, type Extension, readExtensions } from '../certificate.js';
import { type DistinguishedName, parseName, readName } from '../name.js';
import { signed } from '../signed.js';

/** PKCS#9 extensionRequest, RFC 2985 5.4.2 */
const EXTENSION_REQUEST = '1.2.840.113549.1.9.14';

/** What somebody asks a CA to certify; nothing of it is proved but, by the signature, that he holds the key. */
export interface CertificateRequest {
  /** The whole request as received, DER. */
  readonly bytes: Uint8Array;
  /** What the holder of the key signed. */
  readonly info: Uint8Array;
  readonly subject: DistinguishedName;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  /** OID. */
  readonly signatureAlgorithm: string;
  readonly signature: Uint8Array;
  /** The extensions asked for, by OID: a wish; a CA writes its own. */
  readonly extensions: ReadonlyMap<string, Extension>;
}

export interface CertificateRequestFields {
  /** `CN=…,O=…,C=CN` */
  readonly subject: string;
  /** Holds the key to be certified. */
  readonly signer: Signer;
  /** Extensions asked for, each an Extension, DER. */
  readonly extensions?: readonly Uint8Array[];
}

/**
 * Writes and signs a request.
 *
 * @throws GovError `name-malformed`
 * @example
 * import { writePem } from '@gov/der/pem';
 * import { createCertificateRequest } from '@gov/pki/ca';
 * const { bytes } = await createCertificateRequest({ subject: 'CN=某局电子印章,O=某局,C=CN', signer });
 * writePem('CERTIFICATE REQUEST', bytes);
 */
export async function createCertificateRequest(fields: CertificateRequestFields): Promise<CertificateRequest> {
  const { subject, signer, extensions = [] } = fields;
  const asked =
    extensions.length === 0 ? [] : [der.sequence(der.oid(EXTENSION_REQUEST), der.setOf(der.sequence(...extensions)))];
  const info = der.sequence(
    der.integer(0),
    parseName(subject).bytes,
    signer.publicKey,
    der.element(context(0), ...asked),
  );
  return readCertificateRequest(await signed(info, signer), 'strict');
}

/**
 * Reads a request, DER or PEM. Whether its maker holds the key is another question: `holdsKey`.
 *
 * @throws GovError `certificate-request-malformed`, `input-too-large`
 */
export function readCertificateRequest(input: Uint8Array | string, mode: DerMode = 'lenient'): CertificateRequest {
  const bytes = typeof input !== 'string' && !looksLikePem(input) ? input : fromPem(input);
  if (bytes.length > CERTIFICATE_MAX_BYTES) throw new GovError('input-too-large', 'request of more than 256 KiB');
  try {
    return parse(readDer(bytes, { mode }), mode);
  } catch (error) {
    if (isGovError(error) && (error.code.startsWith('der-') || error.code === 'certificate-malformed')) {
      throw new GovError('certificate-request-malformed', `not a certificate request: ${error.message}`, {
        cause: error,
      });
    }
    throw error;
  }
}

function fromPem(input: Uint8Array | string): Uint8Array {
  const text = typeof input === 'string' ? input : new TextDecoder('latin1').decode(input);
  const block = readPem(text).find(({ label }) => /^(NEW )?CERTIFICATE REQUEST$/.test(label));
  if (block === undefined)
    throw new GovError('certificate-request-malformed', 'no CERTIFICATE REQUEST in the PEM text');
  return block.bytes;
}

function parse(element: DerElement, mode: DerMode): CertificateRequest {
  const outer = element.children(Tag.sequence);
  const info = outer.next(Tag.sequence);
  const signatureAlgorithm = readAlgorithm(outer.next(Tag.sequence));
  const signature = outer.next(Tag.bitString).bitOctets();
  outer.end();
  const fields = info.children();
  if (fields.next(Tag.integer).smallInteger() !== 0)
    throw new GovError('certificate-request-malformed', 'version other than 1');
  const subject = readName(fields.next(Tag.sequence));
  const publicKey = fields.next(Tag.sequence).raw;
  // RFC 2986 demands the attributes even where there are none; some makers leave them out.
  const attributes = mode === 'lenient' ? fields.optional(context(0)) : fields.next(context(0));
  fields.end();
  return {
    bytes: element.raw,
    info: info.raw,
    subject,
    publicKey,
    signatureAlgorithm,
    signature,
    extensions: attributes === undefined ? new Map() : requestedExtensions(attributes),
  };
}

function requestedExtensions(attributes: DerElement): ReadonlyMap<string, Extension> {
  let asked: DerElement | undefined;
  for (const list = attributes.children(); list.more; ) {
    const fields = list.next(Tag.sequence).children();
    const type = fields.next(Tag.oid).oid();
    const values = fields.next(Tag.set);
    fields.end();
    if (type !== EXTENSION_REQUEST) continue;
    if (asked !== undefined) throw new GovError('certificate-request-malformed', 'extensionRequest twice');
    asked = values.inner(Tag.sequence);
  }
  return asked === undefined ? new Map() : readExtensions(asked).extensions;
}

/**
 * Proof of possession (私钥持有证明): whether the request is signed with the private key of the public key in it.
 *
 * @throws GovError `algorithm-unsupported`, `key-malformed`
 */
export function holdsKey(request: CertificateRequest): Promise<boolean> {
  return structureVerifier(request.publicKey, request.signatureAlgorithm).verify(request.info, request.signature);
}

/** @throws GovError `certificate-request-unproved` where it is not; what `holdsKey` throws */
export async function requireKey(request: CertificateRequest): Promise<void> {
  if (!(await holdsKey(request)))
    throw new GovError('certificate-request-unproved', 'the request is not signed with the key it carries');
}
