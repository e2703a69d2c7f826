/** `gov serve`: services on this machine. */
import { appendFile } from 'node:fs/promises';
import { bytesToHex, readSm2PrivateKey, type Sm2PrivateKey, type Sm2Signer, sm2Signer, sm3 } from '@gov/sm';
import { readEncryptedSm2PrivateKey } from '@gov/sm/key-encryption';
import { type Authorize, bearerTokens, cryptoPoolHandler, type PoolAuditEntry } from '@gov/sm/pool/server';
import type { Sm2WorkerPool } from '@gov/sm/workers';
import { GovError } from '@gov/verdict';
import { numberOf } from '../arguments.js';
import { type Command, command } from '../command.js';
import { readInput } from '../files.js';
import { serveHttp } from '../http-server.js';
import { readKeyItem } from '../key-file.js';
import { LISTEN_OPTIONS, listenOf } from '../listen.js';
import { readPassword } from '../password.js';

const pool = command({
  noun: 'serve',
  verb: 'pool',
  about: { en: 'serve SM2 keys to others over HTTP (crypto pool)', zh: '提供云化密码资源池服务（HTTP）' },
  words: [],
  options: {
    key: {
      type: 'string',
      value: 'ID=FILE',
      about: { en: 'a private key and its name; may be repeated', zh: '私钥及其名称，可多次给出' },
      multiple: true,
    },
    'password-file': {
      type: 'string',
      value: 'FILE|-',
      about: { en: 'password of the keys that are encrypted', zh: '已加密私钥的口令文件' },
    },
    ...LISTEN_OPTIONS,
    'token-file': {
      type: 'string',
      value: 'FILE',
      about: { en: 'who may ask: one NAME:TOKEN a line', zh: '调用方令牌文件，每行 名称:令牌' },
    },
    threads: {
      type: 'string',
      value: 'N',
      about: { en: 'sign in N threads (0: in this one)', zh: '签名线程数（0：本线程）' },
    },
    audit: {
      type: 'string',
      value: 'FILE',
      about: { en: 'append one JSON line for each request', zh: '审计日志文件，每次请求追加一行 JSON' },
    },
  },
  async run(_words, values, { readStdin }) {
    const place = await listenOf(values);
    const tokens = values['token-file'] === undefined ? undefined : await tokensOf(values['token-file']);
    if (tokens === undefined && place.tls?.clientCa === undefined) {
      throw new GovError('usage', 'nobody could ask: --token-file, or --client-ca with TLS');
    }
    const password = values['password-file'];
    const keys = await keysOf(
      values.key ?? [],
      password === undefined ? undefined : await readPassword(password, readStdin),
    );
    const threads = numberOf(values.threads ?? '0', 'threads');
    const workers = threads === 0 ? undefined : await workersFor(keys, threads);
    try {
      const handler = cryptoPoolHandler({
        keys: await signersOf(keys, workers),
        authorize: authorizeBy(tokens, place.tls?.clientCa !== undefined),
        ...(values.audit === undefined ? {} : { audit: auditTo(values.audit) }),
      });
      const { url, closed } = await serveHttp({ handler, ...place });
      const names = Object.keys(keys);
      return {
        kind: 'serving',
        json: { url, keys: names },
        lines: [`${url}  ${names.join(' ')}`],
        closed: closed.then(() => workers?.close()),
      };
    } catch (error) {
      await workers?.close({ abort: true });
      throw error;
    }
  },
});

/** Lines `NAME:TOKEN`; the bare token of a file with one line belongs to `client`. */
async function tokensOf(file: string): Promise<Authorize> {
  const lines = new TextDecoder()
    .decode(await readInput(file))
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const pairs = lines.map((line): [string, string] => {
    const [, name, token] = /^(?:([A-Za-z0-9._-]+):)?(\S+)$/.exec(line) ?? [];
    // The line itself is a secret.
    if (token === undefined || (name === undefined && lines.length > 1)) {
      throw new GovError('usage', '--token-file has one NAME:TOKEN a line');
    }
    return [name ?? 'client', token];
  });
  if (pairs.length === 0 || new Set(pairs.map(([name]) => name)).size !== pairs.length) {
    throw new GovError('usage', '--token-file has no token, or a name twice');
  }
  return bearerTokens(Object.fromEntries(pairs));
}

/** Where both are asked for, both are needed; the token says who it is, else the certificate does. */
const authorizeBy =
  (tokens: Authorize | undefined, byCertificate: boolean): Authorize =>
  (request, peer) => {
    if (byCertificate && peer.certificate === undefined) return undefined;
    if (tokens !== undefined) return tokens(request, peer);
    return { id: `certificate:${bytesToHex(sm3(peer.certificate!))}` };
  };

async function keysOf(
  texts: readonly string[],
  password: Uint8Array | undefined,
): Promise<Readonly<Record<string, Sm2PrivateKey>>> {
  const keys = new Map<string, Sm2PrivateKey>();
  let encrypted = 0;
  for (const text of texts) {
    const [, id, file] = /^([^=]+)=(.+)$/.exec(text) ?? [];
    if (id === undefined || keys.has(id)) throw new GovError('usage', '--key is ID=FILE, each ID once');
    const input = await readInput(file!);
    const opens = password !== undefined && readKeyItem(input).kind === 'encrypted';
    if (opens) encrypted++;
    keys.set(id, opens ? await readEncryptedSm2PrivateKey(input, password) : readSm2PrivateKey(input));
  }
  if (keys.size === 0) throw new GovError('usage', '--key is required');
  if (password !== undefined && encrypted === 0) throw new GovError('usage', 'no key is encrypted');
  return Object.fromEntries(keys);
}

/** Loaded when asked for: no other verb needs threads. */
async function workersFor(keys: Readonly<Record<string, Sm2PrivateKey>>, threads: number): Promise<Sm2WorkerPool> {
  const { sm2WorkerPool } = await import('@gov/sm/workers');
  return sm2WorkerPool({ keys, threads });
}

async function signersOf(
  keys: Readonly<Record<string, Sm2PrivateKey>>,
  workers: Sm2WorkerPool | undefined,
): Promise<Readonly<Record<string, Sm2Signer>>> {
  const signers: Record<string, Sm2Signer> = {};
  for (const [id, key] of Object.entries(keys)) signers[id] = (await workers?.signer(id)) ?? sm2Signer(key);
  return signers;
}

const auditTo =
  (file: string) =>
  (entry: PoolAuditEntry): Promise<void> =>
    appendFile(file, `${JSON.stringify({ at: new Date().toISOString(), ...entry })}\n`, { mode: 0o600 });

export const SERVE_COMMANDS: readonly Command[] = [pool];
