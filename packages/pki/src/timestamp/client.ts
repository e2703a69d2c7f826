/** Asking a timestamp authority over HTTP (RFC 3161 3.4). */
import { GovError } from '@gov/verdict';
import { type Fetch, fetchableUrl, fetchBounded } from '../internal/fetch-bounded.js';
import { TrustStore } from '../trust-store.js';
import { TIMESTAMP_LIMITS } from './encoding.js';
import type { Stamped } from './imprint.js';
import { createTimestampRequest, readTimestampRequest, timestampNonce } from './request.js';
import { readTimestampResponse } from './response.js';
import type { TimestampToken } from './token.js';
import { timestampFindings } from './verify.js';

export interface TimestampClientOptions {
  /** The network: `fetch`, or the handler of an authority in this process. */
  readonly fetch: Fetch;
  /** The moment of asking, that an old token does not pass for a new one. */
  readonly at: Date;
  /** Whom to believe; without one only what the token says of itself is checked. */
  readonly trust?: TrustStore;
  /** OID of the policy to ask for. */
  readonly policy?: string;
  /** Default: 64 random bits. */
  readonly nonce?: bigint;
  /** Default true. */
  readonly certReq?: boolean;
  /** How long the authority may take, milliseconds; default 30,000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** How long an authority may take, milliseconds. */
const ANSWER_MS = 30_000;

/**
 * A timestamp on a digest, or on the digest of a content. The answer is held against the question, and against `trust`,
 * before it is given out; what cannot be told without data (no anchor, no revocation data) does not stop it.
 *
 * @throws GovError `timestamp-refused` naming the authority's failure; `timestamp-unavailable` where no answer came;
 *   `timestamp-answer-wrong` where it belongs to something else or is not genuine; `timestamp-malformed`,
 *   `input-too-large`; `invalid-argument` for what cannot be asked; the signal's reason
 * @example
 * import { requestTimestamp } from '@gov/pki/timestamp';
 * const stamped = { content: message, hash: 'SM3' } as const;
 * const { bytes } = await requestTimestamp('https://tsa.gov.cn/', stamped, { fetch, at: new Date(), trust });
 */
export async function requestTimestamp(
  url: string,
  stamped: Stamped,
  options: TimestampClientOptions,
): Promise<TimestampToken> {
  const { at, nonce = timestampNonce(), policy, certReq, trust = new TrustStore({ anchors: [] }) } = options;
  const asked = { nonce, ...(policy === undefined ? {} : { policy }) };
  const query = createTimestampRequest({ ...stamped, ...asked, ...(certReq === undefined ? {} : { certReq }) });
  const token = readTimestampResponse(await exchange(url, query, options));
  const { digest } = readTimestampRequest(query).imprint;
  const { findings } = await timestampFindings(token, { digest, hash: stamped.hash, ...asked }, { at, trust });
  const wrong = findings.filter(({ outcome }) => outcome === 'fail').map(({ code }) => code);
  if (wrong.length > 0) throw new GovError('timestamp-answer-wrong', `the answer of ${url}: ${wrong.join(', ')}`);
  return token;
}

async function exchange(url: string, query: Uint8Array, options: TimestampClientOptions): Promise<Uint8Array> {
  const { fetch, signal, timeoutMs = ANSWER_MS } = options;
  const address = fetchableUrl(url);
  if (address === undefined) throw new GovError('invalid-argument', `not an address of HTTP: ${url}`);
  const answer = await fetchBounded({
    fetch,
    url: address,
    post: { body: query, type: 'application/timestamp-query' },
    maxBytes: TIMESTAMP_LIMITS.tokenBytes,
    timeoutMs,
    maxRedirects: 0,
    ...(signal === undefined ? {} : { signal }),
  });
  if ('bytes' in answer) return answer.bytes;
  const code = answer.problem === 'too-large' ? 'input-too-large' : 'timestamp-unavailable';
  throw new GovError(code, `${url}: ${answer.problem}, ${answer.detail}`);
}
