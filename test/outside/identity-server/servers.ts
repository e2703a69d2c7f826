/** One protected resource behind Express and behind Hono, on ports of this machine. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ProtectOptions } from '@gov/identity/server';
import { identity as expressIdentity } from '@gov/identity/server/express';
import { identity as honoIdentity, type IdentityVariables } from '@gov/identity/server/hono';
import { getRequestListener } from '@hono/node-server';
import express from 'express';
import { Hono } from 'hono';

/** What the servers did. */
export interface Seen {
  handled: number;
  readonly errors: unknown[];
}

export type MakeListener = (options: ProtectOptions, seen: Seen) => RequestListener;

const expressListener: MakeListener = (options, seen) => {
  const app = express();
  const router = express.Router();
  router.use(expressIdentity(options));
  // Any method, so that HEAD and OPTIONS get here too.
  router.all('/:id', (request, response) => {
    seen.handled += 1;
    const sub: string | undefined = request.identity?.subject.sub;
    response.json({ sub, id: request.params.id });
  });
  app.use('/licenses', router);
  app.get('/open', (request, response) => {
    response.json({ identity: request.identity ?? null });
  });
  const onError: express.ErrorRequestHandler = (error, _request, response, _next) => {
    seen.errors.push(error);
    response.status(500).end();
  };
  app.use(onError);
  return app;
};

const honoListener: MakeListener = (options, seen) => {
  const app = new Hono<{ Variables: IdentityVariables }>();
  app.use('/licenses/*', honoIdentity(options));
  app.all('/licenses/:id', (c) => {
    seen.handled += 1;
    const sub: string = c.get('identity').subject.sub;
    return c.json({ sub, id: c.req.param('id') });
  });
  app.get('/open', (c) => c.json({ identity: c.get('identity') ?? null }));
  app.onError((error, c) => {
    seen.errors.push(error);
    return c.body(null, 500);
  });
  return getRequestListener(app.fetch);
};

export const FRAMEWORKS: readonly (readonly [string, MakeListener])[] = [
  ['Express', expressListener],
  ['Hono', honoListener],
];

export interface Running {
  readonly port: number;
  close(): Promise<void>;
}

export async function listen(listener: RequestListener): Promise<Running> {
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
