/**
 * `@gov/identity/server/hono`: `requireIdentity` as a middleware of Hono, which is not imported.
 *
 * @example
 * import { identity, type IdentityVariables } from '@gov/identity/server/hono';
 *
 * // const app = new Hono<{ Variables: IdentityVariables }>();
 * // app.use('/licenses/*', identity({ issuers, audience, minAssurance: 3, clock: () => new Date() }));
 * // app.get('/licenses/:id', (c) => c.json({ sub: c.get('identity').subject.sub }));
 *
 * @packageDocumentation
 */
import type { Identity } from '../access-token.js';
import { guardedRequest, responseOf } from '../internal/fetch.js';
import { guard, type ProtectOptions } from '../internal/guard.js';

/** For `new Hono<{ Variables: IdentityVariables }>()`. */
export interface IdentityVariables {
  identity: Identity;
}

/** What is used of Hono's `Context`. */
export interface HonoContext {
  readonly req: { readonly raw: Request };
  set(key: 'identity', value: Identity): void;
  header(name: string, value: string): void;
}

/**
 * A middleware: what follows it has `c.get('identity')`, and is not reached without.
 *
 * @throws GovError as `requireIdentity`
 */
export function identity(
  options: ProtectOptions,
): (context: HonoContext, next: () => Promise<void>) => Promise<Response | undefined> {
  const admit = guard(options);
  return async (context, next) => {
    const { raw } = context.req;
    raw.signal.throwIfAborted();
    const admission = await admit(guardedRequest(raw));
    raw.signal.throwIfAborted();
    if ('refused' in admission) return responseOf(admission.refused, raw);
    context.set('identity', admission.identity);
    await next();
    for (const [name, value] of Object.entries(admission.headers)) context.header(name, value);
    return undefined;
  };
}
