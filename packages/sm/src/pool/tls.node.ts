/**
 * Mutual TLS (双向认证) for `cryptoPool` on Node, whose own `fetch` takes no client certificate.
 *
 * @packageDocumentation
 */
import { Agent, request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';
import { createSecureContext } from 'node:tls';
import { GovError } from '@gov/verdict';
import type { PoolFetch } from '../internal/pool/http.js';

export interface TlsFetchOptions {
  /** Who may answer, PEM; without it the certificates that Node trusts. */
  readonly ca?: string | Uint8Array;
  /** The client's certificate and the certificates above it, PEM. */
  readonly cert?: string | Uint8Array;
  /** The client's private key, PEM. */
  readonly key?: string | Uint8Array;
  /** For an encrypted key. */
  readonly passphrase?: string;
}

/** Connections kept to one pool. */
const CONNECTIONS = 8;

/**
 * A `fetch` that shows a client certificate and believes the given authorities only; TLS 1.2 or later. Redirects are
 * answered, not followed.
 *
 * @throws GovError `invalid-argument` for certificates and keys that Node does not read
 *
 * @example
 * import { cryptoPool } from '@gov/sm/pool';
 * import { tlsFetch } from '@gov/sm/pool/tls';
 * declare const files: { readonly ca: string; readonly cert: string; readonly key: string };
 * const pool = cryptoPool({ url: 'https://pool.example/', fetch: tlsFetch(files) });
 */
export function tlsFetch(options: TlsFetchOptions): PoolFetch {
  const agent = agentOf(options);
  return (url, { method = 'GET', headers, body, signal }) =>
    new Promise((resolve, reject) => {
      const request = httpsRequest(url, {
        agent,
        method,
        headers: Object.fromEntries(new Headers(headers)),
        ...(signal == null ? {} : { signal }),
      });
      request.once('error', reject);
      request.once('response', (incoming) => {
        const { statusCode = 0 } = incoming;
        const names = Object.entries(incoming.headersDistinct).flatMap(([name, values = []]) =>
          values.map((value): [string, string] => [name, value]),
        );
        // RFC 9110 6.4.1: these have no body, and `Response` takes none for them.
        const bodiless = statusCode === 204 || statusCode === 205 || statusCode === 304;
        if (bodiless) incoming.resume();
        const stream = bodiless ? null : (Readable.toWeb(incoming) as ReadableStream<Uint8Array>);
        try {
          resolve(new Response(stream, { status: statusCode, headers: names }));
        } catch (error) {
          request.destroy();
          reject(error);
        }
      });
      request.end(body);
    });
}

function agentOf({ ca, cert, key, passphrase }: TlsFetchOptions): Agent {
  const text = (pem: string | Uint8Array) => (typeof pem === 'string' ? pem : Buffer.from(pem));
  try {
    const secureContext = createSecureContext({
      minVersion: 'TLSv1.2',
      ...(ca === undefined ? {} : { ca: text(ca) }),
      ...(cert === undefined ? {} : { cert: text(cert) }),
      ...(key === undefined ? {} : { key: text(key) }),
      ...(passphrase === undefined ? {} : { passphrase }),
    });
    return new Agent({ keepAlive: true, maxSockets: CONNECTIONS, secureContext });
  } catch {
    throw new GovError('invalid-argument', 'certificates or key of the client cannot be read');
  }
}
