/** Requests that may be sent twice (幂等键): the same key with the same request does nothing again. */
import { bytesToHex, hmacSm3, sm3 } from '@gov/sm';
import { canonicalJson } from '@gov/token/json';
import { GovError } from '@gov/verdict';
import type { LicenseTransaction } from './port.js';

/** Characters of an idempotency key. */
export const REQUEST_KEY_MAX = 128;

export interface KeyedRequest {
  readonly key: string;
  /** SM3 of the key, hex: what stays when the key itself is erased with the licence. */
  readonly mark: string;
  /**
   * HMAC-SM3 with the key over the request in canonical JSON, hex: without the key nobody finds out by guessing what was asked.
   */
  readonly digest: string;
}

/** Kept under the mark of a key that issued; the digest lies with the licence, and goes with it. */
const ISSUING = 'issuing';

/** Key and digest of a request; undefined where it has no key. @throws GovError `invalid-argument` for a key that is none */
export function keyedRequest(
  key: string | undefined,
  request: Readonly<Record<string, unknown>>,
): KeyedRequest | undefined {
  if (key === undefined) return undefined;
  if (!/^[!-~]+$/.test(key) || key.length > REQUEST_KEY_MAX) {
    throw new GovError('invalid-argument', `an idempotency key is 1 to ${REQUEST_KEY_MAX} visible ASCII characters`);
  }
  const [secret, asked] = [key, canonicalJson(request)].map((text) => new TextEncoder().encode(text));
  return { key, mark: bytesToHex(sm3(secret!)), digest: bytesToHex(hmacSm3(secret!, asked!)) };
}

/** @throws GovError `idempotency-key-reused` where the key was kept with another request */
export function checkSameRequest(kept: string | undefined, request: KeyedRequest): void {
  if (kept !== request.digest) throw keyReused();
}

const keyReused = (): GovError =>
  new GovError('idempotency-key-reused', 'this idempotency key was used for another request');

/**
 * Keeps the key of an issuing, before a row is locked, as changes of status do.
 *
 * @throws GovError `idempotency-key-reused`
 */
export async function keepIssuing(
  tx: LicenseTransaction,
  issuerCode: string,
  request: KeyedRequest | undefined,
): Promise<void> {
  const kept = request && (await tx.keepRequest(issuerCode, request.mark, ISSUING));
  // Of a change of status; or of an issuing that was faster, which then answers.
  if (kept !== undefined) throw keyReused();
}
