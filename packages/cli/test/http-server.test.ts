/** What the server says of the length of its answers: RFC 9110 8.6. */
import { type IncomingHttpHeaders, request } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { serveHttp } from '../src/http-server.js';

const BODY = '{"list":"eNrbuRgAAhcBXQ"}';
let running: Awaited<ReturnType<typeof serveHttp>>;

beforeAll(async () => {
  running = await serveHttp({
    host: '127.0.0.1',
    port: 0,
    handler: async ({ url }) => {
      const status = Number(new URL(url).pathname.slice(1));
      const hasBody = status !== 204 && status !== 304;
      return new Response(hasBody ? BODY : null, {
        status,
        headers: { etag: '"1"', 'content-type': 'application/json' },
      });
    },
  });
});
afterAll(async () => {
  process.emit('SIGTERM', 'SIGTERM');
  await running.closed;
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const ask = (method: string, path: string): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const asked = request(new URL(path, running.url), { method, agent: false }, (incoming) => {
      let body = '';
      incoming.setEncoding('utf8').on('data', (text) => {
        body += text;
      });
      incoming.on('end', () => resolve({ status: incoming.statusCode, headers: incoming.headers, body }));
    });
    asked.on('error', reject).end();
  });

it.each([200, 404, 500])('GET %i: the length of the body', async (status) => {
  const { headers, ...answer } = await ask('GET', `/${status}`);
  expect(answer).toEqual({ status, body: BODY });
  expect(headers).toMatchObject({ 'content-length': String(BODY.length), etag: '"1"' });
});

it.each([
  ['HEAD', 200],
  ['HEAD', 404],
  ['GET', 204],
  ['OPTIONS', 204],
  ['GET', 304],
  ['HEAD', 304],
])('%s %i: no body, and no length that GET would not have', async (method, status) => {
  const { headers, ...answer } = await ask(method, `/${status}`);
  expect(answer).toEqual({ status, body: '' });
  expect(headers).toMatchObject({ etag: '"1"', 'content-type': 'application/json' });
  expect(headers).not.toHaveProperty('content-length');
  expect(headers).not.toHaveProperty('transfer-encoding');
});
