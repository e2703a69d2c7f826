/** A fetch handler behind Node's HTTP server: TLS, limits on slow clients, an orderly end at SIGINT or SIGTERM. */
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { ReadableStream } from 'node:stream/web';
import { TLSSocket } from 'node:tls';
import { GovError } from '@gov/verdict';

/** What the server knows of the connection, beside the request. */
interface Peer {
  /** The client's certificate, DER; there only where it was verified. */
  readonly certificate?: Uint8Array;
}

interface HttpServerOptions {
  readonly handler: (request: Request, peer: Peer) => Promise<Response>;
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** PEM. With `clientCa` only clients with a certificate of these authorities are let in. */
  readonly tls?: { readonly cert: Uint8Array; readonly key: Uint8Array; readonly clientCa?: Uint8Array };
}

interface RunningServer {
  /** Where it listens, such as `https://127.0.0.1:8443/`. */
  readonly url: string;
  /** Done when a signal has ended the server and what it was asked before is answered. */
  readonly closed: Promise<void>;
}

/** Time for the head and the whole of a request, for an idle connection, and for what is left at the end; milliseconds. */
const TIMES = { head: 10_000, request: 60_000, idle: 15_000, end: 10_000 } as const;
/** Connections at once. */
const MAX_CONNECTIONS = 1000;

/** @throws GovError `usage` where it cannot listen there, or certificate or key are not readable */
export async function serveHttp(options: HttpServerOptions): Promise<RunningServer> {
  const server = create(options);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(new GovError('usage', `cannot listen on ${options.host}:${options.port} (${cause.code})`, { cause })),
    );
    server.listen(options.port, options.host, resolve);
  });
  const { address, family, port } = server.address() as AddressInfo;
  const host = family === 'IPv6' ? `[${address}]` : address;
  return { url: `${options.tls === undefined ? 'http' : 'https'}://${host}:${port}/`, closed: untilSignal(server) };
}

function create({ handler, tls }: HttpServerOptions): Server {
  const limits = { headersTimeout: TIMES.head, requestTimeout: TIMES.request, keepAliveTimeout: TIMES.idle };
  const listener = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    // A client that may keep its connection would keep the server, too.
    const last = () => !server.listening;
    void answer(handler, incoming, outgoing, last);
  };
  let server: Server;
  if (tls === undefined) server = createHttpServer(limits, listener);
  else {
    try {
      server = createHttpsServer(
        {
          ...limits,
          cert: Buffer.from(tls.cert),
          key: Buffer.from(tls.key),
          minVersion: 'TLSv1.2',
          handshakeTimeout: TIMES.head,
          ...(tls.clientCa === undefined
            ? {}
            : { ca: Buffer.from(tls.clientCa), requestCert: true, rejectUnauthorized: true }),
        },
        listener,
      );
    } catch {
      // OpenSSL's own words are no help, and name no file.
      throw new GovError('usage', 'certificate or key for TLS cannot be read: PEM, and a key that belongs to it');
    }
  }
  server.maxConnections = MAX_CONNECTIONS;
  return server;
}

async function answer(
  handler: HttpServerOptions['handler'],
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  last: () => boolean,
): Promise<void> {
  try {
    const response = await handler(requestOf(incoming), peerOf(incoming));
    const body = new Uint8Array(await response.arrayBuffer());
    // What was not read of a refused request is not waited for.
    if (!incoming.complete || last()) outgoing.setHeader('connection', 'close');
    // RFC 9110 8.6: the answer to HEAD and 304 have no length where it is not that of GET, 204 never has one.
    const hasBody = incoming.method !== 'HEAD' && response.status !== 204 && response.status !== 304;
    const length = hasBody ? { 'content-length': body.length } : {};
    outgoing.writeHead(response.status, { ...Object.fromEntries(response.headers), ...length });
    outgoing.end(hasBody ? body : undefined);
  } catch {
    // A request that is none (a path nobody can parse), or a client that has gone.
    if (!outgoing.headersSent) outgoing.writeHead(400, { connection: 'close' });
    outgoing.end();
  }
}

function requestOf(incoming: IncomingMessage): Request {
  const { method = 'GET', url = '/', headersDistinct } = incoming;
  const headers = Object.entries(headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  );
  const bodiless = method === 'GET' || method === 'HEAD';
  // The host is whatever the client says; nothing here depends on it.
  return new Request(new URL(url.startsWith('/') ? `http://server${url}` : url), {
    method,
    headers,
    ...(bodiless ? {} : { body: bodyOf(incoming), duplex: 'half' }),
  } as RequestInit);
}

/** `Readable.toWeb` would close the connection where a handler reads no further, and the answer would be lost. */
const bodyOf = (incoming: IncomingMessage): ReadableStream =>
  ReadableStream.from(incoming.iterator({ destroyOnReturn: false })) as ReadableStream;

function peerOf({ socket }: IncomingMessage): Peer {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return {};
  const { raw } = socket.getPeerCertificate();
  return raw === undefined ? {} : { certificate: new Uint8Array(raw) };
}

/** The first signal ends it when all is answered or time is up; a second one at once. */
function untilSignal(server: Server): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    const end = () => {
      if (asked) return server.closeAllConnections();
      asked = true;
      const late = setTimeout(() => server.closeAllConnections(), TIMES.end);
      server.close(() => {
        clearTimeout(late);
        for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, end);
        resolve();
      });
    };
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, end);
  });
}
