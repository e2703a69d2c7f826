/** Fetching a status list token: from the URI itself, bounded in size and time, over https, without redirections. */
import { isGovError } from '@gov/verdict';
import { type FetchPort, fetchBytes, isFetchable } from '../internal/fetch-bytes.js';
import { STATUS_FETCH_LIMITS, STATUS_LIST_LIMITS } from './limits.js';
import { readStatusListToken, STATUS_LIST_TYPES, type StatusListToken } from './token.js';

/** The network as a port (网络端口): `globalThis.fetch`, a proxy, or a handler that stands in for a server. */
export type StatusListFetch = FetchPort;

/**
 * Why a token was not had: `not-fetched` an URI that is not asked at all, `unavailable` no answer or not that of success,
 * `malformed` something else than a token, `other` the token of another list.
 */
export type StatusListProblem = 'not-fetched' | 'unavailable' | 'malformed' | 'other';

export type FetchedStatusList =
  | { readonly token: StatusListToken }
  | { readonly problem: StatusListProblem; readonly detail: string };

export interface FetchStatusListOptions {
  readonly fetch: StatusListFetch;
  /** `STATUS_FETCH_LIMITS.timeoutMs` */
  readonly timeoutMs?: number;
}

/** The best first. */
const ACCEPT = `application/${STATUS_LIST_TYPES.jwt}, application/${STATUS_LIST_TYPES.cwt};q=0.9`;

/**
 * Asks for the token at a URI, and takes none but that of this very URI (`sub`). Only https is asked, http on this machine; no
 * redirection is followed. The URI must come from whoever vouches for the issuer, never out of what is verified: else
 * whoever wrote that chooses what is asked. Nothing is verified yet. Never throws but for what is no `GovError`.
 *
 * @example
 * const answer = await fetchStatusList('https://status.example.gov.cn/lists/0', { fetch });
 * if ('token' in answer) console.log(answer.token.issuedAt);
 */
export async function fetchStatusList(uri: string, options: FetchStatusListOptions): Promise<FetchedStatusList> {
  const { fetch, timeoutMs = STATUS_FETCH_LIMITS.timeoutMs } = options;
  if (!isFetchable(uri, { loopback: true }))
    return { problem: 'not-fetched', detail: 'only https is asked, http on this machine' };
  const body = await fetchBytes(uri, { fetch, timeoutMs, accept: ACCEPT, maxBytes: STATUS_LIST_LIMITS.token });
  if (typeof body === 'string') return { problem: 'unavailable', detail: body };
  try {
    const token = readStatusListToken(body);
    if (token.uri === uri) return { token };
    return { problem: 'other', detail: `the token there is that of ${token.uri.slice(0, 200)}` };
  } catch (error) {
    if (!isGovError(error)) throw error;
    return { problem: 'malformed', detail: error.message };
  }
}
