/** What lies at a URI: bounded in size and time, over https, without redirections. */

/** The network as a port (网络端口): `globalThis.fetch`, a proxy, or a handler that stands in for a server. */
export type FetchPort = (request: Request) => Promise<Response>;

interface FetchBytesOptions {
  readonly fetch: FetchPort;
  readonly accept: string;
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

/** The body of a 200, or, as a text for people, why there is none. It never rejects. */
export async function fetchBytes(uri: string, options: FetchBytesOptions): Promise<Uint8Array | string> {
  const { timeoutMs } = options;
  const signal = AbortSignal.timeout(timeoutMs);
  return Promise.race([ask(uri, options, signal), aborted(signal)]).catch((error: unknown) =>
    // What the port says may name addresses inside a network, and goes no further.
    signal.aborted ? `no answer in ${timeoutMs} ms` : error instanceof Error ? error.name : 'unknown error',
  );
}

async function ask(
  uri: string,
  { fetch, accept, maxBytes }: FetchBytesOptions,
  signal: AbortSignal,
): Promise<Uint8Array | string> {
  const response = await fetch(new Request(uri, { headers: { accept }, redirect: 'error', signal }));
  if (response.redirected) return 'a redirection, which is not followed';
  if (response.status !== 200) {
    await response.body?.cancel();
    return `status ${response.status}`;
  }
  return (await bodyOf(response, maxBytes, signal)) ?? `more than ${maxBytes} bytes`;
}

async function bodyOf({ body }: Response, maxBytes: number, signal: AbortSignal): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = body?.getReader();
  if (reader === undefined) return new Uint8Array(0);
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    length += next.value.length;
    if (length > maxBytes || signal.aborted) {
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

/** https, or where it is allowed http to this machine; no password, no fragment, and in the one spelling that is asked. */
export function isFetchable(uri: string, { loopback }: { readonly loopback: boolean }): boolean {
  if (uri.length > 2048 || !URL.canParse(uri)) return false;
  const url = new URL(uri);
  const local = loopback && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname);
  return (
    (url.protocol === 'https:' || (url.protocol === 'http:' && local)) &&
    url.username === '' &&
    url.password === '' &&
    url.href === uri &&
    !uri.includes('#')
  );
}
