/**
 * City codes on two pages, with the issuer behind them: npx tsx examples/city-code/main.ts [port]
 *
 * Browsers give pages camera, keys and service workers over TLS or from localhost: between two machines put TLS before it.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isGovError } from '@gov/verdict';
import { openIssuer } from './issuer.js';
import { openLogOffice } from './log-office.js';
import { buildSite, SECURITY_HEADERS } from './site.js';

/** Octets of a request. */
const MOST = 1 << 20;

const { pin, handle: issuer } = await openIssuer(() => new Date());
const logs = openLogOffice();
const files = await buildSite(pin);

async function answer(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (pathname === '/') return new Response(null, { status: 302, headers: { location: '/holder.html' } });
  const file = files.get(pathname);
  if (file !== undefined) return new Response(file.body, { headers: { 'content-type': file.type } });
  return (await issuer(request)) ?? (await logs(request)) ?? new Response('not here\n', { status: 404 });
}

async function requestOf(incoming: IncomingMessage): Promise<Request> {
  const url = new URL(incoming.url ?? '/', 'http://localhost');
  const { method = 'GET', headers } = incoming;
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of incoming as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > MOST) throw new Error(`more than ${MOST} octets`);
    parts.push(part);
  }
  const type = headers['content-type'] ?? 'application/octet-stream';
  if (method === 'GET' || method === 'HEAD') return new Request(url, { method });
  return new Request(url, { method, headers: { 'content-type': type }, body: Buffer.concat(parts) });
}

const server = createServer(async (incoming, outgoing) => {
  const response = await requestOf(incoming)
    .then(answer)
    .catch((error: unknown) => {
      if (!isGovError(error)) console.error(error);
      return Response.json(
        { error: isGovError(error) ? error.code : 'failed' },
        { status: isGovError(error) ? 400 : 500 },
      );
    });
  outgoing.writeHead(response.status, { ...SECURITY_HEADERS, ...Object.fromEntries(response.headers) });
  outgoing.end(new Uint8Array(await response.arrayBuffer()));
});

server.listen(Number(process.argv[2] ?? 8080), '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  for (const page of ['holder', 'terminal']) console.log(`${page}: http://localhost:${port}/${page}.html`);
});
