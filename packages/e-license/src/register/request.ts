/** Requests that may be sent twice (幂等键): the same key with the same request does nothing again. */
import { bytesToHex, sm3 } from '@gov/sm';
import { GovError } from '@gov/verdict';
import { canonicalJson } from '../internal/canonical-json.js';

/** Characters of an idempotency key. */
export const REQUEST_KEY_MAX = 128;

export interface KeyedRequest {
  readonly key: string;
  /** SM3 of the request in canonical JSON, hex. */
  readonly digest: string;
}

/** Key and digest of a request; undefined where it has no key. @throws GovError `invalid-argument` for a key that is none */
export function keyedRequest(
  key: string | undefined,
  request: Readonly<Record<string, unknown>>,
): KeyedRequest | undefined {
  if (key === undefined) return undefined;
  if (!/^[!-~]+$/.test(key) || key.length > REQUEST_KEY_MAX) {
    throw new GovError('invalid-argument', `an idempotency key is 1 to ${REQUEST_KEY_MAX} visible ASCII characters`);
  }
  return { key, digest: bytesToHex(sm3(new TextEncoder().encode(canonicalJson(request)))) };
}

/** @throws GovError `idempotency-key-reused` where the key was kept with another request */
export function checkSameRequest(kept: string | undefined, request: KeyedRequest): void {
  if (kept !== request.digest) {
    throw new GovError('idempotency-key-reused', 'this idempotency key was used for another request');
  }
}
