/** What both ends of the crypto pool protocol (docs/formats/crypto-pool.md) agree on. */
import type { ErrorCode } from '@gov/verdict';

/** Octets, counts and times a pool holds to; an own pool may set them lower or higher within `POOL_LIMIT_CEILING`. */
export interface CryptoPoolLimits {
  /** Messages or digests of one request. */
  readonly items: number;
  /** Octets of one message. */
  readonly messageBytes: number;
  /** Octets of one request's body. */
  readonly bodyBytes: number;
}

export const POOL_LIMITS: CryptoPoolLimits = { items: 64, messageBytes: 256 * 1024, bodyBytes: 1024 * 1024 };

/** No server may be set beyond, and no client sends more, whatever a server says it takes. */
export const POOL_LIMIT_CEILING: CryptoPoolLimits = {
  items: 1024,
  messageBytes: 16 * 1024 * 1024,
  bodyBytes: 32 * 1024 * 1024,
};

/** Idempotency-Key: a string of RFC 8941 with 16 to 64 of A–Z a–z 0–9 _ - */
export const IDEMPOTENCY_KEY: RegExp = /^"[A-Za-z0-9_-]{16,64}"$/;

/** A bearer token, RFC 6750 2.1; shorter ones could be guessed. */
export const BEARER_TOKEN: RegExp = /^[A-Za-z0-9._~+/-]{16,1024}={0,2}$/;

/** The status of each code a pool answers with, as `application/problem+json` (RFC 9457). */
export const PROBLEM_STATUS = {
  'input-malformed': 400,
  'algorithm-unsupported': 400,
  'pool-unauthorized': 401,
  'pool-key-unknown': 404,
  'input-too-large': 413,
  'limit-exceeded': 413,
  'idempotency-key-reused': 422,
  'pool-busy': 503,
  internal: 500,
  'pool-unavailable': 503,
  'pool-timeout': 504,
} as const satisfies Partial<Record<ErrorCode, number>>;

export type ProblemCode = keyof typeof PROBLEM_STATUS;

export const isProblemCode = (code: unknown): code is ProblemCode =>
  typeof code === 'string' && Object.hasOwn(PROBLEM_STATUS, code);
