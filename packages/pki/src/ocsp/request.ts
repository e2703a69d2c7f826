/** OCSP requests (在线证书状态查询请求, RFC 6960 4.1). */
import { context, der, readDer, Tag } from '@gov/der';
import { GovError, isGovError } from '@gov/verdict';
import { extension } from '../ca/extensions.js';
import type { Certificate } from '../certificate.js';
import { OCSP } from '../oid.js';
import { type CertId, type CertIdHash, createCertId, readCertId } from './cert-id.js';
import { OCSP_NONCE_MAX, readNonce, readOcspExtensions } from './extensions.js';

export const OCSP_REQUEST_LIMITS = {
  /** Size of one request, bytes. */
  maxBytes: 16 * 1024,
  /** Certificates asked about in one request. */
  maxCertIds: 32,
} as const;

export interface OcspRequestOptions {
  /** Those asked about, all of one issuer or each with its own. */
  readonly certificates: readonly { readonly certificate: Certificate; readonly issuer: Certificate }[];
  /** Hash of the CertIDs. SHA-1 is what every responder reads (RFC 5019 2.1.1); SM3 among SM2 responders. */
  readonly hash: CertIdHash;
  /** 1 to 128 random octets that the response must repeat; leave it out where responses may come from a cache. */
  readonly nonce?: Uint8Array;
}

export interface OcspRequest {
  readonly bytes: Uint8Array;
  readonly certIds: readonly CertId[];
  readonly nonce?: Uint8Array;
}

/**
 * @throws GovError `invalid-argument` for no certificates, too many of them, or a nonce of a wrong size
 * @example
 * const request = await createOcspRequest({ certificates: [{ certificate, issuer: root }], hash: 'SM3' });
 * request.bytes; // the body of a POST, application/ocsp-request
 */
export async function createOcspRequest({ certificates, hash, nonce }: OcspRequestOptions): Promise<OcspRequest> {
  if (certificates.length === 0 || certificates.length > OCSP_REQUEST_LIMITS.maxCertIds) {
    throw new GovError('invalid-argument', `a request asks about 1 to ${OCSP_REQUEST_LIMITS.maxCertIds} certificates`);
  }
  if (nonce !== undefined && (nonce.length === 0 || nonce.length > OCSP_NONCE_MAX)) {
    throw new GovError('invalid-argument', `a nonce has 1 to ${OCSP_NONCE_MAX} octets`);
  }
  const certIds: CertId[] = [];
  for (const { certificate, issuer } of certificates) {
    // RFC 6960 4.1.1: the name as the certificate writes it.
    const named = { subject: certificate.issuer, publicKey: issuer.publicKey };
    certIds.push(await createCertId(named, certificate.serialNumber, hash));
  }
  const bytes = der.sequence(
    der.sequence(
      der.sequence(...certIds.map((id) => der.sequence(id.bytes))),
      ...(nonce === undefined ? [] : [der.explicit(2, der.sequence(extension(OCSP.nonce, der.octetString(nonce))))]),
    ),
  );
  return { bytes, certIds, ...(nonce === undefined ? {} : { nonce }) };
}

/**
 * Reads a request. A signature on it is passed over: who asks is nobody's business here.
 *
 * @throws GovError `ocsp-malformed`, `ocsp-unsupported` for critical extensions that are not known, `input-too-large`
 */
export function readOcspRequest(bytes: Uint8Array): OcspRequest {
  if (bytes.length > OCSP_REQUEST_LIMITS.maxBytes) {
    throw new GovError('input-too-large', `request of more than ${OCSP_REQUEST_LIMITS.maxBytes} bytes`);
  }
  try {
    return parse(bytes);
  } catch (error) {
    if (isGovError(error) && error.code.startsWith('der-')) {
      throw new GovError('ocsp-malformed', `not an OCSP request: ${error.message}`, { cause: error });
    }
    throw error;
  }
}

function parse(bytes: Uint8Array): OcspRequest {
  const outer = readDer(bytes, { mode: 'lenient' }).children(Tag.sequence);
  const fields = outer.next(Tag.sequence).children();
  outer.optional(context(0));
  outer.end();
  const version = fields.optional(context(0))?.inner(Tag.integer).smallInteger() ?? 0;
  if (version !== 0) throw new GovError('ocsp-malformed', `version field ${version}`);
  fields.optional(context(1));
  const certIds: CertId[] = [];
  for (const list = fields.next(Tag.sequence).children(); list.more; ) {
    if (certIds.length === OCSP_REQUEST_LIMITS.maxCertIds) {
      throw new GovError('ocsp-malformed', `more than ${OCSP_REQUEST_LIMITS.maxCertIds} certificates asked about`);
    }
    const single = list.next(Tag.sequence).children();
    certIds.push(readCertId(single.next(Tag.sequence)));
    readOcspExtensions(single.optional(context(0))?.inner(Tag.sequence), []);
    single.end();
  }
  if (certIds.length === 0) throw new GovError('ocsp-malformed', 'a request that asks nothing');
  const extensions = readOcspExtensions(fields.optional(context(2))?.inner(Tag.sequence), [OCSP.nonce]);
  fields.end();
  const nonce = extensions.get(OCSP.nonce);
  return { bytes, certIds, ...(nonce === undefined ? {} : { nonce: readNonce(nonce) }) };
}
