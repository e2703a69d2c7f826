/** Status lists over HTTP (状态列表服务, Token Status List 8) as a fetch handler. */
import { bytesToHex, sm3 } from '@gov/sm';
import { GovError } from '@gov/verdict';
import { readStatusListToken, STATUS_LIST_TYPES, type StatusListFormat } from './token.js';

export interface StatusListHandlerOptions {
  /** What the URIs of all lists begin with, as it is public: `https://status.example.gov.cn/lists/`. */
  readonly base: string;
  /** The token of a list; undefined where there is no such list. */
  readonly token: (uri: string, format: StatusListFormat) => Promise<string | Uint8Array | undefined>;
  /** Which the server has (`['jwt']`); the first goes to whoever does not say. */
  readonly formats?: readonly StatusListFormat[];
  readonly clock: () => Date;
  /** Where the lists lie on this server, `/` at both ends; by default the path of `base`. */
  readonly path?: string;
  /** Told of what went wrong inside, which the client is not. */
  readonly onError?: (error: unknown) => void;
}

/** Anybody may read a list, from any page. */
const OPEN = { 'access-control-allow-origin': '*', 'x-content-type-options': 'nosniff' } as const;

/** What follows the path: no empty segments, no dots alone. */
const NAME = /^[A-Za-z0-9_-][A-Za-z0-9._~-]{0,99}(\/[A-Za-z0-9_-][A-Za-z0-9._~-]{0,99}){0,3}$/;

/** Tokens whose digest and times are remembered. */
const REMEMBERED = 256;

/**
 * Answers GET and HEAD with the token, by the media types of the request, to be kept by caches until its ttl after `iat` has
 * passed. Compression is left to the server in front. Historical resolution (`?time=`) is not offered: 501.
 *
 * @throws GovError `invalid-argument` for a base or path that is none
 * @example
 * const base = 'https://status.example.gov.cn/lists/';
 * const tokens = new Map([[`${base}1`, text]]);
 * const handler = statusListHandler({
 *   base,
 *   token: async (uri) => tokens.get(uri),
 *   clock: () => new Date(),
 * });
 */
export function statusListHandler(options: StatusListHandlerOptions): (request: Request) => Promise<Response> {
  const { base, token, clock, formats = ['jwt'] } = options;
  if (!URL.canParse(base) || !base.endsWith('/'))
    throw new GovError('invalid-argument', 'the base is a URL that ends in /');
  const path = options.path ?? new URL(base).pathname;
  if (!path.startsWith('/') || !path.endsWith('/')) throw new GovError('invalid-argument', 'the path is like /lists/');
  const facts = new Facts();
  return async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (request.method === 'OPTIONS') return empty(204, { 'access-control-allow-methods': 'GET, HEAD' });
    if (request.method !== 'GET' && request.method !== 'HEAD') return empty(405, { allow: 'GET, HEAD, OPTIONS' });
    const name = pathname.startsWith(path) ? pathname.slice(path.length) : '';
    if (!NAME.test(name)) return empty(404);
    if (searchParams.has('time')) return empty(501);
    const format = acceptable(request.headers.get('accept'), formats);
    if (format === undefined) return empty(406, { vary: 'accept' });
    try {
      const found = await token(base + name, format);
      if (found === undefined) return empty(404);
      return answer(request, found, format, facts.of(`${format} ${name}`, found), clock());
    } catch (error) {
      options.onError?.(error);
      return empty(500);
    }
  };
}

function answer(
  request: Request,
  token: string | Uint8Array,
  format: StatusListFormat,
  { etag, until }: Fact,
  now: Date,
): Response {
  const maxAge = Math.max(0, Math.floor((until - now.getTime()) / 1000));
  const headers = {
    ...OPEN,
    'content-type': `application/${STATUS_LIST_TYPES[format]}`,
    'cache-control': `public, max-age=${maxAge}`,
    etag,
    vary: 'accept',
  };
  const known = request.headers.get('if-none-match')?.split(',') ?? [];
  if (known.some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === etag))
    return new Response(null, { status: 304, headers });
  if (request.method === 'HEAD') return new Response(null, { headers });
  return new Response(typeof token === 'string' ? token : Uint8Array.from(token), { headers });
}

const empty = (status: number, headers: Readonly<Record<string, string>> = {}): Response =>
  new Response(null, {
    status,
    headers: { ...OPEN, 'cache-control': status === 404 ? 'public, max-age=5' : 'no-store', ...headers },
  });

interface Fact {
  readonly etag: string;
  /** When a newer token is due, milliseconds. */
  readonly until: number;
}

/** A token is read and hashed once, not with every request. */
class Facts {
  readonly #known = new Map<string, { readonly token: string | Uint8Array; readonly fact: Fact }>();

  of(key: string, token: string | Uint8Array): Fact {
    const known = this.#known.get(key);
    if (known !== undefined && known.token === token) return known.fact;
    const { issuedAt, ttl, expires } = readStatusListToken(token);
    const bytes = typeof token === 'string' ? new TextEncoder().encode(token) : token;
    const due = issuedAt.getTime() + (ttl ?? 0) * 1000;
    const fact = {
      etag: `"${bytesToHex(sm3(bytes)).slice(0, 32)}"`,
      until: Math.min(due, expires?.getTime() ?? due),
    };
    this.#known.delete(key);
    this.#known.set(key, { token, fact });
    if (this.#known.size > REMEMBERED) this.#known.delete(this.#known.keys().next().value!);
    return fact;
  }
}

/** RFC 9110 12.5.1: of what the server has, what the client likes best; the server's order between equals. */
function acceptable(accept: string | null, formats: readonly StatusListFormat[]): StatusListFormat | undefined {
  if (accept === null || accept.trim() === '') return formats[0];
  const ranges = accept.slice(0, 1000).split(',').map(rangeOf);
  const liked = formats
    .map((format) => ({ format, quality: qualityOf(`application/${STATUS_LIST_TYPES[format]}`, ranges) }))
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality);
  return liked[0]?.format;
}

interface Range {
  readonly type: string;
  readonly quality: number;
}

function rangeOf(text: string): Range {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const stated = parameters.find((parameter) => /^q\s*=/.test(parameter))?.split('=')[1];
  const quality = stated === undefined ? 1 : Number(stated);
  return { type, quality: quality >= 0 && quality <= 1 ? quality : 0 };
}

/** The most specific range counts. */
function qualityOf(type: string, ranges: readonly Range[]): number {
  for (const pattern of [type, 'application/*', '*/*']) {
    const range = ranges.find((one) => one.type === pattern);
    if (range !== undefined) return range.quality;
  }
  return 0;
}
