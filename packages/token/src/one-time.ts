/**
 * `@gov/token/one-time`: what verifiers of tokens and redeemers of one-time codes ask of a store (防重放与一次性凭据的存储端口).
 *
 * @packageDocumentation
 */

/** Remembers what was seen, so that a token is used once (防重放). */
export interface ReplayStore {
  /**
   * True for exactly one caller, however many ask at once: the first with this `id` in this `scope` until `until`. After `until`
   * an id may be forgotten; the token must have expired by then. Neither `scope` nor `id` has more than 256 characters.
   */
  firstUse(scope: string, id: string, until: Date): Promise<boolean>;
}

/** Keeps one-time values by a digest of their code: what lies in the store lets nobody in. */
export interface OneTimeStore {
  /** @throws GovError `invalid-argument` where the digest is there already */
  put(scope: string, digest: Uint8Array, value: string, until: Date): Promise<void>;
  /** The value, to exactly one caller and before `until`; undefined to everybody else. */
  redeem(scope: string, digest: Uint8Array, at: Date): Promise<string | undefined>;
}
