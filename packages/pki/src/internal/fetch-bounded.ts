/** One question to a server nobody vouches for: bounded in size, time and redirections, over http and https only. */
import { readHttpBody } from './http-body.js';

/** The network as a port (网络端口): `globalThis.fetch`, a proxy, or a handler that stands in for a server. */
export type Fetch = (request: Request) => Promise<Response>;

interface BoundedQuestion {
  readonly fetch: Fetch;
  readonly url: string;
  /** Sent by POST, with its media type; absent: GET. */
  readonly post?: { readonly body: Uint8Array; readonly type: string };
  readonly maxBytes: number;
  readonly timeoutMs: number;
  readonly maxRedirects: number;
  readonly signal?: AbortSignal;
}

type BoundedAnswer =
  | { readonly bytes: Uint8Array }
  | { readonly problem: 'fetch-failed' | 'timeout' | 'http-status' | 'too-large'; readonly detail: string };

/** Never throws but for the caller's own `signal`. */
export async function fetchBounded(question: BoundedQuestion): Promise<BoundedAnswer> {
  const timeout = AbortSignal.timeout(question.timeoutMs);
  const signal = question.signal === undefined ? timeout : AbortSignal.any([question.signal, timeout]);
  let stop = () => {};
  // A port may not heed the signal of the request.
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([ask(question, signal), stopped]);
  } catch (error) {
    question.signal?.throwIfAborted();
    if (timeout.aborted) return { problem: 'timeout', detail: `no answer in ${question.timeoutMs} ms` };
    // What the port says may name addresses inside a network, and goes no further.
    return { problem: 'fetch-failed', detail: error instanceof Error ? error.name : 'unknown error' };
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

async function ask(question: BoundedQuestion, signal: AbortSignal): Promise<BoundedAnswer> {
  const { fetch, post, maxBytes, maxRedirects } = question;
  let { url } = question;
  for (let redirects = 0; ; redirects++) {
    const response = await fetch(
      new Request(url, {
        redirect: 'manual',
        signal,
        ...(post === undefined
          ? {}
          : { method: 'POST', body: Uint8Array.from(post.body), headers: { 'content-type': post.type } }),
      }),
    );
    const location = response.status >= 300 && response.status < 400 ? response.headers.get('location') : null;
    if (location !== null) {
      const next = fetchableUrl(location, url);
      if (post !== undefined || redirects === maxRedirects || next === undefined) {
        return { problem: 'fetch-failed', detail: 'a redirection that is not followed' };
      }
      url = next;
      continue;
    }
    if (response.status !== 200) return { problem: 'http-status', detail: `status ${response.status}` };
    const bytes = await readHttpBody(response, maxBytes);
    return bytes === undefined ? { problem: 'too-large', detail: `more than ${maxBytes} bytes` } : { bytes };
  }
}

/** Length of a URL that is asked, characters. */
export const URL_MAX_LENGTH = 2048;

/** The URL in full, undefined for one that is not http or https, carries a password, or is too long. */
export function fetchableUrl(text: string, base?: string): string | undefined {
  if (text.length > URL_MAX_LENGTH || !URL.canParse(text, base)) return undefined;
  const url = new URL(text, base);
  const plain = (url.protocol === 'http:' || url.protocol === 'https:') && url.username === '' && url.password === '';
  return plain ? url.href : undefined;
}
