/** A JWS whose payload is a JSON object, within limits that suit tokens in an HTTP header. */
import { GovError, isGovError } from '@gov/verdict';
import { type JsonObject, type JsonValue, readJsonObject } from '../json.js';
import type { Jws } from '../jws.js';
import { type OwnKey, readCompact } from './jws-compact.js';

export interface JwtLimits {
  /** Characters of the whole token. */
  readonly characters: number;
  /** Bytes of the header. */
  readonly headerBytes: number;
  /** Values in the claims, those inside others among them. */
  readonly claims: number;
  /** Arrays and objects inside one another, the claims themselves being one. */
  readonly depth: number;
}

/**
 * What is read of a token unless a caller says otherwise. Fixed are the members of `aud`, and the characters of `kid`, `iss`,
 * `sub`, `jti` and of each member of `aud`.
 */
export const JWT_LIMITS = {
  characters: 16_384,
  headerBytes: 2048,
  claims: 256,
  depth: 8,
  audiences: 16,
  textCharacters: 256,
} as const;

/**
 * A name: 1 to `JWT_LIMITS.textCharacters` characters, none of them a control character or half of a surrogate pair, which logs
 * and databases would not keep as they are.
 */
export const isText = (value: JsonValue | undefined): value is string =>
  typeof value === 'string' &&
  value !== '' &&
  value.length <= JWT_LIMITS.textCharacters &&
  !/[\p{Cc}\p{Cs}\ufeff]/u.test(value);

/** @throws GovError `jwt-malformed`, `input-too-large` */
export function readToken(
  text: string,
  limits: Partial<JwtLimits> | undefined,
  allowed?: OwnKey,
): { readonly jws: Jws; readonly claims: JsonObject } {
  const { characters, headerBytes, claims: items, depth } = { ...JWT_LIMITS, ...limits };
  try {
    const jws = readCompact(text, { characters, headerBytes }, allowed);
    if (jws.header.kid !== undefined && !isText(jws.header.kid))
      throw new GovError('jwt-malformed', 'JWT: a kid that is empty, too long, or not plain text');
    return { jws, claims: readJsonObject(jws.payload, { bytes: characters, depth, items }) };
  } catch (error) {
    if (!isGovError(error) || error.code === 'input-too-large' || error.code === 'jwt-malformed') throw error;
    throw new GovError('jwt-malformed', `JWT: ${error.message}`, { cause: error });
  }
}
