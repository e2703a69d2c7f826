/** Asking a token endpoint (RFC 6749 3.2): a form that a client signs, and the answer, bounded in size and time. */
import { clientAssertionForm } from '@gov/identity/client-authentication';
import type { Signer } from '@gov/sm';
import { dpopProof } from '@gov/token/dpop';
import { isJsonObject, type JsonObject, readJson } from '@gov/token/json';
import { GovError, isGovError } from '@gov/verdict';

/** Of an answer, bytes; how long it is waited for, milliseconds. */
export const TOKEN_ENDPOINT_LIMITS = { answerBytes: 65_536, answerMs: 30_000 } as const;

interface TokenEndpoint {
  readonly url: string;
  /** `aud` of the assertion: the issuer, or the endpoint itself. */
  readonly audience: string;
  readonly clientId: string;
  /** Authenticates the client (private_key_jwt, RFC 7523). */
  readonly client: { readonly kid: string; readonly signer: Signer };
  /** Holds the key that the new token is bound to (DPoP). */
  readonly holder?: Signer;
  readonly at: Date;
  readonly fetch: (request: Request) => Promise<Response>;
}

/**
 * The members of a successful answer. Where the server wants a nonce in the proof (RFC 9449 8), it is asked once more, with that.
 *
 * @throws GovError `usage` for an address that is not https (http to this machine is); `invalid-argument` for a client that no
 *   server takes; `token-endpoint-refused` with the server's own code, `token-endpoint-unavailable`, `token-endpoint-answer-wrong`
 */
export async function askTokenEndpoint(endpoint: TokenEndpoint, form: URLSearchParams): Promise<JsonObject> {
  const url = checkedUrl(endpoint.url);
  const first = await ask(url, endpoint, form);
  const nonce = first.answer.error === 'use_dpop_nonce' ? first.nonce : null;
  const { status, answer } =
    nonce === null || endpoint.holder === undefined ? first : await ask(url, endpoint, form, nonce);
  if (status === 200) return answer;
  const { error } = answer;
  const code = typeof error === 'string' && ERROR_CODE.test(error) ? error : 'no code';
  throw new GovError('token-endpoint-refused', `the token endpoint answered ${status}: ${code}`);
}

/** RFC 6749 5.2. */
const ERROR_CODE = /^[\x20\x21\x23-\x5b\x5d-\x7e]{1,64}$/;

interface Answer {
  readonly status: number;
  readonly nonce: string | null;
  readonly answer: JsonObject;
}

async function ask(url: string, endpoint: TokenEndpoint, form: URLSearchParams, nonce?: string): Promise<Answer> {
  const { clientId, audience, client, holder, at, fetch } = endpoint;
  const body = await clientAssertionForm({ clientId, audience, at }, client);
  for (const [name, value] of form) body.append(name, value);
  const asked = { method: 'POST', url, at, ...(nonce === undefined ? {} : { nonce }) };
  const request = new Request(url, {
    method: 'POST',
    headers: { accept: 'application/json', ...(holder === undefined ? {} : { dpop: await dpopProof(asked, holder) }) },
    body,
    redirect: 'error',
    signal: AbortSignal.timeout(TOKEN_ENDPOINT_LIMITS.answerMs),
  });
  try {
    const response = await fetch(request);
    const answer = readAnswer(await bytesOf(response));
    return { status: response.status, nonce: response.headers.get('dpop-nonce'), answer };
  } catch (cause) {
    if (isGovError(cause)) throw cause;
    // What the network says may name addresses inside it.
    throw new GovError('token-endpoint-unavailable', 'the token endpoint does not answer', { cause });
  }
}

async function bytesOf({ body }: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += (chunk as Uint8Array).length;
    if (length > TOKEN_ENDPOINT_LIMITS.answerBytes) throw wrong('too long');
    chunks.push(chunk as Uint8Array);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

function readAnswer(bytes: Uint8Array): JsonObject {
  try {
    const value = readJson(bytes);
    if (isJsonObject(value)) return value;
  } catch (error) {
    if (!isGovError(error)) throw error;
  }
  throw wrong('no JSON object');
}

/** https; http to this machine. No password, which would go into logs. */
function checkedUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const local = url !== undefined && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname);
  const fits =
    url !== undefined &&
    (url.protocol === 'https:' || (url.protocol === 'http:' && local)) &&
    url.username === '' &&
    url.password === '' &&
    url.hash === '';
  if (!fits) throw new GovError('usage', '--endpoint is an https address (http to this machine), without a password');
  return url.href;
}

const wrong = (why: string): GovError =>
  new GovError('token-endpoint-answer-wrong', `the answer of the token endpoint: ${why}`);
