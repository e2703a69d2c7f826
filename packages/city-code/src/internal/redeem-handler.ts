/** Redeeming online codes over HTTP (联机核销): a fetch handler, for any server. */
import { type JsonObject, readJsonObject } from '@gov/token/json';
import { GovError, isGovError } from '@gov/verdict';
import { readCityCodeText } from '../text.js';
import type { OnlineGrant } from './online-grant.js';

export const REDEEM_LIMITS = {
  /** Octets of a request. */
  bytes: 4096,
  /** Time that a request may take to arrive, milliseconds. */
  milliseconds: 5000,
} as const;

/** A gate that may redeem codes. */
export interface RedeemClient {
  readonly id: string;
  /** Where it stands: scenes that it may redeem codes for. */
  readonly scenes: readonly number[];
}

export interface RedeemHandlerOptions {
  /** `OnlineCodes`, or what stands for it. */
  readonly codes: {
    redeem(code: Uint8Array, where: { readonly at: Date; readonly scene: number }): Promise<OnlineGrant | undefined>;
  };
  /** Who asks: by mutual TLS, a signature or a token, as the deployment has it; undefined for nobody known. */
  readonly authenticate: (request: Request) => Promise<RedeemClient | undefined>;
  readonly clock: () => Date;
  /** URLs are taken behind these. */
  readonly bases?: readonly string[];
}

/**
 * Answers `POST {"text": scanned text, "scene": number}` with what the code stands for, once. 401 for a client that is not known,
 * 403 for a scene that is not its own, 404 for each code that is not redeemed, whatever the reason; 400, 405, 408, 413, 415 for
 * requests that are none. A client that did not learn the answer asks the holder to refresh: the code is gone.
 */
export function redeemHandler(options: RedeemHandlerOptions): (request: Request) => Promise<Response> {
  return async (request) => {
    if (request.method !== 'POST') return answer(405, { error: 'method' }, { allow: 'POST' });
    // First of all: strangers do not make this server read.
    const client = await options.authenticate(request);
    if (client === undefined) return answer(401, { error: 'client' });
    if (!/^application\/json\s*(?:;|$)/i.test(request.headers.get('content-type') ?? ''))
      return answer(415, { error: 'content-type' });
    const body = await bodyOf(request);
    if (typeof body === 'number') return answer(body, { error: 'body' });
    return redeem(body, client, options);
  };
}

async function redeem(
  body: Uint8Array,
  client: RedeemClient,
  { codes, clock, bases = [] }: RedeemHandlerOptions,
): Promise<Response> {
  try {
    const { text, scene } = asked(readJsonObject(body, { depth: 1, items: 8 }));
    if (!client.scenes.includes(scene)) return answer(403, { error: 'scene' });
    const passage = await codes.redeem(readCityCodeText(text, bases), { at: clock(), scene });
    if (passage === undefined) return answer(404, { error: 'code' });
    const { holder, subject, assurance, entitlements } = passage;
    return answer(200, { holder, subject, assurance, entitlements });
  } catch (error) {
    const refused = ['json-malformed', 'input-too-large', 'city-code-malformed'];
    if (isGovError(error) && refused.includes(error.code)) return answer(400, { error: error.code });
    throw error;
  }
}

function asked({ text, scene, ...rest }: JsonObject): { readonly text: string; readonly scene: number } {
  if (typeof text === 'string' && typeof scene === 'number' && Object.keys(rest).length === 0) return { text, scene };
  throw new GovError('json-malformed', 'a request has a text and a scene');
}

/** The body, or the status to answer with. */
async function bodyOf(request: Request): Promise<Uint8Array | number> {
  if (request.body === null) return 400;
  const reader = request.body.getReader();
  const body = new Uint8Array(REDEEM_LIMITS.bytes);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), REDEEM_LIMITS.milliseconds);
  });
  try {
    for (let length = 0; ; ) {
      const read = await Promise.race([reader.read(), late]);
      if (read === 'late') return 408;
      if (read.done) return body.subarray(0, length);
      if (length + read.value.length > body.length) return 413;
      body.set(read.value, length);
      length += read.value.length;
    }
  } finally {
    clearTimeout(timer);
    // What is still to come is not waited for.
    void reader.cancel().catch(() => undefined);
  }
}

const answer = (status: number, json: JsonObject, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(json), {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
  });
