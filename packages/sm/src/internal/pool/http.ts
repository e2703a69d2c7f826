/** One request to a crypto pool and its retries. */
import { type ErrorCode, GovError } from '@gov/verdict';
import { untilAborted } from '../abort.js';
import { asObject, parseJson, readBody } from './body.js';
import { isProblemCode } from './protocol.js';

/** `fetch`, as far as a pool needs it. */
export type PoolFetch = (url: string, init: RequestInit) => Promise<Response>;

export interface PoolHttpOptions {
  /** Ends with a slash. */
  readonly base: URL;
  readonly fetch: PoolFetch;
  readonly token: string | undefined;
  readonly timeoutMs: number;
  readonly deadlineMs: number;
  readonly retries: number;
  /** 0 … 1, spreads the retries of many callers. */
  readonly random: () => number;
  readonly signal: AbortSignal | undefined;
}

interface PoolRequest {
  readonly method: 'GET' | 'POST';
  /** Below the base. */
  readonly path: string;
  readonly body?: string;
  readonly idempotencyKey?: string;
  /** Octets of the answer that are read. */
  readonly maxBytes: number;
}

/** First and longest wait between attempts, and the longest that a `Retry-After` may ask for; milliseconds. */
const BACKOFF_MS = { first: 200, longest: 5_000, retryAfter: 30_000 } as const;

/** A failure that may pass. */
class Transient {
  readonly error: GovError;
  readonly retryAfterMs: number | undefined;
  constructor(error: GovError, retryAfterMs?: number) {
    this.error = error;
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * The JSON object that a pool answers. Tried again where nothing can have gone wrong by it (no answer, 429, 502, 503, 504),
 * always with the same Idempotency-Key.
 *
 * @throws GovError by the code of the answer's problem, else by its status; the reason of an aborted signal
 */
export async function askPool(
  options: PoolHttpOptions,
  request: PoolRequest,
  signal?: AbortSignal,
): Promise<Readonly<Record<string, unknown>>> {
  const until = Date.now() + options.deadlineMs;
  for (let attempt = 0; ; attempt++) {
    const left = until - Date.now();
    const answer = await attemptOnce(options, request, Math.min(options.timeoutMs, left), signal);
    if (!(answer instanceof Transient)) return answer;
    const wait = answer.retryAfterMs ?? backoff(attempt, options.random());
    if (attempt >= options.retries || Date.now() + wait >= until) throw answer.error;
    await pause(wait, [options.signal, signal]);
  }
}

/** Full jitter: anywhere between nothing and a bound that doubles. */
const backoff = (attempt: number, random: number): number =>
  random * Math.min(BACKOFF_MS.first * 2 ** attempt, BACKOFF_MS.longest);

async function attemptOnce(
  { base, fetch, token, signal: always }: PoolHttpOptions,
  { method, path, body, idempotencyKey, maxBytes }: PoolRequest,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<Readonly<Record<string, unknown>> | Transient> {
  const late = new GovError('pool-timeout', `the pool did not answer within ${timeoutMs} ms`);
  const { signal: stop, end } = stopping([always, signal], timeoutMs, late);
  try {
    stop.throwIfAborted();
    const init: RequestInit = {
      method,
      headers: {
        accept: 'application/json, application/problem+json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(idempotencyKey === undefined ? {} : { 'idempotency-key': `"${idempotencyKey}"` }),
      },
      ...(body === undefined ? {} : { body }),
      // A token is for the host it was given for.
      redirect: 'manual',
      credentials: 'omit',
      cache: 'no-store',
      signal: stop,
    };
    const response = await untilAborted(fetch(new URL(path, base).href, init), stop);
    return await untilAborted(judged(response, maxBytes, stop), stop);
  } catch (error) {
    for (const outer of [always, signal]) if (outer?.aborted) throw outer.reason;
    if (error === late) return new Transient(late);
    if (error instanceof GovError) throw error;
    return new Transient(unreachable(error));
  } finally {
    end();
  }
}

async function judged(
  response: Response,
  maxBytes: number,
  stop: AbortSignal,
): Promise<Readonly<Record<string, unknown>> | Transient> {
  const { status, headers } = response;
  const answer = asObject(parseJson(await limited(response, maxBytes, stop)));
  if (status === 200) {
    if (answer === undefined || !/^application\/json\s*(;|$)/i.test(headers.get('content-type') ?? '')) {
      throw new GovError('pool-answer-wrong', 'the pool answered with something that is no JSON object');
    }
    return answer;
  }
  // What else the answer says is not repeated: it may say anything.
  const code = isProblemCode(answer?.code) ? answer.code : codeOf(status);
  const error = new GovError(code, `the pool answered ${status}`);
  if (![429, 502, 503, 504].includes(status)) throw error;
  return new Transient(error, retryAfter(headers.get('retry-after')));
}

async function limited(response: Response, maxBytes: number, stop: AbortSignal): Promise<Uint8Array> {
  try {
    return await readBody(response, maxBytes, stop);
  } catch (error) {
    if (error instanceof GovError && error.code === 'input-too-large') {
      throw new GovError('pool-answer-wrong', `the pool answered with more than ${maxBytes} octets`);
    }
    throw error;
  }
}

/** Where something else than a pool answers, such as a gateway. */
function codeOf(status: number): ErrorCode {
  if (status === 401 || status === 403) return 'pool-unauthorized';
  if (status === 429) return 'pool-busy';
  if (status === 413) return 'input-too-large';
  if (status === 504) return 'pool-timeout';
  return status >= 500 ? 'pool-unavailable' : 'pool-answer-wrong';
}

/** Seconds or a date (RFC 9110 10.2.3), within bounds. */
function retryAfter(text: string | null): number | undefined {
  if (text === null) return undefined;
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), BACKOFF_MS.retryAfter);
}

/** Whoever brings the `fetch` may put the request, and the token in it, into its errors: only a code is taken over. */
function unreachable(error: unknown): GovError {
  const { code, cause } = (error ?? {}) as { readonly code?: unknown; readonly cause?: { readonly code?: unknown } };
  const known = [code, cause?.code].find((one) => typeof one === 'string' && /^[A-Z][A-Z0-9_]{2,60}$/.test(one));
  return new GovError('pool-unavailable', `the pool cannot be reached${known === undefined ? '' : ` (${known})`}`);
}

/** A signal that follows the given ones and ends by itself when time is up. */
function stopping(signals: readonly (AbortSignal | undefined)[], ms: number, late: GovError) {
  const controller = new AbortController();
  const follow = signals.filter((signal) => signal !== undefined);
  const abort = () => controller.abort(follow.find((signal) => signal.aborted)?.reason);
  for (const signal of follow) {
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort);
  }
  const timer = setTimeout(() => controller.abort(late), ms);
  return {
    signal: controller.signal,
    end: () => {
      clearTimeout(timer);
      for (const signal of follow) signal.removeEventListener('abort', abort);
    },
  };
}

async function pause(ms: number, signals: readonly (AbortSignal | undefined)[]): Promise<void> {
  const over = new GovError('pool-timeout', 'the pause is over');
  const { signal, end } = stopping(signals, ms, over);
  try {
    await untilAborted(new Promise<never>(() => undefined), signal);
  } catch (error) {
    if (error !== over) throw error;
  } finally {
    end();
  }
}
