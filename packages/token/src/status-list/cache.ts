/** Fetched status lists, kept until their ttl asks for newer ones. */
import { fetchStatusList, type StatusListFetch, type StatusListProblem } from './fetch.js';
import { STATUS_FETCH_LIMITS } from './limits.js';
import type { StatusListToken } from './token.js';

export interface StatusListCacheOptions {
  readonly fetch: StatusListFetch;
  /** `STATUS_FETCH_LIMITS.timeoutMs` */
  readonly timeoutMs?: number;
  /** `STATUS_FETCH_LIMITS.retryMs` */
  readonly retryMs?: number;
}

/** The newest token there is, and why there is no newer one: it may have expired, which is for its reader to see. */
export interface CachedStatusList {
  readonly token?: StatusListToken;
  /** When it was fetched. */
  readonly fetchedAt?: Date;
  /** Why nothing fresher was had; `refused`: a token came that `accept` did not take, `older`: one from before the one kept. */
  readonly problem?: { readonly problem: StatusListProblem | 'refused' | 'older'; readonly detail: string };
}

interface Kept extends CachedStatusList {
  readonly askedAt: Date;
}

/**
 * Asks each URI again when the ttl of its token has passed, and not before; however many ask at once, one question goes out.
 * Where nothing better is to be had the last token stays, with what went wrong beside it.
 *
 * @example
 * const cache = new StatusListCache({ fetch: (request) => fetch(request) });
 * const uri = 'https://status.example.gov.cn/lists/1';
 * const { token, fetchedAt } = await cache.get(uri, new Date(), (token) => verifyStatusListToken(token, verifier));
 */
export class StatusListCache {
  readonly #options: StatusListCacheOptions;
  readonly #kept = new Map<string, Kept>();
  readonly #asking = new Map<string, Promise<Kept>>();

  constructor(options: StatusListCacheOptions) {
    this.#options = options;
  }

  /** `accept` says whether a token that came is one to keep: verified, by whoever may sign it. */
  async get(uri: string, at: Date, accept: (token: StatusListToken) => Promise<boolean>): Promise<CachedStatusList> {
    const kept = this.#kept.get(uri);
    if (kept !== undefined && !isDue(kept, at, this.#options.retryMs ?? STATUS_FETCH_LIMITS.retryMs)) {
      this.#keep(uri, kept);
      return kept;
    }
    const asking = this.#asking.get(uri) ?? this.#ask(uri, at, kept, accept);
    this.#asking.set(uri, asking);
    try {
      return await asking;
    } finally {
      if (this.#asking.get(uri) === asking) this.#asking.delete(uri);
    }
  }

  async #ask(
    uri: string,
    at: Date,
    kept: Kept | undefined,
    accept: (token: StatusListToken) => Promise<boolean>,
  ): Promise<Kept> {
    const answer = await fetchStatusList(uri, this.#options);
    const trouble =
      'problem' in answer
        ? answer
        : !(await accept(answer.token))
          ? ({ problem: 'refused', detail: 'a token came that does not verify' } as const)
          : kept?.token !== undefined && answer.token.issuedAt < kept.token.issuedAt
            ? ({ problem: 'older', detail: 'a token came that is older than the one kept' } as const)
            : undefined;
    const next: Kept =
      'token' in answer && trouble === undefined
        ? { token: answer.token, fetchedAt: at, askedAt: at }
        : { ...kept, ...(trouble === undefined ? {} : { problem: trouble }), askedAt: at };
    this.#keep(uri, next);
    return next;
  }

  #keep(uri: string, kept: Kept): void {
    this.#kept.delete(uri);
    this.#kept.set(uri, kept);
    if (this.#kept.size > STATUS_FETCH_LIMITS.lists) this.#kept.delete(this.#kept.keys().next().value!);
  }
}

/** Past its ttl or its end; after trouble only once the pause is over. */
function isDue({ token, fetchedAt, askedAt, problem }: Kept, at: Date, retryMs: number): boolean {
  const now = at.getTime();
  if (problem !== undefined) return now >= askedAt.getTime() + retryMs;
  if (token === undefined || fetchedAt === undefined) return true;
  const { minTtl, maxTtl, defaultTtl } = STATUS_FETCH_LIMITS;
  const ttl = Math.min(Math.max(token.ttl ?? defaultTtl, minTtl), maxTtl);
  const until = Math.min(fetchedAt.getTime() + ttl * 1000, token.expires?.getTime() ?? Number.POSITIVE_INFINITY);
  return now >= until;
}
