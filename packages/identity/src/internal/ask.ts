/** Asking a server (网络端口): over https, bounded in size and time, without redirections. */
import { boundedBody } from './bounded-body.js';

/** `globalThis.fetch`, a proxy, or a handler that stands in for a server. */
export type FetchPort = (request: Request) => Promise<Response>;

interface Answer {
  readonly status: number;
  readonly body: Uint8Array;
}

/** Or, as a text for people, why there is none: what the port says may name addresses inside a network, and goes no further. */
export async function ask(
  url: string,
  init: { readonly method: 'GET' | 'POST'; readonly headers?: Record<string, string>; readonly body?: URLSearchParams },
  { fetch, timeoutMs, maxBytes }: { readonly fetch: FetchPort; readonly timeoutMs: number; readonly maxBytes: number },
): Promise<Answer | string> {
  const signal = AbortSignal.timeout(timeoutMs);
  const asked = async (): Promise<Answer | string> => {
    const response = await fetch(new Request(url, { ...init, redirect: 'error', signal }));
    if (response.redirected) return 'a redirection, which is not followed';
    const body = await boundedBody(response, maxBytes);
    return body === undefined ? `more than ${maxBytes} bytes` : { status: response.status, body };
  };
  return Promise.race([asked(), aborted(signal)]).catch((error: unknown) =>
    signal.aborted ? `no answer in ${timeoutMs} ms` : error instanceof Error ? error.name : 'unknown error',
  );
}

/** A port may not heed the signal of the request. */
const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });

/** https, without password or fragment, in the one spelling that is asked. */
export function isHttps(text: string): boolean {
  if (text.length > 2048 || !URL.canParse(text) || text.includes('#')) return false;
  const { protocol, username, password, href } = new URL(text);
  return protocol === 'https:' && username === '' && password === '' && href === text;
}
