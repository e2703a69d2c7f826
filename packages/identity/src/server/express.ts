/**
 * `@gov/identity/server/express`: `requireIdentity` as a middleware of Express 4 and 5, which is not imported.
 *
 * @example
 * import { identity } from '@gov/identity/server/express';
 *
 * // const app = express();
 * // app.use('/licenses', identity({ issuers, audience, minAssurance: 3, clock: () => new Date() }));
 * // app.get('/licenses/:id', (request, response) => response.json({ sub: request.identity?.subject.sub }));
 *
 * @packageDocumentation
 */
import type { Identity } from '../access-token.js';
import { guard, type ProtectOptions } from '../internal/guard.js';

declare global {
  namespace Express {
    interface Request {
      /** Behind the middleware of `@gov/identity/server/express`. */
      identity?: Identity;
    }
  }
}

/** What is used of Express's `Request`. */
export interface ExpressRequest {
  readonly method: string;
  readonly originalUrl: string;
  /** Names and values in turn, as they came: Node shows only the first of two `Authorization` headers elsewhere. */
  readonly rawHeaders: readonly string[];
  identity?: Identity;
}

/** What is used of Express's `Response`. */
export interface ExpressResponse {
  statusCode: number;
  readonly destroyed: boolean;
  setHeader(name: string, value: string): unknown;
  end(body: string): unknown;
}

/**
 * A middleware: what follows it has `request.identity`, and is not reached without. Nothing follows for a client that is gone.
 *
 * @throws GovError as `requireIdentity`
 */
export function identity(
  options: ProtectOptions,
): (request: ExpressRequest, response: ExpressResponse, next: (error?: unknown) => void) => Promise<void> {
  const admit = guard(options);
  return async (request, response, next) => {
    try {
      const admission = await admit({
        method: request.method,
        target: request.originalUrl,
        authorization: valuesOf(request, 'authorization'),
        proof: valuesOf(request, 'dpop'),
      });
      if (response.destroyed) return;
      const isRefused = 'refused' in admission;
      const { headers } = isRefused ? admission.refused : admission;
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      if (isRefused) {
        response.statusCode = admission.refused.status;
        response.end(admission.refused.body);
        return;
      }
      request.identity = admission.identity;
    } catch (error) {
      next(error);
      return;
    }
    next();
  };
}

const valuesOf = ({ rawHeaders }: ExpressRequest, name: string): readonly string[] =>
  rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]!.toLowerCase() === name);
