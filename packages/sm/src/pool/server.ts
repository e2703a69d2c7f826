/**
 * A crypto pool over HTTP (云化密码资源池), the side that holds the keys: a fetch handler for any server. The protocol is
 * `docs/formats/crypto-pool.md`.
 *
 * @packageDocumentation
 */
import { GovError } from '@gov/verdict';
import { fromBase64url, toBase64url } from '../base64url.js';
import { bytesToHex, sameSecret } from '../bytes.js';
import { untilAborted } from '../internal/abort.js';
import type { SignItem } from '../internal/pool/batcher.js';
import { asObject, parseJson, readBody } from '../internal/pool/body.js';
import { Gate, type GateLimits } from '../internal/pool/gate.js';
import { type IdempotencyLimits, IdempotencyMemory } from '../internal/pool/idempotency.js';
import { isKeyId, keysByName } from '../internal/pool/key-id.js';
import { asProblem, Problem } from '../internal/pool/problem.js';
import {
  BEARER_TOKEN,
  type CryptoPoolLimits,
  IDEMPOTENCY_KEY,
  POOL_LIMIT_CEILING,
  POOL_LIMITS,
  type ProblemCode,
} from '../internal/pool/protocol.js';
import type { Signer } from '../signer.js';
import type { Sm2Signer } from '../sm2.js';
import { sm3 } from '../sm3.js';

export type { CryptoPoolLimits } from '../internal/pool/protocol.js';

/** Who asks. */
export interface PoolCaller {
  /** For the audit; each caller's idempotency keys and share of the pool are its own. */
  readonly id: string;
  /** Names of the keys it may use; without it all. */
  readonly keys?: readonly string[];
}

/** What the server knows of the connection, beside the request. */
export interface PoolPeer {
  /** The client's certificate, DER, which the server has verified (mutual TLS, 双向认证). */
  readonly certificate?: Uint8Array;
}

/** Tells who asks, undefined for whom the pool does not know. Must leave the request's body alone. */
export type Authorize = (request: Request, peer: PoolPeer) => PoolCaller | undefined | Promise<PoolCaller | undefined>;

/** One request for signatures (签名审计记录): what was asked for by its digest, never the messages. */
export interface PoolAuditEntry {
  /** Absent where the caller is unknown. */
  readonly caller?: string;
  /** Absent where the name could not be one. */
  readonly key?: string;
  /** In hexadecimal: SM3 of each message, or e = SM3(ZA ‖ message) where only that came. */
  readonly items: readonly { readonly kind: 'message' | 'digest'; readonly digest: string }[];
  /** `replayed`: the answer to the same request with the same Idempotency-Key was given again. */
  readonly outcome: 'signed' | 'replayed' | ProblemCode;
}

export interface CryptoPoolServerLimits extends CryptoPoolLimits, GateLimits, IdempotencyLimits {
  /** Time for one request, milliseconds. */
  readonly requestMs: number;
}

export const CRYPTO_POOL_LIMITS: CryptoPoolServerLimits = {
  ...POOL_LIMITS,
  concurrent: 8,
  waiting: 64,
  perCaller: 16,
  requestMs: 30_000,
  rememberMs: 10 * 60_000,
  remembered: 10_000,
  rememberedCharacters: 64 * 1024 * 1024,
};

export interface CryptoPoolHandlerOptions {
  /** Signers by the names callers ask for: 1 to 64 of A–Z a–z 0–9 . _ - */
  readonly keys: Readonly<Record<string, Signer | Sm2Signer>>;
  readonly authorize: Authorize;
  /** In place of `CRYPTO_POOL_LIMITS`. */
  readonly limits?: Partial<CryptoPoolServerLimits>;
  /** Told of every request for signatures before it is answered; where it fails, no signature is handed out. */
  readonly audit?: (entry: PoolAuditEntry) => void | Promise<void>;
  /** Milliseconds that never run backwards, for what is remembered; without it the runtime's. */
  readonly now?: () => number;
}

/**
 * A handler for the requests of `cryptoPool`. The keys stay where their signers are.
 *
 * @throws GovError `invalid-argument` for a wrong name of a key or limit, `limit-exceeded` for too many keys
 *
 * @example
 * import { generateSm2Key, sm2Signer } from '@gov/sm';
 * import { bearerTokens, cryptoPoolHandler } from '@gov/sm/pool/server';
 * const handler = cryptoPoolHandler({
 *   keys: { seal: sm2Signer(generateSm2Key()) },
 *   authorize: bearerTokens({ 'approval-bureau': 'a-token-that-nobody-guesses' }),
 * });
 * const response = await handler(new Request('https://pool.example/v1/health')); // {"status":"ok"}
 */
export function cryptoPoolHandler(
  options: CryptoPoolHandlerOptions,
): (request: Request, peer?: PoolPeer) => Promise<Response> {
  const { authorize, audit } = options;
  const keys = keysByName(options.keys);
  const limits = checkedLimits({ ...CRYPTO_POOL_LIMITS, ...options.limits });
  const gate = new Gate(limits);
  const memory = new IdempotencyMemory(limits, options.now ?? (() => performance.now()));

  /** The key's public side, undefined for one that is not there for this caller: both look the same. */
  const signerFor = (caller: PoolCaller, keyId: string): Signer | Sm2Signer => {
    const signer = caller.keys === undefined || caller.keys.includes(keyId) ? keys.get(keyId) : undefined;
    if (signer === undefined) throw new Problem('pool-key-unknown', 'there is no such key for this caller');
    return signer;
  };

  const describe = (id: string, signer: Signer | Sm2Signer) => ({
    id,
    algorithm: signer.algorithm,
    publicKey: toBase64url(signer.publicKey),
    digests: 'signDigest' in signer,
    limits: { items: limits.items, messageBytes: limits.messageBytes, bodyBytes: limits.bodyBytes },
  });

  const signed = async (
    request: Request,
    caller: PoolCaller,
    keyId: string,
    signal: AbortSignal,
    seen: (items: readonly SignItem[]) => void,
  ) => {
    const signer = signerFor(caller, keyId);
    const remembered = checkedHeaders(request.headers);
    return gate.pass(caller.id, async () => {
      signal.throwIfAborted();
      const body = await readBody(request, limits.bodyBytes, signal);
      const items = itemsOf(body, limits);
      seen(items);
      if (!('signDigest' in signer) && items.some(({ kind }) => kind === 'digest')) {
        throw new Problem('algorithm-unsupported', 'this key signs no digests');
      }
      const work = async () => {
        const signatures = await Promise.all(items.map((item) => signOne(signer, item)));
        return JSON.stringify({ signatures: signatures.map(toBase64url) });
      };
      if (remembered === undefined) return { answer: await work(), replayed: false };
      const fingerprint = bytesToHex(sm3(new TextEncoder().encode(`${keyId}\n`), body));
      return memory.once(`${caller.id}\n${remembered}`, fingerprint, work);
    });
  };

  const answerSign = async (
    request: Request,
    caller: PoolCaller | undefined,
    keyId: string,
    signal: AbortSignal,
  ): Promise<Response> => {
    let items: readonly SignItem[] = [];
    const record = (outcome: PoolAuditEntry['outcome']) =>
      audit?.({
        ...(caller === undefined ? {} : { caller: caller.id }),
        ...(isKeyId(keyId) ? { key: keyId } : {}),
        items: items.map(({ kind, bytes }) => ({
          kind,
          digest: bytesToHex(kind === 'digest' ? bytes : sm3(bytes)),
        })),
        outcome,
      });
    let done: { readonly answer: string; readonly replayed: boolean };
    try {
      if (caller === undefined) throw unauthorized();
      done = await signed(request, caller, keyId, signal, (found) => {
        items = found;
      });
    } catch (error) {
      const problem = asProblem(error);
      await record(problem.code);
      throw problem;
    }
    await record(done.replayed ? 'replayed' : 'signed');
    return json(done.answer);
  };

  const answer = async (request: Request, peer: PoolPeer, signal: AbortSignal): Promise<Response> => {
    const route = ROUTE.exec(new URL(request.url).pathname);
    if (route === null) throw new Problem('input-malformed', 'there is nothing at this path', 404);
    const [, place, keyId, sign] = route;
    const method = sign === undefined ? 'GET' : 'POST';
    if (request.method !== method) {
      throw new Problem('input-malformed', `this path takes ${method}`, 405, { allow: method });
    }
    if (place === 'health') return json('{"status":"ok"}');
    const caller = await authorize(request, peer);
    if (sign !== undefined) return answerSign(request, caller, keyId!, signal);
    if (caller === undefined) throw unauthorized();
    if (keyId !== undefined) return json(JSON.stringify(describe(keyId, signerFor(caller, keyId))));
    const own = [...keys].filter(([id]) => caller.keys === undefined || caller.keys.includes(id));
    return json(JSON.stringify({ keys: own.map(([id, signer]) => describe(id, signer)) }));
  };

  return async (request, peer = {}) => {
    const controller = new AbortController();
    const late = new Problem('pool-timeout', 'the request took too long');
    const timer = setTimeout(() => controller.abort(late), limits.requestMs);
    try {
      // What is being signed goes on: the answer waits for a retry with the same Idempotency-Key.
      return await untilAborted(answer(request, peer, controller.signal), controller.signal);
    } catch (error) {
      return asProblem(error).toResponse();
    } finally {
      clearTimeout(timer);
    }
  };
}

/**
 * Knows callers by `Authorization: Bearer …` (RFC 6750). Tokens are compared by their SM3, in constant time, each time all
 * of them.
 *
 * @param tokens by the name of the caller; 16 to 1024 of A–Z a–z 0–9 . _ ~ + / -
 * @throws GovError `invalid-argument` for a token that is too short or holds anything else
 */
export function bearerTokens(tokens: Readonly<Record<string, string>>): Authorize {
  const digestOf = (token: string) => sm3(new TextEncoder().encode(token));
  const callers = Object.entries(tokens).map(([id, token]) => {
    if (!BEARER_TOKEN.test(token)) {
      throw new GovError('invalid-argument', 'a token has 16 to 1024 of A-Z a-z 0-9 . _ ~ + / -');
    }
    return { id, digest: digestOf(token) };
  });
  return ({ headers }) => {
    const given = /^Bearer (\S+)$/i.exec(headers.get('authorization') ?? '')?.[1];
    if (given === undefined || !BEARER_TOKEN.test(given)) return undefined;
    const digest = digestOf(given);
    const [caller] = callers.filter((one) => sameSecret(one.digest, digest));
    return caller === undefined ? undefined : { id: caller.id };
  };
}

const ROUTE = /^\/v1\/(health|keys(?:\/([^/]+)(\/sign)?)?)$/;

const unauthorized = () =>
  new Problem('pool-unauthorized', 'a valid token or client certificate is needed', 401, {
    'www-authenticate': 'Bearer',
  });

const json = (text: string): Response =>
  new Response(text, { headers: { 'content-type': 'application/json', 'cache-control': 'no-store' } });

const signOne = (signer: Signer | Sm2Signer, { kind, bytes }: SignItem): Promise<Uint8Array> =>
  kind === 'digest' ? (signer as Sm2Signer).signDigest(bytes) : signer.sign(bytes);

/** The Idempotency-Key, if there is one. */
function checkedHeaders(headers: Headers): string | undefined {
  const type = headers.get('content-type') ?? '';
  if (!/^application\/json\s*(;|$)/i.test(type) || headers.has('content-encoding')) {
    throw new Problem('input-malformed', 'the body must be application/json, not encoded', 415);
  }
  const key = headers.get('idempotency-key');
  if (key === null) return undefined;
  if (!IDEMPOTENCY_KEY.test(key)) {
    throw new Problem('input-malformed', 'an Idempotency-Key is a string of 16 to 64 of A-Z a-z 0-9 _ - in quotes');
  }
  return key;
}

function itemsOf(body: Uint8Array, limits: CryptoPoolLimits): SignItem[] {
  const { items, ...others } = asObject(parseJson(body)) ?? {};
  if (!Array.isArray(items) || items.length === 0 || Object.keys(others).length > 0) {
    throw new Problem('input-malformed', 'the body must be {"items": [...]} with at least one item');
  }
  if (items.length > limits.items) throw new Problem('limit-exceeded', `more than ${limits.items} items`);
  return items.map((item) => {
    const [field, ...more] = Object.entries(asObject(item) ?? {});
    const [kind, text] = field ?? [];
    const bytes = typeof text === 'string' ? fromBase64url(text) : undefined;
    if ((kind !== 'message' && kind !== 'digest') || more.length > 0 || bytes === undefined) {
      throw new Problem('input-malformed', 'an item is {"message": ...} or {"digest": ...} in base64url');
    }
    if (kind === 'digest' && bytes.length !== 32) throw new Problem('input-malformed', 'a digest has 32 octets');
    if (bytes.length > limits.messageBytes) {
      throw new Problem('input-too-large', `a message of more than ${limits.messageBytes} octets`);
    }
    return { kind, bytes };
  });
}

function checkedLimits(limits: CryptoPoolServerLimits): CryptoPoolServerLimits {
  for (const [name, value] of Object.entries(limits)) {
    const ceiling = (POOL_LIMIT_CEILING as unknown as Readonly<Record<string, number>>)[name] ?? 2 ** 31 - 1;
    const least = name === 'waiting' || name.startsWith('remember') ? 0 : 1;
    if (!Number.isInteger(value) || value < least || value > ceiling) {
      throw new GovError('invalid-argument', `the limit ${name} is ${least} to ${ceiling}`);
    }
  }
  return limits;
}
