/** Requests and answers of fetch handlers, as the guard has them. */
import type { GuardedRequest } from './guard.js';
import type { Answer } from './refusal.js';

export function guardedRequest({ method, url, headers }: Request): GuardedRequest {
  const { pathname, search } = new URL(url);
  const [authorization, proof] = [headers.get('authorization'), headers.get('dpop')];
  return {
    method,
    target: pathname + search,
    authorization: authorization === null ? [] : [authorization],
    proof: proof === null ? [] : [proof],
  };
}

export const responseOf = ({ status, headers, body }: Answer, { method }: Request): Response =>
  new Response(method === 'HEAD' ? null : body, { status, headers: { ...headers } });
