/**
 * `@gov/identity/server`: protecting a server (资源服务器接入): who sends a request, by the access token it shows, or an answer that
 * says what is missing (RFC 6750, RFC 9449, RFC 9470, RFC 9457). For fetch handlers; see `/server/hono` and `/server/express`.
 *
 * @example
 * import { requireIdentity } from '@gov/identity/server';
 *
 * const protect = requireIdentity({
 *   issuers: [{ issuer: 'https://id.example.gov.cn', keys }],
 *   audience: 'https://api.example.gov.cn',
 *   minAssurance: 3,
 *   scope: ['license.read'],
 *   dpop: { origin: 'https://api.example.gov.cn', replay },
 *   clock: () => new Date(),
 * });
 * const handler = protect((request, identity) => Response.json({ sub: identity.subject.sub }));
 * const response = await handler(new Request('https://api.example.gov.cn/licenses'));
 * console.log(response.status, response.headers.get('www-authenticate')); // 401 DPoP algs="SGD_SM3_SM2 ES256", Bearer
 *
 * @packageDocumentation
 */
import type { Identity } from '../access-token.js';
import { guardedRequest, responseOf } from '../internal/fetch.js';
import { guard, type ProtectOptions } from '../internal/guard.js';

export { type DpopNonces, dpopNonces } from '../internal/dpop-nonces.js';
export type { DpopOptions, ProtectOptions } from '../internal/guard.js';
export type { Refusal, RefusalCode } from '../internal/refusal.js';

/** Answers a request of somebody who is known. */
export type IdentifiedHandler = (request: Request, identity: Identity) => Response | Promise<Response>;

/**
 * Protects fetch handlers. A handler is called only with the identity that a valid token gives; every other request is answered
 * with a problem document whose `code` is a `RefusalCode`: 400, 401, 403, or 503 where keys, status lists or the replay store cannot
 * be reached. `OPTIONS` is no exception: whoever answers preflights (CORS) does so before.
 *
 * The token is taken from `Authorization: Bearer` or `DPoP` alone. What exactly is wrong with it is told to `onRefused`.
 *
 * @throws GovError `invalid-argument` for options that nobody could satisfy; the handler rejects with the reason of the request's
 *   signal once it is aborted, and with whatever handler and ports throw
 */
export function requireIdentity(
  options: ProtectOptions,
): (handler: IdentifiedHandler) => (request: Request) => Promise<Response> {
  const admit = guard(options);
  return (handler) => async (request) => {
    request.signal.throwIfAborted();
    const admission = await admit(guardedRequest(request));
    request.signal.throwIfAborted();
    if ('refused' in admission) return responseOf(admission.refused, request);
    return withHeaders(await handler(request, admission.identity), admission.headers);
  };
}

function withHeaders(response: Response, headers: Readonly<Record<string, string>>): Response {
  const entries = Object.entries(headers);
  if (entries.length === 0) return response;
  // Those of a response that was fetched cannot be changed.
  const own = new Response(response.body, response);
  for (const [name, value] of entries) own.headers.set(name, value);
  return own;
}
