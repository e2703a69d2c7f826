/**
 * `@gov/identity/token-status`: status lists of tokens (令牌状态列表), from what the store knows to be revoked.
 *
 * @example
 * import { tokenStatusHandler } from '@gov/identity/token-status';
 *
 * const handler = tokenStatusHandler({
 *   store,
 *   keys: ring,
 *   base: 'https://id.example.gov.cn/status/', // a list is at base + its number
 *   lists: 8,
 *   size: 1_048_576,
 *   clock: () => new Date(),
 * }); // for GET /status/*
 *
 * @packageDocumentation
 */
import type { KeyRing } from '@gov/token/key-ring';
import { issueStatusListToken, StatusList, statusListHandler } from '@gov/token/status-list';
import { GovError } from '@gov/verdict';
import type { IdentityStore } from './port.js';

/**
 * One list as it is at this moment: 1 bit each, 1 for revoked. Places of expired tokens are 0 again, once no clock takes them for
 * good any more.
 *
 * @param size places of each list, as tokens get them
 * @throws GovError `invalid-argument` for a size that no list has, or a place outside it; `store-unavailable`
 */
export async function tokenStatusList(
  store: Pick<IdentityStore, 'revokedSlots'>,
  { list, size }: { readonly list: number; readonly size: number },
  at: Date,
): Promise<StatusList> {
  const statuses = new StatusList(size, 1);
  const still = new Date(at.getTime() - MAX_SKEW_SECONDS * 1000);
  for (const index of await store.revokedSlots(list, still)) statuses.set(index, 1);
  return statuses;
}

/** How far clocks may be apart: for so long after its end a token may be taken still, and a revoked one must not be. */
const MAX_SKEW_SECONDS = 300;

export interface TokenStatusHandlerOptions {
  readonly store: Pick<IdentityStore, 'revokedSlots'>;
  readonly keys: Pick<KeyRing, 'current'>;
  /** What the URIs of all lists begin with, `/` at the end. */
  readonly base: string;
  /** How many there are, numbered from 0: no other is signed for anybody. */
  readonly lists: number;
  /** Places of each. */
  readonly size: number;
  /** For how long an answer is kept, here and by whoever asks: how late a revocation may be seen. 300 unless given. */
  readonly ttlSeconds?: number;
  readonly clock: () => Date;
  /** Told of what went wrong inside. */
  readonly onError?: (error: unknown) => void;
}

/**
 * A fetch handler that serves the lists (`statusListHandler`): each is made and signed once in `ttlSeconds`, however many ask.
 * While the store cannot be reached it answers 500; who holds a list relies on it for twice that time at most.
 *
 * @throws GovError `invalid-argument`
 */
export function tokenStatusHandler(options: TokenStatusHandlerOptions): (request: Request) => Promise<Response> {
  const { store, keys, base, lists, size, ttlSeconds = 300, clock, onError } = options;
  if (!Number.isSafeInteger(ttlSeconds) || ttlSeconds < 1 || !Number.isSafeInteger(lists) || lists < 1)
    throw new GovError('invalid-argument', 'token status: ttlSeconds and lists are whole numbers above 0');
  new StatusList(size, 1);
  const made = new Map<number, { readonly until: number; readonly token: Promise<string> }>();
  const make = async (list: number, at: Date): Promise<string> => {
    const statuses = await tokenStatusList(store, { list, size }, at);
    const expires = new Date(at.getTime() + 2 * ttlSeconds * 1000);
    return issueStatusListToken(
      { uri: `${base}${list}`, list: statuses, issuedAt: at, ttl: ttlSeconds, expires },
      keys.current(at),
    );
  };
  const token = async (uri: string): Promise<string | undefined> => {
    const name = uri.slice(base.length);
    const list = Number(name);
    if (!/^(0|[1-9]\d{0,8})$/.test(name) || list >= lists) return undefined;
    const at = clock();
    const kept = made.get(list);
    if (kept !== undefined && at.getTime() < kept.until) return kept.token;
    const fresh = { until: at.getTime() + ttlSeconds * 1000, token: make(list, at) };
    made.set(list, fresh);
    // What failed is asked for again.
    fresh.token.catch(() => made.get(list) === fresh && made.delete(list));
    return fresh.token;
  };
  return statusListHandler({ base, token, clock, ...(onError && { onError }) });
}
