/** OCSP responses (在线证书状态应答, RFC 6960 4.2): read, and written. */
import { context, contextPrimitive, type DerElement, type DerMode, der, readDer, Tag } from '@gov/der';
import { type Signer, sameBytes } from '@gov/sm';
import { GovError, isGovError } from '@gov/verdict';
import { readAlgorithm, type StructureVerifier } from '../algorithm.js';
import { extension } from '../ca/extensions.js';
import { type Certificate, readCertificate } from '../certificate.js';
import { type DistinguishedName, readName } from '../name.js';
import { CRL_EXTENSION, OCSP } from '../oid.js';
import { type Revocation, readReason, reasonBytes } from '../revocation/reason.js';
import { signatureAlgorithmIdentifier, signatureValue } from '../signed.js';
import { type CertId, readCertId, responderKeyHash } from './cert-id.js';
import { readNonce, readOcspExtensions } from './extensions.js';

export const OCSP_RESPONSE_LIMITS = {
  /** Size of one response, bytes. */
  maxBytes: 256 * 1024,
  /** Answers in one response. */
  maxResponses: 256,
  /** Certificates sent along. */
  maxCertificates: 8,
} as const;

/** What a responder says of a certificate; `good` is not more than "not revoked", `unknown` is not good. */
export type CertificateStatus =
  | { readonly status: 'good' }
  | ({ readonly status: 'revoked' } & Revocation)
  | { readonly status: 'unknown' };

/** SingleResponse (单个应答) */
export interface OcspSingleResponse {
  readonly certId: CertId;
  readonly certificateStatus: CertificateStatus;
  readonly thisUpdate: Date;
  /** Absent: something newer is to be had at any time. */
  readonly nextUpdate?: Date;
  /** Certificates that expired after this moment are still answered for (RFC 6960 4.4.4). */
  readonly archiveCutoff?: Date;
}

/** ResponderID: a name, or SHA-1 of the key. */
export type ResponderId = { readonly name: DistinguishedName } | { readonly keyHash: Uint8Array };

interface OcspFields {
  readonly bytes: Uint8Array;
  readonly tbs: Uint8Array;
  readonly responderId: ResponderId;
  readonly producedAt: Date;
  readonly responses: readonly OcspSingleResponse[];
  readonly nonce: Uint8Array | undefined;
  readonly signatureAlgorithm: string;
  readonly signature: Uint8Array;
  readonly certificates: readonly Certificate[];
}

/** A successful basic response; made by `readOcspResponse`. */
export class OcspResponse {
  /** As received, DER. */
  readonly bytes: Uint8Array;
  readonly responderId: ResponderId;
  readonly producedAt: Date;
  readonly responses: readonly OcspSingleResponse[];
  readonly nonce: Uint8Array | undefined;
  /** OID. */
  readonly signatureAlgorithm: string;
  /** Sent along, untrusted by themselves. */
  readonly certificates: readonly Certificate[];
  readonly #tbs: Uint8Array;
  readonly #signature: Uint8Array;
  readonly #signed = new WeakMap<StructureVerifier, Promise<boolean>>();

  /** @internal */
  constructor(fields: OcspFields) {
    this.bytes = fields.bytes;
    this.responderId = fields.responderId;
    this.producedAt = fields.producedAt;
    this.responses = fields.responses;
    this.nonce = fields.nonce;
    this.signatureAlgorithm = fields.signatureAlgorithm;
    this.certificates = fields.certificates;
    this.#tbs = fields.tbs;
    this.#signature = fields.signature;
  }

  /** Whether the signature value verifies; worked out once for each verifier. */
  signedBy(verifier: StructureVerifier): Promise<boolean> {
    const known = this.#signed.get(verifier) ?? verifier.verify(this.#tbs, this.#signature);
    this.#signed.set(verifier, known);
    return known;
  }
}

/** OCSPResponseStatus by its number; 4 was never given out. */
const STATUSES = [
  'successful',
  'malformedRequest',
  'internalError',
  'tryLater',
  undefined,
  'sigRequired',
  'unauthorized',
];

export type OcspFailure = 'malformedRequest' | 'internalError' | 'tryLater' | 'sigRequired' | 'unauthorized';

/**
 * Reads a response. Nothing of it is believed yet: `revocationFindings` asks who signed it, about whom and when.
 *
 * @throws GovError `ocsp-unsuccessful` with the responder's status in the message; `ocsp-malformed`, `ocsp-unsupported` for
 *   another kind of response or critical extensions that are not known, `input-too-large`
 * @example
 * readOcspResponse(bytes).responses[0]?.certificateStatus.status; // 'good', 'revoked', 'unknown'
 */
export function readOcspResponse(bytes: Uint8Array, mode: DerMode = 'lenient'): OcspResponse {
  if (bytes.length > OCSP_RESPONSE_LIMITS.maxBytes) {
    throw new GovError('input-too-large', `response of more than ${OCSP_RESPONSE_LIMITS.maxBytes} bytes`);
  }
  try {
    return parse(bytes, mode);
  } catch (error) {
    if (isGovError(error) && /^(der|certificate)-/.test(error.code)) {
      throw new GovError('ocsp-malformed', `not an OCSP response: ${error.message}`, { cause: error });
    }
    throw error;
  }
}

function parse(bytes: Uint8Array, mode: DerMode): OcspResponse {
  const outer = readDer(bytes, { mode }).children(Tag.sequence);
  const [status] = outer.next(0x0a).content;
  if (status !== 0) {
    throw new GovError('ocsp-unsuccessful', `the responder answers ${STATUSES[status ?? -1] ?? `status ${status}`}`);
  }
  const wrapped = outer.next(context(0)).inner(Tag.sequence).children();
  outer.end();
  const type = wrapped.next(Tag.oid).oid();
  if (type !== OCSP.basic) throw new GovError('ocsp-unsupported', `response type ${type}`);
  const basic = wrapped.next(Tag.octetString).nested(Tag.sequence).children();
  wrapped.end();

  const tbs = basic.next(Tag.sequence);
  const signatureAlgorithm = readAlgorithm(basic.next(Tag.sequence));
  const signature = basic.next(Tag.bitString).bitOctets();
  const certificates: Certificate[] = [];
  for (const list = basic.optional(context(0))?.inner(Tag.sequence).children(); list?.more === true; ) {
    if (certificates.length === OCSP_RESPONSE_LIMITS.maxCertificates) throw malformed('too many certificates');
    certificates.push(readCertificate(list.next(Tag.sequence).raw, mode));
  }
  basic.end();

  const fields = tbs.children();
  const version = fields.optional(context(0));
  if (version !== undefined) {
    if (version.inner(Tag.integer).smallInteger() !== 0) throw malformed('version');
    version.defaultEncoded();
  }
  const responderId = readResponderId(fields.next());
  const producedAt = fields.next(Tag.generalizedTime).time();
  const responses: OcspSingleResponse[] = [];
  for (const list = fields.next(Tag.sequence).children(); list.more; ) {
    if (responses.length === OCSP_RESPONSE_LIMITS.maxResponses) throw malformed('too many answers');
    responses.push(readSingle(list.next(Tag.sequence)));
  }
  const extensions = readOcspExtensions(fields.optional(context(1))?.inner(Tag.sequence), [OCSP.nonce]);
  fields.end();
  const nonce = extensions.get(OCSP.nonce);
  return new OcspResponse({
    bytes,
    tbs: tbs.raw,
    responderId,
    producedAt,
    responses,
    nonce: nonce === undefined ? undefined : readNonce(nonce),
    signatureAlgorithm,
    signature,
    certificates,
  });
}

function readResponderId(element: DerElement): ResponderId {
  if (element.tag === context(1)) return { name: readName(element.inner(Tag.sequence)) };
  return { keyHash: element.expect(context(2)).inner(Tag.octetString).octets() };
}

function readSingle(element: DerElement): OcspSingleResponse {
  const fields = element.children();
  const certId = readCertId(fields.next(Tag.sequence));
  const status = fields.next();
  const thisUpdate = fields.next(Tag.generalizedTime).time();
  const nextUpdate = fields.optional(context(0))?.inner(Tag.generalizedTime).time();
  const wrapped = fields.optional(context(1))?.inner(Tag.sequence);
  fields.end();
  const extensions = readOcspExtensions(wrapped, [OCSP.archiveCutoff, CRL_EXTENSION.invalidityDate]);
  const archiveCutoff = extensions.get(OCSP.archiveCutoff)?.nested(Tag.generalizedTime).time();
  return {
    certId,
    certificateStatus: readStatus(status, extensions.get(CRL_EXTENSION.invalidityDate)),
    thisUpdate,
    ...(nextUpdate === undefined ? {} : { nextUpdate }),
    ...(archiveCutoff === undefined ? {} : { archiveCutoff }),
  };
}

function readStatus(element: DerElement, invalidity: DerElement | undefined): CertificateStatus {
  switch (element.tag) {
    case contextPrimitive(0):
    case contextPrimitive(2):
      if (element.content.length > 0) throw malformed('a status with content');
      return { status: element.tag === contextPrimitive(0) ? 'good' : 'unknown' };
    case context(1): {
      const fields = element.children();
      const revokedAt = fields.next(Tag.generalizedTime).time();
      const code = fields.optional(context(0))?.inner();
      fields.end();
      return {
        status: 'revoked',
        revokedAt,
        ...(code === undefined ? {} : { reason: readReason(code) }),
        ...(invalidity === undefined ? {} : { invalidityDate: invalidity.nested(Tag.generalizedTime).time() }),
      };
    }
    default:
      throw malformed('a status that is none');
  }
}

export interface OcspResponseOptions {
  readonly signer: Signer;
  /** The certificate of that signer: the issuer's own, or one that it delegated to. */
  readonly responder: Certificate;
  readonly responses: readonly OcspSingleResponse[];
  readonly producedAt: Date;
  /** That of the request. */
  readonly nonce?: Uint8Array;
  /** Sent along: the delegated certificate. */
  readonly certificates?: readonly Certificate[];
  /** How the responder names itself (`name`). */
  readonly responderId?: 'name' | 'key';
}

/**
 * A signed basic response, DER.
 *
 * @throws GovError `key-mismatch` where the signer is not the responder's, `invalid-argument` where nothing is answered
 */
export async function createOcspResponse(options: OcspResponseOptions): Promise<Uint8Array> {
  const { signer, responder, responses, producedAt, nonce, certificates = [] } = options;
  if (!sameBytes(responder.publicKey, signer.publicKey)) {
    throw new GovError('key-mismatch', 'the signer does not hold the key of the responder');
  }
  if (responses.length === 0) throw new GovError('invalid-argument', 'a response without an answer');
  const tbs = der.sequence(
    options.responderId === 'key'
      ? der.explicit(2, der.octetString(await responderKeyHash(responder.publicKey)))
      : der.explicit(1, responder.subject.bytes),
    der.generalizedTime(producedAt),
    der.sequence(...responses.map(singleBytes)),
    ...(nonce === undefined ? [] : [der.explicit(1, der.sequence(extension(OCSP.nonce, der.octetString(nonce))))]),
  );
  const basic = der.sequence(
    tbs,
    signatureAlgorithmIdentifier(signer.algorithm),
    der.bitString(await signatureValue(tbs, signer)),
    ...(certificates.length === 0
      ? []
      : [der.explicit(0, der.sequence(...certificates.map((certificate) => certificate.bytes)))]),
  );
  return statusBytes(0, der.explicit(0, der.sequence(der.oid(OCSP.basic), der.octetString(basic))));
}

/** A response that says why there is no answer; it is not signed. */
export const createOcspFailure = (failure: OcspFailure): Uint8Array => statusBytes(STATUSES.indexOf(failure));

const statusBytes = (status: number, ...rest: readonly Uint8Array[]): Uint8Array =>
  der.sequence(der.element(0x0a, Uint8Array.of(status)), ...rest);

function singleBytes({ certId, certificateStatus, thisUpdate, nextUpdate, archiveCutoff }: OcspSingleResponse) {
  const invalidityDate = certificateStatus.status === 'revoked' ? certificateStatus.invalidityDate : undefined;
  const extensions = [
    ...(archiveCutoff === undefined ? [] : [extension(OCSP.archiveCutoff, der.generalizedTime(archiveCutoff))]),
    ...(invalidityDate === undefined
      ? []
      : [extension(CRL_EXTENSION.invalidityDate, der.generalizedTime(invalidityDate))]),
  ];
  return der.sequence(
    certId.bytes,
    certificateStatusBytes(certificateStatus),
    der.generalizedTime(thisUpdate),
    ...(nextUpdate === undefined ? [] : [der.explicit(0, der.generalizedTime(nextUpdate))]),
    ...(extensions.length === 0 ? [] : [der.explicit(1, der.sequence(...extensions))]),
  );
}

function certificateStatusBytes(certificate: CertificateStatus): Uint8Array {
  if (certificate.status !== 'revoked') {
    return der.implicitPrimitive(certificate.status === 'good' ? 0 : 2, new Uint8Array(0));
  }
  const { revokedAt, reason } = certificate;
  return der.element(
    context(1),
    der.generalizedTime(revokedAt),
    ...(reason === undefined || reason === 'unspecified' ? [] : [der.explicit(0, reasonBytes(reason))]),
  );
}

const malformed = (what: string) => new GovError('ocsp-malformed', `not an OCSP response: ${what}`);
