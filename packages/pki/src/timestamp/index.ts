/**
 * `@gov/pki/timestamp`: timestamps (时间戳, RFC 3161, GB/T 20520, GM/T 0033): asking for them, reading them, judging them.
 *
 * @packageDocumentation
 */
export { requestTimestamp, type TimestampClientOptions } from './client.js';
export { contentDigest } from './content-digest.js';
export { TIMESTAMP_LIMITS } from './encoding.js';
export type { MessageImprint, Stamped, StampedBy, TimestampHash } from './imprint.js';
export {
  createTimestampRequest,
  readTimestampRequest,
  type TimestampRequest,
  type TimestampRequestOptions,
  timestampNonce,
} from './request.js';
export { readTimestamp, readTimestampResponse, type TimestampFailure, writeTimestampResponse } from './response.js';
export { readTimestampToken, type TimestampToken } from './token.js';
export type { TstInfo } from './tst-info.js';
export {
  type TimestampQuestion,
  type TimestampReport,
  type TimestampSubject,
  timestampFinding,
  timestampFindings,
  verifyTimestamp,
} from './verify.js';
