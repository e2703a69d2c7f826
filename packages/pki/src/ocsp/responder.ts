/** An OCSP responder (OCSP 应答服务器, RFC 6960 and the lightweight profile RFC 5019) as a fetch handler. */
import { bytesToHex, type Signer, sameBytes, sm3 } from '@gov/sm';
import { GovError, isGovError } from '@gov/verdict';
import type { Certificate } from '../certificate.js';
import { readHttpBody } from '../internal/http-body.js';
import { sameName } from '../name.js';
import { OCSP } from '../oid.js';
import { type CertId, isOfIssuer } from './cert-id.js';
import { OCSP_REQUEST_LIMITS, type OcspRequest, readOcspRequest } from './request.js';
import {
  type CertificateStatus,
  createOcspFailure,
  createOcspResponse,
  type OcspFailure,
  type OcspSingleResponse,
} from './response.js';

export interface OcspResponderOptions {
  /** The CA whose certificates are answered for. */
  readonly issuer: Certificate;
  /** Signs the responses: holds the key of `certificate`, or of the issuer. */
  readonly signer: Signer;
  /** Issued by the issuer, with the extended key usage OCSPSigning; sent along. Absent: the issuer signs itself. */
  readonly certificate?: Certificate;
  /** What is known of a serial number; `unknown` for one that was never issued. It may throw: the answer is internalError. */
  readonly statusOf: (serialNumber: bigint) => CertificateStatus | Promise<CertificateStatus>;
  readonly clock: () => Date;
  /** How long a response may be kept, milliseconds (one hour). */
  readonly validityMs?: number;
  /** Path of the service, which ends in `/` (`/`): what follows it in a GET is the request. */
  readonly path?: string;
  /** Told of what went wrong inside, which the client is not. */
  readonly onError?: (error: unknown) => void;
}

const HOUR_MS = 3_600_000;

/**
 * Answers POST (the request as body) and GET (the request in base64 behind the path), RFC 6960 A.1. Certificates of other
 * issuers, and hashes other than SM3, SHA-1 and SHA-256, are `unknown`. Responses without a nonce may be cached until
 * nextUpdate (RFC 5019 6.2).
 *
 * @throws GovError `key-mismatch`, `certificate-unsuitable` where the certificate is not the issuer's or not meant for OCSP,
 *   `invalid-argument`
 * @example
 * const revoked = new Map([[5n, { revokedAt: new Date('2026-05-01T00:00:00Z') }]]);
 * const handler = ocspResponder({
 *   issuer: root,
 *   signer,
 *   statusOf: (serialNumber) => {
 *     const revocation = revoked.get(serialNumber);
 *     return revocation === undefined ? { status: 'good' } : { status: 'revoked', ...revocation };
 *   },
 *   clock: () => new Date(),
 * });
 */
export function ocspResponder(options: OcspResponderOptions): (request: Request) => Promise<Response> {
  const { issuer, signer, certificate, path = '/', validityMs = HOUR_MS } = options;
  const responder = certificate ?? issuer;
  if (!sameBytes(responder.publicKey, signer.publicKey)) {
    throw new GovError('key-mismatch', 'the signer does not hold the key of the responder');
  }
  if (certificate !== undefined) {
    if (!sameName(certificate.issuer, issuer.subject) || certificate.extendedKeyUsage?.includes(OCSP.signing) !== true)
      throw new GovError(
        'certificate-unsuitable',
        'the certificate is not one of the issuer for signing OCSP responses',
      );
  }
  if (!path.startsWith('/') || !path.endsWith('/')) throw new GovError('invalid-argument', 'the path is like /ocsp/');
  if (!(validityMs >= 1000)) throw new GovError('invalid-argument', 'responses are valid for a second or more');
  const settings = { ...options, responder, path, validityMs };
  return async (request) => {
    try {
      const bytes = await requestBytes(request, path);
      if (bytes instanceof Response) return bytes;
      return await answer(readOcspRequest(bytes), settings);
    } catch (error) {
      if (isGovError(error) && (error.code.startsWith('ocsp-') || error.code === 'input-too-large')) {
        return failure('malformedRequest');
      }
      options.onError?.(error);
      return failure('internalError');
    }
  };
}

interface Settings extends OcspResponderOptions {
  readonly responder: Certificate;
  readonly validityMs: number;
}

async function answer(request: OcspRequest, settings: Settings): Promise<Response> {
  const { signer, responder, certificate, clock, validityMs } = settings;
  const { certIds, nonce } = request;
  // Responses tell seconds.
  const thisUpdate = new Date(Math.floor(clock().getTime() / 1000) * 1000);
  const nextUpdate = new Date(thisUpdate.getTime() + validityMs);
  const responses: OcspSingleResponse[] = [];
  for (const certId of certIds) {
    responses.push({ certId, certificateStatus: await statusOf(certId, settings), thisUpdate, nextUpdate });
  }
  const bytes = await createOcspResponse({
    signer,
    responder,
    responses,
    producedAt: thisUpdate,
    ...(nonce === undefined ? {} : { nonce }),
    ...(certificate === undefined ? {} : { certificates: [certificate] }),
  });
  return ocspResponse(
    bytes,
    nonce !== undefined
      ? { 'cache-control': 'no-store' }
      : {
          'cache-control': `max-age=${Math.floor(validityMs / 1000)}, public, no-transform, must-revalidate`,
          'last-modified': thisUpdate.toUTCString(),
          expires: nextUpdate.toUTCString(),
          etag: `"${bytesToHex(sm3(bytes))}"`,
        },
  );
}

async function statusOf(certId: CertId, { issuer, statusOf }: Settings): Promise<CertificateStatus> {
  return (await isOfIssuer(certId, issuer)) ? statusOf(certId.serialNumber) : { status: 'unknown' };
}

const ocspResponse = (bytes: Uint8Array, headers: Readonly<Record<string, string>>): Response =>
  new Response(Uint8Array.from(bytes), { headers: { 'content-type': 'application/ocsp-response', ...headers } });

/** Not signed, so that nobody may keep it. */
const failure = (code: OcspFailure): Response => ocspResponse(createOcspFailure(code), { 'cache-control': 'no-store' });

/** The request itself, or the answer to something that is none. */
async function requestBytes(request: Request, path: string): Promise<Uint8Array | Response> {
  const { pathname } = new URL(request.url);
  if (request.method === 'POST') {
    if (`${pathname}/` !== path && pathname !== path) return new Response(null, { status: 404 });
    return (await readHttpBody(request, OCSP_REQUEST_LIMITS.maxBytes)) ?? new Response(null, { status: 413 });
  }
  if (request.method !== 'GET') return new Response(null, { status: 405, headers: { allow: 'GET, POST' } });
  if (!pathname.startsWith(path)) return new Response(null, { status: 404 });
  const text = pathname.slice(path.length);
  if (text.length > 2 * OCSP_REQUEST_LIMITS.maxBytes) return new Response(null, { status: 414 });
  return fromBase64(text);
}

function fromBase64(text: string): Uint8Array {
  try {
    return Uint8Array.from(atob(decodeURIComponent(text)), (character) => character.charCodeAt(0));
  } catch (cause) {
    throw new GovError('ocsp-malformed', 'not base64', { cause });
  }
}
