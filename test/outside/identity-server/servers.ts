/** One protected resource as a fetch handler, behind Express and behind Hono, on ports of this machine. */
import type { RequestListener } from 'node:http';
import { connect } from 'node:net';
import { type ProtectOptions, requireIdentity } from '@gov/identity/server';
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

type MakeListener = (options: ProtectOptions, seen: Seen) => RequestListener;

/** What a handler of `/licenses/broken` rejects with. */
const broken = async (): Promise<never> => Promise.reject(new Error('broken handler'));

const fetchListener: MakeListener = (options, seen) => {
  const licenses = requireIdentity(options)(async ({ url }, identity) => {
    seen.handled += 1;
    const id = new URL(url).pathname.split('/')[2]!;
    if (id === 'broken') return broken();
    const sub: string = identity.subject.sub;
    return Response.json({ sub, id });
  });
  const handler = async (request: Request): Promise<Response> =>
    new URL(request.url).pathname.startsWith('/licenses/') ? licenses(request) : Response.json({ identity: null });
  const errorHandler = (error: unknown): Response => {
    seen.errors.push(error);
    return new Response(null, { status: 500 });
  };
  return getRequestListener(handler, { errorHandler });
};

const expressListener: MakeListener = (options, seen) => {
  const app = express();
  const router = express.Router();
  router.use(expressIdentity(options));
  // Any method, so that HEAD and OPTIONS get here too.
  router.all('/:id', async (request, response) => {
    seen.handled += 1;
    if (request.params.id === 'broken') await broken();
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
  app.all('/licenses/:id', async (c) => {
    seen.handled += 1;
    if (c.req.param('id') === 'broken') await broken();
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
  ['A fetch handler', fetchListener],
  ['Express', expressListener],
  ['Hono', honoListener],
];

export interface RawAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** Sends exactly these lines, with `body` behind them; no client stands between. The connection ends with the answer. */
export function sendRaw(port: number, lines: readonly string[], body = ''): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    const chunks: Buffer[] = [];
    socket.on('error', reject);
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const [head = '', ...rest] = text.split('\r\n\r\n');
      socket.end();
      resolve({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]), head, body: rest.join('\r\n\r\n') });
    });
    socket.write(`${[...lines, 'Connection: close'].join('\r\n')}\r\n\r\n${body}`);
  });
}
