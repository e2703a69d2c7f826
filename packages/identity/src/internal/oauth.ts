/** Forms that come to an OAuth endpoint and what it answers (RFC 6749 3.2, 5.2). */
import { isGovError } from '@gov/verdict';
import { boundedBody } from './bounded-body.js';

export const FORM_LIMITS = {
  /** Octets of a body. */
  bytes: 65_536,
  /** Parameters, repeated ones counted. */
  parameters: 64,
} as const;

/** RFC 6749 5.2, RFC 8693 2.2.2, RFC 9449 5 and 8. */
export type OAuthErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'invalid_scope'
  | 'invalid_target'
  | 'invalid_dpop_proof'
  | 'use_dpop_nonce'
  | 'unsupported_grant_type';

/** What ends a request: thrown inside a transaction, nothing of it is kept. */
export class OAuthRefusal extends Error {
  readonly error: OAuthErrorCode;
  /** Of the answer, besides the usual ones. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(error: OAuthErrorCode, headers: Readonly<Record<string, string>> = {}) {
    super(error);
    this.error = error;
    this.headers = headers;
  }
}

const FORM_TYPE = /^application\/x-www-form-urlencoded[ \t]*(?:;[ \t]*charset="?utf-8"?[ \t]*)?$/i;

/**
 * The parameters of a POST. One that stands twice is refused (RFC 6749 3.2): programs would disagree which of them counts.
 *
 * @param several names that may stand more than once
 * @throws OAuthRefusal `invalid_request`
 */
export async function readForm(request: Request, several: readonly string[] = []): Promise<URLSearchParams> {
  const { headers } = request;
  if (!FORM_TYPE.test(headers.get('content-type') ?? '') || headers.has('content-encoding')) {
    await request.body?.cancel();
    throw new OAuthRefusal('invalid_request');
  }
  const bytes = await boundedBody(request, FORM_LIMITS.bytes);
  const text = bytes === undefined ? undefined : utf8(bytes);
  const form = text === undefined ? undefined : formOf(text);
  if (form === undefined) throw new OAuthRefusal('invalid_request');
  const names = [...form.keys()];
  const once = names.filter((name) => !several.includes(name));
  if (names.length > FORM_LIMITS.parameters || new Set(once).size !== once.length)
    throw new OAuthRefusal('invalid_request');
  return form;
}

/** Undefined where what is escaped is not UTF-8: URLSearchParams would put U+FFFD in its place. */
function formOf(text: string): URLSearchParams | undefined {
  try {
    decodeURIComponent(text);
    return new URLSearchParams(text);
  } catch {
    return undefined;
  }
}

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** A parameter; empty ones count as left out (RFC 6749 3.2). */
export const parameter = (form: URLSearchParams, name: string): string | undefined => form.get(name) || undefined;

/** @throws OAuthRefusal `invalid_request` where it is left out */
export function demanded(form: URLSearchParams, name: string): string {
  const value = parameter(form, name);
  if (value === undefined) throw new OAuthRefusal('invalid_request');
  return value;
}

const HEADERS = {
  'content-type': 'application/json',
  'cache-control': 'no-store',
  pragma: 'no-cache',
  'x-content-type-options': 'nosniff',
} as const;

export const jsonAnswer = (status: number, body: object, headers: Readonly<Record<string, string>> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers: { ...HEADERS, ...headers } });

/** Says which rule was broken and nothing of what was found: whoever asks may be anybody. */
const refusalAnswer = ({ error, headers }: OAuthRefusal): Response =>
  jsonAnswer(error === 'invalid_client' ? 401 : 400, { error }, headers);

/** A fetch handler for POST whose refusals become answers; a store that is down says so, and whatever else is thrown goes on. */
export const postHandler =
  (work: (request: Request) => Promise<Response>): ((request: Request) => Promise<Response>) =>
  async (request) => {
    if (request.method !== 'POST') {
      await request.body?.cancel();
      return jsonAnswer(405, { error: 'invalid_request' }, { allow: 'POST' });
    }
    try {
      return await work(request);
    } catch (error) {
      if (error instanceof OAuthRefusal) return refusalAnswer(error);
      if (!isGovError(error) || error.code !== 'store-unavailable') throw error;
      return jsonAnswer(503, { error: 'temporarily_unavailable' });
    }
  };
