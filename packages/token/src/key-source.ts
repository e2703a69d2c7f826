/**
 * `@gov/token/key-source`: where the keys of an issuer come from (验签密钥来源).
 *
 * @packageDocumentation
 */
import { type FoundKey, KeySet, type NamedVerifier, type WantedKey } from './internal/key-set.js';
import type { Jwk } from './jwk.js';

export type { FoundKey, NamedVerifier, WantedKey };

/** The keys of one issuer. A key is found by its `kid`, and for its own algorithm only; without a `kid`, where just one fits. */
export interface KeySource {
  find(wanted: WantedKey): Promise<FoundKey>;
}

/**
 * Keys that are known beforehand.
 *
 * @throws GovError `invalid-argument` for two keys of the same `kid`
 * @example
 * import { GMT_0125 } from '@gov/token/dialect';
 * import { publicJwk } from '@gov/token/jwk';
 *
 * const keys = fixedKeys([publicJwk(bytes, { kid: '2026' })]);
 * await keys.find({ kid: '2026', algorithm: 'SM2-SM3', dialect: GMT_0125, at: new Date() }); // found
 */
export function fixedKeys(keys: readonly Jwk[] | readonly NamedVerifier[]): KeySource {
  const set = new KeySet(keys);
  return { find: async (wanted) => set.find(wanted) };
}
