/** Fetching a status list token: from the URI itself, bounded in size and time, over https, without redirections. */
import { isGovError } from '@gov/verdict';
import { STATUS_FETCH_LIMITS, STATUS_LIST_LIMITS } from './limits.js';
import { readStatusListToken, STATUS_LIST_TYPES, type StatusListToken } from './token.js';

/** The network as a port (网络端口): `globalThis.fetch`, a proxy, or a handler that stands in for a server. */
export type StatusListFetch = (request: Request) => Promise<Response>;

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
  if (!isFetchable(uri)) return { problem: 'not-fetched', detail: 'only https is asked, http on this machine' };
  const signal = AbortSignal.timeout(timeoutMs);
  const body = await Promise.race([ask(uri, fetch, signal), aborted(signal)]).catch((error: unknown) =>
    // What the port says may name addresses inside a network, and goes no further.
    signal.aborted ? `no answer in ${timeoutMs} ms` : error instanceof Error ? error.name : 'unknown error',
  );
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

/** The body, or why there is none. */
async function ask(uri: string, fetch: StatusListFetch, signal: AbortSignal): Promise<Uint8Array | string> {
  const response = await fetch(new Request(uri, { headers: { accept: ACCEPT }, redirect: 'error', signal }));
  if (response.redirected) return 'a redirection, which is not followed';
  if (response.status !== 200) {
    await response.body?.cancel();
    return `status ${response.status}`;
  }
  return (await bodyOf(response, signal)) ?? `more than ${STATUS_LIST_LIMITS.token} bytes`;
}

async function bodyOf({ body }: Response, signal: AbortSignal): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = body?.getReader();
  if (reader === undefined) return new Uint8Array(0);
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    length += next.value.length;
    if (length > STATUS_LIST_LIMITS.token || signal.aborted) {
      await reader.cancel();
      return undefined;
    }
    chunks.push(next.value);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** A port may not heed the signal of the request. */
const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });

/** https, or http to this machine; no password, no fragment, and in the one spelling that is asked. */
function isFetchable(uri: string): boolean {
  if (uri.length > STATUS_LIST_LIMITS.text || !URL.canParse(uri)) return false;
  const url = new URL(uri);
  const local = /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname);
  return (
    (url.protocol === 'https:' || (url.protocol === 'http:' && local)) &&
    url.username === '' &&
    url.password === '' &&
    url.href === uri &&
    !uri.includes('#')
  );
}
