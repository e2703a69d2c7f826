/** The keys of a ring over HTTP (JWKS 发布) as a fetch handler. */
import { bytesToHex, sm3 } from '@gov/sm';
import type { KeyRing } from '../key-ring.js';

export interface JwksHandlerOptions {
  readonly clock: () => Date;
}

/** Anybody may read public keys, from any page. */
const OPEN = { 'access-control-allow-origin': '*', 'x-content-type-options': 'nosniff' } as const;

/**
 * Answers GET and HEAD, under whatever path it is mounted, with the keys that are published at this moment. Caches may keep
 * the answer for the `maxAgeSeconds` of the ring, which is why keys are published that long before they sign.
 *
 * @example
 * import { KeyRing } from '@gov/token/key-ring';
 *
 * const ring = new KeyRing(JSON.parse(text));
 * const handler = jwksHandler(ring, { clock: () => new Date() });
 * const response = await handler(new Request('https://id.example.gov.cn/jwks.json'));
 */
export function jwksHandler(ring: KeyRing, { clock }: JwksHandlerOptions): (request: Request) => Promise<Response> {
  return async (request) => {
    const { method } = request;
    if (method === 'OPTIONS') return empty(204, { 'access-control-allow-methods': 'GET, HEAD' });
    if (method !== 'GET' && method !== 'HEAD') return empty(405, { allow: 'GET, HEAD, OPTIONS' });
    const body = new TextEncoder().encode(JSON.stringify(ring.jwks(clock())));
    const etag = `"${bytesToHex(sm3(body)).slice(0, 32)}"`;
    const headers = {
      ...OPEN,
      'content-type': 'application/jwk-set+json',
      'cache-control': `public, max-age=${ring.maxAgeSeconds}`,
      etag,
    };
    const known = request.headers.get('if-none-match')?.split(',') ?? [];
    if (known.some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === etag))
      return new Response(null, { status: 304, headers });
    return new Response(method === 'HEAD' ? null : body, { headers });
  };
}

const empty = (status: number, headers: Readonly<Record<string, string>>): Response =>
  new Response(null, { status, headers: { ...OPEN, 'cache-control': 'no-store', ...headers } });
