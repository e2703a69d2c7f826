/** Where a service listens, and by whom it can be reached: the options that every `gov serve` takes. */
import { GovError } from '@gov/verdict';
import type { OptionDefinition } from './command.js';
import { readInput } from './files.js';

const LISTEN = '127.0.0.1:8480';

export const LISTEN_OPTIONS = {
  listen: {
    type: 'string',
    value: 'HOST:PORT',
    about: { en: `where to listen (${LISTEN})`, zh: `监听地址（默认 ${LISTEN}）` },
  },
  'tls-cert': {
    type: 'string',
    value: 'FILE',
    about: { en: 'certificate of the server, PEM', zh: '服务器证书（PEM）' },
  },
  'tls-key': { type: 'string', value: 'FILE', about: { en: 'its private key, PEM', zh: '服务器私钥（PEM）' } },
  'client-ca': {
    type: 'string',
    value: 'FILE',
    about: { en: 'let in only clients with a certificate of these, PEM', zh: '只接受由此签发证书的客户端（PEM）' },
  },
  'allow-http': {
    type: 'boolean',
    about: { en: 'listen without TLS where others can reach it', zh: '允许在非本机地址上不用 TLS' },
  },
} as const satisfies Readonly<Record<string, OptionDefinition>>;

interface ListenValues {
  readonly listen: string | undefined;
  readonly 'tls-cert': string | undefined;
  readonly 'tls-key': string | undefined;
  readonly 'client-ca': string | undefined;
  readonly 'allow-http': boolean;
}

/** Without TLS a service is for this machine alone, unless told otherwise. @throws GovError `usage` and what reading throws */
export async function listenOf(values: ListenValues) {
  const { host, port } = placeOf(values.listen ?? LISTEN);
  const tls = await tlsOf(values['tls-cert'], values['tls-key'], values['client-ca']);
  if (tls === undefined && !isLoopback(host) && values['allow-http'] !== true) {
    throw new GovError('usage', `${host} can be reached by others: --tls-cert and --tls-key, or --allow-http`);
  }
  return { host, port, ...(tls === undefined ? {} : { tls }) };
}

/** `HOST:PORT`, `[::1]:PORT`. */
function placeOf(text: string): { readonly host: string; readonly port: number } {
  const [, bracketed, plain, digits] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host === undefined || port > 65_535) throw new GovError('usage', '--listen is HOST:PORT, such as 127.0.0.1:8480');
  return { host, port };
}

const isLoopback = (host: string): boolean => /^(localhost|127\.\d+\.\d+\.\d+|::1)$/.test(host);

async function tlsOf(cert: string | undefined, key: string | undefined, clientCa: string | undefined) {
  if (cert === undefined && key === undefined && clientCa === undefined) return undefined;
  if (cert === undefined || key === undefined) {
    throw new GovError('usage', '--tls-cert and --tls-key belong together, and --client-ca to both');
  }
  return {
    cert: await readInput(cert),
    key: await readInput(key),
    ...(clientCa === undefined ? {} : { clientCa: await readInput(clientCa) }),
  };
}
