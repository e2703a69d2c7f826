/** Telling applications of a logout (退出通知), again where one does not answer, and who could not be told. */
import type { KeyRing } from '@gov/token/key-ring';
import { ask, type FetchPort, isHttps } from './ask.js';
import { issueLogoutToken, type LogoutNotice } from './logout-token.js';

export const SEND_LOGOUT_LIMITS = {
  /** Octets of an answer. */
  answer: 65_536,
  timeoutMs: 5000,
  /** At once. */
  requests: 8,
  /** Before the second question, the third, and so on. */
  delaysMs: [1000, 5000, 20_000],
} as const;

export interface LogoutSender {
  readonly issuer: string;
  readonly keys: Pick<KeyRing, 'current'>;
  /** `backchannel_logout_uri` of an application (https), from its registration; undefined where it has none. */
  readonly endpoint: (clientId: string) => Promise<string | undefined>;
  readonly fetch: FetchPort;
  readonly clock: () => Date;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** `SEND_LOGOUT_LIMITS.delaysMs` */
  readonly delaysMs?: readonly number[];
  /** `SEND_LOGOUT_LIMITS.timeoutMs` */
  readonly timeoutMs?: number;
  readonly random?: (octets: number) => Uint8Array;
}

/** How a notice fared (送达情况). */
export interface LogoutDelivery extends LogoutNotice {
  /** `refused`: it answered, and will not; `unreachable`: no answer, however often; `no-endpoint`: nothing to ask, or not https. */
  readonly outcome: 'delivered' | 'refused' | 'unreachable' | 'no-endpoint';
  readonly attempts: number;
  /** Of the last answer; English, no addresses. */
  readonly detail?: string;
}

/**
 * Sends each notice (Back-Channel Logout 2.5), several at once, and each with a fresh logout token every time: one that was
 * received, and whose answer was lost, would be taken for a replay. Answers in the order of the notices; never rejects for an
 * application that fails.
 *
 * @throws GovError `key-not-current`; what the ports throw
 */
export async function sendLogout(
  notices: readonly LogoutNotice[],
  sender: LogoutSender,
): Promise<readonly LogoutDelivery[]> {
  const deliveries: LogoutDelivery[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let own = next++; own < notices.length; own = next++) deliveries[own] = await deliver(notices[own]!, sender);
  };
  await Promise.all(Array.from({ length: SEND_LOGOUT_LIMITS.requests }, worker));
  return deliveries;
}

async function deliver(notice: LogoutNotice, sender: LogoutSender): Promise<LogoutDelivery> {
  const { endpoint, sleep, delaysMs = SEND_LOGOUT_LIMITS.delaysMs } = sender;
  const url = await endpoint(notice.clientId);
  if (url === undefined || !isHttps(url)) return { ...notice, outcome: 'no-endpoint', attempts: 0 };
  for (let attempts = 1; ; attempts++) {
    const { outcome, detail } = await attempt(url, notice, sender);
    const delay = delaysMs[attempts - 1];
    if (outcome !== 'unreachable' || delay === undefined)
      return { ...notice, outcome, attempts, ...(detail === undefined ? {} : { detail }) };
    await sleep(delay);
  }
}

async function attempt(
  url: string,
  notice: LogoutNotice,
  { issuer, keys, clock, fetch, random, timeoutMs = SEND_LOGOUT_LIMITS.timeoutMs }: LogoutSender,
): Promise<Pick<LogoutDelivery, 'outcome' | 'detail'>> {
  const at = clock();
  const token = await issueLogoutToken(notice, { issuer, ...keys.current(at), at, ...(random && { random }) });
  const body = new URLSearchParams({ logout_token: token });
  const answer = await ask(url, { method: 'POST', body }, { fetch, timeoutMs, maxBytes: SEND_LOGOUT_LIMITS.answer });
  if (typeof answer === 'string') return { outcome: 'unreachable', detail: answer };
  const { status } = answer;
  // Some frameworks answer 204 (2.8).
  if (status === 200 || status === 204) return { outcome: 'delivered' };
  const again = status >= 500 || status === 408 || status === 429;
  return { outcome: again ? 'unreachable' : 'refused', detail: `status ${status}` };
}
