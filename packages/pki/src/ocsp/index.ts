/**
 * `@gov/pki/ocsp`: the Online Certificate Status Protocol, both sides: requests, responses, a responder
 * (在线证书状态协议).
 *
 * @packageDocumentation
 */
export type { CertId, CertIdHash } from './cert-id.js';
export { OCSP_NONCE_MAX } from './extensions.js';
export {
  createOcspRequest,
  OCSP_REQUEST_LIMITS,
  type OcspRequest,
  type OcspRequestOptions,
  readOcspRequest,
} from './request.js';
export { type OcspResponderOptions, ocspResponder } from './responder.js';
export {
  type CertificateStatus,
  createOcspFailure,
  createOcspResponse,
  OCSP_RESPONSE_LIMITS,
  type OcspFailure,
  OcspResponse,
  type OcspResponseOptions,
  type OcspSingleResponse,
  type ResponderId,
  readOcspResponse,
} from './response.js';
