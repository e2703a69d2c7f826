/**
 * A crypto pool over HTTP (云化密码资源池), the side that asks: keys that lie elsewhere behind the same `Signer`. The protocol
 * is `docs/formats/crypto-pool.md`; the other side is `@gov/sm/pool/server`.
 *
 * @packageDocumentation
 */
import { GovError } from '@gov/verdict';
import { fromBase64url, toBase64url } from '../base64url.js';
import { bytesToHex, sameBytes } from '../bytes.js';
import { Batcher, poolSigner, type SignItem } from '../internal/pool/batcher.js';
import { asObject } from '../internal/pool/body.js';
import { askPool, type PoolFetch, type PoolHttpOptions } from '../internal/pool/http.js';
import { checkKeyId, isKeyId, MAX_POOL_KEYS } from '../internal/pool/key-id.js';
import { BEARER_TOKEN, type CryptoPoolLimits, POOL_LIMIT_CEILING } from '../internal/pool/protocol.js';
import { readSm2PublicKey, type Sm2PublicKey } from '../key.js';
import { type Sm2Options, sm2Digest, sm2Verifier } from '../sm2.js';
import type { PoolSigner, SigningPool } from './signing-pool.js';

export type { PoolFetch } from '../internal/pool/http.js';
export type { CryptoPoolLimits } from '../internal/pool/protocol.js';
export type { PoolSigner, SigningPool, SignManyOptions } from './signing-pool.js';

/** Requests under way at once for one key. */
export const POOL_REQUESTS = 4;
/** Messages that may wait for one key, and their octets; a call of `sign` beyond is refused. */
export const MAX_WAITING_MESSAGES = 100_000;
export const MAX_WAITING_BYTES = 64 * 1024 * 1024;

export interface CryptoPoolOptions extends Sm2Options {
  /** Where the pool is, such as `https://pool.example/`; `v1/…` is put behind it. */
  readonly url: string | URL;
  /** Sent as `Authorization: Bearer`. */
  readonly token?: string;
  /** In place of the runtime's; for mutual TLS on Node `tlsFetch` of `@gov/sm/pool/tls`. */
  readonly fetch?: PoolFetch;
  /** Plain HTTP to a host other than this one, which anyone on the way reads and changes; without it refused. */
  readonly allowHttp?: boolean;
  /** What the pool is sent: whole messages (default), or only e = SM3(ZA ‖ message), which leaves them here. */
  readonly send?: 'message' | 'digest';
  /** Time for one attempt, milliseconds (10,000). */
  readonly timeoutMs?: number;
  /** Time for all attempts and the pauses between them, milliseconds (60,000). */
  readonly deadlineMs?: number;
  /** Attempts after the first, 0 … 10 (3). */
  readonly retries?: number;
  /** Ends whatever the pool is asked, and whatever it will be asked. */
  readonly signal?: AbortSignal;
  /** 0 … 1, spreads the retries of many callers; without it `Math.random`. */
  readonly random?: () => number;
}

/** A key's public side, as the pool tells it. */
export interface PoolKey {
  readonly id: string;
  readonly algorithm: string;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  /** Whether it signs digests. */
  readonly digests: boolean;
  readonly limits: CryptoPoolLimits;
}

export interface CryptoPool extends SigningPool {
  /**
   * A handle on a key. Every signature is verified with the key that the pool names here, before it is handed out; where
   * `publicKey` (SPKI, DER) is given, it must be this one.
   *
   * @throws GovError `key-mismatch` for another public key, `algorithm-unsupported` for one that is not of SM2 or signs no
   *   digests where they shall be sent, and what a request throws
   */
  signer(keyId: string, expected?: { readonly publicKey: Uint8Array }): Promise<PoolSigner>;
  /** The keys this caller may use. */
  keys(): Promise<readonly PoolKey[]>;
  /** Done when the pool says that it is well; needs no token. */
  health(): Promise<void>;
}

/**
 * Asks a crypto pool. Requests are tried again where that is safe: no answer in time or at all, 429, 502, 503, 504; with one
 * Idempotency-Key, so that a pool which has signed already answers the same. Every request throws `pool-unavailable`,
 * `pool-busy`, `pool-timeout`, `pool-unauthorized`, `pool-key-unknown`, `input-too-large` for a message that the pool does
 * not take, and `pool-answer-wrong` for an answer that is none, and above all for a signature that does not fit.
 *
 * @throws GovError `invalid-argument` for a URL that is not HTTPS (nor this host), a token of other characters, a wrong time
 *
 * @example
 * import { cryptoPool } from '@gov/sm/pool';
 * const pool = cryptoPool({ url: 'https://pool.example/', token: 'a-token-that-nobody-guesses' });
 * const signer = await pool.signer('seal'); // in place of sm2Signer(key)
 * const signature = await signer.sign(message); // r ‖ s, 64 bytes, verified
 */
export function cryptoPool(options: CryptoPoolOptions): CryptoPool {
  const http = httpOptions(options);
  const { send = 'message' } = options;
  return {
    async signer(keyId, expected) {
      checkKeyId(keyId);
      const path = `v1/keys/${keyId}`;
      const key = keyOf(await askPool(http, { method: 'GET', path, maxBytes: 4096 }));
      if (key.id !== keyId) throw wrong('the pool names another key');
      if (expected !== undefined && !sameBytes(expected.publicKey, key.publicKey)) {
        throw new GovError('key-mismatch', "the pool's public key is not the expected one");
      }
      if (key.algorithm !== 'SM2-SM3') throw new GovError('algorithm-unsupported', 'the key is not of SM2');
      if (send === 'digest' && !key.digests) throw new GovError('algorithm-unsupported', 'the key signs no digests');
      return remoteSigner(http, path, key, options);
    },
    async keys() {
      const request = { method: 'GET', path: 'v1/keys', maxBytes: MAX_POOL_KEYS * 1024 } as const;
      const { keys } = await askPool(http, request);
      if (!Array.isArray(keys)) throw wrong('the pool lists no keys');
      return keys.map(keyOf);
    },
    async health() {
      const { status } = await askPool(http, { method: 'GET', path: 'v1/health', maxBytes: 4096 });
      if (status !== 'ok') throw new GovError('pool-unavailable', 'the pool is not well');
    },
  };
}

function remoteSigner(http: PoolHttpOptions, path: string, key: PoolKey, options: CryptoPoolOptions): PoolSigner {
  const publicKey = publicKeyOf(key.publicKey);
  const verifier = sm2Verifier(publicKey, options);
  const { items, messageBytes, bodyBytes } = key.limits;

  const fits = ({ kind, bytes }: SignItem, signature: Uint8Array): Promise<boolean> =>
    kind === 'digest' ? verifier.verifyDigest(bytes, signature) : verifier.verify(bytes, signature);

  const signBatch = async (batch: readonly SignItem[], signal?: AbortSignal): Promise<Uint8Array[]> => {
    const { signatures } = await askPool(
      http,
      {
        method: 'POST',
        path: `${path}/sign`,
        body: JSON.stringify({ items: batch.map(({ kind, bytes }) => ({ [kind]: toBase64url(bytes) })) }),
        idempotencyKey: bytesToHex(crypto.getRandomValues(new Uint8Array(16))),
        maxBytes: 4096 + 128 * batch.length,
      },
      signal,
    );
    if (!Array.isArray(signatures) || signatures.length !== batch.length) {
      throw wrong('the pool answered with another number of signatures');
    }
    return Promise.all(
      batch.map(async (item, i) => {
        const signature = bytesOf(signatures[i]);
        if (signature === undefined || !(await fits(item, signature))) {
          throw wrong('the pool answered with a signature that does not fit');
        }
        return signature;
      }),
    );
  };

  const batcher = new Batcher(signBatch, {
    lanes: POOL_REQUESTS,
    items,
    // {"message":"…"}, and 4 characters for 3 octets
    bytes: Math.max(Math.floor(((bodyBytes - 64) * 3) / 4), 0),
    itemOverhead: 24,
    queued: MAX_WAITING_MESSAGES,
    queuedBytes: MAX_WAITING_BYTES,
  });
  // The limit on the body leaves no more for one message.
  const most = Math.min(messageBytes, Math.floor(((bodyBytes - 64) * 3) / 4) - 24);
  return poolSigner(key.publicKey, batcher, (message) => {
    if (options.send === 'digest') return { kind: 'digest', bytes: sm2Digest(publicKey, message, options.id) };
    if (message.length > most) {
      throw new GovError('input-too-large', `a message of ${message.length} octets; the pool takes ${most}`);
    }
    return { kind: 'message', bytes: message };
  });
}

function keyOf(value: unknown): PoolKey {
  const { id, algorithm, publicKey, digests, limits } = asObject(value) ?? {};
  const spki = bytesOf(publicKey);
  const { items, messageBytes, bodyBytes } = asObject(limits) ?? {};
  if (
    typeof id !== 'string' ||
    !isKeyId(id) ||
    typeof algorithm !== 'string' ||
    algorithm.length > 64 ||
    spki === undefined ||
    typeof digests !== 'boolean'
  ) {
    throw wrong('the pool describes no key');
  }
  return {
    id,
    algorithm,
    publicKey: spki,
    digests,
    limits: {
      items: limitOf(items, POOL_LIMIT_CEILING.items),
      messageBytes: limitOf(messageBytes, POOL_LIMIT_CEILING.messageBytes),
      bodyBytes: limitOf(bodyBytes, POOL_LIMIT_CEILING.bodyBytes),
    },
  };
}

function limitOf(value: unknown, ceiling: number): number {
  if (!Number.isInteger(value) || (value as number) < 1) throw wrong('the pool names no limits');
  return Math.min(value as number, ceiling);
}

const bytesOf = (value: unknown): Uint8Array | undefined =>
  typeof value === 'string' ? fromBase64url(value) : undefined;

function publicKeyOf(spki: Uint8Array): Sm2PublicKey {
  const none = (cause?: unknown) =>
    new GovError('pool-answer-wrong', 'the pool names a public key that is none', { cause });
  let publicKey: Sm2PublicKey;
  try {
    publicKey = readSm2PublicKey(spki, 'strict');
  } catch (error) {
    throw none(error);
  }
  // A bare point is read as well, but whoever asks for `publicKey` is promised SPKI.
  if (!sameBytes(publicKey.toSpki(), spki)) throw none();
  return publicKey;
}

const wrong = (message: string): GovError => new GovError('pool-answer-wrong', message);

function httpOptions(options: CryptoPoolOptions): PoolHttpOptions {
  const { token, timeoutMs = 10_000, deadlineMs = 60_000, retries = 3, random = Math.random, signal } = options;
  if (token !== undefined && !BEARER_TOKEN.test(token)) {
    throw new GovError('invalid-argument', 'the token is not one: 16 to 1024 of A-Z a-z 0-9 . _ ~ + / -');
  }
  for (const ms of [timeoutMs, deadlineMs]) {
    if (!Number.isInteger(ms) || ms < 1 || ms > 3_600_000) {
      throw new GovError('invalid-argument', 'times are 1 to 3,600,000 milliseconds');
    }
  }
  if (!Number.isInteger(retries) || retries < 0 || retries > 10) {
    throw new GovError('invalid-argument', 'retries are 0 to 10');
  }
  return {
    base: baseOf(options.url, options.allowHttp === true),
    fetch: options.fetch ?? ((url, init) => fetch(url, init)),
    token,
    timeoutMs,
    deadlineMs,
    retries,
    random,
    signal,
  };
}

function baseOf(url: string | URL, allowHttp: boolean): URL {
  const base = URL.canParse(url) ? new URL(url) : undefined;
  if (base === undefined || base.username !== '' || base.password !== '' || base.search !== '' || base.hash !== '') {
    throw new GovError('invalid-argument', 'the URL of a pool has a host and a path, nothing else');
  }
  const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(base.hostname);
  if (base.protocol !== 'https:' && !(base.protocol === 'http:' && (loopback || allowHttp))) {
    throw new GovError('invalid-argument', 'a pool is asked by HTTPS');
  }
  if (!base.pathname.endsWith('/')) base.pathname += '/';
  return base;
}
