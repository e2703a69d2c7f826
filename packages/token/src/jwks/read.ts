/** Reading a JWK Set (RFC 7517 5). */
import { GovError, isGovError } from '@gov/verdict';
import type { JoseDialect } from '../dialect.js';
import { isJsonObject, type JsonObject, readJsonObject } from '../json.js';
import { type Jwk, readJwk } from '../jwk.js';

export interface JwksLimits {
  /** Octets of the whole text. */
  readonly bytes: number;
  readonly keys: number;
}

/** What `readJwks` takes unless told otherwise. */
export const JWKS_LIMITS: JwksLimits = { bytes: 262_144, keys: 100 };

export interface ReadJwksOptions {
  /** Of the issuer; `GMT_0125` unless given. */
  readonly dialect?: JoseDialect;
  readonly limits?: Partial<JwksLimits>;
}

/**
 * Reads the public keys of an issuer. A key that `readJwk` does not take is passed over (RFC 7517 5): it is not found, and the
 * others are. A private member anywhere, also in a key of unknown kind, refuses the whole: who publishes one such key by
 * mistake has published it.
 *
 * @throws GovError `jwks-malformed` for what is no JWK Set, more keys than the limit and two keys of one `kid`; `jwk-private`;
 *   `input-too-large`
 */
export function readJwks(bytes: Uint8Array, { dialect, limits = {} }: ReadJwksOptions = {}): readonly Jwk[] {
  const { bytes: maxBytes, keys: maxKeys } = { ...JWKS_LIMITS, ...limits };
  const { keys } = readSet(bytes, maxBytes);
  if (!Array.isArray(keys)) throw malformed('no array of keys');
  if (keys.length > maxKeys) throw malformed(`${keys.length} keys; at most ${maxKeys} are read`);
  if (!keys.every(isJsonObject)) throw malformed('a key that is not an object');
  const read = keys.flatMap((key) => readable(key, dialect) ?? []);
  const kids = read.flatMap(({ kid }) => kid ?? []);
  if (new Set(kids).size !== kids.length) throw malformed('two keys of one kid');
  return read;
}

function readSet(bytes: Uint8Array, maxBytes: number): JsonObject {
  try {
    return readJsonObject(bytes, { bytes: maxBytes });
  } catch (cause) {
    if (!isGovError(cause) || cause.code === 'input-too-large') throw cause;
    throw new GovError('jwks-malformed', `JWK Set: ${cause.message}`, { cause });
  }
}

function readable(key: JsonObject, dialect: JoseDialect | undefined): Jwk | undefined {
  try {
    return readJwk(key, dialect === undefined ? {} : { dialect });
  } catch (error) {
    if (isGovError(error) && error.code === 'jwk-malformed') return undefined;
    throw error;
  }
}

const malformed = (why: string): GovError => new GovError('jwks-malformed', `JWK Set: ${why}`);
